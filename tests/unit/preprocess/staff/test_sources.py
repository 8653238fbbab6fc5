"""The board's list and the roster's rows of staff: read, held row by row, and put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kakehashi import oneroster
from kakehashi.catalogue import staff_list as rules
from kakehashi.diff.sheets import sheets
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import Employment, master_identifier
from kakehashi.preprocess.cleaning import preprocess
from kakehashi.preprocess.staff import Material, StaffListFile, StaffRoster, read_staff
from kakehashi.preprocess.staff.days import day_of
from kakehashi.report.staff_form import CHOICES, WORDS, staff_form
from tests.builders import DOMAIN, TODAY, Drop, a_city, a_code, a_drop, an_id

HEADINGS = ("職員番号", "姓(使用名)", "名(使用名)", "せい(よみ)", "めい(よみ)", "区分", "職種",
            "所属コード", "本務・兼務", "担任学級", "年度", "開始日", "終了日", "状態",
            "アカウント")  # fmt: skip
GOOD = {
    "職員番号": "T0001", "姓(使用名)": "鈴木", "名(使用名)": "湊", "せい(よみ)": "スズキ",
    "めい(よみ)": "ミナト", "区分": "正規", "職種": "教諭", "所属コード": a_code(1),
    "本務・兼務": "本務", "開始日": "2026-04-01", "状態": "在職",
}  # fmt: skip
ON_LIST: Any = {"sources": ["list"]}


def a_list(*rows: Mapping[str, str], headings: Sequence[str] = HEADINGS) -> StaffListFile:
    lines = [headings, *([{**GOOD, **row}.get(name, "") for name in headings] for row in rows)]
    body = "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()
    return StaffListFile("staff.csv", [list(sheet) for sheet in sheets(body)])


def read(
    list_file: StaffListFile | None = None, *, drop: Drop | None = None, as_of: date = TODAY,
    staff: Any = ON_LIST, **city: Any,
) -> StaffRoster:  # fmt: skip
    rules_ = a_city(staff=staff, **city)
    package = oneroster.open_package((drop or a_drop()).files())
    cleaned = preprocess(package, (), rules_, as_of)
    assert rules_.staff
    schools, classes = cleaned.places
    accounts = {one.pupil.account for one in cleaned.desired}
    return read_staff(Material(rules_, rules_.staff, as_of, package, schools, classes, accounts,
                               list_file))  # fmt: skip


def rows_of(roster: StaffRoster) -> list[tuple[int | None, str | None, str]]:
    return [(f.place.line, f.place.column, f.code) for f in roster.findings]


def only(roster: StaffRoster) -> Employment:
    (one,) = roster.employments
    return one


# -- the list -------------------------------------------------------------------------------------


def test_a_good_row_is_somebody_with_a_post() -> None:
    one = only(read(a_list({"担任学級": "３年２組"})))
    (post,) = one.posts
    assert (one.number, one.family, one.kana_given) == ("T0001", "鈴木", "ミナト")
    assert (post.school, post.main, post.job, post.end) == (a_code(1), True, "教諭", None)
    assert post.homerooms == ("3年2組",)
    assert one.master == master_identifier("082201", "T0001")


def test_two_rows_of_one_number_are_one_person_with_two_posts() -> None:
    drop = a_drop(schools=2)
    side = {"所属コード": a_code(2), "本務・兼務": "兼務", "職種": "専科"}
    assert len(only(read(a_list({}, side), drop=drop)).posts) == 2


def test_a_post_at_a_school_that_was_merged_twice_is_at_the_school_of_today() -> None:
    chain = [{"old": a_code(7), "new": a_code(8)}, {"old": a_code(8), "new": a_code(1)}]
    roster = read(a_list({"所属コード": a_code(7)}), school_aliases=chain)
    assert [post.school for post in only(roster).posts] == [a_code(1)]


def test_a_homeroom_counts_in_the_year_in_which_the_list_came_or_the_post_begins() -> None:
    april, title = date(2027, 4, 1), {"担任学級": "3年2組"}
    coming = title | {"職員番号": "T0002", "開始日": "2027-04-01"}
    listed = a_list(title | {"開始日": "2020-04-01"}, coming)

    def told(as_of: date, since: date | None) -> tuple[dict[str, tuple[str, ...]], list[str]]:
        drop = Drop()
        drop.add_class("3年2組", school=drop.add_school(), year=year_of(as_of))
        roster = read(replace(listed, since=since), drop=drop, as_of=as_of)
        rooms = {one.number: one.posts[0].homerooms for one in roster.employments}
        return rooms, [f.code for f in roster.findings]

    both = {"T0001": ("3年2組",), "T0002": ("3年2組",)}
    assert told(TODAY, TODAY) == (both, [])
    assert told(april, april) == (both, []), "sent again: the same class, or this year's"
    assert told(april, None) == (both, [])
    of_last_year = both | {"T0001": ()}
    assert told(april, date(2027, 3, 31)) == (of_last_year, [rules.CLASS_OF_LAST_YEAR.code])


@pytest.mark.parametrize(
    ("above", "cell", "now", "april"),
    [
        ("", "", True, True),
        ("令和８年度　教職員名簿", "", True, False),  # sent each night, and still last year's
        ("令和9年度 教職員名簿", "", False, True),  # sent in March for the year that comes
        ("令和8年度から令和9年度まで", "", True, True),  # one year or the other
        ("", "2026", True, False),
        ("", "令和8年", True, False),
        ("", "令和9年度", False, True),
        ("令和8年度", "R9", False, True),
    ],
)
def test_a_list_may_name_the_year_of_its_homerooms(
    above: str, cell: str, now: bool, april: bool
) -> None:
    """However often a system sends it anew."""
    (rows,) = a_list({"担任学級": "3年2組", "年度": cell, "開始日": "2020-04-01"}).sheets
    sheet = [(1, [above]), *((line + 1, cells) for line, cells in rows)]
    for day, counts in ((date(2027, 3, 30), now), (date(2027, 4, 1), april)):
        drop = Drop()
        drop.add_class("3年2組", school=drop.add_school(), year=year_of(day))
        roster = read(StaffListFile("staff.csv", [sheet], since=day), drop=drop, as_of=day)
        (post,) = only(roster).posts
        assert post.homerooms == (("3年2組",) if counts else ())
        assert post.next_year == (not counts and day.month == 3)  # of this year it tells nothing
        rule = rules.CLASS_OF_NEXT_YEAR if day.month == 3 else rules.CLASS_OF_LAST_YEAR
        assert [f.code for f in roster.findings] == ([] if counts else [rule.code])


def test_a_post_to_come_keeps_the_homeroom_of_its_year() -> None:
    row = {"担任学級": "3年2組", "年度": "2027", "開始日": "2027-04-01"}
    assert only(read(a_list(row))).posts[0].homerooms == ("3年2組",)


def test_a_year_that_cannot_be_read_holds_that_person() -> None:
    roster = read(a_list({"年度": "来年度"}, {"職員番号": "T0002"}))
    assert rows_of(roster) == [(2, "年度", rules.UNKNOWN_WORD.code)]
    assert [one.number for one in roster.employments] == ["T0002"]


def test_a_dot_stands_in_a_title_or_between_two() -> None:
    drop = Drop()
    school = drop.add_school()
    for title in ("光・風組", "1年1組", "1年2組"):
        drop.add_class(title, school=school)
    written = ("光・風組", "1年1組・1年2組", "光･風組、1年1組", "月・風組")
    rows = [{"職員番号": f"T{n}", "担任学級": cell} for n, cell in enumerate(written)]
    roster = read(a_list(*rows), drop=drop)
    assert [one.posts[0].homerooms for one in roster.employments] == [
        ("光・風組",), ("1年1組", "1年2組"), ("光・風組", "1年1組"), (),
    ]  # fmt: skip
    assert [f.code for f in roster.findings] == ["A024", "A024"]


@pytest.mark.parametrize(
    ("written", "titles", "codes"),
    [("前期１年１組", ("1年1組",), []), ("後期課程 1年1組", ("7年1組",), []),
     ("7年1組", ("7年1組",), []), ("1年1組", (), ["A033"]), ("後期7年9組", (), ["A024"]),
     ("前期7年1組", (), ["A024"]), ("前期1年1組、7年1組", ("1年1組", "7年1組"), [])],
)  # fmt: skip
def test_of_the_two_halves_of_a_unified_school_the_list_says_which(
    written: str, titles: tuple[str, ...], codes: list[str]
) -> None:
    """C4th counts the years of 後期課程 from 1 again: two classes of one school are 1年1組."""
    drop, code = Drop(), a_code(1, "C2")
    for half, grade in (("前期課程", "P1"), ("後期課程", "J1")):
        school = drop.add_school(code, name=f"見本学園 {half}")
        drop.add_class("1年1組", school=school, grades=grade)
    seven = {"grades": ["J1"], "match": "^1年", "replace": "7年",
             "example": {"before": "1年3組", "after": "7年3組"}}  # fmt: skip
    listed = a_list({"所属コード": code, "担任学級": written})
    unified = [{"mext_code": code, "name": "見本学園"}]
    roster = read(listed, drop=drop, unified_schools=unified, class_titles=[seven])
    assert only(roster).posts[0].homerooms == titles
    assert [f.code for f in roster.findings] == codes


@pytest.mark.parametrize(
    "written",
    ["2026-04-01", "2026/4/1", "2026年4月1日", "令和8年4月1日", "R8.4.1", "Ｒ８．４．１", "46113",
     "20260401", "２０２６／４／１", "2026-04-01T00:00:00", "2026/4/1 0:00", "2026-04-01 00:00:00",
     "2026年4月1日(水)", "令和8年4月1日（水）", "2026/4/1 (水) 0:00",
     "令8.4.1", "令.8.4.1", "2026年4月1日水曜日", "2026年4月1日 (水曜日)", "令和8年4月1日付"],
)  # fmt: skip
def test_a_day_is_read_however_a_clerk_writes_it(written: str) -> None:
    assert day_of(written) == date(2026, 4, 1)


@pytest.mark.parametrize(
    "written",
    [
        "4月1日",
        "2026-02-30",
        "令和8年",
        "明日",
        "1",
        "99999",
        "",
        "2026年4月1日(木)",
        "2026年4月1日木曜日",
        "2026年4月1日(水曜日",
        "令成8.4.1",
        "(水)",
        "2026/4/1 午後",
    ],
)
def test_what_is_no_day_is_none(written: str) -> None:
    assert day_of(written) is None


def test_the_first_year_of_an_era_is_read() -> None:
    assert day_of("令和元年5月1日") == date(2019, 5, 1)


@pytest.mark.parametrize(
    ("cells", "column", "rule"),
    [
        ({"姓(使用名)": ""}, "姓(使用名)", rules.NAME_MISSING),
        ({"名(使用名)": "湊（みなと）"}, "名(使用名)", rules.NAME_WITH_READING),
        ({"所属コード": a_code(9)}, "所属コード", rules.UNKNOWN_SCHOOL),
        ({"開始日": "4月1日"}, "開始日", rules.BAD_DATE),
        ({"開始日": ""}, "開始日", rules.NO_FIRST_DAY),
        ({"終了日": "2025-03-31"}, "終了日", rules.DATES_REVERSED),
        ({"区分": "会計年度"}, "終了日", rules.NO_LAST_DAY),
        ({"本務・兼務": "主"}, "本務・兼務", rules.UNKNOWN_WORD),
        ({"状態": "旅行"}, "状態", rules.UNKNOWN_WORD),
        ({"アカウント": "suzuki@other.example.jp"}, "アカウント", rules.BAD_ACCOUNT),
        ({"職種": "\x00"}, None, rules.UNCOMPUTED_CELL),
    ],
)
def test_a_fault_holds_that_person_and_nobody_else(
    cells: Mapping[str, str], column: str | None, rule: Any
) -> None:
    plain = a_list({}, {"職員番号": "T0002"})
    (head, (line, good), other) = plain.sheets[0]
    bad = [cells.get(name, cell) for name, cell in zip(HEADINGS, good, strict=True)]
    roster = read(StaffListFile("staff.csv", [[head, (line, bad), other]]))
    assert (2, column, rule.code) in rows_of(roster)
    assert [held.pupil for held in roster.held] == ["staff-t0001"]
    assert [one.number for one in roster.employments] == ["T0002"]


@pytest.mark.parametrize(("number", "rule"), [("", rules.NO_NUMBER), ("鈴木湊", rules.BAD_NUMBER)])
def test_a_row_of_nobody_holds_nobody_else(number: str, rule: Any) -> None:
    roster = read(a_list({"職員番号": number}, {"職員番号": "T0002"}))
    assert rows_of(roster) == [(2, "職員番号", rule.code)]
    assert [one.number for one in roster.employments] == ["T0002"]


def test_full_width_digits_and_blanks_in_a_number_are_the_same_number() -> None:
    assert only(read(a_list({"職員番号": " Ｔ０００１　"}))).number == "T0001"


def test_two_people_with_one_number_are_both_held() -> None:
    roster = read(a_list({}, {"姓(使用名)": "佐藤"}, {"職員番号": "T0002"}))
    assert [one.number for one in roster.employments] == ["T0002"]
    assert (3, "職員番号", rules.TWO_PEOPLE.code) in rows_of(roster)


def test_two_main_posts_on_one_day_are_held_and_one_after_the_other_are_not() -> None:
    drop = a_drop(schools=2)
    there = {"所属コード": a_code(2), "開始日": "2027-04-01"}
    roster = read(a_list({}, there), drop=drop)
    assert rules.TWO_MAIN_POSTS.code in {f.code for f in roster.findings}
    after = read(a_list({"終了日": "2027-03-31"}, there), drop=drop)
    assert len(only(after).posts) == 2


def test_one_account_behind_two_numbers_holds_both() -> None:
    account = {"アカウント": f"suzuki@{DOMAIN}"}
    roster = read(a_list(account, account | {"職員番号": "T0002"}))
    assert roster.employments == ()
    assert {held.code for held in roster.held} == {rules.ACCOUNT_TWICE.code}


def test_a_pupils_account_is_not_given_to_staff() -> None:
    roster = read(a_list({"アカウント": f"s000001@{DOMAIN}"}))
    assert {held.code for held in roster.held} == {rules.ACCOUNT_OF_A_PUPIL.code}


def test_a_class_that_is_not_there_is_told_and_holds_nobody() -> None:
    roster = read(a_list({"担任学級": "9年9組"}))
    assert only(roster).posts[0].homerooms == ()
    assert rows_of(roster) == [(2, "担任学級", rules.UNKNOWN_CLASS.code)]


@pytest.mark.parametrize(
    ("cell", "unnamed"),
    [("9年9組", True), ("3年2組、9年9組", True), ("3年2組", False), ("", False)],
)
def test_a_post_says_whether_it_names_a_class_that_the_roster_does_not_have(
    cell: str, unnamed: bool
) -> None:
    (post,) = only(read(a_list({"担任学級": cell}))).posts
    assert (post.homerooms, post.unnamed) == (("3年2組",) if "3年" in cell else (), unnamed)


def test_the_rosters_own_rows_cannot_name_a_class_that_it_does_not_have() -> None:
    assert only(read(drop=with_teacher(a_drop()), staff=ON_ROSTER)).posts[0].unnamed
    # where both tell of homerooms, whoever is believed says so, too
    listed = a_list({"終了日": "2027-03-31"})
    assert only(read(listed, drop=with_teacher(a_drop()), staff=BOTH)).posts[0].unnamed
    listed = a_list({"担任学級": "3年2組", "終了日": "2027-03-31"})
    owned = BOTH | {"owner": {"homerooms": "list"}}
    assert not only(read(listed, drop=with_teacher(a_drop()), staff=owned)).posts[0].unnamed


def test_a_title_may_stand_above_the_headings_and_other_names_are_known() -> None:
    named = [
        name.replace("姓(使用名)", "氏（使用名）*").replace("職種", "職名") for name in HEADINGS
    ]
    (sheet,) = a_list({}).sheets
    rows = [(1, ["令和8年度 教職員名簿"]), (2, named), (3, sheet[1][1])]
    assert only(read(StaffListFile("staff.csv", [rows]))).family == "鈴木"


def test_a_list_without_headings_says_nothing_about_anybody() -> None:
    roster = read(a_list({}, headings=HEADINGS[1:]))
    assert not roster.employments
    assert not roster.held
    assert [f.code for f in roster.findings] == [rules.LIST_WITHOUT_HEADINGS.code]


def test_without_a_list_that_is_told() -> None:
    assert [f.code for f in read().findings] == [rules.NO_LIST.code]


# -- the roster's rows ----------------------------------------------------------------------------


def with_teacher(drop: Drop, number: str = "T0001") -> Drop:
    """A teacher of the first school, with a second role as its head."""
    school = drop.a_school()
    user = drop.add_pupil(500, role="teacher", home=False, identifier=number,
                          account=f"suzuki@{DOMAIN}")  # fmt: skip
    drop.add_role(user, school, role="principal", roleType="secondary")
    drop.enrol(user, drop.a_class(school), role="teacher", primary="true")
    return drop


ON_ROSTER: Any = {"sources": ["roster"]}


def test_a_teacher_of_the_roster_is_somebody_with_a_post_and_a_class() -> None:
    one = only(read(drop=with_teacher(a_drop()), staff=ON_ROSTER))
    (post,) = one.posts
    assert (one.number, one.account, one.master) == ("T0001", f"suzuki@{DOMAIN}", an_id("umi 500"))
    assert (post.school, post.main, post.job) == (a_code(1), True, "校長")
    assert post.homerooms == ("3年2組",)
    assert (post.begin, post.end) == (date(2026, 4, 1), date(2027, 3, 31))


def test_a_teacher_without_a_number_is_counted() -> None:
    roster = read(drop=with_teacher(a_drop(), ""), staff=ON_ROSTER)
    assert roster.employments == ()
    assert [f.code for f in roster.findings] == [rules.NUMBERLESS_ROWS.code]


def test_a_row_at_a_place_that_nobody_knows_is_counted() -> None:
    drop = with_teacher(a_drop())
    for role in drop.rows["roles.csv"][-2:]:
        role["orgSourcedId"] = "nowhere"
    roster = read(drop=drop, staff=ON_ROSTER)
    assert roster.employments == ()
    assert [f.code for f in roster.findings] == [rules.UNUSED_ROSTER_ROWS.code]


# -- two sources, one person ----------------------------------------------------------------------

BOTH: Any = {"sources": ["list", "roster"]}


def test_one_person_in_two_sources_is_one_person() -> None:
    roster = read(a_list({"終了日": "2027-03-31"}), drop=with_teacher(a_drop()), staff=BOTH)
    one = only(roster)
    assert one.account == f"suzuki@{DOMAIN}"  # only the roster tells it
    assert one.posts[0].homerooms == ("3年2組",)  # the roster's, by the rules
    assert one.posts[0].job == "教諭"  # the list's
    assert one.master == an_id("umi 500")


def test_what_the_owner_says_counts_and_the_difference_is_told() -> None:
    listed = a_list({"姓(使用名)": "旧姓"})
    assert only(read(listed, drop=with_teacher(a_drop()), staff=BOTH)).family == "旧姓"
    owned = BOTH | {"owner": {"names": "roster"}}
    roster = read(listed, drop=with_teacher(a_drop()), staff=owned)
    assert only(roster).family != "旧姓"
    assert (rules.SOURCES_DIFFER.code, {"about": "name", "count": 1}) in [
        (f.code, f.facts) for f in roster.findings
    ]


def test_where_both_are_asked_and_differ_the_person_waits() -> None:
    roster = read(
        a_list({"アカウント": f"other@{DOMAIN}"}), drop=with_teacher(a_drop()), staff=BOTH
    )
    assert roster.employments == ()
    assert [held.code for held in roster.held] == [rules.SOURCES_DISAGREE.code]


def test_who_is_in_one_source_only_is_believed_from_it() -> None:
    roster = read(a_list({"職員番号": "G-0012"}), drop=with_teacher(a_drop()), staff=BOTH)
    assert [one.number for one in roster.employments] == ["G-0012", "T0001"]


# -- the form -------------------------------------------------------------------------------------


def test_the_form_offers_only_what_the_reader_takes_and_says_nothing_while_it_is_blank() -> None:
    laid = [list(sheet) for sheet in sheets(staff_form())]
    assert [text for text in laid[0][0][1] if text] == list(HEADINGS)
    roster = read(StaffListFile("form.xlsx", laid))
    assert roster == StaffRoster()
    assert set(CHOICES) | set(WORDS) == set(HEADINGS)


def test_no_choice_of_the_form_is_offered_twice() -> None:
    assert {heading: len(set(words)) for heading, words in CHOICES.items()} == {
        heading: len(words) for heading, words in CHOICES.items()
    }
