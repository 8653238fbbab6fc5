"""Names and Role Provisioning Services 2.0: who is in a class and teaches it, as far as one tool
may know.

A difference is told against a list the tool has read before: what it was told then is kept as
``Fingerprints``, so a pupil who has left the class can be named as deleted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kakehashi.jsonlines import canonical
from kakehashi.lti.claims import INSTRUCTOR, LEARNER, names
from kakehashi.lti.contexts import Context
from kakehashi.lti.registrations import Registration
from kakehashi.people.record import Record, Status
from kakehashi.people.staff import StaffMember

MEDIA_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
MOST = 200  # members a page, also where a tool asks for more
LEARNERS = frozenset({LEARNER, "Learner"})  # the forms of a role filter that mean our pupils

INSTRUCTORS = frozenset({INSTRUCTOR, "Instructor"})  # and those that mean our staff
_OF_STAFF = "i:"  # how the fingerprint of somebody who teaches begins

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


def instructors_of(
    known: Iterable[Record[StaffMember]], registration: Registration, role: str = ""
) -> list[Member]:
    """Those who teach the class, where the tool may know staff: by the id that roster files have.
    Nobody whose first day is still to come, or who is on leave."""
    if not registration.tool.staff or (role and role not in INSTRUCTORS):
        return []
    gone = {Status.DELETED, Status.PREPARED}
    seen = [one for one in known if one.status not in gone and not one.pupil.away]
    return [
        {
            "user_id": one.pupil.master,
            "status": "Active" if one.status is Status.ACTIVE else "Inactive",
            "roles": [INSTRUCTOR],
            **names(registration, one.pupil),
        }
        for one in sorted(seen, key=lambda one: one.pupil.master)
    ]


def _member(record: Record, registration: Registration) -> Member:
    return {
        "user_id": record.sourced_id,
        "status": "Active" if record.status is Status.ACTIVE else "Inactive",
        "roles": [LEARNER],
        **names(registration, record.pupil),
    }


def fingerprints(members: Iterable[Member]) -> Fingerprints:
    return {m["user_id"]: _fingerprint(m) for m in members}


def _fingerprint(member: Member) -> str:
    digest = hashlib.sha256(canonical(member)).hexdigest()[:16]
    return f"{_OF_STAFF}{digest}" if member["roles"] == [INSTRUCTOR] else digest


def differences(before: Fingerprints, members: Sequence[Member]) -> list[Member]:
    """Members who are new or changed since ``before``, and those who are gone as Deleted."""
    now = fingerprints(members)
    changed = [m for m in members if before.get(m["user_id"]) != now[m["user_id"]]]
    gone = sorted(before.keys() - now.keys())
    return changed + [_deleted(user, before[user]) for user in gone]


def _deleted(user: str, fingerprint: str) -> Member:
    role = INSTRUCTOR if fingerprint.startswith(_OF_STAFF) else LEARNER
    return {"user_id": user, "status": "Deleted", "roles": [role]}


def page(members: Sequence[Member], start: int, limit: int) -> MembershipPage:
    """``limit`` 0 asks for the most."""
    end = start + (min(limit, MOST) if limit > 0 else MOST)
    return MembershipPage(members[start:end], end if end < len(members) else None)


def container(url: str, context: Context, members: Sequence[Member]) -> dict[str, Any]:
    """The membership container of NRPS; ``url`` is the one that was asked."""
    about = {"id": context.id, "label": context.title, "title": context.title}
    return {"id": url, "context": about, "members": list(members)}
