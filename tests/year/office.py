"""The board's office: every second Monday somebody goes through the list of leavers."""

from __future__ import annotations

import random
from datetime import date

from tests.year.bridge import Night
from tests.year.truth import Account, expired
from tests.year.world import SEED, World

PATIENCE_DAYS = 7  # a child away for less may only have a cold
NEVER, KEPT = 0.12, 0.18  # of the leavers nobody ever decides about, or says 保留 of
FORGOTTEN = 0.55  # who are marked for deletion, among those up to here, never are


def is_there(day: date) -> bool:
    return day.weekday() == 0 and day.isocalendar().week % 2 == 0


def marks(world: World) -> dict[str, str]:
    """What the office writes behind each name on its list; most rows are left blank."""
    return {
        umi: word
        for umi, account in world.truth.accounts.items()
        if (word := _word(umi, account, world.day))
    }


def _word(umi: str, account: Account, today: date) -> str:
    luck = random.Random(f"{SEED}/office/{umi}").random()
    if expired(account, today):
        return "" if luck < FORGOTTEN else "削除"
    away = account.absent_since
    if not account.enabled or away is None or (today - away).days < PATIENCE_DAYS or luck < NEVER:
        return ""
    return "保留" if luck < KEPT else "停止"


def morning(world: World) -> None:
    """The list goes back, as CSV from the spreadsheet or as the report's own workbook."""
    words = marks(world)
    if set(words.values()) <= {"保留"}:
        return
    night = send(world, words)
    world.quiet = False
    for umi, word in words.items():
        obey(world, umi, word, world.day)
    world.done(night)


def send(world: World, words: dict[str, str]) -> Night:
    as_csv = world.day.month % 2
    bridge = world.bridge
    return world.heard(bridge.mark(words) if as_csv else bridge.fill_in(world.last, words))


def obey(world: World, umi: str, word: str, on: date) -> None:
    """What the word means from the day ``on``."""
    if word == "保留":
        return
    world.marked.add((umi, word))
    if word == "停止":
        world.truth.suspend(umi, on)
        return
    world.truth.delete(umi)
    world.deleted.add(umi)
    for child in world.city.gone:
        if child.umi == umi:
            child.has_password = False  # whoever comes back after that begins anew
