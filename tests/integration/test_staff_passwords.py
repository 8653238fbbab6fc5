"""パスワード on the staff page: a role and a function of its own; made, had once, and gone."""

from __future__ import annotations

import base64
import html
import io
import re
from typing import Any

import boto3
import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from kakehashi.staff.password_page import SHORTEST_KEY
from kakehashi.staff.viewer import Role
from tests.builders import a_code, a_drop, a_password_file, a_pupil
from tests.desks import Clerk, Office
from tests.images import afterwards
from tests.integration.test_staff_pages import placed
from tests.nights import RULES, Night, Nights

KEY = "ひみつの合言葉-2026-四月"


@pytest.fixture
def waiting(office: Office) -> Night:
    """Four children are new, and no password has come for any of them."""
    return afterwards(office.nights, without_passwords)


def without_passwords(nights: Nights) -> Night:
    return nights.run(a_drop(4).zip())


@pytest.fixture
def keeper(office: Office, waiting: Night) -> Clerk:
    return office.at_desk(office.hire("keeper", Role.PASSWORDS))


def made(clerk: Clerk, **typed: str) -> Any:
    given = {"school": "", "key": KEY, "key_again": KEY} | typed
    return clerk.send(clerk.open("/passwords"), "/passwords/make", **given)


def passwords_in(page: str) -> set[str]:
    """What stands on the slips, as the file for the night has it."""
    return set(re.findall(r"[A-Za-z]{3,}[A-Za-z0-9-]*[0-9]+", html.unescape(page)))


def the_file(office: Office) -> str:
    s3, bucket = boto3.client("s3"), office.nights.names["PASSWORDS_BUCKET"]
    (key,) = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket, Prefix="inbox/")["Contents"]]
    assert re.fullmatch(r"inbox/demo/passwords/made-[0-9TA-Fa-f-]+\.csv", key)
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def slips_left(office: Office) -> list[str]:
    s3, bucket = boto3.client("s3"), office.nights.names["PASSWORDS_BUCKET"]
    found = s3.list_object_versions(Bucket=bucket, Prefix="slips/").get("Versions", [])
    return [one["Key"] for one in found]


def test_who_waits_is_shown_and_passwords_are_made_for_them(office: Office, keeper: Clerk) -> None:
    page = keeper.open("/passwords")
    assert a_pupil(1).family in page.text
    assert made(keeper).location == "/passwords?told=made"
    rows = the_file(office).splitlines()
    assert len(rows) == 5
    assert office.started() == []  # the arrival of the file is what starts the night
    done = office.record()[0]
    assert (done.what, done.after) == ("make passwords", "4 人")


def test_the_slips_are_printed_once(office: Office, keeper: Clerk) -> None:
    made(keeper)
    page = keeper.open("/passwords")
    slips = keeper.send(page, "/passwords/slips")
    assert slips.status == 200
    for row in the_file(office).splitlines()[1:]:
        account, _, password = row.split(",")
        assert password in html.unescape(slips.text)
        assert account in slips.text
    assert "<svg" in slips.text  # the code that leads to where one signs in
    assert slips.headers["Cache-Control"] == "no-store"
    again = keeper.send(keeper.open("/passwords"), "/passwords/workbook")  # the other is there yet
    assert again.status == 200
    assert slips_left(office) == []
    sent = {"csrf": keeper.csrf("/passwords"), "token": "x"}
    assert keeper.browser.post("/passwords/slips", sent).code == "W173"


def test_the_workbook_opens_with_the_clerks_own_key(office: Office, keeper: Clerk) -> None:
    made(keeper)
    event = keeper.send(keeper.open("/passwords"), "/passwords/workbook")
    book, out = OOXMLFile(io.BytesIO(base64.b64decode(event.text))), io.BytesIO()
    book.load_key(password=KEY)
    book.decrypt(out)
    sheet = openpyxl.load_workbook(out).active
    assert sheet is not None
    assert sheet.max_row == 5


def test_a_page_that_can_not_be_drawn_does_not_cost_the_slips(
    office: Office, keeper: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(keeper)
    with monkeypatch.context() as broken:
        broken.setattr("kakehashi.staff.password_page.slips", lambda *_: 1 / 0)
        assert keeper.send(keeper.open("/passwords"), "/passwords/slips").status == 500
    assert keeper.send(keeper.open("/passwords"), "/passwords/slips").status == 200


def test_more_than_one_answer_holds_are_made_school_by_school(
    office: Office, keeper: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kakehashi.staff.password_page.MOST", 3)
    assert made(keeper).code == "W181"
    assert slips_left(office) == []
    assert made(keeper, school=a_pupil(1).school).status == 303  # a larger school: the first three
    assert len(the_file(office).splitlines()) == 4
    assert keeper.open("/passwords").text.count(a_pupil(4).account) == 1
    assert made(keeper).status == 303  # the fourth
    assert office.record()[0].after == "1 人"


def test_what_was_made_for_one_school_waits_beside_what_was_made_for_another(
    office: Office, keeper: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kakehashi.staff.password_page.MOST", 2)
    made(keeper, school=a_pupil(1).school)
    made(keeper, school=a_pupil(1).school)
    page = keeper.open("/passwords")
    tokens = dict.fromkeys(re.findall(r'name="token" value="([^"]+)"', page.text))
    assert len(tokens) == 2
    for token in tokens:
        sent = {"csrf": keeper.csrf("/passwords"), "token": token}
        assert keeper.browser.post("/passwords/slips", sent).status == 200
        assert keeper.browser.post("/passwords/slips", sent).code == "W173"
        assert keeper.browser.post("/passwords/workbook", sent).status == 200
    assert slips_left(office) == []


def test_nobody_makes_other_passwords_for_whom_they_were_made_till_a_run_asks_again(
    office: Office, keeper: Clerk
) -> None:
    made(keeper)
    other = office.at_desk(office.hire("other", Role.PASSWORDS))
    for clerk in (keeper, other):
        assert a_pupil(1).account not in clerk.open("/passwords").text
        sent = {"csrf": clerk.csrf("/passwords"), "school": "", "key": KEY, "key_again": KEY}
        assert clerk.browser.post("/passwords/make", sent).code == "W171"
    the_file(office)
    s3, bucket = boto3.client("s3"), office.nights.names["PASSWORDS_BUCKET"]
    (lost,) = s3.list_objects_v2(Bucket=bucket, Prefix="inbox/")["Contents"]
    s3.delete_object(Bucket=bucket, Key=lost["Key"])
    office.nights.tomorrow()
    office.nights.run(a_drop(4).zip())  # the file never reached a night: they wait again
    assert a_pupil(1).account in keeper.open("/passwords").text


def test_a_token_of_no_alphabet_is_none(office: Office, keeper: Clerk) -> None:
    made(keeper)
    sent = {"csrf": keeper.csrf("/passwords"), "token": "あ"}
    assert keeper.browser.post("/passwords/slips", sent).code == "W173"


def test_a_form_that_was_refused_can_be_sent_again_and_the_others_of_its_page(
    office: Office, keeper: Clerk
) -> None:
    page = keeper.open("/passwords")
    typed = {"school": "", "key": KEY, "key_again": KEY}
    assert keeper.send(page, "/passwords/make", **typed | {"key": "short"}).code == "W172"
    assert keeper.send(page, "/passwords/make", **typed).status == 303
    page = keeper.open("/passwords")
    assert keeper.send(page, "/passwords/slips").status == 200
    assert keeper.send(page, "/passwords/workbook").status == 200


@pytest.mark.parametrize(("key", "again"), [("short", "short"), (KEY, KEY + "x"), ("", "")])
def test_a_weak_or_mistyped_key_makes_nothing(
    office: Office, keeper: Clerk, key: str, again: str
) -> None:
    answer = made(keeper, key=key, key_again=again)
    assert answer.code == "W172"
    assert f"{SHORTEST_KEY} 文字以上" in answer.text
    assert slips_left(office) == []
    assert office.record()[0].code == "W172"


def test_only_the_role_for_passwords_opens_the_page(office: Office, waiting: Night) -> None:
    others = [role for role in Role if role is not Role.PASSWORDS]
    clerk = office.at_desk(office.hire("everything-else", *others))
    assert clerk.browser.get("/passwords").code == "W121"
    sent = {"csrf": clerk.csrf(), "school": "", "key": KEY, "key_again": KEY}
    assert clerk.browser.post("/passwords/make", sent).code == "W121"
    assert slips_left(office) == []


def test_nobody_takes_what_somebody_else_has_made(office: Office, keeper: Clerk) -> None:
    made(keeper)
    page = keeper.open("/passwords")
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token is not None
    other = office.at_desk(office.hire("other", Role.PASSWORDS))
    sent = {"csrf": other.csrf("/passwords"), "token": token[1]}
    assert other.browser.post("/passwords/slips", sent).code == "W173"
    assert len(slips_left(office)) == 2


def test_a_double_click_makes_them_once(office: Office, keeper: Clerk) -> None:
    page = keeper.open("/passwords")
    typed = {"school": "", "key": KEY, "key_again": KEY}
    assert keeper.send(page, "/passwords/make", **typed).status == 303
    assert keeper.send(page, "/passwords/make", **typed).code == "W112"
    the_file(office)


def test_no_password_is_in_a_log_the_record_or_a_table(office: Office, keeper: Clerk) -> None:
    made(keeper)
    keeper.send(keeper.open("/passwords"), "/passwords/slips")
    told = office.said() + str([done.to_json() for done in office.record()])
    told += str(boto3.resource("dynamodb").Table("staff").scan()["Items"])
    told += str(boto3.resource("dynamodb").Table("state").scan()["Items"])
    for row in the_file(office).splitlines()[1:]:
        assert row.split(",")[2] not in told
    assert KEY not in told


# -- those that a school has chosen ----------------------------------------------------------------


def sent(office: Office, clerk: Clerk, body: bytes) -> str:
    return placed(office, clerk.open("/passwords").text, body, "PASSWORDS_BUCKET")


def test_passwords_of_a_school_are_sent_looked_at_and_taken_in(
    office: Office, keeper: Clerk
) -> None:
    assert "passwords.s3." in keeper.open("/passwords").headers["Content-Security-Policy"]
    given = {a_pupil(n).account: f"Sakura-{n}2026x" for n in (1, 2)} | {a_pupil(3).account: "x"}
    back = sent(office, keeper, a_password_file(given))
    checked = keeper.open(back)
    assert re.search(r"使えるパスワード</dt><dd><b>2<.*待っている人</dt><dd><b>2<", checked.text,
                     re.DOTALL)  # fmt: skip
    assert "Sakura" not in checked.text
    assert keeper.send(checked, "/passwords/start").location == "/passwords?told=started"
    s3, bucket = boto3.client("s3"), office.nights.names["PASSWORDS_BUCKET"]
    (key,) = [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert re.fullmatch(r"inbox/demo/passwords/sent-[0-9TA-Fa-f-]+\.csv", key)
    assert s3.list_object_versions(Bucket=bucket, Prefix="sent/").get("Versions", []) == []
    assert office.record()[0].what == "send passwords"
    page = keeper.open("/passwords").text
    assert a_pupil(4).account in page
    assert a_pupil(1).account not in page  # nobody makes a second one for whom one is on its way
    assert "Sakura" not in office.said()


@pytest.mark.parametrize(("body", "code"), [(b"", "W151"), (b"name,age\n1,2\n", "W281")])
def test_what_holds_no_password_is_not_taken_in(
    office: Office, keeper: Clerk, body: bytes, code: str
) -> None:
    back = sent(office, keeper, body)
    typed = {"csrf": keeper.csrf("/passwords"), "token": back.partition("token=")[2]}
    assert keeper.browser.post("/passwords/start", typed).code == code
    found = boto3.client("s3").list_objects_v2(
        Bucket=office.nights.names["PASSWORDS_BUCKET"], Prefix="inbox/"
    )
    assert found["KeyCount"] == 0


def test_nobody_takes_in_what_somebody_else_has_sent(office: Office, keeper: Clerk) -> None:
    other = office.at_desk(office.hire("other", Role.PASSWORDS))
    back = sent(office, keeper, a_password_file({a_pupil(1).account: "Sakura-12026x"}))
    assert other.browser.get(back).code == "W151"
    typed = {"csrf": other.csrf("/passwords"), "token": back.partition("token=")[2]}
    assert other.browser.post("/passwords/start", typed).code == "W151"


def test_passwords_of_new_staff_are_made_kept_and_handed_out_like_the_pupils(
    office: Office,
) -> None:
    nights = office.nights
    nights.put_rules(f'{RULES}[staff]\nsources = ["list"]\n')
    head = "職員番号,姓,名,区分,職種,所属コード,本務・兼務,開始日,終了日\n"
    row = f"T0001,鈴木,湊,正規,教諭,{a_code(1)},本務,2026-04-01,\n"
    nights.put("INBOX_BUCKET", f"inbox/{nights.city}/staff/list.csv", (head + row).encode())
    slips = a_password_file({a_pupil(1).account: "Asagao14321"})
    nights.run(a_drop(1).zip(), passwords=slips)
    keeper = office.at_desk(office.hire("keeper", Role.PASSWORDS))
    assert "教職員" in keeper.open("/passwords").text
    assert made(keeper, school="staff").location == "/passwords?told=made"
    assert "教職員" not in keeper.open("/passwords").text.partition("だれの分を")[2], "made once"
    printed = keeper.send(keeper.open("/passwords"), "/passwords/slips")
    assert "tt0001@" in printed.text
    nights.tomorrow()
    nights.rerun()
    assert nights.tenant.user("tt0001@ed.example.jp")["accountEnabled"] is True
