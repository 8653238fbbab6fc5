"""For every code the smallest thing that is wrong with an otherwise clean package.

A case is (code, what to drop, where it must be found). What is dropped is made by a function, so
that a bomb is built only when its test runs. The clean twin is the package nobody touched.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from typing import NamedTuple

from conformance import packages as p
from conformance.packages import Files, loose, reshaped, spoiled, zipped
from kakehashi.oneroster import PROFILES, archive
from kakehashi.oneroster.rows import LONGEST

Source = Mapping[str, bytes] | bytes
Place = tuple[str, int | None, str | None]
Sheets = dict[str, list[list[str]]]

USERS, ROLES, ORGS, CLASSES = "users.csv", "roles.csv", "orgs.csv", "classes.csv"
ENROLMENTS, SESSIONS, COURSES = "enrollments.csv", "academicSessions.csv", "courses.csv"
MANIFEST = "manifest.csv"
NOWHERE = "90000000-0000-4000-8000-000000000009"


class Case(NamedTuple):
    code: str
    make: Callable[[], Source]
    place: Place


CASES: list[Case] = []


def case(code: str, make: Callable[[], Source], file: str = "", line: int | None = None,
         column: str | None = None) -> None:  # fmt: skip
    CASES.append(Case(code, make, (file, line, column)))


def cell(code: str, file: str, row: int, column: str, value: str, *, told: bool = True) -> None:
    """One cell of data row ``row`` (0 is line 2) says ``value``."""

    def make() -> Source:
        def spoil(files: Files) -> None:
            files[file][row][column] = value

        return spoiled(spoil)

    case(code, make, file, row + 2 if told else None, column if told else None)


def rows(code: str, spoil: Callable[[Files], object], *place: str | int | None) -> None:
    case(code, lambda: spoiled(spoil), *place)  # type: ignore[arg-type]


def cells(code: str, spoil: Callable[[Sheets], object], *place: str | int | None) -> None:
    case(code, lambda: reshaped(spoil), *place)  # type: ignore[arg-type]


def body(code: str, file: str, change: Callable[[bytes], bytes], line: int | None = None) -> None:
    case(code, lambda: loose() | {file: change(loose()[file])}, file, line)


def more(code: str, name: str, content: bytes = b"x", file: str = "") -> None:
    """A package with one more file."""
    case(code, lambda: zipped(loose() | {name: content}), file)


# -- F: the package ---------------------------------------------------------------------------


def flagged() -> bytes:
    """The flag "encrypted" on the first entry, in both of its headers."""
    data = bytearray(zipped(loose()))
    data[6] |= 1
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    return bytes(data)


def bit_flipped() -> bytes:
    """A byte of users.csv differs from what its CRC says; stored, so that it inflates."""
    data = p.compressed(loose(), zipfile.ZIP_STORED)
    at = data.index(b"pupil1@ed")
    return data[:at] + b"P" + data[at + 1 :]


def huge() -> bytes:
    """An entry that says it is larger than allowed."""
    data = bytearray(zipped(loose()))
    central = data.index(b"PK\x01\x02")
    data[central + 24 : central + 28] = (archive.MAX_FILE_BYTES + 1).to_bytes(4, "little")
    return bytes(data)


def twice() -> bytes:
    return zipped(loose() | {"USERS.CSV": b"x"})


case("F001", lambda: zipped(loose())[:-30])
case("F002", flagged)
case("F003", lambda: p.compressed(loose(), zipfile.ZIP_BZIP2))
case("F004", bit_flipped, USERS)
more("F005", "night/users.csv")
more("F006", "../users.csv")
case("F007", twice)
case("F008", huge)
more("F009", "zeros.csv", b"0" * (archive.RATIO_FLOOR + 1))
case("F010", lambda: loose() | {f"{n}.csv": b"" for n in range(archive.MAX_FILES)})
more("F011", "inner.zip")
more("F012", "teachers.csv")
more("F013", "readme.txt")
more("F015", "passwords.csv")
more("F015", "new.csv", "アカウント,初期パスワード\r\n".encode("cp932"))
cell("F016", USERS, 1, "password", "x", told=False)
CASES[-1] = CASES[-1]._replace(place=(USERS, None, "password"))
more("F017", "__MACOSX/._users.csv")
more("F017", ".DS_Store")


def renamed() -> Source:
    files = loose()
    return {"Users.csv" if name == USERS else name: content for name, content in files.items()}


case("F014", renamed, USERS)
case("F018", lambda: {"Student.csv": b"SIS ID,School SIS ID,Username\r\n"})
case("F020", lambda: {n: b for n, b in loose().items() if n != MANIFEST}, MANIFEST)
cells("F021", lambda s: s[MANIFEST].__setitem__(0, ["name", "value"]), MANIFEST, 1)
cells("F022", lambda s: s[MANIFEST].pop(1), MANIFEST)
cells("F023", lambda s: s[MANIFEST].append(["file.users", "absent"]), MANIFEST, 25)
cells("F024", lambda s: s[MANIFEST].__setitem__(2, ["oneroster.version", "2.0"]), MANIFEST)
cells("F025", lambda s: s[MANIFEST].append(["file.users", "all"]), MANIFEST, 25)
case("F026", lambda: {n: b for n, b in loose().items() if n != ROLES}, ROLES)


def mode_of(file: str, mode: str) -> Callable[[Sheets], None]:
    def spoil(sheets: Sheets) -> None:
        for row in sheets[MANIFEST]:
            if row[0] == f"file.{file.removesuffix('.csv')}":
                row[1] = mode

    return spoil


cells("F027", mode_of(USERS, "absent"), USERS)
cells("F028", lambda s: s[MANIFEST].append(["vendor.note", "1"]), MANIFEST)
cells("F029", lambda s: s[MANIFEST].__setitem__(1, ["manifest.version", "1.1"]), MANIFEST)
rows("F030", lambda f: f.pop(ROLES), ROLES)
cells("F031", lambda s: s.__setitem__(ROLES, s[ROLES][:1]), ROLES, 1)


def with_file(file: str, *data: dict[str, str]) -> Callable[[Files], None]:
    return lambda files: files.__setitem__(file, list(data))


rows("F032", with_file("demographics.csv"), "demographics.csv", 1)
cells("F033", mode_of(USERS, "delta"), USERS)
rows("F034", lambda f: f[USERS][0].update(status="tobedeleted"), USERS, None, "status")


def half(file: str) -> Callable[[], Source]:
    """``file`` of a package of sixty pupils, cut between two rows: nothing shows in it."""

    def make() -> Source:
        files = p.loose(p.many(60))
        lines = files[file].splitlines(keepends=True)
        return files | {file: b"".join(lines[:31])}

    return make


case("F035", half(USERS), USERS)
case("F035", half(ROLES), ROLES)
body("F040", USERS, lambda b: b.decode().encode("cp932"))
body("F041", USERS, lambda b: b.decode().encode("utf-16"))
body("F042", USERS, lambda b: b"\xff\x81" + b)
body("F043", USERS, lambda b: b[:-200], 4)
body("F044", USERS, lambda b: b.replace(b'""\r\n', b'"\r\n', 1), 2)
body("F045", USERS, lambda b: b.replace(b"pupil1", b"x" * LONGEST, 1))
body("F050", USERS, lambda b: b"\xef\xbb\xbf" + b)
body("F051", USERS, lambda b: b.replace(b"\r\n", b"\n"))
body("F052", USERS, lambda b: b.replace(b"\r\n", b"\r\n\r\n", 1))

# -- H: the header ----------------------------------------------------------------------------


def head(code: str, spoil: Callable[[list[list[str]]], object], *place: str | int | None) -> None:
    cells(code, lambda sheets: spoil(sheets[USERS]), USERS, *place)


def drop(column: str) -> Callable[[list[list[str]]], None]:
    def spoil(sheet: list[list[str]]) -> None:
        at = sheet[0].index(column)
        for row in sheet:
            del row[at]

    return spoil


def swap(sheet: list[list[str]]) -> None:
    for row in sheet:
        row[3], row[4] = row[4], row[3]


def double(sheet: list[list[str]]) -> None:
    for row in sheet:
        row.append(row[4])


def say(old: str, new: str) -> Callable[[list[list[str]]], None]:
    def spoil(sheet: list[list[str]]) -> None:
        sheet[0][sheet[0].index(old)] = new

    return spoil


def add(name: str, value: str = "") -> Callable[[list[list[str]]], None]:
    def spoil(sheet: list[list[str]]) -> None:
        for n, row in enumerate(sheet):
            row.append(value if n else name)

    return spoil


def put_in(sheet: list[list[str]]) -> None:
    at = sheet[0].index("userMasterIdentifier") + 1
    for n, row in enumerate(sheet):
        row.insert(at, "" if n else "resourceSourcedIds")


def older() -> Source:
    """A package of 1.1: role and school stand in users.csv, and there is no key to follow."""
    files = p.sheets(p.clean(), "1.1")
    del files[ROLES]
    names = PROFILES["1.1"].header(USERS)
    old = [dict(zip(files[USERS][0], row, strict=True)) for row in files[USERS][1:]]
    more_cells = {"role": "student", "orgSourcedIds": p.SCHOOL}
    files[USERS] = [list(names), *([(r | more_cells).get(n, "") for n in names] for r in old)]
    for row in files[MANIFEST]:
        row[1] = "absent" if row[0] == "file.roles" else row[1]
    return {name: p.csv_bytes(sheet) for name, sheet in files.items()}


head("H001", lambda s: s.pop(0), 1)
head("H002", drop("sms"), 1, "sms")
head("H003", swap, 1, "enabledUser")
head("H004", double, 1)
head("H005", say("givenName", "GivenName"), 1)
head("H006", add("nickname"), 1)
head("H007", add(""), 1)
head("H008", put_in, 1)
cells(
    "H009",
    lambda s: say("metadata.jp.shussekiNo", "metadata.jp.ShussekiNo")(s[ENROLMENTS]),
    ENROLMENTS,
    1,
)
case("H010", older, USERS, 1)

# -- R: rows and cells ------------------------------------------------------------------------

head("R001", lambda s: s[2].pop(), 3)
cell("R002", USERS, 1, "username", "")
cell("R003", ROLES, 1, "role", "pupil")
cell("R004", ORGS, 1, "sourcedId", "学校1")
cell("R005", ROLES, 1, "beginDate", "2026-02-30")
cell("R006", USERS, 1, "enabledUser", "yes")
cell("R007", SESSIONS, 0, "schoolYear", "26")
cell("R008", ENROLMENTS, 1, "metadata.jp.shussekiNo", "x")
cell("R009", CLASSES, 1, "subjects", "国語,,算数")
cell("R010", USERS, 1, "userIds", "{MS:}")
cell("R011", USERS, 1, "grades", "P7")
cell("R012", USERS, 1, "grades", "")
cell("R013", USERS, 1, "userMasterIdentifier", "")
cell("R014", USERS, 1, "userMasterIdentifier", "60000000-0000-1000-8000-000000000001")
cell("R015", ORGS, 1, "identifier", "")
cell("R016", ORGS, 1, "identifier", "B10829990001")
cell("R017", ORGS, 1, "identifier", "B108299900010")
cell("R018", ORGS, 0, "identifier", "992999")
cell("R019", CLASSES, 0, "title", "1月2日")
cell("R019", ROLES, 0, "beginDate", "4月1日")
cell("R019", ROLES, 0, "beginDate", "46113")
cell("R019", USERS, 0, "grades", "1")
cell("R019", ORGS, 1, "identifier", "1.08299900015E+12")
cell("R020", CLASSES, 0, "location", "北棟\r\n2階", told=False)
body("R021", USERS, lambda b: b.replace(b'"pupil1"', b'"pupil"1"', 1), 3)
cell("R022", ROLES, 1, "endDate", "2025-03-31")
cell("R023", SESSIONS, 0, "endDate", "2026-09-30")
cell("R024", SESSIONS, 0, "schoolYear", "2020")


def delta(*kept: str) -> Callable[[], Source]:
    """A delta of users.csv whose rows say only ``kept``."""
    says = {"status": "active", "dateLastModified": "2026-11-01T00:00:00.000Z"}
    said = {name: says[name] for name in kept}

    def make() -> Source:
        files = p.clean()
        for row in files[USERS]:
            row.update(said)
        sheets = p.sheets(files)
        mode_of(USERS, "delta")(sheets)
        return {name: p.csv_bytes(sheet) for name, sheet in sheets.items()}

    return make


def timed(value: str) -> Source:
    files = p.clean()
    for row in files[USERS]:
        row |= {"status": "active", "dateLastModified": value}
    sheets = p.sheets(files)
    mode_of(USERS, "delta")(sheets)
    return {name: p.csv_bytes(sheet) for name, sheet in sheets.items()}


case("R025", delta("status"), USERS, 2, "dateLastModified")
case("R026", lambda: timed("yesterday"), USERS, 2, "dateLastModified")
cell("R027", ENROLMENTS, 1, "primary", "true")
rows(
    "R028",
    lambda f: f[USERS][1].update(preferredGivenName=""),
    USERS, None, "preferredGivenName",
)  # fmt: skip
cell("R050", USERS, 1, "status", "active", told=False)
cell("R051", USERS, 1, "enabledUser", "True", told=False)
cell("R052", ORGS, 0, "parentSourcedId", "NULL", told=False)
cell("R053", USERS, 1, "userMasterIdentifier", p.MASTERS[1].replace("6", "A").upper(), told=False)
cell("R054", USERS, 1, "metadata.jp.kanaGivenName", "ﾊﾅｺ", told=False)
cell("R055", USERS, 1, "metadata.jp.kanaGivenName", "カ\u3099クト", told=False)
cell("R056", ROLES, 1, "beginDate", "2026/4/1", told=False)
cell("R057", ORGS, 0, "identifier", "82999", told=False)
body("R058", USERS, lambda b: b.replace(b'"pupil1"', b'pupil"1"', 1))
rows("R059", p.without_profile, USERS)

# -- X and D: rows against each other ---------------------------------------------------------

cell("X001", USERS, 1, "metadata.jp.homeClass", NOWHERE)
rows(
    "X002",
    lambda f: f[USERS][1].update(agentSourcedIds=NOWHERE),
    USERS, None, "agentSourcedIds",
)  # fmt: skip
cell("X003", CLASSES, 0, "schoolSourcedId", p.BOARD)
rows("X004", lambda f: f[ROLES].pop(1), USERS, 3, "sourcedId")
rows("X005", lambda f: f[ROLES].append(f[ROLES][1] | {"sourcedId": NOWHERE}), ROLES, 5, "roleType")
cell("X006", ENROLMENTS, 1, "schoolSourcedId", p.JUNIOR)
cell("X007", CLASSES, 0, "classType", "scheduled", told=False)
CASES[-1] = CASES[-1]._replace(place=(USERS, 2, "metadata.jp.homeClass"))


def torn(files: Files) -> None:
    """Two homerooms at one time, and no homeClass to say which."""
    files[USERS][1]["metadata.jp.homeClass"] = ""
    other = {"sourcedId": NOWHERE, "classSourcedId": p.J_CLASS, "schoolSourcedId": p.JUNIOR}
    files[ENROLMENTS].append(files[ENROLMENTS][1] | other)


rows("X008", torn, USERS, 3, "metadata.jp.homeClass")
cell("X009", USERS, 1, "metadata.jp.homeClass", p.J_CLASS)


def two_teachers(files: Files) -> None:
    for n in (1, 2):
        id_ = f"90000000-0000-4000-8000-00000000010{n}"
        teacher = {"role": "teacher", "primary": "true", "sourcedId": id_}
        files[ENROLMENTS].append(files[ENROLMENTS][0] | teacher)


rows("X010", two_teachers, ENROLMENTS, 6, "primary")


def other_of(n: int, **changes: str) -> Callable[[Files], None]:
    return lambda files: files[USERS].append(files[USERS][n] | changes)


rows("D001", other_of(1, username="other"), USERS, 3, "sourcedId")
rows("D002", other_of(1), USERS, 5, "sourcedId")


def one_master(files: Files) -> None:
    files[USERS][1]["userMasterIdentifier"] = p.MASTERS[0]


rows("D003", one_master, USERS, 3, "userMasterIdentifier")

# -- the Japan Profile and the standard: notes, told once a file ---------------------------------


def once(code: str, file: str, n: int, column: str, value: str, *, at: str = "") -> None:
    """A cell whose fault is told of its file: ``at`` another column than that of the cell."""
    cell(code, file, n, column, value, told=False)
    CASES[-1] = CASES[-1]._replace(place=(file, None, at or column))


once("F019", ORGS, 0, "identifier", "082201")
body("R030", USERS, lambda b: b.replace(b'"pupil1"', b"pupil1", 1))
body("R030", USERS, lambda b: b.replace(b'"', b""))
once("R031", "courses.csv", 0, "courseCode", "P010")
once("R032", "courses.csv", 0, "title", "ホームルーム")
once("R033", SESSIONS, 0, "title", "令和8年度")
once("R033", SESSIONS, 0, "type", "term", at="title")
once("R034", ORGS, 1, "parentSourcedId", "")
once("R034", ORGS, 0, "parentSourcedId", p.SCHOOL)
once("R034", ORGS, 1, "parentSourcedId", p.JUNIOR)
once("R035", ORGS, 0, "parentSourcedId", p.SCHOOL)
once("R036", ROLES, 1, "role", "parent")
once("R037", ROLES, 1, "roleType", "secondary")
once("R038", ENROLMENTS, 1, "role", "proctor")
once("R039", ENROLMENTS, 1, "metadata.jp.shussekiNo", "0")
once("R039", ENROLMENTS, 1, "metadata.jp.shussekiNo", "-3")
once("R040", ENROLMENTS, 1, "metadata.jp.shussekiNo", "1")
once("R041", USERS, 1, "metadata.jp.kanaFamilyName", "見本")
once("R042", CLASSES, 0, "subjectCodes", "P999")
rows(
    "R043",
    lambda f: f[CLASSES][0].update(subjects="国語,算数", subjectCodes="P010"),
    CLASSES, None, "subjectCodes",
)  # fmt: skip
once("R044", ENROLMENTS, 1, "beginDate", "2026-03-20", at="endDate")
once("R044", ENROLMENTS, 1, "endDate", "2027-06-30")
rows("R045", with_file("demographics.csv", {"sourcedId": NOWHERE, "sex": "other"}),
     "demographics.csv", None, "sourcedId")  # fmt: skip
once("R046", USERS, 1, "username", "pupil0")
once("R047", CLASSES, 0, "grades", "P2")


def enrolled_again(files: Files) -> None:
    files[ENROLMENTS].append(files[ENROLMENTS][1] | {"sourcedId": NOWHERE})


rows("R048", enrolled_again, ENROLMENTS, None, "userSourcedId")
