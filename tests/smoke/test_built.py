"""What `sam build` made can be imported by what Lambda offers. Run by `make smoke`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kakehashi.report import words

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build"
RUNTIME = ROOT / ".venv-lambda" / "lib" / "python3.13" / "site-packages"  # boto3 alone
STAGES = (*words.STAGES, "drift")

# -I -S: no environment, no site-packages, no .pth; the virtual environment stays out of sight.
PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
import app
assert callable(app.lambda_handler)
"""


@pytest.mark.parametrize("stage", STAGES)
def test_a_built_function_imports(stage: str) -> None:
    function = BUILT / f"{stage.capitalize()}Function"
    layer = BUILT / "KakehashiLayer" / "python"
    assert function.is_dir(), "run `make smoke`, which builds first"
    python = getattr(sys, "_base_executable", sys.executable)
    ran = subprocess.run(
        [python, "-I", "-S", "-c", PROGRAM, str(function), str(layer), str(RUNTIME)],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_layer_is_far_below_the_limit_of_lambda() -> None:
    layer = BUILT / "KakehashiLayer"
    size = sum(path.stat().st_size for path in layer.rglob("*") if path.is_file())
    assert size < 150_000_000  # 250 MB, unpacked, with the function


def test_only_the_handler_is_built() -> None:
    for stage in STAGES:
        built = BUILT / f"{stage.capitalize()}Function"
        assert {path.name for path in built.iterdir()} <= {"app.py", "__pycache__"}
