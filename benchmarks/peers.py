"""The same work by libraries that others use for it, each in a process of its own.

    .venv-bench/bin/python -m benchmarks.peers PEER FOLDER

Diff: users.csv of two nights, keyed by userMasterIdentifier. C4th draws every sourcedId anew, so
polars and duckdb leave out the columns that hold one; csv-diff cannot, and calls nearly every row
changed. Check: types, required, enumerations and references of users.csv; it is clean, so the
answer is 0. What is imported is part of what is measured.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.peak import tell

KEY = "userMasterIdentifier"
VOLATILE = {"sourcedId", "primaryOrgSourcedId", "metadata.jp.homeClass"}
NIGHTS = ("before", "after")
REQUIRED = ("sourcedId", "enabledUser", "username", "givenName", "familyName", KEY)
GRADES = ("P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3")
REFERENCES = {"primaryOrgSourcedId": "orgs.csv", "metadata.jp.homeClass": "classes.csv"}
GUID = r"^[0-9A-Za-z._/@-]{1,255}$"
PATTERNS = {  # the types of OneRoster that these libraries do not know by name
    "sourcedId": GUID,
    "primaryOrgSourcedId": GUID,
    "metadata.jp.homeClass": GUID,
    "userIds": r"^\{[^{}:,]+:[^{},]+\}(?:,\{[^{}:,]+:[^{},]+\})*$",
    KEY: r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
}


# -- diff ------------------------------------------------------------------------------------------


def csv_diff(folder: Path) -> int:
    from csv_diff import compare, load_csv

    books = []
    for night in NIGHTS:
        with (folder / night / "users.csv").open(encoding="utf-8", newline="") as file:
            books.append(load_csv(file, key=KEY))
    found = compare(*books)
    return sum(len(found[kind]) for kind in ("added", "removed", "changed"))


def polars(folder: Path) -> int:
    import polars as pl

    before, after = (
        pl.scan_csv(folder / night / "users.csv", infer_schema=False)
        .drop(VOLATILE)
        .unique(KEY, keep="last")
        for night in NIGHTS
    )
    columns = [name for name in before.collect_schema().names() if name != KEY]
    both = after.join(before, on=KEY, how="inner", suffix="_before")
    differs = [pl.col(name).ne_missing(pl.col(f"{name}_before")) for name in columns]
    changed = both.filter(pl.any_horizontal(differs)).select(pl.len())
    added = after.join(before, on=KEY, how="anti").select(pl.len())
    removed = before.join(after, on=KEY, how="anti").select(pl.len())
    return sum(int(frame.item()) for frame in pl.collect_all([changed, added, removed]))


def duckdb(folder: Path) -> int:
    import duckdb as engine

    base = engine.connect()
    for night in NIGHTS:
        source = base.read_csv(str(folder / night / "users.csv"), all_varchar=True)
        base.register(f"{night}_file", source)
        columns = [name for name in source.columns if name not in VOLATILE]
        kept = ", ".join(f'any_value("{name}") AS "{name}"' for name in columns if name != KEY)
        base.execute(
            f'CREATE TABLE {night} AS SELECT "{KEY}", {kept} FROM {night}_file GROUP BY "{KEY}"'
        )
    differs = " OR ".join(
        f'a."{name}" IS DISTINCT FROM b."{name}"' for name in columns if name != KEY
    )
    counted = base.execute(
        f'SELECT count(*) FROM before b FULL JOIN after a USING ("{KEY}") WHERE {differs}'
    ).fetchone()
    return int(counted[0]) if counted else 0


# -- check -----------------------------------------------------------------------------------------


def frictionless(folder: Path) -> int:
    from frictionless import Package

    night = folder / "after"
    with (night / "users.csv").open(encoding="utf-8") as file:
        header = [name.strip('"') for name in file.readline().strip().split(",")]
    references = {column: file.removesuffix(".csv") for column, file in REFERENCES.items()}
    keys = [
        {"fields": [column], "reference": {"resource": name, "fields": ["sourcedId"]}}
        for column, name in references.items()
    ]
    users = {
        "name": "users",
        "path": "users.csv",
        "schema": {"fields": [_field(name) for name in header], "foreignKeys": keys},
    }
    others = [{"name": name, "path": f"{name}.csv"} for name in references.values()]
    package = Package.from_descriptor({"resources": [users, *others]}, basepath=str(night))
    report = package.validate()
    if not report.tasks or report.tasks[0].stats.get("rows", 0) == 0:
        raise RuntimeError("frictionless has read nothing")
    return sum(task.stats["errors"] for task in report.tasks)


def _field(name: str) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if name in REQUIRED else {}
    if name in PATTERNS:
        constraints["pattern"] = PATTERNS[name]
    if name == "grades":
        constraints["enum"] = list(GRADES)
    boolean = name == "enabledUser"
    kind = {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]}
    return {"name": name, "constraints": constraints, **(kind if boolean else {"type": "string"})}


def pandera(folder: Path) -> int:
    import pandera.polars as pa
    import polars as pl

    night = folder / "after"
    users = pl.read_csv(night / "users.csv", infer_schema=False)
    checks: dict[str, list[Any]] = {
        "enabledUser": [pa.Check.isin(["true", "false"])],
        "grades": [pa.Check.isin(GRADES)],
    }
    for column in REQUIRED:  # to polars a quoted blank is a text, not a null
        checks.setdefault(column, []).append(pa.Check.str_length(min_value=1))
    for column, pattern in PATTERNS.items():
        checks[column] = [pa.Check.str_matches(pattern)]
    for column, file in REFERENCES.items():
        there = pl.read_csv(night / file, infer_schema=False)["sourcedId"].to_list()
        checks[column].append(pa.Check.isin(there))
    schema = pa.DataFrameSchema(
        {
            name: pa.Column(str, checks.get(name), nullable=name not in REQUIRED)
            for name in users.columns
        }
    )
    try:
        schema.validate(users, lazy=True)
    except pa.errors.SchemaErrors as found:
        return len(found.failure_cases)
    return 0


PEERS = {peer.__name__: peer for peer in (csv_diff, polars, duckdb, frictionless, pandera)}

if __name__ == "__main__":
    tell(PEERS[sys.argv[1]](Path(sys.argv[2])))
