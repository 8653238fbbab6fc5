"""What staff read in the morning: one page, one workbook, one line of mail, one summary.json."""

from __future__ import annotations

from kakehashi.report.causes import faults_of, named
from kakehashi.report.decided import Decided, decided
from kakehashi.report.drift import PAGE as DRIFT_PAGE
from kakehashi.report.drift import WORKBOOK as DRIFT_WORKBOOK
from kakehashi.report.drift import (
    Comparison,
    drift_html,
    drift_line,
    drift_summary,
    drift_xlsx,
    put_drift_summary,
)
from kakehashi.report.groups import FindingGroup, groups
from kakehashi.report.mail import line_without_run, mail_line, subject
from kakehashi.report.night import Failure, Night, PastRun, final_verdict
from kakehashi.report.page import html
from kakehashi.report.people import Person, last_seen
from kakehashi.report.savings import Saved, Work, saved, school_year, with_staff, work_of
from kakehashi.report.school_facts import moves, moves_of, put_parts
from kakehashi.report.schools import Handout, handout_xlsx, handouts
from kakehashi.report.summary import put_summary, summary
from kakehashi.report.workbook import findings_xlsx, xlsx

__all__ = [
    "DRIFT_PAGE",
    "DRIFT_WORKBOOK",
    "Comparison",
    "Decided",
    "Failure",
    "FindingGroup",
    "Handout",
    "Night",
    "PastRun",
    "Person",
    "Saved",
    "Work",
    "decided",
    "drift_html",
    "drift_line",
    "drift_summary",
    "drift_xlsx",
    "faults_of",
    "final_verdict",
    "findings_xlsx",
    "groups",
    "handout_xlsx",
    "handouts",
    "html",
    "last_seen",
    "line_without_run",
    "mail_line",
    "moves",
    "moves_of",
    "named",
    "put_drift_summary",
    "put_parts",
    "put_summary",
    "saved",
    "school_year",
    "subject",
    "summary",
    "with_staff",
    "work_of",
    "xlsx",
]
