"""How complex EventBridge finds the wildcards of a pattern: the score it refuses rules by.

The number that ``MachineComplexityEvaluator`` of AWS's event-ruler (github.com/aws/event-ruler)
gives: of all inputs, the one that keeps most beginnings of patterns alive at once. EventBridge
does not publish its bound; a rule of 12 is publicly reported as refused and one of 9 as taken.
"""

from __future__ import annotations

from collections.abc import Iterable

MOST = 8


def score(wildcards: Iterable[str]) -> int:
    """The score of ``{"wildcard": …}`` patterns on one field of one rule.

    A beginning of several patterns is one state and counts once for each of them.
    """
    patterns = tuple(wildcards)
    letters = {*"".join(patterns)} - {"*"} | {"\0"}  # one that is in none of them
    states = {pattern[:end] for pattern in patterns for end in range(len(pattern) + 1)}

    def after(alive: frozenset[str], letter: str) -> frozenset[str]:
        moved = {s for s in alive if s.endswith("*")} | {s + letter for s in alive}
        return closed(moved & states)

    def closed(alive: Iterable[str]) -> frozenset[str]:
        met = frozenset(alive)
        return met | ({s + "*" for s in met} & states)

    seen: set[frozenset[str]] = set()
    ahead = [closed({""})]
    while ahead:
        alive = ahead.pop()
        if alive not in seen:
            seen.add(alive)
            ahead += (after(alive, letter) for letter in letters)
    weight = {s: sum(p.startswith(s) for p in patterns) for s in states}
    return max(sum(weight[s] for s in alive if s) for alive in seen)
