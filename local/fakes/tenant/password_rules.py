"""Entra's password rules, and the salted hash that is all this tenant keeps of a password."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Sequence

SHORTEST, LONGEST, CLASSES = 8, 256, 3
_ALLOWED = re.compile(r"[A-Za-z0-9@#$%^&*\-_!+=\[\]{}|\\:',.?/`~\"();<> ]*\Z")
_CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
_BANNED = ("password", "qwerty", "welcome", "microsoft", "letmein", "abcdef", "12345678")
_LOOKALIKES = str.maketrans("@013$!", "aoies" + "i")
_POINTS = 5  # a banned word counts one point, every other character one; fewer are refused
_SHORTEST_NAME = 4
_ROUNDS = 1000  # enough for a fake on loopback; a real directory would take a thousand times more


def complies(
    password: str, account: str, *, strong: bool = True, banned: Sequence[str] = ()
) -> bool:
    """Whether Entra would take ``password`` for the account named ``account``.

    ``strong`` False stands for the policy DisableStrongPassword.
    """
    if not SHORTEST <= len(password) <= LONGEST or not _ALLOWED.match(password):
        return False
    if not strong:
        return True
    name = account.partition("@")[0].casefold()
    if len(name) >= _SHORTEST_NAME and name in password.casefold():
        return False
    kinds = sum(1 for pattern in _CLASSES if re.search(pattern, password))
    return kinds >= CLASSES and _points(password, (*_BANNED, *banned)) >= _POINTS


def _points(password: str, banned: Sequence[str]) -> int:
    plain = password.casefold().translate(_LOOKALIKES)
    for word in banned:
        plain = plain.replace(word.casefold().translate(_LOOKALIKES), "\0")
    return len(plain)


def seal(password: str) -> str:
    salt = os.urandom(16)
    return f"{salt.hex()}${_digest(password, salt).hex()}"


def opens(sealed: str, password: str) -> bool:
    salt, digest = (bytes.fromhex(part) for part in sealed.split("$"))
    return hmac.compare_digest(_digest(password, salt), digest)


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
