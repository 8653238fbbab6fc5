"""Zips that lie, and what it costs to find out."""

from __future__ import annotations

import io
import struct
import tracemalloc
import unicodedata
import zipfile

import pytest

from conformance.packages import loose, zipped
from kakehashi.oneroster import archive, open_package, passwords_in
from tests.unit.oneroster.test_every_code import found_in


def resized(body: bytes, size: int) -> bytes:
    """``body`` with the first entry's unpacked size changed in the central directory."""
    data = bytearray(body)
    at = data.index(b"PK\x01\x02") + 24
    data[at : at + 4] = size.to_bytes(4, "little")
    return bytes(data)


def test_an_entry_that_inflates_to_more_than_it_says_is_damaged() -> None:
    assert "F004" in {f.code for f in found_in(resized(zipped(loose()), 100))}


def test_a_bomb_costs_no_memory() -> None:
    bomb = zipped(loose() | {"users.csv": b"0" * (64 << 20)})
    tracemalloc.start()
    try:
        package = open_package(io.BytesIO(bomb))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [f.code for f in package.findings] == ["F009"]
    assert peak < 1 << 20


def a_long_directory() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for n in range(archive.MAX_DIRECTORY_BYTES // 200):
            made.writestr(f"{n:0200}", b"")
    return out.getvalue()


def in_zip64(body: bytes, stated: int = 0xFFFFFFFF) -> bytes:
    """The same zip as APPNOTE 4.3.14 has it: the end record says ``stated`` of the directory,
    and a zip64 record before it says what is so."""
    at = body.rindex(b"PK\x05\x06")
    count, size, start = struct.unpack("<HII", body[at + 10 : at + 20])
    record = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, stated, 0xFFFFFFFF, 0)
    return body[:at] + record + locator + end


def test_a_central_directory_without_end_is_not_read() -> None:
    assert [f.code for f in found_in(a_long_directory())] == ["F010"]


def test_a_zip64_end_is_that_of_any_zip_and_lies_no_better() -> None:
    """As archiver 7.0.1 (forceZip64), stream-zip 0.0.84 and zip.js 2.24.0 write each zip."""
    assert found_in(in_zip64(zipped(loose()))) == found_in(zipped(loose()))
    for stated in (0xFFFFFFFF, 100):
        assert [f.code for f in found_in(in_zip64(a_long_directory(), stated))] == ["F010"]


@pytest.mark.parametrize("body", [b"", b"PK", b"PK\x05\x06", b"\x00" * 100, b"PK\x05\x06" * 30])
def test_bytes_that_are_no_zip_are_one_finding(body: bytes) -> None:
    assert [f.code for f in found_in(body)] == ["F001"]


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "..\\users.csv", "C:users.csv", "a\x01.csv", "x/../users.csv", ".."]
)
def test_a_name_that_leads_elsewhere_refuses_the_whole_drop(name: str) -> None:
    findings = found_in(zipped(loose() | {name: b"x"}))
    assert "F006" in {f.code for f in findings}
    assert not any(f.place.file for f in findings), "nothing of it was read"


def named(written: bytes, body: bytes = b"x") -> bytes:
    """A right package and an entry of this name, of whose encoding the zip says nothing."""
    stand_in = "~" * len(written)
    return zipped(loose() | {stand_in: body}).replace(stand_in.encode(), written)


def test_a_folder_written_with_a_backslash_is_a_folder() -> None:
    """As .NET Framework before 4.6.1 writes ``export\\users.csv``."""
    body = zipped({f"export/{name}": body for name, body in loose().items()})
    findings = found_in(body.replace(b"export/", b"export\\"))
    assert [(f.code, f.facts) for f in findings] == [("F005", {"count": 8})]


@pytest.mark.parametrize("codec", ["cp932", "utf-8"])
def test_a_japanese_name_is_read_as_it_was_written(codec: str) -> None:
    """In cp932 the second byte of 表 is that of a backslash: it was an unsafe name."""
    assert [f.code for f in found_in(named("予定表.xlsx".encode(codec)))] == ["F013"]
    assert [f.code for f in found_in(named("初期パスワード.xlsx".encode(codec)))] == ["F015"]


@pytest.mark.parametrize(
    "written",
    [
        unicodedata.normalize("NFD", "初期パスワード.xlsx").encode(),  # as a Mac writes it
        "ﾊﾟｽﾜｰﾄﾞ.xlsx".encode("cp932"),
        "ＰＡＳＳＷＯＲＤ.xlsx".encode("cp932"),
        "児童PW一覧.xlsx".encode("cp932"),
        "暗証番号.xlsx".encode(),
    ],
)
def test_passwords_are_passwords_however_they_are_spelt(written: bytes) -> None:
    assert [f.code for f in found_in(named(written))] == ["F015"]


def test_two_letters_within_a_word_are_no_passwords() -> None:
    assert [f.code for f in found_in(named(b"upward.xlsx"))] == ["F013"]
    assert [f.code for f in found_in(named(b"pwned.xlsx"))] == ["F013"]


def test_a_name_in_no_encoding_of_ours_stays_what_it_is() -> None:
    assert [f.code for f in found_in(named(b"\x80\xff.txt"))] == ["F013"]


def test_a_japanese_letter_hides_no_way_out() -> None:
    assert {f.code for f in found_in(named(b"\x95\\..\\users.csv"))} == {"F005"}  # 表..\users.csv
    assert {f.code for f in found_in(named(b"\x95\\\\..\\users.csv"))} == {"F005", "F006"}


def test_what_a_mac_adds_to_a_zip_is_left_out_and_told_once() -> None:
    more = {f"__MACOSX/._{name}": b"\x00\x05\x16\x07" for name in loose()} | {".DS_Store": b"\x00"}
    findings = found_in(zipped(loose() | more))
    assert [(f.code, f.facts) for f in findings] == [("F017", {"count": 9})]


def test_a_name_that_leads_elsewhere_is_no_better_for_a_mac() -> None:
    assert "F006" in {f.code for f in found_in(zipped(loose() | {"__MACOSX/../users.csv": b"x"}))}


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_file_of_passwords_is_known_by_its_header_in_any_encoding(codec: str) -> None:
    body = "ユーザー識別子,初期パスワード\r\n".encode(codec)
    assert {f.code for f in passwords_in(loose() | {"april.csv": body})} == {"F015"}


def test_a_copy_of_users_is_no_file_of_passwords() -> None:
    files = loose() | {"users (1).csv": loose()["users.csv"]}
    assert passwords_in(files) == []
    assert [f.code for f in found_in(files)] == ["F012"]


def with_passwords() -> dict[str, bytes]:
    files = loose()
    files["users.csv"] = files["users.csv"].replace(b'"P1","","6', b'"P1","secret","6')
    return files


@pytest.mark.parametrize("folder", ["export/", "export\\", "a/b/"])
def test_a_filled_password_column_is_found_in_a_folder_too(folder: str) -> None:
    """Such a drop is refused for its folder, and a copy of it was kept all the same."""
    files = {f"{folder}{name}": body for name, body in with_passwords().items()}
    for source in (files, io.BytesIO(zipped(files))):
        told = passwords_in(source)
        assert [(f.code, f.facts["count"]) for f in told] == [("F005", 8), ("F016", 2)]
    assert passwords_in({f"{folder}{name}": body for name, body in loose().items()}) == []


def test_a_filled_password_column_is_found_in_a_copy_too() -> None:
    (told,) = passwords_in(loose() | {"users (1).csv": with_passwords()["users.csv"]})
    assert (told.code, told.facts["count"]) == ("F016", 2)


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_what_nobody_here_unpacks_is_not_read_and_not_kept(method: int) -> None:
    """A damaged one raised what nobody caught, and the run ended red without a word."""
    out = io.BytesIO(zipped(loose()))
    with zipfile.ZipFile(out, "a") as made:
        made.writestr("more.csv", b"a,b\n" * 500, compress_type=method)
    body = bytearray(out.getvalue())
    body[body.find(b"more.csv") + len("more.csv") + 20] ^= 0xFF
    assert [f.code for f in found_in(bytes(body))] == ["F003"]
    assert [f.code for f in passwords_in(io.BytesIO(body))] == ["F003"]


def test_a_drop_that_is_too_much_is_not_inflated_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_FILE_BYTES", 100)
    assert passwords_in({f"x/{name}": body for name, body in with_passwords().items()}) == []


def test_a_filled_password_column_is_found_whatever_the_encoding() -> None:
    files = with_passwords()
    for codec in ("utf-8", "cp932", "utf-16"):
        body = files["users.csv"].decode().encode(codec)
        (told,) = passwords_in(files | {"users.csv": body})
        assert (told.row(), told.facts["count"]) == (("users.csv", None, "password", "F016"), 2)


SDS_V2 = "sourcedId,orgSourcedIds,givenName,familyName,username,password,role,grade"
SDS_V2_1 = "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms"
LGATE = "username,password,enabledUser,isLocal,schoolCode,schoolName,familyName,givenName"


@pytest.mark.parametrize(
    ("name", "heading", "known"),
    [
        ("Student.csv", "SIS ID,School SIS ID,First Name,Last Name,Password", "Microsoft SDS v1"),
        ("TeacherRoster.csv", "Section SIS ID,SIS ID", "Microsoft SDS v1"),
        ("users.csv", SDS_V2, "Microsoft SDS v2"),
        ("users.csv", SDS_V2_1, "Microsoft SDS v2.1"),
        ("roles.csv", "userSourcedId,orgSourcedId,role,isPrimary", "Microsoft SDS v2.1"),
        ("School.csv", "DfE Number,Name", "Microsoft SDS, UK"),
        ("Student.csv", "ID,School DfE Number,Username", "Microsoft SDS, UK"),
        ("students.csv", "School_id,Student_id,Student_number,Last_name", "Clever"),
        ("ユーザー.csv", LGATE, "L-Gate"),
        ("クラス.csv", '"term","gradeCode","schoolName","name"', "L-Gate"),
    ],
)
@pytest.mark.parametrize("codec", ["utf-8-sig", "cp932"])
def test_another_format_is_named_as_what_it_is_and_nothing_else_is_said(
    name: str, heading: str, known: str, codec: str
) -> None:
    files = {name: f"{heading}\r\n".encode(codec)}
    assert [(f.code, f.facts) for f in passwords_in(files)] == [("F018", {"format": known})]
    told = [(f.code, f.facts.get("format")) for f in found_in(files)]
    assert told[0] == ("F018", known)
    assert not {"F015", "F020"} & {code for code, _ in told}


def test_in_a_folder_it_is_named_all_the_same() -> None:
    files = {"2026/Student.csv": b"SIS ID,School SIS ID,Username\r\n"}
    assert [f.code for f in found_in(zipped(files))] == ["F018"]


def test_a_roster_without_its_manifest_is_no_other_format() -> None:
    files = {name: body for name, body in loose().items() if name != "manifest.csv"}
    assert "F020" in {f.code for f in found_in(files)}
    assert "F018" not in {f.code for f in found_in(files)}
