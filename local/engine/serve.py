"""The engine's process: ``python -m local.engine.serve HOME PORT LAMBDA_PYTHON``.

Started by ``Engine.start``, which makes its folders and its environment (ministack reads the
environment when it is imported). Listens on 127.0.0.1 only, answers no web page, and keeps
everything below HOME: state/ (one JSON a service), s3/ (object bodies), tmp/. State is written a
few seconds after it changed and at a clean stop, so a ``kill -9`` costs seconds, not nights.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import lambda_runtime, persistence

from local.engine import overlay
from local.engine.environment import IDENTITY

AUTOSAVE_SECONDS = 3.0
# Written at a deployment (IDENTITY/save) and at a clean stop, not every few seconds: they hold
# code and do not change in between.
STEADY = {"lambda", "iam", "cloudformation", "kms"}

type Scope = dict[str, Any]
type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]


class Keeper:
    """Writes the services' state down, soon after it changed."""

    def __init__(self) -> None:
        self.changed = threading.Event()
        self._writing = threading.Lock()

    def save(self, everything: bool = True) -> None:
        """Raises nothing: a state that cannot be written now is written next time (see the log)."""
        self.changed.clear()
        with self._writing:
            states = ministack._build_persistence_save_dict()
            chosen = {n: get for n, get in states.items() if everything or n not in STEADY}
            persistence.save_all(chosen)

    def keep_saving(self) -> None:
        """Never returns. Pauses longer where saving itself takes long."""
        while True:
            self.changed.wait()
            time.sleep(AUTOSAVE_SECONDS)
            began = time.monotonic()
            self.save(everything=False)
            time.sleep(10 * (time.monotonic() - began))


class Guard:
    """ministack for programs of this machine only, plus our own path.

    The engine asks for no credential and runs code, so a web page must not reach it: a foreign
    Host (DNS rebinding), an Origin and a cross-site fetch are refused. What S3 has signed for a
    page is for browsers: a page of this machine may follow such a link and send such a form.
    """

    def __init__(self, home: Path, port: int, keeper: Keeper) -> None:
        self.whose = {"home": str(home), "pid": os.getpid()}
        self.hosts = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}
        self.keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await ministack.app(scope, receive, send)
        elif not self._is_local(scope):
            await _answer(send, HTTPStatus.FORBIDDEN, {"message": "programs of this machine only"})
        elif scope["path"].startswith(IDENTITY):
            if scope["path"] == f"{IDENTITY}/save":
                await asyncio.to_thread(self.keeper.save)
            await _answer(send, HTTPStatus.OK, self.whose)
        else:
            await ministack.app(scope, receive, send)
            if scope["method"] not in {"GET", "HEAD"}:
                self.keeper.changed.set()

    def _is_local(self, scope: Scope) -> bool:
        headers = dict(scope["headers"])
        if scope["type"] != "http" or headers.get(b"host") not in self.hosts:
            return False
        if b"origin" not in headers and headers.get(b"sec-fetch-site", b"none") == b"none":
            return True
        # of a page of 127.0.0.1, on any port; it need not name its Origin, and a form does not
        return headers.get(b"sec-fetch-site") == b"same-site" and _is_signed(scope, headers)


def _is_signed(scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
    """A link to an object, or a form that is sent to a bucket, or whether it may be sent."""
    if scope["method"] in {"GET", "HEAD"}:
        return b"X-Amz-Signature=" in scope["query_string"]
    to_a_bucket = "/" not in scope["path"].strip("/")
    form = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
    return to_a_bucket and (scope["method"] == "OPTIONS" or (scope["method"] == "POST" and form))


async def _answer(send: Send, status: HTTPStatus, body: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


async def serve(home: Path, port: int) -> None:
    """Serve until SIGTERM or SIGINT; ministack writes its state when it is told to shut down."""
    keeper = Keeper()
    threading.Thread(target=keeper.keep_saving, daemon=True, name="keeper").start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def stopped() -> None:
        await stop.wait()

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 1
    config.loglevel = "WARNING"
    app: Any = Guard(home, port, keeper)
    await hypercorn_serve(app, config, shutdown_trigger=stopped)


def main() -> None:
    home, port, lambda_python = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    overlay.install(lambda_python)
    try:
        asyncio.run(serve(home, port))
    finally:
        lambda_runtime.reset()
        shutil.rmtree(home / "tmp", ignore_errors=True)
        # Threads of executions cut short would keep the process alive; their state is written.
        os._exit(0)


if __name__ == "__main__":
    main()
