"""Official test sets, which nobody may hand on: whoever has them puts them into a folder.

Each zip below the folder is checked and held against its report's verdict. That stands in the names
of 1EdTech's sets ("…_valid01.zip", "…_invalid03.zip", or folders named so); where it does not,
`expected.toml` in the folder says it:

    [expected]
    "rosters/R1.zip" = "valid"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kakehashi import oneroster
from kakehashi.findings import Effect, Finding

type Verdict = Literal["valid", "invalid"]

_NAMED = re.compile(r"(?<![a-z])(in)?valid(?![a-z])")


@dataclass(frozen=True, slots=True)
class Judged:
    """One package: what its report says ("" where nobody says), and what we found."""

    name: str
    expected: Verdict | Literal[""]
    findings: tuple[Finding, ...]

    @property
    def found(self) -> Verdict:
        """Notes alone leave a package valid where that is expected, and make it invalid where not:
        the sets' reports call errors what a roster can do without."""
        grave = [f for f in self.findings if f.effect is not Effect.NOTE]
        if self.expected == "invalid":
            return "invalid" if self.findings else "valid"
        return "invalid" if grave else "valid"

    @property
    def agrees(self) -> bool:
        return self.expected in {"", self.found}

    def line(self) -> str:
        codes = ", ".join(sorted({finding.code for finding in self.findings})) or "-"
        mark = "?" if not self.expected else "o" if self.agrees else "x"
        return f"{mark} {self.name}: {self.expected or '(no verdict)'}, found {self.found}: {codes}"


def judge(folder: Path) -> Iterator[Judged]:
    """Every zip below ``folder``, by name."""
    told = _told(folder)
    for file in sorted(folder.rglob("*.zip")):
        name = file.relative_to(folder).as_posix()
        with file.open("rb") as body:
            found = tuple(oneroster.check(oneroster.open_package(body)))
        yield Judged(name, told.get(name) or named(name), found)


def named(name: str) -> Verdict | Literal[""]:
    """The verdict that a path tells; the part nearest to the file counts."""
    found = [*_NAMED.finditer(name.lower())]
    if not found:
        return ""
    return "invalid" if found[-1].group(1) else "valid"


def _told(folder: Path) -> Mapping[str, Verdict]:
    file = folder / "expected.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    expected: Mapping[str, Verdict] = data.get("expected", {})
    if unknown := set(expected.values()) - {"valid", "invalid"}:
        raise ValueError(f"expected.toml: neither valid nor invalid: {sorted(unknown)}")
    return expected
