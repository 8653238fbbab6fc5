import json
import re
from datetime import date

import pytest

from kakehashi import city, receive

ORDERS = (receive.Sync, receive.Rerun, receive.Rehearse, receive.Apply, receive.Deliver,
          receive.Undo)  # fmt: skip

MINIMAL = 'name = "見本市"\nboard_code = "082201"\ndomain = "ed.example.jp"\n'


def test_a_file_with_three_keys_is_a_city_with_every_default() -> None:
    rules = city.parse(MINIMAL)
    assert rules.limits.city.gone == city.Limit(share=0.005, number=120, floor=3)
    assert rules.m365.mark == "extensionAttribute1"
    assert [rule.grades for rule in rules.class_titles] == [("J1",), ("J2",), ("J3",)]
    assert len(rules.sha256) == 64


@pytest.mark.parametrize(
    ("extra", "where"),
    [
        ('colour = "red"', "colour"),
        ('[names]\ndisplay = "{nickname}"', "names.display"),
        ('[m365]\nmark = "extensionAttribute16"', "m365.mark"),
        ('[effects]\nF001 = "note"', "effects"),
        ('[effects]\nS001 = "note"', "effects"),
        ('[effects]\nN002 = "ignore"', "effects.N002"),
        ("[limits.city]\ngone = { share = 2, number = 1 }", "limits.city.gone.share"),
        (
            "[[class_titles]]\ngrades = ['J1']\nmatch = '^1年'\nreplace = '7年'\n"
            "example = { before = '1年3組', after = '8年3組' }",
            "class_titles.0",
        ),
        ("[[class_titles]]\ngrades = ['J1']\nmatch = '('\nreplace = ''", "class_titles.0.match"),
        ('[staff]\naccount = "{family}"', "staff.account"),
        ('[staff]\naccount = "teacher"', "staff.account"),
        ('[staff]\nsources = ["list", "list"]\nowner = { names = "roster" }', "staff"),
        ('[staff]\nlicences = [{ sku = "M365EDU_A3_STUDENT", by = "user" }]', "staff.licences"),
        ('[staff]\ngroups = ["class"]\nowners = ["school"]', "staff"),
        (
            '[tools.x]\ndialect = "flat_list"\ncolumns = { a = { fact = "name", text = "b" } }',
            "tools.x.columns.a",
        ),
        (
            '[lti.x]\nname = "x"\nlogin_url = "https://x.example/l"\nredirect_uris = '
            '["https://x.example/r"]\ntarget_link_uri = "https://x.example/t"\n'
            "memberships = true",
            "lti.x",
        ),
        (
            '[lti.x]\nname = "x"\nlogin_url = "http://x.example/l"\nredirect_uris = '
            '["https://x.example/r"]\ntarget_link_uri = "https://x.example/t"',
            "lti.x.login_url",
        ),
    ],
)
def test_a_slip_in_the_rules_is_an_error_that_names_its_key(extra: str, where: str) -> None:
    with pytest.raises(city.BadCity) as caught:
        city.parse(MINIMAL + extra)
    assert any(problem.startswith(where) for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("extra", "where"),
    [
        ('[calendar]\nrollover = { until = "04-１５" }', "calendar.rollover.until"),
        ('[calendar]\nrollover = { until = "13-99" }', "calendar.rollover.until"),
        ('[calendar]\nrollover = { until = "04-31" }', "calendar.rollover.until"),
        ('[calendar]\nrollover = { from = "3-25" }', "calendar.rollover.from"),
        ('[calendar]\nrollover = { from = "03-25\\n" }', "calendar.rollover.from"),
        ('[calendar]\nrollover = { from = "04-16" }', "calendar.rollover"),
        ('[[unified_schools]]\nmext_code = "C20822200001３"\nname = "x"', "unified_schools.0"),
        ('[[school_aliases]]\nold = "C２08222000013"\nnew = "C208222000013"', "school_aliases.0"),
        ('[tools.lgate]\ndialect = "lgate"\nschools = ["B10820000000١"]', "tools.lgate.schools"),
        ('[effects]\nN００2 = "note"', "TOML"),
        ('[effects]\n"N００2" = "note"', "effects.N００2"),
        ("[savings]\ntransfer = inf", "savings.transfer"),
        ("[limits.city]\ngone = { share = nan, number = 1 }", "limits.city.gone.share"),
    ],
)
def test_a_date_is_a_date_and_a_digit_is_ascii(extra: str, where: str) -> None:
    with pytest.raises(city.BadCity) as caught:
        city.parse(MINIMAL + extra)
    assert [problem[: len(where)] for problem in caught.value.problems] == [where]


def test_a_school_that_was_divided_is_no_alias_of_both() -> None:
    row = '[[school_aliases]]\nold = "B101222900050"\nnew = "B10122290001{}"\n'
    with pytest.raises(city.BadCity, match="divided"):
        city.parse(MINIMAL + row.format(4) + row.format(5))
    assert len(city.parse(MINIMAL + row.format(4) * 2).school_aliases) == 2, "said twice, no matter"


@pytest.mark.parametrize("code", ["０82201", "08220１", "08220٣", "082201\n"])
def test_a_board_code_has_ascii_digits(code: str) -> None:
    with pytest.raises(city.BadCity, match="board_code"):
        city.parse(MINIMAL.replace("082201", code.replace("\n", "\\n")))


def test_no_pattern_of_a_rule_or_an_order_takes_the_digits_of_every_script() -> None:
    schemas = [city.City.model_json_schema(), *(one.model_json_schema() for one in ORDERS)]
    patterns = re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', json.dumps(schemas))
    assert len(patterns) > 10
    assert not [p for p in patterns if re.search(r"\\[dDwW]", p)]


def test_the_last_day_of_a_leap_years_february_is_a_day() -> None:
    season = city.parse(MINIMAL + '[calendar]\nrollover = { from = "02-29", until = "02-29" }')
    assert season.calendar.rollover.covers(date(2028, 2, 29))


def test_what_is_not_toml_is_refused_with_the_line() -> None:
    with pytest.raises(city.BadCity, match="line 1"):
        city.parse("name = = 1")


def test_rules_of_staff_and_of_a_list_that_are_right() -> None:
    rules = city.parse(
        MINIMAL
        + '[staff]\naccount = "s{number}"\n'
        + 'licences = [{ sku = "M365EDU_A3_FACULTY", by = "user" }]\n'
        + '[tools.x]\ndialect = "flat_list"\ncolumns = { a = { text = "b" } }'
    )
    assert rules.staff is not None
    assert rules.staff.sign_in_of("T0001") == "st0001"


def test_a_limit_left_out_keeps_its_default() -> None:
    rules = city.parse(MINIMAL + "[limits.city]\ngone = { share = 0.5, number = 9 }")
    assert rules.limits.city.gone == city.Limit(share=0.5, number=9)
    assert rules.limits.city.new == city.Limit(share=0.02, number=400, floor=5)
    assert rules.limits.school.moved is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [("1年3組", "7年3組"), ("１年３組", "７年３組"), ("11年", None), ("なかよし", None)],
)
def test_a_renamed_digit_keeps_its_width(before: str, after: str | None) -> None:
    assert city.J_TITLES[0].renamed(before) == after


def test_the_rollover_covers_both_of_its_ends() -> None:
    season = city.parse(MINIMAL).calendar.rollover
    days = (date(2026, 3, 24), date(2026, 3, 25), date(2026, 4, 15), date(2026, 4, 16))
    assert [season.covers(day) for day in days] == [False, True, True, False]
