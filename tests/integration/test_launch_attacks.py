"""What somebody may try at the launcher: each is refused with a code, and none tells anything."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import boto3
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from kakehashi.edges.state import State
from local.fakes.tenant import id_tokens
from tests.builders import a_known, a_pupil
from tests.launches import (
    NRPS_SCOPE,
    SITE,
    TOOL,
    Answer,
    Launchpad,
    Tool,
    a_key,
    another_key,
    http_event,
    public_jwk,
    tool_rules,
)

NRPS_CLAIM = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"


def refused(launchpad: Launchpad, answer: Answer, code: str) -> None:
    """A page with the code and a way on; nothing is sent anywhere, nobody is named."""
    assert answer.code == code
    assert answer.status >= 400
    assert answer.location == ""
    assert "id_token" not in answer.text
    assert f'"code":"{code}"' in launchpad.said()
    for n in (1, 2, 3):
        pupil = a_pupil(n)
        for secret in (pupil.id, pupil.account, pupil.family, pupil.kana_given):
            assert secret not in answer.text
            assert secret not in launchpad.said()


# -- signing in ---------------------------------------------------------------------------------


def test_a_sign_in_that_another_browser_began_is_refused(launchpad: Launchpad) -> None:
    theirs, ours = launchpad.browser(), launchpad.browser()
    form = theirs.at_microsoft(theirs.get("/sign-in"), a_pupil(1).account)
    ours.get("/sign-in")
    refused(launchpad, ours.come_back(form), "L101")  # another state
    refused(launchpad, launchpad.browser().come_back(form), "L101")  # no sign-in at all
    assert "__Host-kakehashi" not in ours.jar


def test_a_sign_in_ends_only_once(launchpad: Launchpad) -> None:
    browser = launchpad.browser()
    begun = browser.get("/sign-in")
    kept = dict(browser.jar)
    form = browser.at_microsoft(begun, a_pupil(1).account)
    assert browser.come_back(form).location == "/"
    again = launchpad.browser()
    again.jar |= kept
    refused(launchpad, again.come_back(form), "L101")


def test_a_sign_in_that_took_too_long_is_refused(launchpad: Launchpad) -> None:
    browser = launchpad.browser()
    form = browser.at_microsoft(browser.get("/sign-in"), a_pupil(1).account)
    launchpad.later(601)
    refused(launchpad, browser.come_back(form), "L101")


def test_a_sign_in_that_microsoft_refuses_is_told(launchpad: Launchpad) -> None:
    browser = launchpad.browser()
    begun = browser.get("/sign-in")
    form = {"error": "access_denied", "state": begun.query["state"]}
    refused(launchpad, browser.come_back(form), "L102")


def test_a_token_of_another_tenant_is_refused(
    launchpad: Launchpad, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = id_tokens.claims

    def foreign(*of: Any) -> dict[str, object]:
        return ours(*of) | {"tid": "11111111-1111-4111-8111-111111111111"}

    monkeypatch.setattr(id_tokens, "claims", foreign)  # Microsoft says so, not we
    refused(launchpad, launchpad.browser().sign_in(a_pupil(1).account), "L103")


# -- launching ----------------------------------------------------------------------------------


REQUESTS: list[tuple[dict[str, str], str]] = [
    ({"redirect_uri": "https://evil.example.com/launch"}, "L204"),
    ({"redirect_uri": f"{TOOL}/launch/"}, "L204"),
    ({"redirect_uri": f"{TOOL}/launch?x=1"}, "L204"),
    ({"redirect_uri": ""}, "L204"),
    ({"client_id": "demo.other"}, "L202"),
    ({"client_id": "elsewhere.drill"}, "L202"),
    ({"client_id": "../demo.drill"}, "L202"),
    ({"client_id": ""}, "L202"),
    ({"scope": "profile"}, "L205"),
    ({"response_type": "code"}, "L205"),
    ({"response_mode": "query"}, "L205"),
    ({"prompt": "login"}, "L205"),
    ({"nonce": ""}, "L205"),
    ({"nonce": "n" * 256}, "L205"),
    ({"state": ""}, "L205"),
    ({"login_hint": "somebody"}, "L206"),
    ({"login_hint": ""}, "L205"),
    ({"lti_message_hint": "a.b.c"}, "L207"),
    ({"lti_message_hint": "児"}, "L207"),
]


def test_a_request_that_is_not_as_registered_is_refused(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    for changes, code in REQUESTS:
        refused(launchpad, tool.launched(**changes), code)


def test_another_pupils_hints_are_refused(launchpad: Launchpad) -> None:
    one, two = launchpad.signed_in(1), launchpad.signed_in(2)
    theirs = two.asks(two.browser.get("/launch/drill"))
    refused(launchpad, one.browser.get("/lti/authorize", theirs), "L206")
    mine = one.asks(one.browser.get("/launch/drill"))
    mixed = mine | {"lti_message_hint": theirs["lti_message_hint"]}
    refused(launchpad, one.browser.get("/lti/authorize", mixed), "L207")


def test_a_hint_is_good_once(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    request = tool.asks(tool.browser.get("/launch/drill"))
    assert tool.read(tool.browser.get("/lti/authorize", request))
    refused(launchpad, tool.browser.get("/lti/authorize", request), "L209")
    other = request | {"state": "another", "nonce": "another"}
    refused(launchpad, tool.browser.get("/lti/authorize", other), "L209")


def test_a_hint_is_good_for_five_minutes(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    request = tool.asks(tool.browser.get("/launch/drill"))
    launchpad.later(301)
    refused(launchpad, tool.browser.get("/lti/authorize", request), "L208")


def test_a_hint_for_one_tool_is_no_hint_for_another(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(), tool_rules("book"))
    tool = launchpad.signed_in(1)
    request = tool.asks(tool.browser.get("/launch/drill"), client_id="demo.book")
    refused(launchpad, tool.browser.get("/lti/authorize", request), "L207")


@pytest.mark.parametrize("forged", ["none", "HS256"])
def test_a_hint_that_somebody_else_signed_is_refused(launchpad: Launchpad, forged: str) -> None:
    tool = launchpad.signed_in(1)
    begun = tool.browser.get("/launch/drill")
    hint = jwt.decode(begun.query["lti_message_hint"], options={"verify_signature": False})
    key: Any = "k" * 32 if forged == "HS256" else None
    text = jwt.encode(hint, key, algorithm=forged)
    request = tool.asks(begun, lti_message_hint=text)
    refused(launchpad, tool.browser.get("/lti/authorize", request), "L207")


def test_a_tool_for_another_grade_is_refused_also_by_its_address(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(), tool_rules("history", grades=["J1"]))
    tool = launchpad.signed_in(1)
    refused(launchpad, tool.browser.get("/launch/history"), "L203")
    refused(launchpad, tool.browser.get("/launch/nothing"), "L202")
    request = tool.asks(tool.browser.get("/launch/drill"), client_id="demo.history")
    refused(launchpad, tool.browser.get("/lti/authorize", request), "L203")


def test_a_browser_in_which_nobody_is_signed_in_launches_nothing(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    request = tool.asks(tool.browser.get("/launch/drill"))
    stranger = launchpad.browser()
    refused(launchpad, stranger.get("/lti/authorize", request), "L201")
    stranger.jar["__Host-kakehashi"] = "guessed"
    refused(launchpad, stranger.get("/launch/drill"), "L201")


def test_a_session_ends_after_a_school_day(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    launchpad.later(8 * 3600 + 1)
    refused(launchpad, tool.browser.get("/launch/drill"), "L201")


def test_where_a_browser_is_sent_names_no_pupil(launchpad: Launchpad) -> None:
    begun = launchpad.signed_in(1).browser.get("/launch/drill")
    hint = jwt.decode(begun.query["lti_message_hint"], options={"verify_signature": False})
    said = f"{begun.location} {hint}"
    assert not any(one in said for one in (a_pupil(1).id, a_pupil(1).account, a_pupil(1).family))


def test_who_signs_in_where_somebody_did_not_sign_out_ends_that_session(
    launchpad: Launchpad,
) -> None:
    tool = launchpad.signed_in(1)
    left = dict(tool.browser.jar)
    assert tool.browser.sign_in(a_pupil(2).account).location == "/"
    other = launchpad.browser()
    other.jar |= left
    refused(launchpad, other.get("/launch/drill"), "L201")


def test_another_site_cannot_sign_a_pupil_out(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    tool.browser.post("/sign-out", {}, from_elsewhere=True)
    assert tool.browser.get("/launch/drill").status == 303


def test_bytes_that_are_no_text_break_nothing(launchpad: Launchpad) -> None:
    event = http_event("POST", "/lti/token", "", "", {}) | {"body": "//79"}
    assert launchpad.nights.lambdas.invoke("launch", event)["statusCode"] == 400


def test_what_stands_at_a_tools_address_for_keys_breaks_nothing(
    launchpad: Launchpad, key_server: str
) -> None:
    launchpad.register(tool_rules(memberships=True, jwks_uri=f"{key_server}-moved", keys=[]))
    refused(launchpad, launchpad.signed_in(1).token(), "L303")


def test_what_a_tool_sends_is_written_into_no_page(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    evil = '"><script>alert(1)</script>'
    answer = tool.launched(state=evil)
    assert "<script>alert" not in answer.text
    assert answer.form()[1]["state"] == evil


# -- tools --------------------------------------------------------------------------------------


def with_memberships(launchpad: Launchpad, **settings: Any) -> None:
    launchpad.register(tool_rules(memberships=True, **settings))


ASSERTIONS: list[tuple[dict[str, Any], str]] = [
    ({"iss": "demo.other"}, "L301"),
    ({"iss": None}, "L301"),
    ({"sub": "demo.other"}, "L302"),
    ({"aud": "https://elsewhere.example.com"}, "L302"),
    ({"aud": None}, "L302"),
    ({"jti": None}, "L302"),
    ({"exp": 1}, "L302"),
    ({"exp": 32503680000}, "L302"),
    ({"exp": "soon"}, "L302"),
    ({"exp": None}, "L302"),
    ({"iat": 32503680000}, "L302"),
    ({"iat": None}, "L302"),
]


def test_an_assertion_that_says_something_else_is_refused(launchpad: Launchpad) -> None:
    with_memberships(launchpad)
    tool = launchpad.signed_in(1)
    for claims, code in ASSERTIONS:
        refused(launchpad, tool.token(tool.assertion(**claims)), code)


@pytest.mark.parametrize(("ahead", "code"), [(-10, ""), (50, ""), (90, "L302")])
def test_a_tools_clock_may_be_a_minute_ahead(launchpad: Launchpad, ahead: int, code: str) -> None:
    with_memberships(launchpad)
    tool = launchpad.signed_in(1)
    answer = tool.token(tool.assertion(nbf=int(time.time()) + ahead))
    if code:
        refused(launchpad, answer, code)
    else:
        assert answer.json()["token_type"] == "Bearer"


def test_an_assertion_signed_otherwise_is_refused(launchpad: Launchpad) -> None:
    with_memberships(launchpad)
    tool = launchpad.signed_in(1)
    claims = jwt.decode(tool.assertion(), options={"verify_signature": False})
    nothing: Any = None
    unsigned = jwt.encode(claims, nothing, algorithm="none", headers={"kid": "tool-1"})
    refused(launchpad, tool.token(unsigned), "L302")
    refused(launchpad, tool.token(tool.assertion("k" * 32, "HS256")), "L302")
    refused(launchpad, tool.token(tool.assertion(a_key(), "RS384")), "L302")
    refused(launchpad, tool.token(tool.assertion(another_key())), "L302")
    refused(launchpad, tool.token(tool.assertion(kid="unknown")), "L303")
    refused(launchpad, tool.token("no JWT"), "L301")


def test_a_key_that_is_too_short_proves_nothing(launchpad: Launchpad) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    with_memberships(launchpad, keys=[public_jwk(short, "tool-1")])
    tool = Tool(launchpad.browser())
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        answer = tool.token(tool.assertion(short))
    refused(launchpad, answer, "L302")


def test_an_assertion_is_good_once(launchpad: Launchpad) -> None:
    with_memberships(launchpad)
    tool = launchpad.signed_in(1)
    assertion = tool.assertion()
    assert tool.token(assertion).json()["token_type"] == "Bearer"
    refused(launchpad, tool.token(assertion), "L304")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"grant_type": "authorization_code"}, "L305"),
        ({"client_assertion_type": "other"}, "L305"),
        ({"scope": "https://purl.imsglobal.org/spec/lti-ags/scope/score"}, "L306"),
    ],
)
def test_a_token_for_something_else_is_refused(
    launchpad: Launchpad, form: Mapping[str, str], code: str
) -> None:
    with_memberships(launchpad)
    refused(launchpad, launchpad.signed_in(1).token(**form), code)


def test_a_tool_without_memberships_gets_no_token(launchpad: Launchpad) -> None:
    refused(launchpad, launchpad.signed_in(1).token(), "L301")


def test_a_class_in_which_a_tool_has_nobody_is_not_there(launchpad: Launchpad) -> None:
    junior = a_known(7, pupil=a_pupil(7, grade="J1"))
    launchpad.given([junior])
    launchpad.register(tool_rules(memberships=True))
    theirs = launchpad.signed_in(7)
    url = theirs.read(theirs.launched())[NRPS_CLAIM]["context_memberships_url"]
    launchpad.register(tool_rules(memberships=True, grades=["P3"]))
    refused(launchpad, theirs.members(url), "L308")
    refused(launchpad, theirs.members(f"{SITE}/lti/contexts/unknown/memberships"), "L308")


def test_a_class_of_the_same_name_in_another_city_stays_unread(launchpad: Launchpad) -> None:
    with_memberships(launchpad)
    table = boto3.resource("dynamodb").Table(launchpad.nights.names["TABLE"])
    State(table, "elsewhere").put_pupil(a_known(9), None)
    tool = launchpad.signed_in(1)
    url = tool.read(tool.launched())[NRPS_CLAIM]["context_memberships_url"]
    ids = {member["user_id"] for member in tool.members(url).json()["members"]}
    assert a_pupil(1).id in ids
    assert a_pupil(9).id not in ids


def test_a_choice_that_a_tool_has_signed_is_no_proof_for_a_token(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(memberships=True, deep_linking=True))
    tool = launchpad.signed_in(1)
    request = tool.asks(tool.browser.get("/choose/drill"))
    asked = tool.read(tool.browser.get("/lti/authorize", request))
    refused(launchpad, tool.token(tool.answers(asked)), "L302")


def test_a_token_that_is_none_reads_nothing(launchpad: Launchpad) -> None:
    with_memberships(launchpad)
    tool = launchpad.signed_in(1)
    url = tool.read(tool.launched())[NRPS_CLAIM]["context_memberships_url"]
    refused(launchpad, tool.members(url, token="guessed"), "L307")
    basic = tool.browser.call("GET", url, headers={"authorization": "Basic guessed"})
    refused(launchpad, basic, "L307")


def test_a_token_is_good_for_an_hour(launchpad: Launchpad) -> None:
    with_memberships(launchpad)
    tool = launchpad.signed_in(1)
    url = tool.read(tool.launched())[NRPS_CLAIM]["context_memberships_url"]
    granted = tool.token().json()
    assert (granted["expires_in"], granted["scope"]) == (3600, NRPS_SCOPE)
    launchpad.later(3601)
    refused(launchpad, tool.members(url, granted["access_token"]), "L307")
