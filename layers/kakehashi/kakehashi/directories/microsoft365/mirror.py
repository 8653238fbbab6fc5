"""What a tenant listed when it was listed last, so that tonight only the changes need be asked for.

Accounts that bear our mark are kept as listed. Of everybody else there is the object id, a keyed
hash of the sign-in name, and whether the account looks like a pupil's: whose name is wanted
tonight is found by that, and then asked for by itself. So no stranger's name is kept.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from kakehashi.directories.microsoft365.answers import GraphUser
from kakehashi.directories.microsoft365.requests import EXTENSIONS, IDENTITY, PLACES, SYNCED
from kakehashi.directories.port import Listed

FIELDS = (*IDENTITY, SYNCED, *PLACES)
"""What is asked of an account, listed or by itself."""

_TELLING = frozenset({"userPrincipalName", EXTENSIONS, *PLACES})
"""Of these hangs whether a stranger is one, is wanted, or looks like a pupil."""

_HASH = 16  # bytes: half a million names do not meet


@dataclass(frozen=True, slots=True)
class Lens:
    """How a city looks at the tenant: which attribute bears our mark, the key of its hashes, and
    which unmarked accounts look like a pupil's."""

    mark: str
    key: bytes = field(repr=False)
    also: Callable[[Listed], bool] = field(repr=False)

    def hashed(self, sign_in: str) -> str:
        return hmac.digest(self.key, sign_in.lower().encode(), "sha256")[:_HASH].hex()


@dataclass(frozen=True, slots=True)
class Stranger:
    name: str  # hashed
    looks: bool  # like a pupil's


@dataclass(slots=True)
class Mirror:
    """``unsure`` are accounts of whom a change told too little: each is to be ``seen`` by itself,
    or forgotten where there is none."""

    lens: Lens
    ours: dict[str, Listed] = field(default_factory=dict)
    strangers: dict[str, Stranger] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.ours) + len(self.strangers)

    def see(self, account: Listed) -> None:
        """The account as it is now."""
        key = account.object_id
        self.forget(key)
        if account.mark:
            self.ours[key] = account
        else:
            name, looks = self.lens.hashed(account.sign_in), self.lens.also(account)
            self.strangers[key] = Stranger(name, looks)

    def forget(self, key: str) -> None:
        """There is no such account."""
        self.ours.pop(key, None)
        self.strangers.pop(key, None)
        self.unsure.discard(key)

    def change(self, entry: Mapping[str, Any]) -> None:
        """One entry of a delta: the id, and at least the properties that have changed. Entries of
        one account come in the order of its changes; one that comes again changes nothing."""
        key = str(entry["id"])
        if "@removed" in entry:
            self.forget(key)
        elif key in self.ours and key not in self.unsure:
            self._change_ours(key, entry)
        elif key not in self.strangers or not _TELLING.isdisjoint(entry):
            self.unsure.add(key)

    def hits(self, wanted: Collection[str]) -> Iterator[str]:
        """Strangers to be asked for by themselves: who has a sign-in name of ``wanted``, in any
        case, or looks like a pupil's."""
        names = {self.lens.hashed(name) for name in wanted}
        return (key for key, one in self.strangers.items() if one.looks or one.name in names)

    def _change_ours(self, key: str, entry: Mapping[str, Any]) -> None:
        now, user = self.ours[key], GraphUser.model_validate(entry)
        if EXTENSIONS in entry and user.mark(self.lens.mark) != now.mark:
            self.unsure.add(key)
            return
        told: dict[str, Any] = {
            "sign_in": ("userPrincipalName", user.upn),
            "enabled": ("accountEnabled", user.enabled is not False),
            "display_name": ("displayName", user.display_name or ""),
            "synced": (SYNCED, user.synced),
        }
        self.ours[key] = replace(now, **{n: v for n, (prop, v) in told.items() if prop in entry})

    # -- as it is kept ---------------------------------------------------------------------

    def to_rows(self) -> Iterator[dict[str, Any]]:
        """Ours first. Nobody is unsure any more."""
        for one in self.ours.values():
            yield one.to_json()
        for key, stranger in self.strangers.items():
            yield {"id": key, "name": stranger.name, **({"looks": True} if stranger.looks else {})}

    @classmethod
    def from_rows(cls, rows: Iterator[Mapping[str, Any]], lens: Lens) -> Self:
        mirror = cls(lens)
        for row in rows:
            if "object_id" in row:
                mirror.ours[row["object_id"]] = Listed.from_json(row)
            else:
                mirror.strangers[row["id"]] = Stranger(row["name"], row.get("looks", False))
        return mirror
