"""教職員 through whole nights: made ahead, opened on the day, moved, ended by a decision."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, timedelta
from typing import Any

import boto3
import openpyxl
import pytest
from boto3.dynamodb.conditions import Key

from kakehashi.people.record import Record, Status
from tests.builders import DOMAIN, a_code, a_drop, a_known, a_password_file, a_pupil, a_teacher
from tests.nights import RULES, Nights

FIRST, OPENS = date(2026, 11, 24), date(2026, 12, 1)
TOLD = RULES.replace('dialect = "lgate"', 'dialect = "lgate"\nstaff = "home-school"')
ON = f"""{TOLD}[m365]
groups = ["class"]
[staff]
sources = ["list"]
groups = ["school", "class"]
owners = ["class"]
"""
HEAD = (
    "職員番号,姓,名,せい,めい,区分,職種,所属コード,本務・兼務,担任学級,開始日,終了日,アカウント\n"
)
NOW = f"T0001,鈴木,湊,スズキ,ミナト,正規,教諭,{a_code(1)},本務,3年2組,令和8年4月1日,,\n"
SOON = f"T0002,佐藤,葵,サトウ,アオイ,会計年度,支援員,{a_code(1)},本務,,R8.12.1,2027/3/31,\n"
FAULTY = f"T0003,田中,蓮,タナカ,レン,正規,教諭,{a_code(9)},本務,,2026-04-01,,\n"


@pytest.fixture
def town(nights: Nights) -> Nights:
    """A city that asks for staff, with their first passwords."""
    nights.put_rules(ON)
    slips = {f"{name}@{DOMAIN}": f"Himawari{n}77" for n, name in enumerate(("tt0001", "tt0002"))}
    nights.put("PASSWORDS_BUCKET", f"inbox/{nights.city}/passwords/staff-1.csv",
               a_password_file(slips))  # fmt: skip
    return nights


def put_list(nights: Nights, *rows: str) -> None:
    body = (HEAD + "".join(rows)).encode("cp932")
    nights.put("INBOX_BUCKET", f"inbox/{nights.city}/staff/list.csv", body)


def decide(nights: Nights, text: str) -> None:
    body = f"職員番号,決定,決定者\n{text}".encode()
    nights.put("INBOX_BUCKET", f"inbox/{nights.city}/staff/decisions/d.csv", body)


def lgate(nights: Nights, file: str) -> list[dict[str, str]]:
    """The rows of the newest file for L-Gate."""
    key = max(key for key in nights.outbox() if "/lgate/" in key and key.endswith(".zip"))
    with zipfile.ZipFile(io.BytesIO(nights.outbox()[key])) as archive:
        return list(csv.DictReader(io.StringIO(archive.read(file).decode("utf-8-sig"))))


def decisions_of(workbook: bytes) -> list[tuple[str, str]]:
    """(職員番号, 決定) as they stand on the sheet of staff."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook))["教職員"]
    return [
        (str(row[0]), str(row[1] or "")) for row in sheet.iter_rows(min_row=2, values_only=True)
    ]


def test_a_life_of_staff(town: Nights) -> None:
    put_list(town, NOW, SOON, FAULTY)
    drop = a_drop().zip()
    slips = a_password_file({a_pupil(n).account: f"Asagao{n}4321" for n in (1, 2)})
    first = town.run(drop, passwords=slips)
    assert first.status == "SUCCEEDED"
    now, soon = town.tenant.user(f"tt0001@{DOMAIN}"), town.tenant.user(f"tt0002@{DOMAIN}")
    assert now["accountEnabled"] is True
    assert soon["accountEnabled"] is False  # made ahead: nobody can sign in before the day
    assert now["officeLocation"] == "見本市立第1小学校"
    assert not now["ageGroup"]
    members = {one["displayName"]: one["members"] for one in town.tenant.groups()}
    assert members["見本市立第1小学校 教職員"] == [now["id"]]
    owned = {one["displayName"]: one["owners"] for one in town.tenant.groups() if "owners" in one}
    assert owned == {"見本市立第1小学校 3年2組 2026年度": [now["id"]]}
    assert now["id"] in members["見本市立第1小学校 3年2組 2026年度"]
    assert soon["id"] not in {who for ids in members.values() for who in ids}
    kept = {one.pupil.number: one.status for one in town.state.staff()}
    assert kept == {"T0001": Status.ACTIVE, "T0002": Status.PREPARED}
    plan = first.folder.get_json("personnel/plan.json")
    assert plan["held"] == {"A014": ["staff-t0003"]}
    rows = lgate(town, "users.csv")
    assert {one["username"] for one in rows} == {
        a_pupil(1).account, a_pupil(2).account, f"tt0001@{DOMAIN}"}  # fmt: skip
    (enrolled,) = [e for e in lgate(town, "enrollments.csv") if e["role"] == "teacher"]
    assert enrolled["primary"] == "true"
    assert first.summary["staff"]["counts"] == {"HELD": 1, "NEW": 1, "PREPARED": 1}
    assert {one.pupil.id for one in town.state.pupils()} == {a_pupil(n).id for n in (1, 2)}

    town.run(drop, as_of=OPENS, name="opens.zip")
    assert town.tenant.user(f"tt0002@{DOMAIN}")["accountEnabled"] is True

    ended = NOW.replace(",令和8年4月1日,,", ",令和8年4月1日,2026/12/1,")
    put_list(town, ended, SOON)
    late = OPENS + timedelta(days=8)
    asked = town.run(drop, as_of=late, name="ended.zip")
    assert asked.folder.get_json("personnel/plan.json")["asked"] == {
        "suspend": {"staff-t0001": asked.run["run_id"]}
    }
    assert town.tenant.user(f"tt0001@{DOMAIN}")["accountEnabled"] is True  # nothing by itself
    assert "任期終了" in (asked.folder.get("report.html") or b"").decode()
    assert ("T0001", "") in decisions_of(asked.folder.get("report.xlsx") or b"")
    decide(town, "T0001,停止,9001\n")
    town.run(drop, as_of=late + timedelta(days=1), name="decided.zip")
    assert town.tenant.user(f"tt0001@{DOMAIN}")["accountEnabled"] is False
    assert {one.status for one in town.state.staff()} == {Status.SUSPENDED, Status.ACTIVE}

    town.run(drop, as_of=late + timedelta(days=95), name="expired.zip")
    assert town.tenant.user(f"tt0001@{DOMAIN}")["accountEnabled"] is False, "only proposed"
    decide(town, "T0001,削除,9001\n")
    gone = town.run(drop, as_of=late + timedelta(days=96), name="deleted.zip")
    assert gone.status == "SUCCEEDED"
    assert f"tt0001@{DOMAIN}" not in {one["userPrincipalName"] for one in town.tenant.users()}
    assert {one.pupil.number for one in town.state.staff()} == {"T0002"}


def test_an_undo_turns_staff_back_with_the_pupils(town: Nights) -> None:
    """A new name goes, and an account that the run made is blocked, never deleted. Of so many
    pupils that those whom the undo touches are read by their keys."""
    town.given(a_known(n) for n in range(1, 13))
    other = NOW.replace("T0001,鈴木", "T0003,高橋").replace("3年2組", "")
    other += other.replace("T0003,高橋", "T0004,中村")
    put_list(town, NOW, other)
    town.put("PASSWORDS_BUCKET", f"inbox/{town.city}/passwords/staff-3.csv",
             a_password_file({f"tt000{n}@{DOMAIN}": f"Himawari{n}77" for n in (3, 4)}))  # fmt: skip
    drop = a_drop(12).zip()
    assert town.run(drop).verdict == "applied"
    town.put_rules(ON + f'leave_alone = ["tt0003@{DOMAIN}"]\ntwo_persons_by = "name"\n')
    here = SOON.replace("R8.12.1", "R8.4.1").replace("支援員", "教頭")
    put_list(town, NOW.replace("鈴木,湊", "田中,湊"), other, here)
    second = town.run(drop, as_of=FIRST + timedelta(days=1), name="renamed.zip")
    users = town.tenant.user
    assert users(f"tt0001@{DOMAIN}")["surname"] == "田中"
    assert users(f"tt0002@{DOMAIN}")["accountEnabled"] is True
    alone = {users(f"tt000{n}@{DOMAIN}")["id"] for n in (3, 4)}
    town.tenant.settings(role_holders=[f"tt0004@{DOMAIN}"])  # which no plan of ours has seen
    group = "見本市立第1小学校 教職員"
    (staff,) = [one for one in town.tenant.groups() if one["displayName"] == group]
    assert alone <= set(staff["members"])
    for who in alone:
        town.tenant.take_out(staff["id"], who)

    asked = town.undo(second.run["run_id"])
    assert (asked.status, asked.verdict) == ("SUCCEEDED", "awaiting-approval")
    assert users(f"tt0001@{DOMAIN}")["surname"] == "田中", "nothing without a person's word"
    assert town.approve(asked.summary).verdict == "refused", "a head's account: two persons"
    holders = [f"tt0004@{DOMAIN}", f"tt0002@{DOMAIN}"]  # one while the plan waits
    town.tenant.settings(role_holders=holders)
    half = town.approve(asked.summary, second="学務課")
    assert half.verdict == "applied"
    assert users(f"tt0002@{DOMAIN}")["accountEnabled"] is True
    assert [(f.code, f.pupil) for f in half.findings() if f.code == "M029"] == [
        ("M029", "staff-t0002")]  # fmt: skip
    left = town.undo(second.run["run_id"])
    assert left.verdict == "refused", "an account that holds a role is in no undo"
    town.tenant.settings(role_holders=holders[:1])
    undone = town.approve(town.undo(second.run["run_id"]).summary, second="学務課")
    assert (undone.status, undone.verdict) == ("SUCCEEDED", "applied")
    assert users(f"tt0001@{DOMAIN}")["surname"] == "鈴木"
    assert users(f"tt0001@{DOMAIN}")["accountEnabled"] is True
    assert users(f"tt0002@{DOMAIN}")["accountEnabled"] is False
    kept = {one.pupil.number: (one.pupil.family, one.status) for one in town.state.staff()}
    assert kept == {"T0001": ("鈴木", Status.ACTIVE), "T0002": ("佐藤", Status.SUSPENDED),
                    "T0003": ("高橋", Status.ACTIVE), "T0004": ("中村", Status.ACTIVE)}  # fmt: skip
    (staff,) = [one for one in town.tenant.groups() if one["displayName"] == group]
    assert users(f"tt0001@{DOMAIN}")["id"] in staff["members"]
    assert not alone & set(staff["members"]), "who is left alone is in no undo's groups"


def test_an_undo_of_a_night_before_there_were_staff_gives_nobody_a_group(nights: Nights) -> None:
    """No plan says whose account is ours to change."""
    nights.given(a_known(pupil=a_pupil(n, family="旧姓")) for n in (1, 2))
    first = nights.run(a_drop(2).zip())
    teacher: Record[Any] = a_teacher()
    nights.given([teacher])
    nights.put_rules(ON)
    undone = nights.approve(nights.undo(first.run["run_id"]).summary)
    assert (undone.status, undone.verdict) == ("SUCCEEDED", "applied")
    assert teacher.object_id not in {
        who for one in nights.tenant.groups() for who in one["members"]
    }


def test_a_decision_is_used_up_by_the_undo_of_what_it_led_to(town: Nights) -> None:
    """Its file lies there still, and whoever is open again is asked about anew."""
    town.given(a_known(n) for n in (1, 2))
    put_list(town, NOW)
    drop = a_drop().zip()
    town.run(drop)
    put_list(town, NOW.replace(",令和8年4月1日,,", ",令和8年4月1日,2026/12/1,"))
    late = OPENS + timedelta(days=8)
    town.run(drop, as_of=late, name="ended.zip")
    decide(town, "T0001,停止,9001\n")
    done = town.run(drop, as_of=late + timedelta(days=1), name="decided.zip")
    assert [one.status for one in town.state.staff()] == [Status.SUSPENDED]
    assert town.approve(town.undo(done.run["run_id"]).summary).verdict == "applied"
    then = town.run(drop, as_of=late + timedelta(days=2), name="next.zip")
    assert [one.status for one in town.state.staff()] == [Status.ACTIVE]
    asked = then.folder.get_json("personnel/plan.json")["asked"]
    assert asked == {"suspend": {"staff-t0001": then.run["run_id"]}}


def test_a_city_that_asks_for_no_staff_sees_nothing_of_it(nights: Nights) -> None:
    put_list(nights, NOW)
    slips = a_password_file({a_pupil(n).account: f"Asagao{n}4321" for n in (1, 2)})
    night = nights.run(a_drop().zip(), passwords=slips)
    assert night.status == "SUCCEEDED"
    assert [name for name in night.folder.names() if "staff-" in name or "personnel" in name] == []
    assert "staff_shards" not in night.run["counts"]
    table = boto3.resource("dynamodb").Table(nights.names["TABLE"])
    found = table.query(KeyConditionExpression=Key("pk").eq(f"CITY#{nights.city}")
                        & Key("sk").begins_with("PERSON#"))  # fmt: skip
    assert found["Items"] == []
    assert sorted(one["userPrincipalName"] for one in nights.tenant.users()) == [
        a_pupil(n).account for n in (1, 2)
    ]
