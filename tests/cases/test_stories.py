"""Every folder here is a story; this file reads them all. A new story needs no Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from kakehashi import oneroster
from kakehashi.diff.counting import LastNight
from kakehashi.diff.planning import make_plan
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Listed
from kakehashi.findings import refuses, soften
from kakehashi.people.record import Record
from kakehashi.preprocess.cleaning import preprocess
from tests.cases.outcomes import Outcome, one_by_one, told, wanted
from tests.cases.stories import STORIES, Story
from tests.unit.diff.nights import SERIAL, carried_out

GOES_ON = {"apply", "awaiting-approval"}


def live(
    story: Story,
    known: Iterable[Record],
    tenant: Iterable[Listed],
    last_night: LastNight | None = None,
) -> Outcome:
    """One night on the pure path, as the first four states do it."""
    package = oneroster.open_package(story.files())
    checked = oneroster.check(package, story.city.source.versions)
    findings = tuple(soften(checked, story.city.effects))
    if refuses(findings):
        return Outcome("refused", findings)
    cleaned = preprocess(package, findings, story.city, story.as_of, story.passwords())
    findings += cleaned.findings
    if refuses(findings):
        return Outcome("refused", findings)
    plan = make_plan(
        cleaned.desired,
        cleaned.held,
        known,
        tenant,
        story.city,
        shape=account_of,
        city_code="demo",
        serial=SERIAL,
        as_of=story.as_of,
        decisions=story.decisions(),
        last_night=last_night,
        missing=story.missing(),
    )
    findings += tuple(soften(plan.findings, story.city.effects))
    return Outcome(plan.verdict(rehearse=False), findings, plan)


@pytest.fixture(params=STORIES)
def story(request: pytest.FixtureRequest) -> Story:
    return Story.read(request.param)


def test_the_night_ends_as_the_story_says(story: Story) -> None:
    outcome = live(story, story.known, story.tenant())
    assert told(story, outcome) == wanted(story)
    after = _after(story, outcome)
    for label, facts in story.expect.get("accounts", {}).items():
        for one in one_by_one([label]):
            found = after[story.labels[one]]
            assert {key: found[key] for key in facts} == facts
    for label in one_by_one(story.expect.get("without_account", [])):
        assert story.labels[label] not in after


def _after(story: Story, outcome: Outcome) -> dict[str, dict[str, Any]]:
    """What we know of each pupil when the plan is carried out, account properties on top."""
    known: Iterable[Record] = story.known
    if outcome.plan:
        known, _ = carried_out(outcome.plan, story.known, story.tenant(), story.as_of)
    return {
        one.pupil.id: one.pupil.facts() | {"status": str(one.status)} | dict(one.account)
        for one in known
    }


def test_the_same_roster_once_more_changes_nothing_more(story: Story) -> None:
    outcome = live(story, story.known, story.tenant())
    if outcome.plan is None or outcome.verdict not in GOES_ON:
        assert outcome.verdict == "refused"
        return
    known, tenant = carried_out(outcome.plan, story.known, story.tenant(), story.as_of)
    last_night = LastNight.of(outcome.plan.header())
    again = live(story, known, tenant, last_night)
    assert again.plan is not None
    assert (again.verdict, again.plan.actions) == ("apply", ())
