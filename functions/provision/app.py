"""Provision: carry out one shard of the plan in Microsoft 365.

Called again after a crash, or after TryLater when its time was up, it goes on where it stopped.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.diff.plan import SHARD, Action, Kind
from kakehashi.edges import settings
from kakehashi.edges.dead_letters import DeadLetters
from kakehashi.edges.deletion import Deletions
from kakehashi.edges.directory import tenant
from kakehashi.edges.errors import DirectoryError, TryLater
from kakehashi.edges.passwords import Passwords
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.shard import Shard
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.findings import soften
from kakehashi.provision.deletable import Conditions
from kakehashi.provision.dialogues import Terms
from kakehashi.provision.pace import forecast
from kakehashi.provision.results import merged

TIME_TO_FINISH = 60.0  # seconds of the Lambda kept for answers under way and for writing down


class Environment(settings.DirectorySettings, settings.PasswordSettings, settings.QueueSettings):
    pass


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    began = time.monotonic()
    run, number = Run.model_validate(event), int(event["shard"])
    env = settings.load(Environment)
    folder = Folder.of(run, env.runs_bucket)
    shard = _open(run, number, folder, env)
    left = context.get_remaining_time_in_millis() / 1000
    time_left = left - min(TIME_TO_FINISH, left / 2)
    try:
        complete = shard.carry_out(until=shard.directory.clock.now() + time_left)
    except DirectoryError:
        tenant.cache_clear()  # the next call reads the credential again: it may have been renewed
        raise
    finally:
        _save(run, number, folder, shard)
    if not complete:
        raise TryLater(f"run {run.run_id}, shard {number}: time is up, call again")
    _send_dead_letters(run, number, shard, DeadLetters.of(env.dead_letters_url))
    if number == run.counts.get("shards", number):  # the last shard: whoever waited has an account
        Passwords.of(env.passwords_bucket).forget_used(run.city, shard.state.pupils)
    seconds = round(time.monotonic() - began, 3)
    left = forecast(_actions_left(run, number), env.writes_per_second)
    logger.info("forecast", extra={"run_id": run.run_id, "shard": number, "seconds_left": left})
    return {"shard": number, "seconds": seconds, "seconds_left": left, **shard.counts()}


def _actions_left(run: Run, number: int) -> int:
    """In the shards after this one, each of them taken to be full, and an action to be a write."""
    return max(0, run.counts.get("shards", number) - number) * SHARD


def _open(run: Run, number: int, folder: Folder, env: Environment) -> Shard | Deletions:
    """The shard as it stands, once the lease is ours for a while longer."""
    state = State.of(env.table, run.city)
    state.renew_lease(run.execution, datetime.now(UTC))
    city = folder.rules()
    actions = [Action.from_json(row) for row in folder.lines(f"actions/{number:04}.jsonl")]
    if actions and all(action.kind is Kind.DELETE for action in actions):
        return Deletions(
            actions=actions,
            conditions=Conditions(_decided(folder), run.as_of, city.leaving.grace_days),
            mark=city.m365.mark,
            effects=city.effects,
            state=state,
            directory=tenant(env),
        )
    return Shard(
        actions=actions,
        run_id=run.run_id,
        as_of=run.as_of,
        terms=Terms(city.m365.mark, must_change=city.m365.change_password_at_first_sign_in),
        effects=city.effects,
        state=state,
        directory=tenant(env),
        read_password=Passwords.of(env.passwords_bucket).read,
    )


def _decided(folder: Folder) -> frozenset[str]:
    """The pupils for whom, in this run, a person's decision to delete stands."""
    rows = folder.lines("decisions.jsonl")
    return frozenset(row["pupil"] for row in rows if row["counts"] and row["decision"] == "delete")


def _save(run: Run, number: int, folder: Folder, shard: Shard | Deletions) -> None:
    """Results and findings so far; what an earlier call of this run did stays in the results."""
    name = f"results/{number:04}.jsonl"
    results = [shard.results[line] for line in sorted(shard.results)]
    folder.put_lines(name, merged(list(folder.lines(name)), results))
    folder.put_findings(f"provision-{number:04}", soften(shard.findings, shard.effects))
    counts = shard.counts()
    measure("provision", run.city, {f"Actions{word.title()}": n for word, n in counts.items()})
    logger.info("shard", extra={"run_id": run.run_id, "shard": number, **counts})


def _send_dead_letters(
    run: Run, number: int, shard: Shard | Deletions, letters: DeadLetters
) -> None:
    """One dead letter for each action that failed; the reader finds the pupil in the run folder."""
    for failure in shard.failed:
        letters.send(
            run_id=run.run_id,
            city=run.city,
            stage="provision",
            shard=number,
            line=failure.line,
            code=failure.code,
        )
