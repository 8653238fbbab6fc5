"""A pupil signs in, sees tiles, starts a tool, and the tool is told what it may know."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import jwt
import pytest

from kakehashi.lti.keys import RotationUnderWay
from kakehashi.people.pupil import class_id
from kakehashi.people.record import Status
from local.fakes import tenant as fake
from tests.builders import a_known, a_pupil
from tests.launches import SITE, TOOL, Browser, Launchpad, Tool, tool_rules, verify

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def test_a_pupil_signs_in_and_sees_the_tools_of_the_grade(launchpad: Launchpad) -> None:
    launchpad.register(
        tool_rules(), tool_rules("history", name="歴史", kana="れきし", grades=["J1"])
    )
    browser = launchpad.browser()
    assert "サインインする" in browser.get("/").text
    assert browser.sign_in(a_pupil(1).account).location == "/"
    page = browser.get("/").text
    assert 'href="/launch/drill"' in page
    assert "けいさんどりる" in page
    assert "れきし" not in page


def test_a_launch_tells_the_tool_what_the_standard_model_asks_for(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    begun = tool.browser.get("/launch/drill")
    assert begun.location.startswith(f"{TOOL}/login?")
    assert begun.query["iss"] == SITE
    assert begun.query["lti_deployment_id"] == f"S_{a_pupil(1).school}"
    answer = tool.browser.get("/lti/authorize", tool.asks(begun))
    action, fields = answer.form()
    assert (action, fields["state"]) == (f"{TOOL}/launch", "state-of-the-tool")
    claims, pupil = tool.read(answer), a_pupil(1)
    assert claims["sub"] == pupil.id
    assert claims["nonce"] == "nonce-of-the-tool"
    assert claims["exp"] - claims["iat"] == 300
    assert claims[f"{CLAIM}message_type"] == "LtiResourceLinkRequest"
    assert claims[f"{CLAIM}version"] == "1.3.0"
    assert claims[f"{CLAIM}deployment_id"] == f"S_{pupil.school}"
    assert claims[f"{CLAIM}target_link_uri"] == begun.query["target_link_uri"] == f"{TOOL}/start"
    assert claims[f"{CLAIM}custom"] == {"grade": "P3"}
    context = claims[f"{CLAIM}context"]
    assert context["id"] == class_id(pupil.school, pupil.school_year, pupil.class_title)
    assert context["label"] == context["title"] == "2026:3年2組"
    assert claims[f"{CLAIM}resource_link"]["id"]
    assert [role.rpartition("#")[2] for role in claims[f"{CLAIM}roles"]] == ["Student", "Learner"]
    assert uuid.UUID(claims[f"{CLAIM}tool_platform"]["guid"]).version == 4
    assert not {"name", "given_name", "family_name", "email"} & claims.keys()
    assert "names" not in str(claims)


def test_names_are_told_to_a_tool_that_may_have_them(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(send_names=True, custom={"unit": "3"}))
    tool = launchpad.signed_in(1)
    claims, pupil = tool.read(tool.launched()), a_pupil(1)
    assert claims["name"] == f"{pupil.family} {pupil.given}"
    assert claims[f"{CLAIM}custom"] == {"unit": "3", "grade": "P3"}


def test_a_request_that_is_posted_from_the_tool_comes_back_as_a_redirect(
    launchpad: Launchpad,
) -> None:
    tool = launchpad.signed_in(1)
    request = tool.asks(tool.browser.get("/launch/drill"))
    answer = tool.browser.post("/lti/authorize", request, from_elsewhere=True)
    assert answer.status == 303
    assert tool.read(tool.browser.get(answer.location))["sub"] == a_pupil(1).id


def test_the_page_that_posts_holds_no_script_but_its_own(launchpad: Launchpad) -> None:
    answer = launchpad.signed_in(1).launched()
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.text.count("<script") == 1
    assert 'src="' not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert '<button type="submit">' in answer.text  # for a browser without scripts


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(launchpad: Launchpad) -> None:
    browser = launchpad.browser()
    begun = browser.get("/sign-in")
    ended = browser.come_back(browser.at_microsoft(begun, a_pupil(1).account))
    for cookie in (begun.cookies[0], ended.cookies[0]):
        assert cookie.startswith("__Host-")
        assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Max-Age" not in ended.cookies[0]


def test_a_pupil_who_signs_out_is_gone_at_once(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    kept = dict(tool.browser.jar)
    tool.browser.post("/sign-out", {})
    assert tool.browser.jar == {}
    tool.browser.jar |= kept  # somebody has copied the cookie
    assert tool.browser.get("/launch/drill").code == "L201"


def test_a_pupil_who_is_suspended_meanwhile_is_turned_away(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    known = launchpad.nights.state.pupil(a_pupil(1).id)
    assert known is not None
    launchpad.nights.state.put_pupil(replace(known, status=Status.SUSPENDED), known)
    assert tool.browser.get("/").code == "L105"
    assert tool.browser.get("/launch/drill").code == "L105"


def test_a_pupil_who_is_held_cannot_sign_in(launchpad: Launchpad) -> None:
    launchpad.hold(a_pupil(2).id)
    assert launchpad.browser().sign_in(a_pupil(2).account).code == "L106"
    assert launchpad.browser().sign_in(a_pupil(1).account).location == "/"


def test_a_renewed_credential_of_the_sign_in_app_is_taken_up_at_once(launchpad: Launchpad) -> None:
    def put_secret(value: str) -> None:
        text = json.dumps({"type": "secret", "value": value})
        boto3.client("secretsmanager").put_secret_value(
            SecretId=os.environ["SIGN_IN_SECRET"], SecretString=text
        )

    put_secret("expired")
    assert launchpad.browser().sign_in(a_pupil(1).account).code == "L102"
    put_secret(fake.CLIENT_SECRET)
    assert launchpad.browser().sign_in(a_pupil(1).account).location == "/"


def test_whoever_is_held_stays_out_after_a_delivery_that_somebody_asked_for(
    launchpad: Launchpad,
) -> None:
    launchpad.hold(a_pupil(2).id)
    asked_for = f"{launchpad.nights.city}-20261124T090000-00000000"
    launchpad.nights.state.note_run(asked_for, verdict="unchanged", mode="deliver")
    assert launchpad.browser().sign_in(a_pupil(2).account).code == "L106"


def test_an_account_that_is_no_pupils_cannot_sign_in(launchpad: Launchpad) -> None:
    stranger = a_known(9)
    launchpad.accounts([stranger])
    assert launchpad.browser().sign_in(stranger.pupil.account).code == "L104"


def test_a_pupil_without_a_class_is_launched_in_the_school(launchpad: Launchpad) -> None:
    launchpad.given([a_known(5, pupil=a_pupil(5, class_title="", class_grades=()))])
    tool = launchpad.signed_in(5)
    context = tool.read(tool.launched())[f"{CLAIM}context"]
    assert context["title"] == f"2026:{a_pupil(5).school_name}"


def test_tools_find_our_endpoints(launchpad: Launchpad) -> None:
    browser = launchpad.browser()
    found = browser.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == SITE
    assert found["authorization_endpoint"] == f"{SITE}/lti/authorize"
    (key,) = browser.get("/.well-known/jwks.json").json()["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("RSA", "RS256", "sig")
    assert key.keys() == {"kty", "n", "e", "kid", "alg", "use"}


@pytest.mark.parametrize("path", ["/nothing", "/launch/", "/lti"])
def test_a_page_that_is_not_there_says_so(launchpad: Launchpad, path: str) -> None:
    answer = launchpad.browser().get(path)
    assert (answer.status, answer.code) == (404, "L404")


def test_a_fault_of_ours_is_a_page_and_its_text_stays_inside(launchpad: Launchpad) -> None:
    launchpad.nights.put_rules("name = 'not a city'")
    browser: Browser = launchpad.browser()
    answer = browser.sign_in(a_pupil(1).account)
    assert answer.location == "/"  # rules are not needed yet
    assert browser.get("/").code == "L900"
    assert "board_code" not in launchpad.said()


def test_nothing_personal_is_logged(launchpad: Launchpad) -> None:
    tool: Tool = launchpad.signed_in(1)
    tool.read(tool.launched())
    tool.launched(redirect_uri="https://evil.example.com/")
    pupil, said = a_pupil(1), launchpad.said()
    assert '"code":"L204"' in said
    for secret in (pupil.id, pupil.account, pupil.family, pupil.given, pupil.class_title,
                   *tool.browser.jar.values(), "state-of-the-tool", "id_token"):  # fmt: skip
        assert secret not in said


def test_a_launch_is_verified_while_and_after_the_keys_change(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    _, before = tool.launched().form()
    now = datetime.now(UTC)
    launchpad.keys().rotate(now - timedelta(hours=1))
    _, meanwhile = tool.launched().form()
    assert key_of(meanwhile) == key_of(before)
    published = tool.browser.get("/.well-known/jwks.json").json()["keys"]
    assert published[0]["kid"] == key_of(before)
    assert len(published) == 2
    with pytest.raises(RotationUnderWay):
        launchpad.keys().rotate(now)


def test_the_new_key_signs_when_its_day_has_come(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    _, before = tool.launched().form()
    launchpad.keys().rotate(datetime.now(UTC) - timedelta(hours=25))
    answer = tool.launched()
    assert key_of(answer.form()[1]) != key_of(before)
    assert tool.read(answer)["sub"] == a_pupil(1).id
    assert verify(tool.browser, before["id_token"], "demo.drill")["sub"] == a_pupil(1).id


def key_of(fields: Mapping[str, str]) -> str:
    return str(jwt.get_unverified_header(fields["id_token"])["kid"])


# -- names and roles ------------------------------------------------------------------------------


def test_a_tool_reads_the_class_that_a_launch_named(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(memberships=True))
    tool = launchpad.signed_in(1)
    claims = tool.read(tool.launched())
    answer = tool.members(claims[NRPS]["context_memberships_url"])
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    found = answer.json()
    assert found["context"]["id"] == claims[f"{CLAIM}context"]["id"]
    assert [m["user_id"] for m in found["members"]] == sorted(a_pupil(n).id for n in (1, 2, 3))


def test_a_tool_reads_page_by_page_and_then_only_what_has_changed(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(memberships=True))
    tool = launchpad.signed_in(1)
    url = tool.read(tool.launched())[NRPS]["context_memberships_url"]
    first = tool.members(f"{url}?limit=2")
    assert len(first.json()["members"]) == 2
    second = tool.members(first.links["next"])
    assert len(second.json()["members"]) == 1
    assert "next" not in second.links
    assert tool.members(second.links["differences"]).json()["members"] == []
    state = launchpad.nights.state
    known = state.pupil(a_pupil(2).id)
    assert known is not None
    state.put_pupil(replace(known, pupil=a_pupil(2, class_title="3年1組")), known)
    launchpad.given([a_known(4)])
    later = tool.members(second.links["differences"])
    assert {m["user_id"]: m["status"] for m in later.json()["members"]} == {
        a_pupil(4).id: "Active",
        a_pupil(2).id: "Deleted",
    }
    assert tool.members(later.links["differences"]).json()["members"] == []


def test_differences_to_a_list_that_nobody_was_given_are_refused(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(memberships=True))
    tool = launchpad.signed_in(1)
    url = tool.read(tool.launched())[NRPS]["context_memberships_url"]
    assert tool.members(f"{url}?since=guessed").code == "L309"


def test_a_tool_proves_itself_by_keys_it_publishes(launchpad: Launchpad, key_server: str) -> None:
    """The keys are fetched from the tool's JWKS; no other key counts."""
    launchpad.register(tool_rules(memberships=True, keys=[], jwks_uri=key_server))
    tool = launchpad.signed_in(1)
    assert tool.token().json()["token_type"] == "Bearer"
    assert tool.token(tool.assertion(kid="unknown")).code == "L303"
    launchpad.register(tool_rules(memberships=True, keys=[], jwks_uri="http://127.0.0.1:9/gone"))
    assert tool.token().code == "L303"
