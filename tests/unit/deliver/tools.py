"""What the tests of deliveries share: nights of a small city, and one tool that follows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from kakehashi import deliver
from kakehashi.deliver import Board, Delivery, Order, Records, load, records_of, takes
from kakehashi.deliver.dialect import Dialect
from kakehashi.people.record import Record
from kakehashi.preprocess.lexicon import Lexicon
from tests.builders import TODAY

BOARD = Board.of("082201", "見本市")


TEMPLATES: dict[str, dict[str, Any]] = {  # heading rows as a board would give them
    "flat_list": {"ID": "username", "氏名": "name", "状態": "enabledUser"},
    "lgate_users": dict.fromkeys(("username", "password", "enabledUser", "isLocal", "schoolCode",
                                  "schoolName", "familyName", "givenName")),
    "google_admin": {"Password [Required]": {"text": "****"},
                     "Org Unit Path [Required]": {"text": "/児童生徒"}},
    "manabi_pocket": {"ログインID": "username", "graduate": None, "end_on": None},
    "schooltakt": {"ID": "username", "Grade 学年(必須)": None,
                   "Homeroom name 組(必須 6文字まで)": None},
    "loilonote": {"ユーザーID": "loginName", "氏名": None},
    "qubena": {"生徒ID": "loginName", "生徒名": None, "所属クラス": None},
    "mext_textbook": {"氏名": "name", "学年": "grade"},
}  # fmt: skip


def a_dialect(name: str) -> Dialect:
    """As shipped, with a board's template where it needs one."""
    given = TEMPLATES.get(name, {})
    headings = () if name == "google_admin" else tuple(given)
    return load(name).with_list(headings, {h: c for h, c in given.items() if c})


def an_order(dialect: str = "interactive_study", night: int = 0, **facts: Any) -> Order:
    day = TODAY + timedelta(days=night)
    made = Order(
        tool=dialect,
        dialect=a_dialect(dialect),
        board_code="082201",
        as_of=day,
        changed_at=deliver.changed_at(day, f"demo-{day:%Y%m%d}T020000-0"),
        tells=Lexicon().tells,
    )
    return replace(made, **facts)


def told(settled: Iterable[Record], dialect: str) -> Records:
    spoken = a_dialect(dialect)
    return records_of((k for k in settled if takes(spoken, (), (), k)), spoken, BOARD)


def deliver_to(
    dialect: str, settled: Iterable[Record], before: Records | None = None, **facts: Any
) -> Delivery:
    return deliver.build(an_order(dialect, **facts), told(settled, dialect), before)


def day_of(night: int) -> date:
    return TODAY + timedelta(days=night)


def lines(*rows: str) -> bytes:
    """A receipt of these lines."""
    return "\r\n".join(rows).encode()
