"""Pointers to the newest of its kind: what a tool last received, which drop, who asked staff."""

from __future__ import annotations

from datetime import date
from typing import Any

from kakehashi.edges.state.partition import Partition


class Pointers(Partition):
    def tool(self, name: str) -> dict[str, Any]:
        return self._get(f"TOOL#{name}") or {}

    def note_tool(self, name: str, **attributes: Any) -> None:
        self._set(f"TOOL#{name}", attributes)

    def newest_drop(self) -> dict[str, Any]:
        """The drop that came last: {} or {sha256, key, version, received, …}."""
        item = self._get("NEWEST_DROP")
        return item or {}

    def note_newest_drop(self, **attributes: Any) -> None:
        self._set("NEWEST_DROP", attributes)

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
