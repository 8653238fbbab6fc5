"""Compares what the bridge has done with what is true in the city."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from local.demo import DemoCity
from tests.year.truth import Account, Child, Outlook

if TYPE_CHECKING:
    from tests.year.world import World

MARK, OF_STAFF = "extensionAttribute1", "staff-"
COUNTED = ("NEW", "MOVED", "PROMOTED", "RENAMED", "RETURNED")
STAGES = {"P": "小", "J": "中"}
NEUTRAL = re.compile("なかよし[0-9]+組")


def roster_of(city: DemoCity) -> list[Child]:
    """What is true tonight; ``room`` tells special-needs classes apart, whose titles are masked."""
    rooms = {c.umi: (c.school, c.stage, c.room) for c in city.children if c.support}
    return [{**child, "room": rooms.get(child["umi"])} for child in city.truth()]


def same_plan(summary: Mapping[str, Any], outlook: Outlook) -> None:
    """The report tells the same story, pupil by pupil where it names them."""
    counts = {name: summary["counts"].get(name, 0) for name in COUNTED}
    assert counts == {name: outlook.counts.get(name, 0) for name in COUNTED}
    proposed = summary["proposed"]
    assert set(proposed.get("GONE", ())) == outlook.gone
    assert set(proposed.get("EXPIRED", ())) == outlook.expired
    assert set(summary["held"].get("M001", ())) == outlook.held.get("M001", frozenset())
    unnamed = {umi for code, ids in summary["held"].items() if code[0] == "N" for umi in ids}
    assert unnamed == outlook.held.get("N001", frozenset())
    assert all(code == "M001" or code[0] == "N" for code in summary["held"])


def differences(world: World) -> list[str]:
    """Where tenant, state or a tool is not as the truth says."""
    found = {u["onPremisesExtensionAttributes"][MARK]: u for u in world.bridge.users()}
    users = {mark: user for mark, user in found.items() if not mark.startswith(OF_STAFF)}
    truth = world.truth.accounts
    titles = {umi: user.get("department") or "" for umi, user in users.items()}
    return [
        *_accounts(users, truth),
        *_lifelines(world, users),
        *_rooms(world, titles),
        *_state(world, users),
        *world.tools.differences(truth, titles),
    ]


def _accounts(users: Mapping[str, Any], truth: Mapping[str, Account]) -> Iterator[str]:
    yield from (f"{umi}: no account" for umi in truth.keys() - users.keys())
    yield from (f"{umi}: an account too many" for umi in users.keys() - truth.keys())
    for umi in truth.keys() & users.keys():
        user, wanted = users[umi], _as_in_the_tenant(truth[umi])
        has = {name: user.get(name) for name in wanted}
        if has != wanted:
            yield f"{umi}: {has}, not {wanted}"


def _as_in_the_tenant(account: Account) -> dict[str, Any]:
    child = account.child
    wanted = {
        "userPrincipalName": child["account"],
        "accountEnabled": account.enabled,
        "displayName": f"{child['family']} {child['given']}",
        "surname": child["family"],
        "givenName": child["given"],
        "officeLocation": child["school_name"],
        "jobTitle": STAGES[child["grade"][0]] + child["grade"][1],
        "ageGroup": "Minor",
    }
    return wanted if child["class_title"] is None else wanted | {"department": child["class_title"]}


def _lifelines(world: World, users: Mapping[str, Any]) -> Iterator[str]:
    """One account for life, and nothing is taken from anybody whom the board did not mark."""
    for umi, user in users.items():
        if world.objects.setdefault(umi, user["id"]) != user["id"]:
            yield f"{umi}: another account than before"
        if not user["accountEnabled"] and (umi, "停止") not in world.marked:
            yield f"{umi}: disabled, and nobody said so"
    for umi in world.objects.keys() - users.keys():
        if not {(umi, "停止"), (umi, "削除")} <= world.marked:
            yield f"{umi}: deleted, and was not marked twice"
        del world.objects[umi]


def _rooms(world: World, titles: Mapping[str, str]) -> Iterator[str]:
    """A special-needs class has one neutral title of its own."""
    rooms: dict[tuple[str, str], Any] = {}
    for child in world.followed:
        title, room = titles.get(child["umi"]), child["room"]
        if room is None or title is None:
            continue
        if not NEUTRAL.fullmatch(title):
            yield f"{child['umi']}: {title} is not neutral"
        if rooms.setdefault((child["school"], title), room) != room:
            yield f"{child['umi']}: two classes share {title}"


def _state(world: World, users: Mapping[str, Any]) -> Iterator[str]:
    truth = world.truth.accounts
    known = {one.pupil.id: one for one in world.bridge.known()}
    yield from (f"{umi}: not in the state" for umi in truth.keys() - known.keys())
    yield from (f"{umi}: in the state" for umi in known.keys() - truth.keys())
    for umi in truth.keys() & known.keys() & users.keys():
        one, account = known[umi], truth[umi]
        has = (one.object_id, str(one.status), one.absent_since, one.suspended_on,
               one.pupil.school, one.pupil.grade, one.pupil.family)  # fmt: skip
        child, status = account.child, "active" if account.enabled else "suspended"
        wanted = (users[umi]["id"], status, account.absent_since, account.suspended_on,
                  child["school"], child["grade"], child["family"])  # fmt: skip
        if has != wanted:
            yield f"{umi}: {has}, not {wanted}"
