"""One member of staff on the staff page: found, and told night by night. Each look is recorded."""

from __future__ import annotations

import re

from kakehashi.catalogue import staff as rules
from kakehashi.edges import staff_files
from kakehashi.edges.archive import Archive
from kakehashi.edges.runs import Folder
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import StaffOrder, note
from kakehashi.edges.staff_archive import StaffArchive, everybody
from kakehashi.people.staff import StaffMember
from kakehashi.refusal import Refusal
from kakehashi.roster import JAPAN
from kakehashi.staff import staff_story
from kakehashi.staff.finding_staff import FoundStaff, find_staff
from kakehashi.staff.school_staff import SchoolColleague, colleagues

NIGHTS = 30  # of a story
_ID = re.compile(r"staff-[0-9a-z_-]{1,40}\Z")


def found(asked: Asked, text: str) -> tuple[list[FoundStaff], bool]:
    """Among those of the newest plan of staff; nobody in a city without."""
    return find_staff(_people(asked).values(), text)


def at_school(asked: Asked, code: str) -> list[SchoolColleague]:
    """Who works at a school today, by the newest plan's sources; nobody in a city without staff."""
    folder = _newest(asked)
    if folder is None:
        return []
    today = asked.caller.now.astimezone(JAPAN).date()
    accounts = {one.pupil.id: one.pupil.account for one in staff_files.current(folder)}
    return colleagues(staff_files.employments(folder), accounts, code, today)


def _people(asked: Asked) -> dict[str, StaffMember]:
    folder = _newest(asked)
    return everybody(folder) if folder else {}


def _newest(asked: Asked) -> Folder | None:
    """Of the newest run that was not refused, where it has a plan for staff."""
    run_id = asked.deps.state(asked.city).proposals()
    folder = asked.deps.folder(run_id)
    return folder if run_id and staff_files.plan_header(folder) else None


def story(asked: Asked, person: str) -> staff_story.Member | Refusal:
    if not _ID.match(person):
        return Refusal(rules.UNKNOWN_PAGE)
    settings = asked.deps.staff
    archive = Archive(asked.deps.s3, settings.runs_bucket, settings.outbox_bucket, asked.city)
    nights = StaffArchive(asked.deps.s3, settings.runs_bucket, archive.run_ids(NIGHTS))
    told = staff_story.member(person, nights.person(person), nights.traces(person))
    if told.person is None and told.quiet == len(told.nights):
        return Refusal(rules.UNKNOWN_PAGE)
    note(asked.deps, asked.caller, StaffOrder("look up", after=person))
    return told
