"""What staff cost: a night's own work with them beside the same work without, in CPU seconds.

    python -m benchmarks.cost_of_staff [--pupils 22948] [--schools 50] [--staff 1800] [--times 3]

Cleaning, planning, groups and full files for the demo city's tools, by turns in one process, the
median of each; reading and writing (S3, DynamoDB, Graph) is not in it. Says which part costs what
and ends with 1 where the whole takes more than ``BOUND`` times as long.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import data
from benchmarks.steps import as_of, open_drop, passwords, read_lines
from kakehashi import city as cities
from kakehashi import deliver, oneroster
from kakehashi.city import City, Staff
from kakehashi.deliver.staff_rows import with_staff
from kakehashi.diff.planning import make_plan
from kakehashi.diff.staff import make_staff_plan
from kakehashi.diff.staff_standing import StaffInputs
from kakehashi.directories.microsoft365.shape import account_of, staff_account_of
from kakehashi.directories.port import Listed, Tenancy
from kakehashi.groups import decide
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember
from kakehashi.preprocess.cleaning import Cleaned, preprocess
from kakehashi.preprocess.staff import Material, StaffListFile, StaffRoster, read_staff

BOUND = 1.10
CITY_FILE = Path(__file__).parents[1] / "cities" / "demo.toml"
HEAD = ("職員番号", "姓", "名", "せい", "めい", "区分", "職種", "所属コード", "本務・兼務",
        "担任学級", "開始日", "終了日")  # fmt: skip


@dataclass(frozen=True)
class Evening:
    """All that a night is made from; ``known`` are the staff whom we have had since before."""

    folder: Path
    city: City
    rules: Staff
    cleaned: Cleaned
    material: Material
    roster: StaffRoster
    known: list[Record[StaffMember]]
    pupils: list[Record]


def a_list(cleaned: Cleaned, staff: int) -> StaffListFile:
    """The board's list: dealt over the schools, and a homeroom teacher for each class."""
    schools, classes = cleaned.places
    codes = sorted({one.code for one in schools.by_org.values()})
    rooms = sorted({(home.school.code, home.title) for home in classes.homes.values()})
    rows: list[tuple[int, Sequence[str]]] = [(1, HEAD)]
    for n in range(staff):
        code, title = rooms[n] if n < len(rooms) else (codes[n % len(codes)], "")
        rows.append((n + 2, (f"T{n:05}", "鈴木", "湊", "スズキ", "ミナト", "正規", "教諭", code,
                             "本務", title, "2020-04-01", "")))  # fmt: skip
    return StaffListFile("list.xlsx", [rows])


def prepared(folder: Path, pupils: int, schools: int, staff: int) -> Evening:
    data.make(folder, pupils, schools)
    city = cities.parse(CITY_FILE.read_text(encoding="utf-8"))
    rules = city.staff or Staff()
    cleaned = clean(folder, city)
    material = _material(folder, city, rules, a_list(cleaned, staff), cleaned)
    roster = read_staff(material)
    day = as_of(folder / "after")
    members = [one.on(day, gap=7, prepare=10)[1] for one in roster.employments]
    known = [_record(member, city, n) for n, member in enumerate(members)]
    current = read_lines(folder / "current.jsonl", Record[Pupil].from_json)
    return Evening(folder, city, rules, cleaned, material, roster, known, list(current))


def _record(member: StaffMember, city: City, n: int) -> Record[StaffMember]:
    named = replace(member, account=f"t{member.number.lower()}@{city.domain}")
    return Record(named, staff_account_of(named, city), f"staff-object-{n:06}")


def _material(
    folder: Path, city: City, rules: Staff, listed: StaffListFile, cleaned: Cleaned
) -> Material:
    schools, classes = cleaned.places
    night = folder / "after"
    accounts = {one.pupil.account for one in cleaned.desired}
    return Material(city, rules, as_of(night), open_drop(night), schools, classes, accounts, listed)


# -- the work, without staff and what comes on top -------------------------------------------------


def clean(folder: Path, city: City) -> Cleaned:
    night = folder / "after"
    package = open_drop(night)
    findings = list(oneroster.check(package, city.source.versions))
    return preprocess(package, findings, city, as_of(night), passwords(night))


def clean_staff(it: Evening) -> object:
    return read_staff(it.material)


def plan(it: Evening) -> object:
    tenant = read_lines(it.folder / "tenant.jsonl", Listed.from_json)
    return make_plan(
        it.cleaned.desired, it.cleaned.held, it.pupils, tenant, it.city, shape=account_of,
        city_code="demo", serial=1, as_of=as_of(it.folder / "after"),
    )  # fmt: skip


def plan_staff(it: Evening) -> object:
    listed = [Listed(one.object_id, one.sign_in, one.pupil.id, True) for one in it.known]
    return make_staff_plan(
        StaffInputs("demo-1", it.roster.employments, known=it.known, listed=listed), it.city,
        it.rules, shape=staff_account_of, city_code="demo", as_of=as_of(it.folder / "after"),
    )  # fmt: skip


def grouped(it: Evening, staff: Iterable[Record[StaffMember]] = ()) -> object:
    day = as_of(it.folder / "after")
    return decide(it.pupils, frozenset(), Tenancy(), it.city, "demo", as_of=day, staff=list(staff))


def files(it: Evening, *, staff: bool) -> int:
    """Full files for every tool, made and looked at as the receiver will."""
    made, day = 0, as_of(it.folder / "after")
    for name, tool in it.city.tools.items():
        dialect = deliver.dialect_of(tool)
        records = deliver.records_of(it.pupils, dialect, deliver.Board.of("082201", "見本市"))
        if staff:
            grade = "zz" if dialect.name == "lgate" else ""
            told = tool.model_copy(update={"staff": "home-school", "staff_grade": grade,
                                           "staff_home_class": "first"})  # fmt: skip
            records = with_staff(records, it.known, told, dialect, day, tool=name).records
        order = deliver.Order(name, dialect, "082201", day, "2026-11-24T00:00:00.000Z", anew=True)
        delivery = deliver.build(order, records, None)
        if delivery.findings:
            raise SystemExit(f"{name}: {sorted({one.code for one in delivery.findings})}")
        made += len(delivery.files)
    return made


PARTS: dict[str, tuple[Callable[[Evening], Any], Callable[[Evening], Any], bool]] = {
    "cleaning": (lambda it: clean(it.folder, it.city), clean_staff, True),
    "planning": (plan, plan_staff, True),
    "groups": (grouped, lambda it: grouped(it, it.known), False),
    "files": (lambda it: files(it, staff=False), lambda it: files(it, staff=True), False),
}
"""What pupils cost, what staff do, and whether the latter comes on top or instead."""


def seconds(work: Callable[[Evening], Any], it: Evening) -> float:
    began = time.process_time()
    work(it)
    return time.process_time() - began


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost_of_staff", description=__doc__)
    for name, default in (("pupils", 22_948), ("schools", 50), ("staff", 1_800), ("times", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    wanted = parser.parse_args()
    whole = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as home:
        it = prepared(Path(home) / "night", wanted.pupils, wanted.schools, wanted.staff)
        for name, (pupils, staff, on_top) in PARTS.items():
            turns = [(seconds(pupils, it), seconds(staff, it)) for _ in range(wanted.times)]
            without, own = median(a for a, _ in turns), median(b for _, b in turns)
            beside = without + own if on_top else own
            whole = [whole[0] + without, whole[1] + beside]
            print(
                f"{name:10} {without:7.2f} s  with staff {beside:7.2f} s  {beside / without:.3f} ×"
            )
    ratio = whole[1] / whole[0]
    print(f"{'all':10} {whole[0]:7.2f} s  with staff {whole[1]:7.2f} s  {ratio:.3f} × (≤ {BOUND})")
    return int(ratio > BOUND)


if __name__ == "__main__":
    sys.exit(main())
