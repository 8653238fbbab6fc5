from datetime import date

import pytest

from kakehashi import city

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
    ],
)
def test_a_slip_in_the_rules_is_an_error_that_names_its_key(extra: str, where: str) -> None:
    with pytest.raises(city.BadCity) as caught:
        city.parse(MINIMAL + extra)
    assert any(problem.startswith(where) for problem in caught.value.problems)


def test_what_is_not_toml_is_refused_with_the_line() -> None:
    with pytest.raises(city.BadCity, match="line 1"):
        city.parse("name = = 1")


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
