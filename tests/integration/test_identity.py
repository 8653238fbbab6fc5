"""Names, accounts and ids that change hands, night after night through the real state machine.

A mailbox is an object of the tenant, whatever its sign-in name: whose it is, is looked at behind
the machine's back, and no night may show a child another child's.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from kakehashi.actions import stands_aside
from kakehashi.people.pupil import Pupil
from tests.builders import Drop, a_drop, a_pupil, an_id
from tests.images import afterwards
from tests.integration.test_night import MARK, known, passwords, users_of
from tests.nights import Night, Nights
from tests.staff import Board

ONE, TWO, THREE = a_pupil(1), a_pupil(2), a_pupil(3)
IDENTITY = ("userMasterIdentifier", "username", "userIds", "email")
ACCOUNT = ("username", "userIds", "email")
NAMES = ("familyName", "givenName", "preferredFamilyName", "preferredGivenName",
         "metadata.jp.kanaFamilyName", "metadata.jp.kanaGivenName")  # fmt: skip
COUNT = 12

type Mailboxes = dict[str, tuple[str, str]]


@pytest.fixture
def board(nights: Nights) -> Board:
    """A city at rest: everybody has the account of the roster."""
    afterwards(nights, a_quiet_night)
    return Board(nights)


def a_quiet_night(nights: Nights) -> None:
    nights.given(known(COUNT))
    assert nights.run(a_drop(COUNT).zip()).verdict == "unchanged"
    nights.tomorrow()


def exchanged(*columns: str, among: Sequence[int] = (1, 2)) -> bytes:
    """Tonight's export, with these cells of the rows handed round."""
    drop: Drop = a_drop(COUNT).with_new_ids("exchanged")
    rows = [drop.rows["users.csv"][n - 1] for n in among]
    for column in columns:
        cells = [row[column] for row in rows]
        for row, cell in zip(rows, [*cells[1:], cells[0]], strict=True):
            row[column] = cell
    return drop.zip()


def mailboxes(board: Board) -> Mailboxes:
    """By the child that each mailbox has belonged to since the first night: its names now."""
    users = {user["id"]: user for user in board.nights.tenant.users()}
    first = {one.object_id: one.pupil.id for one in known(COUNT)}
    return {umi: (users[box]["userPrincipalName"], users[box]["displayName"])
            for box, umi in first.items() if box in users}  # fmt: skip


def as_shown(pupil: Pupil) -> tuple[str, str]:
    return (pupil.account, f"{pupil.family} {pupil.given}")


def at_rest() -> Mailboxes:
    return {pupil.id: as_shown(pupil) for n in range(1, COUNT + 1) if (pupil := a_pupil(n))}


def told(board: Board) -> dict[str, tuple[str, str, str]]:
    """What the e-portal was told last, in full: pupil → sign-in name, family name, enabledUser."""
    keys = sorted(key for key in board.nights.outbox() if "/lgate/" in key and key[-4:] == ".zip")
    with zipfile.ZipFile(io.BytesIO(board.nights.outbox()[keys[-1]])) as archive:
        rows = csv.DictReader(io.StringIO(archive.read("users.csv").decode("utf-8-sig")))
        return {row["userMasterIdentifier"]: (row["username"], row["familyName"],
                                              row["enabledUser"]) for row in rows}  # fmt: skip


def safety(night: Night) -> dict[str, int]:
    return {code: n for code, n in night.summary["findings"].items() if code[0] == "S"}


def later(board: Board, drop: bytes) -> Night:
    board.nights.tomorrow()
    return board.nights.run(drop)


# -- two rows exchanged by a slip of sorting -------------------------------------------------------


def test_exchanged_rows_change_nothing_and_are_told_as_one_pair(board: Board) -> None:
    before = told(board)
    night = board.nights.run(exchanged(*IDENTITY))
    assert (night.status, night.verdict) == ("SUCCEEDED", "unchanged")
    assert mailboxes(board) == at_rest()
    assert told(board) == before
    assert night.summary["held"] == {"S112": sorted((ONE.id, TWO.id))}
    assert night.summary["proposed"]["EXCHANGED"] == sorted((ONE.id, TWO.id))
    (finding,) = [one for one in night.findings() if one.code == "S112"]
    assert {finding.pupil, str(finding.facts["others"])} == {ONE.id, TWO.id}
    mail = board.nights.mails()[-1]
    assert "判断待ち 2 人" in mail
    assert "保留 2 人" in mail


def test_the_workbook_offers_both_answers_and_names_the_other_child(board: Board) -> None:
    night = board.nights.run(exchanged(*IDENTITY))
    book = openpyxl.load_workbook(io.BytesIO(night.folder.need("report.xlsx")))
    rows = {row[0]: row for row in book["判断"].iter_rows(min_row=2, values_only=True)}
    assert rows.keys() == {ONE.id, TWO.id}
    assert "正しい・誤り" in rows[ONE.id]
    assert any(str(cell).startswith(TWO.id) for cell in rows[ONE.id][1:])
    html = night.folder.need("report.html").decode()
    assert "入れ替わった" in html
    assert "正しい" in html
    assert ONE.family not in html


def test_right_on_one_of_them_carries_the_exchange_out_for_both(board: Board) -> None:
    night = board.nights.run(exchanged(*IDENTITY))
    board.nights.tomorrow()
    done = board.fill_in(night, {TWO.id: "正しい"})
    assert (done.status, done.verdict, done.summary["held"]) == ("SUCCEEDED", "applied", {})
    assert done.summary["decisions"]["used"] == {"right": {"done": 1}}
    boxes = mailboxes(board)
    assert boxes[ONE.id] == (ONE.account, f"{TWO.family} {TWO.given}")
    assert boxes[TWO.id] == (TWO.account, f"{ONE.family} {ONE.given}")
    assert told(board)[ONE.id][1] == TWO.family
    assert board.later(1).verdict == "unchanged"


def test_wrong_holds_both_as_yesterday_until_c4th_is_right_and_nobody_is_asked_again(
    board: Board,
) -> None:
    board.nights.run(exchanged(*IDENTITY))
    board.nights.tomorrow()
    night = board.mark((ONE.id, "誤り"))
    assert (safety(night), night.summary["proposed"]["EXCHANGED"]) == ({"S115": 1}, [])
    for days in (1, 100):
        night = board.later(days)
        assert (safety(night), night.summary["proposed"]["EXCHANGED"]) == ({"S115": 1}, [])
        assert mailboxes(board) == at_rest()
    night = later(board, a_drop(COUNT).with_new_ids("corrected").zip())
    assert (night.verdict, safety(night), night.summary["held"]) == ("unchanged", {}, {})


@pytest.mark.parametrize(("columns", "among"), [
    (NAMES, (1, 2)), (NAMES[:4], (1, 2, 3)), (("userMasterIdentifier",), (1, 2)),
])  # fmt: skip
def test_whatever_is_exchanged_among_known_children_nobody_sees_anothers_mail(
    board: Board, columns: tuple[str, ...], among: tuple[int, ...]
) -> None:
    night = board.nights.run(exchanged(*columns, among=among))
    assert (night.verdict, len(night.summary["proposed"]["EXCHANGED"])) == ("unchanged", len(among))
    assert mailboxes(board) == at_rest()


def test_a_row_that_another_childs_data_was_typed_over_waits_for_a_person(board: Board) -> None:
    drop = a_drop(COUNT).with_new_ids("typed over")
    another = ("高橋", "花子", "高橋", "花子", "タカハシ", "ハナコ")
    drop.rows["users.csv"][0] |= dict(zip(NAMES, another, strict=True))
    night = board.nights.run(drop.zip())
    assert (night.verdict, safety(night)) == ("unchanged", {"S110": 1})
    assert mailboxes(board) == at_rest()
    board.nights.tomorrow()
    assert board.mark((ONE.id, "改名")).verdict == "applied"
    assert mailboxes(board)[ONE.id] == (ONE.account, "高橋 花子")


# -- accounts typed the wrong way round ------------------------------------------------------------


def names_of(board: Board, *pupils: Pupil) -> list[str]:
    boxes = mailboxes(board)
    return [boxes[pupil.id][0] for pupil in pupils]


def test_corrected_accounts_are_offered_and_exchanged_when_a_person_says_so(board: Board) -> None:
    night = board.nights.run(exchanged(*ACCOUNT))
    assert (night.verdict, safety(night)) == ("unchanged", {"S113": 1})
    assert mailboxes(board) == at_rest()
    board.nights.tomorrow()
    done = board.mark((ONE.id, "正しい"))
    assert (done.verdict, done.summary["held"]) == ("applied", {})
    assert names_of(board, ONE, TWO) == [TWO.account, ONE.account]
    assert told(board)[ONE.id][0] == TWO.account
    assert [one.object_id for one in board.nights.state.pupils()] == [
        one.object_id for one in sorted(known(COUNT), key=lambda one: one.pupil.id)
    ]
    assert board.later(1).verdict == "unchanged"


def test_accounts_exchanged_by_hand_are_taken_as_settled(board: Board) -> None:
    board.nights.run(exchanged(*ACCOUNT))
    one, two = (users_of(board.nights)[pupil.id] for pupil in (ONE, TWO))
    board.nights.tenant.give(
        one | {"userPrincipalName": "for-a-moment@ed.example.jp"},
    )
    board.nights.tenant.give(two | {"userPrincipalName": ONE.account})
    board.nights.tenant.give(one | {"userPrincipalName": TWO.account})
    board.nights.tomorrow()
    night = board.nights.rerun()
    assert (night.verdict, night.summary["held"], safety(night)["S064"]) == ("applied", {}, 2)
    assert names_of(board, ONE, TWO) == [TWO.account, ONE.account]
    again = board.later(1)
    assert (again.verdict, safety(again)) == ("unchanged", {})


@pytest.mark.parametrize("writes", [2, 4])
def test_killed_anywhere_within_an_exchange_a_rerun_ends_it_and_asks_nobody(
    board: Board, writes: int
) -> None:
    """Of three who hand their names round: when all but one have stepped aside, and later."""
    board.nights.run(exchanged(*ACCOUNT, among=(1, 2, 3)))
    board.nights.tomorrow()
    with board.nights.lambdas.dying_at("dynamodb.PutItem", writes):
        assert board.mark((ONE.id, "正しい")).status == "FAILED"
    for _ in range(3):
        night = board.nights.rerun()
        assert night.status == "SUCCEEDED"
        assert night.summary["held"].keys() <= {"S044"}
    assert names_of(board, ONE, TWO, THREE) == [TWO.account, THREE.account, ONE.account]
    assert not any(map(stands_aside, board.nights.state.pupils()))
    assert board.later(1).verdict == "unchanged"


@pytest.mark.parametrize("after", [0, 2])
def test_whatever_the_tenant_refuses_nobody_is_left_without_a_name_they_know(
    board: Board, after: int
) -> None:
    """One of the four calls of an exchange is refused for good."""
    board.nights.run(exchanged(*ACCOUNT))
    board.nights.tomorrow()
    if after:  # lets so many through
        board.nights.tenant.fault(status=429, retry_after=1, method="PATCH", shape="/users/{id}",
                                  times=after)  # fmt: skip
    board.nights.tenant.fault(status=403, method="PATCH", shape="/users/{id}", times=1)
    board.mark((ONE.id, "正しい"))
    names = {ONE.account, TWO.account}
    assert set(names_of(board, ONE, TWO)) <= names
    board.nights.tenant.heal()
    for _ in range(3):
        board.later(1)
    assert names_of(board, ONE, TWO) == [TWO.account, ONE.account]


def test_an_exchange_of_accounts_is_undone_by_stepping_aside_again(board: Board) -> None:
    board.nights.run(exchanged(*ACCOUNT))
    board.nights.tomorrow()
    done = board.mark((ONE.id, "正しい"))
    waiting = board.nights.undo(done.run["run_id"])
    assert waiting.verdict == "awaiting-approval"
    assert waiting.summary["counts"] == {"UNDONE": 2, "HELD": 0}
    assert board.nights.approve(waiting.summary).verdict == "applied"
    assert mailboxes(board) == at_rest()


# -- the same child under a new id and a new account -----------------------------------------------

ANEW = an_id("registered anew")
NEW_NAME = "anew01@ed.example.jp"


def registered_anew(*, elsewhere: bool = False) -> bytes:
    drop = a_drop(COUNT).with_new_ids("anew")
    if elsewhere:
        _move(drop, "2年1組")
    drop.rows["users.csv"][0] |= {
        "userMasterIdentifier": ANEW, "username": NEW_NAME, "email": NEW_NAME,
        "userIds": drop.rows["users.csv"][0]["userIds"].replace(ONE.account, NEW_NAME),
    }  # fmt: skip
    return drop.zip()


def test_a_child_registered_anew_keeps_its_account_when_a_person_says_so(board: Board) -> None:
    night = board.nights.run(registered_anew(), passwords=passwords(1))
    assert (night.verdict, safety(night)) == ("unchanged", {"S114": 1})
    assert night.summary["proposed"]["SAME_CHILD"] == [ANEW]
    assert night.summary["proposed"]["GONE"] == []
    board.nights.tomorrow()
    assert board.mark((ANEW, "連携")).verdict == "applied"
    assert mailboxes(board)[ONE.id][0] == NEW_NAME
    users: dict[str, Any] = users_of(board.nights)
    assert (len(users), users[ANEW]["onPremisesExtensionAttributes"][MARK]) == (COUNT, ANEW)
    again = board.later(1)
    assert (again.verdict, again.summary["counts"]["CONFIRMED"]) == ("unchanged", COUNT)


def _move(drop: Drop, title: str) -> None:
    """The first pupil sits in another class."""
    row, room = drop.rows["users.csv"][0], drop.add_class(title, school=drop.a_school())
    row["metadata.jp.homeClass"] = room["sourcedId"]
    for enrolment in drop.rows["enrollments.csv"]:
        if enrolment["userSourcedId"] == row["sourcedId"]:
            enrolment["classSourcedId"] = room["sourcedId"]


def test_a_child_who_moved_and_was_registered_anew_is_a_question_and_keeps_its_account(
    board: Board,
) -> None:
    night = board.nights.run(registered_anew(elsewhere=True), passwords=passwords(1))
    assert (night.verdict, safety(night)) == ("unchanged", {"S182": 1})
    assert night.summary["proposed"]["SAME_CHILD"] == [ANEW]
    assert night.summary["proposed"]["GONE"] == []
    board.nights.tomorrow()
    assert board.mark((ANEW, "連携")).verdict == "applied"
    assert mailboxes(board)[ONE.id][0] == NEW_NAME
    (one,) = [k for k in board.nights.state.pupils() if k.pupil.id == ANEW]
    assert one.sourced_id == ONE.id
    assert board.later(1).verdict == "unchanged"


def test_accounts_put_right_after_one_of_the_two_left_are_exchanged_when_a_person_says_so(
    board: Board,
) -> None:
    drop = a_drop(COUNT).with_new_ids("left")
    one, two = drop.rows["users.csv"][:2]
    one |= {column: two[column] for column in ACCOUNT}
    drop.rows["users.csv"].remove(two)
    for file in ("roles.csv", "enrollments.csv"):
        drop.rows[file] = [r for r in drop.rows[file] if r["userSourcedId"] != two["sourcedId"]]
    before = told(board)
    night = board.nights.run(drop.zip())
    assert (night.verdict, safety(night)) == ("unchanged", {"S181": 1})
    assert night.summary["proposed"]["EXCHANGED"] == sorted((ONE.id, TWO.id))
    assert (mailboxes(board), told(board)) == (at_rest(), before)
    board.nights.tomorrow()
    done = board.fill_in(night, {ONE.id: "正しい"})
    assert (done.verdict, done.summary["held"]) == ("applied", {})
    assert names_of(board, ONE, TWO) == [TWO.account, ONE.account]
    assert [told(board)[umi][0] for umi in (ONE.id, TWO.id)] == [TWO.account, ONE.account]
    assert all(enabled == "true" for _, _, enabled in told(board).values())
    again = board.later(1)
    assert (again.summary["held"], again.summary["proposed"]["GONE"]) == ({}, [TWO.id])
    waiting = board.nights.undo(done.run["run_id"])
    assert board.nights.approve(waiting.summary).verdict == "applied"
    assert mailboxes(board) == at_rest()


def test_two_children_of_one_name_are_told_apart_by_a_person(board: Board) -> None:
    board.nights.run(registered_anew())
    board.nights.tomorrow()
    night = board.mark((ANEW, "別人"))
    assert night.summary["proposed"]["SAME_CHILD"] == []
    assert night.summary["proposed"]["GONE"] == [ONE.id]
    assert night.summary["held"] == {"M001": [ANEW]}
    assert mailboxes(board) == at_rest()
