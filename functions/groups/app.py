"""Groups: bring groups and licences in step with what is settled.

First of all the files of initial passwords that nobody needs any more are deleted: every night
that gets as far as having accounts comes here, whatever became of an earlier one.

What cannot be done tonight is told and left to the next night: accounts and deliveries do not wait
for it. Where one cause is behind most of it, the night ends red all the same, once its files are
delivered: ``failed`` of the payload says so. Called again after a crash, or after TryLater, it
looks again and does what is left. After ``MOST_CALLS`` whose time was up, the night goes on: what
is left then is told, and is the next night's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.catalogue.provision import GROUPS_UNFINISHED
from kakehashi.catalogue.staffing import STAFF_LOST
from kakehashi.catalogue.teams import TEAMS_TOMORROW
from kakehashi.city import City
from kakehashi.directories.port import Accounts
from kakehashi.edges import settings, staff_files
from kakehashi.edges.dead_letters import DeadLetters
from kakehashi.edges.directories import accounts_of, groups_of
from kakehashi.edges.errors import DirectoryError, TryLater
from kakehashi.edges.provision.password_bucket import PasswordBucket
from kakehashi.edges.runs import Folder, Run, prefix_of
from kakehashi.edges.settled import SettledRoster
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.findings import Finding, soften
from kakehashi.groups import Keeper, Left, Orders, all_of_it, decide, findings_of, one_cause
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember
from kakehashi.run_folder.calls import one_more
from kakehashi.run_folder.plan import header
from kakehashi.run_folder.results import results

MOST_CALLS = 8  # fewer than Retry makes; of fourteen minutes each, some 128,000 changes
TIME_TO_FINISH = 60.0  # seconds of the Lambda kept for answers under way and for writing down
URGENT = frozenset({"create", "restore"})
GIVES = URGENT | {"link", "undelete"}


class GroupsEnvironment(
    settings.DirectorySettings, settings.PasswordSettings, settings.QueueSettings
):
    pass


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    started = time.monotonic()
    run, env = Run.model_validate(event), settings.load(GroupsEnvironment)
    folder, state = Folder.of(run, env.runs_bucket), State.of(env.table, run.city)
    state.renew_lease(run.execution, datetime.now(UTC))
    lost, roster = _lost(run, folder), SettledRoster(folder, state)
    roster.make()
    passwords, city = PasswordBucket.of(env.passwords_bucket), folder.rules()
    staff = list(_staff(state, folder)) if city.staff else []
    passwords.forget_used(run.city, lambda: chain(_with_account(roster, lost), staff))
    if not _asks_for_any(city):
        measure("groups", run.city, {"GroupsLeft": 0})
        return run.after("groups", run.verdict, started)
    keeper = Keeper(groups_of(city, env))
    left = context.get_remaining_time_in_millis() / 1000
    until = keeper.groups.now() + left - min(TIME_TO_FINISH, left / 2)
    orders, complete, waiting = Orders(), True, 0
    try:
        settled = list(_with_account(roster, lost))
        if run.mode == "apply" or not staff_files.plan_header(folder):
            staff = list(_without_role(staff, accounts_of(city, env)))
        tenancy = keeper.groups.tenancy(city, run.city)
        urgent = _made(folder, URGENT)
        orders = decide(settled, urgent, tenancy, city, run.city, as_of=run.as_of, staff=staff)
        complete = keeper.carry_out(orders, until)
        if complete and _asks_for_teams(city):
            waiting = keeper.carry_out_teams(orders.teams, until)
    except DirectoryError as exc:
        busy = isinstance(exc, TryLater)
        keeper.left.append(all_of_it(exc.code, exc.status, busy=busy))
    if not complete and _may_be_called_again(folder):
        raise TryLater(f"run {run.run_id}, groups: time is up, call again")
    made = sum(count for word, count in keeper.counts.items() if word != "left")
    cause, undone = one_cause(keeper.left, made)
    told = _told(orders, keeper, undone, waiting, complete=complete)
    folder.put_findings("groups", soften(told, city.effects))
    _send_dead_letters(run, undone, DeadLetters.of(env.dead_letters_url))
    after = run.after("groups", run.verdict, started, **_counted(run, keeper))
    return after | ({"failed": {"stage": "groups", "error": str(cause)}} if cause else {})


def _may_be_called_again(folder: Folder) -> bool:
    """Counts the calls whose time was up."""
    return one_more(folder) < MOST_CALLS


def _asks_for_any(city: City) -> bool:
    """Whether the rules ask for groups or licences, of pupils or of staff."""
    asked = (city.m365.groups, city.m365.licences)
    of_staff = (city.staff.groups, city.staff.licences) if city.staff else ()
    return any((*asked, *of_staff)) or _asks_for_teams(city)


def _asks_for_teams(city: City) -> bool:
    return city.staff is not None and city.staff.class_teams is not None


def _staff(state: State, folder: Folder) -> Iterator[Record[StaffMember]]:
    """Members of staff whose account is there, and is ours to change. An undo has no plan of staff
    of its own: it goes by that of the run that was settled last; without any, by nobody's."""
    settled = state.settled_run()
    plan = staff_files.plan_header(folder)
    if not plan and settled:
        plan = staff_files.plan_header(Folder(folder.s3, folder.bucket, prefix_of(settled)))
    if not plan:
        return iter(())
    not_ours = {*plan.held.get(STAFF_LOST.code, ()), *plan.alone}
    return (known for known in state.staff() if known.pupil.id not in not_ours)


def _without_role(
    staff: Iterable[Record[StaffMember]], accounts: Accounts
) -> Iterator[Record[StaffMember]]:
    """For a run whose plan waited, or that has none of staff of its own: since then somebody may
    have been given a role in the directory. Where nobody can tell, nobody. Raises
    DirectoryError."""
    staff = list(staff)
    privileged = accounts.privileged() if staff else frozenset()
    return (one for one in staff if privileged is not None and one.object_id not in privileged)


def _lost(run: Run, folder: Folder) -> frozenset[str]:
    """Pupils whose account was asked for before the plan and is nowhere; one that this run made,
    or had back, is there although nobody may see it yet."""
    if not run.counts.get("lost", 1):  # a plan that waited tells no counts
        return frozenset()
    nowhere = frozenset(header(folder).lost)
    return nowhere - _made(folder, GIVES, done=True) if nowhere else nowhere


def _with_account(roster: SettledRoster, lost: frozenset[str]) -> Iterator[Record]:
    """Who can be in a group, and needs no initial password any more."""
    return (known for known in roster.pupils() if known.pupil.id not in lost)


def _made(folder: Folder, kinds: frozenset[str], *, done: bool = False) -> frozenset[str]:
    """Pupils for whom this run had an action of these kinds, carried out or not."""
    wanted = (one for one in results(folder) if one.kind in kinds)
    return frozenset(one.pupil for one in wanted if one.carried_out or not done)


def _told(
    orders: Orders, keeper: Keeper, undone: Iterable[Left], waiting: int, *, complete: bool
) -> Iterator[Finding]:
    yield from orders.findings
    yield from findings_of(undone)
    if not complete:
        yield GROUPS_UNFINISHED.at(count=orders.changes - sum(keeper.counts.values()))
    if waiting:
        yield TEAMS_TOMORROW.at(count=waiting)


def _send_dead_letters(run: Run, left: Iterable[Left], letters: DeadLetters) -> None:
    """One dead letter for each thing that failed, not for what is only too new, nor for what the
    run's own letter says."""
    for finding in findings_of(one for one in left if one.why.failed):
        letters.send(run, "groups", finding.code, count=finding.facts["count"])


def _counted(run: Run, keeper: Keeper) -> dict[str, int]:
    counts = {f"groups_{word}": count for word, count in keeper.counts.items()}
    measure("groups", run.city, {f"Groups{w.title()}": n for w, n in keeper.counts.items()})
    logger.info("groups", extra={"run_id": run.run_id, **counts})
    return counts
