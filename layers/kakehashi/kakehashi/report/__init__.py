"""What staff read in the morning: one page, one workbook, one line of mail, one summary.json."""

from __future__ import annotations

from kakehashi.report.groups import Group, groups
from kakehashi.report.mail import line_without_run, mail_line, subject
from kakehashi.report.night import Failure, Night, Past, final_verdict
from kakehashi.report.page import html
from kakehashi.report.summary import summary
from kakehashi.report.words import Verdict
from kakehashi.report.workbook import findings_xlsx, xlsx

__all__ = [
    "Failure",
    "Group",
    "Night",
    "Past",
    "Verdict",
    "final_verdict",
    "findings_xlsx",
    "groups",
    "html",
    "line_without_run",
    "mail_line",
    "subject",
    "summary",
    "xlsx",
]
