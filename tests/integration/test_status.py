"""What `kakehashi status` shows of a city: rosters with their numbers, deadlines, rehearsals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from kakehashi.edges.runs import made_on
from kakehashi_console.cli.nightly import status
from kakehashi_console.cli.options import Where
from kakehashi_console.operations import Console
from tests.builders import a_drop, a_pupil
from tests.integration.test_night import known, passwords
from tests.nights import Nights


class Office:
    """The stack of a test, reached as a deployed one is."""

    def __init__(self, nights: Nights) -> None:
        self.names = nights.names
        self.options = ""

    def outputs(self) -> Mapping[str, str]:
        buckets = {"RunsBucket": "RUNS_BUCKET", "OutboxBucket": "OUTBOX_BUCKET",
                   "RulesBucket": "RULES_BUCKET"}  # fmt: skip
        found = {name: self.names[key] for name, key in buckets.items()}
        return found | {"Table": self.names["TABLE"], "StateMachineArn": "machine",
                        "DeadLettersUrl": self.names["DEAD_LETTERS_URL"]}  # fmt: skip

    def client(self, service: str) -> Any:
        return boto3.client(service)  # type: ignore[call-overload]

    def resource(self, service: str) -> Any:
        return boto3.resource(service)  # type: ignore[call-overload]


@pytest.fixture
def told(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(Where, "console", lambda *_, **__: Console(Office(nights)))

    def tell() -> str:
        answer = CliRunner().invoke(status, ["--city", "demo"])
        assert answer.exit_code == 0, answer.output
        return answer.output

    return tell


def test_a_night_is_shown_with_its_roster_its_numbers_and_its_exceptions(
    nights: Nights, told: Any
) -> None:
    nights.given(known(4))
    odd = a_pupil(2)
    nights.tenant.fault(status=403, method="PATCH", umi=odd.id, shape="/users/{id}", times=None)
    drop = a_drop(4)
    for row in drop.rows["users.csv"][:3]:
        row["preferredFamilyName"] = "改姓"
    night = nights.run(drop.zip())
    assert night.verdict == "applied"
    shown = told()
    assert "完了(1 人を除いて)" in shown
    assert f"名簿 roster {night.run['as_of']}" in shown
    assert "児童生徒 pupils 4、反映 applied 2、保留 held 1" in shown
    assert "受領 received" in shown
    assert "改姓" not in shown


def test_a_waiting_plan_is_shown_with_the_last_day_on_which_it_can_be_approved(
    nights: Nights, told: Any
) -> None:
    night = nights.run(a_drop(7).zip(), passwords=passwords(*range(1, 8)))
    assert night.verdict == "awaiting-approval"
    until = made_on(night.run["run_id"]) + timedelta(days=7)
    shown = told()
    assert f"承認の期限 approve until {until}" in shown or "期限切れ" in shown


def test_a_rehearsal_is_shown_with_its_day_and_what_it_would_have_done(
    nights: Nights, told: Any
) -> None:
    nights.given(known(4))
    day = nights.clock.date() + timedelta(days=30)
    night = nights.run(a_drop(4).zip(), mode="rehearse", as_of=day)
    assert night.verdict == "rehearsed"
    assert f"{night.run['run_id']}  予行 rehearsal {day}: 変更なし 4" in told()
