"""Who opens a file of a run's folder: its own module, and nobody else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "kakehashi" / "kakehashi"
CONTRACT = sorted((PACKAGE / "run_folder").glob("*.py"))
BY_KEYS = {"get_json", "put_json", "lines", "put_lines", "raw_lines"}
OWN = {
    "edges/decision_files.py": "the book of decisions",
    "edges/deliver/outbox.py": "latest.json",
    "edges/deliver/receipts.py": "receipts/<tool>.json",
    "edges/leaves.py": "index/",
    "edges/runs.py": "the folder itself, and findings/",
    "edges/staff_files.py": "personnel/",
    "report/credential.py": "drift/credential.json",
    "report/drift.py": "drift/<day>/summary.json",
    "report/school_facts.py": "staff/",
    "report/summary_file.py": "summary.json",
    "report/upload_receipt.py": "<upload>.receipt.json",
}
"""Modules elsewhere that each own a file, and which."""
OTHERWISE = {"deliver/delivery.py"}  # ``lines`` of a list for a tool, which is no folder
PARTITION = "kakehashi.edges.state.partition"
PLAIN = {"counts": "pupils and classes by word"}
"""Readers whose value is plain JSON, and why: a mapping of words to numbers declares nothing."""


@cache
def opened() -> dict[str, list[str]]:
    """Module → the calls by which it opens a file of a folder."""
    rooms = (PACKAGE, ROOT / "functions", ROOT / "console", ROOT / "local")
    found: dict[str, list[str]] = {}
    for room in rooms:
        for file in room.rglob("*.py"):
            name = str(file.relative_to(PACKAGE if room is PACKAGE else ROOT))
            for call in calls(file):
                found.setdefault(name, []).append(call)
    return found


def calls(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        call = node.func if isinstance(node, ast.Call) else None
        if isinstance(call, ast.Attribute) and call.attr in BY_KEYS:
            yield f"{call.attr}:{call.lineno}"


def test_a_file_of_a_run_is_opened_by_its_own_module_alone() -> None:
    own = {str(file.relative_to(PACKAGE)) for file in CONTRACT}
    assert {m: how for m, how in opened().items() if m not in {*own, *OWN, *OTHERWISE}} == {}


def test_every_module_that_is_named_here_still_owns_a_file() -> None:
    assert set(OWN) | OTHERWISE <= opened().keys()


STATE = sorted((PACKAGE / "edges" / "state").glob("*.py"))
OPENING = {"to_json", "plain", "in_todays_form", *BY_KEYS, *PLAIN}
"""What leads to a value: a folder itself, and the state's own items within its room."""
REPORTS = [PACKAGE / "report" / "summary_file.py", PACKAGE / "report" / "drift.py"]


@pytest.mark.parametrize("file", [*CONTRACT, *STATE, *REPORTS], ids=lambda file: file.stem)
def test_whoever_reads_a_file_or_an_item_is_given_a_declared_value(file: Path) -> None:
    """Nobody can look for a key in what a reader hands out: it has fields, which are checked."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            told = ast.unparse(node.returns) if node.returns else ""
            mapping = "str, Any]" in told or "Mapping" in told
            assert not mapping or node.name in OPENING, node.name


def test_the_items_of_the_state_are_opened_in_its_own_room_alone() -> None:
    names = {"in_todays_form", "plain"}
    for room in (PACKAGE, ROOT / "functions", ROOT / "console"):
        for file in set(room.rglob("*.py")) - set(STATE):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == PARTITION:
                    assert names.isdisjoint(alias.name for alias in node.names), file


PARSE_OTHERS = {
    "edges/dead_letters.py": "messages of the queue",
    "edges/launch/jwks.py": "a tool's keys",
    "edges/launch/lti_keys.py": "the ring of keys in the table",
    "edges/microsoft/credentials.py": "the secret",
    "edges/microsoft/listing.py": "answers of Microsoft",
    "edges/web/items.py": "the page's own items",
    "edges/staff/letters.py": "messages of the queue",
    "edges/staff/password_desk.py": "slips that wait to be printed",
    "edges/state/numbers.py": "the state",
    "edges/state/pupils.py": "the state",
    "edges/web/short_lived.py": "what a browser has begun",
    "report/healed.py": "messages of the queue",
    "state_records.py": "the state",
}
"""Whoever parses JSON that is no file of a run, and what it is."""
PARSE_ROWS = {"edges/leaves.py", "edges/runs.py", "edges/settled.py", "jsonlines.py",
              "staff/leaves.py"}  # fmt: skip
"""The folder itself, and its two indices, which keep rows as they are stored."""


def test_nobody_parses_rows_of_a_run_who_does_not_own_them() -> None:
    files = (file for file in PACKAGE.rglob("*.py") if file not in CONTRACT)
    parses = re.compile(r"\b(json\.loads|parsed)\(")
    parsing = {str(f.relative_to(PACKAGE)) for f in files if parses.search(f.read_text("utf-8"))}
    assert parsing == {*PARSE_OTHERS, *PARSE_ROWS}
