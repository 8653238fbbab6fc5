"""All checks over an opened package, root causes first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kakehashi.catalogue import file_rules, row_rules
from kakehashi.findings import Effect, Finding, Place
from kakehashi.oneroster import manifest as manifests
from kakehashi.oneroster.cells import (
    cell_faults,
    mode_faults,
    profile_blanks,
    same_ids,
    same_master_ids,
)
from kakehashi.oneroster.columns import ROSTER
from kakehashi.oneroster.japan import other_board, profile_faults, standard_faults
from kakehashi.oneroster.model import BadRow, Package, Table
from kakehashi.oneroster.password_guard import filled_column
from kakehashi.oneroster.profiles import VERSIONS, layout
from kakehashi.oneroster.references import References
from kakehashi.oneroster.relations import relation_faults
from kakehashi.oneroster.scene import Scene
from kakehashi.oneroster.values import UUID4

_RANK = {file: rank for rank, file in enumerate(("", manifests.FILE, *ROSTER))}


def check(
    package: Package, versions: Sequence[str] = VERSIONS, board_code: str = ""
) -> Iterator[Finding]:
    """Everything to say of ``package``: what opening it found first, then file by file.

    ``versions`` are the oneroster.versions to accept, ``board_code`` the six digits of the board
    of education whose roster it must be ("" to accept any). A finding that holds points at the row
    (file and physical line); the rows that fall with it are its ``children``. Faults on which no
    account depends (files beyond the roster's seven, slack columns) are notes, and so is a blank
    that the standard forbids and no reader of a roster misses.
    """
    scene = Scene(package)
    found = [*package.findings, *_package_faults(package, versions), *_row_faults(scene)]
    found += other_board(scene, board_code)
    told = [_weighed(_named(finding, scene), scene.version) for finding in found]
    return iter(sorted(References(scene, told).judge(), key=_reading_order))


def _package_faults(package: Package, versions: Sequence[str]) -> Iterator[Finding]:
    if package.manifest:
        yield from manifests.version_fault(package.manifest, versions)
        yield from manifests.agreement(package.manifest, package.present, package.version)
    for table in package.tables.values():
        yield from filled_column(table)
        if table.whole and not table.rows and not table.bad:
            needed = table.file in ROSTER
            rule = file_rules.NO_ROWS if needed else file_rules.NO_ROWS_OPTIONAL
            yield rule.at(Place(table.file, 1))


def _row_faults(scene: Scene) -> Iterator[Finding]:
    manifest = scene.package.manifest
    for table in scene.package.tables.values():
        yield from cell_faults(scene, table)
        yield from mode_faults(scene, table, manifest.mode(table.file) if manifest else "bulk")
        yield from same_ids(scene, table)
        yield from profile_blanks(scene, table)
        if table.file == "users.csv":
            yield from same_master_ids(scene, table)
    yield from relation_faults(scene)
    yield from standard_faults(scene)
    yield from profile_faults(scene)


def _reading_order(finding: Finding) -> tuple[int, str, int, str]:
    place = finding.place
    return (_RANK.get(place.file, len(_RANK)), place.file, place.line or 0, finding.code)


def _weighed(finding: Finding, version: str) -> Finding:
    """A row fault on which no account depends is a note."""
    file, column = finding.place.file, finding.place.column
    if finding.effect is not Effect.HOLD_PUPIL:
        return finding
    spec = layout(file, version).get(column or "") if file in ROSTER else None
    forgiven = spec is not None and spec.forgiving and finding.code == row_rules.BLANK.code
    slack = file not in ROSTER or (spec is not None and spec.slack)
    return replace(finding, effect=Effect.NOTE) if slack or forgiven else finding


def _named(finding: Finding, scene: Scene) -> Finding:
    """A user's row that could not be laid out may still tell whose it is."""
    file, line = finding.place.file, finding.place.line
    if file != "users.csv" or line is None or (file, line) not in scene.bad:
        return finding
    return replace(finding, pupil=_master_id(scene.package.tables[file], scene.bad[file, line]))


def _master_id(table: Table, row: BadRow) -> str | None:
    """The userMasterIdentifier of a row that is too short or too long, if it can be told.

    It stands in its own place, or moved by as many cells as are missing or too many.
    """
    at = table.index("userMasterIdentifier")
    if at is None:
        return None
    shift = len(row.cells) - len(table.columns)
    near: Iterable[int] = (at, at + shift)
    cells = (row.cells[i].lower() for i in near if 0 < i < len(row.cells))
    return next((cell for cell in cells if UUID4.fullmatch(cell)), None)
