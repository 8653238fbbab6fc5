"""The readers of a folder, and what each says of a zip."""

from __future__ import annotations

import io
import json
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kakehashi.findings import Effect
from kakehashi.oneroster import check, open_package

ADAPTERS = Path(__file__).parent / "adapters"
LONGEST_SECONDS = 120
NOT_ASKED = 3
LIBRARY = "@longsightgroup/oneroster"
RUBY = ("ruby", "-W0", "-Ilib", str(ADAPTERS / "meibo.rb"))
NODE = ("node", str(ADAPTERS / "oneroster.mjs"))
TOMOLINKS = "validate_oneroster_csv.py"

type Verdict = Literal["accepts", "refuses", "not asked"]


@dataclass(frozen=True, slots=True)
class Reader:
    """A program that others wrote; it runs in its own folder. ``base``: it knows the base standard
    and no profile, so what it refuses for that alone is shown to it a second time, without."""

    name: str
    folder: Path
    command: Sequence[str]
    base: bool = False

    def judge(self, package: Path, dialect: str) -> tuple[Verdict, str]:
        """What it says of the zip, and why it refuses."""
        command = [*self.command, str(package.resolve()), dialect]
        ended = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True,
            timeout=LONGEST_SECONDS, check=False,
        )  # fmt: skip
        if ended.returncode in {0, NOT_ASKED}:
            return ("not asked" if ended.returncode else "accepts"), ""
        said = (ended.stdout.strip() or ended.stderr.strip()).splitlines()
        return "refuses", said[0] if said else f"exit status {ended.returncode}"


def readers_in(folder: Path) -> Iterator[Reader]:
    """Sorted by name; a folder that holds none of the known kinds is left out."""
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        if (place / "reader.toml").is_file():
            told = tomllib.loads((place / "reader.toml").read_text("utf-8"))
            name, base = told.get("name", place.name), told.get("base", False)
            yield Reader(name, place, told["command"], base)
        elif (place / "meibo.gemspec").is_file():
            yield Reader("meibo", place, RUBY)
        elif (place / TOMOLINKS).is_file():
            yield Reader("tomoLinks", place, (_python_of(place), str(ADAPTERS / "tomolinks.py")))
        elif _is_the_library(place / "package.json"):
            yield Reader(LIBRARY, place, NODE, base=True)


def _python_of(place: Path) -> str:
    """Of the reader's own environment, where it has one."""
    own = place / ".venv" / "bin" / "python"
    return str(own) if own.is_file() else "python3"


def _is_the_library(package: Path) -> bool:
    return package.is_file() and json.loads(package.read_text("utf-8")).get("name") == LIBRARY


def reference_sets(folder: Path) -> Iterator[tuple[Path, bool]]:
    """(zip, whether it is valid) of the official sets, told by their names."""
    for path in sorted(folder.rglob("*.zip")):
        if "valid" in path.stem:
            yield path, "invalid" not in path.stem


def our_reader_accepts(package: Path) -> tuple[bool, str]:
    """Ours, which refuses a drop or holds a row; the code that says so first."""
    findings = check(open_package(io.BytesIO(package.read_bytes())))
    grave = [one.code for one in findings if one.effect is not Effect.NOTE]
    return not grave, grave[0] if grave else ""
