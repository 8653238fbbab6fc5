"""Passwords that come with the roster: refused at the door, and no copy of them is made."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import boto3
import pytest

from tests.builders import a_drop, a_password_file, a_pupil
from tests.nights import BUCKETS, Night, Nights

SECRET = "Hinagiku-0001x"
FILE = a_password_file({a_pupil(1).account: SECRET})


def with_file(name: str) -> bytes:
    """The drop of three pupils with a file of passwords beside the roster."""
    out = io.BytesIO(a_drop(3).zip())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, FILE)
    return out.getvalue()


def with_column() -> bytes:
    drop = a_drop(3)
    drop.rows["users.csv"][1]["password"] = SECRET
    return drop.zip()


def holders(nights: Nights) -> set[str]:
    """Buckets in which the password lies, in whatever version of whatever file."""
    return {name for name in BUCKETS if any(SECRET.encode() in b for b in bodies(nights, name))}


def bodies(nights: Nights, bucket: str) -> Iterator[bytes]:
    s3, name = boto3.client("s3"), nights.names[bucket]
    for item in s3.list_object_versions(Bucket=name).get("Versions", []):
        got = s3.get_object(Bucket=name, Key=item["Key"], VersionId=item["VersionId"])
        body = got["Body"].read()
        yield body
        if zipfile.is_zipfile(io.BytesIO(body)):
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                yield from map(archive.read, archive.namelist())


def told(night: Night) -> list[tuple[str, str]]:
    return [(finding.code, finding.place.file) for finding in night.folder.findings()]


@pytest.mark.parametrize(
    ("drop", "code", "file"),
    [
        (with_file("passwords.csv"), "F015", ""),
        (with_file("night/初期パスワード.csv"), "F015", ""),
        (with_file("april.csv"), "F015", ""),
        (with_column(), "F016", "users.csv"),
    ],
    ids=["by its name", "in a folder", "by its header", "in the column of users.csv"],
)
def test_passwords_in_a_zip_refuse_the_drop_and_stay_in_the_inbox(
    nights: Nights, drop: bytes, code: str, file: str
) -> None:
    night = nights.run(drop)
    assert night.verdict == "refused"
    assert (code, file) in told(night)
    assert "Validate" not in night.history
    assert night.folder.names("roster/") == []
    assert holders(nights) == {"INBOX_BUCKET"}
    (mail,) = nights.mails()
    assert SECRET not in mail


def test_passwords_among_loose_files_refuse_the_drop_too(nights: Nights) -> None:
    folder = f"inbox/{nights.city}/roster/2026-11-09/"
    loose = {**a_drop(3).files(), "passwords.csv": FILE}
    for name, body in loose.items():
        nights.put("INBOX_BUCKET", folder + name, body)
    night = nights.start({"action": "sync", "city": nights.city, "drop": folder})
    assert (night.verdict, told(night)) == ("refused", [("F015", "")])
    assert holders(nights) == {"INBOX_BUCKET"}


def test_a_rehearsal_keeps_no_copy_either(nights: Nights) -> None:
    assert nights.run(with_file("passwords.csv"), mode="rehearse").verdict == "refused"
    assert holders(nights) == {"INBOX_BUCKET"}


def test_the_roster_without_them_goes_through_the_same_night(nights: Nights) -> None:
    nights.run(with_file("passwords.csv"))
    assert nights.run(a_drop(3).zip(), passwords=FILE).verdict == "applied"
    assert holders(nights) == {"INBOX_BUCKET"}, "the refused drop, until somebody deletes it"
