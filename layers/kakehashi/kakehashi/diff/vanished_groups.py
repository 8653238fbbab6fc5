"""Whole groups that vanish or move together: a school, a grade, a class.

A cut export drops groups, and a group may be too small for a share of the city to notice. None of
these has a number in the city's rules: three or more pupils who make up *all* of a group are
looked at by a person. So is a special-needs class that is said to be none any more, of whatever
size and whoever has come to it meanwhile: its own title would go out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set

from kakehashi.actions import Action, Situation
from kakehashi.catalogue import diff as rules
from kakehashi.diff.calendar import CITY, PRESENT, Rollover
from kakehashi.diff.class_changes import Retitled
from kakehashi.diff.counting import LastNight, newly_gone
from kakehashi.diff.header import Breach
from kakehashi.diff.limits import breach
from kakehashi.diff.observation import Observation
from kakehashi.findings import Finding
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status

FEWEST = 3  # one or two leaving together are siblings
FEWEST_OF_A_CLASS = 6  # small special-needs classes are rearranged in the middle of the year

type Found = tuple[Breach, Finding]


def vanished_groups(
    observations: Sequence[Observation], actions: Iterable[Action], rollover: Rollover,
    last: LastNight, by_rule: Set[Retitled],
) -> Iterator[Found]:  # fmt: skip
    """Breaches for groups of which nothing, or hardly anything, is left where it was.

    ``actions`` are what the night would do. ``by_rule`` are classes (school, old title, new title)
    that a changed rule has given another title: one question for all of them.
    """
    yield from _missing(observations, rollover, last)
    yield from _no_longer_special(observations, actions)
    if rollover.open:
        yield from _not_promoted(observations, rollover)
    else:
        yield from _classes_moved(observations, by_rule)


def _missing(
    observations: Iterable[Observation], rollover: Rollover, last: LastNight
) -> Iterator[Found]:
    """Schools, and grades of the other schools, all of whose pupils are gone tonight."""
    groups: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for observation in observations:
        if (known := _yesterday(observation)) and not rollover.expects_leaving(known):
            pupil = known.pupil
            groups[pupil.school, pupil.grade].append(newly_gone(observation, last))
    schools: defaultdict[str, list[bool]] = defaultdict(list)
    for (school, _), gone in groups.items():
        schools[school] += gone
    lost = {school for school, gone in schools.items() if all(gone) and len(gone) >= FEWEST}
    for school in sorted(lost):
        yield breach(rules.SCHOOL_MISSING, school, len(schools[school]), 0, "school")
    grades = Counter(school for (school, _), gone in groups.items()
                     if school not in lost and all(gone) and len(gone) >= FEWEST)  # fmt: skip
    for school, count in sorted(grades.items()):
        yield breach(rules.GRADE_MISSING, school, count, 0, "grade missing")


def _yesterday(observation: Observation) -> Record | None:
    """The pupil as the state had it, if active and present last night."""
    known: Record | None = observation.record
    if known is None or known.status is not Status.ACTIVE or known.absent_since is not None:
        return None
    return known


def _classes_moved(observations: Iterable[Observation], by_rule: Set[Retitled]) -> Iterator[Found]:
    """Classes of which more than half went to one and the same other class tonight."""
    size: Counter[tuple[str, str]] = Counter()
    went: Counter[tuple[tuple[str, str], tuple[str, str]]] = Counter()
    for observation in observations:
        known = _yesterday(observation)
        if known is None or not known.pupil.class_title:
            continue
        before = known.pupil
        home = (before.school, before.class_title)
        size[home] += 1
        if (
            observation.situation is Situation.CHANGED
            and observation.pupil
            and observation.pupil.class_title
        ):
            after = (observation.pupil.school, observation.pupil.class_title)
            went[home, after] += after != home
    moved: Counter[str] = Counter()
    for (home, after), count in went.items():
        ruled = home[0] == after[0] and (*home, after[1]) in by_rule
        if count >= FEWEST_OF_A_CLASS and 2 * count > size[home] and not ruled:
            moved[home[0]] += 1
    if by_rule:
        yield breach(rules.CLASSES_RETITLED, CITY, len(by_rule), 0, "classes retitled by a rule")
    for school, count in sorted(moved.items()):
        yield breach(rules.CLASS_MOVED, school, count, 0, "class")


def _no_longer_special(
    observations: Sequence[Observation], actions: Iterable[Action]
) -> Iterator[Found]:
    """Classes under a title that nobody of the school had yet, half or more of whose known pupils
    were in a special-needs class: whoever goes over to an ordinary class finds more others."""
    had = {(seen.record.pupil.school, seen.record.pupil.class_title)
           for seen in observations if seen.record}  # fmt: skip
    were: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for before, after in _from_to(observations, actions):
        if after.class_title and not after.special_needs:
            were[after.school, after.class_title].append(before.special_needs)
    lost = Counter(home[0] for home, special in were.items()
                   if home not in had and 2 * sum(special) >= len(special))  # fmt: skip
    for school, count in sorted(lost.items()):
        yield breach(rules.SPECIAL_NEEDS_LOST, school, count, 0, "special needs")


def _from_to(
    observations: Iterable[Observation], actions: Iterable[Action]
) -> Iterable[tuple[Pupil, Pupil]]:
    """Known pupils as we have them and as tools would know them: also those who come back, and who
    are linked under a new id by a person's decision."""
    stay = {seen.id: (seen.record.pupil, seen.record.pupil) for seen in observations
            if seen.record and seen.situation is Situation.CONFIRMED}  # fmt: skip
    move = {action.pupil: (action.before.pupil, action.after) for action in actions
            if action.before and action.after}  # fmt: skip
    return (stay | move).values()


def _not_promoted(observations: Iterable[Observation], rollover: Rollover) -> Iterator[Found]:
    """Schools that stay as they were although the city goes up."""
    if CITY not in rollover.turned:
        return
    stayed: Counter[str] = Counter()
    for observation in observations:
        if observation.situation in PRESENT and observation.record and observation.pupil:
            before = observation.record.pupil
            if before.grade != rollover.last:
                stayed[before.school] += rollover.left_behind(observation.record, observation.pupil)
    for school, count in sorted(stayed.items()):
        if count >= FEWEST and school not in rollover.turned:
            yield breach(rules.SCHOOL_NOT_PROMOTED, school, count, 0, "school not promoted")
