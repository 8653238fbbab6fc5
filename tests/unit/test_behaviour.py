"""behaviour/*.toml: each row is whole, heeded somewhere and held by a test."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from local import behaviour
from local.behaviour import ROOT, Fact, Run, Where

ROWS = [fact for rows in behaviour.facts().values() for fact in rows]
A_FACT = Fact("x", "x", "1", "x", "x", "x", ("README.md",), ("test_x",),
              Run("python", ("click",), "print('so')", "so"))  # fmt: skip


def test_a_row_is_heeded_in_files_and_held_by_tests_that_exist() -> None:
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")]
    there = set(re.findall(r"def (test_\w+)", "".join(sources)))
    assert len({fact.id for fact in ROWS}) == len(ROWS) > 20
    for fact in ROWS:
        assert fact.heeds, fact.id
        assert [place for place in fact.heeds if not (ROOT / place).is_file()] == [], fact.id
        assert fact.holds, fact.id
        assert set(fact.holds) - there == set(), fact.id
        assert all((fact.guess, fact.does, fact.source, fact.thing)), fact.id


def test_a_program_of_a_row_is_a_program_and_says_something() -> None:
    runs = [fact.run for fact in ROWS if fact.run]
    assert len(runs) > 12
    for run in runs:
        assert run.says
        if run.of == "python":
            compile(run.code, "row", "exec")


def test_a_row_with_a_word_too_much_or_too_little_is_refused() -> None:
    row = {"id": "x", "thing": "x", "version": "1", "guess": "x", "does": "x", "source": "x",
           "heeds": ["README.md"], "holds": []}  # fmt: skip
    assert Fact.of(row).run is None
    with pytest.raises(TypeError):
        Fact.of(row | {"note": "x"})
    with pytest.raises(KeyError):
        Fact.of({name: value for name, value in row.items() if name != "holds"})


def test_what_says_something_else_than_it_did_is_told(tmp_path: Path) -> None:
    here = Where(Path(sys.executable), tmp_path)
    changed = replace(A_FACT, run=Run("python", (), "print('otherwise')", "so"))
    broken = replace(A_FACT, run=Run("python", (), "raise SystemExit('no such name')", "so"))
    found = list(behaviour.differing([A_FACT, changed, broken, replace(A_FACT, run=None)], here))
    assert found == [(changed, "otherwise"), (broken, "no such name")]


def test_of_each_package_the_version_that_a_program_takes_is_told(tmp_path: Path) -> None:
    """Not that which another package keeps for itself."""
    for place, version in (("@a/b", "2.0"), ("c", "1.0"), ("c/node_modules/@a/b", "1.9")):
        folder = tmp_path / "node_modules" / place
        folder.mkdir(parents=True)
        name = "@a/b" if place.endswith("@a/b") else place
        (folder / "package.json").write_text(json.dumps({"name": name, "version": version}))
    told = behaviour.installed(Where(Path(sys.executable), tmp_path))
    assert (told["@a/b"], told["c"], "pytest" in told) == ("2.0", "1.0", True)
