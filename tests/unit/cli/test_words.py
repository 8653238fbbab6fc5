"""What the command says of a run: how the staff stand, beside the pupils' numbers."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console as Terminal

from kakehashi.catalogue import diff as rules
from kakehashi.guide import Guide
from kakehashi.report.shapes import BreachShape, StaffInNumbers, Summary
from kakehashi.verdict import Verdict
from kakehashi_console.words import print_outcome, staff_line


def printed(verdict: Verdict) -> str:
    terminal = Terminal(record=True, width=200, file=io.StringIO())
    passed = BreachShape("S001", "city", 400, 5)
    told = replace(a_summary(), verdict=verdict, breaches=(passed,))
    findings = [rules.NEW_IN_CITY.at(count=400, bound=5)]
    print_outcome(terminal, told, "report.html", findings, Guide())
    return terminal.export_text()


def test_a_waiting_plan_says_what_is_to_be_accepted() -> None:
    said = printed(Verdict.AWAITING)
    assert "→  内訳を確かめ" in said
    assert "--accept S001" in said
    assert "承認済み" not in said


def test_once_applied_nobody_is_asked_to_approve_it() -> None:
    said = printed(Verdict.APPLIED)
    assert "400 > 5、承認済み accepted" in said
    assert "内訳を確かめ" not in said
    assert "--accept" not in said


def a_summary(staff: StaffInNumbers | None = None) -> Summary:
    return Summary("", "demo", Verdict.APPLIED, staff=staff)


def test_staff_are_counted_in_the_words_of_the_report() -> None:
    counts = {"HELD": 1062, "NEW": 3, "MOVED": 0}
    numbers = StaffInNumbers("", stopped=False, counts=counts, asked={}, breaches=())
    assert staff_line(a_summary(numbers)) == "教職員(新しく作成 3・保留 1,062)"
    assert staff_line(a_summary(numbers), ["NEW"]) == "教職員(新しく作成 3)"


def test_of_a_city_without_staff_nothing_is_said() -> None:
    nobody = StaffInNumbers("", stopped=False, counts={}, asked={}, breaches=())
    assert (staff_line(a_summary()), staff_line(a_summary(nobody))) == ("", "")
