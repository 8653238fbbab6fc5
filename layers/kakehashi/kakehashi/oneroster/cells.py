"""Checks of one file on its own: cells, status by mode, duplicates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from kakehashi.catalogue import file_rules, reference_rules, row_rules
from kakehashi.findings import Finding, Place, Rule
from kakehashi.oneroster.columns import REFERENCES, Column
from kakehashi.oneroster.model import Table
from kakehashi.oneroster.profiles import EXTENSION, profiles_of
from kakehashi.oneroster.scene import Scene
from kakehashi.oneroster.values import all_well, faults, judge_of

_STATUS = frozenset({"", "active", "tobedeleted"})


def cell_faults(scene: Scene, table: Table) -> Iterator[Finding]:
    """Every cell that is not well formed, or blank where it must not be."""
    for at, column in scene.specs(table):
        if column.kind == "mode":
            continue
        wrong = _wrong_values(scene, table, at, column)
        if not wrong:
            continue
        for n, value in enumerate(table.cells(at)):
            if rule := wrong.get(value):
                yield scene.finding(rule, table, n, column.name)


def _wrong_values(scene: Scene, table: Table, at: int, column: Column) -> dict[str, Rule]:
    cells = table.cells(at)
    if judge_of(column) is None and not column.required:
        return {}
    if all_well(column.kind, cells):
        return {}
    if column.kind in REFERENCES:
        # what refers to a row that is there is as well formed as that row's own id
        values = set(scene.distinct(table, at) - scene.ids.get(column.target, frozenset()))
    else:
        values = set(scene.distinct(table, at) if column.kind == "uuid4" else cells)
    blank = "" in values
    values.discard("")
    wrong = faults(column, values)
    if blank and column.kind == "uuid4":
        wrong[""] = row_rules.NO_MASTER_ID
    elif blank and column.required:
        wrong[""] = row_rules.BLANK
    return wrong


def mode_faults(scene: Scene, table: Table, mode: str) -> Iterator[Finding]:
    """status and dateLastModified: blank in bulk, both filled in delta; the rows win."""
    if mode == "delta":
        yield from _delta_faults(scene, table)
        return
    if not any(any(table.values(column)) for column in ("status", "dateLastModified")):
        return
    statuses = table.values("status")
    yield from scene.wrong(table, ("status",), lambda v: None if v in _STATUS else row_rules.TERM)
    if deleted := statuses.count("tobedeleted"):
        yield file_rules.ROWS_ARE_DELTA.at(Place(table.file, None, "status"), count=deleted)
    times = table.values("dateLastModified")
    filled = [n for n, pair in enumerate(zip(statuses, times, strict=True)) if any(pair)]
    if filled:
        first = table.lines[filled[0]]
        yield row_rules.STATUS_FILLED.at(Place(table.file), count=len(filled), first_line=first)


def _delta_faults(scene: Scene, table: Table) -> Iterator[Finding]:
    yield from scene.wrong(table, ("status",), lambda v: None if v in _STATUS else row_rules.TERM)
    yield from scene.wrong(table, ("dateLastModified",), _delta_time)
    # once a column: an exporter that leaves out one leaves out all
    for column in ("status", "dateLastModified"):
        values = table.values(column)
        if table.index(column) is not None and (count := values.count("")):
            yield scene.finding(row_rules.DELTA_BLANK, table, values.index(""), column, count=count)


def _delta_time(value: str) -> Rule | None:
    return faults(Column("dateLastModified", "datetime"), {value}).get(value) if value else None


def same_ids(scene: Scene, table: Table) -> Iterator[Finding]:
    """Rows that share a sourcedId: word for word a note, else none of them can be trusted."""
    for group in _sharing(scene, table, "sourcedId"):
        first, *others = group
        facts = {"first_line": table.lines[first]}
        if all(table.rows[n] == table.rows[first] for n in others):
            yield from (
                scene.finding(reference_rules.SAME_ROW, table, n, "sourcedId", **facts)
                for n in others
            )
        else:
            facts["count"] = len(group)
            yield from (
                scene.finding(reference_rules.SAME_ID, table, n, "sourcedId", **facts)
                for n in group
            )


def same_master_ids(scene: Scene, table: Table) -> Iterator[Finding]:
    column = "userMasterIdentifier"
    for group in _sharing(scene, table, column):
        if len({table.rows[n][0] for n in group}) > 1:  # else it is told by its sourcedId
            facts = {"count": len(group), "first_line": table.lines[group[0]]}
            yield scene.finding(reference_rules.SAME_MASTER_ID, table, group[1], column, **facts)


def _sharing(scene: Scene, table: Table, column: str) -> list[list[int]]:
    """Numbers of rows that share a value of ``column``, blanks apart, group by group."""
    at = table.index(column)
    if at is None:
        return []
    values = table.cells(at)
    blanks = values.count("")
    if scene.how_many(table, at) == len(values) - blanks + bool(blanks):
        return []
    shared = {value for value, count in Counter(values).items() if count > 1 and value}
    groups: dict[str, list[int]] = defaultdict(list)
    for n, value in enumerate(values):
        if value in shared:
            groups[value].append(n)
    return list(groups.values())


def profile_blanks(scene: Scene, table: Table) -> Iterator[Finding]:
    """What the Japanese standard model wants filled; userMasterIdentifier has its own rule."""
    japanese = any(name.startswith(EXTENSION) for name in table.columns)
    wanted = {c for p in profiles_of(scene.version) for c in p.required.get(table.file, ())}
    for column in table.columns if japanese else ():
        if scene.without_profile and column.startswith(EXTENSION):
            continue  # told once, of all of them
        if column in wanted and column != "userMasterIdentifier":
            values = table.values(column)
            if count := values.count(""):
                place = Place(table.file, None, column)
                first = table.lines[values.index("")]
                yield row_rules.PROFILE_BLANK.at(place, count=count, first_line=first)
