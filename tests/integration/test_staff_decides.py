"""判断 and この子 on the staff page: answers go into the workbook's book, looks into the record."""

from __future__ import annotations

import io
import json
import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kakehashi.edges.decision_files import AFTER, DecisionFiles
from kakehashi.edges.objects import Objects
from kakehashi.people.record import Status
from kakehashi.staff.viewer import Role
from kakehashi.state_records import ApprovalGiven
from tests.builders import a_drop, a_password_file, a_pupil
from tests.desks import Clerk, Office
from tests.integration.test_april import given_a_school, roster
from tests.integration.test_matching import MATCHING, by_hand
from tests.nights import Night
from tests.staff import Board

CHILD = a_pupil(12)


@pytest.fixture
def decider(office: Office) -> Clerk:
    return office.at_desk(office.hire("decider", Role.SEE, Role.DECIDE))


def answered(clerk: Clerk, **answers: str) -> str:
    """What the page of decisions leads to once these are chosen; "" and a code where refused."""
    sent = {f"d-{name.replace('_', '-')}": word for name, word in answers.items()}
    answer = clerk.send(clerk.open("/decide"), "/decide", **sent)
    return answer.location or answer.code


def as_field(umi: str) -> str:
    return umi.replace("-", "_")


def test_a_leaver_is_named_and_suspended_in_the_next_night(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    page = decider.open("/decide")
    assert f"{CHILD.family} {CHILD.given}" in page.text
    assert answered(decider, **{as_field(CHILD.id): "suspend"}) == "/decide?told=decided"
    done = office.record()[0]
    assert (done.what, done.run) == ("decide", missing.run["run_id"])
    assert done.after == f"{CHILD.id}:停止"
    assert office.started() == []  # nothing begins before the night
    office.nights.tomorrow()
    night = office.nights.run(a_drop(11).zip())
    assert night.verdict == "applied"
    known = office.nights.state.pupil(CHILD.id)
    assert known is not None
    assert known.status is Status.SUSPENDED


def test_an_answer_is_taken_back_until_the_night_begins(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    answered(decider, **{as_field(CHILD.id): "suspend"})
    page = decider.open("/decide")
    assert decider.send(page, "/decide/back").location == "/decide?told=taken-back"
    assert [done.what for done in office.record()[:2]] == ["take back decision", "decide"]
    office.nights.tomorrow()
    office.nights.run(a_drop(11).zip())
    known = office.nights.state.pupil(CHILD.id)
    assert known is not None
    assert known.status is Status.ACTIVE


def test_an_answer_is_not_taken_back_while_a_night_is_under_way(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    answered(decider, **{as_field(CHILD.id): "suspend"})
    page = decider.open("/decide")
    office.nights.state.take_lease("arn:of:an:execution", datetime.now(UTC))
    assert decider.send(page, "/decide/back").code == "W143"
    assert office.record()[0].code == "W143"


OWNER = "arn:of:an:execution"


@pytest.mark.parametrize(
    ("record", "ahead"),
    [
        ({"mode": "deliver", "execution": OWNER}, 0),
        ({"mode": "undo", "execution": OWNER}, 0),
        ({"mode": "sync", "approved": ApprovalGiven(execution=OWNER)}, 0),
        ({"mode": "sync", "execution": OWNER}, -3600),  # its lease is over
    ],
)
def test_a_run_that_reads_no_answers_leaves_them_to_be_taken_back(
    office: Office, missing: Night, decider: Clerk, record: dict[str, Any], ahead: int
) -> None:
    answered(decider, **{as_field(CHILD.id): "suspend"})
    state = office.nights.state
    state.note_run("demo-20991231T021000-00000000", verdict="running", **record)
    state.take_lease(OWNER, datetime.now(UTC) + timedelta(seconds=ahead))
    page = decider.open("/decide")
    assert "夜の処理が始まっています" not in page.text
    assert decider.send(page, "/decide/back").location == "/decide?told=taken-back"


def test_answers_are_for_tonight_until_the_comparison_has_read_them(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    run_id, state = "demo-20991231T021000-00000000", office.nights.state
    state.note_run(run_id, verdict="running", mode="sync", execution=OWNER)
    state.take_lease(OWNER, datetime.now(UTC))
    assert "今夜の比較に間に合えば" in decider.open("/decide").text
    office.deps.folder(run_id).put_lines("decisions.jsonl", [])
    assert "今夜の比較" not in decider.open("/decide").text
    assert "今からの答えは、次の夜に" in decider.open("/decide").text


def files_of(office: Office) -> list[str]:
    inbox = Objects.of(office.deps.staff.inbox_bucket)
    return [item["Key"] for item in inbox.listed("inbox/demo/decisions/")]


def test_an_answer_taken_back_leaves_later_answers_as_they_are(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    """Two were answered at once, then one of them otherwise: that stands when the other goes."""
    other, inbox = a_pupil(11), Objects.of(office.deps.staff.inbox_bucket)
    both = f"userMasterIdentifier,決定,by\n{CHILD.id},停止,a\n{other.id},停止,a\n"
    later = f"userMasterIdentifier,決定,by\n{other.id},保留,b\n"
    for name, text in (("1", both), ("2", later)):
        inbox.put(f"inbox/demo/decisions/{name}.csv", io.BytesIO(text.encode()))
        time.sleep(1.1)  # S3 tells seconds
    page = decider.open("/decide")
    assert decider.send(page, "/decide/back").location == "/decide?told=taken-back"
    one = inbox.read("inbox/demo/decisions/1.csv")
    assert one is not None
    assert CHILD.id not in (rest := one["Body"].read().decode())
    assert other.id not in rest


def test_what_is_left_of_answers_never_comes_after_a_list_of_the_staff(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    other, inbox = a_pupil(11), Objects.of(office.deps.staff.inbox_bucket)
    both = f"userMasterIdentifier,決定,by\n{CHILD.id},停止,a\n{other.id},停止,a\n"
    inbox.put("inbox/demo/decisions/1.csv", io.BytesIO(both.encode()))
    inbox.put("inbox/demo/approvals/list.csv", io.BytesIO(b"userMasterIdentifier\n"))
    assert decider.send(decider.open("/decide"), "/decide/back").code == "W280"


def test_files_that_a_night_has_read_are_not_read_for_the_page(
    office: Office, board: Board, missing: Night, decider: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(decider, **{as_field(CHILD.id): "keep"})
    office.nights.tomorrow()
    night = office.nights.run(a_drop(11).zip())
    later = "demo-20991231T021000-00000000"  # S3 has a clock of its own
    office.deps.folder(later).put_json(AFTER, json.loads(night.folder.need(AFTER)))
    office.nights.state.note_proposals(later)
    (seen,) = files_of(office)
    read: list[str] = []
    monkeypatch.setattr(DecisionFiles, "_read", lambda _self, key: read.append(key))
    decider.open("/decide")
    assert seen not in read


def test_nobody_is_decided_about_whom_nobody_asks_about(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    for umi, word in ((a_pupil(1).id, "suspend"), (CHILD.id, "delete"), ("x", "suspend")):
        assert answered(decider, **{as_field(umi): word}) == "W141"
    assert answered(decider) == "W113"
    assert {done.code for done in office.record()} == {"W141", "W113"}


def test_a_list_that_is_no_longer_the_newest_decides_nothing(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    page = decider.open("/decide")
    office.nights.tomorrow()
    office.nights.run(a_drop(11).zip())
    answer = decider.send(page, "/decide", **{f"d-{CHILD.id}": "suspend"})
    assert answer.code == "W131"


def test_many_are_not_decided_at_once_where_the_calendar_explains_nothing(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    page = decider.open("/decide")
    assert "/decide/all" not in page.text
    sent = {"csrf": decider.csrf(), "run_id": missing.run["run_id"], "about": "GONE",
            "school": CHILD.school, "class_title": CHILD.class_title}  # fmt: skip
    assert decider.browser.post("/decide/all", sent).code == "W142"


def test_a_class_that_has_left_school_is_suspended_at_once(office: Office, decider: Clerk) -> None:
    nights = office.nights
    given_a_school(nights)
    new = a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in range(90, 100)})
    nights.run(roster(1, session=2027).zip(), as_of=date(2027, 4, 1), passwords=new)
    sent = decider.send(decider.open("/decide?about=GONE"), "/decide/all")
    assert sent.location == "/decide?told=decided"
    night = nights.run(roster(1, session=2027).zip(), as_of=date(2027, 4, 2))
    assert night.verdict == "applied"
    leavers = [one for one in nights.state.pupils() if one.pupil.grade == "P6" and one.absent_since]
    assert [one.status for one in leavers] == [Status.SUSPENDED] * 10


def test_an_account_that_is_there_is_linked_by_its_row(office: Office, decider: Clerk) -> None:
    nights, child = office.nights, a_pupil(1)
    nights.put_rules(MATCHING)
    nights.tenant.give(by_hand(1), by_hand(2, displayName="別 人"))
    nights.run(a_drop(2).zip(), passwords=a_password_file({}))
    assert answered(decider, **{as_field(child.id): "link"}) == "/decide?told=decided"
    nights.tomorrow()
    nights.run(a_drop(2).zip())
    known = nights.state.pupil(child.id)
    assert known is not None
    assert (known.object_id, nights.state.pupil(a_pupil(2).id)) == (by_hand(1)["id"], None)


def test_whoever_only_sees_answers_nothing(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    seer = office.at_desk(office.hire("seer", Role.SEE))
    page = seer.open("/decide")
    assert CHILD.family in page.text
    assert f'name="d-{CHILD.id}"' not in page.text
    sent = {"csrf": seer.csrf(), "run_id": missing.run["run_id"], f"d-{CHILD.id}": "suspend"}
    assert seer.browser.post("/decide", sent).code == "W121"
    assert office.record()[0].code == "W121"


# -- この子 ----------------------------------------------------------------------------------------


def test_a_child_is_found_by_name_and_every_look_is_recorded(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    found = decider.send(decider.open("/child"), "/child/find", text=CHILD.family)
    assert f"/child/{CHILD.id}" in found.text
    (searched,) = office.record()
    shown = found.text.count('<a href="/child/')
    assert (searched.what, searched.after) == ("search", str(shown))  # never what was typed
    assert "?lang=" not in found.text
    page = decider.open(f"/child/{CHILD.id}")
    assert CHILD.account in page.text
    done = office.record()[0]
    assert (done.what, done.after) == ("look up", CHILD.id)
    assert CHILD.family not in str(done.to_json())


def test_a_child_of_nobody_is_no_page(office: Office, board: Board, decider: Clerk) -> None:
    for pupil in ("00000000-0000-4000-8000-000000000000", "x", CHILD.account):
        assert decider.browser.get(f"/child/{pupil}").code == "W122"


def test_no_page_and_no_log_tells_a_name_that_was_not_asked_for(
    office: Office, board: Board, missing: Night, decider: Clerk
) -> None:
    for path in ("/today", "/approve", "/decide", "/child", f"/child/{CHILD.id}"):
        decider.open(path)
    for n in range(1, 13):
        for secret in (a_pupil(n).account, a_pupil(n).kana_given):
            assert not re.search(re.escape(secret), office.said())
