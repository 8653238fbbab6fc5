"""What is read although it is not quite as the standard says."""

from __future__ import annotations

import io

import pytest

from conformance import packages as p
from conformance.packages import Files, csv_bytes, loose, sheets, spoiled
from conformance.spoils import older
from kakehashi import oneroster
from kakehashi.oneroster.leniency import full_width
from kakehashi.oneroster.rows import BLOCK
from tests.unit.oneroster.test_every_code import found_in


def users(files: dict[str, bytes]) -> oneroster.Table:
    return oneroster.open_package(files).tables["users.csv"]


def test_a_quoted_line_break_does_not_shift_the_lines_below_it() -> None:
    def spoil(files: Files) -> None:
        files["users.csv"][0]["middleName"] = "二\r\n三\n四"
        files["users.csv"][2]["enabledUser"] = "?"

    files = spoiled(spoil)
    assert users(files).lines == [2, 5, 6]
    assert ("users.csv", 6, "enabledUser", "R006") in [f.row() for f in found_in(files)]


def test_blank_lines_count_as_lines() -> None:
    files = loose()
    files["users.csv"] = files["users.csv"].replace(b"\r\n", b"\r\n\r\n", 2)
    assert users(files).lines == [3, 5, 6]


def test_lines_of_bare_commas_as_excel_leaves_them_are_blank() -> None:
    files = loose()
    files["roles.csv"] += b",,,,,,,,,\r\n,,,,,,,,,\r\n"
    (finding,) = found_in(files)
    assert finding.row() == ("roles.csv", None, None, "F052")
    assert finding.facts == {"count": 2, "first_line": 5}


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_any_line_end_is_read(line_end: str) -> None:
    files = {name: csv_bytes(rows, line_end) for name, rows in sheets(p.clean()).items()}
    assert list(users(files).rows) == list(users(loose()).rows)


def test_a_line_end_that_changes_in_the_middle_is_told() -> None:
    files = loose()
    head, _, rest = files["users.csv"].partition(b"\r\n")
    files["users.csv"] = head + b"\r\n" + rest.replace(b"\r\n", b"\n", 1)
    assert [f.row() for f in found_in(files)] == [("users.csv", None, None, "F051")]


def test_a_leniency_is_one_note_for_a_kind_and_file_with_its_count() -> None:
    def spoil(files: Files) -> None:
        for n, word in enumerate(("TRUE", "True", "true")):
            files["users.csv"][n]["enabledUser"] = word

    (finding,) = found_in(spoiled(spoil))
    assert finding.row() == ("users.csv", None, None, "R051")
    assert finding.facts == {"count": 2, "first_line": 2}


def test_upper_case_uuids_find_their_targets() -> None:
    def spoil(files: Files) -> None:
        files["classes.csv"][0]["sourcedId"] = "ABCDEF00-0000-4000-8000-00000000000A"
        for user in files["users.csv"][:2]:
            user["metadata.jp.homeClass"] = "abcdef00-0000-4000-8000-00000000000a"
        for row in files["enrollments.csv"][:2]:
            row["classSourcedId"] = "ABCDEF00-0000-4000-8000-00000000000A"

    assert {f.code for f in found_in(spoiled(spoil))} == {"R053"}


def test_literal_null_is_blank_except_where_somebody_may_have_written_it() -> None:
    nulls = {"grades": "NULL", "userMasterIdentifier": "NULL", "metadata.jp.homeClass": "NULL"}

    def spoil(files: Files) -> None:
        files["orgs.csv"][0]["parentSourcedId"] = "NULL"
        files["enrollments.csv"][0] |= {"beginDate": "NULL", "primary": "NULL"}
        files["users.csv"][0] |= nulls | {"givenName": "NULL", "email": "NULL"}

    opened = oneroster.open_package(spoiled(spoil))
    assert opened.tables["orgs.csv"].values("parentSourcedId")[0] == ""
    enrolments, users = (next(opened.tables[f].records()) for f in ("enrollments.csv", "users.csv"))
    assert (enrolments["beginDate"], enrolments["primary"]) == ("", "")
    assert [users[name] for name in nulls] == ["", "", ""]
    assert (users["givenName"], users["email"]) == ("NULL", "NULL")
    told = {(f.place.file, f.facts["count"]) for f in opened.findings if f.code == "R052"}
    assert told == {("orgs.csv", 1), ("enrollments.csv", 2), ("users.csv", 3)}


def test_a_delta_that_leaves_out_status_is_told_once_a_column_with_a_count() -> None:
    cells = sheets(p.many(50))
    cells["manifest.csv"] = [
        [name, "delta" if name == "file.users" else value] for name, value in cells["manifest.csv"]
    ]
    found = found_in({name: csv_bytes(rows) for name, rows in cells.items()})
    told = [(f.place.column, f.place.line, f.facts["count"]) for f in found if f.code == "R025"]
    assert told == [("status", 2, 50), ("dateLastModified", 2, 50)]


def test_a_header_in_capitals_is_no_file_of_passwords() -> None:
    cells = sheets(p.clean())
    cells["users.csv"][0] = [name.upper() for name in cells["users.csv"][0]]
    found = found_in({name: csv_bytes(rows) for name, rows in cells.items()})
    assert {f.code for f in found} == {"H005"}


def test_both_spellings_of_the_enrolment_columns_are_read_under_one_name() -> None:
    cells = sheets(p.clean(), "1.2.1")
    header = cells["enrollments.csv"][0]
    header[header.index("metadata.jp.shussekiNo")] = "metadata.jp.ShussekiNo"
    header[header.index("metadata.jp.publicFlg")] = "metadata.jp.PublicFlg"
    files = {name: csv_bytes(rows) for name, rows in cells.items()}
    assert found_in(files) == [], "1.2.1 spells them so"
    table = oneroster.open_package(files).tables["enrollments.csv"]
    assert list(table.values("metadata.jp.shussekiNo")) == ["1", "2", "3"]


@pytest.mark.parametrize("name", [n for n in oneroster.PROFILES if n != "1.1"])
def test_every_profile_reads_without_a_word(name: str) -> None:
    profile = oneroster.PROFILES[name]
    package = oneroster.open_package(loose())
    dialect = oneroster.WriterOptions(profile=name)
    body = oneroster.write_package(package.tables, dialect)
    again = oneroster.open_package(io.BytesIO(body))
    assert again.version == profile.version
    # columns a profile does not define go out as they came in, to the right of the rest
    assert list(oneroster.check(again)) == []


def test_a_row_may_leave_out_the_empty_columns_that_excel_added_to_the_header() -> None:
    files = loose()
    header, rest = files["roles.csv"].split(b"\r\n", 1)
    files["roles.csv"] = header + b",,\r\n" + rest
    assert [f.code for f in found_in(files)] == ["H007"]
    assert len(oneroster.open_package(files).tables["roles.csv"].rows) == 3


def test_a_zip_and_its_loose_files_read_alike() -> None:
    package = oneroster.open_package(io.BytesIO(p.zipped(loose())))
    assert {f: list(t.rows) for f, t in package.tables.items()} == {
        f: list(t.rows) for f, t in oneroster.open_package(loose()).tables.items()
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ﾊﾅｺ", "ハナコ"),
        ("ｶﾞｸﾞﾊﾟﾋﾟ", "ガグパピ"),
        ("ハ\u3099ハ\u309a", "バパ"),
        ("山田ﾀﾛｳ①", "山田タロウ①"),
        ("神福\ufa19\ufa1b髙﨑", "神福\ufa19\ufa1b髙﨑"),  # NFC would rewrite two of these
        ("葛\U000e0100", "葛\U000e0100"),
        ("ＡＢＣ　１２３", "ＡＢＣ　１２３"),
    ],
)
def test_kana_are_made_full_width_and_kanji_are_left_alone(written: str, read: str) -> None:
    assert full_width(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026/4/1", "2026-04-01"),
        ("2026年4月1日", "2026-04-01"),
        ("2026/04/01 0:00", "2026-04-01"),
        ("2026-04-01", "2026-04-01"),
        ("2026/13/1", "2026/13/1"),
        ("4/1/2026", "4/1/2026"),
        ("4月1日", "4月1日"),
    ],
)
def test_a_date_is_put_right_only_where_it_leaves_no_doubt(written: str, read: str) -> None:
    def spoil(files: Files) -> None:
        files["roles.csv"][0]["beginDate"] = written

    table = oneroster.open_package(spoiled(spoil)).tables["roles.csv"]
    assert next(iter(table.values("beginDate"))) == read


def test_a_city_may_accept_fewer_versions() -> None:
    package = oneroster.open_package(loose())
    assert [f.code for f in oneroster.check(package, ("1.2", "1.2.1"))] == ["F024"]
    assert not list(oneroster.check(package, ("1.2_JP",)))


def test_a_long_file_is_read_to_its_end_whatever_stands_in_the_middle() -> None:
    rows = 5 * BLOCK // 300  # a row is about 300 characters: five blocks, odd ones among them

    def spoil(files: Files) -> None:
        (model, *_) = files["users.csv"]
        for n in range(rows):
            odd = {"middleName": "two\nlines"} if n in {rows // 3, rows // 3 + 5} else {}
            files["users.csv"].append(model | {"sourcedId": f"more-{n}"} | odd)

    files = spoiled(spoil)
    lines = files["users.csv"].split(b"\r\n")
    middle = rows // 2
    files["users.csv"] = b"\r\n".join([*lines[:middle], b"", *lines[middle:]])
    table = users(files)
    assert len(table.rows) == 3 + rows
    physical = files["users.csv"].replace(b"\r\n", b"\n").split(b"\n")
    for row, line in zip(table.rows, table.lines, strict=True):
        assert physical[line - 1].startswith(f'"{row[0]}"'.encode())


@pytest.mark.parametrize(
    ("codec", "code", "encoding"),
    [
        ("cp932", "F040", "CP932"),
        ("utf-16", "F041", "UTF-16"),
        ("utf-16-be", "F041", "UTF-16"),
        ("utf-32", "F041", "UTF-32"),
        ("euc_jp", "F042", "EUC-JP"),
    ],
)
def test_a_file_in_another_encoding_is_refused_and_the_encoding_is_named(
    codec: str, code: str, encoding: str
) -> None:
    files = loose()
    files["users.csv"] = files["users.csv"].decode().encode(codec)
    (finding,) = [f for f in found_in(files) if f.code[0] == "F"]
    assert (finding.row(), finding.effect) == (("users.csv", None, None, code), "refuse-drop")
    assert finding.facts == {"encoding": encoding}


@pytest.mark.parametrize("separator", [b'"\t"', b'";"'])
def test_a_file_with_other_separators_is_told_by_its_header_alone(separator: bytes) -> None:
    files = loose()
    files["users.csv"] = files["users.csv"].replace(b'","', separator)
    (finding,) = found_in(files)
    assert finding.row() == ("users.csv", 1, None, "H001")


def test_a_quote_inside_an_unquoted_field_is_a_letter_that_is_told() -> None:
    files = loose()
    files["users.csv"] = files["users.csv"].replace(b'"pupil2"', b'pu"pil"2')
    (finding,) = found_in(files)
    assert (finding.row()[3], finding.facts) == ("R058", {"count": 1, "first_line": 4})
    assert users(files).values("username")[2] == 'pu"pil"2'


def test_a_doubled_quote_inside_a_quoted_field_is_as_the_standard_says() -> None:
    def spoil(files: Files) -> None:
        files["users.csv"][1]["middleName"] = 'a "b", c'

    assert found_in(spoiled(spoil)) == []


def test_an_export_of_1_1_is_refused_for_the_one_thing_it_lacks() -> None:
    stops = [f.row() for f in found_in(older()) if f.effect == "refuse-drop"]
    assert stops == [("users.csv", 1, None, "H010")]


@pytest.mark.parametrize("damage", ["4月1日", "1月2日"])
def test_a_title_that_excel_turned_into_a_date_is_held(damage: str) -> None:
    def spoil(files: Files) -> None:
        files["classes.csv"][0]["title"] = damage

    rows = [f.row() for f in found_in(spoiled(spoil))]
    assert rows == [("classes.csv", 2, "title", "R019")]
