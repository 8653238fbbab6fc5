"""Classes without grades take those of the pupils who sit in them today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Place
from kakehashi.people.pupil import GRADES
from kakehashi.preprocess.cells import cells
from kakehashi.preprocess.classes import in_school_order
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.rows import USERS
from kakehashi.preprocess.years import When


def fill_grades(tonight: Tonight, draft: Draft) -> Draft:
    homes = draft.classes.homes
    blank = {source: home for source, home in homes.items() if not home.grades}
    taught: dict[str, set[str]] = {}
    for source, grade in _members(tonight, draft) if blank else ():
        if source in blank and grade in GRADES:
            taught.setdefault(source, set()).add(grade)
    findings = [
        rules.GRADES_FROM_PUPILS.at(
            Place("classes.csv", blank[source].line, "grades"), school=blank[source].school.code
        )
        for source in taught
    ]
    filled = {
        source: replace(blank[source], grades=in_school_order(grades))
        for source, grades in taught.items()
    }
    return draft.titled(homes | filled, findings)


def _members(tonight: Tonight, draft: Draft) -> Iterator[tuple[str, str]]:
    """Today's (class, pupil's grade) pairs; nothing is done before the first is asked for."""
    rows = cells(tonight.package, USERS, "sourcedId", "grades")
    grades = {source: grade for _, (source, grade) in rows}
    for user, memberships in draft.enrolments.homes.items():
        for member in memberships:
            if member.when is When.CURRENT:
                yield member.group, grades.get(user, "")


GRADES_OF_CLASSES = CleaningStep(
    "grades",
    ja="学年のない学級に、今日在籍する児童生徒の学年を与えます。",
    en="Gives classes without grades those of their pupils of today.",
    run=fill_grades,
    gives=(rules.GRADES_FROM_PUPILS,),
)
