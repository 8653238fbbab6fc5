"""What was measured last, part by part: benchmarks/kept.json, of which docs/benchmarks.md is made.

The whole takes hours on a busy machine, so each part is measured by itself and says when that was,
and at which commit. A part is a list of costs by name, or the lines of its section.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.clock import ROOT, Cost

BUSY = 2.0
FILE = ROOT / "benchmarks" / "kept.json"


@dataclass(frozen=True, slots=True)
class Part:
    """``day`` and ``commit`` of the last measurement; ``costs`` by name, or a ``text``."""

    day: str
    commit: str
    costs: Mapping[str, Cost] = field(default_factory=dict)
    text: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Part:
        costs = {name: Cost(**cost) for name, cost in data.get("costs", {}).items()}
        return cls(data["day"], data["commit"], costs, data.get("text", ""))

    @property
    def note(self) -> str:
        """When and of what, for the page; and whether others had the machine, too."""
        waited = sum(one.wall for one in self.costs.values() if one.wall)
        spent = sum(one.cpu for one in self.costs.values() if one.wall)
        busy = ""
        if waited > BUSY * spent:
            busy = (f" The machine was busy, wall {waited / spent:.0f} times CPU: what uses much "
                    "memory then looks dearer than it is.")  # fmt: skip
        return f"*Measured on {self.day}, at {self.commit}.{busy}*\n"


def read(file: Path = FILE) -> dict[str, Part]:
    """By name; nothing where nothing was kept."""
    if not file.exists():
        return {}
    stored = json.loads(file.read_text(encoding="utf-8"))
    return {name: Part.from_json(one) for name, one in stored.items()}


def keep(
    name: str, costs: Mapping[str, Cost] | None = None, text: str = "", file: Path = FILE
) -> None:
    """At once, so that a measurement cut short is not lost. ``costs`` join those that were kept
    of this part, and the day and commit are those of the last of them."""
    parts = read(file)
    before = parts[name].costs if name in parts else {}
    parts[name] = Part(*now(), {**before, **(costs or {})}, text)
    stored = {name: asdict(part) for name, part in sorted(parts.items())}
    text = json.dumps(stored, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def now() -> tuple[str, str]:
    """The day and the commit; the latter with a "+" where files have changed since."""
    said = ["git", "-C", str(ROOT), "log", "-1", "--format=%h"]
    commit = subprocess.run(said, check=True, capture_output=True, text=True).stdout.strip()
    changed = ["git", "-C", str(ROOT), "status", "--porcelain", "--", "layers", "functions"]
    dirty = subprocess.run(changed, check=True, capture_output=True, text=True).stdout.strip()
    return f"{datetime.now(UTC):%F}", commit + ("+" if dirty else "")
