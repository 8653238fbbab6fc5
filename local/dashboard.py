"""infra/dashboard.json inside template.yaml: CloudFormation takes a dashboard as one text only."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = re.compile(r"(?m)^(\s+DashboardBody: !Sub) '.*'$")


def template() -> str:
    """template.yaml with the dashboard of today."""
    widgets = json.loads((ROOT / "infra" / "dashboard.json").read_text(encoding="utf-8"))
    text = json.dumps(widgets, ensure_ascii=False, separators=(",", ":")).replace("'", "''")
    present = (ROOT / "template.yaml").read_text(encoding="utf-8")
    return PLACE.sub(lambda found: f"{found[1]} '{text}'", present)
