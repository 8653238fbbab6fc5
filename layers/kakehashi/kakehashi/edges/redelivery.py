"""A person's order to deliver to one tool now: from the state as it is, without a drop."""

from __future__ import annotations

import boto3

from kakehashi import receive
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.intake import Environment, Execution, RulesFile
from kakehashi.edges.runs import Folder, Run, prefix_of, run_id_of
from kakehashi.edges.state import State
from kakehashi.roster import JAPAN


def begin(
    order: receive.Deliver, rules: RulesFile, env: Environment, state: State, execution: Execution
) -> Run:
    """A run folder that holds the rules and the order; the verdict is "deliver".

    ``full`` is kept at the tool until it has been told everything: should this run die, the next
    night does it. Raises BadConfiguration for a tool that the city's rules do not name.
    """
    if order.tool not in rules.city.tools:
        raise BadConfiguration(f"the city's rules name no tool {order.tool}")
    run_id = run_id_of(order.city, execution.name, execution.started)
    run = Run(
        run_id=run_id,
        city=order.city,
        prefix=prefix_of(run_id),
        mode="deliver",
        as_of=execution.started.astimezone(JAPAN).date(),
        execution=execution.id,
        verdict="deliver",
        tools=(order.tool,),
    )
    folder = Folder(boto3.client("s3"), env.runs_bucket, run.prefix)
    folder.put("city.toml", rules.text, "application/toml")
    asked = {
        "tool": order.tool,
        "full": order.full,
        "by": order.by,
        "at": execution.started.isoformat(),
        "execution": execution.id,
    }
    folder.put_json("order.json", asked)
    state.note_run(
        run_id,
        verdict="running",
        mode="deliver",
        as_of=run.as_of.isoformat(),
        execution=run.execution,
        ordered=asked,
    )
    if order.full:
        state.note_tool(order.tool, anew=True, anew_asked=asked)
    return run
