"""Pointers to the newest of its kind: what a tool last received, which drop, who asked staff."""

from __future__ import annotations

from datetime import date
from typing import Any

from kakehashi.edges.state.partition import Partition
from kakehashi.state_records import NewestDrop, ToolRecord
from kakehashi.stored import read, some_of, written


class Pointers(Partition):
    def tool(self, name: str) -> ToolRecord:
        """All "" for a tool that was given nothing."""
        return read(ToolRecord, self._get(f"TOOL#{name}") or {})

    def note_tool(self, name: str, **facts: Any) -> None:
        """Facts of ``ToolRecord`` by their names. Raises TypeError for one that it has not."""
        self._set(f"TOOL#{name}", some_of(ToolRecord, facts))

    def newest_drop(self) -> NewestDrop:
        """The drop that came last; false before the first."""
        return read(NewestDrop, self._get("NEWEST_DROP") or {})

    def note_newest_drop(self, drop: NewestDrop) -> None:
        self._set("NEWEST_DROP", written(drop))

    def proposals(self) -> str:
        """The run that asked staff last, "" where none has."""
        return str((self._get("PROPOSALS") or {}).get("run_id", ""))

    def note_proposals(self, run_id: str) -> None:
        self._set("PROPOSALS", {"run_id": run_id, "undone": []})

    def undone_since_asked(self) -> list[str]:
        """Undos that were applied since staff were asked last."""
        return [str(run_id) for run_id in (self._get("PROPOSALS") or {}).get("undone", [])]

    def note_undone(self, run_id: str) -> None:
        self._set("PROPOSALS", {"undone": sorted({*self.undone_since_asked(), run_id})})

    def staff_list_since(self, version: str, day: date, *, note: bool) -> date:
        """The Japan day on which a run first took this version of the board's list of staff; where
        it is new, ``day``, which is kept if ``note`` says so."""
        found = self._get("STAFF_LIST") or {}
        if found.get("version") == version:
            return date.fromisoformat(str(found["since"]))
        if note:
            self._set("STAFF_LIST", {"version": version, "since": day.isoformat()})
        return day

    def listing_key(self, fresh: str = "") -> str:
        """The key of the hashes in the mirror of the tenant's listing, which lies elsewhere. Where
        there is none, ``fresh`` becomes it; "" then for who brings none."""
        found = str((self._get("LISTING") or {}).get("key", ""))
        if not found and fresh:
            self._set("LISTING", {"key": fresh})
        return found or fresh
