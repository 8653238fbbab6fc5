"""承認: the limits, the children, and who may say yes."""

from __future__ import annotations

from typing import Any

import pytest

from kakehashi.actions import Action, Kind, Situation
from kakehashi.catalogue import diff as rules
from kakehashi.jsonlines import canonical
from kakehashi.run_folder.actions import change_of
from kakehashi.staff.approve import ApproveFacts, approve
from kakehashi.staff.changes import PAGE, Filter, What, whats_of
from kakehashi.staff.drawing import MOST_BYTES, render
from kakehashi.staff.viewer import Role
from kakehashi.staff.waiting_plans import First
from tests.builders import a_code
from tests.unit.staff.scenes import (
    CITY,
    RUN,
    SCHOOLS,
    Opened,
    a_frame,
    a_header,
    a_viewer,
    an_action,
    mixed,
    some_nights,
)


def facts(count: int = 30, **given: Any) -> ApproveFacts:
    actions = mixed(count)
    defaults: dict[str, Any] = {
        "run_id": RUN,
        "city": CITY,
        "header": a_header(actions),
        "shards": Opened(actions),
        "schools": SCHOOLS,
        "nights": some_nights(),
    }
    return ApproveFacts(**(defaults | given))


APPROVER = a_viewer(Role.APPROVE)


def test_each_limit_is_a_card_with_count_bound_calendar_and_past() -> None:
    view = approve(facts(), Filter(), APPROVER)
    card = next(card for card in view.cards if card.code == "S001")
    assert (card.count, card.bound, card.expected) == (455, 400, 1_890)
    assert card.picture is not None
    assert len(card.picture.bars) == 29


def test_the_city_comes_first_and_a_school_is_told_by_its_name() -> None:
    view = approve(facts(), Filter(), APPROVER)
    assert [card.scope.en == "whole city" for card in view.cards] == [True, True, False, False]
    assert view.cards[2].scope.ja == SCHOOLS[a_code(3)]


def test_every_code_is_accepted_by_itself() -> None:
    view = approve(facts(), Filter(), APPROVER)
    assert [code for code, _ in view.codes] == ["S001", "S003", "S004"]
    page = render(view, a_frame("/approve", APPROVER))
    assert page.count('name="accept"') == 3
    assert page.count('name="checksum" value="' + "5f3c" * 16) == 2


def test_a_code_that_has_no_card_is_accepted_too() -> None:
    """Admission asks for every code of the plan, however many limits are not shown."""
    breaches = [
        {"code": f"S{20 + code:03}", "scope": a_code(n), "count": 100 - code, "bound": 12,
         "kind": "moved"}
        for code in range(6) for n in range(50)
    ]  # fmt: skip
    view = approve(facts(header=a_header(mixed(30), breaches=breaches)), Filter(), APPROVER)
    assert [code for code, _ in view.codes] == [f"S{20 + code:03}" for code in range(6)]
    assert view.codes[5][1].ja.endswith("(50 校)")


def test_a_plan_that_was_declined_is_taken_back_by_whoever_approves() -> None:
    no = First(APPROVER.oid, "見本 担当", "2026-11-30T23:00:00+00:00", "学校に確認中")
    page = render(approve(facts(declined=no), Filter(), APPROVER), a_frame("/approve", APPROVER))
    assert f'action="/approve/{RUN}/back"' in page
    assert "学校に確認中" in page
    assert f"/approve/{RUN}/yes" not in page
    assert not approve(facts(declined=no), Filter(), a_viewer(Role.DECIDE)).back
    assert not approve(facts(declined=no, done="反映した"), Filter(), APPROVER).back


def test_a_child_is_told_with_what_was_and_what_will_be() -> None:
    row = approve(facts(1), Filter(), APPROVER).listing.rows[0]
    told = {fact.what.en: (fact.before, fact.after) for fact in row.facts}
    assert told["school"] == (SCHOOLS[a_code(1)], SCHOOLS[a_code(2)])
    assert told["class"] == ("3年2組", "3年1組")


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"what": "renamed"}, lambda row: row.name.startswith("高橋")),
        ({"what": "suspend"}, lambda row: row.kind.en == "suspend"),
        ({"grade": "P1"}, lambda row: row.grade == "小1"),
        ({"text": "たかはし"}, lambda row: row.name.startswith("高橋")),
        ({"text": "高橋"}, lambda row: row.name.startswith("高橋")),
        ({"text": "s000007"}, lambda row: row.facts[-1].before.startswith("s000007")),
    ],
)
def test_a_filter_leaves_whom_it_means(wanted: dict[str, str], fits: Any) -> None:
    rows = approve(facts(), Filter.of(wanted), APPROVER).listing.rows
    assert rows
    assert all(fits(row) for row in rows)
    everybody = approve(facts(), Filter(), APPROVER).listing.rows
    assert len(rows) == len([row for row in everybody if fits(row)])


@pytest.mark.parametrize("what", What)
def test_looking_at_bytes_first_leaves_nobody_out(what: What) -> None:
    """A line that is passed over unread holds nobody who is meant."""
    actions = [*mixed(40), a_link(50), an_absence(52), a_deletion(51)]
    given_ = facts(0, header=a_header(actions), shards=Opened(actions))
    rows = approve(given_, Filter(what=what), APPROVER).listing.rows
    meant = [one.pupil for one in actions if what in whats_of(change_of(canonical(one.to_json())))]
    assert [row.pupil for row in rows] == meant[:PAGE]


def a_link(n: int) -> Action:
    return an_action(n, kind=Kind.LINK, situation=Situation.UNLINKED)


def a_deletion(n: int) -> Action:
    return an_action(n, kind=Kind.DELETE, situation=Situation.EXPIRED, after=None)


def an_absence(n: int) -> Action:
    return an_action(n, kind=Kind.RECORD, situation=Situation.GONE, after=None)


def test_a_school_shows_who_comes_and_who_goes() -> None:
    school = a_code(10)
    rows = approve(facts(), Filter(school=school), APPROVER).listing.rows
    assert {row.school == school for row in rows} == {True, False}
    assert all(SCHOOLS[school] in {f.before for f in row.facts} | {row.school_name}
               for row in rows)  # fmt: skip


def test_a_plan_of_twenty_thousand_is_a_small_page_and_is_never_read_whole() -> None:
    actions = mixed(20_000)
    opened = Opened(actions)
    given = facts(0, header=a_header(actions), shards=opened)
    for page in (1, 57, 400):
        opened.opened.clear()
        view = approve(given, Filter(page=page), APPROVER)
        assert len(view.listing.rows) == PAGE
        assert len(opened.opened) == 1
        assert len(render(view, a_frame("/approve", APPROVER)).encode()) <= MOST_BYTES
    assert not approve(given, Filter(page=400), APPROVER).listing.more


def test_a_page_of_a_filtered_plan_stops_reading_once_it_is_full() -> None:
    actions = mixed(20_000)
    opened = Opened(actions)
    view = approve(facts(0, header=a_header(actions), shards=opened), Filter(what="renamed"),
                   APPROVER)  # fmt: skip
    assert view.listing.more
    assert len(opened.opened) == 1


def test_a_page_of_hundreds_of_limits_stays_small() -> None:
    breaches = [
        {"code": "S004", "scope": f"B1{n:011}", "count": 40, "bound": 12, "kind": "moved"}
        for n in range(600)
    ]
    view = approve(facts(200, header=a_header(mixed(200), breaches=breaches)), Filter(), APPROVER)
    assert view.unlisted == 376
    assert len(render(view, a_frame("/approve", APPROVER)).encode()) <= MOST_BYTES


def test_pages_tile_the_plan() -> None:
    given = facts(230)
    seen = [
        row.pupil
        for page in range(1, 6)
        for row in approve(given, Filter(page=page), APPROVER).listing.rows
    ]
    assert seen == [action.pupil for action in mixed(230)]


@pytest.mark.parametrize(
    ("given", "role", "says"),
    [
        ({}, Role.DECIDE, "「承認」の役割"),
        ({"against": (rules.STALE_PLAN.at(planned=1, now=2),)}, Role.APPROVE, "もう承認できません"),
        ({"done": "承認 2026-12-01"}, Role.APPROVE, "もう決まりました"),
    ],
)
def test_who_can_not_approve_is_told_why_and_has_no_button(
    given: dict[str, Any], role: Role, says: str
) -> None:
    viewer = a_viewer(role)
    page = render(approve(facts(**given), Filter(), viewer), a_frame("/approve", viewer))
    assert says in page
    assert f"/approve/{RUN}/yes" not in page


def test_the_first_of_two_can_not_be_the_second() -> None:
    first = First(APPROVER.oid, "見本 担当", "2026-11-30T23:00:00+00:00")
    view = approve(facts(two=True, first=first), Filter(), APPROVER)
    assert not view.form
    other = First("00000000-0000-4000-8000-00000000a002", "もう 一人", "2026-11-30T23:00:00+00:00")
    assert approve(facts(two=True, first=other), Filter(), APPROVER).form


def test_the_text_that_was_typed_stands_in_no_address() -> None:
    view = approve(facts(1_500), Filter(text="高橋"), APPROVER)
    page = render(view, a_frame("/approve", APPROVER))
    assert 'name="text" value="高橋"' in page
    assert not [part for part in page.split('href="')[1:] if "高橋" in part.split('"')[0]]


@pytest.mark.parametrize("form", [
    {"page": "0"}, {"page": "-1"}, {"page": "９"}, {"page": "1e9"}, {"what": "<b>"},
    {"grade": "P9"}, {"school": "../x"}, {"school": "学校"},
])  # fmt: skip
def test_what_nobody_can_have_chosen_is_left_out(form: dict[str, str]) -> None:
    assert approve(facts(5), Filter.of(form), APPROVER).listing.rows
