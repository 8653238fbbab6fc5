"""Turning back what a run did: every kind of action, through the real state machine.

Each story looks at the tenant, the state and the tools before the run, and again after the undo.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from kakehashi.people.record import Status
from tests.builders import Drop, a_drop, a_password_file, a_pupil
from tests.decisions import a_csv
from tests.integration.test_night import passwords, users_of
from tests.nights import Night, Nights
from tests.staff import Board

CHILD = a_pupil(12)
BULK, DELTA = "lgate", "interactive_study"

type World = tuple[dict[str, Any], dict[str, Any], dict[str, str]]


def world(board: Board) -> World:
    """Tenant, state and the full roster of the e-portal, without what names a run or a moment."""
    nights = board.nights
    state = {one.pupil.id: one.to_json() for one in nights.state.pupils()}
    for item in state.values():
        del item["run_id"], item["pupil"]["line"]
    users = users_of(nights)
    for user in users.values():
        user.pop("signInSessionsValidFromDateTime", None)  # a suspension ends sessions for good
    return users, state, told_in_full(board)


def told_in_full(board: Board) -> dict[str, str]:
    """What the e-portal was told last: pupil → enabledUser and names."""
    key = board.nights.state.tool(BULK).run_id
    newest = [json.loads(body) for name, body in board.nights.outbox().items()
              if name.endswith(f"{BULK}/latest.json")]  # fmt: skip
    assert newest[0]["run_id"] == key
    body = board.nights.outbox()[newest[0]["files"][0]["key"]]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("users.csv").decode("utf-8-sig")))
        return {row["sourcedId"]: f"{row['enabledUser']} {row['familyName']}" for row in rows}


def delta_row(board: Board, night: Night, pupil: str) -> list[tuple[str, str]]:
    (delivery,) = [d for d in night.summary["deliveries"] if d["tool"] == DELTA]
    with zipfile.ZipFile(io.BytesIO(board.nights.outbox()[delivery["file"]])) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("users.csv").decode("utf-8-sig")))
        return [(r["status"], r["enabledUser"]) for r in rows if r["sourcedId"] == pupil]


def undone(board: Board, night: Night) -> Night:
    """Undo a run: planned, approved, applied."""
    waiting = board.nights.undo(night.run["run_id"])
    assert (waiting.status, waiting.verdict) == ("SUCCEEDED", "awaiting-approval")
    applied = board.nights.approve(waiting.summary)
    assert applied.status == "SUCCEEDED"
    return applied


def kinds(night: Night) -> dict[str, int]:
    return dict(night.folder.get_json("plan.json")["actions"])


def renamed(pupils: int, *which: int, family: str = "高橋") -> Drop:
    drop = a_drop(pupils)
    for n in which:
        drop.rows["users.csv"][n - 1]["preferredFamilyName"] = family
        drop.rows["users.csv"][n - 1]["familyName"] = family
    return drop


# -- every kind of action, there and back ----------------------------------------------------------


def test_an_undo_is_a_plan_that_always_waits_and_touches_nothing_until_then(board: Board) -> None:
    night = board.nights.run(renamed(12, 3).zip())
    before = board.nights.everything()
    waiting = board.nights.undo(night.run["run_id"])
    assert waiting.history == ["Receive", "Received", "Diff", "Planned", "Report", "Done"]
    assert (waiting.verdict, kinds(waiting)) == ("awaiting-approval", {"update": 1})
    assert [breach["code"] for breach in waiting.summary["breaches"]] == ["S080"]
    assert waiting.summary["findings"] == {"S080": 1, "S082": 1}
    assert waiting.summary["counts"] == {"HELD": 0, "UNDONE": 1}
    moved = {k for k, v in board.nights.everything().items() if before.get(k) != v}
    assert not {key for key in moved if "PUPIL#" in key or key == "tenant" or "outbox" in key}
    refused = board.nights.approve(waiting.summary, accept=[])
    assert refused.summary["findings"] == {"S904": 1}


def test_a_change_of_names_and_a_move_go_back(board: Board) -> None:
    before = world(board)
    drop = renamed(12, 3)
    other = drop.add_school(name="見本市立第9小学校")
    drop.rows["users.csv"].pop()
    for file in ("roles.csv", "enrollments.csv"):
        drop.rows[file].pop()
    drop.add_pupil(12, school=other, home=drop.add_class("3年1組", school=other))
    night = board.nights.run(drop.zip())
    assert (night.verdict, kinds(night)) == ("applied", {"update": 2})
    assert world(board) != before
    back = undone(board, night)
    assert (back.verdict, kinds(back)) == ("applied", {"update": 2})
    assert world(board) == before
    assert delta_row(board, back, CHILD.id) == [("active", "true")]


def test_who_was_made_is_suspended_and_never_deleted(board: Board) -> None:
    users, _, told = world(board)
    night = board.nights.run(a_drop(13).zip(), passwords=passwords(13))
    child = a_pupil(13).id
    back = undone(board, night)
    assert kinds(back) == {"suspend": 1}
    now = users_of(board.nights)
    assert not now[child]["accountEnabled"]
    assert set(now) == {*users, child}
    item = board.nights.state.pupil(child)
    assert item is not None
    assert (item.status, item.suspended_on) == (Status.SUSPENDED, board.nights.clock.date())
    assert world(board)[2] == told | {child: "false " + a_pupil(13).family}
    assert delta_row(board, back, child) == [("active", "false")]
    assert board.nights.tenant.count("deletes") == 0
    again = board.nights.rerun()
    assert again.summary["counts"]["RETURNED"] == 1, "the roster brings it again, as was told"
    assert users_of(board.nights)[child]["accountEnabled"]


def test_an_absence_that_was_noted_is_forgotten_again(board: Board) -> None:
    before = world(board)
    night = board.nights.run(a_drop(11).zip())
    assert kinds(night) == {"record": 1}
    assert undone(board, night).verdict == "unchanged"
    assert world(board) == before


def test_a_suspension_goes_back_to_how_it_was(board: Board, missing: Night) -> None:
    before = world(board)
    night = board.mark((CHILD.id, "停止"))
    assert not users_of(board.nights)[CHILD.id]["accountEnabled"]
    back = undone(board, night)
    assert kinds(back) == {"restore": 1}
    assert world(board) == before
    assert delta_row(board, back, CHILD.id) == [("active", "true")]
    board.nights.tomorrow()
    assert board.nights.rerun().summary["proposed"]["GONE"] == [CHILD.id]
    assert users_of(board.nights)[CHILD.id]["accountEnabled"], "the old decision is used up"


def test_a_return_goes_back_to_the_day_of_the_suspension(board: Board, missing: Night) -> None:
    board.mark((CHILD.id, "停止"))
    before = world(board)
    board.nights.go_to(board.nights.clock.date() + timedelta(days=9))
    drop = a_drop(12)
    drop.rows["users.csv"][11]["preferredFamilyName"] = "高橋"
    night = board.nights.run(drop.zip())
    assert kinds(night) == {"restore": 1}
    back = undone(board, night)
    assert kinds(back) == {"suspend": 1}
    assert world(board) == before


def test_a_link_leaves_the_account_as_it_is_without_our_mark(board: Board) -> None:
    child = a_pupil(13)
    board.nights.tenant.give({"userPrincipalName": child.account, "displayName": "だれか"})
    asked = board.nights.run(a_drop(13).zip())
    before = world(board)
    linked = board.fill_in(asked, {child.id: "連携"})
    assert linked.verdict == "applied"
    account = board.nights.tenant.user(child.account)
    back = undone(board, linked)
    assert kinds(back) == {"unlink": 1}
    assert world(board) == before
    marks = account["onPremisesExtensionAttributes"] | {"extensionAttribute1": None}
    now = board.nights.tenant.user(child.account)
    assert now["onPremisesExtensionAttributes"] == marks
    same = ("id", "displayName", "accountEnabled", "department")
    assert {n: now[n] for n in same} == {n: account[n] for n in same}
    assert [status for status, _ in delta_row(board, back, child.id)] == ["tobedeleted"]
    assert board.nights.rerun().summary["proposed"]["UNLINKED"] == [child.id], "asked anew"


@pytest.fixture
def deleted(board: Board, missing: Night) -> tuple[Night, World]:
    """The night on which the twelfth was deleted, and how everything was before it."""
    board.mark((CHILD.id, "停止"))
    board.later(90)
    before = world(board)
    night = board.mark((CHILD.id, "削除"))
    assert (kinds(night), board.nights.state.pupil(CHILD.id)) == ({"delete": 1}, None)
    return night, before


def test_a_deletion_comes_out_of_the_deleted_items_suspended_as_before(
    board: Board, deleted: tuple[Night, World]
) -> None:
    night, before = deleted
    back = undone(board, night)
    assert kinds(back) == {"undelete": 1}
    assert world(board) == before
    assert not users_of(board.nights)[CHILD.id]["accountEnabled"]
    assert delta_row(board, back, CHILD.id) == [("active", "false")]


def test_after_thirty_days_a_deletion_cannot_be_turned_back_and_is_told(
    board: Board, deleted: tuple[Night, World]
) -> None:
    night, _ = deleted
    board.nights.tenant.call("POST", "clock", {"virtual": True})
    board.nights.tenant.call("POST", "clock", {"advance": 31 * 86400})
    told = board.nights.undo(night.run["run_id"])
    assert (told.verdict, told.summary["held"]) == ("refused", {"S084": [CHILD.id]})
    assert told.summary["findings"] == {"S084": 1, "S914": 1}


# -- what is in the way ----------------------------------------------------------------------------


def test_what_a_later_run_has_changed_again_is_held_and_the_rest_goes_back(board: Board) -> None:
    night = board.nights.run(renamed(12, 3, 4).zip())
    board.nights.tomorrow()
    later = renamed(12, 3, 4)
    later.rows["users.csv"][2]["preferredFamilyName"] = "森"
    board.nights.run(later.zip())
    waiting = board.nights.undo(night.run["run_id"])
    assert (kinds(waiting), waiting.summary["held"]) == (
        {"update": 1},
        {"S083": [a_pupil(3).id]},
    )
    board.nights.approve(waiting.summary)
    names = {n: users_of(board.nights)[a_pupil(n).id]["surname"] for n in (3, 4)}
    assert names == {3: "森", 4: a_pupil(4).family}


def test_who_was_held_goes_back_once_the_later_run_is_undone_too(board: Board) -> None:
    night = board.nights.run(renamed(12, 3, 4).zip())
    board.nights.tomorrow()
    later = renamed(12, 3, 4)
    later.rows["users.csv"][2]["preferredFamilyName"] = "森"
    second = board.nights.run(later.zip())
    assert undone(board, night).summary["held"] == {"S083": [a_pupil(3).id]}
    undone(board, second)
    rest = undone(board, night)
    assert (kinds(rest), rest.summary["held"]) == ({"update": 1}, {})
    assert users_of(board.nights)[a_pupil(3).id]["surname"] == a_pupil(3).family
    assert board.nights.undo(night.run["run_id"]).summary["findings"] == {"S913": 1}


def test_a_later_change_of_something_else_stands(board: Board) -> None:
    night = board.nights.run(renamed(12, 3).zip())
    board.nights.tomorrow()
    later = renamed(12, 3)
    later.rows["classes.csv"][0]["title"] = "3年7組"
    board.nights.approve(board.nights.run(later.zip()).summary)
    undone(board, night)
    user = users_of(board.nights)[a_pupil(3).id]
    assert (user["surname"], user["department"]) == (a_pupil(3).family, "3年7組")


def test_what_somebody_changed_by_hand_is_never_overwritten(board: Board) -> None:
    night = board.nights.run(renamed(12, 3, 4).zip())
    by_hand = users_of(board.nights)[a_pupil(3).id] | {"surname": "手書き"}
    board.nights.tenant.give(by_hand)
    back = undone(board, night)
    assert back.summary["held"] == {"M014": [a_pupil(3).id]}
    names = {n: users_of(board.nights)[a_pupil(n).id]["surname"] for n in (3, 4)}
    assert names == {3: "手書き", 4: a_pupil(4).family}


def test_an_undo_of_many_is_over_the_ordinary_limits_too(board: Board) -> None:
    night = board.nights.run(renamed(12, *range(1, 10)).zip())
    board.nights.approve(night.summary)
    waiting = board.nights.undo(night.run["run_id"])
    assert {breach["code"] for breach in waiting.summary["breaches"]} == {"S080", "S003"}


def test_a_run_that_nobody_knows_has_applied_nothing_or_is_elsewhere_is_refused(
    board: Board,
) -> None:
    waiting = board.nights.run(a_drop(5).zip())
    assert waiting.verdict == "awaiting-approval"
    unknown = "demo-20260101T000000-00000000"
    for run_id, order, code in (
        (unknown, {}, "S910"),
        ("elsewhere-20260101T000000-00000000", {"city": "demo"}, "S911"),
        (waiting.run["run_id"], {}, "S912"),
    ):
        night = board.nights.undo(run_id, **order)
        assert (night.verdict, night.summary["findings"]) == ("refused", {code: 1})
        assert night.history == ["Receive", "Received", "Report", "Done"]
        assert board.nights.state.lease() is None


# -- twice, and back again -------------------------------------------------------------------------


def test_a_run_is_undone_once_and_an_undo_can_be_undone(board: Board) -> None:
    before = world(board)
    night = board.nights.run(renamed(12, 3).zip())
    after = world(board)
    back = undone(board, night)
    again = board.nights.undo(night.run["run_id"])
    assert (again.verdict, again.summary["findings"]) == ("refused", {"S913": 1})
    there = undone(board, back)
    assert world(board) == after
    assert board.nights.undo(back.run["run_id"]).summary["findings"] == {"S913": 1}
    assert undone(board, night).verdict == "applied", "it stands again, so it can be undone again"
    assert world(board) == before
    assert there.verdict == "applied"


def test_the_undo_of_an_undo_makes_a_suspended_newcomer_active_and_links_again(
    board: Board,
) -> None:
    child = a_pupil(13)
    board.nights.tenant.give({"userPrincipalName": child.account, "displayName": "だれか"})
    asked = board.nights.run(a_drop(14).zip(), passwords=passwords(14))
    linked = board.fill_in(asked, {child.id: "連携"})
    after = world(board)
    back_linked, back_made = undone(board, linked), undone(board, asked)
    assert users_of(board.nights).keys() == {a_pupil(n).id for n in (*range(1, 13), 14)}
    undone(board, back_made)
    undone(board, back_linked)
    assert world(board) == after


def test_the_undo_of_an_undeletion_would_delete_and_is_refused(
    board: Board, deleted: tuple[Night, World]
) -> None:
    back = undone(board, deleted[0])
    night = board.nights.undo(back.run["run_id"])
    assert (night.verdict, night.summary["held"]) == ("refused", {"S085": [CHILD.id]})
    assert board.nights.tenant.count("deletes") == 1


# -- killed ----------------------------------------------------------------------------------------


def a_night_of_everything(board: Board) -> Night:
    """Updates, a creation, a suspension, a return and an absence in one run."""
    board.nights.run(a_drop(10).zip())
    board.mark((a_pupil(11).id, "停止"), (CHILD.id, "停止"))
    board.nights.tomorrow()
    drop = renamed(8, 1, 2, 3)
    for n in (12, 13, 14):
        drop.add_pupil(n)
    board.nights.put("INBOX_BUCKET", "inbox/demo/approvals/x.csv", a_csv([(a_pupil(9).id, "停止")]))
    board.nights.put_passwords(a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x"
                                                for n in (13, 14)}))  # fmt: skip
    night = board.nights.run(drop.zip())
    assert night.verdict == "applied"
    return night


@pytest.mark.parametrize("number", [1, 2, 4, 6])
def test_an_undo_that_was_killed_halfway_is_planned_again_and_ends_the_same(
    board: Board, number: int
) -> None:
    night = a_night_of_everything(board)
    assert kinds(night) == {"create": 2, "record": 2, "restore": 1, "update": 3}
    waiting = board.nights.undo(night.run["run_id"])
    with board.nights.lambdas.dying_at("dynamodb.PutItem", number):
        assert board.nights.approve(waiting.summary).status == "FAILED"
    assert board.nights.state.lease() is None
    rest = undone(board, night)
    assert rest.verdict == "applied"
    assert rest.summary["held"] == {}
    users = users_of(board.nights)
    assert {n: users[a_pupil(n).id]["surname"] for n in (1, 2, 3)} == {
        n: a_pupil(n).family for n in (1, 2, 3)
    }
    enabled = {n: users[a_pupil(n).id]["accountEnabled"] for n in (9, 10, 11, 12, 13, 14)}
    assert enabled == {9: True, 10: True, 11: False, 12: False, 13: False, 14: False}
    items = {one.pupil.id: one for one in board.nights.state.pupils()}
    assert items[a_pupil(9).id].absent_since is None
    assert board.nights.undo(night.run["run_id"]).summary["findings"] == {"S913": 1}


def test_what_a_killed_run_did_without_writing_it_down_is_undone_as_well(board: Board) -> None:
    before = world(board)
    with board.nights.lambdas.dying_at("dynamodb.PutItem", 3):
        night = board.nights.run(renamed(12, 1, 2, 3, 4).zip())
    assert night.status == "FAILED"
    for name in night.folder.names("results/"):
        night.folder.s3.delete_object(Bucket=night.folder.bucket, Key=night.folder.prefix + name)
    waiting = board.nights.undo(night.run["run_id"])
    assert kinds(waiting) == {"update": 2}, "two were written into the state"
    board.nights.approve(waiting.summary)
    board.nights.tomorrow()
    board.nights.run(a_drop(12).zip())
    assert world(board)[1:] == before[1:]


# -- what is said of it ----------------------------------------------------------------------------


def test_the_report_says_what_it_is_and_what_the_next_roster_does(board: Board) -> None:
    night = board.nights.run(renamed(12, 3).zip())
    waiting = board.nights.undo(night.run["run_id"], by="学務課 山田")
    page = waiting.folder.need("report.html").decode()
    assert "取り消しの計画" in page
    assert night.run["run_id"] in page
    assert "次の夜の名簿が同じ変更をもう一度もたらします" in page
    assert f"kakehashi approve {waiting.run['run_id']}" in page
    assert a_pupil(3).family not in page
    assert waiting.folder.get_json("undo.json")["by"] == "学務課 山田"
    approved = board.nights.approve(waiting.summary)
    page = approved.folder.need("report.html").decode()
    assert "次の夜の名簿が同じ変更をもう一度もたらします" in page


def test_a_stale_undo_is_refused_like_any_other_plan(board: Board) -> None:
    night = board.nights.run(renamed(12, 3).zip())
    waiting = board.nights.undo(night.run["run_id"])
    board.nights.tomorrow()
    board.nights.run(renamed(12, 3, 5).zip())
    assert board.nights.approve(waiting.summary).summary["findings"] == {"S903": 1}


def test_the_held_of_the_last_night_are_still_known_after_an_undo(nights: Nights) -> None:
    """An undo is no night: who was held is asked of the last roster."""
    board = Board(nights)
    first = nights.run(a_drop(7).zip(), passwords=passwords(*range(1, 7)))
    nights.approve(first.summary)
    settled = nights.state.settled_run()
    back = undone(board, first)
    assert nights.state.settled_run() == settled == first.run["run_id"] != back.run["run_id"]
