"""Which row of which password file is whose: for pupils who get an account, and for held ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kakehashi.catalogue import preprocess as rules
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.password_file import InDrop, locate
from kakehashi.preprocess.rows import PupilRows
from kakehashi.roster import Desired


def find_passwords(tonight: Tonight, draft: Draft) -> Draft:
    known = _known(draft.rows, draft.desired)
    places, findings = locate(tonight.passwords, known, tonight.city.passwords.shared)
    desired = [
        replace(one, password=place) if (place := places.get(one.pupil.id)) else one
        for one in draft.desired
    ]
    return draft.having(findings, desired=desired)


def _known(rows: PupilRows, desired: Iterable[Desired]) -> InDrop:
    """Pupils by both keys; an account that several rows bear belongs to the pupil who goes on."""
    pairs = [(row.account, row.pupil) for row in rows.pupils if row.pupil]
    pairs += [(d.pupil.account, d.pupil.id) for d in desired]
    by_account = {account: pupil for account, pupil in pairs if account}
    return InDrop(by_account, {pupil: account for account, pupil in pairs})


PASSWORDS = CleaningStep(
    "first passwords",
    ja="初期パスワードのどの行が誰のものかを控えます。パスワードそのものは持ちません。",
    en="Notes which row of a password file is whose; the password itself stays there.",
    run=find_passwords,
    gives=(
        rules.PASSWORD_FILE_UNREADABLE, rules.PASSWORD_FILE_HEADER, rules.PASSWORD_OF_NOBODY,
        rules.PASSWORD_TWICE, rules.PASSWORD_TOO_WEAK, rules.PASSWORD_KEYS_CONTRADICT,
        rules.PASSWORD_ROW_BROKEN, rules.PASSWORD_TRIMMED, rules.PASSWORD_SHARED,
        rules.PASSWORD_SHARED_ALLOWED,
    ),
    keys=("passwords.shared",),
)  # fmt: skip
