"""Where the tenant has drifted from what we applied: told once a week, changed by nobody.

Pure: the settled state and the tenant's users in, findings out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kakehashi.catalogue import provision as rules
from kakehashi.directories.port import Shown
from kakehashi.findings import Finding
from kakehashi.people.record import Record, Status


def drifted(
    settled: Iterable[Record[Any]], listed: Iterable[Shown], domain: str
) -> Iterator[Finding]:
    """An account with a mark that is not in our state is foreign only within the city's
    ``domain``: another city may share the directory."""
    unseen = {known.object_id: known for known in settled}
    ours = {known.pupil.id for known in unseen.values()}
    for user in listed:
        known = unseen.pop(user.object_id, None)
        if known is not None:
            yield from _changed(known, user)
        elif (umi := user.mark) and user.sign_in.lower().endswith(f"@{domain}"):
            rule = rules.DRIFT_TWICE if umi in ours else rules.DRIFT_FOREIGN
            yield rule.at(pupil=umi)
    for known in unseen.values():
        if not known.serves:  # nobody was to sign in to it anyway
            continue
        yield rules.DRIFT_MISSING.at(pupil=known.pupil.id, school=known.pupil.school)


def _changed(record: Record[Any], user: Shown) -> Iterator[Finding]:
    """Texts are told by their names, never by what stands in them."""
    pupil, school = record.pupil.id, record.pupil.school
    now = user.texts
    names = sorted(name for name, value in record.account.items() if now.get(name, "") != value)
    if names:
        yield rules.DRIFT_CHANGED.at(pupil=pupil, school=school, fields=",".join(names)[:120])
    if user.enabled is False and record.status is Status.ACTIVE:
        yield rules.DRIFT_DISABLED.at(pupil=pupil, school=school)
    if user.enabled and record.status is Status.SUSPENDED:
        yield rules.DRIFT_ENABLED.at(pupil=pupil, school=school)
