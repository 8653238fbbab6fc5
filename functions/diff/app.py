"""Diff: compare the cleaned roster with our state and the tenant, and decide what to do about it;
or, for an undo, turn round what an earlier run did.

All that the plan is made from is in the run folder before it is made, so a replay on a laptop gives
the same plan.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.diff.classes_left import classes_left
from kakehashi.diff.exports import Planned
from kakehashi.diff.matching import match
from kakehashi.diff.plan import Plan
from kakehashi.diff.planning import make_plan
from kakehashi.diff.undo import make_undo
from kakehashi.edges import plans, settings
from kakehashi.edges.decision_files import Consents, DecisionFiles
from kakehashi.edges.diff.gathering import Gathering
from kakehashi.edges.diff.rehearsals import Rehearsals
from kakehashi.edges.diff.staffing import plan_staff, sign_in_names
from kakehashi.edges.diff.teams_rehearsed import rehearse_teams
from kakehashi.edges.directories import accounts_of, following_of, groups_of, shape_of
from kakehashi.edges.receive.undoing import Undoings
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.run_folder.matching import put_matches


class DiffEnvironment(settings.DirectorySettings, settings.InboxSettings):
    pass


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    started = time.monotonic()
    run, env = Run.model_validate(event), settings.load(DiffEnvironment)
    folder, state = Folder.of(run, env.runs_bucket), State.of(env.table, run.city)
    state.renew_lease(run.execution, datetime.now(UTC))
    make = _way_back if run.mode == "undo" else _tonight
    plan, staff = make(run, folder, state, env)
    verdict = plan.verdict(rehearse=run.mode == "rehearse")
    if verdict == "apply":
        plans.begin(state, folder, run.run_id, plan, staff_shards=staff)
    counts = _counted(run, plan)
    if staff:
        counts |= {"shards": counts["shards"] + staff, "staff_shards": staff}
    return run.after("diff", verdict, started, **counts)


def _tonight(run: Run, folder: Folder, state: State, env: DiffEnvironment) -> tuple[Plan, int]:
    """The plan that a roster makes, and what it is told beside; and the shards of the staff's."""
    city, serial, gathered = folder.rules(), state.serial(), Gathering(folder, state)
    rehearse = run.mode == "rehearse"
    desired, known = gathered.desired(), gathered.known()
    consents = Consents(folder, state, DecisionFiles.of(env.inbox_bucket))
    consent = consents.gather(run.city, run.as_of)
    following = following_of(city, folder, state, rehearse=rehearse)
    directory = accounts_of(city, env, following)
    accounts = gathered.tenant(directory, city, desired, known, sign_in_names(folder, city))
    plan = make_plan(
        desired,
        gathered.held(),
        known,
        accounts,
        city,
        shape=shape_of(city),
        city_code=run.city,
        serial=serial,
        as_of=run.as_of,
        decisions=consent.decisions,
        asked=consent.asked,
        last_night=gathered.last_night(),
        offered=gathered.offered(city, desired, rehearse=rehearse),
        missing=gathered.missing(directory, city, desired, known, accounts),
        past=gathered.past(run),
    )
    moved = [] if rehearse else Rehearsals(folder, state).compare(run, plan)
    plans.write(folder, plan, [*consent.findings, *plan.findings, *moved], city)
    matches = match(plan, desired, accounts, city)
    put_matches(folder, matches)
    consents.remember(plan, run.run_id, rehearse=rehearse)
    if not rehearse and not plan.refused:
        state.note_plan(Planned(run.run_id, plan.export.as_it_can_be(run.as_of)))
    left = classes_left(desired, known, run.as_of) if city.staff else frozenset()
    staff = plan_staff(folder, state, directory, city, gathered.of_staff,
                       run_id=run.run_id, as_of=run.as_of, left=left)  # fmt: skip
    if rehearse and staff and city.staff and city.staff.class_teams:
        rehearse_teams(folder, state, groups_of(city, env), city, run.city,
                       desired=desired, known=known, plan=staff, as_of=run.as_of)  # fmt: skip
    return plan, sum(1 for _ in staff.shards()) if staff else 0


def _way_back(run: Run, folder: Folder, state: State, env: DiffEnvironment) -> tuple[Plan, int]:
    """The plan that turns an earlier run back, of pupils and of staff."""
    city, serial = folder.rules(), state.serial()
    known = [*Gathering(folder, state).known(), *(state.staff() if city.staff else ())]
    undoings = Undoings(folder)
    undone = undoings.gather(accounts_of(city, env), known, city)
    plan = make_undo(undone, known, city, city_code=run.city, serial=serial, as_of=run.as_of)
    plans.write(folder, plan, [*plan.findings, *undoings.findings()], city)
    return plan, 0


def _counted(run: Run, plan: Plan) -> dict[str, int]:
    """The plan in numbers, for the payload, the metrics and the log."""
    counts = {
        "shards": plan.header().shards,
        "actions": len(plan.actions),
        "breaches": len(plan.breaches),
        "proposals": sum(map(len, plan.proposals.values())),
        "held": sum(map(len, plan.held.values())),
    }
    measure("diff", run.city, {f"Plan{name.title()}": n for name, n in counts.items()})
    logger.info("plan", extra={"run_id": run.run_id, "serial": plan.serial, **counts})
    return {**counts, **plan.counts, "lost": len(plan.lost)}
