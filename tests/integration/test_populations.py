"""A third population, made of what anybody would write for one: a person, a plan, one line.

見守りボランティア: people of the town who come to a school on some days. Their roster is JSON; the
account lives as long as they are on it. Everything else is the house's own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Self

import pytest

from kakehashi.actions import Action, Kind, Situation, in_order, settled
from kakehashi.city import City
from kakehashi.diff.inverse import Undone
from kakehashi.diff.plan import Plan
from kakehashi.diff.undo import make_undo
from kakehashi.directories.port import Settled
from kakehashi.edges.errors import OtherRelease
from kakehashi.edges.state import State
from kakehashi.people import population
from kakehashi.people.person import POPULATION
from kakehashi.people.population import PUPILS, STAFF, Population, population_of
from kakehashi.people.record import SIGN_IN, Record, Status
from kakehashi.provision.results import Readiness, standing
from kakehashi.roster import PasswordAt
from tests.builders import TODAY, a_city, a_known, a_pupil
from tests.directory_contract.in_memory import InMemory

CITY = a_city()

# -- people/volunteer.py ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Volunteer:
    id: str
    account: str
    family: str
    given: str
    school: str
    grade: str = ""
    line: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {POPULATION: "volunteer"}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(**{name: data[name] for name in cls.__slots__ if name in data})


VOLUNTEERS = Population("volunteer", Volunteer.from_json)

# -- preprocess/volunteers.py ----------------------------------------------------------------------


def read_volunteers(text: str) -> Iterator[Volunteer]:
    for line, row in enumerate(json.loads(text), 1):
        number = row.pop("number").lower()
        yield Volunteer(f"volunteer-{number}", f"v{number}@{CITY.domain}", **row, line=line)


# -- diff/volunteers.py ----------------------------------------------------------------------------


def plan_volunteers(
    wanted: Iterable[Volunteer], known: Iterable[Record[Volunteer]]
) -> tuple[Action[Volunteer], ...]:
    there, here = {one.pupil.id: one for one in known}, {one.id: one for one in wanted}
    return in_order(
        action for who in there.keys() | here.keys()
        if (action := _action(here.get(who), there.get(who)))
    )  # fmt: skip


def _action(wanted: Volunteer | None, known: Record[Volunteer] | None) -> Action[Volunteer] | None:
    if wanted and known is None:
        return Action(wanted.id, Kind.CREATE, Situation.NEW, None, wanted, _account(wanted, CITY),
                      PasswordAt("volunteers.csv", "v1", wanted.line), prepared=True)  # fmt: skip
    if known and wanted is None and known.status is not Status.SUSPENDED:
        return Action(known.pupil.id, Kind.SUSPEND, Situation.GONE, known, None,
                      object_id=known.object_id)  # fmt: skip
    return None


def _account(one: Volunteer, city: City) -> dict[str, str]:
    return {SIGN_IN: one.account, city.m365.mark: one.id, "fullName": f"{one.family} {one.given}"}


# -- the walk --------------------------------------------------------------------------------------

ROSTER = json.dumps([
    {"number": "V-01", "family": "見本", "given": "守", "school": "B108200000017"},
    {"number": "V-02", "family": "見本", "given": "望", "school": "B108200000017"},
])  # fmt: skip


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line in ``people/population.py``."""
    monkeypatch.setattr(population, "POPULATIONS", (PUPILS, STAFF, VOLUNTEERS))


@pytest.fixture
def state(account: dict[str, str]) -> State:
    return State.of(account["TABLE"], "demo")


@pytest.fixture
def directory() -> InMemory:
    return InMemory(CITY)


def a_night(text: str, state: State, directory: InMemory, day: date = TODAY) -> list[Kind]:
    """Planned, written as a shard is, read again, carried out, kept; and again, as after a kill."""
    plan = plan_volunteers(read_volunteers(text), state.people(VOLUNTEERS))
    for line in [json.dumps(action.to_json()) for action in plan]:
        action: Action[Volunteer] = Action.from_json(json.loads(line))
        (ended,) = directory.apply(action.kind, [(1, action, lambda: "Hinagiku-2026")])
        assert isinstance(ended.outcome, Settled)
        item = settled(action, as_of=day, run_id="run", object_id=ended.outcome.object_id)
        assert item is not None
        state.put_pupil(item, state.pupil(action.pupil))
        assert standing(action, state.pupils_of(action.ids()), day) is Readiness.DONE
    return [action.kind for action in plan]


def test_its_nights_come_and_go_beside_the_pupils(state: State, directory: InMemory) -> None:
    state.put_pupil(a_known(1), None)
    assert a_night(ROSTER, state, directory) == [Kind.CREATE, Kind.CREATE]
    assert a_night(ROSTER, state, directory) == []
    first = next(state.people(VOLUNTEERS))
    assert (first.pupil.id, first.pupil.given) == ("volunteer-v-01", "守")
    assert not directory.people[first.object_id].enabled, "prepared: nobody signs in as yet"
    assert a_night("[]", state, directory) == [Kind.SUSPEND, Kind.SUSPEND]
    assert {one.status for one in state.people(VOLUNTEERS)} == {Status.SUSPENDED}
    assert [one.pupil.id for one in state.pupils()] == [a_known(1).pupil.id]
    assert list(state.staff()) == []


def test_it_stands_where_no_release_has_to_move_it(state: State, directory: InMemory) -> None:
    a_night(ROSTER, state, directory)
    keys = {str(item["sk"]) for item in state.table.scan()["Items"]}
    assert keys == {"PERSON#volunteer#volunteer-v-01", "PERSON#volunteer#volunteer-v-02"}


def test_an_account_of_theirs_is_told_from_everybody_elses() -> None:
    ids = {"volunteer-v-01": VOLUNTEERS, "staff-g-0012": STAFF, a_pupil(1).id: PUPILS, "": PUPILS}
    assert {one: population_of(one) for one in ids} == ids


def test_an_undo_turns_them_back_and_the_pupils_limits_count_none_of_them() -> None:
    many = [Volunteer(f"volunteer-{n:02}", f"v{n}@{CITY.domain}", "見本", "守", "B1")
            for n in range(40)]  # fmt: skip
    before = [Record(one, _account(one, CITY), f"object-{one.id}") for one in many]
    plan = plan_volunteers([], before)
    gone = [settled(action, as_of=TODAY, run_id="run") for action in plan]
    current: list[Any] = [*gone, *(a_known(n) for n in range(1, 5))]
    outcomes = {action.pupil: "done" for action in plan}
    actions: Any = plan
    back: Plan = make_undo(Undone("demo-20261124T021000-0000abcd", TODAY, actions, outcomes),
                           current, CITY, city_code="demo", serial=7, as_of=TODAY)  # fmt: skip
    assert {(one.pupil, one.kind) for one in back.actions} == {
        (one.id, Kind.RESTORE) for one in many
    }
    assert [breach.kind for breach in back.breaches] == ["undo"]


def test_a_release_that_does_not_know_it_refuses_to_read_it(
    state: State, directory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_night(ROSTER, state, directory)
    monkeypatch.setattr(population, "POPULATIONS", (PUPILS, STAFF))
    with pytest.raises(OtherRelease):
        list(state.people(VOLUNTEERS))
    assert list(state.pupils()) == []


def test_names_of_populations_differ_and_no_mark_begins_another() -> None:
    names = [f"{one.name}-" for one in population.POPULATIONS]
    assert not [a for a in names for b in names if a != b and a.startswith(b)]
