"""plan.json is written and read from one declaration."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from kakehashi.actions import Situation
from kakehashi.diff.answers import Question
from kakehashi.diff.exports import Export
from kakehashi.diff.header import FORM, NO_PLAN, Breach, PlanHeader
from kakehashi.diff.plan import Plan, plan_of, read_plan
from kakehashi.stored import TooNew
from tests.builders import a_pupil

CHILD = a_pupil(1).id
FULL = PlanHeader(
    city="demo",
    serial=7,
    as_of="2026-11-10",
    rules="0" * 64,
    checksum="c0ffee" * 10,
    refused=True,
    undoes="demo-20261109T020500-0a1b2c3d",
    export=Export(date(2026, 11, 9), 2026),
    actions={"create": 3},
    shards=1,
    proposals={"UNLINKED": (CHILD,)},
    counts={"NEW": 3},
    schools={"B108210000001": {"NEW": 3}},
    held={"M001": (CHILD,)},
    untied=1,
    lost=(CHILD,),
    breaches=(Breach("S001", "city", 3, 2, "new"),),
    explained={"new": 2},
    questions={CHILD: Question(Situation.UNLINKED, (CHILD,), "about", "wants")},
    counted={"new": {"city": 1}},
    last_grade="P6",
)


def test_what_is_written_is_read_again_to_the_last_fact() -> None:
    assert all(getattr(FULL, one.name) != getattr(NO_PLAN, one.name)
               for one in dataclasses.fields(FULL) if one.name != "v")  # fmt: skip
    assert PlanHeader.from_json(json.loads(json.dumps(FULL.to_json()))) == FULL


def test_a_plan_that_has_nothing_to_do_is_a_plan_and_no_plan_is_none() -> None:
    assert PlanHeader.from_json(
        Plan(city_code="demo", serial=1, as_of=date(2026, 11, 10)).header().to_json()
    )
    assert not PlanHeader.from_json({})


def test_whoever_carries_a_plan_out_takes_no_part_of_it_for_granted() -> None:
    stored = FULL.to_json()
    for name in ("breaches", "serial", "undoes", "held"):
        with pytest.raises(KeyError):
            read_plan({key: value for key, value in stored.items() if key != name})


def test_a_later_releases_plan_is_shown_as_far_as_it_goes_and_not_judged() -> None:
    later = PlanHeader.from_json(FULL.to_json() | {"v": FORM.v + 1, "weather": "fair"})
    assert later.counts == FULL.counts
    with pytest.raises(TooNew):
        plan_of(later)
