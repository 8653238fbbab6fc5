"""What is done about each member of staff, and what waits for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kakehashi.actions import Action, Kind
from kakehashi.catalogue import staff_list
from kakehashi.catalogue import staffing as rules
from kakehashi.city import City, Staff
from kakehashi.diff.staff import make_staff_plan
from kakehashi.diff.staff_decisions import StaffFile, read_staff_decisions
from kakehashi.diff.staff_plan import NO_STAFF_PLAN, StaffPlan, StaffQuestions
from kakehashi.diff.staff_standing import StaffInputs
from kakehashi.directories.microsoft365.shape import staff_account_of
from kakehashi.directories.port import Listed
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import Employment, StaffMember
from kakehashi.roster import Held, PasswordAt
from tests.builders import DOMAIN, a_city, a_code, a_post, an_employment, an_id

NIGHT = date(2026, 11, 24)
APRIL = date(2027, 4, 1)
OVER = date(2027, 4, 8)  # a week after the year's last day
YESTERDAY, TONIGHT = "demo-20270407T021000-1", "demo-20270408T021000-1"
CITY = a_city(staff={})


def _rules(city: City = CITY) -> Staff:
    assert city.staff
    return city.staff


def _known(one: Employment, day: date = NIGHT, **facts: Any) -> Record[StaffMember]:
    """Somebody who has had an account of ours since ``day``."""
    _, member = one.on(day, gap=7, prepare=10)
    member = replace(member, account=member.account or f"{one.number.lower()}@{DOMAIN}")
    defaults: dict[str, Any] = {
        "pupil": member, "account": staff_account_of(member, CITY), "object_id": an_id(one.id),
        "run_id": "demo-20261123T020000-00000000",
    }  # fmt: skip
    return Record(**(defaults | facts))


def _listed(known: Record[StaffMember], **facts: Any) -> Listed:
    account = Listed(known.object_id, known.pupil.account, known.pupil.id, enabled=True)
    return replace(account, **facts)


def _plan(
    employments: Iterable[Employment] = (), known: Iterable[Record[StaffMember]] = (),
    *, on: date = NIGHT, city: City = CITY, password: bool = True, **sources: Any,
) -> StaffPlan:  # fmt: skip
    """Every known person's account is there unless ``listed`` says otherwise."""
    people, kept = list(employments), list(known)
    where = PasswordAt("inbox/demo/passwords/staff-1.csv", "v1", 2)
    given: dict[str, Any] = {
        "listed": [_listed(one) for one in kept],
        "passwords": {one.id: where for one in people} if password else {},
    }
    return make_staff_plan(
        StaffInputs(TONIGHT, people, known=kept, **(given | sources)), city, _rules(city),
        shape=staff_account_of, city_code="demo", as_of=on,
    )  # fmt: skip


def _kinds(plan: StaffPlan) -> list[tuple[str, Kind]]:
    return [(action.pupil, action.kind) for action in plan.actions]


def _codes(plan: StaffPlan) -> set[str]:
    return {finding.code for finding in plan.findings}


def _decided(text: str, seen: str = TONIGHT, *, signed_in: bool = False) -> Any:
    body = f"職員番号,決定,決定者,計画\n{text}".encode()
    file = StaffFile("d 1", "d.csv", body, signed_in)
    return read_staff_decisions([file], {"d 1": seen}, TONIGHT)


def _asked(who: str, what: str = "suspend", since: str = YESTERDAY) -> StaffQuestions:
    return StaffQuestions({what: {who: since}})


# -- a life with dates ----------------------------------------------------------------------------


def test_somebody_new_gets_an_account_by_the_number_and_not_by_school_or_year() -> None:
    plan = _plan([an_employment(1)])
    (action,) = plan.actions
    assert action.kind is Kind.CREATE
    assert action.sign_in == f"tt0001@{DOMAIN}"
    assert not action.prepared
    assert "ageGroup" not in action.account


def test_an_account_is_made_ten_days_before_and_opens_on_the_day() -> None:
    one = an_employment(1, a_post(APRIL, None))
    assert _plan([one], on=APRIL - timedelta(days=11)).actions == ()
    (made,) = _plan([one], on=APRIL - timedelta(days=10)).actions
    assert (made.kind, made.prepared) == (Kind.CREATE, True)
    prepared = _known(one, APRIL, status=Status.PREPARED)
    waiting = _plan([one], [prepared], on=APRIL - timedelta(days=1))
    assert waiting.actions == ()
    assert _kinds(_plan([one], [prepared], on=APRIL)) == [(one.id, Kind.RESTORE)]


def test_somebody_new_without_a_password_is_held() -> None:
    plan = _plan([an_employment(1)], password=False)
    assert plan.actions == ()
    assert plan.held == {rules.NO_FIRST_PASSWORD.code: ("staff-t0001",)}


def test_a_move_changes_the_account_on_the_day_and_not_before() -> None:
    other = a_post(APRIL, None, school=a_code(2), school_name="見本市立第2小学校")
    one = an_employment(1, a_post(), other)
    known = _known(one)
    assert _plan([one], [known], on=APRIL - timedelta(days=1)).actions == ()
    plan = _plan([one], [known], on=APRIL)
    (action,) = plan.actions
    assert action.kind is Kind.UPDATE
    assert action.account["officeLocation"] == "見本市立第2小学校"
    assert action.sign_in == known.sign_in
    assert plan.counts == {"MOVED": 1}


# -- a class that the roster has no more -----------------------------------------------------------

ROOM = (a_code(1), "3年2組")
HAD = an_employment(1, a_post(homerooms=("3年2組",)))
UNNAMED = an_employment(1, a_post(unnamed=True))


def test_a_class_in_which_children_are_left_keeps_its_teacher() -> None:
    assert _plan([UNNAMED], [_known(HAD)], left={ROOM}).actions == ()


def test_a_class_in_which_nobody_is_left_is_nobodys() -> None:
    (action,) = _plan([UNNAMED], [_known(HAD)], left={(a_code(1), "3年1組")}).actions
    assert action.after
    assert action.after.homerooms == ()


def test_whoever_the_list_gives_no_class_any_more_goes_though_children_are_left() -> None:
    (action,) = _plan([an_employment(1)], [_known(HAD)], left={ROOM}).actions
    assert action.after
    assert action.after.homerooms == ()


def test_a_class_that_is_left_stays_beside_the_one_that_comes() -> None:
    both = an_employment(1, a_post(homerooms=("3年3組",), unnamed=True))
    (action,) = _plan([both], [_known(HAD)], left={ROOM}).actions
    assert action.after
    assert action.after.rooms(NIGHT) == (ROOM, (a_code(1), "3年3組"))


def test_a_class_that_is_left_is_given_to_nobody_anew() -> None:
    other = an_employment(2, a_post(unnamed=True))
    assert _plan([other], [_known(an_employment(2))], left={ROOM}).actions == ()


def test_a_class_that_is_left_stays_behind_at_a_move_and_in_april() -> None:
    elsewhere = an_employment(1, a_post(school=a_code(2), unnamed=True))
    (action,) = _plan([elsewhere], [_known(HAD)], left={ROOM}).actions
    assert action.after
    assert action.after.homerooms == ()
    stays = a_post(end=None, unnamed=True)
    (action,) = _plan([an_employment(1, stays)], [_known(HAD)], on=APRIL, left={ROOM}).actions
    assert action.after
    assert action.after.homerooms == ()


def test_a_list_of_next_year_leaves_this_years_classes_as_they_are() -> None:
    """A board that sends next year's list in March: groups and tools had no teacher until April."""
    had = _known(an_employment(1, a_post(end=None, homerooms=("3年2組",))))
    of_next = an_employment(1, a_post(end=None, next_year=True))
    assert _plan([of_next], [had]).actions == ()
    (action,) = _plan([of_next], [had], on=APRIL).actions
    assert action.after
    assert action.after.homerooms == ()
    elsewhere = an_employment(1, a_post(school=a_code(2), next_year=True))
    (action,) = _plan([elsewhere], [_known(HAD)]).actions
    assert action.after
    assert action.after.homerooms == ()


def test_whether_a_post_names_all_its_classes_is_read_as_it_was_written() -> None:
    assert Employment.from_json(UNNAMED.to_json()) == UNNAMED
    earlier = UNNAMED.to_json()
    del earlier["posts"][0]["unnamed"]  # of a run folder of an earlier release
    assert Employment.from_json(earlier) == an_employment(1)


# -- and on with dates ----------------------------------------------------------------------------


def test_a_post_that_is_renewed_is_neither_an_end_nor_a_move() -> None:
    one = an_employment(1, a_post(), a_post(APRIL, date(2028, 3, 31)))
    plan = _plan([one], [_known(one)], on=APRIL)
    assert plan.counts == {"CONFIRMED": 1}
    assert plan.actions == ()


def test_a_week_after_the_last_day_a_suspension_is_proposed_and_nothing_done() -> None:
    one = an_employment(1)
    plan = _plan([one], [_known(one)], on=OVER)
    assert plan.actions == ()
    assert plan.asked.since(one.id, "suspend") == TONIGHT
    assert rules.LEAVING.code in _codes(plan)


def test_a_decision_made_since_it_was_asked_suspends() -> None:
    one = an_employment(1)
    agreed = _decided("T0001,停止,9001\n")
    plan = _plan([one], [_known(one)], on=OVER, decisions=agreed, before=_asked(one.id))
    assert _kinds(plan) == [(one.id, Kind.SUSPEND)]


@pytest.mark.parametrize("before", [StaffQuestions(), _asked("staff-t0001")])
def test_an_old_decision_says_nothing_about_a_new_question(before: StaffQuestions) -> None:
    one = an_employment(1)
    old = _decided("T0001,停止,9001\n", YESTERDAY)
    assert _plan([one], [_known(one)], on=OVER, decisions=old, before=before).actions == ()


def test_who_was_asked_about_yesterday_has_been_since_then() -> None:
    one = an_employment(1)
    plan = _plan([one], [_known(one)], on=OVER + timedelta(days=3), before=_asked(one.id))
    assert plan.asked.since(one.id, "suspend") == YESTERDAY
    assert plan.header().questions == plan.asked
    assert NO_STAFF_PLAN.questions == StaffQuestions()


@pytest.mark.parametrize(
    "facts",
    [{"job": "校長"}, {"job": "校　長"}, {"job": "教\n頭"}, {"job": "校⻑"},
     {"job": "システム管理者"}, {"school": "082201"}],
)  # fmt: skip
def test_heads_board_and_administrators_are_suspended_by_two_persons_only(facts: Any) -> None:
    one = an_employment(1, a_post(**facts))
    given: dict[str, Any] = {"on": OVER, "before": _asked(one.id)}
    alone = _decided("T0001,停止,鈴木一郎\nT0001,停止,鈴木　一郎\nT0001,停止,鈴木 一郎（校長）\n")
    first = _plan([one], [_known(one)], decisions=alone, **given)
    assert first.actions == ()
    assert first.second == (one.id,)
    typed = _decided("T0001,停止,9001\nT0001,停止,9002\n")
    assert _plan([one], [_known(one)], decisions=typed, **given).actions == ()
    both = _decided("T0001,停止,staff:1\nT0001,停止,staff:2\n", signed_in=True)
    suspended = [(one.id, Kind.SUSPEND)]
    assert _kinds(_plan([one], [_known(one)], decisions=both, **given)) == suspended
    by_name = a_city(staff={"two_persons_by": "name"})
    for said in (typed, both):
        plan = _plan([one], [_known(one)], decisions=said, city=by_name, **given)
        assert _kinds(plan) == suspended


@pytest.mark.parametrize(("days", "ends"), [(1, 0), (365, 0), (366, 1)])
def test_a_head_whom_a_list_makes_a_teacher_is_a_heads_matter_for_a_year(
    days: int, ends: int
) -> None:
    """Otherwise one person writes the list and then decides alone."""
    head, teacher = an_employment(1, a_post(job="校長")), an_employment(1, a_post(job="教諭"))
    (changed,) = _plan([teacher], [_known(head)]).actions
    assert changed.after
    assert changed.after.led_until == NIGHT
    known = replace(_known(teacher), pupil=changed.after)
    assert Record.from_json(known.to_json()).to_json() == known.to_json()
    assert _plan([teacher], [known], on=NIGHT + timedelta(days=1)).actions == ()
    day = NIGHT + timedelta(days=days)
    left = an_employment(1, a_post(job="教諭", end=day - timedelta(days=8)))
    alone = _decided("T0001,停止,9001\n")
    known = replace(known, account=dict(staff_account_of(changed.after, CITY)))
    plan = _plan([left], [known], on=day, before=_asked(head.id), decisions=alone)
    assert (len(plan.actions), plan.second) == (ends, () if ends else (head.id,))
    again = _plan([head], [known], on=NIGHT + timedelta(days=2))
    assert [action.after and action.after.led_until for action in again.actions] == [None]


LONG_AFTER = OVER + timedelta(days=90)
DELETE = StaffQuestions({"delete": {"staff-t0001": YESTERDAY}})


def _suspended(one: Employment, **facts: Any) -> Record[StaffMember]:
    return _known(one, status=Status.SUSPENDED, suspended_on=OVER, **facts)


def test_after_the_days_of_grace_deletion_is_proposed_and_nothing_done() -> None:
    one = an_employment(1)
    early = _plan([one], [_suspended(one)], on=LONG_AFTER - timedelta(days=1))
    assert (early.actions, early.counts) == ((), {"SUSPENDED": 1})
    for told in ([one], []):  # also where the row is gone meanwhile
        plan = _plan(told, [_suspended(one)], on=LONG_AFTER)
        assert (plan.actions, plan.counts) == ((), {"EXPIRED": 1})
        assert plan.asked.since(one.id, "delete") == TONIGHT
        assert "S191" in _codes(plan)


def test_only_a_decision_that_names_the_person_deletes_and_in_a_shard_of_its_own() -> None:
    one, other = an_employment(1), an_employment(2, a_post(APRIL, None))
    named = _decided("T0001,削除,9001\n")
    plan = _plan([one, other], [_suspended(one)], on=LONG_AFTER, decisions=named, before=DELETE)
    assert _kinds(plan) == [(other.id, Kind.CREATE), (one.id, Kind.DELETE)]
    assert [[a.kind for a in shard] for shard in plan.shards()] == [[Kind.CREATE], [Kind.DELETE]]
    assert plan.header().to_delete == (one.id,)
    stops = _decided("T0001,停止,9001\n")
    assert _plan([one], [_suspended(one)], on=LONG_AFTER, decisions=stops, before=DELETE
                 ).actions == ()  # fmt: skip


def test_a_head_is_deleted_by_two_persons_and_a_returner_or_a_strange_account_by_nobody() -> None:
    one = an_employment(1, a_post(job="校長"))
    given: dict[str, Any] = {"on": LONG_AFTER, "before": DELETE}
    first = _plan([one], [_suspended(one)], decisions=_decided("T0001,削除,9001\n"), **given)
    assert (first.actions, first.second) == ((), (one.id,))
    both = _decided("T0001,削除,staff:1\nT0001,削除,staff:2\n", signed_in=True)
    assert _kinds(_plan([one], [_suspended(one)], decisions=both, **given)) == [
        (one.id, Kind.DELETE)]  # fmt: skip
    back = an_employment(1, a_post(job="校長"), a_post(LONG_AFTER + timedelta(days=3), None))
    kept = _plan([back], [_suspended(one)], decisions=both, **given)
    assert [kind for _, kind in _kinds(kept)] != [Kind.DELETE]
    strange = [_listed(_suspended(one), mark="")]
    assert _plan([], [_suspended(one)], listed=strange, decisions=both, **given).actions == ()
    held = _plan([], [_suspended(one)], privileged={an_id(one.id)}, decisions=both, **given)
    assert held.actions == ()


def test_who_comes_back_gets_the_old_account_and_the_old_name() -> None:
    one = an_employment(1, a_post(date(2025, 4, 1), date(2026, 3, 31)), a_post(APRIL, None))
    known = _known(one, date(2026, 3, 31), status=Status.SUSPENDED, suspended_on=date(2026, 5, 1))
    (action,) = _plan([one], [known], on=APRIL).actions
    assert (action.kind, action.object_id) == (Kind.RESTORE, known.object_id)
    assert action.sign_in == known.sign_in


# -- absence, faults, other people's accounts -----------------------------------------------------


def test_who_is_in_no_source_stays_as_yesterday() -> None:
    plan = _plan([], [_known(an_employment(1, a_post(end=None)))])
    assert plan.actions == ()
    assert plan.asked == StaffQuestions()
    assert plan.counts == {"ABSENT": 1}
    assert rules.ABSENT.code in _codes(plan)


def test_who_is_in_no_source_has_ended_a_week_after_the_last_day_that_was_told() -> None:
    known = _known(an_employment(1))
    assert _plan([], [known], on=date(2027, 4, 7)).counts == {"ABSENT": 1}
    assert _plan([], [known], on=date(2027, 4, 8)).counts == {"ENDED": 1}


def test_a_faulty_row_holds_its_person_and_nobody_else() -> None:
    one, other = an_employment(1), an_employment(2)
    plan = _plan([other], [_known(one)], held=[Held("A015", 2, one.id)])
    assert plan.held == {"A015": (one.id,)}
    assert _kinds(plan) == [(other.id, Kind.CREATE)]


@pytest.mark.parametrize("why", ["role", "synced", "named"])
def test_accounts_that_are_not_ours_to_change_are_left_alone_and_told_once(why: str) -> None:
    one = an_employment(1)
    known = _known(one)
    account = _listed(known, synced=True if why == "synced" else None)
    role = {known.object_id} if why == "role" else set()
    named = {"leave_alone": [known.sign_in.upper()]} if why == "named" else {}
    plan = _plan(
        [one], [known], on=APRIL, listed=[account], privileged=role, city=a_city(staff=named)
    )
    assert (plan.counts, plan.alone) == ({"ALONE": 1}, (one.id,))
    assert [f.code for f in plan.findings] == [rules.LEFT_ALONE.code]


def test_while_nobody_can_tell_who_holds_a_role_nothing_is_done() -> None:
    plan = _plan([an_employment(1)], privileged=None)
    assert plan.stopped
    assert list(plan.shards()) == []
    assert rules.ROLES_UNREADABLE.code in _codes(plan)


def test_an_account_that_is_there_is_linked_by_a_decision_only() -> None:
    one = an_employment(1, account=f"suzuki@{DOMAIN}")
    there = Listed(an_id("theirs"), f"Suzuki@{DOMAIN}", "", enabled=True)
    plan = _plan([one], listed=[there])
    assert plan.actions == ()
    assert plan.asked.since(one.id, "link") == TONIGHT
    agreed = _plan([one], listed=[there], decisions=_decided("T0001,連携,9001\n"),
                   before=_asked(one.id, "link"))  # fmt: skip
    (action,) = agreed.actions
    assert (action.kind, action.object_id) == (Kind.LINK, there.object_id)


def test_an_account_that_carries_another_mark_is_nobody_elses() -> None:
    one = an_employment(1, account=f"suzuki@{DOMAIN}")
    there = Listed(an_id("theirs"), f"suzuki@{DOMAIN}", an_id("a pupil"), enabled=True)
    assert _plan([one], listed=[there]).held == {rules.NAME_TAKEN.code: (one.id,)}


def test_whose_account_it_is_is_in_doubt_for_some_who_wait_and_not_for_all() -> None:
    one, two, three = (an_employment(n) for n in (1, 2, 3))
    theirs = replace(_listed(_known(one)), mark="somebody else's")
    rows = [
        Held(staff_list.TWO_PEOPLE.code, 3, two.id),
        Held(staff_list.BAD_DATE.code, 4, three.id),
    ]
    known = [_known(each) for each in (one, two, three)]
    there = [theirs, *map(_listed, known[1:])]
    header = _plan([one], known, listed=there, held=rows).header()
    assert set(header.held) == {rules.NAME_TAKEN.code, *(row.code for row in rows)}
    assert header.in_doubt == {one.id, two.id}


def test_an_account_that_only_our_state_does_not_know_is_taken_back() -> None:
    one = an_employment(1)
    there = _listed(_known(one))
    assert _kinds(_plan([one], listed=[there])) == [(one.id, Kind.RESTORE)]


def test_a_lost_account_holds_its_person() -> None:
    one = an_employment(1)
    assert _plan([one], [_known(one)], listed=[]).held == {rules.STAFF_LOST.code: (one.id,)}


def test_another_account_in_the_list_changes_no_sign_in_name() -> None:
    one = an_employment(1, account=f"other@{DOMAIN}")
    known = _known(replace(one, account=f"first@{DOMAIN}"))
    plan = _plan([one], [known])
    assert plan.actions == ()
    assert rules.OTHER_ACCOUNT.code in _codes(plan)


# -- the guard that knows 1 April -----------------------------------------------------------------


def _moving(count: int, of: int, day: date) -> tuple[list[Employment], list[Record[StaffMember]]]:
    there = a_post(day, None, school=a_code(2), school_name="見本市立第2小学校")
    until = a_post(end=day - timedelta(days=1))
    people = [an_employment(n, until, there) if n <= count else an_employment(n, a_post(end=None))
              for n in range(1, of + 1)]  # fmt: skip
    return people, [_known(one) for one in people]


def test_a_quarter_of_the_staff_may_move_on_the_first_of_april_and_on_no_other_day() -> None:
    april = _plan(*_moving(50, 200, APRIL), on=APRIL)
    assert april.counts["MOVED"] == 50
    assert not april.stopped
    december = date(2026, 12, 1)
    other = _plan(*_moving(50, 200, december), on=december)
    assert [b.code for b in other.breaches] == [rules.MANY_MOVED.code]
    assert list(other.shards()) == []


def test_a_limit_is_accepted_for_the_very_plan_that_a_person_has_seen() -> None:
    december = date(2026, 12, 1)
    people = _moving(50, 200, december)
    plan = _plan(*people, on=december)
    name = plan.checksum[:12]
    agreed = _plan(*people, on=december, decisions=_decided(f"S931,承認,9001,{name}\n"))
    assert not agreed.stopped
    assert len(agreed.actions) == 50
    other = _plan(*people, on=december, decisions=_decided("S931,承認,9001,000000000000\n"))
    assert other.stopped


def test_a_decision_about_one_person_leaves_a_limit_accepted() -> None:
    december = date(2026, 12, 1)
    ended = an_employment(900, a_post(end=date(2026, 11, 1)))
    people, known = _moving(50, 200, december)
    both = [*people, ended], [*known, _known(ended, date(2026, 10, 1))]
    before = StaffQuestions({"suspend": {ended.id: YESTERDAY}})
    name = _plan(*both, on=december, before=before).checksum[:12]
    said = f"S931,承認,9001,{name}\n{ended.number},停止,9001,\n"
    done = _plan(*both, on=december, before=before, decisions=_decided(said))
    assert not done.stopped
    assert Kind.SUSPEND in {action.kind for action in done.actions}


def test_many_who_end_in_one_night_stop_the_staffs_plan() -> None:
    people = [an_employment(n, a_post(end=NIGHT - timedelta(days=8 if n < 20 else -90)))
              for n in range(1, 101)]  # fmt: skip
    plan = _plan(people, [_known(one) for one in people])
    assert [b.code for b in plan.breaches] == [rules.MANY_ENDED.code]
    asked = {one.id: YESTERDAY for one in people}
    again = _plan(
        people, [_known(one) for one in people], before=StaffQuestions({"suspend": asked})
    )
    assert again.breaches == ()


def test_all_who_end_on_the_31_of_march_are_asked_about_together() -> None:
    day = APRIL + timedelta(days=7)
    people = [an_employment(n, a_post(end=None if n > 20 else day - timedelta(days=8)))
              for n in range(1, 101)]  # fmt: skip
    plan = _plan(people, [_known(one) for one in people], on=day)
    assert plan.breaches == ()
    assert len(plan.asked.by_decision["suspend"]) == 20


def test_a_list_of_another_city_stops_the_staffs_plan() -> None:
    known = [_known(an_employment(n, a_post(end=None))) for n in range(1, 21)]
    plan = _plan([an_employment(n) for n in range(101, 121)], known)
    assert rules.OTHER_NUMBERS.code in {b.code for b in plan.breaches}


def test_the_first_night_of_a_city_has_no_limit() -> None:
    assert not _plan([an_employment(n) for n in range(1, 401)]).stopped


# -- values ---------------------------------------------------------------------------------------


def test_an_action_of_staff_is_read_as_it_was_written() -> None:
    one = an_employment(1, a_post(APRIL, None))
    (made,) = _plan([one], on=APRIL - timedelta(days=1)).actions
    again: Action[StaffMember] = Action.from_json(made.to_json())
    assert again == made


def test_the_plan_of_two_nights_that_would_do_the_same_has_one_checksum() -> None:
    one = an_employment(1)
    assert _plan([one]).checksum == _plan([one], on=NIGHT + timedelta(days=1)).checksum
    assert _plan([one]).checksum != _plan([an_employment(2)]).checksum


def test_decisions_that_cannot_be_followed_are_counted_and_never_shown() -> None:
    read = _decided("T0001,消去,9001\nT0002,停止,\n,停止,9001\n")
    assert [(f.code, f.facts) for f in read.findings] == [
        (staff_list.UNKNOWN_DECISION.code, {"count": 3})
    ]
    broken = read_staff_decisions([StaffFile("d 1", "d.csv", "氏名,決定\n".encode())], {}, TONIGHT)
    assert [f.code for f in broken.findings] == [staff_list.DECISIONS_UNREAD.code]
    plan = _plan([an_employment(1)], decisions=_decided("T0001,停止,9001\n"))
    assert rules.UNFIT_DECISION.code in _codes(plan)
