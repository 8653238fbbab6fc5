"""Who is signed in at the staff page: what Entra said, how fresh it is, which city is looked at."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from kakehashi.edges.web.short_lived import ShortLived
from kakehashi.staff.viewer import Lang, Role

if TYPE_CHECKING:  # msal is for the routes that sign in
    from kakehashi.edges.web.sign_in import SignedIn

SESSION_SECONDS = 8 * 3600
IDLE_SECONDS = 30 * 60
ROLES_SECONDS = 15 * 60  # what Entra said of the roles is believed for so long by a page,
ORDER_SECONDS = 30 * 60  # and by a form, which somebody has been filling in meanwhile
FRESH_SECONDS = 600  # whoever approves has proven who they are within these
SEEN_EVERY = 60  # seconds: the item is not written at every click


@dataclass(frozen=True, slots=True)
class StaffSession:
    """``proven`` is when the person last proved to Entra who it is, ``asked`` when Entra said the
    roles, ``seen`` the last click; all in seconds since 1970; ``told`` is a word for what was just
    done. ``repr`` hides the person."""

    oid: str = field(repr=False)
    name: str = field(repr=False)
    roles: frozenset[Role]
    proven: int
    asked: int
    seen: int
    ends: int
    key: bytes = field(repr=False)
    city: str = ""
    lang: Lang = "ja"
    told: str = ""

    def fresh(self, now: int) -> bool:
        return now - self.proven <= FRESH_SECONDS

    def stale_roles(self, now: int, *, order: bool = False) -> bool:
        return now - self.asked > (ORDER_SECONDS if order else ROLES_SECONDS)

    def to_json(self) -> dict[str, Any]:
        return {
            "oid": self.oid,
            "name": self.name,
            "roles": sorted(self.roles),
            "proven": self.proven,
            "asked": self.asked,
            "seen": self.seen,
            "ends": self.ends,
            "key": self.key.hex(),
            "city": self.city,
            "lang": self.lang,
            "told": self.told,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        roles = frozenset(Role(role) for role in data["roles"])
        return cls(**{**data, "roles": roles, "key": bytes.fromhex(data["key"])})


def roles_of(who: SignedIn) -> frozenset[Role]:
    """Those of Entra's roles that are ours."""
    return frozenset(role for role in Role if role.value in who.roles)


class StaffSessions:
    """``now`` is in seconds since 1970."""

    def __init__(self, kept: ShortLived) -> None:
        self.kept = kept

    def begin(self, who: SignedIn, now: int, before: StaffSession | None = None) -> str:
        """A new session; returns what the cookie holds. City and language stay as they were for
        the same person."""
        same = before if before and before.oid == who.object_id else None
        session = StaffSession(
            oid=who.object_id,
            name=who.name,
            roles=roles_of(who),
            proven=who.auth_time,
            asked=now,
            seen=now,
            ends=now + SESSION_SECONDS,
            key=secrets.token_bytes(32),
            city=same.city if same else "",
            lang=same.lang if same else "ja",
        )
        return self.kept.keep("SESSION", session.to_json(), session.ends)

    def find(self, secret: str, now: int) -> StaffSession | None:
        """None also where nobody has clicked for half an hour."""
        facts = self.kept.peek("SESSION", secret, now)
        if facts is None:
            return None
        session = StaffSession.from_json(facts)
        if now - session.seen > IDLE_SECONDS:
            self.kept.drop("SESSION", secret)
            return None
        if now - session.seen >= SEEN_EVERY:
            session = replace(session, seen=now)
            self.keep(secret, session)
        return session

    def renew(self, secret: str, session: StaffSession, who: SignedIn, now: int) -> None:
        """The same session, with the roles as Entra says them now; it ends when it would have."""
        proven = who.auth_time or session.proven
        self.keep(secret, replace(session, roles=roles_of(who), asked=now, proven=proven))

    def keep(self, secret: str, session: StaffSession) -> None:
        """What has changed of a session that still is there: whoever signed out stays so."""
        self.kept.renew("SESSION", secret, session.to_json(), session.ends)

    def end(self, secret: str) -> None:
        self.kept.drop("SESSION", secret)
