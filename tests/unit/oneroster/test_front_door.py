"""The names that the library gives to others are found where they are, and no others are."""

from __future__ import annotations

import pytest

from kakehashi import oneroster


def test_every_name_of_the_library_has_a_home_and_is_found_there() -> None:
    homes = [name for names in oneroster._HOMES.values() for name in names]
    assert sorted(homes) == sorted(oneroster.__all__)
    for name in oneroster.__all__:
        assert getattr(oneroster, name) is not None


def test_what_the_library_has_not_is_said_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        oneroster.nothing  # noqa: B018
