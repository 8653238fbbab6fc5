"""Before and after an action: is it done already, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from kakehashi.actions import Action, Kind, same_item, settled
from kakehashi.catalogue import provision as rules
from kakehashi.diff.rooms import never_stepped_aside
from kakehashi.directories.port import Outcome, Settled, Stopped
from kakehashi.findings import Finding, Place, Rule
from kakehashi.people.record import Record
from kakehashi.provision.causes import NOWHERE, Cause, Elsewhere, cause_of, one_cause
from kakehashi.run_folder.results import End, Result


class Readiness(StrEnum):
    """How an action stands to what the state table holds at this moment."""

    OPEN = "open"  # the state is what the plan saw: carry it out
    DONE = "done"  # the state is what the action wants: an earlier call carried it out
    MOVED = "moved"  # neither: somebody else wrote in between


def standing(action: Action[Any], items: Mapping[str, Record[Any]], as_of: date) -> Readiness:
    """``items`` are those of ``action.ids()`` as just read; who has none is left out.

    A child who moves to another id is done when the item under the former one is gone, too.
    """
    left = [one for one in action.given_up if one.pupil.id in items]
    there = [*left, *((action.back,) if action.back else ())]
    others = [one for one in there if one.pupil.id != action.pupil and one.pupil.id in items]
    if not all(same_item(one, items[one.pupil.id]) for one in others):
        return Readiness.MOVED
    own = readiness(action, items.get(action.pupil), as_of)
    if own is Readiness.DONE:
        return Readiness.OPEN if left else Readiness.DONE
    return own if len(left) == len(action.given_up) else Readiness.MOVED


def readiness(action: Action[Any], current: Record[Any] | None, as_of: date) -> Readiness:
    """``current`` is the pupil's item as just read, None where there is none."""
    if current is not None and current.object_id and not _remade_later(action, current):
        object_id = action.object_id or current.object_id
        wanted = settled(action, as_of=as_of, run_id=current.run_id, object_id=object_id)
        if wanted is not None and same_item(wanted, current):
            return Readiness.DONE
    if action.kind is Kind.UNLINK and current is None:
        return Readiness.DONE
    planned = action.before if _is_own(action) else None
    if action.kind is Kind.VACATE:  # the name is changed once: whoever has another has moved on
        return Readiness.OPEN if same_item(planned, current) else Readiness.DONE
    stayed = planned is not None and current is not None and never_stepped_aside(planned, current)
    return Readiness.OPEN if stayed or same_item(planned, current) else Readiness.MOVED


def _remade_later(action: Action[Any], current: Record[Any]) -> bool:
    """A pupil who is to get a new account and is still known by the one that is gone."""
    before = action.before
    if action.kind is not Kind.CREATE or before is None:
        return False
    return (before.object_id, before.run_id) == (current.object_id, current.run_id)


def _is_own(action: Action[Any]) -> bool:
    """False where ``before`` is the pupil's former id, whose account is handed on by a link."""
    return action.before is not None and action.before.pupil.id == action.pupil


def result(
    line: int, action: Action[Any], outcome: Outcome | Readiness, request_id: str = ""
) -> Result:
    """One line of the results for an outcome, or for an action that was not even begun."""
    end, code = End.DONE, ""
    if isinstance(outcome, Stopped):
        end = End.FAILED if outcome.failed else End.HELD
        code = outcome.rule.code
    elif outcome is Readiness.DONE:
        end = End.SKIPPED
    elif not isinstance(outcome, Settled):
        raise ValueError(f"no result is made of {outcome}")
    return Result(
        line, action.pupil, str(action.kind), str(action.situation), end, code, request_id
    )


@dataclass(kw_only=True)
class Ledger:
    """What became of a shard's actions, by the line they stand on; it grows as they are done.
    ``untouched`` are ids of people whose account is not written, whatever was planned."""

    untouched: Set[str] = frozenset()
    results: dict[int, Result] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    stops: dict[int, Stopped] = field(default_factory=dict)

    @property
    def failed(self) -> list[Result]:
        return [r for r in self.results.values() if r.outcome is End.FAILED]

    def counts(self) -> dict[str, int]:
        """How many actions came to which end."""
        ends = [r.outcome for r in self.results.values()]
        return {str(end): ends.count(end) for end in End}

    def report_one_cause(self, elsewhere: Elsewhere = NOWHERE) -> Cause | None:
        """The cause behind most stops of the night so far, if there is one. What it stopped here
        then counts as failed, and nobody is told of it pupil by pupil."""
        ends = [r.outcome for r in self.results.values() if r.kind != Kind.RECORD]
        answered = len(ends) - ends.count(End.SKIPPED)
        cause = one_cause(self.stops.values(), answered, elsewhere)
        if cause is None:
            return None
        same = {line: stop for line, stop in self.stops.items() if cause_of(stop) is cause}
        for line in same:
            self.results[line] = replace(self.results[line], outcome=End.FAILED)
        pupils = {(self.results[line].pupil, stop.rule.code) for line, stop in same.items()}
        self.findings = [f for f in self.findings if (f.pupil, f.code) not in pupils]
        return cause

    def stop(self, line: int, action: Action[Any], why: Stopped, request_id: str = "") -> None:
        self.findings.append(finding(action, why))
        self.stops[line] = why
        self.results[line] = result(line, action, why, request_id)

    def note(self, action: Action[Any], note: Rule, facts: Mapping[str, int | str]) -> None:
        """Of an action that is done, what staff must know all the same."""
        self.findings.append(finding(action, Stopped(note, facts)))


def finding(action: Action[Any], stopped: Stopped) -> Finding:
    """What the report says about an action that stopped, or that is done with a note."""
    pupil = action.after or (action.before.pupil if action.before else None)
    in_drop = action.after is not None and action.after.line > 0
    place = Place("users.csv", action.after.line) if action.after and in_drop else Place()
    school = pupil.school if pupil else None
    return stopped.rule.at(place, pupil=action.pupil, school=school, **stopped.facts)


MOVED = Stopped(rules.STATE_MOVED, failed=True)
UNTOUCHED = Stopped(rules.STAFF_UNTOUCHED)


def merged(earlier: Iterable[Result], now: Iterable[Result]) -> list[Result]:
    """The results of a shard that was called more than once in a run.

    What this call found done keeps the line that the call which did it wrote.
    """
    lines = {one.line: one for one in earlier if one.outcome is End.DONE}
    for one in now:
        if one.outcome is not End.SKIPPED or one.line not in lines:
            lines[one.line] = one
    return [lines[n] for n in sorted(lines)]
