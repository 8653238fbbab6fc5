from collections.abc import Iterable
from dataclasses import replace

import pytest

from kakehashi import deliver
from kakehashi.deliver import Delivery, Records, load
from kakehashi.findings import Effect
from kakehashi.people.record import Record
from tests.builders import a_known, a_pupil
from tests.unit.deliver.receiver import Receiver, unzip
from tests.unit.deliver.tools import an_order, told


def deliver_to(
    city: Iterable[Record], before: Records | None = None, dialect: str = "lgate", **facts: object
) -> Delivery:
    return deliver.build(an_order(dialect, **facts), told(city, dialect), before)  # type: ignore[arg-type]


def pupils(delivery: Delivery) -> list[str]:
    return sorted(row["sourcedId"] for row in unzip(delivery.files[0].body)["users.csv"])


def known(n: int, **facts: object) -> Record:
    return a_known(n, pupil=a_pupil(n, **facts))


def test_a_new_pupil_whom_the_tool_would_refuse_is_not_told_and_the_others_are() -> None:
    delivery = deliver_to([known(1), known(2, kana_given="")])
    assert [f.row() for f in delivery.findings] == [
        ("users.csv", None, "metadata.jp.kanaGivenName", "T010")
    ]
    assert [f.pupil for f in delivery.findings] == [a_pupil(2).id]
    assert delivery.findings[0].school == a_pupil(2).school
    assert pupils(delivery) == [a_pupil(1).id]


def test_in_a_full_file_a_held_pupil_stays_as_the_tool_has_it() -> None:
    yesterday = deliver_to([known(1), known(2, family="旧姓")]).records
    tonight = deliver_to([known(1), known(2, family="ﾊﾝｶｸ", class_title="3年9組")], yesterday)
    assert {f.code for f in tonight.findings} == {"T011"}
    tool = Receiver()
    tool.take(tonight.files[0].body)
    shown = tool.pupils()[a_pupil(2).id]
    assert (shown[2], shown[-1]) == ("旧姓", "3年2組"), "yesterday's name and yesterday's class"
    assert tonight.records.rows["users.csv"][a_pupil(2).id][7] == "旧姓"


def test_in_a_delta_a_held_pupil_is_not_mentioned_and_is_told_once_mended() -> None:
    first = deliver_to([known(1), known(2)], None, "interactive_study").records
    spoilt = deliver_to([known(1), known(2, family=" 空白")], first, "interactive_study")
    assert (spoilt.verdict, {f.code for f in spoilt.findings}) == ("nothing", {"T011"})
    mended = deliver_to([known(1), known(2, family="空白")], spoilt.records, "interactive_study")
    assert pupils(mended) == [a_pupil(2).id]


def test_a_title_that_tells_of_a_disability_never_leaves_even_if_a_city_says_note() -> None:
    for effects in ({}, {"T014": Effect.NOTE}):
        delivery = deliver_to(
            [known(1), known(2, class_title="知的障害学級"), known(3, class_title="知的障害学級")],
            effects=effects,
        )
        assert [f.row() for f in delivery.findings] == [("classes.csv", None, "title", "T014")] * 2
        assert {f.effect for f in delivery.findings} == {Effect.HOLD_PUPIL}
        assert pupils(delivery) == [a_pupil(1).id]
        assert "知的" not in str(unzip(delivery.files[0].body))


def test_what_already_stood_there_yesterday_is_left_out_when_it_tells_too() -> None:
    city = [known(1), known(2, class_title="知的")]
    told_before = deliver_to(city, tells=lambda _title: False).records
    tonight = deliver_to([known(1), known(2, class_title="知的", family="改姓")], told_before)
    assert sorted({f.code for f in tonight.findings}) == ["T014", "T016"]
    assert pupils(tonight) == [a_pupil(1).id]
    assert tonight.records.pupils() == {a_pupil(1).id}


def test_a_city_may_turn_a_receivers_rule_into_a_note_and_the_pupil_goes_out() -> None:
    delivery = deliver_to([known(1, kana_given="")], effects={"T010": Effect.NOTE})
    assert [(f.code, f.effect) for f in delivery.findings] == [("T010", Effect.NOTE)]
    assert pupils(delivery) == [a_pupil(1).id]


def test_two_pupils_with_one_account_are_both_held() -> None:
    account = a_pupil(1).account
    delivery = deliver_to([known(1), known(2, account=account), known(3)])
    assert {f.code for f in delivery.findings} == {"T013"}
    assert pupils(delivery) == [a_pupil(3).id]


def test_an_account_that_went_on_to_another_pupil_may_stand_beside_its_tombstone() -> None:
    account = a_pupil(1).account
    before = deliver_to([known(1), known(3)], None, "interactive_study").records
    after = deliver_to([known(2, account=account), known(3)], before, "interactive_study")
    assert (after.verdict, after.findings) == ("delivered", ())
    assert pupils(after) == sorted([a_pupil(1).id, a_pupil(2).id])


def test_a_value_longer_than_the_tool_takes_holds_its_pupil() -> None:
    long = known(2, account="a" * 100 + "@ed.example.jp")
    delivery = deliver_to([known(1), long], None, "microsoft_sds_v2_1")
    assert [f.row() for f in delivery.findings] == [("users.csv", None, "username", "T012")]


def test_a_schools_new_name_that_is_refused_leaves_its_old_name() -> None:
    before, before_name = deliver_to([known(1), known(2)]).records, a_pupil(1).school_name
    renamed = [known(n, school_name="ﾊﾝｶｸ小学校") for n in (1, 2)]
    tonight = deliver_to(renamed, before)
    assert {f.row()[::3] for f in tonight.findings} == {("orgs.csv", "T011")}
    names = {row["name"] for row in unzip(tonight.files[0].body)["orgs.csv"]}
    assert names == {"見本市教育委員会", before_name}


def test_a_full_file_without_a_pupil_is_never_sent() -> None:
    before = deliver_to([known(1)]).records
    empty = deliver_to([], before)
    assert (empty.verdict, [f.code for f in empty.findings]) == ("refused", ["T002"])
    assert empty.records == before
    assert deliver_to([]).verdict == "nothing", "a tool that had nothing gets nothing"
    assert deliver_to([known(1, kana_given="")]).verdict == "refused"


def test_a_file_that_our_own_reader_refuses_is_not_handed_over() -> None:
    homeless = deliver_to(
        [known(1, class_title="")], dialect="lgate", effects={"T010": Effect.NOTE}
    )
    assert (homeless.verdict, homeless.files) == ("refused", ())
    assert [f.code for f in homeless.findings] == ["T001"]


def test_pupils_of_an_earlier_year_keep_their_class_beside_this_years() -> None:
    left = replace(a_known(2), pupil=a_pupil(2, school_year=2025))
    delivery = deliver_to([known(1), left])
    sessions = [row["title"] for row in unzip(delivery.files[0].body)["academicSessions.csv"]]
    assert (delivery.verdict, sorted(sessions)) == ("delivered", ["2025年度", "2026年度"])
    assert load("lgate").rules.required["users.csv"]


def test_a_line_break_in_a_cell_shifts_no_fault_to_another_record() -> None:
    city = [known(1, class_title="3年\n1組"), known(2), known(3, class_title="4年\r\n1組")]
    delivery = deliver_to(city)
    held = {f.pupil for f in delivery.findings}
    assert held == {a_pupil(1).id, a_pupil(3).id}
    assert pupils(delivery) == [a_pupil(2).id]


ONE_NAME = {"family": "", "kana_family": ""}


@pytest.mark.parametrize(
    ("dialect", "columns"),
    [
        ("lgate", ["familyName", "preferredFamilyName", "metadata.jp.kanaFamilyName"]),
        ("interactive_study", ["familyName", "preferredFamilyName", "metadata.jp.kanaFamilyName"]),
        ("generic_oneroster_1_2", ["familyName"]),
        ("generic_oneroster_1_1", ["familyName"]),
        ("microsoft_sds_v2_1", ["familyName"]),
    ],
)
def test_the_citys_sign_stands_in_the_empty_half_only_where_the_tool_wants_both(
    dialect: str, columns: list[str]
) -> None:
    city = [known(1), known(2, **ONE_NAME)]
    shape = load(dialect).with_empty("－")
    order = replace(an_order(dialect), dialect=shape)
    tool = deliver.records_of(city, shape, deliver.Board.of("082201", "見本市"))
    (row,) = [r for r in unzip(deliver.build(order, tool, None).files[0].body)["users.csv"]
              if r["sourcedId"] == a_pupil(2).id]  # fmt: skip
    assert sorted(name for name, cell in row.items() if cell == "－") == sorted(columns)
    assert row["givenName"] == a_pupil(2).given


@pytest.mark.parametrize("dialect", ["lgate", "generic_oneroster_1_2", "microsoft_sds_v2_1"])
def test_without_a_sign_the_tool_is_not_told_of_a_pupil_with_one_name(dialect: str) -> None:
    delivery = deliver_to([known(1), known(2, **ONE_NAME)], dialect=dialect)
    assert pupils(delivery) == [a_pupil(1).id]
    assert {f.pupil for f in delivery.findings} == {a_pupil(2).id}


def test_a_reading_that_is_missing_whole_gets_no_sign() -> None:
    """It is not half a name: somebody has forgotten it."""
    shape = load("lgate").with_empty("－")
    city = [known(1), known(2, kana_family="", kana_given="")]
    tool = deliver.records_of(city, shape, deliver.Board.of("082201", "見本市"))
    delivery = deliver.build(replace(an_order("lgate"), dialect=shape), tool, None)
    assert pupils(delivery) == [a_pupil(1).id]
