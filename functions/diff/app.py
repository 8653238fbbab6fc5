"""Diff: compare the cleaned roster with our state and the tenant, and decide what to do about it.

All that the plan is made from is in the run folder before it is made, so a replay on a laptop gives
the same plan.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.city import City
from kakehashi.diff import LastNight, Plan, make_plan, unseen
from kakehashi.edges import settings
from kakehashi.edges.decision_files import Consents, DecisionFiles
from kakehashi.edges.directory import Directory, tenant
from kakehashi.edges.runs import Folder, Run, prefix_of
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.findings import Finding, soften
from kakehashi.roster import Desired, Held, Known, TenantAccount

SETTLED = frozenset({"applied", "unchanged"})
MOST_LOOK_UPS = 200  # more missing from the listing is no oversight: let the limits stop it


class Environment(settings.DirectorySettings, settings.InboxSettings):
    pass


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    started = time.monotonic()
    run, env = Run.model_validate(event), settings.load(Environment)
    folder, state = Folder.of(run, env.runs_bucket), State.of(env.table, run.city)
    state.renew_lease(run.execution, datetime.now(UTC))
    city, serial = folder.rules(), state.serial()
    desired = [Desired.from_json(row) for row in folder.lines("desired.jsonl")]
    known = _keep_current(folder, state)
    consents = Consents(folder, state, DecisionFiles.of(env.inbox_bucket))
    consent = consents.gather(run.city, run.as_of)
    plan = make_plan(
        desired,
        map(Held.from_json, folder.lines("held.jsonl")),
        known,
        _keep_tenant(folder, tenant(env), city, desired, known),
        city,
        city_code=run.city,
        serial=serial,
        as_of=run.as_of,
        decisions=consent.decisions,
        last_night=_keep_last_night(folder, state),
    )
    _write(folder, plan, [*consent.findings, *plan.findings], city)
    consents.remember(plan, run.run_id, rehearse=run.mode == "rehearse")
    verdict = plan.verdict(rehearse=run.mode == "rehearse")
    if verdict == "apply" and plan.actions:
        state.begin_apply(run.run_id, serial)
    return run.after("diff", verdict, started, **_counted(run, plan))


def _keep_current(folder: Folder, state: State) -> list[Known]:
    known = list(state.pupils())
    folder.put_lines("current.jsonl", (one.to_json() for one in known))
    return known


def _keep_tenant(
    folder: Folder, directory: Directory, city: City, desired: list[Desired], known: list[Known]
) -> list[TenantAccount]:
    """What the tenant lists, and by themselves the accounts that the listing does not show."""
    mark, names = city.m365.mark, {row.pupil.account for row in desired}
    listed = list(directory.accounts(mark, names))
    missing = unseen(desired, known, listed)
    looked_up = _look_up(directory, mark, missing if len(missing) <= MOST_LOOK_UPS else [])
    found = sorted(chain(listed, looked_up), key=lambda account: account.object_id)
    folder.put_lines("tenant.jsonl", (account.to_json() for account in found))
    return found


def _look_up(directory: Directory, mark: str, missing: list[str]) -> Iterator[TenantAccount]:
    for object_id in missing:
        if account := directory.account(object_id, mark):
            yield account


def _keep_last_night(folder: Folder, state: State) -> LastNight:
    """Who was held when the last run settled, from that run's plan."""
    runs = (run["sk"].removeprefix("RUN#") for run in state.runs() if run.get("verdict") in SETTLED)
    newest = next(runs, None)
    earlier = Folder(folder.s3, folder.bucket, prefix_of(newest)) if newest else None
    last = LastNight.of(json.loads((earlier and earlier.get("plan.json")) or "{}"))
    folder.put_json("last_night.json", last.to_json())
    return last


def _write(folder: Folder, plan: Plan, findings: list[Finding], city: City) -> None:
    for number, shard in enumerate(plan.shards(), 1):
        folder.put_lines(f"actions/{number:04}.jsonl", (action.to_json() for action in shard))
    folder.put_findings("diff", soften(findings, city.effects))
    folder.put_json("plan.json", plan.header())


def _counted(run: Run, plan: Plan) -> dict[str, int]:
    """The plan in numbers, for the payload, the metrics and the log."""
    counts = {
        "shards": plan.header()["shards"],
        "actions": len(plan.actions),
        "breaches": len(plan.breaches),
        "proposals": sum(map(len, plan.proposals.values())),
        "held": sum(map(len, plan.held.values())),
    }
    measure("diff", run.city, {f"Plan{name.title()}": n for name, n in counts.items()})
    logger.info("plan", extra={"run_id": run.run_id, "serial": plan.serial, **counts})
    return counts | plan.counts
