import pytest

from kakehashi.groups import read_mark, roster_groups
from kakehashi.groups.wanted import GroupMark
from kakehashi.people.record import Status
from tests.builders import TODAY, a_code, a_known, a_pupil
from tests.unit.groups.tenants import KINDS


def test_a_pupil_belongs_to_a_school_a_grade_of_it_and_a_class() -> None:
    groups = roster_groups([a_known(1)], KINDS, "demo")
    assert [group.name for group in groups.values()] == [
        "見本市立第1小学校",
        "見本市立第1小学校 小3",
        "見本市立第1小学校 3年2組 2026年度",
    ]
    assert {group.school for group in groups.values()} == {a_code(1)}
    assert {group.members for group in groups.values()} == {frozenset({a_known(1).object_id})}


def test_only_the_kinds_of_the_rules_are_made() -> None:
    (group,) = roster_groups([a_known(1), a_known(2)], ("grade",), "demo").values()
    assert len(group.members) == 2


def test_a_pupil_without_a_class_is_in_no_class_group() -> None:
    assert roster_groups([a_known(pupil=a_pupil(class_title=""))], ("class",), "demo") == {}


def test_who_is_suspended_leaves_and_who_is_only_absent_stays() -> None:
    suspended = a_known(1, status=Status.SUSPENDED, suspended_on=TODAY)
    absent = a_known(2, absent_since=TODAY)
    (group,) = roster_groups([suspended, absent], ("school",), "demo").values()
    assert group.members == {absent.object_id}


def test_a_class_of_another_year_or_school_is_another_group() -> None:
    pupils = [a_pupil(1), a_pupil(2, school_year=2027), a_pupil(3, school=a_code(2))]
    assert len(roster_groups([a_known(pupil=p) for p in pupils], ("class",), "demo")) == 3


def test_a_group_bears_the_name_that_most_of_its_pupils_give_it() -> None:
    pupils = [a_pupil(n, school_name="旧校" if n == 1 else "新校") for n in (1, 2, 3)]
    (group,) = roster_groups([a_known(pupil=p) for p in pupils], ("school",), "demo").values()
    assert group.name == "新校"


def test_a_mark_is_read_back_and_fits_into_a_nickname_for_the_longest_city() -> None:
    city = "a" * 32
    marks = list(roster_groups([a_known(1)], KINDS, city))
    assert [read_mark(mark, city) for mark in marks] == [
        GroupMark("school", None), GroupMark("grade", None), GroupMark("class", 2026),
    ]  # fmt: skip
    assert max(map(len, marks)) <= 64


@pytest.mark.parametrize(
    "nickname",
    [
        "",
        "teachers",
        "kakehashi-demo-school",
        "kakehashi-demo-school-2026-0123456789",
        "kakehashi-other-school-0123456789",
        "kakehashi-demo-class-0123456789",
        "kakehashi-demo-class-2026-0123456789-x",
        "kakehashi-demo-school-school-0123456789",  # of a city named demo-school
    ],
)
def test_a_group_without_our_citys_mark_is_not_ours(nickname: str) -> None:
    assert read_mark(nickname, "demo") is None


def test_a_group_shows_nothing_of_its_class_or_members() -> None:
    (group,) = roster_groups([a_known(1)], ("class",), "demo").values()
    assert "3年2組" not in repr(group)
    assert a_known(1).object_id not in repr(group)
