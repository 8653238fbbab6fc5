import pytest

from kakehashi.preprocess.accounts import Chooser
from tests import builders
from tests.unit.preprocess.night import held_of, night, pupils_of

AT = f"@{builders.DOMAIN}"


def choose(user_ids: str = "", username: str = "", email: str = "") -> tuple[str, str | None]:
    choice = Chooser(builders.a_city()).choose(user_ids, username, email)
    return choice.account, choice.fault.code if choice.fault else None


def test_the_types_of_the_city_go_in_their_order() -> None:
    assert choose(f"{{M365:b{AT}}},{{MS:a{AT}}}", f"c{AT}") == (f"a{AT}", None)


def test_types_and_domain_compare_without_case_and_accounts_go_out_in_lower_case() -> None:
    assert choose("{ms:Taro.Sato@ED.Example.JP}") == (f"taro.sato{AT}", None)


def test_username_then_email_where_they_lie_in_the_domain() -> None:
    assert choose("{LTI:x}", f"c{AT}", f"d{AT}") == (f"c{AT}", None)
    assert choose("", "c", f"d{AT}") == (f"d{AT}", None)
    assert choose("", "c", "d@other.example.jp") == ("", "D055")


def test_a_wrong_typed_account_is_told_and_not_passed_over() -> None:
    assert choose("{MS:a@other.example.jp}", f"c{AT}") == ("", "D057")
    assert choose("{MS:s0001}", f"c{AT}") == ("", "D057")


def test_a_second_type_in_the_domain_is_taken() -> None:
    assert choose(f"{{MS:a@other.example.jp}},{{M365:b{AT}}}") == (f"b{AT}", None)


def test_two_accounts_of_one_type_are_rivals_but_the_same_twice_is_not() -> None:
    assert choose(f"{{MS:a{AT}}},{{MS:b{AT}}}") == ("", "D056")
    assert choose(f"{{MS:a{AT}}},{{MS:A{AT}}}") == (f"a{AT}", None)


@pytest.mark.parametrize("local", ["a", "a.b", "a-b_c!#^~'d", "0" * 64])
def test_what_entra_takes(local: str) -> None:
    assert choose(f"{{MS:{local}{AT}}}") == (f"{local}{AT}", None)


@pytest.mark.parametrize("local", ["", ".a", "a.", "a..b", "a b", "あ", "a@b", "é", "0" * 65])
def test_what_entra_does_not_take(local: str) -> None:
    assert choose(f"{{MS:{local}{AT}}}")[1] == "D058"


def test_a_pupil_without_an_account_is_held_with_the_line() -> None:
    drop = builders.a_drop(1)
    drop.add_pupil(2, account="", username="s2")
    cleaned = night(drop)
    held = held_of(cleaned)[builders.a_pupil(2).id]
    assert (held.code, held.line, held.account) == ("D055", 3, None)
    assert list(pupils_of(cleaned)) == [builders.a_pupil(1).id]
