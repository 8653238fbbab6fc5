"""The file of initial passwords that comes beside the roster: invented, and easy to type."""

from __future__ import annotations

import random

from local.demo.city import DemoCity
from local.demo.export import csv_bytes

HEADER = ("アカウント", "ユーザー識別子", "初期パスワード")
WORDS = ("Sakura", "Momiji", "Tsubame", "Hotaru", "Kawasemi", "Donguri", "Himawari", "Tanpopo")


def passwords(city: DemoCity) -> bytes | None:
    """A row for each pupil who has none yet, no two of them alike; None where everybody has one.

    Each satisfies Microsoft Entra's rules: eight characters or more, three kinds of them.
    """
    waiting = [child for child in city.children if not child.has_password]
    if not waiting:
        return None
    rows = [HEADER]
    for child in waiting:
        rng = random.Random(f"{city.seed}/password/{child.umi}")
        rows.append(
            (child.account, child.umi, f"{rng.choice(WORDS)}-{rng.randrange(10**7, 10**8)}")
        )
        child.has_password = True
    return csv_bytes(rows)
