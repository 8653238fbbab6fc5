"""What a tool says of a delivery: traced to whom it is about, never believed blindly."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable

import pytest

from kakehashi import deliver
from kakehashi.deliver.dialect import ReceiptForm
from kakehashi.deliver.receipt_files import Rejected
from kakehashi.deliver.receipts import Acknowledgement, Delivered, RowRefusal, answer
from kakehashi.people.record import Record
from tests.builders import a_known, a_pupil
from tests.decisions import a_workbook
from tests.unit.deliver.receiver import Receiver, unzip
from tests.unit.deliver.sharp_importer import complaints
from tests.unit.deliver.tools import deliver_to, lines, told

FORM = ReceiptForm()
CITY = [a_known(n) for n in (1, 2, 3)]


def said(
    body: bytes, city: Iterable[Record] = CITY, dialect: str = "interactive_study"
) -> Acknowledgement:
    zips = [file.body for file in deliver_to(dialect, city).files]
    return answer([body], FORM, Delivered(zips), "")


def test_a_line_is_traced_to_the_record_and_the_pupil_that_stood_there() -> None:
    body = lines("file,line,result,reason", "users.csv,3,NG,E012", "enrollments.csv,2,NG,E7",
                 "classes.csv,2,NG,E9")  # fmt: skip
    files = unzip(deliver_to("interactive_study", CITY).files[0].body)
    users, enrollments = files["users.csv"], files["enrollments.csv"]
    found = [(one.key[0], one.pupil) for one in said(body).refusals]
    assert found == [
        ("users.csv", users[1]["sourcedId"]),
        ("enrollments.csv", enrollments[0]["userSourcedId"]),
        ("classes.csv", None),
    ]


def test_an_id_is_traced_without_a_file_where_it_is_one_of_ours() -> None:
    umi = a_pupil(2).id
    found = said(lines("sourcedId,result,reason", f"{umi},NG,E1", "somebody-else,NG,E1"))
    assert [one.pupil for one in found.refusals] == [umi]
    assert (found.unknown, found.counts()["rejected"]) == (1, 2)


def test_the_findings_tell_counts_codes_lines_and_pupils() -> None:
    body = lines("file,line,result,reason", "users.csv,2,OK,", "users.csv,3,NG,E012")
    found = list(said(body).findings("lgate", {}))
    assert [f.row() for f in found] == [("", None, None, "T020"), ("users.csv", 3, None, "T021")]
    assert found[0].facts == {"tool": "lgate", "accepted": 1, "rejected": 1, "unknown": 0,
                              "heading": 1}  # fmt: skip
    assert found[1].facts == {"tool": "lgate", "reason": "E012"}


@pytest.mark.parametrize(
    "reason", ["架橋 花子は登録済みです", "s000001", "=cmd|' /C calc'!A0", "Taro", "E" * 50, "\x00"]
)
def test_a_reason_that_is_no_code_is_counted_and_not_told(reason: str) -> None:
    body = lines("line,file,result,reason", f'2,users.csv,NG,"{reason}"')
    (refusal,) = said(body).refusals
    assert refusal.reason == "other"


def test_an_answer_is_the_same_after_the_run_folder() -> None:
    found = said(lines("file,line,result,reason", "users.csv,3,NG,E012", "users.csv,99,NG,E1"))
    assert Acknowledgement.from_json(json.loads(json.dumps(found.to_json()))) == found


# -- whom it is about ------------------------------------------------------------------------------


def zipped(**files: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.csv", text.encode("utf-8-sig"))
    return body.getvalue()


USERS = "sourcedId,userMasterIdentifier,username\r\n"
TWO = zipped(
    users=f'{USERS}a,master-a,"ac\r\nct"\r\nb,,\r\n',
    roles="sourcedId,userSourcedId\r\nrole-a,a\r\nrole-b,b\r\n",
    orgs="sourcedId,name\r\nschool,x\r\n",
    notes="sourcedId\r\na\r\n",
)


def meant(*rejected: Rejected, zips: Iterable[bytes] = (TWO,)) -> list[tuple[object, str | None]]:
    return [(one.key, one.pupil) for one in Delivered(zips).refusals(rejected)]


@pytest.mark.parametrize(
    ("rejected", "found"),
    [
        (Rejected("", 0, "a", ""), [(("users.csv", "a"), "a")]),
        (Rejected("", 0, "master-a", ""), [(("users.csv", "a"), "a")]),
        (Rejected("", 0, "ac\r\nct", ""), [(("users.csv", "a"), "a")]),
        (Rejected("", 0, "b", ""), [(("users.csv", "b"), "b")]),
        (Rejected("users.csv", 0, "a", ""), [(("users.csv", "a"), "a")]),
        (Rejected("roles.csv", 0, "a", ""), []),
        (Rejected("roles.csv", 0, "role-b", ""), [(("roles.csv", "role-b"), "b")]),
        (Rejected("", 0, "school", ""), [(("orgs.csv", "school"), None)]),
        (Rejected("users.csv", 2, "", ""), [(("users.csv", "a"), "a")]),
        (Rejected("users.csv", 3, "", ""), []),  # within the row above
        (Rejected("users.csv", 4, "", ""), [(("users.csv", "b"), "b")]),
        (Rejected("roles.csv", 3, "", ""), [(("roles.csv", "role-b"), "b")]),
        (Rejected("users.csv", 5, "", ""), []),
        (Rejected("", 2, "", ""), []),
        (Rejected("", 0, "nobody", ""), []),
    ],
)
def test_a_row_is_found_by_its_id_or_by_file_and_line(
    rejected: Rejected, found: list[tuple[object, str | None]]
) -> None:
    assert meant(rejected) == found


def test_a_line_in_a_delivery_of_several_zips_is_no_place_and_an_id_is_one() -> None:
    other = zipped(users=f"{USERS}c,master-c,account-c\r\n")
    assert meant(Rejected("users.csv", 2, "", ""), zips=(TWO, other)) == []
    assert meant(Rejected("users.csv", 4, "", ""), zips=(TWO, other)) == [(("users.csv", "b"), "b")]
    assert meant(Rejected("", 0, "c", ""), zips=(TWO, other)) == [(("users.csv", "c"), "c")]
    again = meant(Rejected("", 0, "a", ""), zips=(TWO, TWO))
    assert again == [(("users.csv", "a"), "a")], "a shared pupil stands in both"


def test_an_id_that_two_records_have_is_nobodys() -> None:
    twins = zipped(users=f"{USERS}a,same,x\r\nb,same,y\r\n")
    assert meant(Rejected("", 0, "same", ""), zips=[twins]) == []
    same_name = zipped(users=f"{USERS}a,,\r\n", orgs="sourcedId\r\na\r\n")
    assert meant(Rejected("", 0, "a", ""), zips=[same_name]) == []
    assert meant(Rejected("orgs.csv", 0, "a", ""), zips=[same_name]) == [(("orgs.csv", "a"), None)]


def test_what_was_refused_is_told_with_the_line_and_the_reason_of_the_tool() -> None:
    (refusal,) = Delivered([TWO]).refusals([Rejected("roles.csv", 3, "", "E1")])
    assert refusal == RowRefusal(("roles.csv", "role-b"), 3, "E1", "b")
    assert refusal.to_json() == {
        "file": "roles.csv", "id": "role-b", "line": 3, "reason": "E1", "pupil": "b", "list": "",
    }  # fmt: skip
    assert RowRefusal.from_json(refusal.to_json()) == refusal


# -- all together ----------------------------------------------------------------------------------


def refused(reason: str, line: int = 0, pupil: str | None = "a") -> RowRefusal:
    return RowRefusal(("users.csv", "a"), line, reason, pupil)


def test_the_counts_are_of_all_files_and_name_the_most_frequent_reason_first() -> None:
    told = Acknowledgement(read=2, accepted=5, unknown=1, unreadable=("csv",), refusals=(
        refused("E1"), refused("E2"), refused("E2")))  # fmt: skip
    assert told.counts() == {
        "files": 3, "accepted": 5, "rejected": 4, "reasons": {"E2": 2, "E1": 1},
    }  # fmt: skip
    assert list(told.counts()["reasons"]) == ["E2", "E1"]


def test_each_refusal_is_told_with_its_place_its_school_and_its_tool() -> None:
    told = Acknowledgement(read=1, accepted=5, unknown=2, unreadable=("csv",), heading=2, refusals=(
        refused("E1", 3), refused("E2", pupil=None)))  # fmt: skip
    unreadable, summary, first, second = told.findings("lgate", {"a": "B1"})
    assert (unreadable.code, unreadable.facts) == ("T022", {"tool": "lgate", "reason": "csv"})
    assert summary.facts == {
        "tool": "lgate", "accepted": 5, "rejected": 4, "unknown": 2, "heading": 2,
    }  # fmt: skip
    assert (first.row(), first.pupil, first.school) == (
        ("users.csv", 3, None, "T021"), "a", "B1",
    )  # fmt: skip
    assert (second.row(), second.pupil, second.school) == (
        ("users.csv", None, None, "T021"), None, None,
    )  # fmt: skip
    assert list(Acknowledgement().findings("lgate", {})) == []


def test_an_answer_adds_up_all_receipts_of_a_delivery() -> None:
    bodies = [lines("id,result", "a,OK", "b,NG"), b"", lines("id,result", "c,OK", "x,NG")]
    told = answer(bodies, FORM, Delivered([TWO]), "version", anew=True)
    assert told == Acknowledgement(
        read=2, accepted=2, unknown=1, unreadable=("columns",), earlier="version", anew=True,
        heading=1, refusals=(RowRefusal(("users.csv", "b"), 0, "other", "b"),),
    )  # fmt: skip
    assert told.to_json() == {
        "read": 2, "accepted": 2, "unknown": 1, "unreadable": ["columns"], "earlier": "version",
        "anew": True, "heading": 1,
        "refusals": [refusal.to_json() for refusal in told.refusals],
    }  # fmt: skip
    assert Acknowledgement.from_json(told.to_json()) == told
    assert answer([], FORM, Delivered([]), "") == Acknowledgement()


# -- what a refused row means for the next delivery ------------------------------------------------


def test_a_refused_new_pupil_is_told_again_and_a_quiet_night_then_is_quiet() -> None:
    umi = a_pupil(2).id
    first = deliver_to("interactive_study", CITY)
    refused = said(lines("sourcedId,result", f"{umi},NG")).refusals
    held = deliver.taken_back(first.records, refused, None)
    again = deliver_to("interactive_study", CITY, held)
    assert [row["sourcedId"] for row in unzip(again.files[0].body)["users.csv"]] == [umi]
    assert deliver_to("interactive_study", CITY, again.records).verdict == "nothing"


def test_a_refused_deletion_is_told_again() -> None:
    umi, rest = a_pupil(3).id, CITY[:2]
    first = deliver_to("interactive_study", CITY)
    second = deliver_to("interactive_study", rest, first.records)
    zips = Delivered([file.body for file in second.files])
    body = lines("file,sourcedId,result", f"users.csv,{umi},NG")
    refused = answer([body], FORM, zips, "").refusals
    tool = Receiver()
    tool.take(first.files[0].body)
    held = deliver.taken_back(second.records, refused, told(CITY, "interactive_study"))
    third = deliver_to("interactive_study", rest, held)
    tool.take(third.files[0].body)
    assert umi not in tool.store["users.csv"]


def test_a_refused_move_is_told_again_and_every_row_of_it_points_at_one_beside_it() -> None:
    moved = [a_known(1, pupil=a_pupil(1, class_title="3年1組"))]
    before = told(CITY[:1], "interactive_study")
    second = deliver_to("interactive_study", moved, before)
    refused = said(lines("sourcedId,result", f"{a_pupil(1).id},NG"), moved).refusals
    held = deliver.taken_back(second.records, refused, told(CITY[:1], "interactive_study"))
    third = deliver_to("interactive_study", moved, held)
    assert complaints(third.files[0].body) == []
    assert {r["title"]: r["status"] for r in unzip(third.files[0].body)["classes.csv"]} == {
        "3年1組": "active", "3年2組": "tobedeleted",
    }  # fmt: skip


def test_a_refused_class_is_told_again_beside_a_refused_pupil() -> None:
    home = next(key for key, _ in told(CITY, "lgate").unordered() if key[0] == "classes.csv")
    shared = RowRefusal(home, 0, "E1", None)
    own = RowRefusal(("users.csv", a_pupil(2).id), 0, "E1", a_pupil(2).id)
    for refusals in ([shared], [shared, own], [own, shared]):
        held = deliver.taken_back(told(CITY, "lgate"), refusals, None)
        assert held.get(home) is None
        assert held.pupils() == {a_pupil(n).id for n in (1, 2, 3) if own not in refusals or n != 2}


def test_of_whom_it_refused_a_tool_holds_what_it_had_before_as_it_was() -> None:
    before = told([a_known(2, pupil=a_pupil(2, family="旧姓"))], "lgate")
    user = ("users.csv", a_pupil(2).id)
    refusal = RowRefusal(user, 0, "E1", a_pupil(2).id)
    held = deliver.taken_back(told(CITY, "lgate"), [refusal], before)
    assert held.get(user) == before.get(user)
    assert held.get(("users.csv", a_pupil(1).id)) == told(CITY, "lgate").get(
        ("users.csv", a_pupil(1).id)
    )
    unsure = deliver.taken_back(told(CITY, "lgate"), [refusal], before, anew=True).get(user)
    assert unsure != before.get(user)


def test_a_refused_pupil_who_has_left_since_is_not_told_at_all() -> None:
    umi = a_pupil(3).id
    first = deliver_to("interactive_study", CITY)
    refused = said(lines("sourcedId,result", f"{umi},NG")).refusals
    held = deliver.taken_back(first.records, refused, None)
    assert umi not in held.pupils()
    after = deliver_to("interactive_study", CITY[:2], held)
    gone = unzip(after.files[0].body).get("users.csv", []) if after.files else []
    assert umi not in {row["sourcedId"] for row in gone}


def test_what_is_unsure_after_a_full_restart_leaves_no_mark_in_a_full_file() -> None:
    umi = a_pupil(2).id
    first = deliver_to("lgate", CITY)
    refused = said(lines("sourcedId,result", f"{umi},NG")).refusals
    held = deliver.taken_back(first.records, refused, told(CITY, "lgate"), anew=True)
    spoilt = [CITY[0], a_known(2, pupil=a_pupil(2, kana_given="")), CITY[2]]
    after = deliver_to("lgate", spoilt, held)
    assert {f.pupil for f in after.findings} == {umi}
    tool = Receiver()
    tool.take(after.files[0].body)
    assert umi in tool.pupils()


def test_an_old_pupil_whom_the_tool_refused_in_a_full_restart_is_told_again() -> None:
    umi, before = a_pupil(2).id, told(CITY, "interactive_study")
    full = deliver_to("interactive_study", CITY, before, anew=True)
    refused = said(lines("sourcedId,result", f"{umi},NG")).refusals
    held = deliver.taken_back(full.records, refused, before, anew=True)
    again = deliver_to("interactive_study", CITY, held)
    assert [row["sourcedId"] for row in unzip(again.files[0].body)["users.csv"]] == [umi]
    assert deliver_to("interactive_study", CITY, again.records).verdict == "nothing"


def test_a_receipt_may_be_a_workbook_with_a_title_above_its_headings() -> None:
    body = a_workbook({
        "取込結果": [("令和8年11月24日 取込結果",), (), ("ログインＩＤ", "結果", "理由コード"),
                 (a_pupil(1).account, "〇", ""), (a_pupil(2).account, "NG", "E012")],
    })  # fmt: skip
    answered = said(body)
    assert (answered.accepted, answered.unknown) == (1, 0)
    assert [(one.key, one.reason) for one in answered.refusals] == [
        (("users.csv", a_pupil(2).id), "E012")
    ]


def test_a_workbook_that_cannot_be_read_is_told_by_a_code() -> None:
    assert said(b"PK and nothing").unreadable == ("workbook",)
