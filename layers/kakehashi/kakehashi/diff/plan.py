"""The plan as a value: what will be done, what is only proposed, what stands in the way.

A plan has a name, its checksum. Two plans that would do the same to the same state have the same
checksum, whatever the run, the night or the order of rows: so a rehearsal is recognised, and what
staff approved is what happens.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import batched, chain
from typing import Any, Self

from kakehashi.diff.answers import Question
from kakehashi.diff.exports import Export
from kakehashi.diff.situations import Situation
from kakehashi.findings import Finding
from kakehashi.roster import Known, PasswordAt, Pupil, Status, canonical
from kakehashi.stored import VERSION, Form

# Actions of one Lambda: a minute at Graph's write limit, nine at our slowest pace. Each shard waits
# for its last stragglers; shards of 200 took three times as long where one call in twenty failed.
SHARD = 1000

HEADER = Form("plan")  # of plan.json


class Kind(StrEnum):
    """What is done, in the order in which it is applied.

    Cut short anywhere, a run leaves too many accounts rather than too few: what takes something
    away comes last, deletion at the very end. ``record`` writes our state only. Only an undo
    takes an account out of the deleted items as it was (``undelete``) or takes our mark off it
    again (``unlink``). ``vacate`` gives an account a sign-in name for the time being, so that
    another one can have its own (``rooms``).
    """

    VACATE = "vacate"
    UPDATE = "update"
    RESTORE = "restore"
    UNDELETE = "undelete"
    CREATE = "create"
    LINK = "link"
    RECORD = "record"
    UNLINK = "unlink"
    SUSPEND = "suspend"
    DELETE = "delete"


_ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to one pupil.

    ``before`` is the state's item (None: there is none), ``after`` the roster's pupil (None: the
    pupil is not in the roster), ``account`` what the tenant must hold afterwards, ``object_id``
    the account to touch ("" for a create). In a link, ``before`` with another id than ``pupil``
    is the same child under the id that the roster has given up: its mark may be replaced, and its
    item goes. ``former`` are such items that links of an earlier release have left behind.
    ``back`` is the item that an undo writes again, None where the item follows from the rest.
    ``tool_id`` is what tools shall know the child by, "" where that follows from ``before``.
    A create with ``before`` makes a new account for a pupil whose old one is gone; a restore with
    another object id than ``before`` takes back the account that carries the pupil's mark.
    """

    pupil: str
    kind: Kind
    situation: Situation
    before: Known | None
    after: Pupil | None
    account: Mapping[str, str] = field(default_factory=dict)
    password: PasswordAt | None = None
    object_id: str = ""
    back: Known | None = None
    former: tuple[Known, ...] = ()
    tool_id: str = ""

    @property
    def given_up(self) -> tuple[Known, ...]:
        """The child's items under ids that are given up: they go once the new one stands."""
        if self.before is None or self.before.pupil.id == self.pupil:
            return self.former
        return (self.before, *self.former)

    def ids(self) -> tuple[str, ...]:
        """Whose items the action may write or drop, the pupil's own first."""
        others = (*self.given_up, *((self.back,) if self.back else ()))
        return tuple(dict.fromkeys((self.pupil, *(known.pupil.id for known in others))))

    def to_json(self) -> dict[str, Any]:
        return {
            "pupil": self.pupil,
            "kind": str(self.kind),
            "situation": str(self.situation),
            "before": self.before and self.before.to_json(),
            "after": self.after and self.after.to_json(),
            "account": dict(self.account),
            "password": self.password and dataclasses.asdict(self.password),
            "object_id": self.object_id,
            "back": self.back and self.back.to_json(),
            **({"former": [one.to_json() for one in self.former]} if self.former else {}),
            **({"tool_id": self.tool_id} if self.tool_id else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        before, after, password = data["before"], data["after"], data["password"]
        back = data.get("back")
        return cls(
            pupil=data["pupil"],
            kind=Kind(data["kind"]),
            situation=Situation(data["situation"]),
            before=Known.from_json(before) if before else None,
            after=Pupil.from_json(after) if after else None,
            account=dict(data["account"]),
            password=PasswordAt(**password) if password else None,
            object_id=data["object_id"],
            back=Known.from_json(back) if back else None,
            former=tuple(map(Known.from_json, data.get("former", ()))),
            tool_id=data.get("tool_id", ""),
        )

    def essence(self) -> dict[str, Any]:
        """What the action *is*: without run ids, line numbers and places of passwords."""
        return essence(self.to_json())


def essence(action: Mapping[str, Any]) -> dict[str, Any]:
    """The same of an action as it is written, facts included that this release does not know."""
    found = {name: value for name, value in action.items() if name != "password"}
    for item in ("before", "back"):
        if known := found.get(item):
            found[item] = _essence(known)
    if former := found.get("former"):
        found["former"] = [_essence(known) for known in former]
    if pupil := found["after"]:
        found["after"] = _without(pupil, "line")
    return found


def _essence(known: Mapping[str, Any]) -> dict[str, Any]:
    return _without(known, "run_id") | {"pupil": _without(known["pupil"], "line")}


def _without(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


def settled(action: Action, *, as_of: date, run_id: str, object_id: str = "") -> Known | None:
    """The state's item once ``action`` is done; None when the pupil is to be forgotten.

    ``object_id`` is what Graph answered to a create. An account that goes back to a former id
    leaves the item of that one.
    """
    before, after = action.before, action.after
    if action.back is not None:
        return dataclasses.replace(action.back, run_id=run_id)
    if action.kind in {Kind.DELETE, Kind.UNLINK}:
        return None
    if action.kind is Kind.VACATE and before:
        return dataclasses.replace(before, account=dict(action.account), run_id=run_id)
    if action.kind is Kind.SUSPEND and before:
        return dataclasses.replace(
            before,
            status=Status.SUSPENDED,
            object_id=action.object_id or before.object_id,
            suspended_on=as_of,
            absent_since=before.absent_since or as_of,
            run_id=run_id,
            tool_id=_tool_id(action),
        )
    if after is None and before:
        return dataclasses.replace(
            before, absent_since=as_of, run_id=run_id, tool_id=_tool_id(action)
        )
    if after is None:
        raise ValueError("an action without before and after settles nothing")
    return Known(
        after,
        dict(action.account),
        object_id or action.object_id,
        run_id=run_id,
        tool_id=_tool_id(action),
        grade_since=_grade_since(before, after, as_of),
    )


def _tool_id(action: Action) -> str:
    """What tools know the child by goes with it, whatever id the roster gives it."""
    told = action.tool_id or (action.before.sourced_id if action.before else "")
    return "" if told == action.pupil else told


def _grade_since(before: Known | None, after: Pupil, as_of: date) -> date | None:
    if before is None or before.pupil.grade == after.grade:
        return before.grade_since if before else None
    return as_of


def same_item(one: Known | None, other: Known | None) -> bool:
    """Equal but for the run that wrote it and the line its pupil stood on."""
    if one is None or other is None:
        return one is other
    plain = (dataclasses.replace(k, account=dict(k.account), run_id="") for k in (one, other))
    return next(plain) == next(plain)


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that stops the plan until somebody accepts its code.

    ``scope`` is "city" or a MEXT code; ``bound`` the largest ``count`` that would have passed.
    """

    code: str
    scope: str
    count: int
    bound: int
    kind: str

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """As they are applied, and pupil by pupil within a kind."""
    return tuple(sorted(actions, key=lambda action: (_ORDER[action.kind], action.pupil)))


@dataclass(frozen=True, slots=True)
class Plan:
    """``proposals`` name the pupils who wait for a person, by situation; ``questions`` say more
    of those about whom it is asked who they are, answered ones included.

    ``counts`` are pupils per situation and change in the city, ``schools`` the same per MEXT
    code. ``held`` are pupils by the code that holds them, ``untied`` held rows that no pupil
    could be found for. ``lost`` are the active pupils whose account was asked for and is nowhere:
    no group and no licence is for them until they have one. ``explained`` says how much of each
    limited kind the calendar expected, ``counted`` what is left of it per kind and scope, to be
    added up over nights. ``rules`` is the SHA-256 of the city's file. ``undoes`` is
    the run that this plan turns back, "" for a roster's plan; ``export`` says how old that roster
    is. ``findings`` are not part of the header. ``found`` is the checksum of what stands in the
    files of a plan that was read.
    """

    city_code: str
    serial: int
    as_of: date
    rules: str
    actions: tuple[Action, ...] = ()
    proposals: Mapping[Situation, tuple[str, ...]] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    schools: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    untied: int = 0
    lost: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()
    explained: Mapping[str, int] = field(default_factory=dict)
    counted: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    refused: bool = False
    undoes: str = ""
    export: Export = field(default_factory=Export)
    findings: tuple[Finding, ...] = ()
    checksum: str = ""
    found: str = field(default="", compare=False)

    def sealed(self) -> Plan:
        """The same with its checksum: what a planner hands out."""
        return dataclasses.replace(self, checksum=self.computed_checksum())

    def computed_checksum(self) -> str:
        """SHA-256 over canonical lines: city and serial, each action, each breach."""
        actions = (action.essence() for action in self.actions)
        breaches = (breach.to_json() for breach in self.breaches)
        return _checksum(self.city_code, self.serial, self.undoes, actions, breaches)

    def altered(self) -> bool:
        """Whether actions or breaches are no longer what the checksum was made of."""
        return self.checksum != (self.found or self.computed_checksum())

    def verdict(self, *, rehearse: bool) -> str:
        """The word for the state machine's next Choice."""
        if self.refused:
            return "refused"
        if rehearse:
            return "rehearsed"
        return "awaiting-approval" if self.breaches else "apply"

    def shards(self) -> Iterator[tuple[Action, ...]]:
        """The actions in order, ``SHARD`` at a time; deletions are never among others."""
        first = len([action for action in self.actions if action.kind is not Kind.DELETE])
        yield from batched(self.actions[:first], SHARD, strict=False)
        yield from batched(self.actions[first:], SHARD, strict=False)

    def header(self) -> dict[str, Any]:
        """What stands in plan.json: everything but the actions and the findings."""
        kinds = [action.kind for action in self.actions]
        questions = {umi: question.to_json() for umi, question in self.questions.items()}
        return {
            VERSION: HEADER.v,
            "city": self.city_code,
            "serial": self.serial,
            "as_of": self.as_of.isoformat(),
            "rules": self.rules,
            "checksum": self.checksum,
            "refused": self.refused,
            "undoes": self.undoes,
            "export": self.export.to_json(),
            "actions": {str(kind): kinds.count(kind) for kind in Kind if kind in kinds},
            "shards": sum(1 for _ in self.shards()),
            "proposals": {str(s): list(ids) for s, ids in self.proposals.items()},
            "counts": dict(self.counts),
            "schools": {school: dict(counts) for school, counts in self.schools.items()},
            "held": {code: list(ids) for code, ids in self.held.items()},
            "untied": self.untied,
            "lost": list(self.lost),
            "breaches": [breach.to_json() for breach in self.breaches],
            "explained": dict(self.explained),
            **({"questions": questions} if questions else {}),
            "counted": {kind: dict(scopes) for kind, scopes in self.counted.items()},
        }


def read_plan(header: Mapping[str, Any], actions: Iterable[Mapping[str, Any]] = ()) -> Plan:
    """A plan as it was written, with the checksum it was written with and without findings.

    Whether it still is that plan, ``altered`` tells; ``admit`` asks. It may be an earlier
    release's: its checksum is that of what stands there, not of what we would write today.
    """
    header = HEADER.upgrade(header)
    read: list[Action] = []
    found = _checksum(header["city"], header["serial"], header["undoes"],
                      _noted(actions, read), header["breaches"])  # fmt: skip
    return Plan(
        city_code=header["city"],
        serial=header["serial"],
        as_of=date.fromisoformat(header["as_of"]),
        rules=header["rules"],
        actions=tuple(read),
        proposals={Situation(s): tuple(ids) for s, ids in header["proposals"].items()},
        counts=dict(header["counts"]),
        schools={school: dict(counts) for school, counts in header["schools"].items()},
        held={code: tuple(ids) for code, ids in header["held"].items()},
        untied=header["untied"],
        lost=tuple(header.get("lost", ())),
        breaches=tuple(Breach(**breach) for breach in header["breaches"]),
        explained=dict(header["explained"]),
        questions={u: Question.from_json(q) for u, q in header.get("questions", {}).items()},
        counted={kind: dict(scopes) for kind, scopes in header.get("counted", {}).items()},
        refused=header["refused"],
        undoes=header["undoes"],
        export=Export.from_json(header["export"]),
        checksum=header["checksum"],
        found=found,
    )


def _noted(rows: Iterable[Mapping[str, Any]], read: list[Action]) -> Iterator[Mapping[str, Any]]:
    """What each row is, in passing: two copies of a large plan would be held otherwise."""
    for row in rows:
        read.append(Action.from_json(row))
        yield essence(row)


def _checksum(
    city: str,
    serial: int,
    undoes: str,
    actions: Iterable[Mapping[str, Any]],
    breaches: Iterable[Mapping[str, Any]],
) -> str:
    digest = hashlib.sha256()
    head = {"city": city, "serial": serial, "undoes": undoes}
    for line in chain((head,), actions, breaches):
        digest.update(canonical(line).encode() + b"\n")
    return digest.hexdigest()
