"""Those who look on through the year are neither blind nor deaf."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.nights import Nights
from tests.year import looking
from tests.year.bridge import FastPath
from tests.year.happenings import needs_approval
from tests.year.script import FIRST_DAY
from tests.year.silence import Ears, in_the_outbox
from tests.year.staffed import StaffedWorld
from tests.year.world import World


@pytest.fixture
def world(nights: Nights) -> World:
    """After the first night of a small city."""
    world = World(FastPath(nights), 20, FIRST_DAY)
    needs_approval(world)
    assert looking.differences(world) == []
    return world


def test_an_account_that_is_blocked_renamed_or_gone_is_seen(world: World, nights: Nights) -> None:
    blocked, renamed, gone = world.bridge.users()[:3]
    nights.tenant.give(blocked | {"accountEnabled": False}, renamed | {"displayName": "だれか"})
    nights.tenant.delete(gone["id"])
    wrong = [text.partition(":")[0] for text in looking.differences(world)]
    ids = [user["onPremisesExtensionAttributes"][looking.MARK] for user in (blocked, renamed, gone)]
    assert set(ids) <= set(wrong)
    assert wrong.count(ids[0]) >= 2, "it differs, and nobody said so"


def test_a_tool_or_a_state_that_lags_behind_is_seen(world: World) -> None:
    umi, account = next(iter(world.truth.accounts.items()))
    account.child = {**account.child, "family": "改姓"}
    assert [text for text in looking.differences(world) if text.startswith("everybody shows")]
    assert [text for text in looking.differences(world) if text.startswith(umi)]


def test_what_must_not_be_said_is_heard(world: World) -> None:
    child = world.roster[0]
    ears = Ears()
    ears.know(world.roster)
    ears.hear("run demo-1 applied", {"counts": {"NEW": 1}})
    assert ears.overheard() == set()
    name = f"{child['family']} {child['given']}"
    ears.hear(f"created {name}", {"account": child["account"]}, "Sakura-1234")
    assert ears.overheard() == {name, child["account"].partition("@")[0] + "@", "Sakura-1234"}


@pytest.mark.parametrize("text", ["知的1組", "𠮷田", "teacher", "Momiji-4711"])
def test_what_must_not_leave_the_house_is_found(text: str) -> None:
    assert in_the_outbox(f"users.csv,{text}") != []
    assert in_the_outbox("users.csv,なかよし1組,吉田") == []


@pytest.fixture
def staffed(nights: Nights) -> StaffedWorld:
    world = StaffedWorld(FastPath(nights), 20, FIRST_DAY)
    needs_approval(world)
    assert world.differences() == []
    return world


def test_what_is_not_as_the_list_says_of_staff_is_seen(
    staffed: StaffedWorld, nights: Nights
) -> None:
    """An account, the group of a school, an owner of a class, and what two tools hold."""
    (leads, *_) = [one for one in staffed.staff.accounts.values() if one.worker.rooms]
    account = nights.tenant.user(leads.worker.account)
    nights.tenant.give(account | {"accountEnabled": False})
    (school,) = [one for one in nights.tenant.groups()
                 if one["displayName"] == f"{leads.worker.school_name} 教職員"]  # fmt: skip
    nights.tenant.take_out(school["id"], account["id"])
    leads.worker = replace(leads.worker, family="改姓", rooms=frozenset())
    wrong = staffed.differences()
    mark = f"{looking.OF_STAFF}{leads.worker.number.lower()}"
    assert [text for text in wrong if text.startswith(f"{mark}: ")]
    assert f"{school['displayName']}: 0 too many, 1 missing" in wrong
    assert [text for text in wrong if "年度: 1 too many" in text], "a class is no longer theirs"
    told = [text.partition(":")[0] for text in wrong if leads.worker.account in text]
    assert {"everybody", "changes"} <= set(told)
