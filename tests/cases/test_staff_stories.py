"""The stories of 教職員: their plan, their groups, and what two tools are told of them."""

from __future__ import annotations

import tomllib

import pytest

from kakehashi import oneroster
from kakehashi.preprocess.cleaning import preprocess
from tests.cases import employed
from tests.cases.stories import HERE, STORIES, Story
from tests.cases.test_stories import live
from tests.unit.diff.nights import carried_out

OF_STAFF = [
    name for name in STORIES if "staff" in tomllib.loads((HERE / name / "story.toml").read_text())
]


@pytest.mark.parametrize("name", OF_STAFF)
def test_the_staff_end_as_the_story_says(name: str) -> None:
    story = Story.read(name)
    pupils = live(story, story.known, story.tenant())
    assert pupils.plan
    settled, _ = carried_out(pupils.plan, story.known, story.tenant(), story.as_of)
    package = oneroster.open_package(story.files())
    cleaned = preprocess(package, pupils.findings, story.city, story.as_of, story.passwords())
    night = employed.live(story, cleaned, package)
    assert employed.told(night, list(settled)) == employed.wanted(story)
