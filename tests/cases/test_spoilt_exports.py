"""Ways in which a whole export can be wrong, through checks, preprocess and plan: a person looks.

The town was applied yesterday as ``WHOLE`` tells it; tonight's drop is the same town, spoilt once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kakehashi import oneroster
from kakehashi.actions import Kind, Situation
from kakehashi.diff.plan import Plan
from kakehashi.diff.planning import make_plan
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.findings import refuses, soften
from kakehashi.people.record import Record
from kakehashi.preprocess.cleaning import preprocess
from tests.builders import TODAY, Drop, Row, a_city, a_code, a_known
from tests.unit.diff.nights import in_tenant, wanting

SCHOOLS, GRADES, CLASS = 3, ("P3", "P4"), 20
CITY = a_city()

type Files = dict[str, bytes]
type Spoil = Callable[[Drop], None]


def a_town() -> Drop:
    """Three schools of two classes each: 120 pupils."""
    drop = Drop()
    for _ in range(SCHOOLS):
        school = drop.add_school()
        for grade in GRADES:
            home = drop.add_class(f"{grade[1]}年1組", school=school, grades=grade)
            for _ in range(CLASS):
                drop.add_pupil(school=school, grade=grade, home=home)
    return drop


def applied(drop: Drop) -> list[Record]:
    package = oneroster.open_package(drop.files())
    cleaned = preprocess(package, (), CITY, TODAY)
    return [a_known(pupil=row.pupil) for row in cleaned.desired]


KNOWN = applied(a_town())


def tonight(files: Files, known: Sequence[Record] = KNOWN) -> Plan | None:
    """The plan, or None for a drop that the checks refuse."""
    package = oneroster.open_package(files)
    findings = list(soften(oneroster.check(package, CITY.source.versions), CITY.effects))
    if refuses(findings):
        return None
    cleaned = preprocess(package, findings, CITY, TODAY)
    desired = wanting(row.pupil for row in cleaned.desired)
    return make_plan(desired, cleaned.held, known, in_tenant(known), CITY, shape=account_of,
                     city_code="demo", serial=1, as_of=TODAY)  # fmt: skip


# -- what can go wrong -----------------------------------------------------------------------------


def halved(file: str) -> Spoil:
    return lambda drop: drop.rows[file].__setitem__(slice(None), drop.rows[file][::2])


def cut(file: str) -> Spoil:
    return lambda drop: drop.rows[file].__setitem__(
        slice(None), drop.rows[file][: len(drop.rows[file]) // 2]
    )


def without(wanted: Callable[[Row], bool]) -> Spoil:
    """The pupils for whom ``wanted`` holds are left out of every file, as C4th would."""

    def spoil(drop: Drop) -> None:
        gone = {row["sourcedId"] for row in drop.rows["users.csv"] if wanted(row)}
        for file, column in (("users.csv", "sourcedId"), ("roles.csv", "userSourcedId"),
                             ("enrollments.csv", "userSourcedId")):  # fmt: skip
            drop.rows[file][:] = [row for row in drop.rows[file] if row[column] not in gone]

    return spoil


def with_cells(**cells: str) -> Spoil:
    def spoil(drop: Drop) -> None:
        for row in drop.rows["users.csv"]:
            row.update(cells)

    return spoil


def the_first_school(row: Row) -> bool:
    return row["primaryOrgSourcedId"] == a_town().rows["orgs.csv"][1]["sourcedId"]


def a_class_moved(drop: Drop) -> None:
    """The first class has another title tonight: for everybody else it is another class."""
    drop.rows["classes.csv"][0]["title"] = "3年9組"


def a_class_went_to_another_school(drop: Drop) -> None:
    first, last = drop.rows["classes.csv"][0], drop.rows["classes.csv"][-2]
    for row in drop.rows["users.csv"][:CLASS]:
        row["metadata.jp.homeClass"] = last["sourcedId"]
        row["primaryOrgSourcedId"] = last["schoolSourcedId"]
    users = {row["sourcedId"] for row in drop.rows["users.csv"][:CLASS]}
    for row in drop.rows["roles.csv"]:
        if row["userSourcedId"] in users:
            row["orgSourcedId"] = last["schoolSourcedId"]
    for row in drop.rows["enrollments.csv"]:
        if row["classSourcedId"] == first["sourcedId"]:
            row["classSourcedId"] = last["sourcedId"]
            row["schoolSourcedId"] = last["schoolSourcedId"]


def a_fifth_is_new(drop: Drop) -> None:
    home = drop.rows["classes.csv"][0]
    school = next(r for r in drop.rows["orgs.csv"] if r["sourcedId"] == home["schoolSourcedId"])
    for n in range(len(KNOWN) // 5):
        drop.add_pupil(5000 + n, school=school, home=home)


def one_id_for_everybody(drop: Drop) -> None:
    for row in drop.rows["users.csv"]:
        row["userMasterIdentifier"] = drop.rows["users.csv"][0]["userMasterIdentifier"]


def accounts_shifted_by_one_row(drop: Drop) -> None:
    """A column that slipped in a spreadsheet: everybody has their neighbour's account."""
    rows = drop.rows["users.csv"]
    slipped = [row["userIds"] for row in rows]
    for row, cell in zip(rows, [*slipped[1:], slipped[0]], strict=True):
        row["userIds"] = cell


def attendance_numbers_lost(drop: Drop) -> None:
    for row in drop.rows["enrollments.csv"]:
        row["metadata.jp.ShussekiNo"] = "1"


def other_school_codes(drop: Drop) -> None:
    for number, row in enumerate(drop.schools(), 51):
        row["identifier"] = a_code(number)


SPOILS: dict[str, Spoil] = {
    "half of the rows": halved("users.csv"),
    "users cut off": cut("users.csv"),
    "half of roles.csv": halved("roles.csv"),
    "half of enrollments.csv": halved("enrollments.csv"),
    "enrollments cut off": cut("enrollments.csv"),
    "half of classes.csv": halved("classes.csv"),
    "one school": without(the_first_school),
    "one grade": without(lambda row: row["grades"] == "P4"),
    "one class": without(lambda row: the_first_school(row) and row["grades"] == "P3"),
    "a class renamed": a_class_moved,
    "a class at another school": a_class_went_to_another_school,
    "a fifth new": a_fifth_is_new,
    "everybody renamed": with_cells(preferredFamilyName="高橋", familyName="高橋"),
    "everybody read differently": with_cells(**{"metadata.jp.kanaFamilyName": "タカハシ"}),
    "everybody disabled": with_cells(enabledUser="false"),
    "nobody has an account": with_cells(userIds="", username="", email=""),
    "everybody has one account": with_cells(userIds="{MS:one@ed.example.jp}"),
    "accounts slipped by a row": accounts_shifted_by_one_row,
    "one id for everybody": one_id_for_everybody,
    "everybody in one grade": with_cells(grades="P5"),
    "another attendance number for everybody": attendance_numbers_lost,
    "another town's school codes": other_school_codes,
}
SPOILT_BYTES: dict[str, Callable[[Files], None]] = {
    "users.csv empty": lambda files: files.__setitem__("users.csv", b""),
    "users.csv without rows": lambda files: files.__setitem__(
        "users.csv", files["users.csv"].partition(b"\r\n")[0] + b"\r\n"
    ),
    "roles.csv without rows": lambda files: files.__setitem__(
        "roles.csv", files["roles.csv"].partition(b"\r\n")[0] + b"\r\n"
    ),
    "enrollments.csv without rows": lambda files: files.__setitem__(
        "enrollments.csv", files["enrollments.csv"].partition(b"\r\n")[0] + b"\r\n"
    ),
    "orgs.csv without rows": lambda files: files.__setitem__(
        "orgs.csv", files["orgs.csv"].partition(b"\r\n")[0] + b"\r\n"
    ),
}


def test_the_town_as_it_was_needs_nobody() -> None:
    plan = tonight(a_town().files())
    assert plan is not None
    assert (plan.actions, plan.breaches, plan.counts) == ((), (), {"CONFIRMED": 120})


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoilt_export_waits_for_a_person_or_is_refused(name: str) -> None:
    drop = a_town()
    SPOILS[name](drop)
    _stops(tonight(drop.files()))


def a_town_with_a_special_class() -> Drop:
    """Its title is in no lexicon: that it is one stands in specialNeeds alone."""
    drop = a_town()
    school = drop.schools()[0]
    home = drop.add_class("わかば", school=school, grades="P3", specialNeeds="true")
    for _ in range(2):
        drop.add_pupil(school=school, grade="P3", home=home)
    return drop


@pytest.mark.parametrize("cell", ["", "false"])
def test_a_column_that_a_tool_has_emptied_publishes_no_title(cell: str) -> None:
    """Tabulator 6.5.3 empties every column with a dot in its heading."""
    known, drop = applied(a_town_with_a_special_class()), a_town_with_a_special_class()
    assert {one.pupil.class_title for one in known if one.pupil.special_needs} == {"なかよし1"}
    for row in drop.rows["classes.csv"]:
        row["metadata.jp.specialNeeds"] = cell
    plan = tonight(drop.files(), known)
    assert plan is not None
    assert [breach.code for breach in plan.breaches] == ["S156"]
    assert plan.verdict(rehearse=False) == "awaiting-approval"


@pytest.mark.parametrize("name", SPOILT_BYTES)
def test_an_export_with_an_empty_file_waits_for_a_person_or_is_refused(name: str) -> None:
    files = a_town().files()
    SPOILT_BYTES[name](files)
    _stops(tonight(files))


def _stops(plan: Plan | None) -> None:
    if plan is None:
        return
    assert plan.verdict(rehearse=False) in {"awaiting-approval", "refused"}
    taking = {Kind.SUSPEND, Kind.DELETE, Kind.LINK}
    assert not taking & {action.kind for action in plan.actions}


@pytest.mark.parametrize("name", ["accounts slipped by a row", "one id for everybody"])
def test_an_id_or_account_typed_over_makes_nobody_a_leaver(name: str) -> None:
    drop = a_town()
    SPOILS[name](drop)
    plan = tonight(drop.files())
    assert plan is not None
    assert (plan.actions, plan.proposals.get(Situation.GONE, ())) == ((), ())
