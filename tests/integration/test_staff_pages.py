"""The other pages of the staff page: nights, a school, operation, files that are sent by hand."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import boto3
import pytest

from kakehashi.edges.runs import Folder
from kakehashi.report.credential import HeldCredential
from kakehashi.roster import JAPAN
from kakehashi.staff.viewer import Post, Role
from tests.builders import DOMAIN, a_drop, a_pupil
from tests.decisions import a_csv
from tests.desks import Clerk, Office, Somebody, fields_of
from tests.nights import ROOT, RULES, Night
from tests.staff import Board


@pytest.fixture
def operator(office: Office) -> Clerk:
    return office.at_desk(office.hire("operator", Role.OPERATE))


@pytest.fixture
def second(office: Office) -> Clerk:
    return office.at_desk(office.hire("second", Role.OPERATE))


# -- 夜の一覧 --------------------------------------------------------------------------------------


def test_a_night_is_opened_its_report_had_and_run_again(
    office: Office, board: Board, missing: Night, operator: Clerk
) -> None:
    run_id = missing.run["run_id"]
    assert run_id in operator.open("/nights").text
    page = operator.open(f"/nights/{run_id}")
    assert f"/nights/{run_id}/files/report.html" in page.text
    where = operator.browser.get(f"/nights/{run_id}/files/report.html")
    assert where.status == 303
    assert "X-Amz-Expires=60" in where.location
    assert where.location.startswith("https://runs.s3.ap-northeast-1.amazonaws.com/")
    sent = operator.send(operator.open("/nights"), "/nights/rerun", reason="学校が直した")
    assert sent.location == "/today?told=started"
    assert office.started() == [{"action": "rerun", "city": "demo"}]
    assert office.run_what_was_started().verdict == "unchanged"


def test_an_undo_makes_a_plan_that_waits_for_an_approval(
    office: Office, board: Board, operator: Clerk
) -> None:
    run_id = office.nights.state.runs(1)[0].run_id
    sent = {"csrf": operator.csrf(), "reason": "取り違え"}
    answer = operator.browser.post(f"/nights/{run_id}/undo", sent)
    assert answer.location == "/today?told=started"
    (order,) = office.started()
    assert order == {"action": "undo", "run_id": run_id, "by": f"staff:{operator.who.oid}"}


@pytest.mark.parametrize("name", ["plan.json", "desired.jsonl", "../x", "schools%2F..%2Fplan.json"])
def test_no_other_file_of_a_run_is_handed_out(
    office: Office, board: Board, missing: Night, operator: Clerk, name: str
) -> None:
    answer = operator.browser.get(f"/nights/{missing.run['run_id']}/files/{name}")
    assert answer.code in {"W122", "W123"}


def test_another_citys_night_is_neither_opened_nor_turned_back(
    office: Office, board: Board, missing: Night
) -> None:
    stranger = office.at_desk(office.hire("stranger", *Role, city="other"))
    run_id = missing.run["run_id"]
    assert stranger.browser.get(f"/nights/{run_id}").code == "W123"
    assert stranger.browser.get(f"/nights/{run_id}/files/report.html").code == "W123"
    sent = {"csrf": stranger.csrf(), "reason": "他市"}
    assert stranger.browser.post(f"/nights/{run_id}/undo", sent).code == "W123"
    assert office.started() == []
    assert {done.code for done in office.record("other")} == {"W123"}


# -- 学校 ------------------------------------------------------------------------------------------


def test_a_school_sees_its_own_part_and_nothing_of_another(
    office: Office, board: Board, missing: Night
) -> None:
    own = a_pupil(12).school
    teacher = office.at_desk(office.hire("teacher", Role.SCHOOL, schools=(own,)))
    page = teacher.open("/school")
    assert page.status == 200
    others = [a_pupil(n) for n in range(1, 13) if a_pupil(n).school != own]
    for other in others:
        assert other.account not in page.text
        assert teacher.browser.get(f"/school/{other.school}").code == "W121"
    assert teacher.browser.get("/school/0822010000xx").code == "W121"


def test_the_board_sees_the_schools_of_its_city(
    office: Office, board: Board, missing: Night, operator: Clerk
) -> None:
    assert operator.open("/school").status == 200
    assert operator.open(f"/school/{a_pupil(12).school}").status == 200


# -- 運用: who works where -------------------------------------------------------------------------


def asked_for(clerk: Clerk, oid: str, *schools: str) -> str:
    page = clerk.open("/operate")
    sent = clerk.send(page, "/operate/posts/propose", oid=oid, school=[*schools], reason="異動")
    return sent.location or sent.code


def newcomer(office: Office) -> Somebody:
    return office.hire("newcomer", Role.SEE, schools=())


def test_a_post_is_given_by_two_people(office: Office, operator: Clerk, second: Clerk) -> None:
    new = newcomer(office)
    assert asked_for(operator, new.oid, "*") == "/operate?told=asked"
    assert office.deps.posts.of(new.oid) == ()
    confirmed = second.send(second.open("/operate"), "/operate/posts/confirm")
    assert confirmed.location == "/operate?told=changed"
    assert office.deps.posts.of(new.oid) == (Post("demo"),)
    told = [done.what for done in office.record()]
    assert told == ["confirm post", "ask post"]
    assert [done.after for done in office.record()] == [f"{new.oid}: 市全体(理由: 異動)"] * 2


def test_somebody_works_at_two_schools_and_then_nowhere(
    office: Office, operator: Clerk, second: Clerk
) -> None:
    new = newcomer(office)
    for schools in (("A1", "B2"), ()):
        assert asked_for(operator, new.oid, *schools) == "/operate?told=asked"
        second.send(second.open("/operate"), "/operate/posts/confirm")
        assert office.deps.posts.of(new.oid) == tuple(Post("demo", one) for one in schools)


def test_nobody_confirms_what_they_have_asked_for(
    office: Office, operator: Clerk, second: Clerk
) -> None:
    new = newcomer(office)
    asked_for(operator, new.oid, "*")
    page = second.open("/operate")
    digest = fields_of(page, "/operate/posts/confirm")["digest"]
    sent = {"csrf": operator.csrf("/operate"), "digest": digest}
    assert operator.browser.post("/operate/posts/confirm", sent).code == "W134"
    assert office.deps.posts.of(new.oid) == ()


def test_a_change_is_confirmed_once_and_only_as_it_was_asked_for(
    office: Office, operator: Clerk, second: Clerk
) -> None:
    new = newcomer(office)
    asked_for(operator, new.oid, "*")
    page = second.open("/operate")
    office.deps.posts.put(new.oid, "demo", ["082201000001"])
    assert second.send(page, "/operate/posts/confirm").code == "W163"
    withdrawn = operator.send(operator.open("/operate"), "/operate/posts/withdraw")
    assert withdrawn.location == "/operate?told=taken-back"
    sent = {"csrf": second.csrf("/operate"), "digest": "0" * 32}
    assert second.browser.post("/operate/posts/confirm", sent).code == "W161"


@pytest.mark.parametrize("oid", ["", "x", "../POSTS", "A" * 36])
def test_only_an_object_id_is_given_a_post(office: Office, operator: Clerk, oid: str) -> None:
    assert asked_for(operator, oid, "*") == "W113"


# -- 運用: rules -----------------------------------------------------------------------------------


def test_the_rules_are_changed_by_two_people(
    office: Office, operator: Clerk, second: Clerk
) -> None:
    text = RULES.replace("見本市", "見本の市")
    page = operator.open("/operate")
    checked = operator.send(page, "/operate/rules/check", rules=text.replace("\n", "\r\n"))
    assert "見本の市" in checked.text
    asked = operator.send(checked, "/operate/rules/propose", rules=text, reason="市の名前")
    assert asked.location == "/operate?told=asked"
    assert office.deps.rules("demo").city.name == "見本市"  # type: ignore[union-attr]
    confirmed = second.send(second.open("/operate"), "/operate/rules/confirm")
    assert confirmed.location == "/operate?told=changed"
    assert office.deps.rules("demo").text == text  # type: ignore[union-attr]
    assert all("(理由: 市の名前)" in done.after for done in office.record()[:2])
    past = operator.open("/operate/history").text
    newest, *older = past.split("<section")[1:]
    assert "見本の市" in newest
    assert second.who.name in newest
    assert older
    assert second.who.name not in older[0]
    seer = office.at_desk(office.hire("seer", Role.SEE))
    assert seer.browser.get("/operate/history").code == "W121"


def test_rules_that_do_not_load_are_never_put(office: Office, operator: Clerk) -> None:
    page = operator.open("/operate")
    checked = operator.send(page, "/operate/rules/check", rules="name = 3")
    assert "/operate/rules/propose" not in checked.text
    sent = {"csrf": operator.csrf("/operate"), "rules": "name = 3", "reason": "試し"}
    assert operator.browser.post("/operate/rules/propose", sent).code == "W162"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('dialect = "lgate"', "tools.lgate.dialect: lgate_v99"),
        ('"N001"', "effects.N998"),
    ],
)
def test_rules_that_name_what_nobody_ships_are_never_put(
    office: Office, operator: Clerk, wrong: str, said: str
) -> None:
    """They load, and the night would end on them."""
    text = RULES + '[effects]\n"N001" = "note"\n'
    bad = text.replace(wrong, wrong.replace("lgate", "lgate_v99").replace("N001", "N998"))
    checked = operator.send(operator.open("/operate"), "/operate/rules/check", rules=bad)
    assert said in checked.text
    assert "/operate/rules/propose" not in checked.text
    sent = {"csrf": operator.csrf("/operate"), "rules": bad, "reason": "試し"}
    assert operator.browser.post("/operate/rules/propose", sent).code == "W162"


def test_no_city_takes_the_domain_of_another(
    office: Office, operator: Clerk, second: Clerk
) -> None:
    """Two cities of one domain would take each other's accounts."""
    theirs = RULES.replace(DOMAIN, "other.example.jp")
    page = operator.open("/operate")
    asked = operator.send(
        operator.send(page, "/operate/rules/check", rules=theirs),
        "/operate/rules/propose", rules=theirs, reason="新しいドメイン",
    )  # fmt: skip
    assert asked.location == "/operate?told=asked"
    office.nights.put_rules(theirs, "other")
    assert second.send(second.open("/operate"), "/operate/rules/confirm").code == "W164"
    checked = operator.send(operator.open("/operate"), "/operate/rules/check", rules=theirs)
    assert "別の自治体の規則にあります" in checked.text
    sent = {"csrf": operator.csrf("/operate"), "rules": theirs, "reason": "もう一度"}
    assert operator.browser.post("/operate/rules/propose", sent).code == "W164"
    assert office.deps.rules("demo").city.domain == DOMAIN  # type: ignore[union-attr]


def test_a_domain_that_is_shared_already_keeps_nobody_from_mending_the_rest(
    office: Office, operator: Clerk
) -> None:
    office.nights.put_rules(RULES, "other")
    text = RULES.replace("見本市", "見本の市")
    checked = operator.send(operator.open("/operate"), "/operate/rules/check", rules=text)
    assert "/operate/rules/propose" in checked.text


# -- 運用: failures --------------------------------------------------------------------------------


def a_letter(office: Office, **body: Any) -> None:
    told = {"run_id": "demo-20261123T021000-00000000", "city": "demo", "stage": "Deliver",
            "error": "TryLater", "again": {"action": "rerun", "city": "demo"}} | body  # fmt: skip
    url = office.nights.names["DEAD_LETTERS_URL"]
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(told))


def test_a_failure_is_shown_in_plain_words_and_tried_again(office: Office, operator: Clerk) -> None:
    a_letter(office)
    a_letter(office, city="other", again={"action": "rerun", "city": "other"})
    page = operator.open("/operate")
    (mine,) = re.findall(r'name="letters" value="([^"]+)"', page.text)
    sent = operator.send(page, "/operate/again", letters=[mine])
    assert sent.location == "/today?told=started"
    assert office.started() == [{"action": "rerun", "city": "demo"}]


def test_a_failure_of_another_city_is_not_tried_again(office: Office, operator: Clerk) -> None:
    a_letter(office, again={"action": "rerun", "city": "other"})
    page = operator.open("/operate")
    assert "配信が途中で失敗した" in page.text or "時間切れ" in page.text
    assert 'name="letters"' not in page.text
    assert office.started() == []


def test_failures_are_read_to_the_end_of_the_queue(office: Office, operator: Clerk) -> None:
    for n in range(25):
        a_letter(office, city="other", run_id=f"other-20261123T0210{n:02}-00000000")
    a_letter(office, error="Throttled")
    assert "Microsoft 365 の混雑" in operator.open("/operate").text


def test_a_failure_that_names_no_city_is_shown_to_whoever_operates_one(
    office: Office, operator: Clerk
) -> None:
    a_letter(office, city="", run_id="", error="Throttled", again=None)
    assert "Microsoft 365 の混雑" in operator.open("/operate").text
    assert "失敗して、やり直しを待っていること" in operator.open("/today").text


def test_an_upload_that_started_nothing_is_tried_again(office: Office, operator: Clerk) -> None:
    event = json.loads((ROOT / "events" / "drop.json").read_text())
    told = {"TARGET_ARN": office.deps.staff.state_machine_arn, "ERROR_CODE": "SDK_CLIENT_ERROR"}
    boto3.client("sqs").send_message(
        QueueUrl=office.nights.names["DEAD_LETTERS_URL"],
        MessageBody=json.dumps(event),
        MessageAttributes={
            name: {"DataType": "String", "StringValue": text} for name, text in told.items()
        },
    )
    page = operator.open("/operate")
    (mine,) = re.findall(r'name="letters" value="([^"]+)"', page.text)
    assert operator.send(page, "/operate/again", letters=[mine]).status == 303
    assert office.started() == [event]


# -- 運用: the weekly comparison -----------------------------------------------------------------


def test_what_the_newest_comparison_found_is_told(office: Office, operator: Clerk) -> None:
    assert "まだ行っていません" in operator.open("/operate").text
    for day, found in (("2026-11-22", {"T001": 9}), ("2026-11-29", {"T001": 2, "T002": 1})):
        folder = Folder(office.deps.s3, office.deps.staff.runs_bucket, f"demo/drift/{day}/")
        folder.put_json("summary.json", {"day": day, "findings": found})
    page = operator.open("/operate").text
    card = page.split("週に一度の照合")[1].split("</li>")[0]
    assert '<p class="big">3<' in card
    assert "2026-11-29" in card


def test_the_comparisons_files_are_had_by_who_operates_and_the_one_with_names_is_recorded(
    office: Office, operator: Clerk
) -> None:
    assert operator.browser.get("/operate/drift/drift.html").code == "W122", "none was made yet"
    folder = Folder(office.deps.s3, office.deps.staff.runs_bucket, "demo/drift/2026-11-29/")
    folder.put_json("summary.json", {"day": "2026-11-29", "findings": {}})
    for name in ("drift.html", "drift.xlsx"):
        where = operator.browser.get(f"/operate/drift/{name}").location
        assert f"/demo/drift/2026-11-29/{name}?" in where
    assert operator.browser.get("/operate/drift/summary.json").code == "W122"
    assert [done.after for done in office.record() if not done.code] == ["2026-11-29 drift.xlsx"]
    stranger = office.at_desk(office.hire("seer", Role.SEE))
    assert stranger.browser.get("/operate/drift/drift.html").code == "W121"


def test_how_long_the_credential_is_good_is_told_with_what_to_do(
    office: Office, operator: Clerk
) -> None:
    assert "毎朝 8 時に見ます" in operator.open("/operate").text
    today = office.deps.clock().astimezone(JAPAN).date()
    held = HeldCredential("secret", today + timedelta(days=12), today)
    folder = Folder(office.deps.s3, office.deps.staff.runs_bucket, "demo/drift/")
    folder.put_json("credential.json", held.to_json())
    card = operator.open("/operate").text.split("Microsoft 365 の資格情報")[1].split("</li>")[0]
    assert '<p class="big">12<' in card
    assert "Entra で新しいものを作り" in card


# -- 今朝 ------------------------------------------------------------------------------------------


def test_a_roster_that_was_sent_again_is_told(
    office: Office, board: Board, operator: Clerk
) -> None:
    same = a_drop(12).zip()
    office.nights.run(same)
    office.nights.tomorrow()
    office.nights.run(same)
    assert "前に反映したものと同じ中身です" in operator.open("/today").text
    office.nights.run(same[:-40])
    refused = operator.open("/today").text
    assert "最後に届いた名簿は受け付けられませんでした" in refused
    assert "新しい名簿です" not in refused


# -- files sent by hand --------------------------------------------------------------------------


def placed(office: Office, page_text: str, body: bytes, bucket: str = "INBOX_BUCKET") -> str:
    """What S3 does with the form of the page: the path that it leads back to."""
    key = re.search(r'name="key" value="([^"]+)"', page_text)
    back = re.search(r'name="success_action_redirect" value="([^"]+)"', page_text)
    assert key is not None
    assert back is not None
    office.nights.put(bucket, key[1], body)
    return back[1].removeprefix("https://staff.demo.example.jp")


def test_a_roster_is_sent_by_hand_looked_at_and_taken_in(
    office: Office, board: Board, operator: Clerk
) -> None:
    page = operator.open("/arrived")
    assert "amazonaws.com" in page.headers["Content-Security-Policy"]
    office.nights.tomorrow()
    back = placed(office, page.text, a_drop(12).zip())
    checked = operator.open(back)
    assert "users.csv" in checked.text
    assert office.started() == []
    sent = operator.send(checked, "/arrived/start")
    assert sent.location == "/today?told=started"
    (order,) = office.started()
    assert order["action"] == "sync"
    assert office.run_what_was_started().verdict == "unchanged"


@pytest.mark.parametrize(("body", "code"), [
    (b"", "W151"), (b"not a zip", "W152"), (b"PK\x03\x04broken", "W152"),
])  # fmt: skip
def test_what_is_no_roster_is_not_taken_in(
    office: Office, operator: Clerk, body: bytes, code: str
) -> None:
    back = placed(office, operator.open("/arrived").text, body)
    assert operator.browser.get(back).code == code
    token = back.partition("token=")[2]
    sent = {"csrf": operator.csrf("/arrived"), "token": token}
    assert operator.browser.post("/arrived/start", sent).code == code
    assert office.started() == []


def test_a_zip_of_something_else_is_no_roster(office: Office, operator: Clerk) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("holiday.jpg", b"x")
    back = placed(office, operator.open("/arrived").text, out.getvalue())
    assert operator.browser.get(back).code == "W152"


def test_nobody_starts_what_somebody_else_has_sent(
    office: Office, operator: Clerk, second: Clerk
) -> None:
    back = placed(office, operator.open("/arrived").text, a_drop(3).zip())
    assert second.browser.get(back).code == "W151"
    token = back.partition("token=")[2]
    sent = {"csrf": second.csrf("/arrived"), "token": token}
    assert second.browser.post("/arrived/start", sent).code == "W151"


def test_an_answered_list_is_sent_looked_at_and_starts_a_run_where_a_night_looks_for_it(
    office: Office, board: Board, missing: Night
) -> None:
    decider = office.at_desk(office.hire("decider", Role.DECIDE))
    page = decider.open("/arrived?send=decisions")
    back = placed(office, page.text, a_csv([(a_pupil(12).id, "停止"), (a_pupil(3).id, "停止")]))
    checked = decider.open(back)
    assert re.search(r"答え</dt><dd><b>2<.*聞いている人</dt><dd><b>1<", checked.text, re.DOTALL)
    assert decider.send(checked, "/arrived/start").location == "/today?told=started"
    assert office.started() == []  # its arrival is what starts the run
    (key,) = kept(office, "inbox/demo/approvals/")
    assert key.endswith(".csv")
    done = office.record()[0]
    assert (done.what, done.code) == ("send decisions", "")
    assert done.after.isalnum()  # a name of ours, and none that somebody gave a file
    assert "決定を書いた一覧" in decider.open("/arrived").text
    page = decider.open("/arrived?send=decisions")
    back = placed(office, page.text, a_csv([], heading=("氏名", "決定")))
    assert "これで始める" not in decider.open(back).text
    sent = {"csrf": decider.csrf("/arrived"), "token": back.partition("token=")[2]}
    assert decider.browser.post("/arrived/start", sent).code == "W281"


def test_only_who_decides_sends_an_answered_list(
    office: Office, board: Board, operator: Clerk
) -> None:
    assert 'name="key"' not in operator.open("/arrived?send=decisions").text
    assert len(kept(office, "inbox/demo/approvals/")) == 0


def test_a_tools_receipt_is_sent_for_the_next_delivery(
    office: Office, board: Board, operator: Clerk
) -> None:
    path = "/arrived?send=tool-receipt&tool=interactive_study"
    body = b"file,sourcedId,result,reason\nusers.csv,a,NG,E012\nusers.csv,b,OK,\n"
    checked = operator.open(placed(office, operator.open(path).text, body))
    assert "取り込まれなかった行</dt><dd><b>1<" in checked.text
    assert operator.send(checked, "/arrived/start").location == "/arrived?told=sent"
    (key,) = kept(office, "receipts/")
    assert re.fullmatch(r"receipts/demo/interactive_study/[0-9TA-Za-z-]+\.csv", key)
    back = placed(office, operator.open(path).text, b"a photograph\xff")
    assert operator.browser.get(back).code == "W282"


def kept(office: Office, prefix: str) -> list[str]:
    bucket = office.nights.names["INBOX_BUCKET"]
    found = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [one["Key"] for one in found.get("Contents", [])]


def test_a_file_to_rehearse_is_not_taken_in_as_a_night(
    office: Office, board: Board, operator: Clerk
) -> None:
    page = operator.open("/rehearsal?as_of=2099-04-06")
    token = placed(office, page.text, a_drop(12).zip()).partition("token=")[2]
    sent = {"csrf": operator.csrf("/arrived"), "token": token}
    assert operator.browser.post("/arrived/start", sent).code == "W113"
    assert office.started() == []


def test_an_april_file_is_rehearsed_for_a_chosen_day(
    office: Office, board: Board, operator: Clerk
) -> None:
    page = operator.open("/rehearsal?as_of=2099-04-01")
    checked = operator.open(placed(office, page.text, a_drop(12).zip()))
    sent = operator.send(checked, "/rehearsal/start")
    assert sent.location == "/today?told=started"
    (order,) = office.started()
    assert (order["action"], order["as_of"]) == ("rehearse", "2099-04-01")


def test_a_rehearsal_is_read_with_its_report_and_in_its_own_city_alone(office: Office) -> None:
    seer = office.at_desk(office.hire("seer", Role.SEE))
    office.nights.run(a_drop(4).zip())
    rehearsed = office.nights.run(a_drop(5).zip(), mode="rehearse")
    assert rehearsed.verdict == "rehearsed"
    run_id = rehearsed.run["run_id"]
    assert f"/rehearsal/{run_id}" in seer.open("/rehearsal").text
    page = seer.open(f"/rehearsal/{run_id}")
    assert page.status == 200
    assert rehearsed.run["as_of"] in page.text
    report = f"/nights/{run_id}/files/report.html"
    assert report in page.text
    assert report.rpartition("/")[2] in seer.browser.get(report).location
    assert seer.browser.get(f"/nights/{run_id}/files/report.xlsx").code == "W123"
    stranger = office.at_desk(office.hire("stranger", Role.SEE, city="other"))
    assert stranger.browser.get(f"/rehearsal/{run_id}").code == "W123"
    assert stranger.browser.get(report).code == "W123"
    assert seer.browser.get("/rehearsal/no-run").code == "W123"
