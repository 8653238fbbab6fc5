"""The engine as others see it: started, stopped, asked who it is, and reached with boto3."""

from __future__ import annotations

import json
import os
import shutil
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.session

from local.engine import process
from local.engine.environment import ACCOUNT, IDENTITY, REGION, environment


class NotStarted(Exception):
    """The engine's process did not come up; its log says why."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine of one ``home`` on one ``port``; functions run under ``lambda_python``."""

    home: Path
    port: int
    lambda_python: Path = Path(sys.executable)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.home / "engine.log"

    def pid(self) -> int:
        """The engine's process id, or 0 where none answers or it is the engine of another home."""
        try:
            answer = self._ask("", timeout=6.0)
        except (OSError, ValueError):
            return 0
        return int(answer.get("pid", 0)) if answer.get("home") == str(self.home) else 0

    def start(self) -> int:
        """Start the engine on a free port; returns its process id. Raises NotStarted."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(self.home / "tmp", ignore_errors=True)
        for folder in ("tmp", "state", "s3"):
            (self.home / folder).mkdir(exist_ok=True, mode=0o700)
        arguments = [str(self.home), str(self.port), str(self.lambda_python)]
        module = ["local.engine.serve", *arguments]
        pid = process.spawn(module, self.home, self.log, environment(self.home, self.port))
        if not process.wait_until(lambda: self.pid() == pid, pid):
            process.stop(pid)  # it may run all the same, and nobody would remember it
            raise NotStarted(str(self.log))
        return pid

    def stop(self) -> None:
        """Stop it cleanly, its state written; harmless when it is down."""
        if pid := self.pid():
            process.stop(pid)
        shutil.rmtree(self.home / "tmp", ignore_errors=True)  # left behind by a kill -9

    def save(self, patience: float = 60.0) -> None:
        """Write everything down now; ``patience`` in seconds."""
        self._ask("save", timeout=patience)

    def client(self, service: str) -> Any:
        """A boto3 client that reaches this engine and nothing else, whatever the environment."""
        return session().client(  # type: ignore[call-overload]
            service, endpoint_url=self.url, config=CONFIG
        )

    def resource(self, service: str) -> Any:
        return session().resource(  # type: ignore[call-overload]
            service, endpoint_url=self.url, config=CONFIG
        )

    def _ask(self, what: str, timeout: float) -> dict[str, Any]:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}{IDENTITY}/{what}", timeout=timeout) as answer:
            return dict(json.loads(answer.read()))


CONFIG = botocore.config.Config(
    s3={"addressing_style": "path"},
    proxies={},
    retries={"total_max_attempts": 2},
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


def session() -> boto3.Session:
    """Dummy credentials and region: no key, profile or config file of a person is looked at."""
    from_nowhere = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    return boto3.Session(
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key=ACCOUNT,
        region_name=REGION,
        botocore_session=botocore.session.Session(from_nowhere),
    )
