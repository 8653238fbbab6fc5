"""Nothing is deleted unless everything speaks for it."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kakehashi.actions import Action, Kind
from kakehashi.catalogue import cities
from kakehashi.catalogue import provision as rules
from kakehashi.directories.port import Listed
from kakehashi.findings import Rule
from kakehashi.people.record import Record, Status
from kakehashi.provision.deletable import Conditions, objection
from tests.builders import TODAY, a_known, a_tenant_account, an_id
from tests.unit.provision.conversations import an_action
from tests.unit.provision.test_requests import SHIPPED

LONG_AGO = TODAY - timedelta(days=90)
GONE = a_known(1, status=Status.SUSPENDED, suspended_on=LONG_AGO, absent_since=LONG_AGO)
ACTION = an_action(Kind.DELETE, 1, before=GONE, object_id=GONE.object_id)
ACCOUNT = a_tenant_account(GONE, enabled=False)
DECIDED = Conditions(frozenset({ACTION.pupil}), TODAY, 90)


def against(
    action: Action = ACTION,
    known: Record | None = GONE,
    account: Listed | None = ACCOUNT,
    conditions: Conditions = DECIDED,
) -> Rule | None:
    why = objection(action, known, account, conditions)
    return why.rule if why else None


def test_an_account_that_is_marked_suspended_and_decided_on_may_go() -> None:
    assert against() is None


@pytest.mark.parametrize("decided", [frozenset[str](), frozenset({an_id("another")})])
def test_not_without_a_decision_that_names_the_pupil(decided: frozenset[str]) -> None:
    assert against(conditions=replace(DECIDED, decided=decided)) is rules.DELETE_REFUSED


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DELETE])
def test_not_for_any_other_kind_of_action(kind: Kind) -> None:
    assert against(action=replace(ACTION, kind=kind)) is rules.DELETE_REFUSED


@pytest.mark.parametrize(
    "facts",
    [
        {"status": Status.ACTIVE},
        {"suspended_on": None},
        {"suspended_on": LONG_AGO + timedelta(days=1)},
        {"suspended_on": date(2030, 1, 1)},
    ],
)
def test_not_before_the_suspension_is_as_old_as_the_rules_say(facts: dict[str, Any]) -> None:
    assert against(known=replace(GONE, **facts)) is rules.DELETE_REFUSED


def test_not_while_the_account_may_sign_in() -> None:
    assert against(account=replace(ACCOUNT, enabled=True)) is rules.IN_USE_AGAIN


@pytest.mark.parametrize("mark", ["", an_id("another")])
def test_not_without_our_mark(mark: str) -> None:
    assert against(account=replace(ACCOUNT, mark=mark)) is rules.FOREIGN_MARK


def test_not_one_that_another_city_of_the_tenant_has_taken_over() -> None:
    theirs = replace(ACCOUNT, sign_in="s1@next.example.jp")
    assert against(account=theirs) is cities.GONE_TO_ANOTHER


def test_not_another_account_than_the_state_knows() -> None:
    moved = replace(GONE, object_id=an_id("another object"))
    assert against(known=moved) is rules.STATE_MOVED


def test_not_an_account_of_a_pupil_the_state_has_forgotten() -> None:
    assert against(known=None) is rules.STATE_MOVED
    assert against(known=None, account=None) is None, "all is done already"


def test_an_account_that_is_not_there_leaves_only_the_pupil_to_forget() -> None:
    assert against(account=None) is None


def test_one_module_of_what_ships_can_delete_a_user_and_one_asks_for_it() -> None:
    """``requests`` can take a member out of a group, by a word that says nothing else."""
    able: dict[str, set[str]] = {"calls": set(), "names": set()}
    for path in SHIPPED.rglob("*.py"):
        name = path.relative_to(SHIPPED).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == "delete":
                able["calls"].add(name)
            if isinstance(node, ast.Constant) and node.value == "DELETE":
                able["names"].add(name)
    microsoft = "directories/microsoft365"
    assert able == {
        "calls": {"edges/provision/deletion.py"},
        "names": {f"{microsoft}/deletion.py", f"{microsoft}/requests.py"},
    }
