"""What the report tells of a delivery beyond its rows."""

from dataclasses import replace

from kakehashi.report.deliveries import remarks
from kakehashi.report.page import html
from kakehashi.report.summary import delivery
from kakehashi.run_folder.deliveries import DeliveryNote, FileNote
from kakehashi.stored import written
from tests.unit.report.test_report import NIGHT

PLAIN = DeliveryNote(tool="lgate", mode="bulk", files=(FileNote("a.zip"),), rows={"users.csv": 3})
LEFT = replace(PLAIN, still_signed_in=1234, unconfirmed=True)


def test_whom_the_tool_still_lets_in_is_counted_in_summary_and_page() -> None:
    told = delivery(LEFT)
    assert (told.still_signed_in, told.unconfirmed) == (1234, True)
    page = html(replace(NIGHT, deliveries=(LEFT,)))
    for word in remarks(still_signed_in=1234, unconfirmed=True):
        assert word.ja in page
    assert "1,234 人" in page


def test_where_nothing_was_given_it_is_told_which_run_gave_something_last() -> None:
    """It may have died before its report. To a tool that takes changes it gave the last of them,
    not all that the tool holds."""
    nothing = DeliveryNote(tool="changes", mode="delta", follows="demo-20261125T020000-1")
    assert delivery(nothing).follows == "demo-20261125T020000-1"
    assert "最後に渡したのは、実行 demo-20261125T020000-1 です" in html(
        replace(NIGHT, deliveries=(nothing,))
    )


def test_of_a_delivery_with_nothing_to_remark_the_summary_is_as_it_was() -> None:
    plain = {"tool": "lgate", "mode": "bulk", "file": "a.zip", "rows": {"users.csv": 3}}
    assert written(delivery(PLAIN)) == plain
    assert list(remarks()) == []
