"""A rehearsal looks at the Teams that are there; where it may not, it says so and goes on."""

from __future__ import annotations

from typing import Any

import pytest

from kakehashi.diff.staff_plan import StaffPlan
from kakehashi.edges.diff.teams_rehearsed import rehearse_teams
from kakehashi.edges.errors import DirectoryDown, PermissionLost
from tests.builders import TODAY, a_city


class Shut:
    """Groups that nobody may read."""

    def __init__(self, why: Exception) -> None:
        self.why = why

    def tenancy(self, *_: object) -> None:
        raise self.why


class Told:
    """Of a run's folder, what was put into it."""

    def put_findings(self, stage: str, findings: Any) -> None:
        self.found = [(stage, one.code, dict(one.facts)) for one in findings]


@pytest.mark.parametrize(
    ("why", "code"),
    [
        (PermissionLost("Authorization_RequestDenied", 403), "M028"),
        (DirectoryDown("ServiceUnavailable", 503), "M070"),
    ],
)
def test_groups_that_cannot_be_read_are_told_and_the_rehearsal_goes_on(why: Any, code: str) -> None:
    folder: Any = Told()
    groups: Any = Shut(why)
    state: Any = None
    rehearse_teams(folder, state, groups, a_city(staff={"class_teams": {}}), "demo",
                   desired=(), known=(), plan=StaffPlan("demo", TODAY), as_of=TODAY)  # fmt: skip
    assert folder.found == [("teams", code, {"count": 1, "code": why.code, "status": why.status})]
