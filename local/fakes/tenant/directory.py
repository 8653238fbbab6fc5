"""The directory's content and its indexes: who is there, who belongs where, who holds a seat.

Every change goes through ``commit``, which writes the store and keeps the indexes in step.
Objects are plain dictionaries of the properties that are set; what is null is absent.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from local.fakes.tenant.schema import GUID
from local.fakes.tenant.store import Change, Store, Tables

type Facts = dict[str, Any]


def membership(group: str, user: str) -> str:
    """The key of one membership in the ``members`` table."""
    return f"{group} {user}"


class Directory:
    def __init__(self, store: Store) -> None:
        self._store = store
        self.epoch = uuid.uuid4().hex[:8]  # of the changes of users, which are not stored
        self._last_moved: dict[str, int] = {}
        self._changes: dict[str, dict[str, int]] = {}
        self._clear()
        self._index_all()

    @property
    def tables(self) -> Tables:
        return self._store.tables

    @property
    def users(self) -> Mapping[str, Facts]:
        return self._store.tables["users"]

    @property
    def groups(self) -> Mapping[str, Facts]:
        return self._store.tables["groups"]

    @property
    def deleted(self) -> Mapping[str, Facts]:
        """id → {"kind", "object", "groups", "at" (epoch seconds)} of what can be restored."""
        return self._store.tables["deleted"]

    @property
    def objects(self) -> int:
        return len(self.users) + len(self.groups) + len(self.deleted)

    def commit(self, changes: Iterable[Change]) -> None:
        changes = list(changes)
        before = [self._store.tables[table].get(key) for table, key, _ in changes]
        self._store.commit(changes)
        for (table, key, value), old in zip(changes, before, strict=True):
            self._index(table, key, old, value)
            if table == "users":
                self._note(key, old, value)

    def replace(self, tables: Tables) -> None:
        """Make ``tables`` the whole content."""
        before = self._store.tables["users"]
        self._store.rewrite(tables)
        self._clear()
        self._index_all()
        for key in sorted(before.keys() | self.users.keys()):
            self._note(key, before.get(key), self.users.get(key))

    @property
    def moved(self) -> int:
        """How many changes of users there have been."""
        return next(reversed(self._last_moved.values()), 0)

    def changed(self, since: int, after: int) -> Iterator[tuple[int, str, frozenset[str]]]:
        """Users whose last change came later than ``after``, in the order of these changes: its
        number, the id, the properties that changed later than ``since`` (or at it)."""
        found = []
        for key, moved in reversed(self._last_moved.items()):
            if moved <= after:
                break
            names = (name for name, at in self._changes[key].items() if at >= since)
            found.append((moved, key, frozenset(names)))
        yield from reversed(found)

    def _note(self, key: str, old: Facts | None, new: Facts | None) -> None:
        if old is new:
            return
        before, after = old or {}, new or {}
        names = {n for n in before.keys() | after.keys() if before.get(n) != after.get(n)}
        if not names:
            return
        moved = self.moved + 1
        self._last_moved.pop(key, None)
        self._last_moved[key] = moved
        if old is None or new is None:
            self._changes[key] = {}
        self._changes.setdefault(key, {}).update(dict.fromkeys(names, moved))

    def close(self) -> None:
        self._store.close()

    def user_id(self, key: str) -> str | None:
        """The id of a living user named by id or by userPrincipalName, in any letter case."""
        if GUID.match(key):
            return key.lower() if key.lower() in self.users else None
        return self.upns.get(key.casefold())

    def members(self, group: str) -> Mapping[str, None]:
        return self._members.get(group, {})

    def groups_of(self, user: str) -> Mapping[str, None]:
        return self._groups_of.get(user, {})

    def ordered(self, table: str) -> list[str]:
        """Ids of ``table`` in the order in which lists are paged (by id, which is random)."""
        if table not in self._sorted:
            self._sorted[table] = sorted(self._store.tables[table])
        return self._sorted[table]

    def holder(self, prop: str, value: str) -> str | None:
        """The id of the living user whose unique ``prop`` has this value."""
        index = self.upns if prop == "userPrincipalName" else self._immutable
        return index.get(value.casefold())

    def _clear(self) -> None:
        self.upns: dict[str, str] = {}
        self._immutable: dict[str, str] = {}
        self.seats: Counter[str] = Counter()
        self._members: dict[str, dict[str, None]] = {}
        self._groups_of: dict[str, dict[str, None]] = {}
        self._sorted: dict[str, list[str]] = {}

    def _index_all(self) -> None:
        for table in ("users", "members"):
            for key, value in self._store.tables[table].items():
                self._index(table, key, None, value)

    def _index(self, table: str, key: str, old: Any, new: Any) -> None:
        if (old is None) != (new is None):
            self._sorted.pop(table, None)
        indexer: Callable[[str, Any, Any], None] | None = {
            "users": self._index_user,
            "members": self._index_member,
        }.get(table)
        if indexer is not None:
            indexer(key, old, new)

    def _index_user(self, key: str, old: Facts | None, new: Facts | None) -> None:
        for facts, add in ((old, False), (new, True)):
            if facts is None:
                continue
            names = [(self.upns, facts["userPrincipalName"])]
            if "onPremisesImmutableId" in facts:
                names.append((self._immutable, facts["onPremisesImmutableId"]))
            for index, value in names:
                if add:
                    index[value.casefold()] = key
                elif index.get(value.casefold()) == key:
                    del index[value.casefold()]
            for licence in facts.get("assignedLicenses", ()):
                self.seats[licence["skuId"]] += 1 if add else -1

    def _index_member(self, key: str, _old: Any, new: Any) -> None:
        group, user = key.split(" ")
        if new is None:
            self._members.get(group, {}).pop(user, None)
            self._groups_of.get(user, {}).pop(group, None)
        else:
            self._members.setdefault(group, {})[user] = None
            self._groups_of.setdefault(user, {})[group] = None
