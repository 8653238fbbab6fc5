"""学校 on the staff page, over whole nights: its own part, and nothing of another school."""

from __future__ import annotations

import pytest

from kakehashi.staff.viewer import Role
from tests.builders import Drop, a_code, a_drop, a_password_file
from tests.desks import Clerk, Office
from tests.images import afterwards
from tests.nights import Night, Nights

ROSTER = 10


def a_roster() -> Drop:
    """Two schools; the last pupil of the second has no family name."""
    drop = a_drop(ROSTER, schools=2)
    drop.rows["users.csv"][-1]["familyName"] = ""
    return drop


@pytest.fixture
def night(office: Office) -> Night:
    return afterwards(office.nights, with_a_broken_row)


def with_a_broken_row(nights: Nights) -> Night:
    return nights.run(a_roster().zip(), passwords=a_password_file({}))


def schools_of(night: Night) -> list[str]:
    return [str(one["code"]) for one in night.folder.get_json("staff/index.json")["schools"]]


def broken(night: Night, code: str) -> list[str]:
    """Codes of what the school is told of the broken row, the last of the file."""
    told = night.folder.get_json(f"staff/{code}.json").get("findings", [])
    return [str(one["code"]) for one in told if one["line"] == ROSTER + 1]


def to_mend(night: Night) -> str:
    """The school with the broken row."""
    return next(code for code in schools_of(night) if broken(night, code))


def a_teacher(office: Office, code: str) -> Clerk:
    return office.at_desk(office.hire(f"teacher-{code}", Role.SCHOOL, schools=(code,)))


# -- 学校 ----------------------------------------------------------------------------------------


def test_a_school_reads_its_own_findings_with_lines_and_what_to_do(
    office: Office, night: Night
) -> None:
    code = to_mend(night)
    teacher = a_teacher(office, code)
    page = teacher.open(f"/school/{code}")
    assert page.status == 200
    assert f"{ROSTER + 1} 行目" in page.text
    assert "C4th で直しました" in page.text


def test_another_school_sees_nothing_of_it_and_its_page_does_not_open(
    office: Office, night: Night
) -> None:
    code = to_mend(night)
    other = next(one for one in schools_of(night) if one != code)
    teacher = a_teacher(office, other)
    own = teacher.open(f"/school/{other}")
    assert own.status == 200
    assert code not in own.text
    pupils = [line["pupil"] for line in night.folder.lines("desired.jsonl")]
    named = {f"{one['family']} {one['given']}": one["school"] for one in pupils}
    assert {name in own.text for name, school in named.items() if school == other} == {True}
    assert {name in own.text for name, school in named.items() if school == code} == {False}
    assert teacher.open(f"/school/{code}").code == "W121"
    assert office.record()[0].code == "W121"
    assert code not in teacher.open("/school").text


def test_a_teacher_opens_no_page_of_the_city(office: Office, night: Night) -> None:
    teacher = a_teacher(office, to_mend(night))
    for path in ("/today", "/nights", f"/nights/{night.run['run_id']}", "/decide", "/child",
                 f"/nights/{night.run['run_id']}/files/report.xlsx"):  # fmt: skip
        assert teacher.open(path).code == "W121", path


def test_what_a_school_has_put_right_is_noted_until_the_next_roster(
    office: Office, night: Night
) -> None:
    code = to_mend(night)
    teacher = a_teacher(office, code)
    finding = broken(night, code)[0]
    asks = f'name="code" value="{finding}"'
    page = teacher.open(f"/school/{code}")
    answer = teacher.send(page, f"/school/{code}/mended", code=finding)
    assert answer.location.startswith(f"/school/{code}")
    told = teacher.open(f"/school/{code}")
    assert "直しました 20" in told.text
    assert asks not in told.text
    assert office.record()[0].what == "fixed"
    office.nights.run(a_roster().zip() + b"\0")
    assert asks in teacher.open(f"/school/{code}").text


def test_a_school_can_not_note_what_another_was_told(office: Office, night: Night) -> None:
    code = to_mend(night)
    other = next(one for one in schools_of(night) if one != code)
    teacher = a_teacher(office, other)
    csrf = teacher.csrf(f"/school/{other}")
    told = night.folder.get_json(f"staff/{other}.json").get("findings", [])
    finding = next(one for one in broken(night, code) if one not in {f["code"] for f in told})
    sent = {"csrf": csrf, "code": finding}
    assert teacher.browser.post(f"/school/{code}/mended", sent).code == "W121"
    csrf = teacher.csrf(f"/school/{other}")
    sent = {"csrf": csrf, "code": finding}
    assert teacher.browser.post(f"/school/{other}/mended", sent).code == "W113"


def test_a_school_of_which_nobody_knows_is_not_opened(office: Office, night: Night) -> None:
    teacher = a_teacher(office, to_mend(night))
    for code in (a_code(40), "..", "staff", "index"):
        assert teacher.browser.get(f"/school/{code}").status >= 400
