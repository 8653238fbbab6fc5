"""Nothing that the tool's rules say of a record keeps it from being taken away."""

from dataclasses import replace

import pytest

from kakehashi import deliver
from kakehashi.deliver import Delivery, Records, load
from kakehashi.deliver.dialect import Dialect, Length, ReceiverRules
from kakehashi.people.record import Record
from tests.builders import a_known, a_pupil
from tests.unit.deliver.receiver import Receiver, unzip
from tests.unit.deliver.sharp_importer import complaints
from tests.unit.deliver.tools import an_order, told

TOOL = "interactive_study"


def known(n: int, **facts: object) -> Record:
    return a_known(n, pupil=a_pupil(n, **facts))


def held_under_no_rules(city: list[Record], dialect: str = TOOL) -> tuple[Receiver, Records]:
    """A tool that took ``city`` when its dialect had no rules yet."""
    lax = replace(load(dialect), rules=ReceiverRules())
    order = replace(an_order(dialect), dialect=lax, tells=lambda _title: False)
    first, tool = deliver.build(order, told(city, dialect), None), Receiver()
    tool.take(first.files[0].body)
    return tool, first.records


def users(delivery: Delivery) -> dict[str, dict[str, str]]:
    return {row["sourcedId"]: row for row in unzip(delivery.files[0].body)["users.csv"]}


@pytest.mark.parametrize(
    "facts",
    [
        {"family": "ﾊﾝｶｸ", "kana_family": "ﾊﾝｶｸ"},
        {"given": " 空白", "kana_given": ""},
    ],
)
def test_a_pupil_whom_the_tool_would_take_no_more_can_still_be_taken_away(
    facts: dict[str, object],
) -> None:
    tool, before = held_under_no_rules([known(1), known(2, **facts)])
    after = deliver.build(an_order(TOOL, 1), told([known(1)], TOOL), before)
    assert after.findings == ()
    assert complaints(after.files[0].body) == []
    tool.take(after.files[0].body)
    assert tool.pupils().keys() == {a_pupil(1).id}
    assert after.records.pupils() == {a_pupil(1).id}


def test_what_would_be_refused_gives_way_and_the_rest_stands_as_it_was() -> None:
    _, before = held_under_no_rules([known(1), known(2, family="ﾊﾝｶｸ", kana_family="")])
    row = users(deliver.build(an_order(TOOL, 1), told([known(1)], TOOL), before))[a_pupil(2).id]
    assert (row["status"], row["username"], row["givenName"]) == (
        "tobedeleted", a_pupil(2).account, a_pupil(2).given,
    )  # fmt: skip
    assert (row["familyName"], row["metadata.jp.kanaFamilyName"]) == ("削除済", "削除済")


def with_lengths(dialect: str, column: str, most: int) -> Dialect:
    rules = replace(load(dialect).rules, lengths=(Length("users.csv", (column,), most),))
    return replace(load(dialect), rules=rules)


def test_a_value_that_has_become_too_long_is_left_out_of_the_farewell() -> None:
    name = "generic_oneroster_1_2"
    tool, before = held_under_no_rules([known(1), known(2)], name)
    order = replace(an_order(name, 1), dialect=with_lengths(name, "userIds", 5))
    after = deliver.build(order, told([], name), before)
    assert after.findings == ()
    assert {row["userIds"] for row in users(after).values()} == {""}
    tool.take(after.files[0].body)
    assert tool.pupils() == {}


def test_nothing_stands_for_an_account_that_the_tool_would_refuse_so_it_is_held_and_told() -> None:
    _, before = held_under_no_rules([known(1), known(2)])
    order = replace(an_order(TOOL, 1), dialect=with_lengths(TOOL, "username", 5))
    after = deliver.build(order, told([], TOOL), before)
    assert {finding.code for finding in after.findings} == {"T012"}
    assert after.records.pupils() == {a_pupil(1).id, a_pupil(2).id}


def test_a_class_whose_title_is_found_to_tell_of_a_disability_goes_without_it() -> None:
    tool, before = held_under_no_rules([known(1), known(2, class_title="知的")])
    after = deliver.build(an_order(TOOL, 1), told([known(1), known(2)], TOOL), before)
    assert after.findings == ()
    assert "知的" not in str(unzip(after.files[0].body))
    tool.take(after.files[0].body)
    assert {room for *_, room in tool.pupils().values()} == {"3年2組"}
    assert "知的" not in str(tool.store)
