"""Mutation testing of the domain: does a unit test notice each change that mutmut makes in a room?

`make mutants` does all rooms, one after the other, each in a folder of its own below build/mutants
in the layout that mutmut wants; a room is asked of the tests that are about it. Which survivors
are meant to, and why, stands in docs/mutants.md.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORK = ROOT / "build" / "mutants"
LEAST = 0.9  # of a room's mutants are noticed
BESIDE = ("benchmarks", "cities", "docs", "events", "functions", "infra", "layers", "local",
          "tests", "template.yaml")  # fmt: skip
DIFF = ("tests/unit/diff",)
WHO = tuple(f"{DIFF[0]}/test_{name}.py" for name in (
    "situations", "identity", "lost", "left_behind", "moved", "comparison"))  # fmt: skip
HOW_MANY = tuple(f"{DIFF[0]}/test_{name}.py" for name in (
    "bounds", "limits", "calendar", "class_changes", "sums"))  # fmt: skip
PREPROCESS = ("tests/unit/preprocess",)
ROOMS = {
    "diff.situations": WHO,
    "diff.sources": WHO,
    "diff.calendar": HOW_MANY,
    "diff.counting": HOW_MANY,
    "diff.limits": HOW_MANY[:2],
    "diff.planning": DIFF,
    "preprocess.duplicates": PREPROCESS,
    "preprocess.holds": (*PREPROCESS, "tests/unit/oneroster/test_root_causes.py"),
    "preprocess.special_needs": PREPROCESS,
    "directories.microsoft365.answers": ("tests/unit/provision", "tests/unit/groups"),
    "directories.microsoft365.refusals": ("tests/unit/provision",),
    "deliver.delta": ("tests/unit/deliver",),
    "deliver.receipts": ("tests/unit/deliver/test_receipts.py",),
    "oneroster.references": ("tests/unit/oneroster",),
}
SLOW = ("tests/unit/oneroster/test_fuzz.py", "tests/unit/preprocess/test_fuzz.py")
KILLED = {"killed", "timeout", "caught by type check", "segfault"}


def lay_out(room: str) -> Path:
    """A folder in which ``kakehashi`` lies at the top."""
    folder = WORK / room
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copytree(ROOT / "layers" / "kakehashi" / "kakehashi", folder / "kakehashi")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in BESIDE:
        (folder / name).symlink_to(ROOT / name)
    tests = [*ROOMS[room], *(f"--ignore={path}" for path in SLOW)]
    lines = [
        "[mutmut]",
        "source_paths=kakehashi",
        f"only_mutate=kakehashi/{room.replace('.', '/')}.py",
        "also_copy=\n    " + "\n    ".join(BESIDE),
        "pytest_add_cli_args_test_selection=\n    " + "\n    ".join(tests),
        "pytest_add_cli_args=\n    -p\n    no:cacheprovider",
    ]
    (folder / "setup.cfg").write_text("\n".join(lines) + "\n")
    return folder


def mutmut(folder: Path, *arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("mutmut")), *arguments]
    environment = os.environ | {"CI": "1"}  # the same examples each time
    done = subprocess.run(
        command, check=False, cwd=folder, env=environment, text=True, capture_output=True
    )
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return done.stdout


def judged(folder: Path) -> dict[str, str]:
    """Mutant → what became of it."""
    said = mutmut(folder, "results", "--all", "true")
    return dict(re.findall(r"^\s+(\S+): (.+)$", said, re.MULTILINE))


def main(rooms: list[str]) -> int:
    few = []
    for room in rooms:
        folder = lay_out(room)
        mutmut(folder, "run", "--max-children", str(os.cpu_count() or 1))
        found = judged(folder)
        left = sorted(name for name, end in found.items() if end not in KILLED)
        share = 1 - len(left) / max(1, len(found))
        print(f"{room}: {len(found) - len(left)} of {len(found)} noticed, {share:.1%}", flush=True)
        for name in left:
            print(f"  {name}: {found[name]}", flush=True)
        few += [room] if share < LEAST else []
    return 1 if few else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or list(ROOMS)))
