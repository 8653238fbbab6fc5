"""What a tool says of a flat list it took in: read by the list's own template."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from kakehashi import deliver
from kakehashi.city import Tool
from kakehashi.deliver import Delivery, Dialect, Records
from kakehashi.deliver.list_files import unpacked
from kakehashi.deliver.receipts import Acknowledgement, Delivered, answer
from kakehashi.people.record import Record, Status
from tests.builders import a_known, a_pupil
from tests.unit.cli.test_match import with_readings
from tests.unit.deliver.test_lists import deliver_to

RULES: dict[str, Any] = {
    "dialect": "flat_list",
    "headings": ["個人番号", "氏名", "組"],
    "columns": {"個人番号": "loginName", "氏名": "name", "組": "className"},
}
CITY = [a_known(n) for n in (1, 2, 3)]
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def a_tool(form: dict[str, Any] | None = None, **rules: Any) -> Dialect:
    dialect = deliver.dialect_of(Tool.model_validate(RULES | rules))
    return replace(dialect, lists=(replace(dialect.lists[0], **(form or {})),))


def said(body: bytes, delivery: Delivery, dialect: Dialect, *earlier: Records) -> Acknowledgement:
    files = {file.name: file.body for file in delivery.files}
    if dialect.packed:
        files = unpacked(delivery.files[0].body)
    people = (delivery.records, *earlier)
    return answer([body], dialect.receipt, Delivered([]).with_lists(files, people, dialect.receipt),
                  "")  # fmt: skip


def login(n: int) -> str:
    return a_pupil(n).account.partition("@")[0]


def a_workbook_of(*rows: tuple[str, ...]) -> bytes:
    """As a maker's screen gives it: explanations first, a merged title in 和暦, readings."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["この表は取込の結果です"])
    sheet = book.create_sheet("結果")
    sheet["A1"] = "令和８年１１月２５日 取込結果"
    sheet.merge_cells("A1:E1")
    for number, cells in enumerate(rows, 3):
        for column, cell in enumerate(cells, 1):
            sheet.cell(number, column, cell)
    body = io.BytesIO()
    book.save(body)
    return with_readings(body.getvalue(), "sheet2.xml")


def test_a_workbook_with_the_templates_headings_a_title_readings_and_wide_digits_is_read() -> None:
    tool = a_tool()
    delivery = deliver_to(CITY, tool)
    body = a_workbook_of(
        ("個人番号", "氏名", "登録日", "取込結果", "エラーコード"),
        (login(1), "架橋一郎", "令和8年11月25日", "登録済み", ""),
        (login(2).translate(WIDE), "架橋二郎", "R8.11.25", "エラー", "Ｅ０１２"),
        ("x999", "だれか", "", "エラー", "E013"),
    )
    told = said(body, delivery, tool)
    assert (told.accepted, told.unknown, told.heading) == (1, 1, 3)
    assert [(one.pupil, one.reason) for one in told.refusals] == [(a_pupil(2).id, "E012")]
    receipt, refused = told.findings("keisan", {})
    assert receipt.facts["heading"] == 3
    assert refused.row() == (delivery.files[0].name, None, None, "T021")


@pytest.mark.parametrize("file", ["csv", "xlsx"])
@pytest.mark.parametrize("column", ["ファイル名,", ""])
def test_a_line_of_the_only_list_is_traced_with_its_name_or_without(file: str, column: str) -> None:
    tool = a_tool(file=file)
    delivery = deliver_to(CITY, tool)
    name = f"C:\\\\outbox\\\\{delivery.files[0].name}," if column else ""
    body = f"{column}行,結果\r\n{name}３,NG\r\n".encode("cp932")
    (refusal,) = said(body, delivery, tool).refusals
    assert (refusal.pupil, refusal.line) == (a_pupil(2).id, 3)
    assert refusal.list == delivery.files[0].name.casefold()


def test_a_line_of_one_of_several_lists_is_traced_only_with_its_name() -> None:
    tool = a_tool(most_rows=2)
    delivery = deliver_to(CITY, tool)
    assert len(delivery.files) == 2
    assert said(b"line,result\n2,NG\n", delivery, tool).refusals == ()
    named = f"file,line,result\n{delivery.files[1].name},2,NG\n".encode()
    assert [one.pupil for one in said(named, delivery, tool).refusals] == [a_pupil(3).id]


def test_a_refused_row_of_a_list_of_changes_is_told_again_and_then_no_more() -> None:
    tool = a_tool({"rows": "changed", "pupils": "all"})
    first = deliver_to(CITY, tool)
    held = deliver.taken_back(
        first.records, said(f"個人番号,結果\n{login(2)},NG\n".encode(), first, tool).refusals, None
    )
    again = deliver_to(CITY, tool, held)
    assert again.rows == {"list.csv": 1}
    assert login(2) in again.files[0].body.decode()
    assert deliver_to(CITY, tool, again.records).verdict == "nothing"


def test_lgate_which_refused_to_switch_somebody_off_is_told_again() -> None:
    tool = a_tool(dialect="lgate_users", headings=["username", "enabledUser"], columns={})
    off: list[Record] = [CITY[0], a_known(2, status=Status.SUSPENDED), CITY[2]]
    quiet = deliver_to(CITY, tool)
    switched = deliver_to(off, tool, quiet.records)
    receipt = f"username,result\n{a_pupil(2).account.upper()},NG\n".encode()
    refused = said(receipt, switched, tool, quiet.records).refusals
    held = deliver.taken_back(switched.records, refused, quiet.records)
    assert deliver_to(off, tool, held).files[0].body == switched.files[0].body
    gone = deliver_to([CITY[0], CITY[2]], tool, quiet.records)
    refused = said(receipt, gone, tool, quiet.records).refusals
    held = deliver.taken_back(gone.records, refused, quiet.records)
    assert deliver_to([CITY[0], CITY[2]], tool, held).files[0].body == gone.files[0].body


def test_a_name_that_has_passed_to_another_child_is_that_childs() -> None:
    tool = a_tool()
    before = deliver_to(CITY, tool)
    heir = a_known(4, pupil=a_pupil(4, account=a_pupil(2).account))
    now = deliver_to([CITY[0], CITY[2], heir], tool, before.records)
    told = said(f"個人番号,結果\n{login(2)},NG\n".encode(), now, tool, before.records)
    assert [one.pupil for one in told.refusals] == [a_pupil(4).id]


def test_a_row_of_apples_six_files_is_traced_to_the_pupil() -> None:
    tool = deliver.dialect_of(Tool.model_validate({"dialect": "apple_school_manager"}))
    delivery = deliver_to(CITY, tool)
    body = b"file,line,result\nstudents.csv,3,NG\nrosters.csv,2,NG\nclasses.csv,2,NG\n"
    told = said(body, delivery, tool)
    rosters = unpacked(delivery.files[0].body)["rosters.csv"].decode().splitlines()
    assert [one.pupil for one in told.refusals] == [a_pupil(2).id, rosters[1].split(",")[2]]
    assert told.unknown == 1, "a class is nobody's own"


def test_the_list_beside_a_package_and_the_package_are_both_traced() -> None:
    tool = deliver.dialect_of(Tool.model_validate({"dialect": "mirai_school_platform_licences"}))
    junior = [a_known(n, pupil=a_pupil(n, grade="J1")) for n in (1, 2)]
    delivery = deliver_to(junior, tool)
    package, flat = delivery.files
    both = Delivered([package.body]).with_lists(
        {flat.name: flat.body}, [delivery.records], tool.receipt
    )
    body = f"file,line,result\nusers.csv,2,NG\n{flat.name},3,NG\n".encode()
    told = answer([body], tool.receipt, both, "")
    assert {one.pupil for one in told.refusals} == {a_pupil(1).id, a_pupil(2).id}
    assert [one.list for one in told.refusals] == ["", flat.name]
