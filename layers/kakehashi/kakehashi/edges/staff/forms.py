"""The hidden field of every form: made for one session in one city, and good for one order.

``<number>.<HMAC of city and number with the session's own key>``: no other site and no other
session can make one, no page of one city orders anything in another, and an order that comes a
second time, by a double click, a reload or a replay, is known. All forms of a page bear the same
field; each is taken once at its own address.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from kakehashi.edges.staff.sessions import StaffSession
from kakehashi.edges.web.short_lived import ShortLived

FIELD = "csrf"


def field_of(session: StaffSession, city: str) -> str:
    """A new value for the forms of one page that tells of ``city``."""
    number = secrets.token_hex(12)
    return f"{number}.{_seal(session, city, number)}"


def number_of(session: StaffSession, city: str, path: str, value: str) -> str | None:
    """The number of the order that a value of this session makes at ``path``, in hex; None for any
    other text, and for a value that was made for another city."""
    number, _, seal = value.partition(".")
    good = number and hmac.compare_digest(seal.encode(), _seal(session, city, number).encode())
    return order_of(path, number) if good else None


def order_of(path: str, number: str) -> str:
    """What that form orders at ``path``, in hex; the execution that it starts bears it."""
    return hashlib.sha256(f"{path} {number}".encode()).hexdigest()[:24]


def taken(kept: ShortLived, session: StaffSession, number: str) -> bool:
    """Whether this session's order of that number was taken before."""
    return kept.used(_whose(session), number)


def first_time(kept: ShortLived, session: StaffSession, number: str) -> bool:
    """Take it: False where it was taken before."""
    return kept.first_use(_whose(session), number, session.ends)


def _whose(session: StaffSession) -> str:
    return f"form\x1f{session.oid}"


def _seal(session: StaffSession, city: str, number: str) -> str:
    return hmac.new(session.key, f"form {city} {number}".encode(), hashlib.sha256).hexdigest()
