"""The pipeline to copy, judged by actionlint and zizmor; both work without a network."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.infra.conftest import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
FILES = sorted(WORKFLOWS.glob("*.yml"))
ZIZMOR = Path(sys.executable).with_name("zizmor")


def actionlint(node: Callable[[str, str], str], texts: dict[str, str]) -> list[str]:
    told: list[str] = json.loads(node("workflows.mjs", json.dumps(texts)))
    return told


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ZIZMOR, "--offline", "--no-progress", "--no-config", folder],
        capture_output=True,
        text=True,
        check=False,
    )


def test_actionlint_finds_nothing_wrong(node: Callable[[str, str], str]) -> None:
    assert len(FILES) == 3
    texts = {f".github/workflows/{path.name}": path.read_text("utf-8") for path in FILES}
    assert actionlint(node, texts) == []
    broken = {path: text.replace("runs-on:", "runs-in:") for path, text in texts.items()}
    assert actionlint(node, broken) != []


def test_zizmor_finds_nothing_wrong(tmp_path: Path) -> None:
    done = zizmor(WORKFLOWS)
    assert done.returncode == 0, done.stdout
    text = (WORKFLOWS / "check.yml").read_text("utf-8")
    careless = tmp_path / ".github" / "workflows" / "check.yml"
    careless.parent.mkdir(parents=True)
    careless.write_text(re.sub(r"@[0-9a-f]{40} # v", "@v", text), "utf-8")
    assert zizmor(tmp_path).returncode != 0


def test_a_role_is_taken_in_an_environment_only_and_nothing_else_may_be_done() -> None:
    for path in FILES:
        workflow = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {}, path
        for name, job in workflow["jobs"].items():
            wanted = {"contents": "read"}
            if "environment" in job or "environment" in job.get("with", {}):
                wanted["id-token"] = "write"
            assert job["permissions"] == wanted, (path.name, name)
    text = "".join(path.read_text("utf-8") for path in FILES)
    assert "secrets." not in text, "no key is stored"


def test_every_command_of_the_pipeline_is_one_of_ours() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z][a-z0-9 -]*):", makefile, re.MULTILINE))
    named = {one for line in targets for one in line.split()}
    for path in FILES:
        for called in re.findall(r"run: make ([a-z -]+)", path.read_text("utf-8")):
            assert set(called.split()) <= named, called
