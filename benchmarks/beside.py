"""This build beside an older one: cold starts, and whole nights on the embedded stack.

    git worktree add --detach ../before 2f8e8ad
    make build install && make -C ../before build install
    python -m benchmarks.beside --before ../before [--pupils 2000] [--schools 8] [--rounds 3]

Each round starts every function cold, in both builds, and lives the nights of both, one build after
the other and the other way round in the next: nights need the machine for themselves. What a round
has measured is kept at once (benchmarks/beside.json), so that rounds can be added on another day.
Writes docs/benchmarks-beside.md, the medians of all rounds; ratios are of CPU time.
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
KEPT = ROOT / "benchmarks" / "beside.json"
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

The build of commit {before} in a worktree of its own, and that of {now}, on one machine with
{cores} cores. **Ratios are of CPU time**: the machine was busy, so walls say little. How to repeat
it stands at the head of `benchmarks/beside.py`.

## Cold starts

CPU seconds of importing each function as `sam build` made it, libraries and the runtime's boto3
included, with nothing of the machine's own Python; the median of {rounds}.

| function | before | now | ratio | bound | |
|---|---|---|---|---|---|
"""
NIGHTS = """
## Whole nights on the embedded stack: {pupils:,} pupils, four tools

CPU seconds by the kernel's account: of all functions together, of those that cost most, and of the
engine, which is no part of a deployment. A function's process stays warm from night to night. The
median of {rounds} rounds.

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


def cold_starts(before: Path) -> dict[str, list[float]]:
    """Function → its seconds before, and now."""
    return {f: [imports(before, f), imports(ROOT, f)] for f in FUNCTIONS}


def nights(build: Path, pupils: int, schools: int) -> list[dict[str, Any]]:
    """The nights of ``benchmarks.embedded``, which need not be a module of ``build``."""
    paths = (build, build / "layers" / "kakehashi", build / "console")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    program = ROOT / "benchmarks" / "embedded.py"
    size = ["--pupils", str(pupils), "--schools", str(schools)]
    command = [sys.executable, str(program), *size, "--nights", "quiet,quiet,moves", "--json"]
    ran = subprocess.run(command, cwd=build, env=environment, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


# -- rounds, kept as they come ---------------------------------------------------------------------


type Round = dict[str, Any]
"""``starts`` by function, ``before`` and ``now`` the nights; each as soon as it is measured."""


def measure(wanted: argparse.Namespace, rounds: list[Round]) -> Iterator[list[Round]]:
    """All rounds so far, after each step of what is still to do."""
    while len(rounds) < wanted.rounds or not _whole(rounds[-1]):
        if not rounds or _whole(rounds[-1]):
            rounds.append({})
        one, builds = rounds[-1], [("before", wanted.before), ("now", ROOT)]
        if "starts" not in one:
            one["starts"] = cold_starts(wanted.before)
            yield rounds
        for name, build in builds if len(rounds) % 2 else reversed(builds):
            if name not in one:
                one[name] = nights(build, wanted.pupils, wanted.schools)
                yield rounds


def _whole(one: Round) -> bool:
    return {"starts", "before", "now"} <= one.keys()


def kept(file: Path, commits: Mapping[str, Any]) -> list[Round]:
    """The rounds of these builds and this size; [] where others were measured last."""
    stored = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return list(stored["rounds"]) if stored.get("of") == commits else []


def median_starts(rounds: Sequence[Round]) -> dict[str, tuple[float, float]]:
    pairs = {f: [one["starts"][f] for one in rounds] for f in FUNCTIONS}
    return {f: (median(b for b, _ in some), median(n for _, n in some))
            for f, some in pairs.items()}  # fmt: skip


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


def page(rounds: Sequence[Round], of: Mapping[str, Any]) -> str:
    whole = [one for one in rounds if _whole(one)]
    text = HEAD.format(before=of["before"], now=of["now"], cores=os.cpu_count(), rounds=len(whole))
    text += "\n".join(started(median_starts(whole))) + "\n"
    old, new = median_nights(whole, "before"), median_nights(whole, "now")
    quiet = max(n for n, night in enumerate(new) if night["name"] == "quiet")
    text += NIGHTS.format(pupils=of["pupils"], rounds=len(whole))
    text += "\n".join(lived(old, new)) + "\n"
    return text + BY_FUNCTION + "\n".join(by_function(old[quiet], new[quiet])) + "\n"


def commit_of(build: Path) -> str:
    said = ["git", "-C", str(build), "rev-parse", "--short", "HEAD"]
    return subprocess.run(said, capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__)
    parser.add_argument("--before", type=Path, required=True, help="a worktree of the older build")
    parser.add_argument("--pupils", type=int, default=2_000)
    parser.add_argument("--schools", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3, help="in all, those kept included")
    parser.add_argument("--now", help="the commit of this build, where it has gone on since")
    parser.add_argument("--kept", type=Path, default=KEPT, help="where rounds are kept")
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write the page")
    wanted = parser.parse_args()
    wanted.before = wanted.before.resolve()
    of = {"before": commit_of(wanted.before), "now": wanted.now or commit_of(ROOT),
          "pupils": wanted.pupils, "schools": wanted.schools}  # fmt: skip
    for rounds in measure(wanted, kept(wanted.kept, of)):
        stored = json.dumps({"of": of, "rounds": rounds}, indent=1)
        wanted.kept.write_text(stored + "\n", encoding="utf-8")
    wanted.page.write_text(page(kept(wanted.kept, of), of), encoding="utf-8")


if __name__ == "__main__":
    main()
