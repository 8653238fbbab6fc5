"""Every rule of preprocess: its smallest bad drop, and the same drop without the fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from kakehashi import oneroster
from kakehashi.catalogue import preprocess as catalogue
from kakehashi.findings import Rule
from kakehashi.preprocess.cleaning import preprocess
from kakehashi.preprocess.password_file import PasswordFile
from tests import builders
from tests.unit.preprocess.night import Where, rows_of

CODES = sorted(v.code for v in vars(catalogue).values() if isinstance(v, Rule))
USERS, CLASSES = "users.csv", "classes.csv"
FILE = "first.csv"
GOOD = "Sakura-2026"


@dataclass
class Case:
    """``rows`` is what the bad drop must say; its clean twin must say nothing."""

    drop: builders.Drop
    rows: list[Where]
    rules: dict[str, Any] = field(default_factory=dict)
    passwords: bytes = b""
    as_of: date = builders.TODAY

    def found(self) -> list[Where]:
        files = [PasswordFile(f"inbox/demo/passwords/{FILE}", "v1", self.passwords)]
        passwords = files if self.passwords else ()
        package = oneroster.open_package(self.drop.files())
        city = builders.a_city(**self.rules)
        return rows_of(preprocess(package, (), city, self.as_of, passwords))


CASES: dict[str, Callable[[bool], Case]] = {}


def case(code: str) -> Callable[[Callable[[bool], Case]], Callable[[bool], Case]]:
    def add(build: Callable[[bool], Case]) -> Callable[[bool], Case]:
        CASES[code] = build
        return build

    return add


def test_every_code_has_a_case() -> None:
    assert sorted(CASES) == CODES


@pytest.mark.parametrize("code", CODES)
def test_the_smallest_bad_drop_says_the_code_and_where(code: str) -> None:
    bad = CASES[code](True)
    assert code in {row[3] for row in bad.rows}
    assert bad.found() == bad.rows


@pytest.mark.parametrize("code", CODES)
def test_the_clean_twin_says_nothing(code: str) -> None:
    assert CASES[code](False).found() == []


# -- D: which row, which account ---------------------------------------------------------------


def _two_rows(*, same_umi: bool, same_child: bool = True) -> tuple[builders.Drop, builders.Row]:
    """Two rows with one account; the second is returned."""
    drop = builders.Drop()
    first = drop.add_pupil(1)
    other = drop.add_pupil(1 if same_child else 2, account=first["username"])
    if not same_umi:
        other["userMasterIdentifier"] = builders.an_id("umi of somebody else")
    return drop, other


@case("D050")
def shared_account(bad: bool) -> Case:
    drop, other = _two_rows(same_umi=False)
    if not bad:
        other["userIds"] = "{MS:t000002@ed.example.jp}"
    return Case(drop, [(USERS, 2, "userIds", "D050"), (USERS, 3, "userIds", "D050")])


@case("D051")
def account_of_another_child(bad: bool) -> Case:
    drop, other = _two_rows(same_umi=False, same_child=False)
    if not bad:
        other["userIds"] = "{MS:t000002@ed.example.jp}"
    return Case(drop, [(USERS, 2, "userIds", "D051"), (USERS, 3, "userIds", "D051")])


@case("D052")
def shared_identifier(bad: bool) -> Case:
    drop, other = _two_rows(same_umi=True)
    if not bad:
        other["userMasterIdentifier"] = builders.an_id("umi of somebody else")
        other["userIds"] = "{MS:t000002@ed.example.jp}"
    column = "userMasterIdentifier"
    return Case(drop, [(USERS, 2, column, "D052"), (USERS, 3, column, "D052")])


@case("D053")
def older_row(bad: bool) -> Case:
    drop = builders.a_drop(1)
    if bad:
        drop.add_pupil(1, begin="2026-04-01", end="2026-10-15")
    return Case(drop, [(USERS, 3, None, "D053")])


@case("D054")
def older_owner(bad: bool) -> Case:
    drop = builders.a_drop(1)
    if bad:
        other = drop.add_pupil(1, begin="2026-03-01")
        other["userMasterIdentifier"] = builders.an_id("umi before")
    return Case(drop, [(USERS, 3, "userIds", "D054")])


@case("D065")
def left_behind(bad: bool) -> Case:
    drop = builders.a_drop(1)
    if bad:
        other = drop.add_pupil(1, begin="2026-04-01", end="2026-10-15")
        other["userMasterIdentifier"] = builders.an_id("umi before")
    return Case(drop, [(USERS, 3, "userIds", "D065")])


@case("D055")
def no_account(bad: bool) -> Case:
    drop = builders.Drop()
    drop.add_pupil(account="" if bad else None)
    return Case(drop, [(USERS, 2, "userIds", "D055")])


def _with_ids(ids: str) -> builders.Drop:
    drop = builders.Drop()
    drop.add_pupil(userIds=ids)
    return drop


@case("D056")
def several_accounts(bad: bool) -> Case:
    kind = "MS" if bad else "Koumu"
    ids = "{MS:a1@ed.example.jp},{" + kind + ":b2@ed.example.jp}"
    return Case(_with_ids(ids), [(USERS, 2, "userIds", "D056")])


@case("D057")
def outside_the_domain(bad: bool) -> Case:
    ids = "{MS:a1@other.example.jp}" if bad else "{MS:A1@ED.example.jp}"
    return Case(_with_ids(ids), [(USERS, 2, "userIds", "D057")])


@case("D058")
def not_a_upn(bad: bool) -> Case:
    ids = "{MS:a1.@ed.example.jp}" if bad else "{MS:a.1@ed.example.jp}"
    return Case(_with_ids(ids), [(USERS, 2, "userIds", "D058")])


# -- N: names ----------------------------------------------------------------------------------


def _named(**cells: str) -> builders.Drop:
    drop = builders.Drop()
    row = drop.add_pupil()
    for name, cell in cells.items():
        row[name if name in row else f"metadata.jp.{name}"] = cell
    return drop


@case("N001")
def private_use(bad: bool) -> Case:
    drop = _named(preferredFamilyName="佐\ue123" if bad else "佐藤")
    return Case(drop, [(USERS, 2, "preferredFamilyName", "N001")])


@case("N002")
def variation_selector(bad: bool) -> Case:
    drop = _named(preferredGivenName="葛\U000e0100" if bad else "葛")
    return Case(drop, [(USERS, 2, "preferredGivenName", "N002")])


@case("N003")
def outside_repertoire(bad: bool) -> Case:
    drop = _named(preferredFamilyName="髙橋" if bad else "高橋")
    return Case(drop, [(USERS, 2, "preferredFamilyName", "N003")])


@case("N004")
def control_character(bad: bool) -> Case:
    drop = _named(familyName="佐\u200b藤", preferredFamilyName="" if bad else "佐藤")
    return Case(drop, [(USERS, 2, "familyName", "N004")])


@case("N005")
def replaced(bad: bool) -> Case:
    drop = _named(preferredFamilyName="髙橋" if bad else "高橋")
    rows: list[Where] = [(USERS, 2, "preferredFamilyName", "N005")]
    return Case(drop, rows, {"names": {"replace": "safe"}})


@case("N006")
def name_blank(bad: bool) -> Case:
    drop = _named(preferredGivenName="", preferredFamilyName="",
                  **dict.fromkeys(("givenName", "familyName"), "" if bad else "葵"))  # fmt: skip
    return Case(drop, [(USERS, 2, "familyName", "N006")])


@case("N007")
def hiragana(bad: bool) -> Case:
    drop = _named(kanaGivenName="あおい" if bad else "アオイ")
    return Case(drop, [(USERS, 2, "metadata.jp.kanaGivenName", "N007")])


@case("N010")
def one_name(bad: bool) -> Case:
    drop = _named(preferredGivenName="", givenName="" if bad else "葵")
    return Case(drop, [(USERS, 2, "givenName", "N010")])


@case("N011")
def name_is_a_day(bad: bool) -> Case:
    drop = _named(preferredGivenName="4月1日" if bad else "卯月")
    return Case(drop, [(USERS, 2, "preferredGivenName", "N011")])


@case("N012")
def school_with_gaiji(bad: bool) -> Case:
    drop = builders.Drop()
    drop.add_pupil(1, school=drop.add_school(name="葛\U000e0100城小学校" if bad else "葛城小学校"))
    return Case(drop, [("orgs.csv", 3, "name", "N012")])


@case("N013")
def title_with_gaiji(bad: bool) -> Case:
    drop = builders.Drop()
    drop.add_pupil(1, home=drop.add_class("1年\ue000組" if bad else "1年1組"))
    return Case(drop, [(CLASSES, 2, "title", "N013")])


@case("N014")
def place_replaced(bad: bool) -> Case:
    drop = builders.Drop()
    drop.add_pupil(1, school=drop.add_school(name="髙見小学校" if bad else "高見小学校"))
    return Case(drop, [("orgs.csv", 3, "name", "N014")], {"names": {"replace": "safe"}})


@case("N016")
def title_is_a_day(bad: bool) -> Case:
    drop = builders.Drop()
    drop.add_pupil(1, home=drop.add_class("1月2日" if bad else "1-2"))
    return Case(drop, [(CLASSES, 2, "title", "N016")])


@case("N017")
def title_of_blanks(bad: bool) -> Case:
    drop = builders.Drop()
    drop.add_pupil(1, home=drop.add_class("　 " if bad else "1年1組"))
    return Case(drop, [(CLASSES, 2, "title", "N017")])


@case("N015")
def no_kana(bad: bool) -> Case:
    drop = _named(kanaGivenName="AOI" if bad else "アオイ")
    return Case(drop, [(USERS, 2, "metadata.jp.kanaGivenName", "N015")])


@case("N018")
def letter_lost(bad: bool) -> Case:
    drop = _named(preferredFamilyName="?田" if bad else "吉田")
    return Case(drop, [(USERS, 2, "preferredFamilyName", "N018")])


# -- P: schools and classes --------------------------------------------------------------------


@case("P001")
def school_names_differ(bad: bool) -> Case:
    drop = builders.Drop()
    code = builders.a_code(1, "C2")
    drop.add_school(code, name="見本学園（前期課程）")
    drop.add_school(code, name="見本学園（後期課程）" if bad else "見本学園（前期課程）")
    return Case(drop, [("orgs.csv", 3, "name", "P001")])


@case("P002")
def school_code_unusable(bad: bool) -> Case:
    drop = builders.a_drop(1)
    if bad:
        drop.a_school()["identifier"] = "108299900012"
    return Case(drop, [("orgs.csv", 3, "identifier", "P002")])


@case("P003")
def school_unknown(bad: bool) -> Case:
    drop = builders.Drop()
    school = drop.a_school()
    child = drop.add_pupil(home=False, role="")
    lesson = drop.add_class("算数", classType="scheduled")
    drop.add_role(child, school, orgSourcedId="gone" if bad else school["sourcedId"])
    drop.enrol(child, lesson)
    if bad:
        child["primaryOrgSourcedId"] = "gone"
        rows: list[Where] = [
            (CLASSES, None, "classType", "P040"),
            (USERS, 2, "metadata.jp.homeClass", "P034"),
            (USERS, 2, "primaryOrgSourcedId", "P003"),
        ]
        return Case(drop, rows)
    return Case(builders.a_drop(1), [])


def _class_of(title: str, grades: str, pupils: int = 0) -> builders.Drop:
    drop = builders.Drop()
    home = drop.add_class(title, grades=grades)
    for _ in range(pupils):
        drop.add_pupil(home=home, grade="J1")
    return drop


@case("P010")
def mixed_grades(bad: bool) -> Case:
    return Case(_class_of("1年1組", "P1,J1" if bad else "J1"), [(CLASSES, 2, "title", "P010")])


@case("P011")
def grades_from_pupils(bad: bool) -> Case:
    return Case(_class_of("1年1組", "" if bad else "J1", 1), [(CLASSES, 2, "grades", "P011")])


@case("P012")
def title_shared(bad: bool) -> Case:
    drop = _class_of("1組", "P1")
    drop.add_class("1組" if bad else "2組", grades="P2")
    return Case(drop, [(CLASSES, 2, "title", "P012")])


@case("P013")
def year_unknown(bad: bool) -> Case:
    drop = builders.a_drop(1)
    if bad:
        drop.session().update(startDate="", title="今年")
    return Case(drop, [(CLASSES, 2, "termSourcedIds", "P013")])


@case("P020")
def word_left(bad: bool) -> Case:
    drop = _class_of("知的1組", "P1")
    neutral = "支援級{n}組" if bad else "なかよし{n}組"
    rows: list[Where] = [(CLASSES, 2, "title", "P020")]
    return Case(drop, rows, {"special_needs": {"neutral": neutral}})


@case("P021")
def table_title_taken(bad: bool) -> Case:
    drop = _class_of("知的1組", "P1")
    drop.add_class("知的2組" if bad else "情緒1組", grades="P2")
    table = [{"match": "知的", "replace": "ひまわり組"}]
    rows: list[Where] = [(CLASSES, 3, "title", "P021")]
    return Case(drop, rows, {"special_needs": {"titles": table}})


# -- P: pupils ---------------------------------------------------------------------------------


@case("P030")
def disabled(bad: bool) -> Case:
    return Case(_named(enabledUser="false" if bad else "true"), [(USERS, 2, "enabledUser", "P030")])


@case("P031")
def enrolment_over(bad: bool) -> Case:
    drop = builders.Drop()
    drop.add_pupil(end="2026-10-15" if bad else "2027-03-31")
    return Case(drop, [(USERS, 2, None, "P031")])


@case("P032")
def not_begun(bad: bool) -> Case:
    drop = builders.Drop()
    drop.add_pupil(begin="2026-12-01" if bad else "2026-11-24")
    return Case(drop, [(USERS, 2, None, "P032")])


@case("P033")
def no_role(bad: bool) -> Case:
    drop = builders.a_drop(1)
    drop.add_pupil(role="" if bad else "student")
    return Case(drop, [(USERS, 3, "sourcedId", "P033")])


@case("P034")
def no_home_class(bad: bool) -> Case:
    drop = builders.Drop()
    lesson = drop.add_class("算数", classType="scheduled")
    child = drop.add_pupil(home=False if bad else None)
    drop.enrol(child, lesson)
    if not bad:
        drop = builders.a_drop(1)
    rows: list[Where] = [
        (CLASSES, None, "classType", "P040"),
        (USERS, 2, "metadata.jp.homeClass", "P034"),
    ]
    return Case(drop, rows)


@case("P035")
def home_class_unclear(bad: bool) -> Case:
    drop = builders.Drop()
    child = drop.add_pupil(homeClass="")
    second = drop.add_class("3年3組")
    drop.enrol(child, second, begin="2026-04-01" if bad else "2026-05-01")
    return Case(drop, [(USERS, 2, "metadata.jp.homeClass", "P035")])


@case("P036")
def class_unknown(bad: bool) -> Case:
    drop = builders.a_drop(1)
    if bad:
        drop.rows["users.csv"][0]["metadata.jp.homeClass"] = "gone"
    return Case(drop, [(USERS, 2, "metadata.jp.homeClass", "P036")])


@case("P037")
def grade_not_ours(bad: bool) -> Case:
    return Case(_named(grades="H1" if bad else "P3"), [(USERS, 2, "grades", "P037")])


@case("P038")
def no_identifier(bad: bool) -> Case:
    drop = builders.a_drop(1)
    if bad:
        drop.rows["users.csv"][0]["userMasterIdentifier"] = ""
    return Case(drop, [(USERS, 2, "userMasterIdentifier", "P038")])


@case("P039")
def home_class_contradicts(bad: bool) -> Case:
    drop = builders.a_drop(1)
    other = drop.add_class("3年3組")
    if bad:
        drop.rows["users.csv"][0]["metadata.jp.homeClass"] = other["sourcedId"]
    return Case(drop, [(USERS, 2, "metadata.jp.homeClass", "P039")])


@case("P040")
def lessons(bad: bool) -> Case:
    drop = builders.a_drop(1)
    drop.add_class("算数", classType="scheduled" if bad else "homeroom")
    return Case(drop, [(CLASSES, None, "classType", "P040")])


@case("P050")
def year_over(bad: bool) -> Case:
    drop = builders.Drop()
    drop.session()
    day = date(2027, 4, 1) if bad else date(2027, 3, 31)
    return Case(drop, [("academicSessions.csv", 2, "endDate", "P050")], as_of=day)


@case("P051")
def year_not_begun(bad: bool) -> Case:
    drop = builders.Drop()
    drop.session()
    day = date(2026, 3, 31) if bad else date(2026, 4, 1)
    return Case(drop, [("academicSessions.csv", 2, "startDate", "P051")], as_of=day)


# -- P: initial passwords ----------------------------------------------------------------------


def _passwords(text: str, rows: list[Where]) -> Case:
    return Case(builders.a_drop(2), rows, passwords=text.encode())


HEADER = "account,userMasterIdentifier,initialPassword\r\n"
FIRST, SECOND = (builders.a_pupil(n) for n in (1, 2))


@case("P060")
def password_file_unreadable(bad: bool) -> Case:
    text = f"account,initialPassword\r\n{FIRST.account},{GOOD}\r\n"
    body = text.encode("utf-16" if bad else "cp932")
    return Case(builders.a_drop(2), [(FILE, 1, None, "P060")], passwords=body)


@case("P061")
def password_file_header(bad: bool) -> Case:
    name = "password" if bad else "初期パスワード"
    return _passwords(f"アカウント,{name}\r\n{FIRST.account},{GOOD}\r\n", [(FILE, 1, None, "P061")])


@case("P062")
def password_of_nobody(bad: bool) -> Case:
    account = "nobody@ed.example.jp" if bad else FIRST.account
    return _passwords(f"{HEADER}{account},,{GOOD}\r\n", [(FILE, 2, None, "P062")])


@case("P063")
def password_twice(bad: bool) -> Case:
    second = FIRST if bad else SECOND
    return _passwords(
        f"{HEADER}{FIRST.account},,{GOOD}\r\n,{second.id},{GOOD}1\r\n",
        [(FILE, 2, None, "P063"), (FILE, 3, None, "P063")],
    )


@case("P064")
def password_too_weak(bad: bool) -> Case:
    password = "sakura2026" if bad else GOOD
    return _passwords(
        f"{HEADER}{FIRST.account},,{password}\r\n", [(FILE, 2, "initialPassword", "P064")]
    )


@case("P065")
def password_keys_contradict(bad: bool) -> Case:
    umi = (SECOND if bad else FIRST).id
    return _passwords(f"{HEADER}{FIRST.account},{umi},{GOOD}\r\n", [(FILE, 2, None, "P065")])


@case("P066")
def password_row_broken(bad: bool) -> Case:
    extra = ",x" if bad else ""
    return _passwords(f"{HEADER}{FIRST.account},,{GOOD}{extra}\r\n", [(FILE, 2, None, "P066")])


@case("P070")
def password_trimmed(bad: bool) -> Case:
    blank = " " if bad else ""
    return _passwords(
        f"{HEADER}{FIRST.account},,{GOOD}{blank}\r\n", [(FILE, 2, "initialPassword", "P070")]
    )


@case("P071")
def password_shared(bad: bool) -> Case:
    other = GOOD if bad else f"{GOOD}x"
    return _passwords(
        f"{HEADER}{FIRST.account},,{GOOD}\r\n{SECOND.account},,{other}\r\n",
        [(FILE, None, "initialPassword", "P071")],
    )


@case("P072")
def password_shared_allowed(bad: bool) -> Case:
    found = password_shared(bad)
    found.rows = [(FILE, None, "initialPassword", "P072")]
    found.rules = {"passwords": {"shared": "allow"}}
    return found
