"""Whether an account, or a sign-in name, is free for the pupil who is to have it tonight."""

from __future__ import annotations

from collections.abc import Sequence

from kakehashi.catalogue import cities
from kakehashi.catalogue import diff as rules
from kakehashi.diff.observation import Observation
from kakehashi.diff.sources import Sources
from kakehashi.directories.port import Listed
from kakehashi.people.record import SIGN_IN, domain_of


def another_citys(observation: Observation, marked: Listed) -> Observation | None:
    """Held, where the account that bears the pupil's mark is in another city's domain; else None.

    The cities of a tenant share its marks: that one knows the account, and may yet suspend it.
    """
    domain = domain_of(marked.sign_in)
    if domain == domain_of(observation.account[SIGN_IN]):
        return None
    return observation.hold(cities.ANOTHER_CITYS, "userIds", domain=domain)


def not_to_be_taken(observation: Observation, marked: Sequence[Listed]) -> Observation | None:
    """Held, where these are not one account, in this city, that can take a lost one's place."""
    if len(marked) > 1:
        return observation.hold(rules.TWICE_MARKED, "userIds", count=len(marked))
    return another_citys(observation, marked[0]) if marked else None


def unless_taken(observation: Observation, sources: Sources) -> Observation:
    """Hold where the wanted sign-in name belongs to somebody else until tonight.

    Two pupils who swap their names, or a name that becomes free only tonight, wait: the order of
    the changes would decide who can sign in. What the tenant shows goes before what we wrote last:
    people may have given the names back to whom they belong by hand.
    """
    upn = observation.account[SIGN_IN].lower()
    holder = sources.by_sign_in.get(upn)
    if observation.record and holder is not None and holder.object_id == observation.object_id:
        return observation
    taken = holder is not None and holder.object_id != observation.object_id
    own = (
        observation.record.pupil.id if observation.record else observation.id
    )  # another one of the same child
    if taken or sources.keeps(upn, observation.id, own):
        return observation.hold(rules.ACCOUNT_TAKEN, "userIds")
    return observation
