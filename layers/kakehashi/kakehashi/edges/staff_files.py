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

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi.city import City
from kakehashi.diff.staff_decisions import StaffFile
from kakehashi.diff.staff_plan import StaffPlan
from kakehashi.edges.runs import Folder
from kakehashi.people.staff import Employment
from kakehashi.preprocess.staff import StaffRoster
from kakehashi.roster import Held, PasswordAt

UPLOADS, LIST, DECISIONS = "personnel/uploads.json", "personnel/list", "personnel/decisions/"
EMPLOYMENTS, HELD = "personnel/employments.jsonl", "personnel/held.jsonl"
CURRENT, TENANT = "personnel/current.jsonl", "personnel/tenant.jsonl"
PASSWORDS, PLAN = "personnel/passwords.json", "personnel/plan.json"
WAITING = "personnel/waiting.jsonl"
_SAFE_FILE = re.compile(r"[A-Za-z0-9_.-]{1,80}\Z")


@dataclass(frozen=True, slots=True)
class StaffUpload:
    """``file`` is where it stands in the run folder; ``id`` tells it from any other version."""

    file: str
    name: str
    id: str

    @property
    def shown(self) -> str:
        """Its own name; one that could tell something of a person is not shown."""
        return self.name if _SAFE_FILE.match(self.name) else "staff-list"

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "id": self.id}


def uploads(folder: Folder) -> Iterator[StaffUpload]:
    for file, told in sorted(folder.get_json(UPLOADS).items()):
        yield StaffUpload(file, told["name"], told["id"])


def decision_files(folder: Folder) -> Iterator[StaffFile]:
    for one in uploads(folder):
        if one.file.startswith(DECISIONS):
            yield StaffFile(one.id, one.shown, folder.need(one.file))


def put_roster(folder: Folder, roster: StaffRoster, passwords: Mapping[str, PasswordAt]) -> None:
    folder.put_lines(EMPLOYMENTS, (one.to_json() for one in roster.employments))
    folder.put_lines(HELD, (one.to_json() for one in roster.held))
    places = {who: dataclasses.asdict(place) for who, place in passwords.items()}
    folder.put_json(PASSWORDS, places)


def employments(folder: Folder) -> list[Employment]:
    return [Employment.from_json(row) for row in folder.lines(EMPLOYMENTS)]


def held(folder: Folder) -> list[Held]:
    return [Held.from_json(row) for row in folder.lines(HELD)]


def passwords(folder: Folder) -> dict[str, PasswordAt]:
    return {who: PasswordAt(**place) for who, place in folder.get_json(PASSWORDS).items()}


def put_plan(folder: Folder, plan: StaffPlan) -> None:
    for number, shard in enumerate(plan.shards(), 1):
        folder.put_lines(actions(number), (action.to_json() for action in shard))
    if plan.stopped:
        folder.put_lines(WAITING, (action.to_json() for action in plan.actions))
    folder.put_json(PLAN, plan.header())


def shards(folder: Folder, city: City) -> int:
    """How many shards of staff the run of this folder has."""
    return int(folder.get_json(PLAN).get("shards", 0)) if city.staff else 0


def actions(number: int) -> str:
    return f"personnel/actions/{number:04}.jsonl"


def results(number: int) -> str:
    return f"personnel/results/{number:04}.jsonl"


def all_results(folder: Folder) -> Iterator[dict[str, Any]]:
    for name in folder.names("personnel/results/"):
        yield from folder.lines(name)


def all_actions(folder: Folder) -> Iterator[dict[str, Any]]:
    for name in folder.names("personnel/actions/"):
        yield from folder.lines(name)


def planned(folder: Folder) -> Iterator[dict[str, Any]]:
    """The plan's actions, also of one that a limit has stopped."""
    stopped = folder.get_json(PLAN).get("stopped")
    yield from folder.lines(WAITING) if stopped else all_actions(folder)
