"""Ten nights of the school year (tests/year), with its own script and its own truth, in the engine.

What a night must leave behind is the same as on the fast path, which lives through all of them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from local.demo.moves import Changes
from local.stack import Stack
from tests.outbox_search import leaks
from tests.year.engine import Engine
from tests.year.living import live
from tests.year.staffed import StaffedWorld

PUPILS = 60
A_BUSY_DAY = Changes(come=1, move=2, leave=3, rename=1)
TEN = (
    date(2026, 9, 1),  # the first night of all
    date(2026, 9, 3),  # the same drop twice
    date(2026, 9, 9),  # a file cut short, and the whole one in the morning
    date(2026, 9, 10),  # transfers
    date(2026, 9, 24),  # newcomers whose passwords are late
    date(2026, 9, 28),  # the passwords come, and the office marks who left
    date(2026, 11, 4),  # one school missing
    date(2026, 12, 22),  # an ordinary night in winter
    date(2027, 4, 1),  # everybody goes up
    date(2027, 4, 19),  # the office marks for deletion, and the graduates for suspension
)


def test_ten_nights_of_the_year_end_in_the_engine_as_it_is_true(
    stack: Stack, tmp_path: Path
) -> None:
    engine = Engine(stack, tmp_path, "ten")
    world = StaffedWorld(engine, PUPILS, TEN[0], domain="ten.demo.example.jp")
    for day in TEN:
        live(world, day, A_BUSY_DAY)
    assert world.ears.overheard() == set()
    outbox = engine.outbox()
    assert {key.split("/")[2] for key in outbox} == set(world.tools.receivers)
    assert leaks(outbox) == set(), "handed to a tool or not"
    assert {word for _, word in world.marked} == {"停止", "削除"}
