"""Rules of CloudFormation Guard are asked where somebody names a folder of them, and there only."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local import guard
from local.engine.deploy import read_template
from tests.infra.conftest import ROOT

GUARD = """\
#!/usr/bin/env python3
import pathlib, shutil, sys
data = pathlib.Path(sys.argv[sys.argv.index("--data") + 1])
shutil.copytree(data, "{seen}")
sys.exit(19 if "--rules" in sys.argv and (pathlib.Path("{rules}") / "refuse").exists() else 0)
"""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of rules, and a ``cfn-guard`` that keeps what it was given in seen/."""
    folder, command = tmp_path / "rules", tmp_path / "bin" / "cfn-guard"
    folder.mkdir()
    command.parent.mkdir()
    command.write_text(GUARD.format(seen=tmp_path / "seen", rules=folder))
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent), prepend=":")
    return folder


def test_every_template_is_judged_as_cloudformation_gets_it(rules: Path) -> None:
    assert guard.main(str(rules)) == 0
    seen = {path.stem: json.loads(path.read_text()) for path in (rules.parent / "seen").iterdir()}
    assert set(seen) >= {"template", "tool_reader", "city_access", "city_alarms", "deployer"}
    kinds = {r["Type"] for template in seen.values() for r in template["Resources"].values()}
    assert not {kind for kind in kinds if "Serverless" in kind}
    assert {"AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"} <= kinds


def test_what_guard_refuses_is_refused(rules: Path) -> None:
    (rules / "refuse").touch()
    assert guard.main(str(rules)) == 19


def test_a_folder_that_is_not_there_is_no_silent_pass(
    rules: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guard.main(str(rules / "elsewhere")) == 2
    assert "cannot be asked" in capsys.readouterr().err


@pytest.mark.parametrize(("given", "asked"), [([], False), (["CFN_GUARD_RULES=/rules"], True)])
def test_make_secure_asks_only_where_the_variable_is_set(given: list[str], asked: bool) -> None:
    done = subprocess.run(
        ["make", "--dry-run", "secure", *given],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert ("local.guard /rules" in done.stdout) is asked


def test_a_template_without_sam_stays_as_it_is() -> None:
    template: dict[str, Any] = read_template((ROOT / "infra" / "city_access.yaml").read_text())
    before = json.loads(json.dumps(template))
    assert guard.translated(template)["Resources"] == before["Resources"]
