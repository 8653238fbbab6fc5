"""Half a million pupils in one run: each function's memory and time beside what it is given.

    python -m benchmarks.largest FUNCTION FOLDER     one function's work, in this process

A function's process loads what its Lambda loads and does its work on a run folder on disk, in place
of S3. What comes from DynamoDB and Microsoft is made from what `benchmarks.data` has put there.
Seconds are of CPU, and more where the function has less than one CPU. How long Provision takes is
Microsoft's pace, whatever the size: it gives up in time and is called again.
"""

from __future__ import annotations

import gc
import io
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

from benchmarks.clock import Cost, once_more
from benchmarks.cost import ONE_CPU, load
from benchmarks.peak import tell

if TYPE_CHECKING:
    from benchmarks.kept import Part
    from kakehashi.diff.sums import NightCount
    from kakehashi.edges.runs import Folder, Run
    from kakehashi.people.record import Record
    from kakehashi.state_records import RunRecord

PUPILS, SCHOOLS = 500_000, 1_000
BOUND = 0.70  # of memory and time
FULL, CHANGES = "lgate", "interactive_study"
BY_STEPS = ("validate", "preprocess", "diff")
LABELS = {
    "receive": "receive: a drop taken in, its sender told",
    "validate": "validate", "preprocess": "preprocess", "diff": "diff",
    "provision": "provision: a shard of 1,000 new accounts",
    "groups": "groups: nothing moved, a licence for everybody",
    "first_groups": "groups: the first night, all groups to be made",
    "deliver_full": "deliver: April, a full file (`lgate`)",
    "deliver_changes": "deliver: April, the changes (`interactive_study`)",
    "report": "report: April, every account changed, both tools told of everybody",
}  # fmt: skip
FUNCTIONS = tuple(LABELS)


def function_of(name: str) -> str:
    """The function of template.yaml that this line is about."""
    return name.removeprefix("first_").partition("_")[0]


# -- the work, each in a fresh process -------------------------------------------------------------


class _ClosedAtItsEnd:
    """A file that nobody need close who reads it to its end."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("rb")

    def read(self, size: int | None = None) -> bytes:
        data = self._file.read(size)
        if size is None or not data:
            self._file.close()
        return data


class DiskS3:
    """A folder in place of a bucket: of an S3 client what a run folder asks of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.meta = SimpleNamespace(region_name="")

    def get_object(self, **asked: Any) -> dict[str, Any]:
        from botocore.exceptions import ClientError
        from botocore.response import StreamingBody

        file = self.folder / asked["Key"]
        if not file.exists():
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": StreamingBody(_ClosedAtItsEnd(file), file.stat().st_size)}  # type: ignore[arg-type]

    def get_paginator(self, _name: str) -> Self:
        """Of list_objects_v2, which is the only one that is asked for."""
        return self

    def paginate(self, **asked: Any) -> Iterator[dict[str, Any]]:
        """One page of all."""
        below = (self.folder / asked["Prefix"]).parent
        files = (file for file in below.rglob("*") if file.is_file())
        keys = ((file, str(file.relative_to(self.folder))) for file in files)
        yield {"Contents": [
            {"Key": key, "Size": file.stat().st_size, "LastModified": file.stat().st_mtime_ns}
            for file, key in keys if key.startswith(asked["Prefix"])
        ]}  # fmt: skip

    def put_object(self, **asked: Any) -> dict[str, Any]:
        file, body = self.folder / asked["Key"], asked["Body"]
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as out:
            if isinstance(body, io.BytesIO):
                shutil.copyfileobj(body, out)
            else:
                out.write(body)
        return {"VersionId": "1"}


class State:
    """Of the state table what a settled roster and Report ask, where nothing else ever ran."""

    def serial(self) -> int:
        return 1

    def runs(self, _most: int) -> list[RunRecord]:
        return []

    def work_since(self, _run_id: str) -> dict[str, RunRecord]:
        return {}

    def note_counts(self, run_id: str, night: NightCount) -> None: ...

    def run(self, run_id: str) -> RunRecord:
        """As Provision has left it when it began with a plan."""
        from datetime import date

        from kakehashi.diff.sums import NightCount
        from kakehashi.jsonlines import canonical
        from kakehashi.state_records import RunRecord

        return RunRecord(run_id, counted=canonical(NightCount(date(2027, 4, 6)).to_json()).decode())


def _run(folder: Path, prefix: str = "") -> Folder:
    from kakehashi.edges.runs import Folder

    return Folder(DiskS3(folder), "runs", prefix)  # type: ignore[arg-type]


def _settled(folder: Path) -> list[Record]:
    from kakehashi.edges.settled import SettledRoster

    (folder / "plan.json").write_text('{"serial": 1, "checksum": "0"}', encoding="utf-8")
    (folder / "settled.jsonl.gz").unlink(missing_ok=True)
    roster = SettledRoster(_run(folder), State())  # type: ignore[arg-type]
    roster.make()
    return list(roster.pupils())


def receive(folder: Path) -> int:
    """What is done to a drop before the lease, to acknowledge it, and again after it."""
    from datetime import UTC, datetime

    import functions.receive.app  # noqa: F401 - what its Lambda loads
    from benchmarks.steps import rules
    from kakehashi import oneroster
    from kakehashi.edges.receive.inbox import Drop

    rules()
    file, run, lines = folder / "after" / "drop.zip", _run(folder / "received"), 0
    for _ in range(2):
        drop = Drop("drop.zip", "", datetime.now(UTC), {"drop.zip": file.read_bytes()})
        lines = sum(oneroster.lines_in(drop.source()).values())
        run.put_json("drop.json", {"sha256": drop.sha256()})
    if oneroster.passwords_in(drop.source()):
        raise ValueError("a drop without passwords")
    for name, body in drop.files.items():
        run.put(f"roster/{name}", body)
    return lines


def first_groups(folder: Path) -> int:
    """A tenant without a group of ours, nor anybody with a licence."""
    from kakehashi.directories.port import Tenancy

    return _groups(folder, lambda _settled, _city: Tenancy())


def groups(folder: Path) -> int:
    """A tenant that holds all of our groups, as they shall be."""
    return _groups(folder, _tenancy)


def _groups(folder: Path, tenancy: Any) -> int:
    import functions.groups.app  # noqa: F401 - what its Lambda loads
    from benchmarks.steps import as_of, rules
    from kakehashi.groups import decide

    settled, city = _settled(folder), rules()
    day = as_of(folder / "after")
    orders = decide(settled, frozenset(), tenancy(settled, city), city, "demo", as_of=day)
    return int(orders.changes)


def _tenancy(settled: list[Record], city: Any) -> Any:
    """Each id a text of its own, as Graph's answers bring them."""
    from kakehashi.directories.port import Sku, Tenancy, TenantGroup
    from kakehashi.groups.wanted import roster_groups

    def told(ids: Any) -> frozenset[str]:
        return frozenset(i.encode().decode() for i in ids)

    wanted = roster_groups(settled, city.m365.groups, "demo")
    groups = {
        mark: TenantGroup(f"group-{n}", group.name, told(group.members))
        for n, (mark, group) in enumerate(wanted.items())
    }
    names = [licence.sku for licence in city.m365.licences]
    holders = {name: told(one.object_id for one in settled) for name in names}
    return Tenancy(groups, skus={name: Sku(name, 10) for name in names}, holders=holders)


def deliver_full(folder: Path) -> int:
    return _deliver(folder, FULL)


def deliver_changes(folder: Path) -> int:
    return _deliver(folder, CHANGES)


def _deliver(folder: Path, name: str) -> int:
    """As the handler does it: snapshot and baseline packed, all of both in memory."""
    import functions.deliver.app  # noqa: F401 - what its Lambda loads
    from benchmarks.delivering import an_order
    from benchmarks.steps import rules
    from kakehashi import deliver
    from kakehashi.edges.deliver.outbox import Baseline
    from kakehashi.edges.settled import SettledRoster

    run, city, order = _run(folder / "april"), rules(), an_order(name)
    roster = SettledRoster(run, State())  # type: ignore[arg-type]
    kept = Baseline(DiskS3(folder), "baselines", "demo", name)  # type: ignore[arg-type]
    before = kept.get("1", order.dialect.header)
    board = deliver.Board.of(city.board_code, city.name)
    told = (k for k in roster.pupils() if deliver.takes(order.dialect, (), (), k))
    settled = deliver.records_of(told, order.dialect, board, before)
    delivery = deliver.build(order, settled, before)
    for file in delivery.files:
        run.put(f"{name}/{file.name}", file.body)
    Baseline(DiskS3(folder / "april"), "baselines", "demo", name).put(delivery.records)  # type: ignore[arg-type]
    return sum(delivery.rows.values())


def report(folder: Path) -> int:
    """April: every pupil's item read, every action done, two tools told of everybody."""
    import functions.report.app as handler
    from kakehashi.edges import nights, plans

    run, state = _promotion(), State()
    files = _run(folder, run.prefix)
    night = nights.gather(run, files, state, None)  # type: ignore[arg-type]
    people = nights.people_of(night, files, state)  # type: ignore[arg-type]
    handler._write(night, files, people, "outbox")
    plans.count_what_was_done(run, files, state)  # type: ignore[arg-type]
    return night.done


def _promotion() -> Run:
    """The run of the night on which everybody moves up."""
    from datetime import date

    from kakehashi.edges.runs import Run, prefix_of

    run_id = "demo-20270406T023000-00000000"
    return Run(run_id=run_id, city="demo", prefix=prefix_of(run_id), mode="sync",
               as_of=date(2027, 4, 6))  # fmt: skip


def prepare_report(folder: Path) -> int:
    """What that night leaves in its folder before Report begins."""
    from benchmarks.delivering import known, next_year
    from benchmarks.steps import CITY_FILE, read_lines, rules
    from kakehashi.diff.planning import make_plan
    from kakehashi.directories.microsoft365.shape import account_of
    from kakehashi.directories.port import Listed
    from kakehashi.edges import plans
    from kakehashi.roster import Desired
    from kakehashi.run_folder.roster import put_desired, put_held

    run, current = _promotion(), folder / "current.jsonl"
    files = _run(folder, run.prefix)
    files.put("city.toml", CITY_FILE.read_bytes())
    shutil.copy(current, folder / run.prefix / "current.jsonl")
    put_desired(files, (Desired(next_year(one).pupil) for one in known(current)))
    put_held(files, ())
    plan = make_plan(
        (Desired(next_year(one).pupil) for one in known(current)),
        (),
        known(current),
        read_lines(folder / "tenant.jsonl", Listed.from_json),
        rules(),
        shape=account_of,
        city_code="demo",
        serial=1,
        as_of=run.as_of,
    )
    plans.write(files, plan, (), rules())
    _results(files)
    _notes(folder, files)
    return len(plan.actions)


def _results(files: Folder) -> None:
    """Every action is done but each thousandth, which Microsoft failed."""
    from kakehashi.run_folder import actions
    from kakehashi.run_folder.results import End, Result, put_results

    for name in files.names(actions.FOLDER):
        done = (
            Result(line, one.pupil, str(one.kind), str(one.situation),
                   End.DONE if line % 1_000 else End.FAILED)
            for line, one in enumerate(actions.in_file(files, name), 1)
        )  # fmt: skip
        put_results(files, name.replace(actions.FOLDER, "results/"), done)


def _notes(folder: Path, files: Folder) -> None:
    """Of what ``deliver_full`` and ``deliver_changes`` wrote, which have gone before."""
    from hashlib import sha256

    from kakehashi.run_folder.deliveries import DeliveryNote, FileNote, put_delivery

    for tool, mode in ((FULL, "bulk"), (CHANGES, "delta")):
        made = sorted((folder / "april" / tool).glob("RO_*.zip"))
        told = (
            FileNote(str(one.relative_to(folder)), sha256(one.read_bytes()).hexdigest())
            for one in made
        )
        put_delivery(files, DeliveryNote(tool, "delivered", mode, tuple(told)))


def prepare(folder: Path) -> int:
    """What two tools hold since March, and the snapshot of April."""
    from benchmarks.delivering import next_year, records
    from kakehashi import jsonlines
    from kakehashi.edges.deliver.outbox import Baseline
    from kakehashi.edges.settled import SettledRoster

    for tool in (FULL, CHANGES):
        store = Baseline(DiskS3(folder), "baselines", "demo", tool)  # type: ignore[arg-type]
        store.put(records(folder / "current.jsonl", tool))
    from benchmarks.delivering import known

    april = folder / "april"
    april.mkdir(exist_ok=True)
    (april / "plan.json").write_text('{"serial": 1, "checksum": "0"}', encoding="utf-8")
    with (april / "current.jsonl").open("wb") as out:
        moved = (next_year(one).to_json() for one in known(folder / "current.jsonl"))
        out.writelines(jsonlines.write(moved))
    SettledRoster(_run(april), State()).make()  # type: ignore[arg-type]
    return 0


WORK = {step.__name__: step for step in
        (prepare, receive, groups, first_groups, deliver_full, deliver_changes,
         prepare_report, report)}  # fmt: skip


# -- the section of the page -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Given:
    """What template.yaml gives a function: MB, and seconds."""

    memory: int
    timeout: int

    def seconds(self, cpu: float) -> float:
        """How long so many seconds of CPU take there: it gets less of one below 1,769 MB."""
        return cpu * max(1.0, ONE_CPU / self.memory)


def given() -> dict[str, Given]:
    resources = load()[2]["Resources"]
    names = {function_of(name) for name in FUNCTIONS}
    found = {name: resources[f"{name.title()}Function"]["Properties"] for name in names}
    return {n: Given(int(p["MemorySize"]), int(p["Timeout"])) for n, p in found.items()}


def measured(name: str, folder: Path) -> Cost:
    """``folder`` is filled by ``benchmarks.data`` with ``PUPILS``."""
    if name == "provision":
        from benchmarks import provisioning

        return provisioning.one_shard()
    if name.startswith("deliver") and not (folder / "april" / "settled.jsonl.gz").exists():
        once_more([sys.executable, "-m", "benchmarks.largest", "prepare", str(folder)])
    if name == "report":
        once_more([sys.executable, "-m", "benchmarks.largest", "prepare_report", str(folder)])
    module = "steps" if name in BY_STEPS else "largest"
    return once_more([sys.executable, "-m", f"benchmarks.{module}", name, str(folder)])


def lines(parts: Mapping[str, Part]) -> Iterator[str]:
    """``parts`` by name, as far as they are known."""
    yield f"## {PUPILS:,} pupils in one run: what each function is given\n"
    yield (
        "Each in a fresh process that loads what the Lambda loads, the run folder on disk. The "
        f"target is {BOUND:.0%} of memory and time; seconds are of CPU, and more where a function "
        f"has less than one CPU ({ONE_CPU:,} MB).\n"
    )
    yield "| | peak MB | of MB | | seconds | of seconds | | | measured |"
    yield "|---|---|---|---|---|---|---|---|---|"
    limits = given()
    for name, label in LABELS.items():
        if part := parts.get(name):
            line = _line(label, part.costs[name], limits[function_of(name)])
            yield f"{line} {part.day}, {part.commit} |"
        else:
            yield f"| {label} | not measured | | | | | | | |"
    yield ""


def _line(label: str, cost: Cost, limit: Given) -> str:
    seconds = limit.seconds(cost.cpu)
    memory, spent = cost.peak_mb / limit.memory, seconds / limit.timeout
    verdict = "holds" if max(memory, spent) <= BOUND else "**falls short**"
    return (
        f"| {label} | {cost.peak_mb:,.0f} | {limit.memory:,} | {memory:.0%} "
        f"| {seconds:.0f} | {limit.timeout} | {spent:.0%} | {verdict} |"
    )


if __name__ == "__main__":
    gc.disable()  # as every handler does
    tell(WORK[sys.argv[1]](Path(sys.argv[2])))
