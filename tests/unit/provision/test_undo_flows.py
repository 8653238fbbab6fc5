"""What an undo says to Graph, and what it does when an earlier try was carried out unheard."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kakehashi.actions import Action, Kind
from kakehashi.catalogue import cities
from kakehashi.catalogue import provision as rules
from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.flows import flow
from kakehashi.directories.port import Settled, Stopped
from kakehashi.people.record import Status
from tests.builders import a_known, a_pupil
from tests.unit.provision.conversations import (
    NO_CONTENT,
    NOT_FOUND,
    TERMS,
    a_user,
    an_action,
    hold,
    said,
)

OURS = a_known()
FORMER = a_known(pupil=a_pupil(family="高橋"))
DONE = Settled(OURS.object_id)
LOOK, PATCH = f"GET /users/{OURS.object_id}", f"PATCH /users/{OURS.object_id}"
SESSIONS = f"POST /users/{OURS.object_id}/revokeSignInSessions"
BRING_BACK = f"POST /directory/deletedItems/{OURS.object_id}/restore"
MARK = "onPremisesExtensionAttributes"


def back(kind: Kind = Kind.UPDATE) -> Action:
    """The family name goes back to 高橋."""
    return an_action(kind, before=OURS, account=FORMER.account, back=FORMER)


def pending(action: Action, *answers: Answer) -> tuple[list[str], Any, Any]:
    asked, outcome = hold(flow(action, TERMS, lambda: None), *answers)
    return said(asked), asked[-1].body, outcome


def test_only_what_the_run_had_changed_goes_back() -> None:
    asked, body, outcome = pending(back(), a_user(), NO_CONTENT)
    assert (asked, outcome) == ([LOOK, PATCH], DONE)
    assert body == {"displayName": "高橋 湊", "surname": "高橋"}


@pytest.mark.parametrize("kind", [Kind.UPDATE, Kind.RESTORE, Kind.SUSPEND])
def test_what_somebody_has_changed_since_is_left_as_it_is(kind: Kind) -> None:
    asked, _, outcome = pending(back(kind), a_user(1, surname="手書き"))
    assert (asked, outcome) == ([LOOK], Stopped(rules.CHANGED_BY_HAND))


def test_what_is_back_already_is_no_change_by_hand() -> None:
    asked, _, outcome = pending(
        back(), a_user(1, surname="高橋", displayName="高橋 湊"), NO_CONTENT
    )
    assert (asked, outcome) == ([LOOK, PATCH], DONE)


def test_a_suspension_comes_back_with_the_sessions_ended_and_a_restoration_without() -> None:
    asked, body, _ = pending(back(Kind.RESTORE), a_user(), NO_CONTENT)
    assert (asked, body["accountEnabled"]) == ([LOOK, PATCH], True)
    asked, _, outcome = pending(back(Kind.SUSPEND), a_user(), NO_CONTENT, NO_CONTENT)
    assert (asked, outcome) == ([LOOK, PATCH, SESSIONS], DONE)


@pytest.mark.parametrize("kind", [Kind.UPDATE, Kind.UNLINK, Kind.UNDELETE])
def test_an_account_with_another_mark_is_never_touched(kind: Kind) -> None:
    other = a_user(1, **{MARK: {"extensionAttribute1": a_pupil(2).id}})
    action = back(kind) if kind is Kind.UPDATE else an_action(kind)
    if kind is Kind.UNLINK:
        action = replace(action, account={"extensionAttribute1": ""})
    first = [NO_CONTENT] if kind is Kind.UNDELETE else []
    assert pending(action, *first, other)[2] == Stopped(rules.FOREIGN_MARK)


@pytest.mark.parametrize("kind", [Kind.UNLINK, Kind.UNDELETE])
def test_an_account_that_another_city_has_had_back_since_is_left_to_it(kind: Kind) -> None:
    theirs = a_user(1, userPrincipalName="s1@next.example.jp")
    action = an_unlinking() if kind is Kind.UNLINK else an_action(kind)
    first = [NOT_FOUND] if kind is Kind.UNDELETE else []
    told = Stopped(cities.GONE_TO_ANOTHER, {"domain": "next.example.jp"})
    assert pending(action, *first, theirs)[2] == told


def an_unlinking() -> Action:
    return an_action(Kind.UNLINK, before=OURS, account={"extensionAttribute1": ""})


def test_a_link_is_undone_by_taking_the_mark_off_and_nothing_else() -> None:
    asked, body, outcome = pending(an_unlinking(), a_user(), NO_CONTENT)
    assert (asked, outcome) == ([LOOK, PATCH], DONE)
    assert body == {MARK: {"extensionAttribute1": None}}


def test_a_leaver_who_came_back_under_another_id_is_suspended_again_by_the_undo() -> None:
    former = replace(OURS, pupil=replace(OURS.pupil, id="former"), status=Status.SUSPENDED)
    action = replace(an_unlinking(), account={"extensionAttribute1": "former"}, back=former)
    asked, _, outcome = pending(action, a_user(), NO_CONTENT, NO_CONTENT)
    assert (asked, outcome) == ([LOOK, PATCH, SESSIONS], DONE)
    _, body, _ = pending(action, a_user(), NOT_FOUND)
    assert body == {MARK: {"extensionAttribute1": "former"}, "accountEnabled": False}


def test_a_mark_that_is_off_already_is_as_it_should_be() -> None:
    asked, _, outcome = pending(an_unlinking(), a_user(1, **{MARK: {"extensionAttribute1": None}}))
    assert (asked, outcome) == ([LOOK], DONE)


def test_a_deletion_is_undone_out_of_the_deleted_items_and_stays_suspended() -> None:
    action = an_action(Kind.UNDELETE)
    asked, _, outcome = pending(action, NO_CONTENT, a_user(1, accountEnabled=False))
    assert (asked, outcome) == ([BRING_BACK, LOOK], DONE)
    asked, body, _ = pending(action, NO_CONTENT, a_user(), NO_CONTENT)
    assert (asked, body) == ([BRING_BACK, LOOK, PATCH], {"accountEnabled": False})


def test_an_account_that_is_back_already_is_looked_at_and_one_that_is_nowhere_is_told() -> None:
    action = an_action(Kind.UNDELETE)
    assert pending(action, NOT_FOUND, a_user(1, accountEnabled=False))[2] == DONE
    assert pending(action, NOT_FOUND, NOT_FOUND)[2] == Stopped(rules.ACCOUNT_LOST)
