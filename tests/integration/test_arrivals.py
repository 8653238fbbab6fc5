"""Whole nights before the first day: an account to try the devices out with, and nothing else."""

from __future__ import annotations

from datetime import date

from kakehashi.people.record import Status
from tests.builders import a_drop, a_password_file, a_pupil
from tests.nights import RULES, Nights

AHEAD = """
[arrivals]
prepare_days = 10
[m365]
groups = ["school", "class"]
"""
COMING = a_pupil(2)


def test_a_new_pupil_is_there_before_the_first_day_without_groups_and_tools(nights: Nights) -> None:
    nights.put_rules(RULES + AHEAD)
    drop = a_drop(1)
    drop.add_pupil(begin="2026-12-01")
    slips = a_password_file({a_pupil(n).account: f"Asagao{n}4321" for n in (1, 2)})
    first = nights.run(drop.zip(), passwords=slips)
    assert first.verdict == "applied"
    account = nights.tenant.user(COMING.account)
    assert account["accountEnabled"] is True
    members = {who for group in nights.tenant.groups() for who in group["members"]}
    assert members == {nights.tenant.user(a_pupil(1).account)["id"]}
    told = first.folder.get_json("deliveries/lgate.json")
    assert (told["pupils"], told["rows"]["users.csv"]) == (1, 1)
    assert {one.pupil.id: one.status for one in nights.state.pupils()}[COMING.id] == (
        Status.PREPARED)  # fmt: skip
    assert "S190" in {finding.code for finding in first.findings()}
    nights.tomorrow()
    assert nights.run(drop.zip()).verdict == "unchanged"

    opens = nights.run(drop.zip(), as_of=date(2026, 12, 1))
    assert opens.verdict == "applied"
    assert nights.tenant.user(COMING.account)["id"] == account["id"]
    members = {who for group in nights.tenant.groups() for who in group["members"]}
    assert account["id"] in members
    assert opens.folder.get_json("deliveries/lgate.json")["pupils"] == 2
    known = nights.state.pupil(COMING.id)
    assert known
    assert (known.status, known.pupil.class_title) == (Status.ACTIVE, "3年2組")
