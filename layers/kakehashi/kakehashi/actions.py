"""What is done to people's accounts: the plan's words, which every directory carries out."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Self

from kakehashi.people.person import PersonLike
from kakehashi.people.population import person_of, population_of
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import SIGN_IN, Record, Status
from kakehashi.roster import PasswordAt


class Situation(StrEnum):
    NEW = "NEW"
    UNLINKED = "UNLINKED"
    CONFIRMED = "CONFIRMED"
    CHANGED = "CHANGED"
    RETURNED = "RETURNED"
    LOST = "LOST"
    DISPUTED = "DISPUTED"
    HELD = "HELD"
    GONE = "GONE"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    FOREIGN = "FOREIGN"
    RENAMING = "RENAMING"  # nothing is left of the child's names
    EXCHANGED = "EXCHANGED"  # names or sign-in names of known children, with each other
    SAME_CHILD = "SAME_CHILD"  # as one who is missing, under a new id and a new account
    UNDONE = "UNDONE"  # not of a night: what an undo turns back


class Change(StrEnum):
    """What CHANGED is told apart into; UPDATED is a change that is none of the others."""

    MOVED = "MOVED"
    PROMOTED = "PROMOTED"
    RENAMED = "RENAMED"
    UPDATED = "UPDATED"


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
class Action[P: PersonLike = Pupil]:
    """One thing to do to one person.

    ``before`` is the state's item (None: there is none), ``after`` the roster's pupil (None: the
    pupil is not in the roster), ``account`` what the tenant must hold afterwards, ``object_id``
    the account to touch ("" for a create). In a link, ``before`` with another id than ``pupil``
    is the same child under the id that the roster has given up: its mark may be replaced, and its
    item goes. ``former`` are such items that links of an earlier release have left behind.
    ``back`` is the item that an undo writes again, None where the item follows from the rest.
    ``tool_id`` is what tools shall know the child by, "" where that follows from ``before``.
    ``prepared`` makes an account that waits for the first day.
    A create with ``before`` makes a new account for a pupil whose old one is gone; a restore with
    another object id than ``before`` takes back the account that carries the pupil's mark.
    """

    pupil: str
    kind: Kind
    situation: Situation
    before: Record[P] | None
    after: P | None
    account: Mapping[str, str] = field(default_factory=dict)
    password: PasswordAt | None = None
    object_id: str = ""
    back: Record[P] | None = None
    former: tuple[Record[P], ...] = ()
    tool_id: str = ""
    prepared: bool = False

    @property
    def sign_in(self) -> str:
        """The sign-in name that the account shall have; "" where the action says none."""
        return self.account.get(SIGN_IN, "")

    @property
    def opens(self) -> bool:
        """Whether anybody can sign in: to a prepared account of staff nobody until the day, to a
        new pupil's at once, for devices are tried out before they are handed out."""
        return population_of(self.pupil).opens_ahead or not self.prepared

    @property
    def given_up(self) -> tuple[Record[P], ...]:
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
            **({"prepared": True} if self.prepared else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        before, after, password = data["before"], data["after"], data["password"]
        back = data.get("back")
        return cls(
            pupil=data["pupil"],
            kind=Kind(data["kind"]),
            situation=Situation(data["situation"]),
            before=Record.from_json(before) if before else None,
            after=person_of(after) if after else None,
            account=dict(data["account"]),
            password=PasswordAt(**password) if password else None,
            object_id=data["object_id"],
            back=Record.from_json(back) if back else None,
            former=tuple(map(Record.from_json, data.get("former", ()))),
            tool_id=data.get("tool_id", ""),
            prepared=data.get("prepared", False),
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


def settled[P: PersonLike](
    action: Action[P], *, as_of: date, run_id: str, object_id: str = ""
) -> Record[P] | None:
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
    return Record(
        after,
        dict(action.account),
        object_id or action.object_id,
        Status.PREPARED if action.prepared else Status.ACTIVE,
        run_id=run_id,
        tool_id=_tool_id(action),
        grade_since=_grade_since(before, after, as_of),
    )


def _tool_id(action: Action[Any]) -> str:
    """What tools know the child by goes with it, whatever id the roster gives it."""
    told = action.tool_id or (action.before.sourced_id if action.before else "")
    return "" if told == action.pupil else told


def _grade_since(before: Record[Any] | None, after: PersonLike, as_of: date) -> date | None:
    if before is None or before.pupil.grade == after.grade:
        return before.grade_since if before else None
    return as_of


def same_item(one: Record[Any] | None, other: Record[Any] | None) -> bool:
    """Equal but for the run that wrote it and the line its pupil stood on."""
    if one is None or other is None:
        return one is other
    plain = (dataclasses.replace(k, account=dict(k.account), run_id="") for k in (one, other))
    return next(plain) == next(plain)


def in_order[P: PersonLike](actions: Iterable[Action[P]]) -> tuple[Action[P], ...]:
    """As they are applied, and pupil by pupil within a kind."""
    return tuple(sorted(actions, key=lambda action: (_ORDER[action.kind], action.pupil)))


_ASIDE = "moving-"


def aside(record: Record[Any]) -> str:
    """The sign-in name under which this account stands aside; nobody else's can be the same."""
    return f"{_ASIDE}{record.object_id}@{record.sign_in.partition('@')[2]}"


def stands_aside(record: Record[Any]) -> bool:
    """Whether it waits under such a name for one that another account must give up first."""
    return bool(record.object_id) and record.sign_in.startswith(f"{_ASIDE}{record.object_id}@")
