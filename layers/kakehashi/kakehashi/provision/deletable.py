"""May this account be deleted? Asked once more right before, of the state and of the tenant."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from kakehashi.actions import Action, Kind
from kakehashi.catalogue import cities
from kakehashi.catalogue import provision as rules
from kakehashi.directories.port import Listed, Stopped
from kakehashi.people.record import Record, Status
from kakehashi.provision.results import MOVED


@dataclass(frozen=True, slots=True)
class Conditions:
    """``decided``: the pupils for whom a decision to delete stands. ``as_of`` is a Japan date."""

    decided: Set[str]
    as_of: date
    grace_days: int


def objection(
    action: Action, record: Record | None, account: Listed | None, conditions: Conditions
) -> Stopped | None:
    """Why the account must stay, None if it may go. ``known`` and ``account`` are as just read."""
    if action.kind is not Kind.DELETE or action.pupil not in conditions.decided:
        return Stopped(rules.DELETE_REFUSED)
    if record is None:  # forgotten already, by an earlier call of this run
        return MOVED if account else None
    if record.object_id != action.object_id:
        return MOVED
    if not _over(record, conditions):
        return Stopped(rules.DELETE_REFUSED)
    return _not_ours(action, record, account) if account else None


def _over(record: Record, conditions: Conditions) -> bool:
    """Suspended, and for as long as the city's rules say."""
    if record.status is not Status.SUSPENDED or record.suspended_on is None:
        return False
    return (conditions.as_of - record.suspended_on).days >= conditions.grace_days


def _not_ours(action: Action, record: Record, account: Listed) -> Stopped | None:
    if account.mark.lower() != action.pupil:
        return Stopped(rules.FOREIGN_MARK)
    if domain := record.gone_to(account.sign_in):
        return Stopped(cities.GONE_TO_ANOTHER, {"domain": domain})
    return Stopped(rules.IN_USE_AGAIN) if account.enabled else None
