"""Flat lists, read back by a reader that knows nothing of the code that wrote them."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from typing import get_args

import openpyxl
import pytest

from kakehashi import deliver
from kakehashi.city.tools import Fact
from kakehashi.deliver import Delivery, Records, load
from kakehashi.deliver.dialect import Dialect, names
from kakehashi.deliver.list_facts import SOURCES, facts_of
from kakehashi.people.record import Record, Status
from tests.builders import a_code, a_known, a_pupil
from tests.unit.deliver.tools import an_order, told

HEADINGS = ("ID", "氏名", "学年", "組", "有効", "転出日", "区分")
COLUMNS = {
    "ID": "username",
    "氏名": "name",
    "学年": {"fact": "grade", "words": {"P3": "小3", "P4": "小4", "J1": "中1"}},
    "組": "className",
    "有効": {"fact": "enabledUser", "words": {"true": "有効", "false": "無効"}},
    "転出日": {"fact": "leftOn", "date": "%Y/%m/%d"},
    "区分": {"text": "児童生徒"},
}


def a_list(name: str = "flat_list", **form: object) -> Dialect:
    """A list by a city's rules; ``rows`` and ``pupils`` are the dialect's own."""
    shipped = load(name).with_list(HEADINGS, COLUMNS)
    return replace(shipped, lists=(replace(shipped.lists[0], **form),))  # type: ignore[arg-type]


def known(n: int, **facts: object) -> Record:
    return a_known(n, pupil=a_pupil(n, **facts))


def deliver_to(
    city: list[Record], dialect: Dialect, before: Records | None = None, **order: object
) -> Delivery:
    made = replace(an_order("flat_list"), dialect=dialect, **order)  # type: ignore[arg-type]
    records = deliver.records_of(
        (k for k in city if deliver.takes(dialect, (), (), k)), dialect,
        deliver.Board.of("082201", "見本市"),
    )  # fmt: skip
    return deliver.build(made, records, before)


def read(body: bytes, encoding: str = "utf-8") -> list[dict[str, str]]:
    text = io.StringIO(body.decode(encoding), newline="")
    return list(csv.DictReader(text, strict=True))


def test_facts_constants_and_words_stand_below_the_headings_of_the_template() -> None:
    delivery = deliver_to([known(1), known(2, grade="J1")], a_list())
    (file,) = delivery.files
    assert file.name == "list_20261124_082201.csv"
    rows = read(file.body)
    assert list(rows[0]) == list(HEADINGS)
    first = next(row for row in rows if row["ID"] == a_pupil(1).account)
    assert list(first.values())[1:] == [
        f"{a_pupil(1).family} {a_pupil(1).given}", "小3", "2組", "有効", "", "児童生徒",
    ]  # fmt: skip
    assert {row["学年"] for row in rows} == {"小3", "中1"}


def test_a_workbook_holds_texts_alone() -> None:
    (file,) = deliver_to([known(1)], a_list(file="xlsx")).files
    assert file.name.endswith(".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(file.body)).active
    assert sheet is not None
    head, line = sheet.iter_rows(values_only=True)
    assert head == HEADINGS
    assert line[2:4] == ("小3", "2組")
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value} == {
        "s"
    }
    assert deliver_to([known(1)], a_list(file="xlsx")).files[0].body == file.body


def test_a_character_that_shift_jis_lacks_is_named_and_holds_that_pupil_alone() -> None:
    sjis = a_list(encoding="cp932")
    delivery = deliver_to(
        [known(1), known(2, family="𠮷田", given="剝"), known(3, family="髙﨑")], sjis
    )
    assert sorted((f.code, f.pupil, f.facts["char"]) for f in delivery.findings) == [
        ("D123", a_pupil(2).id, "U+20BB7"), ("D123", a_pupil(2).id, "U+525D"),
    ]  # fmt: skip
    assert len(read(delivery.files[0].body, "cp932")) == 2
    assert deliver_to([known(2, family="𠮷田")], a_list()).findings == ()


def test_a_grade_without_a_word_holds_the_pupil_and_is_not_written_as_it_is() -> None:
    delivery = deliver_to([known(1), known(2, grade="P6")], a_list())
    assert [(f.code, f.pupil) for f in delivery.findings] == [("D124", a_pupil(2).id)]
    assert {row["学年"] for row in read(delivery.files[0].body)} == {"小3"}


def test_no_file_is_longer_than_the_receiver_takes() -> None:
    delivery = deliver_to([known(n) for n in range(1, 8)], a_list(most_rows=3))
    assert [file.name for file in delivery.files] == [
        f"list_20261124_082201_{n}.csv" for n in (1, 2, 3)
    ]
    told_of = [row["ID"] for file in delivery.files for row in read(file.body)]
    assert sorted(told_of) == [a_pupil(n).account for n in range(1, 8)]


def test_there_is_one_file_a_school_where_wanted() -> None:
    delivery = deliver_to([known(1), known(2, grade="J1")], a_list(), split="school")
    assert {file.name.split("_")[2]: len(read(file.body)) for file in delivery.files} == {
        f"{a_code(1)}.csv": 1, f"{a_code(2, 'C1')}.csv": 1,
    }  # fmt: skip


def test_only_who_changed_stands_on_such_a_list_and_who_left_once_with_the_day() -> None:
    wanted = a_list(rows="changed", pupils="all")
    first = deliver_to([known(1), known(2), known(3)], wanted)
    assert len(read(first.files[0].body)) == 3
    assert deliver_to([known(1), known(2), known(3)], wanted, first.records).verdict == "nothing"
    left = replace(known(2), status=Status.SUSPENDED, suspended_on=date(2026, 11, 20))
    tonight = deliver_to([known(1, class_title="3年5組"), left], wanted, first.records)
    assert [(r["組"], r["有効"], r["転出日"]) for r in read(tonight.files[0].body)] == [
        ("2組", "無効", "2026/11/20"), ("2組", "無効", "2026/11/24"), ("5組", "有効", ""),
    ]  # fmt: skip
    assert deliver_to([known(1, class_title="3年5組"), left], wanted, tonight.records).files == ()


def test_nothing_on_a_list_is_computed_by_a_spreadsheet() -> None:
    delivery = deliver_to([known(1), known(2, family="=cmd|' /C calc'!A0")], a_list())
    assert {f.code for f in delivery.findings} == {"T011"}
    assert len(read(delivery.files[0].body)) == 1


LISTS = [name for name in names() if load(name).lists]


@pytest.mark.parametrize("name", LISTS)
def test_a_shipped_list_knows_what_stands_below_each_heading_or_says_that_it_does_not(
    name: str,
) -> None:
    for flat in load(name).lists:
        assert all(column.fact in {"", *SOURCES} for column in flat.columns.values())
        codes = [finding.code for finding in flat.problems(name)]
        assert (flat.template and codes == ["D120"]) or name == "google_admin" or codes == []


def test_every_fact_that_a_city_may_name_is_there() -> None:
    assert set(get_args(Fact.__value__ if hasattr(Fact, "__value__") else Fact)) == set(SOURCES)
    records = told([known(1)], "flat_list")
    (one,) = facts_of(records, "pupils")
    blank = {"leftOn", "teacherId"}
    assert {fact for fact in SOURCES if not one[fact]} == blank


def test_googles_list_waits_for_what_the_city_says_of_password_and_unit() -> None:
    bare = [(f.code, f.place.column) for f in load("google_admin").lists[0].problems("g")]
    assert bare == [("D121", "Password [Required]"), ("D121", "Org Unit Path [Required]")]
    given = {"Password [Required]": {"text": ""}, "Org Unit Path [Required]": {"text": "/児童生徒"}}
    blank = load("google_admin").with_list((), given)
    assert [f.code for f in blank.lists[0].problems("g")] == ["D122"]
    given["Password [Required]"] = {"text": "****"}
    off = replace(known(1), status=Status.SUSPENDED)
    delivery = deliver_to([off, known(2)], load("google_admin").with_list((), given))
    (row,) = read(delivery.files[0].body)
    assert (row["Email Address [Required]"], row["New Status [UPLOAD ONLY]"]) == (
        a_pupil(1).account, "SUSPENDED",
    )  # fmt: skip


def test_apple_gets_six_files_that_refer_to_each_other() -> None:
    off = replace(known(4), status=Status.SUSPENDED)
    delivery = deliver_to([known(1), known(2, grade="J1"), off], load("apple_school_manager"))
    (packed,) = delivery.files
    with zipfile.ZipFile(io.BytesIO(packed.body)) as archive:
        raw = {name: archive.read(name) for name in archive.namelist()}
    six = ("classes", "courses", "locations", "rosters", "staff", "students")
    assert sorted(raw) == [f"{name}.csv" for name in six]
    assert not any(b"\r" in body or body.startswith(b"\xef\xbb\xbf") for body in raw.values())
    files = {name.removesuffix(".csv"): read(body) for name, body in raw.items()}
    ids = {name: {row[column] for row in files[name]} for name, column in
           (("students", "person_id"), ("courses", "course_id"), ("classes", "class_id"),
            ("locations", "location_id"))}  # fmt: skip
    assert ids["students"] == {a_pupil(1).id, a_pupil(2).id}
    assert {row["student_id"] for row in files["rosters"]} == ids["students"]
    assert {row["class_id"] for row in files["rosters"]} == ids["classes"]
    assert {row["course_id"] for row in files["classes"]} <= ids["courses"]
    assert {row["location_id"] for row in files["students"]} <= ids["locations"]
    assert {row["grade_level"] for row in files["students"]} == {"3", "7"}
    assert packed.rows["students.csv"] == 2


def test_the_class_csv_of_lgate_names_year_grade_school_and_class() -> None:
    city = [known(1), known(2, class_title="なかよし1", class_grades=("P1", "P3"))]
    rows = read(deliver_to(city, load("lgate_classes")).files[0].body)
    assert sorted(tuple(row.values()) for row in rows) == sorted([
        ("2026年度", "P3", a_pupil(1).school_name, "3年2組"),
        ("2026年度", "zz", a_pupil(1).school_name, "なかよし1"),
    ])  # fmt: skip


@pytest.mark.parametrize("name", ["tsubasa_book_licences", "mirai_school_platform_licences"])
def test_a_list_whose_headings_are_ours_says_so_in_its_name(name: str) -> None:
    assert load(name).unconfirmed
    assert load(name).lists[0].name == "licences_unconfirmed"
