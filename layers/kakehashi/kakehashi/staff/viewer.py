"""Who looks at a page, and what this person may see and do, where.

A role comes from Microsoft Entra (an app role, given to people or groups there) and says what; a
post comes from our own table and says where. Neither is enough alone, and neither is ever taken
from an address or a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

type Lang = Literal["ja", "en"]


class Role(StrEnum):
    """An app role; the value is what the ID token's ``roles`` say."""

    SEE = "Staff.See"
    DECIDE = "Staff.Decide"
    APPROVE = "Staff.Approve"
    PASSWORDS = "Staff.Passwords"
    OPERATE = "Staff.Operate"
    SCHOOL = "Staff.School"


LABELS: Mapping[Role, tuple[str, str]] = MappingProxyType(
    {
        Role.SEE: ("見る", "See"),
        Role.DECIDE: ("判断", "Decide"),
        Role.APPROVE: ("承認", "Approve"),
        Role.PASSWORDS: ("パスワード", "Passwords"),
        Role.OPERATE: ("運用", "Operate"),
        Role.SCHOOL: ("学校", "School"),
    }
)
"""Japanese and English."""


class Permission(StrEnum):
    """What a page shows or does."""

    SEE = "see"  # today, nights, arrivals, what waits, one child
    SCHOOL = "school"  # the page of one school
    UPLOAD = "upload"  # a roster by hand
    REHEARSE = "rehearse"
    RERUN = "rerun"
    DECIDE = "decide"  # leavers, links, deletions
    APPROVE = "approve"  # a plan that waits, an undo
    PASSWORDS = "passwords"
    OPERATE = "operate"  # dead letters, rules, posts
    RECORD = "record"  # what people did here


_BOARD = frozenset({Role.SEE, Role.DECIDE, Role.APPROVE, Role.OPERATE})
ALLOWED: Mapping[Permission, frozenset[Role]] = MappingProxyType(
    {
        Permission.SEE: _BOARD,
        Permission.SCHOOL: _BOARD | {Role.SCHOOL},
        Permission.UPLOAD: frozenset({Role.DECIDE, Role.OPERATE}),
        Permission.REHEARSE: frozenset({Role.DECIDE, Role.APPROVE, Role.OPERATE}),
        Permission.RERUN: frozenset({Role.APPROVE, Role.OPERATE}),
        Permission.DECIDE: frozenset({Role.DECIDE}),
        Permission.APPROVE: frozenset({Role.APPROVE}),
        Permission.PASSWORDS: frozenset({Role.PASSWORDS}),
        Permission.OPERATE: frozenset({Role.OPERATE}),
        Permission.RECORD: frozenset({Role.APPROVE, Role.OPERATE}),
    }
)
"""The roles of which one is enough."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where somebody works: a whole city, or one school of it (``school`` is its code)."""

    city: str
    school: str | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """``oid`` is the account's Graph object id, ``name`` what Entra calls the person. ``repr``
    hides both names: it may end in a log."""

    oid: str
    name: str
    roles: frozenset[Role] = frozenset()
    posts: tuple[Post, ...] = ()
    lang: Lang = "ja"

    def __repr__(self) -> str:
        return f"Viewer({sorted(self.roles)}, {len(self.posts)} posts)"

    @property
    def cities(self) -> tuple[str, ...]:
        """Codes of all cities in which there is a post, sorted."""
        return tuple(sorted({post.city for post in self.posts}))

    def schools(self, city: str) -> tuple[str, ...]:
        """Codes of the single schools of ``city`` at which there is a post, sorted."""
        return tuple(sorted({p.school for p in self.posts if p.city == city and p.school}))


def may(viewer: Viewer, action: Permission, city: str, school: str | None = None) -> bool:
    """Whether ``viewer`` may do ``action`` in ``city``, or at its ``school``.

    Who works at one school opens that school's page and nothing else, whatever the roles say: all
    other pages tell of the whole city. 学校 alone opens no other school's page either, also with a
    post for the whole city.
    """
    roles = viewer.roles & ALLOWED[action]
    if action is not Permission.SCHOOL or school is None:
        return bool(roles - {Role.SCHOOL}) and Post(city) in viewer.posts
    if Post(city, school) in viewer.posts:
        return bool(roles)
    return bool(roles - {Role.SCHOOL}) and Post(city) in viewer.posts
