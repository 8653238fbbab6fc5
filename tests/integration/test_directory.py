"""The real client against the fake tenant, over HTTP."""

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from kakehashi.actions import Action, Kind
from kakehashi.catalogue import lost
from kakehashi.catalogue import provision as rules
from kakehashi.directories.microsoft365.flows import Terms, flow
from kakehashi.directories.pace import Clock, Pacer
from kakehashi.directories.port import Ended, Settled, Stopped
from kakehashi.edges import settings
from kakehashi.edges.errors import BadConfiguration, DirectoryError
from kakehashi.edges.microsoft.credentials import secure
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.microsoft.graph import Wire
from tests.builders import DOMAIN, a_known, a_pupil, an_id
from tests.tenants import SharedClock, Tenant
from tests.unit.provision.conversations import an_action

MARK = "extensionAttribute1"
PASSWORD = "Hinagiku-2026"


@contextmanager
def opened(
    env: settings.DirectorySettings, clock: Clock | None = None, rate: float = 0.0
) -> Iterator[Directory]:
    directory = Directory(Wire.of(env), Pacer(rate, clock)) if clock else Directory.of(env)
    with closing(directory):
        yield directory


@pytest.fixture
def directory(env: settings.DirectorySettings, tenant: Tenant) -> Iterator[Directory]:
    """Unpaced, on the tenant's virtual clock: back-off takes no time."""
    with opened(env, SharedClock(tenant)) as one:
        yield one


def apply(directory: Directory, *actions: Action, until: float | None = None) -> dict[int, Ended]:
    terms = Terms(MARK, restorable=directory.deleted_accounts(MARK, DOMAIN))
    flows = ((n, flow(action, terms, lambda: PASSWORD)) for n, action in enumerate(actions))
    return {ended.key: ended for ended in directory.apply(flows, until)}


def creates(count: int) -> list[Action]:
    return [an_action(Kind.CREATE, n) for n in range(1, count + 1)]


def marks(tenant: Tenant) -> list[str]:
    return sorted(u["onPremisesExtensionAttributes"][MARK] for u in tenant.users())


def assert_all_made_once(tenant: Tenant, actions: list[Action], ended: dict[int, Ended]) -> None:
    assert marks(tenant) == sorted(action.pupil for action in actions)
    assert {key for key, one in ended.items() if isinstance(one.outcome, Settled)} == set(
        range(len(actions))
    )
    ids = {u["onPremisesExtensionAttributes"][MARK]: u["id"] for u in tenant.users()}
    assert {actions[k].pupil: e.outcome for k, e in ended.items()} == {
        umi: Settled(object_id) for umi, object_id in ids.items()
    }


# -- reading --------------------------------------------------------------------------------------


def test_accounts_with_a_mark_or_a_wanted_name_are_listed_and_no_others(
    tenant: Tenant, directory: Directory
) -> None:
    ours = a_known(1)
    tenant.give_known([ours])
    tenant.give({"userPrincipalName": "S000002@ed.example.jp", "accountEnabled": False})
    tenant.give({"userPrincipalName": "teacher@ed.example.jp"})
    found = list(directory.accounts(MARK, {a_pupil(2).account}))
    assert {(a.sign_in, a.mark, a.enabled) for a in found} == {
        (a_pupil(1).account, ours.pupil.id, True),
        ("S000002@ed.example.jp", "", False),
    }


def test_a_tenant_of_several_pages_is_listed_whole_even_if_a_page_is_empty(
    tenant: Tenant, directory: Directory
) -> None:
    tenant.give_known(a_known(n) for n in range(1, 2101))
    tenant.settings(empty_pages=True)
    found = list(directory.accounts(MARK, ()))
    assert sorted(a.mark for a in found) == sorted(a_pupil(n).id for n in range(1, 2101))


def test_accounts_are_asked_for_twenty_at_a_time(tenant: Tenant, directory: Directory) -> None:
    known = [a_known(n) for n in range(1, 42)]
    tenant.give_known(known[:40])
    tenant.recount()
    found = directory.look_up([one.object_id for one in known], MARK)
    assert sorted(one.object_id for one in found) == sorted(k.object_id for k in known[:40])
    assert tenant.count("batches") == 3


def test_an_account_that_cannot_be_told_is_not_taken_for_gone(
    tenant: Tenant, directory: Directory
) -> None:
    tenant.give_known([a_known(1)])
    tenant.fault(status=403, method="GET", shape="/users/{id}", times=1)
    with pytest.raises(DirectoryError):
        directory.look_up([a_known(1).object_id], MARK)


def test_of_two_deleted_accounts_the_last_one_deleted_is_had_back(
    tenant: Tenant, directory: Directory
) -> None:
    earlier, later = (a_known(1, object_id=an_id(word)) for word in ("earlier", "later"))
    for one in (earlier, later):
        tenant.give_known([one])
        tenant.delete(one.object_id)
        directory.clock.wait_until(directory.clock.now() + 60)
    assert directory.deleted_accounts(MARK, DOMAIN) == {earlier.pupil.id: later.object_id}


def test_a_listing_survives_throttling_and_outages(tenant: Tenant, directory: Directory) -> None:
    tenant.give_known(a_known(n) for n in range(1, 30))
    for status in (429, 503, 504):
        tenant.fault(status=status, method="GET", retry_after=7)
    tenant.fault(kind="reset", method="GET")
    assert len(list(directory.accounts(MARK, ()))) == 29


# -- writing --------------------------------------------------------------------------------------


def test_new_pupils_get_accounts_that_hold_everything(tenant: Tenant, directory: Directory) -> None:
    actions = creates(45)
    assert_all_made_once(tenant, actions, apply(directory, *actions))
    made = tenant.user(a_pupil(1).account)
    wanted = dict(actions[0].account)
    assert made["onPremisesExtensionAttributes"][MARK] == wanted.pop(MARK)
    assert {name: made[name] for name in wanted} == wanted
    assert made["accountEnabled"] is True
    assert tenant.knows_password(a_pupil(1).account, PASSWORD)
    assert tenant.count("batches") == 3


def test_every_result_names_the_call_that_brought_it(directory: Directory) -> None:
    ended = apply(directory, *creates(3))
    ids = {uuid.UUID(one.request_id) for one in ended.values()}
    assert len(ids) == 3


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "commit-then-status", "status": 504},
        {"kind": "commit-then-reset"},
        {"kind": "status", "status": 429, "retry_after": 3},
        {"kind": "status", "status": 503},
        {"kind": "reset"},
        {"kind": "stale-connection"},
        {"kind": "status", "status": 409},
    ],
    ids=lambda fault: f"{fault['kind']} {fault.get('status', '')}",
)
@pytest.mark.parametrize("names_other", [True, False])
def test_no_failure_makes_a_second_account_or_loses_a_pupil(
    tenant: Tenant, directory: Directory, fault: dict[str, object], names_other: bool
) -> None:
    tenant.settings(conflict_names_other=names_other, replication={"get": 30, "list": 30})
    tenant.fault(**fault, method="POST", shape="/users", times=4)
    actions = creates(25)
    assert_all_made_once(tenant, actions, apply(directory, *actions))
    assert tenant.count("faults") >= 4


def test_a_name_that_belongs_to_somebody_else_is_not_touched(
    tenant: Tenant, directory: Directory
) -> None:
    tenant.give({"userPrincipalName": a_pupil(2).account.upper(), "displayName": "x"})
    before = tenant.users()
    ended = apply(directory, *creates(3))
    assert ended[1].outcome == Stopped(rules.ACCOUNT_TAKEN)
    assert [one for one in tenant.users() if one in before] == before
    assert isinstance(ended[0].outcome, Settled)
    assert isinstance(ended[2].outcome, Settled)


def test_one_odd_account_is_held_and_the_rest_go_on(tenant: Tenant, directory: Directory) -> None:
    actions = [an_action(Kind.RESTORE, n) for n in range(1, 6)]
    tenant.give_known(action.before for action in actions if action.before)
    tenant.settings(role_holders=[actions[2].object_id])
    ended = apply(directory, *actions)
    held = {key for key, one in ended.items() if isinstance(one.outcome, Stopped)}
    assert held == {2}
    assert [u["accountEnabled"] for u in tenant.users()].count(True) == 4


def test_a_missing_permission_stops_the_run_instead_of_holding_everybody(
    tenant: Tenant, directory: Directory
) -> None:
    tenant.fault(status=403, method="POST", shape="/users", times=None)
    with pytest.raises(DirectoryError) as caught:
        apply(directory, *creates(20))
    assert (caught.value.code, caught.value.status) == ("Authorization_RequestDenied", 403)


def test_a_deleted_account_of_a_returning_pupil_comes_back_with_its_id(
    tenant: Tenant, directory: Directory
) -> None:
    old = a_known(1, pupil=a_pupil(1, class_title="2年9組"))
    tenant.give_known([old])
    tenant.delete(old.object_id)
    ended = apply(directory, an_action(Kind.CREATE, 1, password=None))
    assert ended[0].outcome == Settled(old.object_id, lost.BROUGHT_BACK)
    (now,) = tenant.users()
    assert (now["id"], now["department"]) == (old.object_id, "3年2組")


def test_a_suspension_blocks_sign_in(tenant: Tenant, directory: Directory) -> None:
    action = an_action(Kind.SUSPEND, 1)
    assert action.before
    tenant.give_known([action.before])
    assert isinstance(apply(directory, action)[0].outcome, Settled)
    assert tenant.user(a_pupil(1).account)["accountEnabled"] is False
    assert tenant.shapes()["POST /users/{id}/revokeSignInSessions"] == 1


def test_no_action_whatever_deletes_an_account(tenant: Tenant, directory: Directory) -> None:
    actions = [an_action(kind, n) for n, kind in enumerate(Kind, 1)]
    tenant.give_known(action.before for action in actions if action.before)
    ended = apply(directory, *actions)
    assert ended[len(actions) - 1].outcome == Stopped(rules.DELETE_REFUSED)
    assert tenant.count("deletes") == 0


def test_time_running_out_leaves_the_rest_for_the_next_call(
    env: settings.DirectorySettings, tenant: Tenant
) -> None:
    clock, actions = SharedClock(tenant), creates(100)
    with opened(env, clock, rate=19.0) as directory:
        directory.pacer.heed(0.8)  # nothing saved up
        first = apply(directory, *actions, until=clock.now() + 3)
        assert 20 <= len(first) < 100
        assert len(tenant.users()) == len(first)
        rest = apply(directory, *actions)
    assert_all_made_once(tenant, actions, rest)


# -- pace -----------------------------------------------------------------------------------------


def test_our_own_pace_is_never_throttled_and_near_the_physical_limit(
    env: settings.DirectorySettings, tenant: Tenant
) -> None:
    tenant.settings(throttle={"on": True, "writes": 60, "writes_seconds": 3})
    clock, actions = SharedClock(tenant), creates(400)
    with opened(env, clock, rate=19.0) as directory:
        directory.pacer.heed(0.8)  # nothing saved up
        start = clock.now()
        ended = apply(directory, *actions)
    assert_all_made_once(tenant, actions, ended)
    assert tenant.count("throttled") == 0
    assert 380 / 20 <= clock.now() - start <= 1.10 * 400 / 20


def test_random_failures_and_slow_replication_cost_a_quarter_at_most(
    env: settings.DirectorySettings, tenant: Tenant
) -> None:
    tenant.settings(throttle={"on": True}, replication={"get": 30, "list": 30})
    often: dict[str, Any] = {"method": "POST", "shape": "/users", "share": 0.013, "times": None}
    tenant.fault(status=429, retry_after=2, seed=1, **often)
    tenant.fault(status=503, seed=2, **often)
    tenant.fault(kind="commit-then-status", status=504, seed=3, **often)
    tenant.fault(kind="commit-then-reset", seed=4, **(often | {"share": 0.0006}))  # 1 in 80 calls
    clock, actions = SharedClock(tenant), creates(3000)
    with opened(env, clock, rate=19.0) as directory:
        start = clock.now()
        ended = apply(directory, *actions)
    assert_all_made_once(tenant, actions, ended)
    assert tenant.count("faults") > 100
    assert clock.now() - start <= 1.25 * 3000 / 20


# -- credentials and addresses --------------------------------------------------------------------


def test_an_expired_secret_is_told_by_its_number_and_nothing_is_half_done(
    tenant: Tenant, directory: Directory
) -> None:
    tenant.settings(secret_expired=True)
    with pytest.raises(DirectoryError) as caught:
        list(directory.accounts(MARK, ()))
    assert str(caught.value) == "AADSTS7000222 (401)"
    assert tenant.count("writes") == 0


def test_a_token_that_graph_no_longer_likes_is_fetched_anew(
    tenant: Tenant, env: settings.DirectorySettings
) -> None:
    clock = SharedClock(tenant)
    with opened(env, clock) as directory:
        list(directory.accounts(MARK, ()))
        clock.wait_until(clock.now() + 4000)  # older than the token, though msal cannot know
        assert list(directory.accounts(MARK, ())) == []
    assert tenant.count("tokens") == 2


@pytest.mark.parametrize("url", ["http://graph.example.jp", "ftp://127.0.0.1", "127.0.0.1", ""])
def test_only_https_or_loopback_will_do(url: str) -> None:
    with pytest.raises(BadConfiguration):
        secure(url)


def test_a_real_tenant_is_never_written_to_unpaced(env: settings.DirectorySettings) -> None:
    url = "https://graph.microsoft.com/v1.0"
    with pytest.raises(BadConfiguration):
        Wire.of(env.model_copy(update={"graph_base_url": url}))


def test_a_next_page_on_a_strange_host_is_not_followed(env: settings.DirectorySettings) -> None:
    with closing(Wire.of(env)) as wire, pytest.raises(DirectoryError):
        wire.relative("https://elsewhere.example/v1.0/users?$skiptoken=x")


def test_that_no_password_may_be_set_says_nothing_of_what_else_may_be_done(
    tenant: Tenant, directory: Directory
) -> None:
    """Twenty children back at once, each with a slip: the app may not, and the night goes on."""
    pupils = [a_known(n) for n in range(1, 21)]
    tenant.give_known(pupils)
    for one in pupils:
        tenant.delete(one.object_id)
    ended = apply(directory, *creates(20))
    assert {one.outcome.note for one in ended.values() if isinstance(one.outcome, Settled)} == {
        lost.PASSWORD_NOT_SET
    }
    assert len(tenant.users()) == 20
