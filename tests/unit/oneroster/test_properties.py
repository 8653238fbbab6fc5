"""What must hold for any package: hypothesis looks for one that breaks it."""

from __future__ import annotations

import csv
import io
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import packages as p
from conformance.spoils import CASES, Source
from kakehashi import oneroster
from kakehashi.oneroster import Row, Table, WriterOptions
from kakehashi.oneroster.rows import split
from tests.unit.oneroster.test_every_code import found_in

# what no leniency touches: no control characters, no half-width kana, no loose dakuten
LETTERS = st.characters(
    codec="utf-8",
    categories=("L", "N", "P", "S", "Zs"),
    exclude_characters="".join(map(chr, range(0xFF61, 0xFFA0))) + "\ufeff",
)
TEXT = st.text(LETTERS, max_size=12) | st.sampled_from(['"', ",", '",', "a\r\nb", "'", ""])
PROFILES = sorted(set(oneroster.PROFILES) - {"1.1"})
DIALECTS = st.builds(
    WriterOptions,
    profile=st.sampled_from(PROFILES),
    resource_ids=st.sampled_from([None, True, False]),
    bom=st.booleans(),
    line_end=st.sampled_from(["\r\n", "\n"]),
    quote_all=st.booleans(),
    quote_header=st.booleans(),
    null_parent=st.booleans(),
)


@st.composite
def users(draw: st.DrawFn, profile: str) -> Table:
    """users.csv with any text in its texts, and ids as they should be."""
    columns = oneroster.PROFILES[profile].header("users.csv")
    kinds = oneroster.layout("users.csv", "1.2")
    rows: list[Row] = []
    for _ in range(draw(st.integers(1, 5))):
        free = {c for c in columns if kinds[c].kind in {"text", "code", "name"}}
        cells = {c: draw(TEXT) if c in free else "" for c in columns}
        rows.append(tuple((cells | {"sourcedId": str(draw(st.uuids()))}).values()))
    return Table("users.csv", columns, rows)


@given(st.data(), DIALECTS)
@settings(max_examples=60, deadline=None)
def test_reading_what_the_writer_wrote_gives_the_same_rows(
    data: Any, dialect: WriterOptions
) -> None:
    table = data.draw(users(dialect.profile))
    body = oneroster.write_package([table], dialect)
    assert body == oneroster.write_package({"users.csv": table}, dialect), "the same bytes"
    again = oneroster.open_package(io.BytesIO(body)).tables["users.csv"]
    kept = [c for c in table.columns if c in again.columns]
    assert set(table.columns) - set(kept) <= {"resourceSourcedIds"}
    for column in kept:
        assert list(again.values(column)) == list(table.values(column))


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_reads_what_it_wrote_of_all_seven_files_and_finds_nothing(
    profile: str,
) -> None:
    before = oneroster.open_package(p.loose()).tables
    body = oneroster.write_package(before, WriterOptions(profile))
    package = oneroster.open_package(io.BytesIO(body))
    assert list(oneroster.check(package)) == []
    assert set(package.tables) == set(before) == set(oneroster.ROSTER)
    for file, table in before.items():
        after = package.tables[file]
        for column in table.columns:
            if after.index(column) is not None:
                assert list(after.values(column)) == list(table.values(column))
            else:
                assert not any(table.values(column)), (file, column)


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=8), st.booleans())
@settings(max_examples=80, deadline=None)
def test_a_line_number_points_at_the_line_where_the_row_begins(
    names: list[list[str]], crlf: bool
) -> None:
    end = "\r\n" if crlf else "\n"
    header = list(p.PROFILE.header("users.csv"))
    given_, family = header.index("givenName"), header.index("familyName")
    sheet = [header]
    for n, (one, two) in enumerate(names):
        row = [""] * len(header)
        row[0], row[given_], row[family] = f"id{n}", one, two
        sheet.append(row)
    body = p.csv_bytes(sheet, end)
    table = oneroster.open_package({"users.csv": body}).tables["users.csv"]
    physical = io.StringIO(body.decode(), newline=end).read().split(end)
    assert [physical[line - 1].split(",")[0].strip('"') for line in table.lines] == [
        f"id{n}" for n in range(len(names))
    ]


EDGES = st.text(alphabet='",\r\na\u2028', max_size=6) | st.sampled_from(['"a","b"\r\n', '"",""\n'])


@given(st.lists(EDGES, max_size=5).map("".join), st.integers(1, 3))
@settings(max_examples=400, deadline=None)
def test_the_fast_road_reads_what_csv_reads_or_leaves_it_alone(text: str, width: int) -> None:
    if columns := split(text, width):
        rows = csv.reader(io.StringIO(text, newline=""), strict=True)
        assert list(zip(*columns, strict=True)) == [tuple(row or [""]) for row in rows]


def _shuffled(source: Source, seed: int) -> Source | None:
    """The same package with the data rows of every file in another order."""
    if isinstance(source, bytes):
        return None
    order = random.Random(seed)
    out = {}
    for name, body in source.items():
        try:
            head, *rows = csv.reader(io.StringIO(body.decode(), newline=""), strict=True)
        except (UnicodeDecodeError, ValueError, csv.Error):
            return None
        kept = rows if name == "manifest.csv" else order.sample(rows, len(rows))
        out[name] = p.csv_bytes([head, *kept])
    return out


@given(st.sampled_from([c for c in CASES if c.code[0] in "RXD"]), st.integers(0, 99))
@settings(max_examples=120, deadline=None)
def test_the_order_of_rows_does_not_change_what_is_found(case: Any, seed: int) -> None:
    source = case.make()
    shuffled = _shuffled(source, seed)
    if shuffled is not None:
        assert isinstance(source, dict)
        plain = {name: body for name, body in source.items()}
        assert _codes(_shuffled(plain, 0) or {}) == _codes(shuffled)


def _codes(source: Source) -> set[tuple[str, str]]:
    return {(finding.place.file, finding.code) for finding in found_in(source)}
