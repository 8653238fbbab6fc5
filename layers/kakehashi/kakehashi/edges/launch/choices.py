"""Contents that pupils have chosen in tools, and the tool's answer that brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from kakehashi.catalogue import launch as rules
from kakehashi.edges.launch.sessions import read_hint
from kakehashi.edges.launch.tool_keys import verified
from kakehashi.edges.web.short_lived import ShortLived
from kakehashi.lti import assertions, deep_linking, launch
from kakehashi.lti.claims import ResourceLink
from kakehashi.lti.contexts import among
from kakehashi.lti.launch import LaunchSession
from kakehashi.lti.registrations import Registration
from kakehashi.lti.teaching import Launching
from kakehashi.refusal import Refusal

CHOSEN_SECONDS = 400 * 86_400  # a school year and its holidays


class Choices:
    """``now`` is in seconds since 1970. By tool key, the links of each."""

    def __init__(self, kept: ShortLived, now: int) -> None:
        self.kept, self.now = kept, now

    def of(self, session: LaunchSession) -> dict[str, list[ResourceLink]]:
        found = self.kept.peek("CHOSEN", _name(session), self.now) or {}
        return {key: [ResourceLink(**link) for link in links] for key, links in found.items()}

    def link(
        self, session: LaunchSession, tool: Registration, who: Launching, link: str
    ) -> ResourceLink | None:
        """The link of that id; "" is the tool as such."""
        if not link:
            return ResourceLink.whole(tool, who)
        return next((one for one in self.of(session).get(tool.key, []) if one.id == link), None)

    def take(
        self,
        session: LaunchSession,
        tool: Registration,
        several: Sequence[Launching],
        answer: str,
        issuer: str,
    ) -> Refusal | None:
        """Keep what a tool's answer brings, in place of what was chosen in it before."""
        claims = verified(answer, tool.tool)
        if isinstance(claims, Refusal):
            return claims
        refusal = assertions.judge_issuer(claims, tool.client_id, {issuer}, self.now)
        data = read_hint(session, str(claims.get(f"{deep_linking.DL}data", "")))
        who = among(several, str((data or {}).get("context", "")))
        if who is None:
            return Refusal(rules.BAD_HINT, "context")
        if refusal := refusal or deep_linking.judge_response(claims, tool, who):
            return refusal
        links = deep_linking.read_items(claims, tool)
        if isinstance(links, Refusal):
            return links
        if refusal := self._judge_data(claims, data, tool, who):  # last: it uses it up
            return refusal
        kept = {key: [asdict(one) for one in many] for key, many in self.of(session).items()}
        kept[tool.key] = [asdict(one) for one in links]
        self.kept.keep_as("CHOSEN", _name(session), kept, self.now + CHOSEN_SECONDS)
        return None

    def _judge_data(
        self,
        claims: Mapping[str, Any],
        data: Mapping[str, Any] | None,
        tool: Registration,
        who: Launching,
    ) -> Refusal | None:
        """The answer must bring back what only this session can have sent, and only once."""
        messages = frozenset({deep_linking.RESPONSE})
        refusal = launch.judge_hint(data, tool, who, self.now, messages=messages)
        if refusal or data is None:
            return refusal or Refusal(rules.BAD_HINT)
        first = self.kept.first_use("hint", data["jti"], data["exp"])
        again = claims.get("jti", claims["nonce"])
        ends = int(claims["exp"]) + assertions.SKEW
        if not first or not self.kept.first_use(tool.client_id, str(again), ends):
            return Refusal(rules.REPLAYED)
        return None


def _name(session: LaunchSession) -> str:
    """What a pupil has chosen stays the pupil's, whatever id the roster gives it."""
    return f"{session.city}\x1f{session.sub or session.pupil}"
