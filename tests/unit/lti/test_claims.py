import uuid
from typing import Any

from kakehashi import city
from kakehashi.lti import claims
from kakehashi.lti.claims import CLAIM, NRPS, Message, Platform, ResourceLink
from kakehashi.lti.contexts import context_of
from kakehashi.lti.registrations import Registration, read_client_id, registered, shown_to
from tests.builders import a_pupil
from tests.launches import tool_rules
from tests.nights import RULES

PLATFORM = Platform("https://launch.example.jp", "demo", "見本市")


def a_registration(**settings: Any) -> Registration:
    found = registered("demo", city.parse(RULES + tool_rules(**settings)), "drill")
    assert found is not None
    return found


def told(registration: Registration, **facts: Any) -> dict[str, Any]:
    pupil = a_pupil(1, **facts)
    link = ResourceLink.whole(registration, pupil)
    return claims.resource_link(
        Message(PLATFORM, registration, pupil, pupil.id, "nonce", 1_800_000_000), link
    )


def test_a_deployment_is_the_school_or_what_the_city_registered() -> None:
    deployment = f"{CLAIM}deployment_id"
    assert told(a_registration())[deployment] == f"S_{a_pupil(1).school}"
    assert told(a_registration(deployment="B_082201"))[deployment] == "B_082201"


def test_a_platform_is_the_same_for_ever_and_another_in_another_city() -> None:
    guid = PLATFORM.claim()["guid"]
    assert guid == Platform("https://moved.example.jp", "demo", "見本市").claim()["guid"]
    assert guid != Platform("https://launch.example.jp", "tsukuba", "見本市").claim()["guid"]
    assert uuid.UUID(guid).version == 4


def test_every_id_is_ascii_and_short_enough_for_every_tool() -> None:
    found = told(a_registration())
    ids = [found["sub"], found[f"{CLAIM}deployment_id"], found[f"{CLAIM}context"]["id"],
           found[f"{CLAIM}resource_link"]["id"]]  # fmt: skip
    for one in ids:
        assert str(one).isascii()
        assert 0 < len(str(one)) <= 255


def test_a_tool_has_one_link_in_each_class() -> None:
    drill, book = a_registration(), Registration("demo", "book", a_registration().tool)
    here, there = context_of(a_pupil(1)).id, context_of(a_pupil(1, class_title="3年1組")).id
    links = {drill.link_id(here), drill.link_id(there), book.link_id(here)}
    assert len(links) == 3
    assert drill.link_id(here) == a_registration(name="別の名前").link_id(here)


def test_the_members_of_a_class_are_offered_where_the_city_allows_it() -> None:
    assert NRPS not in told(a_registration())
    offered = told(a_registration(memberships=True))
    assert str(context_of(a_pupil(1)).id) in str(offered[NRPS])
    assert NRPS not in told(a_registration(memberships=True), class_title="", class_grades=())


def test_a_special_needs_class_is_called_by_its_outgoing_title() -> None:
    found = told(a_registration(), class_title="なかよし1組", special_needs=True)
    assert found[f"{CLAIM}context"]["title"] == "2026:なかよし1組"
    assert "special" not in str(found).lower()


def test_a_custom_value_cannot_hide_the_grade() -> None:
    found = told(a_registration(custom={"grade": "J3", "unit": "1"}))
    assert found[f"{CLAIM}custom"] == {"grade": "P3", "unit": "1"}


def test_a_client_id_leads_back_to_city_and_tool() -> None:
    assert read_client_id("demo.drill") == ("demo", "drill")
    assert read_client_id("a-city_2.tool_1") == ("a-city_2", "tool_1")
    for other in ("", "demo", "demo.", ".drill", "../x.drill", "demo.drill.more", "Demo.drill",
                  "demo.a b", "demo.drill\n"):  # fmt: skip
        assert read_client_id(other) is None


def test_a_pupil_sees_the_tools_of_grade_and_school_in_the_order_of_the_rules() -> None:
    rules = city.parse(
        RULES
        + tool_rules("z", grades=["P3"])
        + tool_rules("a")
        + tool_rules("b", grades=["J1"])
        + tool_rules("c", schools=["C108299900099"])
    )
    assert [one.key for one in shown_to(a_pupil(1), "demo", rules)] == ["z", "a"]


def test_a_pupil_with_one_name_is_told_by_that_alone() -> None:
    told_of = claims.names(a_registration(send_names=True), a_pupil(1, family=""))
    assert told_of == {"name": a_pupil(1).given, "given_name": a_pupil(1).given}
