from dataclasses import replace

from kakehashi.deliver import load, takes
from kakehashi.people.pupil import class_id, school_id
from kakehashi.people.record import Status
from tests.builders import YEAR, a_code, a_known, a_pupil
from tests.unit.deliver.receiver import unzip
from tests.unit.deliver.tools import deliver_to, told


def rows(dialect: str = "lgate", **facts: object) -> dict[str, list[dict[str, str]]]:
    known = a_known(pupil=a_pupil(**facts))  # type: ignore[arg-type]
    return unzip(deliver_to(dialect, [known]).files[0].body)


def test_a_pupil_goes_out_under_the_master_id_with_outgoing_names_only() -> None:
    pupil = a_pupil()
    (user,) = rows()["users.csv"]
    assert (user["sourcedId"], user["userMasterIdentifier"]) == (pupil.id, pupil.id)
    assert (user["familyName"], user["preferredFamilyName"]) == (pupil.family, pupil.family)
    assert (user["givenName"], user["preferredGivenName"]) == (pupil.given, pupil.given)
    assert user["metadata.jp.kanaFamilyName"] == pupil.kana_family
    assert user["username"] == pupil.account
    assert user["userIds"] == f"{{MS:{pupil.account}}}"
    assert (user["enabledUser"], user["grades"], user["password"]) == ("true", "P3", "")


def test_every_id_is_made_from_what_the_thing_is() -> None:
    pupil = a_pupil()
    files = rows()
    home = class_id(pupil.school, YEAR, "3年2組")
    assert files["users.csv"][0]["metadata.jp.homeClass"] == home
    assert files["classes.csv"][0]["sourcedId"] == home
    assert files["orgs.csv"][1]["sourcedId"] == school_id(pupil.school)
    assert files == rows(), "the same on every night"


def test_the_year_is_the_one_that_begins_and_ends_on_the_last_of_march() -> None:
    (session,) = rows()["academicSessions.csv"]
    assert (session["title"], session["schoolYear"]) == ("2026年度", "2026")
    assert (session["startDate"], session["endDate"]) == ("2026-04-01", "2027-03-31")
    (course,) = rows()["courses.csv"]
    assert (course["title"], course["courseCode"]) == ("2026年度ホームルーム", "")


def test_whether_a_class_is_for_special_needs_is_not_told() -> None:
    assert rows(special_needs=True)["classes.csv"][0]["metadata.jp.specialNeeds"] == ""


def test_the_attendance_number_stands_in_the_enrollment_as_each_edition_spells_it() -> None:
    (old,) = rows("lgate", attendance_no=7)["enrollments.csv"]
    (new,) = rows("lgate_v6", attendance_no=7)["enrollments.csv"]
    assert (old["metadata.jp.ShussekiNo"], new["metadata.jp.shussekiNo"]) == ("7", "7")
    assert (old["primary"], old["role"]) == ("false", "student")


def test_a_pupil_without_a_class_has_a_role_and_no_enrollment() -> None:
    records = told([a_known(pupil=a_pupil(class_title=""))], "generic_oneroster_1_2")
    assert [len(records.rows[f]) for f in ("users.csv", "roles.csv", "enrollments.csv")] == [
        1,
        1,
        0,
    ]
    assert records.rows["classes.csv"] == {}


def test_a_unified_school_is_one_org_above_which_stands_the_board() -> None:
    code = a_code(9, "C2")
    pupils = [
        a_pupil(n, grade=g, school=code, school_name="見本学園") for n, g in ((1, "P6"), (2, "J1"))
    ]
    district, school = told([a_known(pupil=p) for p in pupils], "lgate").rows["orgs.csv"].values()
    assert "見本市教育委員会" in district
    assert code in school


def test_a_suspended_pupil_goes_out_disabled_and_to_sds_not_at_all() -> None:
    gone = a_known(status=Status.SUSPENDED)
    assert rows()["users.csv"][0]["enabledUser"] == "true"
    (user,) = unzip(deliver_to("lgate", [gone]).files[0].body)["users.csv"]
    assert user["enabledUser"] == "false"
    assert not takes(load("microsoft_sds_v2_1"), (), (), gone)


def test_a_deleted_pupil_is_told_to_nobody() -> None:
    assert not takes(load("lgate"), (), (), a_known(status=Status.DELETED))


def test_a_tool_hears_of_its_own_grades_and_schools_only() -> None:
    third, seventh = a_known(1), a_known(2, pupil=a_pupil(2, grade="J1"))
    primary, junior = load("tsubasa_book"), load("mirai_school_platform")
    assert [takes(primary, (), (), k) for k in (third, seventh)] == [True, False]
    assert [takes(junior, (), (), k) for k in (third, seventh)] == [False, True]
    assert [takes(primary, ("J1",), (), k) for k in (third, seventh)] == [False, True]
    assert [takes(load("lgate"), (), (a_code(1),), k) for k in (third, seventh)] == [True, False]


def test_of_two_tales_about_a_school_the_newer_run_is_believed() -> None:
    old = a_known(1, run_id="demo-20261101T020000-0")
    new = a_known(
        2, pupil=replace(a_pupil(2), school_name="新名小学校"), run_id="demo-20261102T02-0"
    )
    for order in ([old, new], [new, old]):
        names = {row[3] for row in told(order, "lgate").rows["orgs.csv"].values()}
        assert names == {"見本市教育委員会", "新名小学校"}
