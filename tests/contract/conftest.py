"""The fake tenant judged by Microsoft's own clients: run by `make test-contract`.

The clients live in .venv-contract and tests/contract/js/node_modules, so that nothing else of the
project meets them; elsewhere these tests are not collected.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.contract.fake import Fake, started

collect_ignore_glob = [] if find_spec("msgraph") else ["test_*.py"]


@pytest.fixture(scope="session")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fake]:
    with started(tmp_path_factory.mktemp("tenant")) as fake:
        yield fake


@pytest.fixture
def fake(tenant: Fake) -> Iterator[Fake]:
    """The tenant, emptied; in the end each of its answers must fit the schema."""
    tenant.control("POST", "reset")
    yield tenant
    assert tenant.control("GET", "misfits")["answers"] == {}
