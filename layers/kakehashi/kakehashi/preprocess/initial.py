"""Initial passwords made for pupils who wait for one: easy to read aloud and to type.

Pure: randomness comes in. Whoever holds a ``Slip`` holds a password; its ``repr`` does not show it.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kakehashi.city import InitialPasswords
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.password_file import HEADERS, fits

DIGITS = "23456789"  # without those that look like letters
COLUMNS = ("アカウント", "ユーザー識別子", "初期パスワード")
KEYS = {heading: key for heading, key in HEADERS.items() if key != "password"}


@dataclass(frozen=True, slots=True)
class Slip:
    """What one pupil is handed."""

    pupil: Pupil
    password: str = field(repr=False)


def make(pupils: Iterable[Pupil], rules: InitialPasswords, chance: random.Random) -> list[Slip]:
    """A password of their own for each pupil, by class register. No two are alike.

    ``chance`` must be one that nobody can foretell (``secrets.SystemRandom``).
    """
    slips: list[Slip] = []
    taken: set[str] = set()
    for pupil in sorted(pupils, key=_register):
        password = _password(rules, pupil.grade, chance)
        while password in taken or not fits(password, pupil.account):
            password = _password(rules, pupil.grade, chance)
        taken.add(password)
        slips.append(Slip(pupil, password))
    return slips


def _password(rules: InitialPasswords, grade: str, chance: random.Random) -> str:
    words, digits = rules.length(grade)
    parts = [chance.choice(rules.words) for _ in range(words)]
    return "".join([*parts, *(chance.choice(DIGITS) for _ in range(digits))])


def _register(pupil: Pupil) -> tuple[str, str, str, int, str]:
    return (pupil.school, pupil.grade, pupil.class_title, pupil.attendance_no or 0, pupil.id)


def as_csv(slips: Sequence[Slip]) -> bytes:
    """The password file that Preprocess reads."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    rows.writerows((slip.pupil.account, slip.pupil.id, slip.password) for slip in slips)
    return out.getvalue().encode()


@dataclass(frozen=True, slots=True)
class PasswordList:
    """A list read: the pupils it names, and the lines that name nobody who can be given one."""

    pupils: tuple[Pupil, ...]
    strange: tuple[int, ...]


def read_list(body: bytes, candidates: Mapping[str, Pupil]) -> PasswordList | None:
    """A CSV with a column of accounts or of userMasterIdentifiers; None where it has neither.

    ``candidates`` are the pupils who may be given a password, by userMasterIdentifier.
    """
    rows = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    keys = [KEYS.get(cell.strip()) for cell in next(rows, [])]
    if not any(keys):
        return None
    by_account = {pupil.account: pupil for pupil in candidates.values()}
    column = next(n for n, key in enumerate(keys) if key)
    found: dict[str, Pupil] = {}
    strange: list[int] = []
    for row in rows:
        name = row[column].strip().lower() if len(row) > column else ""
        pupil = candidates.get(name) or by_account.get(name)
        if pupil:
            found[pupil.id] = pupil
        elif any(row):
            strange.append(rows.line_num)
    return PasswordList(tuple(found.values()), tuple(strange))
