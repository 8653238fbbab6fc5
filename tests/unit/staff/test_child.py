"""この子: found by whatever is known of a child, and told in plain sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kakehashi.report.people import Person
from kakehashi.staff.child import ChildFacts, Search, child
from kakehashi.staff.drawing import render
from kakehashi.staff.finding_staff import find_staff
from kakehashi.staff.searching import MOST, Words, search
from kakehashi.staff.timeline import entries
from kakehashi.staff.trace import NightPlan
from kakehashi.state_records import ApprovalGiven
from tests.builders import FAMILIES, GIVENS, a_pupil, a_teacher
from tests.unit.staff.scenes import a_frame, line_of
from tests.unit.staff.stories import a_story, papers

PUPILS = [a_pupil(n) for n in range(63)]
LINES = [line_of(pupil, status="active") for pupil in PUPILS]


@pytest.mark.parametrize(
    "typed",
    ["佐藤陽菜", "佐藤 陽菜", "サトウ ヒナ", "さとう　ひな", "ｻﾄｳ ﾋﾅ", "S000063", PUPILS[0].id[:8],
     "佐藤 3年2組", "佐藤 陽菜 第1小"],
)  # fmt: skip
def test_a_child_is_found_however_it_is_typed(typed: str) -> None:
    lines = [line_of(a_pupil(63)), *LINES] if typed == "S000063" else LINES
    found, more = search(lines, typed)
    assert found
    assert not more
    assert {one.name.split()[0] for one in found} == {"佐藤"}


@given(st.sampled_from(range(7)), st.sampled_from(range(9)))
def test_a_search_finds_all_of_that_name_and_nobody_else(family: int, given_: int) -> None:
    name = f"{FAMILIES[family][0]}{GIVENS[given_][0]}"
    meant = {p.id for p in PUPILS if f"{p.family}{p.given}" == name}
    found, _ = search(LINES, name)
    assert {one.id for one in found} == meant


@pytest.mark.parametrize("stored", ["ガンマ", "がんま", "ｶﾞﾝﾏ", "か\u3099んま", "ガン マ"])
@pytest.mark.parametrize("typed", ["ガンマ", "がんま", "ｶﾞﾝﾏ"])
def test_a_reading_is_found_however_it_was_written(stored: str, typed: str) -> None:
    line = line_of(a_pupil(1, kana_family=stored))
    assert search([line], typed)[0]
    assert search([line], f"{typed}ー") == ([], False)


def test_a_number_and_a_class_narrow_it_down() -> None:
    found, _ = search(LINES, "3年2組 12番")
    assert [one.number for one in found] == [12]


def test_a_kanji_of_another_form_is_found_by_the_common_one() -> None:
    line = line_of(a_pupil(1, family="神田"))
    assert search([line], "神田")[0]


@pytest.mark.parametrize("stored", ["葛城", "葛\U000e0100城", "葛\U000e0101城"])
@pytest.mark.parametrize("typed", ["葛城", "葛\U000e0100城", "葛\U000e0101城"])
def test_a_name_copied_from_a_register_is_found_whatever_form_it_selects(
    stored: str, typed: str
) -> None:
    assert search([line_of(a_pupil(1, family=stored))], typed)[0]


@pytest.mark.parametrize("stored", ["髙橋", "高橋"])
@pytest.mark.parametrize("typed", ["高橋", "髙橋"])
def test_a_name_is_found_whichever_kind_of_taka_is_typed(stored: str, typed: str) -> None:
    assert search([line_of(a_pupil(1, family=stored))], typed)[0]


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("渡辺", "渡邉"), ("渡辺", "渡邊"), ("斉藤", "齋藤"), ("斎藤", "斉藤"), ("浜崎", "濵﨑"),
     ("吉田", "𠮷田"), ("沢", "澤"), ("国広", "國廣")],
)  # fmt: skip
def test_a_child_is_found_by_the_usual_form_of_its_name(typed: str, stored: str) -> None:
    """Who looks for somebody types what the keyboard offers first."""
    for wanted, name in ((typed, stored), (stored, typed)):
        assert search([line_of(a_pupil(1, family=name))], wanted)[0]
        teacher = replace(a_teacher(1).pupil, family=name)
        assert find_staff([teacher], wanted)[0]
    assert not search([line_of(a_pupil(1, family=stored))], "見附")[0]


@pytest.mark.parametrize("stored", ["ミスヾ", "みすゞ"])
@pytest.mark.parametrize("typed", ["みすゞ", "ミスヾ"])
def test_a_sign_that_repeats_a_kana_is_kana(stored: str, typed: str) -> None:
    assert search([line_of(a_pupil(1, kana_given=stored))], typed)[0]


def test_nothing_is_searched_for_nothing_and_too_many_are_told() -> None:
    assert search(LINES, " 　 ") == ([], False)
    found, more = search(LINES, "3年2組")
    assert len(found) == MOST
    assert more


def test_what_is_typed_shows_in_no_repr() -> None:
    assert "佐藤" not in repr(Words.of("佐藤 陽菜"))


def test_a_night_that_did_something_says_it_and_a_quiet_one_is_folded() -> None:
    pupil = a_pupil(1)
    view = child(
        ChildFacts(
            pupil.id,
            [pupil.id],
            Person.of(pupil),
            a_story(),
            {
                "demo-20261202T021500-0a1b2c3d": ApprovalGiven(
                    by="見本 担当", at="2026-12-02T00:00:00+00:00"
                )
            },
        )
    )
    assert [entry.title.ja for entry in view.entries] == [
        "アカウントを書き換えました。",
        "変更なし",
    ]
    assert view.entries[0].day == "2026-12-02"
    assert "学級が記録と違いました。" in [one.ja for one in view.entries[0].told]
    assert "計画を承認した人: 見本 担当(2026-12-02 09:00)。" in [
        one.ja for one in view.entries[0].told
    ]
    assert view.quiet == 1
    page = render(view, a_frame("/child"))
    assert page.index("何も変わらなかった夜") > page.index("アカウントを書き換えました")


def test_why_nothing_happened_is_said() -> None:
    held = papers(1, plan=NightPlan("2026-12-01", held={"M001": (a_pupil(1).id,)}))
    view = child(ChildFacts(a_pupil(1).id, [a_pupil(1).id], None, list(entries(iter([held])))))
    assert view.entries[0].why is not None
    assert "M001" in view.entries[0].why.ja


@given(st.text(alphabet=st.sampled_from("<>&\"'{}=%佐x/"), max_size=12))
def test_a_name_with_markup_is_text(name: str) -> None:
    pupil = a_pupil(1, family=f"<b>{name}", class_title=f"<script>{name}")
    page = render(Search(search([line_of(pupil)], "s000001")[0]), a_frame("/child"))
    assert "<b>" not in page.replace("<b>反", "")
    assert page.count("<script>") == 1
    assert "&lt;b&gt;" in page
