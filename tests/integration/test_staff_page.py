"""The staff page: signing in, seeing a plan that waits, approving it, and the record of it all."""

from __future__ import annotations

import base64
import re
from datetime import datetime

import pytest

from kakehashi.staff.recorded import Done
from kakehashi.staff.viewer import Role
from tests.builders import a_drop, a_password_file, a_pupil
from tests.desks import SITE, Clerk, Office, approval, ticked
from tests.images import afterwards
from tests.launches import Answer
from tests.nights import RULES, Night, Nights

PASSWORDS = a_password_file({a_pupil(n).account: f"Sakura-{n}2026x" for n in range(1, 13)})


@pytest.fixture
def waiting(office: Office) -> Night:
    """The first night of all: everybody is new, and the plan waits."""
    return afterwards(office.nights, the_first_night)


def the_first_night(nights: Nights) -> Night:
    night = nights.run(a_drop(12).zip(), passwords=PASSWORDS)
    assert night.verdict == "awaiting-approval"
    return night


@pytest.fixture
def approver(office: Office) -> Clerk:
    return office.at_desk(office.hire("approver", Role.SEE, Role.APPROVE))


# -- signing in ----------------------------------------------------------------------------------


def test_whoever_is_not_signed_in_is_led_through_microsoft_and_back(office: Office) -> None:
    clerk = Clerk(office.browser(), office.hire("seer", Role.SEE))
    assert clerk.browser.get("/").status == 200
    assert clerk.browser.get("/today").location.startswith("/sign-in?")
    assert clerk.sign_in("/today").location == "/today"
    assert clerk.browser.get("/today").status == 200


def test_the_link_in_a_mail_leads_to_its_page(office: Office, waiting: Night) -> None:
    clerk = Clerk(office.browser(), office.hire("seer", Role.SEE))
    path = f"/approve/{waiting.run['run_id']}"
    assert clerk.sign_in(path).location == path


def test_the_first_page_is_the_first_that_may_be_opened(office: Office) -> None:
    clerk = office.at_desk(office.hire("operator", Role.OPERATE))
    assert clerk.browser.get("/").location == "/today"


def test_the_session_is_a_cookie_for_this_site_alone_and_ends_with_the_browser(
    office: Office,
) -> None:
    clerk = Clerk(office.browser(), office.hire("seer", Role.SEE))
    (session, cleared) = clerk.sign_in().cookies
    assert session.startswith("__Host-kakehashi-staff=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))
    assert "Max-Age" not in session
    assert "Max-Age=0" in cleared


def test_every_page_forbids_what_it_does_not_need(office: Office, approver: Clerk) -> None:
    answer = approver.open("/today")
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"  # else forms say Origin: null
    assert "Strict-Transport-Security" in answer.headers


def test_signing_out_ends_the_session_on_our_side(office: Office, approver: Clerk) -> None:
    kept = dict(approver.browser.jar)
    page = approver.open("/today")
    assert approver.send(page, "/sign-out").location == "/"
    approver.browser.jar |= kept
    assert approver.browser.get("/today").location.startswith("/sign-in")


def test_the_page_speaks_english_from_when_it_is_asked_to(office: Office, approver: Clerk) -> None:
    assert 'lang="ja"' in approver.open("/today").text
    assert '<html lang="en">' in approver.open("/today?lang=en").text
    assert '<html lang="en">' in approver.open("/approve").text


# -- 承認 ------------------------------------------------------------------------------------------


def test_a_plan_is_approved_in_a_browser_and_applied(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    run_id = waiting.run["run_id"]
    assert f"/approve/{run_id}" in approver.open("/today").text
    page = approver.open(f"/approve/{run_id}")
    assert ticked(page) == sorted({b["code"] for b in waiting.summary["breaches"]})
    answer = approval(approver, run_id)
    assert answer.location == "/today?told=approved"
    (order,) = office.started()
    assert order["action"] == "apply"
    assert order["by"] == f"staff:{approver.who.oid}"
    night = office.run_what_was_started()
    assert night.verdict == "applied"
    approved = office.nights.state.run(run_id).approved
    assert approved is not None
    assert approved.by == order["by"]


def test_what_was_done_is_in_the_record_with_who_when_and_which_plan(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    approval(approver, waiting.run["run_id"], reason="新年度の登録")
    done = office.record()[0]
    assert (done.what, done.oid, done.name) == ("approve", approver.who.oid, approver.who.name)
    assert (done.run, done.checksum) == (waiting.run["run_id"], waiting.summary["checksum"])
    assert done.after == "新年度の登録"
    assert done.code == ""
    shown = approver.open("/record")
    assert approver.who.name in shown.text
    assert "新年度の登録" in shown.text


def test_the_record_can_be_taken_out_and_that_is_recorded_too(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    approval(approver, waiting.run["run_id"], reason="=1+1")
    answer = approver.send(approver.open("/record"), "/record/csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert office.record()[0].what == "record"
    rows = base64.b64decode(answer.text).decode("utf-8-sig")
    assert "'=1+1" in rows  # no cell that a spreadsheet computes
    assert approver.who.oid in rows


def test_the_record_is_taken_out_by_month_or_day_and_never_longer_than_an_answer(
    office: Office, approver: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = office.deps.record("demo")
    for moment in ("2026-03-31T23:59:59+09:00", "2026-04-01T00:00:00+09:00",
                   "2026-04-30T23:59:59+09:00", "2026-05-01T00:00:00+09:00"):  # fmt: skip
        record.note(Done(datetime.fromisoformat(moment), approver.who.oid, "見本", "rerun"))

    def taken(when: str) -> Answer:
        sent = {"csrf": approver.csrf("/record"), "when": when}
        return approver.browser.post("/record/csv", sent)

    def days(when: str) -> list[str]:
        rows = base64.b64decode(taken(when).text).decode("utf-8-sig").splitlines()[1:]
        return [row[:10] for row in rows]

    assert days("2026-04") == ["2026-04-30", "2026-04-01"]
    assert days("2026-05-01") == ["2026-05-01"]
    assert days("2026-06") == []
    for wrong in ("2026", "2026-13", "2026-04-31", "x", "2026-04\n"):
        assert taken(wrong).code == "W113"
    monkeypatch.setattr("kakehashi.edges.staff.audit_log.MOST_ROWS", 1)
    assert taken("2026-04").code == "W182"
    assert days("2026-04-30") == ["2026-04-30"]


def test_a_page_says_what_was_done_once_and_not_what_a_link_says(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    said = "承認しました。反映を始めました。"
    assert said not in approver.open("/today?told=approved").text
    done = approval(approver, waiting.run["run_id"])
    assert said in approver.browser.get(done.location).text
    assert said not in approver.browser.get(done.location).text


def test_a_plan_that_no_longer_waits_is_not_declined(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    run_id = waiting.run["run_id"]
    page = approver.open(f"/approve/{run_id}")
    approval(approver, run_id)
    office.run_what_was_started()
    assert approver.send(page, f"/approve/{run_id}/no", reason="遅すぎた").code == "W131"


def test_a_first_approval_of_somebody_who_has_left_the_city_does_not_count(
    office: Office, approver: Clerk
) -> None:
    office.nights.put_rules(RULES + "[approval]\nsecond_person_above = 5\n")
    run_id = office.nights.run(a_drop(12).zip(), passwords=PASSWORDS).run["run_id"]
    approval(approver, run_id)
    office.deps.posts.put(approver.who.oid, "demo", [])
    second = office.at_desk(office.hire("second", Role.SEE, Role.APPROVE))
    assert approval(second, run_id).location.endswith("?told=waits-for-second")
    assert office.started() == []


def test_a_plan_is_not_approved_with_a_reason_and_then_nobody_approves_it(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    run_id = waiting.run["run_id"]
    page = approver.open(f"/approve/{run_id}")
    declined = approver.send(page, f"/approve/{run_id}/no", reason="学校に確認中")
    assert declined.location == "/approve?told=declined"
    assert office.started() == []
    checksum, codes = waiting.summary["checksum"], ticked(page)
    again = approver.browser.post(f"/approve/{run_id}/yes", {
        "csrf": approver.csrf(), "checksum": checksum, "accept": codes, "reason": "急ぎ",
    })  # fmt: skip
    assert again.code == "W135"
    assert f"/approve/{run_id}" not in approver.open("/today").text  # nobody is asked any more
    assert "学校に確認中" in approver.open("/approve").text
    page = approver.open(f"/approve/{run_id}")
    assert "/yes" not in page.text
    assert "学校に確認中" in page.text
    assert approver.send(page, f"/approve/{run_id}/back").status == 303
    assert f"/approve/{run_id}" in approver.open("/today").text
    assert approval(approver, run_id).location == "/today?told=approved"
    assert [d.what for d in office.record()] == ["approve", "take back", "approve", "decline"]


def test_a_plan_whose_time_is_over_is_not_in_the_list(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    run_id = waiting.run["run_id"]
    assert run_id in approver.open("/approve").text
    office.later(8 * 86_400)
    approver.sign_in()
    assert run_id not in approver.open("/approve").text
    assert "期限" in approver.open(f"/approve/{run_id}").text


def test_approving_needs_a_sign_in_of_the_last_ten_minutes(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    run_id = waiting.run["run_id"]
    office.later(700)
    refused = approval(approver, run_id)
    assert (refused.status, refused.code) == (401, "W137")
    assert "fresh=1" in refused.text
    assert office.started() == []
    office.later(0)
    approver.sign_in(f"/sign-in?fresh=1&back=/approve/{run_id}")
    assert approval(approver, run_id).location == "/today?told=approved"


def test_a_large_plan_needs_two_people_where_the_city_says_so(
    office: Office, approver: Clerk
) -> None:
    office.nights.put_rules(RULES + "[approval]\nsecond_person_above = 5\n")
    night = office.nights.run(a_drop(12).zip(), passwords=PASSWORDS)
    run_id = night.run["run_id"]
    assert approval(approver, run_id).location.endswith("?told=waits-for-second")
    assert office.started() == []
    page = approver.open(f"/approve/{run_id}")
    assert "/yes" not in page.text  # the first is not asked again
    alone = approver.browser.post(f"/approve/{run_id}/yes", {
        "csrf": approver.csrf(), "checksum": night.summary["checksum"], "reason": "二度目",
        "accept": sorted({b["code"] for b in night.summary["breaches"]}),
    })  # fmt: skip
    assert alone.code == "W134"
    second = office.at_desk(office.hire("second", Role.SEE, Role.APPROVE))
    assert approval(second, run_id).location == "/today?told=approved"
    (order,) = office.started()
    assert order["by"] == f"staff:{approver.who.oid}"
    assert order["second"] == f"staff:{second.who.oid}"
    assert office.run_what_was_started().verdict == "applied"


def test_receive_asks_for_the_second_person_whatever_way_an_approval_comes(
    office: Office,
) -> None:
    office.nights.put_rules(RULES + "[approval]\nsecond_person_above = 5\n")
    night = office.nights.run(a_drop(12).zip(), passwords=PASSWORDS)
    alone = office.nights.approve(night.summary)
    assert alone.verdict == "refused"
    assert "W133" in {finding.code for finding in alone.findings()}
    twice = office.nights.approve(night.summary, by="係長", second="係長")
    assert twice.verdict == "refused"
    assert office.nights.approve(night.summary, by="係長", second="課長").verdict == "applied"


def test_an_approval_that_receive_refuses_is_told_on_the_page(
    office: Office, approver: Clerk
) -> None:
    office.nights.put_rules(RULES + "[approval]\nsecond_person_above = 5\n")
    night = office.nights.run(a_drop(12).zip(), passwords=PASSWORDS)
    run_id = night.run["run_id"]
    assert "受け付けられませんでした" not in approver.open("/today").text
    assert office.nights.approve(night.summary).verdict == "refused"
    assert "承認は受け付けられませんでした" in approver.open("/today").text
    page = approver.open(f"/approve/{run_id}")
    told = page.text.split('id="not-taken"')[1].split("</section>")[0]
    assert "二人目の承認が必要です" in told


def test_the_children_of_a_plan_are_found_and_what_was_typed_is_kept_nowhere(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    run_id = waiting.run["run_id"]
    page = approver.open(f"/approve/{run_id}")
    found = approver.send(page, f"/approve/{run_id}/find", text="いないはずの名前")
    assert found.status == 200
    done = office.record()[0]
    assert (done.what, done.run, done.after) == ("search", run_id, "0")
    assert "いないはずの名前" not in office.said()
    assert all("いないはずの名前" not in str(d.to_json()) for d in office.record())


def test_an_address_is_made_of_words_of_ours(office: Office, approver: Clerk) -> None:
    links = re.findall(r'(?:href|action)="([^"]+)"', approver.open("/today").text)
    assert links
    assert all(link.startswith(("/", "#")) or link.startswith(SITE) for link in links)
