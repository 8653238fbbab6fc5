"""The staff of one school, as far as that school may see them: who works there today.

Name, job, classes and account of whoever has a post there on that day. Nothing of other schools,
of the first and the last day, of leave, or of what becomes of the account: that is the board's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from kakehashi.people.staff import Employment


@dataclass(frozen=True, slots=True)
class SchoolColleague:
    """``main`` False: the person's first school is another one, which is not said."""

    name: str = field(repr=False)
    kana: str = field(repr=False)
    job: str
    classes: tuple[str, ...]
    account: str = field(repr=False)
    main: bool


def colleagues(
    people: Iterable[Employment], accounts: Mapping[str, str], code: str, day: date
) -> list[SchoolColleague]:
    """``accounts`` are sign-in names by id, of those who have one. By job and reading."""
    found = [one for person in people if (one := _at(person, accounts, code, day))]
    return sorted(found, key=lambda one: (not one.main, one.job, one.kana, one.name))


def _at(
    person: Employment, accounts: Mapping[str, str], code: str, day: date
) -> SchoolColleague | None:
    here = [post for post in person.posts if post.school == code and post.covers(day)]
    if not here:
        return None
    post = next((post for post in here if post.main), here[0])
    return SchoolColleague(
        name=f"{person.family} {person.given}".strip(),
        kana=f"{person.kana_family} {person.kana_given}".strip(),
        job=post.job,
        classes=tuple(dict.fromkeys(title for post in here for title in post.homerooms)),
        account=accounts.get(person.id, ""),
        main=any(post.main for post in here),
    )
