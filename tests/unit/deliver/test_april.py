"""The same roster is the same text for a tool, whatever is done for speed."""

from __future__ import annotations

import json

import pytest

from tests.unit.deliver import april

SHOWN = json.loads(april.DIGESTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("dialect", april.DIALECTS)
def test_an_april_is_told_as_it_always_was(dialect: str) -> None:
    assert april.digests(dialect) == SHOWN[dialect]


def test_every_dialect_of_packages_is_shown() -> None:
    assert sorted(SHOWN) == sorted(april.DIALECTS)
