"""What a pupil's Microsoft 365 account should look like, by the city's rules."""

from __future__ import annotations

from kakehashi.city import M365, City
from kakehashi.roster import GRADE_LABELS, Pupil

MAX_LENGTHS = {  # Microsoft Graph's limits for the texts that rules compose
    "displayName": 256,
    "givenName": 64,
    "surname": 64,
    "department": 64,
    "officeLocation": 128,
    "jobTitle": 128,
}


def account_of(pupil: Pupil, city: City) -> dict[str, str]:
    """Graph property names → values for ``pupil``, the password apart.

    The mark (userMasterIdentifier) stands under the city's extension attribute, e.g.
    ``extensionAttribute1``. "" means the property is empty in the tenant.
    """
    rules: M365 = city.m365
    words = {
        "family": pupil.family,
        "given": pupil.given,
        "school": pupil.school_name,
        "class": pupil.class_title,
        "grade": pupil.grade,
        "grade_label": GRADE_LABELS.get(pupil.grade, pupil.grade),
    }
    texts = {
        "displayName": city.names.display.format(**words),
        "givenName": pupil.given,
        "surname": pupil.family,
        "department": rules.department.format(**words),
        "officeLocation": rules.office_location.format(**words),
        "jobTitle": rules.job_title.format(**words),
    }
    return {
        "userPrincipalName": pupil.account,
        "mailNickname": pupil.account.partition("@")[0],
        "usageLocation": "JP",
        "ageGroup": "Minor",
        rules.mark: pupil.id,
    } | {name: text[: MAX_LENGTHS[name]].strip() for name, text in texts.items()}
