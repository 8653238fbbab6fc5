"""Executions that the page starts itself: nobody needs rights in the console for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from kakehashi import receive
from kakehashi.edges.staff.dependencies import StaffDependencies


def start(deps: StaffDependencies, order: Mapping[str, Any], number: str) -> str:
    """Start the state machine; the ARN. The same order of the same form (``number``) starts once,
    however often it comes."""
    receive.read_order(order)  # a slip of ours fails here, not at night
    name = f"{order.get('action', 'upload')}-staff-{number}"
    client = boto3.client("stepfunctions")
    machine = deps.staff.state_machine_arn
    try:
        text = json.dumps(order, sort_keys=True)
        answer = client.start_execution(stateMachineArn=machine, name=name, input=text)
    except ClientError as exc:
        if exc.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise
        return f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    return answer["executionArn"]
