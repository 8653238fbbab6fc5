"""How each kind of action flows with Microsoft Graph, step by step.

A flow is a generator: it yields a request, is sent Graph's answer, and returns the outcome.
It knows neither network nor clock, so it can be read from top to bottom and tested with a list of
answers. Answers that only ask for another try (429, 5xx, a broken connection) never reach it, see
``exchange``. So every flow must bear its request having been carried out already.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kakehashi.actions import Action, Kind, stands_aside
from kakehashi.catalogue import cities, lost
from kakehashi.catalogue import provision as rules
from kakehashi.directories.microsoft365 import requests as graph
from kakehashi.directories.microsoft365.answers import NOT_FOUND, Answer, GraphUser
from kakehashi.directories.microsoft365.refusals import SIGN_IN_NAMES, refusal, taken
from kakehashi.directories.microsoft365.requests import Request
from kakehashi.directories.port import Outcome, Settled, Stopped
from kakehashi.people.record import SIGN_IN as UPN
from kakehashi.people.record import Record, Status

type Flow = Generator[Request, Answer, Outcome]
type Password = Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a flow must know besides its action.

    ``mark`` is the extension attribute that holds the userMasterIdentifier. ``restorable`` maps
    userMasterIdentifiers to the object ids of deleted accounts that can still be restored.
    """

    mark: str
    must_change: bool = True
    restorable: Mapping[str, str] = field(default_factory=dict)


def flow(action: Action[Any], terms: Terms, password: Password) -> Flow:
    """The flow for one action. ``password`` is called at the moment of use, if at all."""
    if action.back is not None and action.kind in _TURNED_BACK:
        return turn_back(action, terms)
    match action.kind:
        case Kind.CREATE:
            return create(action, terms, password)
        case Kind.UPDATE | Kind.VACATE:
            return update(action)
        case Kind.RECORD:
            return silent(Settled(action.object_id))
        case Kind.DELETE:
            return silent(Stopped(rules.DELETE_REFUSED))
    others = {
        Kind.LINK: link,
        Kind.RESTORE: restore,
        Kind.SUSPEND: suspend,
        Kind.UNLINK: unlink,
        Kind.UNDELETE: undelete,
    }
    return others[action.kind](action, terms)


_TURNED_BACK: Mapping[Kind, bool | None] = MappingProxyType(
    {Kind.UPDATE: None, Kind.RESTORE: True, Kind.SUSPEND: False}
)
"""What an undo can turn back in place, and whether the pupil may sign in afterwards."""


def silent(outcome: Outcome) -> Flow:
    """Nothing to say to Graph."""
    return outcome
    yield  # what makes this a generator


def update(action: Action[Any]) -> Flow:
    """PATCH what differs from what we wrote last. Not found: somebody deleted it by hand."""
    before = action.before.account if action.before else {}
    changes = graph.differing(before, action.account)
    if not changes:
        return Settled(action.object_id)
    answer = yield graph.change_user(action.object_id, changes)
    if answer.status == NOT_FOUND and not (yield graph.get_deleted(action.object_id)).ok:
        # Not deleted by hand: perhaps so new that it is not everywhere yet.
        answer = yield graph.change_user(action.object_id, changes, patient=True)
    return (yield from _named_in_any_case(action, answer))


def _named_in_any_case(action: Action[Any], answer: Answer) -> Flow:
    """The outcome of a change. Whoever stood aside for it and did not get the new name gets the old
    one back, as far as it is still free: nobody goes without a name they know."""
    if answer.ok:
        return Settled(action.object_id)
    if action.before and stands_aside(action.before):
        yield graph.change_user(action.object_id, {UPN: action.before.pupil.account})
    return refusal(answer)


def create(action: Action[Any], terms: Terms, password: Password) -> Flow:
    """POST with the mark inside. A name already taken may be our own earlier, unheard success.

    An account that carries our mark though the state table does not know it is taken back; one
    that was deleted is had back, by us now or by somebody else since the plan was made.
    """
    if action.object_id:
        return (yield from restore(action, terms))
    former = action.before.pupil.id if action.before else action.pupil
    if binned := terms.restorable.get(action.pupil) or terms.restorable.get(former):
        return (yield from _bring_back(action, binned, terms, password))
    if action.before:
        seen = yield graph.get_user(action.before.object_id, graph.IDENTITY)
        if seen.ok and seen.user().mark(terms.mark) == action.pupil:
            return (yield from _had_back(action, action.before.object_id, terms, password))
    return (yield from _make(action, terms, password))


def _make(action: Action[Any], terms: Terms, password: Password) -> Flow:
    secret = password()
    if secret is None:
        return Stopped(rules.NO_PASSWORD)
    opens = action.opens
    answer = yield graph.create_user(
        action.account, secret, must_change=terms.must_change, enabled=opens
    )
    if answer.ok and answer.user().id:
        return Settled(answer.user().id)
    if answer.conflicts():
        return (yield from _who_has_it(action, terms, answer))
    return refusal(answer, new=True)


def _bring_back(action: Action[Any], binned: str, terms: Terms, password: Password) -> Flow:
    """A returning pupil gets the old account, with its files, not a second identity."""
    answer = yield graph.bring_back(binned)
    if answer.conflicts():  # somebody else has the old name meanwhile
        answer = yield graph.bring_back(binned, action.account["userPrincipalName"])
    if not answer.ok and answer.status != NOT_FOUND:  # not found: an earlier try restored it
        return refusal(answer)
    return (yield from _had_back(action, binned, terms, password))


def _had_back(action: Action[Any], object_id: str, terms: Terms, password: Password) -> Flow:
    """Bring a restored account up to date, and let the pupil's slip open it if there is one."""
    changes = graph.differing({}, action.account)
    opens = action.opens
    answer = yield graph.change_user(object_id, changes, enabled=opens, patient=True)
    if not answer.ok:
        return refusal(answer)
    secret = password() if action.password else None
    if secret is None:
        return Settled(object_id, lost.BROUGHT_BACK)
    answer = yield graph.set_password(object_id, secret, must_change=terms.must_change)
    if answer.ok:
        return Settled(object_id)
    # The child has an account all the same; that the slip does not open it must be told.
    return Settled(object_id, lost.PASSWORD_NOT_SET, {"code": answer.code, "status": answer.status})


def look_up(
    object_id: str, heard: dict[str, Answer], fields: tuple[str, ...] = graph.IDENTITY
) -> Flow:
    """Put what Graph says of the account into ``heard``."""
    heard[object_id] = yield graph.get_user(object_id, fields)
    return Settled(object_id)


def _who_has_it(action: Action[Any], terms: Terms, conflict: Answer) -> Flow:
    """Look at the object in the way: ours is a success, anybody else's is left alone."""
    holder = conflict.conflicting_user()
    if holder is None or (not holder and conflict.about() not in SIGN_IN_NAMES):
        return taken(conflict, new=True)
    key = holder or action.account["userPrincipalName"]
    answer = yield graph.get_user(key, graph.graph_fields(action.account), patient=True)
    if not answer.ok:
        return _unseen(answer)
    user = answer.user()
    if user.mark(terms.mark) != action.pupil:
        return taken(conflict, new=True)
    changes = graph.differing(user.values(), action.account)
    opens = action.opens
    if not changes and bool(user.enabled) is opens:
        return Settled(user.id)
    answer = yield graph.change_user(user.id, changes, enabled=opens, patient=True)
    return Settled(user.id) if answer.ok else refusal(answer)


def _unseen(answer: Answer) -> Stopped:
    """The name is taken but its holder cannot be seen yet: nothing is known, so try again later."""
    if answer.status == NOT_FOUND:
        return Stopped(rules.GAVE_UP, {"code": answer.code, "status": NOT_FOUND}, failed=True)
    return refusal(answer)


def link(action: Action[Any], terms: Terms) -> Flow:
    """Put our mark on an account that a person said is this pupil's, unless it has an owner.

    The only other mark it may carry is the one ``before`` names: the pupil's own former id. Who
    was suspended under that one is back, and may sign in again.
    """
    answer = yield graph.get_user(action.object_id, graph.graph_fields(action.account))
    if not answer.ok:
        return refusal(answer)
    user = answer.user()
    former = action.before.pupil.id if action.before else ""
    if user.mark(terms.mark) not in {"", former, action.pupil}:
        return Stopped(rules.OTHER_MARK)
    changes = graph.differing(user.values(), action.account)
    enabled = True if _is_suspended(action.before) and not user.enabled else None
    if not changes and enabled is None:
        return Settled(user.id)
    answer = yield graph.change_user(user.id, changes, enabled=enabled)
    return Settled(user.id) if answer.ok else refusal(answer)


def _is_suspended(record: Record[Any] | None) -> bool:
    return record is not None and record.status is Status.SUSPENDED


def restore(action: Action[Any], terms: Terms) -> Flow:
    """Let a returned pupil sign in again and bring the account up to date."""
    answer = yield from _own(action, terms)
    if isinstance(answer, Stopped):
        return answer
    changes = graph.differing(answer.user().values(), action.account)
    answer = yield graph.change_user(action.object_id, changes, enabled=True)
    return (yield from _named_in_any_case(action, answer))


def suspend(action: Action[Any], terms: Terms) -> Flow:
    """Block sign-in, then end open sessions. Looks at the mark first: this one can hurt.

    Nobody can sign in to an account that is gone, so that one is as good as suspended.
    """
    answer = yield from _own(action, terms)
    if isinstance(answer, Stopped):
        return Settled(action.object_id) if answer.rule is rules.ACCOUNT_LOST else answer
    if elsewhere := _gone_to_another(action, answer.user()):
        return elsewhere
    answer = yield graph.change_user(action.object_id, {}, enabled=False)
    if not answer.ok:
        return refusal(answer)
    answer = yield graph.end_sessions(action.object_id)
    return Settled(action.object_id) if answer.ok else refusal(answer)


def _gone_to_another(action: Action[Any], user: GraphUser) -> Stopped | None:
    """Why an account must not be blocked, nor lose its mark, that another city of the tenant has
    taken over."""
    known = action.before or action.back
    domain = known.gone_to(user.upn) if known and user.upn else ""
    return Stopped(cities.GONE_TO_ANOTHER, {"domain": domain}) if domain else None


def turn_back(action: Action[Any], terms: Terms) -> Flow:
    """Undo a change: PATCH what a run of ours had changed, if it still stands as that run left it.

    An earlier try may have been carried out, so a value that is back already stands as well.
    """
    answer = yield from _own(action, terms)
    if isinstance(answer, Stopped):
        return answer
    enabled = _TURNED_BACK[action.kind]
    if enabled is False and (elsewhere := _gone_to_another(action, answer.user())):
        return elsewhere
    changes = _still_ours(action, answer.user())
    if isinstance(changes, Stopped):
        return changes
    if changes or enabled is not None:
        answer = yield graph.change_user(action.object_id, changes, enabled=enabled)
    if answer.ok and enabled is False:
        answer = yield graph.end_sessions(action.object_id)
    return (yield from _named_in_any_case(action, answer))


def unlink(action: Action[Any], terms: Terms) -> Flow:
    """Undo a link: take our mark off and leave the account as it is.

    Where the account came from a former id of the pupil, ``action.account`` holds what that one
    had, its mark included, and ``action.back`` tells whether that one was suspended.
    """
    answer = yield graph.get_user(action.object_id, graph.graph_fields(action.account))
    if not answer.ok:
        return refusal(answer)
    user = answer.user()
    if user.mark(terms.mark) == action.account[terms.mark]:  # an earlier try did it
        return Settled(action.object_id)
    if user.mark(terms.mark) != action.pupil:
        return Stopped(rules.FOREIGN_MARK)
    if elsewhere := _gone_to_another(action, user):
        return elsewhere
    changes = _still_ours(action, user)
    if isinstance(changes, Stopped):
        return changes
    enabled = False if _is_suspended(action.back) else None
    answer = yield graph.change_user(action.object_id, changes, enabled=enabled)
    if answer.ok and enabled is False:
        answer = yield graph.end_sessions(action.object_id)
    return Settled(action.object_id) if answer.ok else refusal(answer)


def _still_ours(action: Action[Any], user: GraphUser) -> dict[str, str | None] | Stopped:
    """What to change, if nobody has changed any of it since we wrote it."""
    ours, wanted, there = (action.before or action).account, action.account, user.values()
    changes = graph.differing(ours, wanted)
    if any(there.get(name, "") not in {ours.get(name, ""), wanted[name]} for name in changes):
        return Stopped(rules.CHANGED_BY_HAND)
    return changes


def undelete(action: Action[Any], terms: Terms) -> Flow:
    """Undo a deletion: out of the deleted items, and suspended as it was before."""
    answer = yield graph.bring_back(action.object_id)
    if not answer.ok and answer.status != NOT_FOUND:  # not found: an earlier try restored it
        return refusal(answer)
    seen = yield from _own(action, terms, patient=True)
    if isinstance(seen, Stopped):
        return seen
    if elsewhere := _gone_to_another(action, seen.user()):
        return elsewhere
    answer = seen
    if seen.user().enabled:
        answer = yield graph.change_user(action.object_id, {}, enabled=False, patient=True)
    return Settled(action.object_id) if answer.ok else refusal(answer)


def _own(
    action: Action[Any], terms: Terms, *, patient: bool = False
) -> Generator[Request, Answer, Answer | Stopped]:
    """The account as it stands, if it carries this pupil's mark."""
    fields = graph.graph_fields(action.account)
    answer = yield graph.get_user(action.object_id, fields, patient=patient)
    if not answer.ok:
        return refusal(answer)
    if answer.user().mark(terms.mark) != action.pupil:
        return Stopped(rules.FOREIGN_MARK)
    return answer
