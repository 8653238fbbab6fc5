from collections.abc import Generator

import pytest

from kakehashi.directories.microsoft365.answers import Answer
from kakehashi.directories.microsoft365.exchange import (
    MOST_TRIES,
    REPLICATION_WAITS,
    Exchange,
    wait_before_retry,
)
from kakehashi.directories.microsoft365.requests import GraphRequest, Verb
from kakehashi.directories.port import Ended, Outcome, Settled
from tests.unit.provision.conversations import NOT_FOUND, refused, taken

REQUEST = GraphRequest(Verb.POST, "/users", {})
PATIENT = GraphRequest(Verb.GET, "/users/x", patient=True)
BUSY = [Answer(0), *(Answer(s) for s in (424, 429, 500, 502, 503, 504, 507)), refused(409, "D")]


@pytest.mark.parametrize("answer", BUSY, ids=lambda a: str(a.status))
def test_an_answer_that_only_means_not_now_is_tried_again_but_not_for_ever(answer: Answer) -> None:
    assert wait_before_retry(REQUEST, answer, 1, 0, 0.5) is not None
    assert wait_before_retry(REQUEST, answer, MOST_TRIES, 0, 0.5) is None


@pytest.mark.parametrize(
    "answer", [Answer(201), Answer(204), NOT_FOUND, refused(403), refused(400), taken()]
)
def test_an_answer_that_means_something_is_taken_as_it_is(answer: Answer) -> None:
    assert wait_before_retry(REQUEST, answer, 1, 0, 0.5) is None


def test_a_conflict_told_as_409_is_not_tried_again() -> None:
    answer = refused(409, "Request_MultipleObjectsWithSameKeyValue")
    assert wait_before_retry(REQUEST, answer, 1, 0, 0.5) is None


def test_graphs_own_waiting_time_is_kept() -> None:
    for status in (429, 503):
        wait = wait_before_retry(REQUEST, Answer(status, {"retry-after": "45"}), 1, 0, 0.0)
        assert wait == 45


def test_waits_grow_and_are_spread() -> None:
    waits = [wait_before_retry(REQUEST, Answer(504), n, 0, 1.0) for n in range(1, MOST_TRIES)]
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30, 30]
    assert wait_before_retry(REQUEST, Answer(504), 3, 0, 0.0) == 2


def test_only_a_new_object_may_be_not_found_yet() -> None:
    early = refused(400, text="Not a valid reference update.")
    for answer in (NOT_FOUND, early):
        assert wait_before_retry(REQUEST, answer, 1, 0, 0.5) is None
        assert wait_before_retry(PATIENT, answer, 1, 0, 0.5) == REPLICATION_WAITS[0]
        assert wait_before_retry(PATIENT, answer, 9, len(REPLICATION_WAITS), 0.5) is None


def one_request(name: str) -> Generator[GraphRequest, Answer, Outcome]:
    yield GraphRequest(Verb.POST, f"/{name}", {})
    return Settled(name)


def silent(name: str) -> Generator[GraphRequest, Answer, Outcome]:
    return Settled(name)
    yield


def test_flows_are_begun_only_when_there_is_room() -> None:
    begun = []

    def counted(name: str) -> Generator[GraphRequest, Answer, Outcome]:
        begun.append(name)
        return (yield from one_request(name))

    exchange = Exchange((n, counted(str(n))) for n in range(50))
    assert len(exchange.next_batch(0, 20)) == 20
    assert len(begun) == 20


def test_a_flow_that_needs_no_call_ends_at_once() -> None:
    exchange = Exchange([(1, silent("a")), (2, one_request("b"))])
    assert [pending.key for pending in exchange.next_batch(0, 20)] == [2]
    assert list(exchange.ended) == [Ended(1, Settled("a"))]


def test_a_talk_told_to_wait_comes_back_when_due_before_any_new_one() -> None:
    exchange = Exchange((n, one_request(str(n))) for n in range(3))
    (first,) = exchange.next_batch(0.0, 1)
    exchange.hear(first, Answer(429, {"retry-after": "10"}), 0.0, 0.0)
    assert exchange.next_moment() == 10
    assert [t.key for t in exchange.next_batch(5.0, 1)] == [1]
    assert [t.key for t in exchange.next_batch(10.0, 2)] == [0, 2]
    exchange.hear(first, Answer(201, request_id="r"), 10.0, 0.0)
    assert list(exchange.ended) == [Ended(0, Settled("0"), "r")]


def test_a_batch_that_was_not_sent_comes_again_in_the_same_order() -> None:
    exchange = Exchange((n, one_request(str(n))) for n in range(5))
    batch = exchange.next_batch(0, 3)
    exchange.put_back(batch)
    assert [t.key for t in exchange.next_batch(0, 5)] == [0, 1, 2, 3, 4]
