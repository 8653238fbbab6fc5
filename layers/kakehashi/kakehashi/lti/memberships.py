"""Names and Role Provisioning Services 2.0: who is in a class, as far as one tool may know.

A difference is told against a list the tool has read before: what it was told then is kept as
``Fingerprints``, so a pupil who has left the class can be named as deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kakehashi.lti.claims import LEARNER, names
from kakehashi.lti.contexts import Context
from kakehashi.lti.registrations import Registration
from kakehashi.people.record import Record, Status
from kakehashi.roster import canonical

MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
MOST = 200  # members a page, also where a tool asks for more
LEARNERS = frozenset({LEARNER, "Learner"})  # the forms of a role filter that mean our pupils

type Member = dict[str, Any]
type Fingerprints = Mapping[str, str]
"""user_id → fingerprint of what was told of that member."""


@dataclass(frozen=True, slots=True)
class MembershipPage:
    """Members from ``start`` on; ``next`` is where the following page starts, or None."""

    members: Sequence[Member]
    next: int | None


def members_of(known: Iterable[Record], registration: Registration, role: str = "") -> list[Member]:
    """The pupils whom the tool may know, by what it knows them by. A suspended one is Inactive."""
    if role and role not in LEARNERS:
        return []
    seen = [k for k in known if k.status is not Status.DELETED and registration.is_for(k.pupil)]
    return [_member(k, registration) for k in sorted(seen, key=lambda k: k.sourced_id)]


def _member(record: Record, registration: Registration) -> Member:
    return {
        "user_id": record.sourced_id,
        "status": "Active" if record.status is Status.ACTIVE else "Inactive",
        "roles": [LEARNER],
        **names(registration, record.pupil),
    }


def fingerprints(members: Iterable[Member]) -> Fingerprints:
    return {m["user_id"]: hashlib.sha256(canonical(m).encode()).hexdigest()[:16] for m in members}


def differences(before: Fingerprints, members: Sequence[Member]) -> list[Member]:
    """Members who are new or changed since ``before``, and those who are gone as Deleted."""
    now = fingerprints(members)
    changed = [m for m in members if before.get(m["user_id"]) != now[m["user_id"]]]
    gone = sorted(before.keys() - now.keys())
    return changed + [{"user_id": u, "status": "Deleted", "roles": [LEARNER]} for u in gone]


def page(members: Sequence[Member], start: int, limit: int) -> MembershipPage:
    """``limit`` 0 asks for the most."""
    end = start + (min(limit, MOST) if limit > 0 else MOST)
    return MembershipPage(members[start:end], end if end < len(members) else None)


def container(url: str, context: Context, members: Sequence[Member]) -> dict[str, Any]:
    """The membership container of NRPS; ``url`` is the one that was asked."""
    about = {"id": context.id, "label": context.title, "title": context.title}
    return {"id": url, "context": about, "members": list(members)}
