"""Where people work: a table from object id to (city, school), read at every request.

Whoever operates a city asks for a change, and a second person of the same role confirms it. The
first post of all is given at a terminal (``kakehashi staff post``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from kakehashi.edges.web.items import Items
from kakehashi.staff.viewer import Post

OID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
SCHOOL = re.compile(r"[A-Za-z0-9_-]{1,40}\Z")


class Posts:
    def __init__(self, items: Items) -> None:
        self.items = items

    def of(self, oid: str) -> tuple[Post, ...]:
        return _posts(self.items.get(oid)) if OID.match(oid) else ()

    def in_city(self, city: str) -> dict[str, tuple[Post, ...]]:
        """Everybody with a post in ``city``: those posts alone, by object id."""
        found = {oid: _posts(body) for oid, body in self.items.every()}
        here = {oid: tuple(p for p in posts if p.city == city) for oid, posts in found.items()}
        return {oid: posts for oid, posts in here.items() if posts}

    def put(self, oid: str, city: str, schools: Iterable[str | None]) -> None:
        """``oid`` works at these schools of ``city`` (None: all of it) from now on, nowhere else
        in it; posts in other cities stay. Raises LostRace."""
        before = self.items.get(oid)
        others = [post for post in _posts(before) if post.city != city]
        posts = [*others, *(Post(city, school) for school in schools)]
        after = {"posts": [[post.city, post.school] for post in posts]}
        self.items.put(oid, after, before)


def _posts(body: Mapping[str, Any]) -> tuple[Post, ...]:
    return tuple(Post(city, school) for city, school in body.get("posts", ()))
