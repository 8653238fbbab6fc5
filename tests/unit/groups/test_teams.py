"""Which class Teams are made, kept in step, archived and opened again: a city's choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.directories.port import ClassTeam, MakeClass, MakeTeam, Tenancy
from kakehashi.groups import Keeper, Orders, decide
from kakehashi.groups.teams import TeamOrders, rehearse
from kakehashi.groups.wanted import class_teams, read_mark
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember
from tests.builders import TODAY, a_city, a_code, a_known, a_post, a_pupil, a_teacher, an_id
from tests.directory_contract.in_memory import Circles, InMemory

PUPILS = [a_known(1), a_known(2), a_known(pupil=a_pupil(3, class_title="3年1組"))]
TEACHER = a_teacher(2)
APRIL = date(2027, 4, 6)
MARCH = date(2027, 3, 31)
type Staff = Iterable[Record[StaffMember]]


def orders(
    staff: Staff = (TEACHER,), there: Mapping[str, ClassTeam] | None = {}, *, on: date = TODAY,
    pupils: Iterable[Record] = PUPILS, most: int = 300,
) -> Orders:  # fmt: skip
    city = a_city(staff={"class_teams": {"a_night": most}})
    tenancy = Tenancy(teams=there)
    return decide([*pupils], frozenset(), tenancy, city, "demo", as_of=on, staff=[*staff])


def held(
    staff: Staff = (TEACHER,), pupils: Iterable[Record] = PUPILS, *, on: date = TODAY, **facts: Any
) -> dict[str, ClassTeam]:
    """The Teams of these classes just as they should be, as far as they have a teacher."""
    wanted = class_teams([*pupils], staff, "demo", as_of=on)
    return {
        mark: replace(
            ClassTeam(an_id(mark), one.name, one.members, one.owners, is_team=True), **facts
        )
        for mark, one in wanted.items()
        if one.owners
    }


def a_year_later(n: int, **facts: Any) -> Record:
    return a_known(n, pupil=a_pupil(n, school_year=2027, grade="P4", **facts))


def codes(found: Orders) -> list[str]:
    return [one.code for one in found.findings]


def test_each_class_with_a_homeroom_teacher_gets_one_and_the_others_are_told() -> None:
    found = orders()
    (made,) = found.classes
    assert made.name == "見本市立第1小学校 3年2組 2026年度"
    assert made.members == {PUPILS[0].object_id, PUPILS[1].object_id, TEACHER.object_id}
    assert [link.members for link in found.own] == [(TEACHER.object_id,)]
    assert [one.mark for one in found.teams.make] == [made.mark]
    assert read_mark(made.mark, "demo") is not None
    assert found.make == (), "the groups of the roster are another choice"
    (told,) = found.findings
    assert (told.code, told.school, told.facts) == ("M082", a_code(1), {"count": 1})


def test_a_night_in_step_asks_for_nothing() -> None:
    pupils = PUPILS[:2]
    assert orders(there=held(pupils=pupils), pupils=pupils) == Orders()


ELSEWHERE = a_post(school=a_code(2, "C1"), homerooms=())


def moved[P: (Pupil, StaffMember)](one: Record[P], **facts: Any) -> Record[P]:
    return replace(one, pupil=replace(one.pupil, **facts))


def with_hands(there: Mapping[str, ClassTeam], *people: Record[Any]) -> dict[str, ClassTeam]:
    """The same Teams after a teacher has put these people in, as owners, too."""
    hand = frozenset(one.object_id for one in people)
    return {mark: replace(one, members=one.members | hand, owners=one.owners | hand)
            for mark, one in there.items()}  # fmt: skip


def leaving(found: Orders) -> set[str]:
    return {who for link in (*found.remove, *found.disown) for who in link.members}


def test_the_next_teacher_owns_it_before_the_last_one_leaves_it() -> None:
    found = orders([a_teacher(2, ELSEWHERE), a_teacher(3)], held())
    assert [link.members for link in found.own] == [(a_teacher(3).object_id,)]
    assert [link.members for link in found.disown] == [(TEACHER.object_id,)]
    assert [link.members for link in found.remove] == [(TEACHER.object_id,)]
    assert found.teams == TeamOrders()


def test_a_former_homeroom_teacher_of_the_school_stays_as_somebody_put_in_by_hand_would() -> None:
    found = orders([moved(TEACHER, homerooms=()), a_teacher(3)], held())
    assert [link.members for link in found.own] == [(a_teacher(3).object_id,)]
    assert leaving(found) == set()


@pytest.mark.parametrize("left", [a_teacher(2, ELSEWHERE), a_teacher(2, status=Status.SUSPENDED)])
def test_the_last_owner_of_a_team_stays_as_member_too_and_is_told(left: Any) -> None:
    found = orders([left], held())
    assert leaving(found) == set()
    assert codes(found) == ["M072", "M082"]


def test_who_is_suspended_leaves_the_team_also_when_nobody_is_left_in_the_class() -> None:
    there = held(pupils=PUPILS[:2])
    gone = [replace(one, status=Status.SUSPENDED) for one in PUPILS[:2]]
    found = orders(there=there, pupils=[*gone, PUPILS[2]])
    assert leaving(found) == {one.object_id for one in gone}
    assert found.teams.archive == (), "the year is not over"


@pytest.mark.parametrize("hand", [
    a_teacher(9, a_post(homerooms=())),
    a_teacher(9, ELSEWHERE, a_post(main=False, homerooms=())),
    a_teacher(9, a_post(school="082201", homerooms=())),
    a_teacher(9, a_post(homerooms=("3年1組",))),
], ids=["of a subject", "with a second post", "of the board", "of the next class"])  # fmt: skip
def test_staff_whom_we_know_stay_where_a_teacher_has_put_them(hand: Any) -> None:
    found = orders([TEACHER, hand], with_hands(held(), hand), pupils=PUPILS[:2])
    assert leaving(found) == set()


@pytest.mark.parametrize("hand", [
    a_teacher(9, a_post(homerooms=()), status=Status.SUSPENDED), a_teacher(9, ELSEWHERE)
], ids=["suspended", "at another school"])  # fmt: skip
def test_staff_put_in_by_hand_leave_with_their_account_or_their_post(hand: Any) -> None:
    found = orders([TEACHER, hand], with_hands(held(), hand), pupils=PUPILS[:2])
    assert leaving(found) == {hand.object_id}


SPECIAL = a_known(pupil=a_pupil(4, class_title="なかよし1", special_needs=True))


def test_a_child_of_a_special_needs_class_stays_in_an_ordinary_ones_team() -> None:
    pupils = [*PUPILS[:2], SPECIAL]
    assert leaving(orders(there=with_hands(held(pupils=pupils), SPECIAL), pupils=pupils)) == set()


def test_a_pupil_of_another_class_or_school_leaves() -> None:
    away = moved(PUPILS[0], class_title="3年1組")
    assert leaving(orders(there=held(), pupils=[away, PUPILS[1]])) == {away.object_id}
    away = moved(SPECIAL, school=a_code(2))
    found = orders(there=with_hands(held(), SPECIAL), pupils=[*PUPILS[:2], away])
    assert leaving(found) == {away.object_id}
    nurse, other = a_teacher(2, a_post(homerooms=("なかよし2",))), moved(PUPILS[0])
    last = moved(other, class_title="なかよし2", special_needs=True)
    there = with_hands(held([nurse], [last]), SPECIAL)
    assert leaving(orders([nurse], there, pupils=[last, SPECIAL])) == {SPECIAL.object_id}, (
        "from one special-needs class to another"
    )


def test_a_pupil_entered_early_for_next_year_or_without_a_class_leaves_nothing() -> None:
    for facts in ({"class_title": ""}, {"school_year": 2027, "class_title": "4年2組"}):
        pupils = [moved(PUPILS[0], **facts), PUPILS[1]]
        assert leaving(orders(there=held(), pupils=pupils)) == set()


@pytest.mark.parametrize("until", [date(2027, 3, 31), None])
def test_nobody_leaves_on_1_april_before_the_roster_turns(until: date | None) -> None:
    teacher, there = moved(TEACHER, until=until, year=2026), held()
    gone = replace(PUPILS[0], status=Status.SUSPENDED)
    found = orders([teacher], there, on=date(2027, 4, 1), pupils=[gone, PUPILS[1]])
    assert leaving(found) == set()
    assert codes(found) == []


@pytest.mark.parametrize("facts", [{"class_title": "3年B組"}, {"school": a_code(7)}])
def test_a_corrected_title_or_school_code_empties_no_team(facts: dict[str, Any]) -> None:
    there, now = held(), [moved(one, **facts) for one in PUPILS[:2]]
    home = (now[0].pupil.school, now[0].pupil.class_title)
    staff = [moved(TEACHER, school=home[0], homerooms=(home,))]
    found = orders(staff, there, pupils=now)
    assert len(found.classes) == 1
    assert leaving(found) == set()
    now[0] = replace(now[0], status=Status.SUSPENDED)
    assert leaving(orders(staff, there, pupils=now)) == {now[0].object_id}


def test_somebody_added_by_hand_stays() -> None:
    pupils, hand = PUPILS[:2], frozenset({"somebody of the board"})
    there = {m: replace(one, members=one.members | hand, owners=one.owners | hand)
             for m, one in held(pupils=pupils).items()}  # fmt: skip
    assert orders(there=there, pupils=pupils) == Orders()


def test_a_class_whose_group_was_made_without_its_team_gets_it() -> None:
    pupils = PUPILS[:2]
    found = orders(there=held(pupils=pupils, is_team=False), pupils=pupils)
    (there,) = held(pupils=pupils).values()
    assert [one.object_id for one in found.teams.make] == [there.object_id]
    assert (found.classes, found.add, found.own) == ((), (), ())


def test_a_city_is_spread_over_nights_and_each_begins_with_another_school() -> None:
    titles = [f"3年{n}組" for n in range(1, 7)]
    pupils = [
        a_known(pupil=a_pupil(n, class_title=title, school=a_code(1 + n % 2)))
        for n, title in enumerate(titles, 1)
    ]
    staff = [
        a_teacher(n, a_post(school=a_code(1 + n % 2), homerooms=(title,)))
        for n, title in enumerate(titles, 1)
    ]
    first = orders(staff, pupils=pupils, most=2)
    assert (len(first.classes), first.teams.later) == (2, 4)
    assert len({one.school for one in first.classes}) == 1
    begun = {orders(staff, pupils=pupils, most=1, on=date(2026, 11, day)).classes[0].school
             for day in range(1, 15)}  # fmt: skip
    assert begun == {a_code(1), a_code(2)}


def test_in_april_last_years_are_archived_as_they_are_and_this_years_made() -> None:
    pupils, staff = [a_year_later(1), a_year_later(2)], [a_teacher(3, a_post(
        date(2027, 4, 1), date(2028, 3, 31), homerooms=("4年2組",)))]  # fmt: skip
    there, after = held(), replace(TEACHER, pupil=replace(TEACHER.pupil, homerooms=()))
    staff = [replace(one, pupil=replace(one.pupil, homerooms=((a_code(1), "4年2組"),)))
             for one in staff]  # fmt: skip
    found = orders([after, *staff], there, pupils=pupils, on=APRIL)
    assert found.teams.archive == tuple(one.object_id for one in there.values())
    assert [one.name for one in found.classes] == ["見本市立第1小学校 4年2組 2027年度"]
    assert (found.remove, found.disown) == ((), ()), "it keeps its members and its owners"


def test_nothing_is_archived_before_the_year_is_over_nor_by_an_absence() -> None:
    there = held()
    assert orders(there=there, pupils=[a_year_later(1)], on=MARCH).teams.archive == ()
    assert orders(there=there, pupils=PUPILS, on=APRIL).teams.archive == (), (
        "the school's roster has not turned yet"
    )


def test_one_pupil_who_stays_in_last_years_rows_keeps_no_team_open() -> None:
    pupils = [PUPILS[0], a_year_later(2)]
    found = orders((), held(), pupils=pupils, on=APRIL)
    assert len(found.teams.archive) == 1


def test_what_we_have_archived_is_archived_once_and_opened_when_its_class_is_back() -> None:
    archived = held(archived=True, members=frozenset(), owners=frozenset())
    once = orders((), archived, pupils=[a_year_later(1)], on=APRIL)
    assert (once.teams, once.add) == (TeamOrders(), ())
    again = orders(there=archived, on=APRIL)
    assert again.teams.reopen == tuple(one.object_id for one in archived.values())
    assert again.add == (), "who is in it is looked at on the next night"


@pytest.mark.parametrize("facts", [{"owners": frozenset()}, {}])
def test_members_who_cannot_be_read_are_told_and_not_added_again_and_again(facts: Any) -> None:
    there = held(members=frozenset(), **facts)
    found = orders(there=there, pupils=PUPILS[:2])
    assert (found.add, found.own, found.remove) == ((), (), ())
    assert codes(found) == ["M084"]


def test_a_directory_without_teams_says_so() -> None:
    found = orders(there=None)
    assert codes(found) == ["M085"]
    assert replace(found, findings=()) == Orders()


def test_without_the_rule_a_team_that_is_there_is_not_even_looked_at() -> None:
    found = decide(PUPILS, frozenset(), Tenancy(), a_city(staff={}), "demo", as_of=TODAY,
                   staff=[TEACHER])  # fmt: skip
    assert found == Orders()


def test_a_rehearsal_tells_in_numbers_what_the_night_would_do() -> None:
    pupils, staff = [one.pupil for one in PUPILS], [TEACHER.pupil]
    told = rehearse(pupils, staff, {}, 1, "demo", as_of=TODAY)
    assert [(one.code, one.facts) for one in told] == [
        ("M086", {"made": 1, "archived": 0, "reopened": 0, "later": 0}),
        ("M082", {"count": 1})]  # fmt: skip
    turned = [a_pupil(n, school_year=2027, grade="P4") for n in (1, 2)]
    told = rehearse(turned, (), held(), 300, "demo", as_of=APRIL)
    assert told[0].facts == {"made": 0, "archived": 1, "reopened": 0, "later": 0}
    back = rehearse(pupils, staff, held(archived=True), 300, "demo", as_of=APRIL)
    assert back[0].facts == {"made": 0, "archived": 0, "reopened": 1, "later": 0}
    assert [one.code for one in rehearse(pupils, staff, None, 1, "demo", as_of=TODAY)] == ["M085"]
    assert rehearse((), (), {}, 1, "demo", as_of=TODAY) == (), "nothing to tell"


EARLY = a_known(7, pupil=a_pupil(7, school_year=2027))


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.PREPARED, Status.SUSPENDED])
def test_a_child_entered_early_for_next_year_does_not_turn_the_school(status: Status) -> None:
    pupils = [moved(PUPILS[0], class_title="3年9組"), PUPILS[1], replace(EARLY, status=status)]
    teacher = moved(TEACHER, year=2026)
    found = orders([teacher], held(), pupils=pupils, on=date(2027, 3, 20))
    assert found.classes == (), "no Team of next year for this year's teacher"
    assert leaving(found) == {PUPILS[0].object_id}, "this year's follow the roster"
    assert found.own == ()


def test_absent_pupils_of_last_year_do_not_keep_a_school_from_turning() -> None:
    left = [replace(one, absent_since=APRIL) for one in PUPILS]
    found = orders((), held(), pupils=[*left, a_year_later(9)], on=APRIL)
    assert len(found.teams.archive) == 1


# -- carried out ----------------------------------------------------------------------------------


def test_a_team_waits_with_a_class_that_could_not_be_made() -> None:
    directory = InMemory(a_city())
    keeper = Keeper(Circles(directory))
    assert keeper.carry_out_teams(orders().teams) == 0
    assert keeper.counts["teams"] == 0
    assert directory.circles == {}


def test_what_the_time_does_not_suffice_for_is_the_next_nights() -> None:
    circles = Circles(InMemory(a_city()))
    keeper = Keeper(circles)
    some = TeamOrders(archive=("one", "two"), later=3)
    assert keeper.carry_out_teams(some, until=circles.now()) == 5
    assert {w: keeper.counts[w] for w in ("teams", "archived", "reopened")} == {
        "teams": 0, "archived": 0, "reopened": 0}  # fmt: skip


@pytest.mark.parametrize("change", [MakeClass("mark", "3年2組"), MakeTeam("id")])
def test_no_class_title_stands_in_a_repr(change: Any) -> None:
    assert "3年2組" not in repr(change)
