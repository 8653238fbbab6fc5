"""The city's business flows, as their stories tell them, through the real state machine.

A story in which staff decide is two runs: the evening before, whose report they read, and the run
that their list starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.cases.outcomes import Where, one_by_one, places, wanted
from tests.cases.stories import Story
from tests.nights import Night, Nights
from tests.staff import Board
from tests.unit.deliver.receiver import Receiver

FLOWS = {
    "new_first_graders": "新入生",
    "transfer_from_outside": "市外からの転入",
    "no_initial_password": "市外からの転入、初期パスワード待ち",
    "transfer_within_the_city": "市内転出入",
    "two_rows_after_a_transfer": "市内転出入、行が二つ",
    "leaver_is_only_proposed": "市外転出",
    "leaver_suspended_by_staff": "市外転出、利用停止",
    "leaver_deleted_only_when_marked_again": "市外転出、削除",
    "returner_restored": "市外転出、戻ってきた",
    "back_before_anybody_decided": "市外転出、決まる前に戻ってきた",
    "graduation": "卒業",
    "april_everybody_one_grade_up": "年次更新",
    "april_one_school_not_promoted": "年次更新、一校だけ進級していない",
    "unmarked_account_linked_by_staff": "名寄せ",
}
WORDS = {"suspend": "停止", "delete": "削除", "link": "連携", "keep": "保留"}
MISREADINGS = {"D101", "D102", "D103", "D104"}  # notes of a receiver's, which no story is about
FINAL = {"apply": {"applied", "unchanged"}, "awaiting-approval": {"awaiting-approval"}}


@pytest.fixture(params=FLOWS, ids=str)
def story(request: pytest.FixtureRequest) -> Story:
    return Story.read(request.param)


def test_the_story_ends_in_the_tenant_and_in_the_tools_as_it_is_told(
    nights: Nights, story: Story
) -> None:
    before_that(nights, story)
    nights.go_to(story.as_of)
    night = tonight(nights, story)

    expect, summary, names = wanted(story), night.summary, story.names
    assert summary["verdict"] in FINAL[expect["verdict"]]
    assert summary["counts"] == expect["counts"]
    ours = (f for f in night.folder.findings() if f.code not in MISREADINGS)
    assert sorted(map(unlisted, places(ours))) == expect["findings"]
    proposed = {s: sorted(names[umi] for umi in ids) for s, ids in summary["proposed"].items()}
    assert {s: whom for s, whom in proposed.items() if whom} == expect["proposed"]
    held = {code: sorted(names[umi] for umi in ids) for code, ids in summary["held"].items()}
    assert held == expect["held"]
    assert_tenant(nights, story)
    assert_tools(nights, summary)


def assert_tenant(nights: Nights, story: Story) -> None:
    users = {u["onPremisesExtensionAttributes"]["extensionAttribute1"]: u
             for u in nights.tenant.users()}  # fmt: skip
    for label, facts in story.expect.get("accounts", {}).items():
        for one in one_by_one([label]):
            user = users[story.labels[one]]
            status = "active" if user["accountEnabled"] else "suspended"
            assert {key: (user | {"status": status})[key] for key in facts} == facts
    assert not users.keys() & {story.labels[one] for one in story.expect.get("without_account", ())}


def unlisted(place: Where) -> Where:
    """A story's decisions stand in no file, so what is said of one has no place there."""
    return ("", 0, "", place[3]) if place[0].endswith("list.csv") else place


def before_that(nights: Nights, story: Story) -> None:
    """Whom earlier nights knew, and who else has an account in the tenant."""
    nights.given(story.known)
    ours = {one.object_id for one in story.known}
    for account in story.tenant():
        if account.object_id not in ours:
            nights.tenant.give({"userPrincipalName": account.sign_in, "displayName": "だれか"})


def tonight(nights: Nights, story: Story) -> Night:
    for file in story.passwords():
        nights.put_passwords(file.body)
    decisions = story.decisions()
    if not decisions:
        return nights.run(story.zip())
    nights.go_to(story.as_of - timedelta(days=1))
    nights.run(story.zip())
    nights.go_to(story.as_of)
    return Board(nights).mark(*((umi, WORDS[word]) for umi, word in decisions.items()))


def assert_tools(nights: Nights, summary: Mapping[str, Any]) -> None:
    """Each tool, having taken in what it was handed, shows what the tenant has of our pupils."""
    if summary["verdict"] == "awaiting-approval":
        assert nights.outbox() == {}
        return
    ours = {u["onPremisesExtensionAttributes"]["extensionAttribute1"]: u
            for u in nights.tenant.users()}  # fmt: skip
    ours.pop(None, None)
    wanted = {umi: as_shown(user) for umi, user in ours.items()}
    for tool in ("lgate", "interactive_study"):
        receiver = Receiver()
        for key, body in sorted(nights.outbox().items()):
            if f"/{tool}/" in key and key.endswith(".zip"):
                receiver.take(body)
        shown = {umi: (*row[:4], *row[6:]) for umi, row in receiver.pupils().items()}
        assert shown == wanted


def as_shown(user: Mapping[str, Any]) -> tuple[str, ...]:
    enabled = "true" if user["accountEnabled"] else "false"
    names = ("userPrincipalName", "surname", "givenName", "officeLocation", "department")
    return (enabled, *(user.get(name) or "" for name in names))
