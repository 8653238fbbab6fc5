"""What a tool's files are made of, as digests: the same digests, the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from kakehashi.edges.runs import Folder
from kakehashi.edges.settled import SettledRoster


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """``by`` the city's rules and the code, ``of`` the settled roster; "" where nobody knows."""

    by: str = ""
    of: str = ""


def made(folder: Folder, roster: SettledRoster) -> MadeFrom:
    """Tonight's. The code, and no number of a release: what is deployed need not be one."""
    code = code_digest(Path(str(resources.files("kakehashi"))))
    rules = hashlib.sha256(folder.need("city.toml")).hexdigest()
    return MadeFrom(hashlib.sha256(f"{rules} {code}".encode()).hexdigest()[:32], roster.digest())


@cache
def code_digest(package: Path) -> str:
    """Of all code and tables below a folder: ids, grades and class titles come from other rooms
    than those that write files, and after a release one night's work is little."""
    digest = hashlib.sha256()
    for file in sorted(file for file in package.rglob("*") if file.suffix in {".py", ".toml"}):
        digest.update(str(file.relative_to(package)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()
