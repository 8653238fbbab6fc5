"""Which dead letters a run has healed by ending well: they may leave the queue, and no others.

A letter is healed by a run that began after the one that failed, did what the letter asks for, and
ended well. Pure: moments are aware datetimes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from kakehashi.roster import JAPAN
from kakehashi.verdict import Verdict

WELL = frozenset({Verdict.APPLIED, Verdict.UNCHANGED})
_JUDGED = WELL | {
    Verdict.REFUSED, Verdict.AWAITING, Verdict.ALREADY_DONE, Verdict.SUPERSEDED
}  # fmt: skip
NIGHTLY = frozenset({"sync", "rerun", "apply"})
BY_FUNCTIONS = frozenset({"provision", "groups"})  # one letter each pupil, or kind of thing


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run that came to Report. ``drop`` is the key of its roster, ``undoes`` the run that it
    turned back, ``tool`` the one it was to deliver to; each may be ""."""

    city: str
    run_id: str
    mode: str
    verdict: Verdict
    began: datetime
    execution: str = ""
    drop: str = ""
    undoes: str = ""
    tool: str = ""


@dataclass(frozen=True, slots=True)
class QueuedFailure:
    """A message of the queue as far as it decides. ``began`` is when what failed had begun, None
    where nobody says; ``execution`` is "" in a letter that a function sent about one thing."""

    city: str
    stage: str
    run_id: str = ""
    execution: str = ""
    began: datetime | None = None
    again: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, body: str, machine: str) -> Self | None:
        """From a message's body; ``machine`` is the ARN of the nightly state machine's target of an
        event that could not be delivered, "" of any other message. None for what says nothing of a
        nightly run."""
        try:
            data = json.loads(body)
        except ValueError:
            return None
        if not isinstance(data, dict):
            return None
        if machine:
            return cls._undelivered(data) if ":stateMachine:" in machine else None
        again, stage = data.get("again"), str(data.get("stage", ""))
        if not isinstance(again, dict) or "action" not in again:
            return None  # a push's, or what only a person understands
        run_id = str(data.get("run_id") or "")
        return cls(
            city=str(data.get("city") or ""),
            stage=stage,
            run_id=run_id,
            execution=str(data.get("execution") or ""),
            began=begun(run_id) if run_id else _moment(data.get("began")),
            again=again,
        )

    @classmethod
    def _undelivered(cls, event: Mapping[str, Any]) -> Self | None:
        detail = event.get("detail") or {}
        key = str((detail.get("object") or {}).get("key", ""))
        if key.count("/") < 2:  # noqa: PLR2004 - inbox/<city>/…
            return None
        city = key.split("/")[1]
        again = {"action": "sync", "city": city, "drop": key}
        return cls(city, "start", began=_moment(event.get("time")), again=again)


def begun(run_id: str) -> datetime | None:
    """The moment that a run's id tells, in Japan; None for what is no run id."""
    try:
        moment = datetime.strptime(f"{run_id.rsplit('-', 2)[1]}+0900", "%Y%m%dT%H%M%S%z")
    except (IndexError, ValueError):
        return None
    return moment.astimezone(JAPAN)


def _moment(text: Any) -> datetime | None:
    """An ISO moment; None for anything else, and for one that does not say where."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def heals(ended: EndedRun, letter: QueuedFailure, *, own: bool) -> bool:
    """Whether ``letter`` is done with. ``own``: the run left letters about single things itself."""
    if letter.city != ended.city:
        return False
    named = letter.again.get("drop", "") if letter.again.get("action") == "sync" else ""
    if named and named == ended.drop:
        return ended.verdict in _JUDGED  # taken in, whatever was found in it
    return _began_after(ended, letter) and _did(ended, letter, own=own)


def _did(ended: EndedRun, letter: QueuedFailure, *, own: bool) -> bool:
    """Whether the run did, to a good end, what the letter asks for."""
    match letter.again.get("action"):
        case "rehearse":
            return ended.mode == "rehearse" and ended.verdict is Verdict.REHEARSED
        case "deliver":
            same = ended.mode == "deliver" and letter.again.get("tool") == ended.tool
        case "undo":
            same = letter.again.get("run_id") == ended.undoes
        case _:
            alone = letter.stage in BY_FUNCTIONS and not letter.execution
            same = ended.mode in NIGHTLY and not ended.undoes and not (alone and own)
    return same and ended.verdict in WELL


def _began_after(ended: EndedRun, letter: QueuedFailure) -> bool:
    if letter.run_id == ended.run_id:  # a plan that is approved keeps its run: another execution
        return bool(letter.execution) and letter.execution != ended.execution
    return letter.began is not None and letter.began < ended.began
