from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl

from kakehashi.catalogue import provision as rules
from kakehashi.guide import Guide
from kakehashi.report.drift import Comparison, drift_html, drift_line, drift_summary, drift_xlsx
from kakehashi.stored import written
from tests.builders import a_code, an_id

DAY, PLACE = date(2026, 11, 28), "s3://runs/demo/drift/2026-11-28/"
ONE, TWO = a_code(1), a_code(2)


def a_comparison() -> Comparison:
    found = (
        rules.DRIFT_MISSING.at(pupil=an_id("a"), school=TWO),
        rules.DRIFT_CHANGED.at(pupil=an_id("b"), school=ONE, fields="department"),
        rules.DRIFT_MISSING.at(pupil=an_id("c"), school=TWO),
        rules.DRIFT_FOREIGN.at(pupil=an_id("d")),
    )
    return Comparison("demo", "見本市", DAY, PLACE, 5, found, {ONE: "見本第一", TWO: "<見本第二>"})


def test_the_page_tells_in_japanese_first_what_differs_and_that_nothing_was_changed() -> None:
    page = drift_html(a_comparison())
    assert '<html lang="ja">' in page
    for words in (
        "何も変更していません",
        'M041 2<span class="ja" lang="ja"> 件',
        "department",
        "&lt;見本第二&gt;",
        PLACE,
    ):
        assert words in page
    assert not [word for word in ("http://", "https://", "src=") if word in page], "self-contained"


def test_a_city_without_drift_is_told_so() -> None:
    page = drift_html(Comparison("demo", "見本市", DAY, PLACE, 5))
    assert "記録のとおりです" in page
    assert "学校ごと" not in page


def test_the_workbook_has_a_row_for_each_finding_with_its_pupil() -> None:
    (sheet,) = openpyxl.load_workbook(io.BytesIO(drift_xlsx(a_comparison()))).worksheets
    head, *rows = sheet.iter_rows(values_only=True)
    assert head[:2] == ("userMasterIdentifier", "番号")
    assert {row[0] for row in rows} == {an_id(name) for name in "abcd"}
    assert all(row[4] and row[5] for row in rows)


def test_the_mail_names_counts_and_the_page_and_nobody() -> None:
    line = drift_line(a_comparison())
    assert "M040 1 件、M041 2 件、M042 1 件" in line
    assert line.splitlines()[1] == PLACE + "drift.html"
    assert an_id("a") not in line


def test_mail_and_page_lead_to_the_staff_page_where_there_is_one() -> None:
    ours = replace(a_comparison(), guide=Guide(staff="https://staff.example"))
    assert drift_line(ours).splitlines()[1] == "https://staff.example/operate?city=demo"
    assert 'href="https://staff.example/operate?city=demo"' in drift_html(ours)
    assert "職員の頁" not in drift_html(a_comparison())


def test_the_summary_says_where_page_and_workbook_are() -> None:
    told = drift_summary(a_comparison())
    assert told.findings == {"M040": 1, "M041": 2, "M042": 1}
    assert written(told.paths) == {"page": PLACE + "drift.html", "workbook": PLACE + "drift.xlsx"}
