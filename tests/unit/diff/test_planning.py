"""What a plan says beside its actions: who is counted, asked about, held, lost, and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi.actions import Kind, Situation, aside
from kakehashi.diff.answers import Proposed
from kakehashi.diff.counting import Counted, LastNight
from kakehashi.diff.exports import Export, Offered
from kakehashi.diff.plan import Plan
from kakehashi.diff.planning import make_plan
from kakehashi.diff.sources import Missing
from kakehashi.diff.sums import NightCount, PastNights
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired
from tests.builders import (
    TODAY,
    a_city,
    a_code,
    a_desired,
    a_held,
    a_known,
    a_pupil,
    a_tenant_account,
    an_id,
)
from tests.unit.diff.nights import APRIL, OTHER, codes, in_tenant, kinds, knowing, night

A, B, C, D, E = (a_pupil(n) for n in range(1, 6))
ALL = [A, B, C, D]
HERE, JUNIOR = a_code(1), a_code(2, "C1")


def facts(plan: Plan, code: str) -> dict[str, Any]:
    (finding,) = [one for one in plan.findings if one.code == code]
    return dict(finding.facts)


def about(plan: Plan, code: str) -> list[tuple[str | None, str | None]]:
    return [(one.pupil, one.school) for one in plan.findings if one.code == code]


# -- the plan as such ------------------------------------------------------------------------------


def test_a_plan_bears_the_night_it_is_of() -> None:
    city = a_city().model_copy(update={"sha256": "of the rules"})
    export = Export(date(2026, 11, 22), 2026)
    plan = make_plan(
        [a_desired(1)], [a_held(2, pupil=None)], [a_known(1)], in_tenant([a_known(1)]), city,
        shape=account_of, city_code="mihon", serial=9, as_of=TODAY, offered=Offered(export),
    )  # fmt: skip
    assert (plan.city_code, plan.serial, plan.as_of, plan.rules) == (
        "mihon", 9, TODAY, "of the rules",
    )  # fmt: skip
    assert (plan.export, plan.untied, plan.refused) == (export, 1, False)
    assert plan.checksum, "sealed"
    assert (plan.last_grade, plan.explained, plan.breaches) == ("J3", {}, ())


def test_a_refused_plan_does_nothing_and_asks_nobody_and_says_why() -> None:
    strangers = [a_pupil(n) for n in range(11, 16)]
    known = knowing([A, B, C, D, E])
    plan = night(strangers, known, decisions={A.id: "suspend"})
    assert (plan.refused, plan.actions, plan.proposals, plan.questions) == (True, (), {}, {})
    assert facts(plan, "S031") == {"count": 5, "same": 0}
    assert plan.counts == {"GONE": 5, "NEW": 5, "TRANSFER_IN": 5}


def test_an_export_that_comes_too_late_is_told_with_the_plan() -> None:
    newest = Export(date(2026, 11, 22), 2026)
    offered = Offered(Export(date(2026, 11, 1), 2026), newest)
    plan = make_plan([a_desired(1)], [], [a_known(1)], in_tenant([a_known(1)]), a_city(),
                     shape=account_of, city_code="x", serial=1, as_of=TODAY,
                     offered=offered)  # fmt: skip
    assert [one.code for one in plan.findings] == [one.code for one in offered.findings()]
    assert plan.findings


# -- a roster of strangers -------------------------------------------------------------------------


def overlap(known: int, here: int, same: int, **more: Any) -> list[str]:
    """Of so many we know, so many rows, and so many of them the same."""
    roster = [a_pupil(n) for n in (*range(1, same + 1), *range(101, 101 + here - same))]
    state = knowing([a_pupil(n) for n in range(1, known + 1)])
    return [code for code in codes(night(roster, state, **more)) if code in {"S030", "S031"}]


@pytest.mark.parametrize(
    ("known", "here", "same", "refused"),
    [
        (4, 4, 2, False),  # half of them
        (4, 4, 1, True),
        (3, 3, 0, False),  # too few to tell
        (4, 3, 0, False),
        (3, 4, 0, False),
        (20, 4, 1, True),
        (20, 4, 2, False),  # a cut export is judged by the limits
        (4, 20, 2, False),
    ],
)
def test_a_roster_in_which_hardly_anybody_is_known_is_refused(
    known: int, here: int, same: int, *, refused: bool
) -> None:
    assert overlap(known, here, same) == (["S031"] if refused else [])


def test_held_rows_are_of_the_roster_and_suspended_pupils_are_not_of_the_city() -> None:
    known = knowing([A, B, C, D])
    strangers = [a_pupil(n) for n in (11, 12, 13, 14)]
    assert "S031" in codes(night(strangers, known))
    assert "S031" not in codes(night([], known, held=[a_held(n) for n in range(1, 5)]))
    assert "S031" not in codes(night(strangers, knowing([A, B, C, D], status=Status.SUSPENDED)))
    prepared = knowing([A, B, C, D], status=Status.PREPARED)
    assert "S031" in codes(night(strangers, prepared))


@pytest.mark.parametrize(
    ("roster", "held", "empty"),
    [
        ([], [], True),
        ([A], [], False),
        ([], [a_held(1)], False),
        ([], [a_held(1, pupil=None, account=None)], False),
    ],
)
def test_a_roster_of_nobody_at_all_is_refused(
    roster: list[Any], held: list[Any], *, empty: bool
) -> None:
    assert ("S030" in codes(night(roster, held=held))) is empty


# -- who is counted --------------------------------------------------------------------------------


def test_pupils_are_counted_by_situation_and_change_in_the_city_and_in_their_school() -> None:
    roster = [replace(A, school=OTHER, family="高橋"), B, a_pupil(5, school=OTHER)]
    plan = night(roster, knowing([A, B, C]))
    assert plan.counts == {
        "CHANGED": 1, "CONFIRMED": 1, "GONE": 1, "MOVED": 1, "NEW": 1, "RENAMED": 1,
        "TRANSFER_IN": 1,
    }  # fmt: skip
    assert plan.schools == {
        HERE: {"CONFIRMED": 1, "GONE": 1, "MOVED_AWAY": 1},
        OTHER: {"CHANGED": 1, "MOVED": 1, "NEW": 1, "RENAMED": 1, "TRANSFER_IN": 1},
    }  # fmt: skip
    assert list(plan.counts) == sorted(plan.counts)


def test_schools_are_added_up_in_the_city_and_each_who_moves_away_counts() -> None:
    elsewhere = a_pupil(5, school=OTHER)
    roster = [replace(A, school=OTHER), replace(B, school=OTHER), C, D, elsewhere]
    plan = night(roster, knowing([*ALL, elsewhere]))
    assert (plan.counts["CONFIRMED"], plan.schools[HERE]["MOVED_AWAY"]) == (3, 2)
    assert "MOVED_AWAY" not in plan.counts


def test_who_is_of_no_school_counts_in_the_city_alone() -> None:
    plan = night([A, B, C, D], knowing(ALL), held=[a_held(7)])
    assert plan.counts == {"CONFIRMED": 4, "HELD": 1}
    assert plan.schools == {HERE: {"CONFIRMED": 4}}


def test_the_first_night_of_a_city_is_no_transfer() -> None:
    assert night([A, B]).counts == {"NEW": 2}


def test_in_the_season_a_first_grader_is_no_transfer_and_another_new_pupil_is_one() -> None:
    first = a_pupil(7, grade="P1", school_year=2027)
    roster = [*ALL, first, a_pupil(8, grade="P2", school_year=2027)]
    assert night(roster, knowing(ALL), as_of=APRIL).counts["TRANSFER_IN"] == 1
    assert night(roster, knowing(ALL)).counts["TRANSFER_IN"] == 2


def test_whoever_is_known_but_left_makes_no_city_of_known_pupils() -> None:
    assert "TRANSFER_IN" not in night([A], knowing([B], status=Status.SUSPENDED)).counts


def test_what_the_turn_of_the_year_explains_is_told_in_numbers() -> None:
    known = [
        *knowing(ALL), *knowing([a_pupil(n, grade="P6") for n in (11, 12)]),
        *knowing([a_pupil(n, grade="J3") for n in (21, 22, 23)]),
    ]  # fmt: skip
    up: dict[str, Any] = {"school_year": 2027}
    roster = [
        *(replace(p, grade="P4", **up) for p in ALL),
        *(replace(a_pupil(n), grade="J1", school=JUNIOR, **up) for n in (11, 12)),
        a_pupil(31, grade="P1", **up),
    ]
    plan = night(roster, known, as_of=APRIL)
    assert facts(plan, "S060") == {"promoted": 6, "gone": 3, "new": 1, "moved": 2}
    assert plan.explained == {"gone": 3, "grade": 6, "moved": 2, "new": 1}
    assert (plan.breaches, plan.last_grade) == ((), "J3")
    assert "S060" not in codes(night(roster, known))


def test_a_turn_in_which_nobody_comes_or_leaves_is_told_with_noughts() -> None:
    up = [replace(p, grade="P4", school_year=2027) for p in ALL]
    plan = night(up, knowing(ALL), as_of=APRIL)
    assert facts(plan, "S060") == {"promoted": 4, "gone": 0, "new": 0, "moved": 0}
    assert plan.explained == {"grade": 4}, "of the city, and once"
    one_school = [*(replace(p, grade="P4", school_year=2027) for p in ALL[:1]),
                  *(replace(p, school=OTHER) for p in ALL[1:])]  # fmt: skip
    before = [*knowing(ALL[:1]), *knowing([replace(p, school=OTHER) for p in ALL[1:]])]
    assert "S060" not in codes(night(one_school, before, as_of=APRIL)), "one school is not the city"


def test_a_city_of_primary_schools_says_so_in_its_plans() -> None:
    assert night([replace(A, grade="P4", school_year=2027)], knowing([A]),
                 as_of=APRIL).last_grade == "P6"  # fmt: skip


# -- limits ----------------------------------------------------------------------------------------


NOBODY = {"share": 0.001, "number": 0}
STRICT = {"limits": {"city": {"held": NOBODY}, "school": {"held": NOBODY}}}


def test_what_was_held_last_night_is_not_held_anew() -> None:
    known, held = knowing(ALL), [a_held(1), a_held(9, pupil=None, account=None)]
    first = night([B, C, D], known, held=held, rules=STRICT)
    assert [(b.code, b.scope, b.count) for b in first.breaches if b.kind == "held"] == [
        ("S005", "city", 2), ("S015", HERE, 1),
    ]  # fmt: skip
    again = night(
        [B, C, D], known, held=held, rules=STRICT, last_night=LastNight.of(first.header())
    )
    assert again.breaches == ()
    assert again.untied == 1
    more = [*held, a_held(8, pupil=None, account=None)]
    third = night(
        [B, C, D], known, held=more, rules=STRICT, last_night=LastNight.of(first.header())
    )
    assert [(b.code, b.count) for b in third.breaches] == [("S005", 1)]
    fewer = night(
        [B, C, D], known, held=held[:1], rules=STRICT, last_night=LastNight.of(first.header())
    )
    assert fewer.breaches == ()


def test_what_is_counted_is_kept_for_the_sums_of_later_nights() -> None:
    plan = night([replace(A, family="高橋"), B, C, D], knowing(ALL))
    assert plan.counted == {"renamed": {"city": 1, HERE: 1}}


@pytest.mark.parametrize(
    ("then", "as_of", "counted"),
    [
        ("the same", TODAY, {"class_changed": {"city": 1, HERE: 1}}),
        ("another", TODAY, {}),  # one question asks about what the city's rules retitle
        ("the same", date(2027, 4, 6), {}),  # every class is new
    ],
)
def test_a_class_that_is_retitled_whole_counts_once_and_not_under_new_rules(
    then: str, as_of: date, counted: dict[str, Any]
) -> None:
    known, city = knowing(ALL), a_city().model_copy(update={"sha256": "the same"})
    plan = make_plan(
        [a_desired(n, class_title="3年A組") for n in range(1, 5)], [], known, in_tenant(known),
        city, shape=account_of, city_code="x", serial=1, as_of=as_of,
        last_night=LastNight(rules=then),
    )  # fmt: skip
    assert {k: v for k, v in plan.counted.items() if k == "class_changed"} == counted


def test_earlier_nights_are_added_to_tonight() -> None:
    hundred = {"renamed": {"share": 1, "number": 100, "floor": 50}}
    rules = {"limits": {"city": hundred, "school": hundred}}
    renamed = [replace(A, family="高橋"), B, C, D]
    assert night(renamed, knowing(ALL), rules=rules).breaches == ()
    before = NightCount(date(2026, 11, 23), {(Counted.RENAMED, "city"): 900})
    plan = night(renamed, knowing(ALL), rules=rules, past=PastNights((before,)))
    assert [(b.scope, b.count, b.kind) for b in plan.breaches] == [("city", 901, "renamed")]


# -- who waits, who is held, who is lost -----------------------------------------------------------


def test_whoever_waits_for_a_person_is_proposed_by_situation() -> None:
    there = a_tenant_account(a_known(5), mark="")
    plan = night([A, B, E], knowing([A, B, C, D]), also=[there])
    assert plan.proposals[Situation.GONE] == tuple(sorted((C.id, D.id)))
    assert plan.proposals[Situation.UNLINKED] == (E.id,)
    assert plan.proposals[Situation.EXPIRED] == ()
    assert facts(plan, "S065") == {"count": 1}


def test_an_account_that_no_change_of_ours_can_reach_is_told_once_and_never_proposed() -> None:
    there = a_tenant_account(a_known(5), mark="", synced=True)
    plan = night([*ALL, E], knowing(ALL), also=[there])
    assert plan.proposals[Situation.UNLINKED] == ()
    assert plan.held == {"M061": (E.id,)}
    assert "S065" not in codes(plan)
    other = a_tenant_account(a_known(6), mark="")
    both = night([*ALL, E, a_pupil(6)], knowing(ALL), also=[there, other])
    assert facts(both, "S065") == {"count": 1}


def test_held_pupils_stand_by_code_in_order() -> None:
    plan = night([C], knowing([A, B, C]), held=[a_held(2, "X001"), a_held(1, "D050")])
    assert plan.held == {"D050": (A.id,), "X001": (B.id,)}
    assert list(plan.held) == ["D050", "X001"]


def test_lost_is_who_serves_and_has_no_account_in_order() -> None:
    known = [*knowing([A, B]), *knowing([C], status=Status.SUSPENDED),
             *knowing([D], status=Status.PREPARED), *knowing([E])]  # fmt: skip
    plan = night([A, B, E], known, tenant=in_tenant(known[4:]))
    assert plan.lost == tuple(sorted((A.id, B.id, D.id)))
    unsure = Missing(frozenset({known[0].object_id}))
    again = night([A, B, E], known, tenant=in_tenant(known[4:]), missing=unsure)
    assert again.lost == tuple(sorted((B.id, D.id)))


def test_rows_of_nobody_are_told_where_somebody_is_gone_and_only_there() -> None:
    held = [a_held(9, pupil=None, account=None), a_held(8, pupil=None, account=None)]
    plan = night([A, B], knowing([A, B, C]), held=held)
    assert facts(plan, "S061") == {"count": 2, "absent": 1}
    assert "S061" not in codes(night([A, B, C], knowing([A, B, C]), held=held))
    assert "S061" not in codes(night([A, B], knowing([A, B, C])))


def test_who_is_made_ahead_is_counted_once() -> None:
    ahead = [replace(a_desired(n), ahead=True) for n in (7, 8)]
    plan = night([*ALL, *ahead], knowing(ALL))
    assert facts(plan, "S190") == {"count": 2}
    waits = replace(a_desired(9, account=A.account), ahead=True)
    assert facts(night([*ALL, *ahead, waits], knowing(ALL)), "S190") == {"count": 2}
    assert "S190" not in codes(night([*ALL, waits], knowing(ALL)))


# -- what staff should know of ids and hands -------------------------------------------------------


def test_what_was_changed_by_hand_is_told_with_pupil_and_school() -> None:
    known = knowing(ALL)
    tenant = [a_tenant_account(known[0], enabled=False, sign_in="hand@ed.example.jp"),
              *in_tenant(known[1:])]  # fmt: skip
    plan = night(ALL, known, tenant=tenant)
    assert about(plan, "S063") == about(plan, "S064") == [(A.id, HERE)]


def off(known: Record, *, roster: list[Any], **more: Any) -> list[str]:
    return codes(night(roster, [known, *knowing([B, C])],
                       tenant=[a_tenant_account(known, enabled=False), *in_tenant(knowing([B, C]))],
                       **more))  # fmt: skip


def test_an_account_that_is_off_is_told_of_an_enrolled_pupil_in_our_state_alone() -> None:
    assert off(a_known(1), roster=[A, B, C]) == ["S063"]
    assert "S063" not in off(a_known(1), roster=[B, C])
    assert "S063" not in off(a_known(1, status=Status.SUSPENDED), roster=[A, B, C])
    assert "S063" not in off(a_known(1), roster=[B, C], held=[a_held(1)])
    capitals = a_tenant_account(a_known(1), sign_in=A.account.upper())
    assert codes(night([A], knowing([A]), tenant=[capitals])) == []


def test_who_took_over_the_record_of_a_row_that_is_left_behind_is_told_with_its_school() -> None:
    old = a_known(5, pupil=replace(A, id=E.id))
    row = replace(a_desired(1), former=(E.id,))
    plan = night([row, *ALL[1:]], [old, *knowing(ALL[1:])])
    (told,) = [one for one in plan.findings if one.pupil == A.id and "old" in one.facts]
    assert (told.school, told.facts) == (HERE, {"old": E.id})


def test_a_child_that_gave_up_an_id_is_told_with_both() -> None:
    old = a_known(5, object_id=a_known(1).object_id)
    plan = night(ALL, [*knowing(ALL), old], tenant=in_tenant(knowing(ALL)))
    (told,) = [one for one in plan.findings if "old" in one.facts]
    assert (told.pupil, told.school, told.facts) == (A.id, HERE, {"old": E.id})


def test_a_new_child_under_an_id_that_tools_know_another_by_is_told() -> None:
    moved = a_known(1, tool_id=E.id)
    plan = night([*ALL, E], [moved, *knowing(ALL[1:])])
    new = [one for one in plan.findings if one.pupil == E.id]
    assert [(one.school, one.facts) for one in new] == [(HERE, {})]
    held = night([*ALL, a_desired(5, password=False)], [moved, *knowing(ALL[1:])])
    assert [one.code for one in held.findings if one.pupil == E.id] == ["M001"]


def test_a_password_is_unused_where_an_account_is_taken_back_or_linked() -> None:
    known = [a_known(1, status=Status.SUSPENDED, absent_since=TODAY, suspended_on=TODAY),
             *knowing(ALL[1:])]  # fmt: skip
    back = night(ALL, known)
    assert kinds(back) == [(A.id, Kind.RESTORE)]
    unused = [one for one in back.findings if one.pupil == A.id]
    assert [one.school for one in unused] == [HERE]
    without: list[Any] = [a_desired(1, password=False), *ALL[1:]]
    assert [one for one in night(without, known).findings if one.pupil == A.id] == []
    there = a_tenant_account(a_known(5), mark="")
    linked = night([*ALL, E], knowing(ALL), also=[there], decisions={E.id: "link"})
    assert [one.code for one in linked.findings if one.pupil == E.id] == [unused[0].code]


def test_a_word_counts_only_for_the_account_that_was_asked_about() -> None:
    there = a_tenant_account(a_known(5), mark="")
    asking = night([*ALL, E], knowing(ALL), also=[there])
    assert asking.links.keys() == {E.id}
    assert asking.questions == {}
    about = asking.links[E.id]
    for told, expected in ((about, [(E.id, Kind.LINK)]), ("another", [])):
        asked = {E.id: Proposed(Situation.UNLINKED, 1, told)}
        plan = night([*ALL, E], knowing(ALL), also=[there], decisions={E.id: "link"}, asked=asked)
        assert kinds(plan) == expected
        assert plan.links == asking.links


def test_a_question_of_who_this_is_is_no_link() -> None:
    renamed = replace(A, family="高橋", given="別", kana_family="タカハシ", kana_given="ベツ")
    plan = night([renamed, B, C, D], knowing(ALL))
    assert plan.questions.keys() == {A.id}
    assert plan.links == {}
    asked = {A.id: Proposed(Situation.RENAMING, 1, "another")}
    assert kinds(night([renamed, B, C, D], knowing(ALL), decisions={A.id: "rename"},
                       asked=asked)) == []  # fmt: skip


def test_a_decision_that_fits_nothing_is_told_and_without_decisions_nobody_is_unfit() -> None:
    plan = night(ALL, knowing(ALL), decisions={A.id: "suspend"})
    assert [one.pupil for one in plan.findings] == [A.id]
    assert night(ALL, knowing(ALL)).findings == ()


def test_who_stands_aside_gets_the_name_back_unless_somebody_has_or_gets_it() -> None:

    standing = a_known(1)
    standing = replace(standing, account={**standing.account, "userPrincipalName": aside(standing)})
    rest = knowing(ALL[1:])
    tenant = [a_tenant_account(standing, sign_in=aside(standing)), *in_tenant(rest)]
    plan = night(ALL[1:], [standing, *rest], tenant=tenant, held=[a_held(1)])
    assert [(a.pupil, a.sign_in) for a in plan.actions] == [(A.id, A.account)]
    stranger = a_tenant_account(a_known(9), mark=an_id("x"), sign_in=A.account.upper())
    taken = night(ALL[1:], [standing, *rest], tenant=[*tenant, stranger], held=[a_held(1)])
    assert taken.actions == ()
    gets = night([*ALL[1:3], Desired(replace(D, account=A.account), None)], [standing, *rest],
                 tenant=tenant, held=[a_held(1)])  # fmt: skip
    assert [a.pupil for a in gets.actions if a.sign_in == A.account] in ([D.id], [])
