"""The licence list of a digital textbook: who may open it tomorrow, in the columns it wants."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from kakehashi.people.record import Record, Status
from tests.builders import a_known, a_pupil
from tests.unit.deliver.tools import deliver_to, told

LIST = "tsubasa_book_licences"


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True))


def known(n: int, **facts: object) -> Record:
    return a_known(n, pupil=a_pupil(n, **facts))


def test_the_list_goes_out_instead_of_the_zip_or_beside_it() -> None:
    city = [known(1), known(2, grade="J1")]
    assert [f.name for f in deliver_to(LIST, city).files] == [
        "licences_unconfirmed_20261124_082201.csv"
    ]
    both = deliver_to("mirai_school_platform_licences", city)
    assert [f.name for f in both.files] == [
        "RO_20261124_082201.zip", "licences_unconfirmed_20261124_082201.csv",
    ]  # fmt: skip
    assert (both.rows["licences_unconfirmed.csv"], both.rows["users.csv"]) == (1, 1)


def test_a_suspended_pupil_has_no_licence() -> None:
    city = [known(1), replace(known(2), status=Status.SUSPENDED)]
    (listed,) = deliver_to(LIST, city).files
    assert [row["ID"] for row in rows(listed.body)] == [a_pupil(1).id]


def test_it_is_ordered_as_a_school_reads_it() -> None:
    city = [known(12), known(3), known(1, class_title="3年1組", attendance_no=9)]
    (listed,) = deliver_to(LIST, city).files
    assert [(row["組"], row["番号"]) for row in rows(listed.body)] == [
        ("3年1組", "9"), ("3年2組", "3"), ("3年2組", "12"),
    ]  # fmt: skip


def test_a_pupil_without_a_class_is_listed_all_the_same() -> None:
    before = told([known(1)], LIST)
    (listed,) = deliver_to(LIST, [known(1), known(2)], before).files
    assert {row["学校名"] for row in rows(listed.body)} == {"見本市立第1小学校"}


def test_whom_pre_flight_holds_stays_on_the_list_as_yesterday() -> None:
    before = told([known(1, family="旧姓")], LIST)
    for family in ("ﾊﾝｶｸ", "=cmd|' /C calc'!A0", "@SUM(1)"):
        tonight = deliver_to(LIST, [known(1, family=family), known(2)], before)
        assert {f.code for f in tonight.findings} == {"T011"}
        assert {row["姓"] for row in rows(tonight.files[0].body)} == {"旧姓", a_pupil(2).family}


def test_the_same_records_make_the_same_bytes() -> None:
    city = [known(n) for n in (3, 1, 2)]
    once, again = (deliver_to(LIST, some).files for some in (city, city[::-1]))
    assert once == again
