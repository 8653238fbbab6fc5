"""What happened to each pupil tonight: one situation each, found by looking at three sources.

Pupils are matched by userMasterIdentifier, accounts by the mark they carry and by sign-in name,
and never anything by a child's name. Who is looked at:

| in drop | in our state | in tenant        | situation                                         |
|---------|--------------|------------------|---------------------------------------------------|
| yes     | no           | no               | NEW                                               |
| yes     | no           | yes, our mark    | NEW: the state was lost; the account is taken back |
| yes     | any          | marked, another domain | DISPUTED: another city of the tenant has it  |
| yes     | no           | yes, unmarked    | UNLINKED                                          |
| yes     | active       | same             | CONFIRMED                                         |
| yes     | active       | differs          | CHANGED                                           |
| yes     | suspended    | yes              | RETURNED                                          |
| yes     | yes          | another, marked  | CHANGED, RETURNED: that account is taken back      |
| yes     | yes          | another, unmarked | UNLINKED                                         |
| yes     | yes          | no               | LOST                                              |
| yes     | any          | another's        | DISPUTED                                          |
| to come | no           | no               | NEW: made ahead; anything else waits for the day   |
| held    | any          | any              | HELD                                              |
| no      | active       | any              | GONE                                              |
| another | any          | any              | DISPUTED: the account is on another pupil's row    |
| no      | any          | another domain   | DISPUTED: another city of the tenant has taken it  |
| no      | suspended    | any              | SUSPENDED; after the grace period EXPIRED         |
| no      | no           | yes              | FOREIGN: never looked at                          |

Whose name, account or id has changed hands is asked about (``identity``): RENAMING, EXCHANGED,
SAME_CHILD.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.actions import Change, Situation
from kakehashi.catalogue import cities, lost
from kakehashi.catalogue import diff as rules
from kakehashi.catalogue.preprocess import NOT_BEGUN
from kakehashi.diff.claims import not_to_be_taken, unless_taken
from kakehashi.diff.likeness import named
from kakehashi.diff.newcomers import newcomer
from kakehashi.diff.observation import Observation, changes_of, under_present_name
from kakehashi.diff.sources import Sources, same_child
from kakehashi.diff.unservable import unservable
from kakehashi.directories.port import Listed, Shape
from kakehashi.findings import Rule
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import SIGN_IN, Record, Status
from kakehashi.roster import Desired

if TYPE_CHECKING:
    from kakehashi.city import City


def classify(sources: Sources, city: City, as_of: date, shape: Shape) -> Iterator[Observation]:
    """Every pupil of the drop and of the state, ordered by userMasterIdentifier.

    ``as_of`` is a Japan date. Never raises; each pupil appears at most once.
    """
    known, desired, held = sources.known, sources.desired, sources.held
    for umi in sorted(dict.fromkeys((*known, *desired, *held))):  # known come in order, mostly
        observation = _one(umi, sources, city, as_of, shape)
        if observation is not None:
            former = sources.moved.former.get(umi)
            yield replace(observation, former=former) if former else observation


def _one(umi: str, sources: Sources, city: City, as_of: date, shape: Shape) -> Observation | None:
    known = sources.known.get(umi) or sources.left_behind.heirs.get(umi)
    wanted, held = sources.desired.get(umi), sources.held.get(umi)
    code = held.code if held and not (held.leaving and (wanted or known)) else ""
    if code := code or _no_school_to_go_to(wanted, known):
        return Observation(umi, Situation.HELD, known, known.pupil if known else None, code=code)
    if wanted is None:
        return _absent(umi, sources, city, as_of)
    pupil = _with_safe_names(wanted, known)
    tenant = sources.by_object.get(known.object_id) if known else None
    strange = known is None or known.status is Status.DELETED
    observation = Observation(
        umi,
        Situation.NEW if strange else Situation.CONFIRMED,
        known,
        pupil,
        account=_unless_ours(shape(pupil, city), known),
        wanted=wanted,
        object_id=known.object_id if known and not strange else "",
        tenant=tenant,
        tool_id=sources.moved.tool_id_of(umi) if strange else "",
        restorable=umi in sources.missing.restorable,
    )
    if wanted.ahead:
        return _ahead(observation, wanted, sources)
    return _by_its_row(observation, wanted, sources)


def _by_its_row(observation: Observation, wanted: Desired, sources: Sources) -> Observation:
    """A pupil who is enrolled today."""
    known = observation.record
    if observation.id in sources.twice:
        return observation.hold(rules.TWICE_IN_DROP, "userMasterIdentifier")
    account = wanted.pupil.account.lower()
    if sources.wanted_by.has_several(account):
        count = len(sources.wanted_by.of(account))
        return observation.hold(rules.SHARED_ACCOUNT, "userIds", count=count)
    if known is None or known.status is Status.DELETED:
        return newcomer(observation, wanted, sources)
    return _acquainted(observation, known, sources)


def _ahead(observation: Observation, wanted: Desired, sources: Sources) -> Observation:
    """A pupil whose enrolment is still to begin. Made ahead is only who is new to us and to the
    tenant, under a name that nobody has or wants: nothing that is somebody's is touched before
    the day. Whoever is called like a child who is here may be that child, registered anew: it is
    asked on the day, when that one is missing."""
    known, account = observation.record, wanted.pupil.account.lower()
    if known is not None and known.status is Status.PREPARED:
        made, ours = _acquainted(observation, known, sources), known.object_id
    else:
        made, ours = newcomer(observation, wanted, sources), ""
        if not sources.namesakes.isdisjoint(named(wanted.pupil)):
            return observation.hold(NOT_BEGUN, "userIds", as_=Situation.HELD)
    waits = observation.id in sources.twice or sources.wanted_ahead.has_several(account)
    alone = made.situation in _AHEAD and made.object_id == ours
    if alone and not waits and not sources.wanted_by.of(account):
        return made
    return observation.hold(NOT_BEGUN, "userIds", as_=Situation.HELD)


_AHEAD = frozenset({Situation.NEW, Situation.CONFIRMED, Situation.CHANGED})


def _no_school_to_go_to(wanted: Desired | None, record: Record | None) -> str:
    """The code that holds a known pupil who comes to a school whose name must not go out."""
    if wanted is None or record is None or record.pupil.school == wanted.pupil.school:
        return ""
    return wanted.unsafe_school


def _with_safe_names(wanted: Desired, record: Record | None) -> Pupil:
    if record is None or not (wanted.unsafe_name or wanted.unsafe_school):
        return wanted.pupil
    old, pupil = record.pupil, wanted.pupil
    if wanted.unsafe_school:
        pupil = replace(pupil, school_name=old.school_name)
    if not wanted.unsafe_name:
        return pupil
    return replace(
        pupil,
        family=old.family,
        given=old.given,
        kana_family=old.kana_family,
        kana_given=old.kana_given,
    )


def _unless_ours(account: Mapping[str, str], record: Record | None) -> Mapping[str, str]:
    """What the tenant should hold; where it is what we wrote last, that, and no copy of it."""
    return record.account if record and record.account == account else account


def _acquainted(observation: Observation, record: Record, sources: Sources) -> Observation:
    """A pupil of the drop whose account we made, active or suspended."""
    if observation.tenant is None:
        return _without_account(observation, record, sources)
    if observation.tenant.mark.lower() not in {observation.id, record.pupil.id}:
        return observation.hold(rules.MARK_CHANGED, "userIds")
    if record.status is Status.SUSPENDED:
        return unless_taken(replace(observation, situation=Situation.RETURNED), sources)
    changes = changes_of(record, observation)
    if record.status is Status.PREPARED and not observation.ahead:  # the first day has come
        changes = changes or frozenset({Change.UPDATED})
    if not changes:
        return observation
    changed = replace(observation, situation=Situation.CHANGED, changes=changes)
    settled = unless_taken(changed, sources)
    if settled.code == rules.ACCOUNT_TAKEN.code and record.pupil.id != observation.id:
        return under_present_name(changed, record)  # the record moves; the name is another question
    return settled


def _without_account(observation: Observation, record: Record, sources: Sources) -> Observation:
    """A known pupil of the drop whose account was deleted by hand, or replaced by another."""
    if record.object_id in sources.missing.unsure:
        return observation.hold(lost.NOT_SEEN, "userIds", as_=Situation.HELD)
    marked = sources.by_mark.of(observation.id)
    if barred := not_to_be_taken(observation, marked):
        return barred
    if marked:
        return _taken_back(observation, record, marked[0], sources)
    return _perhaps_made_by_hand(replace(observation, object_id=""), sources)


def _perhaps_made_by_hand(observation: Observation, sources: Sources) -> Observation:
    """No account carries the pupil's mark; perhaps one has the sign-in name that is wanted."""
    upn = observation.account[SIGN_IN].lower()
    owner = sources.owner(upn, observation.id)
    if owner is not None and sources.keeps(upn, observation.id):
        return observation.hold(rules.KNOWN_ACCOUNT, "userIds", old=owner.pupil.id)
    holder = sources.by_sign_in.get(upn)
    if holder is None:
        rule = lost.LOST_IN_BIN if observation.restorable else rules.LOST
        return observation.hold(rule, "userIds", as_=Situation.LOST)
    found = replace(observation, object_id=holder.object_id, tenant=holder)
    if holder.mark:
        return found.hold(rules.MARKED_FOR_ANOTHER, "userIds")
    if unfit := unservable(holder):
        return replace(found, situation=Situation.UNLINKED, code=unfit.code)
    return found.hold(lost.LOST_UNMARKED, "userIds", as_=Situation.UNLINKED)


def _taken_back(
    observation: Observation, record: Record, ours: Listed, sources: Sources
) -> Observation:
    """The one account that carries the pupil's mark, though we know the pupil by another."""
    back = Situation.RETURNED if record.status is Status.SUSPENDED else Situation.CHANGED
    changes = changes_of(record, observation) or frozenset({Change.UPDATED})
    found = replace(observation, situation=back, object_id=ours.object_id, tenant=ours,
                    changes=changes if back is Situation.CHANGED else frozenset())  # fmt: skip
    settled = unless_taken(found, sources)
    if settled.code:
        return settled
    told = settled.hold(lost.TAKEN_BACK, "userIds").finding
    return replace(settled, finding=told)


def _absent(umi: str, sources: Sources, city: City, as_of: date) -> Observation | None:
    """A pupil whom the state knows and the drop does not (or says has left)."""
    known = sources.known[umi]
    if known.status is Status.DELETED or sources.left_behind.taken_over(umi):
        return None
    held = sources.held.get(umi)
    observation = Observation(umi, Situation.GONE, known, object_id=known.object_id,
                  code=held.code if held else "",
                  tenant=sources.by_object.get(known.object_id),
                  unsure=known.object_id in sources.missing.unsure)  # fmt: skip
    successor = sources.successor(known)
    if successor is not None and same_child(known.pupil, successor):
        # One decision, asked under the new id: a suspension here would lock the same child out.
        return replace(observation, situation=Situation.HELD, code=rules.NEW_ID.code)
    if waits := _waits_for_the_living(known, sources):
        return replace(observation, situation=Situation.HELD, code=waits.code)
    if claimant := sources.claimed(known):
        return observation.hold(rules.ID_TYPED_OVER, "userMasterIdentifier", other=claimant)
    over = (
        known.suspended_on is not None
        and (as_of - known.suspended_on).days >= city.leaving.grace_days
    )
    return _not_there(observation, known, sources, over=over)


def _not_there(
    observation: Observation, record: Record, sources: Sources, *, over: bool
) -> Observation:
    """A leaver, on no row at all; ``over`` tells whether the days of grace are."""
    if record.serves:
        observation = _under_its_mark(observation, sources)
    if observation.tenant and (domain := record.gone_to(observation.tenant.sign_in)):
        return observation.hold(cities.GONE_TO_ANOTHER, "userMasterIdentifier", domain=domain)
    if record.serves:
        return observation
    return replace(observation, situation=Situation.EXPIRED if over else Situation.SUSPENDED)


def _under_its_mark(observation: Observation, sources: Sources) -> Observation:
    """A leaver; an account made anew by hand with our mark is the one to be suspended."""
    marked = sources.by_mark.of(observation.id) if observation.tenant is None else ()
    if len(marked) > 1:
        return observation.hold(rules.TWICE_MARKED, "userIds", count=len(marked))
    if marked:
        return replace(observation, object_id=marked[0].object_id, tenant=marked[0])
    return observation


def _waits_for_the_living(record: Record, sources: Sources) -> Rule | None:
    """Why the record of a row that a transfer left behind waits: the account is on the row of the
    same child that is enrolled today, and that one is held under this rule."""
    living = sources.left_behind.living.get(record.pupil.id, "")
    wanting = sources.wanted_by.of(record.sign_in.lower())
    if living not in wanting:
        return None
    return rules.ACCOUNT_TAKEN if living in sources.known else rules.KNOWN_ACCOUNT
