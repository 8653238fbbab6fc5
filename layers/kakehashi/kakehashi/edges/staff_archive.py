"""The run folders of a city, read for one member of staff: who it is, and each night's papers.

Of a night in which nothing was done about staff, the header of their plan alone is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any

from kakehashi.edges import staff_files
from kakehashi.edges.runs import Folder, prefix_of
from kakehashi.findings import Finding
from kakehashi.people.staff import Employment, StaffMember
from kakehashi.staff.staff_story import StaffTrace, is_named

AT_ONCE = 8  # nights read side by side
FINDINGS = ("staff", "staff-plan")


@dataclass(frozen=True, slots=True)
class StaffArchive:
    """``run_ids`` are the newest runs, the oldest of them first."""

    s3: Any
    bucket: str
    run_ids: Sequence[str]

    def traces(self, who: str) -> list[StaffTrace]:
        """The nights that had a plan for staff, the oldest first."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda run_id: self._trace(run_id, who), self.run_ids))
        return [one for one in found if one is not None]

    def _trace(self, run_id: str, who: str) -> StaffTrace | None:
        folder = self._folder(run_id)
        header = staff_files.plan_header(folder)
        if not header:
            return None
        acts = header.shards or header.stopped
        planned = staff_files.planned(folder) if acts else ()
        action = next((one for one in planned if one.pupil == who), None)
        ended = staff_files.all_results(folder) if action else ()
        result = next((one for one in ended if one.pupil == who), None)
        named = is_named(header, who)
        findings = [f for f in _findings(folder) if f.pupil == who] if named else []
        return StaffTrace(run_id, header, action, result, findings)

    def person(self, who: str) -> StaffMember | None:
        """As the newest night tells that knows of the person."""
        newest = self._newest()
        return everybody(newest).get(who) if newest else None

    def who(self, words: str) -> str:
        """The id behind a 職員番号, an id or a sign-in name; "" where nobody is found."""
        wanted, newest = words.strip().lower(), self._newest()
        people = everybody(newest).values() if newest and wanted else ()
        return next((p.id for p in people if wanted in _names(p)), "")

    def _newest(self) -> Folder | None:
        folders = (self._folder(run_id) for run_id in reversed(self.run_ids))
        return next((one for one in folders if staff_files.plan_header(one)), None)

    def _folder(self, run_id: str) -> Folder:
        return Folder(self.s3, self.bucket, prefix_of(run_id))


def everybody(folder: Folder) -> dict[str, StaffMember]:
    """All staff of a night by id: as our state knows them, and who is not yet there as the sources
    tell of them on that day."""
    day = date.fromisoformat(staff_files.plan_header(folder).as_of)
    found = {one.id: seen_on(one, day) for one in staff_files.employments(folder)}
    return found | {one.pupil.id: one.pupil for one in staff_files.current(folder)}


def seen_on(one: Employment, day: date) -> StaffMember:
    return one.on(day, gap=0, prepare=0)[1]


def _names(one: StaffMember) -> tuple[str, ...]:
    return one.id, one.number.lower(), one.account.lower()


def _findings(folder: Folder) -> Iterator[Finding]:
    for stage in FINDINGS:
        yield from folder.findings(stage)
