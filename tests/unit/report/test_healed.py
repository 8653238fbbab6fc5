"""Which dead letters leave the queue when a run has ended, and which stay."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from kakehashi.report.healed import EndedRun, QueuedFailure, begun, heals
from kakehashi.roster import JAPAN
from kakehashi.verdict import Verdict

MACHINE = "arn:aws:states:ap-northeast-1:1:stateMachine:RosterSync"
AT = datetime(2026, 11, 24, 2, 10, tzinfo=JAPAN)
EARLIER, RUN = "demo-20261124T021000-0a1b2c3d", "demo-20261125T021000-0a1b2c3e"
GOOD = EndedRun("demo", RUN, "rerun", Verdict.APPLIED, AT + timedelta(days=1), "arn:this", "k.zip")


def a_letter(**changes: Any) -> QueuedFailure:
    body = {"city": "demo", "stage": "diff", "run_id": EARLIER, "execution": "arn:earlier",
            "error": "Throttled", "again": {"action": "rerun", "city": "demo"}}  # fmt: skip
    told = QueuedFailure.read(json.dumps(body | changes), "")
    assert told is not None
    return told


def test_a_night_that_ends_well_heals_what_failed_before_it() -> None:
    assert heals(GOOD, a_letter(), own=False)
    assert heals(replace(GOOD, verdict=Verdict.UNCHANGED), a_letter(), own=True)


@pytest.mark.parametrize(
    "verdict", [Verdict.FAILED, Verdict.REFUSED, Verdict.AWAITING, Verdict.ALREADY_DONE]
)
def test_a_night_that_does_not_end_well_heals_nothing(verdict: Verdict) -> None:
    assert not heals(replace(GOOD, verdict=verdict), a_letter(), own=False)


def test_a_run_that_began_before_the_one_that_failed_has_not_healed_it() -> None:
    long_night = replace(GOOD, began=AT - timedelta(minutes=1), run_id="demo-20261124T020900-1")
    assert not heals(long_night, a_letter(), own=False)
    queued = a_letter(run_id=None, stage="receive", began=(AT - timedelta(seconds=1)).isoformat())
    assert not heals(long_night, queued, own=False)
    assert heals(GOOD, queued, own=False)


def test_another_citys_run_heals_nothing() -> None:
    assert not heals(replace(GOOD, city="other"), a_letter(), own=False)


def test_a_pupils_letter_stays_while_the_run_leaves_such_letters_itself() -> None:
    pupil = a_letter(execution=None, stage="provision", shard=1, line=4)
    assert not heals(GOOD, pupil, own=True)
    assert heals(GOOD, pupil, own=False)
    assert not heals(GOOD, a_letter(execution=None, run_id=RUN, stage="provision"), own=False)


def test_a_plan_that_is_approved_again_heals_what_failed_when_it_was_approved_first() -> None:
    again = replace(GOOD, mode="apply", run_id=EARLIER, began=AT + timedelta(hours=9))
    assert heals(again, a_letter(), own=False)
    assert not heals(replace(again, execution="arn:earlier"), a_letter(), own=False)


def test_what_a_person_asked_for_is_healed_by_that_and_by_nothing_else() -> None:
    asked: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
        "deliver": ({"action": "deliver", "tool": "lgate"}, {"mode": "deliver", "tool": "lgate"}),
        "undo": ({"action": "undo", "run_id": "x"}, {"mode": "apply", "undoes": "x"}),
        "rehearse": ({"action": "rehearse"}, {"mode": "rehearse", "verdict": Verdict.REHEARSED}),
    }
    for again, run in asked.values():
        letter = a_letter(again=again)
        assert not heals(GOOD, letter, own=False)
        assert heals(replace(GOOD, **run), letter, own=False)
    assert not heals(replace(GOOD, mode="apply", undoes="x"), a_letter(), own=False)
    other = a_letter(again={"action": "deliver", "tool": "lgate"})
    assert not heals(replace(GOOD, mode="deliver", tool="other"), other, own=False)


@pytest.mark.parametrize("verdict", [Verdict.APPLIED, Verdict.REFUSED, Verdict.AWAITING])
def test_an_upload_that_started_nothing_is_healed_once_it_is_taken_in(verdict: Verdict) -> None:
    event = {"detail": {"object": {"key": "inbox/demo/roster/a.zip"}}}
    letter = QueuedFailure.read(json.dumps(event), MACHINE)
    assert letter is not None
    taken = replace(GOOD, verdict=verdict, drop="inbox/demo/roster/a.zip")
    assert heals(taken, letter, own=False)
    assert not heals(replace(GOOD, drop="inbox/demo/roster/b.zip"), letter, own=False)
    assert not heals(replace(taken, verdict=Verdict.FAILED), letter, own=False)
    dated = QueuedFailure.read(json.dumps(event | {"time": "2026-11-24T16:00:00Z"}), MACHINE)
    assert dated is not None
    assert heals(replace(GOOD, drop="inbox/demo/roster/b.zip"), dated, own=False)


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ("no json", ""), ("[]", ""), ("{}", ""), ('{"again": {"detail": {}}}', ""), ("{}", MACHINE),
        ('{"detail": {"object": {"key": "a/b/c"}}}', "arn:aws:lambda:x:1:function:drift"),
    ],
)  # fmt: skip
def test_what_is_no_nightly_runs_is_left_to_others(body: str, target: str) -> None:
    assert QueuedFailure.read(body, target) is None


def test_a_run_id_tells_when_it_began() -> None:
    assert begun(EARLIER) == AT
    assert begun("") is None
    assert begun("a-b-c") is None
