"""Every page of the staff page, made from invented facts: for tests, and to be looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from kakehashi.catalogue import diff as diff_rules
from kakehashi.catalogue import staff as staff_rules
from kakehashi.catalogue.index import RULES
from kakehashi.diff.comparison import SinceRehearsal
from kakehashi.diff.header import NO_PLAN
from kakehashi.diff.matching import Evidence, Fit, Match
from kakehashi.findings import Finding, Place
from kakehashi.refusal import Refusal
from kakehashi.report.credential import HeldCredential
from kakehashi.report.people import Person
from kakehashi.report.schools import Handout
from kakehashi.report.shapes import DeliveryMade, ReceiptBeside, Summary, UploadRefusal
from kakehashi.report.words import Word
from kakehashi.run_folder.progress import Progress
from kakehashi.staff import (
    approve,
    arrived,
    child,
    decide,
    entrance,
    nights,
    operate,
    password_page,
    personnel,
    recorded,
    rehearsal,
    rules_history,
    school,
    searching,
    staff_story,
    today,
    waiting_plans,
)
from kakehashi.staff.changes import Filter
from kakehashi.staff.drawing import View
from kakehashi.staff.roster_arrival import LastRoster
from kakehashi.staff.uploading import Upload, UploadChoice, UploadPurpose
from kakehashi.staff.viewer import Post, Viewer
from kakehashi.state_records import ApprovalGiven
from kakehashi.verdict import Verdict
from tests.builders import a_code, a_pupil, an_id
from tests.unit.staff.people import FACTS, TEACHER, a_life
from tests.unit.staff.scenes import (
    CITY,
    NOW,
    RUN,
    SCHOOLS,
    a_header,
    a_record,
    a_viewer,
    line_of,
    mixed,
    shards_of,
    sixty_nights,
    some_nights,
)
from tests.unit.staff.stories import a_story

RULES_NOW = 'name = "見本市"\nboard_code = "082201"\n\n[limits.city.new]\nnumber = 400\n'
RULES_NEXT = RULES_NOW.replace("400", "600")


def gallery(who: Viewer | None = None) -> Mapping[str, tuple[str, str, View]]:
    """Name → path, title, view."""
    viewer = who or a_viewer()
    return {
        "today": ("/today", "今朝", today.today(a_morning(), viewer)),
        "running": ("/today", "今朝", today.today(a_running_morning(), viewer)),
        "plans": ("/approve", "承認", some_plans()),
        "approve": ("/approve", "承認", approve.approve(a_plan(), Filter(), viewer)),
        "decide": ("/decide", "判断", decide.decide(leavers(), decide.ListFilter(), viewer)),
        "links": ("/decide", "判断", decide.decide(links(), decide.ListFilter("UNLINKED"), viewer)),
        "search": ("/child", "この子", a_search()),
        "child": ("/child", "この子", a_child()),
        "personnel": ("/staff", "教職員", personnel.personnel(FACTS, 1, viewer)),
        "member": ("/staff", "教職員", staff_story.member(TEACHER.id, TEACHER, a_life())),
        "rules_history": ("/operate", "規則の履歴", some_rules()),
        "nights": ("/nights", "夜の一覧", nights.nights(sixty_nights(), 1, viewer, CITY)),
        "night": ("/nights", "夜の一覧", nights.night(a_night(), viewer)),
        "rehearsal": ("/rehearsal", "予行", rehearsal.rehearsal(a_rehearsal(), viewer)),
        "passwords": ("/passwords", "パスワード", some_passwords()),
        "slips": ("/passwords", "配る紙", some_slips()),
        "schools": ("/school", "学校", school.schools(some_schools(), viewer, CITY)),
        "school": ("/school", "学校", school.school(a_school(), viewer)),
        "arrived": ("/arrived", "届いたか", some_arrivals(viewer)),
        "operate": ("/operate", "運用", operate.operate(an_operation(), viewer)),
        "record": ("/record", "記録", recorded.Recorded(some_deeds(), "DID#x")),
        "sign_in": ("/", "サインイン", entrance.SignInPage()),
        "refused": ("/approve", "承認", a_refusal()),
    }  # fmt: skip


def some_plans() -> waiting_plans.Plans:
    return waiting_plans.Plans([waiting_plans.waiting(RUN, a_header(mixed(120)))], staff=1)


def confirmed(version: rules_history.RulesVersion, name: str) -> rules_history.RulesConfirmed:
    """The record's line, a second before the version was put."""
    digest = hashlib.sha256(version.text.encode()).hexdigest()[:16]
    at = datetime.fromisoformat(version.at) - timedelta(seconds=1)
    return rules_history.RulesConfirmed(at, digest, name)


def some_rules() -> rules_history.RulesHistory:
    versions = [rules_history.RulesVersion("2026-11-30T01:00:00+00:00", RULES_NEXT),
                rules_history.RulesVersion("2026-11-01T01:00:00+00:00", RULES_NOW)]  # fmt: skip
    return rules_history.history(versions, [confirmed(versions[0], "見本 運用")])


def some_deeds() -> list[recorded.Done]:
    oid = an_id("somebody")
    return [
        recorded.Done(NOW, oid, "見本 承認", "approve", RUN, "5f3c" * 16, after="年度の切り替え"),
        recorded.Done(NOW, oid, "見本 担当", "decide", RUN, code="W131"),
    ]


def a_refusal() -> entrance.RefusedPage:
    stale = diff_rules.STALE_PLAN.at(planned=99, now=100)
    return entrance.refused(Refusal(staff_rules.PLAN_CHANGED), "0a1b2c3d", reasons=(stale,),
                            back="/approve", sign_in="/sign-in?back=/approve")  # fmt: skip


def a_morning() -> today.TodayFacts:
    waits = a_record(0, verdict="awaiting-approval", done=0, run_id=RUN)
    return today.TodayFacts(
        NOW, CITY, [waits, *sixty_nights()[1:]], a_header(mixed(120)), RUN, asked=23, passwords=4,
        letters=1, roster=LastRoster("2026-11-30T16:10:00+00:00", "awaiting-approval"),
    )  # fmt: skip


def a_running_morning() -> today.TodayFacts:
    begun = datetime(2026, 12, 1, tzinfo=UTC)
    progress = Progress("arn", begun, 1_834, 2, 16.0, {1: 700})
    return replace(a_morning(), running=today.Running(RUN, "Provision", progress), plan=NO_PLAN)


def a_plan() -> approve.ApproveFacts:
    finding = diff_rules.NEW_IN_CITY.at(count=455, bound=400)
    return approve.ApproveFacts(RUN, CITY, a_header(mixed(120)), shards_of(mixed(120)), SCHOOLS,
                         some_nights(), (finding,))  # fmt: skip


def _people(count: int, grade: str) -> dict[str, Person]:
    found = {}
    for n in range(count):
        code = a_code(1 + n % 3, "C1")
        pupil = a_pupil(n, grade=grade, school=code, school_name=SCHOOLS[code],
                        class_title=f"{grade[1]}年{1 + n % 2}組")  # fmt: skip
        found[pupil.id] = Person.of(pupil, date(2027, 3, 24))
    return found


def leavers() -> decide.DecideFacts:
    people = _people(40, "J3")
    header = a_header((), as_of="2027-04-01", explained={"gone": 40},
                      proposals={"GONE": list(people), "UNLINKED": [an_id("x")],
                                 "EXPIRED": [an_id("y")]})  # fmt: skip
    given = {
        next(iter(people)): decide.PendingAnswer(
            "suspend", "見本 担当", "2027-03-31T23:10:00+00:00"
        )
    }
    return decide.DecideFacts(CITY, RUN, header, people, given=given)


def links() -> decide.DecideFacts:
    people = _people(6, "J1")
    ids = list(people)
    odd = (Evidence.NAME_DIFFERS, Evidence.SCHOOL_SAME), (Evidence.NAME_SAME, Evidence.CLASS_SAME)
    matches = {
        umi: Match(Fit.PROPOSED, 70 if n == 3 else 5, odd[n != 3], pupil=umi,
                   shown="田中 美咲" if n == 3 else "", place="見本市立第1中学校 1年")
        for n, umi in enumerate(ids)
    }  # fmt: skip
    header = a_header((), proposals={"UNLINKED": ids})
    return decide.DecideFacts(CITY, RUN, header, people, matches)


def a_search() -> child.Search:
    lines = [line_of(a_pupil(n), status="suspended" if n == 7 else "active") for n in range(30)]
    return child.Search(*searching.search(lines, "佐藤"))


def a_child() -> child.Child:
    pupil = a_pupil(1)
    by = ApprovalGiven(by="見本 承認", at="2026-12-02T00:00:00+00:00")
    return child.child(child.ChildFacts(pupil.id, [pupil.id], Person.of(pupil, date(2026, 12, 2)),
                                   a_story(), {"demo-20261202T021500-0a1b2c3d": by}))  # fmt: skip


def a_night() -> nights.NightFacts:
    told = DeliveryMade("l-gate", mode="bulk", rows={"users.csv": 22_948}, still_signed_in=12)
    counts = {"NEW": 12, "MOVED": 9, "RENAMED": 1, "CONFIRMED": 22_926}
    summary = Summary("", CITY, Verdict.APPLIED, counts=counts, deliveries=(told,))
    files = ("report.html", "report.xlsx", f"schools/{a_code(1)}.xlsx", f"schools/{a_code(2)}.xlsx")
    approved = ApprovalGiven(by="見本 承認", at="2026-11-30T00:00:00+00:00")
    record = a_record(1, approved=approved)
    return nights.NightFacts(CITY, record, summary, (_finding(),), files, SCHOOLS)


def _finding(**facts: str) -> Finding:
    rule = next(r for r in RULES.values() if r.code[0] == "R" and "{" not in r.ja and r.todo)
    return rule.at(Place("users.csv", 812, "familyName"), school=a_code(1), **facts)


def a_rehearsal() -> rehearsal.RehearsalFacts:
    header = a_header(mixed(50), as_of="2027-04-01", counts={"NEW": 2_510, "PROMOTED": 20_011})
    past = rehearsal.PastRehearsal("demo-20270320T100000-0a1b2c3d", header)
    in_schools = {a_code(1): {"added": 3, "gone": 1, "different": 2}}
    moved = SinceRehearsal(past.run_id, date(2027, 4, 1), schools=in_schools)
    real = {"NEW": 2_513, "PROMOTED": 20_009}
    return rehearsal.RehearsalFacts(CITY, [past], past, {"NEW": 3}, real, moved, SCHOOLS)


def some_passwords() -> password_page.PasswordsPage:
    waiting = [a_pupil(n, grade="P1", class_title="1年1組") for n in range(4)]
    return password_page.passwords(
        waiting,
        [
            password_page.Made("0a1b", 12, "2026-12-01T00:30:00+00:00"),
            password_page.Made("2c3d", 3, "2026-12-01T00:40:00+00:00", "見本小学校", ("json",)),
        ],
        Upload(UploadPurpose.PASSWORDS, "https://pw.s3.ap-northeast-1.amazonaws.com", 4_000_000),
        arrived.CheckedUpload(UploadPurpose.PASSWORDS, "passwords.csv", token="t1",
                        counts=[(Word("使えるパスワード", "passwords that can be used"), 12)]),
    )  # fmt: skip


def some_slips() -> password_page.Slips:
    given = [(a_pupil(n, grade="P1", class_title="1年1組"), f"さくら{n}2".encode().hex()[:10])
             for n in range(11)]  # fmt: skip
    return password_page.slips(given, "https://portal.example.jp")


def a_school() -> school.SchoolFacts:
    own, code = {}, a_code(1)
    for n in range(6):
        pupil = a_pupil(n)
        own[pupil.id] = Person.of(pupil)
    ids = list(own)
    finding = replace(_finding(), pupil=ids[0])
    handout = Handout(code, SCHOOLS[code], [finding], [(ids[1], "M001")],
                      [(ids[2], "GONE"), (ids[3], "RENAMING")], {})  # fmt: skip
    moves = mixed(120)
    lines = [line for n in range(1) for line in shards_of(moves)(n + 1)]
    return school.SchoolFacts(CITY, handout, "2026-12-01", RUN, own, lines)


def some_schools() -> list[school.SchoolLine]:
    return [school.SchoolLine(code, name, n % 4, n % 3, n % 2)
            for n, (code, name) in enumerate(SCHOOLS.items())]  # fmt: skip


def some_arrivals(viewer: Viewer) -> arrived.Arrived:
    refusal: UploadRefusal = {"code": "F001", "file": "users.csv", "line": None, "column": None,
               "ja": "zip が壊れています。", "en": "The zip is broken.",
               "todo": "もう一度書き出して送ります。", "todo_en": "Send it again."}  # fmt: skip
    good: ReceiptBeside = {
        "file": "RO_20261201.zip", "run_id": RUN, "received": "2026-11-30T16:10:00+00:00",
        "bytes": 4_812_331, "sha256": "ab", "lines": {"users.csv": 22_948, "orgs.csv": 51},
        "same_as": "", "standing": "accepted", "refusal": None,
    }  # fmt: skip
    bad: ReceiptBeside = {**good, "standing": "refused", "lines": {}, "refusal": refusal}
    kind = UploadPurpose.ROSTER
    came = [
        arrived.Came(kind, "RO_20261201.zip", "2026-11-30T16:10:00+00:00", 4_812_331, good),
        arrived.Came(kind, "RO_20261130.zip", "2026-11-29T16:10:00+00:00", 2_048, bad),
        arrived.Came(UploadPurpose.DECISIONS, "report.xlsx", "2026-11-28T03:10:00+00:00", 40_112,
                     by="見本 担当"),
    ]  # fmt: skip
    s3 = Upload(UploadPurpose.ROSTER, "https://inbox.s3.ap-northeast-1.amazonaws.com", 200_000_000,
                {"key": "inbox/demo/staff/x.zip"})  # fmt: skip
    choices = [
        UploadChoice(UploadPurpose.ROSTER),
        UploadChoice(UploadPurpose.DECISIONS),
        UploadChoice(UploadPurpose.TOOL_RECEIPT, "lgate"),
    ]
    return arrived.arrived(came, choices, viewer, CITY, upload=s3)


def an_operation() -> operate.OperateFacts:
    letters = [
        operate.FailureLetter("m1", "2026-11-30T17:20:00+00:00", "Provision", "Throttled", RUN),
        operate.FailureLetter("m2", "2026-11-30T18:00:00+00:00", "Deliver", "ToolRefused", RUN,
                       ("l-gate",)),
    ]  # fmt: skip
    other = operate.ProposedRules("d1", an_id("other"), "見本 運用", "2026-11-30T08:00:00+00:00",
                             "新しい学校ができるため", RULES_NEXT)  # fmt: skip
    return operate.OperateFacts(
        CITY, NOW, letters, letters_cut=True, drift=3, drift_day="2026-11-29",
        credential=HeldCredential("secret", date(2026, 12, 20), date(2026, 12, 1)),
        rules=RULES_NOW, proposed=[other], checked=operate.CheckedRules(RULES_NEXT),
        posts={an_id("a"): ("見本 担当", (Post(CITY),)),
                                      an_id("b"): ("", (Post(CITY, a_code(1)),))},
        schools=SCHOOLS,
    )  # fmt: skip
