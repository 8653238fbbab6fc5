"""What `kakehashi why` knows of a pupil after a few nights, and that it knows why not."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from kakehashi.edges.archive import Archive
from kakehashi.edges.runs import Folder
from kakehashi.staff.timeline import entries, in_order
from tests.builders import a_drop, a_known, a_pupil, an_id, zip_bytes
from tests.nights import Night
from tests.staff import Board
from tests.tenants import as_graph

CHILD = a_pupil(12)


def archive(board: Board) -> Archive:
    names = board.nights.names
    return Archive(boto3.client("s3"), names["RUNS_BUCKET"], names["OUTBOX_BUCKET"], "demo")


def story(board: Board, who: str) -> list[dict[str, Any]]:
    found = archive(board)
    run_ids = found.run_ids(50)
    umi = found.who(who, run_ids)
    ids = found.ids(umi, run_ids) if umi else {}
    return [c.to_json() for c in entries(found.trace(*one) for one in ids.items())]


def facts(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    return entry["verdict"], entry["situation"], entry["action"], entry["outcome"]


@pytest.mark.usefixtures("missing")
def test_the_life_of_an_account_is_told_night_by_night(board: Board) -> None:
    board.mark((CHILD.id, "保留"))
    board.mark((CHILD.id, "停止"))
    board.later(1)
    told = story(board, CHILD.id)
    assert [facts(entry) for entry in told] == [
        ("unchanged", "CONFIRMED", "", ""),
        ("unchanged", "GONE", "record", "done"),
        ("unchanged", "GONE", "", ""),
        ("applied", "GONE", "suspend", "done"),
        ("unchanged", "SUSPENDED", "", ""),
    ]
    assert [bool(entry["reason"]) for entry in told] == [True, True, True, False, True]
    assert [entry["line"] for entry in told] == [13, None, None, None, None]
    assert told[3]["request_id"]
    assert (told[3]["decision"]["decision"], told[3]["decision"]["counts"]) == ("suspend", True)
    assert told[3]["tools"] == {
        "lgate": {"mode": "bulk", "status": "suspended"},
        "interactive_study": {"mode": "delta", "status": "suspended"},
    }
    assert told[2]["tools"]["interactive_study"]["status"] == "nothing"


@pytest.mark.usefixtures("missing")
def test_a_pupil_is_found_by_id_account_and_line_of_the_newest_drop(
    board: Board,
) -> None:
    found = archive(board)
    run_ids = found.run_ids(50)
    one = a_pupil(3)
    for words in (one.id, one.id.upper(), one.account, one.account.upper(), "users.csv:4"):
        assert found.who(words, run_ids) == one.id
    assert found.who(CHILD.account, run_ids) == CHILD.id, "of an older drop"
    for words in ("users.csv:13", "nobody@ed.example.jp", "見本", ""):
        assert found.who(words, run_ids) == ""


def test_a_line_is_one_of_the_newest_nights_drop_and_not_of_a_rehearsals(board: Board) -> None:
    drop = a_drop(12)
    drop.rows["users.csv"].reverse()
    rehearsed = board.nights.run(drop.zip(), mode="rehearse")
    assert rehearsed.verdict == "rehearsed"
    found = archive(board)
    assert found.who("users.csv:4", found.run_ids(50)) == a_pupil(3).id
    assert found.who("users.csv:4", [rehearsed.run["run_id"]]) == a_pupil(10).id


def test_a_line_is_looked_for_before_a_drop_that_could_not_be_read(board: Board) -> None:
    whole = a_drop(12).zip()
    assert board.nights.run(whole[: len(whole) * 3 // 5]).verdict == "refused"
    found = archive(board)
    assert found.who("users.csv:4", found.run_ids(50)) == a_pupil(3).id


def test_a_change_says_what_differs_and_never_the_values(board: Board) -> None:
    drop = a_drop(12)
    drop.rows["users.csv"][2]["preferredFamilyName"] = "高橋"
    assert board.nights.run(drop.zip()).verdict == "applied"
    told = story(board, a_pupil(3).id)[-1]
    assert (facts(told), told["changed"]) == (
        ("applied", "CHANGED", "update", "done"),
        ["family"],
    )
    assert not told["reason"]
    assert "高橋" not in str(told)


def test_a_refused_drop_says_so_to_everybody_on_it(board: Board) -> None:
    files = a_drop(12).files()
    files["users.csv"] = files["users.csv"].replace(b"enabledUser", b"enabled", 1)
    night = board.nights.run(zip_bytes(files))
    assert night.verdict == "refused"
    told = story(board, a_pupil(3).id)[-1]
    assert (told["verdict"], told["line"], told["situation"]) == ("refused", 4, "")
    assert "H0" in told["reason"]


def test_a_waiting_plan_and_a_broken_row_each_have_their_reason(
    board: Board,
) -> None:
    waiting = board.nights.run(a_drop(4).zip())
    assert waiting.verdict == "awaiting-approval"
    gone = story(board, a_pupil(12).id)[-1]
    assert (gone["verdict"], gone["situation"], gone["outcome"]) == (
        "awaiting-approval", "GONE", "")  # fmt: skip
    drop = a_drop(12)
    drop.rows["users.csv"][2]["enabledUser"] = "perhaps"
    assert board.nights.run(drop.zip()).verdict == "unchanged"
    held = story(board, a_pupil(3).id)[-1]
    assert (held["situation"], held["line"], held["action"]) == ("HELD", 4, "")
    assert {finding["line"] for finding in held["findings"]} == {4}
    assert any(held["reason"].startswith(finding["code"]) for finding in held["findings"])


def test_a_plan_that_waited_stands_where_it_was_applied(board: Board) -> None:
    waiting = board.nights.run(a_drop(4).zip())
    board.nights.tomorrow()
    files = a_drop(12).files()
    files["users.csv"] = files["users.csv"].replace(b"enabledUser", b"enabled", 1)
    refused = board.nights.run(zip_bytes(files))
    applied = board.nights.approve(waiting.summary)
    assert applied.verdict in {"applied", "unchanged"}
    found = archive(board)
    run_ids = found.run_ids(50)
    told = list(entries(found.trace(run_id, a_pupil(3).id) for run_id in run_ids))
    records = {run_id: board.nights.state.run(run_id) for run_id in run_ids}
    approved = {run_id: r.approved.at if r.approved else "" for run_id, r in records.items()}
    order = [entry.trace.run_id for entry in in_order(told, approved)]
    assert order[-2:] == [refused.run["run_id"], waiting.run["run_id"]]
    assert sorted(order) == [entry.trace.run_id for entry in told]


def test_nobody_is_told_of_a_pupil_whom_no_run_knows(board: Board) -> None:
    assert story(board, an_id("nobody")) == []


def test_who_waits_for_a_decision_is_told_what_for(board: Board, missing: Night) -> None:
    board.mark((CHILD.id, "削除"))
    reasons = [entry["reason"] for entry in story(board, CHILD.id)]
    assert "停止" in reasons[1]
    assert "別の候補への答え" in reasons[2]


def test_an_account_that_was_there_before_us_is_told_with_the_evidence(board: Board) -> None:
    by_hand = as_graph(a_known(13)) | {"onPremisesExtensionAttributes": {}, "displayName": "別 人"}
    board.nights.tenant.give(by_hand | {"officeLocation": "別の学校"})
    board.nights.run(a_drop(13).zip())
    told = story(board, a_pupil(13).account)[-1]
    assert (told["situation"], told["doubt"]) == ("UNLINKED", 85)
    assert told["evidence"][:2] == ["氏名がちがう", "学校がちがう"]
    assert "連携" in told["reason"]
    assert "別 人" not in str(told)


def test_a_decision_that_the_account_does_not_allow_is_told_as_that(
    board: Board, missing: Night
) -> None:
    account = board.nights.tenant.user(CHILD.account)
    marks = {"onPremisesExtensionAttributes": {"extensionAttribute1": "somebody else"}}
    board.nights.tenant.give(account | marks)
    board.mark((CHILD.id, "停止"))
    told = story(board, CHILD.id)[-1]
    assert (told["situation"], told["decision"]["counts"]) == ("GONE", True)
    assert "アカウントの状態により" in told["reason"]
    assert "S048" in [finding["code"] for finding in told["findings"]]


def test_an_account_that_is_gone_is_told_with_what_it_waits_for(board: Board) -> None:
    board.nights.tenant.purge(board.nights.tenant.user(CHILD.account)["id"])
    board.later(1)
    assert "作成" in story(board, CHILD.id)[-1]["reason"]
    board.mark((CHILD.id, "作成"))
    told = story(board, CHILD.id)[-1]
    assert (told["situation"], told["decision"]["counts"]) == ("LOST", True)
    assert "初期パスワード" in told["reason"]


def test_a_look_up_reads_a_small_part_of_each_night(
    board: Board, missing: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = archive(board)
    read: list[str] = []
    plain = Folder.get

    def noted(folder: Folder, name: str) -> bytes | None:
        read.append(name)
        return plain(folder, name)

    monkeypatch.setattr(Folder, "get", noted)
    run_ids = found.run_ids(50)
    ids = found.ids(CHILD.id, run_ids)
    assert any(found.trace(*one) for one in ids.items())
    assert set(read) == {"index/pupils.json"}
    assert len(read) == len(run_ids)


def test_a_night_without_an_index_tells_the_same(board: Board, missing: Night) -> None:
    board.mark((CHILD.id, "停止"))
    files = a_drop(12).files()
    files["users.csv"] = files["users.csv"].replace(b"enabledUser", b"enabled", 1)
    board.nights.run(zip_bytes(files))
    drop = a_drop(12)
    drop.rows["users.csv"][2]["enabledUser"] = "perhaps"
    board.nights.run(drop.zip())
    pupils = [a_pupil(n).id for n in range(1, 14)]
    with_index = [story(board, pupil) for pupil in pupils]
    assert max(map(len, with_index)) == len(archive(board).run_ids(50))
    s3, runs = boto3.client("s3"), board.nights.names["RUNS_BUCKET"]
    for run_id in archive(board).run_ids(50):
        for name in ("index/pupils.json", "index/pupils.gz"):
            s3.delete_object(Bucket=runs, Key=f"demo/{run_id}/{name}")
    for pupil, told in zip(pupils, with_index, strict=True):
        for now, then in zip(story(board, pupil), told, strict=True):
            for tool, one in now["tools"].items():  # the index knows what a file said of old
                then["tools"][tool] |= (
                    {"status": one["status"]} if one["status"] == "replaced" else {}
                )
            assert now == then
