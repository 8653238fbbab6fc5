"""A run is turned back: what staff type, through the engine, its roles and the real tenant API."""

from __future__ import annotations

import json
from pathlib import Path

import requests

from local.stack import Stack
from tests.builders import a_drop, a_password_file, a_pupil
from tests.e2e.test_command import kakehashi
from tests.e2e.test_events import sample
from tests.e2e.test_leaving import AS_OF, Desk

CITY = "undoing"


def test_a_run_is_planned_back_approved_and_told(stack: Stack, tmp_path: Path) -> None:
    desk = Desk(stack, tmp_path, CITY)
    newcomer = a_pupil(13)
    passwords = tmp_path / "passwords.csv"
    passwords.write_bytes(
        a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in range(1, 14)})
    )
    first = desk.run(12, "--passwords", passwords, status=3)
    asked = ("--checksum", first["checksum"], "--accept", "S001", "--by", "係長")
    desk.types("approve", first["run_id"], *asked)

    drop = a_drop(13)
    drop.rows["users.csv"][0]["preferredFamilyName"] = "高橋"
    (tmp_path / "13.zip").write_bytes(drop.zip())
    words = ("run", "13.zip", "--city", CITY, "--as-of", AS_OF, "--passwords", passwords)
    changed = desk.types(*words)
    assert changed["verdict"] == "applied"

    order = sample("undo", run_id=changed["run_id"])
    waiting = desk.types("undo", order["run_id"], "--by", order["by"], status=3)
    assert waiting["counts"] == {"HELD": 0, "UNDONE": 2}
    accepted = ("--checksum", waiting["checksum"], "--accept", "S080", "--by", "係長")
    assert desk.types("approve", waiting["run_id"], *accepted)["verdict"] == "applied"

    users = requests.get(f"{stack.tenant_url}/_tenant/export", timeout=60).json()["value"]
    found = {user["userPrincipalName"]: user for user in users}
    assert found[a_pupil(1).account]["surname"] == a_pupil(1).family
    assert not found[newcomer.account]["accountEnabled"]
    story = desk.types("why", newcomer.account, "--city", CITY)
    assert [night["action"] for night in story["nights"]] == ["create", "suspend"]
    again = desk.types("undo", order["run_id"], "--by", "係長", status=4)
    assert again["findings"] == {"S913": 1}


def test_a_plan_that_can_no_longer_be_approved_is_shown_as_such(
    stack: Stack, tmp_path: Path
) -> None:
    desk = Desk(stack, tmp_path, "outdated")
    desk.run(8, status=3)
    where = ("--home", stack.home, "--city", "outdated", "--json")
    (record,) = json.loads(kakehashi("status", *where, cwd=tmp_path).stdout)["runs"]
    assert record["outdated"] == []
    desk.change_the_rules()
    said = kakehashi("status", *where[:-1], cwd=tmp_path).stdout
    assert "期限切れ" in said
    assert "S909" in said


def test_a_slip_of_the_pen_starts_no_undo(stack: Stack, tmp_path: Path) -> None:
    said = kakehashi("undo", "nonsense", "--by", "係長", "--home", stack.home, cwd=tmp_path)
    assert (said.returncode, said.stdout) == (2, "")
