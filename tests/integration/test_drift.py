"""The weekly comparison of the tenant with the state."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import openpyxl
import pytest

from functions.drift import app
from kakehashi.edges.errors import BadConfiguration, DirectoryError
from kakehashi.edges.microsoft import directory
from kakehashi.edges.plans import waits_since
from kakehashi.edges.runs import Folder
from kakehashi.people.record import Record
from kakehashi.roster import JAPAN
from kakehashi.state_records import RunRecord
from local.fakes import tenant as fake
from tests.builders import TODAY, a_drop, a_known, a_pupil, an_employment
from tests.integration.test_night import passwords
from tests.lambdas import a_context
from tests.nights import Nights

CONTEXT = a_context("drift")


FOUND = ("M040", "M041", "M042", "M044")


@pytest.fixture
def city(nights: Nights) -> Iterator[Nights]:
    nights.given(a_known(n) for n in range(1, 6))
    yield nights
    directory.tenant.cache_clear()


def written(nights: Nights) -> list[tuple[str, str | None]]:
    """Code and pupil of what lies in the runs bucket."""
    folder = Folder(boto3.client("s3"), nights.names["RUNS_BUCKET"], "demo/drift/")
    (name,) = [name for name in folder.names() if name.endswith("findings/drift.jsonl")]
    return [(row["code"], row["pupil"]) for row in folder.lines(name)]


def compared(event: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Findings by city, as the function answers."""
    cities = app.lambda_handler(event, CONTEXT)["cities"]
    return {name: told["findings"] for name, told in cities.items()}


def file(nights: Nights, name: str) -> bytes:
    folder = Folder(boto3.client("s3"), nights.names["RUNS_BUCKET"], "demo/drift/")
    (found,) = [one for one in folder.names() if one.endswith(name)]
    return folder.need(found)


def keep(secret: dict[str, Any]) -> None:
    text = json.dumps({"type": "secret", "value": fake.CLIENT_SECRET} | secret)
    boto3.client("secretsmanager").put_secret_value(
        SecretId="kakehashi/credential", SecretString=text
    )


def test_a_city_without_drift_is_told_nothing(city: Nights) -> None:
    """Its staff are ours as its pupils are, and no strangers who carry a mark."""
    _, member = an_employment(1, account="tt0001@ed.example.jp").on(TODAY, gap=7, prepare=10)
    texts = {"userPrincipalName": member.account, "extensionAttribute1": member.id}
    of_staff: Record[Any] = Record(member, texts, "5e7a0000-0000-4000-8000-000000000001")
    city.given([of_staff])
    assert compared({}) == {"demo": {}}
    assert (written(city), city.mails()) == ([], [])
    assert "記録のとおりです" in file(city, "drift.html").decode()


def test_what_was_done_by_hand_is_told_and_stays_as_it_is(city: Nights) -> None:
    users = {user["userPrincipalName"]: user for user in city.tenant.users()}
    city.tenant.give(users[a_pupil(1).account] | {"department": "9年9組"})
    city.tenant.give(users[a_pupil(2).account] | {"accountEnabled": False})
    city.tenant.delete(a_known(3).object_id)
    city.tenant.give_known([a_known(9)])
    city.tenant.recount()
    state, tenant = city.everything(), city.tenant.users()
    assert compared({"city": "demo"}) == {"demo": dict.fromkeys(FOUND, 1)}
    assert sorted(written(city)) == [
        ("M040", a_pupil(1).id),
        ("M041", a_pupil(3).id),
        ("M042", a_pupil(9).id),
        ("M044", a_pupil(2).id),
    ]
    (mail,) = city.mails()
    assert "M040 1 件" in mail
    assert mail.splitlines()[-1].endswith("/drift.html")
    page, workbook = file(city, "drift.html").decode(), file(city, "drift.xlsx")
    assert [code for code in FOUND if code not in page] == []
    (sheet,) = openpyxl.load_workbook(io.BytesIO(workbook)).worksheets
    assert {cell.value for cell in sheet["A"][1:]} == {a_pupil(n).id for n in (1, 2, 3, 9)}
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
    metrics = [json.loads(line) for line in said.splitlines() if "DriftFound" in line]
    (metric,) = [line for line in metrics if "_aws" in line]
    assert (metric["city"], metric["stage"], metric["DriftFound"]) == ("demo", "drift", [1.0])
    assert a_pupil(3).id not in said


def test_each_day_it_tells_how_long_the_credential_is_good_and_compares_nobody(
    city: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    today = datetime.now(UTC).astimezone(JAPAN).date()
    keep({"expires": (today + timedelta(days=29)).isoformat()})
    city.tenant.recount()
    assert app.lambda_handler({"only": "credential"}, CONTEXT) == {"credential_days_left": 29}
    assert city.tenant.count("reads") == 0
    assert '"CredentialDaysLeft":[29.0]' in capsys.readouterr().out
    end = (today + timedelta(days=29)).isoformat()
    stored = json.loads(file(city, "credential.json"))
    assert stored == {"type": "secret", "last_day": end, "seen": today.isoformat()}


def test_of_a_secret_whose_end_nobody_wrote_down_nothing_is_measured(
    city: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    """The alarm takes silence for a bad sign."""
    assert app.lambda_handler({"only": "credential"}, CONTEXT) == {"credential_days_left": None}
    assert "CredentialDaysLeft" not in capsys.readouterr().out


def test_a_city_whose_rules_cannot_be_read_costs_no_other_its_comparison(city: Nights) -> None:
    city.put("RULES_BUCKET", "cities/broken.toml", b"name = ")
    with pytest.raises(BadConfiguration, match="broken"):
        app.lambda_handler({}, CONTEXT)
    assert json.loads(file(city, "summary.json"))["city"] == "demo"


# -- plans that wait -------------------------------------------------------------------------------


def hours(capsys: pytest.CaptureFixture[str]) -> list[float]:
    """What was measured for the demo city, by one look."""
    capsys.readouterr()
    told = app.lambda_handler({"only": "waiting"}, CONTEXT)["hours"]
    lines = [json.loads(x) for x in capsys.readouterr().out.splitlines() if "PlanWaitsHours" in x]
    (metric,) = [line for line in lines if line["city"] == "demo"]
    assert metric["PlanWaitsHours"] == [float(told["demo"])]
    return list(metric["PlanWaitsHours"])


def test_each_hour_it_tells_how_long_a_plan_has_waited_for_a_person(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hours(capsys) == [0]
    waiting = nights.run(a_drop(20).zip(), passwords=passwords(20))
    assert (waiting.verdict, hours(capsys)) == ("awaiting-approval", [0])
    long_ago = datetime.now(UTC) - timedelta(hours=13, minutes=10)
    nights.state.note_run(waiting.summary["run_id"], ended=long_ago.isoformat())
    assert hours(capsys) == [13]

    assert nights.run(b"not a zip").verdict == "refused"
    assert hours(capsys) == [13], "a broken file does not end the wait"
    assert nights.approve(waiting.summary).verdict == "applied"
    assert hours(capsys) == [0]


@pytest.mark.parametrize(
    ("records", "waits"),
    [
        ([], False),
        ([("awaiting-approval", 4)], True),
        ([("failed", 4), ("refused", 4), ("awaiting-approval", 4)], True),
        ([("unchanged", 4), ("awaiting-approval", 4)], False),
        ([("failed", 5), ("awaiting-approval", 4)], False),
        ([("running", 4), ("awaiting-approval", 4)], False),
    ],
)
def test_a_plan_waits_until_a_roster_ends_well_or_the_state_moves(
    records: list[tuple[str, int]], waits: bool
) -> None:
    ended = "2026-11-24T16:10:00+00:00"
    told = [RunRecord("run", verdict, serial=serial, ended=ended) for verdict, serial in records]
    assert waits_since(told) == (datetime.fromisoformat(ended) if waits else None)
