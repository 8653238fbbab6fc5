"""Five people of the demo city's board and schools, who do not exist: what they may do, and where.

They have accounts in the fake tenant, app roles there, and posts in our own table.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import requests

from kakehashi.edges.staff.posts import Posts
from kakehashi.edges.state import State
from kakehashi.edges.web.items import Items
from kakehashi.staff.viewer import LABELS, Role

DOMAIN = "board.example.jp"
PASSWORD = "Minna-de-Mimamoru-2026"  # noqa: S105 - opens nothing but the fake tenant on loopback


class DemoStack(Protocol):
    """What they need of the stack that they work on."""

    @property
    def tenant_url(self) -> str: ...
    def outputs(self) -> Mapping[str, str]: ...
    def resource(self, service: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Member:
    account: str
    name: str
    roles: tuple[Role, ...]

    @property
    def oid(self) -> str:
        """The object id, the same in every demo."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://kakehashi.example/{self.account}"))

    @property
    def duties(self) -> str:
        return "・".join(LABELS[role][0] for role in self.roles)


APPROVER = Member(f"shonin@{DOMAIN}", "見本 承子", (Role.SEE, Role.APPROVE, Role.OPERATE))
DECIDER = Member(f"handan@{DOMAIN}", "見本 断", (Role.SEE, Role.DECIDE))
SECOND = Member(f"handan2@{DOMAIN}", "見本 定", (Role.SEE, Role.DECIDE))
"""Of heads two persons decide."""
OPERATOR = Member(f"unyo@{DOMAIN}", "見本 運", (Role.OPERATE, Role.PASSWORDS))
TEACHER = Member(f"gakko@{DOMAIN}", "見本 学", (Role.SCHOOL,))
BOARD = (APPROVER, DECIDER, SECOND, OPERATOR)
EVERYBODY = (*BOARD, TEACHER)


def app_roles() -> dict[str, list[str]]:
    """Account → app roles, as the tenant gives them."""
    return {one.account: [role.value for role in one.roles] for one in EVERYBODY}


def hire(stack: DemoStack, city: str) -> None:
    """Accounts for all of them, and posts for the board's."""
    users = [
        {
            "id": one.oid,
            "userPrincipalName": one.account,
            "mailNickname": one.account.partition("@")[0],
            "displayName": one.name,
            "accountEnabled": True,
            "passwordProfile": {"password": PASSWORD},
        }
        for one in EVERYBODY
    ]
    with requests.Session() as tenant:
        tenant.trust_env = False  # no proxy of yours comes between
        where = f"{stack.tenant_url}/_tenant/import?mode=merge"
        tenant.post(where, json={"value": users}, timeout=10).raise_for_status()
    for one in BOARD:
        posts(stack).put(one.oid, city, [None])


def post_at_first_school(stack: DemoStack, city: str) -> None:
    """The teacher works at the first school of the city, once the city has pupils."""
    state = State(stack.resource("dynamodb").Table(stack.outputs()["Table"]), city)
    school = min((known.pupil.school for known in state.pupils()), default="")
    if school:
        posts(stack).put(TEACHER.oid, city, [school])


def posts(stack: DemoStack) -> Posts:
    table = stack.resource("dynamodb").Table(stack.outputs()["Table"])
    return Posts(Items(table, "POSTS"))


def told(people: Sequence[Member] = EVERYBODY) -> list[str]:
    """A line for each, for whoever wants to sign in as one of them."""
    return [f"  {one.duties}  アカウント account: {one.account}" for one in people]
