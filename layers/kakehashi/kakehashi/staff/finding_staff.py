"""Finding a member of staff by what somebody types: a name, a reading, a number, an account, a
school, a job. As with children, width, kana, capitals and forms of kanji do not matter, and nothing
is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kakehashi.people.staff import StaffMember
from kakehashi.staff.searching import MOST, Words, folded


@dataclass(frozen=True, slots=True)
class FoundStaff:
    id: str
    number: str
    name: str = field(repr=False)
    kana: str = field(repr=False)
    account: str = field(repr=False)
    school_name: str
    job: str

    @classmethod
    def of(cls, one: StaffMember) -> FoundStaff:
        return cls(
            one.id,
            one.number,
            f"{one.family} {one.given}".strip(),
            f"{one.kana_family} {one.kana_given}".strip(),
            one.account,
            one.school_name,
            one.job,
        )


def find_staff(people: Iterable[StaffMember], text: str) -> tuple[list[FoundStaff], bool]:
    """Those who are meant, by school and number, and whether there are more than ``MOST``."""
    words = Words.of(text)
    met = [one for one in people if words and _meets(one, words)]
    in_order = sorted(met, key=lambda one: (one.school, one.number))
    return [FoundStaff.of(one) for one in in_order[:MOST]], len(met) > MOST


def _meets(one: StaffMember, words: Words) -> bool:
    names = folded(f"{one.family}{one.given} {one.kana_family}{one.kana_given}")
    titles = " ".join(title for _, title in one.homerooms)
    place = folded(f"{one.school_name} {one.school} {one.job} {titles}")
    begins = (one.account.casefold(), one.number.casefold(), one.id)
    return all(
        token in names or token in place or any(text.startswith(token) for text in begins if text)
        for token in words.tokens
    )
