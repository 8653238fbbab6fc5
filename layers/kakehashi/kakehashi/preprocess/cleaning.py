"""All steps, one after the other, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.class_numbers import Numbers
from kakehashi.findings import Finding, soften
from kakehashi.preprocess.classes import Classes
from kakehashi.preprocess.draft import Draft, Tonight
from kakehashi.preprocess.holds import read_holds
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.preprocess.numbering import OUTSIDE, Numbering
from kakehashi.preprocess.password_file import PasswordFile
from kakehashi.preprocess.schools import Schools
from kakehashi.preprocess.steps import STEPS
from kakehashi.roster import Desired, Held

if TYPE_CHECKING:
    from kakehashi.city import City
    from kakehashi.oneroster import Package


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What preprocess made of a drop.

    ``desired`` is sorted by pupil. Every pupil of the drop is in ``desired``, in ``held`` or named
    by a finding; none is in both. ``counts`` are numbers for the report. ``school_year`` is the
    年度 of the roster. ``numbers`` are those of neutral class titles, by 年度, to be kept once this
    is applied. ``places`` are the roster's schools and classes, for whoever else works there.
    """

    desired: tuple[Desired, ...]
    held: tuple[Held, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    school_year: int
    numbers: Mapping[int, Numbers] = field(default_factory=dict)
    places: tuple[Schools, Classes] = field(
        default=(Schools({}, {}), Classes({}, frozenset())), compare=False, repr=False
    )


def preprocess(
    package: Package,
    findings: Iterable[Finding],
    city: City,
    as_of: date,
    password_files: Sequence[PasswordFile] = (),
    *,
    numbering: Numbering = OUTSIDE,
) -> Cleaned:
    """Clean ``package`` as of a Japan date. Never raises for bad data.

    ``findings`` are those of validate: their hold-pupil rows are held here. ``password_files`` go
    from the oldest to the newest. ``numbering`` is what the city knows of its neutral titles.
    """
    tonight = Tonight(
        package=package,
        holds=read_holds(package, findings),
        city=city,
        as_of=as_of,
        lexicon=Lexicon(city.special_needs.words),
        numbering=numbering,
        passwords=tuple(password_files),
    )
    draft = Draft()
    for step in STEPS:
        draft = step.run(tonight, draft)
    return _settled(tonight, draft)


def _settled(tonight: Tonight, draft: Draft) -> Cleaned:
    year, city = draft.year, tonight.city
    desired = sorted(draft.desired, key=lambda d: d.pupil.id)
    held = _consistent(draft.held, desired)
    return Cleaned(
        desired=tuple(desired),
        held=held,
        findings=_in_order(soften(draft.findings, city.effects)),
        counts=_counts(draft, held),
        school_year=year,
        numbers={year: tonight.numbering.of(year, city.special_needs.neutral)}
        | {of: one for of, one in draft.numbers.items() if of >= year},
        places=(draft.schools, draft.classes),
    )


def _consistent(held: Iterable[Held], desired: Iterable[Desired]) -> tuple[Held, ...]:
    """Held rows in order. Who goes on tonight is not held through another of the own rows."""
    pupils, accounts = set(), set()
    for wanted in desired:
        pupils.add(wanted.pupil.id)
        accounts.add(wanted.pupil.account)
    kept = (
        replace(h, account=None) if h.account in accounts else h
        for h in held
        if h.pupil not in pupils
    )
    return tuple(sorted(kept, key=lambda h: (h.pupil or "", h.account or "", h.line, h.code)))


def _in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    def key(finding: Finding) -> tuple[str, int, str, str]:
        place = finding.place
        return (place.file, place.line or 0, place.column or "", finding.code)

    return tuple(sorted(findings, key=key))


def _counts(draft: Draft, held: Sequence[Held]) -> dict[str, int]:
    rows, homes = draft.rows, set(draft.classes.homes.values())
    return {
        "rows_users": rows.total,
        "staff": rows.staff,
        "pupils": len({row.pupil or row.line for row in rows.pupils}),
        "desired": len(draft.desired),
        "held": len({h.pupil or h.account or h.line for h in held}),
        "schools": len(set(draft.schools.by_org.values())),
        "classes": len(homes),
        "special_classes": sum(home.special for home in homes),
        "renamed_classes": sum(home.title != home.written and not home.special for home in homes),
    }
