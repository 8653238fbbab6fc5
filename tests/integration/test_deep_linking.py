"""A pupil chooses contents in a tool, and finds them as tiles."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import a_pupil
from tests.launches import CLAIM, DL, TOOL, Launchpad, Tool, tool_rules

BOOK = {
    "type": "ltiResourceLink",
    "title": "算数 3年 上",
    "url": f"{TOOL}/books/1",
    "custom": {"page": "12"},
}


@pytest.fixture
def tool(launchpad: Launchpad) -> Tool:
    launchpad.register(tool_rules(deep_linking=True))
    return launchpad.signed_in(1)


def asked(tool: Tool) -> dict[str, Any]:
    """The claims of the request to choose."""
    begun = tool.browser.get("/choose/drill")
    return tool.read(tool.browser.get("/lti/authorize", tool.asks(begun)))


def test_what_a_pupil_chose_becomes_a_tile_and_is_launched(tool: Tool) -> None:
    request = asked(tool)
    assert request[f"{CLAIM}message_type"] == "LtiDeepLinkingRequest"
    settings = request[f"{DL}deep_linking_settings"]
    form = {"JWT": tool.answers(request, BOOK)}
    again = tool.browser.post(settings["deep_link_return_url"], form, from_elsewhere=True)
    assert tool.browser.post(*again.form()).location == "/"
    page = tool.browser.get("/").text
    assert "算数 3年 上" in page
    (path,) = {part for part in page.split('"') if part.startswith("/launch/drill?link=")}
    begun = tool.browser.get(path)
    assert begun.query["target_link_uri"] == BOOK["url"]
    claims = tool.read(tool.browser.get("/lti/authorize", tool.asks(begun)))
    assert claims[f"{CLAIM}target_link_uri"] == BOOK["url"]
    assert claims[f"{CLAIM}custom"] == {"page": "12", "grade": "P3"}
    assert claims[f"{CLAIM}resource_link"]["title"] == BOOK["title"]


def test_choosing_again_replaces_what_was_chosen(tool: Tool) -> None:
    for items in ([BOOK], []):
        answer = tool.answers(asked(tool), *items)
        tool.browser.post("/lti/deep-links", {"JWT": answer})
    assert "算数 3年 上" not in tool.browser.get("/").text


def test_an_answer_that_nobody_asked_for_changes_nothing(launchpad: Launchpad, tool: Tool) -> None:
    request, other = asked(tool), launchpad.signed_in(2)
    answers = {
        tool.answers(request, BOOK, **{f"{CLAIM}message_type": "LtiResourceLinkRequest"}): "L401",
        tool.answers(request, BOOK, **{f"{CLAIM}deployment_id": "S_C108299900099"}): "L401",
        tool.answers(request, BOOK | {"url": "https://evil.example.com/"}): "L401",
        tool.answers(request, BOOK | {"url": "javascript:alert(1)"}): "L401",
        tool.answers(request, BOOK | {"url": "https://["}): "L401",
        tool.answers(asked(tool), BOOK | {"type": "html"}): "L401",
        tool.answers(request, BOOK, **{f"{DL}data": "guessed"}): "L207",
        tool.answers(asked(other), BOOK): "L207",
        tool.answers(request, BOOK, aud="https://elsewhere.example.com"): "L302",
        tool.answers(request, BOOK, iss="demo.other"): "L202",
        "no JWT": "L202",
    }
    for answer, code in answers.items():
        assert tool.browser.post("/lti/deep-links", {"JWT": answer}).code == code
    assert "算数 3年 上" not in tool.browser.get("/").text
    assert a_pupil(1).id not in launchpad.said()


def test_an_answer_is_good_once(tool: Tool) -> None:
    answer = tool.answers(asked(tool), BOOK)
    assert tool.browser.post("/lti/deep-links", {"JWT": answer}).location == "/"
    assert tool.browser.post("/lti/deep-links", {"JWT": answer}).code == "L304"


def test_what_a_choice_is_asked_with_starts_no_launch(tool: Tool) -> None:
    data = asked(tool)[f"{DL}deep_linking_settings"]["data"]
    begun = tool.browser.get("/launch/drill")
    asks = tool.asks(begun, lti_message_hint=data)
    assert tool.browser.get("/lti/authorize", asks).code == "L207"


def test_a_tool_that_offers_no_choice_is_not_asked(launchpad: Launchpad) -> None:
    tool = launchpad.signed_in(1)
    assert "/choose/" not in tool.browser.get("/").text
    assert tool.browser.get("/choose/drill").code == "L202"
    assert tool.browser.get("/launch/drill", {"link": "guessed"}).code == "L202"
