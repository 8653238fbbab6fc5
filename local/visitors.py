"""Where the launcher is on this machine, and with which invented accounts to try it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from kakehashi.edges.state import State
from kakehashi.guide import Guide
from kakehashi.people.pupil import GRADE_LABELS
from kakehashi.people.record import Status
from local.demo import people
from local.demo.tour import CITY
from local.stack import Stack

NEXT = (
    (". .venv/bin/activate", "kakehashi を使えるようにする / to have the command"),
    ("kakehashi status", "夜の一覧 / all nights"),
    ("kakehashi why users.csv:12", "一人の経過 / one pupil's story"),
    ("kakehashi check FILE", "手元の名簿の検査 / check a roster of yours"),
    ("kakehashi reset --yes", "五晩を忘れ、README の続きへ / forget them, and go on in the README"),
)


def visitors(stack: Stack) -> Iterator[str]:
    """The address, and pupils who can sign in there, a line each; so are the people of the staff
    page, whom a reset has forgotten with everything else."""
    yield f"教材の起動画面 launcher: {stack.launcher_url}/"
    files = sorted((stack.home / "tour" / "city").glob("**/passwords.csv"))
    for grade, account, password in _pupils(stack, files):
        yield f"  {grade} アカウント account: {account}  パスワード password: {password}"
    if files:
        yield f"  ほかの児童生徒 more: {files[0]}"
    of_staff = sorted((stack.home / "tour" / "city").glob("**/staff-passwords.csv"))
    for account, password in _teacher(stack, of_staff):
        yield f"  先生 teacher アカウント account: {account}  パスワード password: {password}"
    people.hire(stack, CITY)
    people.post_at_first_school(stack, CITY)
    yield f"職員の頁 staff page: {stack.staff_url}/  パスワード password: {people.PASSWORD}"
    yield from people.told()
    yield "次に試すこと what to try next:"
    for command, why in NEXT:
        yield f"  {command:<36} {why}"
    yield f"止めるには to stop: {Guide(stack.options).typed('kakehashi down')}"


def _pupils(stack: Stack, files: list[Path]) -> list[tuple[str, str, str]]:
    """(grade, account, password) of one pupil of each kind of school, as the city now has them."""
    if not files:
        return []
    state = State(stack.resource("dynamodb").Table(stack.outputs()["Table"]), CITY)
    found: dict[str, tuple[str, str, str]] = {}
    for account, umi, password in _rows(files[0]):
        known = state.pupil(umi)
        if known is None or known.status is not Status.ACTIVE:
            continue
        grade = known.pupil.grade
        found.setdefault(grade[0], (GRADE_LABELS[grade], account, password))
    return [found[kind] for kind in sorted(found, reverse=True)]


def _teacher(stack: Stack, files: list[Path]) -> Iterator[tuple[str, str]]:
    """(account, password) of a teacher with a class."""
    if not files:
        return
    state = State(stack.resource("dynamodb").Table(stack.outputs()["Table"]), CITY)
    leads = {one.pupil.account for one in state.staff() if one.pupil.homerooms}
    yield from [(account, password) for account, password in _rows(files[0]) if account in leads][
        :1
    ]


def _rows(file: Path) -> list[list[str]]:
    return list(csv.reader(file.read_text(encoding="utf-8").splitlines()))[1:]
