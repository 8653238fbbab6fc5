"""What a tool says on its way to a launch, judged part by part: right, and wrong in one place."""

from __future__ import annotations

from typing import Any

import pytest

from kakehashi.catalogue import launch as rules
from kakehashi.findings import Rule
from kakehashi.lti import assertions, deep_linking, launch
from kakehashi.lti.claims import CLAIM, MEMBERSHIPS
from kakehashi.lti.launch import AuthorizationRequest, LaunchSession
from kakehashi.people.record import Status
from kakehashi.refusal import Refusal
from tests.builders import a_known, a_pupil
from tests.unit.lti.test_claims import a_registration

NOW = 1_800_000_000
TOOL = a_registration()
ID = TOOL.client_id
URI = TOOL.tool.redirect_uris[0]
PUPIL = a_pupil(1)
SESSION = LaunchSession("demo", PUPIL.id, "hint", b"key", NOW + 60)
QUERY = {
    "redirect_uri": URI, "scope": "openid", "response_type": "id_token",
    "response_mode": "form_post", "prompt": "none", "login_hint": "hint",
    "lti_message_hint": "signed", "state": "s", "nonce": "n",
}  # fmt: skip
JWT: dict[str, Any] = {
    "iss": ID, "sub": ID, "aud": ["us"], "iat": NOW, "exp": NOW + 60, "jti": "once",
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "held", "rule"),
    [
        (Status.ACTIVE, False, None),
        (Status.ACTIVE, True, rules.HELD),
        (Status.SUSPENDED, False, rules.SUSPENDED),
        (Status.PREPARED, False, rules.UNKNOWN_PUPIL),
        (Status.DELETED, False, rules.UNKNOWN_PUPIL),
    ],
)
def test_who_may_launch_anything(status: Status, held: bool, rule: Rule | None) -> None:
    record = a_known(1, status=status)
    found = launch.standing(record, {record.pupil.id} if held else set())
    assert found == (rule and Refusal(rule))
    assert launch.standing(None, set()) == Refusal(rules.UNKNOWN_PUPIL)


def test_a_tool_is_for_those_it_was_registered_for() -> None:
    assert launch.allowed(TOOL, [PUPIL]) is None
    assert launch.allowed(None, [PUPIL]) == Refusal(rules.UNKNOWN_TOOL)
    others = a_registration(grades=["P6"])
    assert launch.allowed(others, [PUPIL]) == Refusal(rules.NOT_FOR_THIS_PUPIL)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({}, None),
        ({"redirect_uri": f"{URI}/"}, Refusal(rules.FOREIGN_REDIRECT)),
        ({"scope": "profile"}, Refusal(rules.MALFORMED, "scope")),
        ({"prompt": "login"}, Refusal(rules.MALFORMED, "prompt")),
        ({"nonce": "n" * 256}, Refusal(rules.MALFORMED, "nonce")),
        ({"state": ""}, Refusal(rules.MALFORMED, "state")),
        ({"login_hint": "another"}, Refusal(rules.FOREIGN_LOGIN_HINT)),
    ],
)
def test_an_authorization_request(wrong: dict[str, str], refusal: Refusal | None) -> None:
    asked = launch.read_request(QUERY | wrong, TOOL, SESSION)
    assert asked == (refusal or AuthorizationRequest(URI, "s", "n", "signed"))


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({}, None),
        ({"sub": "somebody"}, Refusal(rules.BAD_HINT, "person or tool")),
        ({"tool": "demo.other"}, Refusal(rules.BAD_HINT, "person or tool")),
        ({"deployment": "S_other"}, Refusal(rules.BAD_HINT, "deployment")),
        ({"message": "other"}, Refusal(rules.BAD_HINT, "message")),
        ({"exp": NOW}, Refusal(rules.EXPIRED_HINT)),
    ],
)
def test_a_message_hint(wrong: dict[str, Any], refusal: Refusal | None) -> None:
    hint = launch.hint_for(TOOL, PUPIL, "message", once="once", ends=NOW + 1) | wrong
    assert launch.judge_hint(hint, TOOL, PUPIL, NOW, messages={"message"}) == refusal


def test_a_hint_that_this_session_has_not_signed() -> None:
    refusal = Refusal(rules.BAD_HINT, "signature")
    assert launch.judge_hint(None, TOOL, PUPIL, NOW, messages={"message"}) == refusal


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({}, None), ({"aud": "us"}, None), ({"sub": "demo.other"}, "sub"), ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"), ({"iss": "demo.other"}, "iss"), ({"aud": "them"}, "aud"),
        ({"iat": None}, "iat"), ({"iat": NOW - 3661}, "iat"), ({"iat": NOW + 61}, "iat"),
        ({"exp": "soon"}, "exp"), ({"exp": NOW - 60}, "exp"), ({"exp": NOW + 3661}, "exp"),
    ],
)  # fmt: skip
def test_a_client_assertion(wrong: dict[str, Any], named: str | None) -> None:
    found = assertions.judge_assertion(JWT | wrong, ID, {"us"}, NOW)
    assert found == (Refusal(rules.BAD_ASSERTION, named) if named else None)


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({}, None),
        ({"grant_type": "password"}, rules.BAD_GRANT),
        ({"client_assertion_type": "mine"}, rules.BAD_GRANT),
        ({"scope": "openid"}, rules.BAD_SCOPE),
    ],
)
def test_a_token_request(wrong: dict[str, str], rule: Rule | None) -> None:
    form = {"grant_type": assertions.GRANT, "client_assertion_type": assertions.ASSERTION,
            "scope": f"openid {MEMBERSHIPS}"}  # fmt: skip
    assert assertions.judge_grant(form | wrong) == (rule and Refusal(rule))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({}, None),
        ({f"{CLAIM}message_type": "other"}, "message_type"),
        ({f"{CLAIM}deployment_id": "S_other"}, "deployment_id"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": 1}, "nonce"),
    ],
)
def test_an_answer_of_deep_linking(wrong: dict[str, Any], named: str | None) -> None:
    claims = {f"{CLAIM}message_type": deep_linking.RESPONSE, "nonce": "n",
              f"{CLAIM}deployment_id": TOOL.deployment_id(PUPIL)}  # fmt: skip
    found = deep_linking.judge_response(claims | wrong, TOOL, PUPIL)
    assert found == (Refusal(rules.BAD_CHOICE, named) if named else None)


ITEM = {"type": deep_linking.LINK_TYPE, "url": TOOL.tool.target_link_uri, "title": "1学期"}


@pytest.mark.parametrize(
    "item",
    [
        "text", {"type": "html"}, ITEM | {"url": 7}, ITEM | {"title": None}, ITEM | {"custom": []},
        ITEM | {"url": "https://elsewhere.example/"}, ITEM | {"url": "https://["},
        ITEM | {"url": TOOL.tool.target_link_uri + "x" * 1000}, ITEM | {"title": ""},
        ITEM | {"title": "x" * 101}, ITEM | {"custom": {"unit": "x" * 1000}},
    ],
    ids=lambda item: str(item)[:40],
)  # fmt: skip
def test_one_content_that_will_not_do_spoils_all_that_was_chosen(item: object) -> None:
    claims = {f"{deep_linking.DL}content_items": [ITEM, item]}
    assert deep_linking.read_items(claims, TOOL) == Refusal(rules.BAD_CHOICE, "content_item")


def test_contents_become_links_that_stay_the_same() -> None:
    claims = {f"{deep_linking.DL}content_items": [ITEM, ITEM | {"custom": {"unit": 2}}]}
    links = deep_linking.read_items(claims, TOOL)
    assert isinstance(links, list)
    one, two = links
    assert links == deep_linking.read_items(claims, TOOL)
    assert one.id != two.id
    assert (one.title, two.custom) == ("1学期", {"unit": "2"})
    assert deep_linking.read_items({}, TOOL) == []


@pytest.mark.parametrize("items", [{}, [ITEM] * 21])
def test_contents_are_a_list_of_twenty_at_most(items: object) -> None:
    claims = {f"{deep_linking.DL}content_items": items}
    assert deep_linking.read_items(claims, TOOL) == Refusal(rules.BAD_CHOICE, "content_items")
