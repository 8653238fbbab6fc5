"""Situations → plan → calendar → limits, in one pure function."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.actions import Action, Change, Kind, Situation, in_order, stands_aside
from kakehashi.catalogue import diff as rules
from kakehashi.catalogue import lost, moved
from kakehashi.diff.answers import Decisions, Given, Proposed, Question
from kakehashi.diff.calendar import CITY, Base, Turn, turn_of
from kakehashi.diff.class_changes import ClassChanges, class_changes
from kakehashi.diff.counting import Counted, LastNight, Tally, events, tally
from kakehashi.diff.exports import Offered
from kakehashi.diff.identity import identify, with_account_in_question
from kakehashi.diff.limits import judge
from kakehashi.diff.plan import Breach, Plan
from kakehashi.diff.reactions import PROPOSED, merging, react, unfit, with_answer
from kakehashi.diff.rooms import names_given_back, with_room
from kakehashi.diff.situations import Sight, look
from kakehashi.diff.sources import Missing, Sources, index_sources
from kakehashi.diff.sums import Past, judge_sums, summed
from kakehashi.diff.unservable import UNSERVABLE, told_once
from kakehashi.diff.vanished_groups import vanished_groups
from kakehashi.directories.port import Listed, Shape
from kakehashi.findings import Finding, refuses
from kakehashi.people.record import Known, Status
from kakehashi.roster import Desired, Held

if TYPE_CHECKING:
    from kakehashi.city import City

type Counts = Counter[tuple[str, str]]

_MOVED_AWAY, _TRANSFER_IN = "MOVED_AWAY", "TRANSFER_IN"
LEAST_OVERLAP = 0.5
TOO_FEW_TO_TELL = 3


def make_plan(
    desired: Iterable[Desired],
    held: Iterable[Held],
    current: Iterable[Known],
    tenant: Iterable[Listed],
    city: City,
    *,
    shape: Shape,
    city_code: str,
    serial: int,
    as_of: date,
    decisions: Decisions | None = None,
    asked: Mapping[str, Proposed] | None = None,
    last_night: LastNight | None = None,
    offered: Offered | None = None,
    missing: Missing | None = None,
    past: Past | None = None,
) -> Plan:
    """What to do tonight, as a value; nothing to do is an empty plan. Never raises for data.

    ``tenant`` holds the accounts that carry a mark or whose name is wanted tonight, all pages.
    ``shape`` says what an account should look like, ``as_of`` is a Japan date. ``decisions`` are
    what staff decided pupil by pupil (none: nothing is suspended, deleted or linked),
    ``asked`` is whom the last run asked about what (None: the
    decisions answer whatever is asked tonight). ``last_night`` tells what was held when the last
    run settled (none: everything held tonight counts as new), ``offered`` how old the roster is,
    ``missing`` what was asked about accounts that ``tenant`` does not show (none: they are gone for
    good), ``past`` what the nights of the last weeks have counted. Linear in the number of pupils.
    """
    offered, given = offered or Offered(), Given(decisions or {}, asked)
    sources = index_sources(desired, held, current, tenant, missing)
    identified = identify(list(look(sources, city, as_of, shape)), sources, given, as_of)
    sights = [with_answer(sight, given.on(sight.id, sight.question))
              for sight in map(with_account_in_question, identified.sights)]  # fmt: skip
    turn = turn_of(sights, tuple(sources.known.values()), city, as_of)
    base = Base.of(sources.known.values())
    judge_night = _Judge(city, as_of, base, turn, last_night or LastNight(), past or Past())
    limits = judge_night.limits(sights, untied=sources.untied)
    actions = _actions(sights, sources, given)
    findings = (*offered.findings(), *_refusals(sources), *limits.findings, *identified.findings,
                *_about_pupils(sights, sources, given),
                *_unused_passwords(actions, sources))  # fmt: skip
    refused = refuses(findings)
    counts = _count(sights, turn, known=bool(base.pupils))
    return Plan(
        city_code=city_code,
        serial=serial,
        as_of=as_of,
        rules=city.sha256,
        actions=() if refused else actions,
        proposals={} if refused else _proposals(sights),
        questions={} if refused else _questions(sights),
        counts=_in_city(counts),
        schools=_by_school(counts),
        held=_held(sights),
        untied=sources.untied,
        lost=_lost(sources),
        breaches=limits.breaches,
        explained=limits.explained,
        counted=limits.counted,
        refused=refused,
        export=offered.given,
        findings=findings,
        links={} if refused else _links(sights),
    ).sealed()


@dataclass(frozen=True, slots=True)
class _Limits:
    """What the limits say of a night; ``explained`` and ``counted`` as a plan has them."""

    breaches: tuple[Breach, ...]
    findings: tuple[Finding, ...]
    explained: dict[str, int]
    counted: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class _Judge:
    """All that a night's counts are held against."""

    city: City
    as_of: date
    base: Base
    turn: Turn
    last: LastNight
    past: Past

    def limits(self, sights: Sequence[Sight], *, untied: int) -> _Limits:
        classes = self._classes(sights)
        newly_untied = max(0, untied - self.last.untied)
        found = events(sights, self.turn, self.last, classes)
        counts, explained = tally(found, self.base, self.turn, newly_untied)
        nightly = judge(counts, self.base, self.city)
        asked = {(Counted(breach.kind), breach.scope) for breach, _ in nightly}
        over = [
            *nightly,
            *vanished_groups(sights, self.turn, self.last, classes.by_rule),
            *judge_sums(counts, self.past, self.base, self.city, as_of=self.as_of, asked=asked),
        ]
        return _Limits(
            tuple(breach for breach, _ in over),
            (*(finding for _, finding in over), *_season(self.turn, explained)),
            {str(kind): n for (kind, scope), n in sorted(explained.items()) if scope == CITY and n},
            summed(counts),
        )

    def _classes(self, sights: Sequence[Sight]) -> ClassChanges:
        if self.turn.open:
            return ClassChanges()
        return class_changes(sights, rules_changed=self.last.had_other_rules(self.city.sha256))


def _refusals(sources: Sources) -> Iterator[Finding]:
    """Drops that no limit could judge: nobody in it, or hardly anybody we know."""
    if not sources.desired and not sources.held and not sources.untied:
        yield rules.EMPTY_ROSTER.at()
    active = {umi for umi, one in sources.known.items() if one.status is Status.ACTIVE}
    here = sources.desired.keys() | sources.held.keys()
    same, fewest = len(active & here), min(len(active), len(here))
    # Against the smaller side: a cut export is judged by the limits, a strange one is refused.
    if fewest > TOO_FEW_TO_TELL and same < LEAST_OVERLAP * fewest:
        yield rules.STRANGE_IDS.at(count=len(here), same=same)


def _actions(sights: Iterable[Sight], sources: Sources, given: Given) -> tuple[Action, ...]:
    found, aside = list[Action](), list[Known]()
    for sight in sights:
        action = merging(sight, react(sight, given.on(sight.id, sight.question)))
        if action:
            found.append(action)
        elif sight.known and stands_aside(sight.known):
            aside.append(sight.known)
    if aside:
        taken = sources.by_sign_in.keys() | {action.sign_in.lower() for action in found}
        found += names_given_back(aside, sources.by_object, taken)
    return in_order(with_room(found, sources.by_object))


def _proposals(sights: Iterable[Sight]) -> dict[Situation, tuple[str, ...]]:
    """Who waits for a person; those decided tonight included, until it is done."""
    waiting: dict[Situation, list[str]] = {situation: [] for situation in PROPOSED}
    for sight in sights:
        if sight.situation in waiting and sight.code not in UNSERVABLE:
            waiting[sight.situation].append(sight.id)
    return {situation: tuple(ids) for situation, ids in waiting.items()}


def _questions(sights: Iterable[Sight]) -> dict[str, Question]:
    """Who this is, as it is asked or was answered; of a link there is nothing more to tell."""
    asked = ((sight.id, sight.question) for sight in sights
             if sight.situation is not Situation.UNLINKED)  # fmt: skip
    return {umi: question for umi, question in asked if question}


def _links(sights: Iterable[Sight]) -> dict[str, str]:
    return {sight.id: sight.question.about for sight in sights
            if sight.question and sight.situation is Situation.UNLINKED}  # fmt: skip


def _lost(sources: Sources) -> tuple[str, ...]:
    """The pupils whose account is nowhere, whatever the roster says of them."""
    active = (one for one in sources.known.values() if one.status is Status.ACTIVE)
    return tuple(sorted(one.pupil.id for one in active if sources.without_account(one)))


def _held(sights: Iterable[Sight]) -> dict[str, tuple[str, ...]]:
    held: defaultdict[str, list[str]] = defaultdict(list)
    for sight in sights:
        if sight.code:
            held[sight.code].append(sight.id)
    return {code: tuple(ids) for code, ids in sorted(held.items())}


def _count(sights: Iterable[Sight], turn: Turn, *, known: bool) -> Counts:
    """Pupils per (MEXT code, situation or change); a school left by a move has MOVED_AWAY."""
    counts: Counts = Counter()
    for sight in sights:
        school = sight.school
        counts[school, sight.situation] += 1
        for change in sight.changes:
            counts[school, change] += 1
        if Change.MOVED in sight.changes and sight.known:
            counts[sight.known.pupil.school, _MOVED_AWAY] += 1
        starts_school = turn.open and sight.pupil is not None and sight.pupil.grade == turn.first
        if sight.situation is Situation.NEW and known and not starts_school:
            counts[school, _TRANSFER_IN] += 1
    return counts


def _in_city(counts: Counts) -> dict[str, int]:
    city: Counter[str] = Counter()
    for (_, word), count in counts.items():
        city[word] += count if word != _MOVED_AWAY else 0
    return {str(word): city[word] for word in sorted(city) if city[word]}


def _by_school(counts: Counts) -> dict[str, dict[str, int]]:
    schools: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (school, word), count in sorted(counts.items()):
        if school:
            schools[school][str(word)] = count
    return dict(schools)


def _season(turn: Turn, explained: Tally) -> Iterator[Finding]:
    """What the calendar explained, with numbers, on nights on which it explained something."""
    if CITY in turn.turned:
        yield rules.YEAR_TURNED.at(
            promoted=explained.get((Counted.GRADE, CITY), 0),
            gone=explained.get((Counted.GONE, CITY), 0),
            new=explained.get((Counted.NEW, CITY), 0),
            moved=explained.get((Counted.MOVED, CITY), 0),
        )


def _about_pupils(sights: Sequence[Sight], sources: Sources, given: Given) -> Iterator[Finding]:
    situations = Counter(sight.situation for sight in sights)
    if sources.untied and situations[Situation.GONE]:
        yield rules.UNTIED_ROWS.at(count=sources.untied, absent=situations[Situation.GONE])
    out_of_reach = Counter(sight.code for sight in sights if sight.code in UNSERVABLE)
    if links := situations[Situation.UNLINKED] - out_of_reach.total():
        yield rules.LINKS_WAITING.at(count=links)
    yield from told_once(sources.by_object.values(), out_of_reach)
    if given.decisions:
        yield from unfit({sight.id: sight for sight in sights}, given)
    for sight in sights:
        if sight.finding:
            yield sight.finding
        yield from _drift(sight)
        yield from _moved(sight)


def _moved(sight: Sight) -> Iterator[Finding]:
    """What staff should know of ids that a child has given up."""
    for old in sight.former:
        yield moved.MERGED.at(pupil=sight.id, school=sight.school, old=old.pupil.id)
    if sight.known and sight.known.pupil.id != sight.id and not sight.code:
        former = sight.known.pupil.id
        yield moved.TAKEN_OVER.at(pupil=sight.id, school=sight.school, old=former)
    if sight.tool_id and not sight.code:
        yield moved.ID_OF_ANOTHER.at(pupil=sight.id, school=sight.school)


def _unused_passwords(actions: Iterable[Action], sources: Sources) -> Iterator[Finding]:
    """Whoever gets an account that is there already keeps its password, whatever the slip says.

    One that only our state does not know was made with the very password of the file.
    """
    for action in actions:
        given = action.kind in {Kind.RESTORE, Kind.LINK} and action.situation is not Situation.NEW
        if given and sources.desired[action.pupil].password:
            school = action.after.school if action.after else None
            yield lost.PASSWORD_NOT_USED.at(pupil=action.pupil, school=school)


def _drift(sight: Sight) -> Iterator[Finding]:
    """What somebody changed by hand on an account of ours; told, and left alone."""
    known, tenant = sight.known, sight.tenant
    if known is None or tenant is None or sight.wanted is None or sight.code:
        return
    if tenant.object_id != known.object_id:  # taken back tonight, as the roster wants it
        return
    if known.status is Status.ACTIVE and not tenant.enabled:
        yield rules.DISABLED_BY_HAND.at(pupil=sight.id, school=sight.school)
    if tenant.sign_in.lower() != known.sign_in.lower():
        yield rules.RENAMED_BY_HAND.at(pupil=sight.id, school=sight.school)
