"""The fake tenant over https, and the switches that only a fake has."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
PYTHON = PROJECT / ".venv/bin/python"  # the project's own; this environment holds clients only
MODULE = [str(PYTHON), "-m", "local.fakes.tenant"]
WHO = "from local.fakes.tenant import *; print(TENANT_ID, CLIENT_ID, CLIENT_SECRET)"


@dataclass(frozen=True)
class Fake:
    """``url`` is what stands before ``/v1.0``; ``certificate`` is what a client has to trust."""

    url: str
    certificate: Path
    tenant_id: str
    client_id: str
    client_secret: str

    def control(self, method: str, name: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.url}/_tenant/{name}", json.dumps(body or {}).encode(), method=method
        )
        trust = ssl.create_default_context(cafile=str(self.certificate))
        with urllib.request.urlopen(request, context=trust, timeout=10) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def configure(self, **settings: Any) -> None:
        self.control("PATCH", "settings", settings)

    def inject(self, **rule: Any) -> None:
        self.control("POST", "faults", rule)

    def counted(self) -> dict[str, Any]:
        return dict(self.control("GET", "counters"))

    def users(self) -> list[dict[str, Any]]:
        return list(self.control("GET", "export")["value"])


@contextmanager
def started(home: Path) -> Iterator[Fake]:
    """A tenant of its own in ``home``, which ends with the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    said = subprocess.run([PYTHON, "-c", WHO], cwd=PROJECT, capture_output=True, check=True)
    fake = Fake(
        f"https://127.0.0.1:{port}", home / "certificate.pem", *said.stdout.decode().split()
    )
    command = [*MODULE, "--port", str(port), "--home", str(home), "--https"]
    with subprocess.Popen(command, cwd=PROJECT, env=os.environ) as process:
        try:
            _wait_for(fake)
            yield fake
        finally:
            process.terminate()


def _wait_for(fake: Fake) -> None:
    for _ in range(300):
        try:
            fake.control("GET", "health")
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the tenant did not start")
