"""Refused at whatever step, a flow ends as a stop, and says nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.actions import Kind
from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.deletion import delete
from kakehashi.directories.microsoft365.flows import flow
from kakehashi.directories.microsoft365.shape import account_of, staff_account_of
from kakehashi.directories.port import Listed, Stopped
from tests.builders import a_city, a_pupil, an_id
from tests.unit.provision.conversations import (
    NO_CONTENT,
    TERMS,
    a_user,
    an_action,
    hold,
    refused,
    taken,
)
from tests.unit.staff.people import a_member

NO = refused(403, "Authorization_RequestDenied")
BINNED = replace(TERMS, restorable={a_pupil(1).id: an_id("binned")})
OURS = an_id(f"object {a_pupil(1).id}")


@pytest.mark.parametrize(
    ("kind", "answers", "facts"),
    [
        (Kind.LINK, [NO], {}),
        (Kind.SUSPEND, [a_user(), NO], {}),
        (Kind.SUSPEND, [a_user(), NO_CONTENT, NO], {}),
        (Kind.UNLINK, [NO], {"account": {"extensionAttribute1": ""}}),
        (Kind.UNDELETE, [NO], {}),
        (Kind.UNDELETE, [NO_CONTENT, NO], {}),
        (Kind.RESTORE, [NO], {}),
        (Kind.CREATE, [NO], {"object_id": OURS}),  # an account that is taken back
        (Kind.CREATE, [taken(OURS), NO], {}),
    ],
)
def test_a_step_that_is_refused_ends_it(
    kind: Kind, answers: list[Answer], facts: dict[str, Any]
) -> None:
    asked, outcome = hold(flow(an_action(kind, **facts), TERMS, lambda: "Sakura-2026"), *answers)
    assert isinstance(outcome, Stopped)
    assert len(asked) == len(answers)


@pytest.mark.parametrize("answers", [[NO], [NO_CONTENT, NO]])
def test_an_account_that_cannot_be_had_back_is_no_account(answers: list[Answer]) -> None:
    _, outcome = hold(flow(an_action(Kind.CREATE), BINNED, lambda: None), *answers)
    assert isinstance(outcome, Stopped)


@pytest.mark.parametrize("answers", [[NO], [a_user(), NO]])
def test_an_account_that_cannot_be_deleted_stays(answers: list[Answer]) -> None:
    _, outcome = hold(delete(OURS, TERMS.mark, lambda _: None), *answers)
    assert isinstance(outcome, Stopped)


def test_a_text_of_the_city_may_hold_a_name() -> None:
    city = a_city(m365={"department": "{family} {class}"})
    pupil = a_pupil(1)
    assert account_of(pupil, city)["department"] == f"{pupil.family} {pupil.class_title}"


def test_a_city_without_staff_shapes_no_account_of_staff() -> None:
    with pytest.raises(ValueError, match="staff"):
        staff_account_of(a_member("T0001"), a_city())


def test_a_listed_account_says_whether_it_is_synced_only_where_it_ever_was() -> None:
    plain = Listed("id", "a@b", "", enabled=True)
    for one in (plain, replace(plain, synced=False)):
        assert Listed.from_json(one.to_json()) == one
    assert "synced" not in plain.to_json()
