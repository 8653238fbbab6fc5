"""Drift: once a week, compare all of the tenant with the state. Tells, and changes nothing.

Not a state of the machine: EventBridge Scheduler calls it with {} for every city, and a person
with {"city": …} for one. What it finds lies in the runs bucket under <city>/drift/<date>/.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi import drift
from kakehashi.city import City
from kakehashi.edges import settings
from kakehashi.edges.directory import tenant
from kakehashi.edges.intake import rules_of
from kakehashi.edges.runs import Folder
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.findings import soften
from kakehashi.roster import JAPAN


class Environment(settings.DirectorySettings, settings.RulesSettings, settings.TopicSettings):
    pass


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    env, s3 = settings.load(Environment), boto3.client("s3")
    rules = Folder(s3, env.rules_bucket, "cities/")
    stems = [name.removesuffix(".toml") for name in rules.names() if name.endswith(".toml")]
    found: dict[str, int] = {}
    for name in [event["city"]] if event.get("city") else stems:
        day = datetime.now(UTC).astimezone(JAPAN).date()
        folder = Folder(s3, env.runs_bucket, f"{name}/drift/{day.isoformat()}/")
        found[name] = _compare(name, rules_of(s3, env.rules_bucket, name).city, folder, env)
    measure("drift", "all", {"DriftFound": sum(found.values())})
    logger.info("drift", extra={"found": sum(found.values()), "cities": len(found)})
    return {"found": found}


def _compare(name: str, city: City, folder: Folder, env: Environment) -> int:
    """How much has drifted in one city, once it is written down and told."""
    listed = tenant(env).users(drift.FIELDS)
    state = State.of(env.table, name)
    found = list(drift.drifted(state.pupils(), listed, city.m365.mark, city.domain))
    counts = Counter(finding.code for finding in found)
    folder.put_findings("drift", soften(found, city.effects))
    folder.put_json("summary.json", {"city": name, "findings": dict(counts)})
    if found:
        place = f"s3://{folder.bucket}/{folder.prefix}"
        message = drift.line(name, counts, place)
        boto3.client("sns").publish(
            TopicArn=env.topic_arn, Subject=f"Kakehashi {name}: drift", Message=message
        )
    return len(found)
