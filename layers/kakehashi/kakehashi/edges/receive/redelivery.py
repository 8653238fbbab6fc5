"""A person's order to deliver to one tool now: from the state as it is, without a drop."""

from __future__ import annotations

import boto3

from kakehashi import receive
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.receive.intake import Execution, ReceiveEnvironment, RulesFile
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.run_folder.orders import DeliveryOrder, put_delivery_order
from kakehashi.verdict import RUNNING


def begin(
    order: receive.Deliver,
    rules: RulesFile,
    env: ReceiveEnvironment,
    state: State,
    execution: Execution,
) -> Run:
    """A run folder that holds the rules and the order; the verdict is "deliver".

    ``full`` is kept at the tool until it has been told everything: should this run die, the next
    night does it. Raises BadConfiguration for a tool that the city's rules do not name.
    """
    if order.tool not in rules.city.tools:
        raise BadConfiguration(f"the city's rules name no tool {order.tool}")
    run = execution.run(order.city, "deliver", (order.tool,))
    folder = Folder(boto3.client("s3"), env.runs_bucket, run.prefix)
    folder.put("city.toml", rules.text, "application/toml")
    given = DeliveryOrder(
        tool=order.tool,
        full=order.full,
        by=order.by,
        at=execution.started.isoformat(),
        execution=execution.id,
    )
    put_delivery_order(folder, given)
    state.note_run(
        run.run_id,
        verdict=RUNNING,
        mode="deliver",
        as_of=run.as_of.isoformat(),
        execution=run.execution,
        ordered=given,
    )
    if order.full:
        state.note_tool(order.tool, anew=True, anew_asked=given)
    return run.model_copy(update={"verdict": "deliver"})
