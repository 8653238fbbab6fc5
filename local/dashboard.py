"""template.yaml as the code of today has it: log groups and alarms in their part, and the dashboard
as one text, since CloudFormation takes it no other way."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from local import alarms

ROOT = Path(__file__).parents[1]
PLACE = re.compile(r"(?m)^(\s+DashboardBody: !Sub) '.*'$")
TABLE = "警報"  # what infra/dashboard.json holds in place of the table of alarms


def body() -> dict[str, Any]:
    """infra/dashboard.json with what it says of alarms."""
    found = json.loads((ROOT / "infra" / "dashboard.json").read_text(encoding="utf-8"))
    for widget in found["widgets"]:
        if widget["type"] == "alarm":
            widget["properties"]["alarms"] = alarms.shown()
        elif widget["properties"].get("markdown") == TABLE:
            widget["properties"]["markdown"] = alarms.table()
    return dict(found)


def template() -> str:
    """template.yaml of today."""
    text = json.dumps(body(), ensure_ascii=False, separators=(",", ":")).replace("'", "''")
    present = alarms.spliced((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return PLACE.sub(lambda found: f"{found[1]} '{text}'", present)
