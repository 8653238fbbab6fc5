"""Mutated packages through both stages: whoever was in the file goes on, is held, or is named."""

from __future__ import annotations

from conformance.packages import MASTERS, USERS
from kakehashi import oneroster
from kakehashi.findings import Finding, refuses
from kakehashi.preprocess.cleaning import Cleaned, preprocess
from tests import builders
from tests.unit.oneroster.mutants import Files, mutants, rows_of_users

CITY = builders.a_city()


def test_no_mutated_drop_loses_a_pupil_between_the_checks_and_the_roster() -> None:
    for n, files, source in mutants():
        package = oneroster.open_package(source)
        findings = list(oneroster.check(package))
        cleaned = preprocess(package, findings, CITY, builders.TODAY)
        wanted = {d.pupil.id for d in cleaned.desired}
        held = {h.pupil for h in cleaned.held if h.pupil}
        assert not wanted & held, f"case {n}: both wanted and held"
        if refuses(findings) or refuses(cleaned.findings):
            continue
        assert not _lost(files, package, findings, cleaned), f"case {n}: pupils vanished"
        if not findings and not cleaned.findings and not held:
            accounts = {d.pupil.account for d in cleaned.desired}
            assert not _spoken_of(files, but=wanted | accounts), f"case {n}: smaller, unsaid"


def _spoken_of(files: Files, but: set[str]) -> set[str]:
    """Pupils of the clean package whom any file still names, their rows lost or not.

    ``but`` are those who go on: by their id, or by their account under another id.
    """
    text = b"\n".join(files.values())
    return {
        master
        for n, (user, master) in enumerate(zip(USERS, MASTERS, strict=True))
        if user.encode() in text or master.encode() in text
        if but.isdisjoint({master, f"pupil{n}@{builders.DOMAIN}"})
    }


def _lost(
    files: Files, package: oneroster.Package, findings: list[Finding], cleaned: Cleaned
) -> set[str]:
    """Pupils whose row is whole in the file and who are nowhere afterwards.

    A row that cannot be tied to its pupil is accounted for by its line; staff are none of ours.
    """
    there = {
        master
        for master in MASTERS
        if any(master.encode() in row for row in rows_of_users(files.get("users.csv", b"")))
    }
    known = {d.pupil.id for d in cleaned.desired}
    known |= {h.pupil for h in cleaned.held if h.pupil}
    known |= {f.pupil for f in (*findings, *cleaned.findings) if f.pupil}
    lines = {h.line for h in cleaned.held}
    users = package.tables.get("users.csv")
    rows = zip(users.rows, users.lines, strict=True) if users else ()
    by_line = {m for row, line in rows if line in lines for m in there if m in row}
    bad = {m for row in (users.bad if users else ()) for m in there if m in str(row.cells)}
    return there - known - by_line - bad - _staff(package)


def _staff(package: oneroster.Package) -> set[str]:
    """userMasterIdentifiers of those whose only roles are other than student."""
    users, roles = package.tables.get("users.csv"), package.tables.get("roles.csv")
    if not users or not roles:
        return set()
    pairs = list(zip(roles.values("userSourcedId"), roles.values("role"), strict=True))
    others = {user for user, role in pairs if role and role != "student"}
    others -= {user for user, role in pairs if role == "student"}
    ids = zip(users.values("sourcedId"), users.values("userMasterIdentifier"), strict=True)
    return {master for user, master in ids if user in others}
