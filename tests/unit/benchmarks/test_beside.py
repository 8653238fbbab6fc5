"""Two builds beside each other: each round is kept as it is measured."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pytest

from benchmarks import beside
from benchmarks.clock import ROOT

NIGHTS = [{"name": name, "wall": 2.0, "cpu": {"diff": 1.0, "engine": 3.0}}
          for name in ("first", "quiet")]  # fmt: skip


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whose nights were lived, in order; the older build takes twice as long to start."""
    lived: list[str] = []

    def nights(build: Path, *_: int) -> list[dict[str, Any]]:
        lived.append("now" if build == ROOT else "before")
        return NIGHTS

    monkeypatch.setattr(beside, "nights", nights)
    starts = {function: [2.0, 1.0] for function in beside.FUNCTIONS}
    monkeypatch.setattr(beside, "cold_starts", lambda _: starts)
    return lived


def test_rounds_alternate_and_go_on_where_they_were_cut_short(told: list[str]) -> None:
    wanted = argparse.Namespace(before=Path("old"), rounds=2, pupils=10, schools=1)
    steps = beside.measure(wanted, [])
    rounds = [next(steps) for _ in range(2)][-1]  # starts and the first nights
    assert (told, len(rounds)) == (["before"], 1)
    whole = list(beside.measure(wanted, rounds))[-1]
    assert (told, len(whole)) == (["before", "now", "now", "before"], 2)
    of = {"before": "abc", "now": "def", "pupils": 10}
    page = beside.page(whole, of)
    assert "| diff | 2.00 | 1.00 | 0.50 × | ≤ 0.45 × | falls short |" in page
    assert "| launch | 2.00 | 1.00 | 0.50 × | ≤ 0.6 × | holds |" in page
    assert "| quiet | 1.0 | 1.0 | 1.00 × (≤ 0.45: falls short) | 3.0 | 3.0 | 2 | 2 |" in page


def test_rounds_of_other_builds_do_not_count(tmp_path: Path) -> None:
    file = tmp_path / "beside.json"
    file.write_text('{"of": {"now": "abc"}, "rounds": [{}]}', encoding="utf-8")
    assert beside.kept(file, {"now": "abc"}) == [{}]
    assert beside.kept(file, {"now": "def"}) == []
    assert beside.kept(tmp_path / "none.json", {}) == []
