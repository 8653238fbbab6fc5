"""The corpus as files: right and wrong zips, and what is expected of each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conformance import packages
from conformance.examples import example
from conformance.spoils import CASES, Case
from kakehashi.oneroster.rules import RULES, SOURCES

BOARD = "082999"  # whose roster the packages are: F019 needs to know
README = """\
# OneRoster packages, right and wrong

`right.zip` has nothing wrong with it. Each zip in `wrong/` is the same package with one fault, and
is named after the rule of `kakehashi check` that finds it. `expected.json` says for each: the
rule, its effect, the file, physical line (1 is the header) and column where the fault is, the
rule's sentence in Japanese and English, the document that it comes from, and the right and the
wrong value. Line and column are null where a fault is told of the whole file.

Schools, children and codes are invented. The board's code is {board}. Made by code, under the MIT
licence: use it for an import or an export of your own.
"""


def write(folder: Path) -> int:
    """Write all of it below ``folder``; returns the number of wrong packages."""
    (folder / "wrong").mkdir(parents=True, exist_ok=True)
    (folder / "right.zip").write_bytes(packages.zipped(packages.loose()))
    told = []
    for name, case in named():
        (folder / "wrong" / f"{name}.zip").write_bytes(zip_of(case))
        told.append(expected(name, case))
    text = json.dumps({"board_code": BOARD, "wrong": told}, ensure_ascii=False, indent=2)
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    (folder / "README.md").write_text(README.format(board=BOARD), encoding="utf-8")
    return len(told)


def named() -> Iterator[tuple[str, Case]]:
    """Each case under the name of its zip: R011, or R019-2 where a rule has several."""
    several, seen = Counter(case.code for case in CASES), Counter[str]()
    for case in CASES:
        seen[case.code] += 1
        yield case.code + (f"-{seen[case.code]}" if several[case.code] > 1 else ""), case


def zip_of(case: Case) -> bytes:
    made = case.make()
    return made if isinstance(made, bytes) else packages.zipped(made)


def expected(name: str, case: Case) -> dict[str, Any]:
    """What a check should say of the zip of this name, JSON-ready."""
    rule, (file, line, column), shown = RULES[case.code], case.place, example(case)
    return {
        "zip": f"wrong/{name}.zip",
        "code": case.code,
        "effect": str(rule.effect),
        "file": file,
        "line": line,
        "column": column,
        "ja": rule.ja,
        "en": rule.en,
        "source": str(SOURCES[case.code]),
        "right": shown.right,
        "wrong": shown.wrong,
    }
