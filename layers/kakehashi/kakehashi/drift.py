"""Where the tenant has drifted from what we applied: told once a week, changed by nobody.

Pure: the settled state and the tenant's users in, findings out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kakehashi.catalogue import provision as rules
from kakehashi.findings import Finding
from kakehashi.provision.answers import GraphUser
from kakehashi.roster import Known, Status

FIELDS = (
    "id", "userPrincipalName", "accountEnabled", "displayName", "mailNickname", "givenName",
    "surname", "department", "officeLocation", "jobTitle", "usageLocation", "ageGroup",
    "onPremisesExtensionAttributes",
)  # fmt: skip
"""What to list of every user: all that an account of ours is made of."""


def drifted(
    settled: Iterable[Known], listed: Iterable[GraphUser], mark: str, domain: str
) -> Iterator[Finding]:
    """``mark`` is the extension attribute. An account with a mark that is not in our state is
    foreign only within the city's ``domain``: another city may share the tenant."""
    unseen = {known.object_id: known for known in settled}
    ours = {known.pupil.id for known in unseen.values()}
    for user in listed:
        known = unseen.pop(user.id, None)
        if known is not None:
            yield from _changed(known, user, mark)
        elif (umi := user.mark(mark)) and user.upn.lower().endswith(f"@{domain}"):
            rule = rules.DRIFT_TWICE if umi in ours else rules.DRIFT_FOREIGN
            yield rule.at(pupil=umi)
    for known in unseen.values():
        if known.status is not Status.ACTIVE:  # nobody was to sign in to it anyway
            continue
        yield rules.DRIFT_MISSING.at(pupil=known.pupil.id, school=known.pupil.school)


def _changed(known: Known, user: GraphUser, mark: str) -> Iterator[Finding]:
    """Properties are told by their Graph names, never by what stands in them."""
    pupil, school = known.pupil.id, known.pupil.school
    values = user.values() | {mark: user.mark(mark)}
    names = sorted(name for name, value in known.account.items() if values.get(name, "") != value)
    if names:
        yield rules.DRIFT_CHANGED.at(pupil=pupil, school=school, fields=",".join(names)[:120])
    if user.enabled is False and known.status is Status.ACTIVE:
        yield rules.DRIFT_DISABLED.at(pupil=pupil, school=school)
    if user.enabled and known.status is Status.SUSPENDED:
        yield rules.DRIFT_ENABLED.at(pupil=pupil, school=school)
