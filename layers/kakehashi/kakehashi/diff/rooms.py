"""Room for sign-in names that change hands: no two accounts may have one, not for a moment.

Whoever has a name that another one is to get steps aside first, under a name made of the account's
own object id, and all of them before anybody gets a name. Cut short anywhere, the state says who
stands aside, so the next night's ordinary comparison gives each the name that the roster wants.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from kakehashi.actions import Action, Kind, Situation, aside, same_item, settled, stands_aside
from kakehashi.directories.port import Listed
from kakehashi.people.record import SIGN_IN, Record

_ANY_DAY = date.min  # what a vacated item says does not depend on it


def never_stepped_aside(planned: Record[Any], current: Record[Any]) -> bool:
    """Whether the account only kept its name where it should have stepped aside."""
    if not stands_aside(planned) or stands_aside(current):
        return False
    back = {**planned.account, SIGN_IN: current.sign_in}
    return same_item(replace(planned, account=back), current)


def with_room(
    actions: Iterable[Action], tenant: Mapping[str, Listed] | None = None
) -> list[Action]:
    """The same actions; before those that change a name which another of them is to get, one that
    vacates it. ``tenant`` are the accounts as they are now, by object id (none: as the state says).
    """
    actions = list(actions)
    wanted = {name: action.pupil for action in actions if (name := _new_name(action))}
    found: list[Action] = []
    for action in actions:
        now = _name(action, tenant or {}) if _new_name(action) else ""
        leaves = wanted.get(now, action.pupil) != action.pupil
        found += _stepping_aside(action) if leaves else [action]
    return found


def names_given_back(
    aside: Iterable[Record], tenant: Mapping[str, Listed], taken: Container[str]
) -> Iterator[Action]:
    """For pupils who stand ``aside`` since an exchange was cut short, and of whom nothing else is
    done tonight: the name back that the child knows. ``taken`` are names that are not free.
    """
    for known in aside:
        seen, name = tenant.get(known.object_id), known.pupil.account
        ours = seen is not None and seen.mark.lower() == known.pupil.id
        if ours and name.lower() not in taken:
            back = replace(known, account={**known.account, SIGN_IN: name})
            yield Action(known.pupil.id, Kind.UPDATE, Situation.HELD, known, known.pupil,
                         back.account, object_id=known.object_id, back=back)  # fmt: skip


def as_one(actions: Iterable[Action]) -> Iterator[Action]:
    """What was done to each pupil from end to end: whoever stepped aside has moved, once."""
    before = {}
    for action in actions:
        if action.kind is Kind.VACATE:
            before[action.pupil] = action.before
        else:
            yield replace(action, before=before.get(action.pupil, action.before))


def _new_name(action: Action) -> str:
    """The sign-in name that the action gives to an account which has another one; "" for none."""
    if action.before is None or action.kind not in {Kind.UPDATE, Kind.RESTORE}:
        return ""
    new = action.sign_in.lower()
    return "" if new == action.before.sign_in.lower() else new


def _name(action: Action, tenant: Mapping[str, Listed]) -> str:
    """The sign-in name that the account has at this moment."""
    seen = tenant.get(action.object_id)
    known = action.before.sign_in if action.before else ""
    return (seen.sign_in if seen else known).lower()


def _stepping_aside(action: Action) -> Iterator[Action]:
    known = action.before
    if known is None or stands_aside(known):
        yield action
        return
    account = {**known.account, SIGN_IN: aside(known)}
    room = Action(action.pupil, Kind.VACATE, action.situation, known, None, account,
                  object_id=action.object_id)  # fmt: skip
    yield room
    yield replace(action, before=settled(room, as_of=_ANY_DAY, run_id=known.run_id))
