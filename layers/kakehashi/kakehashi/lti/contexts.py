"""The context of a launch: the pupil's home class, or the school where there is no class."""

from __future__ import annotations

from dataclasses import dataclass

from kakehashi.people.pupil import Pupil, class_id, school_id

SECTION = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"
GROUP = "http://purl.imsglobal.org/vocab/lis/v2/course#Group"


@dataclass(frozen=True, slots=True)
class Context:
    """``id`` is the sourcedId that the delivered roster files give to the same class or school."""

    id: str
    title: str
    kind: str

    def claim(self) -> dict[str, object]:
        return {"id": self.id, "label": self.title, "title": self.title, "type": [self.kind]}

    @property
    def is_class(self) -> bool:
        return self.kind == SECTION


def context_of(pupil: Pupil) -> Context:
    """Japan's tools ask for a context, so a pupil without a class is launched in the school.

    The title is ``年度:クラス名`` with the outgoing (renamed, masked) title of the class.
    """
    year = pupil.school_year
    if pupil.class_title:
        home = class_id(pupil.school, year, pupil.class_title)
        return Context(home, f"{year}:{pupil.class_title}", SECTION)
    return Context(school_id(pupil.school), f"{year}:{pupil.school_name}", GROUP)
