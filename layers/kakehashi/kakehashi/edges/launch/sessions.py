"""Who is signed in in this browser, and the message hints of that session.

The cookie is ``SameSite=Lax``: it comes with the top-level navigation back from Microsoft and
back from a tool, and with no request that another site makes by itself. Behind https it is
``__Host-`` and Secure; plain http exists on loopback only.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

import jwt
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from kakehashi.edges.launch.short_lived import ShortLived
from kakehashi.lti.launch import Session

SESSION_SECONDS = 8 * 3600  # a school day
SIGN_IN_SECONDS = 600
_HINT_ALGORITHM = "HS256"
_HINT_CLAIMS = ["sub", "tool", "deployment", "message", "link", "jti", "exp"]


class Cookies:
    """Names and attributes of our cookies on this site, and those a request brought."""

    def __init__(self, site: str, sent: Iterable[str]) -> None:
        self.secure = site.startswith("https://")
        self.sent = _parsed(sent)

    def get(self, name: str) -> str:
        return self.sent.get(self._name(name), "")

    def set(self, name: str, value: str, seconds: int | None = None) -> Cookie:
        """Without ``seconds`` the browser forgets it when it is closed, as on a shared tablet."""
        return Cookie(
            name=self._name(name),
            value=value,
            path="/",
            secure=self.secure,
            http_only=True,
            same_site=SameSite.LAX_MODE,
            max_age=seconds,
        )

    def clear(self, name: str) -> Cookie:
        return self.set(name, "", 0)

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name


def _parsed(sent: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in sent:
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(text).items()}
        except CookieError:
            continue
    return found


class Sessions:
    def __init__(self, kept: ShortLived) -> None:
        self.kept = kept

    def begin(self, city: str, pupil: str, now: int, sub: str = "") -> str:
        """A new session; returns what the cookie holds."""
        ends = now + SESSION_SECONDS
        facts = {
            "city": city,
            "pupil": pupil,
            "login_hint": secrets.token_urlsafe(16),
            "key": secrets.token_hex(32),
            "ends": ends,
            "sub": sub,
        }
        return self.kept.keep("SESSION", facts, ends)

    def find(self, secret: str, now: int) -> Session | None:
        facts = self.kept.look("SESSION", secret, now)
        if facts is None:
            return None
        return Session(**facts | {"key": bytes.fromhex(facts["key"])})

    def end(self, secret: str) -> None:
        self.kept.drop("SESSION", secret)


def sign_hint(session: Session, hint: Mapping[str, Any]) -> str:
    """Signed with the session's own key: no other session's hint is good in this one."""
    return jwt.encode(dict(hint), session.key, algorithm=_HINT_ALGORITHM)


def read_hint(session: Session, text: str) -> dict[str, Any] | None:
    """What a hint of this session says, also when it has expired; None for any other text."""
    options: Any = {"verify_exp": False, "require": _HINT_CLAIMS}
    try:
        return jwt.decode(text, session.key, algorithms=[_HINT_ALGORITHM], options=options)
    except jwt.InvalidTokenError:
        return None
