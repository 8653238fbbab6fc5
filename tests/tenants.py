"""The fake tenant as tests see it: its control plane, and a clock that both sides share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import requests

from kakehashi.people.record import Record
from local.fakes import tenant as fake
from tests.builders import an_id


class Tenant:
    """Control of one running tenant. ``users`` and the like look behind its HTTP interface."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.session = requests.Session()
        self.session.headers["Connection"] = "close"  # an idle one may be cut just when it is used

    def close(self) -> None:
        """Whatever the test was about: what was said on both sides fits Graph's schema."""
        misfits = self.call("GET", "misfits")
        self.session.close()
        assert misfits == {"requests": {}, "answers": {}}

    def call(self, method: str, name: str, body: Any = None) -> Any:
        answer = self.session.request(method, f"{self.base_url}/_tenant/{name}", json=body)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def users(self) -> list[dict[str, Any]]:
        return list(self.call("GET", "export")["value"])

    def groups(self) -> list[dict[str, Any]]:
        return list(self.call("GET", "export")["groups"])

    def user(self, upn: str) -> dict[str, Any]:
        (found,) = [u for u in self.users() if u["userPrincipalName"] == upn]
        return found

    def give(self, *users: Mapping[str, Any]) -> None:
        """Add accounts that we did not make."""
        self.call("POST", "import?mode=merge", {"value": list(users)})

    def give_known(self, known: Iterable[Record]) -> None:
        """Accounts as earlier runs of ours left them."""
        self.give(*(as_graph(one) for one in known))

    def give_group(self, *groups: Mapping[str, Any]) -> None:
        """Add groups that we did not make."""
        kept = self.groups()
        self.call("POST", "import?mode=merge", {"value": [], "groups": [*kept, *groups]})

    def delete(self, object_id: str) -> None:
        """Somebody deletes an account by hand, in the portal."""
        self._by_hand("DELETE", f"users/{object_id}")

    def rename(self, object_id: str, sign_in: str) -> None:
        """Somebody gives an account another sign-in name, in the portal."""
        self._by_hand("PATCH", f"users/{object_id}", {"userPrincipalName": sign_in})

    def take_out(self, group: str, object_id: str) -> None:
        """Somebody takes an account out of a group, in the portal."""
        self._by_hand("DELETE", f"groups/{group}/members/{object_id}/$ref")

    def open_team(self, team: str) -> None:
        """Somebody opens an archived Team again."""
        self._by_hand("POST", f"teams/{team}/unarchive", {})

    def purge(self, object_id: str) -> None:
        """Somebody deletes an account for good, or thirty days pass."""
        self.delete(object_id)
        self._by_hand("DELETE", f"directory/deletedItems/{object_id}")

    def have_back(self, object_id: str) -> None:
        """Somebody restores a deleted account in the portal."""
        self._by_hand("POST", f"directory/deletedItems/{object_id}/restore", {})

    def _by_hand(self, method: str, path: str, body: Any = None) -> None:
        token = self.session.post(
            f"{self.base_url}/{fake.TENANT_ID}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": fake.CLIENT_ID,
                "client_secret": fake.CLIENT_SECRET,
                "scope": "https://graph.microsoft.com/.default",
            },
        ).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{self.base_url}/v1.0/{path}"
        answer = self.session.request(method, url, headers=headers, json=body)
        assert answer.ok, answer.text

    def settings(self, **changes: Any) -> None:
        self.call("PATCH", "settings", changes)

    def fault(self, **rule: Any) -> None:
        self.call("POST", "faults", rule)

    def heal(self) -> None:
        self.call("DELETE", "faults")

    def count(self, name: str) -> int:
        """A counter: writes, committed, throttled, reads, batches, deletes …"""
        return int(self.call("GET", "counters")[name])

    def shapes(self) -> dict[str, int]:
        return dict(self.call("GET", "counters")["shapes"])

    def recount(self) -> None:
        self.call("DELETE", "counters")

    def knows_password(self, upn: str, password: str) -> bool:
        body = {"userPrincipalName": upn, "password": password}
        return bool(self.call("POST", "check-password", body)["ok"])


class SharedClock:
    """Virtual seconds: waiting for a moment moves the tenant's clock there, at once."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.time = float(tenant.call("POST", "clock", {"virtual": True})["now"])

    def now(self) -> float:
        return self.time

    def wait_until(self, moment: float) -> None:
        if moment > self.time:
            self.tenant.call("POST", "clock", {"advance": moment - self.time})
            self.time = moment


def as_graph(known: Record[Any]) -> dict[str, Any]:
    """An account of ours as the tenant's export writes it."""
    flat = {n: v for n, v in known.account.items() if v and not n.startswith("extension")}
    marks = {n: v for n, v in known.account.items() if n.startswith("extension")}
    enabled = known.status == "active"
    return flat | {
        "id": known.object_id,
        "accountEnabled": enabled,
        "onPremisesExtensionAttributes": marks,
    }


def a_team_by_hand(name: str) -> dict[str, Any]:
    """A class Team as Teams' own dialogue makes one."""
    return {
        "id": an_id(f"team {name}"), "displayName": name, "mailNickname": "Class1234",
        "groupTypes": ["Unified"], "mailEnabled": True, "securityEnabled": False,
        "visibility": "HiddenMembership", "resourceProvisioningOptions": ["Team"],
        "class": True, "team": {"archived": False}, "members": [],
    }  # fmt: skip


def environment(base_url: str) -> dict[str, str]:
    """What a function's environment says about the tenant; the secret is made by ``aws``."""
    return {
        "GRAPH_BASE_URL": f"{base_url}/v1.0",
        "LOGIN_BASE_URL": base_url,
        "TENANT_ID": fake.TENANT_ID,
        "CLIENT_ID": fake.CLIENT_ID,
        "CREDENTIAL_SECRET": "kakehashi/credential",
        "WRITES_PER_SECOND": "0",
    }
