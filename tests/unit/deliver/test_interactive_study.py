"""What インタラクティブスタディ would make of our files, and what pre-flight says beforehand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi import deliver
from kakehashi.deliver import load
from kakehashi.deliver.class_readings import can_be_read, reading
from kakehashi.deliver.dialect import Content
from kakehashi.findings import Effect
from kakehashi.people.record import Record, Status
from tests.builders import a_code, a_known, a_pupil
from tests.unit.deliver.interactive_study import (
    CODES,
    SPECIAL,
    NumberFormatException,
    listed,
    read_class,
)
from tests.unit.deliver.receiver import unzip
from tests.unit.deliver.tools import an_order, told

TOOL = "interactive_study"
SCHOOL = a_code(1)


def known(
    n: int, title: str = "3年2組", grades: tuple[str, ...] = ("P3",), **facts: object
) -> Record:
    return a_known(n, pupil=a_pupil(n, class_title=title, class_grades=grades, **facts))


def deliver_to(city: list[Record], before: deliver.Records | None = None) -> deliver.Delivery:
    return deliver.build(an_order(TOOL, 1), told(city, TOOL), before)


def shown(city: list[Record]) -> list[tuple[str, str]]:
    """学年 and 組 of each pupil, as the tool lists them."""
    delivery = deliver_to(city)
    assert delivery.findings == ()
    found = listed(delivery.files[0].body, SCHOOL)
    return [found[one.pupil.id] for one in city]


def test_a_neutral_title_with_a_number_does_not_break_the_school_off() -> None:
    with pytest.raises(NumberFormatException):
        read_class("P3", "なかよし1組", CODES[:6])
    assert shown([known(1), known(2, "なかよし1組"), known(3, "なかよし2組", ("P5",))]) == [
        ("3", "2"), (SPECIAL, "なかよし1組"), (SPECIAL, "なかよし2組"),
    ]  # fmt: skip


@pytest.mark.parametrize("grades", [("P1", "P6"), ("P1", "P2", "P3"), ("P2", "P4"), ("P1", "P3")])
def test_a_class_of_several_grades_is_no_class_of_another_grade(grades: tuple[str, ...]) -> None:
    assert read_class("P1,P6", "なかよし", CODES[:6])[0] == "16"
    assert shown([known(1, "なかよし", grades)]) == [(SPECIAL, "なかよし")]


def test_todays_neutral_titles_are_read_by_their_name() -> None:
    title = "なかよし1"
    assert shown([known(1, title, ("P1", "P6"))]) == [(SPECIAL, title)]
    assert can_be_read("P3", title)


def test_a_pupil_who_changed_class_is_in_the_new_one() -> None:
    for old, new in (("3年2組", "3年9組"), ("3年9組", "3年2組")):
        before = deliver_to([known(1, old), known(2, old)]).records
        tonight = deliver_to([known(1, new), known(2, old)], before)
        rows = unzip(tonight.files[0].body)["enrollments.csv"]
        assert [row["status"] for row in rows] == ["active", "tobedeleted"]
        assert listed(tonight.files[0].body, SCHOOL)[a_pupil(1).id] == ("3", new[2])


def test_who_is_taken_away_is_no_living_pupil() -> None:
    before = deliver_to([known(1), known(2)]).records
    tonight = deliver_to([known(1)], before)
    (gone,) = unzip(tonight.files[0].body)["users.csv"]
    assert (gone["status"], gone["enabledUser"]) == ("tobedeleted", "false")
    assert a_pupil(2).id not in listed(tonight.files[0].body, SCHOOL)


@pytest.mark.parametrize(("title", "grades"), [("なかよし1組", "P3"), ("1・2年1組", "P1,P2")])
def test_a_class_that_an_older_release_told_does_not_break_off_the_night_that_takes_it_away(
    title: str, grades: str
) -> None:
    told_before = replace(load(TOOL), content=Content(), rules=load(TOOL).rules.__class__())
    order = replace(an_order(TOOL), dialect=told_before)
    old = [known(1), known(2, title, tuple(grades.split(",")))]
    records = deliver.records_of(old, told_before, deliver.Board.of("082201", "見本市"))
    before = deliver.build(order, records, None).records
    tonight = deliver_to([known(1), known(2)], before)
    assert tonight.findings == ()
    assert listed(tonight.files[0].body, SCHOOL)[a_pupil(2).id] == ("3", "2")


@pytest.mark.parametrize("title", ["1・2年1組", "3年い1組", "3年1-2組", "3年 2組", "3年組"])
def test_a_title_at_which_the_school_would_break_off_holds_that_class_alone(title: str) -> None:
    delivery = deliver_to([known(1), known(2, title, ("P1", "P2") if "・" in title else ("P3",))])
    (found,) = delivery.findings
    assert found.row() == ("classes.csv", None, "title", "D100")
    assert (found.pupil, found.school) == (a_pupil(2).id, SCHOOL)
    assert found.facts["row"] in {2, 3}
    assert listed(delivery.files[0].body, SCHOOL).keys() == {a_pupil(1).id}


@pytest.mark.parametrize(
    ("titles", "codes"),
    [
        (["3年ひまわり組"], ["D101"]),
        (["3年21組"], ["D101"]),
        (["3年1組", "3年A組"], ["D103", "D103"]),
        (["3年1組", "3年B組"], []),
        (["3年十組"], []),
    ],
)
def test_what_would_be_misread_is_told_of_the_school_and_the_class_and_holds_nobody(
    titles: list[str], codes: list[str]
) -> None:
    delivery = deliver_to([known(n, title) for n, title in enumerate([*titles, *titles], 1)])
    assert [f.code for f in delivery.findings] == codes
    assert {(f.effect, f.school, f.pupil) for f in delivery.findings} <= {
        (Effect.NOTE, SCHOOL, None)
    }
    assert delivery.pupils_at_fault() == set()
    assert len(listed(delivery.files[0].body, SCHOOL)) == 2 * len(titles)


def test_a_long_name_of_a_class_without_a_grade_is_cut_and_told() -> None:
    delivery = deliver_to([known(1, "なかよしひまわりつばさ1", ("P1", "P2"))])
    assert [f.code for f in delivery.findings] == ["D102"]
    assert listed(delivery.files[0].body, SCHOOL) == {
        a_pupil(1).id: (SPECIAL, "なかよしひまわりつば")
    }


def test_who_moved_to_another_school_may_stay_at_the_old_one_and_that_is_said() -> None:
    before = deliver_to([known(1), known(2)]).records
    moved = known(2, school=a_code(2), school_name="見本市立第2小学校")
    tonight = deliver_to([known(1), moved], before)
    assert [(f.code, f.school) for f in tonight.findings] == [("D104", a_code(2))]
    assert a_pupil(2).id in listed(tonight.files[0].body, SCHOOL), "so it is with the sample"
    assert a_pupil(2).id in listed(tonight.files[0].body, a_code(2))


def test_a_suspended_pupil_is_not_listed() -> None:
    city = [known(1), replace(known(2), status=Status.SUSPENDED)]
    assert listed(deliver_to(city).files[0].body, SCHOOL).keys() == {a_pupil(1).id}


titles = st.text("年組1２三AbなかよしＡ・- 20十", min_size=1, max_size=7)


@given(st.sampled_from(["", *CODES]), titles)
def test_our_reading_is_the_importers(grade: str, title: str) -> None:
    try:
        theirs = read_class(grade, title, CODES)
    except NumberFormatException:
        assert not can_be_read(grade, title)
        return
    ours = reading(grade, title)
    if ours.grade in CODES:
        assert [str(CODES.index(ours.grade) + 1), ours.number] == theirs
    else:
        assert [ours.grade or SPECIAL, ours.number if ours.grade else ours.name[:10]] == theirs
