"""What is judged: two nights of a small city in every dialect, and what a folder holds."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kakehashi import deliver
from kakehashi.deliver.dialect import load, names
from kakehashi.people.record import Status
from tests.unit.deliver import golden
from tests.unit.deliver.tools import an_order, told

TOMORROW = (
    replace(golden.CITY[0], pupil=replace(golden.CITY[0].pupil, class_title="3年1組")),
    replace(golden.CITY[1], status=Status.SUSPENDED),
    *golden.CITY[3:],
)
"""One pupil changed class, one is suspended, one has gone."""


def written(folder: Path) -> Iterator[tuple[str, Path]]:
    """(dialect, zip) of the deliveries of both nights, written below ``folder``."""
    for dialect in (name for name in names() if load(name).layout and not load(name).lists):
        before: deliver.Records | None = None
        for night, city in enumerate((golden.CITY, TOMORROW)):
            made = deliver.build(an_order(dialect, night), told(city, dialect), before)
            before = made.records
            for file in made.files:
                if file.name.endswith(".zip"):
                    path = folder / dialect / f"night-{night}-{file.name}"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(file.body)
                    yield dialect, path


def kept(folder: Path) -> Iterator[tuple[str, Path]]:
    """(dialect, zip) of deliveries that a simulation has kept: FOLDER/<dialect>/…zip."""
    for path in sorted(folder.rglob("*.zip")):
        yield path.relative_to(folder).parts[0], path


def mode_of(package: Path) -> str:
    with zipfile.ZipFile(package) as archive:
        manifest = archive.read("manifest.csv").decode()
    return "delta" if '"delta"' in manifest or ",delta" in manifest else "bulk"


def as_the_base_has_it(package: Path, folder: Path) -> Path:
    """The same rows without what the Japan Profile adds, written below ``folder``: columns of
    metadata, the word NULL, ``resourceSourcedIds`` of users and its number of version. For a
    reader that knows the base standard alone and would look at nothing but the headings."""
    plain = folder / f"{package.parent.name}-{package.name}"
    with zipfile.ZipFile(package) as given, zipfile.ZipFile(plain, "w") as out:
        for name in given.namelist():
            text = io.StringIO(given.read(name).decode("utf-8-sig"), newline="")
            rows, plainer = list(csv.reader(text)), io.StringIO(newline="")
            csv.writer(plainer).writerows(_plain(name, rows))
            out.writestr(name, plainer.getvalue())
    return plain


def _plain(name: str, rows: list[list[str]]) -> Iterator[list[str]]:
    if name == "manifest.csv":
        for key, value in rows:
            yield [key, "1.2" if key == "oneroster.version" else value]
        return
    added = {"resourceSourcedIds"} if name == "users.csv" else set()
    kept = [n for n, heading in enumerate(rows[0])
            if heading not in added and not heading.startswith("metadata.")]  # fmt: skip
    for row in rows:
        yield ["" if row[n] == "NULL" else row[n] for n in kept]
