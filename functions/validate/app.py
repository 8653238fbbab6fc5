"""Validate: open the drop, check every file of it, and say whether the night may go on."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.edges import settings
from kakehashi.edges.receive import upload_receipts
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure, stage_handler
from kakehashi.findings import Finding, refuses, soften
from kakehashi.oneroster import ROSTER, Package, check, open_package
from kakehashi.report.upload_receipt import UploadStanding


@stage_handler
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    started = time.monotonic()
    run, env = Run.model_validate(event), settings.load(upload_receipts.UploadReceiptEnvironment)
    folder, state = Folder.of(run, env.runs_bucket), State.of(env.table, run.city)
    state.renew_lease(run.execution, datetime.now(UTC))
    city = folder.rules()
    with folder.package() as source:
        package = open_package(source)
    found = check(package, city.source.versions, city.board_code)
    findings = list(soften(found, city.effects))
    folder.put_findings("validate", findings)
    verdict = "refused" if refuses(findings) else "go"
    standing = UploadStanding.REFUSED if verdict == "refused" else UploadStanding.ACCEPTED
    upload_receipts.complete(run, folder, env, standing, findings)
    return run.after("validate", verdict, started, **_counted(run, package, findings))


def _counted(run: Run, package: Package, findings: list[Finding]) -> dict[str, int]:
    """Rows per file and findings, for the payload, the metrics and the log."""
    counts = {
        f"rows_{file.removesuffix('.csv')}": len(table.rows) + len(table.bad)
        for file, table in package.tables.items()
        if file in ROSTER
    }
    counts["findings"] = len(findings)
    effects = Counter(finding.effect for finding in findings)
    found = {f"Findings{effect.title().replace('-', '')}": n for effect, n in effects.items()}
    measure("validate", run.city, {"RowsRead": counts.get("rows_users", 0)} | found)
    logger.info("validated", extra={"run_id": run.run_id, **counts})
    return counts
