"""Class Teams: the keeper on the tenant's own clock at its real pace, and whole nights."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from kakehashi.city import City
from kakehashi.directories.pace import LIMIT, Pacer
from kakehashi.directories.port import ClassTeam
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.graph import Wire
from kakehashi.edges.microsoft.groups import CityGroups
from kakehashi.groups import Keeper, decide, findings_of, one_cause
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember
from tests.builders import (
    DOMAIN,
    TODAY,
    a_city,
    a_code,
    a_drop,
    a_known,
    a_password_file,
    a_post,
    a_pupil,
    a_teacher,
)
from tests.nights import RULES, Night, Nights
from tests.tenants import SharedClock, Tenant, a_team_by_hand, as_graph

OURS = a_city(staff={"class_teams": {}})
OFF = a_city(staff={})
APRIL = date(2027, 4, 6)
POST, ARCHIVE = "POST /teams", "POST /teams/{id}/archive"
QUARTER = 900.0  # seconds after which Teams knows every new group


def title(n: int) -> str:
    return f"3年{n}組"


def teacher(n: int, *, room: int | None = None, year: int = 2026, grade: int = 3) -> Any:
    """Member of staff ``n`` with a homeroom in that 年度."""
    post = a_post(date(year, 4, 1), date(year + 1, 3, 31))
    one = a_teacher(n, post)
    home = (a_code(1), f"{grade}年{room or n}組")
    until = date(year + 1, 3, 31)
    return replace(one, pupil=replace(one.pupil, homerooms=(home,), until=until))


@dataclass
class Kept:
    counts: dict[str, int]
    codes: list[str] = field(default_factory=list)
    later: int = 0


class Town:
    """A tenant on a virtual clock, with classes of two pupils whom earlier nights have settled."""

    def __init__(self, tenant: Tenant, wire: Wire) -> None:
        self.tenant, self.clock = tenant, SharedClock(tenant)
        self.directory = Directory(wire, Pacer(LIMIT, self.clock))
        self.pupils: list[Record] = []
        self.staff: list[Record[StaffMember]] = []

    def settle(self, classes: int) -> None:
        for n in range(1, classes + 1):
            self.pupils += [
                a_known(pupil=a_pupil(2 * n + i, class_title=title(n))) for i in range(2)
            ]
        self.staff = [teacher(n) for n in range(1, classes + 1)]
        everybody: list[Record[Any]] = [*self.pupils, *self.staff]
        self.tenant.give(*map(as_graph, everybody))
        self.tenant.recount()

    def keep(self, city: City = OURS, on: date = TODAY, until: float | None = None) -> Kept:
        keeper = Keeper(CityGroups(self.directory))
        tenancy = keeper.groups.tenancy(city, "demo")
        orders = decide(self.pupils, frozenset(), tenancy, city, "demo", as_of=on, staff=self.staff)
        complete = keeper.carry_out(orders, until)
        later = keeper.carry_out_teams(orders.teams, until) if complete and city is not OFF else 0
        made = sum(n for word, n in keeper.counts.items() if word != "left")
        self.cause, left = one_cause(keeper.left, made)
        codes = [one.code for one in (*orders.findings, *findings_of(left))]
        return Kept({w: n for w, n in keeper.counts.items() if n}, codes, later)

    def teams(self) -> dict[str, dict[str, Any]]:
        """Name → what the tenant holds, of those that are Teams."""
        return {one["displayName"]: one for one in self.tenant.groups() if "team" in one}

    def teams_of(self) -> dict[str, ClassTeam]:
        found = CityGroups(self.directory).tenancy(OURS, "demo").teams
        assert found is not None
        return dict(found)

    def in_step(self) -> None:
        """Each class has one Team, with its pupils and its teacher, who owns it."""
        found = self.teams()
        for one in self.staff:
            ((_, room),) = one.pupil.homerooms
            ids = {k.object_id for k in self.pupils if k.pupil.class_title == room}
            team = found.pop(f"見本市立第1小学校 {room} 2026年度")
            assert {*team["members"]} == {*ids, one.object_id}
            assert team["owners"] == [one.object_id]
        assert found == {}


@pytest.fixture
def town(served: tuple[Tenant, Wire]) -> Town:
    tenant, wire = served
    assert tenant.call("GET", "misfits") == {"requests": {}, "answers": {}}
    tenant.call("POST", "reset")
    return Town(tenant, wire)


# -- made -----------------------------------------------------------------------------------------


def test_teams_are_made_within_what_graph_allows_and_then_left_alone(town: Town) -> None:
    """Thirty at once would be refused: the tenant counts ten creations a second."""
    town.tenant.settings(throttle={"on": True}, teams={"working": 40.0})
    town.settle(30)
    assert town.keep() == Kept({"made": 30, "added": 120, "teams": 30})
    town.in_step()
    assert town.tenant.count("throttled") == 0
    town.tenant.recount()
    assert town.keep() == Kept({})
    assert town.tenant.count("writes") == 0


def test_a_group_that_teams_does_not_know_yet_gets_its_team_the_same_night_or_the_next(
    town: Town,
) -> None:
    town.tenant.settings(teams={"spreading": 25.0})
    town.settle(2)
    assert town.keep() == Kept({"made": 2, "added": 8, "teams": 2})
    town.settle(3)
    town.tenant.settings(teams={"spreading": QUARTER})
    assert town.keep().codes == ["M080"]
    assert len(town.teams()) == 2
    town.clock.wait_until(town.clock.now() + QUARTER)
    assert town.keep() == Kept({"teams": 1})
    town.in_step()


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 7, "shape": "/teams", "times": 2},
        {"status": 503, "shape": "/education/classes"},
        {"kind": "commit-then-status", "status": 504, "shape": "/teams"},
        {"kind": "commit-then-status", "status": 504, "shape": "/education/classes"},
    ],
    ids=["429", "503", "team made, answer lost", "class made, answer lost"],
)
def test_a_fault_in_between_makes_no_second_team(town: Town, fault: dict[str, Any]) -> None:
    town.settle(2)
    town.tenant.fault(**fault)
    assert town.keep() == Kept({"made": 2, "added": 8, "teams": 2})
    town.in_step()
    assert len(town.tenant.groups()) == 2


def test_what_teams_does_not_finish_or_fails_to_do_is_told_and_looked_at_again(
    town: Town,
) -> None:
    town.settle(1)
    town.tenant.settings(teams={"failing": True})
    assert town.keep() == Kept({"made": 1, "added": 4, "left": 1}, ["M080"])
    town.tenant.settings(teams={"working": QUARTER})
    assert town.keep() == Kept({"left": 1}, ["M080"])
    town.clock.wait_until(town.clock.now() + QUARTER)
    assert town.keep() == Kept({})
    town.in_step()


def test_a_first_night_is_spread_and_one_cut_short_goes_on(town: Town) -> None:
    town.settle(5)
    two = a_city(staff={"class_teams": {"a_night": 2}})
    assert town.keep(two) == Kept({"made": 2, "added": 8, "teams": 2}, later=3)
    town.tenant.settings(teams={"working": 20.0})
    cut = town.keep(until=town.clock.now() + 10)
    assert (cut.later, len(town.teams())) == (3, 2)
    town.clock.wait_until(town.clock.now() + 60)
    assert town.keep() == Kept({})
    town.in_step()


def test_a_permission_that_is_missing_is_told_as_one_cause(town: Town) -> None:
    town.tenant.settings(withheld=["Team.Create", "Group.ReadWrite.All"])
    town.settle(4)
    assert town.keep().codes == ["M080"], "accounts and groups went well"
    assert town.keep().codes == ["M028"]
    assert town.cause == "PermissionLost"
    town.tenant.settings(withheld=[])
    assert town.keep() == Kept({"teams": 4})


def test_hidden_members_are_not_added_again_every_night(town: Town) -> None:
    town.settle(1)
    town.keep()
    town.tenant.settings(withheld=["Member.Read.Hidden"])
    town.tenant.recount()
    assert town.keep() == Kept({}, ["M084"])
    assert town.tenant.count("writes") == 0


def test_a_team_that_staff_have_made_is_left_alone(town: Town) -> None:
    town.settle(2)
    theirs = a_team_by_hand("見本市立第1小学校 3年1組 2026年度")
    town.tenant.give_group(theirs)
    assert town.keep() == Kept({"made": 1, "added": 4, "teams": 1, "left": 1}, ["M081"])
    (kept,) = [one for one in town.tenant.groups() if one["id"] == theirs["id"]]
    assert kept["members"] == []
    assert town.keep() == Kept({"left": 1}, ["M081"])


# -- kept, archived, opened again -----------------------------------------------------------------


def test_who_moves_moves_between_teams_and_a_teacher_of_the_school_stays_in_both(
    town: Town,
) -> None:
    town.settle(2)
    town.keep()
    town.pupils[0] = replace(town.pupils[0], pupil=replace(town.pupils[0].pupil,
                                                           class_title=title(2)))  # fmt: skip
    town.staff = [teacher(1, room=2), teacher(2, room=1)]
    assert town.keep() == Kept({"added": 5, "removed": 1})
    both = {one.object_id for one in town.staff}
    assert [{*team["owners"]} for team in town.teams().values()] == [both, both]
    assert sorted(len(team["members"]) for team in town.teams().values()) == [3, 5]
    town.tenant.recount()
    assert town.keep() == Kept({})
    assert town.tenant.count("writes") == 0


def test_april_archives_last_years_as_they_are_and_makes_this_years(town: Town) -> None:
    town.settle(2)
    town.keep()
    before = {name: (one["members"], one["owners"]) for name, one in town.teams().items()}
    last, teachers = town.pupils, town.staff
    town.pupils = [
        replace(k, pupil=replace(k.pupil, school_year=2027, grade="P4", class_title="4年1組"))
        for k in last
    ]
    town.staff = [teacher(1, room=1, year=2027, grade=4), replace(
        teachers[1], pupil=replace(teachers[1].pupil, until=date(2027, 3, 31)))]  # fmt: skip
    town.tenant.fault(status=429, retry_after=3, shape="/teams/{id}/archive")
    assert town.keep(on=APRIL) == Kept({"made": 1, "added": 6, "teams": 1, "archived": 2})
    after = town.teams()
    assert {name: after[name]["team"]["archived"] for name in before} == dict.fromkeys(before, True)
    assert {n: (after[n]["members"], after[n]["owners"]) for n in before} == before
    town.tenant.recount()
    assert town.keep(on=APRIL) == Kept({})
    assert town.tenant.count("writes") == 0
    assert "GET /teams/{id}" not in town.tenant.shapes(), "nothing is asked of what is over"

    by_hand = next(one["id"] for name, one in after.items() if name in before)
    town.tenant.open_team(by_hand)
    assert town.keep(on=APRIL) == Kept({}), "somebody has a reason"

    town.pupils, town.staff = last, teachers  # an April that was taken back
    town.staff = [replace(k, pupil=replace(k.pupil, until=date(2028, 3, 31))) for k in teachers]
    assert town.keep(on=APRIL).counts == {"reopened": 2}
    assert not any(one["team"]["archived"] for name, one in town.teams().items() if name in before)
    assert town.keep(on=APRIL) == Kept({})
    assert {one.archived for one in town.teams_of().values()} == {False}


def test_a_city_without_the_choice_asks_for_none_of_it_even_where_teams_are(town: Town) -> None:
    town.settle(1)
    town.keep()
    town.tenant.recount()
    off = a_city(m365={"groups": ["class"]}, staff={"groups": ["class"], "owners": ["class"]})
    for expected in ({"made": 1, "added": 4}, {}):
        keeper = Keeper(CityGroups(town.directory))
        tenancy = keeper.groups.tenancy(off, "demo")
        assert tenancy.teams is None
        orders = decide(town.pupils, frozenset(), tenancy, off, "demo", as_of=TODAY,
                        staff=town.staff)  # fmt: skip
        assert keeper.carry_out(orders)
        assert {w: n for w, n in keeper.counts.items() if n} == expected
    assert town.tenant.shapes() == {
        "GET /groups": 2, "POST /groups": 1, "PATCH /groups/{id}": 1,
        "POST /groups/{id}/owners/$ref": 1,
        "GET /groups/{id}/members": 1, "GET /groups/{id}/owners": 1,
    }, "one group: the Team's own is not looked into"  # fmt: skip


# -- nights ---------------------------------------------------------------------------------------

WITH_TEAMS = f"""{RULES}[staff]
sources = ["list"]
[staff.class_teams]
a_night = 50
"""
HEAD = "職員番号,姓,名,せい,めい,区分,職種,所属コード,本務・兼務,担任学級,開始日,終了日\n"


def a_row(n: int, room: str) -> str:
    given = "一二三四五"[n % 5]
    return (f"T{n:04},教員,{given},キョウイン,アキラ,正規,教諭,{a_code(1)},本務,{room},"
            "2026-04-01,\n")  # fmt: skip


def a_night(nights: Nights, *rows: str, pupils: int = 2, **facts: Any) -> Night:
    nights.put("INBOX_BUCKET", f"inbox/{nights.city}/staff/list.csv",
               (HEAD + "".join(rows)).encode())  # fmt: skip
    lived = nights.run(a_drop(pupils).zip(), **facts)
    assert lived.status == "SUCCEEDED"
    return lived


def test_nights_of_a_city_with_teams(nights: Nights) -> None:
    nights.put_rules(WITH_TEAMS)
    staff = a_password_file({f"tt{n:04}@{DOMAIN}": f"Himawari{n}77" for n in (1, 2)})
    nights.put("PASSWORDS_BUCKET", f"inbox/{nights.city}/passwords/staff-1.csv", staff)
    slips = a_password_file({a_pupil(n).account: f"Asagao{n}4321" for n in (1, 2)})
    nights.put("INBOX_BUCKET", f"inbox/{nights.city}/staff/list.csv",
               (HEAD + a_row(1, "3年2組")).encode())  # fmt: skip
    rehearsed = nights.run(a_drop().zip(), mode="rehearse")
    (told,) = [one for one in rehearsed.findings() if one.code == "M086"]
    assert told.facts == {"made": 1, "archived": 0, "reopened": 0, "later": 0}
    assert nights.tenant.groups() == []
    nights.tenant.fault(status=403, method="GET", shape="/groups", times=None)
    refused = nights.run(a_drop().zip(), mode="rehearse")
    assert refused.status == "SUCCEEDED"
    assert {one.code for one in refused.findings()} & {"M028", "M086"} == {"M028"}
    nights.tenant.heal()
    nights.tenant.fault(status=404, shape="/teams")
    first = a_night(nights, a_row(1, "3年2組"), a_row(2, ""), passwords=slips)
    assert first.summary["groups"] == {
        "made": 1, "added": 4, "removed": 0, "licensed": 0, "left": 0,
        "teams": 1, "archived": 0, "reopened": 0,
    }  # fmt: skip
    assert "作ったクラスのチーム" in (first.folder.get("report.html") or b"").decode()
    (team,) = nights.tenant.groups()
    assert (team["displayName"], team["team"]) == (
        "見本市立第1小学校 3年2組 2026年度", {"archived": False})  # fmt: skip
    one, two = (nights.tenant.user(f"tt{n:04}@{DOMAIN}")["id"] for n in (1, 2))
    assert (team["owners"], len(team["members"])) == ([one], 3)

    nights.tenant.recount()
    nights.tomorrow()
    quiet = a_night(nights, a_row(1, "3年2組"), a_row(2, ""))
    assert quiet.summary["groups"] == dict.fromkeys(first.summary["groups"], 0)
    assert nights.tenant.count("writes") == 0

    nights.tomorrow()
    slips = a_password_file({a_pupil(3).account: "Asagao34321"})
    moved = a_night(nights, a_row(1, ""), a_row(2, "3年2組"), pupils=3, passwords=slips)
    assert (moved.summary["groups"]["added"], moved.summary["groups"]["removed"]) == (3, 0)
    (team,) = nights.tenant.groups()
    pupils = [nights.tenant.user(a_pupil(n).account)["id"] for n in (1, 2, 3)]
    assert {*team["members"]} == {one, two, *pupils}
    assert {*team["owners"]} == {one, two}, "whoever works there may have been put in by hand"

    undo_with_a_team(nights, moved, members={one, two, *pupils[:2]}, owners={one, two})
    undo_with_a_team(nights, first, members={one, two}, owners={one, two})


def undo_with_a_team(nights: Nights, night: Night, *, members: set[str], owners: set[str]) -> None:
    """The Team stays and is written in; out go those whose account the undo has blocked, but for
    its last owners."""
    (before,) = nights.tenant.groups()
    undone = nights.approve(nights.undo(night.run["run_id"]).summary)
    assert (undone.status, undone.verdict) == ("SUCCEEDED", "applied")
    (team,) = nights.tenant.groups()
    assert (team["id"], team["displayName"], team["team"]) == (
        before["id"], before["displayName"], {"archived": False})  # fmt: skip
    assert ({*team["members"]}, {*team["owners"]}) == (members, owners)
