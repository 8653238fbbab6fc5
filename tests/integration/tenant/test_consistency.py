"""Eventual consistency on a virtual clock: lists lag longer than single reads."""

from __future__ import annotations

import pytest

from tests.integration.tenant.client import Graph, error

OBJECTS = "https://graph.microsoft.com/v1.0/directoryObjects/"


@pytest.fixture
def lagging(tenant: Graph) -> Graph:
    """A GET of one object is 10 s behind, a list 30 s."""
    tenant.control("POST", "clock", {"virtual": True})
    tenant.configure(replication={"get": 10, "list": 30}, auth="optional")
    return tenant


def listed(tenant: Graph) -> list[str]:
    rows = tenant.get("/users", select="id").json()["value"]
    return [row["id"] for row in rows]


def test_a_new_account_is_not_found_at_first_and_listed_last(lagging: Graph) -> None:
    user = lagging.create()["id"]
    assert error(lagging.get(f"/users/{user}")) == (404, "Request_ResourceNotFound")
    assert error(lagging.patch(f"/users/{user}", {"department": "x"}))[0] == 404
    assert listed(lagging) == []
    lagging.advance(10)
    assert lagging.get(f"/users/{user}").status_code == 200
    assert listed(lagging) == []
    lagging.advance(20)
    assert listed(lagging) == [user]


def test_a_conflict_is_seen_at_once(lagging: Graph) -> None:
    body = lagging.pupil()
    first = lagging.post("/users", body).json()["id"]
    details = lagging.post("/users", body).json()["error"]["details"]
    assert details[1]["target"] == f"User_{first}"


def test_a_change_is_read_late(lagging: Graph) -> None:
    user = lagging.create(department="1年1組")["id"]
    lagging.advance(60)
    lagging.patch(f"/users/{user}", {"department": "2年1組"})
    for wait, single, in_list in ((0, "1", "1"), (10, "2", "1"), (20, "2", "2")):
        lagging.advance(wait)
        one = lagging.get(f"/users/{user}", select="department").json()
        many = lagging.get("/users", select="department").json()["value"]
        assert (one["department"][0], many[0]["department"][0]) == (single, in_list)


def test_a_deleted_account_is_listed_for_a_while(lagging: Graph) -> None:
    user = lagging.create()["id"]
    lagging.advance(60)
    lagging.delete(f"/users/{user}")
    assert listed(lagging) == [user]
    lagging.advance(30)
    assert listed(lagging) == []


def test_a_new_account_cannot_join_a_group_at_once(lagging: Graph) -> None:
    group = lagging.group()["id"]
    lagging.advance(60)
    user = lagging.create()["id"]
    change = {"members@odata.bind": [OBJECTS + user]}
    answer = lagging.patch(f"/groups/{group}", change)
    assert error(answer) == (400, "Request_BadRequest")
    assert answer.json()["error"]["message"].startswith("Not a valid reference update")
    lagging.advance(10)
    assert lagging.patch(f"/groups/{group}", change).status_code == 204


def test_a_new_group_is_not_found_at_first(lagging: Graph) -> None:
    group = lagging.group()["id"]
    assert lagging.get(f"/groups/{group}").status_code == 404
    lagging.advance(10)
    assert lagging.get(f"/groups/{group}").status_code == 200
