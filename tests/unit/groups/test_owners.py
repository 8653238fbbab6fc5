"""Teachers own the groups that are theirs, by the city's rule; nobody's last owner is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from kakehashi.directories.port import Tenancy
from kakehashi.groups import TenantGroup, decide
from kakehashi.groups.planning import Orders
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember
from tests.builders import TODAY, a_city, a_known, a_post, a_pupil, a_teacher, an_id

PUPIL = a_known(1)
HEAD = a_teacher(1, a_post(job="校長"))


def orders(
    staff: Iterable[Record[StaffMember]], there: Orders | None = None, *, owners: Any = None,
    rule: Any = ("school", "class"), on: date = TODAY, pupil: Record = PUPIL,
) -> Orders:  # fmt: skip
    """``there``: the groups that such orders would have left, with these owners by mark."""
    city = a_city(m365={"groups": ["class"]}, staff={"groups": ["school", "class"], "owners": rule})
    groups = {
        one.mark: TenantGroup(an_id(one.mark), one.name, one.members,
                              frozenset((owners or {}).get(one.mark, one.owners)))
        for one in (there.make if there else ())
    }  # fmt: skip
    tenancy = Tenancy(groups=groups)
    return decide([pupil], frozenset(), tenancy, city, "demo", as_of=on, staff=list(staff))


def owned(found: Orders) -> dict[str, tuple[str, ...]]:
    return {link.mark.split("-")[2]: link.members for link in found.own}


def test_the_homeroom_teacher_owns_the_class_and_the_head_the_staff() -> None:
    homeroom, other = a_teacher(2), a_teacher(3, a_post())
    found = orders([HEAD, homeroom, other])
    assert owned(found) == {"class": (homeroom.object_id,), "staff": (HEAD.object_id,)}
    for group in found.make:
        assert group.owners <= group.members, "who does not belong can do nothing in it"


def test_without_the_rule_teachers_are_members_only() -> None:
    assert orders([a_teacher(2)], rule=()).own == ()


def test_in_step_nothing_is_asked_for() -> None:
    staff = [HEAD, a_teacher(2)]
    assert orders(staff, orders(staff)) == Orders()


def test_the_next_homeroom_teacher_is_in_before_the_last_one_goes() -> None:
    before, after = a_teacher(2), a_teacher(3)
    left = replace(before, pupil=replace(before.pupil, homerooms=()))
    found = orders([left, after], orders([before, a_teacher(3, a_post())]))
    assert [link.members for link in found.own] == [(after.object_id,)]
    assert [link.members for link in found.disown] == [(before.object_id,)]
    assert found.findings == ()


def test_the_last_owner_stays_and_is_told() -> None:
    before = a_teacher(2)
    left = replace(before, pupil=replace(before.pupil, homerooms=()))
    found = orders([left], orders([before]))
    assert found.disown == ()
    assert [one.code for one in found.findings] == ["M072"]


def test_an_owner_whom_the_board_has_added_by_hand_is_left_alone() -> None:
    staff = [a_teacher(2)]
    there = orders(staff)
    hand = {one.mark: {*one.owners, "somebody of the board"} for one in there.make}
    assert orders(staff, there, owners=hand) == Orders()


def test_who_is_suspended_or_away_owns_nothing() -> None:
    gone = a_teacher(2, status=Status.SUSPENDED)
    away = a_teacher(3)
    away = replace(away, pupil=replace(away.pupil, away=True))
    assert owned(orders([gone, away])) == {}


def test_last_years_teacher_is_not_in_next_years_class_of_the_same_title() -> None:
    """The post is over, the account stays until somebody decides."""
    over, next_years = a_teacher(2), a_known(pupil=a_pupil(1, school_year=2027))
    last_day = orders([over], on=date(2027, 3, 31))
    assert owned(last_day) == {"class": (over.object_id,)}
    found = orders([over], on=date(2027, 4, 1), pupil=next_years)
    assert [one.members for one in found.make if "-class-" in one.mark] == [{next_years.object_id}]
    assert owned(found) == {}


def test_before_the_roster_turns_a_class_keeps_its_teacher_and_gets_nobody_of_next_year() -> None:
    """On 1 April the list is of the new year already, and the pupils are not."""
    last, suspended = a_teacher(2), a_teacher(4, status=Status.SUSPENDED)
    coming = a_teacher(3)
    coming = replace(coming, pupil=replace(coming.pupil, year=2027, until=None))
    there = orders([last, a_teacher(4), coming])
    for staff in ([last, coming], [last, coming, suspended]):
        found = orders(staff, there, on=date(2027, 4, 1))
        gone = {suspended.object_id} & {one.object_id for one in staff}
        (group,) = [one for one in there.make if "-class-" in one.mark]
        left = {who for link in found.remove if link.object_id == an_id(group.mark)
                for who in link.members}  # fmt: skip
        assert left == gone
        assert {who for link in found.disown for who in link.members} == gone
        assert found.own == ()
    this = a_known(pupil=a_pupil(1, school_year=2027))
    assert owned(orders([last, coming], on=date(2027, 4, 1), pupil=this)) == {
        "class": (coming.object_id,)
    }
    assert owned(orders([last, coming], on=date(2027, 3, 31), pupil=this)) == {}, "not theirs yet"
