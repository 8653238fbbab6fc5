"""`kakehashi headings`: a template's heading row, as a line of the city's rules."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kakehashi.city import BadCity
from kakehashi.edges.rules_files import must_name_what_exists
from kakehashi_console.cli import main
from tests.builders import a_city
from tests.decisions import a_csv, a_workbook

HEADINGS = ("username", "password", "enabledUser", "isLocal", "schoolName", "学年")


def headings(folder: Path, body: bytes, *options: str) -> Result:
    (folder / "template").write_bytes(body)
    return CliRunner().invoke(main, ["headings", str(folder / "template"), *options])


@pytest.mark.parametrize("codec", ["utf-8-sig", "cp932"])
def test_the_line_can_be_pasted_and_what_nobody_knows_is_named(tmp_path: Path, codec: str) -> None:
    told = headings(tmp_path, a_csv([], heading=HEADINGS, codec=codec), "--dialect", "lgate_users")
    assert told.exit_code == 0, told.output
    place, line, problem = told.output.splitlines()
    assert place == "# 1 行目 / row 1"
    assert tomllib.loads(line) == {"headings": list(HEADINGS)}
    assert problem.startswith("D121 学年:")


def test_a_merged_title_above_is_not_taken_for_it(tmp_path: Path) -> None:
    book = a_workbook({"一括登録": [("利用者一括登録 令和8年度",), (), HEADINGS, ("例",)]})
    assert "row 3" in headings(tmp_path, book, "--dialect", "lgate_users").output
    assert "row 1" in headings(tmp_path, book, "--row", "1").output


def test_of_two_rows_that_look_like_headings_the_one_that_is_known_is_taken_and_so_told(
    tmp_path: Path,
) -> None:
    book = a_workbook({"一括登録": [("基本", "", "", "", "学校", "学籍"), HEADINGS, ("必須",) * 6]})
    told = headings(tmp_path, book, "--dialect", "lgate_users").output.splitlines()
    assert told[0] == "# 2 行目 / row 2"
    assert "見出しらしい行があります: 1 行目" in told[1]
    assert 'headings = ["基本"' in headings(tmp_path, book, "--row", "1").output


def test_a_sheet_of_explanations_before_it_is_passed_over(tmp_path: Path) -> None:
    book = a_workbook({
        "説明": [("書き方", "学年は", "半角で", "書きます", "必ず", "全員を", "一行で")],
        "登録": [HEADINGS],
    })  # fmt: skip
    told = headings(tmp_path, book, "--dialect", "lgate_users").output
    assert "# シート 2 の 1 行目 / row 1" in told
    assert "# 1 行目 / row 1" in headings(tmp_path, book).output, "where no heading is known"


def test_what_is_no_template_ends_with_one_sentence(tmp_path: Path) -> None:
    assert headings(tmp_path, b"PK", "--dialect", "lgate_users").exit_code == 2
    assert headings(tmp_path, a_csv([], heading=HEADINGS), "--dialect", "lgate").exit_code == 2
    assert headings(tmp_path, a_csv([], heading=HEADINGS), "--dialect", "x").exit_code == 2


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, "D120"),
        ({"headings": ["username", "学年"]}, "D121 学年"),
        ({"headings": ["username", "password(必須)"]}, "D122 password(必須)"),
    ],
)
def test_rules_whose_list_could_not_be_written_are_refused_when_they_are_put(
    rules: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadCity, match=re.escape(said)):
        must_name_what_exists(a_city(tools={"users": {"dialect": "lgate_users", **rules}}))
    known = {"headings": ["username"], "dialect": "lgate_users"}
    must_name_what_exists(a_city(tools={"users": known}))
