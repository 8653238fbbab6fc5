"""What beside its records a tool's file is made by, as a digest: same digest, same bytes."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

from kakehashi.edges.runs import Folder

ROOMS = ("deliver", "oneroster", "preprocess")  # the code that makes, and looks at, a file


def made_by(folder: Folder) -> str:
    """The city's rules, and the code that makes it: no number of a release, for what is deployed
    need not be one."""
    digest = hashlib.sha256(folder.need("city.toml"))
    for room in ROOMS:
        files = Path(str(resources.files(f"kakehashi.{room}"))).rglob("*")
        for file in sorted(file for file in files if file.suffix in {".py", ".toml"}):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:32]
