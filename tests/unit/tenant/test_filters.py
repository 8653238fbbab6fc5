"""``$filter``: what an expression means and what it needs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.fakes.tenant.answers import GraphError
from local.fakes.tenant.filters import parse
from local.fakes.tenant.kinds import GROUP, USER

PUPIL: dict[str, Any] = {
    "id": "0b7c5a1e-0000-4000-8000-000000000001",
    "displayName": "山田 太郎",
    "userPrincipalName": "s1@ed.example.jp",
    "accountEnabled": True,
    "department": "1年1組",
    "createdDateTime": "2026-04-01T00:00:00Z",
    "otherMails": ["A@home.example"],
    "assignedLicenses": [{"skuId": "314c4481-f395-4525-be8b-2ec4bb1e9d91", "disabledPlans": []}],
    "onPremisesExtensionAttributes": {"extensionAttribute1": "umi"},
}


def holds(text: str) -> bool:
    return parse(text, USER).test(PUPIL)


@pytest.mark.parametrize(
    "text",
    [
        "displayName eq '山田 太郎'",
        "startsWith(displayName,'山田')",
        "endsWith(userPrincipalName, '@ED.example.jp')",
        "accountEnabled eq true and department in ('1年1組','2年1組')",
        "accountEnabled eq false or department eq '1年1組'",
        "not(department eq '2年1組')",
        "not startsWith(department,'2')",
        "department ne null and companyName eq null",
        "onPremisesExtensionAttributes/extensionAttribute1 eq 'umi'",
        "onPremisesExtensionAttributes/extensionAttribute2 eq null",
        "createdDateTime ge 2026-03-31T15:00:00Z and createdDateTime le 2026-04-02T00:00:00Z",
        "assignedLicenses/any(l:l/skuId eq 314c4481-f395-4525-be8b-2ec4bb1e9d91)",
        "otherMails/any(m:m eq 'a@home.example')",
        "otherMails/any(m:startsWith(m,'a@'))",
        "(department eq 'x' or displayName eq '山田 太郎') and accountEnabled eq true",
    ],
)
def test_these_hold_for_the_pupil(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "department eq 'x' or displayName eq '山田 太郎' and accountEnabled eq false",
        "department gt '9'",
        "companyName ge 'a'",
        "otherMails/any(m:m eq 'b@home.example')",
        "startsWith(companyName,'a')",
    ],
)
def test_these_do_not(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize(
    ("text", "advanced"),
    [
        ("department eq 'x'", False),
        ("userPrincipalName le 'x'", False),
        ("userPrincipalName ge 'x'", True),
        ("displayName ge 'x'", True),
        ("employeeId in ('x')", True),
        ("department ne 'x'", True),
        ("companyName eq 'x'", True),
        ("onPremisesExtensionAttributes/extensionAttribute1 eq 'x'", True),
        ("not(department eq 'x')", True),
        ("endsWith(mail,'x')", True),
    ],
)
def test_some_need_an_advanced_query(text: str, advanced: bool) -> None:
    wanted = parse(text, USER)
    wanted.admit(USER, advanced=True)
    if advanced:
        with pytest.raises(GraphError) as caught:
            wanted.admit(USER, advanced=False)
        assert caught.value.code == "Request_UnsupportedQuery"
    else:
        wanted.admit(USER, advanced=False)


@pytest.mark.parametrize("text", ["endsWith(department,'x')", "aboutMe eq 'x'"])
def test_some_are_never_answered(text: str) -> None:
    with pytest.raises(GraphError):
        parse(text, USER).admit(USER, advanced=True)


def test_groups_have_filters_of_their_own() -> None:
    wanted = parse("groupTypes/any(t:t eq 'Unified')", GROUP)
    wanted.admit(GROUP, advanced=False)
    assert wanted.test({"groupTypes": ["Unified"]})
    assert not wanted.test({"groupTypes": []})


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_refusal(text: str) -> None:
    with suppress(GraphError):
        parse(text, USER).test(PUPIL)


WORDS = ["displayName", "accountEnabled", "eq", "ge", "in", "and", "not", "startsWith", "(", ")",
         ",", "'x'", "7", "true", "null", "2026-04-01T00:00:00Z", "otherMails/any(m:m", "/",
         "2026-99-99T00:00:00Z"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=8))
def test_any_words_are_a_filter_or_a_refusal(words: list[str]) -> None:
    with suppress(GraphError):
        parse(" ".join(words), USER).test(PUPIL)


@pytest.mark.parametrize(
    "text", ["displayName ge 5", "accountEnabled eq 'true'", "startsWith(displayName,5)"]
)
def test_a_value_must_have_the_propertys_type(text: str) -> None:
    with pytest.raises(GraphError):
        parse(text, USER)


def test_moments_compare_across_time_zones() -> None:
    assert holds("createdDateTime eq 2026-04-01T09:00:00+09:00")


@given(st.text(min_size=1, max_size=40))
def test_a_quoted_value_finds_itself(text: str) -> None:
    quoted = text.replace("'", "''")
    assert parse(f"displayName eq '{quoted}'", USER).test({"displayName": text})
