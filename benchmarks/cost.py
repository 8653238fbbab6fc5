"""What a night and a year cost, from measurements and list prices; cost_page.py writes it down.

Nothing is measured here: ``prices.toml`` and ``measured.toml`` beside this module say where their
numbers come from.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kakehashi.directories.budget import LEASE
from kakehashi.edges.settled import MOST_TOUCHED
from kakehashi.report import words
from local.engine.deploy import read_template

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
SIZES = (1_000, 22_948, 265_000)
STATES = ("Receive", "Validate", "Preprocess", "Diff", "ProvisionShard", "Groups", "DeliverTool",
          "Report")  # fmt: skip
CHANGED = 0.005  # of the pupils, on an ordinary night
WRITES_A_SECOND = 20  # Microsoft's limit; provision waits for it
SHARD = 1_000
ONE_CPU = 1769  # MB of memory that come with one CPU
NIGHTS, MONTHS = 365, 12
GB, KIB = 1e9, 1024
RUN_DAYS = 400
LOG_BYTES = 60_000  # a night's log lines, all stages together
KEYS, SECRETS = 2, 2
LOOKS = 365 * 24 + 365 + 52  # calls of drift a year: each hour, each day, each week
LOOK_SECONDS, LOOK_MEMORY = 1.0, 2048
HEADROOM = 2.0
"""Configured memory must be this many times the peak in the largest city."""

type Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One position of a bill; ``dollars`` for the time that its table is about."""

    what: str
    quantity: str
    dollars: float


def on_the_line(points: Sequence[float], values: Sequence[float], at: float) -> float:
    """``values`` at ``at``, straight between the measured points around it."""
    last = len(points) - 2
    n = next((n for n in range(last) if at <= points[n + 1]), last)
    share = (at - points[n]) / (points[n + 1] - points[n])
    return values[n] + share * (values[n + 1] - values[n])


@dataclass(frozen=True, slots=True)
class City:
    """Formulas for a city of this size; seconds are Lambda's, memory is the template's in MB."""

    pupils: int
    price: Data
    measured: Data
    memory: Mapping[str, int]

    def cpu(self, stage: str) -> float:
        """CPU seconds of one call."""
        return self._at_this_size(stage, "cpu")

    def peak(self, stage: str) -> float:
        """Resident MB at the worst moment of one call."""
        return self._at_this_size(stage, "peak_mb")

    def _at_this_size(self, stage: str, what: str) -> float:
        """A stage may have been measured at sizes of its own; beyond them the line goes on."""
        known = self.measured["stage"][stage]
        return on_the_line(known.get("pupils", self.measured["pupils"]), known[what], self.pupils)

    def gb_seconds(self, changes: int) -> float:
        total = 0.0
        for stage, memory in self.memory.items():
            calls = self.measured["night"]["tools"] if stage == "deliver" else 1
            seconds = calls * self.cpu(stage) * max(1.0, ONE_CPU / memory)
            seconds += changes / WRITES_A_SECOND if stage == "provision" else 0
            total += seconds * memory / KIB
        return total

    def night(self, changes: int) -> list[Line]:
        """The bill of a night with so many changed pupils."""
        price, night = self.price, self.measured["night"]
        shards = max(1, -(-changes // SHARD))
        compute, calls = self.gb_seconds(changes), night["lambdas"] + shards - 1
        steps = night["transitions"] + shards - 1
        writes = night["dynamodb_writes"] + changes + leases(changes)
        # The whole state, read consistently by diff: 4 KB a unit. By groups only those who changed,
        # by their keys, or all where that would be more than a fifth; tools read a snapshot.
        again = changes if changes <= MOST_TOUCHED * self.pupils else 0
        whole = (1 if again or not changes else 2) * self.pupils
        reads = whole * self.measured["bytes"]["item"] / 4096 + again + night["dynamodb_reads"]
        puts, gets = night["s3_puts"] + 4 * (shards - 1), night["s3_gets"] + 4 * (shards - 1)
        kms = puts + gets
        return [
            Line("Lambda", f"{compute:,.1f} GB-s, {calls:,} calls",
                 compute * price["lambda_gb_second"] + calls * price["lambda_request"]),
            Line("Step Functions", f"{steps:,} transitions", steps * price["transition"]),
            Line("S3 requests", f"{puts:,} PUT and LIST, {gets:,} GET",
                 puts * price["s3_put"] + gets * price["s3_get"]),
            Line("DynamoDB", f"{reads:,.0f} read units, {writes:,} write units",
                 reads * price["dynamodb_read_unit"] + writes * price["dynamodb_write_unit"]),
            Line("KMS", f"{kms:,} requests", kms * price["kms_request"]),
            Line("Logs", f"{LOG_BYTES / 1000:,.0f} KB", LOG_BYTES / GB * price["log_gb"]),
            Line("SNS", f"{night['mails']} mail", night["mails"] * price["sns_mail"]),
            Line("SQS", f"{night['queue']} request", night["queue"] * price["sqs_request"]),
        ]  # fmt: skip

    def standing(self, alarms: int) -> list[Line]:
        """What a year costs while nothing runs."""
        price, size = self.price, self.measured["bytes"]
        folders = RUN_DAYS * self.pupils * size["run_folder"] / GB
        items = self.pupils * size["item"] / GB
        kept = price["dynamodb_gb_month"] + price["pitr_gb_month"]
        return [
            Line("KMS keys", f"{KEYS}", MONTHS * KEYS * price["kms_key_month"]),
            Line("Secret", f"{SECRETS}", MONTHS * SECRETS * price["secret_month"]),
            Line("Alarms", f"{alarms}", MONTHS * alarms * price["alarm_month"]),
            Line("Dashboard", "1", MONTHS * price["dashboard_month"]),
            Line(f"S3, run folders of {RUN_DAYS} nights", f"{folders:,.1f} GB",
                 MONTHS * folders * price["s3_gb_month"]),
            Line("DynamoDB, table and recovery", f"{items:,.3f} GB", MONTHS * items * kept),
            Line("Looks at plans, credential and tenant", f"{LOOKS:,} calls",
                 LOOKS * (LOOK_SECONDS * LOOK_MEMORY / KIB * price["lambda_gb_second"]
                          + price["lambda_request"])),
        ]  # fmt: skip


def leases(changes: int) -> int:
    """Writes of the tenant's budget: one lease each five seconds, and for Provision and Groups the
    first one's second try and what is given back."""
    return math.ceil(changes / (LEASE * WRITES_A_SECOND)) + 4 if changes else 0


def total(lines: Sequence[Line]) -> float:
    return sum(line.dollars for line in lines)


def memory_of(template: Data) -> dict[str, int]:
    """Configured MB of the night's functions, by stage."""
    functions = {
        s: template["Resources"][f"{s.title()}Function"]["Properties"] for s in words.STAGES
    }
    return {stage: int(properties["MemorySize"]) for stage, properties in functions.items()}


def load() -> tuple[Data, Data, Data]:
    """Prices, measurements, template."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    prices, measured = (
        tomllib.loads((HERE / name).read_text(encoding="utf-8"))
        for name in ("prices.toml", "measured.toml")
    )
    return prices, measured, read_template(text)
