"""Each statement of the staff page's two policies is needed, and none allows what nobody does.

Every test of the page runs with the template's policies, so nothing it does is denied. Here it is
the other way round: of all that a whole morning asks of AWS, something needs each statement.
"""

from __future__ import annotations

import pytest

from kakehashi.staff.leaves import BODY, HEAD
from kakehashi.staff.viewer import Role
from tests.builders import a_drop, a_password_file, a_pupil
from tests.decisions import a_csv
from tests.desks import Clerk, Office, approval
from tests.integration.test_permissions import as_list
from tests.integration.test_staff_pages import a_letter, placed
from tests.nights import RULES
from tests.policies import Resolver, allows, names_here, resources, statements

PAGES = ("staff", "passwords")
ELSEWHERE = {  # allowed, and not asked for in this morning, because
    ("staff", "SentByHand", "s3:PutObject"): "a browser uses the signature of our form",
    ("passwords", "Sent", "s3:PutObject"): "the same",
    ("passwords", "Sessions", "dynamodb:DeleteItem"): "a session that nobody has used for long",
    ("passwords", "DataKey", "kms:GenerateDataKey"): "DynamoDB asks for it in some cases only",
}
KEY = "ひみつの合言葉-2026-四月"


def morning(office: Office) -> None:
    """Everything that can be done on the page, once."""
    first = office.at_desk(office.hire("first", *Role))
    second = office.at_desk(office.hire("second", *Role))
    names = {a_pupil(n).account: f"Sakura-{n}2026x" for n in range(1, 13)}
    night = office.nights.run(a_drop(12).zip(), passwords=a_password_file(names))
    page = first.open(f"/approve/{night.run['run_id']}")
    path = f"/approve/{night.run['run_id']}"
    first.send(page, f"{path}/no", reason="確認中")
    sent = {"csrf": first.csrf(), "checksum": night.summary["checksum"]}
    first.browser.post(f"{path}/back", sent)
    approval(first, night.run["run_id"])
    assert office.run_what_was_started().verdict == "applied"
    office.nights.tomorrow()
    missing = office.nights.run(a_drop(11).zip())
    decided(first)
    run_id = missing.run["run_id"]
    for name in (HEAD, BODY):  # as a run of an earlier release: what tools were told is read itself
        missing.folder.s3.delete_object(
            Bucket=missing.runs_bucket, Key=missing.folder.prefix + name
        )
    for where in ("/today", "/child", f"/child/{a_pupil(12).id}", "/school", "/nights",
                  f"/school/{a_pupil(12).school}", f"/nights/{run_id}",
                  f"/nights/{run_id}/files/report.html", "/rehearsal", "/record"):  # fmt: skip
        assert first.open(where).status in {200, 303}, where
    two_people(office, first, second)
    a_letter(office)
    first.open("/operate")
    first.open("/operate/history")
    first.open(placed(office, first.open("/arrived").text, a_drop(11).zip()))
    sent_by_hand(office, first)
    office.nights.tomorrow()
    office.nights.run(a_drop(13).zip())
    given = a_password_file({a_pupil(13).account: "Sakura-132026x"})
    form = first.open("/passwords").text
    checked = first.open(placed(office, form, given, "PASSWORDS_BUCKET"))
    made(first)
    assert first.send(checked, "/passwords/start").status == 303
    office.at_desk(office.hire("newcomer", *Role, city="other")).open("/passwords")  # no rules yet
    first.send(first.open("/record"), "/record/csv")
    first.send(first.open("/today"), "/sign-out")


def sent_by_hand(office: Office, clerk: Clerk) -> None:
    """An answered list, and a tool's receipt."""
    for path, body in (
        ("/arrived?send=decisions", a_csv([(a_pupil(12).id, "停止")])),
        ("/arrived?send=tool-receipt&tool=lgate", b"line,result\n2,OK\n"),
    ):
        checked = clerk.open(placed(office, clerk.open(path).text, body))
        assert clerk.send(checked, "/arrived/start").status == 303


def decided(clerk: Clerk) -> None:
    page = clerk.open("/decide")
    clerk.send(page, "/decide", **{f"d-{a_pupil(12).id}": "suspend"})
    clerk.send(clerk.open("/decide"), "/decide/back")


def two_people(office: Office, first: Clerk, second: Clerk) -> None:
    oid = first.who.oid
    first.send(first.open("/operate"), "/operate/posts/propose", oid=oid, school="*", reason="同じ")
    second.send(second.open("/operate"), "/operate/posts/confirm")
    text = RULES + "# 見直し\n"
    checked = first.send(first.open("/operate"), "/operate/rules/check", rules=text)
    first.send(checked, "/operate/rules/propose", rules=text, reason="見直し")
    assert second.send(second.open("/operate"), "/operate/rules/confirm").status == 303


def made(clerk: Clerk) -> None:
    page = clerk.open("/passwords")
    clerk.send(page, "/passwords/make", school="", key=KEY, key_again=KEY)
    assert clerk.send(clerk.open("/passwords"), "/passwords/slips").status == 200
    assert clerk.send(clerk.open("/passwords"), "/passwords/workbook").status == 200


@pytest.fixture
def lived(office: Office) -> Office:
    morning(office)
    return office


def test_something_needs_each_statement_and_none_is_spare(lived: Office) -> None:
    roles, template = lived.nights.lambdas.roles, Resolver(names_here(), resources())
    needless, spare = [], []
    for function in PAGES:
        calls = {call for who, call in roles.asked if who == function}
        own = statements(function)
        for statement in own:
            left = template.resolve([s for s in own if s["Sid"] != statement["Sid"]])
            if all(allows(left, call) for call in calls):
                needless.append((function, statement["Sid"]))
            (resolved,) = template.resolve([statement])
            for action in as_list(resolved["Action"]):
                one = resolved | {"Action": action}
                if not any(allows([one], call) for call in calls):
                    spare.append((function, statement["Sid"], action))
    assert needless == []
    assert {one for one in spare if one not in ELSEWHERE} == set()
