"""Processes that outlive the command that started them, and the ports they listen on."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 60.0  # seconds a process may take to answer, on a busy machine
LAST_ORDERS = 20.0  # seconds a process may take to stop before it is killed


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Whether any program answers on ``port`` of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return bool(port) and probe.connect_ex(("127.0.0.1", port)) == 0


def spawn(module: Sequence[str], home: Path, log: Path, environment: Mapping[str, str]) -> int:
    """Run ``python -m module…`` in a session of its own; returns the process id.

    ``environment`` is all it gets; what it writes goes to ``log``, which only we may read.
    """
    with _private(log) as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *module],
            cwd=home,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=0o077,
        )
    process.returncode = 0  # not ours to wait for: no warning when this object goes
    return process.pid


def alive(pid: int) -> bool:
    """Whether a process has this number. A child of ours that has ended does not count."""
    if not pid:
        return False
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except OSError as exc:
        return exc.errno == errno.EPERM
    return True


def runs(pid: int, word: str) -> bool:
    """Whether ``pid`` lives and its command line holds ``word``: numbers are used again."""
    if not alive(pid):
        return False
    with suppress(OSError):
        return word in Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]  # where there is no /proc
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return word in answer.stdout


def wait_until(ready: Callable[[], bool], pid: int) -> bool:
    """Wait for ``ready``; False where the process ended or patience did."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        if ready():
            return True
        if not alive(pid):
            return False
        time.sleep(0.05)
    return False


def stop(pid: int) -> None:
    """Ask the process to end; kill it when it does not listen. Returns when it is gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        patience = time.monotonic() + LAST_ORDERS
        while alive(pid) and time.monotonic() < patience:
            time.sleep(0.05)
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
        while alive(pid):
            time.sleep(0.05)


@contextmanager
def _private(file: Path) -> Iterator[int]:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)
