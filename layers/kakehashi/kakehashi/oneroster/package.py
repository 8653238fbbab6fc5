"""Opening a drop: archive, manifest, tables. Never raises for bad data; findings say what is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

from kakehashi.catalogue import file_rules as rules
from kakehashi.findings import Finding, Place, refuses
from kakehashi.oneroster import manifest as manifests
from kakehashi.oneroster.archive import open_files
from kakehashi.oneroster.columns import ROSTER, TABLES
from kakehashi.oneroster.model import Package, Table
from kakehashi.oneroster.profiles import VERSIONS
from kakehashi.oneroster.reader import Scheme, read_table

_READING_ORDER = (*ROSTER, *(file for file in TABLES if file not in ROSTER))


def open_package(source: IO[bytes] | Mapping[str, bytes]) -> Package:
    """The drop in ``source``: a seekable zip, or loose files by name.

    Never raises for bad data; ``package.findings`` holds what opening and reading found. A file
    that could not be read is in ``tables`` with ``whole`` False.
    """
    files = open_files(source)
    findings: list[Finding] = list(files.findings)
    manifest = None
    if manifests.FILE in files.openers:
        manifest, found = manifests.read_manifest(files.openers[manifests.FILE])
        findings += found
    elif not refuses(findings):
        findings.append(rules.NO_MANIFEST.at(Place(manifests.FILE)))
    present = frozenset(files.openers) - {manifests.FILE}
    version = manifest.version if manifest and manifest.version in VERSIONS else "1.2"
    tables: dict[str, Table] = {}
    shared: dict[str, str] = {}
    for file in _READING_ORDER:
        if file in present:
            scheme = Scheme.of(file, version, shared)
            tables[file], found = read_table(file, scheme, files.openers[file])
            findings += found
    return Package(manifest, tables, tuple(findings), present)
