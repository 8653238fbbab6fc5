"""Two builds beside each other: each round is kept as it is measured."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from benchmarks import beside
from benchmarks.clock import ROOT

NIGHTS = [{"name": name, "wall": 2.0, "cpu": {"diff": 1.0, "engine": 3.0}}
          for name in ("first", "quiet")]  # fmt: skip
STAGES = {stage: {"cpu": 1.0, "peak_mb": 100} for stage in beside.STAGES}
OF = {"before": "abc", "now": "def", "pupils": 10}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose nights were lived, in order."""
    lived: list[str] = []

    def nights(build: Path, _: argparse.Namespace) -> list[dict[str, Any]]:
        lived.append("now" if build == ROOT else "before")
        return NIGHTS

    monkeypatch.setitem(beside.MEASURES, "nights", nights)
    return lived


def test_rounds_alternate_and_go_on_where_they_were_cut_short(told: list[str]) -> None:
    wanted = argparse.Namespace(before=Path("old"), rounds=2)
    rounds = next(beside.measure("nights", wanted, []))
    assert (told, len(rounds)) == (["before"], 1)
    whole = list(beside.measure("nights", wanted, rounds))[-1]
    assert (told, len(whole)) == (["before", "now", "now", "before"], 2)
    page = beside.page({"nights": {"of": OF, "rounds": [*whole, {"now": NIGHTS}]}})
    assert "| quiet | 1.0 | 1.0 | 1.00 × (≤ 0.45: **falls short**) | 3.0 | 3.0 | 2 | 2 |" in page
    assert "def, the median of 2." in page, "half a round is none"


def test_each_part_is_shown_beside_its_bound() -> None:
    one = {build: dict.fromkeys(beside.FUNCTIONS, seconds)
           for build, seconds in (("before", 2.0), ("now", 1.0))}  # fmt: skip
    half = {stage: {"cpu": 0.5, "peak_mb": 140} for stage in beside.STAGES}
    two = {"before": STAGES, "now": half}
    page = beside.page({"starts": {"of": OF, "rounds": [one]},
                        "stages": {"of": OF, "rounds": [two]}})  # fmt: skip
    assert "| diff | 2.00 | 1.00 | 0.50 × | ≤ 0.45 × | **falls short** |" in page
    assert "| launch | 2.00 | 1.00 | 0.50 × | ≤ 0.6 × | holds |" in page
    assert (
        "| validate | 1.00 | 0.50 | 0.50 × | |  | 100 | 140 | ≤ 1.3 × | **falls short** |" in page
    )
    assert "| in one process | 1.00 | 0.50 | 0.50 × | ≤ 0.6 × | holds | 100 | 140 |" in page


def test_a_large_city_has_bounds_of_its_own() -> None:
    half = {stage: {"cpu": 0.5, "peak_mb": 1_001} for stage in beside.STAGES}
    page = beside.page({"large": {"of": OF, "rounds": [{"before": STAGES, "now": half}]}})
    assert "| in one process | 1.00 | 0.50 | 0.50 × | ≤ 0.45 × | **falls short** |" in page
    assert "| 100 | 1001 | ≤ 1,000 | **falls short** |" in page


def test_rounds_of_other_builds_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "beside.json"
    file.write_text('{"starts": {"of": {"now": "abc"}, "rounds": [{}]}}', encoding="utf-8")
    stored = beside.read(file)["starts"]
    assert beside.rounds_of(stored, {"now": "abc"}) == [{}]
    assert beside.rounds_of(stored, {"now": "def"}) == []
    assert beside.read(tmp_path / "none.json") == {}
