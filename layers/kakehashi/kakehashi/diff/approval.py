"""Who may say yes, and to what: whether a plan that waited can go.

An approval names a plan by its checksum and accepts codes by name; nothing accepts everything.
After admission nobody decides any more: apply only executes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from kakehashi.catalogue import diff as rules
from kakehashi.catalogue.exports import NEWER_PLAN
from kakehashi.catalogue.staff import NEEDS_SECOND
from kakehashi.catalogue.undo import LEADERS_LOSE_ACCOUNT, LEADERS_NEED_SECOND
from kakehashi.diff.deciders import Decider, two_persons
from kakehashi.diff.exports import Export, Planned, too_old
from kakehashi.diff.header import Breach
from kakehashi.diff.plan import Plan
from kakehashi.findings import Finding

if TYPE_CHECKING:
    from kakehashi.city.staff import PersonsToldBy

MOST_DAYS = 7
SHORTEST = 6  # characters of a checksum that name a plan


@dataclass(frozen=True, slots=True)
class Approval:
    """``checksum`` may be its first characters, ``accept`` the codes of breaches, ``by`` who, and
    ``second`` who else, "" for nobody. ``signed_in`` are those of them of whom the staff page has
    kept that they were signed in when they said so, of this very plan and these codes."""

    checksum: str
    accept: tuple[str, ...] = ()
    by: str = ""
    second: str = ""
    signed_in: Set[str] = field(default=frozenset(), repr=False)

    def deciders(self) -> list[Decider]:
        return [Decider(one, signed_in=True) if one in self.signed_in else Decider.typed(one)
                for one in (self.by, self.second)]  # fmt: skip


def admit(
    plan: Plan,
    approval: Approval,
    *,
    serial: int,
    today: date,
    made_on: date | None = None,
    waiting: bool = True,
    applied: bool = False,
    rules_now: str = "",
    newest: Export | None = None,
    planned: Planned | None = None,
    second_above: int | None = None,
    told_by: PersonsToldBy = "sign-in",
    first: bool = False,
) -> tuple[Finding, ...]:
    """Every reason why ``plan`` must not go, and notes; it may go when no finding refuses.

    ``plan`` is read from the run folder (``read_plan``). ``serial`` and ``rules_now`` (SHA-256 of
    the city's file, "" to leave unchecked) are those of this moment; ``today`` and ``made_on``
    (default: the plan's own date) are Japan dates of the clock. ``newest`` is the newest roster
    applied, ``planned`` the newest that reached a plan. Above ``second_above`` changes, and
    where an undo takes an account of which two decide, two people must say yes, in the latter
    case as ``told_by`` has it (see ``two_persons``); ``first`` leaves that unasked, for the first
    of them may be asking. ``waiting`` and ``applied`` tell what
    the run's record says: of a plan that was applied nothing else needs to be said.
    """
    if applied:
        return (rules.ALREADY_APPLIED.at(),)
    return tuple(
        [
            *(() if waiting and not plan.refused else [rules.NOT_WAITING.at()]),
            *_same_plan(plan, approval.checksum),
            *outdated(plan, serial=serial, today=today, made_on=made_on or plan.as_of,
                      rules_now=rules_now, newest=newest, planned=planned),
            *_codes(plan, approval.accept),
            *(() if first else _second(plan, approval, second_above, told_by)),
        ]
    )  # fmt: skip


def outdated(
    plan: Plan,
    *,
    serial: int,
    today: date,
    made_on: date,
    rules_now: str = "",
    newest: Export | None = None,
    planned: Planned | None = None,
) -> Iterator[Finding]:
    """Why nobody can approve ``plan`` any more, whatever the approval says; see ``admit``."""
    stale = [*_stale(plan, serial, rules_now), *too_old(plan.export, newest or Export())]
    yield from stale
    if not stale and planned and planned.supersedes(plan.export, plan.as_of):
        yield NEWER_PLAN.at(run=planned.run_id)
    yield from _expired(today, made_on)


def _same_plan(plan: Plan, given: str) -> Iterator[Finding]:
    if len(given) < SHORTEST or not plan.checksum.startswith(given.lower()):
        yield rules.WRONG_CHECKSUM.at()
    if plan.altered():
        yield rules.ALTERED_PLAN.at()


def _stale(plan: Plan, serial: int, rules_now: str) -> Iterator[Finding]:
    if serial != plan.serial:
        yield rules.STALE_PLAN.at(planned=plan.serial, now=serial)
    if rules_now and rules_now != plan.rules:
        yield rules.CHANGED_RULES.at()


def _expired(today: date, made_on: date) -> Iterator[Finding]:
    days = (today - made_on).days
    if days > MOST_DAYS:
        yield rules.EXPIRED_PLAN.at(days=days, most=MOST_DAYS)


def _codes(plan: Plan, accept: tuple[str, ...]) -> Iterator[Finding]:
    breached = {breach.code for breach in plan.breaches}
    for code in sorted(breached - set(accept)):
        yield rules.NOT_ACCEPTED.at(code=code)
    for code in sorted(set(accept) - breached):
        yield rules.NEEDLESS_CODE.at(code=code)


def _second(
    plan: Plan, approval: Approval, above: int | None, told_by: PersonsToldBy
) -> Iterator[Finding]:
    """Whoever says yes twice is one person."""
    for finding in needs_second(plan.breaches, len(plan.actions), above):
        of_leaders = finding.code == LEADERS_NEED_SECOND.code
        if not two_persons(approval.deciders(), told_by if of_leaders else "name"):
            yield finding


def needs_second(breaches: Iterable[Breach], changes: int, above: int | None) -> Iterator[Finding]:
    """Why the approval of one person is not enough; nothing where it is. ``above`` as in
    ``admit``."""
    if above is not None and changes > above:
        yield NEEDS_SECOND.at(count=changes, bound=above)
    if any(breach.code == LEADERS_LOSE_ACCOUNT.code for breach in breaches):
        yield LEADERS_NEED_SECOND.at()
