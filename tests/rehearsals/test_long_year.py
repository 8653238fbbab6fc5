"""A long year is gone on with after a kill, as if nobody had interrupted it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

from local.stack import ROOT
from tests.long_year import lived
from tests.long_year.living import WHOLE, Course, go_on

DAYS = (date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 9), date(2027, 4, 1))
TINY = replace(WHOLE, pupils=100, staff=16, schools=4, days=DAYS)


def lives_on(course: Course, folder: Path) -> subprocess.Popen[bytes]:
    """In a process of its own, which can be killed."""
    code = (
        "import pathlib, sys, time; from tests.long_year.living import go_on;"
        "from tests.rehearsals.test_long_year import TINY;"
        "go_on(TINY, pathlib.Path(sys.argv[1]), time.time() + 3600)"
    )
    return subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=ROOT)


def test_a_year_that_is_killed_in_the_middle_of_a_night_goes_on_with_that_night(
    tmp_path: Path,
) -> None:
    place = tmp_path / TINY.name
    nights, second = place / "nights.jsonl", f"uploads/*/RO_{DAYS[1]:%Y%m%d}_*.zip"
    cut_short = lives_on(TINY, tmp_path)
    while not (nights.exists() and any(place.glob(second))):  # its roster is on its way
        assert cut_short.poll() is None
        time.sleep(0.05)
    os.kill(cut_short.pid, signal.SIGKILL)
    cut_short.wait()
    before = lived.read(nights)
    assert before
    assert go_on(TINY, tmp_path, time.time() + 3600)
    after = lived.read(nights)
    assert tuple(night.day for night in after) == DAYS
    assert after[: len(before)] == before
    assert (after[0].executions, after[1].executions) == (
        ("awaiting-approval", "applied"),
        ("unchanged",),
    )
