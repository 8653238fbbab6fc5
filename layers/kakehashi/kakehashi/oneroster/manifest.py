"""manifest.csv: version and modes, and whether it agrees with the files that came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from kakehashi.catalogue import file_rules as rules
from kakehashi.findings import Finding, Place
from kakehashi.oneroster.archive import MANIFEST, Open
from kakehashi.oneroster.columns import ROSTER, TABLES
from kakehashi.oneroster.header import Header
from kakehashi.oneroster.model import Manifest, Table
from kakehashi.oneroster.profiles import VERSIONS, files_of
from kakehashi.oneroster.reader import Scheme, read_table

FILE = MANIFEST
_COLUMNS = ("propertyName", "value")
MODES = frozenset({"absent", "bulk", "delta"})
_KNOWN = re.compile(r"manifest\.version|oneroster\.version|source\.system(?:Name|Code)")


def read_manifest(open_file: Open) -> tuple[Manifest | None, list[Finding]]:
    """The manifest, or None where it cannot be read; and what reading it found."""
    table, findings = read_table(FILE, Scheme(_header, {}), open_file)
    if not table.whole:
        return None, findings
    findings += (rules.MANIFEST_UNREADABLE.at(Place(FILE, row.line)) for row in table.bad)
    properties = dict(reversed(_pairs(table)))  # the first of two wins
    manifest = Manifest(
        version=properties.get("oneroster.version", ""),
        modes={file: mode for name, mode in properties.items() if (file := _file(name))},
        system_name=properties.get("source.systemName", ""),
        system_code=properties.get("source.systemCode", ""),
    )
    return manifest, [*findings, *_property_faults(table, properties)]


def _header(cells: Sequence[str]) -> Header:
    names = tuple(cell.strip() for cell in cells)
    if names[:2] == _COLUMNS and not any(names[2:]):
        return Header(_COLUMNS, len(names) - 2, True, ())
    return Header((), 0, False, (rules.MANIFEST_UNREADABLE.at(Place(FILE, 1)),))


def _pairs(table: Table) -> list[tuple[str, str]]:
    return [(name.strip(), value.strip()) for name, value in table.rows]


def _property_faults(table: Table, properties: dict[str, str]) -> Iterator[Finding]:
    for name in ("manifest.version", "oneroster.version"):
        if name not in properties:
            yield rules.MANIFEST_INCOMPLETE.at(Place(FILE), property=name)
    if properties.get("manifest.version", "1.0") != "1.0":
        yield rules.MANIFEST_VERSION.at(Place(FILE))
    for (name, value), line in zip(_pairs(table), table.lines, strict=True):
        if properties[name] != value:
            yield rules.MANIFEST_TWICE.at(Place(FILE, line))
        if _file(name) and value not in MODES:
            yield rules.UNKNOWN_MODE.at(Place(FILE, line))
    if unknown := sum(not _file(name) and not _KNOWN.fullmatch(name) for name in properties):
        yield rules.MANIFEST_EXTRA.at(Place(FILE), count=unknown)


def _file(name: str) -> str:
    """The data file a ``file.*`` property speaks of, or "" for any other property."""
    file = name.removeprefix("file.") + ".csv"
    return file if name.startswith("file.") and file in TABLES else ""


def version_fault(manifest: Manifest, versions: Sequence[str]) -> Iterator[Finding]:
    """Refuse a version that ``versions`` (those known to us, or fewer) do not name."""
    accepted = [v for v in VERSIONS if v in versions]
    if manifest.version and manifest.version not in accepted:
        yield rules.UNKNOWN_VERSION.at(Place(FILE), known=", ".join(accepted))


def agreement(manifest: Manifest, present: Iterable[str], version: str) -> Iterator[Finding]:
    """Manifest against files: what is listed, what is there, what a night's roster needs."""
    there = set(present)
    known = files_of(version)
    for file in known:
        mode = manifest.mode(file)
        needed = file in ROSTER
        if mode == "delta":
            yield rules.DELTA.at(Place(file))
        if mode in {"bulk", "delta"} and file not in there:
            yield rules.LISTED_NOT_THERE.at(Place(file))
        elif file in there and mode == "absent":
            yield rules.THERE_NOT_LISTED.at(Place(file))
        elif needed and file not in there:
            yield rules.REQUIRED_ABSENT.at(Place(file))
