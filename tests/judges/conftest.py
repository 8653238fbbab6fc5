"""The stack as others read it: run by `make judges`, with what tests/judges/js holds."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "js"


@pytest.fixture(scope="session")
def node() -> Any:
    """Runs a program of js/ with a text on its standard input; what it says."""

    def run(program: str, given: str) -> str:
        found = shutil.which("node")
        assert found is not None, "Node.js 20 or newer is needed"
        done = subprocess.run(
            [found, program], cwd=HERE, input=given, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run
