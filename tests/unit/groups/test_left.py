"""What could not be done for groups: told once, and one cause behind it where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kakehashi.catalogue import provision as rules
from kakehashi.catalogue.refusals import GROUPS_BUSY
from kakehashi.directories.port import (
    FULL,
    AddMembers,
    Ended,
    GroupChange,
    MakeGroup,
    RemoveMember,
    Settled,
    Stopped,
    TeamChange,
)
from kakehashi.groups import Keeper, Left, Orders, RosterGroup, all_of_it, findings_of, one_cause
from kakehashi.groups.keeping import Piece
from kakehashi.groups.planning import Gift
from kakehashi.groups.steps import GroupMembers, Rename
from kakehashi.provision.causes import Cause
from tests.builders import a_city
from tests.directory_contract.in_memory import Circles, InMemory, OwnConsole


def left(count: int = 1, status: int = 403, school: str = "", code: str = "Denied") -> Left:
    facts: dict[str, int | str] = {"count": count, "code": code, "status": status}
    return Left(Stopped(rules.MEMBERS_LATER, facts, failed=True), school)


def test_most_of_a_night_refused_for_one_reason_is_one_thing() -> None:
    cause, (other, whole) = one_cause([left(2), left(9), left(status=404)], made=3)
    assert cause is Cause.PERMISSION_LOST
    assert (other.why.rule, whole.why.rule) == (rules.MEMBERS_LATER, rules.GROUPS_FAILED)
    assert whole.count == 11


def test_less_than_half_a_few_or_a_service_that_is_busy_is_no_cause() -> None:
    for made, several in ((20, [left(9)]), (0, [left(2)]), (0, [left(9, status=429)])):
        assert one_cause(several, made) == (None, several)


def test_a_directory_that_shows_no_groups_is_a_cause_by_itself() -> None:
    cause, _ = one_cause([all_of_it("Denied", 403, busy=False)], made=99)
    assert cause is Cause.PERMISSION_LOST
    assert one_cause([left(9, 400, code=FULL)], 0)[0] is Cause.TENANT_FULL
    assert all_of_it("Busy", 503, busy=True).why.rule is GROUPS_BUSY


def test_one_finding_for_each_school_and_reason() -> None:
    several = [left(1, school="B"), left(2, school="B"), left(4, school="A"), left(8, 404, "A")]
    found = [(one.school, one.facts["count"]) for one in findings_of(several)]
    assert sorted(found, key=str) == [("A", 4), ("A", 8), ("B", 3)]


class Refusing(Circles):
    """Makes no group."""

    def apply(
        self, changes: Sequence[GroupChange | TeamChange], until: float | None = None
    ) -> Iterator[Ended]:
        for ended in super().apply(changes, until):
            making = isinstance(changes[ended.key], MakeGroup)
            why = Stopped(rules.GROUP_LATER, {"count": 1, "code": "Denied", "status": 403})
            yield Ended(ended.key, why) if making else ended


def test_members_wait_with_a_group_that_could_not_be_made() -> None:
    keeper = Keeper(Refusing(InMemory(a_city())))
    group = RosterGroup("mark", "B1", "name", frozenset({"one"}))
    assert keeper.carry_out(Orders(make=(group,), add=(GroupMembers(("one",), mark="mark"),)))
    assert (keeper.counts["left"], keeper.counts["added"]) == (1, 0)
    assert [one.why.rule for one in keeper.left] == [rules.GROUP_LATER]


def test_everything_is_done_in_its_order_and_counted() -> None:
    directory = InMemory(a_city())
    teams = Circles(directory)
    keeper = Keeper(teams)
    mark = "kakehashi-demo-school-0123456789"
    team = directory.change(MakeGroup(mark, "old"))
    assert isinstance(team, Settled)
    head = OwnConsole(directory).add("head@ed.example.jp")
    orders = Orders(
        rename=(Rename(team.object_id, "B1", "new"),),
        gifts=(Gift("SEAT", "seat", ("one", "two")),),
        own=(GroupMembers((head,), team.object_id), GroupMembers((head,), mark="never made")),
        remove=(GroupMembers(("gone",), team.object_id),),
        disown=(GroupMembers(("gone",), team.object_id),),
    )
    assert keeper.carry_out(orders)
    assert {w: n for w, n in keeper.counts.items() if n} == {
        "made": 1, "added": 1, "removed": 2, "licensed": 2,
    }  # fmt: skip
    tenancy = directory.tenancy(a_city(), "demo")
    assert (tenancy.groups[mark].name, tenancy.groups[mark].owners) == ("new", frozenset({head}))
    assert tenancy.holders == {"seat": {"one", "two"}}
    assert not Keeper(teams).carry_out(orders, until=teams.now())


def test_a_chunk_counts_each_member() -> None:
    assert Piece("added", "", AddMembers("team", ("one", "two"))).changes == 2
    assert Piece("removed", "", RemoveMember("team", "one")).changes == 1
