"""The control plane: export and import, counters, passwords, who may call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.fakes.tenant.schema import misfits
from tests.integration.tenant.client import PASSWORD, UMI, Graph, error, item


def exported(tenant: Graph) -> dict[str, Any]:
    return dict(tenant.control("GET", "export"))


def test_an_export_holds_every_account_with_everything_selected(tenant: Graph) -> None:
    body = tenant.pupil(department="1年1組", officeLocation="架け橋小学校")
    user = tenant.post("/users", body).json()["id"]
    rows = exported(tenant)["value"]
    marks = rows[0].pop("onPremisesExtensionAttributes")
    assert len(rows) == 1
    assert {"id": user, "department": "1年1組", "accountEnabled": True}.items() <= rows[0].items()
    assert rows[0]["officeLocation"] == "架け橋小学校"
    assert marks[UMI] == body["onPremisesExtensionAttributes"][UMI]


def test_what_was_exported_can_be_imported(tenant: Graph) -> None:
    users = [tenant.create(department="1年1組")["id"] for _ in range(3)]
    bind = [f"https://graph.microsoft.com/v1.0/users/{user}" for user in users[:2]]
    tenant.group(**{"members@odata.bind": bind})
    tenant.delete(f"/users/{users[2]}")
    before = exported(tenant)
    tenant.control("POST", "reset")
    assert exported(tenant)["value"] == []
    tenant.control("POST", "import", before)
    assert exported(tenant) == before


def test_the_imported_file_is_the_tenant_afterwards(tenant: Graph) -> None:
    first, second = tenant.create(), tenant.create()
    file = exported(tenant)
    file["value"] = [row for row in file["value"] if row["id"] != second["id"]]
    tenant.control("POST", "import", file)
    assert [row["id"] for row in exported(tenant)["value"]] == [first["id"]]
    wanted = {"userPrincipalName": first["userPrincipalName"], "password": PASSWORD}
    assert tenant.control("POST", "check-password", wanted) == {"ok": True}


def test_an_import_can_add_instead(tenant: Graph) -> None:
    user = tenant.create()["id"]
    rows = {"value": [{"userPrincipalName": "teacher@ed.example.jp"}]}
    tenant.control("POST", "import?mode=merge", rows)
    ids = {row["id"] for row in exported(tenant)["value"]}
    assert len(ids) == 2
    assert user in ids


def test_imported_accounts_without_an_id_get_one(tenant: Graph) -> None:
    rows = [{"userPrincipalName": "a@ed.example.jp", "displayName": "先生"}]
    tenant.control("POST", "import", {"value": rows})
    found = tenant.get("/users/a@ed.example.jp").json()
    assert (found["displayName"], len(found["id"])) == ("先生", 36)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"users": []},
        {"value": [{}]},
        {"value": [{"userPrincipalName": "a@b.jp", "favouriteFood": "x"}]},
        {"value": [{"userPrincipalName": "a@b.jp"}, {"userPrincipalName": "A@b.jp"}]},
        {"value": [{"userPrincipalName": "a@b.jp", "id": "7"}]},
        {"value": [{"userPrincipalName": "a@b.jp", "accountEnabled": "yes"}]},
    ],
)
def test_an_import_that_does_not_fit_changes_nothing(tenant: Graph, body: Any) -> None:
    user = tenant.create()["id"]
    answer = tenant.session.post(f"{tenant.url}/_tenant/import", json=body)
    assert answer.status_code == 400
    assert [row["id"] for row in exported(tenant)["value"]] == [user]


def test_counters_tell_reads_writes_and_deletes(tenant: Graph) -> None:
    tenant.control("DELETE", "counters")
    user = tenant.create()["id"]
    tenant.get("/users")
    tenant.answers(item("1", "GET", "/users"), item("2", "POST", "/users", {}))
    tenant.delete(f"/users/{user}")
    counted = tenant.counted()
    names = ("reads", "writes", "committed", "deletes", "failed", "batches")
    assert [counted[name] for name in names] == [2, 3, 2, 1, 1, 1]
    assert counted["shapes"] == {"DELETE /users/{id}": 1, "GET /users": 2, "POST /users": 2}


def test_the_log_names_shapes_and_nobody(tenant: Graph) -> None:
    user = tenant.create()
    tenant.get(f"/users/{user['userPrincipalName']}")
    calls = tenant.control("GET", "log")["value"]
    assert [(c["call"], c["status"]) for c in calls] == [
        ("POST /users", 201),
        ("GET /users/{id}", 200),
    ]
    assert user["userPrincipalName"] not in str(calls)


def test_a_sign_in_can_be_tried(tenant: Graph) -> None:
    user = tenant.create()
    wanted = {"userPrincipalName": user["userPrincipalName"], "password": PASSWORD}
    assert tenant.control("POST", "check-password", wanted) == {"ok": True}
    wrong = wanted | {"password": "Yama-7743-kawa"}
    assert tenant.control("POST", "check-password", wrong) == {"ok": False}
    tenant.patch(f"/users/{user['id']}", {"accountEnabled": False})
    assert tenant.control("POST", "check-password", wanted) == {"ok": False}


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Host": "127.0.0.1.evil.example"},
    ],
)
def test_a_web_page_cannot_reach_the_tenant(tenant: Graph, headers: dict[str, str]) -> None:
    for path in ("/_tenant/export", "/v1.0/users"):
        assert tenant.session.get(tenant.url + path, headers=headers).status_code == 403


def test_an_unknown_control_is_refused(tenant: Graph) -> None:
    assert tenant.session.post(f"{tenant.url}/_tenant/earthquake").status_code == 400


def test_a_setting_nobody_knows_is_refused(tenant: Graph) -> None:
    answer = tenant.session.patch(f"{tenant.url}/_tenant/settings", json={"gravity": 1})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("section", "target"), [("Settings", "PATCH settings"), ("Faults", "POST faults")]
)
def test_the_documented_examples_are_accepted(tenant: Graph, section: str, target: str) -> None:
    text = (Path(__file__).parents[3] / "docs" / "fake-tenant.md").read_text(encoding="utf-8")
    block = text.split(f"## {section}")[1].split("```")[1].removeprefix("json")
    examples = [json.loads(line) for line in block.strip().splitlines()]
    assert len(examples) >= 8
    method, name = target.split()
    for example in examples:
        tenant.control(method, name, example)


def test_time_does_not_run_backwards(tenant: Graph) -> None:
    for body in ({"advance": 1}, {"virtual": True, "advance": -1}):
        answer = tenant.session.post(f"{tenant.url}/_tenant/clock", json=body)
        assert answer.status_code == 400


def test_every_answer_fits_the_schema_of_graph(tenant: Graph) -> None:
    user, group = tenant.create(ageGroup="Minor")["id"], tenant.group()["id"]
    sku = tenant.get("/subscribedSkus").json()["value"][0]["skuId"]
    order = {"addLicenses": [{"skuId": sku, "disabledPlans": []}], "removeLicenses": []}
    tenant.post(f"/users/{user}/assignLicense", order)
    tenant.post(f"/groups/{group}/assignLicense", order)
    for row in exported(tenant)["value"]:
        assert misfits("user", row) == []
    for kind, path in (
        ("user", "/users"),
        ("group", "/groups?$select=id,assignedLicenses"),
        ("subscribedSku", "/subscribedSkus"),
        ("licenseDetails", f"/users/{user}/licenseDetails"),
    ):
        rows = tenant.get(path).json()["value"]
        assert rows
        assert [misfits(kind, row) for row in rows] == [[]] * len(rows)


def test_a_reset_tenant_is_empty_and_ordinary_again(tenant: Graph) -> None:
    tenant.create()
    tenant.configure(quota=1)
    tenant.inject(status=503, times=None)
    tenant.control("POST", "reset")
    assert exported(tenant) == {"value": [], "groups": [], "deletedItems": []}
    assert tenant.post("/users", tenant.pupil()).status_code == 201
    assert error(tenant.get("/users/x@y.jp"))[0] == 404


def test_what_does_not_fit_the_schema_is_told_without_its_value(tenant: Graph) -> None:
    tenant.create()
    assert tenant.control("GET", "misfits") == {"requests": {}, "answers": {}}
    tenant.post("/users", tenant.pupil(grade="P1"))
    tenant.batch(item("1", "GET", "/users", dependson=[]))
    assert tenant.control("GET", "misfits") == {
        "requests": {"POST /users: grade": 1, "POST /$batch: the whole of it": 1},
        "answers": {},
    }
