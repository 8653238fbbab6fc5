"""What is true of every account, kept by hand: no line of the product is asked.

An account follows its child as of the last roster that was *followed*. A child who leaves keeps
the account as it was until the board decides; nobody else takes anything away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

GRACE_DAYS = 90
NO_PASSWORD, UNSAFE_NAME = "M001", "N001"
NAME = ("family", "given", "kana_family", "kana_given")
GRADES = ("P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3")
UP = dict(pairwise(GRADES))

type Child = Mapping[str, Any]  # as DemoCity.truth() tells of one


@dataclass
class Account:
    """``child`` as last followed; days are Japan dates."""

    child: Child
    enabled: bool = True
    absent_since: date | None = None
    suspended_on: date | None = None


@dataclass(frozen=True)
class Outlook:
    """What following a roster must mean: who is who tonight, and whether anything changes."""

    counts: Mapping[str, int]
    gone: frozenset[str]
    expired: frozenset[str]
    held: Mapping[str, frozenset[str]]


@dataclass
class Truth:
    """``passwords`` are the pupils for whom a first password lies ready."""

    accounts: dict[str, Account] = field(default_factory=dict)
    passwords: set[str] = field(default_factory=set)

    def outlook(self, roster: Iterable[Child], on: date) -> Outlook:
        here = {child["umi"]: child for child in roster}
        counts: Counter[str] = Counter()
        held: dict[str, set[str]] = {}
        for umi, child in here.items():
            if umi in self.accounts:
                counts.update(_told(self.accounts[umi], child))
                continue
            counts["NEW"] += 1
            if reason := self._waits(child):
                held.setdefault(reason, set()).add(umi)
        away = {umi: one for umi, one in self.accounts.items() if umi not in here}
        return Outlook(
            counts=counts,
            gone=frozenset(umi for umi, one in away.items() if one.enabled),
            expired=frozenset(umi for umi, one in away.items() if expired(one, on)),
            held={code: frozenset(ids) for code, ids in held.items()},
        )

    def follow(self, roster: Iterable[Child], on: date) -> None:
        """The roster is carried out."""
        here = {child["umi"]: child for child in roster}
        for umi, child in here.items():
            if umi in self.accounts:
                self.accounts[umi] = Account(_as_it_goes_out(child, self.accounts[umi].child))
            elif not self._waits(child):
                self.accounts[umi] = Account(child)
                self.passwords.discard(umi)
        for umi in self.accounts.keys() - here.keys():
            self.accounts[umi].absent_since = self.accounts[umi].absent_since or on

    def suspend(self, umi: str, on: date) -> None:
        self.accounts[umi].enabled, self.accounts[umi].suspended_on = False, on

    def delete(self, umi: str) -> None:
        del self.accounts[umi]

    def _waits(self, child: Child) -> str:
        """Why this child gets no account yet; "" if nothing is in the way."""
        if child["unfilled"]:
            return UNSAFE_NAME
        return "" if child["umi"] in self.passwords else NO_PASSWORD


def _as_it_goes_out(child: Child, before: Child) -> Child:
    """A name that cannot leave the school leaves the known one in place."""
    if not child["unfilled"]:
        return child
    return {**child, **{part: before[part] for part in NAME}}


def _told(account: Account, child: Child) -> Iterable[str]:
    before, after = account.child, _as_it_goes_out(child, account.child)
    if not account.enabled:
        yield "RETURNED"
        return
    if before["school"] != after["school"]:
        yield "MOVED"
    if UP.get(before["grade"]) == after["grade"]:
        yield "PROMOTED"
    if any(before[part] != after[part] for part in NAME):
        yield "RENAMED"


def expired(account: Account, on: date) -> bool:
    suspended = account.suspended_on
    return suspended is not None and (on - suspended).days >= GRACE_DAYS
