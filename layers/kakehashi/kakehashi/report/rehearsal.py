"""What has moved since the rehearsal, as staff read it: two small tables and a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kakehashi.diff.comparison import PROPOSED, PlanChange
from kakehashi.report.night import Night
from kakehashi.report.words import KINDS, SITUATIONS, Word, word

SHEET = "予行との違い"
COLUMNS = (
    ("userMasterIdentifier", 38), ("違い", 14), ("状況", 24), ("予行の操作", 16),
    ("今回の操作", 16), ("学校コード", 16), ("学校名", 28),
)  # fmt: skip
MOVED: Mapping[str, Word] = {
    PlanChange.ADDED: Word("予行になかった", "not rehearsed"),
    PlanChange.GONE: Word("予行だけにあった", "only rehearsed"),
    PlanChange.DIFFERENT: Word("内容が変わった", "different"),
}
PROPOSAL = Word("判断待ち", "waits for a decision")


@dataclass(frozen=True, slots=True)
class Moves:
    """``counts``: situation, pupils then, pupils now. ``schools``: name or code, then how many
    were added, gone, different."""

    run_id: str
    as_of: str
    counts: Sequence[tuple[Word, int, int]]
    schools: Sequence[tuple[str, Sequence[int]]]


def moves(night: Night) -> Moves | None:
    """None where there was no rehearsal of this day, or nothing has moved since."""
    told = night.comparison
    if not told or not (told.differences or told.counts):
        return None
    counts = [(word(SITUATIONS, name), *both) for name, both in told.counts.items()]
    schools = [
        (night.schools.get(code, code), [moved.get(kind, 0) for kind in PlanChange])
        for code, moved in told.schools.items()
    ]
    return Moves(told.run_id, told.as_of.isoformat(), counts, schools)


def rows(night: Night) -> Iterator[Sequence[str]]:
    for one in night.comparison.differences if night.comparison else ():
        code = one.school or night.school_of.get(one.pupil, "")
        yield [
            one.pupil,
            MOVED[one.moved].ja,
            word(SITUATIONS, one.situation).ja,
            _kind(one.rehearsed),
            _kind(one.now),
            code,
            night.schools.get(code, ""),
        ]


def _kind(kind: str) -> str:
    return PROPOSAL.ja if kind == PROPOSED else word(KINDS, kind).ja
