"""A night by pupil: a leaf for each, in small bundles of which one is read without the others.

index/pupils.json    what all leaves share, and how long each bundle is
index/pupils.gz      the bundles one after the other, each compressed by itself

A leaf is what the run's files hold of one pupil, by the word for the file, each a list of rows as
they are stored. Which bundle a leaf is in the pupil's id says, so a look-up reads two small parts
of a night of whatever size. Nothing is in them that is not in the run's folder anyway.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

VERSION = 1
HEAD, BODY = "index/pupils.json", "index/pupils.gz"
BUNDLE = 60_000  # bytes of the night's rows that one bundle stands for
MOST_BUNDLES = 4096  # the head of half a million pupils stays below 30 kB

type Leaf = Mapping[str, list[Any]]
type Stored = dict[str, dict[str, list[bytes]]]
"""Leaves by pupil, their rows being JSON."""

NOTHING: Leaf = {}


@dataclass(frozen=True, slots=True)
class Head:
    """What a night's leaves share. ``plan`` are plan.json's words without anybody's id, {} where
    there is none; ``refusals`` one finding of each code that stopped the whole drop; ``tools`` how
    each was told: {"mode", "gone": its file is no longer the night's, "rosters", "lists": how
    many files of each kind}.
    ``cleaned`` and ``known``: the night came as far as desired.jsonl and current.jsonl."""

    verdict: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    refusals: tuple[Mapping[str, Any], ...] = ()
    tools: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    cleaned: bool = False
    known: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "plan": dict(self.plan),
            "refusals": list(self.refusals),
            "tools": dict(self.tools),
            "cleaned": self.cleaned,
            "known": self.known,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        return cls(**(known | {"refusals": tuple(data.get("refusals", ()))}))


@dataclass(frozen=True, slots=True)
class Places:
    """Where each bundle lies in the body: ``lengths`` in bytes, 0 for one that has no leaf."""

    lengths: tuple[int, ...]

    def of(self, pupil: str) -> tuple[int, int]:
        """(first byte, length) of the bundle in which the pupil's leaf would be."""
        if not self.lengths:
            return 0, 0
        number = bundle_of(pupil, len(self.lengths))
        return sum(self.lengths[:number]), self.lengths[number]


def how_many(size: int) -> int:
    """Bundles for a night whose rows are ``size`` bytes."""
    return min(MOST_BUNDLES, 1 + size // BUNDLE)


def bundle_of(pupil: str, count: int) -> int:
    return zlib.crc32(pupil.encode()) % count


def bundles(leaves: Stored, first: int, behind: int, count: int) -> Iterator[bytes]:
    """Of ``count`` bundles those from ``first`` to before ``behind``, b"" for an empty one."""
    inside: list[list[str]] = [[] for _ in range(first, behind)]
    for pupil in sorted(leaves):
        inside[bundle_of(pupil, count) - first].append(pupil)
    for pupils in inside:
        whole = b",".join(_named(pupil, _leaf(leaves[pupil])) for pupil in pupils)
        yield zlib.compress(b"{" + whole + b"}", 1) if pupils else b""


def leaf_in(bundle: bytes, pupil: str) -> Leaf:
    """The pupil's leaf, {} where the bundle has none."""
    found: Leaf = json.loads(zlib.decompress(bundle)).get(pupil, NOTHING)
    return found


def leaf_of(stored: Mapping[str, list[bytes]]) -> Leaf:
    """A leaf that has not been through a file."""
    found: Leaf = json.loads(_leaf(stored))
    return found


def _leaf(rows: Mapping[str, Iterable[bytes]]) -> bytes:
    inside = (_named(name, b"[" + b",".join(some) + b"]") for name, some in rows.items())
    return b"{" + b",".join(inside) + b"}"


def _named(name: str, value: bytes) -> bytes:
    return json.dumps(name).encode() + b":" + value
