"""What Teams works on after it has answered 202."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type Work = Literal["teamifyGroup", "archiveTeam", "unarchiveTeam"]


@dataclass(slots=True)
class Operation:
    """``began`` and ``due`` are epoch seconds. ``fails``: it will not have been done."""

    key: str
    work: Work
    team: str
    began: float
    due: float
    fails: bool = False
    over: bool = False
