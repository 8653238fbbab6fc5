"""学校: a school reads its own and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.actions import Action, Kind, Situation
from kakehashi.catalogue import diff as rules
from kakehashi.jsonlines import canonical
from kakehashi.people.pupil import Pupil
from kakehashi.report.people import Person
from kakehashi.report.school_facts import moves
from kakehashi.report.schools import Handout
from kakehashi.staff.drawing import render
from kakehashi.staff.school import NotTheirs, SchoolFacts, SchoolLine, school, schools
from kakehashi.staff.viewer import Role
from tests.builders import a_code, a_pupil
from tests.unit.staff.gallery import a_school
from tests.unit.staff.scenes import CITY, RUN, SCHOOLS, a_frame, a_viewer, an_action

OWN, OTHER = a_code(1), a_code(2)
TEACHER = a_viewer(Role.SCHOOL, school=OWN)


def at(n: int, code: str, **facts: Any) -> Pupil:
    """Every child has a name, an account and a class of its own: whatever leaks is seen."""
    given = {"family": f"姓{n:03}", "given": f"名{n:03}", "kana_family": f"セイ{n:03}",
             "kana_given": f"メイ{n:03}", "class_title": f"3年{n:03}組",
             "account": f"q{n:03}@ed.example.jp"}  # fmt: skip
    return a_pupil(n, school=code, school_name=SCHOOLS[code], **(given | facts))


def line(before: Pupil | None, after: Pupil | None) -> bytes:
    one = an_action(1, pupil=(after or before or a_pupil()).id, after=after,
                    kind=Kind.UPDATE if before else Kind.CREATE)  # fmt: skip
    known = replace(one.before, pupil=before) if one.before and before else None
    action: Action = replace(one, before=known)
    return canonical(action.to_json())


def people(*pupils: Pupil) -> Mapping[str, Person]:
    return {pupil.id: Person.of(pupil) for pupil in pupils}


def facts(**more: Any) -> SchoolFacts:
    defaults: dict[str, Any] = {
        "city": CITY,
        "handout": Handout(OWN, SCHOOLS[OWN]),
        "as_of": "2026-12-01",
        "run_id": RUN,
    }
    return SchoolFacts(**(defaults | more))


def page(given_: SchoolFacts) -> str:
    return render(school(given_, TEACHER), a_frame("/school", TEACHER))


def test_a_transfer_is_told_to_each_school_by_its_own_half() -> None:
    before, after = at(1, OWN), at(1, OTHER, class_title="3年9組")
    out = page(facts(lines=[line(before, after)]))
    assert "いなくなった児童生徒" in out
    assert before.class_title in out
    assert after.class_title not in out
    assert SCHOOLS[OTHER] not in out
    other = a_viewer(Role.SCHOOL, school=OTHER)
    into = render(
        school(facts(handout=Handout(OTHER, SCHOOLS[OTHER]), lines=[line(before, after)]), other),
        a_frame("/school", other),
    )
    assert after.class_title in into
    assert before.class_title not in into
    assert SCHOOLS[OWN] not in into


def test_nobody_can_tell_a_move_in_the_city_from_one_out_of_it() -> None:
    moved, left, new, came = at(1, OWN), at(2, OWN), at(3, OWN), at(4, OWN)
    handout = Handout(OWN, SCHOOLS[OWN], waiting=[(left.id, "GONE")])
    lines = [line(moved, at(1, OTHER)), line(None, new), line(at(4, OTHER), came)]
    view = school(facts(handout=handout, lines=lines, people=people(left)), TEACHER)
    assert {one.name for one in view.goes} == {"姓001 名001", "姓002 名002"}
    assert {one.name for one in view.comes} == {"姓003 名003", "姓004 名004"}
    assert not view.waiting


def test_of_a_pair_a_school_sees_its_own_child() -> None:
    own, other = at(1, OWN), at(2, OTHER)
    handout = Handout(
        OWN, SCHOOLS[OWN], waiting=[(own.id, Situation.EXCHANGED), (other.id, Situation.EXCHANGED)]
    )
    out = page(facts(handout=handout, people=people(own, other)))
    assert "姓001" in out
    assert "姓002" not in out


def test_a_finding_names_no_other_child_and_no_other_school() -> None:
    own, other = at(1, OWN), at(2, OTHER)
    finding = rules.KNOWN_ACCOUNT.at(pupil=own.id, school=OWN, old=other.id)
    handout = Handout(OWN, SCHOOLS[OWN], [finding])
    out = page(facts(handout=handout, people=people(own, other)))
    assert "S0" in out
    assert other.id not in out


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30),
            st.sampled_from(["own", "other", "in", "out", "new"]),
            st.sampled_from(["line", "held", "waiting", "finding"]),
        ),
        max_size=12,
    )
)
def test_whatever_a_night_brings_no_page_shows_another_schools_child(
    night: list[tuple[int, str, str]],
) -> None:
    lines: list[bytes] = []
    own: dict[int, Pupil] = {}
    other: dict[int, Pupil] = {}
    handout = Handout(OWN, SCHOOLS[OWN])
    everybody: dict[str, Person] = {}
    for n, kind, place in {n: (n, kind, place) for n, kind, place in night}.values():
        here, there = at(n, OWN), at(n, OTHER, class_title=f"9年{n:03}組", account=f"z{n:03}@x.jp")
        pair = {"own": (here, replace(here, attendance_no=99)), "in": (there, here),
                "other": (there, replace(there, attendance_no=99)), "out": (here, there),
                "new": (None, here)}[kind]  # fmt: skip
        strange = kind == "other"
        now = pair[1] if pair[1] is not None else here
        everybody[now.id] = Person.of(now)
        (other if strange else own)[n] = here
        if place == "line":
            lines.append(line(*pair))
        elif place == "held":
            handout.held.append((now.id, "M001"))
        elif place == "waiting":
            handout.waiting.append((now.id, "RENAMING"))
        else:
            handout.findings.append(
                rules.KNOWN_ACCOUNT.at(pupil=now.id, school=now.school, old=now.id)
            )
    out = page(facts(handout=handout, lines=lines, people=everybody))
    for n in other:
        assert f"姓{n:03}" not in out
    for n in {**own, **other}:
        assert f"9年{n:03}組" not in out
        assert f"z{n:03}@" not in out
    assert OTHER not in out
    assert SCHOOLS[OTHER] not in out


def test_a_schools_own_moves_are_all_that_its_page_needs() -> None:
    lines = [
        line(at(1, OWN), at(1, OTHER)), line(at(2, OTHER), at(2, OWN)), line(None, at(3, OWN)),
        line(at(4, OWN), None), line(at(5, OWN), at(5, OWN, grade="P4")),
        line(None, at(6, OTHER)), line(at(7, OTHER), at(7, OTHER, family="改姓")),
    ]  # fmt: skip
    own = moves(lines)
    assert {code: len(rows) for code, rows in own.items()} == {OWN: 4, OTHER: 3}
    assert page(facts(lines=own[OWN])) == page(facts(lines=lines))


def test_another_schools_page_does_not_open() -> None:
    with pytest.raises(NotTheirs):
        school(facts(handout=Handout(OTHER, SCHOOLS[OTHER])), TEACHER)
    with pytest.raises(NotTheirs):
        school(replace(facts(), city="other"), TEACHER)


def test_the_list_shows_who_may_be_opened() -> None:
    both = [SchoolLine(OWN, SCHOOLS[OWN], 0, 0, 0), SchoolLine(OTHER, SCHOOLS[OTHER], 1, 0, 0)]
    assert [one.code for one in schools(both, TEACHER, CITY).schools] == [OWN]
    assert len(schools(both, a_viewer(Role.SEE), CITY).schools) == 2


def test_what_was_put_right_is_said_and_asks_nobody_again() -> None:
    given_ = a_school()
    code = given_.handout.findings[0].code
    viewer = a_viewer(Role.SCHOOL, school=given_.handout.code)
    asked = render(school(given_, viewer), a_frame("/school", viewer))
    assert "/mended" in asked
    told = render(school(replace(given_, mended={code: "2026-12-01"}), viewer), a_frame())
    assert "/mended" not in told
    assert "直しました 2026-12-01" in told
