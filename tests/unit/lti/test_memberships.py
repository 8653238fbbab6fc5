from hypothesis import given
from hypothesis import strategies as st

from kakehashi.lti.claims import LEARNER
from kakehashi.lti.memberships import MOST, differences, fingerprints, members_of, page
from kakehashi.people.record import Status
from tests.builders import a_known, a_pupil
from tests.unit.lti.test_claims import a_registration


def test_a_member_is_an_id_a_role_and_nothing_more() -> None:
    (member,) = members_of([a_known(1)], a_registration())
    assert member == {"user_id": a_pupil(1).id, "status": "Active", "roles": [LEARNER]}


def test_names_go_where_the_city_lets_them() -> None:
    (member,) = members_of([a_known(1)], a_registration(send_names=True))
    assert member["family_name"] == a_pupil(1).family


def test_a_publisher_reads_its_grades_only() -> None:
    pupils = [a_known(1), a_known(2, pupil=a_pupil(2, grade="P4"))]
    (member,) = members_of(pupils, a_registration(grades=["P4"]))
    assert member["user_id"] == a_pupil(2).id


def test_a_suspended_pupil_is_inactive_and_a_deleted_one_is_not_there() -> None:
    pupils = [a_known(1, status=Status.SUSPENDED), a_known(2, status=Status.DELETED)]
    (member,) = members_of(pupils, a_registration())
    assert member["status"] == "Inactive"


def test_a_role_that_no_pupil_has_has_no_members() -> None:
    assert members_of([a_known(1)], a_registration(), "Instructor") == []
    assert len(members_of([a_known(1)], a_registration(), "Learner")) == 1


def test_differences_name_who_came_who_changed_and_who_went() -> None:
    before = members_of([a_known(1), a_known(2), a_known(3)], a_registration())
    suspended = a_known(2, status=Status.SUSPENDED)
    now = members_of([a_known(1), suspended, a_known(4)], a_registration())
    found = {m["user_id"]: m["status"] for m in differences(fingerprints(before), now)}
    assert found == {
        a_pupil(2).id: "Inactive",
        a_pupil(4).id: "Active",
        a_pupil(3).id: "Deleted",
    }
    assert differences(fingerprints(now), now) == []


@given(st.integers(0, 500), st.integers(0, 300))
def test_pages_together_are_the_whole_list(count: int, limit: int) -> None:
    members = [{"user_id": str(n)} for n in range(count)]
    found: list[dict[str, str]] = []
    start = 0
    while True:
        part = page(members, start, limit)
        assert len(part.members) <= min(limit or MOST, MOST)
        found += part.members
        if part.next is None:
            break
        start = part.next
    assert found == members
