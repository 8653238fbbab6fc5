"""Receive: take the city's lease, and then a drop into a new run folder, or a person's word.

From here on a run is a function of its folder: drop and rules are copied into it.
"""

from __future__ import annotations

import time
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi import receive
from kakehashi.edges import settings
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.receive import approvals, intake, redelivery, undoing, upload_receipts
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import measure, stage_handler


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    began = time.monotonic()
    env = settings.load(intake.ReceiveEnvironment)
    execution = intake.Execution.model_validate(event["execution"])
    try:
        order = receive.read_order(event["input"])
    except receive.NotAnOrder as exc:
        raise BadConfiguration(str(exc)) from None

    state = State.of(env.table, order.city)
    receipt = None
    if isinstance(order, receive.Sync):  # before the lease: its sender need not wait for it
        run_id = execution.run_id(order.city)
        receipt = upload_receipts.acknowledge(order, env, state, run_id)
    rules = intake.rules_of(boto3.client("s3"), env.rules_bucket, order.city)
    if order.action != "rehearse":
        intake.take_lease(state, execution)

    if isinstance(order, receive.Apply):
        run = approvals.ApprovalGate(env, state, execution).decide(order, rules.city)
    elif isinstance(order, receive.Undo):
        run = undoing.Undoing(env, state, execution).take(order, rules)
    elif isinstance(order, receive.Deliver):
        run = redelivery.begin(order, rules, env, state, execution)
    else:
        run = intake.Intake(env, state, execution).take(order, rules, receipt)
    # 0 for a person's order: only a drop quiets the alarm for a night on which none came.
    measure("receive", order.city, {"Received": int(order.action == "sync")})
    return run.after("receive", run.verdict, began)
