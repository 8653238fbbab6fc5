"""What a tool's own JWT must say, once its signature is known to be good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kakehashi.catalogue import launch as rules
from kakehashi.lti.claims import MEMBERSHIPS
from kakehashi.refusal import Refusal

GRANT = "client_credentials"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SKEW = 60  # seconds that clocks may differ
LONGEST = 3600  # seconds an assertion may live: as long as its jti is remembered
TOKEN_SECONDS = 3600


def judge_assertion(
    claims: Mapping[str, Any], client_id: str, audiences: set[str], now: int
) -> Refusal | None:
    """A client assertion: iss = sub = client id, one of our ``audiences``, iat, exp and jti."""
    if claims.get("sub") != client_id:
        return Refusal(rules.BAD_ASSERTION, "sub")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        return Refusal(rules.BAD_ASSERTION, "jti")
    return judge_issuer(claims, client_id, audiences, now)


def judge_issuer(
    claims: Mapping[str, Any], client_id: str, audiences: set[str], now: int
) -> Refusal | None:
    """What any JWT of a tool must say: who made it, for whom, and when."""
    if claims.get("iss") != client_id:
        return Refusal(rules.BAD_ASSERTION, "iss")
    if not audiences & set(_as_list(claims.get("aud"))):
        return Refusal(rules.BAD_ASSERTION, "aud")
    return _judge_times(claims.get("iat"), claims.get("exp"), now)


def _judge_times(iat: Any, exp: Any, now: int) -> Refusal | None:
    if not isinstance(iat, int | float) or not now - LONGEST - SKEW <= iat <= now + SKEW:
        return Refusal(rules.BAD_ASSERTION, "iat")
    if not isinstance(exp, int | float) or not now - SKEW < exp <= now + LONGEST + SKEW:
        return Refusal(rules.BAD_ASSERTION, "exp")
    return None


def _as_list(value: Any) -> list[str]:
    return [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]


def judge_grant(form: Mapping[str, str]) -> Refusal | None:
    """A token request before its assertion is looked at; other scopes than ours are left out."""
    if form.get("grant_type") != GRANT or form.get("client_assertion_type") != ASSERTION:
        return Refusal(rules.BAD_GRANT)
    if MEMBERSHIPS not in form.get("scope", "").split():
        return Refusal(rules.BAD_SCOPE)
    return None
