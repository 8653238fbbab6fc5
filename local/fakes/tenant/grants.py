"""Authorization codes: given to who signed in, good for one exchange."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from local.fakes.tenant.refusals import Refused

LIFETIME = 600  # seconds a code is good for


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code stands for. ``user`` is an object id; ``at`` is when the person signed in,
    ``proven`` when the person last proved who it is."""

    user: str
    client: str
    redirect_uri: str
    scope: str
    nonce: str
    challenge: str
    method: str
    at: float
    proven: float = 0.0
    used: bool = False


class Grants:
    """Codes that were given out, kept until they expire."""

    def __init__(self) -> None:
        self._by_code: dict[str, Grant] = {}

    def give(self, grant: Grant) -> str:
        kept = self._by_code.items()
        self._by_code = {code: g for code, g in kept if grant.at < g.at + LIFETIME}
        code = secrets.token_urlsafe(48)
        self._by_code[code] = grant
        return code

    def take(self, code: str, client: str, now: float) -> Grant:
        """The grant behind ``code``, which is used up by this. Raises Refused."""
        grant = self._by_code.get(code)
        if grant is None or grant.client != client:
            raise invalid(70000, "The provided value for the input parameter 'code' is not valid.")
        if grant.used:
            raise invalid(54005, "OAuth2 Authorization code was already redeemed.")
        self._by_code[code] = replace(grant, used=True)
        if now >= grant.at + LIFETIME:
            raise invalid(70008, "The provided authorization code has expired.")
        return grant


def invalid(number: int, text: str) -> Refused:
    return Refused("invalid_grant", number, text)
