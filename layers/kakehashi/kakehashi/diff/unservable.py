"""Accounts that no change of ours can reach: told once, before anybody is asked about them.

A local Active Directory masters what it synchronises, and an account that it once synchronised
keeps its extension attributes, and so our mark, out of Microsoft Graph's reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from kakehashi.catalogue import refusals as told
from kakehashi.directories.port import Listed
from kakehashi.findings import Finding, Rule

UNSERVABLE: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rule in (told.SYNCED, told.ONCE_SYNCED)}
)


def unservable(account: Listed) -> Rule | None:
    """Why this account cannot be linked; None where it can."""
    if account.synced is None:
        return None
    return told.SYNCED if account.synced else told.ONCE_SYNCED


def told_once(accounts: Iterable[Listed], waiting: Mapping[str, int]) -> Iterator[Finding]:
    """One finding a kind. ``accounts`` are those in question tonight; ``waiting`` counts the pupils
    who wait for such an account, by code. One that bears our mark needs no link: only a
    synchronisation that still goes on is in its way."""
    synced = sum(bool(account.synced) for account in accounts)
    if synced:
        yield told.SYNCED_ACCOUNTS.at(count=synced, waiting=waiting.get(told.SYNCED.code, 0))
    if once := waiting.get(told.ONCE_SYNCED.code, 0):
        yield told.ONCE_SYNCED_ACCOUNTS.at(count=once)
