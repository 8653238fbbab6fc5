"""The overlay on the engine stays as small as our tests need it."""

from __future__ import annotations

import importlib.metadata
import inspect
import re
import tomllib

import pytest

from local.engine import overlay, redrive
from tests.infra.conftest import ROOT

PATCHES = [
    overlay.run_our_worker,
    overlay.tell_errors_by_name,
    overlay.limit_workers,
    overlay.name_the_uploaded_version,
    overlay.count_loopback_as_tls,
    overlay.take_alarms_of_several_metrics,
    redrive.let_executions_be_redriven,
]


@pytest.mark.parametrize("patch", PATCHES)
def test_every_change_names_a_test_that_exists(patch: object) -> None:
    named = re.findall(r"test_\w+", inspect.getdoc(patch) or "")
    tests = (ROOT / "tests" / "e2e" / "test_engine.py").read_text(encoding="utf-8")
    assert named
    assert [name for name in named if f"def {name}(" not in tests] == []


def test_the_overlay_is_for_the_version_we_pin() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
        "dependency-groups"
    ]
    assert f"ministack=={overlay.VERSION}" in groups["stack"]
    assert importlib.metadata.version("ministack") == overlay.VERSION


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay, "VERSION", "0.0.0")
    with pytest.raises(overlay.WrongVersion):
        overlay.install("python")
