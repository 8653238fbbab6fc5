"""Who is signed in in this browser, and the message hints of that session."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import jwt

from kakehashi.edges.web.short_lived import ShortLived
from kakehashi.lti.launch import LaunchSession

SESSION_SECONDS = 8 * 3600  # a school day
_HINT_ALGORITHM = "HS256"
_HINT_CLAIMS = ["sub", "tool", "deployment", "message", "link", "jti", "exp"]


class LaunchSessions:
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

    def find(self, secret: str, now: int) -> LaunchSession | None:
        facts = self.kept.peek("SESSION", secret, now)
        if facts is None:
            return None
        return LaunchSession(**facts | {"key": bytes.fromhex(facts["key"])})

    def end(self, secret: str) -> None:
        self.kept.drop("SESSION", secret)


def sign_hint(session: LaunchSession, hint: Mapping[str, Any]) -> str:
    """Signed with the session's own key: no other session's hint is good in this one."""
    return jwt.encode(dict(hint), session.key, algorithm=_HINT_ALGORITHM)


def read_hint(session: LaunchSession, text: str) -> dict[str, Any] | None:
    """What a hint of this session says, also when it has expired; None for any other text."""
    options: Any = {"verify_exp": False, "require": _HINT_CLAIMS}
    try:
        return jwt.decode(text, session.key, algorithms=[_HINT_ALGORITHM], options=options)
    except jwt.InvalidTokenError:
        return None
