"""What a directory, the state and the plan ask of a person, whatever population it belongs to."""

from __future__ import annotations

from typing import Any, Protocol

POPULATION = "population"
"""The key under which a stored person says whose it is; a pupil, who has stood in the state since
the first release, says nothing."""


class PersonLike(Protocol):
    """``id`` is the mark that the account carries, ``school`` where the person is at home.

    ``line`` is where its row stands in its source, 0 for nowhere; ``grade`` "" for whoever has
    none.
    """

    @property
    def id(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def given(self) -> str: ...
    @property
    def school(self) -> str: ...
    @property
    def grade(self) -> str: ...
    @property
    def line(self) -> int: ...
    def to_json(self) -> dict[str, Any]: ...
