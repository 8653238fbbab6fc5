"""One stage as its Lambda does it, with the run folder on disk, in a process of its own.

    python -m benchmarks.steps STEP FOLDER

STEP is the name of a function at the bottom. A step imports what its Lambda needs and no more, so
nothing is imported up here that not all of them need.
"""

from __future__ import annotations

import csv
import gc
import io
import sys
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from benchmarks.peak import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kakehashi.city import City
    from kakehashi.findings import Finding
    from kakehashi.oneroster import Package
    from kakehashi.preprocess.password_file import PasswordFile

    class Jsonable(Protocol):
        def to_json(self) -> Mapping[str, Any]: ...


CITY_FILE = Path(__file__).parents[1] / "cities" / "demo.toml"


@cache
def rules() -> City:
    """The demo city's, of pupils alone: what staff cost is measured beside it (cost_of_staff)."""
    from kakehashi import city

    return city.parse(CITY_FILE.read_text(encoding="utf-8")).model_copy(update={"staff": None})


def as_of(night: Path) -> date:
    return date.fromisoformat((night / "as_of").read_text(encoding="utf-8"))


def open_drop(night: Path) -> Package:
    from kakehashi import oneroster

    with (night / "drop.zip").open("rb") as source:
        return oneroster.open_package(source)


def passwords(night: Path) -> list[PasswordFile]:
    from kakehashi.preprocess.password_file import PasswordFile

    files = [night / "passwords.csv"]
    return [PasswordFile(f.name, "1", f.read_bytes()) for f in files if f.exists()]


def write_lines(path: Path, rows: Iterable[Jsonable]) -> None:
    from kakehashi import jsonlines

    with path.open("wb") as out:
        out.writelines(jsonlines.write(row.to_json() for row in rows))


def read_lines[T](path: Path, made: Callable[[Mapping[str, Any]], T]) -> Iterable[T]:
    from kakehashi import jsonlines

    with path.open("rb") as lines:
        yield from map(made, jsonlines.read(lines))


# -- the steps -------------------------------------------------------------------------------------


def floor(folder: Path) -> int:
    """csv.reader over the same seven files: what reading them costs whatever is done with them."""
    rows = 0
    with zipfile.ZipFile(folder / "after" / "drop.zip") as archive:
        for name in archive.namelist():
            if name != "manifest.csv":
                with archive.open(name) as raw:
                    text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
                    rows += sum(1 for _ in csv.reader(text))
    return rows


def check(folder: Path) -> int:
    """The library by itself, as anybody would use it."""
    from kakehashi import oneroster

    return sum(1 for _ in oneroster.check(open_drop(folder / "after")))


def validate(folder: Path) -> int:
    findings = _checked(open_drop(folder / "after"), rules())
    write_lines(folder / "findings.jsonl", findings)
    return len(findings)


def _checked(package: Package, city: City) -> list[Finding]:
    from kakehashi import oneroster
    from kakehashi.findings import soften

    return list(soften(oneroster.check(package, city.source.versions), city.effects))


def preprocess(folder: Path) -> int:
    from kakehashi.findings import Finding
    from kakehashi.preprocess.cleaning import preprocess as clean

    night = folder / "after"
    findings = list(read_lines(folder / "findings.jsonl", Finding.from_json))
    cleaned = clean(open_drop(night), findings, rules(), as_of(night), passwords(night))
    write_lines(folder / "desired.jsonl", cleaned.desired)
    write_lines(folder / "held.jsonl", cleaned.held)
    write_lines(folder / "cleaned.jsonl", cleaned.findings)
    return len(cleaned.desired)


def diff(folder: Path) -> int:
    from kakehashi.diff.planning import make_plan
    from kakehashi.directories.microsoft365.shape import account_of
    from kakehashi.directories.port import Listed
    from kakehashi.people.record import Record
    from kakehashi.roster import Desired, Held

    plan = make_plan(
        read_lines(folder / "desired.jsonl", Desired.from_json),
        read_lines(folder / "held.jsonl", Held.from_json),
        read_lines(folder / "current.jsonl", Record.from_json),
        read_lines(folder / "tenant.jsonl", Listed.from_json),
        rules(),
        shape=account_of,
        city_code="demo",
        serial=1,
        as_of=as_of(folder / "after"),
    )
    write_lines(folder / "actions.jsonl", plan.actions)
    return len(plan.actions)


def night(folder: Path) -> int:
    """The three functions one after the other in one process: no run folder between them."""
    from kakehashi.diff.planning import make_plan
    from kakehashi.directories.microsoft365.shape import account_of
    from kakehashi.directories.port import Listed
    from kakehashi.people.record import Record
    from kakehashi.preprocess.cleaning import preprocess as clean

    after, city = folder / "after", rules()
    package = open_drop(after)
    findings = _checked(package, city)
    cleaned = clean(package, findings, city, as_of(after), passwords(after))
    del package
    plan = make_plan(
        cleaned.desired,
        cleaned.held,
        read_lines(folder / "current.jsonl", Record.from_json),
        read_lines(folder / "tenant.jsonl", Listed.from_json),
        city,
        shape=account_of,
        city_code="demo",
        serial=1,
        as_of=as_of(after),
    )
    return len(plan.actions)


def bare(folder: Path) -> int:
    """An interpreter that does nothing: what imports are measured against."""
    return 0


def imports(folder: Path) -> int:
    """What the three functions load, together."""
    import kakehashi.diff
    import kakehashi.oneroster
    import kakehashi.preprocess  # noqa: F401

    return 0


_ALL = (floor, check, validate, preprocess, diff, night, bare, imports)
STEPS = {step.__name__: step for step in _ALL}

if __name__ == "__main__":
    gc.disable()  # as every handler does
    tell(STEPS[sys.argv[1]](Path(sys.argv[2])))
