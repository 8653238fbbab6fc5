"""Tools at our services: a token for a signed assertion, and the members of a class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from kakehashi.catalogue import launch as rules
from kakehashi.edges.launch.launcher import LaunchDependencies
from kakehashi.edges.launch.tool_keys import claimed_issuer, verified
from kakehashi.lti import assertions, memberships, registrations
from kakehashi.lti.claims import MEMBERSHIPS
from kakehashi.lti.contexts import context_of
from kakehashi.lti.registrations import Registration
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember
from kakehashi.refusal import Refusal
from kakehashi.roster import JAPAN

TOLD_SECONDS = 30 * 86_400  # how long a tool may ask for differences to a list it has read
_CLIENT = "client_id"
_NUMBER = re.compile(r"[0-9]{1,6}\Z")


@dataclass(frozen=True, slots=True)
class MembershipContainer:
    """A membership container, and the links that go with it (rel → URL)."""

    body: Mapping[str, Any]
    links: Mapping[str, str]

    def link_header(self) -> str:
        return ", ".join(f'<{url}>; rel="{rel}"' for rel, url in self.links.items())


class Services:
    """One request's. ``moment`` is UTC, ``now`` the same in seconds since 1970."""

    def __init__(self, deps: LaunchDependencies) -> None:
        self.deps, self.moment = deps, deps.clock()
        self.now = int(self.moment.timestamp())

    def token(self, form: Mapping[str, str]) -> dict[str, Any] | Refusal:
        """An access token for whoever proves to be a registered tool."""
        if refusal := assertions.judge_grant(form):
            return refusal
        assertion = form.get("client_assertion", "")
        tool = self._claiming(assertion)
        if isinstance(tool, Refusal):
            return tool
        claims = verified(assertion, tool.tool)
        if isinstance(claims, Refusal):
            return claims
        audiences = {self.deps.issuer, f"{self.deps.issuer}/lti/token"}
        if refusal := assertions.judge_assertion(claims, tool.client_id, audiences, self.now):
            return refusal
        ends = int(claims["exp"]) + assertions.SKEW
        if not self.deps.kept.first_use(tool.client_id, claims["jti"], ends):
            return Refusal(rules.REPLAYED)
        return self._grant(tool)

    def _claiming(self, assertion: str) -> Registration | Refusal:
        """Whose key must have signed this, by what it says of itself."""
        tool = self._tool(claimed_issuer(assertion))
        if tool is None or not tool.tool.memberships:
            return Refusal(rules.UNKNOWN_CLIENT)
        return tool

    def _tool(self, client_id: str) -> Registration | None:
        named = registrations.read_client_id(client_id)
        return self.deps.registration(*named) if named else None

    def _grant(self, tool: Registration) -> dict[str, Any]:
        ends = self.now + assertions.TOKEN_SECONDS
        return {
            "access_token": self.deps.kept.keep("TOKEN", {_CLIENT: tool.client_id}, ends),
            "token_type": "Bearer",
            "expires_in": assertions.TOKEN_SECONDS,
            "scope": MEMBERSHIPS,
        }

    # -- names and roles -----------------------------------------------------------------------

    def memberships(
        self, authorization: str, context: str, query: Mapping[str, str]
    ) -> MembershipContainer | Refusal:
        """The class's pupils and teachers whom the tool may know; with ``since``, what has
        changed of them."""
        tool = self._bearing(authorization)
        if isinstance(tool, Refusal):
            return tool
        pupils = self.deps.pupils.in_class(tool.city, context)
        mine = [known for known in pupils if tool.is_for(known.pupil)]
        if not mine:
            return Refusal(rules.FOREIGN_CONTEXT)
        return self._list(tool, mine, self._teachers(tool, mine[0].pupil), query)

    def _teachers(self, tool: Registration, pupil: Pupil) -> list[Record[StaffMember]]:
        if not tool.tool.staff or self.deps.need_rules(tool.city).staff is None:
            return []
        day = self.moment.astimezone(JAPAN).date()
        return self.deps.pupils.teachers_of(tool.city, pupil.school, pupil.class_title, day)

    def _bearing(self, authorization: str) -> Registration | Refusal:
        scheme, _, secret = authorization.partition(" ")
        held = self.deps.kept.peek("TOKEN", secret.strip(), self.now)
        tool = self._tool(held[_CLIENT]) if held and scheme.lower() == "bearer" else None
        if tool is None or not tool.tool.memberships:
            return Refusal(rules.BAD_TOKEN)
        return tool

    def _list(
        self,
        tool: Registration,
        pupils: list[Record],
        teachers: list[Record[StaffMember]],
        query: Mapping[str, str],
    ) -> MembershipContainer | Refusal:
        context = context_of(pupils[0].pupil)
        role = query.get("role", "")
        whole = memberships.members_of(pupils, tool, role)
        whole += memberships.instructors_of(teachers, tool, role)
        members = whole
        if since := query.get("since", ""):
            before = self.deps.kept.peek("TOLD", since, self.now)
            if before is None or before["of"] != [tool.client_id, context.id]:
                return Refusal(rules.NO_SUCH_DIFFERENCE)
            members = memberships.differences(before["told"], whole)
        page = memberships.page(members, _number(query, "from"), _number(query, "limit"))
        url = self.deps.platform(tool.city).memberships_url(context.id)
        links: dict[str, str] = {}
        if page.next is not None:
            links["next"] = f"{url}?{urlencode(dict(query) | {'from': str(page.next)})}"
        elif not query.get("role"):
            told = {"of": [tool.client_id, context.id], "told": memberships.fingerprints(whole)}
            secret = self.deps.kept.keep("TOLD", told, self.now + TOLD_SECONDS)
            links["differences"] = f"{url}?{urlencode({'since': secret})}"
        return MembershipContainer(memberships.container(url, context, page.members), links)


def _number(query: Mapping[str, str], name: str) -> int:
    """A parameter that is a small number, 0 where it is missing or none."""
    text = query.get(name, "")
    return int(text) if _NUMBER.match(text) else 0
