"""The OneRoster library from its wheel, where nothing else is installed. By `make smoke`."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from conformance.packages import loose, zipped

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "packages" / "oneroster"
README = (PACKAGE / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((PACKAGE / "examples").glob("*.py"))
ALONE = """
strangers = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
assert strangers <= {"kakehashi_oneroster", "__main__", "__mp_main__"}, strangers
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed wheel, and nothing else."""
    target = tmp_path_factory.mktemp("empty")
    (wheel,) = (ROOT / "build" / "wheel").glob("kakehashi_oneroster-*.whl")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-index",
        "--disable-pip-version-check",
    ]
    subprocess.run([*pip, "--target", str(target), str(wheel)], check=True)
    return target


def run(installed: Path, program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """``program`` in an interpreter that sees the standard library and the wheel. ``words`` are
    its arguments."""
    begin = f"import sys; sys.path.insert(0, {str(installed)!r})\n"
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", begin + program, *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_its_readme_shows_is_so(installed: Path) -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    told = run(installed, code + ALONE)
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_runs(installed: Path, tmp_path: Path, example: Path) -> None:
    (tmp_path / "drop.zip").write_bytes(zipped(loose() | {"readme.txt": b"x"}))
    program = f"import runpy; runpy.run_path({str(example)!r}, run_name='__main__')"
    told = run(installed, program, str(tmp_path / "drop.zip"))
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout


def test_its_command_checks_a_package(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "drop.zip").write_bytes(zipped(loose() | {"readme.txt": b"x"}))
    program = "import runpy; runpy.run_module('kakehashi_oneroster', run_name='__main__')"
    told = run(installed, program, str(tmp_path / "drop.zip"))
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("- F013 参考")


def test_a_wheel_made_from_the_source_distribution_is_the_same(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path), "-t"]
    subprocess.run([*build, "sdist"], cwd=PACKAGE, check=True, capture_output=True)
    (packed,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(packed) as sources:
        sources.extractall(tmp_path, filter="data")
    (unpacked,) = (one for one in tmp_path.iterdir() if one.is_dir())
    subprocess.run([*build, "wheel"], cwd=unpacked, check=True, capture_output=True)
    (made,) = tmp_path.glob("*.whl")
    (ours,) = (ROOT / "build" / "wheel").glob("kakehashi_oneroster-*.whl")
    with zipfile.ZipFile(made) as one, zipfile.ZipFile(ours) as other:
        assert {n: one.read(n) for n in one.namelist()} == {
            n: other.read(n) for n in other.namelist()
        }


def test_its_types_and_licence_go_with_it(installed: Path) -> None:
    assert (installed / "kakehashi_oneroster" / "py.typed").is_file()
    (about,) = installed.glob("kakehashi_oneroster-*.dist-info")
    metadata = (about / "METADATA").read_text(encoding="utf-8")
    assert "Requires-Dist" not in metadata
    licence = (about / "licenses" / "LICENSE").read_bytes()
    assert licence == (ROOT / "LICENSE").read_bytes()
    version = re.findall(r"(?m)^## (\S+)", (PACKAGE / "CHANGELOG.md").read_text("utf-8"))[0]
    assert f"\nVersion: {version}\n" in metadata
