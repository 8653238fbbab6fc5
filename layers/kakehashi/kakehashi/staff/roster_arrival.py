"""What can be said of the roster that came last: when, how it ended, and whether it is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter

from kakehashi.report.times import in_japan, minute
from kakehashi.report.words import Word
from kakehashi.staff import asking
from kakehashi.staff.asking import Ask
from kakehashi.state_records import NO_RECORD, RunRecord
from kakehashi.verdict import Verdict

LATE = timedelta(hours=25)  # without a roster, as the alarm on a missing drop
_NONE = Word("名簿はまだ一度も届いていません。", "No roster has ever come.")
_LATE = Word(
    "まる一日より長く、新しい名簿が届いていません。", "No new one has come for over a day."
)
_SAME = Word(
    "前に反映したものと同じ中身です。前の書き出しがもう一度送られています。",
    "The same bytes as one that was applied before: an earlier export was sent again.",
)
_NEW = Word("新しい名簿です。", "It is a new one.")
_ENDED: Mapping[str, Word] = {
    "running": Word("いま処理しています。", "It is being processed now."),
    Verdict.REFUSED: Word(
        "最後に届いた名簿は受け付けられませんでした。中身は何も使っていません。",
        "The roster that came last was refused: nothing of it was used.",
    ),
    Verdict.FAILED: Word(
        "この名簿での処理は途中で止まりました。", "The run that took it stopped half-way."
    ),
    Verdict.AWAITING: Word(
        "計画が承認を待っていて、まだ何も反映していません。",
        "Its plan waits for approval: nothing of it has been applied.",
    ),
}


@dataclass(frozen=True, slots=True)
class LastRoster:
    """``received`` is an ISO moment, "" where none has ever come; ``verdict`` that of the run which
    took it, "running" under way, "" where nobody noted it. ``same``: it has the very bytes of one
    that was applied."""

    received: str = ""
    verdict: str = ""
    same: bool = False


@dataclass(frozen=True, slots=True)
class RosterArrival:
    """``said`` are true together; ``ask`` is what it asks of a person, None: nothing."""

    received: str
    said: Sequence[Word]
    ask: Ask | None


def arrived_last(runs: Iterable[tuple[str, RunRecord]]) -> tuple[str, RunRecord]:
    """The roster that came last: the ISO moment, and the newest run that took it. ``runs`` are
    newest first, each with the moment its roster came; false records for none.

    A later run need not have taken a later roster: after one that was refused, a decision is
    carried out with the one before, and that says nothing of what became of the newest.
    """
    return max(runs, key=itemgetter(0), default=("", NO_RECORD))


def arrival(last: LastRoster, now: datetime) -> RosterArrival:
    if not last.received:
        return RosterArrival("", [_NONE], asking.roster_missing())
    late = now - in_japan(last.received) > LATE
    return RosterArrival(minute(last.received), list(_said(last, late)), _ask(last, late))


def _said(last: LastRoster, late: bool) -> Iterator[Word]:
    refused = last.verdict == Verdict.REFUSED
    if late or last.same:
        yield _LATE if late else _SAME
    elif not refused:
        yield _NEW
    if last.verdict in _ENDED:
        yield _ENDED[last.verdict]


def _ask(last: LastRoster, late: bool) -> Ask | None:
    if late:
        return asking.roster_missing()
    if last.verdict == Verdict.REFUSED:
        return asking.roster_refused()
    return asking.roster_again() if last.same else None
