"""How a story's night ended, and how its ``expect`` says it must, in the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kakehashi.diff.plan import Plan
from kakehashi.findings import Finding
from tests.cases.stories import Story, numbers

type Where = tuple[str, int, str, str]

NO_PLAN: dict[str, Any] = {"counts": {}, "actions": [], "proposed": {}, "held": {}, "breaches": []}


@dataclass(frozen=True)
class Outcome:
    """Tonight's verdict, every finding of every stage, and the plan if it came that far."""

    verdict: str
    findings: tuple[Finding, ...]
    plan: Plan | None = None


def told(story: Story, outcome: Outcome) -> dict[str, Any]:
    """The outcome in the words of ``expect``, with labels for ids."""
    plan, names = outcome.plan, story.names
    schools = {code: label for label, code in reversed(story.codes.items())}
    said = {"verdict": outcome.verdict, "findings": places(outcome.findings)}
    if plan is None:
        return said | NO_PLAN
    proposed = {str(s): sorted(names[u] for u in ids) for s, ids in plan.proposals.items() if ids}
    return said | {
        "counts": plan.counts,
        "actions": sorted([names[a.pupil], str(a.kind)] for a in plan.actions),
        "proposed": proposed,
        "held": {code: sorted(names[u] for u in ids) for code, ids in plan.held.items()},
        "breaches": sorted([b.code, schools.get(b.scope, b.scope)] for b in plan.breaches),
    }


def wanted(story: Story) -> dict[str, Any]:
    """``expect`` with nothing left out and ranges of pupils spelled out."""
    expect = {**NO_PLAN, "findings": [], **story.expect}

    def each(whom: Iterable[str]) -> Iterable[str]:
        return (story.names[story.labels[one]] for one in one_by_one(whom))

    return {
        "verdict": expect["verdict"],
        "findings": sorted(place for row in expect["findings"] for place in _places(story, row)),
        "counts": expect["counts"],
        "actions": sorted([one, kind] for who, kind in expect["actions"] for one in each([who])),
        "proposed": {s: sorted(each(whom)) for s, whom in expect["proposed"].items()},
        "held": {code: sorted(each(whom)) for code, whom in expect["held"].items()},
        "breaches": sorted(expect["breaches"]),
    }


def places(findings: Iterable[Finding]) -> list[Where]:
    rows = (finding.row() for finding in findings)
    return sorted((file, line or 0, (column or "").removeprefix("metadata.jp."), code)
                  for file, line, column, code in rows)  # fmt: skip


def _places(story: Story, row: list[Any]) -> Iterable[Where]:
    *where, code = row
    blank: list[Any] = ["", 0, ""]
    file, line, column = where + blank[len(where) :]
    if isinstance(line, int):
        yield (file, line, column, code)
    elif line in story.rows:
        stands_in, line = story.line(line)
        assert stands_in == file, f"{row}: that row stands in {stands_in}"
        yield (file, line, column, code)
    else:
        yield from ((file, n, column, code) for n in numbers(line))


_RANGE = re.compile(r"(.* )?([0-9]+(?:[-,][0-9]+)*)\Z")


def one_by_one(whom: Iterable[str]) -> Iterable[str]:
    """Labels one by one: ``"again 1-2"`` is "again 1" and "again 2"."""
    for who in whom:
        if found := _RANGE.match(who):
            yield from (f"{found[1] or ''}{n}" for n in numbers(found[2]))
        else:
            yield who
