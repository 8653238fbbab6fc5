"""What is judged: two nights of a small city in every dialect, and what a folder holds."""

from __future__ import annotations

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
