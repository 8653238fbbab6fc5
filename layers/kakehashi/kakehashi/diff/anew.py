"""Who may have been registered anew: a new id and a new account, and a child who is missing.

What two rows have in common is evidence for a person, never a match: see ``identity``. The school
and the class change when a child moves over a holiday, the family name when a parent marries; of
each of these kinds there is something else that has to agree. (No date of birth is kept.) Whoever
has been suspended by then may be the child that comes back to its class of the same year.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kakehashi.actions import Situation
from kakehashi.catalogue import diff as reasons
from kakehashi.catalogue import identity as rules
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.likeness import Traits, named, named_by_now
from kakehashi.diff.observation import Observation
from kakehashi.diff.spelling import full_name, full_reading, one_shape
from kakehashi.findings import Rule
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status

RECENTLY = timedelta(days=60)  # a summer holiday and the days around it

type Registered = tuple[Observation, Record, Rule]


@dataclass(frozen=True, slots=True)
class _Likeness:
    """``was`` are the traits of a missing child, as it may look by now, ``is_`` those of a new
    one; none where too little is known. ``within``: how long the child may be missing.
    ``of_leavers``: whether it says enough of one who has been suspended, too."""

    rule: Rule
    was: Callable[[Pupil], Iterable[Traits]]
    is_: Callable[[Pupil], Iterable[Traits]]
    within: timedelta = timedelta.max
    of_leavers: bool = True

    def looks_at(self, record: Record) -> bool:
        return self.of_leavers or record.status is Status.ACTIVE


def traits_of(pupil: Pupil) -> Traits:
    """What a child has in common with itself when nothing but id and account is another."""
    return (full_name(pupil), full_reading(pupil), pupil.school, pupil.grade, pupil.class_title)


def _seat(pupil: Pupil) -> Iterator[Traits]:
    given, reading = one_shape(pupil.given), one_shape(pupil.kana_given)
    if given and reading and pupil.class_title and pupil.attendance_no is not None:
        yield (given, reading, pupil.school, pupil.grade, pupil.class_title, pupil.attendance_no)


_LIKENESSES = (
    _Likeness(rules.SAME_CHILD, lambda pupil: [traits_of(pupil)], lambda pupil: [traits_of(pupil)]),
    _Likeness(rules.SAME_NAME, named_by_now, named, RECENTLY, of_leavers=False),
    _Likeness(rules.SAME_SEAT, _seat, _seat, RECENTLY),
)
"""The stronger evidence first."""


def registered_anew(
    observations: Iterable[Observation], as_of: date, asked: Collection[str] = ()
) -> Iterator[Registered]:
    """New pupils, the missing child each of them may be, and what speaks for it; none where several
    would fit. Nobody appears twice. ``asked`` are new pupils about whom it has been asked already:
    that question stays, however long nobody answers."""
    observations = list(observations)
    missing = [s.record for s in observations if s.record and _is_missing(s, s.record)]
    new = [s for s in observations if _could_be_made(s)]
    for likeness in _LIKENESSES:
        if not missing or not new:
            return
        before = [one for one in missing if likeness.looks_at(one)]
        recent = [one for one in before if _since(one, as_of) <= likeness.within]
        found = _pairs(new, recent, likeness)
        if len(recent) < len(before):
            older = _pairs([s for s in new if s.id in asked], before, likeness)
            found += [pair for pair in older if pair not in found]
        yield from ((observation, known, likeness.rule) for observation, known in found)
        told = {observation.id for observation, _ in found} | {known.pupil.id for _, known in found}
        new = [observation for observation in new if observation.id not in told]
        missing = [known for known in missing if known.pupil.id not in told]


def _is_missing(observation: Observation, record: Record) -> bool:
    """Active, and on no row; perhaps another pupil's row has the account. Or suspended, with the
    account that can be had back."""
    if observation.situation in {Situation.SUSPENDED, Situation.EXPIRED}:
        return observation.tenant is not None
    gone = observation.situation is Situation.GONE or observation.code == reasons.ID_TYPED_OVER.code
    return gone and record.status is Status.ACTIVE


def _could_be_made(observation: Observation) -> bool:
    """A new pupil for whom a password may be missing, or who wants another known pupil's name."""
    if observation.pupil is None or observation.object_id or observation.owner:
        return False
    if observation.code == reasons.KNOWN_ACCOUNT.code:
        return True
    return observation.situation is Situation.NEW and observation.code in {"", NO_PASSWORD.code}


def _since(record: Record, as_of: date) -> timedelta:
    return as_of - (record.absent_since or as_of)


def _pairs(
    new: Sequence[Observation], missing: Sequence[Record], likeness: _Likeness
) -> list[tuple[Observation, Record]]:
    before: defaultdict[Traits, list[Record]] = defaultdict(list)
    now: defaultdict[Traits, list[Observation]] = defaultdict(list)
    for known in _of_these_years(new, missing):
        for traits in likeness.was(known.pupil):
            before[traits].append(known)
    for observation in new:
        for traits in likeness.is_(observation.pupil) if observation.pupil else ():
            now[traits].append(observation)
    found = [pair for traits in before.keys() & now.keys()
             for pair in _one_to_one(now[traits], before[traits])]  # fmt: skip
    times = Counter(known.pupil.id for _, known in found)
    once = (pair for pair in found if times[pair[1].pupil.id] == 1)
    return sorted(once, key=lambda pair: pair[0].id)


def _of_these_years(new: Iterable[Observation], missing: Iterable[Record]) -> Iterator[Record]:
    """Without who was suspended from a class of another year: that is another child, and must not
    make two of the one who fits."""
    years = {(one.pupil.school, one.pupil.school_year) for one in new if one.pupil}
    for known in missing:
        if known.status is Status.ACTIVE or (known.pupil.school, known.pupil.school_year) in years:
            yield known


def _one_to_one(
    new: Sequence[Observation], missing: Sequence[Record]
) -> Iterator[tuple[Observation, Record]]:
    """Of namesakes in one class the 出席番号 tells who is who."""
    if len(new) == len(missing) == 1:
        yield new[0], missing[0]
        return
    numbers = Counter(observation.pupil.attendance_no for observation in new if observation.pupil)
    for observation in new:
        number = observation.pupil.attendance_no if observation.pupil else None
        same = [known for known in missing if known.pupil.attendance_no == number]
        if len(same) == numbers[number] == 1:
            yield observation, same[0]
