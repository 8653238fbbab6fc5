"""What a tool's files are made of, as digests: the same digests, the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from kakehashi.edges.runs import Folder
from kakehashi.edges.settled import SettledRoster

ROOMS = ("deliver", "oneroster", "preprocess")  # the code that makes, and looks at, a file


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """``by`` the city's rules and the code, ``of`` the settled roster; "" where nobody knows."""

    by: str = ""
    of: str = ""


def made(folder: Folder, roster: SettledRoster) -> MadeFrom:
    """Tonight's. The code, and no number of a release: what is deployed need not be one."""
    digest = hashlib.sha256(folder.need("city.toml"))
    for room in ROOMS:
        files = Path(str(resources.files(f"kakehashi.{room}"))).rglob("*")
        for file in sorted(file for file in files if file.suffix in {".py", ".toml"}):
            digest.update(file.read_bytes())
    return MadeFrom(digest.hexdigest()[:32], roster.digest())
