"""How each change of class Teams flows with Microsoft Graph; see ``flows``.

Teams answers 202 and works on: what became of it is asked for after a while. What is not done by
then is not waited for. The next night sees whether it is there, and asks again where it is not.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from kakehashi.catalogue import teams as rules
from kakehashi.directories.microsoft365 import group_requests, team_requests
from kakehashi.directories.microsoft365.answers import NOT_FOUND, Answer
from kakehashi.directories.microsoft365.flows import Flow
from kakehashi.directories.microsoft365.group_answers import (
    GraphGroup,
    GraphOperation,
    GraphTeam,
    rows_as,
)
from kakehashi.directories.microsoft365.requests import GraphRequest, Request, Verb
from kakehashi.directories.microsoft365.team_requests import ARCHIVED
from kakehashi.directories.port import (
    ArchiveTeam,
    MakeClass,
    MakeTeam,
    ReopenTeam,
    Settled,
    Stopped,
    TeamChange,
)

TRIES = 4  # the first, and "three times, with a delay of 10 seconds" [Graph, Create team]
LOOKS = 3  # at what Teams works on, within two minutes
DONE, FAILED = "succeeded", "failed"
_CODE = re.compile(r"[A-Za-z0-9_.]{1,60}\Z")
_MARK_END = re.compile(r"\d{4}-[0-9a-f]{10}\Z")  # of the mark of a class's Team: 年度 and class


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds: between two Teams that are begun (5 a second are half of what Graph allows), until a
    group is asked about again that is not everywhere yet, and until Teams is asked how far it is
    ("more than 30 seconds between checks" [Graph, teamsAsyncOperation])."""

    between: float = 0.2
    spreading: float = 10.0
    working: float = 35.0


def flow(change: TeamChange, place: int, waits: Waits) -> Flow:
    """The flow for one change, the ``place``-th of those that begin together."""
    begins = place * waits.between
    match change:
        case MakeClass(mark, name):
            found = make_class(mark, name)
        case MakeTeam(group):
            found = make(group, begins, waits)
        case ArchiveTeam(team):
            found = archive(team, begins, waits)
        case ReopenTeam(team):
            found = reopen(team, begins, waits)
    return found


def make_class(mark: str, name: str) -> Flow:
    """Make the group of a class, unless there is a Team of that name that is not ours: one of ours
    is that of the same class before its title or its school's code was corrected."""
    seen = yield GraphRequest(Verb.GET, group_requests.list_groups_named(name, teams=True))
    if not seen.ok:
        return _later(seen)
    if any(one.has_team and not _is_ours(one.nickname or "", mark) for one in _groups(seen)):
        return Stopped(rules.TEAM_BY_HAND, {"count": 1})
    answer = yield team_requests.create_class(mark, name)
    if answer.ok and (made := _groups_of([answer.body])):
        return Settled(made[0].id)
    if answer.ok or answer.conflicts():  # an earlier try that we did not hear of
        seen = yield group_requests.find_group(mark)
        if found := _groups(seen):
            return Settled(found[0].id)
    return _later(answer)


def make(group: str, begins: float, waits: Waits) -> Flow:
    """Make the Team of a class. Its group may be so new that Teams knows neither it nor its owner:
    tried again, and else left to the next night."""
    answer = yield team_requests.make_team(group, begins)
    for _ in range(1, TRIES):
        if not _is_new(answer):
            break
        answer = yield team_requests.make_team(group, waits.spreading)
    if answer.already_team():
        return Settled(group)
    stopped = yield from _watched(answer, waits)
    return stopped or Settled(group)


def archive(team: str, begins: float, waits: Waits) -> Flow:
    """Archive a Team, and write on its group that we did so: somebody who opens it again has a
    reason, and is not worked against."""
    seen = yield team_requests.get_team(team, begins)
    if seen.status == NOT_FOUND:  # somebody has deleted it
        return Settled(team)
    if not seen.ok:
        return _later(seen)
    held = _team(seen)
    if not held.archived:
        answer = yield team_requests.archive_team(team)
        if stopped := (yield from _watched(answer, waits)):
            return stopped
    text = (held.description or "").removeprefix(ARCHIVED).lstrip("\n")
    answer = yield team_requests.describe(team, f"{ARCHIVED}\n{text}".rstrip("\n"))
    return Settled(team) if answer.ok else _later(answer)


def reopen(team: str, begins: float, waits: Waits) -> Flow:
    seen = yield team_requests.get_team(team, begins)
    if not seen.ok:
        return _later(seen)
    held = _team(seen)
    if held.archived:
        answer = yield team_requests.unarchive_team(team)
        if stopped := (yield from _watched(answer, waits)):
            return stopped
    text = (held.description or "").removeprefix(ARCHIVED).lstrip("\n")
    answer = yield team_requests.describe(team, text or group_requests.DESCRIPTION)
    return Settled(team) if answer.ok else _later(answer)


def _watched(answer: Answer, waits: Waits) -> Generator[Request, Answer, Stopped | None]:
    """Why what Teams was asked for is not done, or not known to be; None once it is."""
    if not answer.ok:
        return _later(answer)
    location, operation = answer.headers.get("location", ""), GraphOperation()
    for _ in range(LOOKS):
        request = team_requests.get_operation(location, waits.working)
        if request is None or operation.status in {DONE, FAILED}:
            break
        seen = yield request
        operation = _first(GraphOperation, seen) if seen.ok else GraphOperation()
    if operation.status == DONE:
        return None
    failed = operation.status == FAILED
    code = (operation.error.code if operation.error else None) or ""
    told = code if _CODE.match(code) else "NoErrorCode" if failed else "inProgress"
    facts: dict[str, int | str] = {"count": 1, "code": told, "status": answer.status}
    return Stopped(rules.TEAM_LATER, facts, failed=failed)


def _is_ours(nickname: str, mark: str) -> bool:
    """Whether this is the mark of another Team of the same city."""
    before, ours = _MARK_END.sub("", nickname), _MARK_END.sub("", mark)
    return nickname == mark or (before == ours and nickname != before)


def _is_new(answer: Answer) -> bool:
    return answer.status == NOT_FOUND or answer.no_owner()


def _later(answer: Answer) -> Stopped:
    facts: dict[str, int | str] = {"count": 1, "code": answer.code, "status": answer.status}
    return Stopped(rules.TEAM_LATER, facts, failed=not _is_new(answer))


def _team(answer: Answer) -> GraphTeam:
    return _first(GraphTeam, answer)


def _first[T: BaseModel](model: type[T], answer: Answer) -> T:
    try:
        return rows_as(model, [answer.body])[0]
    except ValidationError:
        return model()


def _groups(answer: Answer) -> list[GraphGroup]:
    rows = answer.body.get("value") if answer.ok and isinstance(answer.body, dict) else None
    return _groups_of(rows or [])


def _groups_of(rows: list[object]) -> list[GraphGroup]:
    try:
        return rows_as(GraphGroup, rows)
    except ValidationError:
        return []
