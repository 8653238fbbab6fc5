"""The provision function: run folder, state table, queue and tenant together."""

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from functions.provision import app
from kakehashi.actions import Action, Kind
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.edges import settings
from kakehashi.edges.errors import DirectoryError, Refused, TryLater
from kakehashi.edges.microsoft import directory
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.people.record import Record, Status
from kakehashi.roster import PasswordAt
from tests.builders import RULES, TODAY, a_city, a_known, a_password_file, a_pupil
from tests.lambdas import a_context
from tests.tenants import Tenant
from tests.unit.provision.conversations import an_action

RUN = Run(
    run_id="demo-20261124T021000-0000abcd",
    city="demo",
    prefix="demo/20261124T021000-0000abcd/",
    mode="sync",
    as_of=TODAY,
    execution="arn:one",
)
MARK = "extensionAttribute1"


class Night:
    """A city's run at the moment when Provision begins."""

    def __init__(self, names: dict[str, str], tenant: Tenant) -> None:
        self.names, self.tenant = names, tenant
        self.state = State.of(names["TABLE"], "demo")
        self.state.take_lease("arn:one", datetime.now(UTC))
        self.folder = Folder.of(RUN, names["RUNS_BUCKET"])
        self.folder.put("city.toml", RULES)
        self.passwords: PasswordAt | None = None
        self.counts: dict[str, int] = {}

    def known(self, *known: Record) -> None:
        """What earlier nights have made, in the tenant and in the state."""
        self.tenant.give_known(known)
        for one in known:
            self.state.put_pupil(one, None)

    def upload_passwords(self, count: int) -> None:
        rows = {a_pupil(n).account: password(n) for n in range(1, count + 1)}
        key = "inbox/demo/passwords/first.csv"
        answer = boto3.client("s3").put_object(
            Bucket=self.names["PASSWORDS_BUCKET"], Key=key, Body=a_password_file(rows)
        )
        self.passwords = PasswordAt(key, answer["VersionId"], 0)

    def plan(self, *actions: Action, shard: int = 1) -> None:
        rows = (self.placed(action).to_json() for action in actions)
        self.folder.put_lines(f"actions/{shard:04}.jsonl", rows)

    def placed(self, action: Action) -> Action:
        """A create whose password row is where the uploaded file has it."""
        if action.kind is not Kind.CREATE or self.passwords is None or action.after is None:
            return action
        return replace(action, password=replace(self.passwords, line=action.after.line))

    def provision(self, shard: int = 1, seconds: float = 900) -> dict[str, Any]:
        event = RUN.model_dump(mode="json") | {"shard": shard, "counts": self.counts}
        answer = app.lambda_handler(event, a_context("provision", seconds))
        assert answer.pop("seconds") >= 0
        self.forecast = answer.pop("seconds_left")
        return answer

    def progress(self) -> dict[str, Any]:
        return self.folder.get_json("progress.json")

    def results(self, shard: int = 1) -> list[tuple[int, str, str]]:
        rows = self.folder.lines(f"results/{shard:04}.jsonl")
        return [(row["line"], row["outcome"], row["code"]) for row in rows]

    def findings(self, shard: int = 1) -> list[tuple[str, int | None, str | None, str]]:
        return [f.row() for f in self.folder.findings(f"provision-{shard:04}")]

    def letters(self) -> list[dict[str, Any]]:
        sqs = boto3.client("sqs")
        url = self.names["DEAD_LETTERS_URL"]
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
        return found

    def assert_everybody_has_one_account(self, *actions: Action) -> None:
        """Tenant and state agree with each other and with what was asked for."""
        users = {u["onPremisesExtensionAttributes"][MARK]: u for u in self.tenant.users()}
        assert len(users) == len(self.tenant.users()) == len(actions)
        for action in actions:
            known = self.state.pupil(action.pupil)
            assert known is not None
            assert known.object_id == users[action.pupil]["id"]
            assert (known.pupil, known.account) == (action.after, action.account)


def known_of(n: int) -> Record:
    return a_known(n, pupil=a_pupil(n, class_title="6年6組"))


def password(n: int) -> str:
    return f"Hinagiku-{n:04}x"


def creates(count: int, first: int = 1) -> list[Action]:
    return [an_action(Kind.CREATE, n) for n in range(first, first + count)]


@pytest.fixture
def night(
    account: dict[str, str], tenant: Tenant, env: settings.DirectorySettings
) -> Iterator[Night]:
    yield Night(account, tenant)
    directory.tenant.cache_clear()


class Killed(BaseException):
    """The Lambda dies: nobody catches this."""


@contextmanager
def dying_at_write(number: int) -> Iterator[None]:
    """The process ends just before its n-th write to the state table."""
    left = [number]

    def count(**_: Any) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise Killed

    boto3.setup_default_session()
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("before-call.dynamodb.PutItem", count)
    try:
        yield
    finally:
        boto3.setup_default_session()


def test_new_pupils_get_accounts_and_are_remembered(night: Night) -> None:
    night.upload_passwords(25)
    actions = creates(25)
    night.plan(*actions)
    answer = night.provision()
    assert answer == {"shard": 1, "done": 25, "skipped": 0, "held": 0, "failed": 0}
    night.assert_everybody_has_one_account(*actions)
    assert night.results() == [(n, "done", "") for n in range(1, 26)]
    assert night.tenant.knows_password(a_pupil(7).account, password(7))
    assert (night.findings(), night.letters()) == ([], [])
    known = night.state.pupil(a_pupil(1).id)
    assert known is not None
    assert (known.status, known.run_id) == (Status.ACTIVE, RUN.run_id)


def test_a_second_call_of_a_shard_says_nothing_to_graph(night: Night) -> None:
    night.upload_passwords(5)
    night.plan(*creates(5))
    night.provision()
    night.tenant.recount()
    assert night.provision()["skipped"] == 5
    assert night.tenant.count("writes") == 0
    assert night.results() == [(n, "done", "") for n in range(1, 6)]


@pytest.mark.parametrize("write", [1, 2, 20, 21, 30])
def test_killed_between_graph_and_state_a_rerun_makes_no_second_account(
    night: Night, write: int
) -> None:
    night.upload_passwords(30)
    actions = creates(30)
    night.plan(*actions)
    with dying_at_write(write), pytest.raises(Killed):
        night.provision()
    night.provision()
    night.assert_everybody_has_one_account(*actions)
    assert night.tenant.count("deletes") == 0


def test_killed_twenty_times_at_random_everybody_has_one_account(night: Night) -> None:
    dice = random.Random(5)
    night.upload_passwords(40)
    actions = creates(40)
    night.plan(*actions)
    kills = 0
    while kills < 20:
        with dying_at_write(dice.randint(1, 2)):
            try:
                night.provision()
            except Killed:
                kills += 1
            else:
                break
    night.provision()
    assert kills == 20
    night.assert_everybody_has_one_account(*actions)


def test_time_running_out_asks_to_be_called_again_and_goes_on_there(night: Night) -> None:
    night.upload_passwords(3)
    actions = creates(3)
    night.plan(*actions)
    with pytest.raises(TryLater):
        night.provision(seconds=0)
    assert night.tenant.users() == []
    night.provision()
    night.assert_everybody_has_one_account(*actions)


def test_updates_restores_and_suspensions_end_in_tenant_and_state(night: Night) -> None:
    update, restore, record, suspend = (
        an_action(Kind.UPDATE, 1),
        an_action(Kind.RESTORE, 2),
        an_action(Kind.RECORD, 3),
        an_action(Kind.SUSPEND, 4),
    )
    night.known(*(a.before for a in (update, restore, record, suspend) if a.before))
    night.plan(update, restore, record, suspend)
    assert night.provision()["done"] == 4
    enabled = {u["userPrincipalName"]: u["accountEnabled"] for u in night.tenant.users()}
    assert [enabled[a_pupil(n).account] for n in (1, 2, 3, 4)] == [True, True, True, False]
    assert night.tenant.user(a_pupil(1).account)["department"] == "3年2組"
    known = {k.pupil.id: k for k in night.state.pupils()}
    assert known[update.pupil].pupil == a_pupil(1)
    assert known[restore.pupil].status is Status.ACTIVE
    assert known[record.pupil].absent_since == TODAY
    gone = known[suspend.pupil]
    assert (gone.status, gone.suspended_on, gone.absent_since) == (Status.SUSPENDED, TODAY, TODAY)
    assert night.provision()["skipped"] == 4


def test_a_change_that_the_tenant_need_not_know_makes_no_graph_call(night: Night) -> None:
    before = a_known(1, pupil=a_pupil(1, attendance_no=30))
    night.known(before)
    night.plan(an_action(Kind.UPDATE, 1, before=before))
    night.tenant.recount()
    assert night.provision()["done"] == 1
    assert night.tenant.count("writes") == night.tenant.count("batches") == 0
    known = night.state.pupil(before.pupil.id)
    assert known is not None
    assert known.pupil.attendance_no == 1


def test_a_pupil_without_a_password_is_held_and_the_rest_go_on(night: Night) -> None:
    night.upload_passwords(1)
    night.plan(*creates(3))
    assert night.provision() == {"shard": 1, "done": 1, "skipped": 0, "held": 2, "failed": 0}
    assert night.findings() == [
        ("users.csv", 3, None, "M001"),
        ("users.csv", 4, None, "M001"),
    ]
    assert night.state.pupil(a_pupil(2).id) is None


def test_each_shard_tells_how_long_the_rest_will_take_and_when_it_ended(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRITES_PER_SECOND", "20")
    night.counts = {"shards": 3}
    night.folder.put_json("plan.json", {"actions": {"update": 90, "suspend": 10, "record": 7}})
    night.known(*map(known_of, range(1, 101)))
    before = datetime.now(UTC)
    shards = [range(1, 51), range(51, 91), range(91, 101)]
    for shard, (numbers, seconds) in enumerate(zip(shards, (3, 1, 1), strict=True), 1):
        kind = Kind.SUSPEND if shard == 3 else Kind.UPDATE
        night.plan(*(an_action(kind, n, before=known_of(n)) for n in numbers), shard=shard)
        assert night.progress().get("ended", "") == ""
        night.provision(shard=shard)
        assert night.forecast == (seconds if shard < 3 else 0)
    told = night.progress()
    started, end, ended = (
        datetime.fromisoformat(told[n]) for n in ("started", "forecast_end", "ended")
    )
    assert before <= started <= ended <= datetime.now(UTC)
    assert (told["writes"], (end - started).total_seconds()) == (110, 6)


def test_another_execution_of_the_same_plan_forecasts_anew(night: Night) -> None:
    night.plan()
    night.provision()
    night.folder.put_json("progress.json", night.progress() | {"execution": "arn:before"})
    night.provision()
    assert night.progress()["execution"] == "arn:one"


def test_a_password_of_somebody_else_is_never_set(night: Night) -> None:
    night.upload_passwords(3)
    assert night.passwords is not None
    wrong_row = replace(an_action(Kind.CREATE, 1), password=replace(night.passwords, line=3))
    night.passwords = None
    night.plan(wrong_row)
    assert night.provision()["held"] == 1
    assert night.tenant.users() == []


def test_an_account_lost_by_hand_is_held_and_its_item_stays_as_it_was(night: Night) -> None:
    action = an_action(Kind.UPDATE, 1)
    assert action.before
    night.known(action.before)
    night.tenant.delete(action.object_id)
    night.plan(action)
    assert night.provision()["held"] == 1
    assert night.findings() == [("users.csv", 2, None, "M004")]
    assert night.state.pupil(action.pupil) == action.before


def test_what_failed_goes_to_the_dead_letter_queue_without_a_pupil(night: Night) -> None:
    night.upload_passwords(3)
    night.plan(*creates(3))
    night.tenant.settings(quota=2)
    assert night.provision()["failed"] == 1
    (letter,) = night.letters()
    line = letter.pop("line")
    assert letter == {
        "run_id": RUN.run_id, "city": "demo", "stage": "provision", "shard": 1, "error": "M008",
        "done": list(RUN.seconds), "again": {"action": "rerun", "city": "demo"},
    }  # fmt: skip
    assert (line, "failed", "M008") in night.results()
    night.tenant.settings(quota=3)
    assert night.provision()["done"] == 1
    assert [row[1] for row in night.results()] == ["done"] * 3


def test_an_item_that_another_run_wrote_is_not_overwritten(night: Night) -> None:
    action = an_action(Kind.UPDATE, 1)
    night.known(a_known(1, pupil=a_pupil(1, class_title="6年6組")))
    night.plan(action)
    night.tenant.recount()
    assert night.provision()["failed"] == 1
    assert night.tenant.count("writes") == 0
    assert night.findings() == [("users.csv", 2, None, "M012")]


def test_a_run_that_lost_its_lease_does_nothing(night: Night) -> None:
    night.upload_passwords(1)
    night.plan(*creates(1))
    night.state.free_lease("arn:one")
    night.state.take_lease("arn:two", datetime.now(UTC))
    with pytest.raises(Refused):
        night.provision()
    assert night.tenant.users() == []


def test_an_expired_secret_fails_the_stage_and_a_new_one_is_taken_up(night: Night) -> None:
    night.upload_passwords(2)
    actions = creates(2)
    night.plan(*actions)
    night.tenant.settings(secret_expired=True)
    with pytest.raises(DirectoryError, match="AADSTS7000222"):
        night.provision()
    assert night.tenant.users() == []
    night.tenant.settings(secret_expired=False)
    night.provision()
    night.assert_everybody_has_one_account(*actions)


def test_a_city_may_soften_what_a_finding_does(night: Night) -> None:
    night.folder.put("city.toml", RULES + '[effects]\nM001 = "note"\n')
    night.plan(*creates(1))
    night.provision()
    (finding,) = night.folder.findings("provision-0001")
    assert str(finding.effect) == "note"


def test_nothing_about_a_pupil_is_logged_returned_or_queued(
    night: Night, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    night.upload_passwords(4)
    night.tenant.give({"userPrincipalName": a_pupil(2).account, "displayName": "x"})
    night.tenant.fault(kind="commit-then-reset", method="POST", shape="/users")
    night.tenant.settings(quota=4)
    actions = creates(2)
    night.plan(*actions)
    answer = night.provision()
    said = json.dumps([answer, night.letters()]) + capsys.readouterr().out + "".join(
        str(record.getMessage()) for record in caplog.records if "boto" not in record.name
        and not record.name.startswith(("urllib3.util", "moto", "responses"))
    )  # fmt: skip
    assert "actions" not in said
    for action in actions:
        pupil = action.after
        assert pupil is not None
        secrets = {pupil.id, pupil.account, pupil.family, pupil.given, pupil.class_title,
                   password(1), pupil.school_name}  # fmt: skip
        assert not [secret for secret in secrets if secret in said]


def test_the_accounts_wanted_are_those_of_the_citys_rules() -> None:
    assert an_action(Kind.CREATE, 1).account == account_of(a_pupil(1), a_city())
