"""What is on record of mutation testing, and what the page says of it."""

from __future__ import annotations

import json

from local import mutants


def test_every_room_is_a_module_and_is_asked_of_tests_that_are_there() -> None:
    for room, tests in mutants.ROOMS.items():
        assert mutants.source_of(room).is_file()
        assert [path for path in tests if not (mutants.ROOT / path).exists()] == []
        assert len(mutants.fingerprint(room)) == 12


def test_the_page_shows_what_is_on_record_of_each_room() -> None:
    record = json.loads(mutants.RECORD.read_text(encoding="utf-8"))
    assert record.keys() <= mutants.ROOMS.keys()
    _, _, rest = mutants.PAGE.read_text(encoding="utf-8").partition(mutants.TABLE)
    table, _, _ = rest.partition("\n\n")
    assert table.splitlines() == [
        mutants.row(room, record[room]) for room in mutants.ROOMS if room in record
    ]


def test_every_room_on_record_has_nine_in_ten_noticed() -> None:
    record = json.loads(mutants.RECORD.read_text(encoding="utf-8"))
    assert [r for r, f in record.items() if f["noticed"] < mutants.LEAST * f["changes"]] == []
