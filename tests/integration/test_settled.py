"""The settled roster: made once a night, and what the state itself says."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest

from kakehashi import deliver, jsonlines
from kakehashi.deliver import Board, Records
from kakehashi.edges.settled import NAME, SettledRoster
from kakehashi.edges.state import State
from kakehashi.people.record import Record
from tests.builders import a_drop, a_password_file, a_pupil
from tests.nights import Night, Nights

PUPILS = 12


@pytest.fixture
def whole_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each time that the state was read whole."""
    found: list[str] = []
    pupils = State.pupils

    def counted(state: State) -> Iterator[Record]:
        found.append(state.pk)
        return pupils(state)

    monkeypatch.setattr(State, "pupils", counted)
    return found


def passwords(*pupils: int) -> bytes:
    return a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in pupils})


def first_night(nights: Nights) -> Night:
    waiting = nights.run(a_drop(PUPILS).zip(), passwords=passwords(*range(1, PUPILS + 1)))
    night = nights.approve(waiting.summary)
    nights.tomorrow()
    return night


def snapshot(night: Night) -> list[Record]:
    lines = gzip.decompress(night.folder.need(NAME)).splitlines()
    return list(Record.from_json(row) for row in jsonlines.read(lines[1:]))


def test_after_each_night_the_snapshot_says_what_the_state_says(nights: Nights) -> None:
    def one_after_the_other() -> Iterator[Night]:
        yield first_night(nights)  # of whom nobody was known
        yield nights.run(a_drop(PUPILS).zip())  # nothing moves
        yield nights.run(a_drop(PUPILS + 1).zip(), passwords=passwords(PUPILS + 1))  # one comes
        yield nights.run(a_drop(PUPILS).zip(), name="again.zip")  # and is gone

    for night in one_after_the_other():
        assert night.verdict in {"applied", "unchanged"}
        assert snapshot(night) == list(nights.state.pupils())


def test_a_night_reads_the_state_once_whoever_comes_or_nobody(
    nights: Nights, whole_reads: list[str]
) -> None:
    first_night(nights)
    for pupils in (PUPILS, PUPILS + 1):
        whole_reads.clear()
        night = nights.run(a_drop(pupils).zip(), passwords=passwords(PUPILS + 1))
        assert "Deliver" in night.history
        assert whole_reads == ["CITY#demo"]


def test_a_snapshot_of_another_serial_is_refused(nights: Nights, whole_reads: list[str]) -> None:
    night = first_night(nights)
    whole_reads.clear()
    truth = snapshot(night)
    assert list(SettledRoster(night.folder, nights.state).pupils()) == truth
    assert whole_reads == []
    nights.state.begin_apply("another", nights.state.serial())
    assert list(SettledRoster(night.folder, nights.state).pupils()) == truth
    assert whole_reads == ["CITY#demo"]


def test_a_snapshot_of_a_later_release_is_passed_over(
    nights: Nights, whole_reads: list[str]
) -> None:
    night = first_night(nights)
    whole_reads.clear()
    head = b'{"serial":%d,"v":99}\n' % nights.state.serial()
    night.folder.put(NAME, gzip.compress(head + b"\xff\n"))
    assert len(list(SettledRoster(night.folder, nights.state).pupils())) == PUPILS
    assert whole_reads == ["CITY#demo"]


def test_a_night_on_which_nothing_moves_makes_no_tools_records(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    records_of = deliver.records_of

    def counted(
        settled: Iterator[Record], dialect: deliver.Dialect, board: Board, held: Records | None
    ) -> Records:
        made.append(dialect.name)
        return records_of(settled, dialect, board, held)

    monkeypatch.setattr("kakehashi.deliver.records_of", counted)
    first = first_night(nights)
    assert sorted(made) == ["interactive_study", "lgate"]
    for pupils, expected in ((PUPILS, 0), (PUPILS + 1, 2), (PUPILS + 1, 0)):
        made.clear()
        night = nights.run(
            a_drop(pupils).zip(), passwords=passwords(PUPILS + 1), name=f"{nights.clock:%H%M}.zip"
        )
        assert len(made) == expected
        lgate = night.folder.get_json("deliveries/lgate.json")
        study = night.folder.get_json("deliveries/interactive_study.json")
        assert (lgate["verdict"], lgate["pupils"], study["pupils"]) == ("delivered", pupils, pupils)
        assert study["verdict"] == ("delivered" if expected else "nothing")
        if pupils == PUPILS:
            assert lgate["sha256"] == first.folder.get_json("deliveries/lgate.json")["sha256"]
        nights.tomorrow()
