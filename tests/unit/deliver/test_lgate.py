"""What L-Gate takes in, whom it leaves signed in, and the user CSV that says so."""

from dataclasses import replace

import pytest

from kakehashi import deliver
from kakehashi.deliver import Delivery, Records, load, stays_signed_in
from kakehashi.deliver.dialect import Dialect
from kakehashi.people.record import Record, Status
from tests.builders import a_known, a_pupil
from tests.unit.deliver.lgate import Portal, Refused
from tests.unit.deliver.receiver import unzip
from tests.unit.deliver.tools import an_order, told

TEMPLATE = ("username", "password", "enabledUser", "isLocal", "schoolCode", "schoolName",
            "familyName", "givenName")  # fmt: skip


def known(n: int, status: Status = Status.ACTIVE, **facts: object) -> Record:
    return a_known(n, pupil=a_pupil(n, **facts), status=status)


def users_dialect(*headings: str, **columns: object) -> Dialect:
    return load("lgate_users").with_list(headings or TEMPLATE, columns)


def user_csv(
    city: list[Record],
    before: Records | None = None,
    dialect: Dialect | None = None,
    night: int = 0,
    grades: tuple[str, ...] = (),
) -> Delivery:
    """``grades``: those of which the city has the tool told."""
    serves = {one.sourced_id: one.status is Status.ACTIVE for one in city}
    order = replace(
        an_order("lgate_users", night), dialect=dialect or users_dialect(), serves=serves
    )
    in_them = [one for one in city if not grades or one.pupil.grade in grades]
    return deliver.build(order, told(in_them, "lgate_users"), before)


def test_the_portal_takes_the_bulk_whose_blank_parents_are_null() -> None:
    portal = Portal()
    delivery = deliver.build(an_order("lgate"), told([known(1)], "lgate"), None)
    portal.take_oneroster(delivery.files[0].body)
    sessions = unzip(delivery.files[0].body)["academicSessions.csv"]
    assert {row["parentSourcedId"] for row in sessions} == {"NULL"}


def test_accounts_that_are_one_before_the_at_are_held_beforehand() -> None:
    city = [known(1), known(2, account="s2@a.example.jp"), known(3, account="S2@b.example.jp")]
    delivery = deliver.build(an_order("lgate"), told(city, "lgate"), None)
    assert sorted((f.code, f.pupil) for f in delivery.findings) == sorted(
        ("D110", a_pupil(n).id) for n in (2, 3)
    )
    Portal().take_oneroster(delivery.files[0].body)
    assert len(unzip(delivery.files[0].body)["users.csv"]) == 1


def test_who_is_suspended_or_departed_keeps_the_sign_in_there_and_is_counted() -> None:
    city = [known(1), known(2, Status.SUSPENDED), known(3, Status.DELETED)]
    portal = Portal()
    for settled in ([known(1), known(2), known(3)], city):
        portal.take_oneroster(deliver.build(an_order("lgate"), told(settled, "lgate"), None)
                              .files[0].body)  # fmt: skip
    assert all(portal.users.values()), "so it is with the sample"
    counted = {d: sum(stays_signed_in(load(d), (), (), k) for k in city)
               for d in ("lgate", "lgate_v6", "eportal_v6", "generic_oneroster_1_2")}  # fmt: skip
    assert counted == {"lgate": 2, "lgate_v6": 2, "eportal_v6": 2, "generic_oneroster_1_2": 0}
    assert not stays_signed_in(load("lgate"), ("P6",), (), city[1])


def test_the_user_csv_switches_exactly_these_off_and_a_child_who_returns_on_again() -> None:
    portal = Portal({f"s{n:06d}": True for n in (1, 2, 3)})
    quiet = user_csv([known(1), known(2), known(3)])
    assert (quiet.verdict, quiet.files) == ("nothing", ())
    off = user_csv([known(1), known(2, Status.SUSPENDED), known(3, Status.DELETED)], night=1)
    assert portal.take_user_csv(off.files[0].body) == [a_pupil(2).account, a_pupil(3).account]
    assert portal.users == {"s000001": True, "s000002": False, "s000003": False}
    same = user_csv([known(1), known(2, Status.DELETED), known(3, Status.DELETED)], off.records)
    assert same.verdict == "nothing", "nobody is told twice"
    back = user_csv([known(1), known(2), known(3, Status.DELETED)], off.records, night=2)
    assert portal.take_user_csv(back.files[0].body) == [a_pupil(2).account]
    assert portal.users["s000002"]
    again = user_csv([known(1), known(2), known(3, Status.DELETED)], back.records, night=3)
    assert again.verdict == "nothing"


def test_a_name_that_passed_to_another_child_is_switched_on_and_never_off() -> None:
    account = a_pupil(2).account
    off = user_csv([known(1), known(2, Status.SUSPENDED)])
    heir = known(3, account=account)
    passed = user_csv([known(1), known(2, Status.DELETED), heir], off.records, night=1)
    rows = passed.files[0].body.decode().splitlines()[1:]
    assert [row.split(",")[:3] for row in rows] == [[account, "", "1"]]
    assert passed.findings == ()
    both = user_csv([known(1), known(2, Status.DELETED), heir])
    assert both.verdict == "nothing", "the living child's name is left alone"


def test_a_name_that_a_child_gave_up_is_no_account_to_be_switched_off() -> None:
    first = user_csv([known(1), known(2, Status.SUSPENDED)])
    renamed = user_csv([known(1, account="new@ed.example.jp"), known(2, Status.SUSPENDED)],
                       first.records, night=1)  # fmt: skip
    assert renamed.verdict == "nothing"


def test_who_goes_on_to_grades_of_which_the_list_is_not_told_is_not_switched_off() -> None:
    here, child, grown = known(1), known(2, grade="P6"), known(2, grade="J1")
    portal, primary = Portal({"s000002": True}), ("P3", "P6")
    first = user_csv([here, child], grades=primary)
    april = user_csv([here, grown], first.records, night=1, grades=primary)
    assert (april.verdict, april.files) == ("nothing", ())
    left = replace(grown, status=Status.SUSPENDED)
    off = user_csv([here, left], april.records, night=2, grades=primary)
    assert portal.take_user_csv(off.files[0].body) == [child.pupil.account]
    back = user_csv([here, grown], off.records, night=3, grades=primary)
    assert portal.take_user_csv(back.files[0].body) == [child.pupil.account]
    assert portal.users["s000002"]
    gone = user_csv([here], back.records, night=4, grades=primary)
    assert portal.take_user_csv(gone.files[0].body) == [child.pupil.account]
    assert not portal.users["s000002"], "whose account was deleted"


def test_what_the_template_holds_is_filled_in_its_order_and_no_password_is_written() -> None:
    headings = ("enabledUser", "USERNAME(必須)", "password", "isLocal", "schoolName")
    delivery = user_csv([known(1, Status.SUSPENDED)], dialect=users_dialect(*headings))
    head, line = delivery.files[0].body.decode().splitlines()
    assert head.split(",") == list(headings)
    assert line.split(",") == ["0", a_pupil(1).account, "", "0", a_pupil(1).school_name]


@pytest.mark.parametrize(
    ("headings", "code", "column"),
    [
        ((*TEMPLATE, "kanaName"), "D121", "kanaName"),
        ((*TEMPLATE[:1], "password(必須)", *TEMPLATE[2:]), "D122", "password(必須)"),
        (("パスワード [Required]", *TEMPLATE), "D121", "パスワード [Required]"),
    ],
)
def test_a_heading_nobody_knows_and_a_password_that_is_demanded_are_refused_by_name(
    headings: tuple[str, ...], code: str, column: str
) -> None:
    refused = user_csv([known(1, Status.SUSPENDED)], dialect=users_dialect(*headings))
    assert (refused.verdict, refused.files) == ("refused", ())
    assert [(f.code, f.place.column) for f in refused.findings] == [(code, column)]


def test_without_a_template_nothing_is_invented() -> None:
    refused = user_csv([known(1, Status.SUSPENDED)], dialect=load("lgate_users"))
    assert [f.code for f in refused.findings] == ["D120"]


def test_what_the_city_says_of_a_heading_is_taken() -> None:
    dialect = users_dialect(*TEMPLATE, "組", 組="classNumber", schoolCode={"text": ""})
    delivery = user_csv([known(1, Status.SUSPENDED)], dialect=dialect)
    assert delivery.files[0].body.decode().splitlines()[1].split(",")[4::4] == ["", "2"]


def test_the_portal_refuses_what_the_model_says_it_refuses() -> None:
    with pytest.raises(Refused):
        Portal().take_user_csv(b"username,enabledUser,isLocal,schoolName\na@b,x,0,c\n")
