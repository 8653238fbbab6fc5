"""Is a JWT signed by the tool? Its keys are fetched from its JWKS, or stand in the city's rules."""

from __future__ import annotations

import functools
from typing import Any

import jwt
from jwt import PyJWK

from kakehashi.catalogue import launch as rules
from kakehashi.city import LtiTool
from kakehashi.edges.launch.jwks import KeySet
from kakehashi.lti.assertions import SKEW
from kakehashi.refusal import Refusal

ALGORITHMS = ["RS256"]  # never what the header asks for
_OURS: Any = {  # the claims are judged in kakehashi.lti.assertions
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": True,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
    "enforce_minimum_key_length": True,
}


def claimed_issuer(token: str) -> str:
    """Who a JWT says made it, "" where it says nothing: not to be believed before ``verified``."""
    try:
        return str(jwt.decode(token, options={"verify_signature": False}).get("iss", ""))
    except jwt.InvalidTokenError:
        return ""


def verified(token: str, tool: LtiTool) -> dict[str, Any] | Refusal:
    """The claims of ``token``, or why its signature counts for nothing."""
    try:
        head = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError:
        return Refusal(rules.BAD_ASSERTION, "not a JWT")
    if head.get("alg") not in ALGORITHMS:
        return Refusal(rules.BAD_ASSERTION, "alg")
    key = _key(tool, str(head.get("kid", "")))
    if key is None:
        return Refusal(rules.UNKNOWN_KEY)
    try:
        return jwt.decode(token, key, algorithms=ALGORITHMS, options=_OURS, leeway=SKEW)
    except jwt.PyJWTError as exc:  # also a key that is too short
        return Refusal(rules.BAD_ASSERTION, type(exc).__name__)


def _key(tool: LtiTool, kid: str) -> PyJWK | None:
    try:
        if tool.jwks_uri:
            return _published(tool.jwks_uri).find(kid)
        given = next((key for key in tool.keys if key.get("kid") == kid), None)
        return PyJWK.from_dict(given, ALGORITHMS[0]) if given else None
    except (jwt.PyJWTError, ValueError):  # a key that a city wrote down wrongly
        return None


@functools.cache
def _published(url: str) -> KeySet:
    """One an address, for the life of the process."""
    return KeySet(url)
