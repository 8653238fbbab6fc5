"""What each function of an ordinary night costs, measured in the processes of the embedded stack.

    python -m benchmarks.stages [--pupils N]

A city of N pupils has its first night; then the engine is started anew, so that every function
begins cold as on AWS, and an ordinary night follows. CPU seconds and peak resident memory of each
function's processes come from /proc (Linux only). benchmarks/measured.toml keeps what was printed.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kakehashi_console.operations import Console, RunOutcome, order_for_drop
from local import demo
from local.stack import Stack

CITY = "demo"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one function: CPU seconds of all its processes, and the peak in MB of its largest."""

    stage: str
    cpu: float
    peak_mb: float


def measured(pupils: int, home: Path) -> list[Cost]:
    """The functions of an ordinary night in a city of this size. Raises RuntimeError where a night
    does not end well."""
    stack = Stack(home / "stack")
    try:
        stack.up()
        first = demo.new(home / "city", pupils, max(4, pupils // 450), seed=1)
        _approve(stack, _night(Console(stack), first, "awaiting-approval"))
        stack.down()
        stack.up()
        _night(Console(stack), demo.next(home / "city"), "applied")
        return sorted(costs(stack.home), key=lambda cost: cost.stage)
    finally:
        stack.down()


def _night(console: Console, exported: demo.Exported, expected: str) -> RunOutcome:
    if exported.passwords:
        console.upload_passwords(CITY, exported.passwords, starts=False)
    key, version = console.upload_drop(CITY, exported.drop, starts=False)
    arn = console.start(order_for_drop("sync", CITY, key, version, exported.day))
    outcome = console.outcome(console.follow(arn, lambda _: None), CITY)
    _must_be(outcome, expected)
    return outcome


def _approve(stack: Stack, waiting: RunOutcome) -> None:
    summary, console = waiting.summary, Console(stack)
    order = {"action": "apply", "run_id": summary.run_id, "checksum": summary.checksum,
             "accept": summary.limits_passed, "by": "benchmark"}  # fmt: skip
    arn = console.start(order)
    outcome = console.outcome(console.follow(arn, lambda _: None), CITY, summary.run_id)
    _must_be(outcome, "applied")


def _must_be(outcome: RunOutcome, expected: str) -> None:
    if (verdict := outcome.summary.verdict) != expected:
        raise RuntimeError(f"the night ended {verdict}, not {expected}")


def costs(home: Path, processes: Path = Path("/proc")) -> Iterator[Cost]:
    """By function, of the processes that the engine of this home started."""
    found: dict[str, list[tuple[float, float]]] = {}
    for folder in processes.iterdir():
        if folder.name.isdigit() and (stage := _stage(folder, home)):
            found.setdefault(stage, []).append((_cpu(folder), _peak(folder)))
    for stage, measures in found.items():
        cpus, peaks = zip(*measures, strict=True)
        yield Cost(stage, sum(cpus), max(peaks))


def _stage(process: Path, home: Path) -> str:
    """The function that runs there; "" for any other process."""
    try:
        lines = (process / "environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    told = dict(line.split("=", 1) for line in lines if "=" in line)
    if told.get("HOME") != str(home):
        return ""
    return told.get("AWS_LAMBDA_FUNCTION_NAME", "").removeprefix("kakehashi-")


def _cpu(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / TICKS  # utime and stime, after the name in brackets


def _peak(process: Path) -> float:
    status = (process / "status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--pupils", type=int, default=1_000)
    pupils = parser.parse_args().pupils
    with tempfile.TemporaryDirectory() as folder:
        for cost in measured(pupils, Path(folder)):
            print(f"{cost.stage:<12} {cost.cpu:6.2f} s CPU {cost.peak_mb:6.0f} MB")


if __name__ == "__main__":
    main()
