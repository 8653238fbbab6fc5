"""docs/cost.md: what a night and a year cost, from measurements and list prices.

    python -m benchmarks.cost [--page FILE]

Nothing is measured here: ``prices.toml`` and ``measured.toml`` beside this module say where their
numbers come from. The page is a function of the two and of template.yaml.
"""

from __future__ import annotations

import argparse
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kakehashi.directories.budget import LEASE
from kakehashi.edges.settled import MOST_TOUCHED
from kakehashi.report import words
from local.engine.deploy import read_template

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "cost.md"
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


# -- the page --------------------------------------------------------------------------------------

HEAD = """# Cost · 費用

<!-- Written by `make cost` from benchmarks/prices.toml, measured.toml and template.yaml. -->

US dollars, Tokyo, list prices without free tiers or tax, as of {date}. **{standing}**

- *Ordinary night*: {changed:.1%} of the pupils change. *April*: every pupil does, once a year.
- *Lambda* = Σ over the functions of seconds × memory. Seconds are the measured CPU seconds, more
  where a function has less than one CPU ({one_cpu} MB), and for provision the wait for Microsoft's
  {pace} writes a second. Validate, preprocess and diff are measured by themselves
  ([benchmarks.md](benchmarks.md)), {large:,} pupils on the straight line between the sizes around;
  the other functions on an ordinary night through the embedded stack, begun cold, with
  {sizes} pupils (`python -m benchmarks.stages`). What lies beyond is on the **same line, not
  measured**.
- *DynamoDB* = pupils × item size ÷ 4 KB read units, once a night and in April twice, a read and
  a write unit for each change, and a write for each five seconds of the tenant's shared pace.
- *Requests and transitions* are counted on a night in the test suite. **Assumed**, not measured: a
  further shard of {shard:,} actions adds one transition, one call and eight S3 requests; a KMS
  request for each of S3's; {log_kb:,.0f} KB of log a night; {folder:,} bytes a pupil in a run's
  folder; one second for each of the {looks:,} looks that drift takes a year. A write to the
  table's two indexes is not counted.
- Not in it: the launcher (API Gateway), SFTP, many mails, support, and Microsoft's licences.
"""


def page(prices: Data, measured: Data, template: Data) -> str:
    memory = memory_of(template)
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    alarms = kinds.count("AWS::CloudWatch::Alarm")
    cities = [City(n, prices["price"], measured, memory) for n in SIZES]
    told = "checked" if prices["verified"] else "Prices are from memory and unverified: check them."
    head = HEAD.format(
        date=prices["date"], standing=told, changed=CHANGED, one_cpu=f"{ONE_CPU:,}",
        pace=WRITES_A_SECOND, large=SIZES[-1], shard=SHARD, log_kb=LOG_BYTES / 1000,
        folder=measured["bytes"]["run_folder"], looks=LOOKS,
        sizes=" and ".join(f"{n:,}" for n in measured["stage"]["report"]["pupils"]),
    )  # fmt: skip
    parts = [head, *_summary(cities, alarms)]
    for city in cities:
        changes = round(city.pupils * CHANGED)
        parts += _bill(f"{city.pupils:,} pupils, an ordinary night ({changes:,} changes)",
                       city.night(changes))  # fmt: skip
    parts += _bill(f"{SIZES[1]:,} pupils, standing costs of a year", cities[1].standing(alarms))
    return "\n".join([*parts, *_memory(cities, memory)]) + "\n"


def memory_of(template: Data) -> dict[str, int]:
    """Configured MB of the night's functions, by stage."""
    functions = {
        s: template["Resources"][f"{s.title()}Function"]["Properties"] for s in words.STAGES
    }
    return {stage: int(properties["MemorySize"]) for stage, properties in functions.items()}


def _summary(cities: Sequence[City], alarms: int) -> Iterator[str]:
    yield "| pupils | ordinary night | April night | standing, a year | **a year** |"
    yield "|---|---|---|---|---|"
    for city in cities:
        night = total(city.night(round(city.pupils * CHANGED)))
        april, standing = total(city.night(city.pupils)), total(city.standing(alarms))
        year = (NIGHTS - 1) * night + april + standing
        yield (
            f"| {city.pupils:,} | ${night:.4f} | ${april:.3f} | ${standing:,.2f} "
            f"| **${year:,.2f}** |"
        )
    yield "\nA year = 364 × ordinary night + April night + standing costs.\n"


def _bill(title: str, lines: Sequence[Line]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| | quantity | $ |"
    yield "|---|---|---|"
    for line in lines:
        yield f"| {line.what} | {line.quantity} | {line.dollars:.6f} |"
    yield f"| **sum** | | **{total(lines):.6f}** |\n"


def _memory(cities: Sequence[City], memory: Mapping[str, int]) -> Iterator[str]:
    yield "## Memory of the functions\n"
    yield (
        "Peak resident MB, measured or on the line as above, beside what template.yaml gives: "
        f"at least {HEADROOM:g} times the peak in the largest city. More memory is more CPU: "
        f"one whole CPU comes with {ONE_CPU:,} MB.\n"
    )
    yield "| | " + " | ".join(f"{city.pupils:,} pupils" for city in cities) + " | configured |"
    yield "|---|" + "---|" * (len(cities) + 1)
    for stage, configured in memory.items():
        peaks = [f"{city.peak(stage):,.0f}" for city in cities]
        yield f"| {stage} | " + " | ".join(peaks) + f" | {configured:,} |"


def load() -> tuple[Data, Data, Data]:
    """Prices, measurements, template."""
    text = (ROOT / "template.yaml").read_text(encoding="utf-8")
    prices, measured = (
        tomllib.loads((HERE / name).read_text(encoding="utf-8"))
        for name in ("prices.toml", "measured.toml")
    )
    return prices, measured, read_template(text)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost", description=__doc__)
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write the page")
    parser.parse_args().page.write_text(page(*load()), encoding="utf-8")


if __name__ == "__main__":
    main()
