"""Accounts that somebody deletes by hand, night after night through the real state machine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kakehashi.people.record import Record, Status
from tests.builders import DOMAIN, a_city, a_drop, a_known, a_password_file, a_pupil, an_id
from tests.images import afterwards
from tests.integration.test_groups import A1, assert_in_step, seats
from tests.integration.test_leaving import BULK, CHILD, DELTA, told, user
from tests.integration.test_night import known, users_of
from tests.integration.test_password_files import left
from tests.nights import ROOT, RULES, Night, Nights
from tests.staff import Board
from tests.tenants import as_graph

SECRET = "Hinagiku-0012x"
WITH_GROUPS = (
    RULES
    + f"""\
[m365]
groups = ["school", "class"]
licences = [{{ sku = "{A1}", by = "user" }}]
"""
)
NIGHTLY = a_city(m365={"groups": ["school", "class"]})


@pytest.fixture
def board(nights: Nights) -> Board:
    """Twelve pupils with accounts, groups, licences and tools, and one seat to spare."""
    afterwards(nights, a_night_with_groups)
    return Board(nights)


def a_night_with_groups(nights: Nights) -> None:
    nights.put_rules(WITH_GROUPS)
    nights.tenant.settings(skus=seats(13))
    nights.given(known(12))
    nights.run(a_drop(12).zip())
    nights.tomorrow()


def item(board: Board) -> Record:
    found = board.nights.state.pupil(CHILD.id)
    assert found is not None
    return found


def of_accounts(night: Night) -> dict[str, int]:
    """What was said of accounts that are gone or had back."""
    told = night.summary["findings"]
    return {code: n for code, n in told.items() if code in {"S047"} or code[:3] in {"S13", "M05"}}


def passwords(board: Board, secret: str = SECRET) -> Night:
    """A slip for the child arrives, and starts a run where somebody waits for one."""
    board.nights.put_passwords(a_password_file({CHILD.account: secret}))
    return board.nights.start(json.loads((ROOT / "events" / "passwords.json").read_text()))


def assert_everybody_signs_in_to_one_account(board: Board) -> None:
    """And is in the groups of the roster, with a licence."""
    settled = list(board.nights.state.pupils())
    users = users_of(board.nights)
    assert {one.pupil.id: one.object_id for one in settled} == {
        umi: found["id"] for umi, found in users.items()
    }
    assert all(found["accountEnabled"] for found in users.values())
    assert all(found["assignedLicenses"] for found in users.values())
    assert_in_step(board.nights.tenant, settled, NIGHTLY)


def assert_nothing_is_left_to_do(board: Board) -> None:
    writes = board.nights.tenant.count("writes")
    night = board.later(1)
    assert (night.verdict, night.summary["counts"]) == ("unchanged", {"CONFIRMED": 12})
    assert board.nights.tenant.count("writes") == writes


# -- made again, had back, taken back, linked ------------------------------------------------------


def test_a_deleted_account_is_had_back_when_staff_say_so(board: Board) -> None:
    before = user(board)["id"]
    board.nights.tenant.delete(before)
    asked = board.later(1)
    assert (asked.verdict, asked.summary["held"]) == ("unchanged", {"S131": [CHILD.id]})
    assert asked.summary["proposed"]["LOST"] == [CHILD.id]
    night = board.fill_in(asked, {CHILD.id: "作成"})
    assert (night.verdict, night.summary["held"]) == ("applied", {})
    assert of_accounts(night) == {"M051": 1}
    assert user(board)["id"] == before, "with its files"
    assert_everybody_signs_in_to_one_account(board)
    assert_nothing_is_left_to_do(board)


def test_an_account_had_back_by_hand_needs_nobodys_decision(board: Board) -> None:
    board.nights.tenant.delete(user(board)["id"])
    board.later(1)
    board.nights.tenant.have_back(item(board).object_id)
    board.later(1)
    assert_everybody_signs_in_to_one_account(board)
    assert_nothing_is_left_to_do(board)


def test_an_account_gone_for_good_is_made_again_with_a_new_slip(board: Board) -> None:
    old = user(board)["id"]
    board.nights.tenant.purge(old)
    asked = board.later(1)
    assert asked.summary["held"] == {"S047": [CHILD.id]}
    waits = board.mark((CHILD.id, "作成"))
    assert (waits.verdict, waits.summary["held"]) == ("unchanged", {"M001": [CHILD.id]})
    assert waits.summary["decisions"]["used"] == {"recreate": {"password": 1}}
    night = passwords(board)
    assert (night.verdict, night.folder.get_json("plan.json")["actions"]) == (
        "applied",
        {"create": 1},
    )
    assert user(board)["id"] != old
    assert board.nights.tenant.knows_password(CHILD.account, SECRET)
    assert left(board.nights) == []
    assert_everybody_signs_in_to_one_account(board)
    assert_nothing_is_left_to_do(board)


def test_a_slip_that_comes_before_the_decision_is_kept_for_it(board: Board) -> None:
    board.nights.tenant.purge(user(board)["id"])
    board.nights.put_passwords(a_password_file({CHILD.account: SECRET}))
    asked = board.later(1)
    assert (asked.summary["held"], len(left(board.nights))) == ({"S047": [CHILD.id]}, 1)
    assert board.mark((CHILD.id, "recreate")).verdict == "applied"
    assert board.nights.tenant.knows_password(CHILD.account, SECRET)
    assert left(board.nights) == []


def test_killed_after_graph_said_yes_the_account_is_not_made_twice(board: Board) -> None:
    board.nights.tenant.purge(user(board)["id"])
    board.nights.put_passwords(a_password_file({CHILD.account: SECRET}))
    board.later(1)
    with board.nights.lambdas.dying_at("dynamodb.PutItem"):
        assert board.mark((CHILD.id, "作成")).status == "FAILED"
    board.later(1)
    assert len(board.nights.tenant.users()) == 12
    assert board.nights.tenant.knows_password(CHILD.account, SECRET)
    assert_everybody_signs_in_to_one_account(board)
    assert_nothing_is_left_to_do(board)


@pytest.mark.parametrize("name", [CHILD.account, f"again@{DOMAIN}"], ids=["same", "other name"])
def test_an_account_made_again_with_our_mark_is_taken_back(board: Board, name: str) -> None:
    board.nights.tenant.purge(user(board)["id"])
    made = as_graph(a_known(12)) | {"id": an_id("by hand"), "userPrincipalName": name}
    board.nights.tenant.give(made | {"displayName": "書き間違い"})
    night = board.later(1)
    assert (night.verdict, night.summary["held"]) == ("applied", {})
    found = user(board)
    assert (found["id"], found["displayName"]) == (
        an_id("by hand"),
        f"{CHILD.family} {CHILD.given}",
    )
    assert found["userPrincipalName"] == CHILD.account
    assert_everybody_signs_in_to_one_account(board)
    assert_nothing_is_left_to_do(board)


def test_an_account_made_again_without_our_mark_is_linked_when_staff_say_so(board: Board) -> None:
    board.nights.tenant.purge(user(board)["id"])
    board.nights.tenant.give(
        {"userPrincipalName": CHILD.account, "displayName": "だれか", "usageLocation": "JP"}
    )
    asked = board.later(1)
    assert asked.summary["proposed"]["UNLINKED"] == [CHILD.id]
    night = board.fill_in(asked, {CHILD.id: "連携"})
    assert (night.verdict, night.summary["held"]) == ("applied", {})
    assert_everybody_signs_in_to_one_account(board)
    assert_nothing_is_left_to_do(board)


def test_a_rehearsal_shows_what_the_decision_would_do_and_does_nothing(board: Board) -> None:
    board.nights.tenant.delete(user(board)["id"])
    board.later(1)
    row = f"userMasterIdentifier,決定\n{CHILD.id},作成\n"
    board.nights.put("INBOX_BUCKET", "inbox/demo/approvals/list.csv", row.encode())
    night = board.nights.start({"action": "rehearse", "city": "demo"})
    assert night.folder.get_json("plan.json")["actions"] == {"create": 1}
    assert CHILD.id not in users_of(board.nights)
    assert board.nights.rerun().verdict == "applied"
    assert CHILD.id in users_of(board.nights)


def test_what_was_made_again_is_suspended_by_an_undo_and_comes_back_the_next_night(
    board: Board,
) -> None:
    board.nights.tenant.purge(user(board)["id"])
    board.nights.put_passwords(a_password_file({CHILD.account: SECRET}))
    board.later(1)
    made = board.mark((CHILD.id, "作成"))
    assert board.nights.approve(board.nights.undo(made.run["run_id"]).summary).verdict == "applied"
    assert (item(board).status, user(board)["accountEnabled"]) == (Status.SUSPENDED, False)
    assert board.later(1).summary["counts"]["RETURNED"] == 1
    assert_everybody_signs_in_to_one_account(board)


def test_a_link_to_an_account_made_by_hand_is_undone_and_asked_about_again(board: Board) -> None:
    old = item(board)
    board.nights.tenant.purge(user(board)["id"])
    board.nights.tenant.give({"userPrincipalName": CHILD.account, "displayName": "だれか"})
    asked = board.later(1)
    linked = board.fill_in(asked, {CHILD.id: "連携"})
    back = board.nights.approve(board.nights.undo(linked.run["run_id"]).summary)
    assert back.verdict == "applied"
    assert back.folder.get_json("plan.json")["lost"] == [CHILD.id], "no group, no licence meanwhile"
    assert (item(board).object_id, item(board).pupil) == (old.object_id, old.pupil)
    assert CHILD.id not in users_of(board.nights)
    assert board.later(1).summary["proposed"]["UNLINKED"] == [CHILD.id]


# -- what the others have of it --------------------------------------------------------------------


def test_the_last_seat_goes_to_the_living_and_nobody_is_asked_for_in_vain(board: Board) -> None:
    """The thirteenth comes on the night on which the twelfth is found to be gone."""
    board.nights.tenant.settings(skus=seats(12))  # the dead account gives its own back
    board.nights.tenant.delete(user(board)["id"])
    board.nights.tenant.recount()
    newcomer = a_pupil(13)
    drop, slip = a_drop(13).zip(), a_password_file({newcomer.account: "Hinagiku-0013x"})
    night = board.nights.run(drop, passwords=slip)
    assert (night.verdict, night.summary["held"]) == ("applied", {"S131": [CHILD.id]})
    assert not {"M023", "M024", "M027"} & night.summary["findings"].keys()
    assert board.nights.tenant.user(newcomer.account)["assignedLicenses"]
    assert board.nights.tenant.shapes()["POST /users/{id}/assignLicense"] == 1
    assert board.nights.tenant.count("failed") == 1, "the one question whether it is really gone"
    others = [one for one in board.nights.state.pupils() if one.pupil.id != CHILD.id]
    assert_in_step(board.nights.tenant, others, NIGHTLY)


def test_a_gap_in_the_listing_takes_nobody_out_of_anything(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So many are missing from it that they cannot all be asked for."""
    groups = board.nights.tenant.groups()
    monkeypatch.setattr("kakehashi.edges.diff.gathering.MOST_LOOK_UPS", 0)
    at_hand = {one["id"]: one for one in board.nights.tenant.users()}
    monkeypatch.setattr(
        "kakehashi.edges.microsoft.directory.Directory.accounts", lambda *_, **__: iter(())
    )
    night = board.later(1)
    assert night.verdict == "awaiting-approval"
    accepted = board.nights.approve(night.summary)
    assert accepted.summary["held"]["S133"] == sorted(one.pupil.id for one in known(12))
    assert board.nights.tenant.groups() == groups
    assert {one["id"]: one for one in board.nights.tenant.users()} == at_hand


def test_tools_keep_what_they_last_heard_of_a_child_whose_account_is_gone(board: Board) -> None:
    board.nights.tenant.purge(user(board)["id"])
    renamed = a_drop(12)
    renamed.rows["users.csv"][11]["familyName"] = "高橋"
    night = board.nights.run(renamed.zip())
    assert night.summary["held"] == {"S047": [CHILD.id]}
    assert told(board, night, BULK) in ([], [("", "true")]), "unless nothing is told at all"
    assert told(board, night, DELTA) == []
    assert item(board).pupil.family == CHILD.family


# -- leavers ---------------------------------------------------------------------------------------


def test_a_leaver_whose_account_is_gone_is_suspended_in_the_tools_and_then_forgotten(
    board: Board,
) -> None:
    board.nights.tenant.purge(user(board)["id"])
    missing = board.nights.run(a_drop(11).zip())
    assert missing.summary["proposed"]["GONE"] == [CHILD.id]
    night = board.fill_in(missing, {CHILD.id: "停止"})
    assert night.verdict == "applied"
    assert night.summary["decisions"]["used"] == {"suspend": {"done": 1}}
    assert item(board).status is Status.SUSPENDED
    assert (told(board, night, BULK), told(board, night, DELTA)) == (
        [("", "false")],
        [("active", "false")],
    )
    expired = board.later(90)
    assert expired.summary["proposed"]["EXPIRED"] == [CHILD.id]
    deletes = board.nights.tenant.count("deletes")
    gone = board.fill_in(expired, {CHILD.id: "削除"})
    assert (gone.verdict, board.nights.state.pupil(CHILD.id)) == ("applied", None)
    assert board.nights.tenant.count("deletes") == deletes
    assert [status for status, _ in told(board, gone, DELTA)] == ["tobedeleted"]


def test_suspended_then_deleted_by_hand_then_back_is_a_question(board: Board) -> None:
    missing = board.nights.run(a_drop(11).zip())
    board.fill_in(missing, {CHILD.id: "停止"})
    board.nights.tenant.purge(item(board).object_id)
    board.nights.tomorrow()
    back = board.nights.run(a_drop(12).zip())
    assert back.summary["held"] == {"S047": [CHILD.id]}
    assert item(board).status is Status.SUSPENDED
    board.mark((CHILD.id, "作成"))
    night = passwords(board)
    assert told(board, night, DELTA) == [("active", "true")]
    assert_everybody_signs_in_to_one_account(board)


# -- slips -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("may", [True, False], ids=["may set passwords", "may not"])
def test_the_slip_of_a_child_back_from_the_deleted_items_opens_the_account_or_says_so(
    board: Board, may: bool
) -> None:
    board.nights.tenant.settings(may_reset_passwords=may)
    board.fill_in(board.nights.run(a_drop(11).zip()), {CHILD.id: "停止"})
    board.fill_in(board.later(90), {CHILD.id: "削除"})
    board.nights.tomorrow()
    slip = a_password_file({CHILD.account: SECRET})
    back = board.nights.run(a_drop(12).zip(), passwords=slip)
    assert back.verdict == "applied"
    assert board.nights.tenant.knows_password(CHILD.account, SECRET) is may
    assert back.summary["findings"].get("M050", 0) == (not may)
    assert_everybody_signs_in_to_one_account(board)


def test_a_child_back_from_the_deleted_items_needs_no_slip(board: Board) -> None:
    before = user(board)["id"]
    board.fill_in(board.nights.run(a_drop(11).zip()), {CHILD.id: "停止"})
    board.fill_in(board.later(90), {CHILD.id: "削除"})
    board.nights.tomorrow()
    back = board.nights.run(a_drop(12).zip())
    assert (back.verdict, back.summary["held"], of_accounts(back)) == ("applied", {}, {"M051": 1})
    assert user(board)["id"] == before


def test_a_slip_for_a_child_whose_account_was_only_suspended_is_told(board: Board) -> None:
    board.fill_in(board.nights.run(a_drop(11).zip()), {CHILD.id: "停止"})
    board.nights.tomorrow()
    slip = a_password_file({CHILD.account: SECRET})
    back = board.nights.run(a_drop(12).zip(), passwords=slip)
    assert (back.verdict, of_accounts(back)) == ("applied", {"S134": 1})
    assert not board.nights.tenant.knows_password(CHILD.account, SECRET)


def test_nothing_of_a_child_whose_account_is_gone_is_said_where_it_must_not(board: Board) -> None:
    board.nights.tenant.purge(user(board)["id"])
    board.nights.put_passwords(a_password_file({CHILD.account: SECRET}))
    board.nights.mails()
    board.later(1)
    night = board.mark((CHILD.id, "作成"))
    payloads = [json.dumps(one, ensure_ascii=False) for one in night.execution.payloads]
    secret: set[Any] = {CHILD.id, CHILD.account, SECRET, item(board).object_id}
    for text in [*payloads, *board.nights.mails(), board.nights.lambdas.said.getvalue()]:
        assert not {word for word in secret if word in text}


# -- under a new userMasterIdentifier meanwhile ----------------------------------------------------

NEW_ID = an_id("re-keyed while the account was gone")


def rekeyed() -> bytes:
    drop = a_drop(12).with_new_ids("re-keyed")
    (row,) = [r for r in drop.rows["users.csv"] if r["userMasterIdentifier"] == CHILD.id]
    row["userMasterIdentifier"] = NEW_ID
    return drop.zip()


@pytest.mark.parametrize("for_good", [False, True])
def test_a_child_whose_id_changed_while_the_account_was_gone_is_one_child_again(
    board: Board, *, for_good: bool
) -> None:
    before = user(board)["id"]
    remove = board.nights.tenant.purge if for_good else board.nights.tenant.delete
    remove(before)
    board.nights.put_passwords(a_password_file({CHILD.account: SECRET}))
    asked = board.nights.run(rekeyed())
    assert asked.summary["proposed"]["LOST"] == [NEW_ID]
    assert asked.summary["proposed"]["GONE"] == []
    done = board.fill_in(asked, {NEW_ID: "作成"})
    assert done.verdict == "applied"
    (one,) = [k for k in board.nights.state.pupils() if k.pupil.account == CHILD.account]
    assert (one.pupil.id, one.sourced_id) == (NEW_ID, CHILD.id), "tools know the child as before"
    assert (one.object_id == before) is not for_good
    assert_everybody_signs_in_to_one_account(board)
    assert_nothing_is_left_to_do(board)
