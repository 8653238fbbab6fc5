"""The `kakehashi` command as people and scripts use it: words, JSON, exit status."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from local.demo import export
from local.demo.initial_passwords import passwords
from local.engine.environment import ACCOUNT, REGION
from local.stack import NAME, ROOT, Stack
from tests.e2e.town import Town

COMMAND = Path(sys.executable).with_name("kakehashi")
KEYS = {
    "breaches", "cause", "checksum", "city", "counts", "decisions", "deliveries", "done",
    "exceptions", "findings", "groups", "headline", "held", "matching", "paths", "proposed",
    "provision", "run_id", "saved", "schools", "seconds", "verdict",
}  # fmt: skip


def kakehashi(*words: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), *map(str, words)],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_first_night_from_the_drop_to_the_accounts(stack: Stack, tmp_path: Path) -> None:
    town = Town(stack, tmp_path, "typed")
    town.upload_passwords()
    drop, home = town.export(), ("--home", stack.home)

    waiting = kakehashi(
        "run", drop, "--city", "typed", *home, "--json", "--out", "one", cwd=tmp_path
    )
    assert waiting.returncode == 3, waiting.stderr
    summary: dict[str, Any] = json.loads(waiting.stdout)
    assert summary.keys() == KEYS
    assert summary["counts"]["NEW"] == town.pupils
    assert [breach["code"] for breach in summary["breaches"]] == ["S001"]
    assert (tmp_path / "one" / "run" / "report.html").is_file()

    order = ["approve", summary["run_id"], "--checksum", summary["checksum"], "--by", "係長"]
    refused = kakehashi(*order, *home, "--json", cwd=tmp_path)
    assert refused.returncode == 4, "a code that was not accepted"
    assert json.loads(refused.stdout)["verdict"] == "refused"

    applied = kakehashi(*order, "--accept", "S001", *home, "--json", "--out", "two", cwd=tmp_path)
    assert applied.returncode == 0, applied.stderr
    assert json.loads(applied.stdout)["verdict"] == "applied"
    assert town.differences() == []
    zips = sorted(p.relative_to(tmp_path / "two").as_posix() for p in tmp_path.glob("two/**/*.zip"))
    assert "outbox/lgate/" in "".join(zips)

    again = kakehashi("run", drop, "--city", "typed", *home, cwd=tmp_path)
    assert again.returncode == 0
    assert "already done" in again.stdout
    here = kakehashi("status", "--city", "typed", *home, cwd=tmp_path)
    assert here.returncode == 0

    aws = {
        "AWS_ENDPOINT_URL": stack.url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": ACCOUNT,
        "AWS_DEFAULT_REGION": REGION,
    }
    there = kakehashi("status", "--city", "typed", "--stack", NAME, cwd=tmp_path, **aws)
    assert (there.stderr, there.stdout) == (here.stderr, here.stdout), (
        "a stack by its name is another way"
    )


def test_the_weekly_comparison_can_be_asked_for_at_any_time(stack: Stack, tmp_path: Path) -> None:
    Town(stack, tmp_path, "weekly")
    words = ("drift", "--city", "weekly", "--home", stack.home, "--json", "--out", "out")
    told = kakehashi(*words, cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert (json.loads(told.stdout)["accounts"], json.loads(told.stdout)["findings"]) == (0, {})
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"drift.html", "drift.xlsx"}


def test_a_folder_of_loose_files_is_a_drop_too(stack: Stack, tmp_path: Path) -> None:
    town = Town(stack, tmp_path, "loose")
    folder = tmp_path / "名簿 2026"
    with zipfile.ZipFile(town.export()) as archive:
        archive.extractall(folder)
    order = ("run", folder, "--city", "loose", "--home", stack.home, "--json")
    waiting = kakehashi(*order, cwd=tmp_path)
    assert waiting.returncode == 3, waiting.stderr
    (folder / "manifest.csv").unlink()
    refused = kakehashi(*order, cwd=tmp_path)
    assert refused.returncode == 4, refused.stderr
    assert any(code.startswith("F") for code in json.loads(refused.stdout)["findings"])


def test_passwords_that_come_with_the_roster_start_no_run_of_their_own(
    stack: Stack, tmp_path: Path
) -> None:
    town = Town(stack, tmp_path, "late", seed=77)
    drop, words = town.export(), ("--city", "late", "--home", stack.home, "--json")
    without = kakehashi("run", drop, *words, cwd=tmp_path)
    assert json.loads(without.stdout)["held"].keys() == {"M001"}, without.stderr
    (tmp_path / "passwords").write_bytes(passwords(town.city) or b"")
    arrived = kakehashi("run", drop, *words, "--passwords", "passwords", cwd=tmp_path)
    summary = json.loads(arrived.stdout)
    assert (summary["verdict"], summary["held"]) == ("awaiting-approval", {})
    status = kakehashi("status", *words, cwd=tmp_path)
    runs = json.loads(status.stdout)["runs"]
    assert [run["serial"] for run in runs] == [0, 0], "numbers are told as numbers"


def test_a_zip_by_any_name_is_a_drop_and_a_refusal_says_why(stack: Stack, tmp_path: Path) -> None:
    town = Town(stack, tmp_path, "named")
    cut = tmp_path / "名簿 (11月)"
    cut.write_bytes(town.export().read_bytes()[:-40])
    said = kakehashi("run", cut, "--city", "named", "--home", stack.home, cwd=tmp_path)
    assert said.returncode == 4, said.stderr
    assert "F001 ZIP" in said.stdout


def test_of_a_folder_only_the_roster_is_uploaded(stack: Stack, tmp_path: Path) -> None:
    town = Town(stack, tmp_path, "beside")
    folder = tmp_path / "night"
    with zipfile.ZipFile(town.export()) as archive:
        archive.extractall(folder)
    (folder / "passwords.csv").write_bytes(passwords(town.city) or b"")
    (folder / "memo.txt").write_text("x")
    (folder / "old.zip").write_bytes(b"PK")
    order = ("run", folder, "--city", "beside", "--home", stack.home, "--json", "--out", "out")
    said = kakehashi(*order, "--passwords", folder / "passwords.csv", cwd=tmp_path)
    assert said.returncode == 3, said.stderr
    roster = {file.name for file in (tmp_path / "out/run/roster").iterdir()}
    assert not roster & {"passwords.csv", "memo.txt", "old.zip"}


def test_bad_use_gets_one_clear_sentence_and_status_two(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "notes.zip").write_text("not a zip")
    (tmp_path / "empty").mkdir()
    good = tmp_path / "good.zip"
    good.write_bytes(export.package(Town(stack, tmp_path, "used").city))
    (tmp_path / "wrong.toml").write_text("colour = 'red'")
    rules = (ROOT / "cities" / "demo.toml").read_text(encoding="utf-8")
    (tmp_path / "dialect.toml").write_text(rules.replace('"lgate"', '"lgat"'))
    (tmp_path / "cp932.toml").write_bytes(rules.encode("cp932", "replace"))
    run_id = "used-20261123T000000-00000000"
    home = ("--home", stack.home)
    for words in (
        ("run", "missing.zip", *home),
        ("run", "notes.zip", *home),
        ("run", "empty", *home),
        ("run", good, "--city", "nowhere", *home),
        ("run", good, "--passwords", "missing.csv", *home),
        ("city", "put", "wrong.toml", *home),
        ("city", "put", "dialect.toml", *home),
        ("city", "put", "cp932.toml", *home),
        ("rerun", "--city", "used", *home),
        ("approve", run_id, "--checksum", "0" * 64, "--by", "x", *home),
        ("approve", run_id, "--checksum", "0" * 64, "--accept", "all", "--by", "x", *home),
        ("up", "--port", "99999", *home),
        ("up", "--home", "/proc/nowhere"),
        ("approve", "no-such-run", "--checksum", "0" * 64, "--by", "x", *home),
        ("status", "--home", tmp_path / "down"),
        ("run", good, "--stack", "nowhere"),
    ):
        said = kakehashi(*words, cwd=tmp_path)
        assert said.returncode == 2, (words, said.stdout, said.stderr)
        assert said.stderr.strip(), words
        assert "Traceback" not in said.stderr, words


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        said = kakehashi("up", "--home", tmp_path / "home", "--port", port, cwd=tmp_path)
    assert said.returncode == 2
    assert str(port) in said.stderr


@pytest.mark.parametrize("command", ["run", "rerun", "approve", "check", "city", "demo", "tenant"])
def test_every_command_explains_itself(command: str, tmp_path: Path) -> None:
    said = kakehashi(command, "--help", cwd=tmp_path)
    assert said.returncode == 0
    assert "/" in said.stdout, "both languages"


def test_doctor_finds_the_embedded_stack_healthy_and_leaves_nothing(
    stack: Stack, tmp_path: Path
) -> None:
    done = kakehashi(
        "doctor", "--domain", "ed.example.jp", "--home", stack.home, "--json", cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [look["good"] for look in json.loads(done.stdout)] == [True] * 7
    listed = stack.client("s3").list_object_versions(Bucket=stack.outputs()["RunsBucket"])
    assert not [one for one in listed.get("Versions", []) if one["Key"].startswith("doctor/")]
