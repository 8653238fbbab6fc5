"""The life of an account, night after night through the real state machine, told as stories."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

from kakehashi.people.record import Status
from tests.builders import a_drop, a_password_file, a_pupil, an_id
from tests.decisions import a_csv
from tests.integration.test_night import users_of
from tests.nights import ROOT, Night
from tests.staff import Board

CHILD = a_pupil(12)
BULK, DELTA = "lgate", "interactive_study"


def user(board: Board) -> dict[str, Any]:
    return users_of(board.nights)[CHILD.id]


def told(board: Board, night: Night, tool: str) -> list[tuple[str, str]]:
    """(status, enabledUser) of the child's row in what the tool got that night."""
    (delivery,) = [d for d in night.summary["deliveries"] if d["tool"] == tool]
    if not delivery["file"]:
        return []
    with zipfile.ZipFile(io.BytesIO(board.nights.outbox()[delivery["file"]])) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("users.csv").decode("utf-8-sig")))
        return [(row.get("status", ""), row["enabledUser"]) for row in rows
                if row["sourcedId"] == CHILD.id]  # fmt: skip


def safety(night: Night) -> dict[str, int]:
    """What was said of limits, lists and decisions."""
    return {code: n for code, n in night.summary["findings"].items() if code[0] == "S"}


def deletes(board: Board) -> int:
    return board.nights.tenant.count("deletes")


# -- what does not happen --------------------------------------------------------------------------


def test_nobody_marks_the_child_and_nothing_ever_happens(board: Board, missing: Night) -> None:
    for days in (1, 30, 90):
        assert board.later(days).summary["proposed"]["GONE"] == [CHILD.id]
    assert (user(board)["accountEnabled"], deletes(board)) == (True, 0)


def test_marks_on_children_who_are_at_school_or_on_nobody_do_nothing(
    board: Board, missing: Night
) -> None:
    here = [(a_pupil(n).id, word) for n, word in enumerate(("停止", "削除", "連携"), 1)]
    night = board.mark(*here, (an_id("nobody"), "停止"), ("佐藤陽菜", "停止"))
    assert night.verdict == "unchanged"
    assert safety(night) == {"S062": 4, "S069": 1}
    assert all(u["accountEnabled"] for u in users_of(board.nights).values())


def test_a_list_that_contradicts_itself_is_followed_for_nobody_it_contradicts(
    board: Board, missing: Night
) -> None:
    night = board.mark((CHILD.id, "停止"), (CHILD.id, "保留"))
    assert (night.verdict, safety(night)) == ("unchanged", {"S070": 2})
    assert user(board)["accountEnabled"]


def test_an_old_decision_does_nothing_when_the_child_leaves_again(
    board: Board, missing: Night
) -> None:
    board.mark((CHILD.id, "停止"))
    board.nights.tomorrow()
    assert board.nights.run(a_drop(12).zip()).summary["counts"]["RETURNED"] == 1
    board.nights.tomorrow()
    again = board.nights.run(a_drop(11).zip())
    assert again.summary["proposed"]["GONE"] == [CHILD.id]
    for _ in range(2):
        board.later(1)
    assert user(board)["accountEnabled"]


def test_a_mark_for_deletion_before_its_time_deletes_nobody(board: Board, missing: Night) -> None:
    assert safety(board.mark((CHILD.id, "削除"))) == {"S062": 1}
    board.mark((CHILD.id, "停止"))
    assert safety(board.mark((CHILD.id, "削除"))) == {"S062": 1}
    for days in (89, 1, 5):
        board.later(days)
    assert (user(board)["accountEnabled"], deletes(board)) == (False, 0)


def test_a_rehearsal_follows_no_decision_and_uses_none_up(board: Board, missing: Night) -> None:
    key = "inbox/demo/approvals/list.csv"
    board.nights.put("INBOX_BUCKET", key, a_csv([(CHILD.id, "停止")]))
    before = board.nights.everything()
    night = board.nights.start({"action": "rehearse", "city": "demo"})
    assert (night.verdict, night.folder.get_json("plan.json")["actions"]) == (
        "rehearsed",
        {"suspend": 1},
    )
    after = board.nights.everything()
    moved = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
    assert {k for k in moved if night.run["prefix"] not in k} == set()
    assert board.nights.rerun().verdict == "applied"
    assert not user(board)["accountEnabled"]


def test_passwords_for_which_nobody_waits_start_no_run_to_speak_of(board: Board) -> None:
    event = json.loads((ROOT / "events" / "passwords.json").read_text())
    night = board.nights.start(event)
    assert (night.status, night.verdict) == ("SUCCEEDED", "already-done")
    assert board.nights.state.lease() is None


# -- what does -------------------------------------------------------------------------------------


def test_passwords_that_come_late_make_the_account_at_once(board: Board) -> None:
    waiting = board.nights.run(a_drop(13).zip())
    assert waiting.summary["held"] == {"M001": [a_pupil(13).id]}
    board.nights.put_passwords(a_password_file({a_pupil(13).account: "Hinagiku-0013x"}))
    night = board.nights.start(json.loads((ROOT / "events" / "passwords.json").read_text()))
    assert night.verdict == "applied"
    assert board.nights.tenant.knows_password(a_pupil(13).account, "Hinagiku-0013x")


def test_the_report_filled_in_and_sent_back_suspends_exactly_who_is_marked(
    board: Board, missing: Night
) -> None:
    board.nights.tenant.recount()
    night = board.fill_in(missing, {CHILD.id: "停止"})
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    disabled = {umi for umi, u in users_of(board.nights).items() if not u["accountEnabled"]}
    assert disabled == {CHILD.id}
    assert board.nights.tenant.shapes()["POST /users/{id}/revokeSignInSessions"] == 1
    state = board.nights.state.pupil(CHILD.id)
    assert state is not None
    assert (state.status, state.suspended_on) == (Status.SUSPENDED, board.nights.clock.date())
    assert (told(board, night, BULK), told(board, night, DELTA)) == (
        [("", "false")],
        [("active", "false")],
    )
    (row,) = night.folder.lines("decisions.jsonl")
    assert (row["pupil"], row["decision"], row["line"]) == (CHILD.id, "suspend", 2)
    assert row["counts"]
    assert row["version"]
    assert board.nights.rerun().verdict == "unchanged"


def test_who_comes_back_in_time_has_the_same_account_at_another_school(
    board: Board, missing: Night
) -> None:
    before = user(board)
    board.mark((CHILD.id, "停止"))
    board.nights.go_to(board.nights.clock.date() + timedelta(days=40))
    drop = a_drop(11)
    other = drop.add_school(name="見本市立第9小学校")
    drop.add_pupil(12, school=other, home=drop.add_class("3年1組", school=other))
    night = board.nights.run(drop.zip())
    assert (night.verdict, night.summary["counts"]["RETURNED"]) == ("applied", 1)
    after = user(board)
    assert (after["id"], after["accountEnabled"]) == (before["id"], True)
    assert (after["officeLocation"], after["department"]) == ("見本市立第9小学校", "3年1組")
    assert told(board, night, DELTA) == [("active", "true")]
    state = board.nights.state.pupil(CHILD.id)
    assert state is not None
    assert (state.status, state.suspended_on, state.absent_since) == (Status.ACTIVE, None, None)


def test_suspended_then_deleted_when_marked_again_then_back_with_the_same_account(
    board: Board, missing: Night
) -> None:
    object_id = user(board)["id"]
    board.mark((CHILD.id, "停止"))
    expired = board.later(90)
    assert (expired.verdict, expired.summary["proposed"]["EXPIRED"]) == ("unchanged", [CHILD.id])
    assert deletes(board) == 0

    gone = board.fill_in(expired, {CHILD.id: "削除"})
    assert (gone.verdict, deletes(board)) == ("applied", 1)
    assert CHILD.id not in users_of(board.nights)
    assert board.nights.state.pupil(CHILD.id) is None
    assert [status for status, _ in told(board, gone, DELTA)] == ["tobedeleted"]
    assert told(board, gone, BULK) == []
    assert board.nights.rerun().verdict == "unchanged"

    board.nights.tomorrow()
    back = board.nights.run(
        a_drop(12).zip(), passwords=a_password_file({CHILD.account: "Hinagiku-0012x"})
    )
    assert (back.verdict, back.summary["counts"]["NEW"]) == ("applied", 1)
    assert user(board)["id"] == object_id, "out of the bin, with its files"
    assert user(board)["accountEnabled"]
    assert board.later(1).summary["counts"] == {"CONFIRMED": 12}


def test_deletion_is_last_and_alone_and_killed_in_between_is_made_good(
    board: Board, missing: Night
) -> None:
    board.mark((CHILD.id, "停止"))
    board.later(90)
    board.nights.tomorrow()
    board.nights.run(a_drop(10).zip())
    with board.nights.lambdas.dying_at("dynamodb.DeleteItem"):
        night = board.mark((CHILD.id, "削除"), (a_pupil(11).id, "停止"))
    assert night.status == "FAILED"
    names = night.folder.names("actions/")
    shards = [[row["kind"] for row in night.folder.lines(name)] for name in names]
    assert shards == [["suspend"], ["delete"]]
    assert (deletes(board), board.nights.state.pupil(CHILD.id) is None) == (1, False)
    assert board.nights.rerun().verdict == "applied"
    assert (deletes(board), board.nights.state.pupil(CHILD.id)) == (1, None)


def test_an_account_of_the_same_name_is_linked_once_staff_say_so(board: Board) -> None:
    child = a_pupil(13)
    board.nights.tenant.give({"userPrincipalName": child.account, "displayName": "だれか"})
    drop = a_drop(13).zip()
    asked = board.nights.run(drop)
    assert asked.summary["proposed"]["UNLINKED"] == [child.id]
    linked = board.fill_in(asked, {child.id: "連携"})
    assert linked.verdict == "applied"
    account = board.nights.tenant.user(child.account)
    assert account["onPremisesExtensionAttributes"]["extensionAttribute1"] == child.id
    assert account["displayName"] == f"{child.family} {child.given}"
    writes = board.nights.tenant.count("writes")
    assert board.mark((child.id, "連携")).verdict == "unchanged"
    assert board.nights.rerun().verdict == "unchanged"
    assert board.nights.tenant.count("writes") == writes


def test_the_same_drop_with_a_new_list_is_not_already_done(board: Board, missing: Night) -> None:
    assert board.nights.run(a_drop(11).zip()).verdict in {"already-done", "unchanged"}
    assert board.nights.run(a_drop(11).zip()).verdict == "already-done"
    board.nights.put("INBOX_BUCKET", "inbox/demo/approvals/x.csv", a_csv([(CHILD.id, "停止")]))
    assert board.nights.run(a_drop(11).zip()).verdict == "applied"
    assert not user(board)["accountEnabled"]


def test_a_list_says_nothing_of_a_child_to_logs_payloads_or_mails(
    board: Board, missing: Night
) -> None:
    board.nights.mails()
    night = board.mark(
        (CHILD.id, "停止"), (a_pupil(1).account, "停止"), (CHILD.id, a_pupil(1).given)
    )
    payloads = [json.dumps(one, ensure_ascii=False) for one in night.execution.payloads]
    findings = [night.folder.need(name).decode() for name in night.folder.names("findings/")]
    secret = {a_pupil(1).account, a_pupil(1).given, CHILD.id}
    for text in [*payloads, *board.nights.mails(), board.nights.lambdas.said.getvalue()]:
        assert not {word for word in secret if word in text}
    assert not [text for text in findings if a_pupil(1).given in text]
