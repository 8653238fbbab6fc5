"""What became of the decisions that staff uploaded: carried out, or why not; in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kakehashi.diff.answers import JAPANESE, Standing
from kakehashi.diff.consent import DecisionNote
from kakehashi.report.shapes import DecisionList, Decisions
from kakehashi.report.times import minute
from kakehashi.report.words import Word, word
from kakehashi.run_folder.results import CARRIED_OUT
from kakehashi.verdict import Verdict

OUTCOMES: Mapping[str, Word] = MappingProxyType({
    "done": Word("反映しました", "carried out"),
    "kept": Word("そのままにします", "left as it is"),
    "failed": Word("反映できませんでした(明晩もう一度試みます)", "failed, tried again next night"),
    "waiting": Word("まだ反映していません", "not carried out yet"),
    "password": Word("初期パスワードが届きしだい作成します", "waits for an initial password"),
    "impossible": Word("アカウントの状態により行いません", "the account does not allow it"),
    Standing.UNREADABLE: Word("読めないか食い違うため行いません", "unreadable or contradictory"),
    Standing.NOT_LISTED: Word("候補ではありません(済みを含む)", "no proposal, or already done"),
    Standing.OTHER_PROPOSAL: Word("別の候補への答えです", "answers another proposal"),
    Standing.BEFORE_THE_LIST: Word("候補になる前の決定です", "older than the proposal"),
    Standing.TOO_OLD: Word("期限を過ぎた決定です", "too old"),
})  # fmt: skip
LEAVES = frozenset({"keep", "wrong"})  # what touches no account
USED = frozenset({"done", "kept", "failed", "waiting", "password", "impossible"})
_NOTHING_APPLIED = frozenset({Verdict.AWAITING, Verdict.REHEARSED, Verdict.REFUSED, Verdict.FAILED})


@dataclass(frozen=True, slots=True)
class Decided:
    """One pupil's decision without the pupil: from which list, which word, and what came of it.

    ``uploaded`` is an ISO moment, ``decision`` "" where the word could not be read.
    """

    name: str
    uploaded: str
    fresh: bool
    decision: str
    outcome: str


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """So many pupils of one list with the same word and the same outcome."""

    name: str
    uploaded: str
    decision: str
    outcome: Word
    count: int


def decided(
    weighed: Iterable[DecisionNote],
    results: Mapping[str, str],
    verdict: Verdict,
    waiting: Collection[str] = (),
) -> tuple[Decided, ...]:
    """``results`` are outcomes by pupil, ``waiting`` the pupils who lack an initial password."""
    return tuple(
        Decided(
            one.name,
            one.uploaded,
            one.fresh,
            one.decision or "",
            _outcome(one, results.get(one.pupil, ""), verdict, waiting),
        )
        for one in weighed
    )


def _outcome(one: DecisionNote, result: str, verdict: Verdict, waiting: Collection[str]) -> str:
    if not one.counts:
        return one.standing
    if one.decision in LEAVES:
        return "kept"
    if result and result != "held":
        return "done" if result in CARRIED_OUT else "failed"
    if one.decision == "recreate" and one.pupil in waiting:
        return "password"
    return "impossible" if result or verdict not in _NOTHING_APPLIED else "waiting"


def in_numbers(decisions: Sequence[Decided]) -> Decisions:
    """Used and not used, by decision and outcome, and the lists they came in."""
    counts: dict[str, dict[str, dict[str, int]]] = {"used": {}, "not_used": {}}
    for (decision, outcome), count in sorted(
        Counter((d.decision, str(d.outcome)) for d in decisions).items()
    ):
        side = counts["used" if outcome in USED else "not_used"]
        side.setdefault(decision or str(Standing.UNREADABLE), {})[outcome] = count
    lists = sorted({(d.uploaded, d.name) for d in decisions})
    named = tuple(DecisionList(name, moment) for moment, name in lists)
    return Decisions(counts["used"], counts["not_used"], named)


def lines(decisions: Sequence[Decided]) -> Iterator[DecidedLine]:
    """What tonight's report tells: new lists in full, of older ones only what was used."""
    told = Counter(
        (d.uploaded, d.name, d.decision, str(d.outcome))
        for d in decisions
        if d.fresh or d.outcome in USED
    )
    for (uploaded, name, decision, outcome), count in sorted(told.items(), reverse=True):
        meant = next((ja for known, ja in JAPANESE.items() if known == decision), "?")
        yield DecidedLine(name, minute(uploaded), meant, word(OUTCOMES, outcome), count)
