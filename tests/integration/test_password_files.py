"""When a file of initial passwords goes: once nobody needs it, whatever became of a run."""

from __future__ import annotations

import boto3

from tests.builders import a_drop, a_password_file, a_pupil
from tests.lambdas import Killed
from tests.nights import Night, Nights


def passwords(*numbers: int) -> bytes:
    return a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in numbers})


def left(nights: Nights) -> list[str]:
    """Every version of every file that is still in the bucket."""
    bucket = nights.names["PASSWORDS_BUCKET"]
    found = boto3.client("s3").list_object_versions(Bucket=bucket).get("Versions", [])
    return sorted(version["Key"] for version in found)


def first_night(nights: Nights, pupils: int = 6) -> Night:
    """Everybody is new, and staff approve."""
    return nights.approve(nights.run(a_drop(pupils).zip()).summary)


def test_a_file_goes_in_the_night_in_which_its_last_row_is_used(nights: Nights) -> None:
    nights.put_passwords(passwords(*range(1, 7)))
    assert first_night(nights).verdict == "applied"
    assert left(nights) == []


def test_a_file_stays_as_long_as_one_of_its_pupils_is_still_to_come(nights: Nights) -> None:
    nights.put_passwords(passwords(*range(1, 8)))
    first_night(nights)
    assert len(left(nights)) == 1
    nights.tomorrow()
    assert nights.run(a_drop(7).zip()).verdict == "applied"
    assert left(nights) == []


def test_all_versions_of_a_file_go_with_it(nights: Nights) -> None:
    key = f"inbox/{nights.city}/passwords/april.csv"
    nights.put("PASSWORDS_BUCKET", key, passwords(1, 2))
    nights.put("PASSWORDS_BUCKET", key, passwords(*range(1, 7)))
    first_night(nights)
    assert left(nights) == []


def test_though_the_run_that_used_it_failed_the_next_one_deletes_it(nights: Nights) -> None:
    """The last shard did all its work and died; the next night has nothing to apply at all."""
    nights.put_passwords(passwords(*range(1, 7)))
    nights.lambdas.trouble("provision", "after", Killed())
    assert first_night(nights).status == "FAILED"
    assert len(left(nights)) == 1
    again = nights.rerun()
    assert (again.verdict, again.run["counts"]["shards"]) == ("unchanged", 0)
    assert left(nights) == []


def test_what_is_no_password_file_or_was_deleted_before_is_left_as_it_is(nights: Nights) -> None:
    base = f"inbox/{nights.city}/passwords/"
    nights.put("PASSWORDS_BUCKET", f"{base}readme.txt", b"x")
    nights.put("PASSWORDS_BUCKET", f"{base}before.csv", passwords(*range(1, 7)))
    nights.put_passwords(passwords(*range(1, 7)))
    bucket = nights.names["PASSWORDS_BUCKET"]
    boto3.client("s3").delete_object(Bucket=bucket, Key=f"{base}before.csv")
    first_night(nights)
    assert left(nights) == [f"{base}before.csv", f"{base}readme.txt"]


def test_a_rehearsal_deletes_nothing(nights: Nights) -> None:
    nights.put_passwords(passwords(*range(1, 7)))
    nights.lambdas.trouble("provision", "after", Killed())
    first_night(nights)
    nights.run(a_drop(6).zip(), mode="rehearse")
    assert len(left(nights)) == 1
