"""運用: what the function drift has written for a city: the weekly comparison, the credential."""

from __future__ import annotations

from kakehashi.catalogue import staff as rules
from kakehashi.edges.runs import Folder
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.handing import handed
from kakehashi.edges.staff.orders import StaffOrder, note
from kakehashi.refusal import Refusal
from kakehashi.report import drift
from kakehashi.report.credential import HeldCredential, held_credential

FILES = (drift.PAGE, drift.WORKBOOK)
_SUMMARY = "/summary.json"


def compared(asked: Asked) -> drift.DriftSummary | None:
    """What the newest weekly comparison has written, None before the first."""
    day = _newest(asked)
    return drift.drift_summary_of(_folder(asked, f"{day}/")) if day else None


def credential(asked: Asked) -> HeldCredential | None:
    """As it was seen last, None where nobody has looked."""
    return held_credential(_folder(asked))


def file_of(asked: Asked, name: str) -> str | Refusal:
    """Where a file of the newest comparison can be had for a minute."""
    day = _newest(asked) if name in FILES else ""
    if not day:
        return Refusal(rules.UNKNOWN_PAGE)
    if name == drift.WORKBOOK:  # it names children
        note(asked.deps, asked.caller, StaffOrder("take workbook", after=f"{day} {name}"))
    return handed(asked.deps, _folder(asked, f"{day}/"), name, f"{asked.city}-{day}-{name}")


def _folder(asked: Asked, below: str = "") -> Folder:
    bucket = asked.deps.settings.runs_bucket
    return Folder(asked.deps.s3, bucket, f"{asked.city}/drift/{below}")


def _newest(asked: Asked) -> str:
    """The day of the newest comparison that is whole, "" before the first."""
    days = [name for name in _folder(asked).names() if name.endswith(_SUMMARY)]
    return days[-1].removesuffix(_SUMMARY) if days else ""
