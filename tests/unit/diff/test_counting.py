"""What one night counts, pupil by pupil, and what of it the turn of the year explains."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.actions import Change, Situation
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.city.limits import Season
from kakehashi.diff.calendar import Base, Rollover
from kakehashi.diff.class_changes import ClassChanges
from kakehashi.diff.counting import (
    Counted,
    Event,
    LastNight,
    changed_kinds,
    events,
    newly_gone,
    newly_held,
    newly_new,
    tally,
)
from kakehashi.diff.header import PlanHeader
from kakehashi.diff.observation import Observation
from kakehashi.people.record import Status
from tests.builders import a_code, a_desired, a_known, a_pupil

HERE, THERE, JUNIOR = a_code(1), a_code(7), a_code(2, "C1")
WINTER = Rollover(open=False, season=Season())
APRIL = Rollover(open=True, season=Season(), year=2027)
TURNED = replace(APRIL, turned=frozenset({"city"}))
A_YEAR_ON: dict[str, Any] = {
    "grade": "P4",
    "school_year": 2027,
    "class_title": "4年2組",
    "class_grades": ("P4",),
}


def seen(n: int = 1, *, before: dict[str, Any] | None = None, known: dict[str, Any] | None = None,
         changes: Iterable[Change] = (), **after: Any) -> Observation:  # fmt: skip
    """A pupil who was here and is: ``before`` as we knew it, ``after`` what is otherwise now."""
    old = a_pupil(n, **(before or {}))
    record = a_known(n, pupil=old, **(known or {}))
    return Observation(old.id, Situation.CHANGED, record, replace(old, **after),
                       account=record.account, wanted=a_desired(n), changes=frozenset(changes),
                       )  # fmt: skip


def as_(situation: Situation, observation: Observation, code: str = "") -> Observation:
    return replace(observation, situation=situation, code=code)


def counted(*observations: Observation, rollover: Rollover = WINTER,
            last: LastNight | None = None) -> list[Event]:  # fmt: skip
    return list(events(observations, rollover, last or LastNight(), ClassChanges()))


# -- last night -------------------------------------------------------------------------------


def test_last_night_is_what_its_plan_held_and_who_only_lacked_a_password() -> None:
    held = {"D050": ("a", "b"), NO_PASSWORD.code: ("c",)}
    last = LastNight.of(PlanHeader(held=held, untied=4, rules="abc"))
    assert last == LastNight(frozenset("abc"), frozenset("c"), 4, "abc")
    assert LastNight.of(PlanHeader(held={"D050": ("a",)})).waiting == frozenset()
    assert last.to_json() == {
        "held": ["a", "b", "c"], "waiting": ["c"], "untied": 4, "rules": "abc",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("then", "now", "changed"),
    [("a", "b", True), ("a", "a", False), ("", "b", False), ("a", "", False), ("", "", False)],
)
def test_rules_have_changed_where_both_nights_are_known_and_differ(
    then: str, now: str, *, changed: bool
) -> None:
    assert LastNight(rules=then).had_other_rules(now) is changed


# -- what limits look at in a pupil who stays -----------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "kinds"),
    [
        ({}, {}),
        ({"attendance_no": 9}, {}),
        ({"school": THERE}, {"moved": (HERE, THERE)}),
        ({"family": "別"}, {"renamed": (HERE,)}),
        ({"given": "別"}, {"renamed": (HERE,)}),
        ({"kana_family": "ベツ"}, {"renamed": (HERE,)}),
        ({"kana_given": "ベツ"}, {"renamed": (HERE,)}),
        ({"grade": "P4"}, {"grade": (HERE,)}),
        ({"account": "other@ed.example.jp"}, {"account": (HERE,)}),
        ({"class_title": ""}, {"unclassed": (HERE,)}),
        ({"class_title": "3年1組"}, {"class_changed": (HERE,)}),
        ({"class_title": "3年1組", "attendance_no": 9}, {"class_changed": (HERE,)}),
        ({"class_title": "4年2組", "grade": "P4"}, {"grade": (HERE,)}),
        ({"class_title": "3年1組", "school": THERE}, {"moved": (HERE, THERE)}),
        ({"class_title": "", "grade": "P4"}, {"grade": (HERE,), "unclassed": (HERE,)}),
        ({"family": "別", "account": "o@ed.example.jp"}, {"renamed": (HERE,), "account": (HERE,)}),
    ],
)
def test_each_thing_a_limit_looks_at_is_told_apart(
    facts: dict[str, Any], kinds: dict[str, tuple[str, ...]]
) -> None:
    before = a_pupil()
    assert dict(changed_kinds(before, replace(before, **facts))) == kinds


def test_a_first_class_after_none_is_no_change_and_none_after_none_neither() -> None:
    before = a_pupil(class_title="")
    assert list(changed_kinds(before, replace(before, class_title="3年1組"))) == []
    assert list(changed_kinds(before, before)) == []


# -- events ---------------------------------------------------------------------------------------


def test_class_changes_are_counted_for_their_school() -> None:
    found = events([], WINTER, LastNight(), ClassChanges({HERE: 2}, {(THERE, "1組", "A組")}))
    assert [(e.counted, e.schools) for e in found] == [
        (Counted.CLASS, (HERE,)), (Counted.CLASS, (HERE,)), (Counted.CLASS, (THERE,)),
    ]  # fmt: skip


def test_whoever_is_as_yesterday_adds_nothing_and_hides_nobody_behind() -> None:
    still = as_(Situation.CONFIRMED, seen(1, before={"class_title": "3年2組"}, class_title=""))
    gone = as_(Situation.GONE, seen(2))
    assert counted(still, gone) == [Event(Counted.GONE, (HERE,), "P3")]


def test_one_who_is_gone_counts_for_the_school_and_grade_that_lose_it() -> None:
    gone_on_its_row = as_(Situation.GONE, seen(before={"grade": "J3", "school": JUNIOR}), "D050")
    assert counted(gone_on_its_row) == [Event(Counted.GONE, (JUNIOR,), "J3", expected=False)]
    told = LastNight(held=frozenset({gone_on_its_row.id}))
    assert counted(gone_on_its_row, last=told) == []


def test_in_april_a_leaver_of_the_last_grade_is_expected_and_another_is_not() -> None:
    third = as_(Situation.GONE, seen(1, before={"grade": "J3", "school": JUNIOR}))
    second = as_(Situation.GONE, seen(2, before={"grade": "J2", "school": JUNIOR}))
    assert [e.expected for e in counted(third, second, rollover=APRIL)] == [True, False]


@pytest.mark.parametrize(
    ("facts", "code", "held", "new"),
    [
        ({}, "", "", True),
        ({"absent_since": date(2026, 11, 20)}, "", "", False),  # told on its first night
        ({}, "D050", "", True),
        ({}, "D050", "it", False),  # its row has said so before
        ({}, "", "it", True),  # was held for something else, and is not any more
    ],
)
def test_gone_is_counted_once(facts: dict[str, Any], code: str, held: str, *, new: bool) -> None:
    observation = as_(Situation.GONE, seen(known=facts), code)
    last = LastNight(held=frozenset({observation.id} if held else ()))
    assert newly_gone(observation, last) is new
    assert newly_gone(replace(observation, situation=Situation.CHANGED), last) is False
    assert newly_gone(replace(observation, record=None), last) is False


@pytest.mark.parametrize(
    ("code", "held", "waiting", "new"),
    [
        ("", "", "", True),
        ("D050", "", "", True),
        ("D050", "it", "", False),
        ("", "it", "", True),
        ("", "it", "it", False),  # made tonight, and counted when it lacked a password
        (NO_PASSWORD.code, "it", "it", False),
    ],
)
def test_new_is_counted_once(code: str, held: str, waiting: str, *, new: bool) -> None:
    observation = as_(Situation.NEW, seen(), code)
    them = frozenset({observation.id})
    last = LastNight(held=them if held else frozenset(), waiting=them if waiting else frozenset())
    assert newly_new(observation, last) is new
    assert newly_new(replace(observation, situation=Situation.CHANGED), last) is False


def test_one_who_is_new_counts_for_the_school_and_grade_that_it_enters() -> None:
    new = replace(as_(Situation.NEW, seen(grade="P1", school=THERE)), record=None)
    assert counted(new) == [Event(Counted.NEW, (THERE,), "P1")]


@pytest.mark.parametrize("situation", [Situation.HELD, Situation.DISPUTED, Situation.LOST,
                                       Situation.CONFIRMED, Situation.RENAMING])  # fmt: skip
def test_a_held_pupil_counts_on_its_first_night_only(situation: Situation) -> None:
    held = as_(situation, seen(), "D050")
    assert newly_held(held, LastNight())
    assert not newly_held(held, LastNight(held=frozenset({held.id})))
    assert not newly_held(replace(held, code=""), LastNight())


@pytest.mark.parametrize("situation", [Situation.NEW, Situation.UNLINKED, Situation.SAME_CHILD,
                                       Situation.GONE, Situation.SUSPENDED,
                                       Situation.EXPIRED])  # fmt: skip
def test_who_counts_as_something_else_is_not_counted_as_held(situation: Situation) -> None:
    assert not newly_held(as_(situation, seen(), "D050"), LastNight())


def test_a_held_pupil_counts_for_its_school_or_for_the_city_alone() -> None:
    nowhere = Observation("somebody", Situation.HELD, code="D050")
    assert counted(as_(Situation.HELD, seen(), "D050"), nowhere) == [
        Event(Counted.HELD, (HERE,)), Event(Counted.HELD, ()),
    ]  # fmt: skip


def test_one_who_returns_counts_for_its_school() -> None:
    assert counted(as_(Situation.RETURNED, seen())) == [Event(Counted.RETURNED, (HERE,))]


def test_suspended_and_unlinked_pupils_count_for_nothing() -> None:
    assert counted(as_(Situation.SUSPENDED, seen(class_title="")),
                   as_(Situation.UNLINKED, seen(class_title=""))) == []  # fmt: skip


def test_a_move_counts_for_both_schools_and_one_move_within_a_school_once() -> None:
    assert counted(seen(school=THERE, changes=[Change.MOVED])) == [
        Event(Counted.MOVED, (HERE, THERE), "P3")
    ]
    assert counted(seen(changes=[Change.MOVED])) == [Event(Counted.MOVED, (HERE,), "P3")]


def test_in_april_the_sixth_grade_goes_to_junior_high_school() -> None:
    first: dict[str, Any] = {"grade": "J1", "school": JUNIOR, "school_year": 2027}
    up = seen(before={"grade": "P6"}, changes=[Change.MOVED, Change.PROMOTED], **first)
    assert counted(up, rollover=APRIL) == [
        Event(Counted.GRADE, (HERE,), "P6", expected=True),
        Event(Counted.MOVED, (HERE, JUNIOR), "P6", expected=True),
    ]
    assert [event.expected for event in counted(up)] == [False, False]


def test_a_rename_and_a_sign_in_name_are_two_things() -> None:
    renamed = seen(family="別", account="other@ed.example.jp", changes=[Change.RENAMED])
    assert counted(renamed) == [Event(Counted.RENAMED, (HERE,)), Event(Counted.ACCOUNT, (HERE,))]


def test_a_sign_in_name_in_capitals_is_the_same() -> None:
    assert counted(seen(account=a_pupil().account.upper(), changes=[Change.RENAMED])) == [
        Event(Counted.RENAMED, (HERE,))
    ]


@pytest.mark.parametrize(
    ("facts", "changes", "updated"),
    [
        ({"attendance_no": 9}, [Change.UPDATED], True),
        ({"attendance_no": 9}, [], False),
        ({"attendance_no": 9}, [Change.UPDATED, Change.RENAMED], False),
        ({"attendance_no": 9, "class_title": "3年1組"}, [Change.UPDATED], False),
        ({"attendance_no": 9, "grade": "P5"}, [Change.UPDATED], False),
        ({"account": "o@ed.example.jp"}, [Change.UPDATED], False),
    ],
)
def test_updated_is_what_no_other_limit_looks_at(
    facts: dict[str, Any], changes: list[Change], *, updated: bool
) -> None:
    found = counted(seen(changes=changes, **facts))
    assert (Event(Counted.UPDATED, (HERE,), "P3") in found) is updated


def test_the_turn_renumbers_everybody_and_writes_no_text_anew() -> None:
    renumbered = seen(attendance_no=9, changes=[Change.UPDATED])
    rewritten = replace(renumbered, account={"displayName": "別"})
    assert [e.expected for e in counted(renumbered, rewritten, rollover=APRIL)] == [True, False]
    assert [e.expected for e in counted(renumbered)] == [False]


def test_who_was_made_ahead_was_counted_on_the_night_it_was_made() -> None:
    ahead = seen(known={"status": Status.PREPARED}, school=THERE, changes=[Change.MOVED])
    assert counted(ahead) == []


def test_without_a_record_or_a_row_there_is_nothing_to_compare() -> None:
    moved = seen(school=THERE, changes=[Change.MOVED])
    assert counted(replace(moved, record=None), replace(moved, pupil=None)) == []


# -- grades and classes ---------------------------------------------------------------------------


def test_another_grade_is_counted_and_one_up_is_expected_in_april_alone() -> None:
    up, down = seen(changes=[Change.PROMOTED], **A_YEAR_ON), seen(2, grade="P2")
    assert counted(up, down) == [Event(Counted.GRADE, (HERE,), "P3")] * 2
    assert [e.expected for e in counted(up, down, rollover=APRIL)] == [True, False]


def test_who_stays_down_while_the_city_goes_up_is_counted() -> None:
    assert counted(seen(school_year=2027), rollover=TURNED) == [Event(Counted.GRADE, (HERE,), "P3")]
    assert counted(seen(school_year=2027), rollover=APRIL) == []


def test_a_last_grader_who_is_still_there_is_a_graduate_and_no_failed_grade() -> None:
    still = seen(before={"grade": "J3", "school": JUNIOR}, school_year=2027)
    assert counted(still, rollover=TURNED) == [Event(Counted.GRADUATE, (JUNIOR,), "J3")]


def test_a_graduate_whom_an_old_export_brings_back_is_counted_in_the_season_alone() -> None:
    back = seen(before={"grade": "J3", "school": JUNIOR},
                known={"absent_since": date(2027, 3, 26)})  # fmt: skip
    assert counted(back, rollover=APRIL) == [Event(Counted.GRADUATE, (JUNIOR,), "J3")]
    assert counted(back) == []
    second = seen(before={"grade": "J2"}, known={"absent_since": date(2027, 3, 26)})
    assert counted(second, rollover=APRIL) == []


def test_who_had_a_class_and_has_none_is_counted() -> None:
    assert counted(seen(class_title="")) == [Event(Counted.UNCLASSED, (HERE,), "P3")]
    assert counted(seen(before={"class_title": ""}, class_title="")) == []


def test_in_april_a_whole_grade_without_classes_waits_for_their_announcement() -> None:
    both = [seen(n, class_title="") for n in (1, 2)]
    assert [e.expected for e in counted(*both, rollover=APRIL)] == [True, True]
    assert [e.expected for e in counted(*both)] == [False, False]
    one_has = [seen(1, class_title=""), seen(2)]
    assert [e.expected for e in counted(*one_has, rollover=APRIL)] == [False]


def test_one_class_in_a_grade_tells_that_they_are_announced_whoever_comes_after() -> None:
    with_a_class = [seen(1), seen(2, class_title=""), seen(3, class_title="")]
    assert [e.expected for e in counted(*with_a_class, rollover=APRIL)] == [False, False]


def test_the_grade_next_door_and_who_is_on_no_row_do_not_say_that_classes_are_announced() -> None:
    mine = seen(1, class_title="")
    others = [seen(2, before={"grade": "P5"}), seen(3, before={"school": THERE})]
    held = replace(as_(Situation.HELD, seen(4), "D050"), wanted=None)
    found = counted(mine, *others, held, rollover=APRIL)
    assert found[0] == Event(Counted.UNCLASSED, (HERE,), "P3", expected=True)


# -- tally ----------------------------------------------------------------------------------------

BASE = Base({"city": 400, HERE: 200}, {("city", "P6"): 60, (HERE, "P6"): 20, ("city", "P1"): 40,
                                       (HERE, "P1"): 20})  # fmt: skip


def gone(count: int, grade: str = "P3") -> list[Event]:
    return [Event(Counted.GONE, (HERE,), grade)] * count


def test_each_event_counts_for_the_city_and_for_each_of_its_schools() -> None:
    moved = Event(Counted.MOVED, (HERE, THERE))
    counts, explained = tally([moved, moved, replace(moved, expected=True)], BASE, WINTER, 0)
    assert counts == {
        (Counted.MOVED, "city"): 2, (Counted.MOVED, HERE): 2, (Counted.MOVED, THERE): 2,
    }  # fmt: skip
    assert explained == {
        (Counted.MOVED, "city"): 1, (Counted.MOVED, HERE): 1, (Counted.MOVED, THERE): 1,
    }  # fmt: skip


def test_rows_that_name_nobody_are_held_in_the_city() -> None:
    held = Event(Counted.HELD, ())
    assert tally([held], BASE, WINTER, 3)[0] == {(Counted.HELD, "city"): 4}
    assert tally([], BASE, WINTER, 1)[0] == {(Counted.HELD, "city"): 1}
    assert tally([], BASE, WINTER, 0)[0] == {}


def test_outside_the_season_nothing_is_allowed_as_a_number() -> None:
    counts, explained = tally(gone(5, "P6"), BASE, WINTER, 0)
    assert (counts[Counted.GONE, "city"], dict(explained)) == (5, {})


def test_in_spring_one_in_a_hundred_leaves() -> None:
    counts, explained = tally(gone(7), BASE, APRIL, 0)
    assert (counts[Counted.GONE, "city"], explained[Counted.GONE, "city"]) == (3, 4)
    assert (counts[Counted.GONE, HERE], explained[Counted.GONE, HERE]) == (5, 2)


def test_in_spring_fifteen_in_a_hundred_of_the_sixth_grade_leave_beside_them() -> None:
    # of 60 in the city 9 and of 20 in the school 3; and 4 and 2 in spring's transfers
    counts, explained = tally(gone(15, "P6"), BASE, APRIL, 0)
    assert (counts[Counted.GONE, "city"], explained[Counted.GONE, "city"]) == (2, 13)
    assert (counts[Counted.GONE, HERE], explained[Counted.GONE, HERE]) == (10, 5)


def test_no_more_is_explained_than_happened() -> None:
    counts, explained = tally(gone(2, "P6") + gone(1), BASE, APRIL, 0)
    assert (counts[Counted.GONE, "city"], explained[Counted.GONE, "city"]) == (0, 3)


def test_the_first_grade_comes_up_to_a_quarter_more_than_the_largest_one() -> None:
    new = [Event(Counted.NEW, (HERE,), "P1")] * 100
    # largest of the city 60: 75; of the school 20: 25; beside 4 and 2 transfers
    counts, explained = tally(new, BASE, APRIL, 0)
    assert (counts[Counted.NEW, "city"], explained[Counted.NEW, "city"]) == (21, 79)
    assert (counts[Counted.NEW, HERE], explained[Counted.NEW, HERE]) == (73, 27)


def test_other_new_pupils_are_transfers_of_spring() -> None:
    counts, explained = tally([Event(Counted.NEW, (HERE,), "P4")] * 9, BASE, APRIL, 0)
    assert (counts[Counted.NEW, "city"], explained[Counted.NEW, "city"]) == (5, 4)


def test_nothing_but_coming_and_leaving_is_allowed_as_a_number() -> None:
    counts, explained = tally([Event(Counted.MOVED, (HERE,), "P6")] * 9, BASE, APRIL, 0)
    assert (counts[Counted.MOVED, "city"], explained[Counted.MOVED, "city"]) == (9, 0)


def test_what_was_expected_by_name_is_explained_beside_what_is_allowed_as_a_number() -> None:
    leaving = [Event(Counted.GONE, (JUNIOR,), "J3", expected=True)] * 30
    counts, explained = tally(leaving + gone(5), BASE, APRIL, 0)
    assert (counts[Counted.GONE, "city"], explained[Counted.GONE, "city"]) == (1, 34)


def test_a_school_of_which_we_knew_nobody_has_no_allowance() -> None:
    new = [Event(Counted.NEW, (THERE,), "P4")] * 2
    assert tally(new, BASE, APRIL, 0)[0][Counted.NEW, THERE] == 2
    left = [Event(Counted.GONE, (THERE,), "P6")] * 2
    assert tally(left, BASE, APRIL, 0)[0][Counted.GONE, THERE] == 2
