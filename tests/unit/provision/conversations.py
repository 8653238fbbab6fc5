"""Actions and Graph's answers for tests, and a way to hold a flow with a list of answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kakehashi.actions import Action, Kind, Situation, aside
from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.flows import Flow, Terms
from kakehashi.directories.microsoft365.requests import Request
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Outcome
from kakehashi.people.record import SIGN_IN as UPN
from kakehashi.people.record import Status
from kakehashi.roster import PasswordAt
from tests.builders import a_city, a_known, a_pupil, an_id

TERMS = Terms(mark="extensionAttribute1")
SITUATIONS = {
    Kind.VACATE: Situation.EXCHANGED,
    Kind.CREATE: Situation.NEW,
    Kind.UPDATE: Situation.CHANGED,
    Kind.RESTORE: Situation.RETURNED,
    Kind.LINK: Situation.UNLINKED,
    Kind.RECORD: Situation.GONE,
    Kind.SUSPEND: Situation.GONE,
    Kind.DELETE: Situation.EXPIRED,
    Kind.UNLINK: Situation.UNDONE,
    Kind.UNDELETE: Situation.UNDONE,
}


def an_action(kind: Kind, n: int = 1, **facts: Any) -> Action:
    """An action on pupil ``n``, with what such an action usually carries."""
    pupil = a_pupil(n)
    suspended = kind in {Kind.RESTORE, Kind.DELETE, Kind.UNDELETE}
    status = Status.SUSPENDED if suspended else Status.ACTIVE
    known = a_known(n, pupil=a_pupil(n, class_title="3年1組"), status=status)
    absent = kind in {Kind.VACATE, Kind.RECORD, Kind.SUSPEND, Kind.DELETE, Kind.UNLINK}
    fresh = kind in {Kind.CREATE, Kind.LINK, Kind.UNDELETE}
    defaults: dict[str, Any] = {
        "pupil": pupil.id,
        "kind": kind,
        "situation": SITUATIONS[kind],
        "before": None if fresh else known,
        "after": None if absent else pupil,
        "account": {**known.account, UPN: aside(known)}
        if kind is Kind.VACATE
        else account_of(pupil, a_city()),
        "object_id": "" if kind is Kind.CREATE else known.object_id,
        "password": PasswordAt("inbox/demo/passwords/first.csv", "v1", n + 1)
        if kind is Kind.CREATE
        else None,
        "back": known if kind is Kind.UNDELETE else None,
    }
    return Action(**(defaults | facts))


def hold(flow: Flow, *answers: Answer) -> tuple[list[Request], Outcome]:
    """What the flow asked, and how it ended, when Graph answers like this."""
    asked: list[Request] = []
    given = iter(answers)
    try:
        asked.append(next(flow))
        while True:
            asked.append(flow.send(next(given)))
    except StopIteration as end:
        assert not list(given), "not every answer was needed"
        return asked, end.value


def said(requests: Iterable[Request]) -> list[str]:
    """Requests as ``VERB /path``, ids and queries left out."""
    return [f"{r.method} {r.url.partition('?')[0]}" for r in requests]


def refused(
    status: int, code: str = "Request_BadRequest", text: str = "", **details: str
) -> Answer:
    """``details`` are code=target."""
    listed = [{"code": name, "target": target} for name, target in details.items()]
    return Answer(status, {}, {"error": {"code": code, "message": text, "details": listed}})


def taken(by: str = "") -> Answer:
    """The answer to a create whose name exists already; ``by`` is the other object's id."""
    details = {"ObjectConflict": "userPrincipalName"}
    return refused(400, **(details | ({"ConflictingObjects": f"User_{by}"} if by else {})))


def a_user(n: int = 1, /, **facts: Any) -> Answer:
    """Pupil ``n``'s account as Graph returns it."""
    account = account_of(a_pupil(n), a_city())
    mark = {"extensionAttribute1": account.pop("extensionAttribute1")}
    body = account | {
        "id": an_id(f"object {a_pupil(n).id}"),
        "accountEnabled": True,
        "onPremisesExtensionAttributes": mark,
    }
    return Answer(200, {}, body | facts)


CREATED = Answer(201, {}, {"id": "new-object"})
NO_CONTENT = Answer(204)
NOT_FOUND = refused(404, "Request_ResourceNotFound")
