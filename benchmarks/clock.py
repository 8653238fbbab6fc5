"""One piece of work in a fresh process: wall time, CPU time, peak memory, and what it answered."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
_KB = 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds, start-up and imports included. ``cpu`` exceeds ``wall`` where both cores work."""

    wall: float
    cpu: float
    peak_mb: float
    answer: int


class Failed(RuntimeError):
    """The work ended with an error; what it wrote to standard error has been shown."""


def once_more(command: Sequence[str], root: Path = ROOT) -> Cost:
    """Run ``command``, whose last line of output is that of ``peak.tell``; ``root`` is the worktree
    whose code it is."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPATH": str(root)}
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, env=environment) as process:
        out = process.stdout.read() if process.stdout else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise Failed(" ".join(command))
    told = json.loads(out.splitlines()[-1])
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, told["peak_kb"] / _KB, told["answer"])


def measure(costs: Sequence[Cost]) -> Cost:
    """The median; of several the first has only warmed the page cache and the bytecode."""
    counted = costs[1:] or costs
    return Cost(
        wall=median(c.wall for c in counted),
        cpu=median(c.cpu for c in counted),
        peak_mb=max(c.peak_mb for c in counted),
        answer=costs[-1].answer,
    )
