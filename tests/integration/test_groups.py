"""Groups and licences: the keeper on the tenant's own clock, and nights with the function."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import pytest

from kakehashi.actions import Kind
from kakehashi.catalogue.provision import GROUPS_UNFINISHED
from kakehashi.city import City
from kakehashi.directories.microsoft365.flows import Terms, create
from kakehashi.directories.pace import Pacer
from kakehashi.directories.port import Settled
from kakehashi.edges import settings
from kakehashi.edges.errors import DirectoryError
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.graph import Wire
from kakehashi.edges.microsoft.groups import CityGroups
from kakehashi.groups import Keeper, decide, findings_of, roster_groups
from kakehashi.people.record import Record, Status
from tests.builders import TODAY, a_city, a_drop, a_known, a_password_file, a_pupil, an_id
from tests.lambdas import Killed
from tests.nights import RULES, Night, Nights
from tests.tenants import SharedClock, Tenant, as_graph
from tests.unit.provision.conversations import an_action

A1, A1_ID = "STANDARDWOFFPACK_STUDENT", "314c4481-f395-4525-be8b-2ec4bb1e9d91"
OURS = a_city(m365={"groups": ["school", "grade", "class"]})
BY_GROUP = a_city(m365={"licences": [{"sku": A1, "by": "group", "group": "児童"}]})
BY_USER = a_city(m365={"licences": [{"sku": A1, "by": "user"}]})


def a_group(**facts: Any) -> dict[str, Any]:
    """The board's own group, which gives A1."""
    return {
        "id": an_id("licence group"),
        "displayName": "児童",
        "mailNickname": "jido",
        "mailEnabled": False,
        "securityEnabled": True,
        "groupTypes": [],
        "assignedLicenses": [{"skuId": A1_ID, "disabledPlans": []}],
        "members": [],
    } | facts


def seats(units: int) -> list[dict[str, Any]]:
    return [{"sku_id": A1_ID, "part_number": A1, "units": units}]


def assert_in_step(tenant: Tenant, settled: list[Record], city: City = OURS) -> None:
    """One group for each mark, with exactly its members."""
    wanted = roster_groups(settled, city.m365.groups, "demo")
    found = {group["mailNickname"]: set(group["members"]) for group in tenant.groups()}
    assert len(found) == len(tenant.groups())
    assert found == {mark: set(group.members) for mark, group in wanted.items()}


@dataclass
class Kept:
    complete: bool
    counts: dict[str, int]
    codes: list[str]


class Town:
    """A tenant on a virtual clock, with pupils whom earlier nights have settled."""

    def __init__(self, tenant: Tenant, env: settings.DirectorySettings, rate: float = 0.0) -> None:
        self.tenant, self.clock = tenant, SharedClock(tenant)
        self.directory = Directory(Wire.of(env), Pacer(rate, self.clock))
        self.settled: list[Record] = []

    def settle(self, *settled: Record) -> None:
        self.settled += settled
        self.tenant.give_known(settled)

    def have(self, *groups: dict[str, Any]) -> None:
        users = [as_graph(known) for known in self.settled]
        self.tenant.call("POST", "import?mode=merge", {"value": users, "groups": list(groups)})

    def keep(self, city: City = OURS, until: float | None = None) -> Kept:
        keeper = Keeper(CityGroups(self.directory))
        tenancy = keeper.groups.tenancy(city, "demo")
        orders = decide(self.settled, frozenset(), tenancy, city, "demo", as_of=TODAY)
        complete = keeper.carry_out(orders, until)
        codes = [finding.code for finding in (*orders.findings, *findings_of(keeper.left))]
        return Kept(complete, {w: n for w, n in keeper.counts.items() if n}, codes)


def make_accounts(town: Town, number: int) -> None:
    """Accounts made by us at this moment, so that they are not everywhere yet."""
    actions = [an_action(Kind.CREATE, n) for n in range(1, number + 1)]
    talks = (
        (n, create(one, Terms("extensionAttribute1"), lambda: "Hinagiku-2026"))
        for n, one in enumerate(actions)
    )
    for ended in town.directory.apply(talks):
        assert isinstance(ended.outcome, Settled)
        action = actions[ended.key]
        town.settled.append(a_known(pupil=action.after, object_id=ended.outcome.object_id))


@pytest.fixture
def town(tenant: Tenant, env: settings.DirectorySettings) -> Iterator[Town]:
    one = Town(tenant, env)
    with closing(one.directory):
        yield one


# -- the keeper -----------------------------------------------------------------------------------


def test_groups_are_made_and_filled_twenty_at_a_time_and_then_left_alone(town: Town) -> None:
    town.settle(*(a_known(n) for n in range(1, 46)))
    assert town.keep() == Kept(True, {"made": 3, "added": 135}, [])
    assert_in_step(town.tenant, town.settled)
    assert town.tenant.shapes()["PATCH /groups/{id}"] == 9
    town.tenant.recount()
    assert town.keep() == Kept(True, {}, [])
    assert town.tenant.count("writes") == 0


def test_who_moves_and_who_is_suspended_leave_by_reference_and_no_account_is_deleted(
    town: Town,
) -> None:
    town.settle(*(a_known(n) for n in range(1, 5)))
    town.keep()
    town.settled[0] = replace(town.settled[0], pupil=a_pupil(1, class_title="3年3組"))
    town.settled[1] = replace(town.settled[1], status=Status.SUSPENDED)
    assert town.keep().counts == {"made": 1, "added": 1, "removed": 4}
    assert_in_step(town.tenant, town.settled)
    assert len(town.tenant.users()) == 4
    shapes = town.tenant.shapes()
    assert shapes["DELETE /groups/{id}/members/{id}/$ref"] == 4
    assert [shape for shape in shapes if "DELETE" in shape and "$ref" not in shape] == []


def test_groups_of_others_and_of_other_cities_are_not_touched(town: Town) -> None:
    town.settle(a_known(1))
    mine = town.settled[0].object_id
    strangers = [
        a_group(id=an_id("g1"), mailNickname="teachers", members=[mine]),
        a_group(id=an_id("g2"), mailNickname="kakehashi-other-school-0123456789", members=[mine]),
        a_group(id=an_id("g3"), mailNickname="kakehashi-demo-school-0123456789", members=[mine],
                groupTypes=["DynamicMembership"]),
    ]  # fmt: skip
    town.have(*strangers)
    before = [group for group in town.tenant.groups()]
    town.keep()
    assert [group for group in town.tenant.groups() if group in before] == before


def test_the_older_of_two_groups_with_one_mark_is_kept_in_step(town: Town) -> None:
    town.settle(a_known(1))
    city = a_city(m365={"groups": ["school"]})
    (mark,) = roster_groups(town.settled, ("school",), "demo")
    town.have(
        a_group(id=an_id("new"), mailNickname=mark, createdDateTime="2026-11-02T00:00:00Z"),
        a_group(id=an_id("old"), mailNickname=mark, createdDateTime="2026-11-01T00:00:00Z"),
    )
    assert town.keep(city).codes == ["M026"]
    members = {group["id"]: group["members"] for group in town.tenant.groups()}
    assert members == {an_id("old"): [town.settled[0].object_id], an_id("new"): []}


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "commit-then-status", "status": 504},
        {"kind": "commit-then-reset"},
        {"kind": "status", "status": 429, "retry_after": 3},
        {"kind": "status", "status": 503},
        {"kind": "status", "status": 409},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('status', '')}",
)
@pytest.mark.parametrize("call", [("POST", "/groups"), ("PATCH", "/groups/{id}")], ids=str)
def test_no_failure_makes_a_second_group_or_loses_a_member(
    town: Town, fault: dict[str, Any], call: tuple[str, str]
) -> None:
    town.tenant.settings(replication={"get": 30, "list": 30})
    town.tenant.fault(**fault, method=call[0], shape=call[1], times=2)
    town.settle(*(a_known(n) for n in range(1, 46)))
    assert town.keep().codes == []
    assert_in_step(town.tenant, town.settled)


def test_a_group_that_may_or_may_not_have_been_made_waits_for_the_next_night(town: Town) -> None:
    town.settle(a_known(1))
    city = a_city(m365={"groups": ["school"]})
    town.tenant.fault(status=504, method="POST", shape="/groups")
    assert town.keep(city) == Kept(True, {"left": 1}, ["M025"])
    assert town.keep(city) == Kept(True, {"made": 1, "added": 1}, [])


def test_accounts_made_a_moment_ago_are_waited_for(town: Town) -> None:
    town.tenant.settings(replication={"get": 40, "list": 40})
    make_accounts(town, 29)
    before = town.clock.now()
    assert town.keep().codes == []
    assert_in_step(town.tenant, town.settled)
    assert town.clock.now() - before < 120


def test_an_account_that_never_shows_up_is_left_and_the_other_nineteen_are_in(town: Town) -> None:
    town.settle(*(a_known(n) for n in range(1, 20)))
    town.settled.append(a_known(20))  # deleted by hand, or not yet everywhere
    city = a_city(m365={"groups": ["school"]})
    assert town.keep(city) == Kept(True, {"made": 1, "added": 19, "left": 1}, ["M024"])


def test_two_changes_of_one_group_at_once_are_sorted_out(town: Town) -> None:
    town.tenant.settings(group_window=2)
    town.settle(*(a_known(n) for n in range(1, 101)))
    assert town.keep().codes == []
    assert_in_step(town.tenant, town.settled)


def test_time_running_out_leaves_the_rest_for_the_next_call(
    tenant: Tenant, env: settings.DirectorySettings
) -> None:
    town = Town(tenant, env, rate=19.0)
    town.settle(*(a_known(n, pupil=a_pupil(n, class_title=f"3年{n}組")) for n in range(1, 101)))
    town.directory.pacer.heed(0.8)  # nothing saved up
    assert not town.keep(until=town.clock.now() + 2).complete
    assert town.keep().complete
    assert_in_step(tenant, town.settled)
    town.directory.close()


# -- licences -------------------------------------------------------------------------------------


def test_the_boards_licence_group_is_filled_and_never_emptied(town: Town) -> None:
    town.settle(*(a_known(n) for n in range(1, 31)), a_known(31, status=Status.SUSPENDED))
    teacher = {
        "id": an_id("teacher"),
        "userPrincipalName": "t@ed.example.jp",
        "usageLocation": "JP",
    }
    town.tenant.give(teacher)
    town.have(a_group(members=[an_id("teacher"), town.settled[30].object_id]))
    assert town.keep(BY_GROUP) == Kept(True, {"added": 30}, [])
    (group,) = town.tenant.groups()
    assert set(group["members"]) == {an_id("teacher"), *(k.object_id for k in town.settled)}
    town.tenant.recount()
    assert town.keep(BY_GROUP) == Kept(True, {}, [])
    assert town.tenant.count("writes") == 0
    licensed = [u for u in town.tenant.users() if u["assignedLicenses"]]
    assert len(licensed) == 32


def test_a_licence_group_may_be_named_by_its_id(town: Town) -> None:
    town.settle(a_known(1))
    town.have(a_group())
    rule = {"sku": A1, "by": "group", "group": an_id("licence group")}
    assert town.keep(a_city(m365={"licences": [rule]})).counts == {"added": 1}
    rule["group"] = an_id("nothing")
    assert town.keep(a_city(m365={"licences": [rule]})).codes == ["M020"]


def test_a_licence_group_that_does_not_exist_is_not_made(town: Town) -> None:
    town.settle(a_known(1))
    assert town.keep(BY_GROUP) == Kept(True, {}, ["M020"])
    assert town.tenant.groups() == []


def test_a_licence_by_user_is_given_to_who_lacks_it(town: Town) -> None:
    town.settle(*(a_known(n) for n in range(1, 26)))
    assert town.keep(BY_USER) == Kept(True, {"licensed": 25}, [])
    assert [len(user["assignedLicenses"]) for user in town.tenant.users()] == [1] * 25
    town.tenant.recount()
    assert town.keep(BY_USER) == Kept(True, {}, [])
    assert town.tenant.count("writes") == 0


@pytest.mark.parametrize("city", [BY_USER, BY_GROUP], ids=["by user", "by group"])
def test_seats_are_counted_before_anything_is_asked_for(town: Town, city: City) -> None:
    town.tenant.settings(skus=seats(3))
    town.settle(*(a_known(n) for n in range(1, 6)))
    town.have(a_group())
    town.tenant.recount()
    kept = town.keep(city)
    assert (kept.codes, sum(kept.counts.values())) == (["M023"], 3)
    assert town.tenant.count("failed") == 0
    town.tenant.settings(skus=seats(9))
    assert sum(town.keep(city).counts.values()) == 2


def test_a_licence_that_graph_refuses_is_told_and_the_others_are_given(town: Town) -> None:
    town.settle(a_known(1), a_known(2))
    town.tenant.fault(status=403, shape="/users/{id}/assignLicense")
    assert town.keep(BY_USER) == Kept(True, {"licensed": 1, "left": 1}, ["M027"])


def test_a_half_read_group_stops_everything(town: Town) -> None:
    town.settle(a_known(1))
    town.have(a_group())
    town.tenant.fault(status=403, method="GET", shape="/groups/{id}/members", times=None)
    with pytest.raises(DirectoryError):
        town.keep(BY_GROUP)
    by_id = a_city(m365={"licences": [{"sku": A1, "group": an_id("licence group")}]})
    town.tenant.fault(status=403, method="GET", shape="/groups/{id}", times=None)
    with pytest.raises(DirectoryError):
        town.keep(by_id)


# -- nights ---------------------------------------------------------------------------------------

WITH_GROUPS = (
    RULES
    + f"""\
[m365]
groups = ["school", "class"]
licences = [{{ sku = "{A1}", by = "user" }}]
"""
)
NIGHTLY = a_city(m365={"groups": ["school", "class"]})


def passwords(*pupils: int) -> bytes:
    return a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in pupils})


def first_night(nights: Nights, pupils: int = 7, ends: str = "applied") -> Night:
    nights.put_rules(WITH_GROUPS)
    waiting = nights.run(a_drop(pupils).zip(), passwords=passwords(*range(1, pupils + 1)))
    night = nights.approve(waiting.summary)
    assert night.verdict == ends
    return night


def test_a_first_night_ends_with_groups_and_licences(nights: Nights) -> None:
    first_night(nights)
    settled = list(nights.state.pupils())
    assert_in_step(nights.tenant, settled, NIGHTLY)
    assert all(user["assignedLicenses"] for user in nights.tenant.users())
    nights.tenant.recount()
    assert nights.rerun().history.count("Groups") == 1
    assert nights.tenant.count("writes") == 0


def test_a_city_without_such_rules_asks_the_tenant_nothing(nights: Nights) -> None:
    night = nights.run(a_drop(3).zip(), passwords=passwords(1, 2, 3))
    assert "Groups" in night.history
    assert [shape for shape in nights.tenant.shapes() if "groups" in shape] == []


def test_new_pupils_get_seats_before_those_who_have_long_been_without(nights: Nights) -> None:
    nights.tenant.settings(skus=seats(0))
    first_night(nights)
    nights.tenant.settings(skus=seats(2))
    nights.tomorrow()
    night = nights.run(a_drop(9).zip(), passwords=passwords(8, 9))
    assert night.summary["findings"]["M023"] == 1
    lucky = {u["userPrincipalName"] for u in nights.tenant.users() if u["assignedLicenses"]}
    assert lucky == {a_pupil(8).account, a_pupil(9).account}


def test_a_tenant_that_refuses_groups_holds_up_no_delivery(nights: Nights) -> None:
    nights.tenant.fault(status=403, method="GET", shape="/groups", times=None)
    night = first_night(nights, ends="failed")
    assert_forbidden(night, nights)
    nights.tenant.heal()
    assert nights.rerun().verdict == "unchanged"
    assert nights.letters() == []
    assert_in_step(nights.tenant, list(nights.state.pupils()), NIGHTLY)


def assert_forbidden(night: Night, nights: Nights) -> None:
    """Accounts and files are done, and still the night is red, for the one reason."""
    assert (night.status, night.why) == ("FAILED", "PermissionLost")
    assert len(list(nights.state.pupils())) == 7
    assert nights.outbox()
    assert {"I010", "M028"} <= night.summary["findings"].keys()
    assert not {"M020", "M021", "M022", "M026"} & night.summary["findings"].keys()
    assert [(one["stage"], one["error"]) for one in nights.letters()] == [
        ("groups", "PermissionLost")
    ]
    assert "アプリの権限がない" in nights.mails()[-1]


def test_a_tenant_that_refuses_every_change_of_groups_is_one_cause(nights: Nights) -> None:
    for method, shape in (("POST", "/groups"), ("POST", "/users/{id}/assignLicense")):
        nights.tenant.fault(status=403, method=method, shape=shape, times=None)
    assert_forbidden(first_night(nights, ends="failed"), nights)


def test_a_tool_whose_delivery_fails_on_that_night_is_told_beside_the_cause(
    nights: Nights,
) -> None:
    nights.tenant.fault(status=403, method="GET", shape="/groups", times=None)
    for _ in range(2):
        nights.lambdas.trouble("deliver", "before", RuntimeError())
    night = first_night(nights, ends="failed")
    assert {"I010", "I004", "M028"} <= night.summary["findings"].keys()
    (letter,) = nights.letters()
    assert (letter["stage"], letter["error"]) == ("groups", "PermissionLost")
    assert set(letter["tools"]) == {"lgate", "interactive_study"}


def test_what_does_not_fit_into_a_night_is_the_next_ones_and_holds_up_no_delivery(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Keeper, "carry_out", lambda *_: False)
        patch.setattr("functions.groups.app.MOST_CALLS", 3)
        night = first_night(nights)
    assert "Deliver" in night.history
    assert night.folder.get_json("groups.json") == {"calls": 3}
    (told,) = (one for one in night.findings() if one.code == GROUPS_UNFINISHED.code)
    assert int(told.facts["count"]) >= 7  # a licence for each pupil, at least
    assert nights.letters() == []
    assert nights.rerun().verdict == "unchanged"
    assert_in_step(nights.tenant, list(nights.state.pupils()), NIGHTLY)


def test_one_group_that_is_refused_is_no_cause(nights: Nights) -> None:
    nights.tenant.fault(status=403, method="POST", shape="/groups", times=1)
    night = first_night(nights)
    assert night.status == "SUCCEEDED"
    assert "I010" not in night.summary["findings"]
    assert [one["stage"] for one in nights.letters()] == ["groups"]


def test_killed_at_random_points_the_groups_are_in_step_in_the_end(nights: Nights) -> None:
    dice = random.Random(7)
    nights.put_rules(WITH_GROUPS)
    waiting = nights.run(a_drop(7).zip(), passwords=passwords(*range(1, 8)))
    for _ in range(5):
        spot = dice.choice(["before", "after"])
        nights.lambdas.trouble("groups", spot, Killed())  # type: ignore[arg-type]
        nights.approve(waiting.summary)
        nights.rerun()
    assert_in_step(nights.tenant, list(nights.state.pupils()), NIGHTLY)
    assert nights.tenant.count("deletes") == 0


def test_nothing_of_a_class_or_a_pupil_is_said_about_groups(nights: Nights) -> None:
    nights.tenant.fault(status=403, method="PATCH", shape="/groups/{id}", times=None)
    first_night(nights, ends="failed")
    said = nights.lambdas.said.getvalue() + json.dumps(nights.letters())
    assert "GroupsLeft" in said
    for known in nights.state.pupils():
        pupil = known.pupil
        secrets = {pupil.id, pupil.account, pupil.family, pupil.class_title, known.object_id}
        assert not [secret for secret in secrets if secret in said]
