"""Every final answer that Graph is known to give, and what is told of it: never a value."""

from __future__ import annotations

import pytest

from kakehashi.actions import Kind
from kakehashi.catalogue import provision as rules
from kakehashi.catalogue import refusals as told
from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.flows import flow
from kakehashi.directories.microsoft365.refusals import refusal
from kakehashi.directories.port import Settled, Stopped
from kakehashi.findings import Rule
from kakehashi.provision.causes import Cause, Elsewhere, one_cause
from kakehashi.provision.results import Ledger, finding
from kakehashi.run_folder.results import End, Result
from tests.builders import an_id
from tests.unit.provision.conversations import TERMS, an_action, hold, refused

OTHER = an_id("other")
ADDRESS = refused(400, ObjectConflict="proxyAddresses", ConflictingObjects=f"User_{OTHER}")
ON_PREMISES = (
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or "
    "objects currently undergoing migration."
)
EXTERNAL = (
    "Unable to update the specified properties for objects that have originated within an external "
    "service."
)


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        (ADDRESS, told.VALUE_TAKEN),
        (refused(400, ObjectConflict="userPrincipalName"), told.VALUE_TAKEN),
        (refused(409, "Request_MultipleObjectsWithSameKeyValue"), told.VALUE_TAKEN),
        (refused(400, text="A conflicting object with one or more of the specified property "
                 "values is present in the directory."), told.VALUE_TAKEN),
        (refused(400, text="Another object with the same value for property mailNickname already "
                 "exists."), told.VALUE_TAKEN),
        (refused(400, text=ON_PREMISES), told.SYNCED),
        (refused(400, text=EXTERNAL), told.ONCE_SYNCED),
        (refused(400, text="Property userPrincipalName is invalid."), told.PROPERTY_REFUSED),
        (refused(400, text="Invalid value specified for property 'department' of resource "
                 "'User'."), told.PROPERTY_REFUSED),
        (refused(400, text="A value is required for property 'displayName' of resource 'User'."),
         told.PROPERTY_REFUSED),
        (refused(400, text="The domain portion of the userPrincipalName property is invalid. You "
                 "must use one of the verified domain names in your organization."),
         told.DOMAIN_UNVERIFIED),
        (refused(400, text="The specified password does not comply"), rules.PASSWORD_REFUSED),
        (refused(400, "Request_UnsupportedQuery"), rules.VALUE_REFUSED),
        (refused(403, "Authorization_RequestDenied"), rules.NOT_PERMITTED),
        (refused(403, "Directory_QuotaExceeded", "The directory object quota limit for the Tenant "
                 "has been exceeded."), rules.TENANT_FULL),
        (refused(403, "Directory_QuotaExceeded", "The directory object quota limit for the "
                 "Principal has been exceeded."), told.APP_FULL),
        (refused(404, "Request_ResourceNotFound"), rules.ACCOUNT_LOST),
        (refused(404, "Directory_ObjectNotFound"), rules.GAVE_UP),
        (refused(400, "Directory_ObjectNotFound"), told.UNEXPECTED),
        (refused(405), told.UNEXPECTED),
        (refused(401, "InvalidAuthenticationToken"), told.UNEXPECTED),
        (refused(409, "Directory_ConcurrencyViolation"), rules.GAVE_UP),
        (refused(429, "TooManyRequests"), rules.GAVE_UP),
        (refused(507, "InsufficientStorage"), rules.GAVE_UP),
    ],
)  # fmt: skip
def test_an_answer_is_told_as_what_it_is(answer: Answer, rule: Rule) -> None:
    assert refusal(answer).rule is rule


def test_a_conflict_names_the_property_and_the_kind_of_holder_and_no_value() -> None:
    action = an_action(Kind.UPDATE)
    _, outcome = hold(flow(action, TERMS, lambda: None), ADDRESS)
    assert isinstance(outcome, Stopped)
    told_of = finding(action, outcome)
    assert (told_of.code, dict(told_of.facts)) == (
        "M060", {"property": "proxyAddresses", "holder": "User"})  # fmt: skip


def test_a_property_that_we_do_not_know_is_not_repeated_for_it_might_be_a_value() -> None:
    outcome = refusal(refused(400, ObjectConflict="hanako", ConflictingObjects=f"Group_{OTHER}"))
    assert outcome.facts == {"property": "-", "holder": "Group"}
    text = "Invalid value specified for property 'hanako' of resource 'User'."
    assert refusal(refused(400, text=text)).rule is rules.VALUE_REFUSED


def test_a_new_account_whose_mail_address_is_taken_is_no_account_to_link() -> None:
    action = an_action(Kind.CREATE)
    conflict = refused(400, ObjectConflict="proxyAddresses")
    asked, outcome = hold(flow(action, TERMS, lambda: "Hinagiku-1x"), conflict)
    assert len(asked) == 1, "looking the sign-in name up would find nobody"
    assert isinstance(outcome, Stopped)
    assert outcome.rule is told.VALUE_TAKEN


def test_a_sign_in_name_that_is_taken_by_the_time_of_a_change_is_no_link_either() -> None:
    conflict = refused(400, ObjectConflict="userPrincipalName")
    _, outcome = hold(flow(an_action(Kind.UPDATE), TERMS, lambda: None), conflict)
    assert isinstance(outcome, Stopped)
    assert outcome.rule is told.VALUE_TAKEN


# -- one cause -------------------------------------------------------------------------------------

DENIED = refusal(refused(403, "Authorization_RequestDenied"))
BUSY = refusal(refused(429, "TooManyRequests"))
DOWN = refusal(refused(503))
FULL = refusal(refused(403, "Directory_QuotaExceeded", "for the Tenant"))
NAME = refusal(refused(400, text="Property userPrincipalName is invalid."))


@pytest.mark.parametrize(
    ("stops", "answered", "cause"),
    [
        ([DENIED] * 4, 4, Cause.PERMISSION_LOST),
        ([DENIED] * 3, 5, Cause.PERMISSION_LOST),
        ([DENIED] * 3, 6, None),
        ([DENIED] * 2, 2, None),
        ([DENIED], 1, None),
        ([BUSY] * 9, 10, Cause.THROTTLED),
        ([DOWN] * 9, 10, Cause.DIRECTORY_DOWN),
        ([FULL] * 3, 3, Cause.TENANT_FULL),
        ([NAME] * 9, 9, None),
        ([DENIED, BUSY, DOWN, FULL], 4, None),
        ([], 0, None),
    ],
)
def test_most_answers_of_one_kind_are_one_cause_and_a_few_are_exceptions(
    stops: list[Stopped], answered: int, cause: Cause | None
) -> None:
    assert one_cause(stops, answered) is cause


def rows(*codes: str, kind: str = "update", outcome: str = "held") -> list[Result]:
    return [Result(1, "", kind, "", End(outcome), code) for code in codes]


@pytest.mark.parametrize(
    ("here", "elsewhere", "cause"),
    [
        ([DENIED, DENIED], rows("M005", "M005"), Cause.PERMISSION_LOST),
        ([DENIED], rows("M005", "M005") + rows(*[""] * 3, outcome="done"), None),
        ([DENIED], rows("M005", "M005") + rows(*[""] * 3, outcome="skipped"),
         Cause.PERMISSION_LOST),
        ([DENIED], rows("M005", "M005") + rows(*[""] * 9, kind="record", outcome="done"),
         Cause.PERMISSION_LOST),
        ([DENIED] * 3, rows(*[""] * 99, outcome="done"), None),
        ([NAME], rows("M005", "M005"), None),
        ([DENIED], rows("M063", "M063"), None),
    ],
)  # fmt: skip
def test_a_cause_is_of_the_night_and_not_of_a_shard(
    here: list[Stopped], elsewhere: list[Result], cause: Cause | None
) -> None:
    assert one_cause(here, len(here), Elsewhere.of(elsewhere)) is cause


def test_one_cause_is_told_once_and_leaves_what_is_about_a_pupil() -> None:
    ledger = Ledger()
    for n in range(1, 5):
        ledger.stop(n, an_action(Kind.UPDATE, n), DENIED)
    ledger.stop(5, an_action(Kind.UPDATE, 5), NAME)
    assert ledger.report_one_cause() is Cause.PERMISSION_LOST
    assert [one.code for one in ledger.findings] == ["M063"]
    assert ledger.counts() == {"done": 0, "skipped": 0, "held": 1, "failed": 4}


def test_what_an_earlier_call_did_does_not_hide_the_cause() -> None:
    """A shard called again skips what is done: that was not answered by this call."""
    ledger = Ledger()
    assert ledger.report_one_cause() is None
    assert isinstance(hold(flow(an_action(Kind.RECORD), TERMS, lambda: None))[1], Settled)
