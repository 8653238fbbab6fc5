"""Situations → plan → calendar → limits, in one pure function."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.actions import Action, Change, Kind, Situation, in_order, stands_aside
from kakehashi.catalogue import diff as rules
from kakehashi.catalogue import lost, moved
from kakehashi.diff.answers import Decisions, GivenAnswers, Proposed, Question
from kakehashi.diff.calendar import CITY, Base, Rollover, rollover_of
from kakehashi.diff.class_changes import ClassChanges, class_changes
from kakehashi.diff.counting import Counted, LastNight, Tally, events, tally
from kakehashi.diff.exports import Offered
from kakehashi.diff.header import Breach
from kakehashi.diff.identity import identify, with_account_in_question
from kakehashi.diff.limits import judge
from kakehashi.diff.observation import Observation
from kakehashi.diff.plan import Plan
from kakehashi.diff.reactions import PROPOSED, merging, react, unfit, with_answer
from kakehashi.diff.rooms import names_given_back, with_room
from kakehashi.diff.situations import classify
from kakehashi.diff.sources import Missing, Sources, index_sources
from kakehashi.diff.sums import PastNights, judge_sums, summed
from kakehashi.diff.unservable import UNSERVABLE, told_once
from kakehashi.diff.vanished_groups import vanished_groups
from kakehashi.directories.port import Listed, Shape
from kakehashi.findings import Finding, refuses
from kakehashi.people.record import Record
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
    current: Iterable[Record],
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
    past: PastNights | None = None,
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
    offered, given = offered or Offered(), GivenAnswers(decisions or {}, asked)
    sources = index_sources(desired, held, current, tenant, missing)
    seen = _looked_at(sources, given, city, as_of, shape)
    base = Base.of(sources.known.values())
    judge_night = _Judge(
        city, as_of, base, seen.rollover, last_night or LastNight(), past or PastNights()
    )
    actions = _actions(seen.observations, sources, given)
    limits = judge_night.limits(seen.observations, actions, untied=sources.untied)
    told = (*offered.findings(), *_refusals(sources), *limits.findings, *seen.findings)
    counts = _count(seen.observations, seen.rollover, known=bool(base.pupils))
    plan = Plan(
        city_code=city_code,
        serial=serial,
        as_of=as_of,
        rules=city.sha256,
        counts=_in_city(counts),
        schools=_by_school(counts),
        held=_held(seen.observations),
        untied=sources.untied,
        lost=_lost(sources),
        breaches=limits.breaches,
        explained=limits.explained,
        counted=limits.counted,
        last_grade=seen.rollover.last,
        export=offered.given,
        findings=told,
    )
    return _with_deeds(plan, seen.observations, actions, sources, given).sealed()


def _with_deeds(
    plan: Plan, observations: Sequence[Observation], actions: tuple[Action, ...],
    sources: Sources, given: GivenAnswers,
) -> Plan:  # fmt: skip
    """With what is to be done and what staff are asked; for a refused roster that is nothing."""
    findings = (*plan.findings, *_about_pupils(observations, sources, given),
                *_unused_passwords(actions, sources))  # fmt: skip
    if refuses(findings):
        return replace(plan, refused=True, findings=findings)
    return replace(
        plan,
        actions=actions,
        findings=findings,
        proposals=_proposals(observations),
        questions=_questions(observations),
        links=_links(observations),
    )


@dataclass(frozen=True, slots=True)
class _LookedAt:
    """Everybody as they stand tonight, and what was found in telling who they are."""

    observations: Sequence[Observation]
    findings: Sequence[Finding]
    rollover: Rollover


def _looked_at(
    sources: Sources, given: GivenAnswers, city: City, as_of: date, shape: Shape
) -> _LookedAt:
    identified = identify(list(classify(sources, city, as_of, shape)), sources, given, as_of)
    observations = [
        with_answer(observation, given.on(observation.id, observation.question))
        for observation in map(with_account_in_question, identified.observations)
    ]
    rollover = rollover_of(observations, tuple(sources.known.values()), city, as_of)
    return _LookedAt(observations, identified.findings, rollover)


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
    rollover: Rollover
    last: LastNight
    past: PastNights

    def limits(
        self, observations: Sequence[Observation], actions: Sequence[Action], *, untied: int
    ) -> _Limits:
        classes = self._classes(observations)
        newly_untied = max(0, untied - self.last.untied)
        found = events(observations, self.rollover, self.last, classes)
        counts, explained = tally(found, self.base, self.rollover, newly_untied)
        nightly = judge(counts, self.base, self.city)
        asked = {(Counted(breach.kind), breach.scope) for breach, _ in nightly}
        over = [
            *nightly,
            *vanished_groups(observations, actions, self.rollover, self.last, classes.by_rule),
            *judge_sums(counts, self.past, self.base, self.city, as_of=self.as_of, asked=asked),
        ]
        return _Limits(
            tuple(breach for breach, _ in over),
            (*(finding for _, finding in over), *_season(self.rollover, explained)),
            {str(kind): n for (kind, scope), n in sorted(explained.items()) if scope == CITY and n},
            summed(counts),
        )

    def _classes(self, observations: Sequence[Observation]) -> ClassChanges:
        if self.rollover.open:
            return ClassChanges()
        return class_changes(
            observations, rules_changed=self.last.had_other_rules(self.city.sha256)
        )


def _refusals(sources: Sources) -> Iterator[Finding]:
    """Drops that no limit could judge: nobody in it, or hardly anybody we know."""
    if not sources.desired and not sources.held and not sources.untied:
        yield rules.EMPTY_ROSTER.at()
    active = {umi for umi, one in sources.known.items() if one.serves}
    here = sources.desired.keys() | sources.held.keys()
    same, fewest = len(active & here), min(len(active), len(here))
    # Against the smaller side: a cut export is judged by the limits, a strange one is refused.
    if fewest > TOO_FEW_TO_TELL and same < LEAST_OVERLAP * fewest:
        yield rules.STRANGE_IDS.at(count=len(here), same=same)


def _actions(
    observations: Iterable[Observation], sources: Sources, given: GivenAnswers
) -> tuple[Action, ...]:
    found, aside = list[Action](), list[Record]()
    for observation in observations:
        action = merging(
            observation, react(observation, given.on(observation.id, observation.question))
        )
        if action:
            found.append(action)
        elif observation.record and stands_aside(observation.record):
            aside.append(observation.record)
    if aside:
        taken = sources.by_sign_in.keys() | {action.sign_in.lower() for action in found}
        found += names_given_back(aside, sources.by_object, taken)
    return in_order(with_room(found, sources.by_object))


def _proposals(observations: Iterable[Observation]) -> dict[Situation, tuple[str, ...]]:
    """Who waits for a person; those decided tonight included, until it is done."""
    waiting: dict[Situation, list[str]] = {situation: [] for situation in PROPOSED}
    for observation in observations:
        if observation.situation in waiting and observation.code not in UNSERVABLE:
            waiting[observation.situation].append(observation.id)
    return {situation: tuple(ids) for situation, ids in waiting.items()}


def _questions(observations: Iterable[Observation]) -> dict[str, Question]:
    """Who this is, as it is asked or was answered; of a link there is nothing more to tell."""
    asked = ((observation.id, observation.question) for observation in observations
             if observation.situation is not Situation.UNLINKED)  # fmt: skip
    return {umi: question for umi, question in asked if question}


def _links(observations: Iterable[Observation]) -> dict[str, str]:
    return {observation.id: observation.question.about for observation in observations
            if observation.question and observation.situation is Situation.UNLINKED}  # fmt: skip


def _lost(sources: Sources) -> tuple[str, ...]:
    """The pupils whose account is nowhere, whatever the roster says of them."""
    active = (one for one in sources.known.values() if one.serves)
    return tuple(sorted(one.pupil.id for one in active if sources.without_account(one)))


def _held(observations: Iterable[Observation]) -> dict[str, tuple[str, ...]]:
    held: defaultdict[str, list[str]] = defaultdict(list)
    for observation in observations:
        if observation.code:
            held[observation.code].append(observation.id)
    return {code: tuple(ids) for code, ids in sorted(held.items())}


def _count(observations: Iterable[Observation], rollover: Rollover, *, known: bool) -> Counts:
    """Pupils per (MEXT code, situation or change); a school left by a move has MOVED_AWAY."""
    counts: Counts = Counter()
    for observation in observations:
        school = observation.school
        counts[school, observation.situation] += 1
        for change in observation.changes:
            counts[school, change] += 1
        if Change.MOVED in observation.changes and observation.record:
            counts[observation.record.pupil.school, _MOVED_AWAY] += 1
        starts_school = (
            rollover.open
            and observation.pupil is not None
            and observation.pupil.grade == rollover.first
        )
        if observation.situation is Situation.NEW and known and not starts_school:
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


def _season(rollover: Rollover, explained: Tally) -> Iterator[Finding]:
    """What the calendar explained, with numbers, on nights on which it explained something."""
    if CITY in rollover.turned:
        yield rules.YEAR_TURNED.at(
            promoted=explained.get((Counted.GRADE, CITY), 0),
            gone=explained.get((Counted.GONE, CITY), 0),
            new=explained.get((Counted.NEW, CITY), 0),
            moved=explained.get((Counted.MOVED, CITY), 0),
        )


def _about_pupils(
    observations: Sequence[Observation], sources: Sources, given: GivenAnswers
) -> Iterator[Finding]:
    situations = Counter(observation.situation for observation in observations)
    if sources.untied and situations[Situation.GONE]:
        yield rules.UNTIED_ROWS.at(count=sources.untied, absent=situations[Situation.GONE])
    out_of_reach = Counter(
        observation.code for observation in observations if observation.code in UNSERVABLE
    )
    if links := situations[Situation.UNLINKED] - out_of_reach.total():
        yield rules.LINKS_WAITING.at(count=links)
    yield from told_once(sources.by_object.values(), out_of_reach)
    if ahead := sum(observation.ahead and not observation.code for observation in observations):
        yield rules.MADE_AHEAD.at(count=ahead)
    if given.decisions:
        yield from unfit({observation.id: observation for observation in observations}, given)
    for observation in observations:
        if observation.finding:
            yield observation.finding
        yield from _drift(observation)
        yield from _moved(observation)


def _moved(observation: Observation) -> Iterator[Finding]:
    """What staff should know of ids that a child has given up."""
    for old in observation.former:
        yield moved.MERGED.at(pupil=observation.id, school=observation.school, old=old.pupil.id)
    former = observation.record.pupil.id if observation.record else observation.id
    if former != observation.id and observation.object_id and not observation.code:
        yield moved.TAKEN_OVER.at(pupil=observation.id, school=observation.school, old=former)
    if observation.tool_id and not observation.code:
        yield moved.ID_OF_ANOTHER.at(pupil=observation.id, school=observation.school)


def _unused_passwords(actions: Iterable[Action], sources: Sources) -> Iterator[Finding]:
    """Whoever gets an account that is there already keeps its password, whatever the slip says.

    One that only our state does not know was made with the very password of the file.
    """
    for action in actions:
        given = action.kind in {Kind.RESTORE, Kind.LINK} and action.situation is not Situation.NEW
        if given and sources.desired[action.pupil].password:
            school = action.after.school if action.after else None
            yield lost.PASSWORD_NOT_USED.at(pupil=action.pupil, school=school)


def _drift(observation: Observation) -> Iterator[Finding]:
    """What somebody changed by hand on an account of ours; told, and left alone."""
    known, tenant = observation.record, observation.tenant
    if known is None or tenant is None or observation.wanted is None or observation.code:
        return
    if tenant.object_id != known.object_id:  # taken back tonight, as the roster wants it
        return
    if known.serves and not tenant.enabled:
        yield rules.DISABLED_BY_HAND.at(pupil=observation.id, school=observation.school)
    if tenant.sign_in.lower() != known.sign_in.lower():
        yield rules.RENAMED_BY_HAND.at(pupil=observation.id, school=observation.school)
