from dataclasses import replace

import pytest

from kakehashi.actions import Action, Kind, aside
from kakehashi.catalogue import cities, lost
from kakehashi.catalogue import provision as rules
from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.flows import flow
from kakehashi.directories.microsoft365.requests import Request
from kakehashi.directories.port import Outcome, Settled, Stopped
from kakehashi.findings import Rule
from kakehashi.people.record import SIGN_IN as UPN
from kakehashi.people.record import Record, Status
from tests.builders import a_known, a_pupil, an_id
from tests.unit.provision.conversations import (
    CREATED,
    NO_CONTENT,
    NOT_FOUND,
    TERMS,
    a_user,
    an_action,
    hold,
    refused,
    said,
    taken,
)

ANY_MARK = "onPremisesExtensionAttributes"


def pending(
    action: Action, *answers: Answer, restorable: str = "", password: str | None = "Secret-1"
) -> tuple[list[Request], Outcome]:
    terms = replace(TERMS, restorable={action.pupil: restorable} if restorable else {})
    return hold(flow(action, terms, lambda: password), *answers)


def why(outcome: Outcome) -> Rule:
    assert isinstance(outcome, Stopped)
    return outcome.rule


# -- suspend and delete: what can hurt comes first ------------------------------------------------


def test_a_suspension_blocks_sign_in_and_ends_open_sessions() -> None:
    action = an_action(Kind.SUSPEND)
    asked, outcome = pending(action, a_user(), NO_CONTENT, Answer(200, {}, {"value": True}))
    assert said(asked) == [
        f"GET /users/{action.object_id}",
        f"PATCH /users/{action.object_id}",
        f"POST /users/{action.object_id}/revokeSignInSessions",
    ]
    assert asked[1].body == {"accountEnabled": False}
    assert outcome == Settled(action.object_id)


@pytest.mark.parametrize("mark", [{"extensionAttribute1": "somebody"}, {}, None])
def test_an_account_without_the_pupils_mark_is_not_suspended(mark: object) -> None:
    asked, outcome = pending(an_action(Kind.SUSPEND), a_user(**{ANY_MARK: mark}))
    assert len(asked) == 1
    assert why(outcome) is rules.FOREIGN_MARK


@pytest.mark.parametrize("back", [None, a_known()])
def test_an_account_that_another_city_of_the_tenant_has_taken_over_is_not_suspended(
    back: Record | None,
) -> None:
    action = replace(an_action(Kind.SUSPEND), back=back)
    asked, outcome = pending(action, a_user(userPrincipalName="s1@next.example.jp"))
    assert len(asked) == 1
    assert why(outcome) is cities.GONE_TO_ANOTHER
    assert isinstance(outcome, Stopped)
    assert outcome.facts == {"domain": "next.example.jp"}


def test_nobody_can_sign_in_to_an_account_that_is_gone_so_it_counts_as_suspended() -> None:
    action = an_action(Kind.SUSPEND)
    asked, outcome = pending(action, NOT_FOUND)
    assert (len(asked), outcome) == (1, Settled(action.object_id))


def test_an_account_that_could_not_be_looked_at_is_not_suspended() -> None:
    asked, outcome = pending(an_action(Kind.SUSPEND), refused(403, "Authorization_RequestDenied"))
    assert (len(asked), why(outcome)) == (1, rules.NOT_PERMITTED)


def test_a_deletion_is_refused_without_a_word_to_graph() -> None:
    asked, outcome = pending(an_action(Kind.DELETE))
    assert asked == []
    assert why(outcome) is rules.DELETE_REFUSED


# -- create ---------------------------------------------------------------------------------------


def test_a_new_pupil_gets_an_account_in_one_call() -> None:
    asked, outcome = pending(an_action(Kind.CREATE), CREATED)
    assert said(asked) == ["POST /users"]
    assert outcome == Settled("new-object")


def test_a_new_pupil_whose_password_row_is_gone_is_held() -> None:
    asked, outcome = pending(an_action(Kind.CREATE), password=None)
    assert asked == []
    assert why(outcome) is rules.NO_PASSWORD


def test_a_name_taken_by_our_own_unheard_create_is_a_success() -> None:
    ours = an_id(f"object {a_pupil().id}")
    asked, outcome = pending(an_action(Kind.CREATE), taken(by=ours), a_user())
    assert said(asked) == ["POST /users", f"GET /users/{ours}"]
    assert asked[1].patient
    assert outcome == Settled(ours)


def test_when_graph_does_not_name_the_other_object_it_is_looked_up_by_its_name() -> None:
    asked, outcome = pending(an_action(Kind.CREATE), taken(), a_user())
    assert said(asked)[1] == "GET /users/" + a_pupil().account.replace("@", "%40")
    assert isinstance(outcome, Settled)


def test_our_own_account_found_that_way_is_brought_up_to_date() -> None:
    found = a_user(department="old", accountEnabled=False)
    asked, outcome = pending(an_action(Kind.CREATE), taken(), found, NO_CONTENT)
    assert asked[2].body == {"department": "3年2組", "accountEnabled": True}
    assert isinstance(outcome, Settled)


@pytest.mark.parametrize("mark", [{"extensionAttribute1": "somebody"}, {}, None])
def test_a_name_taken_by_somebody_else_holds_the_pupil_and_changes_nothing(mark: object) -> None:
    asked, outcome = pending(an_action(Kind.CREATE), taken(), a_user(**{ANY_MARK: mark}))
    assert said(asked)[-1].startswith("GET")
    assert why(outcome) is rules.ACCOUNT_TAKEN


def test_a_name_taken_by_a_group_holds_the_pupil() -> None:
    conflict = refused(400, ConflictingObjects=f"Group_{an_id('group')}")
    asked, outcome = pending(an_action(Kind.CREATE), conflict)
    assert len(asked) == 1
    assert why(outcome) is rules.ACCOUNT_TAKEN


def test_a_taken_name_whose_holder_stays_invisible_is_tried_again_next_time() -> None:
    _, outcome = pending(an_action(Kind.CREATE), taken(by=an_id("x")), NOT_FOUND)
    assert isinstance(outcome, Stopped)
    assert (outcome.rule, outcome.failed) == (rules.GAVE_UP, True)


def test_a_returning_pupils_deleted_account_is_brought_back_instead_of_a_second_one() -> None:
    action = an_action(Kind.CREATE, password=None)
    asked, outcome = pending(action, a_user(), NO_CONTENT, restorable="old")
    assert said(asked) == ["POST /directory/deletedItems/old/restore", "PATCH /users/old"]
    assert asked[1].body is not None
    assert asked[1].body["accountEnabled"] is True
    assert asked[1].patient
    assert outcome == Settled("old", lost.BROUGHT_BACK)


def test_an_account_brought_back_by_an_earlier_try_is_only_brought_up_to_date() -> None:
    action = an_action(Kind.CREATE, password=None)
    _, outcome = pending(action, NOT_FOUND, NO_CONTENT, restorable="old")
    assert outcome == Settled("old", lost.BROUGHT_BACK)


def test_the_slip_of_a_child_whose_account_is_brought_back_opens_it() -> None:
    answers = (a_user(), NO_CONTENT, NO_CONTENT)
    asked, outcome = pending(an_action(Kind.CREATE), *answers, restorable="old")
    assert said(asked)[1:] == ["PATCH /users/old", "PATCH /users/old"]
    assert asked[1].body
    assert "passwordProfile" not in asked[1].body, "a refusal must not keep the account closed"
    assert asked[2].body == {
        "passwordProfile": {"password": "Secret-1", "forceChangePasswordNextSignIn": True}
    }
    assert "Secret-1" not in repr(asked)
    assert outcome == Settled("old")


def test_a_child_under_a_new_id_has_the_account_of_the_former_one_back() -> None:
    action = replace(an_action(Kind.CREATE), before=a_known(2), account={"surname": "森"})
    assert action.before
    terms = replace(TERMS, restorable={action.before.pupil.id: "old"})
    asked, outcome = hold(flow(action, terms, lambda: None), a_user(), NO_CONTENT)
    assert "/deletedItems/old/" in said(asked)[0]
    assert outcome == Settled("old", lost.BROUGHT_BACK)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (refused(403, "Authorization_RequestDenied"), "Authorization_RequestDenied"),
        (refused(400, text="The specified password does not comply"), "Request_BadRequest"),
    ],
    ids=["not permitted", "not accepted"],
)
def test_a_slip_that_does_not_open_the_account_brought_back_is_told(
    answer: Answer, code: str
) -> None:
    _, outcome = pending(an_action(Kind.CREATE), a_user(), NO_CONTENT, answer, restorable="old")
    assert isinstance(outcome, Settled)
    assert outcome.note is lost.PASSWORD_NOT_SET
    assert outcome.facts == {"code": code, "status": answer.status}


def test_a_deleted_account_whose_name_was_given_away_comes_back_under_the_new_one() -> None:
    action = an_action(Kind.CREATE, password=None)
    answers = (taken(by=an_id("another")), a_user(), NO_CONTENT)
    asked, outcome = pending(action, *answers, restorable="old")
    assert asked[1].body == {"newUserPrincipalName": action.account["userPrincipalName"]}
    assert outcome == Settled("old", lost.BROUGHT_BACK)


def test_a_deleted_account_that_cannot_come_back_leaves_the_pupil_held() -> None:
    answers = (taken(by=an_id("another")), taken(by=an_id("another")))
    _, outcome = pending(an_action(Kind.CREATE), *answers, restorable="old")
    assert why(outcome).code == "M060"


# -- making the account of a known pupil again ----------------------------------------------------


def test_a_lost_account_is_made_again_once_nobody_has_had_it_back() -> None:
    again = an_action(Kind.CREATE, before=a_known(1))
    asked, outcome = pending(again, NOT_FOUND, CREATED)
    assert said(asked) == [f"GET /users/{a_known(1).object_id}", "POST /users"]
    assert outcome == Settled("new-object")


def test_an_account_that_was_had_back_since_the_plan_is_not_made_twice() -> None:
    again = an_action(Kind.CREATE, before=a_known(1))
    asked, outcome = pending(again, a_user(), NO_CONTENT, NO_CONTENT)
    assert [verb for verb in said(asked) if verb.startswith("POST")] == []
    assert outcome == Settled(a_known(1).object_id)


def test_an_account_that_was_had_back_without_our_mark_is_left_alone() -> None:
    again = an_action(Kind.CREATE, before=a_known(1))
    stranger = a_user(onPremisesExtensionAttributes={"extensionAttribute1": an_id("x")})
    asked, _ = pending(again, stranger, taken(by=a_known(1).object_id), stranger)
    assert [verb for verb in said(asked) if verb.startswith("PATCH")] == []


@pytest.mark.parametrize(
    ("answer", "rule", "failed"),
    [
        (refused(403, "Authorization_RequestDenied"), rules.NOT_PERMITTED, False),
        (refused(403, "Directory_QuotaExceeded"), rules.TENANT_FULL, True),
        (
            refused(400, text="The specified password does not comply"),
            rules.PASSWORD_REFUSED,
            False,
        ),
        (refused(400, text="Something else."), rules.VALUE_REFUSED, False),
        (refused(503, "Service_Unavailable"), rules.GAVE_UP, True),
        (Answer(0), rules.GAVE_UP, True),
        (Answer(502, {}, "<html>"), rules.GAVE_UP, True),
    ],
)
def test_every_refusal_has_its_own_finding(answer: Answer, rule: Rule, failed: bool) -> None:
    _, outcome = pending(an_action(Kind.CREATE), answer)
    assert isinstance(outcome, Stopped)
    assert (outcome.rule, outcome.failed) == (rule, failed)


# -- update, restore, link, record ----------------------------------------------------------------


def test_an_update_sends_only_what_differs_from_what_we_wrote_last() -> None:
    action = an_action(Kind.UPDATE)
    asked, outcome = pending(action, NO_CONTENT)
    assert asked[0].body == {"department": "3年2組"}
    assert outcome == Settled(action.object_id)


def test_an_update_that_changes_nothing_in_the_tenant_says_nothing() -> None:
    action = an_action(Kind.UPDATE, before=a_known(pupil=a_pupil(attendance_no=9)))
    asked, outcome = pending(action)
    assert asked == []
    assert outcome == Settled(action.object_id)


def stepped_aside() -> Action:
    """A change of the sign-in name, by a pupil who has made room for another."""
    before = a_known(pupil=a_pupil(account="old@ed.example.jp"))
    room = replace(before, account={**before.account, UPN: aside(before)})
    return an_action(Kind.UPDATE, before=room)


def test_whoever_stepped_aside_in_vain_gets_the_old_name_back() -> None:
    asked, outcome = pending(stepped_aside(), taken(), NO_CONTENT)
    assert [request.body for request in asked][1] == {UPN: "old@ed.example.jp"}
    assert why(outcome).code == "M060"


def test_a_name_that_cannot_be_given_back_either_changes_nothing_of_the_outcome() -> None:
    _, outcome = pending(stepped_aside(), refused(403), refused(403))
    assert isinstance(outcome, Stopped)


def test_stepping_aside_changes_the_sign_in_name_and_nothing_else() -> None:
    action = an_action(Kind.VACATE)
    asked, outcome = pending(action, NO_CONTENT)
    assert asked[0].body == {UPN: f"moving-{action.object_id}@ed.example.jp"}
    assert outcome == Settled(action.object_id)


def test_an_account_deleted_by_hand_is_lost_and_not_made_again() -> None:
    action = an_action(Kind.UPDATE)
    asked, outcome = pending(action, NOT_FOUND, Answer(200, {}, {"id": action.object_id}))
    assert said(asked)[1] == f"GET /directory/deletedItems/{action.object_id}"
    assert why(outcome) is rules.ACCOUNT_LOST


def test_an_account_that_is_merely_too_new_is_asked_for_patiently() -> None:
    action = an_action(Kind.UPDATE)
    asked, outcome = pending(action, NOT_FOUND, NOT_FOUND, NO_CONTENT)
    assert [request.patient for request in asked] == [False, False, True]
    assert outcome == Settled(action.object_id)


def test_one_account_we_may_not_touch_is_held() -> None:
    action = an_action(Kind.UPDATE)
    _, outcome = pending(action, refused(403, "Authorization_RequestDenied"))
    assert isinstance(outcome, Stopped)
    assert (outcome.rule, outcome.failed) == (rules.NOT_PERMITTED, False)


def test_a_returned_pupil_may_sign_in_again_with_everything_up_to_date() -> None:
    action = an_action(Kind.RESTORE)
    stale = a_user(jobTitle="小2", accountEnabled=False)
    asked, outcome = pending(action, stale, NO_CONTENT)
    assert asked[1].body == {"jobTitle": "小3", "accountEnabled": True}
    assert outcome == Settled(action.object_id)


def test_a_link_puts_our_mark_on_an_account_that_has_none() -> None:
    action = an_action(Kind.LINK)
    asked, outcome = pending(action, a_user(**{ANY_MARK: None}), NO_CONTENT)
    assert asked[1].body == {ANY_MARK: {"extensionAttribute1": action.pupil}}
    assert outcome == Settled(action.object_id)


def test_a_link_never_takes_an_account_from_another_pupil() -> None:
    asked, outcome = pending(an_action(Kind.LINK), a_user(2))
    assert len(asked) == 1
    assert why(outcome) is rules.OTHER_MARK


def test_a_link_may_replace_the_mark_of_the_same_childs_former_id() -> None:
    action = an_action(Kind.LINK, before=a_known(2))
    asked, _ = pending(
        action, a_user(**{ANY_MARK: {"extensionAttribute1": a_pupil(2).id}}), NO_CONTENT
    )
    assert asked[1].body == {ANY_MARK: {"extensionAttribute1": action.pupil}}


def test_a_link_lets_a_leaver_who_is_back_under_another_id_sign_in_again() -> None:
    action = an_action(Kind.LINK, before=a_known(2, status=Status.SUSPENDED))
    asleep = {ANY_MARK: {"extensionAttribute1": a_pupil(2).id}, "accountEnabled": False}
    asked, _ = pending(action, a_user(**asleep), NO_CONTENT)
    assert asked[1].body == {
        ANY_MARK: {"extensionAttribute1": action.pupil}, "accountEnabled": True,
    }  # fmt: skip


def test_a_link_lets_nobody_sign_in_whom_somebody_has_disabled_by_hand() -> None:
    asked, _ = pending(
        an_action(Kind.LINK), a_user(**{ANY_MARK: None, "accountEnabled": False}), NO_CONTENT
    )
    assert "accountEnabled" not in (asked[1].body or {})


def test_a_link_that_an_earlier_call_made_says_no_more() -> None:
    asked, outcome = pending(an_action(Kind.LINK), a_user())
    assert len(asked) == 1
    assert isinstance(outcome, Settled)


def test_bookkeeping_says_nothing_to_graph() -> None:
    action = an_action(Kind.RECORD)
    assert pending(action) == ([], Settled(action.object_id))
