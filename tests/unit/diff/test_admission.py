"""Every reason for which a plan that waited may not go, and all of them at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kakehashi.diff.approval import Approval, admit
from kakehashi.diff.exports import Export, Planned
from kakehashi.diff.plan import Plan
from kakehashi.findings import Finding, refuses
from tests.builders import TODAY
from tests.unit.diff.nights import SERIAL, a_town, knowing, night

TOWN = a_town()
PLAN = night([replace(p, family="高橋") for p in TOWN[300:]], knowing(TOWN), rules={"sha256": "a"})
CODES = tuple(sorted({breach.code for breach in PLAN.breaches}))
GOOD = Approval(PLAN.checksum, CODES, "学務課 山田")


def ask(plan: Plan = PLAN, approval: Approval = GOOD, **facts: Any) -> tuple[Finding, ...]:
    now: dict[str, Any] = {"serial": SERIAL, "today": TODAY}
    return admit(plan, approval, **(now | facts))


def found(*args: Any, **facts: Any) -> list[str]:
    return [finding.code for finding in ask(*args, **facts)]


def test_an_approval_that_names_the_plan_and_every_code_is_admitted() -> None:
    assert len(CODES) > 2
    assert ask() == ()


def test_the_first_characters_of_the_checksum_are_enough() -> None:
    assert found(approval=replace(GOOD, checksum=PLAN.checksum[:12].upper())) == []
    assert found(approval=replace(GOOD, checksum=PLAN.checksum[:5])) == ["S901"]
    assert found(approval=replace(GOOD, checksum="")) == ["S901"]


def test_another_checksum_is_refused() -> None:
    assert found(approval=replace(GOOD, checksum="0" * 64)) == ["S901"]


def test_altered_actions_are_refused() -> None:
    assert found(replace(PLAN, actions=PLAN.actions[1:])) == ["S902"]


def test_a_plan_whose_state_moved_on_is_stale() -> None:
    assert found(serial=SERIAL + 1) == ["S903"]


@pytest.mark.parametrize("code", CODES)
def test_each_code_must_be_accepted_by_name(code: str) -> None:
    without = replace(GOOD, accept=tuple(c for c in CODES if c != code))
    (finding,) = ask(approval=without)
    assert (finding.code, finding.facts) == ("S904", {"code": code})


def test_a_code_too_many_is_only_noted() -> None:
    findings = ask(approval=replace(GOOD, accept=(*CODES, "S005")))
    assert [finding.code for finding in findings] == ["S905"]
    assert not refuses(findings)


@pytest.mark.parametrize(("days", "codes"), [(0, []), (7, []), (8, ["S906"]), (400, ["S906"])])
def test_a_plan_can_be_approved_for_seven_days(days: int, codes: list[str]) -> None:
    assert found(today=TODAY + timedelta(days=days)) == codes


def test_the_age_of_a_plan_counts_from_when_it_was_made_not_from_its_as_of_date() -> None:
    made = date(2027, 3, 1)
    assert found(today=made, made_on=made) == []
    assert found(today=made + timedelta(days=8), made_on=made) == ["S906"]


def test_a_plan_is_applied_once() -> None:
    assert found(applied=True, waiting=False) == ["S907"]


def test_a_run_that_does_not_wait_cannot_be_approved() -> None:
    assert found(waiting=False) == ["S908"]
    assert found(replace(PLAN, refused=True)) == ["S908"]


def test_changed_rules_make_a_waiting_plan_stale() -> None:
    assert found(rules_now="a") == []
    assert found(rules_now="b") == ["S909"]


def test_a_plan_is_refused_once_a_roster_that_came_later_has_one_and_names_it() -> None:
    came = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)
    plan = replace(PLAN, export=Export(TODAY, 2026, came))
    for later, expected in ((1, ["S155"]), (0, []), (-1, [])):
        newest = Planned("demo-2", Export(TODAY, 2026, came + timedelta(hours=later)))
        findings = ask(plan, planned=newest)
        assert [finding.code for finding in findings] == expected
        assert all(finding.facts == {"run": "demo-2"} for finding in findings)


def test_all_reasons_are_given_at_once() -> None:
    everything = ask(
        replace(PLAN, actions=()),
        Approval("0" * 64, ("S005",), ""),
        serial=99,
        today=TODAY + timedelta(days=30),
        waiting=False,
        rules_now="b",
    )
    assert {f.code for f in everything} == {
        "S901", "S902", "S903", "S904", "S905", "S906", "S908", "S909"}  # fmt: skip
    assert refuses(everything)
