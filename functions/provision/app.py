"""Provision: carry out one shard of the plan in Microsoft 365.

Called again after a crash, or after TryLater when its time was up, it goes on where it stopped.
"""

from __future__ import annotations

import time
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.edges import settings
from kakehashi.edges.dead_letters import DeadLetters
from kakehashi.edges.errors import TryLater, of_cause
from kakehashi.edges.provision.provisioning import Part, ProvisionEnvironment
from kakehashi.edges.runs import Run
from kakehashi.edges.telemetry import stage_handler

TIME_TO_FINISH = 60.0  # seconds of the Lambda kept for answers under way and for writing down


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    began = time.monotonic()
    run, number, env = (
        Run.model_validate(event),
        int(event["shard"]),
        settings.load(ProvisionEnvironment),
    )
    part, complete = Part.gather(run, number, env), False
    left = context.get_remaining_time_in_millis() / 1000
    until = part.work.now() + left - min(TIME_TO_FINISH, left / 2)
    cause = None
    try:
        complete = part.work.carry_out(until)
    finally:
        cause = part.report_one_cause()
        progress = part.write_down(complete=complete and cause is None)
    if cause:
        raise of_cause(cause)
    if not complete:
        raise TryLater(f"run {run.run_id}, shard {number}: time is up, call again")
    part.send_dead_letters(DeadLetters.of(env.dead_letters_url))
    return {
        "shard": number,
        "seconds": round(time.monotonic() - began, 3),
        "seconds_left": progress.seconds_left,
        **part.work.counts(),
    }
