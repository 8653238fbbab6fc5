"""May this launch go on? The checks on a person, on a tool's request and on the hint it returns.

The steps are those of the LTI 1.3 security framework: we send the browser to the tool with a
``login_hint`` and an ``lti_message_hint``; the tool sends it back to our authorization endpoint
with both unchanged, a ``state`` and a ``nonce``; only then is an id_token signed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from kakehashi.catalogue import launch as rules
from kakehashi.lti.contexts import context_of
from kakehashi.lti.registrations import Registration
from kakehashi.lti.teaching import Launching, Teaching
from kakehashi.people.record import Record, Status
from kakehashi.refusal import Refusal

HINT_SECONDS = 300  # from the tile to the authorization endpoint
MOST = 2048  # characters of what a tool sends
MOST_NONCE = 255


@dataclass(frozen=True, slots=True)
class LaunchSession:
    """Who is signed in in a browser.

    ``pupil`` is the userMasterIdentifier, or the mark of a member of staff. ``login_hint`` is what
    tools return to name this session,
    ``key`` signs its message hints, ``ends`` is in seconds since 1970. ``sub`` is what tools know
    the pupil by, "" where that is the userMasterIdentifier.
    """

    city: str
    pupil: str
    login_hint: str
    key: bytes
    ends: int
    sub: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """An authorization request that may be answered at ``redirect_uri``, its hint still unread."""

    redirect_uri: str
    state: str
    nonce: str
    message_hint: str


def standing(record: Record[Any] | None, held: Set[str]) -> Refusal | None:
    """May this person launch anything? ``held`` are those held when the last run settled."""
    if record is None or record.status in {Status.DELETED, Status.PREPARED}:
        return Refusal(rules.UNKNOWN_PUPIL)
    if record.status is Status.SUSPENDED:
        return Refusal(rules.SUSPENDED)
    if record.pupil.id in held:
        return Refusal(rules.HELD)
    return None


def allowed(registration: Registration | None, several: Sequence[Launching]) -> Refusal | None:
    """May this person launch this tool, in any of these contexts?"""
    if registration is None:
        return Refusal(rules.UNKNOWN_TOOL)
    if not any(map(registration.is_for, several)):
        return Refusal(rules.NOT_FOR_THIS_PUPIL)
    return None


def read_request(
    query: Mapping[str, str], registration: Registration, session: LaunchSession
) -> AuthorizationRequest | Refusal:
    """What a tool asks at the authorization endpoint.

    The redirect URI is looked at first and exactly: nothing is ever sent to another one.
    """
    if query.get("redirect_uri") not in registration.tool.redirect_uris:
        return Refusal(rules.FOREIGN_REDIRECT)
    if wrong := _malformed(query):
        return Refusal(rules.MALFORMED, wrong)
    if not hmac.compare_digest(query["login_hint"].encode(), session.login_hint.encode()):
        return Refusal(rules.FOREIGN_LOGIN_HINT)
    return AuthorizationRequest(
        query["redirect_uri"], query["state"], query["nonce"], query["lti_message_hint"]
    )


_FIXED = {"response_type": "id_token", "response_mode": "form_post", "prompt": "none"}
_GIVEN = {"login_hint": MOST, "lti_message_hint": MOST, "state": MOST, "nonce": MOST_NONCE}


def _malformed(query: Mapping[str, str]) -> str:
    """The name of the first parameter that is not as it must be, or ""."""
    if "openid" not in query.get("scope", "").split():
        return "scope"
    wrong = [name for name, value in _FIXED.items() if query.get(name) != value]
    wrong += [name for name, most in _GIVEN.items() if not 0 < len(query.get(name, "")) <= most]
    return wrong[0] if wrong else ""


def hint_for(
    registration: Registration,
    who: Launching,
    message: str,
    *,
    once: str,
    ends: int,
    link: str = "",
) -> dict[str, Any]:
    """What an lti_message_hint says; ``once`` makes it usable a single time.

    ``message`` is the LTI message type, ``link`` the chosen content or "". Staff have a choice of
    contexts: the hint keeps theirs.
    """
    chosen = {"context": context_of(who).id} if isinstance(who, Teaching) else {}
    return chosen | {
        "sub": _whose(who, once),
        "tool": registration.client_id,
        "deployment": registration.deployment_id(who),
        "message": message,
        "link": link,
        "jti": once,
        "exp": ends,
    }


def _whose(who: Launching, once: str) -> str:
    """The person, for us alone: a hint is in addresses, which tools and proxies write down."""
    return hashlib.sha256(f"{once}\x1f{who.id}".encode()).hexdigest()


def judge_hint(
    hint: Mapping[str, Any] | None,
    registration: Registration,
    who: Launching,
    now: int,
    *,
    messages: Set[str],
) -> Refusal | None:
    """``hint`` is None where its signature is not this session's; ``messages`` are the LTI message
    types that it may have been made for."""
    if hint is None:
        return Refusal(rules.BAD_HINT, "signature")
    if hint["sub"] != _whose(who, hint["jti"]) or hint["tool"] != registration.client_id:
        return Refusal(rules.BAD_HINT, "person or tool")
    if hint["deployment"] != registration.deployment_id(who):
        return Refusal(rules.BAD_HINT, "deployment")
    if hint["message"] not in messages:
        return Refusal(rules.BAD_HINT, "message")
    if hint["exp"] <= now:
        return Refusal(rules.EXPIRED_HINT)
    return None
