"""What the command says of a run: how the staff stand, beside the pupils' numbers."""

from __future__ import annotations

from kakehashi.report.shapes import StaffInNumbers, Summary
from kakehashi.verdict import Verdict
from kakehashi_console.words import staff_line


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
