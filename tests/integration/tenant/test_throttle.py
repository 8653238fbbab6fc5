"""Throttling on a virtual clock: what the documented limits allow, and what they say."""

from __future__ import annotations

import pytest

from tests.integration.tenant.client import Graph, item, token

OTHER_APP = "22222222-2222-4222-8222-222222222222"


@pytest.fixture
def throttled(tenant: Graph) -> Graph:
    """Ten writes in ten seconds, one a second coming back."""
    tenant.control("POST", "clock", {"virtual": True})
    tenant.configure(throttle={"on": True, "writes": 10, "writes_seconds": 10})
    tenant.session.headers["Authorization"] = f"Bearer {token(tenant.url)}"
    return tenant


def writes(tenant: Graph, number: int) -> list[int]:
    return [tenant.post("/users", {}).status_code for _ in range(number)]


def test_throttling_is_off_until_it_is_wanted(tenant: Graph) -> None:
    assert 429 not in writes(tenant, 30)


def test_beyond_the_limit_a_write_is_answered_429(throttled: Graph) -> None:
    assert writes(throttled, 10) == [400] * 10
    answer = throttled.post("/users", {})
    assert answer.status_code == 429
    body = answer.json()["error"]
    assert (body["code"], body["innerError"]["code"]) == ("TooManyRequests", "429")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["x-ms-throttle-information"] == "WriteLimitExceeded"
    assert answer.headers["x-ms-throttle-scope"].startswith("Tenant_Application/Write/")


def test_after_the_time_it_was_told_a_client_may_write_again(throttled: Graph) -> None:
    writes(throttled, 10)
    wait = int(throttled.post("/users", {}).headers["Retry-After"])
    throttled.advance(wait)
    assert throttled.post("/users", {}).status_code == 400


def test_hammering_makes_the_wait_longer(throttled: Graph) -> None:
    writes(throttled, 10)
    waits = [int(throttled.post("/users", {}).headers["Retry-After"]) for _ in range(5)]
    assert waits == [2, 3, 4, 5, 6]


def test_a_steady_pace_at_the_limit_is_never_refused(throttled: Graph) -> None:
    writes(throttled, 10)
    for _ in range(20):
        throttled.advance(1.001)
        assert throttled.post("/users", {}).status_code == 400
    assert throttled.counted()["throttled"] == 0


def test_a_bucket_may_begin_empty(throttled: Graph) -> None:
    limits = {"on": True, "writes": 10, "writes_seconds": 10, "full_at_start": False}
    throttled.configure(throttle=limits)
    assert throttled.post("/users", {}).status_code == 429


def test_items_of_a_batch_are_throttled_one_by_one(throttled: Graph) -> None:
    answers = throttled.answers(
        *(item(str(n), "POST", "/users", throttled.pupil()) for n in range(15))
    )
    refused = [answer for answer in answers.values() if answer["status"] == 429]
    assert len(refused) == 5
    assert {answer["status"] for answer in answers.values()} == {201, 429}
    assert all(int(answer["headers"]["Retry-After"]) >= 1 for answer in refused)


def test_reading_is_not_writing(throttled: Graph) -> None:
    writes(throttled, 12)
    assert throttled.get("/users").status_code == 200


def test_another_application_has_a_bucket_of_its_own(throttled: Graph) -> None:
    throttled.configure(apps=[OTHER_APP])
    writes(throttled, 10)
    other = Graph(throttled.url, token(throttled.url, client_id=OTHER_APP))
    assert writes(other, 10) == [400] * 10
    assert writes(other, 1) == [429]
    other.close()


def test_the_tenant_as_a_whole_has_a_limit_too(throttled: Graph) -> None:
    limits = {"on": True, "tenant_writes": 5, "tenant_writes_seconds": 10}
    throttled.configure(throttle=limits)
    assert writes(throttled, 6)[-1] == 429
    scope = throttled.post("/users", {}).headers["x-ms-throttle-scope"]
    assert scope.startswith("Tenant/Write/")


def test_what_others_write_is_taken_from_the_tenants_share(throttled: Graph) -> None:
    limits = {
        "on": True,
        "tenant_writes": 10,
        "tenant_writes_seconds": 10,
        "others_writes_per_second": 0.5,
    }
    throttled.configure(throttle=limits)
    writes(throttled, 10)
    throttled.advance(4)
    assert writes(throttled, 3) == [400, 400, 429]


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("/users", "2"),
        ("/users?$select=id", "1"),
        ("/users?$top=5", "1"),
        ("/users?$top=5&$select=id", "1"),
        ("/subscribedSkus", "3"),
        ("/groups", "1"),
    ],
)
def test_each_answer_says_what_it_cost(throttled: Graph, path: str, units: str) -> None:
    assert throttled.get(path).headers["x-ms-resource-unit"] == units


def test_reads_have_their_limit_in_resource_units(throttled: Graph) -> None:
    throttled.configure(throttle={"on": True, "units": 4, "units_seconds": 10})
    answers = [throttled.get("/users") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"


def test_the_share_of_the_limit_is_told_from_four_fifths_on(throttled: Graph) -> None:
    shares = [
        throttled.post("/users", {}).headers.get("x-ms-throttle-limit-percentage")
        for _ in range(10)
    ]
    assert shares == [None] * 7 + ["0.80", "0.90", "1.00"]
