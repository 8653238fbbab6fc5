from datetime import date

import pytest

from kakehashi.findings import Effect, Finding, Place
from kakehashi.roster import Held
from tests import builders
from tests.unit.preprocess.night import (
    clean,
    held_of,
    night,
    night_of,
    pupils_of,
    rows_of,
)

CHILD = builders.a_pupil(1)


def test_a_school_year_that_is_over_is_told_once_and_not_pupil_by_pupil() -> None:
    cleaned = night(builders.a_drop(3), as_of=date(2027, 4, 1))
    (year,) = cleaned.findings
    assert (year.code, year.children) == ("P050", 3)
    assert [held.code for held in cleaned.held] == ["P031"] * 3


def test_the_number_of_a_pupil_who_is_twice_in_one_class_does_not_hang_on_its_ids() -> None:
    drop = builders.Drop()
    school = drop.add_school()
    one, again = (drop.add_class("1年1組", school=school, grades="P1") for _ in range(2))
    user = drop.add_pupil(1, grade="P1", school=school, home=one, attendance_no="3")
    drop.enrol(user, again, ShussekiNo="5")
    nights = [clean(drop.with_new_ids(str(salt))).desired for salt in range(8)]
    assert {desired.pupil.attendance_no for night in nights for desired in night} == {5}


def test_a_clean_row_becomes_the_pupil_it_tells_of() -> None:
    drop = builders.Drop()
    drop.add_pupil(1, grade="J1", attendance_no="１２")
    (desired,) = night(drop).desired
    assert desired.pupil == builders.a_pupil(
        1,
        grade="J1",
        school=builders.a_code(1),
        school_name="見本市立第1小学校",
        class_title="7年2組",
        attendance_no=12,
    )
    assert (desired.pupil.line, desired.password, desired.unsafe_name) == (2, None, "")


def test_desired_is_sorted_by_pupil_and_counted() -> None:
    drop = builders.a_drop(5, schools=2)
    drop.add_pupil(role="teacher")
    cleaned = night(drop)
    ids = [desired.pupil.id for desired in cleaned.desired]
    assert ids == sorted(ids)
    assert cleaned.counts == {
        "rows_users": 6,
        "staff": 1,
        "pupils": 5,
        "desired": 5,
        "held": 0,
        "schools": 2,
        "classes": 2,
        "special_classes": 0,
        "renamed_classes": 0,
    }


def test_the_school_year_is_that_of_the_dates_not_of_its_cell() -> None:
    drop = builders.a_drop(1)
    drop.session()["schoolYear"] = "2027"  # the year it ends, as the standard has it
    cleaned = night(drop)
    assert (cleaned.school_year, cleaned.desired[0].pupil.school_year) == (2026, 2026)


# -- leaving, coming, staying -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "end", "as_of", "code"),
    [
        ("2026-04-01", "2027-03-31", date(2027, 3, 31), None),  # through the 31st
        ("2026-04-01", "2026-10-15", date(2026, 10, 14), None),
        ("2026-04-01", "2026-10-15", date(2026, 10, 15), "P031"),  # else the end is exclusive
        ("2026-10-15", "2027-03-31", date(2026, 10, 15), None),
        ("2026-10-15", "2027-03-31", date(2026, 10, 14), "P032"),
        ("", "", date(2026, 10, 15), None),  # blank dates are those of the school year
    ],
)
def test_who_is_enrolled_on_a_day(begin: str, end: str, as_of: date, code: str | None) -> None:
    drop = builders.Drop()
    drop.add_pupil(1, begin=begin, end=end)
    cleaned = night(drop, as_of=as_of)
    assert [held.code for held in cleaned.held] == ([code] if code else [])
    assert len(cleaned.desired) == (code is None)


def test_a_disabled_pupil_stays_as_yesterday_and_is_proposed() -> None:
    drop = builders.Drop()
    drop.add_pupil(1, enabledUser="false")
    (held,) = night(drop).held
    assert held == Held("P030", 2, CHILD.id, CHILD.account, leaving=True)


def test_a_pupil_who_has_not_come_yet_is_not_leaving() -> None:
    drop = builders.Drop()
    drop.add_pupil(1, begin="2026-12-01")
    (held,) = night(drop).held
    assert (held.code, held.leaving) == ("P032", False)


def test_a_role_that_is_over_ends_the_enrolment_too() -> None:
    drop = builders.Drop()
    child = drop.add_pupil(1, role="")
    drop.add_role(child, drop.a_school(), endDate="2026-10-15")
    assert [(h.code, h.leaving) for h in night(drop).held] == [("P031", True)]


def test_last_years_class_with_blank_dates_is_over() -> None:
    drop = builders.a_drop(1)
    old = drop.add_class("2年1組", year=2025, grades="P2")
    drop.add_pupil(2, home=old, begin="", end="")
    assert [(h.pupil, h.code) for h in night(drop).held] == [(builders.a_pupil(2).id, "P031")]


def test_staff_are_left_out_even_where_their_rows_are_broken() -> None:
    drop = builders.a_drop(1)
    drop.add_pupil(2, role="teacher", enabledUser="yes")
    cleaned = night(drop)
    assert (cleaned.counts["staff"], cleaned.held) == (1, ())


# -- home class -----------------------------------------------------------------------------------


def test_without_home_class_the_newest_enrolment_counts() -> None:
    drop = builders.Drop()
    child = drop.add_pupil(1, homeClass="", end="2026-10-15")
    drop.enrol(child, drop.add_class("3年3組"), begin="2026-10-15", ShussekiNo="7")
    (pupil,) = pupils_of(clean(drop)).values()
    assert (pupil.class_title, pupil.attendance_no) == ("3年3組", 7)


def test_home_class_chooses_between_two_classes_of_today() -> None:
    drop = builders.Drop()
    child = drop.add_pupil(1)
    drop.enrol(child, drop.add_class("3年3組"), begin="2026-05-01")
    assert [p.class_title for p in pupils_of(clean(drop)).values()] == ["3年2組"]


def test_lessons_do_not_count_as_home_class() -> None:
    drop = builders.Drop()
    child = drop.add_pupil(1, homeClass="")
    drop.enrol(child, drop.add_class("算数", classType="scheduled"), begin="2026-09-01")
    cleaned = night(drop)
    assert [p.class_title for p in pupils_of(cleaned).values()] == ["3年2組"]
    (note,) = [f for f in cleaned.findings if f.code == "P040"]
    assert dict(note.facts) == {"classes": 1, "rows": 1}


def test_a_pupil_with_lessons_only_has_no_class_but_an_account() -> None:
    drop = builders.Drop()
    child = drop.add_pupil(1, home=False)
    drop.enrol(child, drop.add_class("算数", classType="scheduled"))
    (pupil,) = pupils_of(night(drop)).values()
    assert (pupil.class_title, pupil.school, pupil.class_grades) == ("", builders.a_code(1), ())


@pytest.mark.parametrize("number", ["", "x", "0", "00", "-1", "1.5", "12345"])
def test_an_attendance_number_that_is_none_is_left_out(number: str) -> None:
    drop = builders.a_drop(1)
    drop.rows["enrollments.csv"][0]["metadata.jp.ShussekiNo"] = number
    assert clean(drop).desired[0].pupil.attendance_no is None


# -- what the checks hold -----------------------------------------------------------------------


def _hold(file: str, line: int) -> Finding:
    return Finding("R005", Effect.HOLD_PUPIL, Place(file, line))


@pytest.mark.parametrize(
    ("file", "held"),
    [
        ("users.csv", 1),
        ("roles.csv", 1),
        ("enrollments.csv", 1),
        ("classes.csv", 2),
        ("courses.csv", 2),
        ("academicSessions.csv", 4),
    ],
)
def test_a_held_row_holds_the_pupils_that_depend_on_it(file: str, held: int) -> None:
    cleaned = clean(builders.a_drop(4, schools=2), [_hold(file, 2)])
    assert [h.code for h in cleaned.held] == ["R005"] * held
    assert len(cleaned.desired) == 4 - held
    assert CHILD.id in held_of(cleaned)


def test_a_held_school_holds_its_pupils_only() -> None:
    cleaned = clean(builders.a_drop(4, schools=2), [_hold("orgs.csv", 3)])
    assert len(cleaned.held) == 2


def test_a_held_enrolment_in_a_lesson_holds_nobody() -> None:
    drop = builders.Drop()
    child = drop.add_pupil(1)
    row = drop.enrol(child, drop.add_class("算数", classType="scheduled"))
    finding = _hold("enrollments.csv", drop.line("enrollments.csv", row))
    assert len(clean(drop, [finding]).desired) == 1


def test_a_finding_that_is_only_a_note_holds_nobody() -> None:
    finding = Finding("R005", Effect.NOTE, Place("users.csv", 2))
    assert len(clean(builders.a_drop(1), [finding]).desired) == 1


def _with_a_comma(drop: builders.Drop, file: str, line: int) -> dict[str, bytes]:
    lines = drop.files()[file].decode().split("\r\n")
    lines[line - 1] += ',"x"'
    return drop.files() | {file: "\r\n".join(lines).encode()}


def test_a_row_of_the_wrong_width_is_held_by_the_ids_that_can_still_be_told() -> None:
    cleaned = night_of(_with_a_comma(builders.a_drop(2), "users.csv", 2))
    assert cleaned.held == (Held("R001", 2, CHILD.id, CHILD.account),)
    assert list(pupils_of(cleaned)) == [builders.a_pupil(2).id]


def test_a_row_of_which_nothing_can_be_told_is_held_by_its_line() -> None:
    files = builders.a_drop(1).files()
    files["users.csv"] += b'"?"\r\n'
    cleaned = night_of(files)
    assert [(h.line, h.pupil, h.account) for h in cleaned.held] == [(3, None, None)]
    assert len(cleaned.desired) == 1


def test_an_enrolment_nobody_can_read_does_not_make_its_pupil_a_leaver() -> None:
    drop = builders.a_drop(2)
    cleaned = night_of(_with_a_comma(drop, "enrollments.csv", 2))
    assert [(h.pupil, h.code, h.leaving) for h in cleaned.held] == [(CHILD.id, "R001", False)]
    files = drop.files()
    lines = files["enrollments.csv"].decode().split("\r\n")
    files["enrollments.csv"] = "\r\n".join([lines[0], '"?"', *lines[2:]]).encode()
    assert [(h.pupil, h.leaving) for h in night_of(files).held] == [(CHILD.id, False)]


def test_the_pupil_of_an_unread_row_is_not_wanted_by_another_row() -> None:
    drop = builders.a_drop(2)
    drop.add_pupil(1)
    cleaned = night_of(_with_a_comma(drop, "users.csv", 4))
    assert list(pupils_of(cleaned)) == [builders.a_pupil(2).id]


def test_a_missing_class_holds_every_pupil_of_it_though_the_checks_name_it_once() -> None:
    drop = builders.a_drop(4, schools=2)
    drop.rows["classes.csv"].pop(0)
    cleaned = night(drop)
    assert len(cleaned.desired) == 2
    assert [h.leaving for h in cleaned.held] == [False, False]


def test_softening_a_code_does_not_let_go_what_cannot_be_told() -> None:
    drop = builders.Drop()
    drop.add_pupil(1, account="")
    cleaned = clean(drop, effects={"D055": "note"})
    assert [h.code for h in cleaned.held] == ["D055"]
    assert [f.effect for f in cleaned.findings] == [Effect.NOTE]


def test_every_fault_of_a_pupil_is_told_at_once() -> None:
    drop = builders.Drop()
    drop.add_pupil(1, account="", grades="E1")
    cleaned = clean(drop)
    assert [code for *_, code in rows_of(cleaned)] == ["P037", "D055"]
    assert [h.code for h in cleaned.held] == ["D055"]


def test_version_1_1_tells_the_role_in_users_csv() -> None:
    drop = builders.a_drop(2)
    files = drop.files()
    lines = files["users.csv"].decode().split("\r\n")
    orgs = drop.a_school()["sourcedId"]
    lines = [
        lines[0] + ',"role","orgSourcedIds"',
        lines[1] + f',"student","{orgs}"',
        lines[2] + f',"teacher","{orgs}"',
    ]
    files["users.csv"] = "\r\n".join([*lines, ""]).encode()
    del files["roles.csv"]
    files["manifest.csv"] = files["manifest.csv"].replace(b'"1.2.1"', b'"1.1"')
    cleaned = night_of(files)
    assert (cleaned.counts["staff"], cleaned.counts["pupils"]) == (1, 1)


def test_the_later_of_two_homerooms_counts_and_the_checks_do_not_hold_before_that() -> None:
    drop = builders.Drop()
    child = drop.add_pupil(1, homeClass="")
    drop.enrol(child, drop.add_class("3年3組"), begin="2026-05-01")
    cleaned = night(drop)
    assert ([p.class_title for p in pupils_of(cleaned).values()], cleaned.held) == (["3年3組"], ())


def _of_two_classes_each() -> builders.Drop:
    """Two schools with two classes each; pupils 1–4 are in the first school."""
    drop = builders.Drop()
    for n in range(1, 9):
        if n % 4 == 1:
            school = drop.add_school()
        if n % 2:
            home = drop.add_class(f"3年{n}組", school=school)
        drop.add_pupil(n, school=school, home=home)
    return drop


@pytest.mark.parametrize(
    ("file", "depend"),
    [
        ("orgs.csv", {1, 2, 3, 4}),
        ("courses.csv", {1, 2, 3, 4}),
        ("classes.csv", {1, 2}),
        ("users.csv", set()),
    ],
)
def test_what_is_missing_holds_every_pupil_who_depends_on_it_not_only_the_first_row(
    file: str, depend: set[int]
) -> None:
    """The checks say X001 once for all references to one missing target."""
    drop = _of_two_classes_each()
    drop.rows[file].pop(1 if file == "orgs.csv" else 0)  # the first org is the board
    cleaned = night(drop)
    held = held_of(cleaned)
    assert {h.pupil for h in cleaned.held} == {builders.a_pupil(n).id for n in depend}
    assert {h.code for h in held.values()} <= {"X001"}
    assert not any(h.leaving for h in held.values())
    assert held.keys().isdisjoint(pupils_of(cleaned))


def test_a_missing_session_holds_even_those_whose_class_has_another() -> None:
    drop = _of_two_classes_each()
    drop.session(2025)
    for home in drop.rows["classes.csv"][:3]:
        home["termSourcedIds"] += "," + builders.an_id("no such session")
    assert len(night(drop).held) == 6


def test_a_missing_primary_school_holds_every_row_that_names_it() -> None:
    drop = _of_two_classes_each()
    for user in drop.rows["users.csv"][2:5]:
        user["primaryOrgSourcedId"] = builders.an_id("no such school")
    assert sorted(h.line for h in night(drop).held) == [4, 5, 6]
