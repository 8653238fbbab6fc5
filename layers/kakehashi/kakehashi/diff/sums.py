"""What the nights of the last weeks have counted, added up: a slow drift passes each of them.

A night counts what its limits counted, less what the calendar explained and what was not carried
out. What a person accepted does not count, and the sums of that kind begin anew after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from kakehashi.actions import Action, Situation
from kakehashi.catalogue import sums as rules
from kakehashi.diff.calendar import CITY, Base
from kakehashi.diff.counting import Counted, Tally, changed_kinds
from kakehashi.diff.header import Breach
from kakehashi.diff.limits import bound_of, limit_of
from kakehashi.findings import Finding, Rule
from kakehashi.stored import VERSION, Form

if TYPE_CHECKING:
    from kakehashi.city import City

LONGEST = 28  # nights
NIGHT = Form("what a night has counted")
_RULES: Mapping[Counted, Rule] = MappingProxyType(
    {
        Counted.NEW: rules.NEW,
        Counted.MOVED: rules.MOVED,
        Counted.RENAMED: rules.RENAMED,
        Counted.ACCOUNT: rules.ACCOUNTS,
        Counted.GRADE: rules.GRADE,
        Counted.CLASS: rules.CLASS_CHANGED,
        Counted.UNCLASSED: rules.UNCLASSED,
        Counted.RETURNED: rules.RETURNED,
    }
)
SUMMED = frozenset(_RULES)
# A limit's breach bears the word of its kind; these are of groups that moved together.
_KINDS_OF: Mapping[str, tuple[Counted, ...]] = MappingProxyType(
    {str(kind): (kind,) for kind in SUMMED}
    | {
        "class": (Counted.MOVED, Counted.CLASS),
        "classes retitled by a rule": (Counted.CLASS,),
        "school not promoted": (Counted.GRADE,),
    }
)

type Scoped = tuple[Counted, str]


@dataclass(frozen=True, slots=True)
class NightCount:
    """What one applied night adds: counts by kind and scope, and where a person said yes."""

    as_of: date
    counts: Mapping[Scoped, int] = field(default_factory=dict)
    accepted: Set[Scoped] = frozenset()

    def to_json(self) -> dict[str, Any]:
        counts: dict[str, dict[str, int]] = {}
        for (kind, scope), count in sorted(self.counts.items()):
            counts.setdefault(str(kind), {})[scope] = count
        accepted = sorted([str(kind), scope] for kind, scope in self.accepted)
        return {
            VERSION: NIGHT.v,
            "as_of": self.as_of.isoformat(),
            "counts": counts,
            "accepted": accepted,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Of whatever form. Raises TooNew."""
        data = NIGHT.upgrade(data)
        return cls(
            date.fromisoformat(data["as_of"]),
            {
                (Counted(kind), scope): int(count)
                for kind, scopes in data["counts"].items()
                for scope, count in scopes.items()
            },
            frozenset((Counted(kind), scope) for kind, scope in data["accepted"]),
        )

    def restarts(self, kind: Counted, scope: str) -> bool:
        """Whether a person accepted this kind here; what the city accepts, its schools have."""
        return bool(self.accepted & {(kind, scope), (kind, CITY)})


def summed(counts: Tally) -> dict[str, dict[str, int]]:
    """Of a night's counts what is added up, as a plan keeps it."""
    found: dict[str, dict[str, int]] = {}
    for (kind, scope), count in sorted(counts.items()):
        if kind in SUMMED and count > 0:
            found.setdefault(str(kind), {})[scope] = count
    return found


def night_count(
    as_of: date,
    counted: Mapping[str, Mapping[str, int]],
    breaches: Iterable[Breach],
    accept: Iterable[str] = (),
    undone: Iterable[Action] = (),
) -> NightCount:
    """What a night adds whose plan counted ``counted`` (``summed``), with ``accept`` the codes that
    a person accepted and ``undone`` the actions that were not carried out."""
    counts = Counter(
        {(Counted(k), scope): n for k, scopes in counted.items() for scope, n in scopes.items()}
    )
    for action in undone:
        counts.subtract((kind, at) for kind, schools in _adds(action) for at in (CITY, *schools))
    codes = frozenset(accept)
    accepted = {
        (kind, one.scope)
        for one in breaches
        if one.code in codes
        for kind in _KINDS_OF.get(one.kind, ())
    }
    for kind, scope in accepted:
        if scope != CITY:
            counts[kind, CITY] -= counts[kind, scope]
    cities = {kind for kind, scope in accepted if scope == CITY}
    left = {
        (kind, scope): count
        for (kind, scope), count in counts.items()
        if count > 0 and kind not in cities and (kind, scope) not in accepted
    }
    return NightCount(as_of, left, frozenset(accepted))


def _adds(action: Action) -> Iterator[tuple[Counted, tuple[str, ...]]]:
    """What an action that was planned has added to its night."""
    if action.after is None:
        return
    if action.situation is Situation.NEW:
        yield Counted.NEW, (action.after.school,)
    elif action.situation is Situation.RETURNED:
        yield Counted.RETURNED, (action.after.school,)
    elif action.before is not None and action.situation is Situation.CHANGED:
        yield from changed_kinds(action.before.pupil, action.after)


@dataclass(frozen=True, slots=True)
class PastNights:
    """The applied nights of the last weeks, the newest first."""

    nights: tuple[NightCount, ...] = ()

    def sum(self, kind: Counted, scope: str, as_of: date, nights: int) -> int:
        """Of ``nights`` nights of which the one of ``as_of``, not yet applied, is the last."""
        total = 0
        for night in self.nights:
            if night.restarts(kind, scope):
                break
            if as_of - timedelta(days=nights) < night.as_of <= as_of:
                total += night.counts.get((kind, scope), 0)
        return total

    def to_json(self) -> list[dict[str, Any]]:
        return [night.to_json() for night in self.nights]


def judge_sums(
    counts: Tally, past: PastNights, base: Base, city: City, *, as_of: date, asked: Set[Scoped]
) -> list[tuple[Breach, Finding]]:
    """Every sum that tonight takes over its bound, unless the night alone is asked about already.

    One question for a kind and scope, about the shorter time first. A night that adds nothing is
    not stopped for the nights before it.
    """
    found = []
    for (kind, scope), tonight in sorted(counts.items()):
        if kind not in SUMMED or tonight <= 0 or asked & {(kind, scope), (kind, CITY)}:
            continue
        for nights, limits in city.limits.sums(city=scope == CITY):
            limit = limit_of(limits, kind)
            total = tonight + past.sum(kind, scope, as_of, nights)
            bound = bound_of(limit, base.pupils.get(scope, 0)) if limit else total
            if total > bound:
                rule, school = _RULES[kind], None if scope == CITY else scope
                finding = rule.at(school=school, count=total, bound=bound, nights=nights)
                found.append((Breach(rule.code, scope, total, bound, str(kind)), finding))
                break
    return found
