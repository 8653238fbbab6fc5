"""Each command in the runbook is typed here, in the situation in which the runbook names it.

A command that the runbook gains and ``SITUATIONS`` does not know fails.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.demo.initial_passwords import passwords
from local.stack import ROOT, Stack
from tests.e2e.conftest import until
from tests.e2e.test_command import COMMAND
from tests.e2e.town import Town

CITY = "runbook"
RUNBOOK = (ROOT / "docs" / "runbook.ja.md").read_text(encoding="utf-8")
INLINE = re.compile(r"`(kakehashi[^`]*)`")
BLOCKS = re.compile(r"```sh\n(.*?)```", re.DOTALL)
ORDERS = re.findall(r"```json\n(.*?)```", RUNBOOK, re.DOTALL)
MENTIONED = {"kakehashi approve", "kakehashi undo", "kakehashi upload passwords"}
"""Named in passing; what to type stands elsewhere on the page, with its arguments."""

DONE, WAITS, REFUSED = 0, 3, 4
SECONDS = 20  # until a receipt lies there, cold and on a busy machine
PASSPHRASE = "kono-kotoba-de-hiraku"


def commands() -> list[str]:
    found = [*INLINE.findall(RUNBOOK)]
    for block in BLOCKS.findall(RUNBOOK):
        found += [line for line in block.splitlines() if line.startswith("kakehashi")]
    return [command for command in dict.fromkeys(found) if command not in MENTIONED]


@dataclass
class Office:
    """A city after its first night, and a person at a keyboard."""

    town: Town
    folder: Path

    def type(self, command: str, **blanks: str) -> subprocess.CompletedProcess[str]:
        """``blanks`` are what the page leaves open: 自治体, 実行番号 …"""
        command = command.replace(" --stack <スタック>", "")  # this one is at home
        for blank, value in {"自治体": CITY, "氏名": "係長", **blanks}.items():
            command = command.replace(f"<{blank}>", value).replace(f" {blank}", f" {value}")
        words = shlex.split(command)[1:]
        return subprocess.run(
            [str(COMMAND), *words, "--home", str(self.town.stack.home)],
            cwd=self.folder, capture_output=True, text=True, timeout=300, check=False,
            input=f"{PASSPHRASE}\n{PASSPHRASE}\n",
        )  # fmt: skip

    def somebody(self) -> str:
        return str(self.town.city.truth()[0]["umi"])

    def next_night(self) -> None:
        self.town.city.next_night(self.town.city.day + timedelta(days=1))

    def dead_letter(self) -> str:
        """A night that fails while it looks at the tenant; the beginning of its letter's id."""
        self.town.fault(kind="status", status=403, method="GET", shape="/users")
        execution, _ = self.town.failing_night()
        assert execution["status"] == "FAILED"
        said = self.type("kakehashi dlq list --json")
        (letter,) = [one for one in json.loads(said.stdout) if one["city"] == CITY]
        return str(letter["id"])

    def file(self, name: str, header: str, *rows: str) -> str:
        (self.folder / name).write_text("\n".join([header, *rows, ""]), encoding="utf-8")
        return name


@pytest.fixture(scope="module")
def office(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    town = Town(stack, folder, CITY, pupils=30)
    town.first_night()
    return Office(town, folder)


# -- situations: what is so before the command is typed, and how it ends ---------------------------


def approves(office: Office, command: str) -> None:
    other = Town(office.town.stack, office.folder, "asked", pupils=10)
    waiting = other.night().summary
    assert waiting.limits_passed == ("S001",)
    blanks = {"実行番号": waiting.run_id, "計画の番号": waiting.checksum}
    said = office.type(command, **blanks)
    assert (said.returncode, "完了" in said.stdout) == (DONE, True), said.stderr
    assert other.differences() == []


def looks(office: Office, command: str) -> None:
    said = office.type(command)
    assert said.returncode == DONE, said.stderr
    assert said.stdout


def reruns(office: Office, command: str) -> None:
    assert office.type(command).returncode == DONE


def asks_why(office: Office, command: str) -> None:
    said = office.type(command, userMasterIdentifier=office.somebody())
    assert said.returncode == DONE, said.stderr


def matches(office: Office, command: str) -> None:
    rows = [f"{child['umi']},{child['account']}" for child in office.town.city.truth()]
    assert office.file("一覧.csv", "userMasterIdentifier,username", *rows) in command
    assert office.type(command, ツール="lgate").returncode in {DONE, WAITS}


def decides(office: Office, command: str) -> None:
    office.file("report.xlsx.csv", "userMasterIdentifier,決定", f"{office.somebody()},保留")
    said = office.type(command.replace("report.xlsx", "report.xlsx.csv"))
    assert said.returncode == DONE, said.stderr


def brings_passwords(office: Office, command: str) -> None:
    office.next_night()
    office.town.end(office.town.upload(office.town.export()))
    (office.folder / "FILE").write_bytes(passwords(office.town.city) or b"")
    said = office.type(command)
    assert said.returncode == DONE, said.stderr


def makes_passwords(office: Office, command: str) -> None:
    said = office.type(command)
    assert said.returncode in {DONE, 2}, said.stderr
    assert "Traceback" not in said.stderr


def delivers(office: Office, command: str) -> None:
    assert office.type(command, ツール="lgate").returncode == DONE


def brings_a_receipt(office: Office, command: str) -> None:
    office.file("receipt.csv", "sourcedId,result", "x,OK")
    said = office.type(command, ツール="lgate", ファイル="receipt.csv")
    assert said.returncode == DONE, said.stderr


def compares(office: Office, command: str) -> None:
    assert office.type(command).returncode in {DONE, WAITS}


def puts_rules(office: Office, command: str) -> None:
    rules = office.town.console.rules(CITY) or ""
    (office.folder / f"{CITY}.toml").write_text(rules, encoding="utf-8")
    assert office.type(command, ファイル=f"{CITY}.toml").returncode == DONE


def undoes(office: Office, command: str) -> None:
    """The newest run that changed something is planned back, and waits."""
    office.town.city.next_night(office.town.city.day + timedelta(days=1))
    changed = office.town.night()
    assert changed.summary.verdict == "applied"
    assert office.type(command, 実行番号=changed.run_id).returncode == WAITS


def redrives_all(office: Office, command: str) -> None:
    office.dead_letter()
    office.town.no_faults()
    said = office.type(command)
    assert (said.returncode, "started: redrive-" in said.stdout) == (DONE, True), said.stderr
    ends_well(office, said.stdout)


def redrives_one(office: Office, command: str) -> None:
    letter = office.dead_letter()
    office.town.no_faults()
    said = office.type(command, 番号=letter[:8])
    assert said.returncode == DONE, said.stderr
    ends_well(office, said.stdout)


def ends_well(office: Office, said: str) -> None:
    name = re.findall(r"redrive-\w+", said)[-1]
    machine = office.town.console.outputs["StateMachineArn"]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"

    def ended() -> str | None:
        status = office.town.console.sfn.describe_execution(executionArn=arn)["status"]
        return None if status == "RUNNING" else str(status)

    assert until(ended) == "SUCCEEDED"
    assert json.loads(office.type("kakehashi dlq list --json --city runbook").stdout) == []


def drops(office: Office, command: str) -> None:
    letter = office.dead_letter()
    office.town.no_faults()
    assert office.type(f"{command} --yes", 番号=letter[:8]).returncode == DONE
    assert json.loads(office.type("kakehashi dlq list --json --city runbook").stdout) == []


SITUATIONS: dict[str, Callable[[Office, str], None]] = {
    "kakehashi approve": approves,
    "kakehashi rerun": reruns,
    "kakehashi status": looks,
    "kakehashi dlq list": looks,
    "kakehashi launcher": looks,
    "kakehashi why": asks_why,
    "kakehashi match": matches,
    "kakehashi upload approvals": decides,
    "kakehashi upload passwords": brings_passwords,
    "kakehashi passwords make": makes_passwords,
    "kakehashi deliver": delivers,
    "kakehashi upload receipts": brings_a_receipt,
    "kakehashi drift": compares,
    "kakehashi city put": puts_rules,
    "kakehashi dlq redrive --all": redrives_all,
    "kakehashi dlq redrive <": redrives_one,
    "kakehashi dlq drop": drops,
    "kakehashi undo": undoes,
}
"""In an order in which they can happen; each also stands by itself."""


def situation(command: str) -> str:
    return next((known for known in SITUATIONS if command.startswith(known)), "")


def in_order() -> list[str]:
    known = list(SITUATIONS)
    return sorted(commands(), key=lambda c: known.index(situation(c)) if situation(c) else 0)


@pytest.mark.parametrize("command", in_order())
def test_a_command_of_the_runbook_does_what_the_runbook_says(office: Office, command: str) -> None:
    assert situation(command), "a command that nobody has tried"
    SITUATIONS[situation(command)](office, command)


@pytest.mark.parametrize("order", ORDERS)
def test_an_input_that_the_runbook_gives_to_paste_starts_a_run_that_ends_well(
    office: Office, order: str
) -> None:
    arn = office.town.console.start(json.loads(order) | {"city": CITY})
    assert office.town.end(arn).summary.verdict in {"applied", "unchanged", "already-done"}


def test_the_robot_finds_its_receipt_within_seconds_of_the_upload(office: Office) -> None:
    town, file = office.town, office.town.export()
    body, since, begun = file.read_bytes(), datetime.now(UTC), time.monotonic()
    key, version = town.console.upload_drop(CITY, file, starts=True)

    def receipt() -> dict[str, Any] | None:
        inbox = town.console.outputs["InboxBucket"]
        try:
            found = town.stack.client("s3").get_object(Bucket=inbox, Key=f"{key}.receipt.json")
        except ClientError:
            return None
        return dict(json.loads(found["Body"].read()))

    told = until(receipt)
    assert time.monotonic() - begun < SECONDS
    assert (told["bytes"], told["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
    assert told["lines"]["users.csv"] >= len(town.city.truth())
    town.end(town.console.started_by(key, version, since))
    assert (receipt() or {})["standing"] in {"accepted", "already-done"}


def test_no_situation_is_left_over() -> None:
    assert {situation(command) for command in commands()} == set(SITUATIONS)
