"""`kakehashi check` as a person or a script calls it."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from kakehashi.findings import Effect, Finding, Place
from kakehashi.report.workbook import findings_xlsx
from kakehashi_console.cli import main
from kakehashi_console.cli.check import COUNTED
from tests import builders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "city.toml").write_text(builders.RULES, encoding="utf-8")
    return tmp_path


def a_zip(folder: Path, drop: builders.Drop) -> Path:
    path = folder / "drop.zip"
    path.write_bytes(drop.zip())
    return path


def check(folder: Path, drop: Path, *options: str, as_of: str = "2026-11-24") -> Result:
    command = ["check", str(drop), "--city", str(folder / "city.toml"), "--as-of", as_of, *options]
    return CliRunner().invoke(main, command)


def with_a_missing_class() -> builders.Drop:
    drop = builders.a_drop(6, schools=2)
    drop.rows["classes.csv"].pop(0)
    drop.rows["users.csv"][1]["enabledUser"] = "perhaps"
    return drop


def test_a_clean_drop_ends_with_zero_and_its_counts(folder: Path) -> None:
    told = check(folder, a_zip(folder, builders.a_drop(3)))
    assert told.exit_code == 0, told.output
    assert "pupils: 3" in told.output


def test_a_refused_drop_ends_with_four(folder: Path) -> None:
    drop = builders.a_drop(3)
    drop.rows["users.csv"].clear()
    told = check(folder, a_zip(folder, drop))
    assert (told.exit_code, "F03" in told.output) == (4, True)
    assert told.output.splitlines()[-1].startswith("この投入は受け付けられません。")


def test_everything_that_is_counted_has_a_name_in_japanese(folder: Path) -> None:
    counts = json.loads(check(folder, a_zip(folder, builders.a_drop(1)), "--json").output)["counts"]
    assert counts.keys() == COUNTED.keys()
    assert "児童生徒 / pupils: 1" in check(folder, a_zip(folder, builders.a_drop(1))).output


def test_passwords_are_checked_by_line_and_never_shown(folder: Path) -> None:
    one, two = (builders.a_pupil(n).account for n in (1, 2))
    rows = (
        f"初期パスワード,アカウント\nSakura-2026,{one}\nkantan99,{two}\nMomiji-2026,nobody@x.jp\n"
    )
    file = folder / "first.csv"
    file.write_bytes(rows.encode("cp932"))
    drop = a_zip(folder, builders.a_drop(2))
    told = check(folder, drop, "--passwords", str(file))
    assert told.exit_code == 0, told.output
    assert "first.csv initialPassword 3 行目" in told.output
    assert "first.csv 4 行目" in told.output
    assert not any(secret in told.output for secret in ("Sakura-2026", "kantan99", "Momiji-2026"))
    assert "first.csv" not in check(folder, drop).output


def test_root_causes_come_before_other_findings_of_the_same_effect(folder: Path) -> None:
    told = check(folder, a_zip(folder, with_a_missing_class()))
    order = [line.split()[0] for line in told.output.splitlines() if line[:1] in set("RX")]
    assert order[:2] == ["X001", "R006"]
    assert "生じたもの 6 件" in told.output


def test_lines_that_follow_each_other_are_written_as_a_span(folder: Path) -> None:
    drop = builders.a_drop(6)
    for n in (0, 1, 2, 5):
        drop.rows["users.csv"][n]["enabledUser"] = "perhaps"
    assert "users.csv enabledUser 2–4, 7 行目" in check(folder, a_zip(folder, drop)).output


def test_loose_files_are_checked_like_a_zip(folder: Path) -> None:
    loose = folder / "loose"
    loose.mkdir()
    for name, body in with_a_missing_class().files().items():
        (loose / name).write_bytes(body)
    one = check(folder, loose, "--json").output
    assert one == check(folder, a_zip(folder, with_a_missing_class()), "--json").output


def test_json_holds_counts_and_findings(folder: Path) -> None:
    told = json.loads(check(folder, a_zip(folder, with_a_missing_class()), "--json").output)
    assert told["counts"]["pupils"] == 6
    (missing,) = [Finding.from_json(f) for f in told["findings"] if f["code"] == "X001"]
    assert (missing.place.line, missing.children) == (2, 6)


def test_as_of_decides_whose_year_is_over(folder: Path) -> None:
    drop = a_zip(folder, builders.a_drop(1))
    assert check(folder, drop, as_of="2027-04-01").exit_code == 4
    assert check(folder, drop, as_of="2027-03-31").exit_code == 0


def test_the_workbook_tells_what_the_command_tells(folder: Path) -> None:
    path = folder / "findings.xlsx"
    check(folder, a_zip(folder, with_a_missing_class()), "--xlsx", str(path))
    (sheet,) = openpyxl.load_workbook(path).worksheets
    head, *rows = sheet.iter_rows(values_only=True)
    assert head[:5] == ("番号", "効果", "ファイル", "行", "列")
    assert {row[0] for row in rows} == {"X001", "R006", "R052"}
    assert all(row[head.index("すること")] for row in rows)


def test_nothing_in_the_workbook_is_a_formula() -> None:
    evil = '=HYPERLINK("http://x.example","1")'
    finding = Finding("R003", Effect.NOTE, Place(evil, 2, "@SUM(1)"), pupil="+1", school="-1+1")
    (sheet,) = openpyxl.load_workbook(
        io.BytesIO(findings_xlsx([finding], date(2026, 11, 24)))
    ).worksheets
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert sheet["C2"].value == evil
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_bad_use_is_one_sentence_and_status_two(folder: Path) -> None:
    told = check(folder, folder / "nothing.zip")
    assert (told.exit_code, "Traceback" in told.output) == (2, False)
