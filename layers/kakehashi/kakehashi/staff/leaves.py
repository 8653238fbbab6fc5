"""A night by pupil: a leaf for each, in small bundles of which one is read without the others.

index/pupils.json    what all leaves share, and how long each bundle is
index/pupils.gz      the bundles one after the other, each compressed by itself

A leaf is what the run's files hold of one pupil, by the word for the file, each a list of rows as
they are stored. Which bundle a leaf is in the pupil's id says, so a look-up reads two small parts
of a night of whatever size. Nothing is in them that is not in the run's folder anyway.
"""

from __future__ import annotations

import io
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
_LAST = frozenset({"action", "result"})
_PACKED_AT_ONCE = 1 << 18  # bytes


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


class Collected:
    """Leaves of ``count`` bundles as their rows come. Of actions and results the last alone
    counts, and an empty row says that there is none."""

    def __init__(self, count: int = 1) -> None:
        self.leaves: Stored = {}
        self._count = count

    def put(self, pupil: str, name: str, row: bytes) -> None:
        leaf, kept = self.leaves.setdefault(pupil, {}), [row] if row else []
        if name in _LAST:
            leaf[name] = kept
        else:
            leaf.setdefault(name, []).extend(kept)

    def bundles(self) -> Iterator[bytes]:
        """Each compressed, b"" for an empty one."""
        yield from bundles(self.leaves, 0, self._count, self._count)


class Packed:
    """The same for a night whose rows do not fit into memory at once: they lie compressed, in
    ``parts`` of ``count`` bundles, of which one at a time is unpacked."""

    def __init__(self, parts: int, count: int) -> None:
        self._count, self._parts = count, [_Pack() for _ in range(parts)]

    def put(self, pupil: str, name: str, row: bytes) -> None:
        at = bundle_of(pupil, self._count) * len(self._parts) // self._count
        self._parts[at].add(b"\t".join((pupil.encode(), name.encode(), row)))

    def bundles(self) -> Iterator[bytes]:
        """The same bundles; a part is gone once it was read."""
        for n in range(of := len(self._parts)):
            collected = Collected()
            for line in self._parts[n].unpacked():
                pupil, name, row = line.split(b"\t", 2)
                collected.put(pupil.decode(), name.decode(), row)
            first, behind = (-(-at * self._count // of) for at in (n, n + 1))
            yield from bundles(collected.leaves, first, behind, self._count)


class _Pack:
    """Lines, compressed as they come; a row of JSON has no line break in it."""

    def __init__(self) -> None:
        self._packer, self._waiting, self._size = zlib.compressobj(1), list[bytes](), 0
        self._packed = io.BytesIO()

    def add(self, line: bytes) -> None:
        self._waiting.append(line)
        self._size += len(line)
        if self._size > _PACKED_AT_ONCE:
            self._pack()

    def _pack(self) -> None:
        self._waiting.append(b"")
        self._packed.write(self._packer.compress(b"\n".join(self._waiting)))
        self._waiting, self._size = [], 0

    def unpacked(self) -> Iterator[bytes]:
        """All that was added, once."""
        self._pack()
        self._packed.write(self._packer.flush())
        packed, self._packed = self._packed, io.BytesIO()
        packed.seek(0)
        unpacker, rest = zlib.decompressobj(), b""
        while some := packed.read(_PACKED_AT_ONCE):
            *lines, rest = (rest + unpacker.decompress(some)).split(b"\n")
            yield from lines


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
