"""This build beside an older one: cold starts, stages, and whole nights on the embedded stack.

    git worktree add --detach ../before 2f8e8ad
    make build install && make -C ../before build install
    python -m benchmarks.beside --before ../before [--parts starts,stages] [--rounds 3]

A round of a part measures both builds, one after the other and the other way round in the next:
`starts` imports every function cold, `stages` does a city's night stage by stage, `nights` lives
whole nights of it, a quarter of an hour a round, for which the machine had best do nothing else.
What has been measured is kept at once (benchmarks/beside.json), so that rounds can be added later.
`large`, which has to be asked for, does the stages of 230,000 pupils, each in minutes.
Writes docs/benchmarks-beside.md, the medians of all rounds; ratios are of CPU time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.clock import ROOT, once_more

PAGE = ROOT / "docs" / "benchmarks-beside.md"
KEPT = ROOT / "benchmarks" / "beside.json"
FUNCTIONS = ("receive", "validate", "preprocess", "diff", "provision", "groups", "deliver",
             "report", "drift", "staff", "launch", "passwords")  # fmt: skip
USUAL = ("starts", "stages", "nights")
PARTS = (*USUAL, "large")
STAGES = ("validate", "preprocess", "diff", "night")
STAGED = {"stages": (22_948, 50), "large": (230_000, 500)}  # pupils and schools
BOUNDS = {"validate": 0.45, "diff": 0.45}
STAGE_BOUNDS = {"stages": {"night": 0.6, "diff": 0.45}, "large": {"night": 0.45, "diff": 0.45}}
OTHERS, QUIET, MEMORY = 0.6, 0.45, 1.3
WALLS = {"quiet": 0.1, "first, applied": 0.35}
MOST_MB = 1_000  # of a large city, whatever the older build took
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

前の版と今の版を、同じ機械で交互に測った、CPU 時間の比です。開発者のための頁で、英語です。

The build of commit {before} in a worktree of its own, and this one, on one machine with {cores}
cores. **Ratios are of CPU time**: the machine was busy, so walls say little. Each part says which
commit it measured. How to repeat it stands at the head of `benchmarks/beside.py`.
"""
STARTS = """
## Cold starts

CPU seconds of importing each function as `sam build` made it, libraries and the runtime's boto3
included, with nothing of the machine's own Python. Measured at {now}, {rounds}.

| function | before | now | ratio | bound | |
|---|---|---|---|---|---|
"""
IN_STAGES = """
## An ordinary night, stage by stage: {pupils:,} pupils

CPU seconds of a process each, start-up included, with the run folder on disk; the last line is
validate, preprocess and diff in one process. Each build has its own city of the same size.
Measured at {now}, {rounds}.

| stage | before | now | ratio | bound | | peak MB before | now | bound | |
|---|---|---|---|---|---|---|---|---|---|
"""
NIGHTS = """
## Whole nights on the embedded stack: {pupils:,} pupils, four tools

CPU seconds by the kernel's account: of all functions together, of those that cost most, and of the
engine, which is no part of a deployment. A function's process stays warm from night to night.
Walls are not to be had as asked: on a quiet night the functions' own CPU is more than a tenth of
the older build's wall, and three quarters of the first night are Provision, which waits for the
tenant and for the engine's writes.

Looked at with py-spy on 2026-12-01, of a first night of 5,000 pupils: the wall of what is applied,
58 s, is the CPU of all processes, one after the other: 29 s the functions', 22 s the engine's, 8 s
the tenant's. Of the engine's, half is HTTP in and out, 15 % permissions, 14 % DynamoDB, 9 % saving
its state, 3 % S3: a server for one machine, in which no single place is left to mend.
Measured at {now}, {rounds}.

| night | functions before | now | ratio | engine before | now | wall before | now | ratio |
|---|---|---|---|---|---|---|---|---|
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


def starts(build: Path, _wanted: argparse.Namespace) -> dict[str, float]:
    """Function → seconds of its import."""
    return {function: imports(build, function) for function in FUNCTIONS}


def stages(part: str, build: Path, wanted: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Stage → its cost, by the build's own benchmarks. Its city is made once and kept."""
    python = str(build / ".venv" / "bin" / "python")
    folder = wanted.data.resolve() / f"{commit_of(build)}-{part}"
    if not (folder / "after" / "drop.zip").exists():  # what is made last
        command = [python, "-m", "benchmarks.data", str(folder), *map(str, STAGED[part])]
        subprocess.run(command, cwd=build, check=True)
    command = [python, "-m", "benchmarks.steps"]
    return {s: asdict(once_more([*command, s, str(folder)], build)) for s in STAGES}


def nights(build: Path, wanted: argparse.Namespace) -> list[dict[str, Any]]:
    """The nights of ``benchmarks.embedded``, which need not be a module of ``build``."""
    paths = (build, build / "layers" / "kakehashi", build / "console")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    program = ROOT / "benchmarks" / "embedded.py"
    size = ["--pupils", str(wanted.pupils), "--schools", str(wanted.schools)]
    command = [sys.executable, str(program), *size, "--nights", "quiet,quiet,moves", "--json"]
    ran = subprocess.run(command, cwd=build, env=environment, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


# -- rounds, kept as they come ---------------------------------------------------------------------


type Round = dict[str, Any]
"""``before`` and ``now``: what a part measured of each build, as soon as it is measured."""

MEASURES: Mapping[str, Callable[[Path, argparse.Namespace], Any]] = {
    "starts": starts,
    "stages": partial(stages, "stages"),
    "nights": nights,
    "large": partial(stages, "large"),
}


def measure(part: str, wanted: argparse.Namespace, rounds: list[Round]) -> Iterator[list[Round]]:
    """All rounds so far, after each build of what is still to do."""
    while len(rounds) < wanted.rounds or not _whole(rounds[-1]):
        if not rounds or _whole(rounds[-1]):
            rounds.append({})
        builds = [("before", wanted.before), ("now", ROOT)]
        for name, build in builds if len(rounds) % 2 else reversed(builds):
            if name not in rounds[-1]:
                rounds[-1][name] = MEASURES[part](build, wanted)
                yield rounds


def _whole(one: Round) -> bool:
    return {"before", "now"} <= one.keys()


def read(file: Path) -> dict[str, Any]:
    """Part → ``of`` what it is, and its ``rounds``."""
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def rounds_of(stored: Mapping[str, Any], of: Mapping[str, Any]) -> list[Round]:
    """Of these builds and this size; [] where others were measured last."""
    return list(stored["rounds"]) if stored.get("of") == of else []


def medians(rounds: Sequence[Round], name: str, *path: str) -> float:
    """Of the number that stands there in each round."""
    found: list[Any] = [one[name] for one in rounds]
    for key in path:
        found = [one[key] for one in found]
    return float(median(found))


def median_nights(rounds: Sequence[Round], name: str) -> list[dict[str, Any]]:
    """Night by night the median of each number."""
    found = []
    for same in zip(*(one[name] for one in rounds), strict=True):
        names = {what for night in same for what in night["cpu"]}
        cpu = {what: median(night["cpu"].get(what, 0.0) for night in same) for what in names}
        wall = median(night["wall"] for night in same)
        found.append({"name": same[0]["name"], "cpu": cpu, "wall": wall})
    return found


# -- the page --------------------------------------------------------------------------------------


def started(rounds: Sequence[Round]) -> Iterator[str]:
    for function in FUNCTIONS:
        before, now = (medians(rounds, name, function) for name in ("before", "now"))
        verdict = _against(now, before, BOUNDS.get(function, OTHERS))
        yield f"| {function} | {before:.2f} | {now:.2f} | {verdict} |"


def staged(part: str, rounds: Sequence[Round]) -> Iterator[str]:
    for stage in STAGES:
        cpu, peak = (
            [medians(rounds, name, stage, what) for name in ("before", "now")]
            for what in ("cpu", "peak_mb")
        )
        bound = STAGE_BOUNDS[part].get(stage)
        time = _against(cpu[1], cpu[0], bound) if bound else f"{cpu[1] / cpu[0]:.2f} × | | "
        memory = _memory(part, *peak)
        label = "in one process" if stage == "night" else stage
        yield (
            f"| {label} | {cpu[0]:.2f} | {cpu[1]:.2f} | {time} "
            f"| {peak[0]:.0f} | {peak[1]:.0f} | {memory} |"
        )


def _memory(part: str, before: float, now: float) -> str:
    """Cells: the bound of a stage's peak memory in MB, and whether it holds."""
    if part == "large":
        return f"≤ {MOST_MB:,} | {'holds' if now <= MOST_MB else '**falls short**'}"
    return _against(now, before, MEMORY).partition("| ")[2]


def _against(now: float, before: float, bound: float) -> str:
    """Cells: the ratio, its bound, and whether it holds."""
    return f"{now / before:.2f} × | ≤ {bound} × | {_verdict(now, before, bound)}"


def lived(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for old, new in zip(before, now, strict=True):
        name, was, is_now = old["name"], functions(old), functions(new)
        cpu = _within(is_now, was, {"quiet": QUIET}.get(name))
        yield (
            f"| {name} | {was:.1f} | {is_now:.1f} | {cpu} "
            f"| {old['cpu']['engine']:.1f} | {new['cpu']['engine']:.1f} "
            f"| {old['wall']:.0f} | {new['wall']:.0f} "
            f"| {_within(new['wall'], old['wall'], WALLS.get(name))} |"
        )


def _within(now: float, before: float, bound: float | None) -> str:
    """One cell: the ratio and, where it has one, whether its bound holds."""
    if bound is None:
        return f"{now / before:.2f} ×"
    return f"{now / before:.2f} × (≤ {bound}: {_verdict(now, before, bound)})"


def _verdict(now: float, before: float, bound: float) -> str:
    return "holds" if now <= bound * before else "**falls short**"


def functions(night: Mapping[str, Any]) -> float:
    return sum(float(seconds) for what, seconds in night["cpu"].items() if what not in BESIDES)


def by_function(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for what in sorted(old["cpu"].keys() | new["cpu"].keys()):
        yield f"| {what} | {old['cpu'].get(what, 0):.2f} | {new['cpu'].get(what, 0):.2f} |"


def page(kept: Mapping[str, Any]) -> str:
    """Of each part that was measured, the rounds of both builds."""
    before = next(iter(kept.values()))["of"]["before"]
    text = HEAD.format(before=before, cores=os.cpu_count())
    for part, section in SECTIONS.items():
        whole = [one for one in kept.get(part, {}).get("rounds", ()) if _whole(one)]
        if whole:
            text += section(whole, kept[part]["of"])
    return text


def _starts(rounds: Sequence[Round], of: Mapping[str, Any]) -> str:
    return STARTS.format(now=of["now"], rounds=_rounds(rounds)) + _lines(started(rounds))


def _stages(part: str, rounds: Sequence[Round], of: Mapping[str, Any]) -> str:
    head = IN_STAGES.format(now=of["now"], rounds=_rounds(rounds), pupils=of["pupils"])
    return head + _lines(staged(part, rounds))


def _nights(rounds: Sequence[Round], of: Mapping[str, Any]) -> str:
    old, new = median_nights(rounds, "before"), median_nights(rounds, "now")
    quiet = max(n for n, night in enumerate(new) if night["name"] == "quiet")
    head = NIGHTS.format(now=of["now"], rounds=_rounds(rounds), pupils=of["pupils"])
    text = head + _lines(lived(old, new))
    return text + BY_FUNCTION + _lines(by_function(old[quiet], new[quiet]))


def _rounds(rounds: Sequence[Round]) -> str:
    return f"the median of {len(rounds)}" if len(rounds) > 1 else "one round"


def _lines(some: Iterable[str]) -> str:
    return "\n".join(some) + "\n"


SECTIONS: Mapping[str, Callable[[Sequence[Round], Mapping[str, Any]], str]] = {
    "starts": _starts,
    "stages": partial(_stages, "stages"),
    "large": partial(_stages, "large"),
    "nights": _nights,
}


def commit_of(build: Path) -> str:
    said = ["git", "-C", str(build), "rev-parse", "--short", "HEAD"]
    return subprocess.run(said, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__)
    parser.add_argument("--before", type=Path, required=True, help="a worktree of the older build")
    parser.add_argument("--parts", default=",".join(USUAL), help="with commas; none: the page")
    parser.add_argument("--pupils", type=int, default=22_948, help="of whole nights")
    parser.add_argument("--schools", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3, help="in all, those kept included")
    parser.add_argument("--now", help="the commit of this build, where it has gone on since")
    parser.add_argument("--data", type=Path, default=ROOT / "build" / "beside", help="the cities")
    parser.add_argument("--kept", type=Path, default=KEPT, help="where rounds are kept")
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write the page")
    wanted = parser.parse_args()
    wanted.before = wanted.before.resolve()
    for part in (one for one in PARTS if one in wanted.parts.split(",")):
        of = _of(part, wanted)
        for rounds in measure(part, wanted, rounds_of(read(wanted.kept).get(part, {}), of)):
            stored = read(wanted.kept) | {part: {"of": of, "rounds": rounds}}
            wanted.kept.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    wanted.page.write_text(page(read(wanted.kept)), encoding="utf-8")


def _of(part: str, wanted: argparse.Namespace) -> dict[str, Any]:
    """What a part is measured of: rounds of something else do not count."""
    builds = {"before": commit_of(wanted.before), "now": wanted.now or commit_of(ROOT)}
    sizes = STAGED | {"nights": (wanted.pupils, wanted.schools)}
    named = dict(zip(("pupils", "schools"), sizes.get(part, ()), strict=False))
    return builds | named


if __name__ == "__main__":
    main()
