"""The small city lived through: its accounts are made, suspended and deleted again.

Only in a stack of its own, or where a person says that the others shall be beside it, and in a
domain of a tenant that is there for trying. A fourth child, who has no initial password and so gets
no account, stays at school while the three leave: a roster of nobody is no roster. What Microsoft
deletes can be had back for 30 days; then it is gone.
"""

from __future__ import annotations

import csv
import io
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kakehashi.edges.runs import Folder
from kakehashi.verdict import Verdict
from kakehashi_console.doctor import AS_OF, CITY, PUPILS, RULES, a_roster
from kakehashi_console.operations import BadUse, Console, RunOutcome, order_for_drop
from kakehashi_console.operations.reach import stamp
from kakehashi_console.preflight import Checkpoint

TOOL = "lgate"
LIVED = (
    RULES
    + f"""\
[leaving]
grace_days = 0
[tools.{TOOL}]
dialect = "{TOOL}"
"""
)
STAYS = {  # of the third child in the files, and what it is of the fourth
    "59d135a0-e614-4ee0-94f9-593fbe8e878a": "8a5a0a53-4c0e-4c1a-9d5e-6d1a2f3b4c5d",
    "a542c469-aaec-4bc3-88d4-be8ad3980cdf": "1f7c2d6e-93b4-4a58-8c0f-2b6e7d8a9c01",
    "s000003": "s000004", "渡辺": "高橋", "蓮": "葵", "ワタナベ": "タカハシ", "レン": "アオイ",
}  # fmt: skip
GONE = ("ea3d27ec-7d88-4c72-9776-f55ce5d2b4c6", "19edd513-1569-439f-aab9-0276ae35e3b4")


def alone(console: Console) -> None:
    """Raises BadUse where the stack serves a city."""
    if others := [name for name in console.cities() if name != CITY]:
        raise BadUse(
            f"このスタックには {'、'.join(others)} があります。試すためのスタックを使うか、"
            "--beside-others を付けてください。 / this stack serves a city: use one for trying"
        )


def live(console: Console, domain: str) -> Iterator[Checkpoint]:
    """What comes of three accounts from the first night to their end."""
    town = _Town(console, domain)
    console.put_rules(CITY, LIVED.format(domain=domain))
    first = town.night()
    yield _same("最初の夜 / the first night", first.summary.verdict, "applied")
    made = len(town.pupils())
    yield Checkpoint("作ったアカウント / accounts made", made == PUPILS, f"{made} / {PUPILS}",
               "docs/runbook.ja.md#pupils-failed")  # fmt: skip
    files = Folder(console.s3, console.outputs["OutboxBucket"], f"outbox/{CITY}/{TOOL}/").names()
    yield Checkpoint("教材のファイル / a tool's file", any(one.endswith(".zip") for one in files))
    yield _same("同じ名簿の夜 / the same roster", town.again().summary.verdict, "unchanged")
    yield from town.leave()


def _same(what: str, came: Any, wanted: str) -> Checkpoint:
    return Checkpoint(what, came == wanted, str(came), "docs/runbook.ja.md")


@dataclass(frozen=True, slots=True)
class _Town:
    console: Console
    domain: str

    def pupils(self) -> list[str]:
        """Of whom we have an account, by userMasterIdentifier."""
        return sorted(known.pupil.id for known in self.console.state(CITY).pupils())

    def night(self, *, left: bool = False) -> RunOutcome:
        with tempfile.TemporaryDirectory() as folder:
            drop = a_roster(Path(folder), self.domain)
            if left:
                _all_but_one(drop)
            else:
                self._passwords(Path(folder))
            key, version = self.console.upload_drop(CITY, drop, starts=False)
        return self.run(order_for_drop("sync", CITY, key, version, AS_OF))

    def _passwords(self, folder: Path) -> None:
        """Three kinds of characters, as Entra wants them; nobody ever signs in with one."""
        rows = [("account", "initialPassword")]
        rows += [(f"s00000{n}@{self.domain}", f"Aa1-{secrets.token_urlsafe(15)}")
                 for n in range(1, PUPILS + 1)]  # fmt: skip
        file = folder / "passwords.csv"
        file.write_bytes(_csv(rows))
        self.console.upload_passwords(CITY, file, starts=False)

    def run(self, order: Mapping[str, Any]) -> RunOutcome:
        """To its end; a plan that waits is approved, since nobody else is asked here."""
        console = self.console
        execution = console.follow(console.start(order), lambda _: None)
        outcome = console.outcome(execution, CITY)
        if outcome.summary.verdict is not Verdict.AWAITING:
            return outcome
        approval = {
            "action": "apply", "run_id": outcome.run_id, "by": "kakehashi doctor",
            "checksum": outcome.summary.checksum,
            "accept": outcome.summary.limits_passed,
        }  # fmt: skip
        execution = console.follow(console.start(approval), lambda _: None)
        return console.outcome(execution, CITY, outcome.run_id)

    def again(self) -> RunOutcome:
        """A night with the same roster."""
        return self.run({"action": "rerun", "city": CITY, "as_of": AS_OF.isoformat()})

    def leave(self) -> Iterator[Checkpoint]:
        """The three leave, are suspended and deleted, by decisions as staff send them."""
        left = self.night(left=True)
        asked = len(left.summary.proposed.get("GONE", ()))
        yield Checkpoint("いなくなった人の確認 / who is asked about", asked == PUPILS, f"{asked}")
        self._decide("停止")
        self.again()
        self.again()  # who is suspended is asked about: to be deleted?
        self._decide("削除")
        self.again()
        stay = len(self.pupils())
        yield Checkpoint(
            "アカウントの削除 / accounts deleted", stay == 0, f"{PUPILS - stay} / {PUPILS}",
            f"残ったアカウントは {self.domain} で手で消してください。 / delete them by hand",
        )  # fmt: skip

    def _decide(self, word: str) -> None:
        rows = [("userMasterIdentifier", "決定"), *((one, word) for one in self.pupils())]
        # Where it waits for a night and starts none; what is decided later counts.
        key = f"inbox/{CITY}/decisions/{stamp()}.csv"
        bucket = self.console.outputs["InboxBucket"]
        self.console.s3.put_object(Bucket=bucket, Key=key, Body=_csv(rows))


def _csv(rows: list[tuple[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _all_but_one(drop: Path) -> None:
    """A roster of one child, who is none of the three."""
    for file in drop.glob("*.csv"):
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        text = "".join(line for line in lines if not any(gone in line for gone in GONE))
        for of_third, of_fourth in STAYS.items():
            text = text.replace(of_third, of_fourth)
        file.write_text(text, encoding="utf-8", newline="")
