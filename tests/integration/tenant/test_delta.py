"""The documented contract of delta queries: what has changed since a link was given."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.tenant.client import Graph, error, token

SELECT = "$select=id,userPrincipalName,accountEnabled,jobTitle"


def follow(graph: Graph, url: str) -> tuple[list[dict[str, Any]], str]:
    """All rows up to the next link, and that link."""
    rows: list[dict[str, Any]] = []
    while True:
        body = graph.get(url).json()
        rows += body["value"]
        if "@odata.deltaLink" in body:
            return rows, path_of(graph, body["@odata.deltaLink"])
        url = path_of(graph, body["@odata.nextLink"])


def path_of(graph: Graph, link: str) -> str:
    assert link.startswith(f"{graph.url}/v1.0/")
    return link.removeprefix(f"{graph.url}/v1.0")


def begun(graph: Graph) -> str:
    rows, link = follow(graph, f"/users/delta?$deltatoken=latest&{SELECT}")
    assert rows == []
    return link


def test_a_delta_without_a_token_tells_everybody_and_then_a_link(tenant: Graph) -> None:
    rows = [{"userPrincipalName": f"p{n}@ed.example.jp"} for n in range(450)]
    tenant.control("POST", "import", {"value": rows})
    told, link = follow(tenant, f"/users/delta?{SELECT}")
    assert len({row["id"] for row in told}) == len(told) == 450
    assert link.startswith("/users/delta?$deltatoken=")


def test_a_link_tells_what_has_changed_since_and_only_that(tenant: Graph) -> None:
    first, gone = tenant.create(jobTitle="小3"), tenant.create()
    link = begun(tenant)
    tenant.patch(f"/users/{first['id']}", {"jobTitle": None, "city": "筑波"})
    tenant.delete(f"/users/{gone['id']}")
    new = tenant.create(jobTitle="小1")
    rows, onward = follow(tenant, link)
    changed = {row["id"]: row for row in rows}
    assert changed[first["id"]] == {"id": first["id"], "jobTitle": None}
    assert changed[gone["id"]] == {"id": gone["id"], "@removed": {"reason": "changed"}}
    assert changed[new["id"]]["userPrincipalName"] == new["userPrincipalName"]
    assert follow(tenant, link)[0] == rows, "a link can be followed again"
    assert {row["id"] for row in follow(tenant, onward)[0]} <= {new["id"]}, "replayed, at most"


def test_many_changes_come_in_pages_even_if_more_happens_meanwhile(tenant: Graph) -> None:
    rows = [{"userPrincipalName": f"p{n}@ed.example.jp"} for n in range(450)]
    link = begun(tenant)
    tenant.control("POST", "import", {"value": rows})
    page = tenant.get(link).json()
    again = page["value"][-1]["id"]
    tenant.patch(f"/users/{again}", {"jobTitle": "中3"})
    rest, onward = follow(tenant, path_of(tenant, page["@odata.nextLink"]))
    living = {row["id"] for row in page["value"] + rest if "@removed" not in row}
    assert len(living) == 450
    assert again in {row["id"] for row in follow(tenant, onward)[0]}


def test_a_link_is_refused_after_seven_days(tenant: Graph) -> None:
    tenant.control("POST", "clock", {"virtual": True})
    link = begun(tenant)
    tenant.advance(8 * 86_400)
    tenant.session.headers["Authorization"] = f"Bearer {token(tenant.url)}"
    answer = tenant.get(link)
    assert error(answer) == (400, "syncStateNotFound")


@pytest.mark.parametrize("option", ["$top=5", "$filter=id eq 'x'", "$orderby=id"])
def test_a_delta_takes_no_options_but_the_selection(graph: Graph, option: str) -> None:
    assert graph.get(f"/users/delta?{option}").status_code == 400
