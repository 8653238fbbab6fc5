"""A whole April delivered: every pupil one grade up, one tool after the other.

    python -m benchmarks.delivering [--data FOLDER] [--times 3]

A tool's line is what its Lambda does once our state has come from DynamoDB: read the state and the
baseline from disk (JSON lines, CSV), make the delta or the full file, read it back, check it, and
keep the new baseline. Beside it the least that anybody must do to write the same seven files into
a zip: `csv.writer`, and polars.
"""

from __future__ import annotations

import argparse
import csv
import gc
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clock import ROOT, Cost, measure, once_more
from benchmarks.peak import tell

if TYPE_CHECKING:
    from kakehashi.deliver import Delivery, Records
    from kakehashi.people.pupil import Pupil
    from kakehashi.people.record import Record

TOOLS = ("lgate", "interactive_study", "tsubasa_book", "mirai_school_platform")
SECONDS, MEGABYTES = 5, 250
WRITTEN = "interactive_study"  # the largest file of that night: a delta tells old and new
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
LABELS = {
    "writer": "`csv.writer` into a zip: the rows of the largest file",
    "polars": "polars `write_csv` into a zip: the same",
} | {tool: f"**kakehashi** `{tool}`" for tool in TOOLS}
HEAD = """## Delivering: an April of {pupils:,} pupils

Every pupil is in the next grade, school year and class, so every record is told. The target is
{seconds} s of CPU and {megabytes} MB for each tool.
"""


# -- what is delivered -----------------------------------------------------------------------------


def prepare(folder: Path) -> int:
    """From current.jsonl: baselines of March, april.jsonl, and the rows that the peers write."""
    from benchmarks.steps import write_lines
    from kakehashi.deliver import load, write_baseline

    for tool in TOOLS:
        march = _records(folder / "current.jsonl", tool)
        with (folder / f"{tool}.csv").open("w", encoding="utf-8", newline="") as out:
            write_baseline(march, out)
    write_lines(folder / "april.jsonl", map(_next_year, _known(folder / "current.jsonl")))
    delivery = _delivery(folder, WRITTEN)
    rows = folder / "rows"
    rows.mkdir(exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(delivery.files[0].body)) as archive:
        for name in load(WRITTEN).header:
            archive.extract(name, rows)
    return sum(delivery.rows.values())


def _known(file: Path) -> Iterator[Record]:
    from kakehashi import jsonlines
    from kakehashi.people.record import Record

    with file.open("rb") as lines:
        yield from (Record.from_json(row) for row in jsonlines.read(lines))


def _next_year(record: Record) -> Record:
    from dataclasses import replace

    return replace(record, pupil=_promoted(record.pupil), run_id="april")


def _promoted(pupil: Pupil) -> Pupil:
    from dataclasses import replace

    from kakehashi.people.pupil import GRADES

    grades = list(GRADES)
    at = min(len(grades) - 1, grades.index(pupil.grade) + 1)
    title = f"{at + 1}{pupil.class_title[1:]}"
    return replace(pupil, grade=grades[at], class_grades=(grades[at],), class_title=title,
                   school_year=pupil.school_year + 1)  # fmt: skip


def _records(file: Path, tool: str) -> Records:
    from benchmarks.steps import rules
    from kakehashi import deliver

    city, dialect = rules(), deliver.load(tool)
    settled = (k for k in _known(file) if deliver.takes(dialect, city.tools[tool].grades, (), k))
    return deliver.records_of(settled, dialect, deliver.Board.of(city.board_code, city.name))


def _delivery(folder: Path, tool: str) -> Delivery:
    from datetime import date

    from benchmarks.steps import rules
    from kakehashi import deliver
    from kakehashi.preprocess.lexicon import Lexicon

    dialect, city = deliver.load(tool), rules()
    order = deliver.Order(
        tool=tool, dialect=dialect, board_code=city.board_code, as_of=date(2027, 4, 6),
        changed_at="2027-04-05T17:00:00.000Z", tells=Lexicon(city.special_needs.words).tells,
        effects=city.effects,
    )  # fmt: skip
    settled = _records(folder / "april.jsonl", tool)
    with (folder / f"{tool}.csv").open(encoding="utf-8", newline="") as lines:
        before = deliver.read_baseline(lines, dialect.header)
    return deliver.build(order, settled, before)


# -- the work, each in a fresh process -------------------------------------------------------------


def tool(folder: Path, name: str) -> int:
    from kakehashi.deliver import write_baseline

    delivery = _delivery(folder, name)
    (folder / f"{name}.zip").write_bytes(delivery.files[0].body)
    with (folder / f"{name}.after.csv").open("w", encoding="utf-8", newline="") as out:
        write_baseline(delivery.records, out)
    return sum(delivery.rows.values())


def writer(folder: Path) -> int:
    written = 0
    with zipfile.ZipFile(folder / "floor.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=3) as out:
        for file in sorted((folder / "rows").iterdir()):
            with file.open(encoding="utf-8", newline="") as lines:
                rows = list(csv.reader(lines))
            with out.open(file.name, "w") as raw, io.TextIOWrapper(raw, newline="") as text:
                csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
            written += len(rows) - 1
    return written


def polars(folder: Path) -> int:
    import polars as pl

    written = 0
    with zipfile.ZipFile(folder / "polars.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=3) as out:
        for file in sorted((folder / "rows").iterdir()):
            frame = pl.read_csv(file, infer_schema=False)
            text = frame.write_csv(quote_style="always", line_terminator="\r\n")
            out.writestr(file.name, text)
            written += len(frame)
    return written


STEPS = {"writer": writer, "polars": polars, "prepare": prepare}


# -- the section of the page -----------------------------------------------------------------------


def section(data: Path | None = None, times: int = 3) -> str:
    """Measured now; ``data`` is a folder that ``benchmarks.data`` has filled."""
    with tempfile.TemporaryDirectory(prefix="kakehashi-bench-") as temporary:
        folder = data or Path(temporary) / "city"
        if not (folder / "current.jsonl").exists():
            made = [sys.executable, "-m", "benchmarks.data", str(folder), "22948", "50"]
            subprocess.run(made, check=True, cwd=ROOT)
        once_more(_command("prepare", folder))
        costs = {name: _cost(name, folder, times) for name in LABELS if _can(name)}
        pupils = sum(1 for _ in (folder / "current.jsonl").open("rb"))
    return "\n".join(_lines(costs, pupils))


def _can(name: str) -> bool:
    return name != "polars" or PEERS_PYTHON.exists()


def _command(name: str, folder: Path) -> list[str]:
    python = str(PEERS_PYTHON) if name == "polars" else sys.executable
    return [python, "-m", "benchmarks.delivering", name, str(folder)]


def _cost(name: str, folder: Path, times: int) -> Cost:
    return measure([once_more(_command(name, folder)) for _ in range(times + 1)])


def _lines(costs: dict[str, Cost], pupils: int) -> Iterator[str]:
    yield HEAD.format(pupils=pupils, seconds=SECONDS, megabytes=MEGABYTES)
    yield "| | wall s | CPU s | peak MB | × `csv.writer` | rows | |"
    yield "|---|---|---|---|---|---|---|"
    for name, cost in costs.items():
        held = cost.cpu <= SECONDS and cost.peak_mb <= MEGABYTES
        verdict = ("holds" if held else "**missed**") if name in TOOLS else ""
        yield (
            f"| {LABELS[name]} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak_mb:.0f} "
            f"| {cost.cpu / costs['writer'].cpu:.1f} | {cost.answer:,} | {verdict} |"
        )
    yield ""


def main() -> None:
    if len(sys.argv) > 2 and not sys.argv[1].startswith("-"):  # noqa: PLR2004 - STEP FOLDER
        gc.disable()  # as every handler does
        name, folder = sys.argv[1], Path(sys.argv[2])
        tell(STEPS[name](folder) if name in STEPS else tool(folder, name))
        return
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivering", description=__doc__)
    parser.add_argument("--data", type=Path, help="a folder that benchmarks.data has filled")
    parser.add_argument("--times", type=int, default=3)
    wanted = parser.parse_args()
    print(section(wanted.data, wanted.times))


if __name__ == "__main__":
    main()
