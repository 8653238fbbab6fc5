"""The three sources a plan is made from, indexed: tonight's roster, our state, the tenant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from kakehashi.roster import Desired, Held, Known, Pupil, Status, TenantAccount


@dataclass(frozen=True, slots=True)
class Sources:
    """Ids and sign-in names are keys in lower case.

    ``twice`` are ids on several rows. ``untied`` counts held rows that
    could not be tied to any pupil. ``wanted_by`` lists, for a sign-in name, the ids of tonight's
    pupils who want it.
    """

    desired: Mapping[str, Desired]
    twice: frozenset[str]
    held: Mapping[str, Held]
    untied: int
    known: Mapping[str, Known]
    by_object: Mapping[str, TenantAccount]
    by_mark: Mapping[str, Sequence[TenantAccount]]
    by_upn: Mapping[str, TenantAccount]
    wanted_by: Mapping[str, Sequence[str]]
    owners: Mapping[str, Sequence[str]]
    by_known_object: Mapping[str, Sequence[str]]

    def owner(self, upn: str, but: str) -> Known | None:
        """The pupil of our state, other than ``but``, to whose account we gave this name."""
        for umi in self.owners.get(upn.lower(), ()):
            known = self.known[umi]
            if umi != but and not self.superseded(known):
                return known
        return None

    def absent(self, umi: str) -> bool:
        """Known, and tonight neither in the drop nor held; a row that says "left" is an absence."""
        held = self.held.get(umi)
        return umi in self.known and umi not in self.desired and (held is None or held.leaving)

    def successor(self, known: Known) -> Pupil | None:
        """Tonight's pupil, unknown to the state, who wants this absent pupil's account."""
        wanting = self.wanted_by.get(known.account.get("userPrincipalName", "").lower(), ())
        if len(wanting) != 1 or wanting[0] in self.known or not self.absent(known.pupil.id):
            return None
        return self.desired[wanting[0]].pupil

    def claimed(self, known: Known) -> str:
        """The known pupil on whose row tonight this absent pupil's account stands, or ""."""
        wanting = self.wanted_by.get(known.account.get("userPrincipalName", "").lower(), ())
        return next((umi for umi in sorted(wanting) if umi in self.known), "")

    def superseded(self, known: Known) -> bool:
        """Whether the account has gone over to another id of the same child, by a decision."""
        holder = self.by_object.get(known.object_id)
        sharers = self.by_known_object[known.object_id]
        mark = holder.mark.lower() if holder else ""
        return len(sharers) > 1 and mark != known.pupil.id and mark in sharers


def index_sources(
    desired: Iterable[Desired],
    held: Iterable[Held],
    current: Iterable[Known],
    tenant: Iterable[TenantAccount],
) -> Sources:
    """Index everything once; nothing is lost where keys are not unique."""
    rows = _grouped((row.pupil.id, row) for row in desired)
    known = {one.pupil.id: one for one in current}
    living = [one for one in known.values() if one.status is not Status.DELETED]
    owners = _grouped((one.account.get("userPrincipalName", "").lower(), one.pupil.id)
                      for one in living)  # fmt: skip
    accounts = {one.object_id: one for one in tenant}  # a listing may show a page twice
    tied, untied = _tie(held, known, owners, rows.keys())
    return Sources(
        desired={umi: _first(several) for umi, several in rows.items()},
        twice=frozenset(umi for umi, several in rows.items() if len(several) > 1),
        held=tied,
        untied=untied,
        known=known,
        by_object=accounts,
        by_mark=_grouped((one.mark.lower(), one) for one in accounts.values() if one.mark),
        by_upn={one.upn.lower(): one for one in accounts.values()},
        wanted_by=_grouped(dict.fromkeys((row.pupil.account.lower(), umi)
                                         for umi, several in rows.items() for row in several)),
        owners=owners,
        by_known_object=_grouped((one.object_id, one.pupil.id) for one in known.values()),
    )  # fmt: skip


def _tie(
    held: Iterable[Held],
    known: Mapping[str, Known],
    owners: Mapping[str, Sequence[str]],
    present: Set[str],
) -> tuple[dict[str, Held], int]:
    """Held rows by pupil: the id on the row, and whoever owns its account if that id is strange.

    The id may also be another known pupil's, typed over this one's: an owner who stands on no row
    of their own (``present``) is held with it. A row that says "has left" gives way to any other
    reason to hold the same pupil.
    """
    tied: dict[str, Held] = {}
    untied = 0
    for row in sorted(held, key=lambda row: (row.leaving, row.code, row.line)):
        ids = [row.pupil] if row.pupil else []
        theirs = owners.get((row.account or "").lower(), ())
        if not row.pupil or row.pupil not in known:
            ids += theirs
        elif not row.leaving:
            ids += [umi for umi in theirs if umi not in present]
        untied += not ids
        for umi in ids:
            tied.setdefault(umi, row)
    return tied, untied


def _first(rows: Sequence[Desired]) -> Desired:
    """Any one of rows that share an id, but whatever their order always the same one."""
    return rows[0] if len(rows) == 1 else min(rows, key=lambda row: str(row.pupil.facts()))


def _grouped[K, V](pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        if key in groups:
            groups[key].append(value)
        else:
            groups[key] = [value]
    return groups


def same_child(one: Pupil, other: Pupil | None) -> bool:
    """Names and kana agree. Evidence for a person's decision, never a match by itself."""
    names = ("family", "given", "kana_family", "kana_given")
    return other is not None and all(getattr(one, n) == getattr(other, n) for n in names)


def unseen(desired: Iterable[Desired], current: Iterable[Known],
           tenant: Iterable[TenantAccount]) -> list[str]:  # fmt: skip
    """Object ids of known pupils of the drop that a listing of the tenant does not show.

    A page may be missing from a listing, so each is to be asked for by itself before it is lost.
    """
    listed = {one.object_id for one in tenant}
    wanted = {row.pupil.id for row in desired}
    return sorted(one.object_id for one in current if one.pupil.id in wanted
                  and one.status is not Status.DELETED and one.object_id not in listed)  # fmt: skip
