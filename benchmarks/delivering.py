"""A whole April delivered: every pupil one grade up, one tool after the other.

    make bench BENCH="--parts delivering"

A tool's line is what its Lambda does once our state has come from DynamoDB: read the state and the
baseline from disk (JSON lines, CSV), make the delta or the full file, read it back, check it, and
keep the new baseline. Beside it the least that anybody must do to write the same seven files into
a zip: `csv.writer`, and polars; and the standard library doing all that a tool's line does but
decide and check: roster and baseline read, the files written, read back, and the baseline kept.
"""

from __future__ import annotations

import csv
import gc
import io
import json
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clock import ROOT, Cost, measure, once_more
from benchmarks.peak import tell

if TYPE_CHECKING:
    from kakehashi.deliver import Board, Delivery, Order, Records
    from kakehashi.deliver.dialect import Header
    from kakehashi.people.pupil import Pupil
    from kakehashi.people.record import Record

TOOLS = ("lgate", "interactive_study", "tsubasa_book", "mirai_school_platform", "eportal_v6",
         "japan_k12_v1_0", "generic_oneroster_1_1", "generic_oneroster_1_2", "ope_id")  # fmt: skip
"""Every dialect of OneRoster; `lgate_v3` and `lgate_v6` are `lgate` but for some headings."""
SECONDS, MEGABYTES, RATIO = 5, 250, 2.2
PARTS_OF = "parts of "
PARTS = ("its code and the rules loaded", "the roster read", "its records made",
         "what the tool holds read", "what to tell chosen", "the zip written",
         "the zip read back and checked", "what the tool holds written")  # fmt: skip
WRITTEN = "interactive_study"  # the largest file of that night: a delta tells old and new
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
LABELS = {
    "writer": "`csv.writer` into a zip: the rows of the largest file",
    "polars": "polars `write_csv` into a zip: the same",
    "standard": "`json` and `csv` alone: roster and what the tool holds read, those rows written, "
    "read back, and what it holds kept; nothing decided or checked",
} | {tool: f"**kakehashi** `{tool}`" for tool in TOOLS}
HEAD = """## Delivering: an April of 22,948 pupils

Every pupil is in the next grade, school year and class, so every record is told. The target is
{seconds} s of CPU, {megabytes} MB and {ratio} times `csv.writer` for each tool.
"""
PROFILE = """Where the time goes, as shares of each line. What is read and kept is our own state; a
zip that nobody has read back is not put in an outbox. `csv.writer` does none of that. The standard
library that does all of it, and decides and checks nothing, needs {standard:.1f} times its time for
the largest file, so {ratio} times is out of reach where a tool is told of everybody.
"""


# -- what is delivered -----------------------------------------------------------------------------


def prepare(folder: Path) -> int:
    """From current.jsonl: baselines of March, april.jsonl, and the rows that the peers write."""
    from benchmarks.steps import write_lines
    from kakehashi.deliver import load, write_baseline

    for tool in TOOLS:
        march = records(folder / "current.jsonl", tool)
        with (folder / f"{tool}.csv").open("w", encoding="utf-8", newline="") as out:
            write_baseline(march, out)
    write_lines(folder / "april.jsonl", map(next_year, known(folder / "current.jsonl")))
    delivery = _delivery(folder, WRITTEN)
    rows = folder / "rows"
    rows.mkdir(exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(delivery.files[0].body)) as archive:
        for name in load(WRITTEN).header:
            archive.extract(name, rows)
    return sum(delivery.rows.values())


def known(file: Path) -> Iterator[Record]:
    from kakehashi import jsonlines
    from kakehashi.people.record import Record

    with file.open("rb") as lines:
        yield from (Record.from_json(row) for row in jsonlines.read(lines))


def next_year(record: Record) -> Record:
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


def records(file: Path, tool: str, before: Records | None = None) -> Records:
    from kakehashi import deliver

    return deliver.records_of(_taken(file, tool), deliver.load(tool), _board(), before)


def _taken(file: Path, tool: str) -> Iterator[Record]:
    """Whom the tool is told of: in the demo city's rules, or of everybody."""
    from benchmarks.steps import rules
    from kakehashi import deliver

    of_city, dialect = rules().tools.get(tool), deliver.load(tool)
    grades = of_city.grades if of_city else ()
    return (one for one in known(file) if deliver.takes(dialect, grades, (), one))


def _board() -> Board:
    from benchmarks.steps import rules
    from kakehashi import deliver

    return deliver.Board.of(rules().board_code, rules().name)


def an_order(tool: str) -> Order:
    from datetime import date

    from benchmarks.steps import rules
    from kakehashi import deliver
    from kakehashi.preprocess.lexicon import Lexicon

    city = rules()
    return deliver.Order(
        tool=tool, dialect=deliver.load(tool), board_code=city.board_code, as_of=date(2027, 4, 6),
        changed_at="2027-04-05T17:00:00.000Z", tells=Lexicon(city.special_needs.words).tells,
        effects=city.effects,
    )  # fmt: skip


def _delivery(folder: Path, tool: str) -> Delivery:
    from kakehashi import deliver

    order = an_order(tool)
    before = _before(folder, tool, order.dialect.header)
    settled = records(folder / "april.jsonl", tool, before)
    return deliver.build(order, settled, before)


def _before(folder: Path, tool: str, header: Header) -> Records:
    from kakehashi.deliver import read_baseline

    with (folder / f"{tool}.csv").open(encoding="utf-8", newline="") as lines:
        return read_baseline(lines, header)


# -- the work, each in a fresh process -------------------------------------------------------------


def tool(folder: Path, name: str) -> int:
    from kakehashi.deliver import write_baseline

    delivery = _delivery(folder, name)
    (folder / f"{name}.zip").write_bytes(delivery.files[0].body)
    with (folder / f"{name}.after.csv").open("w", encoding="utf-8", newline="") as out:
        write_baseline(delivery.records, out)
    return sum(delivery.rows.values())


def parts(folder: Path, name: str) -> int:
    """The same as ``tool``, with a stopwatch at each part of it."""
    spent: dict[str, float] = {}
    began = time.process_time()
    from kakehashi import deliver
    from kakehashi.deliver import packing, preflight, write_baseline

    order = an_order(name)

    def timed[**P, T](part: str, work: Callable[P, T]) -> Callable[P, T]:
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            begun = time.process_time()
            answer = work(*args, **kwargs)
            spent[part] = spent.get(part, 0.0) + time.process_time() - begun
            return answer

        return run

    spent[PARTS[0]] = time.process_time() - began
    before = timed(PARTS[3], _before)(folder, name, order.dialect.header)
    state = timed(PARTS[1], lambda: list(_taken(folder / "april.jsonl", name)))()
    settled = timed(PARTS[2], deliver.records_of)(state, order.dialect, _board(), before)
    del state
    pack, inspect = packing.pack, preflight.inspect
    packing.pack = timed(PARTS[5], pack)
    preflight.inspect = timed(PARTS[6], lambda *args: iter(list(inspect(*args))))
    made = timed(PARTS[4], deliver.build)(order, settled, before)
    packing.pack, preflight.inspect = pack, inspect
    spent[PARTS[4]] -= spent[PARTS[5]] + spent[PARTS[6]]
    with (folder / f"{name}.after.csv").open("w", encoding="utf-8", newline="") as out:
        timed(PARTS[7], write_baseline)(made.records, out)
    told = {part: spent[part] for part in PARTS}
    (folder / f"{name}.parts.json").write_text(json.dumps(told), encoding="utf-8")
    return sum(made.rows.values())


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


def standard(folder: Path) -> int:
    """Of ``WRITTEN``. Values are kept until the end, as whoever compares them must."""
    with (folder / "april.jsonl").open("rb") as lines:
        roster = [json.loads(line) for line in lines]
    with (folder / f"{WRITTEN}.csv").open(encoding="utf-8", newline="") as held:
        before = list(csv.reader(held))
    written = writer(folder)
    with zipfile.ZipFile(folder / "floor.zip") as archive:
        for name in archive.namelist():
            with archive.open(name) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
                written -= len(list(csv.reader(text))) - 1
    with (folder / "kept.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(before)
    return len(roster) + written


STEPS = {"writer": writer, "polars": polars, "standard": standard, "prepare": prepare}


# -- the section of the page -----------------------------------------------------------------------


def measured(folder: Path, times: int = 3) -> dict[str, Cost]:
    """``folder`` is one that ``benchmarks.data`` has filled. In rounds, the median of each."""
    once_more(_command("prepare", folder))
    names = [name for name in LABELS if _can(name)]
    rounds = [{n: once_more(_command(n, folder)) for n in names} for _ in range(times + 1)]
    costs = {name: measure([one[name] for one in rounds]) for name in names}
    for name in TOOLS:
        costs |= _parts(name, folder)
    return costs


def _parts(name: str, folder: Path) -> dict[str, Cost]:
    """CPU seconds of each part of one tool's line, by "<tool>: <part>"."""
    once_more(_command(f"{PARTS_OF}{name}", folder))
    told = json.loads((folder / f"{name}.parts.json").read_text(encoding="utf-8"))
    return {f"{name}: {part}": Cost(0.0, cpu, 0.0, 0) for part, cpu in told.items()}


def _can(name: str) -> bool:
    return name != "polars" or PEERS_PYTHON.exists()


def _command(name: str, folder: Path) -> list[str]:
    python = str(PEERS_PYTHON) if name == "polars" else sys.executable
    return [python, "-m", "benchmarks.delivering", name, str(folder)]


def lines(costs: Mapping[str, Cost]) -> Iterator[str]:
    yield HEAD.format(seconds=SECONDS, megabytes=MEGABYTES, ratio=RATIO)
    yield "| | wall s | CPU s | peak MB | × `csv.writer` | × `json` and `csv` | rows | |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, label in LABELS.items():
        if name in costs:
            cost, ratio = costs[name], costs[name].cpu / costs["writer"].cpu
            beside = f"{cost.cpu / costs['standard'].cpu:.1f}" if "standard" in costs else ""
            yield (
                f"| {label} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.peak_mb:.0f} "
                f"| {ratio:.1f} | {beside} | {cost.answer:,} | {_verdict(name, cost, ratio)} |"
            )
    yield ""
    yield from _profile(costs)


def _profile(costs: Mapping[str, Cost]) -> Iterator[str]:
    """Where the time goes, each part as a share of its tool's: a busy machine bends them alike."""
    shown = [name for name in TOOLS if f"{name}: {PARTS[0]}" in costs]
    if shown:
        standard = costs["standard"].cpu / costs["writer"].cpu if "standard" in costs else 0.0
        yield PROFILE.format(standard=standard, ratio=RATIO)
        yield "| | " + " | ".join(PARTS) + " |"
        yield "|---" * (len(PARTS) + 1) + "|"
    for name in shown:
        spent = [costs[f"{name}: {part}"].cpu for part in PARTS]
        yield f"| `{name}` | " + " | ".join(f"{s / sum(spent):.0%}" for s in spent) + " |"
    yield ""


def _verdict(name: str, cost: Cost, ratio: float) -> str:
    if name not in TOOLS:
        return ""
    held = cost.cpu <= SECONDS and cost.peak_mb <= MEGABYTES and ratio <= RATIO
    return "holds" if held else "**falls short**"


if __name__ == "__main__":
    gc.disable()  # as every handler does
    step, place = sys.argv[1], Path(sys.argv[2])
    if step.startswith(PARTS_OF):
        tell(parts(place, step.removeprefix(PARTS_OF)))
    else:
        tell(STEPS[step](place) if step in STEPS else tool(place, step))
