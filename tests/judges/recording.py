"""Everything a state machine evaluates in many kinds of night, kept as it was evaluated here."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests import walker
from tests.walker import StateError


@dataclass
class Recording:
    """One item an evaluation: the expression, what ``$states`` held, and what came of it."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    came: list[dict[str, Any]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def note(self, text: str, states: Mapping[str, Any], outcome: dict[str, Any]) -> None:
        asked = {"text": text, "states": copy.deepcopy(dict(states))}
        key = json.dumps(asked, sort_keys=True)
        if key not in self._seen:
            self._seen.add(key)
            self.asked.append(asked)
            self.came.append(outcome)

    @property
    def texts(self) -> set[str]:
        return {one["text"] for one in self.asked}


@contextmanager
def recording(patch: pytest.MonkeyPatch) -> Iterator[Recording]:
    """Records whatever the walker evaluates."""
    kept, evaluate = Recording(), walker.evaluate

    def listen(text: str, states: Mapping[str, Any]) -> Any:
        try:
            value = evaluate(text, states)
        except StateError as exc:
            kept.note(text, states, {"code": exc.code})
            raise
        kept.note(text, states, {"value": value})
        return value

    with patch.context() as within:
        within.setattr(walker, "evaluate", listen)
        yield kept
