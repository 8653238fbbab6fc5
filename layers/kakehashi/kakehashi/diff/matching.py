"""First-time matching (名寄せ): which existing accounts fit tonight's pupils, and what does not.

The sign-in name says which account belongs to whom; everything else here is *evidence* that helps a
person to believe it or not. Nothing is ever linked by a name: a name only raises or lowers a doubt.

A doubt is a number from 0 (all that can be compared agrees) to 100 (the mark of another pupil).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING

from kakehashi.actions import Kind, Situation
from kakehashi.catalogue import diff as rules
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.plan import Plan
from kakehashi.diff.spelling import folded
from kakehashi.diff.unservable import UNSERVABLE
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import GRADE_LABELS, Pupil
from kakehashi.roster import Desired

if TYPE_CHECKING:
    from kakehashi.city import City

DOUBTFUL = 30  # from here on the report counts a proposal as doubtful
_ALIKE = 0.5  # of two names: 佐藤陽菜 and 佐藤陽奈 have 0.75
_NAME, _SCHOOL, _CLASS = 60, 25, 15  # what a difference in each adds to the doubt
_SHORTEST = 3  # letters of a school's name without the city's: 北小, of any city, is not enough
_NOT_SAID = 0.4  # of that, where the account says nothing


class Fit(StrEnum):
    """Where a row of the list stands."""

    PROPOSED = "proposed"  # the account of that sign-in name bears no mark: link?
    MARKED = "marked"  # it bears the mark of another pupil
    UNSERVABLE = "unservable"  # it is, or was, synchronised from a local Active Directory
    NO_ACCOUNT = "no-account"  # to be made
    NO_PASSWORD = "no-password"  # noqa: S105 (to be made as soon as there is an initial password)
    NOT_IN_ROSTER = "not-in-roster"  # an account that looks like a pupil's, and nobody wants it


class Evidence(StrEnum):
    NAME_SAME = "name-same"
    KANA_SAME = "kana-same"
    NAME_ALIKE = "name-alike"
    NAME_DIFFERS = "name-differs"
    NAME_BLANK = "name-blank"
    NAME_OF_ANOTHER = "name-of-another"
    SCHOOL_SAME = "school-same"
    SCHOOL_DIFFERS = "school-differs"
    CLASS_SAME = "class-same"
    CLASS_DIFFERS = "class-differs"
    PLACE_BLANK = "place-blank"
    DISABLED = "disabled"
    MARK_OF_ANOTHER = "mark-of-another"
    NAMESAKE = "namesake"  # an account that nobody wants has this very name
    NAMESAKE_AT_SCHOOL = "namesake-at-school"


@dataclass(frozen=True, slots=True)
class Match:
    """One row for staff. It holds names and accounts: for the run folder, never for a finding.

    ``pupil`` is a userMasterIdentifier, "" for an account that nobody in the roster wants;
    ``shown`` and ``place`` are what the account says of itself, ``other`` whom the evidence names.
    """

    fit: Fit
    doubt: int
    evidence: tuple[Evidence, ...] = ()
    pupil: str = ""
    name: str = ""
    grade: str = ""
    school: str = ""
    account: str = ""
    shown: str = ""
    place: str = ""
    other: str = ""


def looks_like_a_pupil(account: Listed, city: City) -> bool:
    """Whether an unmarked account fits the city's patterns; without a pattern none does."""
    patterns = (
        (account.sign_in.partition("@")[0], city.matching.account),
        (account.department, city.matching.department),
        (account.office_location, city.matching.office_location),
        (account.job_title, city.matching.job_title),
    )
    asked = [(text, pattern) for text, pattern in patterns if pattern]
    ours = account.sign_in.lower().endswith("@" + city.domain) and not account.mark
    return ours and bool(asked) and all(re.search(pattern, text) for text, pattern in asked)


def match(
    plan: Plan, desired: Iterable[Desired], tenant: Iterable[Listed], city: City
) -> list[Match]:
    """Highest doubt first; empty on a night on which there is nothing to match.

    ``tenant`` holds the accounts that carry a mark, whose name is wanted tonight, or that look like
    a pupil's. Matching goes on as long as an account waits for a pupil or may be a new pupil's.
    """
    pupils = {row.pupil.id: row.pupil for row in desired}
    accounts = list(tenant)
    by_sign_in = {account.sign_in.lower(): account for account in accounts}
    wanted = {pupil.account.lower() for pupil in pupils.values()}
    strays = [
        a for a in accounts if a.sign_in.lower() not in wanted and looks_like_a_pupil(a, city)
    ]
    namesakes = _namesakes((folded(p.family + p.given), p) for p in pupils.values())
    unwanted = _namesakes((folded(account.display_name), account) for account in strays)
    found = [
        *(_pair(fit, pupil, account, namesakes)
          for fit, pupil in _standing(plan, pupils)
          if (account := by_sign_in.get(pupil.account.lower()))),
        *(_missing(fit, pupil, unwanted.get(folded(pupil.family + pupil.given), ()))
          for fit, pupil in _standing(plan, pupils) if pupil.account.lower() not in by_sign_in),
        *(Match(Fit.NOT_IN_ROSTER, 0, account=a.sign_in, shown=a.display_name, place=_place(a))
          for a in strays),
    ]  # fmt: skip
    open_questions = {Fit.PROPOSED, Fit.MARKED, Fit.UNSERVABLE}
    if not any(one.fit in open_questions or one.evidence for one in found):
        return []
    return sorted(found, key=lambda one: (-one.doubt, list(Fit).index(one.fit), one.school,
                                          one.account.lower(), one.pupil))  # fmt: skip


def _standing(plan: Plan, pupils: Mapping[str, Pupil]) -> Iterator[tuple[Fit, Pupil]]:
    """The pupils of the plan who have no account of ours yet."""
    creates = [action.pupil for action in plan.actions if action.kind is Kind.CREATE]
    for fit, ids in (
        (Fit.PROPOSED, plan.proposals.get(Situation.UNLINKED, ())),
        (Fit.MARKED, plan.held.get(rules.MARKED_FOR_ANOTHER.code, ())),
        *((Fit.UNSERVABLE, plan.held.get(code, ())) for code in UNSERVABLE),
        (Fit.NO_ACCOUNT, creates),
        (Fit.NO_PASSWORD, plan.held.get(NO_PASSWORD.code, ())),
    ):
        yield from ((fit, pupils[umi]) for umi in ids if umi in pupils)


def counted(matches: Iterable[Match]) -> dict[str, int]:
    """Rows by ``Fit``, and under "doubtful" the proposals that a person should look at first."""
    found: Counter[str] = Counter()
    for one in matches:
        found[str(one.fit)] += 1
        found["doubtful"] += one.fit is Fit.PROPOSED and one.doubt >= DOUBTFUL
    return {name: count for name, count in sorted(found.items()) if count}


# -- evidence -------------------------------------------------------------------------------------


def _pair(
    fit: Fit, pupil: Pupil, account: Listed, namesakes: Mapping[str, Sequence[Pupil]]
) -> Match:
    """A pupil and the account that the roster says is the pupil's."""
    doubt, evidence = weigh_account(pupil, account)
    another = _another(pupil, account, namesakes) if Evidence.NAME_SAME not in evidence else ""
    if another:
        doubt, evidence = max(doubt, 90), (Evidence.NAME_OF_ANOTHER, *evidence)
    if fit is Fit.MARKED:
        doubt, evidence = 100, (Evidence.MARK_OF_ANOTHER, *evidence)
    if not account.enabled:
        evidence = (*evidence, Evidence.DISABLED)
    name = f"{pupil.family} {pupil.given}".strip()
    return Match(fit, doubt, evidence, pupil.id, name, pupil.grade, pupil.school,
                 account.sign_in, account.display_name, _place(account),
                 account.mark if fit is Fit.MARKED else another)  # fmt: skip


def _another(pupil: Pupil, account: Listed, namesakes: Mapping[str, Sequence[Pupil]]) -> str:
    """The one other pupil of the roster whose name the account shows, or ""."""
    others = [p.id for p in namesakes.get(folded(account.display_name), ()) if p.id != pupil.id]
    return others[0] if len(others) == 1 else ""


def _missing(fit: Fit, pupil: Pupil, alike: Sequence[Listed]) -> Match:
    """A pupil without an account; one that nobody wants may be theirs, by a slip in C4th."""
    row = Match(
        fit, 0, (), pupil.id, f"{pupil.family} {pupil.given}".strip(), pupil.grade, pupil.school
    )
    if not alike:
        return row
    at_school = [a for a in alike if _says(pupil.school_name, _place(a))]
    evidence = Evidence.NAMESAKE_AT_SCHOOL if at_school else Evidence.NAMESAKE
    best = (at_school or alike)[0]
    return Match(fit, 85 if at_school else 70, (evidence,), row.pupil, row.name, row.grade,
                 row.school, best.sign_in, best.display_name, _place(best))  # fmt: skip


def weigh_account(pupil: Pupil, account: Listed) -> tuple[int, tuple[Evidence, ...]]:
    """How doubtful it is that ``account`` is this pupil's, and why."""
    name, alike = compare_names(pupil, account.display_name)
    doubt = _NAME * (_NOT_SAID if name is Evidence.NAME_BLANK else 1 - alike)
    place = _place(account)
    if not place:
        return round(doubt + (_SCHOOL + _CLASS) * _NOT_SAID), (name, Evidence.PLACE_BLANK)
    at_school = _says(pupil.school_name, place)
    in_class = _says(pupil.class_title, place) or _says(GRADE_LABELS[pupil.grade], place)
    doubt += (not at_school) * _SCHOOL + (not in_class) * _CLASS
    return round(doubt), (
        name,
        Evidence.SCHOOL_SAME if at_school else Evidence.SCHOOL_DIFFERS,
        Evidence.CLASS_SAME if in_class else Evidence.CLASS_DIFFERS,
    )


def compare_names(pupil: Pupil, shown: str) -> tuple[Evidence, float]:
    """The name an account shows against the pupil's, in either order and in kana; 1 is the same."""
    told = folded(shown)
    if not told:
        return Evidence.NAME_BLANK, 0.0
    names = {folded(pupil.family + pupil.given), folded(pupil.given + pupil.family)}
    if any(name and name in told for name in names):
        return Evidence.NAME_SAME, 1.0
    kana = folded(pupil.kana_family + pupil.kana_given)
    if kana and kana in told:
        return Evidence.KANA_SAME, 1.0
    alike = max(SequenceMatcher(None, text, told).ratio() for text in (*names, kana))
    return (Evidence.NAME_ALIKE if alike >= _ALIKE else Evidence.NAME_DIFFERS), alike


def _says(wanted: str, place: str) -> bool:
    """Whether a place names ``wanted``; a school may be told without the city's name before it."""
    inside = folded(wanted)
    parts = [part for part in map(folded, place.split("/")) if part]
    return bool(inside) and any(
        inside in part or (len(part) >= _SHORTEST and inside.endswith(part)) for part in parts
    )


def _place(account: Listed) -> str:
    told = (account.office_location, account.department, account.job_title)
    return " / ".join(text for text in told if text)


def _namesakes[T](pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for name, one in pairs:
        if name:
            found.setdefault(name, []).append(one)
    return found
