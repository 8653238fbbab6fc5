"""The staff page in the embedded stack: real HTTP, the function under its own role."""

from __future__ import annotations

import pytest
import requests

from kakehashi.edges.staff.posts import Posts
from kakehashi.edges.web.items import Items
from kakehashi_console.operations import Console
from local.demo import people
from local.demo.clerk import Clerk, NotTaken
from local.stack import Stack
from tests.e2e.town import Town

CITY = "deskwork"


@pytest.fixture(scope="module")
def waiting(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The run of a city's first night, whose plan waits; and people who may look at it."""
    town = Town(stack, tmp_path_factory.mktemp("drop"), CITY, pupils=8)
    town.upload_passwords()
    people.hire(stack, CITY)
    return town.end(town.upload(town.export())).run_id


def at_desk(stack: Stack, who: people.Member) -> Clerk:
    """Somebody who looks at this city: others of this stack may have hired the same people."""
    clerk = Clerk(stack.staff_url, who)
    page = clerk.open("/today")
    if 'action="/city"' in page:
        clerk.send(page, "/city", city=CITY)
    return clerk


def test_a_plan_is_approved_on_the_page_and_carried_out(stack: Stack, waiting: str) -> None:
    console, clerk = Console(stack), at_desk(stack, people.APPROVER)
    number = clerk.approve(waiting, "初日")
    execution = console.follow(console.started_on_page("apply", number), lambda stage: None)
    assert execution["status"] == "SUCCEEDED"
    approved = console.approved(waiting)
    assert approved is not None
    assert approved.by == f"staff:{people.APPROVER.oid}"
    record = clerk.open("/record")
    assert people.APPROVER.name in record
    assert "初日" in record


def test_whoever_may_not_is_turned_away(stack: Stack, waiting: str) -> None:
    decider = at_desk(stack, people.DECIDER)
    with pytest.raises(NotTaken, match="no form"):
        decider.approve(waiting, "権限なし")
    with pytest.raises(NotTaken, match="W121"):
        decider.open("/record")


def test_the_page_has_an_address_of_its_own_and_answers_no_other_host(stack: Stack) -> None:
    assert stack.outputs()["StaffUrl"] == stack.staff_url != stack.launcher_url
    told = requests.get(stack.staff_url, headers={"Host": "evil.example"}, timeout=30)
    assert told.status_code == 403


def test_posts_lie_in_partitions_of_their_own(stack: Stack, waiting: str) -> None:
    table = stack.resource("dynamodb").Table(stack.outputs()["Table"])
    assert Posts(Items(table, "POSTS")).of(people.DECIDER.oid)
