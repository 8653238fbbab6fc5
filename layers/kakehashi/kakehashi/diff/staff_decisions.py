"""What people have decided about staff: 職員番号, 決定, 決定者, and 計画 where a limit is accepted.

A decision counts for whoever had been asked about before its file was first seen: an old file says
nothing about a new question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kakehashi.catalogue import staff_list as rules
from kakehashi.diff.deciders import Decider
from kakehashi.diff.sheets import Row, UnreadableWorkbook, plain, sheets
from kakehashi.findings import Finding, Place
from kakehashi.people.staff import staff_id

if TYPE_CHECKING:
    from kakehashi.diff.staff_plan import StaffQuestions

WORDS = {"停止": "suspend", "suspend": "suspend", "連携": "link", "link": "link",
         "削除": "delete", "delete": "delete", "承認": "accept", "accept": "accept"}  # fmt: skip
ABOUT_PEOPLE = frozenset({"suspend", "link", "delete"})
_COLUMNS = {"職員番号": "who", "決定": "what", "決定者": "by", "計画": "plan"}
_CODE = re.compile(r"s9[0-9]{2}\Z")
_PLAN = re.compile(r"[0-9a-f]{12,64}\Z")
WITHIN = 10  # rows: a title may stand above the headings


@dataclass(frozen=True, slots=True)
class StaffFile:
    """One file; unchanged it has the same ``id`` on every night. ``signed_in``: the staff page has
    written it, and whoever decides was signed in."""

    id: str
    name: str
    body: bytes = field(repr=False)
    signed_in: bool = False


@dataclass(frozen=True, slots=True)
class StaffDecision:
    """``seen`` is the run that saw the file first."""

    what: str
    by: Decider
    seen: str


@dataclass(frozen=True, slots=True)
class StaffDecisions:
    """``accepted``: code of a limit → plans (how their checksums begin). ``files``: id → the run
    that saw it first."""

    by_person: Mapping[str, tuple[StaffDecision, ...]] = field(default_factory=dict)
    accepted: Mapping[str, Set[str]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def deciders(self, who: str, what: str, asked: StaffQuestions) -> frozenset[Decider]:
        """Who has decided that, since it was asked."""
        since = asked.since(who, what)
        if not since:
            return frozenset()
        return frozenset(
            one.by for one in self.by_person.get(who, ()) if one.what == what
            and one.seen > since
        )  # fmt: skip

    def unfit(self, asked: StaffQuestions, before: StaffQuestions) -> int:
        """How many people somebody decided about whom nobody asks, or asked."""
        return sum(
            not any(one.what in ABOUT_PEOPLE and
                    (asked.since(who, one.what) or before.since(who, one.what)) for one in several)
            for who, several in self.by_person.items()
        )  # fmt: skip


def read_staff_decisions(
    files: Iterable[StaffFile], seen: Mapping[str, str], run_id: str
) -> StaffDecisions:
    """Never raises for what is in the files. ``seen``: the files that earlier runs saw, and which
    of them first. Ids of runs of one city compare like the moments at which they began."""
    found: dict[str, list[StaffDecision]] = {}
    accepted: dict[str, set[str]] = {}
    findings: list[Finding] = []
    first: dict[str, str] = {}
    for file in files:
        unknown, first[file.id] = 0, seen.get(file.id, run_id)
        try:
            rows = list(_rows(file.body))
        except UnreadableWorkbook:
            findings.append(rules.DECISIONS_UNREAD.at(Place(file.name)))
            continue
        for row in rows:
            what, who = WORDS.get(row["what"], ""), row["who"]
            by = replace(Decider.typed(row["by"]), signed_in=file.signed_in)
            if what == "accept" and _CODE.match(who) and _PLAN.match(row["plan"]):
                accepted.setdefault(who.upper(), set()).add(row["plan"][:12])
            elif what in ABOUT_PEOPLE and who and by:
                found.setdefault(staff_id(who), []).append(StaffDecision(what, by, first[file.id]))
            else:
                unknown += 1
        if unknown:
            findings.append(rules.UNKNOWN_DECISION.at(Place(file.name), count=unknown))
    people = {who: tuple(several) for who, several in found.items()}
    return StaffDecisions(people, accepted, first, tuple(findings))


def _rows(body: bytes) -> Iterator[dict[str, str]]:
    """Each row with a decision. Raises Unreadable, also for a file without the headings."""
    tables = [table for sheet in sheets(body) if (table := _table(sheet)) is not None]
    if not tables:
        raise UnreadableWorkbook
    for table in tables:
        yield from table


def _table(sheet: Iterable[Row]) -> list[dict[str, str]] | None:
    rows = iter(sheet)
    for at, (_, cells) in enumerate(rows):
        named = [_COLUMNS.get(plain(cell), "") for cell in cells]
        if {"who", "what", "by"} <= set(named):
            laid = (dict.fromkeys(_COLUMNS.values(), "") | _laid(named, c) for _, c in rows)
            return [row for row in laid if row["what"]]
        if at >= WITHIN:
            break
    return None


def _laid(named: Iterable[str], cells: Iterable[str]) -> dict[str, str]:
    return {name: plain(cell) for name, cell in zip(named, cells, strict=False) if name}
