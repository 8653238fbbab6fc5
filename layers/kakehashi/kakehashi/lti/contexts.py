"""The context of a launch: the class, or the school where there is no class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kakehashi.lti.teaching import Launching
from kakehashi.people.pupil import class_id, school_id

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


def context_of(who: Launching) -> Context:
    """Japan's tools ask for a context, so somebody without a class is launched in the school.

    The title is ``年度:クラス名`` with the outgoing (renamed, masked) title of the class.
    """
    year = who.school_year
    if who.class_title:
        home = class_id(who.school, year, who.class_title)
        return Context(home, f"{year}:{who.class_title}", SECTION)
    return Context(school_id(who.school), f"{year}:{who.school_name}", GROUP)


def among(several: Sequence[Launching], context: str) -> Launching | None:
    """Whoever of these stands in that context; "" is the first of them."""
    found = (one for one in several if not context or context_of(one).id == context)
    return next(found, None)
