"""Which of our keys signs now, and which are published: rotation by overlap.

A tool keeps our JWKS for hours. So a new key is published a day before it signs, and an old one
stays published a day after it signed last. One order starts a rotation; the clock does the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

OVERLAP = timedelta(days=1)  # far longer than any tool keeps a JWKS (two hours is usual)


class RotationUnderWay(Exception):
    """A key is published that does not sign yet; rotating again would cut its overlap short."""


@dataclass(frozen=True, slots=True)
class RingKey:
    """``id`` is the KMS key's ARN; it signs from the UTC moment ``signs_from`` on."""

    id: str
    signs_from: datetime


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys by the moment from which they sign, oldest first; never empty."""

    keys: tuple[RingKey, ...]

    def signer(self, now: datetime) -> RingKey:
        """The newest key whose time has come."""
        return [key for key in self.keys if key.signs_from <= now][-1]

    def published(self, now: datetime) -> tuple[RingKey, ...]:
        """Those that sign, will sign, or signed until a day ago."""
        ends: Sequence[datetime | None] = [key.signs_from for key in self.keys[1:]]
        ends = [*ends, None]
        return tuple(
            key
            for key, end in zip(self.keys, ends, strict=True)
            if end is None or now < end + OVERLAP
        )

    def rotated(self, new: str, now: datetime) -> Ring:
        """With ``new`` published from now on, to sign in a day. Raises RotationUnderWay."""
        if self.keys[-1].signs_from > now:
            raise RotationUnderWay
        return Ring((*self.published(now), RingKey(new, now + OVERLAP)))
