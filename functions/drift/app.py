"""Drift: once a week, compare all of the tenant with the state. Tells, and changes nothing.

Not a state of the machine: EventBridge Scheduler calls it with {} for every city, and a person
with {"city": …} for one. What it finds lies in the runs bucket under <city>/drift/<date>/. Each
day it is called with {"only": "credential"}: then it only tells how long ours is still good, to the
staff page in <city>/drift/credential.json; and each hour with {"only": "waiting"}: then it only
tells how long plans have waited for a person.
`kakehashi preflight` calls it with {"only": "permissions"}: what the app registration may, and
whether the cities' domains are the tenant's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi import drift
from kakehashi.city import City
from kakehashi.directories.port import Everybody
from kakehashi.edges import plans, settings
from kakehashi.edges.dead_letters import DeadLetters
from kakehashi.edges.directories import (
    credential_of,
    everybody,
    own_domains,
    permissions,
)
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.receive.intake import rules_of
from kakehashi.edges.runs import Folder
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, measure_city, stage_handler
from kakehashi.findings import soften
from kakehashi.people.record import Record
from kakehashi.report.credential import HeldCredential, put_credential
from kakehashi.report.drift import PAGE as DRIFT_PAGE
from kakehashi.report.drift import WORKBOOK as DRIFT_WORKBOOK
from kakehashi.report.drift import (
    Comparison,
    drift_html,
    drift_line,
    drift_summary,
    drift_xlsx,
    put_drift_summary,
)
from kakehashi.report.people import People, Person
from kakehashi.roster import JAPAN
from kakehashi.stored import written

HOUR = timedelta(hours=1)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DriftEnvironment(
    settings.DirectorySettings,
    settings.RulesSettings,
    settings.TopicSettings,
    settings.GuideSettings,
    settings.QueueSettings,
):
    pass


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    env = settings.load(DriftEnvironment)
    told = _observe(event, env)
    DeadLetters.of(env.dead_letters_url).forget_calls(event)  # of before, that asked for the same
    return told


def _observe(event: dict[str, Any], env: DriftEnvironment) -> dict[str, Any]:
    now = datetime.now(UTC)
    if event.get("only") == "waiting":
        measure("drift", "all", {"Calls": 1})
        return {"hours": {name: _hours_waiting(name, now, env) for name in _cities(env)}}
    day = now.astimezone(JAPAN).date()
    credential, left = credential_of(env, day)
    # Nothing is measured where nobody knows: the alarm takes silence for a bad sign.
    measure("drift", "all", {"Calls": 1} | ({} if left is None else {"CredentialDaysLeft": left}))
    if event.get("only") == "credential":
        _note(credential, env)
        return {"credential_days_left": left}
    if event.get("only") == "permissions":
        served = [city for name in _cities(env) if (city := _rules(name, env)) is not None]
        domains = own_domains(env, sorted({city.domain for city in served}))
        granted = permissions(env)
        return {"credential_days_left": left, "permissions": granted, "domains": domains}
    names = [event["city"]] if event.get("city") else _cities(env)
    rules = {name: city for name in names if (city := _rules(name, env)) is not None}
    told = _compare_all(rules, day, env) if rules else {}
    logger.info("drift", extra={"cities": len(told)})
    if unreadable := sorted(set(names) - set(rules)):
        raise BadConfiguration(f"no comparison, rules unreadable: {', '.join(unreadable)}")
    return {"credential_days_left": left, "cities": told}


def _compare_all(
    rules: Mapping[str, City], day: date, env: DriftEnvironment
) -> dict[str, dict[str, Any]]:
    """Summaries by city. The directory is listed once for all of them."""
    listed, told = everybody(env), {}
    for name, city in rules.items():
        comparison, people = _compare(name, city, day, listed, env)
        _emit(comparison, people, env)
        told[name] = written(drift_summary(comparison))
    return told


def _cities(env: DriftEnvironment) -> list[str]:
    names = Folder(boto3.client("s3"), env.rules_bucket, "cities/").names()
    return [name.removesuffix(".toml") for name in names if name.endswith(".toml")]


def _note(held: HeldCredential, env: DriftEnvironment) -> None:
    """For the staff page of every city: one tenant has one credential."""
    for name in _cities(env):
        folder = Folder(boto3.client("s3"), env.runs_bucket, f"{name}/drift/")
        put_credential(folder, held)


def _hours_waiting(name: str, now: datetime, env: DriftEnvironment) -> int:
    """Whole hours since a plan of the city began to wait, 0 where none does; also as its metric."""
    since = plans.waits_since(State.of(env.table, name).runs())
    hours = int((now - since) / HOUR) if since else 0
    measure_city("drift", name, {"PlanWaitsHours": hours})
    return hours


def _rules(name: str, env: DriftEnvironment) -> City | None:
    """None where they cannot be read: that must not cost the other cities their comparison."""
    try:
        return rules_of(boto3.client("s3"), env.rules_bucket, name).city
    except BadConfiguration:
        return None


def _compare(
    name: str, city: City, day: date, listed: Everybody, env: DriftEnvironment
) -> tuple[Comparison, People]:
    """What differs, and whom that is about."""
    state = State.of(env.table, name)
    pupils = list(state.pupils())
    known: list[Record[Any]] = [*pupils, *state.staff()]
    found = list(drift.drifted(known, listed.shown(city), city.domain))
    differ = {finding.pupil for finding in found}
    comparison = Comparison(
        city=name,
        city_name=city.name,
        day=day,
        place=f"s3://{env.runs_bucket}/{name}/drift/{day.isoformat()}/",
        accounts=len(known),
        findings=tuple(soften(found, city.effects)),
        schools={one.pupil.school: one.pupil.school_name for one in known},
        language=city.language,
        guide=env.guide,
    )
    return comparison, {p.id: Person.of(p) for one in pupils if (p := one.pupil).id in differ}


def _emit(comparison: Comparison, people: People, env: DriftEnvironment) -> None:
    """In the runs bucket always; by mail and metric so that somebody looks."""
    prefix = comparison.place.removeprefix(f"s3://{env.runs_bucket}/")
    folder = Folder(boto3.client("s3"), env.runs_bucket, prefix)
    folder.put_findings("drift", comparison.findings)
    folder.put(DRIFT_PAGE, drift_html(comparison), "text/html; charset=utf-8")
    folder.put(DRIFT_WORKBOOK, drift_xlsx(comparison, people), XLSX)
    put_drift_summary(folder, comparison)
    measure_city("drift", comparison.city, {"DriftFound": len(comparison.findings)})
    if comparison.findings:
        boto3.client("sns").publish(
            TopicArn=env.topic_arn,
            Subject=f"Kakehashi {comparison.city}: drift",
            Message=drift_line(comparison),
        )
