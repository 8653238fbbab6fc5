"""The plan as a value: its order, its checksum, its files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from kakehashi.actions import Action, Kind, Situation, settled
from kakehashi.diff.plan import SHARD, Plan, read_plan
from kakehashi.people.record import Record
from kakehashi.roster import PasswordAt
from tests.builders import TODAY, a_desired, a_held, a_known, a_pupil
from tests.unit.diff.nights import a_school_of, a_town, knowing, night, wanting

SCHOOL = a_school_of(10)
NEW, GONE, WAITING = a_pupil(901), a_pupil(902), a_pupil(903)
ROSTER = [replace(SCHOOL[0], family="高橋"), *SCHOOL[1:], NEW]
KNOWN = knowing([*SCHOOL, GONE])


def a_night() -> Plan:
    return night([*ROSTER, replace(a_desired(903), password=None)], KNOWN, held=[a_held(904)])


def written(plan: Plan) -> Plan:
    """As it comes back from the run folder."""
    header = json.loads(json.dumps(plan.header().to_json()))
    return read_plan(header, json.loads(json.dumps([a.to_json() for a in plan.actions])))


def test_actions_are_sorted_by_kind_then_by_pupil() -> None:
    plan = night(a_town(), [], decisions={})
    assert [a.pupil for a in plan.actions] == sorted(p.id for p in a_town())
    kinds = [action.kind for action in a_night().actions]
    assert kinds == [Kind.UPDATE, Kind.CREATE, Kind.RECORD]


def test_shards_are_full_but_for_the_last_and_lose_no_action() -> None:
    plan = night(a_town(size=40), [])
    sizes = [len(shard) for shard in plan.shards()]
    assert sizes == [SHARD, len(plan.actions) - SHARD]
    assert plan.header().shards == 2
    assert [a for shard in plan.shards() for a in shard] == list(plan.actions)


def test_a_plan_comes_back_from_its_files_as_it_was() -> None:
    plan = a_night()
    assert written(plan) == replace(plan, findings=())
    assert not written(plan).altered()


def test_the_header_names_what_waits_and_what_is_held() -> None:
    header = a_night().header().to_json()
    assert {s: ids for s, ids in header["proposals"].items() if ids} == {"GONE": [GONE.id]}
    assert "questions" not in header
    assert header["held"] == {"D050": [a_pupil(904).id], "M001": [WAITING.id]}
    assert header["actions"] == {"update": 1, "create": 1, "record": 1}
    assert (header["city"], header["serial"], header["as_of"]) == ("demo", 7, "2026-11-24")


def test_the_checksum_does_not_depend_on_lines_runs_passwords_or_the_date() -> None:
    plan = a_night()
    moved_lines = [replace(p, line=p.line + 1000) for p in ROSTER]
    known = [replace(one, run_id="another") for one in knowing([*SCHOOL, GONE])]
    elsewhere = [
        replace(row, password=PasswordAt("inbox/demo/passwords/b.csv", "v9", 3))
        for row in wanting(moved_lines)
    ]
    again = night(
        [*elsewhere, replace(a_desired(903), password=None)],
        known,
        held=[a_held(904, line=77)],
        as_of=date(2026, 11, 25),
    )
    assert again.checksum == plan.checksum


def test_the_checksum_depends_on_city_serial_actions_and_breaches() -> None:
    plan = a_night()
    others = [
        replace(plan, city_code="other"),
        replace(plan, serial=8),
        replace(plan, actions=plan.actions[1:]),
        night(
            a_town(), [], rules={"limits": {"city": {"new": {"share": 1, "number": 9, "floor": 1}}}}
        ),
        night(
            a_town(), [], rules={"limits": {"city": {"new": {"share": 1, "number": 9, "floor": 2}}}}
        ),
    ]
    assert len({plan.checksum, *(other.computed_checksum() for other in others)}) == 6


def test_an_altered_plan_is_recognised() -> None:
    plan = a_night()
    header, actions = plan.header().to_json(), [action.to_json() for action in plan.actions]
    actions[0]["account"]["displayName"] = "somebody else"
    assert read_plan(header, actions).altered()
    assert read_plan(header, actions[1:]).altered()
    waiting = night(a_town(), [])
    without = waiting.header().to_json() | {"breaches": []}
    assert read_plan(without, [a.to_json() for a in waiting.actions]).altered()


def test_the_rules_of_the_night_are_named() -> None:
    assert night(ROSTER, KNOWN, rules={"sha256": "f" * 64}).header().rules == "f" * 64


def test_an_action_comes_back_from_json_as_it_was() -> None:
    for action in a_night().actions:
        assert Action.from_json(json.loads(json.dumps(action.to_json()))) == action


def test_a_refused_plan_has_nothing_to_do_or_to_propose() -> None:
    plan = night([replace(p, id=f"x{p.id}") for p in SCHOOL], KNOWN)
    assert (plan.refused, plan.actions, plan.proposals) == (True, (), {})
    assert plan.counts["GONE"] == 0 or Situation.GONE not in plan.proposals


def test_verdicts() -> None:
    waits, goes = night(a_town(), []), night(SCHOOL, knowing(SCHOOL))
    refused = night([], [a_known(1)])
    assert [p.verdict(rehearse=False) for p in (waits, goes, refused)] == [
        "awaiting-approval", "apply", "refused"]  # fmt: skip
    assert [p.verdict(rehearse=True) for p in (waits, goes, refused)] == [
        "rehearsed", "rehearsed", "refused"]  # fmt: skip


def test_since_when_a_pupil_is_in_a_grade_is_kept_and_an_item_of_before_reads_as_ever() -> None:
    up = replace(SCHOOL[0], grade="P2")
    first = settled(night([up, *SCHOOL[1:]], KNOWN).actions[0], as_of=TODAY, run_id="r")
    assert first is not None
    assert (first.grade_since, Record.from_json(first.to_json())) == (TODAY, first)
    named = replace(up, family="高橋")
    (action, *_) = night([named, *SCHOOL[1:]], [first, *KNOWN[1:]]).actions
    later = settled(action, as_of=date(2026, 12, 1), run_id="r")
    assert later is not None
    assert later.grade_since == TODAY
    assert "grade_since" not in KNOWN[0].to_json()
