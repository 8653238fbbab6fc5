"""Accounts that were there before us: what fits, what does not, and how much to doubt it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.actions import Kind
from kakehashi.diff.matching import (
    DOUBTFUL,
    Evidence,
    Fit,
    Match,
    compare_names,
    counted,
    looks_like_a_pupil,
    match,
    weigh_account,
)
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.roster import Desired
from kakehashi.stored import read, written
from tests.builders import a_city, a_pupil, an_id
from tests.unit.diff.nights import night, wanting

RULES = {"matching": {"account": r"^s\d+$"}}
CHILD = a_pupil(1)


def there(pupil: Pupil, **facts: Any) -> Listed:
    """An unmarked account of the pupil's name, as people make them by hand."""
    told = {
        "sign_in": pupil.account, "mark": "", "enabled": True,
        "display_name": f"{pupil.family} {pupil.given}", "department": pupil.class_title,
        "office_location": pupil.school_name,
    } | facts  # fmt: skip
    return Listed(an_id(f"by hand {told['sign_in']}"), **told)  # type: ignore[arg-type]


def matches(roster: Iterable[Pupil | Desired], tenant: list[Listed], **rules: Any) -> list[Match]:
    rules = RULES | rules
    desired = [one if isinstance(one, Desired) else wanting([one])[0] for one in roster]
    plan = night(desired, tenant=tenant, rules=rules)
    return match(plan, desired, tenant, a_city(**rules))


def told(found: list[Match]) -> list[tuple[Fit, str, str]]:
    return [(one.fit, one.pupil, one.account) for one in found]


# -- who is on the list ----------------------------------------------------------------------------


def test_everybody_who_does_not_fit_is_on_the_list_once() -> None:
    linked, new, waiting = CHILD, a_pupil(2), wanting([a_pupil(3)], password=False)[0]
    stray = there(a_pupil(9))
    found = matches([linked, new, waiting], [there(linked), stray])
    assert told(found) == [
        (Fit.PROPOSED, linked.id, linked.account),
        (Fit.NO_ACCOUNT, new.id, ""),
        (Fit.NO_PASSWORD, waiting.pupil.id, ""),
        (Fit.NOT_IN_ROSTER, "", stray.sign_in),
    ]
    assert counted(found) == {
        "no-account": 1, "no-password": 1, "not-in-roster": 1, "proposed": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "stranger",
    [
        there(a_pupil(9), sign_in="teacher@ed.example.jp"),
        there(a_pupil(9), sign_in="s000009@elsewhere.example.jp"),
        there(a_pupil(9), mark=an_id("somebody we know")),
    ],
    ids=["other pattern", "other domain", "marked"],
)
def test_accounts_that_are_not_pupils_of_ours_are_not_listed(stranger: Listed) -> None:
    found = matches([CHILD], [there(CHILD), stranger])
    assert told(found) == [(Fit.PROPOSED, CHILD.id, CHILD.account)]


def test_without_a_pattern_no_account_looks_like_a_pupils() -> None:
    assert not looks_like_a_pupil(there(CHILD), a_city())


def test_an_account_must_fit_every_pattern_of_the_city() -> None:
    city = a_city(matching={"account": "^s", "job_title": "^小", "department": "組"})
    assert looks_like_a_pupil(there(CHILD, job_title="小3"), city)
    assert not looks_like_a_pupil(there(CHILD, job_title="教諭"), city)
    assert not looks_like_a_pupil(there(CHILD), city)


def test_on_a_night_with_nothing_to_match_there_is_no_list() -> None:
    assert matches([CHILD], [there(a_pupil(9))]) == []
    assert matches([], []) == []


def test_a_stray_account_with_a_new_pupils_name_is_a_slip_in_the_account_column() -> None:
    """The account exists, but C4th holds another sign-in name for the child."""
    real = there(CHILD, sign_in="s999999@ed.example.jp")
    found = matches([CHILD], [real])
    assert told(found)[0] == (Fit.NO_ACCOUNT, CHILD.id, real.sign_in)
    assert (found[0].doubt, found[0].evidence) == (85, (Evidence.NAMESAKE_AT_SCHOOL,))
    elsewhere = matches([CHILD], [replace(real, office_location="第9小学校", department="")])
    assert (elsewhere[0].doubt, elsewhere[0].evidence) == (70, (Evidence.NAMESAKE,))


# -- how doubtful ----------------------------------------------------------------------------------


def test_an_account_that_agrees_in_everything_leaves_no_doubt() -> None:
    assert weigh_account(CHILD, there(CHILD)) == (
        0, (Evidence.NAME_SAME, Evidence.SCHOOL_SAME, Evidence.CLASS_SAME))  # fmt: skip


@pytest.mark.parametrize(
    "shown",
    [
        f"{CHILD.family}{CHILD.given}",
        f"{CHILD.given} {CHILD.family}",
        f"{CHILD.family}　{CHILD.given}(3年2組)",
    ],
)
def test_blanks_order_and_what_stands_behind_a_name_do_not_matter(shown: str) -> None:
    assert compare_names(CHILD, shown) == (Evidence.NAME_SAME, 1.0)


def test_kana_agree_in_either_script() -> None:
    child = replace(CHILD, kana_family="サトウ", kana_given="ハナ")
    for shown in ("サトウ ハナ", "さとう はな", "ｻﾄｳ ﾊﾅ"):
        assert compare_names(child, shown) == (Evidence.KANA_SAME, 1.0)


def test_the_doubt_grows_with_every_difference() -> None:
    child = replace(CHILD, family="佐藤", given="陽菜", kana_family="サトウ", kana_given="ヒナ")
    accounts = [
        there(child),
        there(child, department="6年1組"),
        there(child, office_location="第9小学校", department="6年1組"),
        there(child, display_name="佐藤 陽奈", department="6年1組", office_location="第9小学校"),
        there(child, display_name="田中 一郎", department="6年1組", office_location="第9小学校"),
    ]
    doubts = [weigh_account(child, account)[0] for account in accounts]
    assert doubts == sorted(set(doubts))
    assert doubts[1] < DOUBTFUL <= doubts[2]


def test_an_account_that_says_nothing_of_itself_is_doubtful() -> None:
    bare = there(CHILD, display_name="", department="", office_location="")
    doubt, evidence = weigh_account(CHILD, bare)
    assert (doubt >= DOUBTFUL, evidence) == (True, (Evidence.NAME_BLANK, Evidence.PLACE_BLANK))


def test_an_account_with_another_pupils_name_is_a_slip_and_names_the_other() -> None:
    """C4th has the two children's accounts the wrong way round."""
    one, two = CHILD, a_pupil(2)
    crossed = [there(one, sign_in=two.account), there(two, sign_in=one.account)]
    found = matches([one, two], crossed)
    assert {(m.pupil, m.other) for m in found} == {(one.id, two.id), (two.id, one.id)}
    assert all(m.doubt >= 90 and m.evidence[0] is Evidence.NAME_OF_ANOTHER for m in found)


def test_the_mark_of_another_pupil_is_beyond_doubt_and_never_asks_to_be_linked() -> None:
    taken = there(CHILD, mark=an_id("another"))
    (found,) = matches([CHILD], [taken])
    assert (found.fit, found.doubt, found.other) == (Fit.MARKED, 100, taken.mark)
    assert found.evidence[0] is Evidence.MARK_OF_ANOTHER


def test_a_disabled_account_is_told_as_one() -> None:
    (found,) = matches([CHILD], [there(CHILD, enabled=False)])
    assert found.evidence[-1] is Evidence.DISABLED


def test_the_highest_doubt_comes_first() -> None:
    two = a_pupil(2)
    found = matches([CHILD, two], [there(CHILD), there(two, display_name="別 人")])
    assert [one.pupil for one in found] == [two.id, CHILD.id]
    assert counted(found) == {"doubtful": 1, "proposed": 2}


def test_a_row_comes_back_from_its_file() -> None:
    for one in matches([CHILD, a_pupil(2)], [there(CHILD), there(a_pupil(9))]):
        assert read(Match, json.loads(json.dumps(written(one)))) == one


# -- whatever comes --------------------------------------------------------------------------------


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_text_in_an_account_has_a_doubt_between_nothing_and_all(
    shown: str, department: str, office: str
) -> None:
    doubt, evidence = weigh_account(
        CHILD, there(CHILD, display_name=shown, department=department, office_location=office)
    )
    assert 0 <= doubt <= 100
    assert evidence


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_likeness_links_anything_by_itself(shown: str, place: str) -> None:
    for account in (
        there(CHILD, display_name=shown, office_location=place),
        there(CHILD, sign_in="s999999@ed.example.jp", office_location=place),
    ):
        plan = night([CHILD], tenant=[account], rules=RULES)
        assert not [action for action in plan.actions if action.kind is Kind.LINK]
