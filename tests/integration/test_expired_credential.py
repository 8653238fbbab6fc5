"""A night whose secret or certificate has expired: red, one clear message, nothing half-done."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from kakehashi.edges.microsoft import directory
from local.fakes import tenant as fake
from tests.builders import a_drop, a_known, a_password_file, a_pupil
from tests.nights import Night, Nights


def put_secret(value: str) -> None:
    text = json.dumps({"type": "secret", "value": value})
    boto3.client("secretsmanager").put_secret_value(
        SecretId="kakehashi/credential", SecretString=text
    )


@pytest.fixture
def city(nights: Nights) -> Nights:
    """Twenty pupils with accounts, and a new one with a password waiting."""
    nights.given(a_known(n) for n in range(1, 21))
    nights.put_passwords(a_password_file({a_pupil(21).account: "Hinagiku-0021x"}))
    return nights


def accounts(nights: Nights) -> list[dict[str, Any]]:
    return sorted(nights.tenant.users(), key=lambda user: str(user["id"]))


def assert_told_once(night: Night, nights: Nights, stage: str) -> None:
    """Red, and the report names what happened and what to do, in both languages."""
    assert (night.status, night.verdict) == ("FAILED", "failed")
    assert night.why == "CredentialRefused"
    assert night.summary["findings"].get("I005") == 1
    assert not {"I001", "I002"} & night.summary["findings"].keys()
    page = night.folder.need("report.html").decode()
    for words in ("サインインできず", "新しい資格情報を入れ", "put a new credential", stage):
        assert words in page
    (letter,) = nights.letters()
    assert (letter["stage"], letter["error"]) == (stage, "CredentialRefused")


def test_a_night_with_an_expired_secret_ends_red_and_the_rerun_after_renewal_completes(
    city: Nights,
) -> None:
    """The new secret is taken up by functions that are still warm."""
    before = accounts(city)
    city.tenant.recount()
    put_secret("expired")
    night = city.run(a_drop(21).zip())
    assert_told_once(night, city, "diff")
    assert (city.tenant.count("writes"), accounts(city)) == (0, before)
    assert city.state.pupil(a_pupil(21).id) is None
    put_secret(fake.CLIENT_SECRET)
    assert city.rerun().verdict == "applied"
    assert len(accounts(city)) == 21


def test_a_secret_that_expires_between_plan_and_apply_leaves_the_tenant_as_it_was(
    city: Nights,
) -> None:
    before = accounts(city)

    def expire(_: Any) -> None:
        put_secret("expired")
        directory.tenant.cache_clear()  # another process of the same function

    city.lambdas.trouble("provision", "before", expire)
    night = city.run(a_drop(21).zip())
    assert_told_once(night, city, "provision")
    assert accounts(city) == before
    put_secret(fake.CLIENT_SECRET)
    assert city.rerun().verdict == "applied"
    assert len(accounts(city)) == 21


def test_one_odd_account_is_held_and_everybody_else_goes_on(city: Nights) -> None:
    """A pupil whose account was given an administrator's role: Graph answers 403."""
    odd = a_pupil(3)
    city.tenant.fault(status=403, method="PATCH", umi=odd.id, shape="/users/{id}", times=None)
    drop = a_drop(21)
    for row in drop.rows["users.csv"][1:5]:
        row["preferredFamilyName"] = "改姓"
    night = city.run(drop.zip())
    assert night.verdict == "applied"
    assert night.summary["held"] == {"M005": [odd.id]}
    named = [u["userPrincipalName"] for u in city.tenant.users() if u["surname"] == "改姓"]
    assert len(named) == 3
    assert odd.account not in named
    assert city.state.pupil(a_pupil(21).id)
