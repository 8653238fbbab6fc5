"""Preprocess: clean the drop as the city's rules say, and name the rows that must wait."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.edges import settings
from kakehashi.edges.preprocess.class_numbers import ClassNumberEnvironment, numbering
from kakehashi.edges.preprocess.staff import clean_staff, of_staff
from kakehashi.edges.provision.password_bucket import PasswordBucket
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.findings import refuses
from kakehashi.oneroster import open_package
from kakehashi.preprocess.cleaning import Cleaned, preprocess
from kakehashi.run_folder import roster


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    started = time.monotonic()
    run, env = Run.model_validate(event), settings.load(ClassNumberEnvironment)
    folder, state = Folder.of(run, env.runs_bucket), State.of(env.table, run.city)
    state.renew_lease(run.execution, datetime.now(UTC))
    with folder.package() as source:
        package = open_package(source)
    passwords, city = PasswordBucket.of(env.passwords_bucket).files(run.city), folder.rules()
    theirs = [file for file in passwords if city.staff and of_staff(file)]
    findings = folder.findings("validate")
    cleaned = preprocess(
        package, findings, city, run.as_of, [file for file in passwords if file not in theirs],
        numbering=numbering(env, run.city, state),
    )  # fmt: skip
    _write(folder, cleaned)
    clean_staff(folder, package, cleaned, city, as_of=run.as_of, passwords=theirs)
    verdict = "refused" if refuses(cleaned.findings) else "go"
    return run.after("preprocess", verdict, started, **_counted(run, cleaned))


def _write(folder: Folder, cleaned: Cleaned) -> None:
    roster.put_desired(folder, cleaned.desired)
    roster.put_held(folder, cleaned.held)
    roster.put_counts(folder, {**cleaned.counts, "school_year": cleaned.school_year})
    roster.put_numbers(folder, cleaned.numbers)
    folder.put_findings("preprocess", cleaned.findings)


def _counted(run: Run, cleaned: Cleaned) -> dict[str, int]:
    """What was made of the drop, for the payload, the metrics and the log."""
    counts = {name: cleaned.counts[name] for name in ("pupils", "desired", "held", "staff")}
    measure("preprocess", run.city, {f"Roster{name.title()}": n for name, n in counts.items()})
    logger.info("cleaned", extra={"run_id": run.run_id, **counts})
    return counts
