"""The three sources a plan is made from, indexed: tonight's roster, our state, the tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from kakehashi.diff.left_behind import LeftBehind, left_behind
from kakehashi.diff.likeness import Traits, named_by_now
from kakehashi.diff.moved import MovedIds, moved
from kakehashi.diff.spelling import one_shape
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired, Held


class Grouped[K, V]:
    """Values by key where nearly every key has one, and a city has a million keys: no container
    is made for those, and whether a key has several is known without looking at its values."""

    __slots__ = ("_first", "_more")

    def __init__(self, pairs: Iterable[tuple[K, V]]) -> None:
        self._first: dict[K, V] = {}
        self._more: dict[K, list[V]] = {}
        for key, value in pairs:
            if key in self._first:
                self._more.setdefault(key, []).append(value)
            else:
                self._first[key] = value

    def of(self, key: K) -> tuple[V, ...]:
        """In the order in which they came; none for an unknown key."""
        if key not in self._first:
            return ()
        return (self._first[key], *self._more.get(key, ()))

    def has_several(self, key: K) -> bool:
        return key in self._more


@dataclass(frozen=True, slots=True)
class Missing:
    """What was asked about accounts that the tenant's listing does not show.

    ``unsure`` are object ids of which nobody knows: a page may be missing from a listing, and they
    were not asked for one by one. ``restorable`` are the userMasterIdentifiers whose deleted
    account can still be had back.
    """

    unsure: Set[str] = frozenset()
    restorable: Set[str] = frozenset()

    def to_json(self) -> dict[str, Any]:
        return {"unsure": sorted(self.unsure), "in_bin": sorted(self.restorable)}


@dataclass(frozen=True, slots=True)
class Sources:
    """Ids and sign-in names are keys in lower case.

    ``twice`` are ids on several rows. ``untied`` counts held rows that
    could not be tied to any pupil. ``wanted_by`` lists, for a sign-in name, the ids of tonight's
    pupils who want it, ``wanted_ahead`` of those who are still to come, ``namesakes`` how
    those look who are here, while somebody is. ``known`` holds each child
    once: records under ids that were given up stand in ``moved`` alone. ``left_behind`` are ids
    whose rows a transfer has left over.
    """

    desired: Mapping[str, Desired]
    twice: frozenset[str]
    held: Mapping[str, Held]
    untied: int
    known: Mapping[str, Record]
    by_object: Mapping[str, Listed]
    by_mark: Grouped[str, Listed]
    by_sign_in: Mapping[str, Listed]
    wanted_by: Grouped[str, str]
    wanted_ahead: Grouped[str, str]
    namesakes: Set[Traits]
    owners: Grouped[str, str]
    moved: MovedIds
    left_behind: LeftBehind
    missing: Missing = field(default_factory=Missing)

    def without_account(self, record: Record) -> bool:
        """Nobody has the account any more: it was asked for by itself and not found."""
        gone = record.object_id not in self.by_object
        return gone and record.object_id not in self.missing.unsure

    def owner(self, upn: str, *but: str) -> Record | None:
        """The pupil of our state, other than ``but``, to whose account we gave this name."""
        for umi in self.owners.of(upn.lower()):
            if umi not in but:
                return self.known[umi]
        return None

    def keeps(self, upn: str, *but: str) -> bool:
        """Whether another pupil of our state has this name, for all that the tenant shows.

        It is free once the tenant shows the owner under another name, and the owner's row asks for
        another one, too, or the owner has left; and once a leaver without an account is suspended,
        so that no tool has two who sign in by it.
        """
        owner = self.owner(upn, *but)
        if owner is None or (owner.status is Status.SUSPENDED and self._has_gone(owner)):
            return False
        row = self.desired.get(owner.pupil.id)
        asks = row.pupil.account if row else "" if self.absent(owner.pupil.id) else upn
        return upn.lower() in {self.name_now(owner), asks.lower()}

    def name_now(self, record: Record) -> str:
        """The sign-in name that the tenant shows; where it shows none, the one we wrote last."""
        seen = self.by_object.get(record.object_id)
        return _lower(seen.sign_in if seen else record.sign_in)

    def absent(self, umi: str) -> bool:
        """Known, and tonight neither in the drop nor held; a row that says "left" is an absence."""
        held = self.held.get(umi)
        return umi in self.known and umi not in self.desired and (held is None or held.leaving)

    def successor(self, record: Record) -> Pupil | None:
        """Tonight's pupil, unknown to the state, who wants this absent pupil's account."""
        wanting = self.wanted_by.of(record.sign_in.lower())
        if len(wanting) != 1 or wanting[0] in self.known or not self.absent(record.pupil.id):
            return None
        return self.desired[wanting[0]].pupil

    def claimed(self, record: Record) -> str:
        """The known pupil on whose row tonight this absent pupil's account stands, or ""; one that
        is gone cannot be claimed."""
        if self._has_gone(record):
            return ""
        wanting = self.wanted_by.of(self.name_now(record))
        return next((umi for umi in sorted(wanting) if umi in self.known), "")

    def _has_gone(self, record: Record) -> bool:
        return self.absent(record.pupil.id) and self.without_account(record)


def index_sources(
    desired: Iterable[Desired],
    held: Iterable[Held],
    current: Iterable[Record],
    tenant: Iterable[Listed],
    missing: Missing | None = None,
) -> Sources:
    """Index everything once; nothing is lost where keys are not unique."""
    rows, again = _by_id(desired)
    accounts = {one.object_id: one for one in tenant}  # a listing may show a page twice
    known = {one.pupil.id: one for one in current}
    moves = moved(known, accounts)
    for umi in moves.given_up():
        del known[umi]
    living = [one for one in known.values() if one.status is not Status.DELETED]
    owners = Grouped((_lower(one.sign_in), one.pupil.id)
                      for one in living)  # fmt: skip
    tied, untied = _tie(held, known, owners, rows.keys(), moves)
    wanted_by = Grouped((account, umi) for umi, row in rows.items() if not row.ahead
                        for account in _accounts(again.get(umi, (row,))))  # fmt: skip
    return Sources(
        desired=rows | {umi: _always_the_same(several) for umi, several in again.items()},
        twice=frozenset(again),
        held=tied,
        untied=untied,
        known=known,
        by_object=accounts,
        by_mark=Grouped((_lower(one.mark), one) for one in accounts.values() if one.mark),
        by_sign_in={_lower(one.sign_in): one for one in accounts.values()},
        wanted_by=wanted_by,
        wanted_ahead=Grouped((_lower(row.pupil.account), umi) for umi, row in rows.items()
                             if row.ahead),
        namesakes=_namesakes(known.values()) if any(row.ahead for row in rows.values())
        else frozenset(),
        owners=owners,
        moved=moves,
        left_behind=left_behind(rows, known, tied.keys(), wanted_by.of, accounts.keys()),
        missing=missing or Missing(),
    )  # fmt: skip


def _by_id(desired: Iterable[Desired]) -> tuple[dict[str, Desired], dict[str, list[Desired]]]:
    """A row for each id, and all rows of the ids that stand on several."""
    rows: dict[str, Desired] = {}
    again: dict[str, list[Desired]] = {}
    for row in desired:
        first = rows.setdefault(row.pupil.id, row)
        if first is not row:
            again.setdefault(row.pupil.id, [first]).append(row)
    return rows, again


def _accounts(rows: Iterable[Desired]) -> Iterable[str]:
    return dict.fromkeys(_lower(row.pupil.account) for row in rows)


def _tie(
    held: Iterable[Held],
    known: Mapping[str, Record],
    owners: Grouped[str, str],
    present: Set[str],
    moves: MovedIds,
) -> tuple[dict[str, Held], int]:
    """Held rows by pupil: the id on the row, and whoever owns its account if that id is strange.

    The id may also be another known pupil's, typed over this one's: an owner who stands on no row
    of their own (``present``) is held with it. A row that says "has left" gives way to any other
    reason to hold the same pupil. A row under an id that a child has given up is that child's, and
    says nothing of a child who stands on a row of its own.
    """
    tied: dict[str, Held] = {}
    untied = 0
    for row in sorted(held, key=lambda row: (row.leaving, row.code, row.line)):
        ids = [row.pupil] if row.pupil else []
        theirs = owners.of((row.account or "").lower())
        mover = moves.holders.get(row.pupil or "") if row.pupil not in known else None
        if mover in present:
            continue
        if mover:
            ids = [mover]
        elif not row.pupil or row.pupil not in known:
            ids += theirs
        elif not row.leaving:
            ids += [umi for umi in theirs if umi not in present]
        untied += not ids
        for umi in ids:
            tied.setdefault(umi, row)
    return tied, untied


def _always_the_same(rows: Iterable[Desired]) -> Desired:
    """Any one of rows that share an id, but whatever their order always the same one."""
    return min(rows, key=lambda row: str(row.pupil.facts()))


def _lower(text: str) -> str:
    """``text`` in lower case: itself where it is, for a city has a million of them in memory."""
    lower = text.lower()
    return text if text == lower else lower


def same_child(one: Pupil, other: Pupil | None) -> bool:
    """The given name and its reading agree; a family name may change with the id, where parents
    part and the child moves. Of children with one name only that one, for blanks agree with
    nothing. Evidence for a person's decision, never a match by itself."""
    if other is None:
        return False
    blank = not any((one.given, one.kana_given, other.given, other.kana_given))
    names = ("family", "kana_family") if blank else ("given", "kana_given")
    return all(one_shape(getattr(one, n)) == one_shape(getattr(other, n)) for n in names)


def _namesakes(known: Iterable[Record]) -> Set[Traits]:
    active = (one.pupil for one in known if one.status is Status.ACTIVE)
    return {traits for pupil in active for traits in named_by_now(pupil)}


def unseen(desired: Iterable[Desired], current: Iterable[Record],
           tenant: Iterable[Listed]) -> list[str]:  # fmt: skip
    """Object ids that a listing of the tenant does not show although we know somebody by them who
    is in the drop, or who is not suspended: those of the drop first.

    A page may be missing from a listing, so each is to be asked for by itself before it is lost.
    """
    listed = {one.object_id for one in tenant}
    desired = list(desired)
    wanted = {umi for row in desired for umi in (row.pupil.id, *row.former)}
    names = {row.pupil.account.lower() for row in desired}
    asked = sorted(
        (one.pupil.id not in wanted, one.object_id)
        for one in current
        if one.object_id not in listed
        and (one.serves
             or (one.status is Status.SUSPENDED
                 and (one.pupil.id in wanted or one.pupil.account.lower() in names)))
    )  # fmt: skip
    return [object_id for _, object_id in asked]


def binned_perhaps(desired: Iterable[Desired], tenant: Iterable[Listed]) -> bool:
    """Whether somebody in the drop has no account of ours: a deleted one may be had back."""
    without = {row.pupil.id for row in desired}
    for account in tenant:
        without.discard(_lower(account.mark))
    return bool(without)
