"""A child of the demo city, and the rows that earlier schools keep of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from local.demo.schools import Stage


@dataclass(frozen=True, slots=True)
class Stay:
    """An enrolment that has ended; C4th keeps its row until the school year is over."""

    school: str
    room: str
    grade: str
    number: int
    support: str
    since: str
    until: str


@dataclass(slots=True, eq=False)  # a child is itself, whatever else is equal
class Child:
    """One pupil. ``family`` and ``given`` are the names of record; ``room`` is the class title as
    the school types it; ``support`` the kind of special-needs class, or ""; days are ISO texts.
    """

    umi: str
    account: str
    family: str
    given: str
    preferred_family: str
    preferred_given: str
    kana_family: str
    kana_given: str
    grade: str
    school: str
    support: str = ""
    room: str = ""
    number: int = 0
    since: str = ""
    has_password: bool = False
    stays: list[Stay] = field(default_factory=list)

    @property
    def stage(self) -> Stage:
        return "P" if self.grade[0] == "P" else "J"

    def external(self) -> tuple[str, str]:
        """Family and given name as they leave the school."""
        return self.preferred_family or self.family, self.preferred_given or self.given
