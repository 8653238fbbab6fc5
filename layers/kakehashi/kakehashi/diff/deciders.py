"""Who has decided something, and whether that is two persons (decision 0131).

A sign-in on the staff page is proven; a name in a file or in an order is only what somebody typed.
Nobody can tell whether the two are one person, so the one is never counted beside the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kakehashi.city.staff import PersonsToldBy


@dataclass(frozen=True, slots=True)
class Decider:
    """``name`` tells two people apart, and is told to nobody. ``signed_in``: the staff page has
    written it, of whoever was signed in there."""

    name: str = field(repr=False)
    signed_in: bool = False

    @classmethod
    def typed(cls, text: str) -> Decider:
        """鈴木 一郎(校長) is 鈴木一郎, who must not be two: width, case, blanks and what stands in
        brackets behind the name tell nobody apart. False without a name."""
        plain = unicodedata.normalize("NFKC", text).casefold()
        return cls(re.sub(r"\s+|[(\[〔【][^)\]〕】]*[)\]〕】]\s*\Z", "", plain))

    def __bool__(self) -> bool:
        return bool(self.name)


def two_persons(deciders: Iterable[Decider], told_by: PersonsToldBy) -> bool:
    """Two sign-ins always are; two typed names where the city has said that ``name`` is enough,
    since whoever types one can type another."""
    found = {one for one in deciders if one}
    signed = sum(one.signed_in for one in found)
    return signed > 1 or (told_by == "name" and len(found) - signed > 1)
