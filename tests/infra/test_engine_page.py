"""docs/engine.md: where the engine is kinder than AWS, a test stands on AWS's side."""

from __future__ import annotations

import re

from tests.infra.conftest import ROOT

ROW = re.compile(r"(?m)^\| (?P<aws>(?!on AWS).+?) \| (?P<here>.+?) \| (?P<held>.+?) \|$")
NOT_HELD = 2  # rows that nothing here can show


def test_each_row_names_tests_that_exist_or_why_there_is_none() -> None:
    page = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    rows = ROW.findall(page)
    assert len(rows) > 25
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py")]
    there = set(re.findall(r"def (test_\w+)", "".join(sources)))
    for aws, _, held in rows:
        named = set(re.findall(r"`(test_\w+)`", held))
        assert named or held.startswith("none: "), aws
        assert named <= there, aws
    assert sum(held.startswith("none: ") for *_, held in rows) == NOT_HELD
