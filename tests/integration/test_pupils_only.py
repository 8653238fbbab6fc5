"""A city that wants pupils only: to the byte what every tool got before there were staff."""

from __future__ import annotations

import json

from tests.nights import Nights
from tests.releases import pupils_only


def test_every_tool_of_a_city_without_staff_gets_the_bytes_of_before(nights: Nights) -> None:
    before = json.loads(pupils_only.KEPT.read_text())
    refused = {"ope_id"}  # its importer would delete whoever is not named
    assert len(before) == 2 * len(set(pupils_only.tools()) - refused), "a file and a note for each"
    assert pupils_only.handed_over(nights) == before
