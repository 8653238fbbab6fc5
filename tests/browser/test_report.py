"""Reports of bad nights and of a good one in a real browser: see tests/e2e/js/report.test.mjs."""

from __future__ import annotations

from pathlib import Path

from tests.builders import a_drop
from tests.e2e.judges import in_a_browser
from tests.integration.test_night import known
from tests.nights import Night, Nights


def put(night: Night, folder: Path) -> str:
    """The files of a run that people are given; returns how the run ended."""
    for name in ("report.html", "report.xlsx", *night.summary["schools"]):
        file = folder / night.verdict.removesuffix("-approval") / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(night.folder.need(name))
    return night.verdict


def test_staff_read_the_reports_of_bad_nights_and_of_a_good_one(
    nights: Nights, tmp_path: Path
) -> None:
    nights.given(known(40))
    whole = a_drop(24, schools=2)
    cut, waiting = nights.run(whole.zip()[:-40]), nights.run(whole.zip())
    ended = {put(night, tmp_path) for night in (cut, waiting)}
    ended.add(put(nights.approve(waiting.summary), tmp_path))
    assert ended == {"refused", "awaiting-approval", "applied"}
    in_a_browser("report.test.mjs", {"nights": str(tmp_path)}, seconds=180)
