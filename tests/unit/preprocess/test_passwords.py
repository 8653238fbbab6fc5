import pytest

from kakehashi import oneroster
from kakehashi.findings import Effect
from kakehashi.preprocess.cleaning import Cleaned, preprocess
from kakehashi.preprocess.password_file import PasswordFile, fits, parse, read_one, used_up
from kakehashi.roster import PasswordAt
from tests import builders
from tests.unit.preprocess.night import clean, rows_of

GOOD = "Sakura-2026"
ONE, TWO = builders.a_pupil(1), builders.a_pupil(2)


def a_file(text: str, name: str = "first.csv", codec: str = "utf-8") -> PasswordFile:
    return PasswordFile(f"inbox/demo/passwords/{name}", "v1", text.encode(codec))


def with_files(*files: PasswordFile) -> Cleaned:
    return clean(builders.a_drop(2), passwords=files)


def lines_of(cleaned: Cleaned) -> dict[str, int]:
    return {d.pupil.id: d.password.line for d in cleaned.desired if d.password}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize(
    "text",
    [
        f"account,userMasterIdentifier,initialPassword\r\n{ONE.account},{ONE.id},{GOOD}\r\n",
        f"アカウント,ユーザー識別子,初期パスワード\n{ONE.account},{ONE.id},{GOOD}\n",
        f"初期パスワード,アカウント\n{GOOD},{ONE.account.upper()}\n",
        f'"userMasterIdentifier","initialPassword"\r\n"{ONE.id.upper()}","{GOOD}"',
        f"氏名,account,initialPassword\n見本 太郎,{ONE.account},{GOOD}\n",
    ],
)
def test_headers_in_either_language_any_order_and_one_key_are_enough(text: str, codec: str) -> None:
    cleaned = with_files(a_file(text, codec=codec))
    assert lines_of(cleaned) == {ONE.id: 2}
    assert cleaned.findings == ()


def test_a_line_break_in_a_cell_does_not_shift_the_line() -> None:
    text = f'note,account,initialPassword\n"a\nb",{TWO.account},{GOOD}\n\nc,{ONE.account},{GOOD}1\n'
    assert lines_of(with_files(a_file(text))) == {TWO.id: 2, ONE.id: 5}


def test_the_newest_file_decides_even_when_its_row_cannot_be_used() -> None:
    header = "account,initialPassword\n"
    old = a_file(f"{header}{ONE.account},{GOOD}\n{TWO.account},{GOOD}\n", "old.csv")
    new = a_file(f"{header}{TWO.account},weak\n", "new.csv")
    cleaned = with_files(old, new)
    assert [d.password for d in cleaned.desired if d.pupil.id == ONE.id] == [
        PasswordAt(old.key, "v1", 2)
    ]
    assert TWO.id not in lines_of(cleaned)
    assert rows_of(cleaned) == [("new.csv", 2, "initialPassword", "P064")]


def test_two_rows_for_one_pupil_give_none() -> None:
    header = "account,userMasterIdentifier,initialPassword\n"
    cleaned = with_files(a_file(f"{header}{ONE.account},,{GOOD}\n,{ONE.id},{GOOD}1\n"))
    assert lines_of(cleaned) == {}


def test_a_held_pupil_is_not_reported_as_unknown() -> None:
    drop = builders.Drop()
    drop.add_pupil(1, enabledUser="false")
    text = f"account,initialPassword\n{ONE.account},{GOOD}\n"
    assert [code for *_, code in rows_of(clean(drop, passwords=[a_file(text)]))] == ["P030"]


@pytest.mark.parametrize(
    "password",
    ["Abcdefg1", "abcdefg-1", "A" * 200 + "b1", "Pass word1", "aB3" + "!" * 253, "~`'\"<>Aa1"],
)
def test_passwords_that_entra_takes(password: str) -> None:
    assert fits(password, "taro@ed.example.jp")


@pytest.mark.parametrize(
    "password",
    ["", "Abcde-1", "abcdefgh1", "ABCDEFG1", "aB3" + "!" * 254, "Ａbcdefg1", "Abcdefgé1",
     "Abcd\tefg1", "My-taro-1", "my-TARO-1"],
)  # fmt: skip
def test_passwords_that_entra_does_not_take(password: str) -> None:
    assert not fits(password, "taro@ed.example.jp")


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", b"\xff\xfe\x00", b"account\n", b"account,initialPassword,account\n",
     b'account,initialPassword\n"a', b"\xef\xbb\xbf"],
)  # fmt: skip
def test_no_file_raises(body: bytes) -> None:
    assert parse(body).entries == ()
    cleaned = with_files(PasswordFile("x.csv", "v1", body))
    assert {code for *_, code in rows_of(cleaned)} <= {"P060", "P061", "P066"}


def test_rows_behind_a_broken_quote_are_told_not_guessed() -> None:
    text = f'account,initialPassword\n{ONE.account},{GOOD}\n"{TWO.account},{GOOD}\n'
    cleaned = with_files(a_file(text))
    assert lines_of(cleaned) == {ONE.id: 2}
    assert rows_of(cleaned) == [("first.csv", 3, None, "P066")]


def test_a_file_name_that_may_tell_of_a_person_is_not_shown() -> None:
    cleaned = with_files(a_file("x\n", "見本太郎.csv"))
    assert rows_of(cleaned) == [("passwords.csv", 1, None, "P061")]


def test_nothing_shows_a_password() -> None:
    file = a_file(f"account,initialPassword\n{ONE.account},{GOOD}\nnobody@x,{GOOD}\n")
    cleaned = with_files(file)
    shown = repr(cleaned) + repr(file) + repr(parse(file.body))
    assert GOOD not in shown


def test_the_password_is_read_only_for_the_pupil_it_was_given_to() -> None:
    header = "account,userMasterIdentifier,initialPassword\n"
    body = f"{header}{ONE.account},,{GOOD}\n,{TWO.id},{GOOD}2\n".encode()
    assert read_one(body, 2, ONE) == GOOD
    assert read_one(body, 3, TWO) == f"{GOOD}2"
    assert read_one(body, 2, TWO) is None
    assert read_one(body, 3, ONE) is None
    assert read_one(body, 9, ONE) is None
    assert read_one(b"", 2, ONE) is None


SETTLED = {ONE.account: ONE.id, TWO.account: TWO.id}


@pytest.mark.parametrize(
    "text",
    [
        f"account,initialPassword\n{ONE.account},{GOOD}\n{TWO.account.upper()},{GOOD}\n",
        f"userMasterIdentifier,initialPassword\n{ONE.id.upper()},{GOOD}\n",
        f"account,userMasterIdentifier,initialPassword\n{ONE.account},{ONE.id},{GOOD}\n",
    ],
)
def test_a_file_is_used_up_when_every_pupil_in_it_has_an_account(text: str) -> None:
    assert used_up(text.encode(), SETTLED)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "account,initialPassword\n",
        f"account,initialPassword\n{ONE.account},{GOOD}\nnobody@ed.example.jp,{GOOD}\n",
        f"userMasterIdentifier,initialPassword\n{builders.a_pupil(3).id},{GOOD}\n",
        f"account,userMasterIdentifier,initialPassword\n{ONE.account},{TWO.id},{GOOD}\n",
        f"account,initialPassword\n{ONE.account},{GOOD}\n{TWO.account}\n",
        f"account,initialPassword\n{ONE.account},{GOOD}\n,{GOOD}\n",
    ],
)
def test_a_file_with_a_row_that_is_not_used_is_kept(text: str) -> None:
    assert not used_up(text.encode(), SETTLED)


HEADER = "account,userMasterIdentifier,initialPassword\n"
THREE = builders.a_pupil(3)


@pytest.mark.parametrize(
    "written", [f"{GOOD} ", f" {GOOD}", f"\u3000{GOOD}\u3000", f"{GOOD}\xa0\t"]
)
def test_blanks_around_a_password_go_neither_onto_a_slip_nor_into_an_account(written: str) -> None:
    file = a_file(f"{HEADER}{ONE.account},,{written}\n")
    cleaned = with_files(file)
    assert lines_of(cleaned) == {ONE.id: 2}
    assert [(f.row(), f.effect) for f in cleaned.findings] == [
        (("first.csv", 2, "initialPassword", "P070"), Effect.NOTE)
    ]
    assert read_one(file.body, 2, ONE) == GOOD


def test_blanks_within_a_password_are_the_citys_own() -> None:
    body = f"{HEADER}{ONE.account},,Sakura 2026 x\n".encode()
    assert read_one(body, 2, ONE) == "Sakura 2026 x"


def test_what_is_too_short_without_its_blanks_is_too_weak() -> None:
    cleaned = with_files(a_file(f"{HEADER}{ONE.account},,Abc-12   \n"))
    assert lines_of(cleaned) == {}
    assert [code for *_, code in rows_of(cleaned)] == ["P064"]


ALIKE = f"{HEADER}{ONE.account},,{GOOD}\n,{TWO.id},{GOOD}\n{THREE.account},,{GOOD}3\n"


def told(cleaned: Cleaned) -> list[tuple[str, str, int | None, dict[str, object]]]:
    return [(f.code, f.place.file, f.place.line, dict(f.facts)) for f in cleaned.findings]


def test_one_password_for_several_pupils_gives_none_of_them_one_and_only_the_count_is_told() -> (
    None
):
    cleaned = clean(builders.a_drop(3), passwords=[a_file(ALIKE)])
    assert lines_of(cleaned) == {THREE.id: 4}
    assert told(cleaned) == [("P071", "first.csv", None, {"count": 2})]
    assert [f.pupil for f in cleaned.findings] == [None]


def test_a_city_may_let_pupils_start_with_one_password() -> None:
    package = oneroster.open_package(builders.a_drop(3).files())
    city = builders.a_city(passwords={"shared": "allow"})
    cleaned = preprocess(package, (), city, builders.TODAY, [a_file(ALIKE)])
    assert set(lines_of(cleaned)) == {ONE.id, TWO.id, THREE.id}
    assert told(cleaned) == [("P072", "first.csv", None, {"count": 2})]


def test_a_blank_does_not_hide_that_a_password_is_shared() -> None:
    text = f"{HEADER}{ONE.account},,{GOOD}\n{TWO.account},,{GOOD} \n"
    assert lines_of(with_files(a_file(text))) == {}


def test_a_password_in_two_files_is_shared_too() -> None:
    old = a_file(f"{HEADER}{ONE.account},,{GOOD}\n", "old.csv")
    new = a_file(f"{HEADER}{TWO.account},,{GOOD}\n", "new.csv")
    cleaned = with_files(old, new)
    assert lines_of(cleaned) == {}
    assert sorted(told(cleaned)) == [
        ("P071", "new.csv", None, {"count": 1}),
        ("P071", "old.csv", None, {"count": 1}),
    ]


def test_whoever_is_not_in_the_roster_yet_shares_as_well() -> None:
    text = f"{HEADER}{ONE.account},,{GOOD}\nnobody@ed.example.jp,,{GOOD}\n"
    cleaned = with_files(a_file(text))
    assert lines_of(cleaned) == {}
    assert {code for code, *_ in told(cleaned)} == {"P062", "P071"}


def test_a_newer_file_with_passwords_of_their_own_ends_it() -> None:
    old = a_file(f"{HEADER}{ONE.account},,{GOOD}\n{TWO.account},,{GOOD}\n", "old.csv")
    new = a_file(f"{HEADER}{TWO.account},,{GOOD}2\n", "new.csv")
    cleaned = with_files(old, new)
    assert set(lines_of(cleaned)) == {ONE.id, TWO.id}
    assert cleaned.findings == ()


def test_the_same_password_for_one_pupil_in_two_files_is_not_shared() -> None:
    text = f"{HEADER}{ONE.account},,{GOOD}\n"
    assert set(lines_of(with_files(a_file(text, "old.csv"), a_file(text, "new.csv")))) == {ONE.id}


def test_a_row_put_right_in_a_newer_file_may_keep_its_password() -> None:
    slip = a_file(f"{HEADER}typing.error@ed.example.jp,,{GOOD}\n", "slip.csv")
    contradiction = a_file(f"{HEADER}{ONE.account},{builders.an_id('x')},{GOOD}\n", "both.csv")
    other_way = a_file(f"{HEADER}typing.error@ed.example.jp,{ONE.id},{GOOD}\n", "way.csv")
    right = a_file(f"{HEADER}{ONE.account},{ONE.id},{GOOD}\n", "right.csv")
    for wrong, code in ((slip, "P062"), (contradiction, "P065"), (other_way, "P065")):
        cleaned = with_files(wrong, right)
        assert lines_of(cleaned) == {ONE.id: 2}
        assert told(cleaned) == [(code, wrong.name, 2, {})]


@pytest.mark.parametrize("theirs", [
    "nobody@ed.example.jp,", f"{ONE.account},{TWO.id}", f"nobody@ed.example.jp,{ONE.id}",
])  # fmt: skip
def test_a_row_that_gives_nobody_a_password_shares_it_beside_older_files(theirs: str) -> None:
    old = a_file(f"{HEADER}{TWO.account},,{GOOD}\n", "old.csv")
    new = a_file(f"{HEADER}{theirs},{GOOD}\n", "new.csv")
    cleaned = with_files(old, new)
    assert lines_of(cleaned) == {}
    assert ("P071", "old.csv", None, {"count": 1}) in told(cleaned)


def test_a_row_that_names_one_child_shares_its_password_with_another_child_of_a_newer_file() -> (
    None
):
    old = a_file(f"{HEADER}{ONE.account},{builders.an_id('x')},{GOOD}\n", "old.csv")
    new = a_file(f"{HEADER}{TWO.account},,{GOOD}\n", "new.csv")
    assert lines_of(with_files(old, new)) == {}


def test_a_clerks_capitals_and_another_childs_account_are_read_for_what_they_are() -> None:
    text = (
        f"{HEADER}{ONE.account.upper()},{ONE.id.upper()},{GOOD}\n"
        f"{ONE.account},{TWO.id},{GOOD}2\n"  # the account is another child's
    )
    cleaned = with_files(a_file(text))
    assert lines_of(cleaned) == {ONE.id: 2}
    assert [code for *_, code in rows_of(cleaned)] == ["P065"]
