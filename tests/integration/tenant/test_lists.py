"""The documented contract of lists: pages, filters, counts and advanced queries."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.integration.tenant.client import EVENTUAL, UMI, Graph, error


def everybody(graph: Graph, url: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while url:
        body = graph.get(url).json()
        rows += body["value"]
        url = body.get("@odata.nextLink", "")
    return rows


@pytest.fixture
def class_of_five(graph: Graph) -> tuple[str, list[str]]:
    """A department of its own with five accounts; its name and their ids."""
    department = f"1年{uuid.uuid4().hex[:8]}組"
    return department, [graph.create(department=department)["id"] for _ in range(5)]


def test_pages_follow_an_opaque_link_until_everybody_was_seen_once(
    graph: Graph, class_of_five: tuple[str, list[str]]
) -> None:
    department, ids = class_of_five
    url = f"/users?$top=2&$select=id&$filter=department eq '{department}'"
    first = graph.get(url).json()
    assert len(first["value"]) == 2
    assert first["@odata.nextLink"].startswith(f"{graph.url}/v1.0/users?")
    assert sorted(row["id"] for row in everybody(graph, url)) == sorted(ids)


def test_a_page_holds_a_hundred_unless_asked_for_more(tenant: Graph) -> None:
    rows = [{"userPrincipalName": f"p{n}@ed.example.jp"} for n in range(1200)]
    tenant.control("POST", "import", {"value": rows})
    assert len(tenant.get("/users").json()["value"]) == 100
    assert len(tenant.get("/users", top="999").json()["value"]) == 999
    assert len(everybody(tenant, "/users?$top=999&$select=id")) == 1200


@pytest.mark.parametrize("top", ["0", "1000", "-1", "many"])
def test_a_page_size_out_of_bounds_is_refused(graph: Graph, top: str) -> None:
    assert graph.get("/users", top=top).status_code == 400


def test_skip_is_not_supported(graph: Graph) -> None:
    assert graph.get("/users", skip="10").status_code == 400


def test_a_link_that_was_tampered_with_is_refused(graph: Graph) -> None:
    assert graph.get("/users", skiptoken="bm9uc2Vuc2U").status_code == 400


@pytest.mark.parametrize(
    "template",
    [
        "department eq '{department}'",
        "department eq '{department}' and accountEnabled eq true",
        "startsWith(department,'{department}')",
        "department in ('{department}', 'x')",
        "department eq '{department}' and (usageLocation eq 'JP' or usageLocation eq 'US')",
    ],
)
def test_indexed_properties_are_filtered_by_ordinary_queries(
    graph: Graph, class_of_five: tuple[str, list[str]], template: str
) -> None:
    department, ids = class_of_five
    rows = graph.get("/users", filter=template.format(department=department)).json()["value"]
    assert sorted(row["id"] for row in rows) == sorted(ids)


def test_filters_compare_texts_in_any_letter_case(graph: Graph) -> None:
    user = graph.create()
    found = graph.get(
        "/users", filter=f"userPrincipalName eq '{user['userPrincipalName'].upper()}'"
    )
    assert [row["id"] for row in found.json()["value"]] == [user["id"]]


def test_a_quote_in_a_filter_is_doubled(graph: Graph) -> None:
    name = f"o'brien {uuid.uuid4()}"
    user = graph.create(displayName=name)
    found = graph.get("/users", filter="displayName eq '{}'".format(name.replace("'", "''")))
    assert [row["id"] for row in found.json()["value"]] == [user["id"]]


def test_the_mark_is_filtered_by_advanced_queries_only(graph: Graph) -> None:
    mark = str(uuid.uuid4())
    user = graph.create(onPremisesExtensionAttributes={UMI: mark})
    wanted = f"onPremisesExtensionAttributes/{UMI} eq '{mark}'"
    plain = graph.get("/users", filter=wanted)
    assert error(plain) == (400, "Request_UnsupportedQuery")
    half = graph.get("/users", EVENTUAL, filter=wanted)
    assert error(half) == (400, "Request_UnsupportedQuery")
    full = graph.get("/users", EVENTUAL, filter=wanted, count="true")
    assert [row["id"] for row in full.json()["value"]] == [user["id"]]


@pytest.mark.parametrize(
    "wanted",
    [
        "department ne 'x'",
        "not(department eq 'x')",
        "endsWith(userPrincipalName,'example.jp')",
        "officeLocation eq 'x'",
        "companyName eq 'x'",
    ],
)
def test_other_operators_need_an_advanced_query(graph: Graph, wanted: str) -> None:
    assert error(graph.get("/users", filter=wanted)) == (400, "Request_UnsupportedQuery")
    full = graph.get("/users", EVENTUAL, filter=wanted, count="true", top="1")
    assert full.status_code == 200


def test_filter_and_orderby_together_need_an_advanced_query(
    graph: Graph, class_of_five: tuple[str, list[str]]
) -> None:
    wanted, order = f"department eq '{class_of_five[0]}'", "userPrincipalName desc"
    plain = graph.get("/users", filter=wanted, orderby=order)
    assert error(plain) == (400, "Request_UnsupportedQuery")
    full = graph.get("/users", EVENTUAL, filter=wanted, orderby=order, count="true")
    rows = full.json()["value"]
    names = [row["userPrincipalName"] for row in rows]
    assert len(names) == 5
    assert names == sorted(names, reverse=True)


def test_an_unindexed_property_cannot_be_filtered_at_all(graph: Graph) -> None:
    answer = graph.get("/users", EVENTUAL, filter="aboutMe eq 'x'", count="true")
    assert error(answer) == (400, "Request_UnsupportedQuery")


@pytest.mark.parametrize("wanted", ["department eq", "eq 'x'", "department eq 'x", "a b c", "("])
def test_a_filter_that_is_no_filter_is_refused(graph: Graph, wanted: str) -> None:
    assert graph.get("/users", filter=wanted).status_code == 400


def test_count_is_silently_ignored_without_the_header(graph: Graph) -> None:
    assert "@odata.count" not in graph.get("/users", count="true", top="1").json()


def test_the_count_stands_on_the_first_page_only(
    graph: Graph, class_of_five: tuple[str, list[str]]
) -> None:
    wanted = f"department eq '{class_of_five[0]}'"
    first = graph.get("/users", EVENTUAL, filter=wanted, count="true", top="2").json()
    assert first["@odata.count"] == 5
    assert "@odata.count" not in graph.get(first["@odata.nextLink"], EVENTUAL).json()


def test_the_header_must_be_sent_again_with_each_link(
    graph: Graph, class_of_five: tuple[str, list[str]]
) -> None:
    wanted = f"not(department ne '{class_of_five[0]}')"
    first = graph.get("/users", EVENTUAL, filter=wanted, count="true", top="2").json()
    link = first["@odata.nextLink"]
    assert error(graph.get(link)) == (400, "Request_UnsupportedQuery")
    assert len(graph.get(link, EVENTUAL).json()["value"]) == 2


def test_the_count_segment_needs_the_header(graph: Graph) -> None:
    graph.create()
    assert error(graph.get("/users/$count")) == (400, "Request_BadRequest")
    answer = graph.get("/users/$count", EVENTUAL)
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert int(answer.text) >= 1


def test_an_unknown_property_in_select_is_refused(graph: Graph) -> None:
    assert error(graph.get("/users", select="id,favouriteFood")) == (400, "BadRequest")


def test_some_properties_cannot_be_read_in_a_list(graph: Graph) -> None:
    assert error(graph.get("/users", select="id,aboutMe")) == (501, "NotImplemented")


def test_a_page_may_be_empty_and_still_have_a_successor(tenant: Graph) -> None:
    tenant.configure(empty_pages=True)
    user = tenant.create()
    first = tenant.get("/users").json()
    assert first["value"] == []
    assert [row["id"] for row in everybody(tenant, "/users")] == [user["id"]]


def test_objects_that_come_and_go_between_pages_hide_nobody(tenant: Graph) -> None:
    ids = sorted(tenant.create()["id"] for _ in range(6))
    first = tenant.get("/users", top="3", select="id").json()
    seen = [row["id"] for row in first["value"]]
    tenant.delete(f"/users/{seen[-1]}")
    rest = [row["id"] for row in everybody(tenant, first["@odata.nextLink"])]
    assert seen + rest == ids
