"""What to do about each situation: an action, a proposal, or nothing.

Whatever takes something away from a child (suspend, delete), takes an account over (link) or makes
a second one (recreate) needs a decision that names the pupil. Without one it is a proposal and
stays one, however long.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from kakehashi.actions import Action, Kind, Situation
from kakehashi.catalogue import diff as rules
from kakehashi.catalogue import lost
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.answers import ANSWERS, Decision, Given, fits
from kakehashi.diff.situations import Sight
from kakehashi.diff.unservable import UNSERVABLE
from kakehashi.findings import Finding, Rule
from kakehashi.people.record import Status

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


def react(sight: Sight, decision: Decision | None) -> Action | None:
    """The one action for this pupil tonight, if any."""
    if sight.situation in _DONE_BY:
        return _asked(sight, decision)
    if sight.agreed:
        return _act(sight, _agreed_kind(sight))
    kind = None if sight.code else _unasked(sight)
    return _act(sight, kind) if kind else None


def _unasked(sight: Sight) -> Kind | None:
    """What needs nobody's decision."""
    match sight.situation:
        case Situation.NEW:
            return _first_kind(sight)
        case Situation.CHANGED if sight.known and sight.known.pupil.id != sight.id:
            return Kind.LINK
        case Situation.CHANGED:
            return _changing_kind(sight)
        case Situation.RETURNED:
            return Kind.RESTORE
        case Situation.CONFIRMED if sight.known and sight.known.absent_since:
            return Kind.RECORD
        case _:
            return None


def _asked(sight: Sight, decision: Decision | None) -> Action | None:
    """A pupil who waits for a person: do as decided, else at most note the first absent night."""
    if decision and decision in ANSWERS[sight.situation] and obstacle(sight) is None:
        return _act(sight, _DONE_BY[sight.situation])
    first_night = sight.known is not None and sight.known.absent_since is None
    if sight.situation is Situation.GONE and first_night and not sight.code:
        return _act(sight, Kind.RECORD)
    return None


def with_answer(sight: Sight, decision: Decision | None) -> Sight:
    """The same sight, no longer held for what a person has decided; a new account still waits for
    an initial password, which says so."""
    if sight.code not in _WITHOUT_ACCOUNT or decision not in ANSWERS[sight.situation]:
        return sight
    rule = obstacle(sight)
    if rule is None:
        return replace(sight, code="", finding=None)
    return sight.held(rule, "userIds", as_=sight.situation)


def obstacle(sight: Sight) -> Rule | None:
    """Why a decision cannot be followed although it fits: own the account or leave it."""
    if unfit := UNSERVABLE.get(sight.code):
        return unfit
    if sight.situation is Situation.LOST:
        given = sight.in_bin or (sight.wanted is not None and sight.wanted.password is not None)
        return None if given else NO_PASSWORD
    if sight.unsure:
        return lost.NOT_SEEN
    if sight.tenant is None:  # nothing is left to block or to delete: it is only written down
        return None if sight.situation in {Situation.GONE, Situation.EXPIRED} else rules.LOST
    if sight.situation is Situation.UNLINKED:
        return None if sight.tenant.mark.lower() in _may_carry(sight) else rules.MARK_CHANGED
    return None if sight.tenant.mark.lower() == sight.id else rules.MARK_CHANGED


def _may_carry(sight: Sight) -> Set[str]:
    """The marks of an account that a link may take: none, or that of the child's former id. One
    that stands in for an account that is gone may also have the new one, or none."""
    if sight.owner is None:
        return frozenset({""})
    former = frozenset({sight.owner.pupil.id})
    return former if sight.owner.object_id == sight.object_id else former | {"", sight.id}


def _first_kind(sight: Sight) -> Kind:
    if not sight.object_id:
        return Kind.CREATE
    # Our mark is on the account and the state does not know it: killed between Graph and table.
    disabled = sight.tenant is not None and not sight.tenant.enabled
    return Kind.RESTORE if disabled else Kind.LINK


def _agreed_kind(sight: Sight) -> Kind:
    """What a roster asks for about which a person has said that it is right."""
    if sight.known is None:
        return Kind.LINK
    return _changing_kind(sight)


def _changing_kind(sight: Sight) -> Kind:
    """Of an account that is taken back, what it holds is not known: all of it is looked at."""
    known = sight.known
    if known is None or known.object_id != sight.object_id:
        return Kind.RESTORE
    if sight.wanted is None:
        return Kind.UPDATE
    return Kind.RESTORE if known.status is Status.SUSPENDED else Kind.UPDATE


def _act(sight: Sight, kind: Kind) -> Action:
    """A child who is missing and gets another sign-in name is missing still, and as it was."""
    wanted, known, back = sight.wanted, sight.known, None
    if sight.agreed and wanted is None and known and sight.pupil:
        back = replace(known, pupil=sight.pupil, account=dict(sight.account))
    return Action(
        pupil=sight.id,
        kind=kind,
        situation=sight.situation,
        before=sight.known or sight.owner,
        after=sight.pupil,
        account=sight.account or (sight.known.account if sight.known else {}),
        password=wanted.password if wanted and kind is Kind.CREATE else None,
        object_id=sight.object_id,
        back=back,
        tool_id=sight.tool_id,
    )


def merging(sight: Sight, action: Action | None) -> Action | None:
    """Tonight's action, and with it, or else by itself, an end to records under former ids.

    Tools keep the id that they knew the child by first. An account is deleted on another night:
    what deletes does nothing else.
    """
    known = sight.known
    if known is None or not sight.former:
        return action
    told = known.tool_id or sight.former[0].sourced_id
    if action is None or action.kind is Kind.DELETE:
        back = replace(known, tool_id="" if told == sight.id else told)
        action = Action(sight.id, Kind.RECORD, sight.situation, known, None, known.account,
                        object_id=known.object_id, back=back)  # fmt: skip
    return replace(action, former=sight.former, tool_id=told)


def unfit(sights: Mapping[str, Sight], given: Given) -> list[Finding]:
    """Decisions that are not followed, each with the reason; one already done says nothing."""
    found: list[Finding] = []
    for umi, decision in sorted(given.decisions.items()):
        sight = sights.get(umi)
        if decision == "keep" or (sight and _done(sight, decision)):
            continue
        if sight is None or not _is_answer(sight, decision, given):
            found.append(rules.UNFIT_DECISION.at(pupil=umi))
        elif not sight.agreed and (rule := obstacle(sight)) is not None and rule.code != sight.code:
            held = sight.held(rule, "userIds")
            found += [held.finding] if held.finding else []
    return found


def _is_answer(sight: Sight, decision: Decision, given: Given) -> bool:
    """To what is asked tonight; a question of tonight may be another than the one answered."""
    if sight.question:
        return given.answers(sight.id, sight.question)
    return fits(decision, sight.situation)


def _done(sight: Sight, decision: Decision) -> bool:
    """Rerunning is harmless: what was decided has happened on an earlier night."""
    suspended = sight.known is not None and sight.known.status is Status.SUSPENDED
    match decision:
        case "suspend":
            return suspended and sight.situation in {Situation.SUSPENDED, Situation.EXPIRED}
        case "link" | "rename" | "recreate":
            return sight.situation in _HERE
        case "right":
            return sight.situation in _HERE | _AWAY
        case "wrong":
            return sight.question is None
        case _:
            return False
