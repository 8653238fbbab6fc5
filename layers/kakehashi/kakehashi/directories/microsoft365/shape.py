"""What a pupil's Microsoft 365 account should look like, by the city's rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from kakehashi.people.pupil import GRADE_LABELS, Pupil
from kakehashi.people.staff import StaffMember

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


_COMPOSED = ("department", "officeLocation", "jobTitle")


def account_of(pupil: Pupil, city: City) -> dict[str, str]:
    """Graph property names → values for ``pupil``, the password apart.

    The mark (userMasterIdentifier) stands under the city's extension attribute, e.g.
    ``extensionAttribute1``. "" means the property is empty in the tenant.
    """
    rules: M365 = city.m365
    family, given = pupil.family, pupil.given
    templates = (rules.department, rules.office_location, rules.job_title)
    shared = _of_class(templates, pupil.school_name, pupil.class_title, pupil.grade)
    account = {
        "userPrincipalName": pupil.account,
        "mailNickname": pupil.account.partition("@")[0],
        "usageLocation": "JP",
        "ageGroup": "Minor",
        rules.mark: pupil.id,
        "displayName": _fitting(
            "displayName", city.names.display.format(family=family, given=given)
        ),
        "givenName": _fitting("givenName", given),
        "surname": _fitting("surname", family),
        **shared,
    }
    if len(shared) == len(_COMPOSED):
        return account
    words = _words(pupil.school_name, pupil.class_title, pupil.grade)
    for name, template in zip(_COMPOSED, templates, strict=True):
        if name not in shared:
            text = template.format(family=family, given=given, **words)
            account[name] = _fitting(name, text)
    return account


def staff_account_of(member: StaffMember, city: City) -> dict[str, str]:
    """The same for a member of staff: no age group, and texts of the city's ``[staff]`` rules."""
    rules = city.staff
    if rules is None:
        raise ValueError("a city without [staff] has no accounts of staff")
    family, given = member.family, member.given
    words = {"family": family, "given": given, "school": member.school_name, "job": member.job}
    texts = {
        "displayName": city.names.display.format(family=family, given=given),
        "givenName": given,
        "surname": family,
        "department": rules.department.format(**words),
        "officeLocation": rules.office_location.format(**words),
        "jobTitle": rules.job_title.format(**words),
    }
    return {
        "userPrincipalName": member.account,
        "mailNickname": member.account.partition("@")[0],
        "usageLocation": "JP",
        city.m365.mark: member.id,
    } | {name: _fitting(name, text) for name, text in texts.items()}


@lru_cache(maxsize=1 << 15)  # 500,000 pupils have 17,000 classes
def _of_class(templates: tuple[str, ...], school: str, title: str, grade: str) -> Mapping[str, str]:
    """The texts that all classmates share, those left out whose template asks for a name."""
    words = _words(school, title, grade)
    return {
        name: _fitting(name, template.format(**words))
        for name, template in zip(_COMPOSED, templates, strict=True)
        if "{family" not in template and "{given" not in template
    }


def _fitting(name: str, text: str) -> str:
    return text[: MAX_LENGTHS[name]].strip()


def _words(school: str, title: str, grade: str) -> dict[str, str]:
    return {
        "school": school,
        "class": title,
        "grade": grade,
        "grade_label": GRADE_LABELS.get(grade, grade),
    }
