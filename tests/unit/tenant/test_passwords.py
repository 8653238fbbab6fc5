"""Entra's rules for a password."""

from __future__ import annotations

import pytest

from local.fakes.tenant.password_rules import complies, opens, seal

ACCOUNT = "s2026001@ed.example.jp"


@pytest.mark.parametrize("password", ["Kawa7743", "kawa-7743", "Aa1" + "x" * 253, "Ab 1 cd ef"])
def test_three_kinds_of_characters_are_enough(password: str) -> None:
    assert complies(password, ACCOUNT)


@pytest.mark.parametrize(
    "password",
    [
        "Kaw-774",
        "Aa1" + "x" * 254,
        "kawayama7743",
        "かわ-Kawa-7743",
        "Kawa\u00e97743",
        "Kawa\t7743",
    ],
)
def test_length_and_alphabet_have_bounds(password: str) -> None:
    assert not complies(password, ACCOUNT)


def test_the_account_name_must_not_be_in_it() -> None:
    assert not complies("xS2026001-", ACCOUNT)
    assert complies("xS2026001-", "somebody@ed.example.jp")


@pytest.mark.parametrize("password", ["P@ssw0rd1", "Qwerty123", "Password12345678"])
def test_a_common_word_and_little_else_is_refused(password: str) -> None:
    assert not complies(password, ACCOUNT)


def test_a_common_word_with_enough_around_it_passes() -> None:
    assert complies("Password-kawa-7", ACCOUNT)


def test_weak_passwords_may_be_allowed_by_policy() -> None:
    assert complies("aaaaaaaa", ACCOUNT, strong=False)
    assert not complies("aaaaaaa", ACCOUNT, strong=False)


def test_a_sealed_password_opens_with_itself_alone() -> None:
    sealed = seal("Kawa-7743")
    assert "Kawa" not in sealed
    assert opens(sealed, "Kawa-7743")
    assert not opens(sealed, "kawa-7743")
    assert sealed != seal("Kawa-7743")
