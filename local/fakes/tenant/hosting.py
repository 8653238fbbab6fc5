"""Running the tenant: as a process of its own, or beside a test in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from local.fakes.tenant.certificate import make as make_certificate
from local.fakes.tenant.server import create_app
from local.fakes.tenant.store import DamagedState, HomeInUse
from local.fakes.tenant.tenant import Tenant

HOST = "127.0.0.1"
STARTED_WITHIN = 10.0
STOPPED_WITHIN = 3
TICK = 0.1  # seconds
TICKS_A_DAY = 864_000
IDLE = 120  # seconds an unused connection stays open: longer than a nightly client's pauses
BAD_USE = 2


class _Server(uvicorn.Server):
    """Signals belong to whoever runs the process; ``started_event`` tells when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.started_event = threading.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)
        self.started_event.set()

    async def main_loop(self) -> None:
        """uvicorn's, but woken by ``stop``: it would look every tenth of a second only."""
        count = 0
        while not await self.on_tick(count % TICKS_A_DAY):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), TICK)
            count += 1

    def stop(self) -> None:
        """From any thread, once it has started."""
        self.should_exit = True
        self._loop.call_soon_threadsafe(self._stopped.set)


def _server(tenant: Tenant, certificate: tuple[Path, Path] | None = None) -> _Server:
    public, private = certificate or (None, None)
    return _Server(
        uvicorn.Config(
            create_app(tenant),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            http="h11",
            loop="asyncio",
            server_header=False,
            timeout_graceful_shutdown=STOPPED_WITHIN,
            timeout_keep_alive=IDLE,
            ssl_certfile=public,
            ssl_keyfile=private,
        )
    )


@contextlib.contextmanager
def serve(home: Path | None = None, *, tenant: Tenant | None = None) -> Iterator[str]:
    """A running tenant; yields its base URL (``http://127.0.0.1:port``, no slash at the end).

    With ``home`` the state is kept there, without it ends with the block. ``tenant`` is served
    instead of a new one, and closed in the end.
    """
    tenant = tenant or Tenant(home)
    with contextlib.closing(tenant), contextlib.closing(_listen(0)) as listener:
        server = _server(tenant)
        thread = threading.Thread(target=server.run, args=([listener],), name="tenant", daemon=True)
        thread.start()
        try:
            if not server.started_event.wait(STARTED_WITHIN):
                raise TimeoutError("the tenant did not start")
            try:
                yield f"http://{HOST}:{listener.getsockname()[1]}"
            finally:
                server.stop()
        finally:
            server.should_exit = True
            thread.join(STARTED_WITHIN)


def run(port: int, home: Path, *, https: bool = False) -> int:
    """Serve until SIGTERM or SIGINT; the exit status (2 for a taken port, home or damaged state).

    The state may hold children's names: it is readable by its owner alone.
    """
    os.umask(0o077)
    try:
        listener = _listen(port)
    except OSError:
        return _refuse(
            f"ポート {port} は使われています。別のポートを指定してください。",
            f"port {port} is taken; choose another one.",
        )
    with contextlib.closing(listener):
        try:
            tenant = Tenant(home)
        except HomeInUse as exc:
            return _refuse(f"{exc} は別の tenant が使用中です。", f"another tenant is using {exc}.")
        except DamagedState as exc:
            return _refuse(f"{exc} を読めません。", f"{exc} cannot be read.")
        with contextlib.closing(tenant):
            certificate = make_certificate(home) if https else None
            asyncio.run(_until_told(_server(tenant, certificate), listener))
    return 0


async def _until_told(server: uvicorn.Server, listener: socket.socket) -> None:
    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    await server.serve([listener])


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's delay off only where the protocol is named; 45 ms a call otherwise
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(128)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _refuse(ja: str, en: str) -> int:
    print(f"{ja} / {en}", file=sys.stderr)
    return BAD_USE
