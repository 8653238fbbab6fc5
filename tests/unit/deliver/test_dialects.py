import io
import zipfile
from dataclasses import replace
from typing import Literal

import pytest

from kakehashi import deliver
from kakehashi.city import Tool
from kakehashi.deliver import UnknownDialect, load
from kakehashi.deliver.dialect import names
from kakehashi.deliver.staff_rows import with_staff
from kakehashi.people.record import Record, Status
from tests.builders import TODAY, a_known, a_pupil, a_teacher
from tests.unit.deliver import golden
from tests.unit.deliver.receiver import Receiver, unzip
from tests.unit.deliver.tools import BOARD, a_dialect, an_order, deliver_to

PUPILS = [a_known(1), a_known(2), a_known(3, pupil=a_pupil(3, grade="J1"))]


def raw(dialect: str) -> dict[str, bytes]:
    body = deliver_to(dialect, PUPILS).files[0].body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("dialect", names())
def test_every_shipped_dialect_delivers_a_clean_city_and_holds_nobody(dialect: str) -> None:
    delivery = deliver_to(dialect, [*PUPILS, a_known(4, status=Status.SUSPENDED)])
    assert (delivery.verdict, delivery.findings) == ("delivered", ())
    assert delivery.mode == a_dialect(dialect).mode


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
        ("eportal_v6", "1.2_JP"),
        ("japan_k12_v1_0", "1.2_JP"),
        ("ope_id", "1.2"),
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


def told_in(dialect: str) -> dict[str, list[dict[str, str]]]:
    return unzip(deliver_to(dialect, PUPILS).files[0].body)


def test_the_general_dialect_names_a_year_after_its_end_and_the_japanese_ones_do_not() -> None:
    (base,) = told_in("generic_oneroster_1_2")["academicSessions.csv"]
    assert (base["schoolYear"], base["endDate"], base["title"]) == (
        "2027",
        "2027-04-01",
        "2026年度",
    )
    assert "resourceSourcedIds" not in told_in("generic_oneroster_1_2")["users.csv"][0]
    for dialect in ("lgate", "eportal_v6", "japan_k12_v1_0", "interactive_study"):
        (ours,) = told_in(dialect)["academicSessions.csv"]
        assert (ours["schoolYear"], ours["endDate"]) == ("2026", "2027-03-31")


def test_the_manifest_names_the_system_it_came_from() -> None:
    rows = {row["propertyName"]: row["value"] for row in told_in("lgate")["manifest.csv"]}
    assert rows["source.systemName"] == "Kakehashi"
    assert rows["source.systemCode"] == "kakehashi"


def test_v6_knows_no_account_that_is_off() -> None:
    city = [a_known(1), a_known(2, status=Status.SUSPENDED)]
    for dialect in ("eportal_v6", "lgate_v6"):
        users = unzip(deliver_to(dialect, city).files[0].body)["users.csv"]
        assert [row["enabledUser"] for row in users] == ["true", "true"]


def versions(delivery: deliver.Delivery) -> set[str]:
    """The version digit of every sourcedId that we made."""
    files = unzip(delivery.files[0].body)
    return {row["sourcedId"][14] for name in files if name not in {"manifest.csv", "users.csv"}
            for row in files[name]}  # fmt: skip


def test_ids_take_the_form_of_version_4_and_nobody_is_renamed_where_old_ones_are_held() -> None:
    old, new = load("generic_oneroster_1_2"), load("generic_oneroster_1_2").with_ids("v4")
    first = deliver_in(old, PUPILS, None)
    assert versions(first) == {"5"}
    fresh = deliver_in(new, PUPILS, None)
    assert versions(fresh) == {"4"}
    tool = Receiver()
    tool.take(fresh.files[0].body)
    assert len(tool.pupils()) == len(PUPILS), "every reference is still met"
    assert deliver_in(new, PUPILS, first.records).verdict == "nothing"
    assert deliver_in(old, PUPILS, fresh.records).verdict == "nothing"
    assert versions(deliver_in(new, [*PUPILS, a_known(4)], first.records)) == {"5"}
    assert ids(fresh) == ids(first), "the same ids in another form"


def ids(delivery: deliver.Delivery) -> set[str]:
    return {i[:14] + i[15:] for _, i in (key for key, _ in delivery.records)}


def deliver_in(
    dialect: deliver.Dialect, city: list[Record], before: deliver.Records | None
) -> deliver.Delivery:
    spoken = deliver.as_held(dialect, before)
    settled = deliver.records_of(city, spoken, BOARD)
    return deliver.build(replace(an_order(dialect.name), dialect=spoken), settled, before)


def test_a_receiver_that_deletes_whom_a_bulk_leaves_out_never_gets_one_without_staff() -> None:
    careless = replace(load("ope_id"), mode="bulk")
    refused = deliver_in(careless, PUPILS, None)
    assert ([f.code for f in refused.findings], refused.files) == (["D111"], ())
    assert deliver_in(replace(careless, absence="marked"), PUPILS, None).verdict == "delivered"
    first = deliver_in(replace(load("ope_id"), first="bulk"), PUPILS, None)
    assert [f.code for f in first.findings] == ["D111"], "nor as its first file"
    assert deliver_in(load("ope_id"), PUPILS, None).mode == "delta"


@pytest.mark.parametrize(("split", "refused"), [("school", ["D111"]), ("city", [])])
def test_nor_one_a_school_though_there_are_staff(
    split: Literal["school", "city"], refused: list[str]
) -> None:
    careless = replace(load("ope_id"), mode="bulk")
    settled = deliver.records_of(PUPILS, careless, BOARD)
    told = Tool(dialect="ope_id", staff="home-school")
    with_them = with_staff(settled, [a_teacher(1)], told, careless, TODAY, tool="ope")
    order = replace(an_order("ope_id"), dialect=careless, split=split)
    assert [f.code for f in deliver.build(order, with_them.records, None).findings] == refused


def test_school_data_sync_gets_the_same_files_on_a_night_that_has_nothing_for_one() -> None:
    without = [a_known(1, pupil=a_pupil(1, class_title=""))]
    body = deliver_to("microsoft_sds_v2_1", without).files[0].body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert sorted(archive.namelist()) == sorted(raw("microsoft_sds_v2_1"))
        assert archive.read("users.csv").decode().split("\r\n")[0] == (
            "sourcedId,username,givenName,familyName,activeDirectoryMatchId"
        )
