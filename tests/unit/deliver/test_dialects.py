import io
import zipfile

import pytest

from kakehashi.deliver import UnknownDialect, load
from kakehashi.deliver.dialect import names
from tests.builders import a_known, a_pupil
from tests.unit.deliver import golden
from tests.unit.deliver.receiver import unzip
from tests.unit.deliver.tools import deliver_to

PUPILS = [a_known(1), a_known(2), a_known(3, pupil=a_pupil(3, grade="J1"))]


def raw(dialect: str) -> dict[str, bytes]:
    body = deliver_to(dialect, PUPILS).files[0].body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("dialect", names())
def test_every_shipped_dialect_delivers_a_clean_city_and_holds_nobody(dialect: str) -> None:
    delivery = deliver_to(dialect, PUPILS)
    assert (delivery.verdict, delivery.findings) == ("delivered", ())
    assert delivery.mode == load(dialect).mode


@pytest.mark.parametrize(
    ("dialect", "version"),
    [
        ("lgate", "1.2.1"),
        ("lgate_v3", "1.2"),
        ("lgate_v6", "1.2_JP"),
        ("interactive_study", "1.2"),
        ("tsubasa_book", "1.2.1"),
        ("mirai_school_platform", "1.2.1"),
        ("generic_oneroster_1_2", "1.2"),
        ("generic_oneroster_1_1", "1.1"),
    ],
)
def test_the_manifest_says_the_version_the_receiver_expects(dialect: str, version: str) -> None:
    manifest = unzip(deliver_to(dialect, PUPILS).files[0].body)["manifest.csv"]
    first = [(row["propertyName"], row["value"]) for row in manifest[:2]]
    assert first == [("manifest.version", "1.0"), ("oneroster.version", version)]


@pytest.mark.parametrize("dialect", ["lgate", "interactive_study"])
def test_japanese_receivers_get_every_field_in_quotes_no_bom_and_crlf(dialect: str) -> None:
    for name, body in raw(dialect).items():
        assert not body.startswith(b"\xef\xbb\xbf"), name
        lines = body.decode().split("\r\n")
        assert lines.pop() == ""
        assert all(line.startswith('"') and line.endswith('"') for line in lines)
        assert not any("\n" in line for line in lines)


def test_interactive_study_gets_the_header_and_the_values_its_importer_compares() -> None:
    files = unzip(deliver_to("interactive_study", PUPILS).files[0].body)
    user, enrollment = files["users.csv"][0], files["enrollments.csv"][0]
    assert list(user)[16:19] == ["userMasterIdentifier", "resourceSourcedIds", "preferredGivenName"]
    assert {"metadata.jp.ShussekiNo", "metadata.jp.PublicFlg"} <= set(enrollment)
    assert {row["parentSourcedId"] for row in files["academicSessions.csv"]} == {"NULL"}
    assert {row["userIds"] for row in files["users.csv"]} == {""}, "an account does not fit"


def test_lgate_gets_users_without_resource_ids_and_the_preferred_kana() -> None:
    user = unzip(deliver_to("lgate", PUPILS).files[0].body)["users.csv"][0]
    assert "resourceSourcedIds" not in user
    assert list(user)[-3:] == [
        "metadata.jp.kanaPreferredFamilyName",
        "metadata.jp.kanaPreferredGivenName",
        "metadata.jp.kanaPreferredMiddleName",
    ]


def test_in_one_roster_1_1_school_and_role_stand_in_the_users_file() -> None:
    files = unzip(deliver_to("generic_oneroster_1_1", PUPILS).files[0].body)
    assert "roles.csv" not in files
    assert {row["role"] for row in files["users.csv"]} == {"student"}
    schools = {row["sourcedId"] for row in files["orgs.csv"] if row["type"] == "school"}
    assert {row["orgSourcedIds"] for row in files["users.csv"]} == schools


def test_school_data_sync_gets_its_own_files_and_no_manifest() -> None:
    files = raw("microsoft_sds_v2_1")
    assert sorted(files) == [
        "academicSessions.csv", "classes.csv", "enrollments.csv", "orgs.csv", "roles.csv",
        "users.csv",
    ]  # fmt: skip
    header, first, *_ = files["roles.csv"].decode().split("\r\n")
    assert header == "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary"
    assert first.split(",")[2:5:2] == ["student", "03"]


def test_a_dialect_nobody_ships_is_refused_by_name() -> None:
    with pytest.raises(UnknownDialect, match="lgate"):
        load("no_such_tool")


@pytest.mark.parametrize("dialect", names())
def test_a_dialect_writes_what_its_golden_files_show(dialect: str) -> None:
    shown = {path.name: path.read_bytes() for path in (golden.HERE / dialect).iterdir()}
    assert golden.files(dialect) == shown


def test_every_golden_folder_belongs_to_a_shipped_dialect() -> None:
    assert sorted(folder.name for folder in golden.HERE.iterdir()) == list(names())
