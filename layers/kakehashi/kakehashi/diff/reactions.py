"""What to do about each situation: an action, a proposal, or nothing.

Whatever takes something away from a child (suspend, delete), takes an account over (link) or makes
a second one (recreate) needs a decision that names the pupil. Without one it is a proposal and
stays one, however long.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from kakehashi.actions import Action, Kind, Situation, aside
from kakehashi.catalogue import diff as rules
from kakehashi.catalogue import lost
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.answers import ANSWERS, Decision, GivenAnswers, fits
from kakehashi.diff.observation import Observation
from kakehashi.diff.unservable import UNSERVABLE
from kakehashi.findings import Finding, Rule
from kakehashi.people.record import SIGN_IN, Status

PROPOSED = tuple(ANSWERS)
_DONE_BY: Mapping[Situation, Kind] = {
    Situation.GONE: Kind.SUSPEND,
    Situation.UNLINKED: Kind.LINK,
    Situation.EXPIRED: Kind.DELETE,
    Situation.LOST: Kind.CREATE,
}

_WITHOUT_ACCOUNT = frozenset(
    rule.code for rule in (rules.LOST, lost.LOST_IN_BIN, lost.LOST_UNMARKED, lost.LOST_UNDER_NEW_ID)
)
_HERE = frozenset({Situation.CONFIRMED, Situation.CHANGED})
_AWAY = frozenset({Situation.GONE, Situation.SUSPENDED, Situation.EXPIRED})


def react(observation: Observation, decision: Decision | None) -> Action | None:
    """The one action for this pupil tonight, if any."""
    if observation.situation in _DONE_BY:
        action = _asked(observation, decision)
    elif observation.agreed:
        action = _act(observation, _agreed_kind(observation))
    else:
        kind = None if observation.code else _unasked(observation)
        action = _act(observation, kind) if kind else None
    if action is None or action.kind is Kind.RECORD:
        return _under_the_name_by_hand(observation) or action
    return action


def _unasked(observation: Observation) -> Kind | None:
    """What needs nobody's decision."""
    match observation.situation:
        case Situation.NEW:
            return _first_kind(observation)
        case Situation.CHANGED if (
            observation.record and observation.record.pupil.id != observation.id
        ):
            return Kind.LINK
        case Situation.CHANGED:
            return _changing_kind(observation)
        case Situation.RETURNED:
            return Kind.RESTORE
        case Situation.CONFIRMED if observation.record and observation.record.absent_since:
            return Kind.RECORD
        case _:
            return None


def _asked(observation: Observation, decision: Decision | None) -> Action | None:
    """A pupil who waits for a person: do as decided, else at most note the first absent night."""
    if decision and decision in ANSWERS[observation.situation] and obstacle(observation) is None:
        return _act(observation, _DONE_BY[observation.situation])
    first_night = observation.record is not None and observation.record.absent_since is None
    if observation.situation is Situation.GONE and first_night and not observation.code:
        return _act(observation, Kind.RECORD)
    return None


def _under_the_name_by_hand(observation: Observation) -> Action | None:
    """The record of a child who is missing, with the sign-in name that its account has by now.

    Somebody has given it another one by hand, as S049 advises where a child who is here is to get
    the present one: a tool that goes on knowing the missing child by it would open for the other.
    """
    known, tenant = observation.record, observation.tenant
    if known is None or tenant is None or observation.wanted or observation.code:
        return None
    ours = tenant.object_id == known.object_id and tenant.mark.lower() == observation.id
    same = tenant.sign_in.lower() in {known.sign_in.lower(), aside(known).lower()}
    if not ours or same:  # one that stands aside waits for its name, by a night that died
        return None
    named = replace(
        known,
        pupil=replace(known.pupil, account=tenant.sign_in),
        account={**known.account, SIGN_IN: tenant.sign_in},
    )
    action = _act(observation, Kind.RECORD)
    return replace(action, account=named.account, back=named)


def with_answer(observation: Observation, decision: Decision | None) -> Observation:
    """The same observation, no longer held for what a person has decided; a new account still waits
    for an initial password, which says so."""
    if observation.code not in _WITHOUT_ACCOUNT or decision not in ANSWERS[observation.situation]:
        return observation
    rule = obstacle(observation)
    if rule is None:
        return replace(observation, code="", finding=None)
    return observation.hold(rule, "userIds", as_=observation.situation)


def obstacle(observation: Observation) -> Rule | None:
    """Why a decision cannot be followed although it fits: own the account or leave it."""
    if unfit := UNSERVABLE.get(observation.code):
        return unfit
    if observation.situation is Situation.LOST:
        given = observation.restorable or (
            observation.wanted is not None and observation.wanted.password is not None
        )
        return None if given else NO_PASSWORD
    if observation.unsure:
        return lost.NOT_SEEN
    if observation.tenant is None:  # nothing is left to block or to delete: it is only written down
        return None if observation.situation in {Situation.GONE, Situation.EXPIRED} else rules.LOST
    if observation.situation is Situation.UNLINKED:
        return (
            None
            if observation.tenant.mark.lower() in _may_carry(observation)
            else rules.MARK_CHANGED
        )
    return None if observation.tenant.mark.lower() == observation.id else rules.MARK_CHANGED


def _may_carry(observation: Observation) -> Set[str]:
    """The marks of an account that a link may take: none, or that of the child's former id. One
    that stands in for an account that is gone may also have the new one, or none."""
    if observation.owner is None:
        return frozenset({""})
    former = frozenset({observation.owner.pupil.id})
    return (
        former
        if observation.owner.object_id == observation.object_id
        else former | {"", observation.id}
    )


def _first_kind(observation: Observation) -> Kind:
    if not observation.object_id:
        return Kind.CREATE
    # Our mark is on the account and the state does not know it: killed between Graph and table.
    disabled = observation.tenant is not None and not observation.tenant.enabled
    return Kind.RESTORE if disabled else Kind.LINK


def _agreed_kind(observation: Observation) -> Kind:
    """What a roster asks for about which a person has said that it is right."""
    if not observation.object_id:
        return Kind.CREATE  # of a child whose account is gone, under a new id
    if observation.record is None:
        return Kind.LINK
    return _changing_kind(observation)


def _changing_kind(observation: Observation) -> Kind:
    """Of an account that is taken back, what it holds is not known: all of it is looked at."""
    known = observation.record
    if known is None or known.object_id != observation.object_id:
        return Kind.RESTORE
    if observation.wanted is None:
        return Kind.UPDATE
    return Kind.RESTORE if known.status is Status.SUSPENDED else Kind.UPDATE


def _act(observation: Observation, kind: Kind) -> Action:
    """A child who is missing and gets another sign-in name is missing still, and as it was."""
    wanted, known, back = observation.wanted, observation.record, None
    if observation.agreed and wanted is None and known and observation.pupil:
        back = replace(known, pupil=observation.pupil, account=dict(observation.account))
    return Action(
        pupil=observation.id,
        kind=kind,
        situation=observation.situation,
        before=observation.record or observation.owner,
        after=observation.pupil,
        account=observation.account or (observation.record.account if observation.record else {}),
        password=wanted.password if wanted and kind is Kind.CREATE else None,
        object_id=observation.object_id,
        back=back,
        tool_id=observation.tool_id,
        prepared=observation.ahead and kind in {Kind.CREATE, Kind.UPDATE, Kind.RECORD},
    )


def merging(observation: Observation, action: Action | None) -> Action | None:
    """Tonight's action, and with it, or else by itself, an end to records under former ids.

    Tools keep the id that they knew the child by first. An account is deleted on another night:
    what deletes does nothing else.
    """
    known = observation.record
    if known is None or not observation.former:
        return action
    told = known.tool_id or observation.former[0].sourced_id
    if action is None or action.kind is Kind.DELETE:
        back = replace(known, tool_id="" if told == observation.id else told)
        action = Action(
            observation.id,
            Kind.RECORD,
            observation.situation,
            known,
            None,
            known.account,
            object_id=known.object_id,
            back=back,
        )
    return replace(action, former=observation.former, tool_id=told)


def unfit(observations: Mapping[str, Observation], given: GivenAnswers) -> list[Finding]:
    """Decisions that are not followed, each with the reason; one already done says nothing."""
    found: list[Finding] = []
    for umi, decision in sorted(given.decisions.items()):
        observation = observations.get(umi)
        if decision == "keep" or (observation and _done(observation, decision)):
            continue
        if observation is None or not _is_answer(observation, decision, given):
            found.append(rules.UNFIT_DECISION.at(pupil=umi))
        elif (
            not observation.agreed
            and (rule := obstacle(observation)) is not None
            and rule.code != observation.code
        ):
            held = observation.hold(rule, "userIds")
            found += [held.finding] if held.finding else []
    return found


def _is_answer(observation: Observation, decision: Decision, given: GivenAnswers) -> bool:
    """To what is asked tonight; a question of tonight may be another than the one answered."""
    if observation.question:
        return given.answers(observation.id, observation.question)
    return fits(decision, observation.situation)


def _done(observation: Observation, decision: Decision) -> bool:
    """Rerunning is harmless: what was decided has happened on an earlier night."""
    suspended = observation.record is not None and observation.record.status is Status.SUSPENDED
    match decision:
        case "suspend":
            return suspended and observation.situation in {Situation.SUSPENDED, Situation.EXPIRED}
        case "link" | "rename" | "recreate":
            return observation.situation in _HERE
        case "right":
            return observation.situation in _HERE | _AWAY
        case "wrong":
            return observation.question is None
        case _:
            return False
