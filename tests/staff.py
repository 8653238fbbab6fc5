"""The board of education's staff: they read the report, write their decisions and send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

from tests.decisions import a_csv, filled_in
from tests.nights import ROOT, Night, Nights


class Board:
    """Those who decide in one city."""

    def __init__(self, nights: Nights) -> None:
        self.nights, self.uploads = nights, 0

    def decide(self, body: bytes, name: str = "list.csv") -> Night:
        """Upload a list; the run that the upload starts."""
        self.uploads += 1
        key = f"inbox/{self.nights.city}/approvals/{self.uploads:02}-{name}"
        version = self.nights.put("INBOX_BUCKET", key, body)
        event = json.loads((ROOT / "events" / "decisions.json").read_text())
        event["detail"]["object"] |= {"key": key, "version-id": version}
        return self.nights.start(event)

    def fill_in(self, night: Night, decisions: Mapping[str, str]) -> Night:
        report = night.folder.need("report.xlsx")
        return self.decide(filled_in(report, decisions), "report.xlsx")

    def mark(self, *rows: tuple[str, str]) -> Night:
        return self.decide(a_csv(rows, codec="cp932"))

    def later(self, days: int) -> Night:
        """So many nights later, the same pupils being at school."""
        self.nights.go_to(self.nights.clock.date() + timedelta(days=days))
        return self.nights.rerun()
