"""The documented contract of one account: create, read, update, delete."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.integration.tenant.client import PASSWORD, UMI, Graph, error

DEFAULTS = {
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
}


def shown(body: dict[str, Any]) -> set[str]:
    return {name for name in body if not name.startswith("@")}


def test_creating_answers_201_with_the_default_properties_only(graph: Graph) -> None:
    wanted = graph.pupil(department="1年1組")
    created = graph.post("/users", wanted)
    assert created.status_code == 201
    assert shown(created.json()) == DEFAULTS
    assert created.json()["userPrincipalName"] == wanted["userPrincipalName"]
    assert graph.delete(f"/users/{created.json()['id']}").status_code == 204


def test_reading_without_select_hides_everything_but_the_defaults(graph: Graph) -> None:
    user = graph.create(department="1年1組")
    assert shown(graph.get(f"/users/{user['id']}").json()) == DEFAULTS


def test_select_shows_the_rest_with_null_for_what_is_unset(graph: Graph) -> None:
    user = graph.create(department="1年1組", ageGroup="Minor")
    chosen = "id,department,companyName,accountEnabled,legalAgeGroupClassification,otherMails"
    assert graph.get(f"/users/{user['id']}", select=chosen).json() | {"@odata.context": ""} == {
        "@odata.context": "",
        "id": user["id"],
        "department": "1年1組",
        "companyName": None,
        "accountEnabled": True,
        "legalAgeGroupClassification": "MinorWithOutParentalConsent",
        "otherMails": [],
    }


def test_an_account_is_found_by_its_name_in_any_letter_case(graph: Graph) -> None:
    user = graph.create()
    upn = user["userPrincipalName"]
    for key in (upn, upn.upper(), upn.replace("@", "%40")):
        assert graph.get(f"/users/{key}").json()["id"] == user["id"]
    assert graph.get(f"/users('{upn}')").json()["id"] == user["id"]


def test_who_does_not_exist_is_answered_404(graph: Graph) -> None:
    for key in (str(uuid.uuid4()), f"nobody-{uuid.uuid4()}@{graph.domain}"):
        answer = graph.get(f"/users/{key}")
        assert error(answer) == (404, "Request_ResourceNotFound")
        assert key in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "name",
    ["accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"],
)
def test_creating_needs_the_required_properties(graph: Graph, name: str) -> None:
    body = graph.pupil()
    del body[name]
    assert error(graph.post("/users", body)) == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    ("name", "longest"),
    [
        ("displayName", 256),
        ("givenName", 64),
        ("surname", 64),
        ("employeeId", 16),
        ("department", 64),
        ("companyName", 64),
        ("jobTitle", 128),
        ("mailNickname", 64),
    ],
)
def test_texts_have_their_documented_length(graph: Graph, name: str, longest: int) -> None:
    assert graph.post("/users", graph.pupil(**{name: "x" * longest})).status_code == 201
    too_long = graph.post("/users", graph.pupil(**{name: "x" * (longest + 1)}))
    assert error(too_long) == (400, "Request_BadRequest")


def test_an_extension_attribute_holds_1024_characters(graph: Graph) -> None:
    fits = {"onPremisesExtensionAttributes": {UMI: "x" * 1024}}
    over = {"onPremisesExtensionAttributes": {UMI: "x" * 1025}}
    assert graph.post("/users", graph.pupil(**fits)).status_code == 201
    assert error(graph.post("/users", graph.pupil(**over))) == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    "local",
    ["a" * 65, "日本", "a b", "a.", "é", "a@b", ""],
)
def test_an_account_name_has_few_letters_to_choose_from(graph: Graph, local: str) -> None:
    body = graph.pupil(userPrincipalName=f"{local}@{graph.domain}")
    assert error(graph.post("/users", body)) == (400, "Request_BadRequest")


@pytest.mark.parametrize(
    "wrong",
    [
        {"favouriteFood": "カレー"},
        {"onPremisesExtensionAttributes": {"extensionAttribute16": "x"}},
        {"accountEnabled": "true"},
        {"businessPhones": "03-1234-5678"},
        {"ageGroup": "Child"},
        {"usageLocation": "Japan"},
        {"id": str(uuid.uuid4())},
        {"assignedLicenses": []},
        {"department": ""},
    ],
)
def test_a_body_that_does_not_fit_the_schema_is_refused(
    graph: Graph, wrong: dict[str, Any]
) -> None:
    assert graph.post("/users", graph.pupil(**wrong)).status_code == 400


def test_an_odata_type_in_the_body_is_accepted(graph: Graph) -> None:
    body = graph.pupil() | {"@odata.type": "#microsoft.graph.user"}
    assert graph.post("/users", body).status_code == 201


@pytest.mark.parametrize("password", ["Ab1-xyz", "abcdefgh1", "あいうえおかきくAb1", "a" * 257])
def test_a_password_must_satisfy_the_rules(graph: Graph, password: str) -> None:
    body = graph.pupil(passwordProfile={"password": password})
    answer = graph.post("/users", body)
    assert error(answer) == (400, "Request_BadRequest")
    assert "password complexity requirements" in answer.json()["error"]["message"]


def test_a_password_can_never_be_read(graph: Graph) -> None:
    user = graph.create()
    answer = graph.get(f"/users/{user['id']}", select="id,passwordProfile")
    assert answer.json()["passwordProfile"] is None
    assert PASSWORD not in answer.text


def test_an_update_answers_204_and_leaves_the_rest_alone(graph: Graph) -> None:
    user = graph.create(department="1年1組", jobTitle="小1")
    assert graph.patch(f"/users/{user['id']}", {"department": "2年1組"}).status_code == 204
    after = graph.get(f"/users/{user['id']}", select="department,jobTitle,displayName").json()
    assert (after["department"], after["jobTitle"]) == ("2年1組", "小1")
    assert after["displayName"] == "山田 太郎"


def test_null_clears_a_property(graph: Graph) -> None:
    user = graph.create(department="1年1組")
    assert graph.patch(f"/users/{user['id']}", {"department": None}).status_code == 204
    assert graph.get(f"/users/{user['id']}", select="department").json()["department"] is None


@pytest.mark.parametrize("name", ["displayName", "usageLocation", "mailNickname"])
def test_some_properties_cannot_be_cleared(graph: Graph, name: str) -> None:
    user = graph.create()
    assert error(graph.patch(f"/users/{user['id']}", {name: None})) == (400, "Request_BadRequest")


def test_extension_attributes_are_changed_one_by_one(graph: Graph) -> None:
    mark = str(uuid.uuid4())
    user = graph.create(onPremisesExtensionAttributes={UMI: mark})
    change = {"onPremisesExtensionAttributes": {"extensionAttribute2": "x"}}
    assert graph.patch(f"/users/{user['id']}", change).status_code == 204
    after = graph.get(f"/users/{user['id']}", select="onPremisesExtensionAttributes").json()
    held = after["onPremisesExtensionAttributes"]
    assert (held[UMI], held["extensionAttribute2"], held["extensionAttribute15"]) == (
        mark,
        "x",
        None,
    )


def test_a_duplicate_names_the_account_that_is_in_the_way(graph: Graph) -> None:
    body = graph.pupil()
    first = graph.post("/users", body).json()
    again = body | {"userPrincipalName": body["userPrincipalName"].upper()}
    answer = graph.post("/users", again)
    assert error(answer) == (400, "Request_BadRequest")
    details = answer.json()["error"]["details"]
    assert [(d["code"], d["target"]) for d in details] == [
        ("ObjectConflict", "userPrincipalName"),
        ("ConflictingObjects", f"User_{first['id']}"),
    ]


def test_renaming_onto_another_account_is_a_conflict_too(graph: Graph) -> None:
    first, second = graph.create(), graph.create()
    change = {"userPrincipalName": first["userPrincipalName"]}
    answer = graph.patch(f"/users/{second['id']}", change)
    assert error(answer) == (400, "Request_BadRequest")
    assert graph.patch(f"/users/{first['id']}", change).status_code == 204


def test_after_a_rename_the_old_name_is_free(graph: Graph) -> None:
    body = graph.pupil()
    user = graph.post("/users", body).json()
    new = graph.pupil()["userPrincipalName"]
    assert graph.patch(f"/users/{user['id']}", {"userPrincipalName": new}).status_code == 204
    assert graph.get(f"/users/{new}").json()["id"] == user["id"]
    assert graph.get(f"/users/{body['userPrincipalName']}").status_code == 404
    assert graph.post("/users", body).status_code == 201


def test_ids_of_the_request_are_echoed(graph: Graph) -> None:
    ours = str(uuid.uuid4())
    answer = graph.get(f"/users/{uuid.uuid4()}", {"client-request-id": ours})
    inner = answer.json()["error"]["innerError"]
    assert (answer.headers["client-request-id"], inner["client-request-id"]) == (ours, ours)
    assert answer.headers["request-id"] == inner["request-id"]
    assert set(inner) == {"date", "request-id", "client-request-id"}


def test_ending_sessions_answers_true(graph: Graph) -> None:
    user = graph.create()
    answer = graph.post(f"/users/{user['id']}/revokeSignInSessions", {})
    assert (answer.status_code, answer.json()["value"]) == (200, True)


def test_an_unknown_method_is_answered_405(graph: Graph) -> None:
    assert error(graph.call("PUT", "/users", {})) == (405, "Request_BadRequest")


def test_an_unknown_segment_is_a_bad_request(graph: Graph) -> None:
    assert error(graph.get("/pupils")) == (400, "BadRequest")


def test_a_body_must_be_json(graph: Graph) -> None:
    url = f"{graph.url}/v1.0/users"
    for data, kind in ((b"{", "application/json"), (b"{}", "text/plain")):
        answer = graph.session.post(url, data=data, headers={"Content-Type": kind})
        assert error(answer) == (400, "BadRequest")
