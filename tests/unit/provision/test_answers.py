"""What is read out of Graph's answers, field by field, and what is said of those that refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from kakehashi.catalogue import refusals as told
from kakehashi.directories.microsoft365.answers import Answer, GraphUser, as_account, shown
from kakehashi.directories.microsoft365.refusals import refusal
from kakehashi.directories.port import Listed, Shown
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


def a_user(**properties: Any) -> GraphUser:
    return GraphUser.model_validate(
        {
            "id": "object",
            "userPrincipalName": "s000001@ed.example.jp",
            "accountEnabled": True,
            "displayName": "佐藤 陽菜",
            "department": "3年2組",
            "officeLocation": "見本小学校",
            "jobTitle": "児童",
        }
        | properties
    )


MARKED = {"onPremisesExtensionAttributes": {"extensionAttribute1": "ABC"}}


def test_an_account_that_bears_no_mark_is_listed_with_all_that_tells_whose_it_is() -> None:
    assert as_account(a_user(onPremisesSyncEnabled=True), "extensionAttribute1") == Listed(
        object_id="object",
        sign_in="s000001@ed.example.jp",
        mark="",
        enabled=True,
        display_name="佐藤 陽菜",
        department="3年2組",
        office_location="見本小学校",
        job_title="児童",
        synced=True,
    )


def test_of_an_account_that_bears_our_mark_no_place_is_kept() -> None:
    listed = as_account(a_user(**MARKED), "extensionAttribute1")
    assert (listed.mark, listed.display_name) == ("abc", "佐藤 陽菜")
    assert (listed.department, listed.office_location, listed.job_title) == ("", "", "")
    assert as_account(a_user(**MARKED), "extensionAttribute2").mark == ""


def test_what_was_not_selected_is_blank_and_an_account_is_off_only_where_graph_says_so() -> None:
    bare = as_account(GraphUser.model_validate({"id": "object"}), "extensionAttribute1")
    assert bare == Listed("object", "", "", enabled=True)
    assert (bare.display_name, bare.department, bare.office_location, bare.job_title) == ("",) * 4
    assert bare.synced is None
    assert as_account(a_user(accountEnabled=None), "extensionAttribute1").enabled is True
    assert as_account(a_user(accountEnabled=False), "extensionAttribute1").enabled is False


def test_a_comparison_looks_at_all_texts_and_at_the_mark_by_the_attribute_that_holds_it() -> None:
    looked_at = shown(a_user(accountEnabled=False, **MARKED), "extensionAttribute1")
    assert looked_at == Shown(
        "object",
        "abc",
        False,
        {
            "userPrincipalName": "s000001@ed.example.jp",
            "displayName": "佐藤 陽菜",
            "department": "3年2組",
            "officeLocation": "見本小学校",
            "jobTitle": "児童",
            "extensionAttribute1": "abc",
        },
    )
    assert shown(a_user(), "extensionAttribute1").texts["extensionAttribute1"] == ""


@pytest.mark.parametrize(
    ("answer", "yes"),
    [
        (refused(400, "ObjectConflict"), True),
        (refused(409, "Request_MultipleObjectsWithSameKeyValue"), True),
        (refused(400, ObjectConflict="userPrincipalName"), True),
        (refused(400, ConflictingObjects=f"User_{an_id('x')}"), True),
        (refused(400, text="Another object with the same value already exists."), True),
        (refused(400, text="A conflicting object with this value is there."), True),
        (refused(409, text="Another object with the same value already exists."), False),
        (refused(400, text="Another object with the same value was looked for."), False),
        (refused(400, text="The licence already exists."), False),
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


def test_what_kind_of_object_is_in_the_way_is_told_where_graph_says_it() -> None:
    assert refused(400, ConflictingObjects=f"Group_{an_id('x')}").holder() == "Group"
    assert refused(400, ConflictingObjects="somewhere").holder() == ""
    assert Answer(400, {}, {"error": {"details": [{"target": None}]}}).holder() == ""
    assert Answer(400).holder() == ""


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (refused(400, ObjectConflict="proxyAddresses"), "proxyAddresses"),
        (refused(400, text="Invalid value specified for property 'mailNickname'."), "mailNickname"),
        (refused(400, text="The value of extensionAttribute3 is too long."),
         "onPremisesExtensionAttributes"),
        (refused(400, text="Invalid value for property 'hanako'."), ""),
        (Answer(400, {}, {"error": {"details": [{"code": "ObjectConflict", "target": None}]}}), ""),
        (Answer(400), ""),
    ],
)  # fmt: skip
def test_a_property_is_named_only_where_it_is_one_that_we_know(answer: Answer, name: str) -> None:
    assert answer.about() == name


def test_a_property_that_was_refused_is_told_by_its_name() -> None:
    stopped = refusal(refused(400, text="Invalid value specified for property 'mailNickname'."))
    assert (stopped.rule.code, dict(stopped.facts)) == (
        told.PROPERTY_REFUSED.code, {"property": "mailNickname"},
    )  # fmt: skip


def test_a_value_that_is_taken_is_told_without_a_holder_where_graph_names_none() -> None:
    stopped = refusal(refused(400, ObjectConflict="proxyAddresses"), new=True)
    assert (stopped.rule.code, dict(stopped.facts)) == (
        told.VALUE_TAKEN.code, {"property": "proxyAddresses", "holder": "-"},
    )  # fmt: skip


@pytest.mark.parametrize("text", ["not a valid reference", "References do not exist"])
def test_a_sentence_counts_only_in_a_bad_request(text: str) -> None:
    sentence = f"Something is {text} here."
    bad, conflict = refused(400, text=sentence), refused(409, text=sentence)
    assert bad.not_replicated() or bad.no_member()
    assert not conflict.not_replicated()
    assert not conflict.no_member()
    assert not refused(400).no_member()


def test_a_group_that_is_a_team_already_and_one_whose_owner_teams_does_not_see() -> None:
    provisioned = "The group is already provisioned."
    assert refused(409, text=provisioned).already_team()
    assert not refused(400, text=provisioned).already_team()
    assert not refused(409, text="The group is busy.").already_team()
    unseen = "The group must have One or more owners."
    assert refused(400, text=unseen).no_owner()
    assert not refused(409, text=unseen).no_owner()
    assert not refused(400, text="The group is busy.").no_owner()


NOON = "Tue, 24 Nov 2026 12"


@pytest.mark.parametrize(
    ("headers", "seconds", "share"),
    [
        ({"retry-after": "7", "x-ms-throttle-limit-percentage": "0.9"}, 7.0, 0.9),
        ({"retry-after": "1.5"}, 1.5, None),
        ({"retry-after": "Tue, 24 Nov"}, None, None),
        ({"retry-after": f"{NOON}:05:00 GMT"}, None, None),
        ({"retry-after": f"{NOON}:05:00 GMT", "date": f"{NOON}:00:30 GMT"}, 270.0, None),
        ({"retry-after": f"{NOON}:05:00 GMT", "date": f"{NOON}:05:00 GMT"}, None, None),
        ({"retry-after": f"{NOON}:05:00 GMT", "date": f"{NOON}:05:00 -0000"}, None, None),
        ({"retry-after": "Fri, 24 Nov 2028 12:05:00 GMT", "date": f"{NOON}:00:00 GMT"}, None, None),
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
