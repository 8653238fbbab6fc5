"""What a report says of 教職員: how they stand, and who waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from kakehashi.diff.staff_plan import StaffPlanHeader
from kakehashi.people.staff import StaffMember
from kakehashi.report.words import Word

STANDINGS: Mapping[str, Word] = MappingProxyType({
    "NEW": Word("新しく作成", "new"),
    "PREPARED": Word("着任日の前に作成(まだ開かない)", "made ahead, not open yet"),
    "OPENED": Word("着任日に開始", "opened on the first day"),
    "RETURNED": Word("復帰", "back again"),
    "MOVED": Word("異動", "moved"),
    "CHANGED": Word("変更", "changed"),
    "CONFIRMED": Word("変更なし", "as it was"),
    "WAITING": Word("着任待ち", "not begun yet"),
    "ENDED": Word("任期終了(停止の決定待ち)", "ended: suspend?"),
    "UNLINKED": Word("前からのアカウントあり(連携の決定待ち)", "account exists: link?"),
    "SUSPENDED": Word("停止中", "suspended"),
    "EXPIRED": Word("停止から猶予期間が経過(削除の決定待ち)", "suspended long ago: delete?"),
    "ABSENT": Word("どの名簿にもいない(きのうのまま)", "in no source, as yesterday"),
    "ALONE": Word("触らないアカウント", "left alone"),
    "HELD": Word("保留", "held"),
    "PAST": Word("過去の在職(アカウントなし)", "past, never had an account"),
})  # fmt: skip
DECIDED: Mapping[str, tuple[str, Word]] = MappingProxyType({
    "ENDED": ("suspend", Word("任期終了(停止を決定済み)", "ended, suspension decided")),
    "UNLINKED": ("link", Word("前からのアカウントあり(連携を決定済み)",
                              "account exists, link decided")),
    "EXPIRED": ("delete", Word("停止から猶予期間が経過(削除を決定済み)",
                               "suspended long ago, deletion decided")),
})  # fmt: skip
"""Of those who are asked about, whom the plan does something to: by which kind of action."""
ASKED: Mapping[str, str] = MappingProxyType({
    "suspend": "任期が終わった → 停止?", "link": "同じサインイン名のアカウントがある → 連携?",
    "delete": "停止から猶予期間が過ぎた → 削除?",
})  # fmt: skip
TITLE = "教職員"
COLUMNS = (
    ("職員番号", 14), ("決定", 10), ("決定者", 14), ("状況", 36), ("氏名", 18), ("職種", 14),
    ("学校コード", 16), ("学校名", 28), ("最後の日", 12), ("二人目", 10),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StaffLine:
    """Somebody who waits, as the workbook lists them."""

    id: str
    number: str
    asked: str
    name: str = field(repr=False)
    job: str
    school: str
    school_name: str
    until: str

    @classmethod
    def of(cls, member: StaffMember, asked: str) -> Self:
        return cls(
            member.id,
            member.number,
            asked,
            f"{member.family} {member.given}".strip(),
            member.job,
            member.school,
            member.school_name,
            member.until.isoformat() if member.until else "",
        )


def standings(staff: StaffPlanHeader) -> list[tuple[Word, int]]:
    """How many stand how tonight, by the staff's plan; nothing for a city without staff."""
    found = list[tuple[Word, int]]()
    for name, word in STANDINGS.items():
        count = staff.counts.get(name, 0)
        kind, told = DECIDED.get(name, ("", word))
        decided = min(count, staff.actions.get(kind, 0))
        found += [(word, count - decided), (told, decided)]
    return [(word, count) for word, count in found if count]


def rows(lines: Iterable[StaffLine], second: Sequence[str]) -> Iterator[Sequence[str]]:
    """``決定`` and ``決定者`` are left blank for a person to fill in. ``second`` are the ids of
    those whom one person has decided about already."""
    for one in lines:
        waits = "二人目待ち" if one.id in second else ""
        yield (one.number, "", "", ASKED.get(one.asked, ""), one.name, one.job, one.school,
               one.school_name, one.until, waits)  # fmt: skip
