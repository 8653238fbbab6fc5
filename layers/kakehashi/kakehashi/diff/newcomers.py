"""A pupil of the drop whom the state does not know: new, registered anew, or somebody's double."""

from __future__ import annotations

from dataclasses import replace

from kakehashi.actions import Situation
from kakehashi.catalogue import diff as rules
from kakehashi.catalogue import lost
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.claims import another_citys, not_to_be_taken, unless_taken
from kakehashi.diff.observation import Observation
from kakehashi.diff.sources import Sources, same_child
from kakehashi.diff.unservable import unservable
from kakehashi.directories.port import Listed
from kakehashi.people.record import SIGN_IN, Record
from kakehashi.roster import Desired


def newcomer(observation: Observation, wanted: Desired, sources: Sources) -> Observation:
    """A pupil of the drop whom the state does not know."""
    if unsafe := wanted.unsafe_name or wanted.unsafe_school:
        return replace(observation, code=unsafe)  # preprocess has told why
    owner = sources.owner(wanted.pupil.account, observation.id)
    if owner is not None and _lost_under_another_id(owner, observation, sources):
        return _moved_and_lost(observation, owner, sources)
    marked = sources.by_mark.of(observation.id)
    if len(marked) > 1:
        return observation.hold(rules.TWICE_MARKED, "userIds", count=len(marked))
    if marked:
        return _already_marked(observation, marked[0], sources)
    if owner is not None:
        return _account_of_another(observation, owner, sources)
    return _first_account(observation, wanted, sources)


def _already_marked(observation: Observation, ours: Listed, sources: Sources) -> Observation:
    """Our mark is on the account and the state does not know it."""
    found = replace(observation, object_id=ours.object_id, tenant=ours)
    former = _cut_short(found, sources)
    if former is not None:
        return replace(found, owner=former, tool_id="")
    return another_citys(observation, ours) or unless_taken(found, sources)


def _cut_short(ours: Observation, sources: Sources) -> Record | None:
    """The same child's record under a former id, where a link got as far as the account's mark."""
    owner = sources.owner(ours.account[SIGN_IN], ours.id)
    if owner is None or owner.object_id != ours.object_id:
        return None
    same = sources.absent(owner.pupil.id) and same_child(owner.pupil, ours.pupil)
    return owner if same else None


def _lost_under_another_id(owner: Record, observation: Observation, sources: Sources) -> bool:
    """Whether this is the same child under a new id, and the account on record is nowhere."""
    same = sources.absent(owner.pupil.id) and same_child(owner.pupil, observation.pupil)
    return same and owner.object_id not in sources.by_object


def _moved_and_lost(observation: Observation, former: Record, sources: Sources) -> Observation:
    """An account that is there for the child, in its place, is a link; none is a new one to make.

    Either is a person's decision, and takes the record of the former id over.
    """
    if former.object_id in sources.missing.unsure:
        return observation.hold(lost.NOT_SEEN, "userIds", as_=Situation.HELD)
    marked = (*sources.by_mark.of(observation.id), *sources.by_mark.of(former.pupil.id))
    if barred := not_to_be_taken(observation, marked):
        return barred
    holder = marked[0] if marked else sources.by_sign_in.get(observation.account[SIGN_IN].lower())
    if holder is None:
        restorable = observation.restorable or former.pupil.id in sources.missing.restorable
        gone = replace(observation, record=former, object_id="", tool_id="", restorable=restorable)
        return gone.hold(lost.LOST_UNDER_NEW_ID, "userMasterIdentifier", as_=Situation.LOST,
                         old=former.pupil.id)  # fmt: skip
    found = replace(
        observation, owner=former, object_id=holder.object_id, tenant=holder, tool_id=""
    )
    if holder.mark and not marked:
        return found.hold(rules.MARKED_FOR_ANOTHER, "userIds")
    if unfit := unservable(holder):
        return replace(found, situation=Situation.UNLINKED, code=unfit.code)
    return found.hold(rules.NEW_ID, "userMasterIdentifier", as_=Situation.UNLINKED,
                      old=former.pupil.id)  # fmt: skip


def _first_account(observation: Observation, wanted: Desired, sources: Sources) -> Observation:
    """Nobody we know has the sign-in name; perhaps the tenant does."""
    holder = sources.by_sign_in.get(wanted.pupil.account.lower())
    if holder is None:
        given = wanted.password or observation.restorable  # whoever comes back has a password
        return observation if given else observation.hold(NO_PASSWORD, "userIds", as_=Situation.NEW)
    found = replace(observation, object_id=holder.object_id, tenant=holder)
    if holder.mark:
        return found.hold(rules.MARKED_FOR_ANOTHER, "userIds")
    unfit = unservable(holder)
    return replace(found, situation=Situation.UNLINKED, code=unfit.code if unfit else "")


def _account_of_another(observation: Observation, owner: Record, sources: Sources) -> Observation:
    """A known account under an unknown id. One decision for staff if it is the same child."""
    if sources.absent(owner.pupil.id) and same_child(owner.pupil, observation.pupil):
        theirs = replace(observation, owner=owner, object_id=owner.object_id, tool_id="",
                         tenant=sources.by_object.get(owner.object_id))  # fmt: skip
        return theirs.hold(rules.NEW_ID, "userMasterIdentifier", as_=Situation.UNLINKED,
                           old=owner.pupil.id)  # fmt: skip
    return observation.hold(rules.KNOWN_ACCOUNT, "userIds", old=owner.pupil.id)
