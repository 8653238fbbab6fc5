"""Failures on demand."""

from __future__ import annotations

import random
import time
import uuid
from typing import Any

import pytest
import requests

from local.fakes.tenant.schema import names
from tests.integration.tenant.client import UMI, Graph, error, item


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "Authorization_RequestDenied"),
        (409, "Directory_ConcurrencyViolation"),
        (429, "TooManyRequests"),
        (500, "Service_InternalServerError"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
    ],
)
def test_the_next_call_fails_and_the_one_after_it_does_not(
    tenant: Graph, status: int, code: str
) -> None:
    tenant.inject(status=status)
    assert error(tenant.get("/users")) == (status, code)
    assert tenant.get("/users").status_code == 200


def test_a_failure_may_name_the_seconds_to_wait(tenant: Graph) -> None:
    tenant.inject(status=503, retry_after=17)
    assert tenant.get("/users").headers["Retry-After"] == "17"


def test_a_number_of_calls_fails(tenant: Graph) -> None:
    tenant.inject(times=3)
    assert [tenant.get("/users").status_code for _ in range(4)] == [503, 503, 503, 200]


def test_every_third_call_fails_for_ever(tenant: Graph) -> None:
    tenant.inject(every=3, times=None)
    statuses = [tenant.get("/users").status_code for _ in range(6)]
    assert statuses == [200, 200, 503, 200, 200, 503]


def test_a_random_share_fails_the_same_way_in_each_run(tenant: Graph) -> None:
    runs = []
    for _ in range(2):
        tenant.control("DELETE", "faults")
        tenant.inject(share=0.3, times=None, seed=7)
        runs.append([tenant.get("/users?$top=1").status_code for _ in range(40)])
    assert runs[0] == runs[1]
    assert 4 < runs[0].count(503) < 20


def test_a_fault_is_aimed_by_method_and_shape(tenant: Graph) -> None:
    group = tenant.group()["id"]
    tenant.inject(method="PATCH", shape="/groups/{id}")
    assert tenant.get(f"/groups/{group}").status_code == 200
    assert tenant.patch(f"/groups/{group}", {"description": "x"}).status_code == 503


@pytest.mark.parametrize("by", ["upn", "umi"])
def test_a_fault_is_aimed_at_one_account(tenant: Graph, by: str) -> None:
    mark = str(uuid.uuid4())
    body = tenant.pupil(onPremisesExtensionAttributes={UMI: mark})
    aim = {"upn": body["userPrincipalName"], "umi": mark}[by]
    tenant.inject(**{by: aim}, status=403, times=None)
    assert tenant.post("/users", tenant.pupil()).status_code == 201
    assert tenant.post("/users", body).status_code == 403
    tenant.control("DELETE", "faults")
    user = tenant.post("/users", body).json()["id"]
    tenant.inject(**{by: aim}, status=403)
    assert tenant.patch(f"/users/{user}", {"department": "x"}).status_code == 403


def test_a_fault_strikes_single_items_of_a_batch(tenant: Graph) -> None:
    tenant.inject(method="POST", every=2, times=1)
    answers = tenant.answers(*(item(str(n), "POST", "/users", tenant.pupil()) for n in range(4)))
    assert sorted(answer["status"] for answer in answers.values()) == [201, 201, 201, 503]


def test_a_batch_can_fail_as_a_whole(tenant: Graph) -> None:
    tenant.inject(shape="/$batch", status=503)
    assert tenant.batch(item("1", "POST", "/users", tenant.pupil())).status_code == 503
    assert tenant.counted()["committed"] == 0


def test_a_create_can_succeed_although_the_caller_hears_504(tenant: Graph) -> None:
    tenant.inject(kind="commit-then-status", status=504)
    body = tenant.pupil()
    assert error(tenant.post("/users", body)) == (504, "GatewayTimeout")
    assert tenant.counted()["committed"] == 1
    assert error(tenant.post("/users", body)) == (400, "Request_BadRequest")


@pytest.mark.parametrize(("kind", "made"), [("reset", 0), ("commit-then-reset", 1)])
def test_a_connection_dies_before_or_after_the_work_is_done(
    tenant: Graph, kind: str, made: int
) -> None:
    tenant.inject(kind=kind)
    with pytest.raises(requests.ConnectionError):
        tenant.post("/users", tenant.pupil())
    assert tenant.control("GET", "health")["users"] == made


def test_a_batch_whose_connection_dies_may_have_been_carried_out(tenant: Graph) -> None:
    tenant.inject(kind="commit-then-reset", every=3)
    with pytest.raises(requests.ConnectionError):
        tenant.batch(*(item(str(n), "POST", "/users", tenant.pupil()) for n in range(5)))
    assert tenant.control("GET", "health")["users"] == 5


def test_an_answer_can_be_late(tenant: Graph) -> None:
    tenant.inject(kind="latency", seconds=0.2)
    started = time.monotonic()
    assert tenant.get("/users").status_code == 200
    assert time.monotonic() - started >= 0.2


def test_on_a_virtual_clock_a_late_answer_costs_virtual_time_only(tenant: Graph) -> None:
    before = tenant.control("POST", "clock", {"virtual": True})["now"]
    tenant.inject(kind="latency", seconds=3600)
    assert tenant.get("/users").status_code == 200
    assert tenant.control("GET", "clock")["now"] == before + 3600


def test_a_stale_connection_answers_503_until_a_new_one_is_opened(tenant: Graph) -> None:
    tenant.inject(kind="stale-connection")
    assert [tenant.get("/users").status_code for _ in range(3)] == [503, 503, 503]
    tenant.session.close()
    assert tenant.get("/users").status_code == 200


@pytest.mark.parametrize("rule", [{"kind": "earthquake"}, {"status": 200}, {"share": 2}])
def test_a_rule_that_makes_no_sense_is_refused(tenant: Graph, rule: dict[str, Any]) -> None:
    answer = tenant.session.post(f"{tenant.url}/_tenant/faults", json=rule)
    assert answer.status_code == 400


ODD: list[Any] = [None, True, 0, "", "x", "あ", [], {}, [None], [{}], ["x"], {"password": 5}]
NAMES = names(
    "accountEnabled displayName mailNickname userPrincipalName passwordProfile usageLocation "
    "onPremisesExtensionAttributes businessPhones members@odata.bind owners@odata.bind groupTypes "
    "mailEnabled securityEnabled addLicenses removeLicenses @odata.id newUserPrincipalName id "
    "identities passwordPolicies onPremisesImmutableId requests dependsOn"
)


def test_no_body_whatever_makes_the_tenant_itself_fail(tenant: Graph) -> None:
    dice = random.Random(1)
    user, group, gone = tenant.create()["id"], tenant.group()["id"], tenant.create()["id"]
    tenant.delete(f"/users/{gone}")
    targets = [
        ("POST", "/users"),
        ("PATCH", f"/users/{user}"),
        ("POST", f"/users/{user}/assignLicense"),
        ("POST", "/groups"),
        ("PATCH", f"/groups/{group}"),
        ("POST", f"/groups/{group}/members/$ref"),
        ("POST", f"/directory/deletedItems/{gone}/restore"),
        ("POST", "/$batch"),
    ]
    for number in range(400):
        method, path = targets[number % len(targets)]
        body: Any = {dice.choice(NAMES): dice.choice(ODD) for _ in range(dice.randint(0, 6))}
        if dice.random() < 0.4:
            body = tenant.pupil(**body)
        if path == "/$batch":
            body = {"requests": [item("1", "POST", "/users", {}) | body]}
        assert tenant.call(method, path, body).status_code < 500


# -- the tenant's own reasons to refuse --------------------------------------------------------


def test_role_holders_are_out_of_reach_for_sensitive_changes(tenant: Graph) -> None:
    user = tenant.create()
    tenant.configure(role_holders=[user["userPrincipalName"]])
    url = f"/users/{user['id']}"
    assert tenant.patch(url, {"department": "x"}).status_code == 204
    assert error(tenant.patch(url, {"accountEnabled": False})) == (
        403,
        "Authorization_RequestDenied",
    )
    assert error(tenant.delete(url)) == (403, "Authorization_RequestDenied")


def test_a_password_is_reset_only_with_the_permission_for_it(tenant: Graph) -> None:
    user = tenant.create()
    change = {"passwordProfile": {"password": "Umi-2211-sora"}}
    assert tenant.patch(f"/users/{user['id']}", change).status_code == 403
    tenant.configure(may_reset_passwords=True)
    assert tenant.patch(f"/users/{user['id']}", change).status_code == 204
    wanted = {"userPrincipalName": user["userPrincipalName"], "password": "Umi-2211-sora"}
    assert tenant.control("POST", "check-password", wanted) == {"ok": True}


def test_a_full_directory_takes_nobody_in(tenant: Graph) -> None:
    tenant.configure(quota=1)
    user = tenant.create()["id"]
    assert error(tenant.post("/users", tenant.pupil())) == (403, "Directory_QuotaExceeded")
    tenant.delete(f"/users/{user}")
    assert error(tenant.post("/users", tenant.pupil())) == (403, "Directory_QuotaExceeded")


def test_a_domain_must_be_verified(tenant: Graph) -> None:
    tenant.configure(verified_domains=["ed.example.jp"])
    assert tenant.post("/users", tenant.pupil()).status_code == 201
    answer = tenant.post("/users", tenant.pupil(userPrincipalName="x@other.example.jp"))
    assert error(answer) == (400, "Request_BadRequest")
    assert answer.json()["error"]["message"].startswith("The domain portion of the")


def test_a_tenant_may_keep_the_conflicting_object_to_itself(tenant: Graph) -> None:
    tenant.configure(conflict_names_other=False)
    body = tenant.pupil()
    tenant.post("/users", body)
    details = tenant.post("/users", body).json()["error"]["details"]
    assert [detail["code"] for detail in details] == ["ObjectConflict"]


def test_the_inner_error_is_spelled_either_way(tenant: Graph) -> None:
    tenant.configure(inner_error="innererror")
    body = tenant.get("/users/nobody@ed.example.jp").json()["error"]
    assert "innererror" in body
    assert "innerError" not in body


def test_words_on_the_banned_list_spoil_a_password(tenant: Graph) -> None:
    tenant.configure(banned_passwords=["tsukuba"])
    body = tenant.pupil(passwordProfile={"password": "Tsukub@-77"})
    assert tenant.post("/users", body).status_code == 400
