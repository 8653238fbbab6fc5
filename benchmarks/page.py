"""docs/benchmarks.md: what was measured, side by side, and whether the targets hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks import delivering, largest
from benchmarks.clock import Cost
from benchmarks.kept import Part

LABELS = {
    "floor": "`csv.reader` over the same seven files (the floor)",
    "check": "**kakehashi.oneroster**: open and check all seven files",
    "validate": "**kakehashi** stage validate",
    "preprocess": "**kakehashi** stage preprocess",
    "diff": "**kakehashi** stage diff",
    "night": "**kakehashi** validate + preprocess + diff in one process",
    "csv_diff": "csv-diff: diff of users.csv",
    "polars": "polars: diff of users.csv",
    "duckdb": "duckdb: diff of users.csv",
    "frictionless": "frictionless: check of users.csv",
    "pandera": "pandera[polars]: check of users.csv",
}
STAGES = ("validate", "preprocess", "diff")
SMALL, LARGE, LARGEST = 22_948, 230_000, 500_000
HEAD = """# Benchmarks · 速さの比較

<!-- Written by `make bench`. Do not edit. -->

見本の市の二晩で測った、段階ごとの時間とメモリーと、同じ仕事をするほかの道具との比較です。
開発者のための頁で、英語です。

Demo cities of `local/demo`, two nights each, on a machine with 2 cores. Each part says when it was
measured and at which commit; `make bench BENCH="--parts delivering"` measures one anew. Every line
is a fresh process, start-up and imports included; the lines are measured in rounds, one after the
other, so whatever else the machine does falls on all alike. Of the smallest city the median is
shown, of 230,000 pupils the median of ours and one run of the peers, of 500,000 one run. Peak is
the process's own resident memory. Compare the ratios: seconds differ from machine to machine.

A *stage* does what its Lambda does, with the run folder on disk instead of S3: it reads the
city's rules and the previous stage's files, and writes its own. The diff also reads our state and
the tenant's list, one line a pupil. *One process* is the three functions one after the other,
without a run folder between them.

The peers do less. csv-diff, polars and duckdb compare users.csv of two nights by
userMasterIdentifier; C4th draws every sourcedId anew for each export, so polars and duckdb leave
out the three columns that hold one, and csv-diff, which cannot, calls nearly every row changed.
frictionless and pandera check types, required values, enumerations and references of users.csv.
Both answer 0: the file is clean.
"""


@dataclass(frozen=True, slots=True)
class City:
    pupils: int
    schools: int


CITIES = {str(one.pupils): one for one in
          (City(SMALL, 50), City(LARGE, 500), City(LARGEST, 1_000))}  # fmt: skip
PARTS = (*CITIES, "largest", "provisioning", "delivering", "shared tenant", "walls", "staff page")


@dataclass(frozen=True, slots=True)
class Table:
    city: City
    costs: Mapping[str, Cost]

    def times_floor(self, *names: str) -> float:
        return self.cpu(*names) / self.cpu("floor")

    def cpu(self, *names: str) -> float:
        """CPU seconds; on a busy machine wall time measures the neighbours."""
        return sum(self.costs[name].cpu for name in names)

    def peak(self, *names: str) -> float:
        return max(self.costs[name].peak_mb for name in names)


@dataclass(frozen=True, slots=True)
class Target:
    """``measured`` must not exceed ``bound``."""

    text: str
    measured: float
    bound: float
    unit: str = ""

    @property
    def held(self) -> bool:
        return self.measured <= self.bound


def write(parts: Mapping[str, Part]) -> tuple[str, int]:
    """The page, and how many of its first targets were missed. What was never measured is not in
    it."""
    tables = {
        city.pupils: Table(city, parts[name].costs)
        for name, city in CITIES.items()
        if name in parts
    }
    targets = list(_targets(tables))
    lines = [HEAD, "## Targets\n", "| target | bound | measured | |", "|---|---|---|---|"]
    lines += [
        f"| {t.text} | ≤ {t.bound:g}{t.unit} | {_short(t.measured)}{t.unit} "
        f"| {'holds' if t.held else '**missed**'} |"
        for t in targets
    ]
    lines.append("\nRatios are of CPU time.\n")
    for table in tables.values():
        lines += _rows(table, parts[str(table.city.pupils)].note)
    for name in PARTS[len(CITIES) :]:
        lines += _section(name, parts)
    return "\n".join(lines), sum(not t.held for t in targets)


def _section(name: str, parts: Mapping[str, Part]) -> Iterator[str]:
    if name == "largest":
        ours = {n.partition("/")[2]: p for n, p in parts.items() if n.startswith("largest/")}
        yield from largest.lines(ours) if ours else ()
    elif name in parts:
        part = parts[name]
        told = "\n".join(delivering.lines(part.costs)) if part.costs else part.text
        head, _, rest = told.partition("\n")
        yield f"{head}\n\n{part.note}{rest}"


def _rows(table: Table, note: str) -> Iterator[str]:
    yield f"## {table.city.pupils:,} pupils, {table.city.schools:,} schools\n"
    yield note
    yield "| | wall s | CPU s | peak MB | × floor | answer |"
    yield "|---|---|---|---|---|---|"
    for name, label in LABELS.items():
        if name in table.costs:
            cost = table.costs[name]
            yield (
                f"| {label} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak_mb:.0f} "
                f"| {table.times_floor(name):.1f} | {cost.answer:,} |"
            )
        if name == STAGES[-1]:
            yield _sum_of_stages(table)
    yield ""


def _sum_of_stages(table: Table) -> str:
    costs = [table.costs[name] for name in STAGES]
    return (
        f"| **kakehashi** the three stages, a process each | {sum(c.wall for c in costs):.2f} "
        f"| {table.cpu(*STAGES):.2f} | {table.peak(*STAGES):.0f} "
        f"| {table.times_floor(*STAGES):.1f} | |"
    )


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"  # noqa: PLR2004 - three digits


def _targets(tables: Mapping[int, Table]) -> Iterator[Target]:
    if small := tables.get(SMALL):
        yield Target("check of all seven files", small.times_floor("check"), 6, " × floor")
        yield Target("the same, memory", small.peak("check"), 100, " MB")
        if "frictionless" in small.costs:
            third = small.cpu("check") / small.cpu("frictionless")
            yield Target("the same, of frictionless for users.csv alone", third, 0.333, " ×")
        yield Target(
            "validate + preprocess + diff, one process", small.times_floor("night"), 14, " × floor"
        )
        yield Target("the same and as stages, memory", small.peak("night", *STAGES), 256, " MB")
        imports = (small.cpu("imports") - small.cpu("bare")) * 1000
        yield Target("imports of the three functions together", imports, 150, " ms")
    if small and (large := tables.get(LARGE)):
        growth = large.cpu("night") / small.cpu("night") * (10 * SMALL / LARGE)
        yield Target("ten times the pupils", growth, 11, " × time")
    for pupils, bound in ((LARGE, 1500), (LARGEST, 3000)):
        if pupils in tables:
            peak = tables[pupils].peak("night", *STAGES)
            yield Target(f"memory at {pupils:,} pupils", peak, bound, " MB")
