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
from kakehashi.lti import claims, deep_linking, launch, pages, registrations
from kakehashi.lti.claims import Platform
from kakehashi.lti.contexts import among, context_of
from kakehashi.lti.deep_linking import CHOOSING_SECONDS, REQUEST, RESPONSE
from kakehashi.lti.launch import LaunchSession
from kakehashi.lti.registrations import Registration
from kakehashi.lti.teaching import Launching, Teaching, teachings
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember
from kakehashi.refusal import Refusal
from kakehashi.roster import JAPAN

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
    """Somebody signed in who may launch, in each of these contexts, and what tools know them by.

    A pupil stands in one; a member of staff in several, or in none.
    """

    session: LaunchSession
    person: Pupil | StaffMember
    several: tuple[Launching, ...]
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
        refusal = refusal or self._not_of_ours(city, known)
        return refusal or self.sessions.begin(city, known.pupil.id, self.now, known.tool_id)

    def visitor(self, cookie: str) -> Visitor | Refusal:
        session = self.sessions.find(cookie, self.now)
        if session is None:
            return Refusal(rules.NOT_SIGNED_IN)
        known = self.deps.pupils.of(session.city, session.pupil)
        refusal = launch.standing(known, self.deps.held(session.city))
        if refusal or known is None:
            return refusal or Refusal(rules.UNKNOWN_PUPIL)
        if refusal := self._not_of_ours(session.city, known):
            return refusal
        person = known.pupil
        if isinstance(person, StaffMember):
            return Visitor(session, person, self._teachings(session.city, person), person.master)
        return Visitor(session, person, (person,), known.sourced_id)

    def _not_of_ours(self, city: str, known: Record[Any]) -> Refusal | None:
        """Staff where the city has given up serving them."""
        of_staff = isinstance(known.pupil, StaffMember)
        return Refusal(rules.UNKNOWN_PUPIL) if of_staff and not self._serves_staff(city) else None

    def _serves_staff(self, city: str) -> bool:
        return self.deps.need_rules(city).staff is not None

    def _teachings(self, city: str, member: StaffMember) -> tuple[Teaching, ...]:
        day, staff = self.moment.astimezone(JAPAN).date(), self.deps.need_rules(city).staff
        return teachings(
            member,
            day,
            lambda room: self.deps.pupils.grades_in(city, room),
            gap=staff.gap_days if staff else 0,
        )

    # -- launching -----------------------------------------------------------------------------

    def page(self, visitor: Visitor) -> pages.LaunchPage:
        """The launcher itself."""
        city, person = visitor.session.city, visitor.person
        found, chosen = self.deps.need_rules(city), self.chosen.of(visitor.session)
        if isinstance(person, Pupil):
            tools = registrations.shown_to(person, city, found)
            return pages.launcher(person, found.name, tools, chosen)
        desks = [
            pages.TeachersTools(one, context_of(one), registrations.shown_to(one, city, found))
            for one in visitor.several if isinstance(one, Teaching)
        ]  # fmt: skip
        return pages.staff_launcher(desks, person.family, person.given, chosen)

    def begin_launch(
        self,
        visitor: Visitor,
        key: str,
        link: str = "",
        context: str = "",
        message: str = claims.RESOURCE_LINK,
    ) -> tuple[str, dict[str, str]] | Refusal:
        """The tool's login URL and what it is told there: third-party-initiated login.

        ``link`` is a content that was chosen, "" for the tool as such; ``context`` one of the
        visitor's, "" for the first.
        """
        registration = self.deps.registration(visitor.session.city, key)
        who = among(visitor.several, context)
        refusal = launch.allowed(registration, (who,) if who else ())
        if refusal or registration is None or who is None:
            return refusal or Refusal(rules.UNKNOWN_TOOL)
        target = self.chosen.link(visitor.session, registration, who, link)
        if target is None or (message == REQUEST and not registration.tool.deep_linking):
            return Refusal(rules.UNKNOWN_TOOL)
        ends = self.now + launch.HINT_SECONDS
        hint = launch.hint_for(registration, who, message, once=_once(), ends=ends, link=link)
        return registration.tool.login_url, {
            "iss": self.deps.issuer,
            "login_hint": visitor.session.login_hint,
            "target_link_uri": target.url,
            "lti_message_hint": sign_hint(visitor.session, hint),
            "client_id": registration.client_id,
            "lti_deployment_id": registration.deployment_id(who),
        }

    def end_launch(self, visitor: Visitor, query: Mapping[str, str]) -> Posted | Refusal:
        """A tool's authorization request, checked whole; signed last, right before it is posted."""
        registration = self._asking(visitor, query)
        if isinstance(registration, Refusal):
            return registration
        request = launch.read_request(query, registration, visitor.session)
        if isinstance(request, Refusal):
            return request
        found = self._meant(visitor, registration, request.message_hint)
        if isinstance(found, Refusal):
            return found
        who, hint = found
        if not self.deps.kept.first_use("hint", hint["jti"], hint["exp"]):
            return Refusal(rules.USED_HINT)
        told = self._claims(visitor, who, registration, request.nonce, hint)
        if told is None:
            return Refusal(rules.UNKNOWN_TOOL)
        fields = {"id_token": self.deps.keys.sign(told, self.moment), "state": request.state}
        return Posted(request.redirect_uri, fields, registration)

    def _meant(
        self, visitor: Visitor, registration: Registration, message_hint: str
    ) -> tuple[Launching, Mapping[str, Any]] | Refusal:
        """In which context the launch was begun, and what its hint says."""
        hint = read_hint(visitor.session, message_hint)
        who = among(visitor.several, str((hint or {}).get("context", "")))
        if who is None:  # no longer that teacher's class
            return Refusal(rules.BAD_HINT, "context")
        refusal = launch.judge_hint(hint, registration, who, self.now, messages=LAUNCHES)
        refusal = refusal or launch.allowed(registration, (who,))
        if refusal or hint is None:
            return refusal or Refusal(rules.BAD_HINT)
        return who, hint

    def keep_choice(self, visitor: Visitor, answer: str) -> Refusal | None:
        """A tool's deep linking answer."""
        city, key = registrations.read_client_id(claimed_issuer(answer)) or ("", "")
        found = self.deps.registration(city, key) if city == visitor.session.city else None
        refusal = launch.allowed(found, visitor.several)
        if refusal or found is None or not found.tool.deep_linking:
            return refusal or Refusal(rules.UNKNOWN_TOOL)
        issuer = self.deps.issuer
        return self.chosen.take(visitor.session, found, visitor.several, answer, issuer)

    def _asking(self, visitor: Visitor, query: Mapping[str, str]) -> Registration | Refusal:
        city, key = registrations.read_client_id(query.get("client_id", "")) or ("", "")
        found = self.deps.registration(city, key) if city == visitor.session.city else None
        refusal = launch.allowed(found, visitor.several)
        if refusal or found is None:
            return refusal or Refusal(rules.UNKNOWN_TOOL)
        return found

    def _claims(
        self,
        visitor: Visitor,
        who: Launching,
        tool: Registration,
        nonce: str,
        hint: Mapping[str, Any],
    ) -> dict[str, Any] | None:
        """What the tool is told, or None where the content has gone meanwhile."""
        platform = self.deps.platform(visitor.session.city)
        message = claims.Message(platform, tool, who, visitor.sub, nonce, self.now)
        if hint["message"] == REQUEST:
            ends = self.now + CHOOSING_SECONDS
            back = launch.hint_for(tool, who, RESPONSE, once=_once(), ends=ends)
            return deep_linking.request(message, sign_hint(visitor.session, back))
        link = self.chosen.link(visitor.session, tool, who, hint["link"])
        return claims.resource_link(message, link) if link else None


def _once() -> str:
    return secrets.token_urlsafe(16)
