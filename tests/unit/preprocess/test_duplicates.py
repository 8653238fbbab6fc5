from collections.abc import Callable
from itertools import permutations

import pytest

from kakehashi.findings import Effect
from kakehashi.preprocess.cleaning import Cleaned
from tests import builders
from tests.unit.preprocess.night import held_of, night, night_of, pupils_of, rows_of

OVER = {"begin": "2026-04-01", "end": "2026-10-15"}
SINCE_OCTOBER = {"begin": "2026-10-15"}
CHILD = builders.a_pupil(1)

type Drops = Callable[[builders.Drop], builders.Drop]


@pytest.fixture(params=["as written", "turned round"])
def order(request: pytest.FixtureRequest) -> Drops:
    """The place in the file must never decide, so every story is told in both orders."""

    def turn(drop: builders.Drop) -> builders.Drop:
        if request.param == "turned round":
            for rows in drop.rows.values():
                rows.reverse()
        return drop

    return turn


def a_transfer(old: dict[str, str], new: dict[str, str]) -> builders.Drop:
    """Pupil 1 at school 1 by an old row, and at school 2 by a new one."""
    drop = builders.Drop()
    for cells in (old, new):
        row = drop.add_pupil(
            1,
            school=drop.add_school(),
            begin=cells.get("begin", "2026-04-01"),
            end=cells.get("end", "2027-03-31"),
        )
        row.update({name: cell for name, cell in cells.items() if name in row})
    return drop


NEW_SCHOOL = builders.a_code(2)
OLD_ID = builders.an_id("umi before the transfer")
OTHER_UMI = {"userMasterIdentifier": OLD_ID}


@pytest.mark.parametrize(
    ("old", "new", "ended"),
    [
        ({"enabledUser": "false"}, {}, True),
        ({"enabledUser": "false", **SINCE_OCTOBER}, {}, True),  # enabled goes before dates
        (OVER, {}, True),
        ({}, SINCE_OCTOBER, False),
    ],
    ids=["disabled", "disabled though newer", "over", "older"],
)
@pytest.mark.parametrize("same_umi", [True, False])
def test_the_ladder(
    order: Drops, old: dict[str, str], new: dict[str, str], ended: bool, same_umi: bool
) -> None:
    old = old if same_umi else old | OTHER_UMI
    cleaned = night(order(a_transfer(old, new)))
    assert {p.id: p.school for p in pupils_of(cleaned).values()} == {CHILD.id: NEW_SCHOOL}
    held = held_of(cleaned)
    code = "D053" if same_umi else "D065" if ended else "D054"
    assert [code for *_, code in rows_of(cleaned)] == [code]
    if code == "D054":
        loser = held[OLD_ID]
        assert (loser.code, loser.account, loser.leaving) == ("D054", None, False)
    else:
        assert held == {}


def former_of(cleaned: Cleaned) -> list[tuple[str, ...]]:
    return [desired.former for desired in cleaned.desired]


def test_what_a_transfer_leaves_behind_is_told_once_and_its_id_goes_with_the_child(
    order: Drops,
) -> None:
    cleaned = night(order(a_transfer(OVER | OTHER_UMI, {})))
    assert (former_of(cleaned), cleaned.held) == ([(OLD_ID,)], ())
    (finding,) = cleaned.findings
    assert (finding.code, finding.effect, finding.pupil) == ("D065", Effect.NOTE, OLD_ID)
    assert cleaned.counts["held"] == 0


def test_every_row_that_several_transfers_left_behind_is_passed_over(order: Drops) -> None:
    first = a_transfer(OVER | OTHER_UMI, {})
    older = first.add_pupil(1, end="2026-05-31")
    older["userMasterIdentifier"] = builders.an_id("umi before both")
    cleaned = night(order(first))
    assert [sorted(ids) for ids in former_of(cleaned)] == [
        sorted([OLD_ID, older["userMasterIdentifier"]])
    ]
    assert cleaned.held == ()


NAMES = ("familyName", "givenName", "preferredFamilyName", "preferredGivenName", "kanaFamilyName",
         "kanaGivenName")  # fmt: skip


def named(drop: builders.Drop, *full: str) -> builders.Drop:
    """The same, its rows with these halves of names and no others: of record, external, kana."""
    for row, name in zip(drop.rows["users.csv"], full, strict=True):
        row.update({column: "" for column in row if column.removeprefix("metadata.jp.") in NAMES})
        row.update(dict.fromkeys(("familyName", "preferredFamilyName"), name))
    return drop


@pytest.mark.parametrize(("other", "passed_over"), [("アリ", True), ("サラ", False)])
def test_of_a_child_with_one_name_that_one_tells_who_it_is(
    order: Drops, other: str, *, passed_over: bool
) -> None:
    drop = named(a_transfer(OVER | OTHER_UMI, {}), other, "アリ")
    cleaned = night(order(drop))
    assert former_of(cleaned) == ([(OLD_ID,)] if passed_over else [])
    assert {h.code for h in cleaned.held} == (set() if passed_over else {"D051"})


def test_a_family_name_beside_a_blank_is_no_full_name_of_who_has_a_reading(order: Drops) -> None:
    drop = named(a_transfer(OVER | OTHER_UMI, {}), "佐藤", "佐藤")
    for row, kana in zip(drop.rows["users.csv"], ("ヒナ", "ミナト"), strict=True):
        row["metadata.jp.kanaGivenName"] = kana
    assert {h.code for h in night(order(drop)).held} == {"D051"}


def test_a_row_of_the_past_beside_another_child_hands_nobody_an_account(order: Drops) -> None:
    """The slip of a typist: the account of a child who has left, in the row of one who is here."""
    drop = builders.Drop()
    drop.add_pupil(1, end=OVER["end"])
    drop.add_pupil(2, account=CHILD.account)
    cleaned = night(order(drop))
    assert cleaned.desired == ()
    assert {h.pupil: (h.code, h.leaving) for h in cleaned.held} == {
        CHILD.id: ("D051", False),
        builders.a_pupil(2).id: ("D051", False),
    }


def test_one_row_that_is_over_proposes_a_leaver(order: Drops) -> None:
    drop = builders.Drop()
    drop.add_pupil(1, end=OVER["end"])
    cleaned = night(order(drop))
    assert [(h.code, h.leaving) for h in cleaned.held] == [("P031", True)]


def test_an_older_row_that_a_check_holds_is_not_history_under_another_id(order: Drops) -> None:
    cleaned = night(order(a_transfer({**OVER, **OTHER_UMI, "grades": "P3年"}, {})))
    assert former_of(cleaned) == [()]
    assert [(h.pupil, h.leaving) for h in cleaned.held] == [(OLD_ID, False)]
    assert held_of(cleaned)[OLD_ID].code.startswith("R")


def test_a_row_whose_enrolment_may_be_the_unread_one_is_not_history(order: Drops) -> None:
    drop = order(a_transfer(OVER | OTHER_UMI, {}))
    lines = drop.files()["enrollments.csv"].decode().split("\r\n")
    rows = drop.rows["enrollments.csv"]
    at = next(i for i, row in enumerate(rows, 1) if row["endDate"] == OVER["end"])
    lines[at] = '"x","","","?"'
    files = drop.files() | {"enrollments.csv": "\r\n".join(lines).encode()}
    cleaned = night_of(files)
    assert former_of(cleaned) == [()]
    assert [(h.pupil, h.leaving) for h in cleaned.held] == [(OLD_ID, False)]


def test_the_row_of_the_school_to_come_waits_for_its_day(order: Drops) -> None:
    cleaned = night(order(a_transfer({}, {"begin": "2027-01-08"} | OTHER_UMI)))
    assert list(pupils_of(cleaned)) == [CHILD.id]
    assert [(h.code, h.pupil) for h in cleaned.held] == [("P032", OLD_ID)]
    assert [code for *_, code in rows_of(cleaned)] == ["P032"]


def test_two_equally_good_rows_of_one_child_under_two_ids_both_wait(order: Drops) -> None:
    cleaned = night(order(a_transfer(OTHER_UMI, {})))
    assert cleaned.desired == ()
    assert {(h.code, h.pupil, h.leaving) for h in cleaned.held} == {
        ("D050", OLD_ID, False),
        ("D050", CHILD.id, False),
    }
    found = [(f.code, f.place.line, dict(f.facts)) for f in cleaned.findings]
    assert found == [("D050", line, {"count": 2, "first_line": 2}) for line in (2, 3)]


@pytest.mark.parametrize("turn", list(permutations(range(3))))
def test_of_three_rows_two_that_are_equally_good_hold_all(turn: tuple[int, int, int]) -> None:
    drop = a_transfer(OTHER_UMI, {})
    past = drop.add_pupil(1, end=OVER["end"])
    past["userMasterIdentifier"] = builders.an_id("umi before both")
    drop.rows["users.csv"] = [drop.rows["users.csv"][at] for at in turn]
    cleaned = night(drop)
    assert cleaned.desired == ()
    assert {h.code for h in cleaned.held} == {"D050"}
    assert len(cleaned.held) == 3
    assert [dict(f.facts)["count"] for f in cleaned.findings] == [2, 2]


def test_a_tie_holds_both_and_names_the_lines(order: Drops) -> None:
    cleaned = night(order(a_transfer({}, {})))
    assert cleaned.desired == ()
    assert {(h.code, h.pupil, h.line) for h in cleaned.held} == {
        ("D052", CHILD.id, 2),
        ("D052", CHILD.id, 3),
    }
    findings = [f for f in cleaned.findings if f.code == "D052"]
    assert [(f.place.line, dict(f.facts)) for f in findings] == [
        (2, {"count": 2, "first_line": 2}),
        (3, {"count": 2, "first_line": 2}),
    ]


def test_an_account_two_children_share_holds_both(order: Drops) -> None:
    drop = builders.Drop()
    drop.add_pupil(1)
    drop.add_pupil(2, account=CHILD.account)
    cleaned = night(order(drop))
    assert cleaned.desired == ()
    assert {h.pupil: h.code for h in cleaned.held} == {
        CHILD.id: "D051",
        builders.a_pupil(2).id: "D051",
    }


def test_even_an_old_row_of_another_child_makes_the_account_doubtful(order: Drops) -> None:
    drop = builders.Drop()
    drop.add_pupil(1)
    drop.add_pupil(2, account=CHILD.account, end=OVER["end"])
    assert {h.code for h in night(order(drop)).held} == {"D051"}


def test_one_kana_is_enough_to_take_two_rows_for_one_child(order: Drops) -> None:
    drop = builders.Drop()
    drop.add_pupil(1, begin=SINCE_OCTOBER["begin"])
    married = {"familyName": "高山", "preferredFamilyName": "高山", **OTHER_UMI}
    drop.add_pupil(1).update(married)
    cleaned = night(order(drop))
    assert list(pupils_of(cleaned)) == [CHILD.id]
    assert [h.code for h in cleaned.held] == ["D054"]


def test_accounts_compare_without_case(order: Drops) -> None:
    drop = builders.Drop()
    drop.add_pupil(1)
    drop.add_pupil(2, account=CHILD.account.upper())
    assert {h.code for h in night(order(drop)).held} == {"D051"}


def test_rows_that_are_both_over_propose_the_pupil_once(order: Drops) -> None:
    cleaned = night(order(a_transfer(OVER, OVER)))
    assert [(h.code, h.pupil, h.leaving) for h in cleaned.held] == [("P031", CHILD.id, True)]


def test_a_line_repeated_word_for_word_is_one_pupil() -> None:
    drop = builders.a_drop(1)
    for name in ("users.csv", "roles.csv", "enrollments.csv"):
        drop.rows[name].append(dict(drop.rows[name][0]))
    assert list(pupils_of(night(drop))) == [CHILD.id]


def test_a_broken_newer_row_is_a_rival_that_cannot_be_judged(order: Drops) -> None:
    cleaned = night(order(a_transfer({}, {**SINCE_OCTOBER, "grades": "P3年"})))
    assert cleaned.desired == ()
    assert {h.pupil for h in cleaned.held} == {CHILD.id}


def test_a_broken_older_row_is_history(order: Drops) -> None:
    cleaned = night(order(a_transfer({**OVER, "grades": "P3年"}, {})))
    assert {p.school for p in pupils_of(cleaned).values()} == {NEW_SCHOOL}
    assert cleaned.held == ()


def test_three_rows_of_one_pupil_leave_the_newest(order: Drops) -> None:
    drop = a_transfer(OVER, {})
    drop.add_pupil(1, school=drop.add_school(), begin="2026-11-01")
    cleaned = night(order(drop))
    assert [p.school for p in pupils_of(cleaned).values()] == [builders.a_code(3)]


def test_a_chain_of_shared_keys_gives_one_row_per_pupil_and_per_account(order: Drops) -> None:
    drop = a_transfer(OVER, {})
    drop.add_pupil(2, account=CHILD.account)
    cleaned = night(order(drop))
    assert cleaned.desired == ()
    assert {h.pupil for h in cleaned.held} == {CHILD.id, builders.a_pupil(2).id}


@pytest.mark.parametrize("newer", [{}, SINCE_OCTOBER])
def test_two_children_under_one_identifier_are_both_held(
    order: Drops, newer: dict[str, str]
) -> None:
    """Somebody typed over pupil 2's id: a later date does not make pupil 1 of pupil 2."""
    drop = builders.a_drop(1)
    overwritten = {"userMasterIdentifier": CHILD.id}
    drop.add_pupil(2, **newer, **overwritten)  # type: ignore[arg-type]
    cleaned = night(order(drop))
    assert pupils_of(cleaned) == {}
    accounts = {row.account for row in cleaned.held if row.pupil == CHILD.id}
    assert accounts == {CHILD.account, builders.a_pupil(2).account}


def test_a_child_who_took_another_name_and_account_on_moving_is_asked_about(order: Drops) -> None:
    both = a_transfer({}, SINCE_OCTOBER)
    new = both.rows["users.csv"][1]
    new["preferredFamilyName"] = new["familyName"] = "別姓"
    new["metadata.jp.kanaFamilyName"] = "ベッセイ"
    assert pupils_of(night(order(both))), "one account: one child"
    new["userIds"] = "{MS:other@ed.example.jp}"
    assert pupils_of(night(order(both))) == {}


def test_of_rows_that_do_not_begin_before_tomorrow_the_same_account_is_held(order: Drops) -> None:
    cleaned = night(
        order(
            a_transfer(
                {"begin": "2027-01-08", "userIds": f"{{MS:s000009@{builders.DOMAIN}}}"},
                {"begin": "2027-01-08"},
            )
        )
    )
    (held,) = cleaned.held
    assert (held.pupil, held.account) == (CHILD.id, CHILD.account)
