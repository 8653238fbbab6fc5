"""Pictures of the last weeks, as numbers for an SVG: what is shown can be read and printed too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from kakehashi.report.words import VERDICTS, Word
from kakehashi.verdict import Verdict

WIDTH, HEIGHT = 300, 72  # SVG units, of a limit's weeks
NIGHT, TALL = 12, 96  # of the last nights: a column's width, and the height
_MARK = 9  # of a verdict's mark
_FOOT = 14  # what the marks need below the columns


@dataclass(frozen=True, slots=True)
class Bar:
    """One column; ``tone`` names a colour of the page, ``label`` says it in words."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class ChartMark:
    """A small shape: ``d`` is an SVG path. Shapes differ, so nobody needs to see colours."""

    d: str
    tone: str
    label: str


@dataclass(frozen=True, slots=True)
class Bars:
    """``line`` is the height of a bound, None for none."""

    width: float
    height: float
    bars: Sequence[Bar]
    caption: Word
    line: float | None = None
    marks: Sequence[ChartMark] = ()


@dataclass(frozen=True, slots=True)
class EarlierNight:
    """One earlier night: ISO date, how it ended, how many accounts it touched."""

    day: str
    verdict: str
    done: int


def weeks(past: Sequence[tuple[str, int]], tonight: int, bound: int | None) -> Bars:
    """What one limit counted on earlier nights (oldest first) and tonight, below its bound."""
    values = [*past, ("", tonight)]
    top = max([*(count for _, count in values), bound or 0, 1])
    step = WIDTH / len(values)
    wide = round(min(step * 0.75, 24), 1)
    bars = [
        _column(i * step, wide, HEIGHT, count / top, tone="plain" if day else "now",
                label=f"{day or '今回 now'}: {count:,}")
        for i, (day, count) in enumerate(values)
    ]  # fmt: skip
    line = None if bound is None else round(HEIGHT - bound / top * (HEIGHT - 4), 1)
    most = max((count for _, count in past), default=0)
    return Bars(
        WIDTH,
        HEIGHT,
        bars,
        Word(
            f"最近 {len(past)} 夜は最大 {most:,}、今回 {tonight:,}(点線が上限)",
            f"The last {len(past)} nights: at most {most:,}; now {tonight:,} (dashed: the limit)",
        ),
        line,
    )


def nights(past: Sequence[EarlierNight]) -> Bars:
    """The last nights, oldest first: how much each changed, and how it ended."""
    top = sqrt(max((one.done for one in past), default=0) or 1)
    room = TALL - _FOOT
    bars, marks = [], []
    for i, one in enumerate(past):
        told = VERDICTS.get(Verdict(one.verdict)) if one.verdict in set(Verdict) else None
        tone, word = (told.tone, f"{told.mark} {told.ja}") if told else ("plain", one.verdict)
        label = f"{one.day} {word} {one.done:,}"
        bars.append(
            _column(i * NIGHT, NIGHT - 3, room, sqrt(one.done) / top, tone="plain", label=label)
        )
        marks.append(ChartMark(_shape(told.mark if told else "", i * NIGHT, room + 4), tone, label))
    bad = sum(1 for mark in marks if mark.tone == "stop")
    return Bars(
        max(len(past), 1) * NIGHT,
        TALL,
        bars,
        Word(
            f"最近 {len(past)} 夜。棒は反映したアカウントの数、下の印は結果(止まった夜 {bad})",
            f"The last {len(past)} nights: accounts changed, and how each night ended ({bad} "
            "stopped)",
        ),
        marks=marks,
    )


def _column(x: float, width: float, room: float, share: float, *, tone: str, label: str) -> Bar:
    """Nothing is a thin line: it can still be pointed at."""
    height = round(max(share * (room - 4), 1.5), 1)
    return Bar(round(x, 1), round(room - height, 1), width, height, tone, label)


def _shape(mark: str, x: float, y: float) -> str:
    """The mark of a verdict as a path: round, triangle, square or cross."""
    s = _MARK
    match mark:
        case "△":
            return f"M{x + s / 2} {y}L{x + s} {y + s}L{x} {y + s}Z"
        case "■":
            return f"M{x} {y}h{s}v{s}h-{s}Z"
        case "×":
            a = 2.5
            return (f"M{x + a} {y}L{x + s / 2} {y + s / 2 - a}L{x + s - a} {y}L{x + s} {y + a}"
                    f"L{x + s / 2 + a} {y + s / 2}L{x + s} {y + s - a}L{x + s - a} {y + s}"
                    f"L{x + s / 2} {y + s / 2 + a}L{x + a} {y + s}L{x} {y + s - a}"
                    f"L{x + s / 2 - a} {y + s / 2}L{x} {y + a}Z")  # fmt: skip
    return f"M{x} {y + s / 2}a{s / 2} {s / 2} 0 1 0 {s} 0a{s / 2} {s / 2} 0 1 0 -{s} 0Z"
