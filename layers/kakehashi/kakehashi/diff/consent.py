"""Whose consent stands: a decision answers the proposal that a person saw, and no other.

A run remembers who was proposed, since which run, and which decision files it saw; the next one
goes on from there. A file counts for a pupil only if the pupil was on the list before the file
came, for the very thing the file says, and has been on the list ever since. So a decision is used
once: after a suspension the pupil is no longer proposed for it, and whoever is back and gone again
is proposed anew. Nothing here looks at a clock, which may differ from the date a run is made for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Self

from kakehashi.actions import Situation
from kakehashi.catalogue import diff as rules
from kakehashi.diff.answers import (
    DECISION,
    Decisions,
    Proposed,
    Question,
    Standing,
    fits,
)
from kakehashi.diff.decisions import DecisionFile, DecisionMark, Reading
from kakehashi.findings import Finding, Place
from kakehashi.stored import VERSION, Form

BOOK = Form("book of decisions")
MOST_DAYS = 90


@dataclass(frozen=True, slots=True)
class Seen:
    """When a decision file was first there: the number of the run, and its date."""

    run: int
    on: date


@dataclass(frozen=True, slots=True)
class Book:
    """What a run leaves to the next. ``run`` counts the runs that made a plan."""

    run: int = 0
    files: Mapping[str, Seen] = field(default_factory=dict)
    pupils: Mapping[str, Proposed] = field(default_factory=dict)

    def after(
        self,
        proposals: Mapping[Situation, Iterable[str]],
        files: Iterable[DecisionFile],
        as_of: date,
        questions: Mapping[str, Question] = MappingProxyType({}),
        links: Mapping[str, str] = MappingProxyType({}),
    ) -> Book:
        """The book of the run that saw ``files``, made ``proposals`` and asked ``questions``.

        ``links`` tell of the pupils proposed for a link which account it was: another one, or one
        of which nothing was written down, is asked about anew.
        """
        run = self.run + 1
        pupils = {umi: self._proposed(umi, situation, links.get(umi, ""), run)
                  for situation, ids in proposals.items() for umi in ids}  # fmt: skip
        for umi, question in questions.items():
            asked = self._proposed(umi, question.situation, question.about, run)
            pupils[umi] = replace(asked, wants=question.wants, answer=question.answer)
        seen = {file.id: self.first_seen(file, as_of) for file in files}
        return Book(run, seen, pupils)

    def _proposed(self, umi: str, situation: Situation, about: str, run: int) -> Proposed:
        """As the earlier runs proposed it, or for the first time."""
        before = self.pupils.get(umi)
        goes_on = before is not None and (before.situation, before.about) == (situation, about)
        return before if before and goes_on else Proposed(situation, run, about)

    def without(self, pupils: Collection[str]) -> Book:
        """The same book, with these pupils asked anew: what was decided of them has been done."""
        return replace(self, pupils={u: p for u, p in self.pupils.items() if u not in pupils})

    def first_seen(self, file: DecisionFile, as_of: date) -> Seen:
        return self.files.get(file.id) or Seen(self.run + 1, as_of)

    def to_json(self) -> dict[str, Any]:
        return {
            VERSION: BOOK.v,
            "run": self.run,
            "files": {key: [seen.run, seen.on.isoformat()] for key, seen in self.files.items()},
            "pupils": {umi: proposed.to_json() for umi, proposed in self.pupils.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Of whatever form. Raises TooNew."""
        data = BOOK.upgrade(data)
        files = {key: Seen(run, date.fromisoformat(on)) for key, (run, on) in data["files"].items()}
        pupils = {umi: Proposed.from_json(row) for umi, row in data["pupils"].items()}
        return cls(data["run"], files, pupils)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The newest word on one pupil, where it stands, and whether it counts.

    ``fresh``: no earlier run has seen the file.
    """

    mark: DecisionMark
    file: DecisionFile
    standing: Standing
    fresh: bool

    @property
    def counts(self) -> bool:
        return self.standing is Standing.COUNTS

    def note(self) -> DecisionNote:
        """What the run folder keeps of it."""
        return DecisionNote(
            pupil=self.mark.pupil,
            decision=self.mark.decision,
            file=self.file.key,
            name=self.file.name,
            version=self.file.version,
            uploaded=self.file.uploaded,
            line=self.mark.line,
            counts=self.counts,
            standing=str(self.standing),
            fresh=self.fresh,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionNote:
    """A word on one pupil, as it was weighed. ``decision`` is None for one that nobody can read,
    ``uploaded`` an ISO moment, ``standing`` a ``Standing``; ``counts``: it stands tonight."""

    pupil: str
    decision: str | None
    counts: bool
    name: str = ""
    uploaded: str = ""
    standing: str = ""
    fresh: bool = False
    file: str = ""
    version: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Consent:
    """``decisions`` are those that stand; ``weighed`` is every pupil that a file names; ``asked``
    is whom the last run asked about what."""

    weighed: tuple[Weighed, ...] = ()
    findings: tuple[Finding, ...] = ()
    asked: Mapping[str, Proposed] = field(default_factory=dict)

    @property
    def decisions(self) -> Decisions:
        return {
            one.mark.pupil: one.mark.decision
            for one in self.weighed
            if one.counts and one.mark.decision
        }


def weigh(readings: Sequence[Reading], before: Book, as_of: date) -> Consent:
    """``readings`` from the oldest file to the newest: the newest that names a pupil decides, even
    where its word cannot be followed. What is wrong with a file is told when it is new.
    """
    newest: dict[str, Weighed] = {}
    findings: list[Finding] = []
    for reading in readings:
        fresh = reading.file.id not in before.files
        findings += reading.findings if fresh else ()
        for mark in reading.marks:
            standing = _standing(mark, before, before.first_seen(reading.file, as_of), as_of)
            one = newest[mark.pupil] = Weighed(mark, reading.file, standing, fresh)
            if fresh and not one.counts and mark.decision not in {None, "keep"}:
                place = Place(reading.file.name, mark.line, DECISION)
                findings.append(rules.UNFIT_DECISION.at(place, pupil=mark.pupil))
    weighed = tuple(newest[umi] for umi in sorted(newest))
    return Consent(weighed, tuple(findings), before.pupils)


def _standing(mark: DecisionMark, before: Book, seen: Seen, as_of: date) -> Standing:
    if mark.decision is None:
        return Standing.UNREADABLE
    proposed = before.pupils.get(mark.pupil)
    if proposed is None:
        return Standing.NOT_LISTED
    if not fits(mark.decision, proposed.situation):
        return Standing.OTHER_PROPOSAL
    if proposed.since >= seen.run:
        return Standing.BEFORE_THE_LIST
    return Standing.TOO_OLD if (as_of - seen.on).days > MOST_DAYS else Standing.COUNTS
