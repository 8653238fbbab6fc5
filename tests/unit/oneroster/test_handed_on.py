"""Findings for other tools: SARIF, a page to hand on, and the library's own command."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.packages import loose, spoiled, zipped
from kakehashi import oneroster
from kakehashi.findings import placeholders
from kakehashi.oneroster.__main__ import main as library
from kakehashi.oneroster.rules import RULES
from kakehashi.oneroster.sarif import sarif
from kakehashi.report.checked import Checked, checked_html
from kakehashi_console.cli import main


def wrong() -> dict[str, bytes]:
    """A grade that nobody knows, for one pupil, and a manifest that says another version."""
    return spoiled(lambda files: files["users.csv"][1].update(grades="P7"))


FOUND = list(oneroster.check(oneroster.open_package(wrong())))


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    (tmp_path / "drop.zip").write_bytes(zipped(wrong()))
    return tmp_path / "drop.zip"


def test_a_result_points_at_its_rule_and_its_place() -> None:
    log = sarif(FOUND, RULES, version="1.0", docs="https://docs.example/rules.md")
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    grade = next(result for result in run["results"] if result["ruleId"] == "R011")
    assert grade["level"] == "warning"
    assert grade["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "users.csv"},
                "region": {"startLine": 3},
            },
            "logicalLocations": [{"name": "grades", "kind": "member"}],
        }
    ]
    told = rules[grade["ruleIndex"]]
    assert told["helpUri"] == "https://docs.example/rules.md#r011"
    assert told["properties"]["source"].startswith("OneRoster")


def test_no_sentence_of_a_rule_holds_braces_which_sarif_would_fill() -> None:
    facts: dict[str, dict[str, Any]] = {
        code: dict.fromkeys(placeholders(rule.ja), 1) for code, rule in RULES.items()
    }
    found = [rule.at(**facts[code]) for code, rule in RULES.items()]
    rules = sarif(found, RULES)["runs"][0]["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == RULES.keys()
    assert "{" not in "".join(rule["fullDescription"]["text"] for rule in rules)


def test_neither_form_holds_a_cell_or_a_pupil() -> None:
    page = checked_html(Checked("drop.zip", date(2026, 11, 24), FOUND, {"児童生徒": 3}))
    for text in (page, json.dumps(sarif(FOUND, RULES), ensure_ascii=False)):
        assert "P7" not in text
        assert "60000000-0000" not in text
        assert "花子" not in text


def test_the_page_says_what_to_do_and_from_where_the_rule_comes() -> None:
    page = checked_html(Checked("drop.zip", date(2026, 11, 24), FOUND))
    assert RULES["R011"].todo in page
    assert "Japan K-12/Schools Profile" in page
    assert "指摘はありません" in checked_html(Checked("drop.zip", date(2026, 11, 24)))


def test_check_writes_both_beside_what_it_says(drop: Path) -> None:
    files = {"--sarif": drop.with_suffix(".sarif"), "--html": drop.with_suffix(".html")}
    words = [word for option, file in files.items() for word in (option, str(file))]
    told = CliRunner().invoke(main, ["check", str(drop), "--as-of", "2026-11-24", *words])
    assert told.exit_code == 0, told.output
    log = json.loads(files["--sarif"].read_text(encoding="utf-8"))
    assert "R011" in {result["ruleId"] for result in log["runs"][0]["results"]}
    assert "R011" in files["--html"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "begins"), [([], "users.csv:3:grades R011"), (["--json"], "["), (["--sarif"], "{")]
)
def test_the_library_checks_alone(
    drop: Path, words: list[str], begins: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert library([str(drop), *words]) == 0
    assert capsys.readouterr().out.startswith(begins)


def test_the_library_ends_with_four_where_an_import_would_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, body in loose().items():
        if name != "manifest.csv":
            (tmp_path / name).write_bytes(body)
    assert library([str(tmp_path)]) == 4
    assert "F020" in capsys.readouterr().out
    assert library([str(tmp_path / "nothing.zip")]) == 2
