"""A child leaves: what staff type, from the report they fill in to the story they read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import requests

from kakehashi_console.operations import Console
from local.stack import Stack
from tests.builders import a_drop, a_password_file, a_pupil
from tests.decisions import filled_in
from tests.e2e.test_command import kakehashi
from tests.nights import RULES

CITY, AS_OF = "leaving", "2026-11-24"
CHILD = a_pupil(12)


class Desk:
    """A desk with the command on it, for one city."""

    def __init__(self, stack: Stack, folder: Path, city: str = CITY) -> None:
        self.stack, self.folder, self.city = stack, folder, city
        Console(stack).put_rules(city, RULES)

    def change_the_rules(self) -> None:
        Console(self.stack).put_rules(self.city, RULES + "# of today\n")

    def types(self, *words: object, status: int = 0) -> dict[str, Any]:
        where = ("--home", self.stack.home, "--json")
        said = kakehashi(*words, *where, cwd=self.folder)
        assert said.returncode == status, said.stderr + said.stdout
        return dict(json.loads(said.stdout))

    def run(self, pupils: int, *options: object, status: int = 0) -> dict[str, Any]:
        drop = self.folder / f"{pupils}.zip"
        drop.write_bytes(a_drop(pupils).zip())
        words = ("run", drop, "--city", self.city, "--as-of", AS_OF)
        return self.types(*words, *options, status=status)

    def may_sign_in(self) -> bool:
        users = requests.get(f"{self.stack.tenant_url}/_tenant/export", timeout=60).json()["value"]
        (user,) = [u for u in users if u["userPrincipalName"] == CHILD.account]
        return bool(user["accountEnabled"])


def test_a_list_sent_back_suspends_whom_it_names_and_the_story_tells_why(
    stack: Stack, tmp_path: Path
) -> None:
    desk = Desk(stack, tmp_path)
    passwords = tmp_path / "passwords.csv"
    passwords.write_bytes(
        a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in range(1, 13)})
    )
    first = desk.run(12, "--passwords", passwords, status=3)
    order = ("approve", first["run_id"], "--checksum", first["checksum"], "--by", "係長")
    desk.types(*order, "--accept", "S001", "--accept", "S011")
    asked = desk.run(11, "--out", "asked")
    assert asked["proposed"]["GONE"] == [CHILD.id]

    report = tmp_path / "report.xlsx"
    report.write_bytes(
        filled_in((tmp_path / "asked/run/report.xlsx").read_bytes(), {CHILD.id: "停止"})
    )
    suspended = desk.types("upload", "approvals", report, "--city", CITY)
    assert suspended["verdict"] == "applied"
    assert not desk.may_sign_in()

    story = desk.types("why", CHILD.account, "--city", CITY)
    assert story["pupil"] == CHILD.id
    assert [night["action"] for night in story["nights"]] == ["create", "record", "suspend"]
    told = kakehashi(
        "why", "users.csv:2", "--city", CITY, "--home", stack.home, cwd=tmp_path
    ).stdout
    assert "名簿と記録が同じです" in told
    assert f"{a_pupil(1).family} {a_pupil(1).given}" in told, "on this screen, and nowhere else"

    back = desk.run(12)
    assert (back["counts"]["RETURNED"], desk.may_sign_in()) == (1, True)


def test_a_list_may_be_left_in_the_inbox_without_waiting(stack: Stack, tmp_path: Path) -> None:
    Console(stack).put_rules(CITY, RULES)
    (tmp_path / "list.csv").write_text("userMasterIdentifier,decision\r\n", encoding="utf-8")
    where = ("--home", stack.home, "--city", CITY)
    said = kakehashi("upload", "approvals", "list.csv", "--no-wait", *where, cwd=tmp_path)
    assert (said.returncode, f"inbox/{CITY}/approvals/" in said.stdout) == (0, True)
    unknown = kakehashi("why", "nobody@ed.example.jp", *where, cwd=tmp_path)
    assert (unknown.returncode, unknown.stdout) == (2, "")
