"""How many branches of each room that decides are taken by the tests of those rooms.

`make coverage` runs them once under coverage.py, prints a line a room, and ends red for a room
below ``LEAST``. Property tests are left out: what they reach by chance is no promise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "coverage"
LEAST = 0.95
DRAWN = {"report": 0.85, "staff": 0.7}
"""Of pages: whole nights and browsers look at what they show, and do not count here."""
PACKAGE = "layers/kakehashi/kakehashi/"
TESTS = (
    *(f"tests/unit/{room}" for room in (
        "deliver", "diff", "directories", "groups", "lti", "oneroster", "people", "preprocess",
        "provision", "report", "staff",
    )),
    *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "tests" / "unit").glob("test_*.py"))),
    "tests/unit/cli/test_initial_passwords.py",
    "tests/integration/test_microsoft365.py",
    "tests/cases",
)  # fmt: skip


def measured() -> Mapping[str, Any]:
    """The report of coverage.py, after a run of the tests."""
    WORK.mkdir(parents=True, exist_ok=True)
    tool = [sys.executable, "-m", "coverage"]
    pytest = ["run", "-m", "pytest", "-q", "-m", "not hypothesis", *TESTS]
    for step in (pytest, ["json", "--quiet", "-o", str(WORK / "report.json")]):
        subprocess.run([*tool, *step], cwd=ROOT, check=True)
    return dict(json.loads((WORK / "report.json").read_text(encoding="utf-8")))


def rooms(report: Mapping[str, Any]) -> Iterator[tuple[str, int, int]]:
    """Room, branches taken, branches there are; a module of the ground floor is its own room."""
    there, taken = Counter[str](), Counter[str]()
    for file, found in report["files"].items():
        room = file.removeprefix(PACKAGE).partition("/")[0].removesuffix(".py")
        there[room] += found["summary"]["num_branches"]
        taken[room] += found["summary"]["covered_branches"]
    return ((room, taken[room], there[room]) for room in sorted(there) if there[room])


def lacking(report: Mapping[str, Any]) -> list[str]:
    """Rooms below their floor."""
    return [room for room, taken, there in rooms(report) if taken < DRAWN.get(room, LEAST) * there]


def main() -> None:
    report = measured()
    for room, taken, there in rooms(report):
        print(f"{room:14} {taken:5} / {there:5}  {taken / there:7.1%}")
    if below := lacking(report):
        sys.exit(f"too few branches: {', '.join(below)}")


if __name__ == "__main__":
    os.environ["COVERAGE_CORE"] = "ctrace"  # sys.monitoring of Python 3.13 knows no branches
    main()
