"""夜の一覧, 予行, 届いたか, 運用, パスワード: what each shows, and to whom."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
import segno

from kakehashi.guide import Guide
from kakehashi.staff import arrived, nights, operate, password_page, rehearsal
from kakehashi.staff.drawing import render
from kakehashi.staff.uploading import Upload, UploadPurpose
from kakehashi.staff.viewer import Role
from tests.builders import a_pupil
from tests.unit.staff.gallery import (
    RULES_NEXT,
    RULES_NOW,
    a_night,
    a_rehearsal,
    an_operation,
    some_arrivals,
    some_slips,
)
from tests.unit.staff.scenes import CITY, SCHOOLS, a_frame, a_record, a_viewer, sixty_nights

OPERATOR = a_viewer(Role.OPERATE)


def test_nights_come_thirty_to_a_page() -> None:
    first = nights.nights(sixty_nights(), 1, OPERATOR, CITY)
    second = nights.nights(sixty_nights(), 2, OPERATOR, CITY)
    assert first.more
    assert not second.more
    assert not {row.run_id for row in first.rows} & {row.run_id for row in second.rows}


def test_only_a_night_that_was_applied_and_stands_can_be_undone() -> None:
    assert nights.night(a_night(), OPERATOR).undo
    assert not nights.night(a_night(), a_viewer(Role.SEE)).undo
    refused = replace(a_night(), record=a_record(1, verdict="refused"))
    assert not nights.night(refused, OPERATOR).undo
    undone = replace(a_night(), record=a_record(1, undone_by="demo-20261202T010101-00000000"))
    assert not nights.night(undone, OPERATOR).undo


def test_a_night_hands_out_known_files_and_the_workbooks_of_schools_only() -> None:
    given = replace(a_night(), files=(*a_night().files, "desired.jsonl", "city.toml"))
    html = render(nights.night(given, OPERATOR), a_frame("/nights"))
    assert "report.xlsx" in html
    assert "desired.jsonl" not in html
    assert "city.toml" not in html


def test_a_rehearsal_stands_beside_today_and_the_real_night() -> None:
    view = rehearsal.rehearsal(a_rehearsal(), OPERATOR)
    assert view.counts[0][1:] == (2_510, 3, 2_513)
    before = rehearsal.rehearsal(replace(a_rehearsal(), real={}), OPERATOR)
    assert before.counts[0][3] is None
    assert "まだ" in render(before, a_frame("/rehearsal"))


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2027-04-01", "2027-04-01"), ("2026-11-30", ""), ("", ""), ("x", ""), ("2027-13-01", "")],
)
def test_a_day_to_rehearse_is_one_to_come(typed: str, day: str) -> None:
    assert rehearsal.day_of({"as_of": typed}, date(2026, 12, 1)) == day


def test_a_refused_roster_says_why_and_what_to_do() -> None:
    html = render(some_arrivals(OPERATOR), a_frame("/arrived"))
    assert "zip が壊れています。" in html
    assert "もう一度書き出して送ります。" in html


def test_a_form_to_send_is_shown_to_whom_it_is_for() -> None:
    kinds = {one.kind for one in some_arrivals(a_viewer(Role.DECIDE)).choices}
    assert kinds == {UploadPurpose.ROSTER, UploadPurpose.DECISIONS, UploadPurpose.TOOL_RECEIPT}
    assert UploadPurpose.DECISIONS not in {one.kind for one in some_arrivals(OPERATOR).choices}
    assert not some_arrivals(a_viewer(Role.SEE)).choices


def test_what_is_wrong_with_an_upload_can_not_be_started() -> None:
    bad = arrived.CheckedUpload(UploadPurpose.ROSTER, "x.zip")
    html = render(arrived.arrived([], [], OPERATOR, CITY, checked=bad), a_frame("/arrived"))
    assert "/arrived/start" not in html
    good = replace(bad, token="t0")
    html = render(arrived.arrived([], [], OPERATOR, CITY, checked=good), a_frame("/arrived"))
    assert 'name="token" value="t0"' in html


def test_a_failure_is_told_in_plain_words() -> None:
    view = operate.operate(an_operation(), OPERATOR)
    assert [one.what.ja for one in view.failed] == [
        "Microsoft 365 の混雑",
        "l-gate に渡せなかった",
    ]
    assert all(one.todo.ja for one in view.failed)


def test_who_asked_for_a_change_can_not_confirm_it() -> None:
    (change,) = an_operation().proposed
    (theirs,) = operate.operate(an_operation(), OPERATOR).proposed
    assert theirs.confirm
    own = replace(an_operation(), proposed=[replace(change, oid=OPERATOR.oid)])
    (waiting,) = operate.operate(own, OPERATOR).proposed
    assert not waiting.confirm
    assert waiting.own


def test_each_change_of_the_rules_that_waits_is_shown() -> None:
    (change,) = an_operation().proposed
    second = replace(change, digest="d2", text=RULES_NOW.replace("400", "700"))
    view = operate.operate(replace(an_operation(), proposed=[change, second]), OPERATOR)
    html = render(view, a_frame("/operate"))
    assert 'value="d1"' in html
    assert 'value="d2"' in html
    assert "+ number = 600" in html
    assert "+ number = 700" in html


def test_that_there_are_more_failures_than_are_shown_is_said() -> None:
    assert "一部だけ" in render(operate.operate(an_operation(), OPERATOR), a_frame("/operate"))
    whole = operate.operate(replace(an_operation(), letters_cut=False), OPERATOR)
    assert "一部だけ" not in render(whole, a_frame("/operate"))


def test_somebody_can_be_given_posts_at_several_schools() -> None:
    html = render(operate.operate(an_operation(), OPERATOR), a_frame("/operate"))
    boxes = re.findall(r'type="checkbox" name="school" value="([^"]+)"', html)
    assert boxes == ["*", *sorted(SCHOOLS)]


def test_a_change_of_rules_is_shown_line_by_line() -> None:
    lines = list(operate.difference(RULES_NOW, RULES_NEXT))
    assert ("-", "number = 400") in lines
    assert ("+", "number = 600") in lines
    assert not list(operate.difference(RULES_NOW, RULES_NOW))


def test_rules_that_do_not_load_can_not_be_proposed() -> None:
    broken = replace(an_operation(), checked=operate.CheckedRules("x", ("name がありません",)))
    html = render(operate.operate(broken, OPERATOR), a_frame("/operate"))
    assert "/operate/rules/propose" not in html
    assert "name がありません" in html


def test_the_runbook_is_linked_where_it_can_be_opened() -> None:
    assert not operate.operate(an_operation(), OPERATOR).runbook
    published = replace(an_operation(), guide=Guide(docs="https://docs.example.jp/"))
    links = operate.operate(published, OPERATOR).runbook
    assert links[0][0] == "https://docs.example.jp/runbook.ja.md#drop-missing"


def test_eight_slips_stand_on_a_sheet_in_the_order_of_the_register() -> None:
    view = some_slips()
    assert [len(sheet) for sheet in view.sheets] == [8, 3]
    assert view.sheets[0][1].place == "1年1組 1ばん"
    assert view.sheets[0][0].reading == "さとう ひな"


def test_a_slip_shows_its_password_on_paper_and_in_no_repr() -> None:
    made = password_page.slips([(a_pupil(1), "sakura-72-umi")], "https://portal.example.jp")
    assert "sakura-72-umi" in render(made, a_frame("/passwords"))
    assert "sakura" not in repr(made)
    assert a_pupil(1).family not in repr(made)


def test_the_slips_of_one_making_fit_into_an_answer_of_a_lambda() -> None:
    given = [(a_pupil(n, grade="P1", class_title="1年1組"), "Sakura-Hinagiku-2345")
             for n in range(password_page.MOST)]  # fmt: skip
    page = render(password_page.slips(given, "https://portal.example.jp"), a_frame("/passwords"))
    assert len(page.encode()) < 1_000_000
    assert page.count(password_page.qr("https://portal.example.jp")[0]) == 1


def test_the_square_code_is_one_of_the_address() -> None:
    path, side = password_page.qr("https://portal.example.jp")
    assert side == 33  # 25 modules and a quiet zone of four on each side
    assert path.startswith("M4 4h1v1h-1z")
    assert password_page.qr("https://portal.example.jq")[0] != path


def test_japanese_in_an_address_is_utf_8_in_the_code() -> None:
    """Not Shift_JIS, which a reader can only guess."""
    address = "https://portal.example.jp/はじめ"
    made = segno.make(address.encode(), error="m", micro=False)
    path, side = password_page.qr(address)
    assert (side, path.count("M")) == (made.symbol_size(border=4)[0], sum(map(sum, made.matrix)))


def test_who_waits_is_counted_by_school() -> None:
    view = password_page.passwords(
        [a_pupil(n) for n in range(4)],
        (),
        Upload(UploadPurpose.PASSWORDS, "https://s3.example.jp", 4_000_000),
    )
    assert view.total == 4
    assert [n for *_, n in view.schools] == [4]
    assert "key_again" in render(view, a_frame("/passwords"))


def test_a_nights_page_counts_whom_a_tool_still_lets_in() -> None:
    html = render(nights.night(a_night(), OPERATOR), a_frame("/nights"))
    assert "停止・削除した 12 人は" in html
