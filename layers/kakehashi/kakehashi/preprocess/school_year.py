"""A roster of another school year is told once, instead of pupil by pupil."""

from __future__ import annotations

from dataclasses import replace

from kakehashi.catalogue import preprocess as rules
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.years import check_years

_ONE_BY_ONE = frozenset({rules.ENROLMENT_OVER.code, rules.NOT_BEGUN.code})


def tell_year(_: Tonight, draft: Draft) -> Draft:
    """The one finding says how many pupils it stands for."""
    findings = check_years(draft.sessions)
    if not findings:
        return draft
    others = [finding for finding in draft.findings if finding.code not in _ONE_BY_ONE]
    told = replace(findings[0], children=len(draft.findings) - len(others))
    return replace(draft, findings=(*others, told))


SCHOOL_YEAR = CleaningStep(
    "school year",
    ja="年度がすべて終わった、または始まっていない名簿は、1 件の指摘で止めます。",
    en="Refuses a roster whose school year is over or has not begun, with one finding for all.",
    run=tell_year,
    gives=(rules.SCHOOL_YEAR_OVER, rules.SCHOOL_YEAR_NOT_BEGUN),
)
