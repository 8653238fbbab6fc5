"""People at the launcher: signing in, choosing a tool, and being sent to it.

Each method gathers what is needed, lets ``kakehashi.lti`` decide, and writes down what must not
happen twice. Nobody is believed for longer than a request: a pupil who is suspended meanwhile is
turned away at the next one.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import boto3

from kakehashi import city as cities
from kakehashi.catalogue import launch as rules
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.launch.choices import Choices
from kakehashi.edges.launch.lti_keys import LtiKeys
from kakehashi.edges.launch.pupils import Pupils
from kakehashi.edges.launch.sessions import LaunchSessions, read_hint, sign_hint
from kakehashi.edges.launch.tool_keys import claimed_issuer
from kakehashi.edges.runs import Folder
from kakehashi.edges.settings import LaunchSettings
from kakehashi.edges.web.cookies import SIGN_IN_SECONDS
from kakehashi.edges.web.lately import Lately
from kakehashi.edges.web.short_lived import ShortLived
from kakehashi.edges.web.sign_in import NotSignedIn, SignIn, Why
from kakehashi.lti import claims, deep_linking, launch, registrations
from kakehashi.lti.claims import Platform
from kakehashi.lti.deep_linking import CHOOSING_SECONDS, REQUEST, RESPONSE
from kakehashi.lti.launch import LaunchSession
from kakehashi.lti.registrations import Registration
from kakehashi.people.pupil import Pupil
from kakehashi.refusal import Refusal

LAUNCHES = frozenset({claims.RESOURCE_LINK, REQUEST})
NOT_SIGNED_IN = {
    Why.NOT_OURS: rules.SIGN_IN_NOT_OURS,
    Why.REFUSED: rules.SIGN_IN_REFUSED,
    Why.OTHER_TENANT: rules.OTHER_TENANT,
    Why.NOT_FRESH: rules.SIGN_IN_NOT_OURS,  # never asked for here
}


def _utc() -> datetime:
    return datetime.now(UTC)


class LaunchDependencies:
    """What requests share: the tables, our keys, the cities' rules, and the clock (UTC)."""

    def __init__(self, settings: LaunchSettings) -> None:
        table = boto3.resource("dynamodb").Table(settings.table)
        self.settings = settings
        self.clock: Callable[[], datetime] = _utc
        self.issuer = settings.public_url.rstrip("/")
        self.kept = ShortLived.of(settings.launch_table)
        self.pupils = Pupils(table, settings.runs_bucket)
        self.keys = LtiKeys(table, boto3.client("kms"), settings.lti_key)
        self.rules = Lately(self._read_rules)
        self.held = Lately(self.pupils.held)

    @classmethod
    @functools.cache
    def of(cls, settings: LaunchSettings) -> Self:
        return cls(settings)

    def platform(self, city: str) -> Platform:
        return Platform(self.issuer, city, self.need_rules(city).name)

    def need_rules(self, city: str) -> cities.City:
        found = self.rules(city)
        if found is None:
            raise BadConfiguration("a city has pupils and no rules")
        return found

    def registration(self, city: str, key: str) -> Registration | None:
        found = self.rules(city)
        return registrations.registered(city, found, key) if found else None

    def _read_rules(self, city: str) -> cities.City | None:
        s3 = boto3.client("s3")
        body = Folder(s3, self.settings.rules_bucket, "cities/").get(f"{city}.toml")
        return cities.parse(body.decode()) if body else None


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in pupil who may launch, and what tools know the pupil by."""

    session: LaunchSession
    pupil: Pupil
    sub: str


@dataclass(frozen=True, slots=True)
class Posted:
    """What the browser carries to the tool at ``action``."""

    action: str
    fields: Mapping[str, str]
    registration: Registration


class Launcher:
    """One request's. ``moment`` is UTC, ``now`` the same in seconds since 1970."""

    def __init__(self, deps: LaunchDependencies) -> None:
        self.deps, self.moment = deps, deps.clock()
        self.now = int(self.moment.timestamp())
        self.sessions = LaunchSessions(deps.kept)
        self.chosen = Choices(deps.kept, self.now)

    # -- signing in ----------------------------------------------------------------------------

    def begin_sign_in(self) -> tuple[str, str]:
        """(where to send the browser, what its cookie holds)."""
        flow = SignIn.of(self.deps.settings).begin(f"{self.deps.issuer}/sign-in/callback")
        ends = self.now + SIGN_IN_SECONDS
        return str(flow["auth_uri"]), self.deps.kept.keep("SIGN_IN", flow, ends)

    def end_sign_in(self, cookie: str, answer: Mapping[str, str]) -> str | Refusal:
        """What the cookie of the new session holds. A sign-in ends once, whatever its end."""
        flow = self.deps.kept.take("SIGN_IN", cookie, self.now)
        if flow is None:
            return Refusal(rules.SIGN_IN_NOT_OURS, "cookie")
        who = SignIn.of(self.deps.settings).end(flow, answer)
        if isinstance(who, NotSignedIn):
            return Refusal(NOT_SIGNED_IN[who.why], who.detail)
        found = self.deps.pupils.signed_in(who.object_id)
        if found is None:
            return Refusal(rules.UNKNOWN_PUPIL)
        city, known = found
        refusal = launch.standing(known, self.deps.held(city))
        return refusal or self.sessions.begin(city, known.pupil.id, self.now, known.tool_id)

    def visitor(self, cookie: str) -> Visitor | Refusal:
        session = self.sessions.find(cookie, self.now)
        if session is None:
            return Refusal(rules.NOT_SIGNED_IN)
        known = self.deps.pupils.of(session.city, session.pupil)
        refusal = launch.standing(known, self.deps.held(session.city))
        if refusal or known is None:
            return refusal or Refusal(rules.UNKNOWN_PUPIL)
        return Visitor(session, known.pupil, known.sourced_id)

    # -- launching -----------------------------------------------------------------------------

    def tools(self, visitor: Visitor) -> list[Registration]:
        city = visitor.session.city
        return registrations.shown_to(visitor.pupil, city, self.deps.need_rules(city))

    def begin_launch(
        self, visitor: Visitor, key: str, link: str = "", message: str = claims.RESOURCE_LINK
    ) -> tuple[str, dict[str, str]] | Refusal:
        """The tool's login URL and what it is told there: third-party-initiated login.

        ``link`` is a content the pupil has chosen, "" for the tool as such.
        """
        registration = self.deps.registration(visitor.session.city, key)
        refusal = launch.allowed(registration, visitor.pupil)
        if refusal or registration is None:
            return refusal or Refusal(rules.UNKNOWN_TOOL)
        target = self.chosen.link(visitor.session, registration, visitor.pupil, link)
        if target is None or (message == REQUEST and not registration.tool.deep_linking):
            return Refusal(rules.UNKNOWN_TOOL)
        ends = self.now + launch.HINT_SECONDS
        hint = launch.hint_for(
            registration, visitor.pupil, message, once=_once(), ends=ends, link=link
        )
        return registration.tool.login_url, {
            "iss": self.deps.issuer,
            "login_hint": visitor.session.login_hint,
            "target_link_uri": target.url,
            "lti_message_hint": sign_hint(visitor.session, hint),
            "client_id": registration.client_id,
            "lti_deployment_id": registration.deployment_id(visitor.pupil),
        }

    def end_launch(self, visitor: Visitor, query: Mapping[str, str]) -> Posted | Refusal:
        """A tool's authorization request, checked whole; signed last, right before it is posted."""
        registration = self._asking(visitor, query)
        if isinstance(registration, Refusal):
            return registration
        request = launch.read_request(query, registration, visitor.session)
        if isinstance(request, Refusal):
            return request
        hint = read_hint(visitor.session, request.message_hint)
        refusal = launch.judge_hint(hint, registration, visitor.pupil, self.now, messages=LAUNCHES)
        if refusal or hint is None:
            return refusal or Refusal(rules.BAD_HINT)
        if not self.deps.kept.first_use("hint", hint["jti"], hint["exp"]):
            return Refusal(rules.USED_HINT)
        told = self._claims(visitor, registration, request.nonce, hint)
        if told is None:
            return Refusal(rules.UNKNOWN_TOOL)
        fields = {"id_token": self.deps.keys.sign(told, self.moment), "state": request.state}
        return Posted(request.redirect_uri, fields, registration)

    def keep_choice(self, visitor: Visitor, answer: str) -> Refusal | None:
        """A tool's deep linking answer."""
        city, key = registrations.read_client_id(claimed_issuer(answer)) or ("", "")
        found = self.deps.registration(city, key) if city == visitor.session.city else None
        refusal = launch.allowed(found, visitor.pupil)
        if refusal or found is None or not found.tool.deep_linking:
            return refusal or Refusal(rules.UNKNOWN_TOOL)
        issuer = self.deps.issuer
        return self.chosen.take(visitor.session, found, visitor.pupil, answer, issuer)

    def _asking(self, visitor: Visitor, query: Mapping[str, str]) -> Registration | Refusal:
        city, key = registrations.read_client_id(query.get("client_id", "")) or ("", "")
        found = self.deps.registration(city, key) if city == visitor.session.city else None
        refusal = launch.allowed(found, visitor.pupil)
        if refusal or found is None:
            return refusal or Refusal(rules.UNKNOWN_TOOL)
        return found

    def _claims(
        self, visitor: Visitor, tool: Registration, nonce: str, hint: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """What the tool is told, or None where the content has gone meanwhile."""
        pupil = visitor.pupil
        platform = self.deps.platform(visitor.session.city)
        message = claims.Message(platform, tool, pupil, visitor.sub, nonce, self.now)
        if hint["message"] == REQUEST:
            ends = self.now + CHOOSING_SECONDS
            back = launch.hint_for(tool, pupil, RESPONSE, once=_once(), ends=ends)
            return deep_linking.request(message, sign_hint(visitor.session, back))
        link = self.chosen.link(visitor.session, tool, pupil, hint["link"])
        return claims.resource_link(message, link) if link else None


def _once() -> str:
    return secrets.token_urlsafe(16)
