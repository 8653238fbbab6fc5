"""The run folders of a city, read for one pupil: each night's papers, and who an id belongs to."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain, filterfalse
from typing import Any

from kakehashi.diff.consent import DecisionNote
from kakehashi.diff.matching import Match
from kakehashi.edges.leaves import Leaves, owners
from kakehashi.edges.runs import Folder, city_of, prefix_of
from kakehashi.findings import Finding
from kakehashi.roster import Desired, Held
from kakehashi.run_folder import known, roster
from kakehashi.run_folder.actions import Acted
from kakehashi.run_folder.results import Result
from kakehashi.run_folder.roster import PersonLine
from kakehashi.staff.leaves import Leaf
from kakehashi.staff.trace import NightPlan, ToolDelivery, Trace
from kakehashi.stored import read
from kakehashi.verdict import Verdict

AT_ONCE = 8  # nights read side by side
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_LINE = re.compile(r"users\.csv:(\d+)\Z", re.IGNORECASE)
_RUN = re.compile(r"[a-z0-9_-]+-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}\Z")


class Archive:
    def __init__(self, s3: Any, runs: str, outbox: str, city: str) -> None:
        self.s3, self.runs, self.outbox, self.city = s3, runs, outbox, city
        self.nights: dict[str, Leaves] = {}

    def run_ids(self, most: int) -> list[str]:
        """The newest runs, the oldest of them first."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self.runs, Prefix=f"{self.city}/", Delimiter="/"
        )
        prefixes = (item["Prefix"] for page in pages for item in page.get("CommonPrefixes", []))
        names = (prefix.removesuffix("/").rpartition("/")[2] for prefix in prefixes)
        return sorted(n for n in names if _RUN.match(n) and city_of(n) == self.city)[-most:]

    def who(self, words: str, run_ids: list[str]) -> str:
        """The userMasterIdentifier behind an id, an account, or users.csv:LINE of the newest drop.

        "" where nobody is found; of an account the newest owner. A rehearsal's drop is looked at
        only where no night has had one.
        """
        wanted = words.strip().lower()
        if not wanted:
            return ""
        if _ID.match(wanted):
            return wanted
        newest_first = run_ids[::-1]
        if line := _LINE.match(wanted):
            tried = filter(self._is_rehearsal, newest_first)
            folders = map(self._folder, chain(filterfalse(self._is_rehearsal, newest_first), tried))
            owners = (_owner_of_line(folder, int(line[1])) for folder in folders)
            return next((owner for owner in owners if owner is not None), "")
        folders = map(self._folder, newest_first)
        return next((o for f in folders if (o := _owner_of_account(f, wanted))), "")

    def ids(self, umi: str, run_ids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Run → the ids by which it may name the child who has ``umi`` now, or had it last.

        A child that is linked under a new id has two until then, and one afterwards: the old one
        may be another child's by now.
        """
        self._open(run_ids, umi)
        now = self._present_id(umi, run_ids)
        ids, found = frozenset({now}), {}
        for run_id in reversed(run_ids):
            moves = self._moves(run_id, now)
            if any(old == now for old, _ in moves):  # before, it was another child's
                now, ids = "", frozenset()
            for old in [old for old, new in moves if now and new == now]:
                now, ids = old, ids | {old}
            found[run_id] = ids
        return {run_id: found[run_id] for run_id in run_ids}

    def _present_id(self, umi: str, run_ids: Sequence[str]) -> str:
        """The id itself where the newest run knows somebody by it, else where it has moved."""
        nights = ((run_id, self._night(run_id)) for run_id in reversed(run_ids))
        newest = next((one for one in nights if one[1].head.known), None)
        if newest:
            leaf = newest[1].of(umi)
            gone = any(old == umi for old, _ in self._moves(newest[0], umi))
            if leaf.get("desired") or (leaf.get("current") and not gone):
                return umi
        for run_id in run_ids:
            umi = next((new for old, new in self._moves(run_id, umi) if old == umi), umi)
        return umi

    def trace(self, run_id: str, umi: str | Collection[str]) -> Trace:
        """``umi``: the userMasterIdentifier, or all by which the run may name the child."""
        ids = frozenset({umi}) if isinstance(umi, str) else frozenset(umi)
        night, head = self._night(run_id), self._night(run_id).head
        leaves = {one: night.of(one) for one in sorted(ids)}
        rows = _Rows(leaves.values())
        desired = rows.first("desired", Desired.from_json)
        held = tuple(map(Held.from_json, rows.every("held")))
        action, current = rows.last("action", Acted.of), rows.first("current", PersonLine.of)
        return Trace(
            run_id,
            _line(desired, held, rows),
            verdict=head.verdict,
            plan=_plan(head.plan, leaves),
            desired=desired,
            held=held,
            current=current,
            decision=rows.first("decisions", partial(read, DecisionNote)),
            match=rows.first("matching", partial(read, Match)),
            action=action,
            result=rows.last("result", partial(read, Result)),
            findings=tuple(Finding.from_json(row) for row in rows.once("findings")),
            refusals=tuple(map(Finding.from_json, head.refusals)),
            delivered=tuple(_delivered(night, _told_by(ids, action, current))),
        )

    def _open(self, run_ids: Sequence[str], umi: str) -> None:
        """The pupil's part of every night, several at a time."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in pool.map(lambda run_id: self._night(run_id).of(umi), run_ids):
                pass

    def _night(self, run_id: str) -> Leaves:
        if run_id not in self.nights:
            self.nights[run_id] = Leaves(self._folder(run_id), self.outbox)
        return self.nights[run_id]

    def _is_rehearsal(self, run_id: str) -> bool:
        return self._night(run_id).head.verdict == Verdict.REHEARSED

    def _moves(self, run_id: str, umi: str) -> list[list[str]]:
        """[former id, new id] where this run has led one of them to the other."""
        return self._night(run_id).of(umi).get("moves", []) if umi else []

    def _folder(self, run_id: str) -> Folder:
        return Folder(self.s3, self.runs, prefix_of(run_id))


class _Rows:
    """Of all leaves of one child in one night."""

    def __init__(self, leaves: Iterable[Leaf]) -> None:
        self.leaves = list(leaves)

    def every(self, name: str) -> list[Any]:
        return [row for leaf in self.leaves for row in leaf.get(name, ())]

    def first[T](self, name: str, of: Callable[[Any], T]) -> T | None:
        return next(map(of, self.every(name)), None)

    def last[T](self, name: str, of: Callable[[Any], T]) -> T | None:
        return next(map(of, reversed(self.every(name))), None)

    def once(self, name: str) -> list[Any]:
        """Without what stands in several leaves: a row of the roster that two ids share."""
        found: list[Any] = []
        found += (row for row in self.every(name) if row not in found)
        return found


def _line(desired: Desired | None, held: Sequence[Held], rows: _Rows) -> int | None:
    if desired or held:
        return desired.pupil.line if desired else held[0].line
    return next(iter(rows.every("line")), None)


def _plan(shared: Mapping[str, Any], leaves: Mapping[str, Leaf]) -> NightPlan | None:
    """The night's plan as far as it is about this child."""
    if not shared:
        return None
    codes = tuple(one["code"] for one in shared.get("breaches", ()))
    plan = read(NightPlan, {**shared, "breaches": codes})
    return replace(plan, proposals=_named(leaves, "proposed"), held=_named(leaves, "codes"))


def _named(leaves: Mapping[str, Leaf], name: str) -> dict[str, tuple[str, ...]]:
    """The words that leaves hold under a name, and whose they are."""
    found: dict[str, tuple[str, ...]] = {}
    for umi, leaf in leaves.items():
        for word in leaf.get(name, ()):
            found[word] = (*found.get(word, ()), umi)
    return found


def _delivered(night: Leaves, ids: Set[str]) -> Iterator[ToolDelivery]:
    for tool, note in night.head.tools.items():
        told = {word for one in ids for word in night.of(one).get(f"told {tool}", ())}
        sure = (word for word in ("active", "suspended", "tobedeleted") if word in told)
        nobody = "listed" if note["lists"] else "nothing"
        if note["mode"] == "bulk" and note["rosters"]:
            nobody = "absent"
        yield ToolDelivery(tool, note["mode"], next(sure, "replaced" if note["gone"] else nobody))


def _told_by(ids: Set[str], action: Acted | None, current: PersonLine | None) -> Set[str]:
    """What tools know the pupil by, where that is another id than the roster's."""
    told = (action and action.tool_id) or (current and current.tool_id)
    return {told} if told else ids


def _owner_of_line(folder: Folder, line: int) -> str | None:
    """Who stands on a line of this run's users.csv; None for a run without a roster of its own, or
    with one of which no line can be read."""
    found = dict(owners(folder)) if folder.names("roster/") else {}
    return found.get(line, "") if found else None


def _owner_of_account(folder: Folder, account: str) -> str:
    needle = account.encode()
    for name, of in ((roster.DESIRED, _of_person), (roster.HELD, _of_held),
                     (known.CURRENT, _of_person)):  # fmt: skip
        for line in (folder.get(name) or b"").split(b"\n"):
            if needle in line.lower():
                its, owner = of(line)
                if its.lower() == account and owner:
                    return owner
    return ""


def _of_person(line: bytes) -> tuple[str, str]:
    """Account and userMasterIdentifier."""
    pupil = roster.person_in(line).pupil
    return pupil.account, pupil.id


def _of_held(line: bytes) -> tuple[str, str]:
    row = roster.held_in(line)
    return row.account or "", row.pupil or ""
