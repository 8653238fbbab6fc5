"""What is said to Graph about groups, and what is made of its answers."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest

import kakehashi
from kakehashi.catalogue import provision as rules
from kakehashi.directories.microsoft365 import group_flows
from kakehashi.directories.microsoft365 import group_requests as graph
from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.exchange import LINK_WAITS, wait_before_retry
from kakehashi.directories.microsoft365.requests import MemberRemoval
from kakehashi.directories.port import Settled, Stopped
from kakehashi.groups import Left, findings_of
from tests.builders import an_id
from tests.unit.provision.conversations import NO_CONTENT, NOT_FOUND, hold, refused, said

GROUP, ONE, TWO = an_id("group"), an_id("one"), an_id("two")
MARK = "kakehashi-demo-school-0123456789"
ALREADY = refused(400, text="One or more added object references already exist for the following "
                  "modified properties: 'members'.")  # fmt: skip
ABSENT = refused(400, text="One or more removed object references do not exist for the following "
                 "modified properties: 'members'.")  # fmt: skip
TOO_NEW = refused(400, text="Not a valid reference update.")
DENIED = refused(403, "Authorization_RequestDenied")


def listing(*groups: dict[str, Any]) -> Answer:
    return Answer(200, {}, {"value": list(groups)})


def why(outcome: Any) -> tuple[str, int, bool]:
    assert isinstance(outcome, Stopped)
    return outcome.rule.code, int(outcome.facts["count"]), outcome.failed


# -- the one DELETE -------------------------------------------------------------------------------


def test_a_removal_names_a_reference_and_never_an_account() -> None:
    removal = MemberRemoval(GROUP, ONE)
    assert removal.url == f"/groups/{GROUP}/members/{ONE}/$ref"
    assert (removal.method, removal.body, removal.writes) == ("DELETE", None, 1)
    assert ONE not in repr(removal)


@pytest.mark.parametrize("word", ["", "..", "x", f"../../users/{ONE}?", f"{ONE}/$ref?", "users"])
def test_a_removal_takes_nothing_but_two_ids(word: str) -> None:
    for removal in (MemberRemoval(word, ONE), MemberRemoval(GROUP, word)):
        with pytest.raises(ValueError, match="UUID"):
            _ = removal.url


def test_no_other_value_of_ours_is_sent_as_delete() -> None:
    shipped = Path(kakehashi.__file__ or "").parent
    saying = {
        str(path.relative_to(shipped))
        for path in shipped.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and node.value == "DELETE"
    }
    assert saying == {
        "directories/microsoft365/requests.py",
        "directories/microsoft365/deletion.py",
    }
    for name in saying:
        assert re.findall(r'"DELETE"', (shipped / name).read_text("utf-8")) == ['"DELETE"']


# -- making ---------------------------------------------------------------------------------------


def test_a_group_is_a_security_group_that_bears_the_mark() -> None:
    asked, outcome = hold(group_flows.make(MARK, "見本校"), Answer(201, {}, {"id": GROUP}))
    assert outcome == Settled(GROUP)
    body = asked[0].body
    assert body
    assert (body["mailNickname"], body["displayName"]) == (MARK, "見本校")
    assert (body["securityEnabled"], body["mailEnabled"]) == (True, False)


@pytest.mark.parametrize("lost", [Answer(0), refused(504), refused(500)])
def test_a_lost_answer_is_looked_for_and_not_asked_for_again(lost: Answer) -> None:
    asked, outcome = hold(group_flows.make(MARK, "見本校"), lost, listing({"id": GROUP}))
    assert outcome == Settled(GROUP)
    assert said(asked) == ["POST /groups", "GET /groups"]
    assert wait_before_retry(asked[0], lost, 1, 0, 0.0) is None
    assert wait_before_retry(asked[1], listing(), 1, 0, 0.0) is not None


def test_what_cannot_be_found_is_left_for_the_next_night() -> None:
    _, outcome = hold(group_flows.make(MARK, "見本校"), refused(504), listing())
    assert why(outcome) == ("M025", 1, True)


@pytest.mark.parametrize("status", [429, 503, 409])
def test_a_create_that_was_clearly_not_done_is_sent_again(status: int) -> None:
    assert wait_before_retry(graph.create_group(MARK, "x"), refused(status), 1, 0, 0.0)


@pytest.mark.parametrize("answer", [DENIED, Answer(201, {}, {}), Answer(201, {}, None)])
def test_a_group_that_was_not_made_is_told(answer: Answer) -> None:
    assert why(hold(group_flows.make(MARK, "x"), answer)[1])[0] == "M025"


def test_a_renaming_sends_the_name_alone() -> None:
    asked, outcome = hold(group_flows.rename(GROUP, "新校"), NO_CONTENT)
    assert (said(asked), outcome) == ([f"PATCH /groups/{GROUP}"], Settled(GROUP))
    assert asked[0].body == {"displayName": "新校"}
    assert why(hold(group_flows.rename(GROUP, "新校"), DENIED)[1])[0] == "M025"


# -- members --------------------------------------------------------------------------------------


def test_twenty_are_added_with_one_write() -> None:
    asked, outcome = hold(group_flows.add(GROUP, [ONE, TWO]), NO_CONTENT)
    assert outcome == Settled(GROUP)
    assert asked[0].body == {
        "members@odata.bind": [
            f"https://graph.microsoft.com/v1.0/directoryObjects/{key}" for key in (ONE, TWO)
        ]
    }


def test_when_one_is_there_already_the_others_are_added_one_by_one() -> None:
    asked, outcome = hold(group_flows.add(GROUP, [ONE, TWO]), ALREADY, ALREADY, NO_CONTENT)
    assert outcome == Settled(GROUP)
    assert said(asked)[1:] == [f"POST /groups/{GROUP}/members/$ref"] * 2


def test_who_is_still_too_new_is_left_and_the_others_are_in() -> None:
    _, outcome = hold(group_flows.add(GROUP, [ONE, TWO]), TOO_NEW, NO_CONTENT, NOT_FOUND)
    assert why(outcome) == ("M024", 1, False)


def test_a_refusal_that_all_share_is_not_asked_for_twenty_times() -> None:
    asked, outcome = hold(group_flows.add(GROUP, [ONE, TWO]), DENIED)
    assert (len(asked), why(outcome)) == (1, ("M024", 2, True))


def test_new_accounts_are_waited_for_longer_between_the_tries() -> None:
    request = graph.add_members(GROUP, [ONE])
    waits = [wait_before_retry(request, TOO_NEW, 1, n, 0.0) for n in range(len(LINK_WAITS) + 1)]
    assert waits == [*LINK_WAITS, None]


@pytest.mark.parametrize("answer", [NO_CONTENT, ABSENT, NOT_FOUND])
def test_a_member_who_is_gone_is_out(answer: Answer) -> None:
    assert hold(group_flows.remove(GROUP, ONE), answer)[1] == Settled(GROUP)


def test_a_member_who_cannot_be_taken_out_is_told() -> None:
    assert why(hold(group_flows.remove(GROUP, ONE), DENIED)[1]) == ("M024", 1, True)


def test_members_are_read_over_all_pages() -> None:
    into: set[str] = set()
    first = Answer(200, {}, {"value": [{"id": ONE}], "@odata.nextLink": "base/next"})
    last = listing({"id": TWO})
    reading = group_flows.read_members(GROUP, into, lambda link: link.removeprefix("base"))
    asked, outcome = hold(reading, first, last)
    assert (into, outcome, asked[1].url) == ({ONE, TWO}, Settled(GROUP), "/next")


def test_a_group_too_new_to_be_read_has_no_members() -> None:
    assert hold(group_flows.read_members(GROUP, set(), str), NOT_FOUND)[1] == Settled(GROUP)
    assert why(hold(group_flows.read_members(GROUP, set(), str), DENIED)[1])[0] == "M025"


# -- licences, and telling ------------------------------------------------------------------------


def test_a_licence_is_given_with_both_lists() -> None:
    asked, outcome = hold(group_flows.give("A1", an_id("sku"), ONE), Answer(200, {}, {"id": ONE}))
    assert outcome == Settled(ONE)
    assert asked[0].body == {
        "addLicenses": [{"skuId": an_id("sku"), "disabledPlans": []}],
        "removeLicenses": [],
    }
    assert why(hold(group_flows.give("A1", an_id("sku"), ONE), DENIED)[1])[0] == "M027"


def test_the_same_reason_is_told_once_for_a_school() -> None:
    late = group_flows.later(rules.MEMBERS_LATER, TOO_NEW, 3)
    other = group_flows.later(rules.LICENCE_LATER, DENIED, sku="A1")
    left = [Left(late, "B1"), Left(late, "B1"), Left(late, "B2"), Left(other), Left(other)]
    assert [(f.code, f.school, f.facts["count"]) for f in findings_of(left)] == [
        ("M024", "B1", 6), ("M024", "B2", 3), ("M027", None, 2),
    ]  # fmt: skip
