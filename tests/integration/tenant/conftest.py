"""Two ways to a tenant: ``graph`` speaks the documented contract only, ``tenant`` may do more.

``graph`` runs against the fake and, when GRAPH_CONTRACT_URL, GRAPH_CONTRACT_TOKEN and
GRAPH_CONTRACT_DOMAIN are set, against that Graph as well: its tests make what they need under
names of their own and take it away again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from local.fakes.tenant import serve
from tests.integration.tenant.client import Graph, token

LIVE = os.environ.get("GRAPH_CONTRACT_URL")


@pytest.fixture(scope="session")
def fake_url() -> Iterator[str]:
    with serve() as url:
        yield url


@pytest.fixture(params=["fake", *(["live"] if LIVE else [])])
def graph(request: pytest.FixtureRequest) -> Iterator[Graph]:
    """Graph as documented; whatever it holds already must not matter."""
    if request.param == "live":
        client = Graph(
            str(LIVE), os.environ["GRAPH_CONTRACT_TOKEN"], os.environ["GRAPH_CONTRACT_DOMAIN"]
        )
    else:
        url = request.getfixturevalue("fake_url")
        client = Graph(url, token(url))
    yield client
    if request.param == "live":
        client.clean_up()
    client.close()


@pytest.fixture
def tenant(fake_url: str) -> Iterator[Graph]:
    """The fake, emptied before and after, with its control plane."""
    client = Graph(fake_url, None)
    client.control("POST", "reset")
    client.session.headers["Authorization"] = f"Bearer {token(fake_url)}"
    yield client
    misfits = client.control("GET", "misfits")
    client.control("POST", "reset")
    client.close()
    assert misfits["answers"] == {}, "an answer does not fit Graph's schema"
