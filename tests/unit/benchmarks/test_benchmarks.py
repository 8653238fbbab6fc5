"""The benchmark measures what it says: a small city goes through every step of ours."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import clock, data, delivering, kept, largest, page, shared_tenant, steps, walls
from benchmarks.clock import Cost
from functions.groups.app import MOST_CALLS


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
    part = kept.Part("2026-11-30", "abc1234", costs)
    assert page.write({"22948": part})[1] == 0
    slow = replace(part, costs=costs | {"night": Cost(15.0, 15.0, 300.0, 1)})
    text, missed = page.write({"22948": slow})
    assert (missed, text.count("**missed**")) == (2, 2)
    assert "*Measured on 2026-11-30, at abc1234.*" in text


def test_the_page_is_that_of_what_is_kept() -> None:
    shown = (clock.ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert shown == page.write(kept.read())[0]


def test_a_part_measured_anew_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    kept.keep("22948", {"floor": Cost(1.0, 1.0, 10.0, 1)}, file=file)
    kept.keep("provisioning", text="## Provisioning\n", file=file)
    kept.keep("22948", {"check": Cost(2.0, 2.0, 10.0, 1)}, file=file)
    parts = kept.read(file)
    assert list(parts["22948"].costs) == ["floor", "check"]
    assert parts["provisioning"].text == "## Provisioning\n"


def test_of_the_largest_city_each_function_is_judged_by_what_the_template_gives_it() -> None:
    limit = largest.Given(1_000, 100)
    assert limit.seconds(10.0) == pytest.approx(17.69), "one CPU comes with 1,769 MB"
    given = largest.given()["groups"]
    costs = {"groups": Cost(1.0, 1.0, given.memory * 0.71, 1)}
    part = kept.Part("2026-11-30", "abc1234", costs)
    lines = list(largest.lines({"groups": part}))
    assert sum("**falls short**" in line for line in lines) == 1
    assert sum("not measured" in line for line in lines) == len(largest.FUNCTIONS) - 1


def test_the_largest_city_is_worked_through_on_a_run_folder_on_disk(folder: Path) -> None:
    assert largest.first_groups(folder) > 300, "groups and their members"
    assert largest.groups(folder) == 0
    largest.prepare(folder)
    assert largest.deliver_full(folder) > 3 * 290
    assert largest.deliver_changes(folder) > largest.deliver_full(folder)
    assert 290 < largest.prepare_report(folder) == largest.report(folder)


def test_sixty_cities_are_simulated_in_small() -> None:
    assert shared_tenant.requests([], 600, 6) == 1
    assert shared_tenant.requests(range(0, 600, 100), 600, 6) == 2
    seconds, times, refused = shared_tenant.all_writing(400, 6)
    assert (refused, seconds > 0, times >= 1.0) == (0, True, True)


def test_licences_that_do_not_fit_into_a_night_are_the_next_ones() -> None:
    assert walls.night(100, 3.0) == (2, 100)
    calls, given = walls.night(1_000, 3.0)
    assert (calls, given < 1_000) == (MOST_CALLS, True)
    assert "| 2 | 1 |" in walls.section(130_000)


def test_a_tools_line_is_split_into_its_parts(folder: Path) -> None:
    delivering.prepare(folder)
    for tool in ("lgate", "interactive_study"):  # in full and in changes
        assert delivering.parts(folder, tool) == delivering.tool(folder, tool) > 0


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
