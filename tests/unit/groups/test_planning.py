from dataclasses import replace
from typing import Any

import pytest

from kakehashi.city import City
from kakehashi.directories.microsoft365.group_answers import GraphSku
from kakehashi.directories.port import Tenancy
from kakehashi.groups import LicenceGroup, Sku, TenantGroup, decide
from kakehashi.groups.planning import Gift, Orders
from kakehashi.groups.steps import GroupMembers
from kakehashi.people.record import Record, Status
from tests.builders import TODAY, a_city, a_known, a_pupil, an_id
from tests.unit.groups.tenants import A1, A1_ID, KINDS, in_step, licensed


def grouped(*kinds: str) -> City:
    return a_city(m365={"groups": kinds or KINDS})


def by_group(**rule: Any) -> City:
    return a_city(m365={"licences": [{"sku": A1, "by": "group", "group": "児童"} | rule]})


def by_user() -> City:
    return a_city(m365={"licences": [{"sku": A1, "by": "user"}]})


def orders(
    city: City, tenancy: Tenancy, *settled: Record, urgent: frozenset[str] = frozenset()
) -> Orders:
    return decide(settled, urgent, tenancy, city, "demo", as_of=TODAY)


def codes(found: Orders) -> list[str]:
    return [finding.code for finding in found.findings]


# -- groups that follow the roster ----------------------------------------------------------------


def test_a_city_without_rules_changes_nothing() -> None:
    assert orders(a_city(), Tenancy(), a_known(1)) == Orders()


def test_a_tenant_in_step_is_left_alone() -> None:
    pupils = [a_known(n) for n in range(1, 50)]
    assert orders(grouped(), Tenancy(groups=in_step(pupils)), *pupils) == Orders()


def test_a_new_class_is_made_with_its_members() -> None:
    found = orders(grouped("class"), Tenancy(), a_known(1), a_known(2))
    (group,) = found.make
    (link,) = found.add
    assert (link.mark, link.object_id, len(link.members)) == (group.mark, "", 2)


def test_a_pupil_who_moves_leaves_one_class_and_enters_another() -> None:
    before, other = a_known(1), a_known(2)
    after = a_known(1, pupil=a_pupil(1, class_title="3年3組"))
    tenancy = Tenancy(groups=in_step([before, other]))
    found = orders(grouped("class"), tenancy, replace(after, object_id=before.object_id), other)
    assert [link.members for link in found.add] == [(before.object_id,)]
    assert [link.members for link in found.remove] == [(before.object_id,)]
    assert found.remove[0].object_id in {group.object_id for group in tenancy.groups.values()}


def test_a_member_we_do_not_know_is_not_taken_out() -> None:
    pupil = a_known(1)
    groups = {
        mark: TenantGroup(g.object_id, g.name, g.members | {an_id("teacher")})
        for mark, g in in_step([pupil]).items()
    }
    assert orders(grouped(), Tenancy(groups=groups), pupil) == Orders()


def test_a_suspended_pupil_leaves_the_groups_of_the_roster() -> None:
    pupil, gone = a_known(1), a_known(2)
    tenancy = Tenancy(groups=in_step([pupil, gone]))
    left = replace(gone, status=Status.SUSPENDED, suspended_on=TODAY)
    found = orders(grouped(), tenancy, pupil, left)
    assert [link.members for link in found.remove] == [(gone.object_id,)] * 3
    assert not found.add


def test_a_class_of_an_earlier_year_stays_as_it_was() -> None:
    last = a_known(1)
    now = replace(last, pupil=a_pupil(1, school_year=2027, class_title="4年2組", grade="P4"))
    found = orders(grouped("class"), Tenancy(groups=in_step([last])), now)
    assert (len(found.make), found.remove) == (1, ())
    tenancy = Tenancy(groups=in_step([last]) | in_step([now]))
    assert orders(grouped("class"), tenancy, now) == Orders()


def test_a_kind_no_longer_in_the_rules_is_left_alone() -> None:
    moved = replace(a_known(1), pupil=a_pupil(1, class_title="3年3組"))
    assert orders(grouped("school"), Tenancy(groups=in_step([a_known(1)])), moved) == Orders()


def test_a_class_dissolved_within_the_year_is_emptied() -> None:
    pupil, gone = a_known(1), a_known(2, pupil=a_pupil(2, class_title="3年9組"))
    tenancy = Tenancy(groups=in_step([pupil, gone]))
    found = orders(grouped("class"), tenancy, pupil, replace(gone, pupil=a_pupil(2)))
    assert [link.members for link in found.remove] == [(gone.object_id,)]


def test_a_child_entered_early_for_next_year_freezes_no_class_of_this_one() -> None:
    pupils = [a_known(n) for n in range(1, 4)]
    early = a_known(7, pupil=a_pupil(7, school_year=2027))
    tenancy = Tenancy(groups=in_step([*pupils, early]))
    moved = replace(pupils[0], pupil=a_pupil(1, class_title="3年9組"))
    found = orders(grouped("class"), tenancy, moved, *pupils[1:], early)
    assert [link.members for link in found.remove] == [(moved.object_id,)]


def test_a_renamed_school_gives_its_groups_the_new_name() -> None:
    tenancy = Tenancy(groups=in_step([a_known(1)]))
    now = a_known(1, pupil=a_pupil(1, school_name="新校"))
    found = orders(grouped("school"), tenancy, now)
    assert [rename.name for rename in found.rename] == ["新校"]
    assert "新校" not in repr(found)


def test_whose_account_is_nowhere_gets_nothing_and_loses_nothing() -> None:
    there, lost = a_known(1), a_known(2)
    tenancy = Tenancy(groups=in_step([there, lost]))
    assert orders(grouped(), tenancy, there) == Orders(), "a gap in a listing takes nobody out"
    assert orders(grouped(), Tenancy(groups=in_step([lost]))) == Orders()


def test_an_empty_state_empties_nothing() -> None:
    assert orders(grouped(), Tenancy(groups=in_step([a_known(1)]))) == Orders()


def test_further_groups_with_the_same_mark_are_told() -> None:
    assert codes(orders(grouped(), Tenancy(twice=2))) == ["M026"]


# -- licences by group ----------------------------------------------------------------------------


def test_who_is_not_in_the_licence_group_is_added_and_nobody_leaves_it() -> None:
    old, new = a_known(1), a_known(2)
    found = orders(by_group(), licensed(old, a_known(7)), old, new)
    assert found == Orders(add=(GroupMembers((new.object_id,), object_id=an_id("licence group")),))


def test_a_suspended_pupil_keeps_the_licence() -> None:
    gone = a_known(1, status=Status.SUSPENDED)
    assert orders(by_group(), licensed(gone), gone) == Orders()


@pytest.mark.parametrize("found", [0, 2])
def test_a_licence_group_that_is_not_exactly_one_is_told_and_never_made(found: int) -> None:
    groups = (LicenceGroup("g", frozenset({A1_ID}), frozenset()),) * found
    tenancy = replace(licensed(), licence_groups={"児童": groups})
    asked = orders(by_group(), tenancy, a_known(1))
    assert (codes(asked), asked.make, asked.add) == (["M020"], (), ())
    assert asked.findings[0].facts == {"sku": A1, "count": found}


def test_a_group_that_does_not_give_the_licence_is_told_and_still_filled() -> None:
    found = orders(by_group(), licensed(gives=an_id("another product")), a_known(1))
    assert (codes(found), len(found.add)) == (["M021"], 1)


def test_a_dynamic_licence_group_fills_itself() -> None:
    group = LicenceGroup("g", frozenset({A1_ID}), None)
    tenancy = replace(licensed(), licence_groups={"児童": (group,)})
    assert orders(by_group(), tenancy, a_known(1)) == Orders()


def test_a_product_that_the_tenant_has_not_bought_is_told() -> None:
    assert codes(orders(by_group(), replace(licensed(), skus={}), a_known(1))) == ["M022"]


def test_too_few_seats_go_to_new_and_returning_pupils_first() -> None:
    pupils = sorted((a_known(n) for n in range(1, 6)), key=lambda known: known.pupil.id)
    urgent = frozenset({pupils[3].pupil.id, pupils[4].pupil.id})
    found = orders(by_group(), licensed(left=3), *pupils, urgent=urgent)
    assert found.add[0].members == tuple(pupils[n].object_id for n in (3, 4, 0))
    (told,) = found.findings
    assert (told.code, told.facts) == ("M023", {"sku": A1, "seats": 3, "count": 5})


def test_without_any_seat_nobody_is_added() -> None:
    found = orders(by_group(), licensed(left=0), a_known(1))
    assert (codes(found), found.add) == (["M023"], ())


# -- licences by user -----------------------------------------------------------------------------


def test_who_lacks_the_licence_is_given_it() -> None:
    has, lacks, gone = a_known(1), a_known(2), a_known(3, status=Status.SUSPENDED)
    holders = {A1_ID: frozenset({has.object_id})}
    found = orders(by_user(), Tenancy(skus={A1: Sku(A1_ID, 9)}, holders=holders), has, lacks, gone)
    assert found == Orders(gifts=(Gift(A1, A1_ID, (lacks.object_id,)),))


def test_without_seats_nobody_is_asked_for() -> None:
    found = orders(by_user(), Tenancy(skus={A1: Sku(A1_ID, 0)}), a_known(1))
    assert (codes(found), found.gifts) == (["M023"], ())


def test_a_subscription_that_has_lapsed_is_not_told_as_too_few_seats() -> None:
    found = orders(by_user(), Tenancy(skus={A1: Sku(A1_ID, 0, lapsed=True)}), a_known(1))
    assert [finding.code for finding in found.findings] == ["M069"]
    gone = GraphSku.model_validate(
        {"skuId": A1_ID, "skuPartNumber": A1, "capabilityStatus": "Suspended",
         "prepaidUnits": {"enabled": 50}})  # fmt: skip
    assert (gone.lapsed, gone.left) == (True, 0)
