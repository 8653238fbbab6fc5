"""What a person has to decide or do next, and the words to type, ready to copy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kakehashi.diff.approval import MOST_DAYS
from kakehashi.findings import Effect
from kakehashi.report.groups import FindingGroup, groups, message
from kakehashi.report.night import Night
from kakehashi.report.words import PROPOSALS, Word
from kakehashi.verdict import Verdict

CITY = Word("市全体", "whole city")
NEXT = Word("次にすること", "What to do next")
NOT_YET = Word("まだ決めることはありません(予行)", "Nothing to decide yet: a rehearsal")
MOST_REASONS = 3  # above everything else; all of them stand among the findings
IDLE = Word(
    "誰も何もしなければ、反映していない分は昨日のままで、次の夜の名簿で続きから行います。",
    "If nobody does anything, what was not applied stays as it was yesterday, and the next night's "
    "roster goes on from there.",
)


@dataclass(frozen=True, slots=True)
class Wait:
    """A limit that was exceeded, as staff read it."""

    code: str
    scope: Word
    count: int
    bound: int | None
    message: Word


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person has to decide, and the words to type, ready to copy.

    ``reasons`` are why the night stopped. ``from_day`` is the ISO day from which the proposals of a
    rehearsal can be decided, "" where they can be now.
    """

    title: Word
    reasons: Sequence[FindingGroup] = ()
    waits: Sequence[Wait] = ()
    command: str = ""
    order: str = ""
    until: str = ""
    proposals: Sequence[tuple[Word, int]] = ()
    upload: str = ""
    again: str = ""
    again_order: str = ""
    mend: bool = False
    idle: Word | None = None
    from_day: str = ""

    def __bool__(self) -> bool:
        """Whether anybody is asked for anything."""
        asked = self.proposals and not self.from_day
        return bool(self.waits or asked or self.again or self.reasons)


def decision(night: Night) -> Decision:
    """Empty lists and texts where nothing is to be done."""
    title = Word("あなたの確認が必要なこと", "What needs your decision")
    if night.undo and night.verdict in {Verdict.FAILED, Verdict.REFUSED}:
        return _undo_again(night)
    proposals = [(PROPOSALS[s], len(ids)) for s, ids in night.proposed().items() if ids]
    if night.mode == "rehearse":
        return _rehearsal(night, proposals)
    typed = night.guide.typed
    upload = typed(f"kakehashi upload approvals report.xlsx --city {night.city}")
    upload = upload if proposals else ""
    if night.verdict in {Verdict.FAILED, Verdict.REFUSED} and not night.refused_approval:
        return Decision(
            NEXT,
            reasons=_reasons(night),
            proposals=proposals,
            upload=upload,
            mend=night.verdict is Verdict.REFUSED,
            again=typed(f"kakehashi rerun --city {night.city}"),
            again_order=json.dumps({"action": "rerun", "city": night.city}, ensure_ascii=False),
            idle=IDLE,
        )
    if night.verdict is not Verdict.AWAITING:
        reasons = _reasons(night) if night.refused_approval else ()
        return Decision(title, reasons=reasons, proposals=proposals, upload=upload)
    waits = list(_waits(night))
    codes = sorted({wait.code for wait in waits})
    checksum = night.plan.checksum
    accepted = "".join(f" --accept {code}" for code in codes)
    order = {
        "action": "apply",
        "run_id": night.run_id,
        "checksum": checksum,
        "accept": codes,
        "by": "氏名",
    }
    return Decision(
        title,
        waits=waits,
        command=typed(
            f"kakehashi approve {night.run_id} --checksum {checksum}{accepted}", "--by 氏名"
        ),
        order=json.dumps(order, ensure_ascii=False, indent=2),
        until=(night.made_on + timedelta(days=MOST_DAYS)).isoformat(),
        proposals=proposals,
        upload=upload,
    )


def _rehearsal(night: Night, proposals: Sequence[tuple[Word, int]]) -> Decision:
    """Nobody is asked yet: the real night of that day makes the list that can be decided on."""
    if night.verdict in {Verdict.FAILED, Verdict.REFUSED}:
        return _rehearse_again(night)
    day = max(night.as_of, night.made_on + timedelta(days=1))
    return Decision(NOT_YET, proposals=proposals, from_day=day.isoformat())


def _reasons(night: Night) -> Sequence[FindingGroup]:
    """What stopped the night: refusals, or the fault of a stage, the gravest cause first."""
    stopped = (f for f in night.findings if f.effect is Effect.REFUSE_DROP or f.code[0] == "I")
    return groups(stopped, night.school_of)[:MOST_REASONS]


def _rehearse_again(night: Night) -> Decision:
    """Not a rerun, which would be the real thing."""
    day = night.as_of.isoformat()
    order = {"action": "rehearse", "city": night.city, "as_of": day}
    named = {"drop": night.drop.key} if night.drop else {}
    return Decision(
        NEXT,
        reasons=_reasons(night),
        mend=night.verdict is Verdict.REFUSED,
        again=night.guide.typed(
            f"kakehashi run FILE.zip --city {night.city} --rehearse --as-of {day}"
        ),
        again_order=json.dumps(order | named, ensure_ascii=False),
    )


def _undo_again(night: Night) -> Decision:
    """An undo that failed is asked for again: what is back is left alone. One that was refused
    says why among the findings."""
    if night.verdict is Verdict.REFUSED:
        return Decision(NEXT, reasons=_reasons(night))
    run_id = night.undo.run_id
    order = {"action": "undo", "run_id": run_id, "by": "氏名"}
    return Decision(
        NEXT,
        reasons=_reasons(night),
        again=night.guide.typed(f"kakehashi undo {run_id}", "--by 氏名"),
        again_order=json.dumps(order, ensure_ascii=False),
    )


def _waits(night: Night) -> Iterator[Wait]:
    messages = {(f.code, f.school or "city"): f for f in night.findings if f.code[0] == "S"}
    for breach in night.plan.breaches:
        scope = breach.scope
        finding = messages.get((breach.code, scope))
        yield Wait(
            code=breach.code,
            scope=CITY if scope == "city" else Word(*2 * (night.schools.get(scope, scope),)),
            count=breach.count,
            bound=breach.bound,
            message=message(finding) if finding else Word("", ""),
        )
