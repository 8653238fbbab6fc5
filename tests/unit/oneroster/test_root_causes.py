"""One cause is one finding; what follows from it is counted under it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance import packages as p
from conformance.packages import Files, loose, spoiled
from kakehashi.findings import Effect, Finding
from tests.unit.oneroster.test_every_code import found_in


def told(findings: list[Finding]) -> list[tuple[object, ...]]:
    return [(*finding.row(), finding.children) for finding in findings]


def test_a_missing_school_is_told_once_with_everything_that_refers_to_it() -> None:
    def spoil(files: Files) -> None:
        del files["orgs.csv"][1]

    (finding,) = found_in(spoiled(spoil))
    assert finding.row() == ("courses.csv", 2, "orgSourcedId", "X001")
    assert finding.children == 1 + 1 + 2 + 2 + 2  # course, class, users, roles, enrolments
    assert finding.facts == {"target": "orgs.csv", "count": 8}


def test_what_refers_to_a_broken_school_is_counted_under_its_own_fault() -> None:
    def spoil(files: Files) -> None:
        files["orgs.csv"][1]["identifier"] = "B1"

    assert told(found_in(spoiled(spoil))) == [("orgs.csv", 3, "identifier", "R016", 8)]


def test_what_refers_to_a_row_of_the_wrong_width_is_counted_under_that_row() -> None:
    files = loose()
    lines = files["users.csv"].split(b"\r\n")
    lines[2] += b',"one cell too many"'
    files["users.csv"] = b"\r\n".join(lines)
    (finding,) = found_in(files)
    assert finding.row() == ("users.csv", 3, None, "R001")
    assert finding.children == 2
    assert finding.pupil == p.MASTERS[1], "the row still tells whose it is"


def test_a_file_that_is_not_there_is_one_refusal_with_its_consequences() -> None:
    files = loose()
    del files["classes.csv"]
    findings = found_in(files)
    assert told(findings) == [("classes.csv", None, None, "F026", 6)]


def test_two_missing_targets_are_two_findings() -> None:
    def spoil(files: Files) -> None:
        files["users.csv"][0]["metadata.jp.homeClass"] = "nowhere"
        files["users.csv"][1]["metadata.jp.homeClass"] = "elsewhere"

    assert told(found_in(spoiled(spoil))) == [
        ("users.csv", 2, "metadata.jp.homeClass", "X001", 1),
        ("users.csv", 3, "metadata.jp.homeClass", "X001", 1),
    ]


def test_a_finding_names_pupil_and_school_by_their_codes_only() -> None:
    def spoil(files: Files) -> None:
        files["enrollments.csv"][2]["beginDate"] = "spring"

    (finding,) = found_in(spoiled(spoil))
    assert (finding.pupil, finding.school) == (p.MASTERS[2], p.JUNIOR_CODE)


def test_a_fault_on_which_no_account_hangs_is_a_note() -> None:
    def spoil(files: Files) -> None:
        files["enrollments.csv"][0]["metadata.jp.publicFlg"] = "maybe"
        files["demographics.csv"] = [{"sourcedId": p.USERS[0], "birthDate": "long ago"}]

    findings = found_in(spoiled(spoil))
    assert {f.row()[3] for f in findings} == {"R006", "R005"}
    assert {f.effect for f in findings} == {Effect.NOTE}


def test_every_broken_row_is_told_however_many_there_are() -> None:
    def spoil(files: Files) -> None:
        for user in files["users.csv"]:
            user["enabledUser"] = ""

    rows = [f.row() for f in found_in(spoiled(spoil))]
    assert rows == [("users.csv", n, "enabledUser", "R002") for n in (2, 3, 4)]


def test_a_number_that_lost_its_zeros_in_excel_is_told_as_that() -> None:
    def spoil(files: Files) -> None:
        files["classes.csv"][0]["sourcedId"] = "00123"
        files["enrollments.csv"][0]["classSourcedId"] = "123"
        for user in files["users.csv"][:2]:
            user["metadata.jp.homeClass"] = "00123"
        files["enrollments.csv"][1]["classSourcedId"] = "00123"

    rows = [f.row() for f in found_in(spoiled(spoil))]
    assert ("enrollments.csv", 2, "classSourcedId", "R019") in rows
    assert not any(code == "X001" for *_, code in rows)


def test_a_school_code_that_excel_broke_is_told_as_that_alone() -> None:
    def spoil(files: Files) -> None:
        files["orgs.csv"][1]["identifier"] = "1.08299900015E+12"

    (finding,) = found_in(spoiled(spoil))
    assert finding.row() == ("orgs.csv", 3, "identifier", "R019")


def with_users(change: Callable[[bytes], bytes], file: str = "users.csv") -> dict[str, bytes]:
    files = p.loose(p.many(60))
    return files | {file: change(files[file])}


def first_half(body: bytes) -> bytes:
    return b"".join(body.splitlines(keepends=True)[:31])


@pytest.mark.parametrize(
    ("change", "code", "line", "children"),
    [
        (lambda body: body.splitlines(keepends=True)[0], "F031", 1, 120),
        (lambda body: b"", "H001", 1, 120),
        (lambda body: body.decode().encode("cp932"), "F040", None, 120),
        (lambda body: body[: len(body) // 2], "F043", 31, 60),
        (first_half, "F035", None, 60),
    ],
    ids=["header only", "empty", "Shift_JIS", "cut within a row", "cut between rows"],
)
def test_a_file_that_lacks_its_rows_is_the_one_root_of_all_references_into_it(
    change: Callable[[bytes], bytes], code: str, line: int | None, children: int
) -> None:
    findings = found_in(with_users(change))
    (stop,) = [f for f in findings if f.effect is Effect.REFUSE_DROP]
    assert (*stop.row(), stop.children) == ("users.csv", line, None, code, children)
    assert {f.code for f in findings} - {code} <= {"R001", "R021"}, "at most the row that was cut"


@pytest.mark.parametrize("change", [lambda body: body.splitlines(keepends=True)[0], first_half])
def test_users_without_a_role_are_counted_under_the_roles_that_are_not_there(
    change: Callable[[bytes], bytes],
) -> None:
    (stop,) = found_in(with_users(change, "roles.csv"))
    assert (stop.place.file, stop.effect) == ("roles.csv", Effect.REFUSE_DROP)
    assert stop.children in {30, 60}


def test_a_few_missing_rows_are_told_one_by_one() -> None:
    def without_two(body: bytes) -> bytes:
        return b"".join(body.splitlines(keepends=True)[:-2])

    findings = found_in(with_users(without_two))
    assert [(f.code, f.effect, f.children) for f in findings] == [
        ("X001", Effect.HOLD_PUPIL, 2),
        ("X001", Effect.HOLD_PUPIL, 2),
    ]


# -- a cell of several ids ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "missing"),
    [
        (p.YEAR, []),
        (f"{p.YEAR},{p.YEAR}", []),
        (f"{p.YEAR},nowhere", ["nowhere"]),
        ("nowhere,elsewhere", ["nowhere", "elsewhere"]),
    ],
)
def test_each_id_of_a_cell_is_looked_for_by_itself(terms: str, missing: list[str]) -> None:
    def spoil(files: Files) -> None:
        files["classes.csv"][0]["termSourcedIds"] = terms

    assert told(found_in(spoiled(spoil))) == [
        ("classes.csv", 2, "termSourcedIds", "X001", 1) for _ in missing
    ]


def test_a_cell_that_refers_to_a_broken_row_among_others_is_counted_under_that_row() -> None:
    def spoil(files: Files) -> None:
        files["academicSessions.csv"].append(
            files["academicSessions.csv"][0] | {"sourcedId": "second", "startDate": "spring"}
        )
        files["classes.csv"][0]["termSourcedIds"] = f"{p.YEAR},second"

    (finding,) = [f for f in found_in(spoiled(spoil)) if f.code == "R005"]
    assert finding.children == 1


# -- what a finding says of what is missing -------------------------------------------------------


def test_a_missing_row_is_told_with_the_file_it_lacks_in_and_how_many_refer_to_it() -> None:
    def spoil(files: Files) -> None:
        for user in files["users.csv"][:2]:
            user["metadata.jp.homeClass"] = "nowhere"

    (finding,) = found_in(spoiled(spoil))
    assert finding.facts == {"target": "classes.csv", "count": 2}
    assert (finding.children, finding.pupil) == (2, None), "it is about more than one pupil"


def test_a_missing_row_to_which_one_pupil_alone_refers_names_that_pupil() -> None:
    def spoil(files: Files) -> None:
        files["users.csv"][1]["metadata.jp.homeClass"] = "nowhere"
        files["enrollments.csv"][1]["classSourcedId"] = "nowhere"

    (finding,) = [f for f in found_in(spoiled(spoil)) if f.code == "X001"]
    assert (finding.children, finding.pupil) == (2, p.MASTERS[1])


def test_a_reference_on_which_no_account_hangs_is_one_note_a_column() -> None:
    def spoil(files: Files) -> None:
        files["users.csv"][0]["agentSourcedIds"] = f"nowhere,{p.USERS[1]}"
        files["users.csv"][2]["agentSourcedIds"] = "elsewhere"

    (finding,) = found_in(spoiled(spoil))
    assert (*finding.row(), finding.effect) == ("users.csv", None, "agentSourcedIds", "X002",
                                                Effect.NOTE)  # fmt: skip
    assert finding.facts == {"target": "users.csv", "count": 2}


def test_a_guardian_whose_row_is_broken_is_there_all_the_same() -> None:
    def spoil(files: Files) -> None:
        files["users.csv"][1]["enabledUser"] = ""
        files["users.csv"][0]["agentSourcedIds"] = p.USERS[1]

    assert {f.code for f in found_in(spoiled(spoil))} == {"R002"}


def test_what_is_only_noted_of_a_row_is_no_root_of_what_refers_to_it() -> None:
    def spoil(files: Files) -> None:
        files["users.csv"][0]["preferredGivenName"] = "花\u3000子\n"
        files["classes.csv"][0]["classCode"] = "a\nb"

    found = found_in(spoiled(spoil))
    assert {(f.effect, f.children) for f in found} == {(Effect.NOTE, 0)}


# -- how many missing rows are too many -----------------------------------------------------------


def without(rows: int, of: int, file: str = "users.csv") -> list[Finding]:
    def last(body: bytes) -> bytes:
        return b"".join(body.splitlines(keepends=True)[:-rows])

    files = p.loose(p.many(of))
    return found_in(files | {file: last(files[file])})


@pytest.mark.parametrize(
    ("rows", "of", "at_once"),
    [(20, 60, False), (21, 60, True), (24, 120, False), (25, 120, True), (20, 21, False)],
)
def test_more_than_twenty_and_than_a_fifth_of_a_file_are_told_as_one(
    rows: int, of: int, *, at_once: bool
) -> None:
    found = [f for f in without(rows, of) if f.code in {"X001", "F035"}]
    assert len(found) == (1 if at_once else rows)
    assert not at_once or (found[0].facts["count"], found[0].children) == (rows, 2 * rows)


def test_users_without_a_role_are_told_as_one_by_their_number() -> None:
    (stop,) = without(30, 60, "roles.csv")
    assert (stop.code, stop.facts["count"], stop.children) == ("F035", 30, 30)
    assert {f.code for f in without(20, 60, "roles.csv")} == {"X004"}


# -- numbers that lost their zeros ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "cell", "lost"),
    [
        ("0123", "123", True),
        ("00000000000123", "123", True),  # eleven of them
        ("000000000000123", "123", False),  # no program writes so many
        ("00a123", "a123", False),
        ("0124", "123", False),
    ],
)
def test_excel_took_zeros_only_off_a_number_that_is_there_with_them(
    number: str, cell: str, *, lost: bool
) -> None:
    def spoil(files: Files) -> None:
        files["classes.csv"][0]["sourcedId"] = number
        for user in files["users.csv"][:2]:
            user["metadata.jp.homeClass"] = number
        files["enrollments.csv"][0]["classSourcedId"] = number
        files["enrollments.csv"][1]["classSourcedId"] = cell

    codes = {f.code for f in found_in(spoiled(spoil))}
    assert ("R019" in codes, "X001" in codes) == (lost, not lost)
