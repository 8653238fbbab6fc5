"""Mutation testing of the domain: does a unit test notice each change that mutmut makes in a room?

`make mutants` does all rooms, one after the other; a room is asked of the plain tests that are
about it (``mutating``): what drawn tests reach by chance is no promise. A room whose source and
tests are as they were when it was last measured (docs/mutants.json) is not done again, unless it is
named. Which survivors are meant to, and why, stands in docs/mutants.md.
"""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import dropwhile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "mutants"
RECORD = ROOT / "docs" / "mutants.json"
PAGE = ROOT / "docs" / "mutants.md"
TABLE = "| room | changes | noticed | | on |\n|---|---|---|---|---|\n"
LEAST = 0.9  # of a room's changes are noticed
WHO = ("situations", "identity", "lost", "left_behind", "moved", "comparison", "staff")
GRAPH = ("answers", "refusals", "flows", "refused_steps")
SLOW = (  # whole cities, seconds each
    "tests/unit/diff/test_identity.py::"
    "test_accounts_shifted_by_a_row_through_a_city_are_followed_in_linear_time",
    "tests/unit/deliver/test_receipt_files.py::test_what_is_no_receipt_is_told_by_a_code[body6-size]",
)


def _tests(folder: str, *names: str) -> tuple[str, ...]:
    return tuple(f"tests/unit/{folder}/test_{name}.py" for name in names)


ROOMS: Mapping[str, tuple[str, ...]] = {
    "diff.situations": _tests("diff", "observations", *WHO),
    "diff.newcomers": _tests("diff", "observations", *WHO),
    "diff.claims": _tests("diff", "observations", *WHO),
    "diff.observation": _tests("diff", "observations", *WHO),
    "diff.sources": _tests("diff", "sources", *WHO),
    "diff.calendar": _tests("diff", "turn"),
    "diff.counting": _tests("diff", "counting"),
    "diff.limits": _tests("diff", "bounds"),
    "diff.planning": _tests("diff", "planning", "plan", *WHO),
    "preprocess.duplicates": _tests("preprocess", "duplicates", "ladder"),
    "preprocess.holds": _tests("preprocess", "holds"),
    "preprocess.special_needs": _tests("preprocess", "masking", "special_needs"),
    "directories.microsoft365.answers": (*_tests("provision", *GRAPH), *_tests("groups", "flows")),
    "directories.microsoft365.refusals": _tests("provision", *GRAPH),
    "deliver.delta": _tests("deliver", "delta"),
    "deliver.receipts": _tests("deliver", "receipts", "receipt_files", "list_receipts"),
    "deliver.receipt_files": _tests("deliver", "receipt_files", "receipts", "list_receipts"),
    "oneroster.references": _tests("oneroster", "root_causes", "every_code", "reading"),
}  # fmt: skip


def source_of(room: str) -> Path:
    return ROOT / "layers/kakehashi/kakehashi" / f"{room.replace('.', '/')}.py"


def fingerprint(room: str) -> str:
    """Of the room and of the files with its tests."""
    files = [source_of(room)]
    for path in map(ROOT.joinpath, ROOMS[room]):
        files += sorted(path.rglob("test_*.py")) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def ends(room: str) -> Mapping[str, str]:
    """What became of each change of the room."""
    WORK.mkdir(parents=True, exist_ok=True)
    path = [ROOT, ROOT / "layers/kakehashi", ROOT / "console"]
    environment = os.environ | {
        "CI": "1", "MUTATED_ROOM": room, "MUTATED_SOURCE": str(source_of(room)),
        "MUTATED_INTO": str(WORK),
        "PYTHONPATH": os.pathsep.join(map(str, path)),
    }  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "-s", "--noconftest", "-p", "local.mutating",
               "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not hypothesis"]  # fmt: skip
    without = (f"--deselect={test}" for test in SLOW)
    subprocess.run([*command, *without, *ROOMS[room]], cwd=ROOT, env=environment, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return dict(json.loads((WORK / f"{room}.json").read_text(encoding="utf-8")))


def shown(room: str, changes: Iterable[str]) -> Iterator[str]:
    """Each change as the lines that it takes away and puts in."""
    text = (WORK / f"{room}.py").read_text(encoding="utf-8")
    functions = {node.name: ast.unparse(node).replace(node.name, "", 1).splitlines()
                 for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)
                 }  # fmt: skip
    for change in changes:
        original = functions[change.partition("__mutmut_")[0] + "__mutmut_orig"]
        lines = difflib.unified_diff(original, functions[change], n=0, lineterm="")
        told = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
        yield "\n    ".join([change, *told])


def measure(room: str) -> dict[str, Any]:
    """What stands in the record; prints what nobody noticed."""
    of = fingerprint(room)
    found = ends(room)
    left = [change for change, end in found.items() if end in {"survived", "reached by no test"}]
    for text in shown(room, left):
        print(f"  {text}")
    return {"changes": len(found), "noticed": len(found) - len(left),
            "on": f"{datetime.now(UTC):%Y-%m-%d}", "of": of}  # fmt: skip


def row(room: str, found: Mapping[str, Any]) -> str:
    share = found["noticed"] / found["changes"]
    return f"| `{room}` | {found['changes']} | {found['noticed']} | {share:.1%} | {found['on']} |"


def write(record: Mapping[str, Mapping[str, Any]]) -> None:
    """The record, and the table of the page."""
    RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(TABLE)
    after = dropwhile(lambda line: line.startswith("|"), rest.splitlines(keepends=True))
    rows = (row(room, record[room]) + "\n" for room in ROOMS if room in record)
    PAGE.write_text("".join((before, TABLE, *rows, *after)), encoding="utf-8")


def main(named: list[str]) -> int:
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    for room in named or ROOMS:
        if named or record.get(room, {}).get("of") != fingerprint(room):
            record[room] = measure(room)
            write(record)
        print(row(room, record[room]), flush=True)
    few = [room for room in ROOMS if room in record
           and record[room]["noticed"] < LEAST * record[room]["changes"]]  # fmt: skip
    return 1 if few else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
