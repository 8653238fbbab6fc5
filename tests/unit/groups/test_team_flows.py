"""What is said to Graph about class Teams, and what is made of its answers."""

from __future__ import annotations

from typing import Any

import pytest

from kakehashi.directories.microsoft365 import team_flows
from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.exchange import Exchange, wait_before_retry
from kakehashi.directories.microsoft365.group_requests import DESCRIPTION, list_groups
from kakehashi.directories.microsoft365.team_flows import LOOKS, TRIES, Waits
from kakehashi.directories.microsoft365.team_requests import ARCHIVED, make_team
from kakehashi.directories.port import (
    ArchiveTeam,
    MakeClass,
    MakeTeam,
    ReopenTeam,
    Settled,
    Stopped,
)
from tests.builders import an_id
from tests.unit.provision.conversations import NO_CONTENT, NOT_FOUND, hold, refused, said

TEAM, OPERATION = an_id("team"), an_id("operation")
MARK = "kakehashi-demo-team-2026-0123456789"
WAITS = Waits()
ACCEPTED = Answer(202, {"location": f"/teams('{TEAM}')/operations('{OPERATION}')"})
LOOK = f"GET /teams('{TEAM}')/operations('{OPERATION}')"
THERE = refused(409, "Conflict", '… "message":"The group is already provisioned" …')
OWNERLESS = refused(400, "BadRequest", "Group x must have one or more owners in order to create")
NO_CLASS = refused(400, "BadRequest", "can not be provisioned using a group which does not belong")


def operation(status: str, **facts: Any) -> Answer:
    return Answer(200, {}, {"status": status} | facts)


def team(**facts: Any) -> Answer:
    return Answer(200, {}, {"description": "3年2組", "isArchived": False} | facts)


def listing(*groups: dict[str, Any]) -> Answer:
    return Answer(200, {}, {"value": list(groups)})


def make(*answers: Answer) -> Any:
    return hold(team_flows.flow(MakeTeam(TEAM), 3, WAITS), *answers)


def why(outcome: Any) -> tuple[str, str, int, bool]:
    assert isinstance(outcome, Stopped)
    facts = outcome.facts
    return outcome.rule.code, str(facts["code"]), int(facts["status"]), outcome.failed


def test_a_team_is_made_of_its_class_and_watched_until_it_is_done() -> None:
    asked, outcome = make(ACCEPTED, operation("inProgress"), operation("succeeded"))
    assert said(asked) == ["POST /teams", LOOK, LOOK]
    assert asked[0].body == {
        "template@odata.bind": "https://graph.microsoft.com/v1.0/teamsTemplates('educationClass')",
        "group@odata.bind": f"https://graph.microsoft.com/v1.0/groups('{TEAM}')",
    }
    assert [one.after for one in asked] == [3 * WAITS.between, WAITS.working, WAITS.working]
    assert outcome == Settled(TEAM)


@pytest.mark.parametrize("new", [NOT_FOUND, OWNERLESS])
def test_a_group_that_teams_does_not_know_yet_is_tried_three_times_more(new: Answer) -> None:
    asked, outcome = make(new, new, ACCEPTED, operation("succeeded"))
    assert said(asked) == [*["POST /teams"] * 3, LOOK]
    assert [one.after for one in asked[1:3]] == [10.0, 10.0]
    assert outcome == Settled(TEAM)
    asked, outcome = make(*[new] * TRIES)
    assert len(asked) == TRIES
    assert why(outcome)[3] is False, "the next night: no failure"


def test_a_team_that_is_there_is_as_good_and_is_not_asked_for_ten_times() -> None:
    assert make(THERE) == ([make_team(TEAM, 3 * WAITS.between)], Settled(TEAM))
    assert wait_before_retry(make_team(TEAM), THERE, 1, 0, 0.5) is None
    busy = refused(409, "Directory_ConcurrencyViolation")
    assert wait_before_retry(make_team(TEAM), busy, 1, 0, 0.5) is not None


def test_what_teams_refuses_or_fails_to_do_is_told() -> None:
    assert why(make(NO_CLASS)[1]) == ("M080", "BadRequest", 400, True)
    assert why(make(refused(403, "Forbidden"))[1]) == ("M080", "Forbidden", 403, True)
    failed = operation("failed", error={"code": "InternalServerError", "message": "3年2組"})
    assert why(make(ACCEPTED, failed)[1]) == ("M080", "InternalServerError", 202, True)
    odd = operation("failed", error={"code": "a word 3年2組", "message": ""})
    assert why(make(ACCEPTED, odd)[1]) == ("M080", "NoErrorCode", 202, True)


def test_what_is_not_done_in_time_is_left_to_the_next_night() -> None:
    asked, outcome = make(ACCEPTED, *[operation("inProgress")] * LOOKS)
    assert said(asked)[1:] == [LOOK] * LOOKS
    assert why(outcome) == ("M080", "inProgress", 202, False)
    assert why(make(Answer(202, {"location": "https://elsewhere.example/"}))[1])[3] is False


def test_a_class_is_made_with_our_mark() -> None:
    flow = team_flows.flow(MakeClass(MARK, "見本小 3年2組"), 0, WAITS)
    asked, outcome = hold(flow, listing(), Answer(201, {}, {"id": TEAM}))
    assert said(asked) == ["GET /groups", "POST /education/classes"]
    body = {"displayName": "見本小 3年2組", "description": DESCRIPTION, "mailNickname": MARK}
    assert asked[1].body == body
    assert outcome == Settled(TEAM)


def test_a_class_made_by_a_try_that_nobody_heard_of_is_found_by_its_mark() -> None:
    taken = refused(400, text="Another object with the same value for property mailNickname "
                    "already exists.", ObjectConflict="mailNickname")  # fmt: skip
    flow = team_flows.flow(MakeClass(MARK, "x"), 0, WAITS)
    asked, outcome = hold(flow, listing(), taken, listing({"id": TEAM}))
    assert said(asked) == ["GET /groups", "POST /education/classes", "GET /groups"]
    assert outcome == Settled(TEAM)
    flow = team_flows.flow(MakeClass(MARK, "x"), 0, WAITS)
    assert why(hold(flow, listing(), refused(403, "Forbidden"))[1])[3] is True
    flow = team_flows.flow(MakeClass(MARK, "x"), 0, WAITS)
    assert why(hold(flow, refused(503, "ServiceUnavailable"))[1])[0] == "M080"


def test_only_a_team_of_somebody_else_is_in_the_way_of_a_class() -> None:
    theirs = {"id": an_id("x"), "mailNickname": "Class1", "resourceProvisioningOptions": ["Team"]}
    flow = team_flows.flow(MakeClass(MARK, "x"), 0, WAITS)
    asked, outcome = hold(flow, listing(theirs))
    assert said(asked) == ["GET /groups"]
    assert isinstance(outcome, Stopped)
    assert (outcome.rule.code, outcome.failed) == ("M081", False)
    others = theirs | {"mailNickname": MARK.replace("demo", "demo-team")}
    flow = team_flows.flow(MakeClass(MARK, "x"), 0, WAITS)
    assert isinstance(hold(flow, listing(others))[1], Stopped), "another city's"
    security = theirs | {"resourceProvisioningOptions": []}
    flow = team_flows.flow(MakeClass(MARK, "x"), 0, WAITS)
    assert hold(flow, listing(security), Answer(201, {}, {"id": TEAM}))[1] == Settled(TEAM)


def test_our_own_team_of_a_corrected_class_is_not_in_the_way_of_the_new_one() -> None:
    """A title or a school's code was corrected, and back; or the name is still the same."""
    old = {"id": an_id("x"), "mailNickname": "kakehashi-demo-team-2026-abcdef0123",
           "resourceProvisioningOptions": ["Team"]}  # fmt: skip
    flow = team_flows.flow(MakeClass(MARK, "x"), 0, WAITS)
    assert hold(flow, listing(old), Answer(201, {}, {"id": TEAM}))[1] == Settled(TEAM)


def test_a_team_is_archived_once_and_its_group_says_so() -> None:
    flow = team_flows.flow(ArchiveTeam(TEAM), 2, WAITS)
    asked, outcome = hold(flow, team(), ACCEPTED, operation("succeeded"), NO_CONTENT)
    assert said(asked) == [f"GET /teams/{TEAM}", f"POST /teams/{TEAM}/archive", LOOK,
                           f"PATCH /groups/{TEAM}"]  # fmt: skip
    assert asked[1].body == {}, "read-only files are not for an app by itself"
    assert asked[3].body == {"description": f"{ARCHIVED}\n3年2組"}
    assert outcome == Settled(TEAM)


def test_a_team_that_is_archived_or_gone_already_is_as_good() -> None:
    flow = team_flows.flow(ArchiveTeam(TEAM), 0, WAITS)
    asked, outcome = hold(flow, team(isArchived=True, description=ARCHIVED), NO_CONTENT)
    assert asked[1].body == {"description": ARCHIVED}
    assert outcome == Settled(TEAM)
    assert hold(team_flows.flow(ArchiveTeam(TEAM), 0, WAITS), NOT_FOUND)[1] == Settled(TEAM)


def test_a_team_is_not_called_archived_before_it_is() -> None:
    flow = team_flows.flow(ArchiveTeam(TEAM), 0, WAITS)
    asked, outcome = hold(flow, team(), ACCEPTED, *[operation("inProgress")] * LOOKS)
    assert f"PATCH /groups/{TEAM}" not in said(asked)
    assert why(outcome)[3] is False
    flow = team_flows.flow(ArchiveTeam(TEAM), 0, WAITS)
    assert why(hold(flow, team(), refused(400, "BadRequest"))[1]) == (
        "M080", "BadRequest", 400, True)  # fmt: skip


def test_a_team_is_opened_again_and_bears_its_own_description() -> None:
    flow = team_flows.flow(ReopenTeam(TEAM), 0, WAITS)
    archived = team(isArchived=True, description=f"{ARCHIVED}\n3年2組")
    asked, outcome = hold(flow, archived, ACCEPTED, operation("succeeded"), NO_CONTENT)
    assert said(asked)[1] == f"POST /teams/{TEAM}/unarchive"
    assert asked[3].body == {"description": "3年2組"}
    assert outcome == Settled(TEAM)
    flow = team_flows.flow(ReopenTeam(TEAM), 0, WAITS)
    asked, _ = hold(flow, team(description=ARCHIVED), NO_CONTENT)
    assert asked[1].body == {"description": DESCRIPTION}, "no group goes without one"


def test_teams_are_begun_one_after_the_other() -> None:
    flows = [(n, team_flows.flow(MakeTeam(TEAM), n, WAITS)) for n in range(12)]
    exchange = Exchange(flows)
    begun = [len(exchange.next_batch(100 + second, 20)) for second in range(3)]
    assert begun == [1, 5, 5], "five a second, of the ten that Graph allows"


def test_a_city_without_teams_asks_for_its_groups_as_ever() -> None:
    url = list_groups("demo")
    assert url.endswith(
        "&$top=999&$select=id,mailNickname,displayName,createdDateTime,groupTypes,assignedLicenses"
    )
    assert list_groups("demo", teams=True) == f"{url},description,resourceProvisioningOptions"
