"""Licences: direct, by group, and what stands in the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.tenant.client import Graph, error

A1 = "314c4481-f395-4525-be8b-2ec4bb1e9d91"
A3 = "18250162-5d87-4436-a834-d795c15c80f3"
OBJECTS = "https://graph.microsoft.com/v1.0/directoryObjects/"


def order(add: list[str], remove: list[str] | None = None) -> dict[str, Any]:
    return {
        "addLicenses": [{"skuId": sku, "disabledPlans": []} for sku in add],
        "removeLicenses": remove or [],
    }


def held(tenant: Graph, user: str) -> tuple[list[str], list[tuple[str, str]]]:
    """SKUs in use, and (state, error) of each assignment."""
    body = tenant.get(f"/users/{user}", select="assignedLicenses,licenseAssignmentStates").json()
    states = [(s["state"], s["error"]) for s in body["licenseAssignmentStates"]]
    return [licence["skuId"] for licence in body["assignedLicenses"]], states


def consumed(tenant: Graph, sku: str) -> int:
    rows = tenant.get("/subscribedSkus").json()["value"]
    return next(int(row["consumedUnits"]) for row in rows if row["skuId"] == sku)


def seats(tenant: Graph, units: int) -> None:
    sku = {"sku_id": A1, "part_number": "STANDARDWOFFPACK_STUDENT", "units": units}
    tenant.configure(skus=[sku])


def licensed_group(tenant: Graph, *members: str) -> str:
    group = str(tenant.group()["id"])
    answer = tenant.post(f"/groups/{group}/assignLicense", order([A1]))
    assert answer.status_code == 202
    for member in members:
        tenant.post(f"/groups/{group}/members/$ref", {"@odata.id": OBJECTS + member})
    return group


def test_products_are_listed_by_part_number_with_their_seats(tenant: Graph) -> None:
    rows = tenant.get("/subscribedSkus").json()["value"]
    assert [row["skuPartNumber"] for row in rows] == [
        "STANDARDWOFFPACK_STUDENT",
        "STANDARDWOFFPACK_FACULTY",
        "M365EDU_A3_STUUSEBNFT",
    ]
    assert set(rows[0]["prepaidUnits"]) == {"enabled", "suspended", "warning", "lockedOut"}


def test_a_licence_is_given_and_taken_and_the_counter_moves(tenant: Graph) -> None:
    user = tenant.create()["id"]
    assert tenant.post(f"/users/{user}/assignLicense", order([A1])).status_code == 200
    assert held(tenant, user) == ([A1], [("Active", "None")])
    assert consumed(tenant, A1) == 1
    assert tenant.get(f"/users/{user}/licenseDetails").json()["value"][0]["skuId"] == A1
    assert tenant.post(f"/users/{user}/assignLicense", order([], [A1])).status_code == 200
    assert held(tenant, user) == ([], [])
    assert consumed(tenant, A1) == 0


@pytest.mark.parametrize(
    "body",
    [
        {"addLicenses": []},
        {"removeLicenses": []},
        {"addLicenses": None, "removeLicenses": []},
        {"addLicenses": [{"skuId": "x"}], "removeLicenses": []},
        {"addLicenses": [], "removeLicenses": ["x"]},
        order(["00000000-0000-4000-8000-000000000000"]),
        order([], [A1]),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(tenant: Graph, body: dict[str, Any]) -> None:
    user = tenant.create()["id"]
    assert tenant.post(f"/users/{user}/assignLicense", body).status_code == 400


def test_a_licence_needs_a_usage_location(tenant: Graph) -> None:
    body = tenant.pupil()
    del body["usageLocation"]
    user = tenant.post("/users", body).json()["id"]
    answer = tenant.post(f"/users/{user}/assignLicense", order([A1]))
    assert error(answer) == (400, "Request_BadRequest")
    assert "invalid usage location" in answer.json()["error"]["message"]


def test_when_all_seats_are_taken_the_next_one_is_refused(tenant: Graph) -> None:
    seats(tenant, 1)
    first, second = tenant.create()["id"], tenant.create()["id"]
    assert tenant.post(f"/users/{first}/assignLicense", order([A1])).status_code == 200
    assert tenant.post(f"/users/{first}/assignLicense", order([A1])).status_code == 200
    answer = tenant.post(f"/users/{second}/assignLicense", order([A1]))
    assert "does not have any available licenses" in answer.json()["error"]["message"]
    tenant.delete(f"/users/{first}")
    assert tenant.post(f"/users/{second}/assignLicense", order([A1])).status_code == 200


def test_a_group_gives_its_licence_some_time_later(tenant: Graph) -> None:
    tenant.control("POST", "clock", {"virtual": True})
    tenant.configure(licence_delay=60)
    user = tenant.create()["id"]
    licensed_group(tenant, user)
    assert held(tenant, user) == ([], [])
    tenant.advance(61)
    assert held(tenant, user) == ([A1], [("Active", "None")])


def test_who_leaves_the_group_loses_the_licence(tenant: Graph) -> None:
    user = tenant.create()["id"]
    group = licensed_group(tenant, user)
    assert held(tenant, user)[0] == [A1]
    refused = tenant.post(f"/users/{user}/assignLicense", order([], [A1]))
    assert "inherited from a group" in refused.json()["error"]["message"]
    tenant.delete(f"/groups/{group}/members/{user}/$ref")
    assert held(tenant, user) == ([], [])


def test_a_group_licence_that_fails_tells_nobody_but_the_account(tenant: Graph) -> None:
    seats(tenant, 1)
    users = sorted(tenant.create()["id"] for _ in range(2))
    licensed_group(tenant, *users)
    states = sorted(held(tenant, user)[1] for user in users)
    assert states == [[("Active", "None")], [("Error", "CountViolation")]]
    assert consumed(tenant, A1) == 1


def test_an_injected_licence_error_stands_on_its_account(tenant: Graph) -> None:
    user = tenant.create()
    tenant.configure(licence_errors={user["userPrincipalName"]: "DependencyViolation"})
    licensed_group(tenant, user["id"])
    assert held(tenant, user["id"]) == ([], [("Error", "DependencyViolation")])


def test_a_licensed_group_cannot_be_deleted(tenant: Graph) -> None:
    group = licensed_group(tenant)
    assert error(tenant.delete(f"/groups/{group}")) == (400, "Request_BadRequest")


def test_what_a_group_gives_and_what_a_person_has_are_one_licence(tenant: Graph) -> None:
    user = tenant.create()["id"]
    tenant.post(f"/users/{user}/assignLicense", order([A1, A3]))
    licensed_group(tenant, user)
    skus, states = held(tenant, user)
    assert sorted(skus) == sorted([A1, A3])
    assert len(states) == 3
    assert consumed(tenant, A1) == 1
