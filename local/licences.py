"""The licences of everything that is installed with Kakehashi: docs/licences.md, from the locks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
LAYER = ROOT / "layers" / "kakehashi" / "requirements.txt"
CONSOLE = ROOT / "requirements" / "console.txt"
HEAD = """# 使っているもののライセンス · Licences of what is inside

<!-- Written by `make docs` from the locks. Do not edit. -->

架け橋は MIT です(`LICENSE`)。関数の層(layer)とコマンド `kakehashi` が一緒に入れるものです。
Kakehashi is under the MIT licence. What the functions' layer and the command `kakehashi` bring
along, in the versions of the locks; on other systems than Linux a few more. `make release` lists
the same as CycloneDX.

| package | version | licence | in |
|---|---|---|---|
"""
CLASSIFIERS = {
    "MIT License": "MIT",
    "MIT No Attribution License (MIT-0)": "MIT-0",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


@dataclass(frozen=True, slots=True)
class Package:
    """``licence`` is an SPDX expression as far as the package says one, "" where it says none."""

    name: str
    version: str
    licence: str
    layer: bool


def packages() -> list[Package]:
    """Everything in the locks of layer and console that this system installs, by name."""
    layer, console = set(names(LAYER)), set(names(CONSOLE))
    found = []
    for name in sorted(layer | console):
        try:
            about = distribution(name)
        except PackageNotFoundError:  # for another system
            continue
        told = licence(about.metadata.get_all("License-Expression") or [],
                       about.metadata.get_all("Classifier") or [],
                       about.metadata.get_all("License") or [])  # fmt: skip
        found.append(Package(name, about.version, told, name in layer))
    return found


def names(lock: Path) -> Iterator[str]:
    yield from re.findall(r"(?m)^([a-z0-9._-]+)==", lock.read_text(encoding="utf-8"))


def licence(expressions: list[str], classifiers: list[str], texts: list[str]) -> str:
    """The expression, else what the classifiers say, else the first line of the text."""
    if expressions:
        return expressions[0]
    ends = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")]
    known = [CLASSIFIERS.get(end, end) for end in ends if end != "OSI Approved"]
    short = texts[0].strip().partition("\n")[0] if texts else ""
    return " / ".join(known) or short


def page() -> str:
    """docs/licences.md"""
    rows = (
        f"| {one.name} | {one.version} | {one.licence or '?'} |"
        f" {'layer, console' if one.layer else 'console'} |\n"
        for one in packages()
    )
    return HEAD + "".join(rows)
