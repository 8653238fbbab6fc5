"""Members of staff on the page of passwords: a lot of their own, and a file of their own."""

from __future__ import annotations

import random

from kakehashi.city import InitialPasswords
from kakehashi.preprocess.initial import as_csv, make
from kakehashi.preprocess.password_file import InDrop, PasswordFile, locate
from kakehashi.staff.password_page import by_population, lot, of_staff, passwords, slips
from tests.builders import a_post, a_pupil, an_employment

TEACHER = of_staff(an_employment(1, a_post(job="教諭")), "tt0001@ed.example.jp")


def test_staff_are_a_lot_of_their_own() -> None:
    page = passwords([a_pupil(1), TEACHER])
    assert {code: (name, n) for code, name, n in page.schools}["staff"] == ("教職員", 1)
    assert lot([a_pupil(1), TEACHER], "staff") == [TEACHER]
    assert {row.account for row in page.rows} == {a_pupil(1).account, TEACHER.account}


def test_their_file_is_the_one_that_a_night_reads_for_staff() -> None:
    made = make([a_pupil(1), TEACHER], InitialPasswords(), random.Random(7))
    files = by_population(made)
    assert {how: [slip.pupil.id for slip in some] for how, some in files.items()} == {
        "made": [a_pupil(1).id], "staff-made": [TEACHER.id]}  # fmt: skip
    body = as_csv(files["staff-made"])
    known = InDrop({TEACHER.account: TEACHER.id}, {TEACHER.id: TEACHER.account})
    places, findings = locate([PasswordFile("staff-made-1.csv", "v", body)], known, "wait")
    assert (set(places), findings) == ({TEACHER.id}, [])


def test_a_slip_says_where_and_as_what() -> None:
    (sheet,) = slips([(TEACHER, "Himawari77")], "https://www.office.com/").sheets
    assert (sheet[0].school, sheet[0].place) == ("見本市立第1小学校", "教諭")
