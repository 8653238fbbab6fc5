"""What is read out of Graph's answers, field by field, and what is said of those that refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from kakehashi.directories.microsoft365.answers import Answer, GraphUser
from kakehashi.directories.microsoft365.refusals import refusal
from tests.builders import an_id
from tests.unit.provision.conversations import refused


def test_a_users_properties_are_flat_texts_and_what_is_null_is_empty() -> None:
    user = GraphUser.model_validate(
        {
            "id": an_id("object"),
            "userPrincipalName": "s000001@ed.example.jp",
            "displayName": None,
            "department": "3年2組",
            "jobTitle": None,
            "age": 9,
            "onPremisesExtensionAttributes": {"extensionAttribute1": "ABC", "other": None},
        }
    )
    values = user.values()
    assert {name: values[name] for name in values if name not in {"id", "accountEnabled"}} == {
        "userPrincipalName": "s000001@ed.example.jp",
        "displayName": "",
        "department": "3年2組",
        "jobTitle": "",
        "extensionAttribute1": "ABC",
        "other": "",
    }
    assert (user.mark("extensionAttribute1"), user.mark("extensionAttribute2")) == ("abc", "")


@pytest.mark.parametrize(
    ("answer", "yes"),
    [
        (refused(400, "ObjectConflict"), True),
        (refused(409, "Request_MultipleObjectsWithSameKeyValue"), True),
        (refused(400, ObjectConflict="userPrincipalName"), True),
        (refused(400, ConflictingObjects=f"User_{an_id('x')}"), True),
        (refused(400, "objectconflict"), False),
        (refused(400, "Request_BadRequest"), False),
        (Answer(204), False),
        (Answer(400, {}, "no object"), False),
    ],
)
def test_a_conflict_is_known_by_its_codes(answer: Answer, yes: bool) -> None:
    assert answer.conflicts() is yes


def test_who_is_in_the_way_is_a_user_somebody_else_or_unsaid() -> None:
    user = an_id("holder")
    unsaid = Answer(400, {}, {"error": {"details": [{"code": "ObjectConflict", "target": None}]}})
    assert refused(400, ConflictingObjects=f"User_{user}").conflicting_user() == user
    assert refused(400, ConflictingObjects=f"Group_{user}").conflicting_user() is None
    assert unsaid.conflicting_user() == ""
    assert Answer(400).conflicting_user() == ""


@pytest.mark.parametrize("text", ["not a valid reference", "References do not exist"])
def test_a_sentence_counts_only_in_a_bad_request(text: str) -> None:
    sentence = f"Something is {text} here."
    bad, conflict = refused(400, text=sentence), refused(409, text=sentence)
    assert bad.not_replicated() or bad.no_member()
    assert not conflict.not_replicated()
    assert not conflict.no_member()
    assert not refused(400).no_member()


@pytest.mark.parametrize(
    ("headers", "seconds", "share"),
    [
        ({"retry-after": "7", "x-ms-throttle-limit-percentage": "0.9"}, 7.0, 0.9),
        ({"retry-after": "1.5"}, 1.5, None),
        ({"retry-after": "Tue, 24 Nov"}, None, None),
        ({"x-ms-throttle-limit-percentage": "much"}, None, None),
        ({}, None, None),
    ],
)
def test_graphs_word_on_our_pace_is_a_number_or_nothing(
    headers: Mapping[str, str], seconds: float | None, share: float | None
) -> None:
    answer = Answer(429, headers)
    assert (answer.retry_after, answer.used) == (seconds, share)


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (400, "Request_BadRequest", "Request_BadRequest"),
        (400, "", "NoErrorCode"),
        (0, "", "NoAnswer"),
        (400, "花子", "NoErrorCode"),
        (400, "x" * 61, "NoErrorCode"),
    ],
)
def test_a_code_is_repeated_only_where_it_can_be_nothing_else(
    status: int, code: str, word: str
) -> None:
    assert refused(status, code).code == word


@pytest.mark.parametrize(
    ("answer", "facts", "failed"),
    [
        (refused(403, "Authorization_RequestDenied"),
         {"code": "Authorization_RequestDenied"}, False),
        (refused(400, "Request_Unsupported"), {"code": "Request_Unsupported", "status": 400},
         False),
        (refused(503, "ServiceUnavailable"), {"code": "ServiceUnavailable", "status": 503}, True),
        (refused(418, "Teapot"), {"code": "Teapot", "status": 418}, True),
        (refused(404, "Request_ResourceNotFound"), {}, False),
        (refused(403, "Directory_QuotaExceeded"), {}, True),
    ],
)  # fmt: skip
def test_what_is_told_of_a_refusal(answer: Answer, facts: dict[str, Any], failed: bool) -> None:
    stopped = refusal(answer)
    assert (dict(stopped.facts), stopped.failed) == (facts, failed)
