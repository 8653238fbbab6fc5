"""This build beside an older one: cold starts, and whole nights on the embedded stack.

    git worktree add --detach ../before 2f8e8ad
    make build install && make -C ../before build install
    python -m benchmarks.beside --before ../before [--pupils 2000] [--schools 8] [--times 3]

Cold starts by turns, the median; nights one build after the other, since each needs the machine.
Writes docs/benchmarks-beside.md, in which ratios are of CPU time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.clock import ROOT

PAGE = ROOT / "docs" / "benchmarks-beside.md"
FUNCTIONS = ("receive", "validate", "preprocess", "diff", "provision", "groups", "deliver",
             "report", "drift", "staff", "launch", "passwords")  # fmt: skip
BOUNDS = {"validate": 0.45, "diff": 0.45}
OTHERS, QUIET = 0.6, 0.45
BESIDES = {"engine", "tenant"}
IMPORT = """
import sys, time
sys.path[:0] = sys.argv[1:]
began = time.process_time()
import app
print(time.process_time() - began)
"""
HEAD = """# Beside the build before · 前の版と並べて

<!-- Written by `python -m benchmarks.beside`. Do not edit. -->

The build of commit {before} in a worktree of its own, and this one, on one machine with {cores}
cores. **Ratios are of CPU time**: the machine was busy, so walls say little. How to repeat
it stands at the head of `benchmarks/beside.py`.

## Cold starts

CPU seconds of importing each function as `sam build` made it, libraries and the runtime's boto3
included, with nothing of the machine's own Python; the median of {times}.

| function | before | now | ratio | bound | |
|---|---|---|---|---|---|
"""
NIGHTS = """
## Whole nights on the embedded stack: {pupils:,} pupils, four tools

CPU seconds by the kernel's account: of all functions together, of those that cost most, and of the
engine, which is no part of a deployment. A function's process stays warm from night to night.

| night | functions before | now | ratio | engine before | now | wall before | now |
|---|---|---|---|---|---|---|---|
"""
BY_FUNCTION = """
The last quiet night by function, CPU seconds:

| function | before | now |
|---|---|---|
"""


def imports(build: Path, function: str) -> float:
    """CPU seconds in a fresh process. The runtime's boto3 is this worktree's, for both."""
    made = build / ".aws-sam" / "build"
    runtime = ROOT / ".venv-lambda" / "lib" / "python3.13" / "site-packages"
    layer = made / "KakehashiLayer" / "python"
    places = [made / f"{function.title()}Function", layer, runtime]
    python = os.path.realpath(sys.executable)
    command = [python, "-I", "-S", "-B", "-c", IMPORT, *map(str, places)]
    ran = subprocess.run(command, env={}, capture_output=True, text=True, check=True)
    return float(ran.stdout)


def cold_starts(before: Path, times: int) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for function in FUNCTIONS:
        pairs = [(imports(before, function), imports(ROOT, function)) for _ in range(times)]
        found[function] = median(b for b, _ in pairs), median(n for _, n in pairs)
    return found


def nights(build: Path, pupils: int, schools: int) -> list[dict[str, Any]]:
    """The nights of ``benchmarks.embedded``, which need not be a module of ``build``."""
    paths = (build, build / "layers" / "kakehashi", build / "console")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    program = ROOT / "benchmarks" / "embedded.py"
    size = ["--pupils", str(pupils), "--schools", str(schools)]
    command = [sys.executable, str(program), *size, "--nights", "quiet,quiet,moves", "--json"]
    ran = subprocess.run(command, cwd=build, env=environment, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


# -- the page --------------------------------------------------------------------------------------


def started(found: Mapping[str, tuple[float, float]]) -> Iterator[str]:
    for function, (before, now) in found.items():
        bound = BOUNDS.get(function, OTHERS)
        holds = "holds" if now <= bound * before else "falls short"
        ratio = f"{now / before:.2f} × | ≤ {bound} ×"
        yield f"| {function} | {before:.2f} | {now:.2f} | {ratio} | {holds} |"


def lived(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for old, new in zip(before, now, strict=True):
        was, is_now = functions(old), functions(new)
        holds = ""
        if old["name"] == "quiet":
            holds = f" (≤ {QUIET}: {'holds' if is_now <= QUIET * was else 'falls short'})"
        yield (
            f"| {old['name']} | {was:.1f} | {is_now:.1f} | {is_now / was:.2f} ×{holds} "
            f"| {old['cpu']['engine']:.1f} | {new['cpu']['engine']:.1f} "
            f"| {old['wall']:.0f} | {new['wall']:.0f} |"
        )


def functions(night: Mapping[str, Any]) -> float:
    return sum(float(seconds) for what, seconds in night["cpu"].items() if what not in BESIDES)


def by_function(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for what in sorted(old["cpu"].keys() | new["cpu"].keys()):
        yield f"| {what} | {old['cpu'].get(what, 0):.2f} | {new['cpu'].get(what, 0):.2f} |"


def page(wanted: argparse.Namespace) -> str:
    commit = subprocess.run(
        ["git", "-C", str(wanted.before), "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    head = HEAD.format(before=commit, cores=os.cpu_count(), times=wanted.times)
    text = head + "\n".join(started(cold_starts(wanted.before, wanted.times))) + "\n"
    old, new = (nights(build, wanted.pupils, wanted.schools) for build in (wanted.before, ROOT))
    quiet = max(n for n, night in enumerate(new) if night["name"] == "quiet")
    text += NIGHTS.format(pupils=wanted.pupils) + "\n".join(lived(old, new)) + "\n"
    return text + BY_FUNCTION + "\n".join(by_function(old[quiet], new[quiet])) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__)
    parser.add_argument("--before", type=Path, required=True, help="a worktree of the older build")
    parser.add_argument("--pupils", type=int, default=2_000)
    parser.add_argument("--schools", type=int, default=8)
    parser.add_argument("--times", type=int, default=3, help="imports of each function")
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write the page")
    wanted = parser.parse_args()
    wanted.before = wanted.before.resolve()
    wanted.page.write_text(page(wanted), encoding="utf-8")


if __name__ == "__main__":
    main()
