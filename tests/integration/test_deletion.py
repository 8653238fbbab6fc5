"""Deletion, against the fake tenant and the state table: rare, last, and hard to bring about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kakehashi.actions import Action, Kind
from kakehashi.directories.microsoft365.flows import Terms
from kakehashi.edges import settings
from kakehashi.edges.microsoft.accounts import CityAccounts
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.provision.deletion import Deletions
from kakehashi.edges.state import State
from kakehashi.people.record import Record, Status
from kakehashi.provision.deletable import Conditions
from tests.builders import DOMAIN, TODAY, a_known, a_pupil
from tests.tenants import Tenant
from tests.unit.provision.conversations import an_action

MARK = "extensionAttribute1"
LONG_AGO = TODAY - timedelta(days=100)


class Office:
    """Three leavers of long ago, in the state and in the tenant."""

    def __init__(self, tenant: Tenant, env: settings.DirectorySettings, table: str) -> None:
        self.tenant, self.env = tenant, env
        self.state = State.of(table, "demo")
        self.leavers = [
            a_known(n, status=Status.SUSPENDED, suspended_on=LONG_AGO, absent_since=LONG_AGO)
            for n in (1, 2, 3)
        ]
        tenant.give_known(self.leavers)
        for one in self.leavers:
            self.state.put_pupil(one, None)

    def deletions(self, *decided: Record) -> Deletions:
        """All three are to be deleted; a decision stands for ``decided``."""
        return Deletions(
            actions=[action(one) for one in self.leavers],
            conditions=Conditions(frozenset(one.pupil.id for one in decided), TODAY, 90),
            effects={},
            state=self.state,
            accounts=CityAccounts(Directory.of(self.env), Terms(MARK), DOMAIN),
        )

    def outcomes(self, deletions: Deletions) -> list[tuple[str, str]]:
        return [(str(r.outcome), r.code) for _, r in sorted(deletions.results.items())]

    def left(self) -> tuple[set[str], set[str]]:
        """Who is in the tenant, and who in the state."""
        users = {u["onPremisesExtensionAttributes"][MARK] for u in self.tenant.users()}
        return users, {one.pupil.id for one in self.state.pupils()}


def action(known: Record) -> Action:
    return an_action(Kind.DELETE, pupil=known.pupil.id, before=known, object_id=known.object_id)


@pytest.fixture
def office(tenant: Tenant, env: settings.DirectorySettings, account: dict[str, str]) -> Office:
    return Office(tenant, env, account["TABLE"])


def ids(*numbers: int) -> set[str]:
    return {a_pupil(n).id for n in numbers}


def test_without_a_decision_nobody_is_deleted(office: Office) -> None:
    deletions = office.deletions()
    assert deletions.carry_out()
    assert office.outcomes(deletions) == [("held", "M010")] * 3
    assert (office.left(), office.tenant.count("deletes")) == ((ids(1, 2, 3), ids(1, 2, 3)), 0)


def test_only_who_is_named_is_deleted_and_forgotten(office: Office) -> None:
    deletions = office.deletions(office.leavers[1])
    deletions.carry_out()
    assert office.outcomes(deletions) == [("held", "M010"), ("done", ""), ("held", "M010")]
    assert office.left() == (ids(1, 3), ids(1, 3))
    assert deletions.results[2].request_id


def test_an_account_that_may_sign_in_again_or_lost_our_mark_stays(office: Office) -> None:
    enabled, unmarked, _ = office.leavers
    office.tenant.give(
        {"id": enabled.object_id, "accountEnabled": True}
        | {"userPrincipalName": enabled.pupil.account, "displayName": "x"}
        | {"onPremisesExtensionAttributes": {MARK: enabled.pupil.id}},
        {"id": unmarked.object_id, "accountEnabled": False}
        | {"userPrincipalName": unmarked.pupil.account, "displayName": "x"},
    )
    deletions = office.deletions(*office.leavers)
    deletions.carry_out()
    assert office.outcomes(deletions) == [("held", "M013"), ("held", "M011"), ("done", "")]
    assert office.left()[1] == ids(1, 2)


def test_called_again_it_says_nothing_to_graph(office: Office) -> None:
    office.deletions(*office.leavers).carry_out()
    again = office.deletions(*office.leavers)
    again.carry_out()
    assert office.outcomes(again) == [("skipped", "")] * 3
    assert office.tenant.count("deletes") == 3


def test_an_account_already_deleted_is_forgotten(office: Office) -> None:
    """By hand, or by a run that died between Graph and the state table."""
    office.tenant.delete(office.leavers[0].object_id)
    deletions = office.deletions(*office.leavers)
    deletions.carry_out()
    assert office.outcomes(deletions) == [("done", "")] * 3
    assert office.left() == (set(), set())


@pytest.mark.parametrize("kind", ["commit-then-reset", "status", "commit-then-status"])
def test_a_broken_connection_or_a_busy_service_is_borne(office: Office, kind: str) -> None:
    status = {} if kind == "commit-then-reset" else {"status": 503}
    office.tenant.fault(kind=kind, method="DELETE", shape="/users/{id}", times=1, **status)
    deletions = office.deletions(*office.leavers)
    deletions.carry_out()
    assert office.outcomes(deletions) == [("done", "")] * 3
    assert office.left() == (set(), set())


def test_who_is_out_of_reach_is_told_and_stays(office: Office) -> None:
    office.tenant.fault(status=403, method="DELETE", shape="/users/{id}", times=1)
    deletions = office.deletions(*office.leavers)
    deletions.carry_out()
    assert office.outcomes(deletions) == [("held", "M005"), ("done", ""), ("done", "")]
    assert office.left() == (ids(1), ids(1))


def test_an_item_that_somebody_wrote_meanwhile_is_kept_and_told(office: Office) -> None:
    deletions = office.deletions(*office.leavers)
    raced, _, _ = office.leavers
    now = replace(raced, pupil=replace(raced.pupil, class_title="6年6組"))

    class Raced(State):
        """Another run writes the first pupil's item right before it is dropped."""

        def drop_pupil(self, known: Record) -> None:
            if known == raced:
                super().put_pupil(now, known)
            super().drop_pupil(known)

    deletions.state = Raced(office.state.table, "demo")
    assert deletions.carry_out()
    assert office.outcomes(deletions) == [("failed", "M012"), ("done", ""), ("done", "")]
    assert office.state.pupil(raced.pupil.id) == now


def test_the_throttle_of_the_tenant_is_heeded(office: Office) -> None:
    office.tenant.fault(status=429, retry_after=1, method="DELETE", shape="/users/{id}", times=2)
    deletions = office.deletions(*office.leavers)
    began = deletions.now()
    deletions.carry_out()
    assert office.outcomes(deletions) == [("done", "")] * 3
    assert deletions.now() >= began + 1, "as long as Graph asked for"


def test_time_running_out_leaves_the_rest_for_the_next_call(office: Office) -> None:
    deletions = office.deletions(*office.leavers)
    assert not deletions.carry_out(until=deletions.now() - 1)
    assert office.left()[0] == ids(1, 2, 3)
