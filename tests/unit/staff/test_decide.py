"""判断: who is asked about, what can be answered, and what never can."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.actions import Situation
from kakehashi.diff.answers import ANSWERS
from kakehashi.diff.matching import Evidence, Fit, Match
from kakehashi.report.people import Person
from kakehashi.staff.changes import PAGE
from kakehashi.staff.decide import DecideFacts, ListFilter, PendingAnswer, answers, decide, members
from kakehashi.staff.drawing import MOST_BYTES, render
from kakehashi.staff.viewer import Role
from tests.builders import a_code, a_pupil, an_id
from tests.unit.staff.scenes import CITY, RUN, SCHOOLS, a_frame, a_header, a_viewer

DECIDER = a_viewer(Role.DECIDE)


def leavers(count: int, grade: str = "P3") -> dict[str, Person]:
    """Of three schools, some in each class."""
    found = {}
    for n in range(count):
        school = a_code(1 + n % 3)
        pupil = a_pupil(n, grade=grade, school=school, school_name=SCHOOLS[school],
                        class_title=f"3年{1 + n % 2}組")  # fmt: skip
        found[pupil.id] = Person.of(pupil, date(2026, 11, 20))
    return found


def facts(people: dict[str, Person] | None = None, **more: Any) -> DecideFacts:
    gone = leavers(12) if people is None else people
    header = a_header((), proposals={"GONE": list(gone)}, breaches=[])
    defaults: dict[str, Any] = {"city": CITY, "run_id": RUN, "header": header, "people": gone}
    return DecideFacts(**(defaults | more))


def in_april(people: dict[str, Person]) -> DecideFacts:
    header = a_header((), as_of="2027-04-01", proposals={"GONE": list(people)},
                      explained={"gone": len(people)})  # fmt: skip
    return facts(people, header=header)


def test_leavers_stand_under_their_last_school_and_class() -> None:
    view = decide(facts(), ListFilter(), DECIDER)
    assert [(group.school_name, group.class_title, group.count) for group in view.groups[:2]] == [
        (SCHOOLS[a_code(1)], "3年1組", 2),
        (SCHOOLS[a_code(1)], "3年2組", 2),
    ]


def test_a_school_can_be_looked_at_alone() -> None:
    view = decide(facts(), ListFilter(school=a_code(2)), DECIDER)
    assert {group.school for group in view.groups} == {a_code(2)}
    assert view.total == 4


def test_a_whole_class_is_answered_for_only_where_the_calendar_explains_it() -> None:
    leaving = leavers(12, "J3")
    april = decide(in_april(leaving), ListFilter(), DECIDER)
    assert all(group.all for group in april.groups)
    november = decide(facts(leaving), ListFilter(), DECIDER)
    assert not any(group.all for group in november.groups)
    others = decide(in_april(leavers(12, "J2")), ListFilter(), DECIDER)
    assert not any(group.all for group in others.groups)


def test_a_class_with_one_whom_nothing_explains_is_decided_one_by_one() -> None:
    people = leavers(12, "J3")
    odd = next(iter(leavers(1, "P3").items()))
    view = decide(in_april(people | dict([odd])), ListFilter(), DECIDER)
    assert [bool(group.all) for group in view.groups[:2]] == [False, True]


def test_an_answer_for_a_class_reaches_nobody_else() -> None:
    people = leavers(12, "J3")
    found = members(in_april(people), "GONE", a_code(1), "3年1組")
    assert set(found.values()) == {"suspend"}
    assert {(people[u].school, people[u].class_title) for u in found} == {(a_code(1), "3年1組")}
    assert not members(facts(people), "GONE", a_code(1), "3年1組")
    assert not members(in_april(people), "EXPIRED", a_code(1), "3年1組")


def test_an_answer_for_a_class_overrules_none_that_was_given() -> None:
    people = leavers(12, "J3")
    own = [u for u, p in people.items() if (p.school, p.class_title) == (a_code(1), "3年1組")]
    kept = {own[0]: PendingAnswer("keep", "見本 担当", "2027-03-31T23:10:00+00:00")}
    april = replace(in_april(people), given=kept)
    assert set(members(april, "GONE", a_code(1), "3年1組")) == set(own[1:])
    group = decide(april, ListFilter(), DECIDER).groups[0]
    assert (group.count, group.left) == (2, 1)
    everybody = replace(april, given=dict.fromkeys(own, kept[own[0]]))
    assert decide(everybody, ListFilter(), DECIDER).groups[0].all is None


@pytest.mark.parametrize(("read", "said"), [(False, "今夜の比較に間に合えば"), (True, "次の夜")])
def test_a_night_under_way_is_told_as_far_as_it_is(read: bool, said: str) -> None:
    view = decide(facts(begun=True, read=read), ListFilter(), DECIDER)
    page = render(view, a_frame("/decide", DECIDER))
    (notice,) = re.findall(r'<p class="notice wait">(.*?)</p>', page)
    assert said in notice
    assert ("今夜" in notice) is not read


def test_a_link_is_shown_with_its_evidence_and_doubtful_ones_first() -> None:
    people = leavers(3)
    ids = list(people)
    matches = {
        umi: Match(Fit.PROPOSED, doubt, (Evidence.NAME_DIFFERS,), pupil=umi, shown="別 人")
        for umi, doubt in zip(ids, (0, 70, 10), strict=True)
    }
    header = a_header((), proposals={"UNLINKED": ids})
    view = decide(facts(people, header=header, matches=matches), ListFilter(), DECIDER)
    rows = [row for group in view.groups for row in group.rows]
    assert rows[0].pupil == ids[1]
    assert rows[0].evidence == ("氏名がちがう",)
    assert "疑い 70" in render(view, a_frame("/decide", DECIDER))


@pytest.mark.parametrize("situation", sorted(ANSWERS))
def test_each_proposal_has_its_own_answers_and_keep(situation: Situation) -> None:
    people = leavers(1)
    given_ = facts(people, header=a_header((), proposals={situation: list(people)}))
    row = decide(given_, ListFilter(), DECIDER).groups[0].rows[0]
    assert [word for word, _ in row.choices] == [*ANSWERS[situation], "keep"]


@given(st.dictionaries(
    st.sampled_from([f"d-{an_id(str(n))}" for n in range(3)]
                    + [f"d-{umi}" for umi in leavers(3)] + ["csrf", "run_id"]),
    st.sampled_from(["suspend", "delete", "link", "keep", "", "=1+1", "<b>"]),
))  # fmt: skip
def test_a_form_says_nothing_of_who_is_not_asked_about(form: dict[str, str]) -> None:
    people = leavers(3)
    said = answers(form, facts(people))
    assert set(said) <= set(people)
    assert set(said.values()) <= {"suspend", "keep"}
    assert all(form[f"d-{umi}"] == word for umi, word in said.items())


def test_what_was_answered_can_be_taken_back_until_the_night_begins() -> None:
    people = leavers(2)
    umi = next(iter(people))
    told = {umi: PendingAnswer("suspend", "見本 担当", "2026-12-01T00:00:00+00:00")}
    before = render(decide(facts(people, given=told), ListFilter(), DECIDER), a_frame("/decide"))
    assert before.count('action="/decide/back"') == 1
    assert f'name="d-{umi}"' not in before
    after = render(decide(facts(people, given=told, begun=True), ListFilter(), DECIDER),
                   a_frame("/decide"))  # fmt: skip
    assert 'action="/decide/back"' not in after


def test_who_may_only_look_finds_no_form() -> None:
    viewer = a_viewer(Role.SEE)
    page = render(decide(facts(), ListFilter(), viewer), a_frame("/decide", viewer))
    assert 'action="/decide"' in page  # the filter
    assert 'name="d-' not in page


def test_two_thousand_five_hundred_leavers_are_a_small_page() -> None:
    given_ = in_april(leavers(2_500, "J3"))
    view = decide(given_, ListFilter(page=3), DECIDER)
    assert sum(len(group.rows) for group in view.groups) == PAGE
    assert view.total == 2_500
    assert len(render(view, a_frame("/decide", DECIDER)).encode()) <= MOST_BYTES
