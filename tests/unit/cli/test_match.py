"""`kakehashi match`: a tool's list of users against a drop, without any stack."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.diff.sheets import UnreadableWorkbook
from kakehashi_console.cli import main
from kakehashi_console.tool_list import Columns, User, compare, read_users
from tests import builders
from tests.builders import TODAY, a_drop, a_pupil
from tests.decisions import a_csv, a_workbook

RULES = f"""\
{builders.RULES}\
[tools.lgate]
dialect = "lgate"
[tools.own]
dialect = "flat_list"
headings = ["個人番号", "児童生徒の名前"]
columns = {{ "個人番号" = "loginName", "児童生徒の名前" = "name" }}
[tools.upper]
dialect = "lgate"
grades = ["P6"]
"""
ONE, TWO, THREE, OUT = (a_pupil(n) for n in (1, 2, 3, 90))
MOVED = "00000000-0000-4000-8000-00000000abcd"
HEADING = ("氏名", "メールアドレス")
LIST = [
    (f"{ONE.family}{ONE.given}", ONE.account.upper()),
    ("別 人", TWO.account),
    (f"{OUT.family} {OUT.given}", OUT.account),
    (f"{ONE.family} {ONE.given}", ONE.account),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "city.toml").write_text(RULES, encoding="utf-8")
    (tmp_path / "drop.zip").write_bytes(a_drop(3).zip())
    return tmp_path


def users_of(body: bytes) -> Sequence[User]:
    return read_users(body, Columns()).users


def match(folder: Path, body: bytes, *options: str, tool: str = "lgate") -> Result:
    (folder / "users.csv").write_bytes(body)
    command = ["match", tool, str(folder / "users.csv"), "--city", str(folder / "city.toml"),
               "--drop", str(folder / "drop.zip"), "--as-of", str(TODAY), *options]  # fmt: skip
    return CliRunner().invoke(main, command)


def sheets(folder: Path, name: str = "users-match.xlsx") -> dict[str, list[Sequence[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO((folder / name).read_bytes()))
    return {s.title: list(s.iter_rows(min_row=2, values_only=True)) for s in book.worksheets}


@pytest.mark.parametrize("codec", ["utf-8-sig", "cp932"])
def test_three_lists_come_of_a_comparison_and_the_screen_tells_numbers_only(
    folder: Path, codec: str
) -> None:
    told = match(folder, a_csv(LIST, heading=HEADING, codec=codec))
    assert told.exit_code == 0, told.output
    found = sheets(folder)
    assert [row[0] for row in found["氏名がちがう"]] == [TWO.id]
    assert [row[0] for row in found["名簿だけ"]] == [THREE.id]
    assert [row[:2] for row in found["ツールだけ"]] == [(4, OUT.account)]
    assert [row[6] for row in found["二重"]] == [5]
    assert "一致 agree: 1" in told.output
    words = [w for p in (ONE, TWO, THREE, OUT) for w in (p.account, p.family + p.given, p.family)]
    assert not [word for word in [*words, "別 人"] if word in told.output]


def test_names_are_told_on_the_screen_when_asked_for(folder: Path) -> None:
    told = match(folder, a_csv(LIST, heading=HEADING), "--names")
    assert f"{THREE.family} {THREE.given}" in told.output


def test_any_heading_may_tell_who_is_who(folder: Path) -> None:
    body = a_csv([(ONE.id.upper(), "x")], heading=("番号", "なにか"))
    refused = match(folder, body)
    assert refused.exit_code == 2
    assert "--id-column" in refused.stderr
    assert (
        match(folder, body, "--id-column", "番号", "--xlsx", str(folder / "o.xlsx")).exit_code == 0
    )
    assert [row[0] for row in sheets(folder, "o.xlsx")["名簿だけ"]] == [TWO.id, THREE.id]


def test_a_tool_for_some_grades_is_compared_with_those_only(folder: Path) -> None:
    assert match(folder, a_csv(LIST, heading=HEADING), tool="upper").exit_code == 0
    assert sheets(folder)["名簿だけ"] == []


def test_what_cannot_be_compared_ends_with_one_sentence(folder: Path) -> None:
    assert "lgate" in match(folder, a_csv(LIST, heading=HEADING), tool="nobody").stderr
    assert match(folder, b"").exit_code == 2
    (folder / "drop.zip").write_bytes(b"PK")
    assert "kakehashi check" in match(folder, a_csv(LIST, heading=HEADING)).stderr


# -- the comparison itself -------------------------------------------------------------------------


def test_a_user_is_known_by_id_by_account_or_by_what_stands_before_the_at() -> None:
    rows = [(ONE.id, "", ""), ("", TWO.account, ""), ("", THREE.account.partition("@")[0], "")]
    heading = ("sourcedId", "username", "familyName")
    users = users_of(a_workbook({"users": [heading, *rows]}))
    assert compare([ONE, TWO, THREE], users).counts() == {
        "same": 3, "renamed": 0, "not_in_tool": 0, "not_in_roster": 0, "twice": 0, "held": 0,
    }  # fmt: skip


def test_nobody_is_matched_by_name() -> None:
    users = users_of(a_csv([(f"{ONE.family}{ONE.given}", "")], heading=HEADING))
    found = compare([ONE], users)
    assert (found.not_in_tool, len(found.not_in_roster)) == ((ONE,), 1)


def test_whoever_is_held_tonight_is_not_a_stranger() -> None:
    users = users_of(a_csv([("x", ONE.account)], heading=HEADING))
    found = compare([], users, frozenset({ONE.account}))
    assert (found.held, found.not_in_roster) == (1, ())


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_refused(junk: bytes) -> None:
    with suppress(UnreadableWorkbook):
        compare([ONE], users_of(b"username\r\n" + junk))


@given(st.lists(st.sampled_from([ONE, TWO, THREE, OUT]), max_size=8))
def test_every_user_and_every_pupil_is_told_once(present: list[Any]) -> None:
    users = users_of(a_csv([("", p.account) for p in present], heading=HEADING))
    counts = compare([ONE, TWO, THREE], users).counts()
    told = counts["same"] + counts["renamed"]
    assert told + counts["twice"] + counts["not_in_roster"] == len(users)
    assert told + counts["not_in_tool"] == 3


def test_a_pupil_is_found_by_the_id_that_tools_have_known_first() -> None:
    moved, users = replace(ONE, id=MOVED), users_of(f"sourcedId\n{ONE.id}\n".encode())
    assert compare([moved], users).counts()["not_in_roster"] == 1
    found = compare([moved], users, told={MOVED: ONE.id})
    assert (found.same, found.not_in_tool) == (1, ())


def test_an_id_of_two_pupils_says_nothing_and_the_account_decides() -> None:
    """Tools know the one by the id that the roster has given to the other."""
    moved, stranger = replace(ONE, id=MOVED), replace(TWO, id=ONE.id)
    told = {MOVED: ONE.id, ONE.id: TWO.id}
    rows = f"sourcedId,username\n{ONE.id},{ONE.account}\n{ONE.id},nobody\n".encode()
    found = compare([moved, stranger], users_of(rows), told=told)
    assert (found.same, found.not_in_tool, len(found.not_in_roster)) == (1, (stranger,), 1)


# -- lists as makers export them -------------------------------------------------------------------


def test_the_headings_of_the_tools_own_list_tell_who_is_who(folder: Path) -> None:
    rows = [(p.account.partition("@")[0], f"{p.family} {p.given}") for p in (ONE, TWO)]
    told = match(folder, a_csv(rows, heading=("個人番号", "児童生徒の名前")), tool="own")
    assert told.exit_code == 0, told.output
    assert "一致 agree: 2" in told.output
    assert "見出し headings: 1 行目 row 1 (個人番号、児童生徒の名前)" in told.output


def test_a_workbook_with_a_merged_title_furigana_and_wide_digits_is_read_and_so_told(
    folder: Path,
) -> None:
    digits = str.maketrans("0123456789", "０１２３４５６７８９")
    wide = TWO.account.partition("@")[0].translate(digits)
    told = match(folder, a_school_list([(ONE.account, ONE), (wide, TWO)]))
    assert told.exit_code == 0, told.output
    assert "一致 agree: 2" in told.output
    assert "見出し headings: 4 行目 row 4 (ユーザー名、氏名)" in told.output


def a_school_list(rows: Sequence[tuple[str, Any]]) -> bytes:
    """As a school keeps it: 令和 in a merged title, a blank row, readings above the names."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"] = "令和８年度 児童名簿"
    sheet.merge_cells("A1:C1")
    sheet["C2"] = "令和8年11月24日現在"
    for column, heading in enumerate(("番号", "ユーザー名", "氏名"), 1):
        sheet.cell(4, column, heading)
    for number, (account, pupil) in enumerate(rows, 1):
        for column, cell in enumerate((str(number), account, pupil.family + pupil.given), 1):
            sheet.cell(4 + number, column, cell)
    body = io.BytesIO()
    book.save(body)
    return with_readings(body.getvalue())


def with_readings(body: bytes, sheet: str = "sheet1.xml") -> bytes:
    """Excel keeps the reading of a name that was typed beside its text (rPh)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith(sheet):
                reading = '</t><rPh sb="0" eb="2"><t>ヨミ</t></rPh></is>'
                part = part.decode().replace("</t></is>", reading).encode()
                assert "ヨミ".encode() in part
            new.writestr(name, part)
    return out.getvalue()
