"""Whole nights on which Microsoft, or another run, was in the way: the cause is told, and true."""

from __future__ import annotations

import json
import re
from typing import Any

import boto3
import pytest

from kakehashi.class_numbers import RECORD, Numbers
from kakehashi.diff.header import FORM
from kakehashi.directories.microsoft365 import exchange
from kakehashi.edges.errors import OtherRelease
from tests.builders import a_drop, a_known, a_password_file, a_pupil
from tests.integration.test_night import known
from tests.nights import Night, Nights
from tests.tenants import as_graph

CHANGED = 4


@pytest.fixture
def city(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Twenty pupils with accounts; nobody's patience lasts for minutes."""
    monkeypatch.setattr(exchange, "MOST_TRIES", 1)
    nights.given(known(20))
    return nights


def changed(pupils: int = 20, moved: int = CHANGED) -> bytes:
    """The roster in which the first few have a new family name."""
    drop = a_drop(pupils)
    for row in drop.rows["users.csv"][:moved]:
        row["preferredFamilyName"] = "改姓"
    return drop.zip()


def renamed(nights: Nights) -> int:
    return sum(user["surname"] == "改姓" for user in nights.tenant.users())


def measured(nights: Nights, name: str) -> int:
    """The sum of a metric of Report's over all nights so far."""
    said = nights.lambdas.said.getvalue()
    return sum(int(float(n)) for n in re.findall(rf'"{name}": ?\[([\d.]+)\]', said))


def assert_red(night: Night, nights: Nights, code: str, error: str) -> None:
    assert (night.status, night.verdict, night.why) == ("FAILED", "failed", error)
    told = night.summary["findings"]
    assert told.get(code) == 1
    assert not {"I001", "I002", "M005", "M009"} & told.keys()
    assert [letter["error"] for letter in nights.letters()] == [error]


def test_a_night_on_which_microsoft_forbids_every_change_is_red_and_told_once(
    city: Nights,
) -> None:
    city.tenant.fault(status=403, method="PATCH", shape="/users/{id}", times=None)
    night = city.run(changed())
    assert_red(night, city, "I010", "PermissionLost")
    assert night.summary["held"] == {}
    (mail,) = city.mails()
    assert "アプリの権限がない" in mail
    assert "管理者の同意" in mail
    assert "docs/runbook.ja.md#microsoft-refused" in night.folder.need("report.html").decode()
    assert measured(city, "MicrosoftRefused") == 1
    city.tenant.heal()
    assert city.rerun().verdict == "applied"
    assert renamed(city) == CHANGED
    assert measured(city, "MicrosoftRefused") == 1


def test_when_a_whole_batch_is_forbidden_no_further_call_is_made(city: Nights) -> None:
    city.tenant.recount()
    city.tenant.fault(status=403, method="POST", shape="/users", times=None)
    names = {a_pupil(n).account: f"Hinagiku-{n:04}x" for n in range(21, 121)}
    night = city.run(a_drop(120).zip(), passwords=a_password_file(names))
    if night.verdict == "awaiting-approval":
        night = city.approve(night.summary)
    assert_red(night, city, "I010", "PermissionLost")
    assert city.tenant.shapes()["POST /users"] < 100


def test_one_account_out_of_reach_is_an_exception_and_the_headline_counts_it(
    city: Nights,
) -> None:
    odd = a_pupil(2)
    city.tenant.fault(status=403, method="PATCH", umi=odd.id, shape="/users/{id}", times=None)
    night = city.run(changed())
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    assert night.summary["held"] == {"M005": [odd.id]}
    assert (night.summary["exceptions"], night.summary["headline"]["ja"]) == (
        1, "完了(1 人を除いて)")  # fmt: skip
    assert "△" in city.mails()[0]
    assert "完了(1 人を除いて)" in night.folder.need("report.html").decode()
    assert city.state.runs(1)[0].exceptions == 1
    assert measured(city, "ActionsFailed") == 0
    assert measured(city, "MicrosoftRefused") == 0


@pytest.mark.parametrize("moved", [1, 2])
def test_a_night_of_one_or_two_changes_that_are_all_forbidden_rings(
    city: Nights, moved: int
) -> None:
    """Too few to know whether the app or the account is to blame; but nobody was served."""
    city.tenant.fault(status=403, method="PATCH", shape="/users/{id}", times=None)
    night = city.run(changed(moved=moved))
    assert (night.verdict, night.summary["headline"]["ja"]) == (
        "applied", f"反映なし({moved} 人に反映できませんでした)")  # fmt: skip
    assert measured(city, "ActionsFailed") == moved
    assert measured(city, "MicrosoftRefused") == 0


def test_an_address_that_another_user_has_is_no_link_to_approve(city: Nights) -> None:
    other = city.tenant.user(a_pupil(9).account)["id"]
    one = a_pupil(2)
    city.tenant.fault(
        conflict="proxyAddresses", holder=f"User_{other}", umi=one.id, method="PATCH", times=None
    )
    night = city.run(changed())
    assert night.summary["held"] == {"M060": [one.id]}
    (told,) = [f for f in night.findings() if f.code == "M060"]
    assert dict(told.facts) == {"property": "proxyAddresses", "holder": "User"}
    assert other not in json.dumps([f.to_json() for f in night.findings()])


# -- accounts of a local Active Directory ----------------------------------------------------------


def mastered(city: Nights, synced: bool, *pupils: int) -> None:
    """Unmarked accounts with the sign-in names of pupils who are new tonight."""
    for n in pupils:
        by_hand = as_graph(a_known(n)) | {"onPremisesExtensionAttributes": {}}
        city.tenant.give(by_hand | {"onPremisesSyncEnabled": synced})


@pytest.mark.parametrize(("synced", "told", "held"), [(True, "S160", "M061"),
                                                      (False, "S161", "M062")])  # fmt: skip
def test_accounts_of_a_local_directory_are_told_once_and_nobody_is_asked_to_link_them(
    city: Nights, synced: bool, told: str, held: str
) -> None:
    mastered(city, synced, 21, 22, 23)
    night = city.run(a_drop(23).zip())
    assert night.summary["findings"][told] == 1
    assert held not in night.summary["findings"], "not once per pupil"
    assert night.summary["held"] == {held: sorted(a_pupil(n).id for n in (21, 22, 23))}
    assert night.summary["proposed"]["UNLINKED"] == []
    assert night.summary["matching"]["unservable"] == 3
    assert city.tenant.count("writes") == 0


def test_a_decision_to_link_such_an_account_is_answered_and_not_tried(board: Any) -> None:
    nights = board.nights
    mastered(nights, True, 13)
    assert nights.run(a_drop(13).zip()).summary["held"] == {"M061": [a_pupil(13).id]}
    nights.tenant.recount()
    night = board.mark((a_pupil(13).id, "連携"))
    assert nights.tenant.count("writes") == 0
    assert night is None or "applied" not in str(night)


def test_an_account_that_is_synchronised_from_now_on_is_told_as_that_and_not_as_a_bad_value(
    city: Nights,
) -> None:
    one = city.tenant.user(a_pupil(1).account)
    city.tenant.give(one | {"onPremisesSyncEnabled": True})
    night = city.run(changed(moved=4))
    assert night.verdict == "applied"
    assert night.summary["held"] == {"M061": [a_pupil(1).id]}
    assert night.summary["findings"]["S160"] == 1
    assert renamed(city) == 3


# -- the service -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(429, "I012", "Throttled"), (503, "I013", "DirectoryDown"), (403, "I010", "PermissionLost")],
)
def test_a_listing_that_does_not_come_is_told_by_its_cause(
    city: Nights, status: int, code: str, error: str
) -> None:
    city.tenant.fault(status=status, method="GET", shape="/users", times=None)
    assert_red(city.run(changed()), city, code, error)
    assert renamed(city) == 0
    city.tenant.heal()
    assert city.rerun().verdict == "applied"


def test_a_listing_that_is_throttled_for_a_while_does_not_end_the_night(city: Nights) -> None:
    city.tenant.fault(status=429, method="GET", shape="/users", times=2)
    assert city.run(changed()).verdict == "applied"


@pytest.mark.parametrize("status", [429, 400, 503])
def test_a_sign_in_that_is_throttled_for_a_while_does_not_end_the_night(
    city: Nights, status: int
) -> None:
    """Entra says so by 429, by a word with 400, or by 503."""
    city.tenant.fault(status=status, shape="/token", times=2)
    night = city.run(changed())
    assert night.verdict == "applied"
    assert city.letters() == []


def test_a_sign_in_that_stays_throttled_is_not_called_a_refused_credential(city: Nights) -> None:
    city.tenant.fault(status=429, shape="/token", times=None)
    night = city.run(changed())
    assert_red(night, city, "I015", "SignInBusy")
    assert "I005" not in night.summary["findings"]


# -- our own state ---------------------------------------------------------------------------------


def test_a_run_that_another_has_overtaken_says_so(city: Nights) -> None:
    city.lambdas.trouble("provision", "before", lose_the_lease(city))
    night = city.run(changed())
    assert_red(night, city, "I016", "Overtaken")


def lose_the_lease(city: Nights) -> Any:
    """Somebody else takes the city while the night is under way."""

    def lose(event: dict[str, Any]) -> None:
        table = boto3.resource("dynamodb").Table(city.names["TABLE"])
        table.update_item(
            Key={"pk": "CITY#demo", "sk": "STATE"},
            UpdateExpression="SET lease_owner = :other",
            ExpressionAttributeValues={":other": "another execution"},
        )

    return lose


def test_a_state_that_another_release_wrote_is_called_that_and_nothing_is_changed(
    city: Nights,
) -> None:
    table = boto3.resource("dynamodb").Table(city.names["TABLE"])
    key = {"pk": "CITY#demo", "sk": f"PUPIL#{a_pupil(7).id}"}
    stored = json.loads(str(table.get_item(Key=key)["Item"]["known"]))
    table.update_item(
        Key=key,
        UpdateExpression="SET known = :known",
        ExpressionAttributeValues={":known": json.dumps(stored | {"status": "on-leave"})},
    )
    night = city.run(changed())
    assert_red(night, city, "I017", "OtherRelease")
    assert renamed(city) == 0


def of_a_later_release(nights: Nights, night: Night) -> None:
    """A later release has written this night's plan, or changed what stands in it."""
    header = night.folder.get_json("plan.json")
    night.folder.put_json("plan.json", header | {"v": FORM.v + 1})


def test_a_plan_that_another_release_wrote_is_neither_approved_nor_undone(city: Nights) -> None:
    applied = city.run(changed())
    assert applied.verdict == "applied"
    city.tomorrow()
    waiting = city.run(changed(moved=20))
    assert waiting.verdict == "awaiting-approval"
    for night in (applied, waiting):
        of_a_later_release(city, night)
    for refused in (city.approve(waiting.summary), city.undo(applied.run["run_id"])):
        assert (refused.status, refused.why) == ("FAILED", "OtherRelease")
    assert renamed(city) == CHANGED


def test_a_rehearsal_that_another_release_wrote_is_none_to_compare_with(city: Nights) -> None:
    rehearsed = city.run(changed(), mode="rehearse")
    of_a_later_release(city, rehearsed)
    night = city.run(changed())
    assert night.verdict == "applied"
    assert night.folder.get("comparison.json") is None


def test_numbers_that_another_release_wrote_are_called_that(city: Nights) -> None:
    item = {"pk": "CITY#demo", "sk": "NUMBERS#2026", "given": json.dumps({"v": RECORD.v + 1})}
    boto3.resource("dynamodb").Table(city.names["TABLE"]).put_item(Item=item)
    assert_red(city.run(changed()), city, "I017", "OtherRelease")
    with pytest.raises(OtherRelease):
        city.state.keep_numbers(2026, Numbers(neutral="{n}"))
