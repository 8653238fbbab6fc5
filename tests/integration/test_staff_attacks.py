"""What somebody may try at the staff page: refused, told with a code, recorded, nothing done."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
import requests

from kakehashi.edges.staff import forms
from kakehashi.edges.staff.sessions import StaffSessions
from kakehashi.staff.viewer import Role
from tests.builders import a_drop, a_password_file, a_pupil
from tests.desks import SITE, Clerk, Office, approval, ticked
from tests.images import afterwards
from tests.launches import Answer, Browser, form_in
from tests.nights import Night, Nights

PASSWORDS = a_password_file({a_pupil(n).account: f"Sakura-{n}2026x" for n in range(1, 7)})


@pytest.fixture
def waiting(office: Office) -> Night:
    return afterwards(office.nights, six_are_new)


def six_are_new(nights: Nights) -> Night:
    night = nights.run(a_drop(6).zip(), passwords=PASSWORDS)
    assert night.verdict == "awaiting-approval"
    return night


@pytest.fixture
def approver(office: Office) -> Clerk:
    return office.at_desk(office.hire("approver", Role.SEE, Role.APPROVE))


def form(office: Office, clerk: Clerk, night: Night) -> dict[str, Any]:
    """A complete approval, as the page would send it."""
    page = clerk.open(f"/approve/{night.run['run_id']}")
    return {
        "csrf": clerk.csrf(),
        "checksum": night.summary["checksum"],
        "accept": ticked(page),
        "reason": "確かめました",
    }


def refused(office: Office, answer: Answer, code: str, *, recorded: bool = True) -> None:
    """A page with the code; nothing was started; the record has it; the log names nobody."""
    assert answer.code == code
    assert answer.status >= 400
    assert answer.location == ""
    assert office.started() == []
    if recorded:
        assert office.record()[0].code == code
    assert f'"code":"{code}"' in office.said()
    names_nobody(office)


def names_nobody(office: Office) -> None:
    for n in range(1, 7):
        pupil = a_pupil(n)
        for secret in (pupil.id, pupil.account, pupil.family, pupil.kana_given):
            assert secret not in office.said()
    for account in office.roles:
        assert account not in office.said()
    assert "見本 " not in office.said()


# -- signing in ----------------------------------------------------------------------------------


def test_somebody_without_a_role_does_not_get_in(office: Office) -> None:
    clerk = Clerk(office.browser(), office.hire("nobody"))
    assert clerk.sign_in().code == "W104"
    assert "__Host-kakehashi-staff" not in clerk.browser.jar


def test_somebody_without_a_post_does_not_get_in(office: Office) -> None:
    clerk = Clerk(office.browser(), office.hire("postless", Role.APPROVE, schools=()))
    assert clerk.sign_in().code == "W105"
    assert "__Host-kakehashi-staff" not in clerk.browser.jar


def test_a_role_that_is_none_of_ours_is_none(office: Office) -> None:
    office.hire("forger", Role.SEE)
    office.roles["forger@board.example.jp"] = ("Staff.Everything", "approve", "Global.Admin")
    office.register()
    clerk = Clerk(office.browser(), office.hire("forger2"))
    clerk.who = type(clerk.who)("forger@board.example.jp", clerk.who.oid, clerk.who.name)
    assert clerk.sign_in().code == "W104"


def test_a_pupil_may_not_even_try(office: Office) -> None:
    """Assignment is required: Microsoft turns away whoever has not been given a role."""
    office.register(assignment_required=True)
    child = Clerk(office.browser(), office.hire("child"))
    begun = child.browser.get("/sign-in")
    assert "code" not in child.browser.at_microsoft(begun, child.who.account)


def test_a_sign_in_that_another_browser_began_is_refused(office: Office) -> None:
    theirs = Clerk(office.browser(), office.hire("seer", Role.SEE))
    sent = theirs.browser.at_microsoft(theirs.browser.get("/sign-in"), theirs.who.account)
    ours = office.browser()
    ours.get("/sign-in")
    assert ours.come_back(sent).code == "W101"
    assert office.browser().come_back(sent).code == "W101"


def test_a_sign_in_ends_only_once(office: Office) -> None:
    clerk = Clerk(office.browser(), office.hire("seer", Role.SEE))
    begun = clerk.browser.get("/sign-in")
    kept = dict(clerk.browser.jar)
    sent = clerk.browser.at_microsoft(begun, clerk.who.account)
    assert clerk.browser.come_back(sent).status == 303
    again = office.browser()
    again.jar |= kept
    assert again.come_back(sent).code == "W101"


def test_a_proof_that_is_not_fresh_does_not_count_though_the_browser_left_max_age_out(
    office: Office, waiting: Night
) -> None:
    """What the browser asks of Microsoft is in its own hands; what the token says is not."""
    office.register(proof_age=3600.0)
    approver = office.at_desk(office.hire("approver", Role.SEE, Role.APPROVE))
    refused(office, approval(approver, waiting.run["run_id"]), "W137")
    begun = approver.browser.get("/sign-in?fresh=1")
    assert "max_age=300" in begun.location
    assert "prompt=login" in begun.location
    bare = begun.location.replace("max_age=300", "max_age=").replace("prompt=login", "prompt=")
    cut = Answer(303, {"Location": bare}, "")
    answer = approver.browser.come_back(approver.browser.at_microsoft(cut, approver.who.account))
    assert answer.code == "W106"
    assert "id_token" not in office.said()
    assert "auth_time" not in office.said()


def test_without_auth_time_in_the_token_nobody_approves(office: Office, waiting: Night) -> None:
    office.register(optional_claims=[])
    approver = office.at_desk(office.hire("approver", Role.SEE, Role.APPROVE))
    refused(office, approval(approver, waiting.run["run_id"]), "W137")


def test_after_signing_in_nobody_is_sent_to_another_site(office: Office) -> None:
    clerk = Clerk(office.browser(), office.hire("seer", Role.SEE))
    for back in ("https://evil.example/", "//evil.example/", "/\\evil.example", "/a\r\nX: y",
                 "javascript:alert(1)"):  # fmt: skip
        begun = clerk.browser.get("/sign-in", {"back": back})
        sent = clerk.browser.at_microsoft(begun, clerk.who.account)
        assert clerk.browser.come_back(sent).location == "/"


@pytest.mark.parametrize("path", ["//evil.example/x", "//evil.example", "/\\evil.example/x"])
def test_no_address_of_ours_makes_a_link_to_another_site(
    office: Office, approver: Clerk, path: str
) -> None:
    for browser in (approver.browser, office.browser()):
        answer = browser.get(path)
        assert "evil" not in answer.text
        assert "evil" not in answer.location


@pytest.mark.parametrize(("path", "back"), [
    ("/approve/{run}/yes", "/approve/{run}"), ("/nights/{run}/undo", "/nights/{run}"),
    ("/nights/rerun", "/nights"), ("/operate/rules/propose", "/operate"),
    ("/decide/all", "/decide"), ("/operate/posts/propose", "/operate"),
    ("/rehearsal/start", "/rehearsal"),
    ("/child/find", "/child"), ("/sign-out", "/"), ("/record/csv", "/record"),
    ("/passwords/make", "/passwords"),
])  # fmt: skip
def test_a_form_that_was_not_taken_leads_back_to_a_page(
    office: Office, waiting: Night, path: str, back: str
) -> None:
    run_id = waiting.run["run_id"]
    answer = office.browser().post(path.format(run=run_id), {"csrf": "x"})
    assert f'href="/sign-in?{urlencode({"back": back.format(run=run_id)})}"' in answer.text


def test_a_file_leads_through_the_sign_in_to_its_night(office: Office) -> None:
    run_id = "demo-20260101T000000-00000000"
    begun = office.browser().get(f"/nights/{run_id}/files/report.html").location
    assert begun == f"/sign-in?{urlencode({'back': f'/nights/{run_id}'})}"
    begun = office.browser().get("/arrived/uploaded?token=x").location
    assert begun == f"/sign-in?{urlencode({'back': '/arrived'})}"


def test_who_has_no_role_can_choose_another_account(office: Office) -> None:
    assert "prompt=select_account" in office.browser().get("/sign-in").location
    assert "prompt=login" in office.browser().get("/sign-in?fresh=1").location


def test_a_sign_in_that_shows_the_roles_are_gone_ends_the_session(
    office: Office, approver: Clerk
) -> None:
    kept = dict(approver.browser.jar)
    office.give_roles(approver.who.account)
    assert approver.sign_in("/sign-in?fresh=1").code == "W104"
    approver.browser.jar |= kept
    assert approver.browser.get("/today").location.startswith("/sign-in")


# -- what changes in mid-session -----------------------------------------------------------------


def test_a_post_that_is_taken_away_counts_at_once(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    sent = form(office, approver, waiting)
    office.deps.posts.put(approver.who.oid, "demo", [])
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W105", recorded=False)
    assert approver.browser.get("/today").code == "W105"


def test_a_role_that_is_taken_away_approves_nothing_after_the_proof_grows_old(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    """The next proof brings the roles as they are now."""
    run_id = waiting.run["run_id"]
    office.give_roles(approver.who.account, Role.SEE)
    office.later(601)
    refused(office, approval(approver, run_id), "W137")
    office.later(0)
    approver.sign_in("/sign-in?fresh=1")
    sent = {"csrf": approver.csrf(), "checksum": waiting.summary["checksum"], "reason": "再度",
            "accept": sorted({b["code"] for b in waiting.summary["breaches"]})}  # fmt: skip
    answer = approver.browser.post(f"/approve/{run_id}/yes", sent)
    refused(office, answer, "W121", recorded=False)
    assert {done.code for done in office.record()} == {"W121", "W137"}


def quietly(clerk: Clerk, path: str) -> Answer:
    """Where a page leads by way of Microsoft, when nobody is asked anything there."""
    led = clerk.browser.get(path)
    assert "quiet=1" in led.location
    begun = clerk.browser.get(led.location)
    with requests.Session() as microsoft:
        page = microsoft.get(begun.location)
    return clerk.browser.come_back(form_in(page.text, page.url)[1])


def test_roles_are_asked_again_every_quarter_of_an_hour_without_a_question(
    office: Office, approver: Clerk
) -> None:
    office.nights.tenant.settings(signed_in=approver.who.account)
    csrf = approver.csrf()
    office.later(14 * 60)
    assert approver.browser.get("/today").status == 200
    office.later(16 * 60)
    assert quietly(approver, "/today").location == "/today"
    assert approver.browser.get("/today").status == 200
    assert approver.browser.post("/child/find", {"csrf": csrf, "text": "佐藤"}).status == 200
    office.give_roles(approver.who.account, Role.DECIDE)
    office.later(32 * 60)
    assert quietly(approver, "/today").location == "/today"
    assert approver.browser.get("/record").code == "W121"
    office.give_roles(approver.who.account)
    office.later(48 * 60)
    assert quietly(approver, "/today").code == "W104"
    assert approver.browser.get("/today").location.startswith("/sign-in")


@pytest.mark.parametrize("signed_in", ["", "somebody@board.example.jp"])
def test_whom_microsoft_would_have_to_ask_signs_in_as_ever(
    office: Office, approver: Clerk, signed_in: str
) -> None:
    """Nobody becomes somebody else because another account is signed in in the browser."""
    office.hire("somebody", Role.SEE)
    office.nights.tenant.settings(signed_in=signed_in)
    office.later(16 * 60)
    assert quietly(approver, "/today").location == "/sign-in?back=%2Ftoday"
    assert "quiet" in approver.browser.get("/today").location


def test_a_form_is_taken_for_half_an_hour_and_idle_sessions_end(
    office: Office, approver: Clerk
) -> None:
    csrf = approver.csrf()
    office.later(29 * 60)
    assert approver.browser.post("/child/find", {"csrf": csrf, "text": "佐藤"}).status == 200
    office.later(31 * 60)
    assert approver.browser.post("/child/find", {"csrf": csrf, "text": "佐藤"}).code == "W107"
    office.later(0)
    approver.sign_in()
    office.later(31 * 60)
    assert approver.browser.get("/today").location == "/sign-in?back=%2Ftoday"


# -- other cities, other roles, guessed runs -----------------------------------------------------


def test_another_citys_plan_is_neither_seen_nor_approved(office: Office, waiting: Night) -> None:
    stranger = office.at_desk(office.hire("stranger", Role.SEE, Role.APPROVE, city="other"))
    run_id = waiting.run["run_id"]
    page = stranger.browser.get(f"/approve/{run_id}")
    assert page.code == "W123"
    assert office.record("other")[0].code == "W123"
    assert office.record("demo") == []
    sent = {"csrf": stranger.csrf(), "checksum": waiting.summary["checksum"], "reason": "確認",
            "accept": sorted({b["code"] for b in waiting.summary["breaches"]})}  # fmt: skip
    answer = stranger.browser.post(f"/approve/{run_id}/yes", sent)
    assert answer.code == "W123"
    assert office.started() == []


def test_no_city_is_chosen_in_which_there_is_no_post(office: Office, approver: Clerk) -> None:
    assert "tsukuba" not in approver.open("/today?city=tsukuba").text
    assert approver.open("/record").status == 200
    assert office.record("tsukuba") == []


@pytest.mark.parametrize("role", [Role.SEE, Role.DECIDE, Role.OPERATE, Role.PASSWORDS, Role.SCHOOL])
def test_no_other_role_approves(office: Office, waiting: Night, role: Role) -> None:
    clerk = office.at_desk(office.hire("other", role))
    csrf = csrf_of(office, clerk)
    sent = {"csrf": csrf, "checksum": waiting.summary["checksum"], "reason": "確認",
            "accept": sorted({b["code"] for b in waiting.summary["breaches"]})}  # fmt: skip
    run_id = waiting.run["run_id"]
    refused(office, clerk.browser.post(f"/approve/{run_id}/yes", sent), "W121")
    refused(office, clerk.browser.post(f"/approve/{run_id}/no", sent), "W121")


def test_a_school_opens_no_page_of_the_city(office: Office, waiting: Night) -> None:
    school = office.hire("school", *Role, schools=("082201000001",))
    clerk = office.at_desk(school)
    for path in ("/today", "/approve", f"/approve/{waiting.run['run_id']}", "/record"):
        answer = clerk.browser.get(path)
        assert answer.code == "W121"
        for n in range(1, 7):
            assert a_pupil(n).family not in answer.text
    assert {done.code for done in office.record()} == {"W121"}


@pytest.mark.parametrize("run_id", [
    "demo-20260101T000000-00000000", "other-20260101T000000-00000000", "no-run", "..%2F..%2Fetc",
    "demo-20260101T000000-00000000%0d%0a", "x" * 2000,
])  # fmt: skip
def test_a_guessed_run_is_none(office: Office, approver: Clerk, run_id: str) -> None:
    answer = approver.browser.get(f"/approve/{run_id}")
    assert answer.code in {"W122", "W123"}
    sent = {"csrf": approver.csrf(), "checksum": "0" * 64, "reason": "推測"}
    answer = approver.browser.post(f"/approve/{run_id}/yes", sent)
    assert answer.code in {"W122", "W123"}
    assert office.started() == []
    assert run_id not in office.said()


# -- plans that have changed ---------------------------------------------------------------------


def test_the_plan_that_was_seen_is_the_plan_that_is_approved(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    sent = form(office, approver, waiting) | {"checksum": "0" * 64}
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W131")


@pytest.mark.parametrize("checksum", ["", "a", "'; DROP", "0" * 63])
def test_a_checksum_must_be_whole(
    office: Office, waiting: Night, approver: Clerk, checksum: str
) -> None:
    sent = form(office, approver, waiting) | {"checksum": checksum}
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W131")


def test_a_plan_that_a_newer_roster_has_overtaken_is_not_approved(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    sent = form(office, approver, waiting)
    office.nights.tomorrow()
    office.nights.run(a_drop(5).zip())
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W132")


def test_a_limit_that_nobody_ticked_is_not_accepted(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    sent = form(office, approver, waiting) | {"accept": []}
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W132")


def test_an_approval_needs_a_reason(office: Office, waiting: Night, approver: Clerk) -> None:
    sent = form(office, approver, waiting) | {"reason": "  "}
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W136")


# -- forms ---------------------------------------------------------------------------------------


def test_a_double_click_starts_once(office: Office, waiting: Night, approver: Clerk) -> None:
    sent = form(office, approver, waiting)
    path = f"/approve/{waiting.run['run_id']}/yes"
    assert approver.browser.post(path, sent).location == "/today?told=approved"
    again = approver.browser.post(path, sent)
    assert (again.status, again.code) == (409, "W112")
    assert len(office.started()) == 1
    assert office.record()[0].code == "W112"


def test_a_form_of_another_session_is_foreign(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    other = office.at_desk(office.hire("other", Role.SEE, Role.APPROVE))
    sent = form(office, approver, waiting) | {"csrf": other.csrf()}
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W111")


def two_cities(office: Office, clerk: Clerk) -> None:
    office.deps.posts.put(clerk.who.oid, "tsukuba", [None])


def test_an_address_changes_no_city_and_a_form_does(office: Office, approver: Clerk) -> None:
    assert 'action="/city"' not in approver.open("/today").text
    two_cities(office, approver)
    page = approver.open("/today?city=tsukuba")
    assert 'value="demo" selected' in page.text
    assert approver.send(page, "/city", city="tsukuba").location == "/"
    assert 'value="tsukuba" selected' in approver.open("/today").text
    page = approver.open("/today")
    approver.send(page, "/city", city="elsewhere")
    assert 'value="tsukuba" selected' in approver.open("/today").text


def test_a_form_of_one_city_orders_nothing_in_another(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    two_cities(office, approver)
    sent = form(office, approver, waiting)
    approver.send(approver.open("/today"), "/city", city="tsukuba")
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    assert (answer.status, answer.code) == (409, "W180")
    assert office.started() == []
    assert office.record("tsukuba")[0].code == "W180"


def test_a_run_of_another_city_of_mine_is_one_press_away(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    """A mail leads to the run while somebody with posts in two cities looks at the other one."""
    run_id = waiting.run["run_id"]
    two_cities(office, approver)
    approver.send(approver.open("/today"), "/city", city="tsukuba")
    for page in ("approve", "nights", "rehearsal"):
        answer = approver.open(f"/{page}/{run_id}")
        assert (answer.status, answer.code) == (404, "W183")
        offered = (
            f'name="city" value="demo"><input type="hidden" name="back" value="/{page}/{run_id}"'
        )
        assert offered in answer.text
    answer = approver.open(f"/approve/{run_id}")
    assert 'value="tsukuba" selected' in answer.text, "an address changes no city"
    back = approver.send(answer, "/city", city="demo", back=f"/approve/{run_id}").location
    assert (back, approver.open(back).status) == (f"/approve/{run_id}", 200)
    away = approver.send(approver.open("/today"), "/city", city="demo", back="//else.where")
    assert away.location == "/"


@pytest.mark.parametrize(("path", "code", "onward"), [
    ("/approve/{other}", "W123", "/approve"), ("/child/nobody", "W122", "/child"),
    ("/operate/drift/drift.html", "W122", "/operate"), ("/nowhere", "W122", "/"),
    ("/passwords", "W121", "/"), ("/approve/{mine}?city=tsukuba", "W183", "/"),
])  # fmt: skip
def test_a_page_that_is_refused_leads_to_one_that_is_not(
    office: Office, waiting: Night, path: str, code: str, onward: str
) -> None:
    """「ページに戻る」 of a page that was refused led to the same refusal."""
    clerk = office.at_desk(office.hire("every", Role.SEE, Role.APPROVE, Role.OPERATE))
    two_cities(office, clerk)
    other = "demo-20260101T000000-00000000"
    answer = clerk.open(path.format(mine=waiting.run["run_id"], other=other))
    assert answer.code == code
    assert f'<a class="button" href="{onward}">' in answer.text
    assert clerk.open(onward).status == 200


def test_a_page_of_another_city_of_mine_is_one_press_away(office: Office, approver: Clerk) -> None:
    """A mail that leads to no run says whose page it means; 判断 of the other city, with nobody in
    it, would be taken for the answer."""
    assert approver.open("/decide?city=tsukuba").status == 200, "no city of mine: my own is shown"
    two_cities(office, approver)
    answer = approver.open("/decide?city=tsukuba")
    assert (answer.status, answer.code) == (404, "W183")
    back = approver.send(answer, "/city", city="tsukuba", back="/decide").location
    assert (back, approver.open("/decide?city=tsukuba").status) == ("/decide", 200)
    approver.browser.jar.clear()
    assert approver.open("/decide?city=demo").location.endswith("back=%2Fdecide%3Fcity%3Ddemo")
    assert approver.open("/decide?city=%2F").location.endswith("back=%2Fdecide")


def test_a_run_of_a_city_that_is_not_mine_is_no_run(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    theirs = waiting.run["run_id"].replace("demo-", "tsukuba-", 1)
    assert approver.open(f"/approve/{theirs}").code == "W123"
    two_cities(office, approver)
    assert approver.open(f"/approve/{theirs}").code == "W183"


def test_a_form_of_more_fields_than_any_page_has_is_refused_in_words(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    sent = form(office, approver, waiting) | {"accept": [""] * 30_001}
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W113")
    assert answer.status == 400


@pytest.mark.parametrize("page", ["9" * 4_301, "0", "-1", "٣", "x"])
def test_a_number_of_a_page_that_is_none_shows_the_first(
    office: Office, approver: Clerk, page: str
) -> None:
    assert approver.browser.get(f"/nights?page={page}").status == 200


@pytest.mark.parametrize("csrf", ["", ".", "0.0", "ff.ff", "あ.い"])
def test_a_form_without_our_field_is_foreign(
    office: Office, waiting: Night, approver: Clerk, csrf: str
) -> None:
    sent = form(office, approver, waiting) | {"csrf": csrf}
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W111")


@pytest.mark.parametrize("headers", [
    {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"},
    {"origin": "https://evil.example"}, {"origin": "null"}, {"origin": f"{SITE}.evil.example"}, {},
])  # fmt: skip
def test_a_form_from_elsewhere_is_refused_though_the_cookie_came(
    office: Office, waiting: Night, approver: Clerk, headers: dict[str, str]
) -> None:
    sent = form(office, approver, waiting)
    refused(office, post_with(approver.browser, waiting, sent, headers), "W111")


def test_a_browser_without_fetch_metadata_may_name_its_origin(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    sent = form(office, approver, waiting)
    answer = post_with(approver.browser, waiting, sent, {"origin": SITE})
    assert answer.location == "/today?told=approved"


def test_without_a_cookie_nothing_is_done(office: Office, waiting: Night, approver: Clerk) -> None:
    sent = form(office, approver, waiting)
    answer = office.browser().post(f"/approve/{waiting.run['run_id']}/yes", sent)
    refused(office, answer, "W107", recorded=False)


def test_a_session_that_was_made_up_is_none(office: Office) -> None:
    browser = office.browser()
    for value in ("x", "", "A" * 43, "../../etc"):
        browser.jar["__Host-kakehashi-staff"] = value
        assert browser.get("/today").location.startswith("/sign-in")


def test_markup_in_a_reason_is_shown_as_text(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    nasty = "<script>alert(1)</script>"
    sent = form(office, approver, waiting) | {"reason": nasty}
    approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    shown = approver.open("/record").text
    assert nasty not in shown
    assert "&lt;script&gt;" in shown


# -- when something of ours fails ----------------------------------------------------------------


def test_an_order_that_could_not_be_carried_out_is_recorded_as_such(
    office: Office, waiting: Night, approver: Clerk
) -> None:
    sent = form(office, approver, waiting)
    machine = office.deps.staff.state_machine_arn
    boto3.client("stepfunctions").delete_state_machine(stateMachineArn=machine)
    answer = approver.browser.post(f"/approve/{waiting.run['run_id']}/yes", sent)
    assert (answer.status, answer.code) == (500, "W190")
    assert [done.code for done in office.record()[:2]] == ["W190", ""]
    names_nobody(office)


def csrf_of(office: Office, clerk: Clerk) -> str:
    """A field of this session, whatever page the person may open."""
    deps = office.deps
    secret = clerk.browser.jar["__Host-kakehashi-staff"]
    session = StaffSessions(deps.kept).find(secret, int(deps.clock().timestamp()))
    assert session is not None
    return forms.field_of(session, "demo")


def post_with(
    browser: Browser, night: Night, sent: dict[str, Any], headers: dict[str, str]
) -> Answer:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    path = f"/approve/{night.run['run_id']}/yes"
    return browser.call("POST", path, body=urlencode(sent, doseq=True), headers=kind | headers)
