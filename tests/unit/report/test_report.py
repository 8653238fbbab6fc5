"""What staff read: the verdict, the numbers, what to type, and nothing about any child."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kakehashi.catalogue import faults
from kakehashi.catalogue.diff import ALREADY_APPLIED, NEW_IN_CITY
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.consent import DecisionNote
from kakehashi.diff.header import NO_PLAN, PlanHeader
from kakehashi.findings import Effect, Finding, Place, Rule
from kakehashi.guide import Guide
from kakehashi.report.decided import decided
from kakehashi.report.groups import Lines
from kakehashi.report.mail import mail_line, subject
from kakehashi.report.night import Failure, Night, PastRun, final_verdict
from kakehashi.report.page import html, page_of
from kakehashi.report.people import Person, last_seen
from kakehashi.report.schools import handout_xlsx, handouts
from kakehashi.report.sparkline import sparkline
from kakehashi.report.summary import summary
from kakehashi.report.words import VERDICTS, compress
from kakehashi.report.workbook import xlsx
from kakehashi.run_folder.drop import DropNote
from kakehashi.run_folder.progress import Progress
from kakehashi.stored import written
from kakehashi.verdict import Verdict
from tests.builders import a_pupil

SCHOOL, OTHER = "B108299900015", "B108299900024"
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uff66-\uff9f]")
UMI = [f"00000000-0000-4000-8000-{n:012d}" for n in range(20)]
RUN_ID = "demo-20261110T020500-0a1b2c3d"
PLAN = PlanHeader.from_json({
    "checksum": "c0ffee" * 10,
    "counts": {"NEW": 12, "CONFIRMED": 380, "GONE": 2},
    "schools": {SCHOOL: {"NEW": 12, "CONFIRMED": 200}, OTHER: {"GONE": 2, "CONFIRMED": 180}},
    "held": {"M001": [UMI[3]]},
    "proposals": {"GONE": [UMI[1], UMI[0]]},
    "breaches": [{"code": "S901", "scope": "city", "count": 12, "bound": 8, "kind": "new"}],
    "actions": {"create": 12, "record": 2},
})  # fmt: skip
NIGHT = Night(
    run_id=RUN_ID,
    city="demo",
    city_name="見本市",
    mode="sync",
    as_of=date(2026, 11, 10),
    made_on=date(2026, 11, 10),
    verdict=Verdict.AWAITING,
    place=f"s3://runs/demo/{RUN_ID}/",
    drop=DropNote(received="2026-11-09T17:04:12+00:00", bytes=4096, sha256="ab"),
    plan=PLAN,
    findings=(NO_PASSWORD.at(Place("users.csv", 12, "userIds"), pupil=UMI[3], school=SCHOOL),),
    schools={SCHOOL: "若葉小学校", OTHER: "緑台小学校"},
    school_of={UMI[0]: OTHER, UMI[1]: OTHER, UMI[3]: SCHOOL},
    counts={"pupils": 392},
    seconds={"receive": 0.5, "validate": 1.25},
    past=(PastRun("demo-20261109T020500-0a1b2c3d", "2026-11-09", 380),),
)
BARE = Night(
    run_id=RUN_ID,
    city="demo",
    city_name="demo",
    mode="sync",
    as_of=date(2026, 11, 10),
    made_on=date(2026, 11, 10),
    verdict=Verdict.FAILED,
    place="s3://runs/x/",
    failed=Failure("validate", "MemoryError"),
)
HANDOUT = next(school for school in handouts(NIGHT) if school.code == SCHOOL)


# -- verdicts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "plan", "verdict"),
    [
        ("refused", NO_PLAN, "refused"),
        ("awaiting-approval", PLAN, "awaiting-approval"),
        ("rehearsed", PLAN, "rehearsed"),
        ("already-done", NO_PLAN, "already-done"),
        ("apply", PLAN, "applied"),
        ("apply", PlanHeader(actions={"record": 3}), "unchanged"),
        ("apply", NO_PLAN, "unchanged"),
    ],
)
def test_the_last_word_of_a_stage_becomes_the_verdict(
    last: str, plan: PlanHeader, verdict: str
) -> None:
    assert final_verdict(last, None, plan) == verdict


@pytest.mark.parametrize("last", ["go", "apply", "refused", "awaiting-approval"])
def test_whatever_came_before_a_failure_is_a_failure(last: str) -> None:
    assert final_verdict(last, Failure("deliver", "TryLater"), PLAN) == Verdict.FAILED


# -- summary.json ---------------------------------------------------------------------------


def as_json(night: Night) -> dict[str, Any]:
    return written(summary(night))


def test_the_summary_has_exactly_the_promised_keys() -> None:
    assert set(as_json(NIGHT)) == {
        "run_id", "city", "verdict", "checksum", "counts", "held", "proposed", "findings",
        "breaches", "decisions", "deliveries", "groups", "matching", "provision",
        "saved", "schools", "seconds", "paths", "headline", "exceptions", "done", "cause",
    }  # fmt: skip


def test_the_summary_tells_who_is_held_proposed_and_what_is_breached() -> None:
    told = as_json(NIGHT)
    assert told["held"] == {"M001": [UMI[3]]}
    assert {s: ids for s, ids in told["proposed"].items() if ids} == {"GONE": [UMI[0], UMI[1]]}
    assert told["breaches"] == [{"code": "S901", "scope": "city", "count": 12, "bound": 8}]
    assert told["findings"] == {"M001": 1}
    assert json.loads(json.dumps(told)) == told


def test_a_finding_on_a_row_that_another_row_made_good_holds_nobody() -> None:
    rule = Rule("R099", Effect.HOLD_PUPIL, ja="例", en="example", todo="-")
    night = replace(NIGHT, findings=(rule.at(Place("users.csv", 3), pupil=UMI[7]),))
    assert night.held() == {"M001": [UMI[3]]}


def test_pupils_whom_microsoft_365_or_a_tool_stopped_are_held_too() -> None:
    tool = Rule("T099", Effect.HOLD_PUPIL, ja="例", en="example", todo="-")
    night = replace(NIGHT, stopped={"M006": frozenset({UMI[5]})}, findings=(tool.at(pupil=UMI[6]),))
    assert night.held() == {"M001": [UMI[3]], "M006": [UMI[5]], "T099": [UMI[6]]}


def test_without_a_plan_the_held_rows_of_preprocess_are_told() -> None:
    night = replace(NIGHT, plan=NO_PLAN, held_rows={"D050": frozenset({UMI[2], UMI[1]})})
    assert as_json(night)["held"] == {"D050": [UMI[1], UMI[2]]}


# -- the page -------------------------------------------------------------------------------


class _Outline(HTMLParser):
    """Headings, texts, addresses and whether every table has headers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.addresses: list[str] = []
        self.tags: Counter[str] = Counter()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if tag in {"h1", "h2", "h3"}:
            self.levels.append(int(tag[1]))
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_page_that_begins_with_it(verdict: Verdict) -> None:
    outline = _Outline(html(replace(NIGHT, verdict=verdict)))
    assert VERDICTS[verdict].ja in outline.text.partition("見本市")[2]
    assert outline.levels[0] == 1
    assert outline.tags["h1"] == 1


def test_a_night_of_which_nothing_is_left_still_has_its_page_sheets_and_mail() -> None:
    assert "失敗" in _Outline(html(BARE)).text
    assert load_workbook(io.BytesIO(xlsx(BARE))).sheetnames[0] == "概要"
    assert "検査で停止" in mail_line(BARE)
    assert as_json(BARE)["held"] == {}


def test_the_page_asks_nobody_for_anything() -> None:
    outline = _Outline(html(NIGHT))
    beside = {f"schools/{code}.xlsx" for code in (SCHOOL, OTHER)}
    assert {a for a in outline.addresses if not a.startswith("#")} == {"data:,"} | beside
    assert outline.tags["script"] == outline.tags["link"] - 1 == 0


def test_headings_go_down_one_level_at_a_time() -> None:
    levels = _Outline(html(NIGHT)).levels
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_a_waiting_plan_says_exactly_what_to_type() -> None:
    decision = page_of(NIGHT).decision
    assert decision.command == (
        f"kakehashi approve {RUN_ID} --checksum {PLAN.checksum} --accept S901 --by 氏名"
    )
    assert json.loads(decision.order) == {
        "action": "apply",
        "run_id": RUN_ID,
        "checksum": PLAN.checksum,
        "accept": ["S901"],
        "by": "氏名",
    }
    assert decision.until == "2026-11-17"


def test_a_refused_drop_is_mended_and_a_failure_is_run_again() -> None:
    refused, failed = page_of(replace(NIGHT, verdict=Verdict.REFUSED)), page_of(BARE)
    assert (refused.decision.mend, failed.decision.mend) == (True, False)
    assert failed.decision.again == "kakehashi rerun --city demo"


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.REFUSED])
def test_a_rehearsal_that_stopped_is_rehearsed_again_and_not_run(verdict: Verdict) -> None:
    night = replace(NIGHT, mode="rehearse", verdict=verdict)
    decision = page_of(night).decision
    assert "--rehearse" in decision.again
    assert json.loads(decision.again_order)["action"] == "rehearse"
    assert "rerun" not in mail_line(night) + html(night)


def test_a_refused_approval_says_that_the_plan_still_waits() -> None:
    page = page_of(replace(NIGHT, mode="apply", verdict=Verdict.REFUSED))
    assert "確認待ちのまま" in page.more.ja
    assert page.decision.again == ""


def test_an_approval_that_came_too_late_does_not_say_that_the_plan_still_waits() -> None:
    refused = replace(NIGHT, mode="apply", verdict=Verdict.REFUSED)
    page = page_of(replace(refused, findings=(ALREADY_APPLIED.at(),)))
    assert "確認待ちのまま" not in page.more.ja


def test_what_a_person_has_approved_asks_for_no_approval_again() -> None:
    breach = NEW_IN_CITY.at(count=12, bound=5)
    waiting = page_of(replace(NIGHT, findings=(breach,)))
    applied = page_of(replace(NIGHT, mode="apply", verdict=Verdict.APPLIED, findings=(breach,)))
    assert [page.groups[0].label.en for page in (waiting, applied)] == [
        "needs approval",
        "approved",
    ]


def test_only_what_is_there_has_a_path() -> None:
    assert "plan" in as_json(NIGHT)["paths"]
    assert "plan" not in as_json(replace(NIGHT, plan=NO_PLAN))["paths"]


def test_only_schools_and_columns_in_which_something_happened_are_shown() -> None:
    page = page_of(NIGHT)
    assert [column.en for column in page.columns] == ["new", "not in roster"]
    assert [(row.code, list(row.numbers)) for row in page.schools] == [
        (SCHOOL, [12, 0]),
        (OTHER, [0, 2]),
    ]


def test_pupils_are_compared_with_the_last_night_that_ended_well() -> None:
    assert page_of(NIGHT).change == "+12"
    assert page_of(replace(NIGHT, counts={"pupils": 378})).change == "−2"
    assert page_of(replace(NIGHT, past=())).change == ""


def test_findings_are_grouped_by_code_with_the_gravest_first_and_lines_compressed() -> None:
    grave = faults.STAGE_FAILED.at(stage="validate", error="MemoryError")
    lines = [12, 13, 14, 19, 44, 45]
    some = [NO_PASSWORD.at(Place("users.csv", n, "userIds"), pupil=UMI[0]) for n in lines]
    groups = page_of(replace(NIGHT, findings=(*some, grave))).groups
    assert [(g.code, g.count) for g in groups] == [("I001", 1), ("M001", 6)]
    assert groups[1].places == [Lines(OTHER, "users.csv", "userIds", "12–14, 19, 44–45")]


def test_the_page_is_written_in_japans_time() -> None:
    assert page_of(NIGHT).received == "2026-11-10 02:04"


def test_a_school_name_cannot_become_markup() -> None:
    night = replace(NIGHT, schools={SCHOOL: "<script>alert(1)</script>"})
    assert _Outline(html(night)).tags["script"] == 0


def test_a_finding_of_an_older_catalogue_is_shown_by_its_code() -> None:
    old = Finding("R998", Effect.NOTE, Place("users.csv", 2), facts={"count": 1})
    assert "R998" in html(replace(NIGHT, findings=(old,)))


@given(st.sets(st.integers(1, 200)))
def test_compressed_lines_stand_for_exactly_the_lines(lines: set[int]) -> None:
    told: set[int] = set()
    for piece in filter(None, compress(sorted(lines), most=1000).split(", ")):
        first, _, last = piece.partition("–")
        told |= set(range(int(first), int(last or first) + 1))
    assert told == lines


def test_too_many_lines_end_in_dots() -> None:
    assert compress(range(1, 100, 2), most=3) == "1, 3, 5, …"


def test_a_line_of_nights_needs_two_of_them_and_stays_in_its_frame() -> None:
    assert sparkline([], 5) is None
    drawn = sparkline([5, 5], 5)
    assert drawn is not None
    assert (drawn.low, drawn.high, drawn.nights) == (5, 5, 3)
    risen = sparkline([1, 100], 50)
    assert risen is not None
    heights = [float(spot.split(",")[1]) for spot in risen.points.split()]
    assert all(0 <= height <= 48 for height in heights)


# -- the workbook ---------------------------------------------------------------------------


def test_nothing_in_the_workbook_can_execute() -> None:
    evil = '=HYPERLINK("http://example.com")'
    night = replace(NIGHT, schools={SCHOOL: evil, OTHER: "+1+1"}, city_name="@SUM(1)")
    body = xlsx(night)
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "sheet" in name]
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
    assert load_workbook(io.BytesIO(body))["学校別"]["B2"].data_type == "s"


def test_nothing_in_a_schools_workbook_can_execute_or_names_another_school() -> None:
    night = replace(
        NIGHT, schools={SCHOOL: '=HYPERLINK("http://example.com")', OTHER: "緑台小学校"}
    )
    mine = next(school for school in handouts(night) if school.code == SCHOOL)
    with zipfile.ZipFile(io.BytesIO(handout_xlsx(night, mine))) as parts:
        whole = "".join(parts.read(name).decode() for name in parts.namelist())
    assert "<f>" not in whole
    assert "hyperlink" not in whole
    assert UMI[3] in whole
    assert not [word for word in (UMI[0], UMI[1], OTHER, "緑台小学校") if word in whole]


def test_a_code_that_is_no_code_names_no_file() -> None:
    night = replace(NIGHT, plan=replace(PLAN, schools={"../x": {"NEW": 1}}))
    assert [school.code for school in handouts(night)] == [SCHOOL, OTHER]


def test_the_sheet_of_decisions_can_be_given_back() -> None:
    sheet = load_workbook(io.BytesIO(xlsx(NIGHT)))["判断"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:2] == ("userMasterIdentifier", "決定")
    assert [(row[0], row[1], row[3], row[5]) for row in rows[1:]] == [
        (UMI[0], None, OTHER, "停止"),
        (UMI[1], None, OTHER, "停止"),
    ]


def sheet_of(people: dict[str, Person], title: str, **changed: Any) -> list[dict[str, Any]]:
    body = xlsx(replace(NIGHT, **changed), (), people)
    heading, *rows = load_workbook(io.BytesIO(body))[title].iter_rows(values_only=True)
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def test_who_must_be_decided_about_is_named_as_last_known() -> None:
    person = Person.of(a_pupil(1), date(2026, 11, 6))
    named, unknown = sheet_of({UMI[0]: person}, "判断")
    assert (named["氏名"], named["学年"], named["学級"], named["出席番号"]) == (
        "鈴木 湊", "小3", a_pupil(1).class_title, 1,
    )  # fmt: skip
    assert (named["アカウント"], named["名簿にいた最後の日"]) == (person.account, "2026-11-06")
    assert (unknown["userMasterIdentifier"], unknown["氏名"]) == (UMI[1], None)
    (held,) = sheet_of({UMI[3]: person}, "保留")
    assert (held["氏名"], held["学校名"]) == ("鈴木 湊", "若葉小学校")


def test_a_schools_file_names_nobody_of_another_school() -> None:
    people = {UMI[3]: Person.of(a_pupil(1, school=OTHER))}
    mine = next(school for school in handouts(NIGHT) if school.code == SCHOOL)
    with zipfile.ZipFile(io.BytesIO(handout_xlsx(NIGHT, mine, people))) as parts:
        whole = "".join(parts.read(name).decode() for name in parts.namelist())
    assert "鈴木" not in whole


def test_the_last_day_is_that_of_the_last_settled_night_before_the_pupil_was_missing() -> None:
    nights = [date(2026, 11, day) for day in (3, 5, 6, 9)]
    assert last_seen(date(2026, 11, 9), nights) == date(2026, 11, 6)
    assert last_seen(date(2026, 11, 3), nights) is None


def test_a_rehearsals_sheet_has_no_column_for_a_decision() -> None:
    (row, _) = sheet_of({}, "判断", mode="rehearse", verdict=Verdict.REHEARSED)
    assert list(row)[:2] == ["userMasterIdentifier", "決定(予行)"]
    decision = page_of(replace(NIGHT, mode="rehearse", verdict=Verdict.REHEARSED)).decision
    assert (decision.from_day, decision.upload, bool(decision)) == ("2026-11-11", "", False)


@pytest.mark.parametrize("body", [xlsx(NIGHT), handout_xlsx(NIGHT, HANDOUT)])
def test_every_sheet_is_printed_on_a4_across_with_its_headings_on_each_page(body: bytes) -> None:
    for sheet in load_workbook(io.BytesIO(body)).worksheets:
        paper = sheet.page_setup
        assert (paper.paperSize, paper.orientation) == (9, "landscape")
        fits = sheet.sheet_properties.pageSetUpPr
        assert fits
        assert fits.fitToPage
        assert (paper.fitToWidth or 1, paper.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$1:$1"


def test_columns_in_which_nothing_stands_are_left_out() -> None:
    heading = [*sheet_of({}, "指摘")[0]]
    assert heading == [
        "番号",
        "効果",
        "ファイル",
        "行",
        "列",
        "学校コード",
        "学校名",
        "内容",
        "すること",
    ]
    assert [*sheet_of({}, "学校別")[0]] == ["学校コード", "学校名", "新規・転入", "名簿にいない"]


def test_held_pupils_are_listed_with_code_and_school() -> None:
    rows = list(load_workbook(io.BytesIO(xlsx(NIGHT)))["保留"].iter_rows(values_only=True))
    assert rows[1:] == [(UMI[3], "M001", NO_PASSWORD.todo, SCHOOL, "若葉小学校")]


# -- the mail -------------------------------------------------------------------------------


def test_the_mail_is_a_line_and_an_address_without_any_pupil() -> None:
    mail = mail_line(NIGHT)
    first, todo, address = mail.strip().split("\n")
    assert first.startswith("【架け橋】△ 見本市 2026-11-10 確認待ち")
    assert todo.startswith("報告を開き、承認するかどうかを決めてください。")
    assert address == f"{NIGHT.place}report.html"
    assert not any(umi in mail for umi in UMI)


def test_a_good_night_asks_for_nothing_in_the_mail() -> None:
    mail = mail_line(replace(NIGHT, verdict=Verdict.APPLIED))
    assert len(mail.strip().split("\n")) == 2


def test_at_half_past_two_the_mail_says_what_broke_and_what_to_type() -> None:
    failed = Failure("provision", "TimeoutError")
    mail = mail_line(replace(NIGHT, verdict=Verdict.FAILED, failed=failed))
    first, todo, _ = mail.strip().split("\n")
    assert "失敗:アカウント反映で停止(TimeoutError)" in first
    assert todo.endswith("kakehashi rerun --city demo")


def test_the_address_in_the_mail_asks_who_you_are() -> None:
    mail = mail_line(replace(NIGHT, region="ap-northeast-1"))
    assert mail.strip().split("\n")[-1] == (
        "https://ap-northeast-1.console.aws.amazon.com/s3/object/runs"
        f"?region=ap-northeast-1&prefix=demo%2F{RUN_ID}%2Freport.html"
    )


STAFF = Guide(staff="https://staff.example.jp")


@pytest.mark.parametrize(
    ("verdict", "path"),
    [
        (Verdict.AWAITING, f"/approve/{RUN_ID}"),
        (Verdict.REFUSED, f"/nights/{RUN_ID}"),
        (Verdict.FAILED, f"/nights/{RUN_ID}"),
        (Verdict.APPLIED, "/decide?city=demo"),
    ],
)
def test_mail_and_report_lead_to_the_page_that_settles_it(verdict: Verdict, path: str) -> None:
    failed = Failure("diff", "KeyError") if verdict is Verdict.FAILED else None
    night = replace(NIGHT, verdict=verdict, failed=failed, guide=STAFF)
    assert mail_line(night).strip().split("\n")[-1] == f"https://staff.example.jp{path}"
    assert f'<a href="https://staff.example.jp{path}">' in html(night)
    assert "staff.example.jp" not in html(replace(night, guide=Guide()))


def test_a_mail_about_nothing_leads_to_the_morning() -> None:
    night = replace(NIGHT, verdict=Verdict.APPLIED, plan=NO_PLAN, guide=STAFF)
    assert mail_line(night).strip().split("\n")[-1] == "https://staff.example.jp/today?city=demo"


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_mail_of_a_city_that_reads_english_is_in_english(verdict: Verdict) -> None:
    night = replace(NIGHT, verdict=verdict, language="en", failed=Failure("diff", "KeyError"))
    assert not JAPANESE.search(mail_line(night).replace("見本市", ""))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_subject_is_what_sns_takes(verdict: Verdict) -> None:
    told = subject(replace(NIGHT, verdict=verdict))
    assert told.isascii()
    assert len(told) < 100


# -- decisions ------------------------------------------------------------------------------


def a_word(
    pupil: str,
    decision: str | None,
    standing: str = "counts",
    *,
    fresh: bool = True,
    name: str = "report.xlsx",
) -> DecisionNote:
    return DecisionNote(
        pupil=pupil, decision=decision, standing=standing, counts=standing == "counts",
        fresh=fresh, name=name, uploaded="2026-11-10T00:30:00+00:00",
    )  # fmt: skip


WORDS = [
    a_word(UMI[0], "suspend"), a_word(UMI[1], "suspend"), a_word(UMI[2], "link"),
    a_word(UMI[3], "keep"), a_word(UMI[4], "delete", "too-old"), a_word(UMI[5], None, "unreadable"),
    a_word(UMI[6], "suspend", "not-listed", fresh=False, name="old.csv"),
]  # fmt: skip


def test_every_decision_is_accounted_for_used_or_not_and_why() -> None:
    results = {UMI[0]: "done", UMI[1]: "failed"}
    found = decided(WORDS, results, Verdict.APPLIED)
    told = as_json(replace(NIGHT, decisions=found))["decisions"]
    assert told["used"] == {
        "suspend": {"done": 1, "failed": 1}, "link": {"impossible": 1}, "keep": {"kept": 1},
    }  # fmt: skip
    assert told["not_used"] == {
        "delete": {"too-old": 1}, "suspend": {"not-listed": 1}, "unreadable": {"unreadable": 1},
    }  # fmt: skip
    assert {one["name"] for one in told["lists"]} == {"report.xlsx", "old.csv"}
    assert not any(umi in json.dumps(told) for umi in UMI)


def test_a_decision_that_waits_for_an_approval_says_so() -> None:
    found = decided(WORDS[:1], {}, Verdict.AWAITING)
    assert [one.outcome for one in found] == ["waiting"]


def test_a_decision_to_make_an_account_again_waits_for_its_password_and_says_so() -> None:
    words = [a_word(UMI[0], "recreate"), a_word(UMI[1], "suspend")]
    found = decided(words, {}, Verdict.APPLIED, waiting=[UMI[0], UMI[1]])
    assert [one.outcome for one in found] == ["password", "impossible"]


def test_the_page_tells_of_new_lists_and_when_they_came_but_not_of_old_ones_again() -> None:
    found = decided(WORDS, {UMI[0]: "done"}, Verdict.APPLIED)
    text = _Outline(html(replace(NIGHT, decisions=found))).text
    assert "2026-11-10 09:30" in text
    assert "old.csv" not in text
    assert all(word in text for word in ("停止", "連携", "保留", "期限を過ぎた決定です"))


def test_a_night_without_decisions_has_no_words_about_them() -> None:
    assert "送られた決定" not in html(NIGHT)
    assert as_json(NIGHT)["decisions"] == {"used": {}, "not_used": {}, "lists": []}


# -- times, groups and licences -------------------------------------------------------------------


def test_the_page_shows_when_it_was_forecast_to_end_and_when_it_ended() -> None:
    begun = datetime(2026, 11, 23, 17, 10, tzinfo=UTC)
    done = Progress("", begun, 4000, 1, 20, ended=begun + timedelta(seconds=210))
    night = replace(NIGHT, progress=done)
    page = html(night)
    assert "02:13:20" in page
    assert "02:13:30" in page
    assert as_json(night)["provision"] == {
        "started": "2026-11-23T17:10:00+00:00", "forecast_end": "2026-11-23T17:13:20+00:00",
        "ended": "2026-11-23T17:13:30+00:00", "writes": 4000,
    }  # fmt: skip
    assert "(途中で停止)" in html(replace(night, progress=replace(done, ended=None)))
    assert as_json(NIGHT)["provision"] == {}


def test_what_was_done_to_groups_and_licences_is_told() -> None:
    work = {"groups_made": 12, "groups_licensed": 400, "groups_left": 0}
    night = replace(NIGHT, counts=dict(NIGHT.counts) | work)
    assert "作ったグループ" in html(night)
    assert as_json(night)["groups"] == {"made": 12, "licensed": 400, "left": 0}
