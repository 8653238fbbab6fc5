"""The documented contract of ``$batch``."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.tenant.client import EVENTUAL, UMI, Graph, error, item


def test_twenty_items_are_answered_one_by_one(graph: Graph) -> None:
    answers = graph.answers(*(item(str(n), "POST", "/users", graph.pupil()) for n in range(20)))
    assert {key: answer["status"] for key, answer in answers.items()} == {
        str(n): 201 for n in range(20)
    }
    assert answers["7"]["headers"]["Content-Type"].startswith("application/json")


def test_one_refusal_leaves_the_others_alone(graph: Graph) -> None:
    good = graph.pupil()
    answers = graph.answers(
        item("1", "POST", "/users", good),
        item("2", "POST", "/users", {"displayName": "x"}),
        item("3", "GET", "/users/00000000-0000-4000-8000-000000000000"),
    )
    assert [answers[key]["status"] for key in "123"] == [201, 400, 404]
    assert answers["2"]["body"]["error"]["code"] == "Request_BadRequest"


def test_answers_do_not_keep_the_order_of_the_items(tenant: Graph) -> None:
    response = tenant.batch(*(item(str(n), "GET", "/users?$top=1") for n in range(5)))
    ids = [answer["id"] for answer in response.json()["responses"]]
    assert sorted(ids) == ["0", "1", "2", "3", "4"]
    assert ids != sorted(ids)


def test_an_item_without_content_says_so_by_its_status(graph: Graph) -> None:
    user = graph.create()
    answers = graph.answers(item("1", "PATCH", f"/users/{user['id']}", {"department": "x"}))
    assert answers["1"]["status"] == 204
    assert answers["1"].get("body") is None


GET = item("1", "GET", "/users?$top=1")


@pytest.mark.parametrize(
    "items",
    [
        [],
        [item(str(n), "GET", "/users") for n in range(21)],
        [GET, GET],
        [GET | {"depends_on": ["2"]}],
        [{"id": "1", "url": "/users"}],
        [{"id": "1", "method": "GET"}],
        [{"method": "GET", "url": "/users"}],
        [{"id": 1, "method": "GET", "url": "/users"}],
        [{"id": "1", "method": "POST", "url": "/users", "body": {}}],
        [{"id": "1", "method": "POST", "url": "/users/x/revokeSignInSessions"}],
        [GET | {"dependsOn": ["7"]}],
        [GET | {"dependsOn": ["2"]}, GET | {"id": "2", "dependsOn": ["1"]}],
    ],
    ids=[
        "none",
        "twenty-one",
        "the same id twice",
        "an unknown key",
        "no method",
        "no url",
        "no id",
        "an id that is no text",
        "a body without its Content-Type",
        "a write without a body",
        "dependsOn nobody",
        "dependsOn in a circle",
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(graph: Graph, items: list[Any]) -> None:
    assert error(graph.batch(*items)) == (400, "BadRequest")


def test_what_depends_on_a_failure_is_not_tried(graph: Graph) -> None:
    orphan = graph.pupil()
    answers = graph.answers(
        item("2", "POST", "/users", orphan, dependsOn=["1"]),
        item("1", "POST", "/users", {}),
        item("3", "GET", "/users?$top=1", dependsOn=["2"]),
    )
    assert [answers[key]["status"] for key in "123"] == [400, 424, 424]
    assert graph.get(f"/users/{orphan['userPrincipalName']}").status_code == 404


def test_what_depends_on_a_success_sees_it(graph: Graph) -> None:
    body = graph.pupil()
    answers = graph.answers(
        item("2", "GET", f"/users/{body['userPrincipalName']}", dependsOn=["1"]),
        item("1", "POST", "/users", body),
    )
    assert answers["2"]["body"]["id"] == answers["1"]["body"]["id"]


@pytest.mark.parametrize(
    "url", ["https://graph.microsoft.com/v1.0/users", "/v1.0/users", "/$batch"]
)
def test_an_items_url_is_relative_and_names_no_version(graph: Graph, url: str) -> None:
    assert graph.answers(item("1", "GET", url))["1"]["status"] == 400


def test_an_advanced_query_has_its_header_in_the_item(graph: Graph) -> None:
    url = f"/users?$count=true&$filter=onPremisesExtensionAttributes/{UMI} eq 'x'"
    response = graph.call(
        "POST",
        "/$batch",
        {"requests": [item("1", "GET", url), item("2", "GET", url, headers=EVENTUAL)]},
        EVENTUAL,
    )
    statuses = {answer["id"]: answer["status"] for answer in response.json()["responses"]}
    assert statuses == {"1": 400, "2": 200}


def test_each_item_keeps_its_own_request_id(graph: Graph) -> None:
    ours = {"client-request-id": "2b0d4b5c-0000-4000-8000-000000000001"}
    answer = graph.answers(item("1", "GET", "/users/nobody@example.invalid", headers=ours))["1"]
    inner = answer["body"]["error"]["innerError"]
    assert inner["client-request-id"] == ours["client-request-id"]
