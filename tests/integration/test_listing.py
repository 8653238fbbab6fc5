"""A city whose tenant is listed by its changes."""

from __future__ import annotations

from datetime import timedelta

from kakehashi.edges.microsoft.listing import NAME
from tests.builders import TODAY, a_drop
from tests.integration.test_night import known
from tests.nights import RULES, Night, Nights

BY_CHANGES = f'{RULES}[m365]\nlisting = "changes"\n'


def listed(night: Night) -> list[bytes]:
    return list(night.folder.raw_lines("tenant.jsonl"))


def test_the_second_night_asks_the_tenant_what_has_changed_and_plans_the_same(
    nights: Nights,
) -> None:
    nights.put_rules(BY_CHANGES)
    nights.given(known(12))
    nights.tenant.give({"userPrincipalName": "teacher@ed.example.jp", "displayName": "教職員"})
    first = nights.run(a_drop(12).zip())
    nights.tenant.recount()
    rehearsed = nights.run(a_drop(11).zip(), mode="rehearse", as_of=TODAY + timedelta(days=9))
    second = nights.run(a_drop(11).zip())
    shapes = nights.tenant.shapes()
    assert (shapes["GET /users/delta"], shapes.get("GET /users")) == (2, None)
    assert listed(first) == listed(rehearsed) == listed(second)
    assert len(listed(second)) == 12
    assert second.summary["proposed"]["GONE"] == rehearsed.summary["proposed"]["GONE"]
    (mirror,) = nights_mirror(nights)
    assert mirror == f"demo/listing/{NAME}"


def nights_mirror(nights: Nights) -> list[str]:
    keys = [key for key in nights.everything() if key.endswith(NAME)]
    return [key.removeprefix("s3://RUNS_BUCKET/") for key in keys]
