"""Whole nights: the state machine as it stands in infra/, every handler, AWS and the tenant."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from io import BytesIO
from typing import Any, Literal

import pytest

from kakehashi.city import parse
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from tests import builders
from tests.builders import a_drop, a_known, a_password_file, a_pupil
from tests.images import afterwards
from tests.lambdas import Killed
from tests.nights import RULES, STAGES, Night, Nights

CITY = parse(RULES)
MARK = "extensionAttribute1"
WHOLE = ["Receive", "Received", "Validate", "Validated", "Preprocess", "Preprocessed", "Diff",
         "Planned", "Provision", "ProvisionShard", "Groups", "Deliver", "DeliverTool",
         "DeliverTool", "Delivered", "Report", "Done"]  # fmt: skip
TO_THE_PLAN = [*WHOLE[:8], "Report", "Done"]


def password(n: int) -> str:
    return f"Hinagiku-{n:04}x"


def passwords(*pupils: int) -> bytes:
    return a_password_file({a_pupil(n).account: password(n) for n in pupils})


def known(count: int, **facts: Any) -> list[Record]:
    return [a_known(city=CITY, pupil=a_pupil(n, **facts)) for n in range(1, count + 1)]


def users_of(nights: Nights) -> dict[str, dict[str, Any]]:
    """Accounts of ours by userMasterIdentifier; each pupil has one at most."""
    marked = [u for u in nights.tenant.users() if u["onPremisesExtensionAttributes"][MARK]]
    found = {u["onPremisesExtensionAttributes"][MARK]: u for u in marked}
    assert len(found) == len(marked), "somebody has two accounts"
    return found


def assert_everybody_has_exactly(nights: Nights, pupils: Iterable[Pupil]) -> None:
    """Tenant and state hold these pupils and nobody else, every attribute as the rules say."""
    users, state = users_of(nights), {one.pupil.id: one for one in nights.state.pupils()}
    wanted = {pupil.id: account_of(pupil, CITY) for pupil in pupils}
    assert users.keys() == state.keys() == wanted.keys()
    for umi, account in wanted.items():
        marks = users[umi]["onPremisesExtensionAttributes"]
        assert {name: users[umi].get(name, marks.get(name)) for name in account} == account
        assert users[umi]["accountEnabled"]
        assert (state[umi].object_id, dict(state[umi].account)) == (users[umi]["id"], account)


def assert_the_city_is_free(nights: Nights) -> None:
    assert nights.state.lease() is None


def usernames(zipped: bytes) -> set[str]:
    with zipfile.ZipFile(BytesIO(zipped)) as archive:
        text = archive.read("users.csv").decode("utf-8-sig")
    return {a_pupil(n).account for n in range(1, 50) if a_pupil(n).account in text}


# -- the ordinary life of a city -------------------------------------------------------------------


def test_the_first_night_waits_for_a_person_and_then_everybody_has_an_account(
    nights: Nights,
) -> None:
    drop = a_drop(7)
    first = nights.run(drop.zip(), passwords=passwords(*range(1, 8)))
    assert (first.status, first.verdict, first.history) == (
        "SUCCEEDED",
        "awaiting-approval",
        TO_THE_PLAN,
    )
    assert nights.tenant.users() == []
    assert nights.outbox() == {}
    assert_the_city_is_free(nights)

    second = nights.approve(first.summary)
    assert (second.status, second.verdict) == ("SUCCEEDED", "applied")
    assert second.history == [*WHOLE[:2], *WHOLE[8:]]
    assert_everybody_has_exactly(nights, [a_pupil(n) for n in range(1, 8)])
    assert all(nights.tenant.knows_password(a_pupil(n).account, password(n)) for n in range(1, 8))
    zips = [body for key, body in nights.outbox().items() if key.endswith(".zip")]
    assert len(zips) == 2
    assert all(usernames(one) == {a_pupil(n).account for n in range(1, 8)} for one in zips)
    assert [mail.splitlines()[0].split(": ")[1] for mail in nights.mails()] == [
        "awaiting-approval",
        "applied",
    ]
    assert nights.letters() == []
    assert_the_city_is_free(nights)


def test_the_same_drop_again_is_already_done_and_nothing_anywhere_moves(nights: Nights) -> None:
    nights.given(known(4))
    drop = a_drop(4).zip()
    assert nights.run(drop).verdict == "unchanged"
    before = nights.everything()
    again = nights.run(drop)
    assert (again.verdict, again.history) == (
        "already-done",
        ["Receive", "Received", "Report", "Done"],
    )
    after = {
        key: mark for key, mark in nights.everything().items() if again.run["run_id"] not in key
    }
    assert changed(before, after) <= {"CITY#demo STATE", "CITY#demo NEWEST_DROP"}


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def test_a_rerun_and_a_new_export_of_the_same_roster_change_nothing(nights: Nights) -> None:
    nights.given(known(6))
    drop = a_drop(6)
    assert nights.run(drop.zip()).verdict == "unchanged"
    nights.tenant.recount()
    for night in (nights.rerun(), nights.run(drop.with_new_ids().shuffled().zip())):
        assert (night.status, night.verdict) == ("SUCCEEDED", "unchanged")
        assert night.summary["counts"] == {"CONFIRMED": 6}
    assert nights.tenant.count("writes") == 0
    assert_everybody_has_exactly(nights, [a_pupil(n) for n in range(1, 7)])


def test_a_refused_drop_changes_nothing_and_says_why(nights: Nights) -> None:
    nights.given(known(4))
    files = a_drop(4).files()
    files["users.csv"] = files["users.csv"].decode().encode("cp932")
    before = nights.everything()
    night = nights.run(builders.zip_bytes(files))
    assert (night.status, night.verdict) == ("SUCCEEDED", "refused")
    assert night.history[-3:] == ["Validated", "Report", "Done"]
    assert night.summary["findings"]["F040"] == 1
    moved = changed(before, nights.everything())
    assert not {key for key in moved if "PUPIL#" in key or "TOOL#" in key or "outbox" in key}
    assert "tenant" not in moved
    assert_the_city_is_free(nights)


def test_a_rehearsal_writes_nothing_outside_its_run_folder_and_is_recognised_on_the_day(
    nights: Nights,
) -> None:
    nights.given(known(5, class_title="3年1組"))
    drop = a_drop(7).zip()
    nights.put_passwords(passwords(6, 7))
    nights.put("INBOX_BUCKET", "staging/demo/roster.zip", drop)  # run() puts the same bytes there
    before = nights.everything()
    night = nights.run(drop, mode="rehearse", as_of=builders.TODAY)
    assert (night.status, night.verdict) == ("SUCCEEDED", "rehearsed")
    assert night.summary["counts"] == {"CHANGED": 5, "NEW": 2, "TRANSFER_IN": 2, "UPDATED": 5}
    moved = changed(before, nights.everything())
    assert {key for key in moved if night.run["prefix"] not in key} == set()
    assert "report.html" in night.folder.names()
    assert nights.run(drop).summary["checksum"] == night.summary["checksum"]


# -- approvals -------------------------------------------------------------------------------------


@pytest.fixture
def waiting(nights: Nights) -> Night:
    """Half of the city is missing: the plan waits for somebody to accept S004 and S014."""
    return afterwards(nights, half_are_missing)


def half_are_missing(nights: Nights) -> Night:
    nights.given(known(12))
    night = nights.run(a_drop(6).zip())
    assert night.verdict == "awaiting-approval"
    assert {breach["code"] for breach in night.summary["breaches"]} == {"S004", "S014"}
    return night


def assert_refused_for(nights: Nights, night: Night, waiting: Night, codes: set[str]) -> None:
    """Every reason is told at once, and the plan is still what it was."""
    assert (night.status, night.verdict) == ("SUCCEEDED", "refused")
    assert {finding.code for finding in night.folder.findings("receive")} == codes
    assert night.history == ["Receive", "Received", "Report", "Done"]
    assert waiting.verdict == "awaiting-approval"
    assert nights.state.run(waiting.run["run_id"]).verdict == "awaiting-approval"
    assert_the_city_is_free(nights)


def test_a_wrong_checksum_and_a_missing_code_are_refused_together(
    nights: Nights, waiting: Night
) -> None:
    before = nights.everything()
    wrong = nights.approve(waiting.summary, checksum="0" * 64, accept=["S004", "S001"])
    assert_refused_for(nights, wrong, waiting, {"S901", "S904", "S905"})
    moved = changed(before, nights.everything())
    assert {key for key in moved if "approvals/" not in key} <= {
        "CITY#demo STATE",
        f"CITY#demo RUN#{waiting.run['run_id']}",
    }
    assert nights.approve(waiting.summary).verdict == "unchanged"
    assert len(users_of(nights)) == 12, "absence is no order, approved or not"

    again = nights.approve(waiting.summary)
    assert again.verdict == "refused"
    assert {f.code for f in again.folder.findings("receive")} == {"S907"}, "one reason, not three"
    assert nights.state.run(waiting.run["run_id"]).verdict == "unchanged"


def test_a_plan_is_stale_once_another_run_has_been_applied(nights: Nights, waiting: Night) -> None:
    assert nights.run(a_drop(13).zip(), passwords=passwords(13)).verdict == "applied"
    stale = nights.approve(waiting.summary, accept=[])
    assert_refused_for(nights, stale, waiting, {"S903", "S904"})
    assert len(users_of(nights)) == 13


def test_a_plan_made_under_other_rules_or_a_week_ago_is_stale(
    nights: Nights, waiting: Night
) -> None:
    nights.put_rules(RULES + "[limits.city.gone]\nshare = 0.9\nnumber = 9\n")
    for _ in range(8):
        nights.tomorrow()
    assert_refused_for(nights, nights.approve(waiting.summary), waiting, {"S906", "S909"})


# -- failures --------------------------------------------------------------------------------------

SPOTS: list[tuple[str, Literal["before", "after"]]] = [
    *((stage, "before") for stage in STAGES),
    ("receive", "after"),
    ("provision", "after"),
]


def test_whatever_stage_fails_the_night_ends_red_is_queued_and_the_next_one_works(
    nights: Nights,
) -> None:
    nights.given(known(3, class_title="3年1組"))
    for number, (stage, when) in enumerate(SPOTS):
        drop = a_drop(3)
        drop.rows["classes.csv"][0]["title"] = f"3年{number}0組"
        nights.lambdas.trouble(stage, when, LookupError())
        night = nights.run(drop.zip())
        assert_ended_red(nights, night, stage)
    assert nights.run(a_drop(3).zip()).verdict == "applied"
    assert_everybody_has_exactly(nights, [a_pupil(n) for n in range(1, 4)])


def assert_ended_red(nights: Nights, night: Night, stage: str) -> None:
    """Queued, told, reported, and the city is free for the next run."""
    assert (night.status, night.why) == ("FAILED", "LookupError"), stage
    assert night.history[-3:] == ["DeadLetter", "ReportFailure", "Failed"]
    (letter,) = nights.letters()
    assert (letter["city"], letter["stage"], letter["error"]) == ("demo", stage, "LookupError")
    assert order_in(letter)["city"] == "demo"
    if stage != "receive":  # which makes the run
        assert letter["run_id"] == night.run["run_id"]
        assert night.verdict == "failed"
        assert "report.html" in night.folder.names()
    assert "failed" in nights.mails()[-1].splitlines()[0]
    assert_the_city_is_free(nights)


def order_in(letter: dict[str, Any]) -> dict[str, Any]:
    """The input that a dead letter says to start again with."""
    return dict(letter["again"])


@pytest.mark.parametrize("operation", ["dynamodb.UpdateItem", "s3.PutObject"])
def test_a_drop_that_receive_died_on_is_taken_in_by_what_the_dead_letter_says(
    nights: Nights, operation: str
) -> None:
    nights.given(known(3))
    nights.run(a_drop(3).zip())
    with nights.lambdas.dying_at(operation):
        night = nights.run(a_drop(4).zip(), passwords=passwords(4))
    assert (night.status, night.history[-3]) == ("FAILED", "DeadLetter")
    (letter,) = nights.letters()
    assert nights.start(order_in(letter)).verdict == "applied"
    assert_everybody_has_exactly(nights, [a_pupil(n) for n in range(1, 5)])


def test_provision_that_dies_between_graph_and_state_makes_nobody_twice(nights: Nights) -> None:
    nights.given(known(20))
    with nights.lambdas.dying_at("dynamodb.PutItem", 3):
        night = nights.run(a_drop(25).zip(), passwords=passwords(*range(21, 26)))
    assert (night.status, night.why) == ("FAILED", "Runtime.ExitError")
    assert len(users_of(nights)) == 25, "Graph had said yes to all"
    assert len(list(nights.state.pupils())) == 22, "and we had written down two"
    assert [letter["stage"] for letter in nights.letters()] == ["provision"]

    again = nights.rerun()
    assert (again.status, again.verdict) == ("SUCCEEDED", "applied")
    assert_everybody_has_exactly(nights, [a_pupil(n) for n in range(1, 26)])
    assert nights.tenant.count("deletes") == 0
    assert nights.rerun().verdict == "unchanged"


def test_a_killed_approval_is_gone_on_with_by_a_rerun(nights: Nights) -> None:
    first = nights.run(a_drop(7).zip(), passwords=passwords(*range(1, 8)))
    nights.lambdas.trouble("provision", "before", Killed())
    assert nights.approve(first.summary).status == "FAILED"
    again = nights.rerun()
    assert again.verdict == "awaiting-approval"
    assert nights.approve(again.summary).verdict == "applied"
    assert_everybody_has_exactly(nights, [a_pupil(n) for n in range(1, 8)])


# -- what may be said ------------------------------------------------------------------------------


def test_nobody_is_named_in_logs_metrics_payloads_queues_mails_or_errors(nights: Nights) -> None:
    drop = a_drop(12)
    drop.add_pupil(familyName="髙橋", preferredFamilyName="髙橋")
    drop.add_pupil(enabledUser="perhaps")
    drop.add_pupil(account=a_pupil(1).account)
    nights.given([*known(9)[2:], *known(2, class_title="3年1組")])
    nights.tenant.give({"userPrincipalName": a_pupil(12).account, "displayName": a_pupil(12).given})
    nights.tenant.settings(quota=len(nights.tenant.users()) + 1)  # one of two new accounts fits
    applied = nights.run(drop.zip(), passwords=passwords(*range(1, 15)))

    def damage(event: Any) -> None:
        """An action with a name where its kind should be: Python's complaint will quote it."""
        folder = f"{event['prefix']}actions/0001.jsonl"
        fields = ("pupil", "situation", "before", "after", "account", "password", "object_id")
        line = {"kind": a_pupil(3).family} | dict.fromkeys(fields)
        nights.put("RUNS_BUCKET", folder, json.dumps(line).encode())

    nights.lambdas.trouble("provision", "before", damage)
    drop.rows["users.csv"][2]["preferredGivenName"] = a_pupil(3).family
    failed = nights.run(drop.zip())
    assert (applied.verdict, failed.why) == ("applied", "OtherRelease")
    assert applied.summary["findings"].keys() >= {"D051", "N003", "S065", "M008"}

    nobody, ids = personal(drop), {row["userMasterIdentifier"] for row in drop.rows["users.csv"]}
    letters = json.dumps(nights.letters(), ensure_ascii=False)
    assert_silent([nights.lambdas.said.getvalue(), *nights.mails(), letters], nobody | ids)
    for night in (applied, failed):
        payloads = [json.dumps(one, ensure_ascii=False) for one in night.execution.payloads]
        assert max(map(len, payloads)) < 2048
        assert_silent([*payloads, *night.execution.causes], nobody | ids)
        findings = (night.folder.need(name).decode() for name in night.folder.names("findings/"))
        assert_silent([*findings, json.dumps(night.summary, ensure_ascii=False)], nobody)


def personal(drop: builders.Drop) -> set[str]:
    """Every name, kana, account and class title of a roster, and every initial password."""
    columns = ("givenName", "familyName", "metadata.jp.kanaGivenName", "metadata.jp.kanaFamilyName",
               "username")  # fmt: skip
    users = drop.rows["users.csv"]
    words = {row[column] for row in users for column in columns}
    words |= {row["title"] for row in drop.rows["classes.csv"]}
    return words | {password(n) for n in range(1, len(users) + 1)}


def assert_silent(texts: Iterable[str], words: set[str]) -> None:
    assert not {word for text in texts for word in words if word in text}
