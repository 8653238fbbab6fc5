"""判断: about whom a person is asked, what can be answered, and what has been.

It is the same book of decisions as the workbook's: what is answered here becomes a decision file.
Addresses: GET /decide?about=&school=&page=; POST /decide (run_id, about, school, page and
``d-<userMasterIdentifier>`` for each answer), /decide/all (run_id, about, school, class_title),
/decide/back (pupil). ``answers`` and ``members`` say what such a form means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from kakehashi.actions import Situation
from kakehashi.city.limits import Season
from kakehashi.diff.answers import ANSWERS, JAPANESE, Decision
from kakehashi.diff.header import NO_PLAN, PlanHeader
from kakehashi.diff.matching import Match
from kakehashi.people.pupil import GRADE_LABELS
from kakehashi.report.matching import EVIDENCE
from kakehashi.report.people import NOBODY, People, Person
from kakehashi.report.times import minute
from kakehashi.report.words import PROPOSALS, Word
from kakehashi.staff.changes import PAGE
from kakehashi.staff.deciding_words import ENGLISH, MEANS
from kakehashi.staff.viewer import Permission, Viewer, may

FIELD = "d-"  # before the userMasterIdentifier, in a form
DOUBTFUL = 30  # of 100: such a link is looked at twice


@dataclass(frozen=True, slots=True)
class PendingAnswer:
    """An answer that the next night will use. ``at`` is an ISO moment."""

    decision: Decision
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class DecideFacts:
    """``header`` is plan.json of the run whose list is asked about, ``people`` who they are,
    ``matches`` the rows of the first matching. ``given`` are answers not yet used; ``begun``: the
    night that uses them has begun, and they can no longer be taken back; ``read``: it has read
    them, and what comes now is for the next one. ``staff`` counts members of staff who are asked
    about, on a page of their own. ``season`` is the turn of the school year in the city's rules.
    """

    city: str
    run_id: str
    header: PlanHeader = NO_PLAN
    people: People = NOBODY
    matches: Mapping[str, Match] = field(default_factory=dict)
    given: Mapping[str, PendingAnswer] = field(default_factory=dict)
    begun: bool = False
    read: bool = False
    staff: int = 0
    season: Season = field(default_factory=Season)


@dataclass(frozen=True, slots=True)
class ListFilter:
    """``about`` is a situation, ``school`` a MEXT code; "" for the first, or all."""

    about: str = ""
    school: str = ""
    page: int = 1

    @classmethod
    def of(cls, form: Mapping[str, str]) -> ListFilter:
        page, school = form.get("page", "1"), form.get("school", "")
        about = form.get("about", "")
        return cls(
            about if about in PROPOSALS else "",
            school if school.isascii() and school.isalnum() else "",
            int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,  # noqa: PLR2004
        )


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One child that is asked about. ``others`` are those for whom the same answer holds,
    ``shown`` is the account as Microsoft 365 names it."""

    pupil: str
    person: Person | None
    evidence: tuple[str, ...]
    doubt: int | None
    shown: str
    others: tuple[str, ...]
    choices: tuple[tuple[Decision, Word], ...]
    given: Word | None


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Leavers of one last class; all others stand in one group without school and class. ``all`` is
    the answer that may be given at once for all of the ``count`` who are ``left``, for whom nothing
    was answered yet; None where each is decided alone."""

    school: str
    school_name: str
    class_title: str
    count: int
    left: int
    all: tuple[Decision, Word] | None
    rows: Sequence[QuestionRow]


@dataclass(frozen=True, slots=True)
class Tab:
    about: str
    title: Word
    count: int
    answered: int
    here: bool


@dataclass(frozen=True, slots=True)
class Decide:
    """``form``: this viewer may answer."""

    template: ClassVar[str] = "decide.html.j2"

    run_id: str
    as_of: str
    tabs: Sequence[Tab]
    about: str
    title: Word
    means: Word
    groups: Sequence[QuestionGroup]
    schools: Sequence[tuple[str, str]]
    school: str
    page: int
    first: int
    last: int
    total: int
    more: bool
    form: bool
    begun: bool
    read: bool
    staff: int


def decide(facts: DecideFacts, wanted: ListFilter, viewer: Viewer) -> Decide:
    asked = _asked(facts.header)
    about = wanted.about if asked.get(wanted.about) else next(iter(asked), "")
    ids = _sorted(facts, asked.get(about, ()))
    here = [umi for umi in ids if not wanted.school or _school(facts, umi) == wanted.school]
    page = max(1, wanted.page)
    shown = here[(page - 1) * PAGE : page * PAGE]
    names = {_school(facts, umi): _name_of_school(facts, umi) for umi in ids}
    return Decide(
        run_id=facts.run_id,
        as_of=facts.header.as_of,
        tabs=[_tab(facts, name, several, here=name == about) for name, several in asked.items()],
        about=about,
        title=PROPOSALS.get(about, Word("", "")),
        means=MEANS.get(about, Word("", "")),
        groups=list(_groups(facts, about, shown, ids)),
        schools=sorted((code, name) for code, name in names.items() if code),
        school=wanted.school,
        page=page,
        first=(page - 1) * PAGE + 1,
        last=(page - 1) * PAGE + len(shown),
        total=len(here),
        more=page * PAGE < len(here),
        form=may(viewer, Permission.DECIDE, facts.city),
        begun=facts.begun,
        read=facts.read,
        staff=facts.staff,
    )


def answers(form: Mapping[str, str], facts: DecideFacts) -> dict[str, Decision]:
    """What a form says, by pupil: only of whom somebody is asked, only what can be answered."""
    asked = {umi: name for name, ids in _asked(facts.header).items() for umi in ids}
    said = {name.removeprefix(FIELD): word for name, word in form.items() if name[:2] == FIELD}
    return {
        umi: word
        for umi, given in said.items()
        if umi in asked
        for word in _choices(asked[umi])
        if word == given
    }


def members(facts: DecideFacts, about: str, school: str, class_title: str) -> dict[str, Decision]:
    """Whom an answer for a whole class decides about: nobody but whom the calendar explains, and
    nobody for whom something was answered already."""
    word = _answer_for_all(facts, about)
    ids = _asked(facts.header).get(about, ())
    own = (umi for umi in ids if (_school(facts, umi), _class(facts, umi)) == (school, class_title))
    left = (umi for umi in own if umi not in facts.given)
    return {umi: word for umi in left if word and explained(facts, about, umi)}


def explained(facts: DecideFacts, about: str, umi: str) -> bool:
    """Whether the school calendar says why: the last grade leaves at the turn of the year."""
    person = facts.people.get(umi)
    if about != Situation.GONE or person is None or not facts.header.as_of:
        return False
    turns = facts.season.covers(date.fromisoformat(facts.header.as_of))
    counted = int(facts.header.explained.get("gone", 0)) > 0
    return turns and counted and person.grade == GRADE_LABELS[facts.header.last_grade]


def _asked(header: PlanHeader) -> dict[str, Sequence[str]]:
    """Situations with their pupils, as the workbook lists them."""
    proposals = header.proposals
    return {name: proposals[name] for name in PROPOSALS if proposals.get(name)}


def _tab(facts: DecideFacts, about: str, ids: Sequence[str], *, here: bool) -> Tab:
    answered = sum(1 for umi in ids if umi in facts.given)
    return Tab(about, PROPOSALS[about], len(ids), answered, here)


def _sorted(facts: DecideFacts, ids: Sequence[str]) -> list[str]:
    """Doubtful links first, else by school, class and number."""

    def place(umi: str) -> tuple[Any, ...]:
        match, person = facts.matches.get(umi), facts.people.get(umi)
        doubt = -match.doubt if match and match.doubt >= DOUBTFUL else 0
        number = person.attendance_no or 0 if person else 0
        return doubt, _school(facts, umi), _class(facts, umi), number, umi

    return sorted(ids, key=place)


def _groups(
    facts: DecideFacts, about: str, shown: Sequence[str], everybody: Sequence[str]
) -> Iterator[QuestionGroup]:
    of_all = _answer_for_all(facts, about)
    by_class: dict[tuple[str, str], list[str]] = {}

    def place(umi: str) -> tuple[str, str]:
        return (_school(facts, umi), _class(facts, umi)) if about == Situation.GONE else ("", "")

    for umi in shown:
        by_class.setdefault(place(umi), []).append(umi)
    for (school, title), ids in by_class.items():
        whole = [umi for umi in everybody if place(umi) == (school, title)]
        left = sum(1 for umi in whole if umi not in facts.given)
        fits = of_all and left and all(explained(facts, about, umi) for umi in whole)
        yield QuestionGroup(
            school,
            _name_of_school(facts, ids[0]) if school else "",
            title,
            len(whole),
            left,
            (of_all, _word(of_all)) if of_all and fits else None,
            [_row(facts, about, umi) for umi in ids],
        )


def _row(facts: DecideFacts, about: str, umi: str) -> QuestionRow:
    match = facts.matches.get(umi)
    asked = facts.header.asked_with(umi)
    others = (facts.people.get(other) for other in asked if other != umi)
    return QuestionRow(
        pupil=umi,
        person=facts.people.get(umi),
        evidence=tuple(EVIDENCE[one] for one in match.evidence) if match else (),
        doubt=match.doubt if match else None,
        shown=" ".join(filter(None, [match.shown, match.place])) if match else "",
        others=tuple(f"{one.name}({one.school_name} {one.class_title})" for one in others if one),
        choices=tuple((word, _word(word)) for word in _choices(about)),
        given=_said(facts.given[umi]) if umi in facts.given else None,
    )


def _choices(about: str) -> tuple[Decision, ...]:
    return (*ANSWERS[Situation(about)], "keep")


def _answer_for_all(facts: DecideFacts, about: str) -> Decision | None:
    return "suspend" if about == Situation.GONE and not facts.begun else None


def _word(decision: Decision) -> Word:
    return Word(JAPANESE[decision], ENGLISH[decision])


def _said(given: PendingAnswer) -> Word:
    """An answer as it is told: by whom and when."""
    word, at = _word(given.decision), minute(given.at)
    return Word(f"{word.ja}({given.by} {at})", f"{word.en} ({given.by} {at})")


def _school(facts: DecideFacts, umi: str) -> str:
    person = facts.people.get(umi)
    return person.school if person else ""


def _name_of_school(facts: DecideFacts, umi: str) -> str:
    person = facts.people.get(umi)
    return person.school_name if person else ""


def _class(facts: DecideFacts, umi: str) -> str:
    person = facts.people.get(umi)
    return person.class_title if person else ""
