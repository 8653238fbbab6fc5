"""Whose account two persons must agree to suspend or to delete: of who leads a school or a board.

Asked by the plan for staff and by an undo, which looks at nothing else of staff.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kakehashi.city import Staff
    from kakehashi.people.staff import StaffMember

LED_LATELY = timedelta(days=365)


def leads(member: StaffMember, rules_: Staff, board_code: str) -> bool:
    """Whether the 職名 is one that the city names, or the person works for the board."""
    named = member.works_as((*rules_.two_persons, "管理"))
    return named or member.school == board_code


def needs_two(member: StaffMember, rules_: Staff, board_code: str, day: date) -> bool:
    """Whether only two persons may have this account suspended or deleted: of who leads, or has
    until a year ago."""
    lately = member.led_until is not None and day - member.led_until <= LED_LATELY
    return lately or leads(member, rules_, board_code)
