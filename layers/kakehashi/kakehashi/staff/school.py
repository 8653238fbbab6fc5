"""学校: one school's own part of a night, and nothing of another school.

A transfer is two halves: who comes is shown without where from, who goes without where to, and both
under one word each, whatever else is known. Of a pair about which something is asked a school sees
its own child. Class titles are the outgoing ones, masked where the city masks them.

Addresses: GET /school (the list, or the only one), GET /school/<code>, POST /school/<code>/mended
(code of the finding).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from kakehashi.actions import Situation
from kakehashi.catalogue.index import RULES
from kakehashi.findings import Finding
from kakehashi.people.pupil import Pupil
from kakehashi.report.groups import FindingGroup, groups
from kakehashi.report.people import NOBODY, People, Person
from kakehashi.report.schools import Handout
from kakehashi.report.words import PROPOSALS, Word
from kakehashi.run_folder.actions import change_of
from kakehashi.staff.school_staff import SchoolColleague
from kakehashi.staff.viewer import Permission, Viewer, may

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_MEXT = re.compile(r"[A-Z][0-9]{12}\Z")
MOST = 200  # rows of a list; the workbook has all
COMES, GOES = Word("新しく来た", "has come"), Word("いなくなった", "has gone")


class NotTheirs(Exception):
    """Somebody asked for the page of a school that is not theirs."""


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """``handout`` is the school's part of the newest night, ``people`` who its children are (of
    others nothing is used), ``lines`` the lines of the plan's action files. ``mended`` are codes
    of findings that the school says it has put right, with the day; ``staff`` who works there."""

    city: str
    handout: Handout
    as_of: str
    run_id: str
    people: People = NOBODY
    lines: Iterable[bytes] = ()
    mended: Mapping[str, str] = field(default_factory=dict)
    staff: Sequence[SchoolColleague] = ()


@dataclass(frozen=True, slots=True)
class Own:
    """One of the school's own children."""

    name: str
    kana: str
    grade: str
    class_title: str
    number: int | None
    account: str


@dataclass(frozen=True, slots=True)
class SchoolFinding:
    """Findings of one code. ``pupils`` are own children whom they are about."""

    group: FindingGroup
    pupils: Sequence[Own]
    mended: str


@dataclass(frozen=True, slots=True)
class HeldChild:
    pupil: Own | None
    code: str
    todo: Word


@dataclass(frozen=True, slots=True)
class SchoolPage:
    """``waiting`` are own children about whom the board is asked; ``cut``: a list was cut."""

    template: ClassVar[str] = "school.html.j2"

    code: str
    name: str
    as_of: str
    run_id: str
    findings: Sequence[SchoolFinding]
    held: Sequence[HeldChild]
    waiting: Sequence[tuple[Own, Word]]
    comes: Sequence[Own]
    goes: Sequence[Own]
    cut: bool
    staff: Sequence[SchoolColleague] = ()


@dataclass(frozen=True, slots=True)
class SchoolLine:
    """A school in the list: what it has to put right, and what waits."""

    code: str
    name: str
    findings: int
    held: int
    waiting: int


@dataclass(frozen=True, slots=True)
class SchoolsPage:
    template: ClassVar[str] = "schools.html.j2"

    schools: Sequence[SchoolLine]


def schools(lines: Iterable[SchoolLine], viewer: Viewer, city: str) -> SchoolsPage:
    """Those that this viewer may open, with the most to do first."""
    own = [one for one in lines if may(viewer, Permission.SCHOOL, city, one.code)]
    return SchoolsPage(sorted(own, key=lambda one: (-one.findings - one.held, one.code)))


def school(facts: SchoolFacts, viewer: Viewer) -> SchoolPage:
    """Raises NotTheirs."""
    code = facts.handout.code
    if not may(viewer, Permission.SCHOOL, facts.city, code):
        raise NotTheirs
    own = {umi: one for umi, one in facts.people.items() if one.school == code}
    comes, goes = _moves(facts.lines, code)
    gone = [_own(own[umi]) for umi, why in facts.handout.waiting
            if why == Situation.GONE and umi in own]  # fmt: skip
    goes = [*goes, *(one for one in gone if one not in goes)]
    held = list(_held(facts.handout, own))
    return SchoolPage(
        code=code,
        name=facts.handout.name,
        as_of=facts.as_of,
        run_id=facts.run_id,
        findings=list(_findings(facts, own)),
        held=held[:MOST],
        waiting=_waiting(facts.handout, own)[:MOST],
        comes=comes[:MOST],
        goes=goes[:MOST],
        cut=max(len(held), len(comes), len(goes), len(facts.handout.waiting)) > MOST,
        staff=facts.staff,
    )


def _findings(facts: SchoolFacts, own: People) -> Iterator[SchoolFinding]:
    code = facts.handout.code
    ours = [one for one in facts.handout.findings if one.school in {None, code}]
    named: dict[str, list[Own]] = {}
    for one in ours:
        if one.pupil and one.pupil in own:
            named.setdefault(one.code, []).append(_own(own[one.pupil]))
    for group in groups(replace(_without_others(one), school=code) for one in ours):
        pupils = list(dict.fromkeys(named.get(group.code, ())))
        yield SchoolFinding(group, pupils[:MOST], facts.mended.get(group.code, ""))


def _without_others(finding: Finding) -> Finding:
    """Facts of a finding may name another child's id or another school."""
    facts = {name: "…" if _names_somebody(fact) else fact for name, fact in finding.facts.items()}
    return replace(finding, facts=facts)


def _names_somebody(fact: Any) -> bool:
    return isinstance(fact, str) and bool(_ID.match(fact.lower()) or _MEXT.match(fact))


def _held(handout: Handout, own: People) -> Iterator[HeldChild]:
    for umi, code in handout.held:
        rule = RULES.get(code)
        todo = Word(rule.todo, rule.todo_en) if rule else Word("", "")
        yield HeldChild(_own(own[umi]) if umi in own else None, code, todo)


def _waiting(handout: Handout, own: People) -> list[tuple[Own, Word]]:
    """Leavers are not in it: that the board is asked about one and not about the other would tell
    who has stayed in the city."""
    return [
        (_own(own[umi]), PROPOSALS[why])
        for umi, why in handout.waiting
        if umi in own and why in PROPOSALS and why != Situation.GONE
    ]


def _moves(lines: Iterable[bytes], code: str) -> tuple[list[Own], list[Own]]:
    """Who comes and who goes, each by class and number."""
    comes: list[Pupil] = []
    goes: list[Pupil] = []
    for line in lines:
        if code.encode() not in line:
            continue
        _, _, _, before, after = change_of(line)
        here, there = bool(before and before.school == code), bool(after and after.school == code)
        if after and there and not here:
            comes.append(after)
        if before and here and not there:
            goes.append(before)
    return [_of(p) for p in sorted(comes, key=_place)], [_of(p) for p in sorted(goes, key=_place)]


def _place(pupil: Pupil) -> tuple[str, str, int, str]:
    return pupil.grade, pupil.class_title, pupil.attendance_no or 0, pupil.id


def _of(pupil: Pupil) -> Own:
    return replace(_own(Person.of(pupil)), kana=f"{pupil.kana_family} {pupil.kana_given}".strip())


def _own(one: Person) -> Own:
    return Own(one.name, "", one.grade, one.class_title, one.attendance_no, one.account)
