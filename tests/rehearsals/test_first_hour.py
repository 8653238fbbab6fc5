"""The first hour on an account, on the engine: the small city lived through to its end."""

from __future__ import annotations

import json
from pathlib import Path

from kakehashi_console.operations import Console
from local.stack import Stack
from tests.e2e.test_command import kakehashi
from tests.nights import RULES


def test_doctor_makes_and_deletes_its_accounts_and_leaves_nothing(
    stack: Stack, tmp_path: Path
) -> None:
    home = ("--domain", "doctor.example.jp", "--home", stack.home, "--json")
    Console(stack).put_rules("served", RULES)
    refused = kakehashi("doctor", "--apply", *home, cwd=tmp_path)
    assert (refused.returncode, "served" in refused.stderr) == (2, True)
    done = kakehashi("doctor", "--apply", "--beside-others", *home, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [look["good"] for look in json.loads(done.stdout)] == [True] * 13
    listed = stack.client("s3").list_object_versions(Bucket=stack.outputs()["RunsBucket"])
    assert not [one for one in listed.get("Versions", []) if one["Key"].startswith("doctor/")]
