"""A teacher with two classes at the launcher, and the tool that is told which of them is meant."""

from __future__ import annotations

from datetime import datetime

from kakehashi.catalogue.staffing import NAME_TAKEN
from kakehashi.edges.launch.pupils import Pupils
from kakehashi.lti.claims import NRPS
from kakehashi.people.pupil import class_id
from kakehashi.people.record import Record, Status
from kakehashi.people.school_year import year_of
from kakehashi.people.staff import StaffMember
from kakehashi.roster import JAPAN
from tests.builders import DOMAIN, TODAY, a_code, a_known, a_post, a_pupil, a_teacher
from tests.launches import CLAIM, TOOL, Launchpad, Tool, tool_rules

ACCOUNT = f"tt0001@{DOMAIN}"
NEXT_DOOR = "4年1組"


def teacher_of(*titles: str, status: Status = Status.ACTIVE) -> Record[StaffMember]:
    return a_teacher(1, a_post(end=None, homerooms=titles), account=ACCOUNT, status=status)


def this_year() -> int:
    return year_of(datetime.now(JAPAN).date())


def put(pad: Launchpad, record: Record[StaffMember]) -> None:
    state = pad.nights.state
    state.put_pupil(record, state.pupil(record.pupil.id))


def test_a_teacher_chooses_a_class_and_the_tool_is_told_of_that_one(launchpad: Launchpad) -> None:
    """And is turned away with it once the class is somebody else's."""
    tools = tool_rules(staff=True, memberships=True), tool_rules("kana", name="かな", staff=False)
    launchpad.register(*tools, "[staff]")
    year = this_year()
    room = [a_pupil(n, school_year=year, class_title="5年3組", grade="P5") for n in (11, 12)]
    launchpad.given([a_known(p.line - 1, pupil=p) for p in room])
    put(launchpad, teacher_of("5年3組", NEXT_DOOR))
    launchpad.accounts([teacher_of()])  # type: ignore[list-item]
    tool = Tool(launchpad.browser())
    assert tool.browser.sign_in(ACCOUNT).location == "/"
    page = tool.browser.get("/").text
    mine, other = (class_id(a_code(1), year, title) for title in ("5年3組", NEXT_DOOR))
    assert f"/launch/drill?context={mine}" in page
    assert f"/launch/drill?context={other}" in page
    assert "/launch/kana" not in page

    begun = tool.browser.get("/launch/drill", {"context": other})
    assert tool.read(tool.browser.get("/lti/authorize", tool.asks(begun)))[f"{CLAIM}context"][
        "id"] == other  # fmt: skip
    begun = tool.browser.get("/launch/drill", {"context": mine})
    claims = tool.read(tool.browser.get("/lti/authorize", tool.asks(begun)))
    assert claims["sub"] == teacher_of().pupil.master
    assert [role.rpartition("#")[2] for role in claims[f"{CLAIM}roles"]] == [
        "Faculty", "Instructor"]  # fmt: skip
    assert claims[f"{CLAIM}custom"] == {"grade": "P5"}
    members = tool.members(claims[NRPS]["context_memberships_url"]).json()["members"]
    assert {one["user_id"]: one["roles"][0].rpartition("#")[2] for one in members} == {
        room[0].id: "Learner", room[1].id: "Learner", claims["sub"]: "Instructor"}  # fmt: skip

    begun = tool.browser.get("/launch/drill", {"context": other})
    put(launchpad, teacher_of("5年3組"))
    assert tool.browser.get("/lti/authorize", tool.asks(begun)).code == "L207"
    assert tool.browser.get("/launch/drill", {"context": other}).code == "L203"
    put(launchpad, teacher_of("5年3組", status=Status.SUSPENDED))
    assert tool.browser.get("/").code == "L105"
    put(launchpad, teacher_of("5年3組"))
    launchpad.register(*tools)
    assert tool.browser.get("/").code == "L104", "the city has given up serving staff"
    assert TOOL not in launchpad.said()


def test_an_account_that_was_handed_on_opens_no_tool_of_whoever_had_it_before(
    launchpad: Launchpad,
) -> None:
    """The sign-in name's account carries somebody else's mark; the record still names it."""
    launchpad.register(tool_rules(staff=True), "[staff]")
    put(launchpad, teacher_of("5年3組"))
    launchpad.accounts([teacher_of()])  # type: ignore[list-item]
    launchpad.hold("nobody")
    launchpad.hold_staff(NAME_TAKEN.code, teacher_of().pupil.id)
    assert launchpad.browser().sign_in(ACCOUNT).code == "L106"


def test_who_teaches_a_class_is_found_in_any_year_and_no_longer_than_it_is_so(
    launchpad: Launchpad,
) -> None:
    nights = launchpad.nights
    found = Pupils(nights.state.table, nights.names["RUNS_BUCKET"])

    def teachers(title: str) -> list[str]:
        return [one.pupil.id for one in found.teachers_of(nights.city, a_code(1), title, TODAY)]

    put(launchpad, teacher_of("5年3組", NEXT_DOOR))
    assert teachers("5年3組") == teachers(NEXT_DOOR) == ["staff-t0001"]
    put(launchpad, teacher_of(NEXT_DOOR))
    assert (teachers("5年3組"), teachers(NEXT_DOOR)) == ([], ["staff-t0001"])
    known = nights.state.pupil("staff-t0001")
    assert known
    nights.state.drop_pupil(known)
    items = nights.state.table.scan()["Items"]
    assert [one["sk"] for one in items if "staff-t0001" in str(one["sk"])] == []
