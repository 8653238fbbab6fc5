"""The launcher in a real browser, with tools that others wrote: see js/browser.test.mjs."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from kakehashi.edges.state import State
from kakehashi_console.operations import Console
from local.stack import Stack
from tests.builders import a_known, a_pupil
from tests.e2e.judges import in_a_browser, ltijs_tool, rules, sample_tool
from tests.launches import PASSWORD
from tests.tenants import Tenant, as_graph

CITY = "judged"
CLASS = range(73001, 73004)  # three pupils of one class
JUNIOR = 73009


def school(stack: Stack) -> dict[str, dict[str, str]]:
    """Pupils of the city with accounts; those who sign in, by what they are called in the test."""
    pupils = [a_pupil(n) for n in CLASS] + [a_pupil(JUNIOR, grade="J1")]
    known = [a_known(pupil=pupil) for pupil in pupils]
    state = State(stack.resource("dynamodb").Table(stack.outputs()["Table"]), CITY)
    for one in known:
        state.put_pupil(one, None)
    with closing(Tenant(stack.tenant_url)) as tenant:
        tenant.give(*(as_graph(one) | {"passwordProfile": {"password": PASSWORD}} for one in known))
    called = {"pupil": pupils[0], "friend": pupils[1], "junior": pupils[-1]}
    return {
        name: {
            "account": pupil.account,
            "password": PASSWORD,
            "id": pupil.id,
            "name": f"{pupil.family} {pupil.given}",
            "deployment": f"S_{pupil.school}",
        }
        for name, pupil in called.items()
    }


def test_pupils_start_tools_that_others_wrote(stack: Stack, tmp_path: Path) -> None:
    people = school(stack)
    at = (stack.launcher_url, CITY)
    with sample_tool(*at) as sample, ltijs_tool(*at) as ltijs:
        Console(stack).put_rules(CITY, rules(sample.url, ltijs))
        scene = {
            "launcher": stack.launcher_url,
            "tenant": stack.tenant_url,
            "sample": sample.url,
            "ltijs": ltijs,
            "members": [a_pupil(n).id for n in CLASS],
            "pictures": os.environ.get("KAKEHASHI_PICTURES", str(tmp_path)),
            **people,
        }
        in_a_browser("browser.test.mjs", scene, seconds=300)
