"""Records of children whose transfer left the row of another userMasterIdentifier behind.

The roster itself says so: both rows bear one account and one name, and only one is enrolled today
(preprocess/duplicates.py). A record under the id that is over is the living row's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired

_NAME, _KANA = ("family", "given"), ("kana_family", "kana_given")


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """``living``: an id whose row is over → the id of the same child's row of today. ``heirs``: the
    living id → the record that it takes over tonight."""

    living: Mapping[str, str] = field(default_factory=dict)
    heirs: Mapping[str, Record] = field(default_factory=dict)

    def taken_over(self, umi: str) -> bool:
        """Whether the record of this id goes to the living row tonight."""
        heir = self.heirs.get(self.living.get(umi, ""))
        return heir is not None and heir.pupil.id == umi


def left_behind(
    rows: Mapping[str, Desired],
    known: Mapping[str, Record],
    held: Set[str],
    wanting: Callable[[str], Sequence[str]],
    accounts: Set[str],
) -> LeftBehind:
    """``wanting`` gives the ids of tonight's pupils who want a sign-in name, ``accounts`` are the
    object ids that the tenant shows.

    A record moves by itself only where all agrees: its own name or readings too, nobody else wants
    the account, the living id has no record, and the old one is active, on no other row, and has
    its account still. A suspended one comes back under another id by a person's decision.
    """
    living: dict[str, str] = {}
    heirs: dict[str, Record] = {}
    for umi, row in rows.items():
        if not row.former:
            continue
        living |= dict.fromkeys(row.former, umi)
        free = [known[old] for old in row.former
                if old in known and old not in rows and old not in held]  # fmt: skip
        record = _record(free, row.pupil.account)
        if record is None or umi in known or len(wanting(row.pupil.account.lower())) > 1:
            continue
        lives = record.status is Status.ACTIVE and record.object_id in accounts
        if lives and agree(record.pupil, row.pupil):
            heirs[umi] = record
    return LeftBehind(living, heirs)


def _record(records: Iterable[Record], account: str) -> Record | None:
    """The one that has the account; a single one may have had another name for it."""
    records = list(records)
    named = [one for one in records if one.sign_in.lower() == account]
    found = named or records
    return found[0] if len(found) == 1 else None


def agree(one: Pupil, other: Pupil) -> bool:
    """Whether the full name is the same, or the full reading; blanks agree with nothing. Of a child
    with one name only, that one is the full name."""
    is_full = any if one.has_one_name and other.has_one_name else all
    return any(
        is_full(halves) and halves == tuple(getattr(other, half) for half in pair)
        for pair in (_NAME, _KANA)
        if (halves := tuple(getattr(one, half) for half in pair))
    )
