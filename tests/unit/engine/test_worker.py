"""The process of a function: what it answers, and that it ends with its engine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.engine import worker

HANDLER = """
import time
def answer(event, context):
    print("at work", flush=True)
    while event == "forever":
        time.sleep(60)
    raise KeyError(event)
"""


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "slow.py").write_text(HANDLER)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, worker.__file__]
    with subprocess.Popen(command, text=True, **pipes) as started:  # type: ignore[call-overload]
        tell(started, code_dir=str(tmp_path), module="slow", handler="answer")
        assert json.loads(started.stdout.readline())["status"] == "ready"
        yield started
        started.kill()


def tell(process: subprocess.Popen[str], **message: Any) -> None:
    assert process.stdin
    process.stdin.write(json.dumps({"function_name": "f", "memory": 128, "arn": "a"} | message))
    process.stdin.write("\n")
    process.stdin.flush()


def test_calls_are_answered_one_after_another(process: subprocess.Popen[str]) -> None:
    for event in ("one", "two"):
        tell(process, event=event)
        assert process.stdout
        result = json.loads(process.stdout.readline())["result"]
        assert result["__failed__"]["errorMessage"] == f"'{event}'"


def test_it_ends_in_the_middle_of_a_call_when_its_engine_does(
    process: subprocess.Popen[str],
) -> None:
    """A killed engine's functions went on, and wrote into the next engine on its port."""
    tell(process, event="forever")
    assert process.stdin
    assert process.stderr
    assert process.stderr.readline() == "at work\n"
    process.stdin.close()
    assert process.wait(timeout=60) == 0
