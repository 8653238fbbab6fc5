from typing import Any

import pytest

from kakehashi.directories.microsoft365.answers import GraphUser, shown
from kakehashi.drift import drifted
from kakehashi.people.record import Record, Status
from tests.builders import DOMAIN, a_known, a_pupil, an_id
from tests.tenants import as_graph

MARK = "extensionAttribute1"


def told(known: list[Record], *users: dict[str, Any]) -> list[tuple[str, str | None]]:
    listed = [shown(GraphUser.model_validate(user), MARK) for user in users]
    return [(f.code, f.pupil) for f in drifted(known, listed, DOMAIN)]


def test_a_tenant_as_we_left_it_has_not_drifted() -> None:
    gone = a_known(2, status=Status.SUSPENDED)
    assert told([a_known(1), gone], as_graph(a_known(1)), as_graph(gone)) == []


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"displayName": "x"}, "displayName"),
        ({"department": None, "jobTitle": "x"}, "department,jobTitle"),
        ({"onPremisesExtensionAttributes": {MARK: None}}, MARK),
        ({"userPrincipalName": "x@elsewhere.example"}, "userPrincipalName"),
    ],
)
def test_a_changed_attribute_is_told_by_its_name(changed: dict[str, Any], fields: str) -> None:
    user = shown(GraphUser.model_validate(as_graph(a_known(1)) | changed), MARK)
    (finding,) = drifted([a_known(1)], [user], DOMAIN)
    assert (finding.code, finding.facts) == ("M040", {"fields": fields})
    assert "x@" not in str(finding.to_json())


def test_an_account_that_is_not_listed_is_missing() -> None:
    assert told([a_known(1)]) == [("M041", a_pupil(1).id)]
    assert told([a_known(1, status=Status.SUSPENDED)]) == [], "written down as gone"


def test_our_mark_on_an_account_of_the_citys_that_we_do_not_know_is_foreign() -> None:
    stranger = as_graph(a_known(2))
    assert told([a_known(1)], as_graph(a_known(1)), stranger) == [("M042", a_pupil(2).id)]
    other_city = stranger | {"userPrincipalName": "s2@other.example.jp"}
    unmarked = stranger | {"onPremisesExtensionAttributes": {}}
    assert told([], other_city, unmarked) == []


def test_a_second_account_with_a_known_mark_is_told_apart() -> None:
    second = as_graph(a_known(1)) | {"id": an_id("second"), "userPrincipalName": f"x@{DOMAIN}"}
    assert told([a_known(1)], as_graph(a_known(1)), second) == [("M043", a_pupil(1).id)]


def test_sign_in_switched_by_hand_is_told_either_way() -> None:
    suspended = a_known(2, status=Status.SUSPENDED)
    users = [
        as_graph(a_known(1)) | {"accountEnabled": False},
        as_graph(suspended) | {"accountEnabled": True},
    ]
    assert told([a_known(1), suspended], *users) == [
        ("M044", a_pupil(1).id), ("M045", a_pupil(2).id),
    ]  # fmt: skip
