"""The way in, and being turned away: what somebody sees before, and instead of, a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from kakehashi.findings import Finding
from kakehashi.refusal import Refusal
from kakehashi.report.groups import message
from kakehashi.report.words import Word


@dataclass(frozen=True, slots=True)
class SignInPage:
    template: ClassVar[str] = "sign_in.html.j2"


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """``back`` is the page that was asked for, or from which a form came: ``sign_in`` leads through
    Microsoft to it, and switching to ``city``, one of the viewer's, does too. ``onward`` is a page
    that says something else than this one; "" for none."""

    template: ClassVar[str] = "refused.html.j2"

    sentence: Word
    todo: Word
    code: str
    reasons: Sequence[Word] = ()
    back: str = "/"
    onward: str = "/"
    sign_in: str = ""
    city: str = ""


def refused(
    refusal: Refusal,
    reference: str,
    reasons: Sequence[Finding] = (),
    *,
    back: str = "/",
    onward: str = "/",
    sign_in: str = "",
    city: str = "",
) -> RefusedPage:
    """``reference`` leads an engineer to the log line, the code leads to docs/findings.md."""
    rule = refusal.rule
    return RefusedPage(
        Word(rule.ja, rule.en),
        Word(rule.todo, rule.todo_en),
        f"{refusal.code}-{reference}" if reference else refusal.code,
        tuple(message(finding) for finding in reasons),
        back,
        onward,
        sign_in,
        city,
    )
