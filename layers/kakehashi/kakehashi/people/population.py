"""Which populations are served, and what everybody who serves them all must know of each.

Ids tell whose somebody is. A pupil's is a bare userMasterIdentifier, and a stored pupil says
nothing of its population: so it has been since the first release. Everybody else's id, which is
the mark of the account too, begins with the name of the population, and a stored person names it.

What a population's people are is told beside this (``pupil``, ``staff``); how a roster of theirs is
cleaned in ``preprocess``, what is planned for them in ``diff``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kakehashi.people.person import POPULATION
from kakehashi.people.pupil import Pupil
from kakehashi.people.staff import STAFF as STAFF_NAME
from kakehashi.people.staff import StaffMember


def _none(_: Any) -> Iterable[tuple[str, str]]:
    return ()


@dataclass(frozen=True, slots=True)
class Population:
    """``read`` makes a person of what was stored.

    ``adults`` may hold a role in the directory, and an account with one is never written.
    ``opens_ahead``: whoever gets an account before the first day can sign in at once, which else
    nobody can until that day. ``rooms`` are the classes, as (MEXT code, title), by which the index
    of the state finds somebody who teaches there.
    """

    name: str
    read: Callable[[Mapping[str, Any]], Any]
    adults: bool = True
    opens_ahead: bool = False
    rooms: Callable[[Any], Iterable[tuple[str, str]]] = _none

    def has(self, person: str) -> bool:
        """Whether an id, or the mark of an account, is of one of them."""
        return population_of(person) is self


PUPILS = Population("pupil", Pupil.from_json, adults=False, opens_ahead=True)
STAFF = Population(STAFF_NAME, StaffMember.from_json, rooms=lambda member: member.homerooms)

POPULATIONS: tuple[Population, ...] = (PUPILS, STAFF)
"""A further one is a line here; pupils are first, and are whoever is nobody else."""


def population_of(person: str) -> Population:
    """Whose this id is, or the mark of this account."""
    others = (one for one in POPULATIONS[1:] if person.startswith(f"{one.name}-"))
    return next(others, PUPILS)


def person_of(data: Mapping[str, Any]) -> Any:
    """A stored person: of the population that it names. Raises KeyError for one of a population
    that nobody knows."""
    name = data.get(POPULATION)
    return (_named()[name] if name else PUPILS).read(data)


def _named() -> dict[str, Population]:
    return {one.name: one for one in POPULATIONS}
