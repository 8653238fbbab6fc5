"""What cleaning decides, through the real state machine: in the tenant, in the state, in tools."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date

import boto3
import pytest

from kakehashi.diff.exports import Export
from kakehashi.people.pupil import class_id
from tests.builders import YEAR, Drop, a_code, a_drop, a_known, a_password_file, a_pupil, an_id
from tests.nights import RULES, Nights
from tests.unit.deliver.receiver import Receiver

GOOD = "Hinagiku-{:04}x"


def passwords(*numbers: int) -> bytes:
    return a_password_file({a_pupil(n).account: GOOD.format(n) for n in numbers})


def shown_by(nights: Nights, tool: str) -> dict[str, tuple[str, ...]]:
    """Pupil → what a tool shows that has taken in everything it was handed."""
    receiver = Receiver()
    for key, body in sorted(nights.outbox().items()):
        if f"/{tool}/" in key and key.endswith(".zip"):
            receiver.take(body)
    return receiver.pupils()


def files_of(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as package:
        return {name: package.read(name) for name in package.namelist()}


# -- names -------------------------------------------------------------------------------------


def one_name_only() -> Drop:
    drop = a_drop(2)
    row = drop.rows["users.csv"][1]
    for column in ("familyName", "preferredFamilyName", "metadata.jp.kanaFamilyName"):
        row[column] = ""
    return drop


def test_a_child_with_one_name_signs_in_and_is_told_with_the_citys_sign(nights: Nights) -> None:
    nights.put_rules(f'{RULES}[names]\nempty = "－"\n')
    night = nights.run(one_name_only().zip(), passwords=passwords(1, 2))
    assert night.verdict == "applied"
    child = a_pupil(2)
    (user,) = [u for u in nights.tenant.users() if u["userPrincipalName"] == child.account]
    assert (user["displayName"], user["surname"]) == (child.given, None)
    for tool in ("lgate", "interactive_study"):
        assert "－" in shown_by(nights, tool)[child.id]
        assert "－" not in shown_by(nights, tool)[a_pupil(1).id]


def test_without_a_sign_only_the_tools_wait_for_the_other_half_of_a_name(nights: Nights) -> None:
    night = nights.run(one_name_only().zip(), passwords=passwords(1, 2))
    assert night.verdict == "applied"
    assert {u["userPrincipalName"] for u in nights.tenant.users()} >= {a_pupil(2).account}
    assert {f.code for f in night.findings() if f.pupil == a_pupil(2).id} >= {"N010", "T010"}
    assert list(shown_by(nights, "lgate")) == [a_pupil(1).id]


def spoilt(*, school: str = "", title: str = "", kana: str = "", pupils: int = 2) -> Drop:
    """``pupils`` children of one class of one school."""
    drop = a_drop(pupils)
    if school:
        drop.schools()[0]["name"] = school
    if title:
        drop.rows["classes.csv"][0]["title"] = title
    if kana:
        drop.rows["users.csv"][0]["metadata.jp.kanaFamilyName"] = kana
    return drop


GAIJI = {"school": "葛\U000e0100城小学校", "title": "3年\ue000組", "kana": "SATO"}


@pytest.mark.parametrize("what", GAIJI)
def test_gaiji_of_places_and_a_reading_that_is_none_never_reach_anybody(
    nights: Nights, what: str
) -> None:
    """The first night of all: who would be told under it waits."""
    drops = {
        "school": spoilt(school=GAIJI[what]),
        "title": spoilt(title=GAIJI[what]),
        "kana": spoilt(kana=GAIJI[what]),
    }
    night = nights.run(drops[what].zip(), passwords=passwords(1, 2))
    code = {"school": "N012", "title": "N013", "kana": "N015"}[what]
    waits = {a_pupil(1).id} if what == "kana" else {a_pupil(1).id, a_pupil(2).id}
    assert set(night.summary["held"][code]) == waits
    everything = json.dumps(nights.tenant.users(), ensure_ascii=False) + "".join(
        body.decode("utf-8-sig")
        for key, packed in nights.outbox().items() if key.endswith(".zip")
        for body in files_of(packed).values()
    )  # fmt: skip
    assert GAIJI[what] not in everything


def test_a_school_whose_name_becomes_gaiji_keeps_its_name_and_its_children_go_on(
    nights: Nights,
) -> None:
    nights.run(a_drop(2).zip(), passwords=passwords(1, 2))
    before = shown_by(nights, "lgate")
    nights.tomorrow()
    drop = spoilt(school=GAIJI["school"], pupils=3)
    drop.rows["users.csv"][0]["preferredGivenName"] = "新"
    night = nights.run(drop.zip(), passwords=passwords(3))
    assert night.summary["held"] == {"N012": [a_pupil(3).id]}
    places = {u["userPrincipalName"]: u["officeLocation"] for u in nights.tenant.users()}
    assert places[a_pupil(1).account] == a_pupil(1).school_name
    after = shown_by(nights, "lgate")
    assert after[a_pupil(2).id] == before[a_pupil(2).id]
    assert "新" in after[a_pupil(1).id]


def test_a_class_whose_title_becomes_gaiji_stays_what_tools_know(nights: Nights) -> None:
    nights.run(a_drop(2).zip(), passwords=passwords(1, 2))
    before = shown_by(nights, "lgate")
    nights.tomorrow()
    night = nights.run(spoilt(title=GAIJI["title"]).zip())
    assert set(night.summary["held"]["N013"]) == set(before)
    assert night.summary["counts"].get("GONE", 0) == 0
    assert shown_by(nights, "lgate") == before


# -- initial passwords ---------------------------------------------------------------------------

CLERK = """\
アカウント,ユーザー識別子,初期パスワード
{0.account},{0.id},"Hotaru-8063 "
{1.account},{1.id}," Hotaru-8064"
{2.account},{2.id},Mihon-2026
{3.account},{3.id},Mihon-2026
{4.account},{4.id},Mihon-2026
"""


def a_clerks_file() -> bytes:
    return CLERK.format(*(a_pupil(n) for n in range(1, 6))).encode("utf-8-sig")


def test_whoever_shares_a_password_waits_as_without_one_and_nobody_is_held(nights: Nights) -> None:
    night = nights.run(a_drop(5).zip(), passwords=a_clerks_file())
    assert (night.verdict, night.summary["counts"]["NEW"]) == ("applied", 5)
    assert sorted(night.summary["held"]) == ["M001"]
    assert len(night.summary["held"]["M001"]) == 3
    assert nights.tenant.knows_password(a_pupil(1).account, "Hotaru-8063")
    assert nights.tenant.knows_password(a_pupil(2).account, "Hotaru-8064")
    found = {f.code: dict(f.facts) for f in night.findings() if f.code in {"P070", "P071"}}
    assert found == {"P070": {}, "P071": {"count": 3}}
    nights.tomorrow()
    again = nights.run(a_drop(5).zip(), passwords=passwords(3, 4, 5))
    assert again.verdict == "applied"
    assert "M001" not in again.summary["held"]
    assert nights.tenant.knows_password(a_pupil(4).account, GOOD.format(4))


def test_where_the_city_allows_it_they_start_with_one_password(nights: Nights) -> None:
    nights.put_rules(f'{RULES}[passwords]\nshared = "allow"\n')
    night = nights.run(a_drop(5).zip(), passwords=a_clerks_file())
    assert "M001" not in night.summary["held"]
    assert nights.tenant.knows_password(a_pupil(5).account, "Mihon-2026")
    assert {f.code for f in night.findings()} >= {"P070", "P072"}


# -- numbers of neutral class titles -------------------------------------------------------------

KINDS = ("知的1組", "情緒1組", "難聴1組", "弱視1組")


def with_special_classes(*titles: str, year: int = YEAR, grade: str = "P3") -> Drop:
    """One pupil in an ordinary class, and one in each of these."""
    drop = Drop()
    drop.add_pupil(home=drop.add_class("3年2組", year=year, grades=grade), grade=grade,
                   begin=f"{year}-04-01", end=f"{year + 1}-03-31")  # fmt: skip
    for title in titles:
        home = drop.add_class(title, grades=grade, specialNeeds="true", year=year)
        drop.add_pupil(home=home, grade=grade, begin=f"{year}-04-01", end=f"{year + 1}-03-31")
    for role in drop.rows["roles.csv"]:
        role["beginDate"], role["endDate"] = f"{year}-04-01", f"{year + 1}-03-31"
    return drop


def departments(nights: Nights, pupils: Iterable[int]) -> list[str]:
    found = {u["userPrincipalName"]: u["department"] for u in nights.tenant.users()}
    return [found[a_pupil(n).account] for n in pupils]


def kept(nights: Nights) -> dict[int, str]:
    """What the state table holds, as text."""
    items = boto3.resource("dynamodb").Table(nights.names["TABLE"]).scan()["Items"]
    found = {str(item["sk"]): str(item["given"]) for item in items if "given" in item}
    return {int(sk.removeprefix("NUMBERS#")): text for sk, text in found.items()}


def classes_of(nights: Nights, tool: str) -> dict[str, str]:
    """Pupil → title of the class that the tool shows."""
    return {umi: row[-1] for umi, row in shown_by(nights, tool).items()}


def test_numbers_are_kept_when_a_plan_is_applied_and_not_by_a_rehearsal(nights: Nights) -> None:
    drop = with_special_classes(*KINDS[:2]).zip()
    rehearsed = nights.run(drop, mode="rehearse", passwords=passwords(1, 2, 3))
    assert kept(nights) == {}
    night = nights.run(drop)
    assert night.verdict == "applied"
    assert sorted(departments(nights, (2, 3))) == ["なかよし1", "なかよし2"]
    desired = rehearsed.folder.lines("desired.jsonl")
    titles = {row["pupil"]["account"]: row["pupil"]["class_title"] for row in desired}
    assert [titles[a_pupil(n).account] for n in (2, 3)] == departments(nights, (2, 3))
    (text,) = kept(nights).values()
    schools = json.loads(text)["schools"]
    assert sorted(n for given in schools[a_code(1)].values() for n in given.values()) == [1, 2]
    written = [night.folder.need(name) for name in night.folder.names() if "roster" not in name]
    written.append(text.encode())
    assert not any("知的".encode() in body or "情緒".encode() in body for body in written)


def test_a_plan_that_waits_keeps_no_numbers_until_it_is_approved(nights: Nights) -> None:
    drop = with_special_classes(*KINDS, *(f"知的{n}組" for n in range(2, 12)))
    night = nights.run(drop.zip(), passwords=passwords(*range(1, 16)))
    assert (night.verdict, kept(nights)) == ("awaiting-approval", {})
    assert nights.approve(night.summary).verdict == "applied"
    assert list(kept(nights)) == [YEAR]


def test_a_class_that_comes_in_mid_year_moves_no_other_in_any_tool(nights: Nights) -> None:
    nights.run(with_special_classes(*KINDS[:2]).zip(), passwords=passwords(*range(1, 6)))
    before = {tool: classes_of(nights, tool) for tool in ("lgate", "interactive_study")}
    assert set(before["lgate"].values()) == {"3年2組", "なかよし1", "なかよし2"}
    nights.tomorrow()
    night = nights.run(with_special_classes(*KINDS).with_new_ids().zip())
    assert night.verdict == "applied"
    assert sorted(departments(nights, (4, 5))) == ["なかよし3", "なかよし4"]
    for tool, shown in before.items():
        assert {umi: classes_of(nights, tool)[umi] for umi in shown} == shown


def told_before(nights: Nights) -> None:
    """A city whose titles were told by a release that kept no numbers: 情緒 1, 知的 2, 難聴 3."""
    numbers = {1: "3年2組", 2: "なかよし2組", 3: "なかよし1組", 4: "なかよし3組"}
    nights.given(
        a_known(n, pupil=a_pupil(n, class_title=title, special_needs=n > 1, school_name=SCHOOL))
        for n, title in numbers.items()
    )
    nights.state.note_export(Export(None, YEAR))


SCHOOL = "見本市立第1小学校"


def test_titles_that_tools_hold_stay_for_the_year_and_are_drawn_in_the_next(nights: Nights) -> None:
    told_before(nights)
    assert nights.run(with_special_classes(*KINDS[:3]).zip()).verdict == "unchanged"
    assert departments(nights, (2, 3, 4)) == ["なかよし2組", "なかよし1組", "なかよし3組"]
    assert json.loads(kept(nights)[YEAR])["by_title"] is True
    nights.tomorrow()
    nights.put_passwords(passwords(5))
    nights.run(with_special_classes(*KINDS).zip())
    assert departments(nights, range(2, 6)) == [
        "なかよし2組", "なかよし1組", "なかよし3組", "なかよし4組"
    ]  # fmt: skip
    nights.go_to(date(YEAR + 1, 4, 2))
    april = nights.run(with_special_classes(*KINDS, year=YEAR + 1, grade="P4").zip())
    assert april.verdict in {"applied", "awaiting-approval"}
    if april.verdict == "awaiting-approval":
        assert nights.approve(april.summary).verdict == "applied"
    assert json.loads(kept(nights)[YEAR + 1])["by_title"] is False
    titles = departments(nights, range(2, 6))
    assert sorted(titles) == [f"なかよし{n}" for n in range(1, 5)]
    shown = classes_of(nights, "lgate")
    assert [shown[a_pupil(n).id] for n in range(2, 6)] == titles
    known = nights.state.pupil(a_pupil(2).id)
    assert known is not None
    assert class_id(a_code(1), YEAR + 1, titles[0]) != class_id(a_code(1), YEAR, titles[0])


def test_a_template_that_is_changed_in_mid_year_renames_no_class(nights: Nights) -> None:
    nights.run(with_special_classes(*KINDS[:2]).zip(), passwords=passwords(*range(1, 5)))
    before = departments(nights, (2, 3))
    nights.put_rules(f'{RULES}[special_needs]\nneutral = "つばさ{{n}}組"\n')
    nights.tomorrow()
    nights.run(with_special_classes(*KINDS[:3]).zip())
    assert departments(nights, (2, 3, 4)) == [*before, "なかよし3"]


# -- rows that a transfer leaves behind ----------------------------------------------------------

NEW_ID = an_id("umi 1 after the transfer")


def after_a_transfer(*, same_child: bool = True) -> Drop:
    """Pupil 1 has left school 1, and stands at school 2 under a new id with the same account."""
    drop = Drop()
    first, second = drop.add_school(), drop.add_school()
    drop.add_pupil(1, school=first, end="2026-11-01")
    new = drop.add_pupil(1 if same_child else 5, school=second, account=a_pupil(1).account,
                         begin="2026-11-01")  # fmt: skip
    new["userMasterIdentifier"] = NEW_ID
    for n in (2, 3):
        drop.add_pupil(n, school=first)
    return drop


@pytest.mark.parametrize("turned", [False, True])
def test_a_child_goes_on_under_the_new_id_wherever_the_old_row_stands(
    nights: Nights, turned: bool
) -> None:
    nights.run(three_at_one_school().zip(), passwords=passwords(1, 2, 3))
    (before,) = [u for u in nights.tenant.users() if u["userPrincipalName"] == a_pupil(1).account]
    drop = after_a_transfer()
    if turned:
        for rows in drop.rows.values():
            rows.reverse()
    nights.tomorrow()
    night = nights.run(drop.zip())
    assert (night.verdict, night.summary["held"]) == ("applied", {})
    assert not any(night.summary["proposed"].values())
    assert {f.code for f in night.findings() if f.code.startswith("D")} == {
        "D065", "D066", "D104",
    }  # fmt: skip
    (user,) = [u for u in nights.tenant.users() if u["userPrincipalName"] == a_pupil(1).account]
    assert user["id"] == before["id"]
    assert user["onPremisesExtensionAttributes"]["extensionAttribute1"] == NEW_ID
    assert user["officeLocation"] == "見本市立第2小学校"
    assert {one.pupil.id for one in nights.state.pupils()} == {
        NEW_ID, a_pupil(2).id, a_pupil(3).id
    }  # fmt: skip
    for tool in ("lgate", "interactive_study"):
        shown = shown_by(nights, tool)
        assert set(shown) == {a_pupil(n).id for n in (1, 2, 3)}, "the id that the tool knows"
        assert {row[0] for row in shown.values()} == {"true"}
    nights.tomorrow()
    again = nights.run(drop.with_new_ids().zip())
    assert (again.verdict, again.summary["held"]) == ("unchanged", {})


def three_at_one_school() -> Drop:
    drop = Drop()
    first, _ = drop.add_school(), drop.add_school()
    for n in (1, 2, 3):
        drop.add_pupil(n, school=first)
    return drop


def test_a_leavers_account_in_the_row_of_another_child_changes_nothing(nights: Nights) -> None:
    nights.run(three_at_one_school().zip(), passwords=passwords(1, 2, 3))
    before = nights.tenant.users()
    nights.tomorrow()
    night = nights.run(after_a_transfer(same_child=False).zip())
    assert set(night.summary["held"]) == {"D051"}
    assert not any(night.summary["proposed"].values())
    assert nights.tenant.users() == before
