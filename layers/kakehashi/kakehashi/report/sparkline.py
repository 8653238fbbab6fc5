"""A line of the last nights, small enough to stand beside a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 240, 48, 4  # SVG units


@dataclass(frozen=True, slots=True)
class Sparkline:
    """``points`` for an SVG polyline; ``last`` is its end; lowest and highest for the caption."""

    points: str
    last: tuple[float, float]
    low: int
    high: int
    nights: int


def sparkline(earlier: Sequence[int], tonight: int | None) -> Sparkline | None:
    """Oldest first; None where there is nothing to compare."""
    values = [*earlier, *([tonight] if tonight is not None else [])]
    if len(values) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    low, high = min(values), max(values)
    step = (WIDTH - 2 * MARGIN) / (len(values) - 1)
    scale = (HEIGHT - 2 * MARGIN) / ((high - low) or 1)
    level = HEIGHT / 2 if high == low else None
    spots = [
        (round(MARGIN + i * step, 1), round(level or HEIGHT - MARGIN - (v - low) * scale, 1))
        for i, v in enumerate(values)
    ]
    return Sparkline(" ".join(f"{x},{y}" for x, y in spots), spots[-1], low, high, len(values))
