"""A tool made with pylti1p3next, which keeps our keys for hours, while those keys change."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import requests
from click.testing import CliRunner

from kakehashi.edges.launch.lti_keys import RING, LtiKeys
from kakehashi.edges.state import State
from kakehashi.lti.keys import OVERLAP
from kakehashi_console.cli import main
from kakehashi_console.operations import Console
from local.fakes.sample_tool.lti import Tool
from local.stack import Stack
from tests.builders import a_known, a_pupil
from tests.e2e.judges import rules, sample_tool
from tests.launches import PASSWORD, form_in
from tests.tenants import Tenant, as_graph

CITY = "rotating"
NOWHERE = "http://127.0.0.1:9"
PUPIL = a_pupil(74001)


@pytest.fixture(scope="module")
def tool(stack: Stack) -> Iterator[Tool]:
    known = a_known(pupil=PUPIL)
    State(stack.resource("dynamodb").Table(stack.outputs()["Table"]), CITY).put_pupil(known, None)
    with closing(Tenant(stack.tenant_url)) as tenant:
        tenant.give(as_graph(known) | {"passwordProfile": {"password": PASSWORD}})
    with sample_tool(stack.launcher_url, CITY) as tool:
        Console(stack).put_rules(CITY, rules(tool.url, NOWHERE))
        yield tool


@pytest.fixture(scope="module")
def browser(stack: Stack, tool: Tool) -> Iterator[requests.Session]:
    """Signed in."""
    assert tool
    with requests.Session() as session:
        session.headers["Connection"] = "close"
        page = session.get(f"{stack.launcher_url}/sign-in")
        for typed in ({"loginfmt": PUPIL.account, "passwd": PASSWORD}, {}):
            action, given = form_in(page.text, page.url)
            page = session.post(action, given | typed)
        assert "/launch/sample" in page.text
        yield session


@pytest.fixture
def keys(stack: Stack) -> Iterator[LtiKeys]:
    """The stack's own key alone, before and after."""
    table = stack.resource("dynamodb").Table(stack.outputs()["Table"])
    table.delete_item(Key=RING)
    yield LtiKeys(table, stack.client("kms"), stack.outputs()["LtiKey"])
    table.delete_item(Key=RING)


def launched(browser: requests.Session, stack: Stack) -> str:
    """What the tool says once the launcher's form has been posted to it."""
    page = browser.get(f"{stack.launcher_url}/launch/sample")
    return browser.post(*form_in(page.text, page.url)).text


def kept_kids(tool: Tool) -> set[str]:
    (jwks,) = [value for name, (_, value) in tool.kept.items() if "key-set-url" in name]
    return {key["kid"] for key in jwks["keys"]}


def a_day_passes(keys: LtiKeys) -> None:
    """The ring as it will be read tomorrow."""
    rows = json.loads(str(keys.table.get_item(Key=RING)["Item"]["ring"]))
    for row in rows:
        row["from"] = (datetime.fromisoformat(row["from"]) - OVERLAP).isoformat()
    keys.table.put_item(Item=RING | {"ring": json.dumps(rows)})


def test_a_tool_that_keeps_our_keys_believes_every_launch_of_a_rotation(
    stack: Stack, tool: Tool, browser: requests.Session, keys: LtiKeys
) -> None:
    believed = f"<td>{PUPIL.id}</td>"
    assert believed in launched(browser, stack)
    old = kept_kids(tool)
    turned = CliRunner().invoke(main, ["lti", "rotate", "--home", str(stack.home)])
    assert turned.exit_code == 0, turned.output
    assert believed in launched(browser, stack)
    assert kept_kids(tool) == old, "the tool has not looked again"
    tool.kept.clear()  # two hours later it does
    assert believed in launched(browser, stack)
    both = kept_kids(tool)
    assert old < both
    a_day_passes(keys)
    now = datetime.now(UTC)
    assert keys.public(keys.ring().signer(now).id)["kid"] not in old
    assert believed in launched(browser, stack), "signed with a key that the tool has had for a day"
    assert kept_kids(tool) == both
    tool.kept.clear()
    assert believed in launched(browser, stack)
    assert keys.ring().published(now + timedelta(hours=25)) == keys.ring().keys[-1:]


def test_a_tool_that_wants_its_answer_elsewhere_gets_none(
    stack: Stack, tool: Tool, browser: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "url", NOWHERE)
    page = browser.get(f"{stack.launcher_url}/launch/sample")
    assert "L204-" in page.text
    assert "id_token" not in page.text


def test_the_stacks_own_sample_tool_is_registered_where_it_runs(stack: Stack) -> None:
    told = requests.get(f"{stack.sample_tool_url}/", timeout=30)
    assert stack.launcher_url in told.text
    assert requests.get(f"{stack.sample_tool_url}/jwks.json", timeout=30).json()["keys"]
