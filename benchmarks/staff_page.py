"""The staff page of a whole city in April: how soon each page begins, and how large it is.

    python -m benchmarks.staff_page [--pupils 22948] [--times 5] [--staff 1800]

The real function answers in this process, AWS is moto in the same process, so its work is counted
as well. The newest night waits with a plan in which everybody is promoted; thirty nights lie behind
it, each with its index. Beside three pages stands the same page made from the whole plan and the
whole roster, and beside the function's start-up that of the launcher's.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import boto3
import pytest

from benchmarks.april_staff import put_staff
from benchmarks.clock import ROOT
from benchmarks.delivering import _promoted as promoted
from benchmarks.steps import CITY_FILE, read_lines
from benchmarks.steps import rules as city_rules
from kakehashi import city as cities
from kakehashi.actions import Action
from kakehashi.diff.planning import make_plan
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Listed
from kakehashi.edges import plans
from kakehashi.edges.runs import Folder, prefix_of
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from kakehashi.roster import Desired
from kakehashi.run_folder import roster
from kakehashi.run_folder.actions import PupilChange
from kakehashi.staff import changes
from kakehashi.staff.viewer import Role
from kakehashi.state_records import NewestDrop
from tests.conftest import account_in
from tests.desks import Clerk, Office, office_in
from tests.nights import nights_in

APRIL, NIGHTS, CITY = date(2027, 4, 6), 30, "demo"
FIRST_BYTE, SIZE, OF_THE_WHOLE, OF_THE_LAUNCHER = 0.5, 200_000, 0.5, 1.2
START = "import os; os.environ.setdefault('AWS_DEFAULT_REGION', 'ap-northeast-1'); import app"
HEAD = """## The staff page: {pupils:,} pupils, {staff:,} staff, a plan of {changes:,} changes

CPU seconds of the function's own process, AWS (moto) included; medians of {times}, warm. The
targets: a first byte within {first:g} s and half of the same page made from the whole plan, at most
{size:,} bytes, and a start within {start:g} of the launcher's.

| page | first byte s | of the whole plan | bytes | |
|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Page:
    """``whole``: seconds of the same from whole files, 0 where nothing of the kind is needed."""

    path: str
    seconds: float
    size: int
    whole: float = 0.0

    @property
    def held(self) -> bool:
        slow = self.whole and self.seconds > OF_THE_WHOLE * self.whole
        return self.seconds <= FIRST_BYTE and self.size <= SIZE and not slow


def section(pupils: int = 22_948, times: int = 5, staff: int = 1_800) -> str:
    with tempfile.TemporaryDirectory(prefix="kakehashi-bench-") as folder:
        schools = str(max(4, pupils // 450))
        command = [sys.executable, "-m", "benchmarks.data", folder, str(pupils), schools]
        subprocess.run(command, check=True, cwd=ROOT)
        changes, pages = measured(Path(folder), times, staff)
    start = _start("staff", times) / _start("launch", times)
    text = HEAD.format(pupils=pupils, staff=staff, changes=changes, times=times, first=FIRST_BYTE,
                       size=SIZE, start=OF_THE_LAUNCHER)  # fmt: skip
    text += "".join(map(_row, pages))
    held = "holds" if start <= OF_THE_LAUNCHER else "**missed**"
    return f"{text}\nThe function starts in {start:.2f} × the launcher's CPU time: {held}.\n"


def _row(page: Page) -> str:
    whole = f"{page.seconds / page.whole:.2f} ×" if page.whole else ""
    held = "holds" if page.held else "**missed**"
    return f"| `{page.path}` | {page.seconds:.3f} | {whole} | {page.size:,} | {held} |\n"


def measured(folder: Path, times: int, staff: int) -> tuple[int, list[Page]]:
    """How many changes the plan has, and every page."""
    with _office() as office:
        run_id, plan = _lived(office, folder, staff)
        clerk = office.at_desk(office.hire("clerk", *Role))
        pages = list(_pages(office, clerk, run_id, plan.actions[-1].pupil, times))
        return len(plan.actions), pages


@contextlib.contextmanager
def _office() -> Iterator[Office]:
    with (
        pytest.MonkeyPatch.context() as patch,
        account_in(patch) as names,
        nights_in(names, patch) as nights,
        office_in(nights, patch) as office,
    ):
        nights.put_rules(CITY_FILE.read_text(encoding="utf-8"))
        yield office


def _lived(office: Office, data: Path, staff: int) -> tuple[str, Any]:
    """The night of the plan, reported; and the nights before it."""
    nights = office.nights
    run_id = f"{CITY}-{APRIL:%Y%m%d}T020000-0a1b2c3d"
    city = city_rules()
    known = list(read_lines(data / "current.jsonl", Record[Pupil].from_json))
    desired = [Desired(promoted(one.pupil)) for one in known]
    plan = make_plan(
        desired, (), known, read_lines(data / "tenant.jsonl", Listed.from_json),
        city, shape=account_of, city_code=CITY, serial=1, as_of=APRIL,
    )  # fmt: skip
    folder = Folder(boto3.client("s3"), nights.names["RUNS_BUCKET"], prefix_of(run_id))
    folder.put("city.toml", CITY_FILE.read_text(encoding="utf-8"))
    folder.put_lines("desired.jsonl", (one.to_json() for one in desired))
    folder.put_lines("held.jsonl", ())
    folder.put_lines("current.jsonl", (one.to_json() for one in known))
    plans.write(folder, plan, (), city)
    nights.state.note_proposals(run_id)
    nights.state.note_newest_drop(NewestDrop("inbox/demo/roster/april.zip"))
    told = {"run_id": run_id, "city": CITY, "prefix": prefix_of(run_id), "mode": "sync",
            "as_of": APRIL.isoformat(), "verdict": "awaiting-approval"}  # fmt: skip
    nights.state.note_run(run_id, mode="sync", as_of=APRIL.isoformat(), serial=1,
                          checksum=plan.checksum)  # fmt: skip
    nights.lambdas.invoke("report", told)
    _staff(nights, folder, {one.pupil.school for one in known}, staff)
    for n in range(1, NIGHTS):
        _earlier(nights, folder, APRIL - timedelta(days=n), len(known))
    return run_id, plan


def _staff(nights: Any, newest: Folder, schools: Iterable[str], count: int) -> None:
    """A plan in which a quarter of them moves, and the settled run before it, which has asked."""
    city = cities.parse(CITY_FILE.read_text(encoding="utf-8"))
    settled = f"{CITY}-{APRIL - timedelta(days=1):%Y%m%d}T020000-0a1b2c3d"
    before = Folder(newest.s3, newest.bucket, prefix_of(settled))
    put_staff([before, newest], city, sorted(schools), count)
    nights.state.note_settled(settled)


def _earlier(nights: Any, newest: Folder, day: date, pupils: int) -> None:
    """A night with the same index: what a look-up reads of it is as much."""
    run_id = f"{CITY}-{day:%Y%m%d}T020000-0a1b2c3d"
    for name in ("index/pupils.json", "index/pupils.gz", "summary.json"):
        newest.s3.copy_object(
            Bucket=newest.bucket, Key=prefix_of(run_id) + name,
            CopySource={"Bucket": newest.bucket, "Key": newest.prefix + name},
        )  # fmt: skip
    nights.state.note_run(run_id, mode="sync", as_of=day.isoformat(), verdict="applied",
                          pupils=pupils)  # fmt: skip


def _pages(office: Office, clerk: Clerk, run_id: str, pupil: str, times: int) -> Iterator[Page]:
    """Each page, beside three of them the same from whole files."""
    folder = office.deps.folder(run_id)
    for path in ("/today", "/approve", "/decide", "/staff", "/staff?page=4", "/nights",
                 f"/nights/{run_id}", "/school", "/arrived", "/rehearsal", "/passwords",
                 "/operate", "/record"):  # fmt: skip
        yield _timed(path, partial(clerk.open, path), times)
    whole = _seconds(lambda: _whole_plan(folder), times)
    plan = f"/approve/{run_id}"
    yield replace(_timed(plan, lambda: clerk.open(plan), times), whole=whole)
    token = clerk.csrf(plan)
    find = {"csrf": token, "text": "佐藤"}
    yield _timed(f"{plan}/find", lambda: clerk.browser.post(f"{plan}/find", find), times)
    school = {"csrf": token, "text": "", "school": _school_of(folder)}
    yield _timed(f"{plan}/find?school", lambda: clerk.browser.post(f"{plan}/find", school), times)
    for text in ("佐藤", "サトウ 1年1組"):
        sent = {"csrf": clerk.csrf("/child"), "text": text}
        ask = partial(clerk.browser.post, "/child/find", sent)
        yield _timed(f"/child/find {text}", ask, times)
    whole = _seconds(lambda: _whole_story(folder, pupil), 1)
    yield replace(_timed(f"/child/{pupil}", lambda: clerk.open(f"/child/{pupil}"), times),
                  whole=whole)  # fmt: skip
    one = f"/school/{_school_of(folder)}"
    yield replace(_timed(one, lambda: clerk.open(one), times), whole=_seconds(
        lambda: _whole_plan(folder), times))  # fmt: skip


def _school_of(folder: Folder) -> str:
    return next(roster.at_school(folder)).school


def _whole_plan(folder: Folder) -> None:
    """The page's rows out of a plan that has been loaded."""
    plan = plans.read(folder)
    rows = [
        PupilChange(a.pupil, a.kind, a.situation, a.before.pupil if a.before else None, a.after)
        for a in (plan.actions if plan else ())
    ]
    shown = [changes.row_of(row) for row in rows]
    assert shown[: changes.PAGE]


def _whole_story(folder: Folder, pupil: str) -> None:
    """A child's part of thirty nights, each read whole."""
    for _ in range(NIGHTS):
        for name in ("desired.jsonl", "current.jsonl"):
            assert any(row["pupil"]["id"] == pupil for row in folder.lines(name))
        actions = (Action.from_json(row) for name in folder.names("actions/")
                   for row in folder.lines(name))  # fmt: skip
        assert any(action.pupil == pupil for action in actions)


def _timed(path: str, ask: Callable[[], Any], times: int) -> Page:
    answer = ask()
    assert answer.status == 200, (path, answer.status, answer.text[:400])  # noqa: PLR2004
    return Page(_plain(path), _seconds(ask, times), len(answer.text.encode()))


def _plain(path: str) -> str:
    """An address without the ids in it."""
    return re.sub(r"/[^/ ]*[0-9][^/ ]{11,}", "/…", path)


def _seconds(ask: Callable[[], Any], times: int) -> float:
    found = []
    for _ in range(times):
        begun = time.process_time()
        ask()
        found.append(time.process_time() - begun)
    return median(found)


def _start(function: str, times: int) -> float:
    """CPU seconds of an interpreter that loads the function."""
    import resource

    found = []
    for _ in range(times + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", START], check=True, cwd=ROOT / "functions" / function)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(found[1:])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.staff_page", description=__doc__)
    parser.add_argument("--pupils", type=int, default=22_948)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--staff", type=int, default=1_800)
    wanted = parser.parse_args()
    print(section(wanted.pupils, wanted.times, wanted.staff))


if __name__ == "__main__":
    main()
