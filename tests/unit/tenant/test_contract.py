"""What does not fit Graph's schema is noticed, on the way in and on the way out."""

from __future__ import annotations

from typing import Any

import pytest

from local.fakes.tenant.answers import Answer, bad_request
from local.fakes.tenant.calls import Call
from local.fakes.tenant.contract import GIVES, TAKES, Contract
from local.fakes.tenant.graph import ROUTES
from local.fakes.tenant.schema import TYPES

ID = "11111111-1111-4111-8111-111111111111"


def call(method: str, body: Any = None) -> Call:
    return Call(method, (), {}, {}, body, "", "", "")


def said(method: str, shape: str, body: Any) -> list[str]:
    """What is noted about a request."""
    contract = Contract()
    contract.see(call(method, body), shape, Answer(204))
    return [noted.partition(": ")[2] for noted in contract.requests]


def answered(method: str, shape: str, answer: Answer) -> list[str]:
    contract = Contract()
    contract.see(call(method), shape, answer)
    return [noted.partition(": ")[2] for noted in contract.answers]


def test_every_route_says_what_it_answers() -> None:
    assert {f"{method} /{shape}" for method, shape, _, _ in ROUTES} == GIVES.keys()
    assert TAKES.keys() < GIVES.keys()
    kinds = {kind.strip("[]") for kind in (*GIVES.values(), *TAKES.values())}
    assert kinds - {"", "number"} <= TYPES.keys()


@pytest.mark.parametrize(
    ("method", "shape", "body"),
    [
        ("POST", "/users", {"displayName": "x", "@odata.type": "#microsoft.graph.user"}),
        ("PATCH", "/groups/{id}", {"members@odata.bind": ["…"]}),
        (
            "POST",
            "/users/{id}/assignLicense",
            {"addLicenses": [{"skuId": ID}], "removeLicenses": []},
        ),
        ("POST", "/directory/deletedItems/{id}/restore", None),
        ("POST", "/groups/{id}/members/$ref", {"@odata.id": "…"}),
        ("GET", "/users", None),
    ],
)
def test_a_request_that_fits(method: str, shape: str, body: Any) -> None:
    assert said(method, shape, body) == []


@pytest.mark.parametrize(
    ("method", "shape", "body", "noted"),
    [
        ("POST", "/users", {"grade": "P1"}, "grade"),
        ("PATCH", "/users/{id}", {"accountEnabled": "true"}, "accountEnabled"),
        ("PATCH", "/users/{id}", ["displayName"], "not a user"),
        ("POST", "/groups", {"department": "1"}, "department"),
        ("POST", "/users/{id}/assignLicense", {"addLicenses": None}, "addLicenses"),
        ("POST", "/users/{id}/assignLicense", {"removeLicenses": ["A1"]}, "removeLicenses"),
        ("POST", "/groups/{id}/members/$ref", {"id": ID}, "id"),
        ("DELETE", "/users/{id}", {"why": "left"}, "a body"),
        ("GET", "unknown", None, "no such call"),
    ],
)
def test_a_request_that_does_not_fit_is_noted_without_its_value(
    method: str, shape: str, body: Any, noted: str
) -> None:
    assert said(method, shape, body) == [noted]


@pytest.mark.parametrize(
    ("method", "shape", "answer"),
    [
        ("GET", "/users", Answer(200, {"@odata.nextLink": "…", "value": [{"id": ID}]})),
        ("GET", "/users/$count", Answer(200, "12")),
        ("PATCH", "/users/{id}", Answer(204)),
        ("POST", "/users", bad_request("no").answer({"date": "…", "request-id": ID})),
        ("GET", "unknown", bad_request("no").answer({}, "innererror")),
    ],
)
def test_an_answer_that_fits(method: str, shape: str, answer: Answer) -> None:
    assert answered(method, shape, answer) == []


@pytest.mark.parametrize(
    ("method", "shape", "answer", "noted"),
    [
        ("GET", "/users", Answer(200, {"value": [{"id": 1}]}), "id"),
        ("GET", "/users", Answer(200, {"value": {}}), "not a page"),
        ("GET", "/users", Answer(200, {"value": [], "count": 0}), "count"),
        ("GET", "/users/$count", Answer(200, "many"), "not a number"),
        ("POST", "/users", Answer(201, {"passwordProfile": {"pin": "1"}}), "passwordProfile/pin"),
        ("PATCH", "/users/{id}", Answer(200, {"id": ID}), "a body"),
        ("GET", "/subscribedSkus", Answer(200, {"value": [{"seats": 1}]}), "seats"),
        ("GET", "/users/{id}", Answer(404, {"message": "gone"}), "message"),
        ("GET", "/users/{id}", Answer(404, {"error": {"code": 404}}), "error/code"),
        (
            "GET",
            "/groups/{id}/members",
            Answer(200, {"value": [{"@odata.type": "#microsoft.graph.group", "jobTitle": "x"}]}),
            "jobTitle",
        ),
    ],
)
def test_an_answer_that_does_not_fit_is_noted_without_its_value(
    method: str, shape: str, answer: Answer, noted: str
) -> None:
    assert answered(method, shape, answer) == [noted]
