"""`kakehashi passwords make` for pupils who wait, and a look into every corner afterwards."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import msoffcrypto
import openpyxl
import pytest
from click.testing import CliRunner, Result

from kakehashi_console.cli import main
from kakehashi_console.cli.options import Where
from tests.builders import a_drop, a_pupil
from tests.images import afterwards
from tests.nights import BUCKETS, Nights

KEY = "ひみつの長い鍵 2026"
OUTPUTS = {
    "InboxBucket": "INBOX_BUCKET",
    "PasswordsBucket": "PASSWORDS_BUCKET",
    "RunsBucket": "RUNS_BUCKET",
    "RulesBucket": "RULES_BUCKET",
    "Table": "TABLE",
}


class Account:
    """The account of the nights as a site that the command finds."""

    def __init__(self, nights: Nights) -> None:
        self.nights = nights

    def outputs(self) -> Mapping[str, str]:
        names = {out: self.nights.names[name] for out, name in OUTPUTS.items()}
        return names | {"StateMachineArn": "arn:none"}

    def client(self, service: Any) -> Any:
        return boto3.client(service)

    def resource(self, service: Any) -> Any:
        return boto3.resource(service)


@pytest.fixture
def city(nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Six new pupils for whom nobody has sent a password; whatever writes a file does so here."""
    monkeypatch.setattr(Where, "site", lambda *_, **__: Account(nights))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)
    afterwards(nights, without_passwords)
    return nights


def without_passwords(nights: Nights) -> None:
    night = nights.run(a_drop(6).zip())
    assert len(night.summary["held"]["M001"]) == 6


def command(*options: str, key: str = KEY) -> Result:
    words = ["passwords", "make", "--no-wait", "--slips", "out/slips.xlsx", *options]
    return CliRunner().invoke(main, words, input=f"{key}\n{key}\n")


def slips(file: Path) -> dict[str, str]:
    """Account → password, as staff read them."""
    book, plain = msoffcrypto.OfficeFile(io.BytesIO(file.read_bytes())), io.BytesIO()
    book.load_key(password=KEY, verify_password=True)
    book.decrypt(plain)
    (sheet,) = openpyxl.load_workbook(plain).worksheets
    return {str(row[-2]): str(row[-1]) for row in list(sheet.iter_rows(values_only=True))[1:]}


def uploaded(nights: Nights) -> list[str]:
    bucket = nights.names["PASSWORDS_BUCKET"]
    found = boto3.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return [item["Key"] for item in found]


def test_whoever_waited_signs_in_with_the_password_on_the_slip(
    city: Nights, tmp_path: Path
) -> None:
    told = command()
    assert told.exit_code == 0, told.output
    handed_out = slips(tmp_path / "out" / "slips.xlsx")
    assert set(handed_out) == {a_pupil(n).account for n in range(1, 7)}
    assert city.approve(city.rerun().summary).verdict == "applied"
    for account, password in handed_out.items():
        assert city.tenant.knows_password(account, password)


def test_no_password_is_anywhere_else(
    city: Nights, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """On the disk, in a bucket, in the table, on the terminal, in a log."""
    told = command()
    city.approve(city.rerun().summary)
    secrets = [password.encode() for password in slips(tmp_path / "out" / "slips.xlsx").values()]
    secrets.append(KEY.encode())
    corners = {"terminal": told.output.encode(), "logs": city.lambdas.said.getvalue().encode()}
    corners["records"] = "".join(
        r.getMessage() for r in caplog.records if r.name.startswith("kakehashi")
    ).encode()
    corners |= {str(p): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    s3 = boto3.client("s3")
    for name in (bucket for bucket in BUCKETS if bucket != "PASSWORDS_BUCKET"):
        for item in s3.list_objects_v2(Bucket=city.names[name]).get("Contents", []):
            body = s3.get_object(Bucket=city.names[name], Key=item["Key"])["Body"].read()
            corners[f"{name} {item['Key']}"] = body
    table = boto3.resource("dynamodb").Table(city.names["TABLE"])
    corners["table"] = repr(table.scan()["Items"]).encode()
    corners["mails"] = repr(city.mails()).encode()
    assert len(corners) > 20
    assert [name for name, body in corners.items() for one in secrets if one in body] == []


def test_the_workbook_is_only_for_its_owner_and_is_never_overwritten(
    city: Nights, tmp_path: Path
) -> None:
    command()
    file = tmp_path / "out" / "slips.xlsx"
    before = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    again = command()
    assert (again.exit_code, file.read_bytes()) == (2, before)
    assert len(uploaded(city)) == 1


def test_a_list_narrows_it_and_a_strange_line_stops_it(city: Nights, tmp_path: Path) -> None:
    only = tmp_path / "list.csv"
    only.write_text(f"アカウント\n{a_pupil(2).account}\n{a_pupil(99).account}\n", "utf-8")
    refused = command("--list", str(only))
    assert (refused.exit_code, uploaded(city)) == (2, [])
    only.write_text(f"アカウント\n{a_pupil(2).account}\n", "utf-8")
    assert command("--list", str(only)).exit_code == 0
    assert set(slips(tmp_path / "out" / "slips.xlsx")) == {a_pupil(2).account}


def test_a_short_key_makes_nothing(city: Nights, tmp_path: Path) -> None:
    assert command(key="short").exit_code == 2
    assert (uploaded(city), (tmp_path / "out").exists()) == ([], False)


def test_an_upload_that_fails_leaves_no_workbook_behind(city: Nights, tmp_path: Path) -> None:
    s3 = boto3.client("s3")
    s3.delete_bucket(Bucket=city.names["PASSWORDS_BUCKET"])
    assert command().exit_code == 2
    assert not (tmp_path / "out" / "slips.xlsx").exists()


def test_where_nobody_waits_nothing_is_made(city: Nights, tmp_path: Path) -> None:
    command()
    city.approve(city.rerun().summary)
    city.tomorrow()
    city.run(a_drop(6).zip())
    (tmp_path / "out" / "slips.xlsx").rename(tmp_path / "printed.xlsx")
    assert "nobody waits" in command().output
