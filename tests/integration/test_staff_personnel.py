"""教職員 on the staff page: decided by one or two, a limit accepted, used by the next night."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from kakehashi.edges.objects import Objects
from kakehashi.edges.staff_archive import StaffArchive
from kakehashi.people.record import Status
from kakehashi.staff.viewer import Role
from kakehashi_console.cli.of_staff import told_of_staff
from tests.builders import DOMAIN, a_code, a_drop, a_known, a_password_file, a_pupil, an_id
from tests.desks import Clerk, Office, ticked
from tests.images import afterwards
from tests.integration.test_staff_accounts import FIRST, HEAD, ON
from tests.integration.test_staff_pages import placed
from tests.nights import Night, Nights

LAST = FIRST + timedelta(days=1)
ASKED = LAST + timedelta(days=8)
LIMITS = "[staff.limits]\nnew = { share = 0.01, number = 1, floor = 1 }\n"


def row(number: int, job: str, end: str = "") -> str:
    until = end or "2027-03-31"
    return (
        f"T000{number},見本,{'一二三四五'[number - 1]},ミホン,ヨミ,会計年度,{job},"
        f"{a_code(1)},本務,,2026-04-01,{until},\n"
    )


def put_list(nights: Nights, *rows: str) -> None:
    nights.put("INBOX_BUCKET", "inbox/demo/staff/list.csv", (HEAD + "".join(rows)).encode())


@pytest.fixture
def asked(office: Office) -> Night:
    """A teacher and a head have ended, and more are new than may be in a night; one has no
    password."""
    return afterwards(office.nights, ended_and_new)


def ended_and_new(nights: Nights) -> Night:
    nights.put_rules(ON + LIMITS)
    nights.given(a_known(n) for n in (1, 2))
    slips = {f"tt000{n}@{DOMAIN}": f"Himawari{n}77" for n in range(1, 5)}
    nights.put("PASSWORDS_BUCKET", "inbox/demo/passwords/staff-1.csv", a_password_file(slips))
    put_list(nights, row(1, "教諭"), row(2, "校長"))
    assert nights.run(a_drop().zip()).status == "SUCCEEDED"
    ended = LAST.isoformat()
    put_list(nights, row(1, "教諭", ended), row(2, "校長", ended),
             *(row(n, "講師") for n in (3, 4, 5)))  # fmt: skip
    return nights.run(a_drop().zip(), as_of=ASKED, name="asked.zip")


def standing(office: Office) -> dict[str, Status]:
    return {one.pupil.number: one.status for one in office.nights.state.staff()}


def decided(clerk: Clerk, **answers: str) -> str:
    """What the page leads to once these are chosen, by 職員番号; the code where it is refused."""
    sent = {f"d-staff-{number.lower()}": what for number, what in answers.items()}
    answer = clerk.send(clerk.open("/staff"), "/staff/decide", **sent)
    return answer.location or answer.code


def test_one_or_two_persons_decide_a_limit_is_accepted_and_the_night_does_it(
    office: Office, asked: Night
) -> None:
    assert standing(office) == {"T0001": Status.ACTIVE, "T0002": Status.ACTIVE}
    approver = office.at_desk(office.hire("approver", Role.APPROVE))
    first = office.at_desk(office.hire("first", Role.DECIDE))
    second = office.at_desk(office.hire("second", Role.DECIDE))
    assert 'href="/staff"' in approver.open("/today").text
    assert "教職員の計画" in approver.open("/approve").text
    page = approver.open("/staff")
    sent = approver.send(page, "/staff/accept", accept=ticked(page), reason="着任の多い日")
    assert sent.location == "/staff?told=decided"
    assert ticked(approver.open("/staff")) == []

    assert decided(first, T0001="suspend", T0002="suspend") == "/staff?told=decided"
    assert decided(first, T0002="suspend") == "W131"  # the second is somebody else
    assert decided(second, T0002="suspend") == "/staff?told=decided"
    done = {(one.what, one.code): one for one in office.record()}
    assert done["decide staff", ""].oid in {first.who.oid, second.who.oid}
    assert done["accept staff", ""].before == "S932"
    assert done["decide staff", "W131"].after == ""

    night = office.nights.run(a_drop().zip(), as_of=ASKED + timedelta(days=1), name="then.zip")
    assert night.folder.get_json("personnel/plan.json")["breaches"] == []
    assert standing(office) == {
        "T0001": Status.SUSPENDED,
        "T0002": Status.SUSPENDED,
        **dict.fromkeys(("T0003", "T0004"), Status.ACTIVE),
    }
    after = first.open("/staff").text
    assert "d-staff-t0001" not in after


def test_an_answer_is_taken_back_and_one_person_is_not_enough_for_a_head(
    office: Office, asked: Night
) -> None:
    clerk = office.at_desk(office.hire("first", Role.DECIDE))
    assert decided(clerk, T0001="suspend", T0002="suspend") == "/staff?told=decided"
    sent = {"csrf": clerk.csrf("/staff"), "person": "staff-t0001"}
    assert clerk.browser.post("/staff/back", sent).location == "/staff?told=taken-back"
    assert clerk.browser.post("/staff/back", {**sent, "csrf": clerk.csrf("/staff")}).code == "W131"
    typed = f"職員番号,決定,決定者\nT0002,停止,係長\nT0002,停止,staff:{an_id('other')}\n"
    office.nights.put("INBOX_BUCKET", "inbox/demo/staff/decisions/d.csv", typed.encode())
    office.nights.run(a_drop().zip(), as_of=ASKED + timedelta(days=1), name="then.zip")
    assert set(standing(office).values()) == {Status.ACTIVE}
    assert "もう一人を待っています" in clerk.open("/staff").text
    assert decided(clerk, T0002="suspend") == "W131", "a night has read the first answer"


def test_an_undo_that_takes_a_heads_account_waits_for_two_who_are_signed_in(
    office: Office, asked: Night
) -> None:
    runs = [one.run_id for one in office.nights.state.runs(9)]
    undo = office.nights.undo(next(run for run in runs if run != asked.run["run_id"]))
    run_id, codes = undo.run["run_id"], sorted(b["code"] for b in undo.summary["breaches"])
    assert "S193" in codes
    first, second = (
        office.at_desk(office.hire(name, Role.SEE, Role.APPROVE)) for name in ("first", "second")
    )

    def approve(clerk: Clerk) -> str:
        page = clerk.open(f"/approve/{run_id}")
        return clerk.send(page, f"/approve/{run_id}/yes", accept=codes, reason="確かめた").location

    assert approve(first).endswith("?told=waits-for-second")
    forged = office.nights.approve(
        undo.summary, by=f"staff:{first.who.oid}", second=f"staff:{second.who.oid}"
    )
    assert (forged.verdict, [f.code for f in forged.findings()]) == ("refused", ["S915"])
    assert approve(second) == "/today?told=approved"
    assert office.run_what_was_started().verdict == "applied"
    assert standing(office)["T0002"] is Status.SUSPENDED


def test_an_answer_in_a_plan_that_waits_is_taken_back_only_once_that_is_declined(
    office: Office, asked: Night
) -> None:
    clerk = office.at_desk(office.hire("first", Role.DECIDE, Role.APPROVE))
    office.nights.put_rules(ON)  # no limits of staff
    assert decided(clerk, T0001="suspend") == "/staff?told=decided"
    slips = a_password_file({a_pupil(n).account: f"Asagao{n}4321" for n in range(3, 13)})
    waits = office.nights.run(a_drop(12).zip(), as_of=ASKED + timedelta(days=1), name="many.zip",
                              passwords=slips)  # fmt: skip
    assert waits.verdict == "awaiting-approval"
    assert "/staff/back" not in clerk.open("/staff").text
    sent = {"csrf": clerk.csrf("/staff"), "person": "staff-t0001"}
    assert clerk.browser.post("/staff/back", sent).code == "W143"
    page = clerk.open(f"/approve/{waits.run['run_id']}")
    declined = clerk.send(page, f"/approve/{waits.run['run_id']}/no", reason="人数を確かめる")
    assert declined.location == "/approve?told=declined"
    assert clerk.browser.post("/staff/back", sent).location == "/staff?told=taken-back"
    run = waits.run["run_id"]
    again = clerk.send(clerk.open(f"/approve/{run}"), f"/approve/{run}/back")
    assert again.location == f"/approve/{run}?told=taken-back"
    page = clerk.open(f"/approve/{run}")
    assert "この承認で、教職員の変更も進みます" in page.text
    codes = sorted({breach["code"] for breach in waits.summary["breaches"]})
    refused = clerk.send(page, f"/approve/{run}/yes", accept=codes, reason="確かめた")
    assert (refused.code, "取り下げられた" in refused.text) == ("W132", True)
    at_a_terminal = office.nights.approve(waits.summary)
    assert at_a_terminal.verdict == "refused"
    assert standing(office)["T0001"] is Status.ACTIVE
    then = office.nights.run(a_drop(12).zip(), as_of=ASKED + timedelta(days=2), name="then.zip")
    assert waits.folder.get_json("personnel/plan.json")["actions"]["suspend"] == 1
    assert "suspend" not in then.folder.get_json("personnel/plan.json")["actions"]


def test_a_member_of_staff_is_found_and_told_and_every_look_is_recorded(
    office: Office, asked: Night
) -> None:
    clerk = office.at_desk(office.hire("seer", Role.SEE))
    for words in ("見本 校長", "T0002", f"tt0002@{DOMAIN}"):
        page = clerk.send(clerk.open("/child"), "/child/find", text=words).text
        assert re.findall(r'href="/staff/(staff-t\d+)"', page) == ["staff-t0002"], words
    story = clerk.open("/staff/staff-t0002").text
    assert "任期が終わった → 停止?" in story
    assert "作成" in story
    assert clerk.browser.get("/staff/staff-t0999").code == "W122"
    assert clerk.browser.get("/staff/x%27y").code == "W122"
    told = [(one.what, one.after) for one in office.record() if not one.code]
    assert told == [("look up", "staff-t0002"), *[("search", "1")] * 3]
    assert "見本" not in office.said()


def test_a_school_sees_who_works_there_today_and_nobody_elses(office: Office, asked: Night) -> None:
    office.later((ASKED - FIRST).days * 86_400)
    own = office.at_desk(office.hire("own", Role.SCHOOL, schools=(a_code(1),)))
    page = own.open("/school").text
    staff = page.partition("この学校の教職員")[2].split("</section>")[0]
    assert set(re.findall("見本 .", staff)) == {"見本 三", "見本 四", "見本 五"}  # two have ended
    assert "2027" not in staff
    other = office.at_desk(office.hire("other", Role.SCHOOL, schools=(a_code(2),)))
    assert "この学校の教職員" not in other.open("/school").text
    assert own.browser.get("/staff").code == "W121"
    assert own.browser.get("/staff/staff-t0003").code == "W121"


def test_the_boards_list_is_sent_by_hand_looked_at_and_read_by_the_next_night(
    office: Office, asked: Night
) -> None:
    decider = office.at_desk(office.hire("first", Role.DECIDE))
    assert "send=staff-list" not in decider.open("/arrived").text, "who decides names no heads"
    assert "/arrived/staff-form" not in decider.open("/arrived?send=staff-list").text
    clerk = office.at_desk(office.hire("operator", Role.OPERATE))
    page = clerk.open("/arrived?send=staff-list")
    assert "/arrived/staff-form" in page.text
    form = clerk.browser.get("/arrived/staff-form")
    assert form.headers["Content-Disposition"].endswith('"staff-list.xlsx"')
    wrong = row(5, "講師").replace("2026-04-01", "四月")
    checked = clerk.open(placed(office, page.text, (HEAD + row(3, "講師") + wrong).encode()))
    assert "読めた人" in checked.text
    assert "3" in re.findall(r"(\d+) 行目", checked.text)
    sent = clerk.send(checked, "/arrived/start")
    assert sent.location == "/arrived?told=listed"
    assert office.started() == []  # the next night reads it
    inbox = Objects.of(office.nights.names["INBOX_BUCKET"])
    assert [one["Key"].rpartition(".")[2] for one in inbox.listed("inbox/demo/staff/2")] == ["csv"]
    assert "教職員名簿" in clerk.open("/arrived").text
    nothing = clerk.open(placed(office, clerk.open("/arrived?send=staff-list").text, b"x"))
    assert "始められません" in nothing.text


def test_why_knows_a_member_of_staff_by_number_and_account(
    asked: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    run_ids = sorted({asked.run["run_id"]})
    nights = StaffArchive(asked.folder.s3, asked.folder.bucket, run_ids)
    assert nights.who("T0001") == nights.who(f"tt0001@{DOMAIN}") == "staff-t0001"
    assert nights.who("nobody") == nights.who("") == ""
    told_of_staff(nights, "staff-t0001", city="demo", as_json=False)
    said = capsys.readouterr().out
    assert "任期が終わった → 停止?" in said
    assert "教諭" in said
    told_of_staff(nights, "staff-t0003", city="demo", as_json=True)
    night = json.loads(capsys.readouterr().out)["nights"][-1]
    assert any("承認を待っています(S932)" in one["ja"] for one in night["told"])


def test_what_is_not_asked_is_refused_and_another_city_has_no_such_page(
    office: Office, asked: Night
) -> None:
    clerk = office.at_desk(office.hire("first", Role.DECIDE))
    for number in ("T0003", "T0009"):
        assert decided(clerk, **{number: "suspend"}) == "W131"
    stale = {"csrf": clerk.csrf("/staff"), "run_id": "demo-20260101T010101-00000000",
             "d-staff-t0001": "suspend"}  # fmt: skip
    assert clerk.browser.post("/staff/decide", stale).code == "W131"
    seer = office.at_desk(office.hire("seer", Role.SEE))
    forged = {"csrf": seer.csrf("/staff"), "d-staff-t0001": "suspend"}
    assert seer.browser.post("/staff/decide", forged).code == "W121"
    assert seer.browser.post("/staff/accept", {"csrf": seer.csrf("/staff")}).code == "W121"
    stranger = office.at_desk(office.hire("stranger", *Role, city="other"))
    assert stranger.browser.get("/staff").code == "W122"
