"""Which rows the checks want held, and whom those rows are about, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from kakehashi.catalogue import file_rules, header_rules, row_rules
from kakehashi.catalogue import reference_rules as references
from kakehashi.findings import Finding, Place, Rule
from kakehashi.oneroster import Package
from kakehashi.oneroster.model import BadRow, Table
from kakehashi.preprocess.holds import (
    RowHolds,
    Unread,
    code_of_lost,
    codes_by_id,
    codes_by_user,
    read_holds,
    unread,
)

HELD, OTHER = row_rules.GRADE, row_rules.DATE
REFUSED, NOTE = header_rules.NO_HEADER, file_rules.BOM


def a_table(file: str, heading: str, *rows: str, bad: Mapping[int, str] | None = None,
            lines: Iterable[int] = ()) -> Table:  # fmt: skip
    """Cells between blanks, ``-`` for a blank one; the first row stands on line 2."""
    told = [tuple("" if cell == "-" else cell for cell in row.split()) for row in rows]
    return Table(
        file,
        tuple(heading.split()),
        told,
        list(lines) or list(range(2, 2 + len(told))),
        [BadRow(line, tuple(cells.split())) for line, cells in (bad or {}).items()],
    )


def package(*tables: Table) -> Package:
    return Package(None, {table.file: table for table in tables})


def found(rule: Rule, file: str, line: int | None, column: str | None = None, children: int = 0,
          **facts: Any) -> Finding:  # fmt: skip
    return replace(rule.at(Place(file, line, column), **facts), children=children)


def dangling(file: str, line: int, column: str, target: str, children: int) -> Finding:
    return found(references.DANGLING, file, line, column, children, target=target, count=children)


USERS = a_table("users.csv", "sourcedId status primaryOrgSourcedId agentSourcedIds",
                "u1 - s1 -", "u2 - gone -", "u3 - gone -", "u4 - lost -")  # fmt: skip
ORGS = a_table("orgs.csv", "sourcedId status", "s1 -")
CLASSES = a_table("classes.csv", "sourcedId status schoolSourcedId termSourcedIds",
                  "c1 - s1 y1", "c2 - gone y1", "c3 - s1 y1,y2", "c4 - s1 y2,y3")  # fmt: skip
YEARS = a_table("academicSessions.csv", "sourcedId status", "y1 -")


# -- which rows ------------------------------------------------------------------------------------


def test_rows_are_held_by_file_and_line_under_the_smallest_code() -> None:
    for first, second in ((HELD, OTHER), (OTHER, HELD)):
        holds = read_holds(package(), [
            found(first, "users.csv", 3), found(second, "users.csv", 3, children=2),
            found(HELD, "orgs.csv", 2),
        ])  # fmt: skip
        least = min(HELD.code, OTHER.code)
        assert holds == RowHolds({"users.csv": {3: least}, "orgs.csv": {2: HELD.code}})
    assert (holds.of("users.csv"), holds.of("roles.csv")) == ({3: least}, {})


@pytest.mark.parametrize("finding", [
    found(REFUSED, "users.csv", 3), found(NOTE, "users.csv", 3), found(HELD, "users.csv", None),
])  # fmt: skip
def test_what_stops_the_drop_is_only_noted_or_stands_on_no_line_holds_no_row(
    finding: Finding,
) -> None:
    assert read_holds(package(), [finding, found(HELD, "users.csv", 4)]) == RowHolds(
        {"users.csv": {4: HELD.code}}
    )


def test_every_row_that_refers_to_a_missing_one_is_held_though_it_is_told_once() -> None:
    drop = package(USERS, ORGS, CLASSES)
    told = dangling("users.csv", 3, "primaryOrgSourcedId", "orgs.csv", 3)
    code = references.DANGLING.code
    assert read_holds(drop, [told]) == RowHolds(
        {"users.csv": {3: code, 4: code}, "classes.csv": {3: code}}
    )


def test_what_only_one_row_refers_to_is_looked_for_no_further() -> None:
    told = dangling("users.csv", 5, "primaryOrgSourcedId", "orgs.csv", 1)
    assert read_holds(package(USERS, ORGS), [told]).of("users.csv") == {5: references.DANGLING.code}
    other = dangling("users.csv", 3, "primaryOrgSourcedId", "orgs.csv", 2)
    both = read_holds(package(USERS, ORGS), [told, other]).of("users.csv")
    assert sorted(both) == [3, 4, 5]


def test_of_a_cell_of_several_ids_only_those_that_lack_a_row_are_missing() -> None:
    drop = package(CLASSES, YEARS)
    told = dangling("classes.csv", 4, "termSourcedIds", "academicSessions.csv", 2)
    assert sorted(read_holds(drop, [told]).of("classes.csv")) == [4, 5]


def test_two_missing_rows_of_one_file_are_both_looked_for() -> None:
    again = a_table("users.csv", "sourcedId status primaryOrgSourcedId",
                    "u1 - a", "u2 - a", "u3 - b", "u4 - b", "u5 - c")  # fmt: skip
    told = [dangling("users.csv", line, "primaryOrgSourcedId", "orgs.csv", 2) for line in (2, 4)]
    assert sorted(read_holds(package(again, ORGS), told).of("users.csv")) == [2, 3, 4, 5]


def test_a_reference_on_which_no_account_hangs_holds_nobody() -> None:
    guarded = a_table("users.csv", "sourcedId status agentSourcedIds primaryOrgSourcedId",
                      "u1 - gone s1", "u2 - gone s1")  # fmt: skip
    roles = a_table("roles.csv", "sourcedId status userSourcedId", "r1 - gone", "r2 - gone")
    told = dangling("roles.csv", 2, "userSourcedId", "users.csv", 2)
    assert read_holds(package(guarded, roles), [told]) == RowHolds(
        {"roles.csv": dict.fromkeys((2, 3), references.DANGLING.code)}
    )


def test_files_and_columns_that_we_do_not_know_are_no_references() -> None:
    strange = a_table("notes.csv", "sourcedId status userSourcedId", "n1 - gone")
    roles = a_table("roles.csv", "sourcedId status userSourcedId note", "r1 - gone gone")
    told = dangling("roles.csv", 2, "userSourcedId", "users.csv", 2)
    assert read_holds(package(strange, roles, USERS), [told]).lines.keys() == {"roles.csv"}


def test_a_finding_on_a_row_that_is_not_there_adds_nothing() -> None:
    told = dangling("users.csv", 99, "primaryOrgSourcedId", "orgs.csv", 2)
    assert read_holds(package(USERS, ORGS), [told]).of("users.csv") == {
        99: references.DANGLING.code
    }


# -- rows that were not read -----------------------------------------------------------------------


def test_a_row_of_the_wrong_width_is_unread_with_its_cells_and_under_its_code() -> None:
    table = a_table("users.csv", "sourcedId status", "u1 -", "u2 -", bad={9: "x y z", 5: "v"})
    holds = RowHolds({"users.csv": {5: "R009"}})
    assert unread(package(table), holds, "users.csv") == [
        Unread(5, "R009", ("v",)), Unread(9, row_rules.WIDTH.code, ("x", "y", "z")),
    ]  # fmt: skip


def test_a_held_line_that_is_no_row_is_unread_and_one_that_is_a_row_is_not() -> None:
    table = a_table("users.csv", "sourcedId status", "u1 -", "u2 -")
    holds = RowHolds({"users.csv": {3: "R002", 7: "R009", 6: "R008"}})
    assert unread(package(table), holds, "users.csv") == [
        Unread(6, "R008", ()), Unread(7, "R009", ()),
    ]  # fmt: skip
    assert unread(package(), holds, "users.csv") == [
        Unread(3, "R002", ()), Unread(6, "R008", ()), Unread(7, "R009", ()),
    ]  # fmt: skip
    assert unread(package(table), holds, "roles.csv") == []


# -- whom they are about ---------------------------------------------------------------------------


def test_ids_on_held_lines_are_known_by_the_smallest_code() -> None:
    table = a_table("users.csv", "sourcedId status", "a -", "a -", "b -", "c -")
    for codes in ({2: "R005", 3: "R002"}, {2: "R002", 3: "R005"}):
        holds = RowHolds({"users.csv": codes | {4: "R009"}})
        assert codes_by_id(package(table), holds, "users.csv") == {"a": "R002", "b": "R009"}
    assert codes_by_id(package(table), RowHolds(), "users.csv") == {}


PEOPLE = a_table("users.csv", "sourcedId role status", "a - -", "b - -", "c - -")


@pytest.mark.parametrize(
    ("file", "column"),
    [("roles.csv", "userSourcedId"), ("enrollments.csv", "userSourcedId"),
     ("demographics.csv", "sourcedId"), ("userProfiles.csv", "userSourcedId")],
)  # fmt: skip
def test_a_held_row_is_about_the_user_it_names(file: str, column: str) -> None:
    table = a_table(file, f"{column} note", "a -", "a -", "b -", "c -")
    for codes in ({2: "R005", 3: "R002"}, {2: "R002", 3: "R005"}):
        holds = RowHolds({file: codes | {4: "R009"}})
        assert codes_by_user(package(PEOPLE, table), holds, frozenset()) == {
            "a": "R002", "b": "R009",
        }  # fmt: skip


def test_a_held_row_of_a_lesson_group_holds_nobody() -> None:
    table = a_table("enrollments.csv", "userSourcedId classSourcedId", "a lesson", "b home")
    holds = RowHolds({"enrollments.csv": {2: "R005", 3: "R006"}})
    drop = package(PEOPLE, table)
    assert codes_by_user(drop, holds, frozenset({"lesson"})) == {"b": "R006"}
    assert codes_by_user(drop, holds, frozenset()) == {"a": "R005", "b": "R006"}


def test_holds_of_several_files_are_put_together() -> None:
    roles = a_table("roles.csv", "userSourcedId", "a")
    enrolled = a_table("enrollments.csv", "userSourcedId classSourcedId", "b -", "a -")
    holds = RowHolds({"roles.csv": {2: "R002"}, "enrollments.csv": {2: "R003", 3: "R001"}})
    drop = package(PEOPLE, roles, enrolled)
    assert codes_by_user(drop, holds, frozenset()) == {"a": "R001", "b": "R003"}


def test_an_unread_row_is_about_whichever_users_it_names_unless_it_is_of_a_lesson() -> None:
    enrolled = a_table("enrollments.csv", "userSourcedId classSourcedId", "c -",
                       bad={3: "x a b", 4: "lesson c x"})  # fmt: skip
    drop = package(PEOPLE, enrolled)
    code = row_rules.WIDTH.code
    assert codes_by_user(drop, RowHolds(), frozenset({"lesson"})) == {"a": code, "b": code}
    assert codes_by_user(drop, RowHolds(), frozenset()) == dict.fromkeys("abc", code)


def test_an_unread_enrolment_that_names_nobody_may_be_anybodys() -> None:
    def lost(lessons: Iterable[str] = (), holds: RowHolds | None = None, **bad: str) -> str:
        rows = {int(line.removeprefix("on_")): cells for line, cells in bad.items()}
        table = a_table("enrollments.csv", "userSourcedId classSourcedId", "c -", bad=rows)
        return code_of_lost(package(PEOPLE, table), holds or RowHolds(), frozenset(lessons))

    assert lost(on_3="x y z") == row_rules.WIDTH.code
    assert lost(on_3="x a") == ""
    assert lost(on_3="x lesson", lessons=["lesson"]) == ""
    assert lost(on_3="x lesson") == row_rules.WIDTH.code
    assert lost() == ""
    both = RowHolds({"enrollments.csv": {3: "R009", 4: "R005"}})
    assert lost(on_3="x", on_4="y", holds=both) == "R005"
