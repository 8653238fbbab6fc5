"""What is installed is what is declared, from wherever the packages come."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.infra.conftest import ROOT

LOCKS = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "layers/kakehashi/requirements.txt"]
PIN = re.compile(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


def pins(lock: Path) -> dict[str, str]:
    found = PIN.findall(lock.read_text(encoding="utf-8"))
    return {re.sub(r"[-_.]+", "-", name.lower()): version for name, version in found}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: str(lock.relative_to(ROOT)))
def test_a_lock_has_hashes_and_no_address_of_a_registry(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert len(pins(lock)) == len(re.findall(r"(?m)^[A-Za-z0-9].*==", text))
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text)[1:]:
        assert "--hash=sha256:" in entry


def test_the_lock_of_node_packages_has_hashes_and_no_address_of_a_registry() -> None:
    text = (ROOT / "tests/contract/js/package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert all(found["integrity"] for name, found in packages.items() if name)


def test_every_lock_is_among_these() -> None:
    names = [lock.stem for lock in LOCKS[:-1]]
    assert names == [
        "bench",
        "checkov",
        "console",
        "contract",
        "dev",
        "docs",
        "lambda",
        "mutants",
        "release",
        "sam",
        "stack",
        "uv",
    ]


def test_the_layer_holds_what_a_function_loads_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layer = pins(ROOT / "layers/kakehashi/requirements.txt")
    declared = {re.split(r"[\[>=<~!;]", d)[0] for d in project["project"]["dependencies"]}
    assert declared <= layer.keys()
    assert not layer.keys() & {"boto3", "ministack", "moto", "pytest", "click", "rich", "pandas"}


def test_a_lock_holds_all_that_its_group_asks_for() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "dependency-groups"
    ]
    for name, wanted in groups.items():
        declared = {re.split(r"[\[>=<~!;]", d)[0].lower() for d in wanted}
        locked = pins(ROOT / "requirements" / f"{name}.txt").keys()
        assert declared - locked == set(), f"{name}: run `make lock`"


def test_the_environments_agree_on_versions() -> None:
    layer = pins(ROOT / "layers/kakehashi/requirements.txt")
    for name in ("stack", "dev", "lambda"):
        other = pins(ROOT / "requirements" / f"{name}.txt")
        assert {k: (v, other[k]) for k, v in layer.items() if other.get(k, v) != v} == {}


def test_one_file_a_function() -> None:
    """And an empty one, without which the linter of imports does not see the function at all."""
    for folder in (ROOT / "functions").glob("[a-z]*/"):  # what Python compiled is no function
        files = {path.name: path.stat().st_size for path in folder.glob("*") if path.is_file()}
        if files:
            assert files.keys() == {"app.py", "__init__.py"}, folder
            assert not files["__init__.py"], folder


def test_the_linter_of_imports_sees_whatever_is_code() -> None:
    """It passes over a folder without ``__init__.py``, and a contract over nothing always holds."""
    for room in ("layers/kakehashi/kakehashi", "console/kakehashi_console", "functions", "local"):
        folders = {path.parent for path in (ROOT / room).rglob("*.py")}
        assert [one for one in folders if not (one / "__init__.py").exists()] == []
