"""Mutated packages end in findings, never in a traceback and never in a silently smaller roster."""

from __future__ import annotations

from kakehashi import oneroster
from kakehashi.findings import Effect, refuses
from kakehashi.oneroster import passwords_in
from tests.unit.oneroster.mutants import mutants, rows_of_users


def test_no_drop_ends_in_a_traceback_or_in_pupils_lost_without_a_word() -> None:
    for n, files, source in mutants():
        package = oneroster.open_package(source)
        findings = list(oneroster.check(package))
        users = package.tables.get("users.csv")
        read = len(users.rows) + len(users.bad) if users else 0
        if not refuses(findings) and read < len(rows_of_users(files.get("users.csv", b""))):
            raise AssertionError(f"case {n}: rows were lost and nothing was said")
        told, known = ({f.code for f in found} for found in (findings, passwords_in(source)))
        assert told & {"F015", "F016"} <= known, f"case {n}: passwords would have been kept"
        assert all(f.place.line for f in findings if f.effect is Effect.HOLD_PUPIL), n
