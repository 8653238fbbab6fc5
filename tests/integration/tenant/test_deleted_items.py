"""Thirty days in the bin."""

from __future__ import annotations

import uuid

from tests.integration.tenant.client import PASSWORD, Graph, error

BIN = "/directory/deletedItems"
OBJECTS = "https://graph.microsoft.com/v1.0/directoryObjects/"


def test_a_deleted_account_lies_in_the_bin_and_nowhere_else(graph: Graph) -> None:
    user = graph.create()["id"]
    assert graph.delete(f"/users/{user}").status_code == 204
    assert graph.get(f"/users/{user}").status_code == 404
    binned = graph.get(f"{BIN}/{user}", select="id,deletedDateTime").json()
    assert binned["@odata.type"] == "#microsoft.graph.user"
    assert binned["deletedDateTime"] is not None


def test_the_bin_is_listed_with_marks(graph: Graph) -> None:
    mark = str(uuid.uuid4())
    user = graph.create(onPremisesExtensionAttributes={"extensionAttribute1": mark})["id"]
    graph.delete(f"/users/{user}")
    chosen = "id,onPremisesExtensionAttributes"
    rows = graph.get(f"{BIN}/microsoft.graph.user", select=chosen, top="999").json()["value"]
    assert graph.get(f"{BIN}/graph.user", select=chosen, top="999").json()["value"] == rows
    marks = {row["id"]: row["onPremisesExtensionAttributes"]["extensionAttribute1"] for row in rows}
    assert marks[user] == mark


def test_a_restored_account_has_its_id_and_its_groups(graph: Graph) -> None:
    user = graph.create(department="1年1組")["id"]
    group = graph.group(**{"members@odata.bind": [OBJECTS + user]})["id"]
    graph.delete(f"/users/{user}")
    restored = graph.post(f"{BIN}/{user}/restore", {})
    assert (restored.status_code, restored.json()["id"]) == (200, user)
    assert graph.get(f"/users/{user}", select="department").json()["department"] == "1年1組"
    assert graph.members(group) == {user}
    assert graph.get(f"{BIN}/{user}").status_code == 404


def test_a_name_taken_in_the_meantime_needs_a_new_one(graph: Graph) -> None:
    body = graph.pupil()
    old = graph.post("/users", body).json()["id"]
    graph.delete(f"/users/{old}")
    assert graph.post("/users", body).status_code == 201
    taken = graph.post(f"{BIN}/{old}/restore", {})
    assert error(taken) == (400, "Request_MultipleObjectsWithSameKeyValue")
    new = graph.pupil()["userPrincipalName"]
    restored = graph.post(f"{BIN}/{old}/restore", {"newUserPrincipalName": new})
    assert restored.json()["userPrincipalName"] == new


def test_what_is_purged_is_gone_for_good(graph: Graph) -> None:
    user = graph.create()["id"]
    graph.delete(f"/users/{user}")
    assert graph.delete(f"{BIN}/{user}").status_code == 204
    assert error(graph.post(f"{BIN}/{user}/restore", {})) == (404, "Request_ResourceNotFound")


def test_security_groups_do_not_come_back_and_microsoft_365_groups_do(graph: Graph) -> None:
    plain = graph.group()["id"]
    unified = graph.group(groupTypes=["Unified"], mailEnabled=True, securityEnabled=False)["id"]
    for key in (plain, unified):
        graph.delete(f"/groups/{key}")
    assert graph.get(f"{BIN}/{plain}").status_code == 404
    assert graph.post(f"{BIN}/{unified}/restore", {}).status_code == 200
    assert graph.get(f"/groups/{unified}").status_code == 200


def test_after_thirty_days_the_bin_is_emptied(tenant: Graph) -> None:
    tenant.configure(token_seconds=40 * 86_400, auth="optional")
    tenant.control("POST", "clock", {"virtual": True})
    user = tenant.create()["id"]
    tenant.delete(f"/users/{user}")
    tenant.advance(29 * 86_400)
    assert tenant.get(f"{BIN}/{user}").status_code == 200
    tenant.advance(1 * 86_400)
    assert tenant.get(f"{BIN}/{user}").status_code == 404


def test_the_initial_password_survives_the_bin(tenant: Graph) -> None:
    user = tenant.create()
    tenant.delete(f"/users/{user['id']}")
    tenant.post(f"{BIN}/{user['id']}/restore", {})
    wanted = {"userPrincipalName": user["userPrincipalName"], "password": PASSWORD}
    assert tenant.control("POST", "check-password", wanted) == {"ok": True}
