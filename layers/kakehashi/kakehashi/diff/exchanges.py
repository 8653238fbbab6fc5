"""Who changes hands with whom: names and sign-in names of known children that go round.

A name that one child gets tonight and another gives up tonight ties the two together, whatever
else there is of them: twins share half of their names. A sign-in name ties them only in a ring,
for otherwise it is free as soon as its owner has moved on. An owner who is missing never does: the
ring is closed by giving that account the name which the first of the others gives up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kakehashi.actions import Situation
from kakehashi.catalogue import diff as reasons
from kakehashi.diff.observation import NAMED_AFTER, Observation, changes_of
from kakehashi.diff.sources import Grouped, Sources, same_child
from kakehashi.diff.spelling import full_name
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import SIGN_IN, Record, Status

LARGEST = 20  # pupils of one exchange; more is a column that slipped, and each is asked alone


@dataclass(frozen=True, slots=True)
class NameExchange:
    """``observations`` as they would be without a doubt, by id. ``waiting`` are those whose new
    sign-in name is not free, even when all the others have moved."""

    observations: tuple[Observation, ...]
    of_names: bool
    waiting: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hands:
    """All that changes hands tonight; ``doubtful`` are pupils who get the name of a child who
    shows no row tonight, or of one who is held."""

    exchanges: tuple[NameExchange, ...]
    doubtful: frozenset[str]


def freed(observation: Observation) -> Observation | None:
    """The observation as it is once its sign-in name is free; None where there is another obstacle,
    or nothing to do."""
    if observation.record is None or observation.wanted is None:
        return None
    if observation.situation in {Situation.CHANGED, Situation.RETURNED}:
        return observation
    if observation.code != reasons.ACCOUNT_TAKEN.code:
        return None
    back = observation.record.status is Status.SUSPENDED
    return replace(
        observation,
        situation=Situation.RETURNED if back else Situation.CHANGED,
        code="",
        finding=None,
        changes=frozenset() if back else changes_of(observation.record, observation),
    )


def hands(
    observations: Sequence[Observation], free: Mapping[str, Observation], sources: Sources
) -> Hands:
    """``free`` are the observations that ``freed`` gives, by id."""
    names, doubtful = _names(observations, free)
    taken = {s.id: s for s in observations if s.code == reasons.ACCOUNT_TAKEN.code and s.id in free}
    holders = {umi: _holder(one, sources) for umi, one in taken.items()}
    closing = _closing({one.id: one for one in observations}, holders, free, sources)
    free = {**free, **closing}
    taken = {**taken, **closing}
    holders |= {umi: _giver(one, sources) for umi, one in closing.items()}
    getting, exchanges = {one for one, _ in names}, []
    for group in _together([*names, *_in_rings(holders)]):
        if len(group) > LARGEST:
            doubtful |= set(group)
            continue
        within = set(group)
        waiting = {umi for umi in group if umi in taken and holders[umi] not in within}
        members = tuple(free[umi] for umi in group)
        of_names = not within.isdisjoint(getting)
        exchanges.append(NameExchange(members, of_names, frozenset(waiting)))
    return Hands(tuple(exchanges), frozenset(doubtful))


def _closing(
    observations: Mapping[str, Observation],
    holders: Mapping[str, str],
    free: Mapping[str, Observation],
    sources: Sources,
) -> dict[str, Observation]:
    """Children who are missing and whose sign-in name a known child is to get, as they are once
    they have the name that becomes free for it. Nobody else may want that name, and whoever is on a
    row must still be the same child: else it is the id that was typed over."""
    found: dict[str, Observation] = {}
    for start in sorted(holders.keys() - set(holders.values())):
        path, here = {start: None}, holders[start]  # in their order; as long as a city, perhaps
        while here in holders and here not in path:
            path[here] = None
            here = holders[here]
        last, first = observations.get(here), free[start].record
        if last is None or last.record is None or first is None or not sources.absent(here):
            continue
        name = sources.name_now(first)
        if all(_is_itself(free[umi]) for umi in path) and not sources.wanted_by.of(name):
            found[here] = _with_name(last, last.record, name)
    return found


def _is_itself(observation: Observation) -> bool:
    wanted = observation.wanted.pupil if observation.wanted else None
    return observation.record is not None and same_child(observation.record.pupil, wanted)


def _with_name(observation: Observation, record: Record, name: str) -> Observation:
    """A missing child's account under another sign-in name, and otherwise as it is."""
    account = {
        **record.account,
        **dict(zip(NAMED_AFTER, (name, name.partition("@")[0]), strict=True)),
    }
    return replace(observation, situation=Situation.CHANGED, code="", finding=None,
                   pupil=replace(record.pupil, account=name, line=0), account=account)  # fmt: skip


def _giver(observation: Observation, sources: Sources) -> str:
    """Whose name the missing child's account gets."""
    owner = sources.owner(observation.account[SIGN_IN], observation.id)
    return owner.pupil.id if owner else ""


def renamed(record: Record, pupil: Pupil) -> bool:
    """Under another full name than before, in whatever shape it is written."""
    before = record.pupil
    if (before.family, before.given) == (pupil.family, pupil.given):
        return False
    return full_name(before) != full_name(pupil)


def _names(
    observations: Iterable[Observation], free: Mapping[str, Observation]
) -> tuple[list[tuple[str, str]], set[str]]:
    """Pairs of which the first gets the other's name tonight, and who gets a name in doubt."""
    known = [
        (observation, observation.record) for observation in observations if observation.record
    ]
    moving = [(s, k, s.wanted.pupil) for s, k in known if s.wanted and renamed(k, s.wanted.pupil)]
    if not moving:
        return [], set()
    given_up = Grouped((full_name(one.pupil), observation.id) for observation, one, _ in moving)
    unseen = {
        (one.pupil.school, full_name(one.pupil))
        for observation, one in known
        if observation.wanted is None and one.status is Status.ACTIVE
    }
    # Few rows are held, so the name of one counts in the whole city; leavers' names are many.
    held = {full_name(one.pupil) for observation, one in known
            if observation.wanted is None and observation.situation is Situation.HELD}  # fmt: skip
    pairs, doubtful = [], set[str]()
    for observation, one, pupil in moving:
        if observation.id not in free:
            continue
        others = [umi for umi in given_up.of(full_name(pupil)) if umi != observation.id]
        pairs += [(observation.id, umi) for umi in others if umi in free]
        schools, name = (one.pupil.school, pupil.school), full_name(pupil)
        elsewhere = name in held or any((school, name) in unseen for school in schools)
        if elsewhere or any(umi not in free for umi in others):
            doubtful.add(observation.id)
    return pairs, doubtful


def _holder(observation: Observation, sources: Sources) -> str:
    """Whose account in the tenant has the sign-in name that this pupil is to get; "" for nobody of
    ours."""
    holder = sources.by_sign_in.get(observation.account[SIGN_IN].lower())
    owner = sources.known.get(holder.mark.lower()) if holder else None
    return owner.pupil.id if holder and owner and owner.object_id == holder.object_id else ""


def _in_rings(holders: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The pairs (pupil, holder) that lie on a ring: whoever follows them comes back."""
    seen: dict[str, str] = {}
    for start in holders:
        here = start
        while here in holders and here not in seen:
            seen[here] = start
            here = holders[here]
        if seen.get(here) != start:
            continue
        first = here
        while True:
            yield here, holders[here]
            here = holders[here]
            if here == first:
                break


def _together(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """The groups that the pairs tie together, each sorted, the groups by their first."""
    head: dict[str, str] = {}

    def top(umi: str) -> str:
        while head.setdefault(umi, umi) != umi:
            head[umi] = head[head[umi]]
            umi = head[umi]
        return umi

    for one, other in pairs:
        head[top(one)] = top(other)
    groups: dict[str, list[str]] = {}
    for umi in sorted(head):
        groups.setdefault(top(umi), []).append(umi)
    return sorted(tuple(group) for group in groups.values())
