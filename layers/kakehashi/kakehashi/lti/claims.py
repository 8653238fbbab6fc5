"""What a tool is told in an id_token, as the 学習eポータル標準モデル uses LTI 1.3."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from kakehashi.lti.contexts import context_of
from kakehashi.lti.registrations import Registration
from kakehashi.lti.teaching import Launching, Teaching

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
MEMBERSHIPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
STUDENT = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Student"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
FACULTY = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Faculty"
RESOURCE_LINK = "LtiResourceLinkRequest"
LIFE = 300  # seconds; tools refuse an older iat, so a token is signed right before it is posted


class HasNames(Protocol):
    @property
    def family(self) -> str: ...
    @property
    def given(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Platform:
    """Us, as one city's tools see us. ``issuer`` is our address without a trailing slash."""

    issuer: str
    city: str
    name: str

    def claim(self) -> dict[str, str]:
        """``guid`` stays the same for a city for ever, and has the form of a UUID v4, which tools
        check: a v5 would be refused."""
        digest = hashlib.sha256(f"kakehashi tool_platform {self.city}".encode()).digest()
        return {
            "guid": str(uuid.UUID(bytes=digest[:16], version=4)),
            "name": self.name,
            "product_family_code": "kakehashi",
        }

    def memberships_url(self, context: str) -> str:
        return f"{self.issuer}/lti/contexts/{context}/memberships"


@dataclass(frozen=True, slots=True)
class ResourceLink:
    """What is launched: the tool as such, or a content that was chosen in it."""

    id: str
    title: str
    url: str
    custom: Mapping[str, str]

    @classmethod
    def whole(cls, registration: Registration, who: Launching) -> Self:
        """The tool as such; one link in each context."""
        tool = registration.tool
        link = registration.link_id(context_of(who).id)
        return cls(link, tool.name, tool.target_link_uri, {})


@dataclass(frozen=True, slots=True)
class Message:
    """What every message to a tool is made of.

    ``sub`` is what tools know this person by (``Record.sourced_id``), ``nonce`` exactly as the tool
    sent it, ``now`` in seconds since 1970.
    """

    platform: Platform
    registration: Registration
    who: Launching
    sub: str
    nonce: str
    now: int

    def claims(self, kind: str, target: str, custom: Mapping[str, str]) -> dict[str, Any]:
        """The claims of every message; ``kind`` is the message type."""
        registration, who = self.registration, self.who
        return {
            "iss": self.platform.issuer,
            "aud": registration.client_id,
            "sub": self.sub,
            "iat": self.now,
            "exp": self.now + LIFE,
            "nonce": self.nonce,
            f"{CLAIM}message_type": kind,
            f"{CLAIM}version": "1.3.0",
            f"{CLAIM}deployment_id": registration.deployment_id(who),
            f"{CLAIM}target_link_uri": target,
            f"{CLAIM}roles": roles(who),
            f"{CLAIM}context": context_of(who).claim(),
            f"{CLAIM}tool_platform": self.platform.claim(),
            f"{CLAIM}launch_presentation": {
                "document_target": "window",
                "locale": "ja-JP",
                "return_url": f"{self.platform.issuer}/",
            },
            **self._custom(custom),
            **names(registration, who),
        }

    def _custom(self, custom: Mapping[str, str]) -> dict[str, Any]:
        """Some tools refuse a custom claim that lacks the grade: without one there is none."""
        if not self.who.grade:
            return {}
        told = {**self.registration.tool.custom, **custom, "grade": self.who.grade}
        return {f"{CLAIM}custom": told}


def roles(who: Launching) -> list[str]:
    return [FACULTY, INSTRUCTOR] if isinstance(who, Teaching) else [STUDENT, LEARNER]


def resource_link(message: Message, link: ResourceLink) -> dict[str, Any]:
    """The claims of an LtiResourceLinkRequest."""
    context = context_of(message.who)
    claims = message.claims(RESOURCE_LINK, link.url, link.custom)
    claims[f"{CLAIM}resource_link"] = {"id": link.id, "title": link.title}
    if message.registration.tool.memberships and context.is_class:
        claims[NRPS] = {
            "context_memberships_url": message.platform.memberships_url(context.id),
            "service_versions": ["2.0"],
        }
    return claims


def names(registration: Registration, who: HasNames) -> Mapping[str, str]:
    """The names where the city lets this tool have them, else nothing."""
    if not registration.tool.send_names:
        return {}
    told = {
        "name": f"{who.family} {who.given}".strip(),
        "family_name": who.family,
        "given_name": who.given,
    }
    return {claim: text for claim, text in told.items() if text}
