"""教職員: limits, questions for one person or two, and what a form may say."""

from __future__ import annotations

from dataclasses import replace

from kakehashi.diff.staff_plan import NO_STAFF_PLAN
from kakehashi.report.staff_section import standings
from kakehashi.staff import personnel
from kakehashi.staff.drawing import render
from kakehashi.staff.frame import nav
from kakehashi.staff.personnel import GivenDecision, PersonnelFacts, answers, waiting
from kakehashi.staff.today import TodayFacts, today
from kakehashi.staff.viewer import Permission, Role
from tests.builders import an_id
from tests.unit.staff.people import FACTS, HEAD, HEADER, TEACHER, an_action
from tests.unit.staff.scenes import CITY, NOW, a_frame, a_viewer

DECIDER = a_viewer(Role.DECIDE)


def drawn(facts: PersonnelFacts, *roles: Role) -> str:
    view = personnel.personnel(facts, 1, a_viewer(*roles))
    return render(view, a_frame("/staff"))


def test_limits_questions_held_rows_and_changes_are_on_one_page() -> None:
    html = drawn(FACTS)
    assert '<p class="big">460' in html
    assert "T0001" in html
    assert "二人で決めます" in html
    assert "list.xlsx 7" in html
    assert "止まっていて、まだ行っていないこと" in html
    assert "見本市立第2小学校" in html


def test_limits_are_accepted_by_the_role_for_it_and_answers_given_by_theirs() -> None:
    assert 'action="/staff/accept"' in drawn(FACTS, Role.APPROVE)
    assert 'action="/staff/decide"' not in drawn(FACTS, Role.APPROVE)
    assert 'action="/staff/decide"' in drawn(FACTS, Role.DECIDE)
    assert 'action="/staff/accept"' not in drawn(FACTS, Role.DECIDE)
    assert "<form" not in drawn(FACTS, Role.SEE).split('id="main"')[1]


def test_a_limit_that_was_accepted_waits_for_the_night() -> None:
    view = personnel.personnel(replace(FACTS, accepted=["S931"]), 1, a_viewer(Role.APPROVE))
    assert [card.accepted for card in view.limits] == [True]
    assert view.codes == []


def test_only_what_is_asked_can_be_answered() -> None:
    form = {f"d-{TEACHER.id}": "suspend", "d-staff-t0003": "suspend", f"d-{HEAD.id}": "link"}
    assert answers(form, FACTS, DECIDER.oid) == {TEACHER.id: "suspend"}


def test_a_head_is_decided_about_by_two_persons_and_nobody_twice() -> None:
    form = {f"d-{TEACHER.id}": "suspend", f"d-{HEAD.id}": "suspend"}
    first = GivenDecision("suspend", DECIDER.oid, "2027-03-31T10:00:00+00:00")
    said = replace(FACTS, given={TEACHER.id: [first], HEAD.id: [first]})
    assert answers(form, said, DECIDER.oid) == {}
    assert answers(form, said, an_id("second")) == {HEAD.id: "suspend"}
    both = replace(said, given={HEAD.id: [first, replace(first, oid=an_id("second"))]})
    assert answers({f"d-{HEAD.id}": "suspend"}, both, an_id("third")) == {}
    waits = "もう一人を待っています"
    assert waits in drawn(said, Role.DECIDE)
    assert "選んだ答えを書き込む" in drawn(FACTS, Role.DECIDE)
    assert "選んだ答えを書き込む" not in drawn(
        replace(both, asked={"suspend": {HEAD.id}}), Role.DECIDE
    )
    assert waits not in drawn(both, Role.DECIDE)
    half = replace(FACTS, half={HEAD.id: {DECIDER.oid}})  # a night has read the first
    assert waits in drawn(half, Role.DECIDE)
    assert answers(form, half, DECIDER.oid) == {TEACHER.id: "suspend"}
    assert answers(form, half, an_id("second")) == {TEACHER.id: "suspend", HEAD.id: "suspend"}
    assert waits not in drawn(FACTS, Role.DECIDE)


def test_who_was_done_something_to_is_not_asked_about_any_more() -> None:
    acted = [an_action(TEACHER, None, "suspend")]
    assert waiting(HEADER, acted) == {"suspend": {HEAD.id}}
    assert personnel.open_questions(HEADER) == 2
    assert personnel.open_questions(replace(HEADER, actions={"suspend": 2})) == 0


def test_what_is_decided_does_not_wait_and_what_waits_is_not_done() -> None:
    told = {word.ja: count for word, count in standings(replace(HEADER, actions={"suspend": 1}))}
    assert (told["任期終了(停止を決定済み)"], told["任期終了(停止の決定待ち)"]) == (1, 1)
    assert "任期終了(停止を決定済み)" not in {word.ja for word, _ in standings(HEADER)}
    going = replace(FACTS, header=replace(HEADER, stopped=False))
    not_yet = "まだ行っていない変更"
    assert (not_yet in drawn(going), not_yet in drawn(replace(going, waits=True))) == (False, True)


def test_an_answer_is_not_taken_back_while_a_night_is_under_way() -> None:
    given = {TEACHER.id: [GivenDecision("suspend", an_id("x"), "2027-03-31T10:00:00+00:00")]}
    assert "/staff/back" in drawn(replace(FACTS, given=given), Role.DECIDE)
    assert "/staff/back" not in drawn(replace(FACTS, given=given, begun=True), Role.DECIDE)
    assert "/staff/back" not in drawn(replace(FACTS, given=given, planned=given), Role.DECIDE)


def test_the_morning_asks_of_staff_what_it_asks_of_whom() -> None:
    facts = TodayFacts(now=NOW, city=CITY, staff=HEADER)
    asks = {ask.action: ask.href for ask in today(facts, a_viewer()).others}
    asks |= {ask.action: ask.href for ask in today(facts, a_viewer()).mine}
    assert asks[Permission.APPROVE] == asks[Permission.DECIDE] == "/staff"
    assert asks[Permission.PASSWORDS] == "/passwords"
    html = render(today(facts, a_viewer()), a_frame())
    assert "教職員の頁" in html
    assert "教職員" not in render(today(replace(facts, staff=NO_STAFF_PLAN), a_viewer()), a_frame())


def test_the_menu_names_staff_only_in_a_city_that_has_them() -> None:
    paths = [link.path for link in nav(a_viewer(), CITY, "/today")]
    assert "/staff" not in paths
    assert "/staff" in [link.path for link in nav(a_viewer(), CITY, "/today", staff=True)]
