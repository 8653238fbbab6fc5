"""The documented contract of groups: twenty links a request, all or none."""

from __future__ import annotations

import uuid

import pytest

from tests.integration.tenant.client import EVENTUAL, Graph, error, item

OBJECTS = "https://graph.microsoft.com/v1.0/directoryObjects/"
ALREADY = "One or more added object references already exist"
NOT_THERE = "One or more removed object references do not exist"


def bind(*ids: str) -> dict[str, list[str]]:
    return {"members@odata.bind": [OBJECTS + key for key in ids]}


def test_a_group_is_made_with_its_first_members(graph: Graph) -> None:
    ids = [graph.create()["id"] for _ in range(2)]
    group = graph.group(**bind(*ids))
    assert graph.members(group["id"]) == set(ids)


@pytest.mark.parametrize("name", ["displayName", "mailEnabled", "mailNickname", "securityEnabled"])
def test_making_a_group_needs_the_required_properties(graph: Graph, name: str) -> None:
    body = {"displayName": "x", "mailEnabled": False, "mailNickname": "x", "securityEnabled": True}
    del body[name]
    assert error(graph.post("/groups", body)) == (400, "Request_BadRequest")


def test_a_group_is_found_by_its_name(graph: Graph) -> None:
    group = graph.group()
    found = graph.get("/groups", filter=f"displayName eq '{group['displayName']}'").json()["value"]
    assert [row["id"] for row in found] == [group["id"]]


def test_twenty_members_ride_in_one_patch_and_a_twenty_first_does_not(graph: Graph) -> None:
    ids = [graph.create()["id"] for _ in range(21)]
    group = graph.group()
    assert error(graph.patch(f"/groups/{group['id']}", bind(*ids))) == (400, "Request_BadRequest")
    assert graph.members(group["id"]) == set()
    assert graph.patch(f"/groups/{group['id']}", bind(*ids[:20])).status_code == 204
    assert graph.members(group["id"]) == set(ids[:20])


def test_one_member_that_is_there_already_fails_all(graph: Graph) -> None:
    old, new = graph.create()["id"], graph.create()["id"]
    group = graph.group(**bind(old))
    answer = graph.patch(f"/groups/{group['id']}", bind(new, old))
    assert error(answer) == (400, "Request_BadRequest")
    assert answer.json()["error"]["message"].startswith(ALREADY)
    assert graph.members(group["id"]) == {old}


def test_one_link_to_nobody_fails_all(graph: Graph) -> None:
    new = graph.create()["id"]
    group = graph.group()
    answer = graph.patch(f"/groups/{group['id']}", bind(new, str(uuid.uuid4())))
    assert error(answer) == (404, "Request_ResourceNotFound")
    assert graph.members(group["id"]) == set()


def test_the_same_link_twice_is_refused(graph: Graph) -> None:
    new = graph.create()["id"]
    group = graph.group()
    assert error(graph.patch(f"/groups/{group['id']}", bind(new, new)))[0] == 400


def test_a_member_is_added_and_removed_by_reference(graph: Graph) -> None:
    user, group = graph.create()["id"], graph.group()["id"]
    link = {"@odata.id": OBJECTS + user}
    assert graph.post(f"/groups/{group}/members/$ref", link).status_code == 204
    again = graph.post(f"/groups/{group}/members/$ref", link)
    assert again.json()["error"]["message"].startswith(ALREADY)
    assert graph.delete(f"/groups/{group}/members/{user}/$ref").status_code == 204
    gone = graph.delete(f"/groups/{group}/members/{user}/$ref")
    assert error(gone) == (400, "Request_BadRequest")
    assert gone.json()["error"]["message"].startswith(NOT_THERE)


def test_members_are_listed_as_directory_objects(graph: Graph) -> None:
    user = graph.create()["id"]
    group = graph.group(**bind(user))["id"]
    row = graph.get(f"/groups/{group}/members").json()["value"][0]
    assert (row["@odata.type"], row["id"]) == ("#microsoft.graph.user", user)
    assert graph.get(f"/groups/{group}/members/$count", EVENTUAL).text == "1"


def test_an_account_knows_its_groups(graph: Graph) -> None:
    user = graph.create()["id"]
    group = graph.group(**bind(user))["id"]
    rows = graph.get(f"/users/{user}/memberOf").json()["value"]
    assert [(row["@odata.type"], row["id"]) for row in rows] == [("#microsoft.graph.group", group)]


def test_a_deleted_account_leaves_its_groups(graph: Graph) -> None:
    user = graph.create()["id"]
    group = graph.group(**bind(user))["id"]
    graph.delete(f"/users/{user}")
    assert graph.members(group) == set()


def test_a_group_is_changed_and_deleted(graph: Graph) -> None:
    group = graph.group()["id"]
    assert graph.patch(f"/groups/{group}", {"description": "4年"}).status_code == 204
    assert graph.get(f"/groups/{group}").json()["description"] == "4年"
    assert graph.delete(f"/groups/{group}").status_code == 204
    assert error(graph.get(f"/groups/{group}")) == (404, "Request_ResourceNotFound")


def test_a_unique_name_is_unique(graph: Graph) -> None:
    name = f"class-{uuid.uuid4()}"
    group = graph.group(uniqueName=name)
    body = {"displayName": "x", "mailEnabled": False, "mailNickname": "x", "securityEnabled": True}
    again = graph.post("/groups", body | {"uniqueName": name})
    targets = [detail["target"] for detail in again.json()["error"]["details"]]
    assert targets == ["uniqueName", f"Group_{group['id']}"]
    assert graph.get(f"/groups(uniqueName='{name}')").json()["id"] == group["id"]


def test_parallel_changes_of_one_group_collide(tenant: Graph) -> None:
    users = [tenant.create()["id"] for _ in range(2)]
    group = tenant.group()["id"]
    tenant.configure(group_window=5)
    answers = tenant.answers(
        *(item(user, "PATCH", f"/groups/{group}", bind(user)) for user in users)
    )
    assert sorted(answer["status"] for answer in answers.values()) == [204, 409]
    codes = [a["body"]["error"]["code"] for a in answers.values() if a["status"] == 409]
    assert codes == ["Directory_ConcurrencyViolation"]
    assert len(tenant.members(group)) == 1
