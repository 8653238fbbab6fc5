"""A demo city of a test's own in the shared stack, and what its tenant should hold."""

from __future__ import annotations

import csv
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from kakehashi.people.pupil import GRADE_LABELS
from kakehashi.people.school_year import APRIL, year_of
from kakehashi.roster import JAPAN
from kakehashi_console.operations import Console, RunOutcome, order_for_drop
from local.demo import DemoCity, export
from local.demo.initial_passwords import passwords
from local.stack import ROOT, Stack

WEEKS = timedelta(weeks=3)


def first_day(today: date) -> date:
    """Some weeks ago, in today's school year: what the robot uploads is read as of today."""
    return max(today - WEEKS, date(year_of(today), APRIL, 1))


FIRST_DAY = first_day(datetime.now(UTC).astimezone(JAPAN).date())


@dataclass
class Town:
    """``name`` is the city's name in the stack; its accounts lie in a domain of its own, and its
    pupils live in no other town of the tenant. It has no staff: those live in ``tests.year``;
    ``more_rules`` may ask for some. ``seed`` 0: made of the name."""

    stack: Stack
    folder: Path
    name: str
    pupils: int = 40
    seed: int = 0
    more_rules: str = ""
    day: date = FIRST_DAY
    rules: str = field(init=False)
    console: Console = field(init=False)
    city: DemoCity = field(init=False)

    def __post_init__(self) -> None:
        self.console = Console(self.stack)
        self.seed = self.seed or zlib.crc32(self.name.encode())
        domain = f"{self.name}.demo.example.jp"
        self.city = DemoCity(self.seed, self.pupils, 4, self.day, unfilled=0, domain=domain)
        rules = (ROOT / "cities" / "demo.toml").read_text(encoding="utf-8")
        of_pupils, _, _ = rules.partition("[staff]")  # which stands last
        self.rules = of_pupils.replace("ed.demo.example.jp", domain) + self.more_rules
        self.console.put_rules(self.name, self.rules)

    # -- nights --------------------------------------------------------------------------------

    def upload_passwords(self) -> None:
        if body := passwords(self.city):
            file = self.folder / f"{self.name}-{self.city.day}.csv"
            file.write_bytes(body)
            self.console.upload_passwords(self.name, file, starts=False)

    def export(self) -> Path:
        """Tonight's file. Each export has new sourcedIds."""
        file = self.folder / self.name / f"{self.city.exports}" / export.zip_name(self.city)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(export.package(self.city))
        return file

    def upload(self, file: Path) -> str:
        """As the robot does; returns the execution that the upload started."""
        since = datetime.now(UTC)
        key, version = self.console.upload_drop(self.name, file, starts=True)
        return self.console.started_by(key, version, since)

    def night(self, file: Path | None = None, action: str = "sync") -> RunOutcome:
        """Upload passwords and roster where nothing watches, and run as of the city's day."""
        self.upload_passwords()
        key, version = self.console.upload_drop(self.name, file or self.export(), starts=False)
        order = order_for_drop(action, self.name, key, version, self.city.day)
        return self.end(self.console.start(order))

    def rerun(self) -> RunOutcome:
        day = self.city.day.isoformat()
        order = {"action": "rerun", "city": self.name, "as_of": day}
        return self.end(self.console.start(order))

    def failing_night(self) -> tuple[Mapping[str, Any], RunOutcome]:
        """A night that does not end well: DescribeExecution's answer, and what was left."""
        key, version = self.console.upload_drop(self.name, self.export(), starts=False)
        order = order_for_drop("sync", self.name, key, version, self.city.day)
        execution = self.console.follow(self.console.start(order), _deaf)
        return execution, self.console.outcome(execution, self.name)

    def approval(self, waiting: RunOutcome) -> dict[str, Any]:
        return {
            "action": "apply",
            "run_id": waiting.run_id,
            "checksum": waiting.summary.checksum,
            "accept": waiting.summary.limits_passed,
            "by": "試験",
        }

    def approve(self, waiting: RunOutcome) -> RunOutcome:
        return self.end(self.console.start(self.approval(waiting)), waiting.run_id)

    def first_night(self) -> RunOutcome:
        waiting = self.night()
        assert waiting.summary.verdict == "awaiting-approval"
        done = self.approve(waiting)
        assert done.summary.verdict == "applied"
        return done

    def end(self, arn: str, run_id: str = "") -> RunOutcome:
        return self.console.outcome(self.console.follow(arn, _deaf), self.name, run_id)

    # -- what should be, and what is -----------------------------------------------------------

    def expected(self) -> dict[str, dict[str, str]]:
        """By account, what the tenant should hold of tonight's pupils."""
        return {child["account"]: _wanted(child) for child in self.city.truth()}

    def accounts(self) -> dict[str, dict[str, Any]]:
        """This town's accounts in the tenant, as Graph writes them, by account."""
        answer = requests.get(f"{self.stack.tenant_url}/_tenant/export", timeout=60)
        ours = f"@{self.city.domain}"
        users = answer.json()["value"]
        return {u["userPrincipalName"]: u for u in users if u["userPrincipalName"].endswith(ours)}

    def differences(self, *, also: frozenset[str] = frozenset()) -> list[str]:
        """Where the tenant is not as the roster says; leavers in ``also`` are expected."""
        expected, found = self.expected(), self.accounts()
        wrong = [f"missing {account}" for account in expected.keys() - found.keys()]
        wrong += [f"too many {account}" for account in found.keys() - expected.keys() - also]
        for account in expected.keys() & found.keys():
            holds = _held(found[account])
            wrong += [
                f"{account} {name}: {holds.get(name)!r}, not {value!r}"
                for name, value in expected[account].items()
                if holds.get(name) != value
            ]
        return sorted(wrong)

    def secrets(self) -> set[str]:
        """What must not be read anywhere: names, kana, accounts, class titles, passwords."""
        found: set[str] = set()
        for child in self.city.truth():
            family, given = child["family"], child["given"]
            found |= {f"{family} {given}", f"{family}{given}", child["account"]}
            found |= {f"{child['kana_family']} {child['kana_given']}", child["kana_given"]}
            found |= {child["class_title"]} if child["class_title"] else set()
        return found

    @contextmanager
    def secrets_noted(self) -> Iterator[set[str]]:
        """Collects secrets, passwords among them, at both ends of what happens inside."""
        everybody = self.secrets()
        yield everybody
        everybody |= self.secrets()
        for file in self.folder.glob("*.csv"):
            rows = csv.reader(file.read_text(encoding="utf-8").splitlines()[1:])
            everybody |= {row[2] for row in rows}

    def files(self, outcome: RunOutcome) -> list[str]:
        listed = self.stack.client("s3").list_objects_v2(
            Bucket=self.stack.outputs()["RunsBucket"], Prefix=outcome.prefix
        )
        return [item["Key"].removeprefix(outcome.prefix) for item in listed["Contents"]]

    def findings(self, outcome: RunOutcome) -> str:
        """Findings of all stages, and the summary, as text."""
        s3, bucket = self.stack.client("s3"), self.stack.outputs()["RunsBucket"]
        names = [n for n in self.files(outcome) if n.startswith("findings/") or n == "summary.json"]
        bodies = [s3.get_object(Bucket=bucket, Key=outcome.prefix + n)["Body"] for n in names]
        return "".join(body.read().decode() for body in bodies)

    def fault(self, **rule: Any) -> None:
        """Make the tenant fail; see local.fakes.tenant.faults."""
        url = f"{self.stack.tenant_url}/_tenant/faults"
        requests.post(url, json=rule, timeout=30).raise_for_status()

    def refuse_one(self) -> None:
        """The tenant is not able to create one of the accounts, and asks to wait: whoever creates
        them is in the middle of it until there are no faults."""
        last = max(self.expected())
        asks = {"kind": "status", "status": 503, "retry_after": 2, "times": None}
        self.fault(**asks, method="POST", shape="/users", upn=last)

    def no_faults(self) -> None:
        requests.delete(f"{self.stack.tenant_url}/_tenant/faults", timeout=30).raise_for_status()

    def counters(self) -> Mapping[str, Any]:
        answer = requests.get(f"{self.stack.tenant_url}/_tenant/counters", timeout=30)
        return dict(answer.json())


def _wanted(child: Mapping[str, Any]) -> dict[str, str]:
    wanted = {
        "displayName": f"{child['family']} {child['given']}",
        "givenName": child["given"],
        "surname": child["family"],
        "officeLocation": child["school_name"],
        "jobTitle": GRADE_LABELS[child["grade"]],
        "usageLocation": "JP",
        "ageGroup": "Minor",
        "mailNickname": child["account"].partition("@")[0],
        "accountEnabled": "True",
        "extensionAttribute1": child["umi"],
    }
    if child["class_title"] is not None:  # a masked title is the business of preprocess's tests
        wanted["department"] = child["class_title"]
    return wanted


def _held(user: Mapping[str, Any]) -> dict[str, str]:
    attributes = user["onPremisesExtensionAttributes"]
    return {name: str(value) for name, value in {**user, **attributes}.items()}


def _deaf(_stage: str) -> None:
    """Progress is for people."""
