"""What a person needs to decide, and when a decision is taken: whole nights."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import boto3
import openpyxl
import pytest

from kakehashi.edges.archive import Archive
from kakehashi.staff.timeline import person_of
from tests.builders import TODAY, a_code, a_drop, a_known, a_password_file, a_pupil
from tests.decisions import filled_in
from tests.nights import Night, Nights
from tests.staff import Board

CHILD = a_pupil(12)
NAME = f"{CHILD.family} {CHILD.given}"


def table(body: bytes, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by their headings; none for a sheet that is not there."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    if sheet not in book.sheetnames:
        return []
    heading, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, heading), row, strict=True)) for row in rows]


def enabled(board: Board) -> bool:
    return bool(board.nights.tenant.user(CHILD.account)["accountEnabled"])


def cut(pupils: int) -> bytes:
    """An export that breaks off."""
    return a_drop(pupils).zip()[:-40]


# -- who it is about -------------------------------------------------------------------------------


def test_a_leaver_is_named_as_last_known_where_staff_decide_and_nowhere_else(
    board: Board, missing: Night
) -> None:
    (row,) = table(missing.folder.need("report.xlsx"), "判断")
    assert (row["userMasterIdentifier"], row["決定"], row["氏名"]) == (CHILD.id, None, NAME)
    assert (row["学年"], row["学級"], row["出席番号"]) == ("小3", CHILD.class_title, 12)
    assert (row["アカウント"], row["名簿にいた最後の日"]) == (CHILD.account, TODAY.isoformat())
    for days in (1, 5):
        (row,) = table(board.later(days).folder.need("report.xlsx"), "判断")
        assert row["名簿にいた最後の日"] == TODAY.isoformat()
    told = [missing.folder.need(name).decode() for name in ("report.html", "summary.json")]
    told += [missing.folder.need(name).decode() for name in missing.folder.names("findings/")]
    told += [*board.nights.mails(), board.nights.lambdas.said.getvalue()]
    told += [str(payload) for payload in missing.execution.payloads]
    for secret in (NAME, CHILD.given, CHILD.account):
        assert not [text for text in told if secret in text]


def test_a_school_is_told_its_own_leavers_names_and_nobody_elses(nights: Nights) -> None:
    leavers = [a_known(pupil=a_pupil(n, school=a_code(school))) for n, school in ((31, 1), (32, 2))]
    nights.given([*(a_known(n) for n in range(1, 13)), *leavers])
    night = nights.run(a_drop(12).zip())
    assert set(night.summary["proposed"]["GONE"]) == {one.pupil.id for one in leavers}
    for one in leavers:
        body = night.folder.need(f"schools/{one.pupil.school}.xlsx")
        (row,) = table(body, "判断待ち")
        name = f"{one.pupil.family} {one.pupil.given}"
        assert (row["userMasterIdentifier"], row["氏名"]) == (one.pupil.id, name)
        assert row["学級"] == one.pupil.class_title


def test_whoever_is_held_is_named_too_in_the_roster_or_not(board: Board) -> None:
    drop = a_drop(12)
    users = drop.rows["users.csv"]
    users[3]["metadata.jp.homeClass"] = "nowhere"
    users[4]["familyName"] = users[4]["preferredFamilyName"] = ""
    users[5]["username"] = users[5]["email"] = users[5]["userIds"] = ""
    night = board.nights.run(drop.zip())
    held = {
        row["userMasterIdentifier"]: row for row in table(night.folder.need("report.xlsx"), "保留")
    }
    assert held.keys() == {umi for ids in night.summary["held"].values() for umi in ids}
    assert held
    for row in held.values():
        assert row["氏名"]
        assert row["名簿にいた最後の日"] == night.run["as_of"]
        assert row["すること"]


def test_why_says_who_it_is_and_when_the_roster_held_the_child_last(
    board: Board, missing: Night
) -> None:
    board.later(3)
    board.nights.run(a_drop(12).zip(), mode="rehearse", as_of=TODAY + timedelta(days=30))
    names = board.nights.names
    found = Archive(boto3.client("s3"), names["RUNS_BUCKET"], names["OUTBOX_BUCKET"], "demo")
    person = person_of([found.trace(run_id, CHILD.id) for run_id in found.run_ids(50)])
    assert person
    assert (person.name, person.account, person.last_seen) == (NAME, CHILD.account, TODAY)


# -- on the morning after a refused drop -----------------------------------------------------------


def test_after_a_refused_drop_a_decision_is_taken_with_the_roster_that_was_accepted(
    board: Board, missing: Night
) -> None:
    board.nights.tomorrow()
    refused = board.nights.run(cut(11))
    assert refused.verdict == "refused"
    answer = board.mark((CHILD.id, "利用停止"))
    assert (answer.verdict, enabled(board)) == ("applied", False)
    assert answer.summary["findings"]["S173"] == 1
    page = answer.folder.need("report.html").decode()
    assert missing.run["run_id"] in page, "the report says which roster was taken"
    assert board.nights.rerun().verdict == "refused", "a person's rerun is about the newest file"


def test_a_roster_in_loose_files_is_taken_as_it_was_accepted_not_as_it_lies_there_now(
    board: Board, missing: Night
) -> None:
    def put(files: dict[str, bytes]) -> Night:
        for name, body in files.items():
            board.nights.put("INBOX_BUCKET", f"inbox/demo/roster/loose/{name}", body)
        return board.nights.start(board.nights.event_of("inbox/demo/roster/loose/manifest.csv"))

    assert put(a_drop(11).files()).verdict == "unchanged"
    board.nights.tomorrow()
    assert put(a_drop(11).files() | {"users.csv": b"broken"}).verdict == "refused"
    assert board.mark((CHILD.id, "停止")).verdict == "applied"
    assert not enabled(board)


def test_passwords_that_come_after_a_refused_drop_are_used_all_the_same(board: Board) -> None:
    child = a_pupil(13)
    waits = board.nights.run(a_drop(13).zip())
    assert waits.summary["held"] == {"M001": [child.id]}
    assert board.nights.run(cut(13)).verdict == "refused"
    board.nights.put_passwords(a_password_file({child.account: "Hinagiku-0013x"}))
    order = {"action": "rerun", "city": "demo", "upload": "passwords"}
    assert board.nights.start(order).verdict == "applied"
    assert board.nights.tenant.user(child.account)["accountEnabled"]


def test_where_no_roster_was_ever_accepted_the_refused_one_is_run_again(nights: Nights) -> None:
    assert nights.run(cut(3)).verdict == "refused"
    night = Board(nights).mark((CHILD.id, "停止"))
    assert (night.verdict, night.summary["findings"].get("S173")) == ("refused", None)


# -- rehearsals ------------------------------------------------------------------------------------


@pytest.fixture
def rehearsal(board: Board, missing: Night) -> Night:
    day = TODAY + timedelta(days=30)
    night = board.nights.run(a_drop(10).zip(), mode="rehearse", as_of=day)
    assert night.verdict == "rehearsed"
    assert set(night.summary["proposed"]["GONE"]) == {CHILD.id, a_pupil(11).id}
    return night


def test_a_rehearsal_asks_for_no_decision_and_says_from_which_day_there_is_one(
    rehearsal: Night,
) -> None:
    page = rehearsal.folder.need("report.html").decode()
    assert f"{TODAY + timedelta(days=30)} の名簿での見込み" in page
    assert "kakehashi upload approvals" not in page
    assert "あなたの判断が必要なことはありません" in page


def test_a_sheet_of_a_rehearsal_is_not_taken_as_workbook_or_as_csv(
    board: Board, rehearsal: Night
) -> None:
    body = rehearsal.folder.need("report.xlsx")
    with pytest.raises(KeyError):
        filled_in(body, {CHILD.id: "停止"})
    book = openpyxl.load_workbook(io.BytesIO(body))
    sheet = book["判断"]
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, 2).value = "停止"
    saved = io.BytesIO()
    book.save(saved)
    lines = [",".join(str(cell or "") for cell in row) for row in sheet.iter_rows(values_only=True)]
    for upload in (saved.getvalue(), "\n".join(lines).encode()):
        night = board.decide(upload)
        assert (night.verdict, night.summary["findings"]["S172"]) == ("unchanged", 1)
    assert enabled(board)


# -- uploads of any kind ---------------------------------------------------------------------------


def test_a_bad_upload_stops_neither_its_own_night_nor_those_that_follow(
    board: Board, missing: Night
) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", "<a/>" * 1_000_000)
    for body, code in ((bomb.getvalue(), "S066"), (b"x" * 10_000_001, "S171")):
        night = board.decide(body, "report.xlsx")
        assert (night.verdict, night.summary["findings"][code]) == ("unchanged", 1)
    assert board.later(1).verdict == "unchanged"
    assert board.mark((CHILD.id, "停止")).verdict == "applied"
    assert not enabled(board)
