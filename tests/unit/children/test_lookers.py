"""Those who look on are not blind: each thing that must never be is seen when it is."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.children.bridge import Night
from tests.unit.children.machine import RENAMED, Years
from tests.unit.children.town import Child
from tests.unit.children.truth import Looker, User

FAMILY = [(0, 0, "east", "P3", 1), (1, 1, "east", "P3", 1), (2, 2, "west", "P4", 1)]


@pytest.fixture
def year() -> Years:
    """After the first night, on which everybody got an account."""
    year = Years()
    year.begins(first=FAMILY)
    assert said(year) == ""
    return year


def said(year: Years) -> str:
    looker = year.looker
    return "; ".join(looker.differences(looker.picture(), year.night(), strict=True))


def seen(year: Years) -> str:
    """What is wrong with everything as it stands, without a night."""
    looker: Looker = year.looker
    return "; ".join(looker.differences(looker.picture(), Night("applied"), strict=True))


def account_of(year: Years, child: Child) -> tuple[str, User]:
    ((key, user),) = year.looker.of(child).items()
    return key, user


def write(year: Years, key: str, **facts: object) -> None:
    directory = year.bridge.tenant.directory
    directory.commit([("users", key, directory.users[key] | facts)])


def test_a_child_who_opens_anothers_mail_is_seen(year: Years) -> None:
    one, other, _ = year.town.children
    (key, user), (key_of_other, _) = account_of(year, one), account_of(year, other)
    write(year, key_of_other, displayName=user["displayName"])
    assert "2: the account shows another child" in seen(year)
    year.owners.accounts[key], year.owners.accounts[key_of_other] = other, one
    assert "lgate opens for another child" in seen(year)


def test_who_is_blocked_or_deleted_unasked_is_seen(year: Years) -> None:
    one, other, _ = year.town.children
    write(year, account_of(year, one)[0], accountEnabled=False)
    assert "1: suspended, and nobody said so" in seen(year)
    before = year.looker.picture()
    key, _ = account_of(year, other)
    year.bridge.tenant.directory.commit([("users", key, None)])
    assert "2: deleted, and nobody said so" in year.looker.differences(before, Night("applied"))


def test_a_second_account_or_tool_user_is_seen(year: Years) -> None:
    one = year.town.children[0]
    key, user = account_of(year, one)
    twin = key[:-1] + ("0" if key[-1] != "0" else "1")
    copy = dict(user) | {"id": twin, "userPrincipalName": "second@ed.example.jp"}
    year.bridge.tenant.directory.commit([("users", twin, copy)])
    year.owners.accounts[twin] = one
    assert "1: 2 accounts" in seen(year)
    year.bridge.tenant.directory.commit([("users", twin, None)])
    tool = year.bridge.tools[0].receiver
    users = tool.store["users.csv"]
    users["doubled"] = users[one.umi] | {"sourcedId": "doubled"}
    assert "1: lgate has 2 of it" in seen(year)


def test_a_tool_a_group_or_a_slip_that_is_wrong_is_seen(year: Years) -> None:
    _, other, third = year.town.children
    for row in year.bridge.tools[1].receiver.store["users.csv"].values():
        row["enabledUser"] = "false"
    assert "1: interactive_study shows" in seen(year)
    key, _ = account_of(year, other)
    directory = year.bridge.tenant.directory
    for group in list(directory.groups_of(key)):
        directory.commit([("members", f"{group} {key}", None)])
    assert "2: not in the group of its class" in seen(year)
    year.owners.told[account_of(year, third)[0]] = 99
    assert "3: the slip does not open it" in seen(year)


def test_who_has_no_licence_or_is_two_at_the_launcher_is_seen(year: Years) -> None:
    one, other, _ = year.town.children
    write(year, account_of(year, one)[0], assignedLicenses=[])
    assert "1: no licence" in seen(year)
    known = year.bridge.state.pupil(other.umi)
    assert known
    doubled = replace(known, pupil=replace(known.pupil, id=one.umi), tool_id=one.umi)
    year.bridge.state.rows[one.umi] = json.dumps(doubled.to_json())
    found = seen(year)
    assert "2: a class lists it 2 times" in found
    assert "2: a launch opens another child's history" in found


def test_a_launch_that_shows_another_child_is_seen(year: Years) -> None:
    one, other, _ = year.town.children
    known = year.bridge.state.pupil(one.umi)
    assert known
    pupil = replace(known.pupil, family=other.name[0], given=other.name[1])
    year.bridge.state.rows[one.umi] = json.dumps(replace(known, pupil=pupil).to_json())
    assert "1: a launch shows another child" in seen(year)


def test_names_that_drift_unasked_are_seen(year: Years) -> None:
    year.renamed = [(year.town.day, RENAMED[7])]
    child = year.town.children[0]
    child.called(("渡辺", child.name[1], "ワタナベ", child.name[3]))
    year.town.day += timedelta(days=1)
    year.bridge.go_to(year.town.day)
    with pytest.raises(AssertionError, match="more than 3 renamed in 7 nights"):
        year.night()
