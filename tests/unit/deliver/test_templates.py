"""Templates as a clerk might give them: odd heading rows, and columns that must not be filled."""

from __future__ import annotations

from typing import Any

import pytest

from kakehashi import deliver
from kakehashi.city import Tool
from kakehashi.deliver import load
from kakehashi.deliver.dialect import names
from kakehashi.deliver.lists import folded
from tests.builders import a_known, a_pupil
from tests.unit.deliver.test_lists import deliver_to


def faults(headings: list[str], columns: dict[str, Any], **form: Any) -> list[tuple[str, str]]:
    """(code, heading) of why such a list is not written, in every case a delivery of nothing."""
    rules = {"dialect": "flat_list", "headings": headings, "columns": columns, **form}
    dialect = deliver.dialect_of(Tool.model_validate(rules))
    delivery = deliver_to([a_known(1)], dialect)
    if delivery.findings:
        assert (delivery.verdict, delivery.files) == ("refused", ())
    return [(one.code, one.place.column or "") for one in delivery.findings]


@pytest.mark.parametrize("again", ["氏名", "氏　名", "氏名(必須)", "氏名※1"])
def test_a_heading_that_stands_there_twice_is_refused_however_it_is_spelt(again: str) -> None:
    told = faults(["ID", "氏名", again], {"ID": "username", "氏名": "name"})
    assert told == [("D129", "氏名"), ("D129", again)]


def test_columns_that_stay_blank_may_have_one_name() -> None:
    assert faults(["ID", "予備", "予備"], {"ID": "username", "予備": {"text": ""}}) == []


def test_a_column_without_a_heading_is_named_by_its_place_until_the_city_leaves_it_blank() -> None:
    assert faults(["ID", "", "氏名"], {"ID": "username", "氏名": "name"}) == [("D121", "2 列目")]
    assert (
        faults(["ID", "", "", "氏名"], {"ID": "username", "氏名": "name", "": {"text": ""}}) == []
    )


PASSWORDS = ["パスワード", "初期パスワード(必須)", "Password", "PASSWORD [Required]", "暗証番号",
             "初期パスワード(要変更)", "変更後パスワード", "パスワード(有効期限なし)", "PW",
             "初期PW"]  # fmt: skip


@pytest.mark.parametrize("heading", PASSWORDS)
@pytest.mark.parametrize("told", ["username", "attendanceNumber", {"text": "Asagao2026"}])
def test_no_rule_of_a_city_makes_a_list_hold_a_password(heading: str, told: object) -> None:
    assert faults(["ID", heading], {"ID": "username", heading: told}) == [("D130", heading)]


@pytest.mark.parametrize("heading", ["パスワード", "Password"])
@pytest.mark.parametrize("told", [{"text": ""}, {"text": "****"}])
def test_a_blank_one_and_the_makers_mask_stay(heading: str, told: object) -> None:
    assert faults(["ID", heading], {"ID": "username", heading: told}) == []


@pytest.mark.parametrize(
    "heading", ["パスワード(必須)", "Password [Required]", "必須:初期パスワード"]
)
def test_a_password_that_is_demanded_is_refused_with_that_sentence(heading: str) -> None:
    assert faults(["ID", heading], {"ID": "username", heading: {"text": ""}}) == [("D122", heading)]


def test_what_is_about_a_password_and_none_itself_may_be_filled() -> None:
    columns: dict[str, Any] = {"ID": "username"}
    columns |= {h: {"text": "TRUE"} for h in ("Change Password at Next Sign-In", "パスワード変更")}
    columns |= {"password_policy": {"text": "8"}, "次回のパスワード変更": {"text": "する"}}
    assert faults(list(columns), columns) == []


@pytest.mark.parametrize(
    ("headings", "columns", "column"),
    [
        (["ID✔"], {"ID✔": "username"}, "ID✔"),
        (["ID", "区分"], {"ID": "username", "区分": {"text": "𠮷"}}, "区分"),
        (
            ["ID", "状態"],
            {
                "ID": "username",
                "状態": {"fact": "enabledUser", "words": {"true": "✔", "false": ""}},
            },
            "状態",
        ),
        (["ID", "備考"], {"ID": "username", "備考": {"fact": "leftOn", "blank": "❌"}}, "備考"),
        (["ID", "日"], {"ID": "username", "日": {"fact": "leftOn", "date": "%Y✔%m"}}, "日"),
    ],
)
def test_what_the_rules_themselves_cannot_say_in_shift_jis_is_refused_by_its_column(
    headings: list[str], columns: dict[str, Any], column: str
) -> None:
    assert faults(headings, columns, encoding="cp932") == [("D131", column)]
    assert faults(headings, columns) == []


def test_a_template_in_shift_jis_is_written_as_it_came() -> None:
    rules = {"dialect": "flat_list", "headings": ["ＩＤ", "氏名～", "①"], "encoding": "cp932",
             "columns": {"ID": "username", "氏名～": "name", "①": {"text": ""}}}  # fmt: skip
    (file,) = deliver_to([a_known(1)], deliver.dialect_of(Tool.model_validate(rules))).files
    head, line = file.body.decode("cp932").splitlines()
    assert head == '"ＩＤ","氏名～","①"'
    assert line == f'"{a_pupil(1).account}","{a_pupil(1).family} {a_pupil(1).given}",""'


def test_no_shipped_list_writes_a_password_or_knows_one_heading_twice() -> None:
    for name in (name for name in names() if load(name).lists):
        for flat in load(name).lists:
            told = {finding.code for finding in flat.problems(name)}
            assert not told & {"D122", "D128", "D129", "D130", "D131"}, name
            assert len({folded(one) for one in flat.headings}) == len(flat.headings)
