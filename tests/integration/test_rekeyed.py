"""A child gets another userMasterIdentifier: one account, one record, one user of every tool.

Told through whole nights: the state, the account, its groups, what each tool has taken in, the
launcher, and what `kakehashi why` says afterwards.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from dataclasses import replace
from typing import Any

import boto3
import pytest

from kakehashi.catalogue.deliver import RECEIPT_REJECTED
from kakehashi.edges.archive import Archive
from kakehashi.people.record import Status
from kakehashi.staff.timeline import entries
from tests.builders import Drop, a_drop, a_pupil, an_id
from tests.integration.test_launch import NRPS
from tests.integration.test_night import MARK, known
from tests.launches import Launchpad, tool_rules
from tests.nights import RULES, Night, Nights
from tests.releases import snapshot
from tests.staff import Board
from tests.unit.deliver.receiver import Receiver, plain

CHILD = a_pupil(1)
OLD, NEW, UPN = CHILD.id, an_id("re-keyed 1"), CHILD.account
DIALECTS = {
    "lgate": "lgate",
    "interactive_study": "interactive_study",
    "generic": "generic_oneroster_1_2",
    "older": "generic_oneroster_1_1",
    "sds": "microsoft_sds_v2_1",
}
SINGLE_RULES = RULES + "".join(
    f'[tools.{tool}]\ndialect = "{dialect}"\n' for tool, dialect in list(DIALECTS.items())[2:]
) + '[m365]\ngroups = ["school", "class"]\n'  # fmt: skip


class Tools:
    """What each tool holds after the files it was handed; SDS keeps the last file only."""

    def __init__(self, nights: Nights) -> None:
        self.nights = nights
        self.receivers = {tool: Receiver() for tool in DIALECTS}

    def take(self, night: Night) -> None:
        for tool, receiver in self.receivers.items():
            note = night.folder.get_json(f"deliveries/{tool}.json")
            for file in note.get("files", ()):
                body = self.nights.outbox()[file["key"]]
                if tool == "sds":
                    receiver.store = rows_of(body)
                else:
                    receiver.take(body)

    def users(self, upn: str = UPN) -> dict[str, list[tuple[str, str, str, list[str]]]]:
        """Tool → whoever has this sign-in name: sourcedId, userMasterIdentifier, enabled, and the
        titles of the classes."""
        return {tool: self._users(receiver, upn) for tool, receiver in self.receivers.items()}

    def _users(self, receiver: Receiver, upn: str) -> list[tuple[str, str, str, list[str]]]:
        classes = receiver.store["classes.csv"]
        return [
            (
                id_,
                row.get("userMasterIdentifier", ""),
                row.get("enabledUser", ""),
                [classes[e["classSourcedId"]]["title"]
                 for e in receiver.store["enrollments.csv"].values() if e["userSourcedId"] == id_],
            )
            for id_, row in receiver.store["users.csv"].items() if upn in row.values()
        ]  # fmt: skip


def rows_of(body: bytes) -> dict[str, dict[str, dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {
            name: {row.get("sourcedId", str(n)): row for n, row in enumerate(csv.DictReader(
                io.StringIO(archive.read(name).decode("utf-8-sig"), newline="")))}
            for name in archive.namelist() if name.endswith(".csv")
        }  # fmt: skip


def drop(umi: str = "", *, title: str = "", without: bool = False, night: str = "") -> Drop:
    """Twelve pupils, the first of them under ``umi``, in class ``title``, or not at all."""
    made = a_drop(12)
    user = made.rows["users.csv"][0]
    user["userMasterIdentifier"] = umi or OLD
    if title:
        room = made.add_class(title, school=made.a_school())
        user["metadata.jp.homeClass"] = room["sourcedId"]
        for row in made.rows["enrollments.csv"]:
            if row["userSourcedId"] == user["sourcedId"]:
                row["classSourcedId"] = room["sourcedId"]
    if without:
        made.rows["users.csv"].remove(user)
        for file in ("roles.csv", "enrollments.csv"):
            rows = made.rows[file]
            made.rows[file] = [r for r in rows if r["userSourcedId"] != user["sourcedId"]]
    return made.with_new_ids(night) if night else made


@pytest.fixture
def board(nights: Nights) -> Board:
    """Twelve pupils, told to every tool."""
    nights.put_rules(SINGLE_RULES)
    nights.given(known(12))
    return Board(nights)


@pytest.fixture
def tools(board: Board) -> Tools:
    tools = Tools(board.nights)
    lives(board, tools, drop())
    return tools


def lives(board: Board, tools: Tools, roster: Drop, verdict: str = "unchanged") -> Night:
    """One night; the tools take what they are handed."""
    night = board.nights.run(roster.zip())
    assert (night.status, night.verdict) == ("SUCCEEDED", verdict)
    tools.take(night)
    board.nights.tomorrow()
    return night


def links(board: Board, tools: Tools, umi: str = NEW) -> Night:
    """C4th gives the child another id, and staff say that it is the same child."""
    asked = lives(board, tools, drop(umi))
    assert asked.summary["proposed"]["UNLINKED"] == [umi]
    return decides(board, tools, umi, "連携")


def decides(board: Board, tools: Tools, umi: str, word: str) -> Night:
    night = board.mark((umi, word))
    assert night.verdict == "applied"
    tools.take(night)
    board.nights.tomorrow()
    return night


def record_of(board: Board) -> tuple[str, str, Status]:
    """The one record of the child's account: its id, the tools' id, its status."""
    (one,) = [k for k in board.nights.state.pupils() if k.pupil.account == UPN]
    return one.pupil.id, one.sourced_id, one.status


def groups_of(board: Board) -> list[str]:
    """Names of the groups that the child's account is in."""
    child = board.nights.tenant.user(UPN)["id"]
    return sorted(g["displayName"] for g in board.nights.tenant.groups() if child in g["members"])


def everywhere(umi: str, enabled: str = "true", title: str = "3年2組",
               sourced: str = OLD) -> dict[str, Any]:  # fmt: skip
    """What every tool should hold; SDS and OneRoster 1.1 know no userMasterIdentifier."""
    told = {
        tool: [(sourced, "" if tool in {"older", "sds"} else umi, enabled, [title])]
        for tool in DIALECTS
    }
    return told | {"sds": [(sourced, "", "", [title])]}


def test_a_linked_child_is_one_child_everywhere(board: Board, tools: Tools) -> None:
    assert tools.users() == everywhere(OLD)
    links(board, tools)
    assert record_of(board) == (NEW, OLD, Status.ACTIVE)
    child = board.nights.tenant.user(UPN)
    assert child["onPremisesExtensionAttributes"][MARK] == NEW
    assert tools.users() == everywhere(NEW)
    assert groups_of(board) == ["見本市立第1小学校", "見本市立第1小学校 3年2組 2026年度"]
    assert lives(board, tools, drop(NEW)).summary["counts"] == {"CONFIRMED": 12}


def test_what_becomes_of_the_child_afterwards_reaches_every_tool(
    board: Board, tools: Tools
) -> None:
    links(board, tools)
    lives(board, tools, drop(NEW, title="3年9組"), "applied")
    assert tools.users() == everywhere(NEW, title="3年9組")
    assert groups_of(board) == ["見本市立第1小学校", "見本市立第1小学校 3年9組 2026年度"]
    gone = lives(board, tools, drop(without=True))
    assert gone.summary["proposed"]["GONE"] == [NEW]
    assert tools.users() == everywhere(NEW, title="3年9組"), "absence suspends nobody"
    decides(board, tools, NEW, "停止")
    assert record_of(board) == (NEW, OLD, Status.SUSPENDED)
    assert not board.nights.tenant.user(UPN)["accountEnabled"]
    assert groups_of(board) == []
    suspended = everywhere(NEW, "false", "3年9組")
    sds = tools.users().pop("sds")
    assert tools.users() | {"sds": sds} == suspended | {"sds": []}, "SDS leaves them out"


def test_a_leaver_who_comes_back_under_another_id_is_the_same_child(
    board: Board, tools: Tools
) -> None:
    lives(board, tools, drop(without=True))
    decides(board, tools, OLD, "停止")
    linked = links(board, tools)
    assert record_of(board) == (NEW, OLD, Status.ACTIVE)
    assert board.nights.tenant.user(UPN)["accountEnabled"]
    assert tools.users() == everywhere(NEW)
    asked = board.nights.undo(linked.run["run_id"])
    assert board.nights.approve(asked.summary).verdict == "applied"
    assert record_of(board) == (OLD, OLD, Status.SUSPENDED)
    assert not board.nights.tenant.user(UPN)["accountEnabled"]


def test_an_id_that_is_corrected_back_leaves_all_as_it_was(board: Board, tools: Tools) -> None:
    links(board, tools)
    links(board, tools, OLD)
    assert record_of(board) == (OLD, OLD, Status.ACTIVE)
    assert tools.users() == everywhere(OLD)


def test_a_link_is_undone_as_one_child_too(board: Board, tools: Tools) -> None:
    linked = links(board, tools)
    asked = board.nights.undo(linked.run["run_id"])
    undone = board.nights.approve(asked.summary)
    assert undone.verdict == "applied"
    tools.take(undone)
    assert record_of(board) == (OLD, OLD, Status.ACTIVE)
    child = board.nights.tenant.user(UPN)
    assert child["onPremisesExtensionAttributes"][MARK] == OLD
    assert tools.users() == everywhere(OLD)


def test_the_former_id_given_to_another_child_opens_nobodys_history(
    board: Board, tools: Tools
) -> None:
    links(board, tools)
    roster = drop(NEW)
    stranger = a_pupil(20)
    roster.add_pupil(20, userMasterIdentifier=OLD)
    passwords = f"account,initialPassword\r\n{stranger.account},Hinagiku-0020x\r\n".encode()
    board.nights.put_passwords(passwords)
    night = lives(board, tools, roster, "applied")
    assert "S101" in {finding.code for finding in night.findings()}
    assert tools.users() == everywhere(NEW)
    told = {row[0] for rows in tools.users(stranger.account).values() for row in rows}
    assert len(told) == 1
    assert told.isdisjoint({OLD, NEW})


def test_a_night_that_dies_while_the_record_moves_is_run_again(board: Board, tools: Tools) -> None:
    lives(board, tools, drop(NEW))
    with board.nights.lambdas.dying_at("dynamodb.DeleteItem", stage="provision"):
        dead = board.mark((NEW, "連携"))
    assert dead.status == "FAILED"
    assert len(list(board.nights.state.pupils())) == 13, "written once too often"
    board.nights.tomorrow()
    lives(board, tools, drop(NEW))
    assert record_of(board) == (NEW, OLD, Status.ACTIVE)
    assert tools.users() == everywhere(NEW)


def test_why_tells_both_ids_as_one_story(board: Board, tools: Tools) -> None:
    links(board, tools)
    lives(board, tools, drop(NEW))
    told = story(board, NEW)
    assert [(c["situation"], c["action"]) for c in told] == [
        ("CONFIRMED", ""), ("UNLINKED", ""), ("UNLINKED", "link"), ("CONFIRMED", "")]  # fmt: skip
    assert told == story(board, OLD) == story(board, UPN)
    assert [c["line"] for c in told] == [2, 2, 2, 2]
    assert [c["tools"]["lgate"]["status"] for c in told] == ["active"] * 4


def story(board: Board, who: str) -> list[dict[str, Any]]:
    names = board.nights.names
    found = Archive(boto3.client("s3"), names["RUNS_BUCKET"], names["OUTBOX_BUCKET"], "demo")
    run_ids = found.run_ids(50)
    ids = found.ids(found.who(who, run_ids), run_ids)
    return [c.to_json() for c in entries(found.trace(*one) for one in ids.items())]


def test_a_tool_that_says_the_new_id_in_its_receipt_is_understood(
    board: Board, tools: Tools
) -> None:
    links(board, tools)
    lives(board, tools, drop(NEW, title="3年9組"), "applied")
    text = f"file,userMasterIdentifier,result,reason\nusers.csv,{NEW},NG,E012\n"
    board.nights.put("INBOX_BUCKET", "receipts/demo/interactive_study/a.csv", text.encode())
    night = lives(board, tools, drop(NEW, title="3年9組"))
    (said,) = [f for f in night.findings() if f.code == RECEIPT_REJECTED.code]
    assert said.pupil == NEW
    assert night.folder.get_json("deliveries/interactive_study.json")["rows"]["users.csv"] == 1


def test_a_launch_and_a_list_of_members_tell_what_tools_know(launchpad: Launchpad) -> None:
    launchpad.register(tool_rules(memberships=True))
    one = launchpad.nights.state.pupil(a_pupil(1).id)
    assert one
    launchpad.nights.state.put_pupil(replace(one, tool_id=NEW), one)
    tool = launchpad.signed_in(1)
    claims = tool.read(tool.launched())
    assert claims["sub"] == NEW
    members = tool.members(claims[NRPS]["context_memberships_url"]).json()["members"]
    assert {m["user_id"] for m in members} == {NEW, a_pupil(2).id, a_pupil(3).id}


# -- what the release before left -----------------------------------------------------------------


def test_a_child_that_an_earlier_release_doubled_heals_on_the_next_night(nights: Nights) -> None:
    snapshot.read(nights, "0.1.0")
    twin = a_pupil(snapshot.REKEYED)
    tools = Tools(nights)
    tools.receivers.pop("older")
    for tool, receiver in tools.receivers.items():
        receiver.store |= told_before(nights, tool)
    before = {tool: len(rows) for tool, rows in tools.users(twin.account).items()}
    assert before == {"lgate": 1, "interactive_study": 2, "generic": 2, "sds": 1}
    nights.tomorrow()
    night = nights.run(snapshot.drop(umi=snapshot.NEW_ID).zip())
    assert night.verdict == "unchanged"
    tools.take(night)
    codes = {finding.code for finding in night.findings()}
    assert "S100" in codes
    assert "T013" not in codes
    (one,) = [k for k in nights.state.pupils() if k.pupil.account == twin.account]
    assert (one.pupil.id, one.sourced_id) == (snapshot.NEW_ID, twin.id)
    after = {tool: [row[0] for row in rows] for tool, rows in tools.users(twin.account).items()}
    assert after == {tool: [twin.id] for tool in tools.receivers}


def told_before(nights: Nights, tool: str) -> dict[str, dict[str, dict[str, str]]]:
    """What a tool holds, as the baseline that was written with its last delivery says."""
    body = boto3.client("s3").get_object(
        Bucket=nights.names["BASELINES_BUCKET"], Key=f"demo/{tool}.csv.gz"
    )["Body"].read()  # fmt: skip
    columns: dict[str, list[str]] = {}
    store: dict[str, dict[str, dict[str, str]]] = {}
    for file, name, *cells in csv.reader(io.StringIO(gzip.decompress(body).decode(), newline="")):
        if not file:
            columns[name] = cells
            store[name] = {}
        else:
            store[file][name] = plain(dict(zip(columns[file], cells, strict=True)))
    return store
