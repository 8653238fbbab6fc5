"""Two homerooms and a blank homeClass: a note where they are at one time, nothing where not."""

from __future__ import annotations

import pytest

from conformance import packages as p
from conformance.packages import Files, spoiled
from kakehashi.findings import Effect
from tests.unit.oneroster.test_every_code import found_in

OTHER = "40000000-0000-4000-8000-000000000009"
LAST_YEAR = "10000000-0000-4000-8000-000000000009"


def two(first: tuple[str, str], second: tuple[str, str], term: str = p.YEAR) -> dict[str, bytes]:
    """The second pupil, with a blank homeClass, in two homerooms with these dates."""

    def spoil(files: Files) -> None:
        old = {"sourcedId": LAST_YEAR, "title": "2025年度", "schoolYear": "2025"}
        dates = {"startDate": "2025-04-01", "endDate": "2026-03-31"}
        files["academicSessions.csv"].append(files["academicSessions.csv"][0] | old | dates)
        files["users.csv"][1]["metadata.jp.homeClass"] = ""
        files["classes.csv"].append(
            files["classes.csv"][0] | {"sourcedId": OTHER, "termSourcedIds": term}
        )
        one = files["enrollments.csv"][1]
        one["beginDate"], one["endDate"] = second
        other = {"sourcedId": "80000000-0000-4000-8000-000000000009", "classSourcedId": OTHER}
        period = {"beginDate": first[0], "endDate": first[1]}
        files["enrollments.csv"].append(one | other | period)

    return spoiled(spoil)


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (("2026-04-01", "2027-03-31"), ("2026-05-01", "2027-03-31"), True),
        (("2026-04-01", "2026-10-15"), ("2026-10-15", "2027-03-31"), False),  # the end is exclusive
        (("2026-04-01", "2026-10-16"), ("2026-10-15", "2027-03-31"), True),
        (("2025-04-01", "2026-03-31"), ("2026-04-01", "2027-03-31"), False),
        (("2025-04-01", "2026-03-31"), ("2026-03-31", "2027-03-31"), True),  # through the 31st
        (("", ""), ("", ""), True),
    ],
)
def test_two_homerooms_are_noted_where_they_are_at_one_time(
    first: tuple[str, str], second: tuple[str, str], told: bool
) -> None:
    found = [f for f in found_in(two(first, second)) if f.code == "X008"]
    assert [f.row() for f in found] == told * [("users.csv", 3, "metadata.jp.homeClass", "X008")]
    assert {f.effect for f in found} <= {Effect.NOTE}, "preprocess decides, by the latest begin"


def test_blank_dates_are_those_of_the_classs_session() -> None:
    found = found_in(two(("", ""), ("", ""), LAST_YEAR))
    assert "X008" not in {f.code for f in found}
