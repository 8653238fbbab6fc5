"""The weekly comparison of the tenant with the state."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from functions.drift import app
from kakehashi.edges.errors import BadConfiguration, DirectoryError
from kakehashi.edges.runs import Folder
from tests.builders import a_known, a_pupil
from tests.nights import Nights

CONTEXT: Any = SimpleNamespace(
    function_name="drift",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:ap-northeast-1:1:function:drift",
    aws_request_id="r",
)


@pytest.fixture
def city(nights: Nights) -> Iterator[Nights]:
    nights.given(a_known(n) for n in range(1, 6))
    yield nights
    importlib.import_module("functions.drift.app").tenant.cache_clear()


def written(nights: Nights) -> list[tuple[str, str | None]]:
    """Code and pupil of what lies in the runs bucket."""
    folder = Folder(boto3.client("s3"), nights.names["RUNS_BUCKET"], "demo/drift/")
    (name,) = [name for name in folder.names() if name.endswith("findings/drift.jsonl")]
    return [(row["code"], row["pupil"]) for row in folder.lines(name)]


def test_a_city_without_drift_is_told_nothing(city: Nights) -> None:
    assert app.lambda_handler({}, CONTEXT) == {"found": {"demo": 0}}
    assert (written(city), city.mails()) == ([], [])


def test_what_was_done_by_hand_is_told_and_stays_as_it_is(city: Nights) -> None:
    users = {user["userPrincipalName"]: user for user in city.tenant.users()}
    city.tenant.give(users[a_pupil(1).account] | {"department": "9年9組"})
    city.tenant.give(users[a_pupil(2).account] | {"accountEnabled": False})
    city.tenant.delete(a_known(3).object_id)
    city.tenant.give_known([a_known(9)])
    city.tenant.recount()
    state, tenant = city.everything(), city.tenant.users()
    assert app.lambda_handler({"city": "demo"}, CONTEXT) == {"found": {"demo": 4}}
    assert sorted(written(city)) == [
        ("M040", a_pupil(1).id),
        ("M041", a_pupil(3).id),
        ("M042", a_pupil(9).id),
        ("M044", a_pupil(2).id),
    ]
    (mail,) = city.mails()
    assert "M040 1 件" in mail
    assert not [word for word in ("9年9組", a_pupil(1).id, a_pupil(1).account) if word in mail]
    assert city.tenant.count("writes") == 0
    assert city.tenant.users() == tenant
    now = city.everything()
    assert {key: now[key] for key in state} == state


def test_a_city_without_rules_or_a_tenant_that_refuses_fails(city: Nights) -> None:
    with pytest.raises(BadConfiguration):
        app.lambda_handler({"city": "nowhere"}, CONTEXT)
    city.tenant.settings(secret_expired=True)
    with pytest.raises(DirectoryError):
        app.lambda_handler({}, CONTEXT)


def test_nothing_of_a_pupil_is_logged(city: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    city.tenant.delete(a_known(3).object_id)
    app.lambda_handler({}, CONTEXT)
    said = capsys.readouterr().out
    assert "DriftFound" in said
    assert a_pupil(3).id not in said
