"""What a pupil's Microsoft 365 account should look like, by the city's rules."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kakehashi.roster import GRADE_LABELS, Pupil

if TYPE_CHECKING:
    from kakehashi.city import M365, City

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
    texts = {
        "displayName": city.names.display.format(family=pupil.family, given=pupil.given),
        "givenName": pupil.given,
        "surname": pupil.family,
        "department": _composed(rules.department, pupil),
        "officeLocation": _composed(rules.office_location, pupil),
        "jobTitle": _composed(rules.job_title, pupil),
    }
    return {
        "userPrincipalName": pupil.account,
        "mailNickname": pupil.account.partition("@")[0],
        "usageLocation": "JP",
        "ageGroup": "Minor",
        rules.mark: pupil.id,
    } | {name: text[: MAX_LENGTHS[name]].strip() for name, text in texts.items()}


def _composed(template: str, pupil: Pupil) -> str:
    of_class = _of_class(template, pupil.school_name, pupil.class_title, pupil.grade)
    if of_class is not None:
        return of_class
    words = _words(pupil.school_name, pupil.class_title, pupil.grade)
    return template.format(family=pupil.family, given=pupil.given, **words)


@lru_cache(maxsize=1 << 13)
def _of_class(template: str, school: str, title: str, grade: str) -> str | None:
    """The text that all classmates share; None where the template asks for a name."""
    if "{family" in template or "{given" in template:
        return None
    return template.format(**_words(school, title, grade))


def _words(school: str, title: str, grade: str) -> dict[str, str]:
    return {
        "school": school,
        "class": title,
        "grade": grade,
        "grade_label": GRADE_LABELS.get(grade, grade),
    }
