"""Sums over several nights, through the real state machine: what counts and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import boto3
import pytest

from kakehashi.actions import Action, Kind, Situation, aside
from kakehashi.diff.plan import Plan
from kakehashi.diff.sums import night_count
from kakehashi.edges import plans
from kakehashi.edges.runs import Folder, Run
from kakehashi.people.record import SIGN_IN
from kakehashi.run_folder.results import End, Result, put_results
from tests.builders import TODAY, a_city, a_drop, a_known, a_pupil
from tests.integration.test_night import known
from tests.nights import RULES, Night, Nights

TIGHT = RULES + "[limits.city_7_nights]\nrenamed = { share = 0.01, number = 3, floor = 3 }\n"


@pytest.fixture
def city(nights: Nights) -> Nights:
    nights.put_rules(TIGHT)
    nights.given(known(12))
    return nights


def renamed(first: int, last: int, family: str = "高橋") -> bytes:
    """Pupils ``first`` to ``last`` have another family name."""
    drop = a_drop(12)
    for n in range(first, last + 1):
        drop.rows["users.csv"][n - 1]["preferredFamilyName"] = family
    return drop.zip()


def night(nights: Nights, drop: bytes) -> Night:
    nights.tomorrow()
    return nights.run(drop)


def codes(night: Night) -> list[str]:
    return [breach["code"] for breach in night.summary["breaches"]]


def test_two_names_a_night_are_asked_about_and_the_answer_begins_anew(city: Nights) -> None:
    assert night(city, renamed(1, 2)).verdict == "applied"
    waiting = night(city, renamed(1, 4))
    assert (waiting.verdict, codes(waiting)) == ("awaiting-approval", ["S145"])
    page = waiting.folder.need("report.html").decode()
    assert "この 7 晩を合わせて" in page
    assert "--accept S145" in page
    assert city.approve(waiting.summary).verdict == "applied"
    assert night(city, renamed(1, 6)).verdict == "applied"
    assert codes(night(city, renamed(1, 8))) == ["S145"]


def test_a_plan_that_waits_or_is_rehearsed_adds_nothing(city: Nights) -> None:
    rehearsal = city.run(renamed(1, 3), mode="rehearse")
    assert rehearsal.verdict == "rehearsed"
    for _ in range(3):
        assert codes(night(city, renamed(1, 4))) == ["S145"]
    assert night(city, renamed(1, 3)).verdict == "applied"
    looked = city.run(renamed(1, 5), mode="rehearse", as_of=city.clock.date())
    assert codes(looked) == ["S145"], "a rehearsal sees what the night would be asked"
    assert city.state.counts(looked.run["run_id"]) is None


def test_what_an_undo_has_turned_back_counts_no_more_until_it_is_done_again(city: Nights) -> None:
    first = night(city, renamed(1, 3))
    back = city.approve(city.undo(first.run["run_id"]).summary)
    assert back.verdict == "applied"
    assert night(city, renamed(4, 6)).verdict == "applied"
    assert codes(night(city, renamed(1, 6))) == ["S145"]


def test_an_undo_that_was_undone_lets_the_night_count_again(city: Nights) -> None:
    first = night(city, renamed(1, 3))
    back = city.undo(first.run["run_id"])
    assert city.approve(back.summary).verdict == "applied"
    again = city.undo(back.run["run_id"])
    assert city.approve(again.summary).verdict == "applied"
    assert codes(night(city, renamed(1, 4))) == ["S145"]


def test_an_account_that_refuses_every_night_does_not_add_itself_up(city: Nights) -> None:
    city.tenant.fault(status=400, method="PATCH", shape="/users/{id}", times=None)
    for _ in range(4):
        refused = night(city, renamed(1, 2))
        assert codes(refused) == []
        counts = city.state.counts(refused.run["run_id"])
        assert counts is not None
        assert counts.counts == {}
    city.tenant.heal()
    assert night(city, renamed(1, 2)).verdict == "applied"
    assert codes(night(city, renamed(1, 4))) == ["S145"]


def test_an_account_that_only_stepped_aside_has_not_been_given_its_name(city: Nights) -> None:
    child, new = a_known(1), a_pupil(1, account="new@ed.example.jp")
    account = {**child.account, SIGN_IN: aside(child)}
    room = Action(new.id, Kind.VACATE, Situation.CHANGED, child, None, account,
                  object_id=child.object_id)  # fmt: skip
    named = replace(room, kind=Kind.UPDATE, after=new)
    counted = {"account": {"city": 1, child.pupil.school: 1}}
    plan = Plan(city_code="demo", as_of=TODAY, actions=(room, named), counted=counted).sealed()
    run = night(city, a_drop(12).zip()).run
    folder = Folder(boto3.client("s3"), city.names["RUNS_BUCKET"], run["prefix"])
    plans.write(folder, plan, (), a_city())
    outcomes = ((room, End.DONE), (named, End.HELD))
    put_results(folder, "results/0001.jsonl", (
        Result(line, one.pupil, str(one.kind), str(one.situation), end)
        for line, (one, end) in enumerate(outcomes, 1)
    ))  # fmt: skip
    city.state.note_counts(run["run_id"], night_count(TODAY, counted, ()))
    plans.count_what_was_done(Run.model_validate(run), folder, city.state)
    counts = city.state.counts(run["run_id"])
    assert counts is not None
    assert counts.counts == {}


def test_a_night_that_died_counts_what_it_did_and_the_rerun_the_rest(city: Nights) -> None:
    city.tomorrow()
    city.lambdas.trouble("groups", "before", MemoryError())
    died = city.run(renamed(1, 3))
    assert died.status == "FAILED"
    assert city.rerun().verdict in {"applied", "unchanged"}
    assert night(city, renamed(1, 3)).verdict == "unchanged"
    assert codes(night(city, renamed(1, 4))) == ["S145"]


def test_runs_of_before_the_sums_are_read_as_having_counted_nothing(city: Nights) -> None:
    city.state.note_run("demo-20261124T021000-0123abcd", verdict="applied", as_of="2026-11-24")
    assert city.state.counts_since("demo-20261101") == []
    assert night(city, renamed(1, 3)).verdict == "applied"
    assert [one.as_of for one in city.state.counts_since("demo-20261101")] == [date(2026, 11, 25)]
