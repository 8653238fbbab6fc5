"""What an action does to one child, read from a plan's lines without reading the plan.

A plan of 20,000 actions lies in files of a thousand lines each (``actions/NNNN.jsonl``). A page
shows fifty of them: so files before the page are not opened, lines are looked at as bytes, and
only those that may be meant are parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice
from types import MappingProxyType

from kakehashi.actions import Kind
from kakehashi.diff.header import PlanHeader
from kakehashi.diff.plan import SHARD
from kakehashi.people.pupil import GRADE_LABELS, GRADES, Pupil
from kakehashi.report.words import KINDS, Word, word
from kakehashi.run_folder.actions import PupilChange, change_of
from kakehashi.staff.searching import Words, texts_of

PAGE = 50  # rows of a page
LONGEST = 80  # characters of a text that is searched for

type Shards = Callable[[int], Iterable[bytes]]  # lines of actions/NNNN.jsonl, from 1


class What(StrEnum):
    """What happens to a child, as a clerk calls it."""

    NEW = "new"
    MOVED = "moved"
    RENAMED = "renamed"
    GRADE = "grade"
    CLASS = "class_changed"
    ACCOUNT = "account"
    RETURNED = "returned"
    LINK = "link"
    GONE = "gone"
    SUSPEND = "suspend"
    DELETE = "delete"
    UNDONE = "undone"
    UPDATED = "updated"


WHATS: Mapping[What, Word] = MappingProxyType({
    What.NEW: Word("新入・転入", "new"),
    What.MOVED: Word("市内転校", "moved school"),
    What.RENAMED: Word("氏名の変更", "renamed"),
    What.GRADE: Word("学年の変更", "another grade"),
    What.CLASS: Word("学級の変更", "another class"),
    What.ACCOUNT: Word("サインイン名の変更", "another sign-in name"),
    What.RETURNED: Word("利用停止からの復帰", "back from suspension"),
    What.LINK: Word("名寄せ", "linked"),
    What.GONE: Word("名簿にいない(記録だけ)", "not in the roster (noted)"),
    What.SUSPEND: Word("利用停止", "suspended"),
    What.DELETE: Word("削除", "deleted"),
    What.UNDONE: Word("取り消し", "undone"),
    What.UPDATED: Word("その他の変更", "other changes"),
})  # fmt: skip

_FACTS: Mapping[str, tuple[Word, What]] = MappingProxyType({
    "name": (Word("氏名", "name"), What.RENAMED),
    "kana": (Word("読み", "reading"), What.RENAMED),
    "school_name": (Word("学校", "school"), What.MOVED),
    "grade": (Word("学年", "grade"), What.GRADE),
    "class_title": (Word("学級", "class"), What.CLASS),
    "attendance_no": (Word("出席番号", "number"), What.UPDATED),
    "account": (Word("サインイン名", "sign-in name"), What.ACCOUNT),
})  # fmt: skip
_BY_SITUATION = {"RETURNED": What.RETURNED, "UNDONE": What.UNDONE}
_BY_KIND: Mapping[str, What] = {
    Kind.LINK: What.LINK,
    Kind.SUSPEND: What.SUSPEND,
    Kind.DELETE: What.DELETE,
    Kind.CREATE: What.NEW,
}
_DEEDS: Mapping[str, tuple[bytes, ...]] = MappingProxyType({
    What.NEW: (b'"kind":"create"', b'"before":null'),
    What.LINK: (b'"kind":"link"',),
    What.SUSPEND: (b'"kind":"suspend"',),
    What.DELETE: (b'"kind":"delete"',),
    What.RETURNED: (b'"situation":"RETURNED"',),
    What.UNDONE: (b'"situation":"UNDONE"',),
    What.GONE: (b'"after":null',),
})  # fmt: skip
"""One of which stands in the canonical line of an action that does this."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about a child before and after; either may be ""."""

    what: Word
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One child of a plan. School, grade and class are those after the change, or the last."""

    pupil: str
    name: str
    kana: str
    school: str
    school_name: str
    grade: str
    class_title: str
    what: tuple[Word, ...]
    kind: Word
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """``school`` is a MEXT code, ``grade`` one of GRADES, ``what`` a ``What``; "" for all.

    ``text`` is matched against names, readings, accounts, classes and numbers.
    """

    school: str = ""
    grade: str = ""
    what: str = ""
    text: str = ""
    page: int = 1

    @classmethod
    def of(cls, form: Mapping[str, str]) -> Filter:
        """From what a browser sent; what nobody can have chosen is left out."""
        page = form.get("page", "1")
        school, grade, what = (form.get(name, "") for name in ("school", "grade", "what"))
        return cls(
            school=school if school.isalnum() and school.isascii() else "",
            grade=grade if grade in GRADES else "",
            what=what if what in set(What) else "",
            text=form.get("text", "").strip()[:LONGEST],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,  # noqa: PLR2004
        )

    def __bool__(self) -> bool:
        return bool(self.school or self.grade or self.what or self.text)

    def query(self, **other: object) -> dict[str, str]:
        """What an address may carry: everything but the text."""
        told = {"school": self.school, "grade": self.grade, "what": self.what}
        return {k: str(v) for k, v in (told | other).items() if v}


@dataclass(frozen=True, slots=True)
class Listing:
    """One page. ``first`` is the place of its first row, from 1; ``total`` None where nobody has
    counted; ``more``: there is a next page."""

    rows: tuple[ChangeRow, ...]
    first: int
    total: int | None
    more: bool


def listing(header: PlanHeader, shards: Shards, wanted: Filter) -> Listing:
    """``header`` is plan.json."""
    page = max(1, wanted.page)
    before = (page - 1) * PAGE
    if wanted:
        found = (row for row in _matching(_lines(header, shards, 0), wanted))
        rows = [row_of(one) for one in islice(found, before, before + PAGE + 1)]
        return Listing(tuple(rows[:PAGE]), before + 1, None, len(rows) > PAGE)
    total = sum(header.actions.values())
    lines = islice(_lines(header, shards, before), PAGE)
    rows = [row_of(change_of(line)) for line in lines]
    return Listing(tuple(rows), before + 1, total, before + len(rows) < total)


def _lines(header: PlanHeader, shards: Shards, skip: int) -> Iterator[bytes]:
    """The lines from ``skip`` on. Deletions have files of their own, behind the others."""
    count, deletions = header.shards, header.actions.get("delete", 0)
    others = sum(header.actions.values()) - deletions
    others_shards = -(-others // SHARD)
    if skip < others:
        first, rest = 1 + skip // SHARD, skip % SHARD
    else:
        first = 1 + others_shards + (skip - others) // SHARD
        rest = (skip - others) % SHARD
    lines = chain.from_iterable(shards(n) for n in range(first, count + 1))
    return islice((line for line in lines if line.strip()), rest, None)


def _matching(lines: Iterable[bytes], wanted: Filter) -> Iterator[PupilChange]:
    words = Words.of(wanted.text)
    needles = [text.encode() for text in (wanted.school, wanted.grade) if text]
    needles += words.needles()
    accounts, deeds, signs = words.accounts(), _DEEDS.get(wanted.what, ()), words.signs()
    for line in lines:
        if deeds and not any(deed in line for deed in deeds):
            continue
        if accounts and not all(account in line.lower() for account in accounts):
            continue
        if not all(any(way in line for way in ways) for ways in signs):
            continue
        if all(needle in line for needle in needles):
            change = change_of(line)
            if _is_meant(change, wanted, words):
                yield change


def _is_meant(change: PupilChange, wanted: Filter, words: Words) -> bool:
    if wanted.school and wanted.school not in {one.school for one in change.sides}:
        return False
    if wanted.grade and wanted.grade not in {one.grade for one in change.sides}:
        return False
    if wanted.what and What(wanted.what) not in whats_of(change):
        return False
    return not words or any(words.meet(texts_of(one)) for one in change.sides)


def row_of(change: PupilChange) -> ChangeRow:
    shown = change.after or change.before
    return ChangeRow(
        pupil=change.pupil,
        name=_told(shown, "name"),
        kana=_told(shown, "kana"),
        school=shown.school if shown else "",
        school_name=_told(shown, "school_name"),
        grade=_told(shown, "grade"),
        class_title=_told(shown, "class_title"),
        what=tuple(WHATS[what] for what in whats_of(change)),
        kind=word(KINDS, change.kind),
        facts=facts_of(change.before, change.after),
    )


def facts_of(before: Pupil | None, after: Pupil | None) -> tuple[Fact, ...]:
    """What differs; of a child that comes or goes, nothing but the account."""
    if not before or not after:
        account = _told(after or before, "account")
        told = ("", account) if after else (account, "")
        return (Fact(_FACTS["account"][0], *told),) if account else ()
    return tuple(
        Fact(told, _told(before, name), _told(after, name))
        for name, (told, _) in _FACTS.items()
        if _told(before, name) != _told(after, name)
    )


def whats_of(change: PupilChange) -> tuple[What, ...]:
    """Everything that happens to the child, the gravest first."""
    before, after = change.before, change.after
    if one := _BY_SITUATION.get(change.situation) or _BY_KIND.get(change.kind):
        return (one,)
    if after is None:
        return (What.GONE,)
    if before is None:
        return (What.NEW,)
    found = {
        what for name, (_, what) in _FACTS.items() if _told(before, name) != _told(after, name)
    }
    return tuple(what for what in What if what in found) or (What.UPDATED,)


def _told(pupil: Pupil | None, name: str) -> str:
    if pupil is None:
        return ""
    match name:
        case "name":
            return f"{pupil.family} {pupil.given}".strip()
        case "kana":
            return f"{pupil.kana_family} {pupil.kana_given}".strip()
        case "grade":
            return GRADE_LABELS.get(pupil.grade, pupil.grade)
    value = getattr(pupil, name, None)  # staff, whom an undo turns back, have fewer facts
    return "" if value is None else str(value)
