"""Every line that the README gives to type, in its order, in a folder that nothing has been in."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.demo import people
from local.demo.clerk import Clerk
from local.stack import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")  # README.en.md gives the same lines
LINES = [
    line.partition(" # ")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.replace("\\\n", "").splitlines()
]
INSTEAD = {"make run": "kakehashi demo tour"}  # which is what it does, once it has installed
ELSEWHERE = {"make test"}  # which runs this
WAITS = 3
ENDS = {"kakehashi run demo-city": WAITS, "kakehashi undo": WAITS}


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """What a clone holds once `make` has installed."""
    for name in (".venv", "cities"):
        (tmp_path / name).symlink_to(ROOT / name)
    yield tmp_path
    bash("kakehashi down", tmp_path)


def bash(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f". .venv/bin/activate; {line}"],
        cwd=folder, capture_output=True, text=True, timeout=1200, check=False,
    )  # fmt: skip


def test_every_line_of_the_readme_does_what_it_says_one_after_the_other(clone: Path) -> None:
    said: list[str] = []
    assert len(LINES) > 15
    for line in LINES:
        if line in ELSEWHERE:
            continue
        typed = filled(INSTEAD.get(line, line), "".join(said))
        if "export.zip" in typed:
            shutil.copy(next(clone.glob("demo-city/*/RO_*.zip")), clone / "export.zip")
        done = bash(typed, clone)
        wanted = next((end for known, end in ENDS.items() if line.startswith(known)), 0)
        assert done.returncode == wanted, f"{typed}\n{done.stdout}\n{done.stderr}"
        said.append(done.stdout)
        if line == "kakehashi launcher":
            may_sign_in(done.stdout)
    assert (clone / "tenant.json").stat().st_size > 1000


def may_sign_in(told: str) -> None:
    """Whoever the launcher names for the staff page is there, also after a reset."""
    address = re.findall(r"staff page: (http\S+?)/ ", told)[0]
    for member in people.EVERYBODY:
        assert member.account in told
        page = "/school" if member is people.TEACHER else "/today"
        assert Clerk(address, member).open(page)  # raises where the sign-in or the page is refused


def filled(line: str, said: str) -> str:
    """With what the lines before it have printed, and a name."""
    if line.endswith("…"):
        return str(re.findall(r"(?m)^ *(kakehashi approve .*)$", said)[-1])
    run_ids = re.findall(r"実行 run (\S+)", said)
    return line.replace("RUN_ID", run_ids[0] if run_ids else "").replace("NAME", "係長")
