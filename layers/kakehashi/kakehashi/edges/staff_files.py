"""The files about 教職員 in a run folder, and how each is read and written.

personnel/uploads.json       what was copied from the inbox: file → its name there, and its id
personnel/list               the board's list
personnel/decisions/NNNN     what was decided
personnel/employments.jsonl  whom the sources tell of
personnel/held.jsonl         whose rows wait
personnel/passwords.json     where first passwords stand
personnel/current.jsonl      our state
personnel/tenant.jsonl       the accounts in question
personnel/plan.json          the plan's header
personnel/waiting.jsonl      the actions of a plan that a limit has stopped, for whoever accepts it
personnel/actions/NNNN.jsonl, personnel/results/NNNN.jsonl   what is done, and what became of it
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.actions import Action
from kakehashi.city import City
from kakehashi.diff.staff_decisions import StaffFile
from kakehashi.diff.staff_plan import StaffPlan, StaffPlanHeader
from kakehashi.directories.port import Listed
from kakehashi.edges.runs import Folder
from kakehashi.people.record import Record
from kakehashi.people.staff import Employment, StaffMember
from kakehashi.roster import Held, PasswordAt
from kakehashi.run_folder.actions import actions as found_actions
from kakehashi.run_folder.actions import in_file, put_actions
from kakehashi.run_folder.results import Result
from kakehashi.run_folder.results import results as found_results
from kakehashi.stored import read, written

if TYPE_CHECKING:
    from kakehashi.preprocess.staff import StaffRoster

SIGNED_IN = "signed-in"
"""Of the inbox of a city: where the staff page alone may put anything."""
UPLOADS, LIST, DECISIONS = "personnel/uploads.json", "personnel/list", "personnel/decisions/"
EMPLOYMENTS, HELD = "personnel/employments.jsonl", "personnel/held.jsonl"
CURRENT, TENANT = "personnel/current.jsonl", "personnel/tenant.jsonl"
PASSWORDS, PLAN = "personnel/passwords.json", "personnel/plan.json"
WAITING = "personnel/waiting.jsonl"
_SAFE_FILE = re.compile(r"[A-Za-z0-9_.-]{1,80}\Z")


@dataclass(frozen=True, slots=True)
class StaffUpload:
    """``file`` is where it stands in the run folder; ``id`` tells it from any other version.
    ``since`` is the ISO date of the Japan day on which a run first took the list, "" of others."""

    file: str
    name: str
    id: str
    since: str = ""

    @property
    def shown(self) -> str:
        """Its own name; one that could tell something of a person is not shown."""
        return self.name if _SAFE_FILE.match(self.name) else "staff-list"


def uploads(folder: Folder) -> Iterator[StaffUpload]:
    for file, told in sorted(folder.get_json(UPLOADS).items()):
        yield StaffUpload(file, told["name"], told["id"], told.get("since", ""))


def put_uploads(folder: Folder, found: Iterable[StaffUpload]) -> None:
    told = {one.file: {"name": one.name, "id": one.id, "since": one.since} for one in found}
    folder.put_json(UPLOADS, told)


def current(folder: Folder) -> Iterator[Record[StaffMember]]:
    """Our state, as Diff has seen it."""
    return map(Record.from_json, folder.lines(CURRENT))


def put_current(folder: Folder, found: Iterable[Record[StaffMember]]) -> None:
    folder.put_lines(CURRENT, (one.to_json() for one in found))


def put_tenant(folder: Folder, found: Iterable[Listed]) -> None:
    folder.put_lines(TENANT, (one.to_json() for one in found))


def answered(city: str) -> str:
    """Where the staff page puts what was decided about staff; no other policy lets anybody."""
    return f"inbox/{city}/{SIGNED_IN}/decisions/"


def decision_files(folder: Folder) -> Iterator[StaffFile]:
    for one in uploads(folder):
        if one.file.startswith(DECISIONS):
            signed_in = one.id.split("/")[2:3] == [SIGNED_IN]
            yield StaffFile(one.id, one.shown, folder.need(one.file), signed_in)


def put_roster(folder: Folder, roster: StaffRoster, passwords: Mapping[str, PasswordAt]) -> None:
    folder.put_lines(EMPLOYMENTS, (one.to_json() for one in roster.employments))
    folder.put_lines(HELD, (one.to_json() for one in roster.held))
    folder.put_json(PASSWORDS, {who: written(place) for who, place in passwords.items()})


def employments(folder: Folder) -> list[Employment]:
    return [Employment.from_json(row) for row in folder.lines(EMPLOYMENTS)]


def held(folder: Folder) -> list[Held]:
    return [Held.from_json(row) for row in folder.lines(HELD)]


def passwords(folder: Folder) -> dict[str, PasswordAt]:
    return {who: read(PasswordAt, place) for who, place in folder.get_json(PASSWORDS).items()}


def put_plan(folder: Folder, plan: StaffPlan) -> None:
    for number, shard in enumerate(plan.shards(), 1):
        put_actions(folder, actions(number), shard)
    if plan.stopped:
        put_actions(folder, WAITING, plan.actions)
    folder.put_json(PLAN, written(plan.header()))


def plan_header(folder: Folder) -> StaffPlanHeader:
    """False where there is no plan."""
    return read(StaffPlanHeader, folder.get_json(PLAN))


def shards(folder: Folder, city: City) -> int:
    """How many shards of staff the run of this folder has."""
    return plan_header(folder).shards if city.staff else 0


def to_delete(folder: Folder) -> frozenset[str]:
    """For whom, in this run, a person's decision to delete stands."""
    return frozenset(plan_header(folder).to_delete)


def actions(number: int) -> str:
    return f"personnel/actions/{number:04}.jsonl"


def results(number: int) -> str:
    return f"personnel/results/{number:04}.jsonl"


def all_results(folder: Folder) -> Iterator[Result]:
    return found_results(folder, "personnel/results/")


def all_actions(folder: Folder) -> Iterator[Action[StaffMember]]:
    return found_actions(folder, "personnel/actions/")


def planned(folder: Folder) -> Iterator[Action[StaffMember]]:
    """The plan's actions, also of one that a limit has stopped."""
    if plan_header(folder).stopped:
        return in_file(folder, WAITING)
    return all_actions(folder)
