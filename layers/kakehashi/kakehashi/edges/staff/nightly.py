"""夜の一覧: the runs, their files, running again, and a plan that turns one back."""

from __future__ import annotations

import re

from kakehashi.catalogue import staff as rules
from kakehashi.edges.runs import city_of
from kakehashi.edges.staff import rehearsed
from kakehashi.edges.staff.approving import MOST_REASON
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.handing import handed
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken, note
from kakehashi.edges.staff.starting import start
from kakehashi.edges.web.items import by
from kakehashi.refusal import Refusal
from kakehashi.report.school_facts import index
from kakehashi.report.summary_file import summary_of
from kakehashi.staff import nights
from kakehashi.state_records import NO_RECORD, RunRecord

MOST_PAGES = 20
_PAGE = re.compile(r"[1-9][0-9]{0,3}\Z")
_SCHOOL_FILE = re.compile(r"schools/[A-Za-z0-9_-]{1,40}\.xlsx\Z")


def listed(asked: Asked) -> nights.Nights:
    given = asked.query.get("page", "1")
    page = min(int(given), MOST_PAGES) if _PAGE.match(given) else 1
    records = asked.deps.state(asked.city).runs(page * nights.PAGE + 1)
    return nights.nights(records, page, asked.caller.viewer, asked.city)


def one(asked: Asked, run_id: str) -> nights.NightPage | Refusal:
    record = _record(asked, run_id)
    if not record:
        return Refusal(rules.UNKNOWN_RUN)
    folder = asked.deps.folder(run_id)
    files = [name for name in folder.names() if name in nights.FILES or _SCHOOL_FILE.match(name)]
    facts = nights.NightFacts(
        city=asked.city,
        record=record,
        summary=summary_of(folder),
        findings=list(folder.findings()),
        files=files,
        schools=index(folder).names,
    )
    return nights.night(facts, asked.caller.viewer)


def file_of(asked: Asked, run_id: str, name: str) -> str | Refusal:
    """Where a file of a run can be had for a minute."""
    good = name in nights.FILES or _SCHOOL_FILE.match(name)
    theirs = good and (_record(asked, run_id) or _rehearsed(asked, run_id, name))
    if not theirs:
        return Refusal(rules.UNKNOWN_RUN)
    folder = asked.deps.folder(run_id)
    if name.endswith(".xlsx"):  # it names children
        note(asked.deps, asked.caller, StaffOrder("take workbook", run_id, after=name))
    return handed(asked.deps, folder, name, f"{run_id}-{name.replace('/', '-')}")


def rerun(asked: Asked) -> Judged:
    reason = _reason(asked)
    order = StaffOrder("rerun", after=reason)
    if not reason:
        return OrderNotTaken(order, Refusal(rules.NO_REASON))
    wanted = {"action": "rerun", "city": asked.city}
    return Taken(order, "/today", "started", lambda: start(asked.deps, wanted, asked.number))


def undo(asked: Asked, run_id: str) -> Judged:
    """Makes a plan that waits in 承認; nothing is turned back before that is approved."""
    record, reason = _record(asked, run_id), _reason(asked)
    order = StaffOrder("undo", run_id if record else "", after=reason)
    if not record:
        return OrderNotTaken(order, Refusal(rules.UNKNOWN_RUN))
    if not reason:
        return OrderNotTaken(order, Refusal(rules.NO_REASON))
    wanted = {"action": "undo", "run_id": run_id, "by": by(asked.caller.viewer.oid)}
    return Taken(order, "/today", "started", lambda: start(asked.deps, wanted, asked.number))


def _record(asked: Asked, run_id: str) -> RunRecord:
    """False for a run that is not one of this city."""
    known = city_of(run_id) == asked.city
    return asked.deps.state(asked.city).run(run_id) if known else NO_RECORD


def _rehearsed(asked: Asked, run_id: str, name: str) -> bool:
    """A rehearsal has no record, and one file for a browser."""
    return name == "report.html" and rehearsed.past(asked, run_id) is not None


def _reason(asked: Asked) -> str:
    return asked.form.get("reason").strip()[:MOST_REASON]
