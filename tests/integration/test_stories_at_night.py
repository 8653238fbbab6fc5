"""The city's business flows, as their stories tell them, through the real state machine."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from tests.cases.outcomes import one_by_one, places, wanted
from tests.cases.stories import Story
from tests.nights import Night, Nights

FLOWS = {
    "new_first_graders": "新入生",
    "transfer_from_outside": "市外からの転入",
    "transfer_within_the_city": "市内転出入",
    "leaver_is_only_proposed": "市外転出",
    "graduation": "卒業",
    "no_initial_password": "初期パスワード待ち",
}
FINAL = {"apply": {"applied", "unchanged"}, "awaiting-approval": {"awaiting-approval"}}


@pytest.fixture(params=FLOWS, ids=str)
def story(request: pytest.FixtureRequest) -> Story:
    return Story.read(request.param)


def test_the_story_ends_in_the_tenant_and_in_the_tools_as_it_is_told(
    nights: Nights, story: Story
) -> None:
    nights.given(story.known)
    nights.go_to(story.as_of)
    for file in story.passwords():
        nights.put_passwords(file.body)
    night = nights.run(story.zip())

    expect, summary, names = wanted(story), night.summary, story.names
    assert summary["verdict"] in FINAL[expect["verdict"]]
    assert summary["counts"] == expect["counts"]
    assert places(night.folder.findings()) == expect["findings"]
    proposed = {s: sorted(names[umi] for umi in ids) for s, ids in summary["proposed"].items()}
    assert {s: whom for s, whom in proposed.items() if whom} == expect["proposed"]
    held = {code: sorted(names[umi] for umi in ids) for code, ids in summary["held"].items()}
    assert held == expect["held"]
    assert_tenant(nights, story)
    assert_tools(nights, night)


def assert_tenant(nights: Nights, story: Story) -> None:
    users = {u["onPremisesExtensionAttributes"]["extensionAttribute1"]: u
             for u in nights.tenant.users()}  # fmt: skip
    for label, facts in story.expect.get("accounts", {}).items():
        for one in one_by_one([label]):
            user = users[story.labels[one]]
            status = "active" if user["accountEnabled"] else "suspended"
            assert {key: (user | {"status": status})[key] for key in facts} == facts
    assert not users.keys() & {story.labels[one] for one in story.expect.get("without_account", ())}


def assert_tools(nights: Nights, night: Night) -> None:
    """Each tool that got a file hears of exactly the pupils we have an account for."""
    known = {one.pupil.account for one in nights.state.pupils()}
    for delivery in night.summary["deliveries"]:
        with zipfile.ZipFile(BytesIO(nights.outbox()[delivery["file"]])) as archive:
            users = archive.read("users.csv").decode()
        assert {account for account in known if account in users} == known
        assert delivery["rows"]["users.csv"] == len(known)
