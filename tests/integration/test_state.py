from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kakehashi.edges.errors import OtherRelease, Refused, TryLater
from kakehashi.edges.state import LEASE, State
from kakehashi.jsonlines import canonical
from kakehashi.people.record import RECORD, Record
from tests import builders

NOW = datetime(2026, 11, 22, 16, tzinfo=UTC)


@pytest.fixture
def state(account: dict[str, str]) -> State:
    return State.of(account["TABLE"], "demo")


def a_known(**changes: object) -> Record:
    known = Record(pupil=builders.a_pupil(), account={"displayName": "x"}, object_id="o")
    return replace(known, **changes)  # type: ignore[arg-type]


def test_a_pupil_is_read_as_it_was_written(state: State) -> None:
    known = a_known(absent_since=NOW.date())
    state.put_pupil(known, None)
    assert list(state.pupils()) == [known]
    assert state.pupil(known.pupil.id) == known


def test_many_pupils_are_read_at_once_and_strangers_left_out(state: State) -> None:
    known = [builders.a_known(n) for n in range(1, 106)]
    for one in known:
        state.put_pupil(one, None)
    wanted = [one.pupil.id for one in known] + ["stranger", known[0].pupil.id]
    assert state.pupils_of(wanted) == {one.pupil.id: one for one in known}
    assert state.pupils_of([]) == {}


def test_writing_the_same_again_is_harmless(state: State) -> None:
    known = a_known()
    state.put_pupil(known, None)
    state.put_pupil(known, None)
    assert list(state.pupils()) == [known]


def test_an_item_that_moved_under_us_is_not_overwritten(state: State) -> None:
    first, second = a_known(), a_known(object_id="p")
    state.put_pupil(first, None)
    read = state.pupil(first.pupil.id)
    state.put_pupil(second, read)
    with pytest.raises(TryLater):
        state.put_pupil(a_known(object_id="q"), read)
    assert state.pupil(first.pupil.id) == second


def test_nothing_is_written_over_an_item_that_was_not_read(state: State) -> None:
    state.put_pupil(a_known(), None)
    for put in (state.put_pupil, lambda _, known: state.drop_pupil(known)):
        with pytest.raises(ValueError, match="read from its item"):
            put(a_known(object_id="p"), a_known())


def test_an_item_that_another_release_wrote_is_written_over_by_its_own_etag(state: State) -> None:
    """Whatever that release made its etag of, and whatever facts it knew."""
    known = a_known()
    state.put_pupil(known, None)
    key = {"pk": "CITY#demo", "sk": f"PUPIL#{known.pupil.id}"}
    state.table.update_item(
        Key=key, UpdateExpression="SET etag = :e", ExpressionAttributeValues={":e": "their own"}
    )
    read = state.pupils_of([known.pupil.id])[known.pupil.id]
    state.put_pupil(a_known(object_id="p"), read)
    now = state.pupil(known.pupil.id)
    assert now == a_known(object_id="p")
    state.drop_pupil(now)
    assert state.pupil(known.pupil.id) is None


def test_an_item_of_a_later_release_is_not_read_as_if_it_were_ours(state: State) -> None:
    known = a_known()
    text = canonical(known.to_json() | {"v": RECORD.v + 1}).decode()
    item = {"pk": "CITY#demo", "sk": f"PUPIL#{known.pupil.id}", "etag": "theirs", "known": text}
    state.table.put_item(Item=item)
    with pytest.raises(OtherRelease):
        list(state.pupils())


def test_one_execution_at_a_time_holds_the_city(state: State) -> None:
    state.take_lease("one", NOW)
    state.take_lease("one", NOW)
    with pytest.raises(TryLater):
        state.take_lease("two", NOW)
    state.free_lease("two")
    with pytest.raises(TryLater):
        state.take_lease("two", NOW)
    state.free_lease("one")
    state.take_lease("two", NOW)


def test_a_lease_that_ran_out_or_whose_owner_is_dead_is_taken(state: State) -> None:
    state.take_lease("one", NOW)
    state.take_lease("two", NOW, dead="one")
    state.take_lease("three", NOW + LEASE + timedelta(seconds=1))
    with pytest.raises(Refused):
        state.renew_lease("two", NOW)
    state.renew_lease("three", NOW)


def test_a_rehearsal_holds_no_lease_and_needs_none(state: State) -> None:
    state.take_lease("one", NOW)
    state.renew_lease("", NOW)
    state.free_lease("")
    lease = state.lease()
    assert lease is not None
    assert lease.owner == "one"


def test_a_plan_whose_state_has_moved_on_is_refused(state: State) -> None:
    state.begin_apply("run-a", 0)
    state.begin_apply("run-a", 0)
    assert state.serial() == 1
    with pytest.raises(Refused):
        state.begin_apply("run-b", 0)
    state.begin_apply("run-b", 1)
    assert state.serial() == 2


def test_runs_come_newest_first_and_cities_do_not_see_each_other(
    state: State, account: dict[str, str]
) -> None:
    state.note_run("demo-20261121T010000-aaaaaaaa", verdict="applied")
    state.note_run("demo-20261122T010000-bbbbbbbb", verdict="refused", failures=2)
    assert [run.verdict for run in state.runs()] == ["refused", "applied"]
    assert state.run("demo-20261122T010000-bbbbbbbb").failures == 2
    assert State.of(account["TABLE"], "other").runs() == []
