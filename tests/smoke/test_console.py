"""The console from its wheel, in an environment that has nothing of this clone. By `make smoke`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.builders import a_drop

ROOT = Path(__file__).parents[2]
SITE = ROOT / ".venv-console" / "lib" / "python3.13" / "site-packages"
COMMAND = ROOT / ".venv-console" / "bin" / "kakehashi"


def kakehashi(*words: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.defpath, "HOME": str(folder), "LANG": "C.UTF-8"}
    return subprocess.run(
        [COMMAND, *words],
        cwd=folder,
        env=bare | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_called_local_or_functions_is_installed() -> None:
    assert {path.name for path in SITE.iterdir()} & {"local", "functions", "tests"} == set()
    assert (SITE / "kakehashi_console" / "cities" / "demo.toml").is_file()
    assert not (SITE / "kakehashi_console").is_symlink()


def test_it_starts_and_offers_what_works_without_an_embedded_stack(tmp_path: Path) -> None:
    assert kakehashi("--version", folder=tmp_path).stdout.startswith("kakehashi, version ")
    offered = kakehashi("--help", folder=tmp_path).stdout
    assert "  approve " in offered
    assert "  demo " not in offered
    refused = kakehashi("status", "--city", "demo", folder=tmp_path)
    assert (refused.returncode, "--stack" in refused.stderr) == (2, True)


def test_a_drop_is_checked_with_nothing_else_installed(tmp_path: Path) -> None:
    (tmp_path / "drop.zip").write_bytes(a_drop(3).zip())
    told = kakehashi("check", "drop.zip", "--json", "--as-of", "2026-05-01", folder=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(told.stdout)["counts"]["pupils"] == 3


@pytest.mark.parametrize("word", ["status", "why", "dlq"])
def test_a_command_is_there_whole(tmp_path: Path, word: str) -> None:
    helped = kakehashi(word, "--help", folder=tmp_path)
    assert (helped.returncode, helped.stderr) == (0, "")


def test_a_city_is_drafted_with_the_schema_that_the_wheel_brings(tmp_path: Path) -> None:
    (tmp_path / "drop.zip").write_bytes(a_drop(3).zip())
    words = ("city", "new", "mihon.toml", "--from", "drop.zip", "--name", "見本市")
    told = kakehashi(*words, folder=tmp_path)
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads((tmp_path / "city.schema.json").read_text("utf-8"))["properties"]["domain"]
