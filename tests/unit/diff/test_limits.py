"""Each limit, and every kind of cut export, whatever the reactions are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.actions import Situation
from kakehashi.diff.counting import LastNight
from kakehashi.diff.plan import Plan
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from tests.builders import a_held, a_pupil, a_tenant_account
from tests.unit.diff.nights import (
    JUNIOR,
    OTHER,
    PRIMARY,
    UNIFIED,
    a_school_of,
    a_town,
    breaches,
    but,
    codes,
    knowing,
    night,
    wanting,
)

TOWN = a_town()  # 600 pupils: 120, 120, 180 and 180, 20 to 60 a grade
KNOWN = knowing(TOWN)
SPRING = date(2026, 5, 1)


def with_changes(count: int, **facts: Any) -> list[Pupil]:
    """The town in which the first ``count`` pupils, dealt over the schools, differ."""
    chosen = {pupil.id for pupil in (TOWN[::7] + TOWN[1::7])[:count]}
    return [replace(p, **facts) if p.id in chosen else p for p in TOWN]


def newcomers(count: int) -> list[Pupil]:
    """Under names that nobody in the town has had."""
    return [a_pupil(9000 + i, family="新顔", given=f"{i}", school=(PRIMARY, OTHER, UNIFIED)[i % 3])
            for i in range(count)]  # fmt: skip


def stops(plan: Plan) -> bool:
    return plan.verdict(rehearse=False) in {"awaiting-approval", "refused"}


def city_codes(plan: Plan) -> list[str]:
    return [breach.code for breach in plan.breaches if breach.scope == "city"]


# 600 pupils: 2 % new are 12, 1 % moved, renamed or held are 6, 0.5 % gone are 3.


@pytest.mark.parametrize(("count", "breached"), [(12, []), (13, ["S001"])])
def test_new_pupils(count: int, breached: list[str]) -> None:
    plan = night([*TOWN, *newcomers(count)], KNOWN)
    assert [b[0] for b in breaches(plan)] == breached
    assert plan.verdict(rehearse=False) == ("awaiting-approval" if breached else "apply")


def test_new_pupils_are_counted_on_the_night_they_appear_password_or_not() -> None:
    roster = [*wanting(TOWN), *wanting(newcomers(13), password=False)]
    first = night(roster, KNOWN)
    assert breaches(first) == [("S001", "city", 13, 12)]
    with_passwords = night([*TOWN, *newcomers(13)], KNOWN, last_night=LastNight.of(first.header()))
    assert breaches(with_passwords) == []
    assert len(with_passwords.actions) == 13


def test_rows_held_last_night_that_turn_out_to_be_new_pupils_are_counted_as_new() -> None:
    held = [a_held(pupil=p.id) for p in newcomers(13)]
    last = LastNight.of(night(TOWN, KNOWN, held=held).header())
    plan = night([*TOWN, *newcomers(13)], KNOWN, last_night=last)
    assert breaches(plan) == [("S001", "city", 13, 12)]


def test_new_pupils_whose_names_cannot_go_out_are_counted_once() -> None:
    new = [replace(row, unsafe_name="N001") for row in wanting(newcomers(13))]
    first = night([*TOWN, *new], KNOWN)
    assert city_codes(first) == ["S001"]
    assert night([*TOWN, *new], KNOWN, last_night=LastNight.of(first.header())).breaches == ()


@pytest.mark.parametrize(("count", "breached"), [(6, []), (7, ["S003"])])
def test_renamed_pupils(count: int, breached: list[str]) -> None:
    assert city_codes(night(with_changes(count, family="高橋"), KNOWN)) == breached


@pytest.mark.parametrize(("count", "breached"), [(6, []), (7, ["S002"])])
def test_moved_pupils(count: int, breached: list[str]) -> None:
    roster = [
        replace(p, school=OTHER if p.school == PRIMARY else PRIMARY) if i % 20 == 0 and
        i < count * 20 else p for i, p in enumerate(TOWN)
    ]  # fmt: skip
    assert city_codes(night(roster, KNOWN)) == breached


def test_moves_count_for_the_school_that_is_left_and_the_one_that_is_joined() -> None:
    movers = {p.id for p in TOWN[:120:9]}  # 14 of 120: over 10 %
    roster = [replace(p, school=OTHER) if p.id in movers else p for p in TOWN]
    found = breaches(night(roster, KNOWN))
    assert ("S012", PRIMARY, 14, 12) in found
    assert ("S012", OTHER, 14, 12) in found


@pytest.mark.parametrize(("count", "breached"), [(3, []), (4, ["S004"])])
def test_pupils_who_are_gone(count: int, breached: list[str]) -> None:
    missing = {pupil.id for pupil in TOWN[:: 600 // 4][:count]}
    plan = night([p for p in TOWN if p.id not in missing], KNOWN)
    assert city_codes(plan) == breached
    assert len(plan.proposals[Situation.GONE]) == count


def test_pupils_who_are_gone_from_one_school() -> None:
    plan = night(TOWN[7:], KNOWN, rules={"limits": {"city": {"gone": {"share": 1, "number": 999}}}})
    assert breaches(plan) == [("S014", PRIMARY, 7, 6)]


def test_pupils_are_counted_as_gone_once_not_every_night() -> None:
    known = [*KNOWN[20:], *knowing(TOWN[:20], absent_since=date(2026, 11, 1))]
    plan = night(TOWN[20:], known)
    assert (plan.breaches, plan.actions) == ((), ())
    assert len(plan.proposals[Situation.GONE]) == 20


def test_rows_that_say_left_are_counted_as_gone_and_once() -> None:
    leaving = [a_held(leaving=True, pupil=p.id) for p in TOWN[:5]]
    first = night(TOWN[5:], KNOWN, held=leaving)
    assert ("S004", "city", 5, 3) in breaches(first)
    assert "S005" not in codes(first)
    again = night(TOWN[5:], KNOWN, held=leaving, last_night=LastNight.of(first.header()))
    assert again.breaches == ()


def test_pupils_held_last_night_who_vanish_tonight_are_counted_as_gone() -> None:
    held = [a_held(pupil=p.id) for p in TOWN[:100]]
    last = LastNight.of(night(TOWN[100:], KNOWN, held=held).header())
    assert ("S004", "city", 100, 3) in breaches(night(TOWN[100:], KNOWN, last_night=last))


@pytest.mark.parametrize(("count", "breached"), [(6, []), (7, ["S005"])])
def test_newly_held_pupils(count: int, breached: list[str]) -> None:
    held = [a_held(pupil=p.id) for p in TOWN[:: 600 // 7][:count]]
    plan = night(TOWN, KNOWN, held=held)
    assert city_codes(plan) == breached
    assert city_codes(night(TOWN, KNOWN, held=held, last_night=LastNight.of(plan.header()))) == []


def test_an_invalid_row_that_nobody_can_be_found_for_counts_as_held() -> None:
    held = [a_held(line=i, pupil=None, account=None) for i in range(7)]
    plan = night(TOWN, KNOWN, held=held)
    assert breaches(plan) == [("S005", "city", 7, 6)]
    assert night(TOWN, KNOWN, held=held, last_night=LastNight.of(plan.header())).breaches == ()


def test_a_tenant_that_shows_nobody_stops_the_night() -> None:
    """The wrong tenant, or a listing cut short: everybody would be LOST."""
    plan = night(TOWN, KNOWN, tenant=[])
    assert (plan.actions, city_codes(plan)) == ((), ["S005"])


def test_many_new_sign_in_names_are_looked_at() -> None:
    roster = [replace(p, account=p.account.replace("s", "t", 1)) for p in TOWN]
    assert city_codes(night(roster, KNOWN)) == ["S008"]


def test_a_grade_that_goes_up_on_an_ordinary_night_is_looked_at() -> None:
    roster = [replace(p, grade="P4") if p.grade == "P3" else p for p in TOWN]
    assert "S006" in city_codes(night(roster, KNOWN))
    assert ("S016", PRIMARY, 20, 12) in breaches(night(roster, KNOWN))


def test_everybody_renamed_is_looked_at() -> None:
    plan = night([replace(p, kana_family="カナ") for p in TOWN], KNOWN)
    assert breaches(plan) == [("S003", "city", 600, 6)]


def suspended(count: int) -> list[Record]:
    """The town, its first pupils suspended since the spring."""
    since = {"status": Status.SUSPENDED, "suspended_on": SPRING, "absent_since": SPRING}
    return [*knowing(TOWN[:count], **since), *KNOWN[count:]]


@pytest.mark.parametrize(("count", "breached"), [(5, []), (6, ["S024"])])
def test_pupils_who_return_all_at_once(count: int, breached: list[str]) -> None:
    plan = night(TOWN, suspended(count))
    assert city_codes(plan) == breached
    assert plan.counts["RETURNED"] == count


def test_a_school_may_have_a_limit_of_its_own_for_returning_pupils() -> None:
    rules = {"limits": {"school": {"returned": {"share": 0.01, "number": 2}}}}
    assert breaches(night(TOWN, suspended(3), rules=rules)) == [("S025", PRIMARY, 3, 1)]


def test_graduates_whom_an_old_export_brings_back_are_looked_at_even_in_april() -> None:
    graduates = [p for p in TOWN if p.grade == "J3"][:6]
    there = but(TOWN, *(p.id for p in graduates))
    known = [*knowing(there), *knowing(graduates, status=Status.SUSPENDED, suspended_on=SPRING)]
    assert "S024" in codes(night(TOWN, known, as_of=date(2027, 4, 6)))


@pytest.mark.parametrize(("count", "breached"), [(30, []), (31, ["S026"])])
@pytest.mark.parametrize("facts", [{"attendance_no": 999}, {"school_name": "新しい名の学校"}])
def test_a_mass_of_other_changes(count: int, breached: list[str], facts: dict[str, Any]) -> None:
    assert city_codes(night(with_changes(count, **facts), KNOWN)) == breached


def test_a_changed_rule_of_the_city_is_looked_at_before_it_rewrites_every_account() -> None:
    plan = night(TOWN, KNOWN, rules={"m365": {"department": "{school} {class}"}})
    assert breaches(plan) == [("S026", "city", 600, 30)]


def test_attendance_numbers_and_the_school_year_change_unasked_at_the_turn_of_the_year() -> None:
    new_year = [replace(p, school_year=2027, attendance_no=99) for p in TOWN]
    assert "S026" not in codes(night(new_year, KNOWN, as_of=date(2027, 4, 1)))
    assert "S026" in codes(night(new_year, KNOWN, as_of=date(2027, 5, 1)))
    in_april = night(TOWN, KNOWN, rules={"m365": {"department": "x"}}, as_of=date(2027, 4, 1))
    assert "S026" in codes(in_april)


def test_what_the_class_row_says_beside_its_title_is_another_change() -> None:
    for facts in ({"class_grades": ("P3", "P4"), "attendance_no": 99}, {"special_needs": True}):
        assert city_codes(night(with_changes(31, **facts), KNOWN)) == ["S026"]


def test_a_move_a_name_or_a_new_class_is_no_other_change() -> None:
    for other in (
        [replace(p, family="高橋") for p in TOWN],
        [replace(p, account=f"x{p.account}") for p in TOWN],
        [replace(p, class_title="3年9組") for p in TOWN],
        [replace(p, school=OTHER) for p in TOWN],
    ):
        assert "S026" not in codes(night(other, KNOWN))


def test_every_breach_is_returned_not_only_the_first() -> None:
    roster = [*(replace(p, family="高橋") for p in TOWN[300:]), *newcomers(20)]
    assert set(city_codes(night(roster, KNOWN))) == {"S001", "S003", "S004"}
    assert {"S014", "S020"} <= set(codes(night(roster, KNOWN)))


def test_a_limit_is_the_smaller_of_share_and_number_but_never_under_the_floor() -> None:
    city = {"gone": {"share": 0.5, "number": 10, "floor": 2}}
    school = {"gone": {"share": 0.01, "number": 10, "floor": 11}}
    rules = {"limits": {"city": city, "school": school}}
    assert night(TOWN[10:], KNOWN, rules=rules).breaches == ()
    assert breaches(night(TOWN[11:], KNOWN, rules=rules)) == [("S004", "city", 11, 10)]


def test_a_school_limit_that_the_city_does_not_set_does_not_exist() -> None:
    assert breaches(night([*TOWN, *newcomers(13)], KNOWN)) == [("S001", "city", 13, 12)]


def test_the_first_run_has_no_exemption() -> None:
    plan = night(TOWN, [])
    assert breaches(plan) == [("S001", "city", 600, 5)]
    assert (len(plan.actions), plan.counts) == (600, {"NEW": 600})


def test_a_first_run_against_accounts_that_exist_only_proposes() -> None:
    there = [a_tenant_account(one, mark="") for one in KNOWN]
    plan = night(TOWN, [], tenant=there)
    assert (plan.actions, plan.breaches) == ((), ())
    assert len(plan.proposals[Situation.UNLINKED]) == 600


# -- exports that were cut ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "roster",
    [
        TOWN[:300],
        TOWN[::2],
        TOWN[:10],
        [p for p in TOWN if p.school != OTHER],
        [p for p in TOWN if p.grade != "P4"],
        [p for p in TOWN if (p.grade, p.school) != ("P4", UNIFIED)],
        [],
    ],
    ids=["first half", "every second row", "ten rows", "a school", "a grade", "a grade of a school",
         "empty"],
)  # fmt: skip
def test_a_cut_export_is_stopped_and_takes_nothing_from_anybody(roster: list[Pupil]) -> None:
    plan = night(roster, KNOWN)
    assert stops(plan)
    assert {action.kind for action in plan.actions} <= {"record"}


def test_a_missing_school_has_its_own_code_however_small_it_is() -> None:
    branch = [a_pupil(8000 + i, school=JUNIOR[:-2] + "99", grade="P3") for i in range(3)]
    assert breaches(night(TOWN, knowing([*TOWN, *branch]))) == [("S020", branch[0].school, 3, 0)]


def test_two_who_were_their_whole_school_may_leave_together() -> None:
    branch = [a_pupil(8000 + i, school=JUNIOR[:-2] + "99", grade="P3") for i in range(2)]
    assert night(TOWN, knowing([*TOWN, *branch])).breaches == ()


def test_a_missing_grade_has_its_own_code_however_small_it_is() -> None:
    small = [a_pupil(8000 + i, school=UNIFIED, grade="P1", id=f"{i:036}") for i in range(3)]
    town = [p for p in TOWN if (p.school, p.grade) != (UNIFIED, "P1")]
    assert breaches(night(town, knowing([*town, *small]))) == [("S021", UNIFIED, 1, 0)]


def test_a_school_whose_pupils_are_held_is_not_missing() -> None:
    held = [a_held(pupil=p.id) for p in TOWN if p.school == OTHER]
    plan = night([p for p in TOWN if p.school != OTHER], KNOWN, held=held)
    assert "S020" not in codes(plan)
    assert ("S005", "city", 120, 6) in breaches(plan)


def test_an_export_with_new_user_master_identifiers_is_refused() -> None:
    roster = [replace(p, id=f"new-{p.id}", account=f"n{p.account}") for p in TOWN]
    plan = night(roster, KNOWN)
    assert ("S031" in codes(plan), plan.actions, plan.proposals) == (True, (), {})
    assert plan.verdict(rehearse=True) == "refused"


def test_more_than_half_of_the_ids_new_is_refused_and_half_waits() -> None:
    def with_new(every: Sequence[Pupil]) -> Plan:
        ids = {p.id for p in every}
        return night([replace(p, id=f"x{p.id}") if p.id in ids else p for p in TOWN], KNOWN)

    assert with_new(TOWN[:301]).refused
    assert not with_new(TOWN[:300]).refused


def test_half_of_the_enrolments_missing_is_looked_at() -> None:
    roster = [replace(p, class_title="", class_grades=()) for p in TOWN[::2]] + TOWN[1::2]
    found = breaches(night(roster, KNOWN))
    assert ("S009", "city", 300, 6) in found
    assert ("S019", PRIMARY, 60, 12) in found


# -- classes --------------------------------------------------------------------------------------


def classes(size: int) -> list[Pupil]:
    return [
        *a_school_of(size, PRIMARY, grades=["P1", "P2"], class_title="1組"),
        *a_school_of(300, OTHER, grades=["P3"], start=5001, class_title="3組"),
    ]


@pytest.mark.parametrize("facts", [{"class_title": "A組"}, {"school": OTHER, "class_title": "3組"}])
def test_a_whole_class_that_moves_is_noticed(facts: dict[str, Any]) -> None:
    pupils = classes(4)  # 8 of one title
    roster = [replace(p, **facts) if p.class_title == "1組" else p for p in pupils]
    assert ("S022", PRIMARY, 1, 0) in breaches(night(roster, knowing(pupils)))


def test_less_than_half_of_a_class_may_move() -> None:
    pupils = classes(10)
    roster = [replace(p, class_title="2組") for p in pupils[:10]] + pupils[10:]
    assert night(roster, knowing(pupils)).breaches == ()


def test_a_class_that_is_dealt_out_to_others_is_not_renamed() -> None:
    pupils = classes(4)
    roster = [replace(p, class_title=f"{i % 3}組") for i, p in enumerate(pupils[:8])] + pupils[8:]
    assert night(roster, knowing(pupils)).breaches == ()


def test_a_small_special_needs_class_may_be_renamed() -> None:
    pupils = [*classes(10), *a_school_of(5, PRIMARY, grades=["P3"], start=7001, class_title="ゆり")]
    roster = [replace(p, class_title="ばら") if p.class_title == "ゆり" else p for p in pupils]
    assert night(roster, knowing(pupils)).breaches == ()
