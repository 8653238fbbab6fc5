"""What `sam build` made can be imported by what Lambda offers. Run by `make smoke`."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from kakehashi.report import words

ROOT = Path(__file__).parents[2]
BUILT = ROOT / ".aws-sam" / "build"
RUNTIME = ROOT / ".venv-lambda" / "lib" / "python3.13" / "site-packages"  # boto3 alone
STAGES = (*words.STAGES, "drift", "launch", "staff", "passwords")

LAYER = BUILT / "KakehashiLayer" / "python"
DRAWS = {"launch", "passwords", "report", "staff"}  # pages and workbooks, whenever they are called
UNCHECKED = 0b01  # of a .pyc's flags: valid whatever became of its source

# -I -S -B: no environment, no site-packages, no .pth; the virtual environment stays out of sight,
# and nothing is written. What is imported is told, and what had to be compiled for it.
PROGRAM = """
import sys
from importlib.machinery import SourceFileLoader
compiled, compile_it = [], SourceFileLoader.source_to_code
def told(self, data, path, **rest):
    compiled.append(path)
    return compile_it(self, data, path, **rest)
SourceFileLoader.source_to_code = told
sys.path[:0] = sys.argv[1:]
import app
assert callable(app.lambda_handler)
print(*compiled)
print(*sys.modules)
"""


def imported(stage: str) -> tuple[list[str], set[str]]:
    """What had to be compiled, and all modules, once the built function is imported."""
    function = BUILT / f"{stage.capitalize()}Function"
    assert function.is_dir(), "run `make smoke`, which builds first"
    python = getattr(sys, "_base_executable", sys.executable)
    ran = subprocess.run(
        [python, "-I", "-S", "-B", "-c", PROGRAM, str(function), str(LAYER), str(RUNTIME)],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    compiled, modules = ran.stdout.splitlines()
    return compiled.split(), set(modules.split())


@pytest.mark.parametrize("stage", [*STAGES, "launch", "passwords", "staff"])
def test_a_built_function_imports_and_compiles_nothing_of_its_layer(stage: str) -> None:
    compiled, modules = imported(stage)
    assert [path for path in compiled if path.startswith(str(LAYER))] == []
    drawing = {"jinja2", "openpyxl", "xlsxwriter"} & modules
    assert stage in DRAWS or not drawing


def test_the_bytecode_is_that_of_the_runtime_and_looks_at_no_source() -> None:
    bytecode = list(LAYER.rglob("*.pyc"))
    heads = {path.read_bytes()[:8] for path in bytecode}
    assert heads == {importlib.util.MAGIC_NUMBER + UNCHECKED.to_bytes(4, "little")}
    assert {path.parent.parent for path in bytecode} >= {LAYER / "kakehashi", LAYER / "pydantic"}


def test_the_layer_is_far_below_the_limit_of_lambda() -> None:
    layer = BUILT / "KakehashiLayer"
    size = sum(path.stat().st_size for path in layer.rglob("*") if path.is_file())
    assert size < 45_000_000  # 250 MB, unpacked, with the function


def test_only_the_handler_is_built() -> None:
    for stage in STAGES:
        built = BUILT / f"{stage.capitalize()}Function"
        assert {path.name for path in built.iterdir()} - {"__pycache__"} == {
            "__init__.py",
            "app.py",
        }
        assert (built / "__init__.py").read_bytes() == b"", "there for the linter's eyes alone"
