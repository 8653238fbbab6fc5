import pytest

from kakehashi.oneroster import mext


@pytest.mark.parametrize(
    "code",
    ["C208222000013", "F112310102342", "B127210000018", "B108254200026", "C201255900021"],
)
def test_published_codes_carry_a_digit_that_one_of_the_rules_gives(code: str) -> None:
    assert mext.SCHOOL_CODE.fullmatch(code)
    assert mext.digit_fits(code)


def test_an_invented_code_has_neither_digit() -> None:
    assert not mext.digit_fits("B113110000037")


@pytest.mark.parametrize(
    "code", ["B208222000013", "C248222000013", "C20822200001", "c208222000013", "C２08222000013"]
)
def test_what_is_not_shaped_like_a_code_is_seen(code: str) -> None:
    assert not mext.SCHOOL_CODE.fullmatch(code)
