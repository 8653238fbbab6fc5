"""`make bench`: measure, compare, judge, and write docs/benchmarks.md.

python -m benchmarks [--parts 22948,delivering] [--times 3] [--without-peers] [--data FOLDER]

Measures the parts that are named, keeps them (benchmarks/kept.json), and writes the page of all
that is kept. `--parts none` only writes it. A part is kept as soon as it is measured; of the
largest city each function is, and those measured at this commit are not measured again.

Exit status: 0 where every target holds, 1 where one is missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import (
    delivering,
    kept,
    largest,
    page,
    provisioning,
    shared_tenant,
    staff_page,
    walls,
)
from benchmarks.clock import ROOT, Cost, measure, once_more
from benchmarks.page import CITIES, City

MOST_ROUNDS = {230_000: 3, 500_000: 0}  # after the first, and of ours alone: peers take minutes
STEPS = ("bare", "imports", "floor", "check", "validate", "preprocess", "diff", "night")
PEERS = ("csv_diff", "polars", "duckdb", "frictionless", "pandera")
PAGE = ROOT / "docs" / "benchmarks.md"
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
NONE = "none"


def main() -> int:
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="kakehashi-bench-") as temporary:
        for part in page.PARTS:
            if part in wanted.parts:
                _measure(part, wanted, wanted.data or Path(temporary))
    text, missed = page.write(kept.read())
    wanted.page.write_text(text, encoding="utf-8")
    print(text)
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--parts", default=",".join(page.PARTS), type=_parts, help="with commas")
    parser.add_argument("--times", default=5, type=int, help="runs of the smallest city")
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--data", type=Path, help="keep the cities here and use them again")
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write the page")
    return parser.parse_args()


def _parts(text: str) -> set[str]:
    """Raises ValueError, which argparse tells, for what is no part of the page."""
    parts = set(text.split(",")) - {NONE}
    if not parts <= set(page.PARTS):
        raise ValueError
    return parts


def _measure(part: str, wanted: argparse.Namespace, data: Path) -> None:
    if part == "provisioning":
        kept.keep(part, text=provisioning.section())
    elif part == "delivering":
        folder = _prepared(CITIES["22948"], data)
        kept.keep(part, delivering.measured(folder, min(3, wanted.times)))
    elif part == "staff page":
        kept.keep(part, text=staff_page.section())
    elif part == "shared tenant":
        kept.keep(part, text=shared_tenant.section())
    elif part == "walls":
        kept.keep(part, text=walls.section())
    elif part == "largest":
        _largest(_prepared(City(largest.PUPILS, largest.SCHOOLS), data))
    else:
        kept.keep(part, _stages(CITIES[part], _prepared(CITIES[part], data), wanted))


def _prepared(city: City, data: Path) -> Path:
    """The folder with its nights and our state, made where it is not there yet."""
    folder = data / str(city.pupils)
    if not ((folder / "tenant.jsonl").exists() and (folder / "after" / "drop.zip").exists()):
        command = [sys.executable, "-m", "benchmarks.data", str(folder)]
        subprocess.run([*command, str(city.pupils), str(city.schools)], check=True, cwd=ROOT)
    return folder


def _largest(folder: Path) -> None:
    """Function by function; what was measured at this commit is left."""
    commit = kept.now()[1]
    for name in largest.FUNCTIONS:
        before = kept.read().get(f"largest/{name}")
        if before is None or before.commit != commit:
            kept.keep(f"largest/{name}", {name: largest.measured(name, folder)})


def _stages(city: City, folder: Path, wanted: argparse.Namespace) -> dict[str, Cost]:
    """Rounds rather than blocks: what else the machine does falls on everybody alike."""
    ours = {step: [sys.executable, "-m", "benchmarks.steps", step, str(folder)] for step in STEPS}
    command = [str(PEERS_PYTHON), "-m", "benchmarks.peers"]
    peers = {} if wanted.without_peers else {p: [*command, p, str(folder)] for p in PEERS}
    costs = {name: [once_more(command)] for name, command in (ours | peers).items()}
    most = MOST_ROUNDS.get(city.pupils, wanted.times)
    for _ in range(min(most, wanted.times) if wanted.times > 1 else 0):
        for name, command in (ours if city.pupils in MOST_ROUNDS else ours | peers).items():
            costs[name].append(once_more(command))
    return {name: measure(some) for name, some in costs.items()}


if __name__ == "__main__":
    sys.exit(main())
