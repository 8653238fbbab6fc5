"""What our code relies on where a good guess is wrong: behaviour/*.toml, as a page and as a check.

`python -m local.behaviour` (`make behaviour`) runs each row that can be run here against the
versions of the locks and against the newest ones, and ends with status 1 where either differs from
what the row says: an upgrade of a dependency begins there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal, Self

ROOT = Path(__file__).parents[1]
READERS = ROOT / "tests" / "judges" / "js"
UV = ROOT / ".venv-uv" / "bin" / "uv"
HEAD = """# Where good guesses are wrong · よい推測が外れる所

<!-- Written by `make docs` from behaviour/*.toml. Do not edit. -->

経験のある人なら言いそうなことと、実際にそうであること、それを守るコードと、確かめるテストです。
開発者のための頁で、英語です。

Facts about other people's things that our code relies on: what somebody with experience would say,
what is so, where our code heeds it, and which test holds it. ▶ is run by `make behaviour` against
the locked version and the newest one.
"""
ON_NODE = """
import jsonata from "jsonata";
const found = await jsonata(process.argv[2]).evaluate(undefined);
console.log(found === undefined ? "nothing" : JSON.stringify(found));
"""
ON_PYTHON = """
import json, sys, jsonata
found = jsonata.Jsonata(sys.argv[1]).evaluate(None)
print("nothing" if found is None else json.dumps(found, ensure_ascii=False, separators=(",", ":")))
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A program that prints ``says``. ``of``: "both" is an expression for two interpreters."""

    of: Literal["python", "node", "both"]
    packages: tuple[str, ...]
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class Fact:
    id: str
    thing: str
    version: str
    guess: str
    does: str
    source: str
    heeds: tuple[str, ...]  # files of ours, from the root
    holds: tuple[str, ...]  # names of tests
    run: Run | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Raises KeyError or TypeError for a row that lacks something, or has too much."""
        told = dict(row)
        run = told.pop("run", None)
        made = Run(run["with"], tuple(run["packages"]), run["code"], run["says"]) if run else None
        heeds, holds = tuple(told.pop("heeds")), tuple(told.pop("holds"))
        return cls(**told, heeds=heeds, holds=holds, run=made)


def facts(folder: Path = ROOT / "behaviour") -> dict[str, list[Fact]]:
    """By title of the file that they stand in."""
    read = [tomllib.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.toml"))]
    return {one["title"]: [Fact.of(row) for row in one["facts"]] for one in read}


# -- the page --------------------------------------------------------------------------------------


def page() -> str:
    """docs/behaviour.md: a table for each file, a row for each fact."""
    parts = [HEAD]
    for title, rows in facts().items():
        parts.append(f"## {title}\n")
        parts.append("| what | a good guess | what is so | heeded in, held by |\n|---|---|---|---|")
        parts += [_row(fact) for fact in rows]
        parts.append("")
    return "\n".join(parts)


def _row(fact: Fact) -> str:
    files = ", ".join(f"`{place}`" for place in fact.heeds)
    tests = ", ".join(f"`{name}`" for name in fact.holds)
    runs = "▶ " if fact.run else ""
    known = "" if fact.version in fact.thing else f" ({fact.version})"
    what = f"{runs}**{fact.thing}**{known} · {fact.source}"
    return "| " + " | ".join(map(_cell, (what, fact.guess, fact.does, f"{files}; {tests}"))) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


# -- the check -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Where:
    """An interpreter of each kind, with packages: ``node`` is a folder that has node_modules."""

    python: Path
    node: Path

    def say(self, run: Run) -> str:
        """What the program prints; the end of its complaint where it fails."""
        match run.of:
            case "python":
                return self._python(run.code)
            case "node":
                return self._node(run.code)
        return f"node {self._node(ON_NODE, run.code)}, python {self._python(ON_PYTHON, run.code)}"

    def _python(self, code: str, *arguments: str) -> str:
        return _said([str(self.python), "-c", code, *arguments], self.node)

    def _node(self, code: str, *arguments: str) -> str:
        program = self.node / ".behaviour.mjs"
        program.write_text(code, encoding="utf-8")
        try:
            return _said(["node", program.name, *arguments], self.node)
        finally:
            program.unlink()


def _said(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    return (done.stdout if done.returncode == 0 else done.stderr[-400:]).strip()


def differing(rows: Iterable[Fact], where: Where) -> Iterator[tuple[Fact, str]]:
    """Rows that can be run and say something else than what is written, and what they say."""
    for fact in rows:
        if fact.run and (said := where.say(fact.run)) != fact.run.says:
            yield fact, said


def newest(rows: Iterable[Fact], folder: Path) -> Where:
    """Interpreters in ``folder`` with the newest of each package, whatever the locks say."""
    python, node = folder / "venv" / "bin" / "python", folder / "node"
    wanted = sorted({name for fact in rows if fact.run for name in fact.run.packages})
    on_npm = [name for name in wanted if _locked_by_npm(name)]
    on_pypi = [name for name in wanted if name not in on_npm]
    node.mkdir()
    _do([str(UV), "venv", "-q", "--python", sys.executable, str(folder / "venv")])
    _do([str(UV), "pip", "install", "-q", "--python", str(python), *on_pypi])
    _do(["npm", "--prefix", str(node), "install", "--silent", *(f"{n}@latest" for n in on_npm)])
    return Where(python, node)


def _do(command: list[str]) -> None:
    subprocess.run(command, check=True, timeout=600)


def _locked_by_npm(name: str) -> str:
    lock = json.loads((READERS / "package-lock.json").read_text("utf-8"))["packages"]
    return str(lock.get(f"node_modules/{name}", {}).get("version", ""))


def locked(name: str) -> str:
    try:
        return _locked_by_npm(name) or version(name)
    except PackageNotFoundError:
        return "?"


def installed(where: Where) -> dict[str, str]:
    """Version by name in small letters, of both interpreters' packages."""
    frozen = _said([str(UV), "pip", "freeze", "--python", str(where.python)], ROOT)
    found = re.findall(r"(?m)^([^=\s]+)==(.+)$", frozen)
    for place in ("node_modules/*/package.json", "node_modules/@*/*/package.json"):
        told = [json.loads(file.read_text("utf-8")) for file in where.node.glob(place)]
        found += [(one["name"], one["version"]) for one in told]
    return {name.lower(): version for name, version in found}


def main() -> int:
    rows = [fact for those in facts().values() for fact in those if fact.run]
    with tempfile.TemporaryDirectory() as folder:
        places = {"locked": Where(Path(sys.executable), READERS)}
        places["newest"] = newest(rows, Path(folder))
        changed = 0
        for name, where in places.items():
            for fact, said in differing(rows, where):
                changed += 1
                assert fact.run
                sys.stdout.write(f"× {name}: {fact.id}\n  {fact.run.says}\n→ {said}\n")
        versions = {one: locked(one) for fact in rows if fact.run for one in fact.run.packages}
        has = installed(places["newest"])
    for one, known in sorted(versions.items()):
        sys.stdout.write(f"{one} {known}, newest {has.get(one.lower(), '?')}\n")
    sys.stdout.write(f"{len(rows)} facts, {changed} changed\n")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
