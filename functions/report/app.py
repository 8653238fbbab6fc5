"""Report: how the night ended, told to people and kept for the next night; the lease goes back.

Every path of the state machine comes here, also after a failure, so nothing in the run folder is
taken for granted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.edges import leaves, plans, settings
from kakehashi.edges.dead_letters import DeadLetters
from kakehashi.edges.nights import (
    ended,
    failure_of,
    gather,
    people_of,
    remember,
    run_never_begun,
    staff_of,
)
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import measure, stage_handler
from kakehashi.report.causes import named
from kakehashi.report.mail import line_without_run, mail_line, subject
from kakehashi.report.night import Night
from kakehashi.report.page import html
from kakehashi.report.people import Person
from kakehashi.report.school_facts import moves, moves_of, put_parts
from kakehashi.report.schools import handout_xlsx, handouts
from kakehashi.report.summary import summary
from kakehashi.report.summary_file import put_summary
from kakehashi.report.workbook import xlsx
from kakehashi.run_folder import actions
from kakehashi.run_folder.matching import matches
from kakehashi.verdict import Verdict

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportEnvironment(settings.TopicSettings, settings.GuideSettings, settings.QueueSettings):
    outbox_bucket: settings.Name


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    started = time.monotonic()
    env = settings.load(ReportEnvironment)
    run = Run.model_validate(event) if "run_id" in event else run_never_begun(event)
    if run is None:
        return _without_run(event, env)
    folder, state = Folder.of(run, env.runs_bucket), State.of(env.table, run.city)
    night = replace(gather(run, folder, state, failure_of(event)), guide=env.guide)
    _write(night, folder, people_of(night, folder, state), env.outbox_bucket)
    remember(night, state, datetime.now(UTC))
    plans.count_what_was_done(run, folder, state)
    if run.execution:
        state.free_lease(run.execution)
    DeadLetters.of(env.dead_letters_url).forget_healed(ended(run, night, state))
    if night.verdict is not Verdict.ALREADY_DONE:
        _send(env.topic_arn, subject(night), mail_line(night))
    _count(night)
    return run.after("report", night.verdict, started)


def _write(night: Night, folder: Folder, people: Mapping[str, Person], outbox: str) -> None:
    faults = [finding for finding in night.findings if finding.code[0] == "I"]
    folder.put_findings("report", faults)
    folder.put("report.html", html(night), "text/html; charset=utf-8")
    workbook = xlsx(night, matches(folder), people, staff_of(night, folder))
    folder.put("report.xlsx", workbook, XLSX)
    told = handouts(night)
    for school in told:
        folder.put(school.file, handout_xlsx(night, school, people), XLSX)
    for code, lines in moves(actions.raw(folder)).items():
        folder.put(moves_of(code), b"\n".join(lines), "application/x-ndjson")
    put_parts(folder, night, told, people)
    leaves.write(folder, outbox, night.verdict)
    put_summary(folder, summary(night))  # last: whoever sees it sees all


def _without_run(event: dict[str, Any], env: ReportEnvironment) -> dict[str, Any]:
    """The input does not even name a city: there is nowhere to write, but staff are told."""
    failed = failure_of(event)
    if failed is None:
        raise ValueError("neither a run nor a failure")
    _send(env.topic_arn, "Kakehashi: failed", line_without_run("", failed, env.guide))
    measure("report", "unknown", {"Failed": 1})
    return {"verdict": Verdict.FAILED}


def _send(topic: str, subject: str, message: str) -> None:
    boto3.client("sns").publish(TopicArn=topic, Subject=subject, Message=message)


def _count(night: Night) -> None:
    """One metric per verdict, so that an alarm needs no filter; rehearsals ring no alarm."""
    verdict = Verdict.REHEARSED if night.mode == "rehearse" else night.verdict
    counts = {verdict.title().replace("-", ""): 1}
    if verdict in {Verdict.APPLIED, Verdict.UNCHANGED, Verdict.FAILED}:
        counts |= {
            "Pupils": night.pupils or 0,
            "PupilsHeld": len(night.held_pupils()),
            "ActionsDone": night.done,
            "ActionsFailed": night.unserved,
        }
    cause = named(night.failed) if night.failed else None
    if cause and cause.microsoft and verdict is Verdict.FAILED:
        counts |= {"MicrosoftRefused": 1}
    measure("report", night.city, counts)
