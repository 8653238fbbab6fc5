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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.actions import Change, Situation
from kakehashi.catalogue import cities, lost
from kakehashi.catalogue import diff as rules
from kakehashi.catalogue.preprocess import NOT_BEGUN
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.likeness import named
from kakehashi.diff.sources import Sources, same_child
from kakehashi.diff.unservable import unservable
from kakehashi.directories.port import Listed, Shape
from kakehashi.findings import Finding, Place, Rule
from kakehashi.people.pupil import NEXT_GRADE, Pupil
from kakehashi.people.record import SIGN_IN, Record, Status, domain_of
from kakehashi.roster import Desired

if TYPE_CHECKING:
    from kakehashi.city import City
    from kakehashi.diff.answers import Question


@dataclass(frozen=True, slots=True)
class Observation:
    """One pupil tonight.

    ``known`` is the state's word, ``pupil`` the roster's (an unsafe name already replaced by
    yesterday's) and ``account`` what the tenant should then hold. ``object_id`` is the account
    that an action would touch, "" where none exists. ``code`` says why the pupil is held, "" if
    not: a pupil who is GONE and has a code has a row that says so. ``tenant`` is that account as
    the tenant lists it, ``owner`` the same child under an id that the drop no longer holds,
    ``former`` its records under ids given up before. ``tool_id`` is what tools shall know a new
    child by, "" for its id. ``question`` is what a person is asked, or has been, about who this is;
    ``agreed``: the answer is that tonight's roster is right. ``unsure``: the listing does not show
    the account, and nobody has asked for it by itself. ``restorable``: a deleted account of the
    pupil's can still be had back.
    """

    id: str
    situation: Situation
    record: Record | None = None
    pupil: Pupil | None = None
    account: Mapping[str, str] = field(default_factory=dict)
    wanted: Desired | None = None
    object_id: str = ""
    code: str = ""
    finding: Finding | None = None
    changes: frozenset[Change] = frozenset()
    tenant: Listed | None = None
    owner: Record | None = None
    former: tuple[Record, ...] = ()
    tool_id: str = ""
    question: Question | None = None
    agreed: bool = False
    unsure: bool = False
    restorable: bool = False

    @property
    def ahead(self) -> bool:
        """Whether the pupil's first day is still to come."""
        return self.wanted is not None and self.wanted.ahead

    @property
    def school(self) -> str:
        """The MEXT code of the school that the pupil counts for; "" if nobody can tell."""
        pupil = self.pupil or (self.record and self.record.pupil)
        return pupil.school if pupil else ""

    def hold(self, rule: Rule, column: str, *, as_: Situation | None = None,
             **facts: str | int) -> Observation:  # fmt: skip
        """The same, held, with the finding that says why; DISPUTED unless told otherwise."""
        line = self.pupil.line if self.pupil else 0
        place = Place("users.csv", line, column) if line else Place()
        finding = rule.at(place, pupil=self.id, school=self.school or None, **facts)
        return replace(self, situation=as_ or Situation.DISPUTED, code=rule.code, finding=finding,
                       changes=frozenset())  # fmt: skip


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
        return _newcomer(observation, wanted, sources)
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
        made, ours = _newcomer(observation, wanted, sources), ""
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


def _newcomer(observation: Observation, wanted: Desired, sources: Sources) -> Observation:
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
    return _another_citys(observation, ours) or _unless_taken(found, sources)


def _another_citys(observation: Observation, marked: Listed) -> Observation | None:
    """Held, where the account that bears the pupil's mark is in another city's domain; else None.

    The cities of a tenant share its marks: that one knows the account, and may yet suspend it.
    """
    domain = domain_of(marked.sign_in)
    if domain == domain_of(observation.account[SIGN_IN]):
        return None
    return observation.hold(cities.ANOTHER_CITYS, "userIds", domain=domain)


def _not_to_be_taken(observation: Observation, marked: Sequence[Listed]) -> Observation | None:
    """Held, where these are not one account, in this city, that can take a lost one's place."""
    if len(marked) > 1:
        return observation.hold(rules.TWICE_MARKED, "userIds", count=len(marked))
    return _another_citys(observation, marked[0]) if marked else None


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
    if barred := _not_to_be_taken(observation, marked):
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


def _acquainted(observation: Observation, record: Record, sources: Sources) -> Observation:
    """A pupil of the drop whose account we made, active or suspended."""
    if observation.tenant is None:
        return _without_account(observation, record, sources)
    if observation.tenant.mark.lower() not in {observation.id, record.pupil.id}:
        return observation.hold(rules.MARK_CHANGED, "userIds")
    if record.status is Status.SUSPENDED:
        return _unless_taken(replace(observation, situation=Situation.RETURNED), sources)
    changes = changes_of(record, observation)
    if record.status is Status.PREPARED and not observation.ahead:  # the first day has come
        changes = changes or frozenset({Change.UPDATED})
    if not changes:
        return observation
    changed = replace(observation, situation=Situation.CHANGED, changes=changes)
    settled = _unless_taken(changed, sources)
    if settled.code == rules.ACCOUNT_TAKEN.code and record.pupil.id != observation.id:
        return under_present_name(changed, record)  # the record moves; the name is another question
    return settled


NAMED_AFTER = (SIGN_IN, "mailNickname")
"""What of an account follows from its sign-in name."""


def under_present_name(observation: Observation, record: Record) -> Observation:
    """The same observation, but the account keeps the sign-in name that it has."""
    if observation.pupil is None:
        return observation
    name = {n: record.account[n] for n in NAMED_AFTER if n in record.account}
    return replace(observation, pupil=replace(observation.pupil, account=record.pupil.account),
                   account={**observation.account, **name})  # fmt: skip


def _without_account(observation: Observation, record: Record, sources: Sources) -> Observation:
    """A known pupil of the drop whose account was deleted by hand, or replaced by another."""
    if record.object_id in sources.missing.unsure:
        return observation.hold(lost.NOT_SEEN, "userIds", as_=Situation.HELD)
    marked = sources.by_mark.of(observation.id)
    if barred := _not_to_be_taken(observation, marked):
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
    settled = _unless_taken(found, sources)
    if settled.code:
        return settled
    told = settled.hold(lost.TAKEN_BACK, "userIds").finding
    return replace(settled, finding=told)


def changes_of(record: Record, observation: Observation) -> frozenset[Change]:
    """In what the roster and the city's rules differ from what we applied last."""
    before, after = record.pupil, observation.pupil
    if after is None or (before == after and record.account == observation.account):
        return frozenset()
    facts = set(before.changed(after))
    found = {
        Change.MOVED: "school" in facts,
        Change.PROMOTED: promoted(before.grade, after.grade),
        Change.RENAMED: bool(facts & {"family", "given", "kana_family", "kana_given"}),
    }
    return frozenset(c for c, is_so in found.items() if is_so) or frozenset({Change.UPDATED})


def promoted(before: str, after: str) -> bool:
    """Exactly one grade up, P6 to J1 included."""
    return NEXT_GRADE.get(before) == after


def _unless_taken(observation: Observation, sources: Sources) -> Observation:
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
