"""Whole nights of a demo city on the embedded stack: wall, and the CPU of every function.

    python -m benchmarks.embedded [--pupils 22948] [--schools 50] [--nights quiet,moves] [--json]

The first night of a city (everybody is new, approved by a person), and then nights that change
little. CPU is that of a function's own processes, the engine's and the fake tenant's beside it, by
the kernel's account. To measure another build, say so from its worktree, with this module's path:
``PYTHONPATH=OLD:OLD/layers/kakehashi:OLD/console python benchmarks/embedded.py``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

CITY = "demo"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Night:
    """``wall`` and ``cpu`` in seconds; ``cpu`` by function, "engine" and "tenant"."""

    name: str
    verdict: str
    wall: float
    stages: dict[str, float]
    cpu: dict[str, float]

    def line(self) -> str:
        functions = sum(s for name, s in self.cpu.items() if name not in {"engine", "tenant"})
        told = " ".join(f"{name}={s:.1f}" for name, s in sorted(self.cpu.items()))
        return (f"{self.name}: {self.verdict}, wall {self.wall:.1f} s, functions {functions:.1f} s "
                f"of CPU ({told}), stages {self.stages}")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=22_948)
    parser.add_argument("--schools", type=int, default=50)
    parser.add_argument("--nights", default="quiet,moves", help="after the first, with commas")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kakehashi-nights-") as home:
        for night in _nights(Path(home), wanted):
            print(json.dumps(asdict(night)) if wanted.json else night.line(), flush=True)
    return 0


def _nights(home: Path, wanted: argparse.Namespace) -> Iterator[Night]:
    from local import demo
    from local.stack import Stack

    stack = Stack(home / "stack")
    stack.up()
    try:
        runs = Runs(stack)
        first = demo.new(home / "city", wanted.pupils, wanted.schools, seed=1)
        yield runs.measured("first, until it waits", partial(runs.drop, first))
        yield runs.measured("first, applied", runs.approve)
        for kind in filter(None, wanted.nights.split(",")):
            changes = (demo.QUIET,) if kind == "quiet" else ()
            told = demo.next(home / "city", *changes)
            yield runs.measured(kind, partial(runs.drop, told))
    finally:
        stack.down()


class Runs:
    """A stack's executions, one after the other; ``summary`` is summary.json of the last one, which
    builds of before give as it stands."""

    def __init__(self, stack: Any) -> None:
        from kakehashi_console.operations import Console

        self.home, self.console, self.summary = stack.home, Console(stack), dict[str, Any]()

    def measured(self, name: str, run: Callable[[], None]) -> Night:
        before, began = cpu_of(self.home), time.monotonic()
        run()
        wall = time.monotonic() - began
        after = cpu_of(self.home)
        spent = {what: round(s - before.get(what, 0.0), 2) for what, s in after.items()}
        return Night(
            name, str(self.summary["verdict"]), round(wall, 1), dict(self.summary["seconds"]), spent
        )

    def drop(self, exported: Any) -> None:
        from kakehashi_console.operations import order_for_drop

        if exported.passwords:
            self.console.upload_passwords(CITY, exported.passwords, starts=False)
        key, version = self.console.upload_drop(CITY, exported.drop, starts=False)
        self._follow(self.console.start(order_for_drop("sync", CITY, key, version, exported.day)))

    def approve(self) -> None:
        """Every limit that the last run broke, by a person."""
        run_id, checksum = self.summary["run_id"], self.summary["checksum"]
        accept = sorted({breach["code"] for breach in self.summary["breaches"]})
        order = {"action": "apply", "run_id": run_id, "checksum": checksum, "by": "benchmark"}
        self._follow(self.console.start(order | {"accept": accept}), run_id)

    def _follow(self, arn: str, run_id: str = "") -> None:
        execution = self.console.follow(arn, lambda _stage: None)
        told: Any = self.console.outcome(execution, CITY, run_id).summary
        self.summary = dict(told) if isinstance(told, Mapping) else asdict(told)


def cpu_of(home: Path) -> dict[str, float]:
    """Seconds of CPU so far, of each function's processes, the engine and the fake tenant."""
    found: dict[str, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
            command = (folder / "cmdline").read_bytes()
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if f"HOME={home}".encode() not in environment:
            continue
        named = [one for one in environment if one.startswith(b"AWS_LAMBDA_FUNCTION_NAME=")]
        what = named[0].partition(b"=")[2].decode().rpartition("-")[2] if named else (
            "engine" if b"engine.serve" in command else "tenant" if b"fakes.tenant" in command
            else "")  # fmt: skip
        if what:
            found[what] = found.get(what, 0.0) + (int(fields[11]) + int(fields[12])) / TICK
    return found


if __name__ == "__main__":
    sys.exit(main())
