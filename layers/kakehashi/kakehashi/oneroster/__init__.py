"""A OneRoster CSV library: open a package, check it, write one. Usable on its own.

    from kakehashi import oneroster
    package = oneroster.open_package(open("drop.zip", "rb"))
    for finding in oneroster.check(package):
        ...
    body = oneroster.write_package(package.tables, oneroster.WriterOptions())

Reading is lenient and never raises for bad data; every leniency used is told once. Writing is
strict and deterministic. Versions and Japan profiles are tables (``columns``, ``profiles``).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kakehashi.oneroster.checks import check
    from kakehashi.oneroster.columns import ROSTER, Column
    from kakehashi.oneroster.lines import lines_in
    from kakehashi.oneroster.model import BadRow, Manifest, Package, Row, Table
    from kakehashi.oneroster.package import open_package
    from kakehashi.oneroster.password_guard import passwords_in
    from kakehashi.oneroster.profiles import PROFILES, VERSIONS, Profile, files_of, layout
    from kakehashi.oneroster.writer import WriterOptions, write_files, write_package

__all__ = [
    "PROFILES",
    "ROSTER",
    "VERSIONS",
    "BadRow",
    "Column",
    "Manifest",
    "Package",
    "Profile",
    "Row",
    "Table",
    "WriterOptions",
    "check",
    "files_of",
    "layout",
    "lines_in",
    "open_package",
    "passwords_in",
    "write_files",
    "write_package",
]

_HOMES = {
    "checks": ("check",),
    "columns": ("ROSTER", "Column"),
    "lines": ("lines_in",),
    "model": ("BadRow", "Manifest", "Package", "Row", "Table"),
    "package": ("open_package",),
    "password_guard": ("passwords_in",),
    "profiles": ("PROFILES", "VERSIONS", "Profile", "files_of", "layout"),
    "writer": ("WriterOptions", "write_files", "write_package"),
}


def __getattr__(name: str) -> Any:
    """Each module is loaded when a name of it is first asked for: a function that only reads
    values, or only writes, need not load the checks."""
    home = next((module for module, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
    return found
