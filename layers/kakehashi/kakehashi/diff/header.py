"""plan.json: everything of a plan but its actions and findings, with one declaration for both ways.

Whoever shows a plan reads this. Whoever carries it out reads the whole (``read_plan``), which takes
no part for granted.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from kakehashi.diff.answers import Question
from kakehashi.diff.exports import Export
from kakehashi.stored import FIRST, VERSION, Form

FORM = Form("plan")
LAST_GRADE = "J3"  # where a plan names none


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that stops the plan until somebody accepts its code.

    ``scope`` is "city" or a MEXT code; ``bound`` the largest ``count`` that would have passed.
    """

    code: str
    scope: str
    count: int
    bound: int
    kind: str

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["code"], data["scope"], data["count"], data["bound"], data.get("kind", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """What a plan and its header have in common.

    ``questions`` say more of those pupils about whom it is asked who they are, answered ones
    included. ``counts`` are pupils per situation and change in the city, ``schools`` the same per
    MEXT code. ``held`` are pupils by the code that holds them, ``untied`` held rows that no pupil
    could be found for. ``lost`` are the active pupils whose account was asked for and is nowhere:
    no group and no licence is for them until they have one. ``explained`` says how much of each
    limited kind the calendar expected, ``counted`` what is left of it per kind and scope, to be
    added up over nights; ``last_grade`` is the one that leaves the city's schools when the year
    turns. ``rules`` is the SHA-256 of the city's file. ``undoes`` is the run that this plan turns
    back, "" for a roster's plan; ``export`` says how old that roster is.
    """

    serial: int = 0
    rules: str = ""
    checksum: str = ""
    refused: bool = False
    undoes: str = ""
    export: Export = field(default_factory=Export)
    questions: Mapping[str, Question] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    schools: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    untied: int = 0
    lost: tuple[str, ...] = ()
    breaches: tuple[Breach, ...] = ()
    explained: Mapping[str, int] = field(default_factory=dict)
    counted: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    last_grade: str = LAST_GRADE

    def shared(self) -> dict[str, Any]:
        """By the names of the fields, as they are."""
        return {one.name: getattr(self, one.name) for one in dataclasses.fields(PlanFacts)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanHeader(PlanFacts):
    """plan.json: the plan without its actions, which are in actions/NNNN.jsonl; empty where there
    is none (then the value is false).

    ``as_of`` is the ISO date of a Japan day, ``actions`` counts by kind, ``shards`` are the files
    that hold the actions; situations, kinds and codes are the words that stand in the file. ``v``
    is the form it was read in: one that is later than ours is shown as far as it goes.
    """

    city: str = ""
    as_of: str = ""
    actions: Mapping[str, int] = field(default_factory=dict)
    shards: int = 0
    proposals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    v: int = FORM.v

    def __bool__(self) -> bool:
        return self != NO_PLAN

    def asked_with(self, umi: str) -> tuple[str, ...]:
        """All whom the question names that this pupil is asked about in; () for none."""
        return self.questions[umi].pupils if umi in self.questions else ()

    @property
    def held_pupils(self) -> frozenset[str]:
        return frozenset(umi for ids in self.held.values() for umi in ids)

    @property
    def proposed(self) -> frozenset[str]:
        """Who waits for a person's word."""
        return frozenset(umi for ids in self.proposals.values() for umi in ids)

    def to_json(self) -> dict[str, Any]:
        names = (one.name for one in dataclasses.fields(self) if one.name != VERSION)
        said = {name: _plain(getattr(self, name)) for name in names}
        if not self.questions:
            del said["questions"]
        if self.last_grade == LAST_GRADE:
            del said["last_grade"]
        return {VERSION: FORM.v, **said}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """As far as it is there; {} of no plan."""
        if data.get(VERSION, FIRST) <= FORM.v:
            data = FORM.upgrade(data)
        names = [one.name for one in dataclasses.fields(cls)]
        readers = {name: _READERS.get(name, _as_it_is) for name in names}
        return cls(**{name: read(data[name]) for name, read in readers.items() if name in data})


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, (Breach, Export, Question)):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return value


def _as_it_is(value: Any) -> Any:
    return value


def _lists(value: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {word: tuple(ids) for word, ids in value.items()}


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "export": Export.from_json,
    "proposals": _lists,
    "held": _lists,
    "lost": tuple,
    "breaches": lambda value: tuple(map(Breach.from_json, value)),
    "questions": lambda value: {umi: Question.from_json(one) for umi, one in value.items()},
}
NO_PLAN = PlanHeader()
