"""`make bench`: measure, compare, judge, and write docs/benchmarks.md.

python -m benchmarks [--sizes 22948,230000] [--times 3] [--without-peers] [--data FOLDER] \
    [--page FILE]

Exit status: 0 where every target holds, 1 where one is missed.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import delivering, page, provisioning, staff_page
from benchmarks.clock import ROOT, measure, once_more
from benchmarks.page import City, Table

CITIES = (City(22_948, 50), City(230_000, 500), City(500_000, 1_000))
MOST_ROUNDS = {230_000: 3, 500_000: 0}  # after the first, and of ours alone: peers take minutes
STEPS = ("bare", "imports", "floor", "check", "validate", "preprocess", "diff", "night")
PEERS = ("csv_diff", "polars", "duckdb", "frictionless", "pandera")
PAGE = ROOT / "docs" / "benchmarks.md"
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


def main() -> int:
    wanted = _arguments()
    chosen = [city for city in CITIES if city.pupils in wanted.sizes]
    with tempfile.TemporaryDirectory(prefix="kakehashi-bench-") as temporary:
        tables = []
        for city in chosen:
            folder = (wanted.data or Path(temporary)) / str(city.pupils)
            _prepare(city, folder)
            tables.append(_measured(city, folder, wanted))
    text, missed = page.write(tables)
    text += "\n" + provisioning.section() + "\n" + delivering.section()
    text += "\n" + staff_page.section()
    wanted.page.write_text(text, encoding="utf-8")
    print(text)
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    everything = ",".join(str(city.pupils) for city in CITIES)
    parser.add_argument("--sizes", default=everything, type=_sizes, help="pupils, with commas")
    parser.add_argument("--times", default=5, type=int, help="runs of the smallest city")
    parser.add_argument("--without-peers", action="store_true")
    parser.add_argument("--data", type=Path, help="keep the cities here and use them again")
    parser.add_argument("--page", type=Path, default=PAGE, help="where to write the page")
    return parser.parse_args()


def _sizes(text: str) -> set[int]:
    """Raises ValueError, which argparse tells, for a size that is no city of ours."""
    sizes = {int(part) for part in text.split(",")}
    if not sizes <= {city.pupils for city in CITIES}:
        raise ValueError
    return sizes


def _prepare(city: City, folder: Path) -> None:
    if (folder / "tenant.jsonl").exists() and (folder / "after" / "drop.zip").exists():
        return
    command = [sys.executable, "-m", "benchmarks.data", str(folder)]
    subprocess.run([*command, str(city.pupils), str(city.schools)], check=True, cwd=ROOT)


def _measured(city: City, folder: Path, wanted: argparse.Namespace) -> Table:
    """Rounds rather than blocks: what else the machine does falls on everybody alike."""
    ours = {step: [sys.executable, "-m", "benchmarks.steps", step, str(folder)] for step in STEPS}
    command = [str(PEERS_PYTHON), "-m", "benchmarks.peers"]
    peers = {} if wanted.without_peers else {p: [*command, p, str(folder)] for p in PEERS}
    costs = {name: [once_more(command)] for name, command in (ours | peers).items()}
    most = MOST_ROUNDS.get(city.pupils, wanted.times)
    for _ in range(min(most, wanted.times) if wanted.times > 1 else 0):
        for name, command in (ours if city.pupils in MOST_ROUNDS else ours | peers).items():
            costs[name].append(once_more(command))
    return Table(city, {name: measure(some) for name, some in costs.items()})


if __name__ == "__main__":
    sys.exit(main())
