"""The benchmark measures what it says: a small city goes through every step of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import clock, data, page, steps
from benchmarks.clock import Cost


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("city") / "small"
    data.make(made, 300, 6)
    return made


def test_every_step_does_its_work(folder: Path) -> None:
    rows = steps.floor(folder)
    assert rows > 3 * 300, "users, roles and enrolments"
    assert steps.validate(folder) == steps.check(folder)
    assert steps.preprocess(folder) >= 295
    assert steps.diff(folder) == steps.night(folder) > 0


def test_a_step_in_a_process_of_its_own_tells_its_cost(folder: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.steps", "floor", str(folder)]
    cost = clock.once_more(command)
    assert cost.answer == steps.floor(folder)
    assert 0 < cost.cpu < 60
    assert 1 < cost.peak_mb < 1000


def test_the_page_says_which_targets_were_missed() -> None:
    names = ("bare", "imports", "floor", "check", "validate", "preprocess", "diff", "night")
    costs = {name: Cost(1.0, 1.0, 10.0, 1) for name in names}
    table = page.Table(page.City(page.SMALL, 50), costs)
    assert page.write([table])[1] == 0
    slow = page.Table(table.city, costs | {"night": Cost(15.0, 15.0, 300.0, 1)})
    text, missed = page.write([slow])
    assert (missed, text.count("**missed**")) == (2, 2)


def test_the_three_functions_load_nothing_but_themselves_and_the_standard_library() -> None:
    """Cold starts pay for imports; pydantic alone costs more than all of these together."""
    program = (
        "import sys, kakehashi.oneroster, kakehashi.preprocess, kakehashi.diff\n"
        "known = set(sys.stdlib_module_names) | {'kakehashi'}\n"
        "names = {m.partition('.')[0] for m in sys.modules} - known\n"
        "print(sorted(name for name in names if not name.startswith('_')))\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
