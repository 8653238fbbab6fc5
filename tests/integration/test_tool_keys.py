"""A tool's address for keys, at its worst: empty, endless, slow, elsewhere; and asked too often."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kakehashi.edges.launch import jwks
from kakehashi.edges.launch.jwks import KeySet
from tests.launches import a_key, public_jwk

GOOD = json.dumps({"keys": [public_jwk(a_key(), "tool-1")]}).encode()

type Answers = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def served(answers: Answers) -> Iterator[tuple[str, list[str]]]:
    """The address, and every path that was asked for."""
    asked: list[str] = []

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answers(self)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/jwks", asked
        server.shutdown()
        thread.join()


def saying(body: bytes, status: int = 200, **headers: str) -> Answers:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """A byte at a time: no single read ever waits long."""
    handler.send_response(200)
    handler.end_headers()
    for byte in GOOD * 3:
        try:
            handler.wfile.write(bytes([byte]))
        except OSError:
            return
        time.sleep(0.02)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_key_is_looked_up_once_and_kept_for_five_minutes() -> None:
    clock = Clock()
    with served(saying(GOOD)) as (url, asked):
        keys = KeySet(url, clock)
        assert keys.find("tool-1") is not None
        clock.now += 299
        assert keys.find("tool-1") is not None
        assert len(asked) == 1
        clock.now += 2
        assert keys.find("tool-1") is not None
        assert len(asked) == 2


@pytest.mark.parametrize(
    "answers",
    [
        saying(GOOD),
        saying(b'{"keys": []}'),
        saying(b"[]"),
        saying(b"no json"),
        saying(b"", status=500),
    ],
    ids=["a set without it", "an empty set", "a list", "no JSON", "a failure"],
)
def test_an_unknown_key_makes_nobody_look_more_than_twice_a_minute(answers: Answers) -> None:
    clock = Clock()
    with served(answers) as (url, asked):
        keys = KeySet(url, clock)
        for _ in range(60):
            assert keys.find("unknown") is None
            clock.now += 1
        assert len(asked) == 2


def test_a_key_that_was_published_meanwhile_is_found_after_the_pause() -> None:
    clock, body = Clock(), [b'{"keys": []}']

    def today(handler: BaseHTTPRequestHandler) -> None:
        saying(body[0])(handler)

    with served(today) as (url, _):
        keys = KeySet(url, clock)
        assert keys.find("tool-1") is None
        body[0] = GOOD
        clock.now += jwks.PAUSE_SECONDS
        assert keys.find("tool-1") is not None


def test_a_set_that_is_too_large_is_not_read_to_its_end() -> None:
    large = json.dumps({"keys": [public_jwk(a_key(), f"tool-{n}") for n in range(400)]}).encode()
    assert len(large) > jwks.MOST_BYTES
    with served(saying(large)) as (url, _):
        assert KeySet(url).find("tool-1") is None


def test_a_set_that_drips_is_given_up_after_its_time_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jwks, "SECONDS", 0.5)
    with served(dripping) as (url, _):
        began = time.monotonic()
        assert KeySet(url).find("tool-1") is None
        assert time.monotonic() - began < 3.0


def test_an_address_that_leads_elsewhere_is_not_followed() -> None:
    with (
        served(saying(GOOD)) as (elsewhere, asked),
        served(saying(b"", status=302, Location=elsewhere)) as (url, _),
    ):
        assert KeySet(url).find("tool-1") is None
        assert asked == []
