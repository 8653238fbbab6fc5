"""The plan that turns back a run: every action's way back, limits, and why it waits.

It is a plan like any other, except that no limit lets it pass: an undo always waits for a person.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.actions import Action, Kind, Situation, in_order
from kakehashi.catalogue import undo as rules
from kakehashi.diff.calendar import CITY, Base
from kakehashi.diff.counting import Counted, changed_kinds
from kakehashi.diff.header import Breach
from kakehashi.diff.inverse import Undone, way_back
from kakehashi.diff.leaders import needs_two
from kakehashi.diff.limits import bound_of, judge
from kakehashi.diff.plan import Plan
from kakehashi.diff.rooms import with_room
from kakehashi.findings import Finding, Rule
from kakehashi.people.population import PUPILS
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember

if TYPE_CHECKING:
    from kakehashi.city import City

TAKES_AWAY = frozenset({Kind.SUSPEND, Kind.UNLINK})


def make_undo(
    undone: Undone,
    current: Iterable[Record],
    city: City,
    *,
    city_code: str,
    serial: int,
    as_of: date,
) -> Plan:
    """How to turn ``undone`` back, as a value. It always waits for a person's approval, and a plan
    with nothing to turn back is refused. Staff are turned back with the pupils. Never raises for
    data. ``as_of`` is a Japan date.
    """
    known = {one.pupil.id: one for one in current}
    mark = city.m365.mark
    turned = [(action, way_back(action, known, undone, mark)) for action in undone.done(known)]
    backs = [back for _, back in turned if isinstance(back, Action)]
    actions = in_order(with_room(backs))
    held = [(action, why) for action, why in turned if isinstance(why, Rule)]
    pupils = [one for one in known.values() if PUPILS.has(one.pupil.id)]
    waits = list(_waits(undone.run_id, backs, Base.of(pupils), city)) if backs else []
    waits += _leaders(backs, city, as_of)
    findings = [finding for _, finding in waits]
    if actions:
        findings.append(rules.COMES_AGAIN.at())
    else:
        findings.append(rules.NOTHING_TO_UNDO.at(run=undone.run_id, held=len(held)))
    findings += (why.at(pupil=a.pupil, school=_school(a, known) or None) for a, why in held)
    schools = _per_school(backs, held, known)
    return Plan(
        city_code=city_code,
        serial=serial,
        as_of=as_of,
        rules=city.sha256,
        actions=actions,
        counts={str(Situation.UNDONE): len(backs), str(Situation.HELD): len(held)},
        schools=schools,
        held=_by_code(held),
        lost=tuple(sorted(_without_account(backs))),
        breaches=tuple(breach for breach, _ in waits),
        refused=not actions,
        undoes=undone.run_id,
        findings=tuple(findings),
    ).sealed()


def objections(
    run_id: str, *, same_city: bool, known: bool, applied: bool, undone_by: str
) -> list[Finding]:
    """Why the run cannot be undone at all. ``known``: it has a record; ``undone_by``: the run that
    has undone it already, "" for none."""
    if not same_city:
        return [rules.OTHER_CITY.at(run=run_id)]
    if not known:
        return [rules.RUN_UNKNOWN.at(run=run_id)]
    if undone_by:
        return [rules.ALREADY_UNDONE.at(run=run_id, by=undone_by)]
    return [] if applied else [rules.NEVER_APPLIED.at(run=run_id)]


def _waits(
    run_id: str, actions: Sequence[Action], base: Base, city: City
) -> Iterator[tuple[Breach, Finding]]:
    """Why the plan waits: always because it is an undo, and for every limit it is over."""
    count = len(actions)
    yield (Breach(rules.UNDO_PLAN.code, CITY, count, 0, "undo"),
           rules.UNDO_PLAN.at(run=run_id, count=count))  # fmt: skip
    taken = sum(action.kind in TAKES_AWAY for action in actions)
    gone = city.limits.city.gone
    bound = bound_of(gone, base.pupils.get(CITY, 0)) if gone else taken
    if taken > bound:
        yield (Breach(rules.UNDO_TAKES_AWAY.code, CITY, taken, bound, "undo"),
               rules.UNDO_TAKES_AWAY.at(count=taken, bound=bound))  # fmt: skip
    counted: Counter[tuple[Counted, str]] = Counter()
    for action in actions:
        counted_here = PUPILS.has(action.pupil)  # the limits of pupils count nobody else
        if counted_here and action.before is not None and action.back is not None:
            for kind, schools in changed_kinds(action.before.pupil, action.back.pupil):
                counted.update((kind, scope) for scope in (CITY, *schools))
    yield from judge(counted, base, city)


def _leaders(
    actions: Iterable[Action], city: City, as_of: date
) -> Iterator[tuple[Breach, Finding]]:
    """Whoever is suspended by two persons only is not by one who undoes a run."""
    if city.staff is None:
        return
    taken: list[object] = [a.before.pupil for a in actions if a.kind in TAKES_AWAY and a.before]
    staff = [one for one in taken if isinstance(one, StaffMember)]
    count = sum(needs_two(one, city.staff, city.board_code, as_of) for one in staff)
    if count:
        yield (Breach(rules.LEADERS_LOSE_ACCOUNT.code, CITY, count, 0, "undo"),
               rules.LEADERS_LOSE_ACCOUNT.at(count=count))  # fmt: skip


def _without_account(actions: Iterable[Action]) -> Iterator[str]:
    """Who is linked no longer to another account than they had: theirs was nowhere, or nobody
    would have been asked for another."""
    for one in actions:
        moved = one.kind is Kind.UNLINK and one.before and one.back
        if moved and moved.object_id != (one.before and one.before.object_id):
            yield moved.pupil.id


def _school(action: Action, known: Mapping[str, Record]) -> str:
    """The MEXT code of the school where the pupil is now, or was last."""
    one = known.get(action.pupil) or action.before
    pupil = one.pupil if one else action.after
    return pupil.school if pupil else ""


def _per_school(
    actions: Iterable[Action], held: Iterable[tuple[Action, Rule]], known: Mapping[str, Record]
) -> dict[str, dict[str, int]]:
    schools: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for action in actions:
        schools[_school(action, known)][Situation.UNDONE] += 1
    for action, _ in held:
        schools[_school(action, known)][Situation.HELD] += 1
    return {
        school: {str(word): count for word, count in sorted(counts.items())}
        for school, counts in sorted(schools.items())
        if school
    }


def _by_code(held: Iterable[tuple[Action, Rule]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for action, why in held:
        found[why.code].append(action.pupil)
    return {code: tuple(sorted(ids)) for code, ids in sorted(found.items())}
