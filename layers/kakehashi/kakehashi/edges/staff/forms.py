"""The hidden field of every form: made for one session, and good for one order.

``<number>.<HMAC of it with the session's own key>``: no other site and no other session can make
one, and an order that comes a second time, by a double click, a reload or a replay, is known.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from kakehashi.edges.staff.sessions import Session
from kakehashi.edges.web.short_lived import ShortLived

FIELD = "csrf"


def field_of(session: Session) -> str:
    """A new value for the forms of one page."""
    number = secrets.token_hex(12)
    return f"{number}.{_seal(session, number)}"


def number_of(session: Session, value: str) -> str | None:
    """The number in a value of this session; None for any other text."""
    number, _, seal = value.partition(".")
    good = number and hmac.compare_digest(seal.encode(), _seal(session, number).encode())
    return number if good else None


def first_time(kept: ShortLived, session: Session, number: str) -> bool:
    """False where this form was taken before, by this session."""
    return kept.first_use(f"form\x1f{session.oid}", number, session.ends)


def _seal(session: Session, number: str) -> str:
    return hmac.new(session.key, f"form {number}".encode(), hashlib.sha256).hexdigest()
