"""The tenant as one object: its directory, clock, settings and everything that watches calls."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.fakes.tenant.clock import Clock
from local.fakes.tenant.contract import Contract
from local.fakes.tenant.counters import Counters
from local.fakes.tenant.directory import Directory
from local.fakes.tenant.faults import Faults
from local.fakes.tenant.grants import Grants
from local.fakes.tenant.licences import GroupLicensing
from local.fakes.tenant.operations import Operation
from local.fakes.tenant.replicas import Replicas
from local.fakes.tenant.settings import Settings
from local.fakes.tenant.signing import SigningKey
from local.fakes.tenant.store import Store, empty_tables
from local.fakes.tenant.throttle import Throttle


class Tenant:
    """``home`` None keeps everything in memory; else the state lies in ``<home>/tenant``."""

    def __init__(self, home: Path | None = None) -> None:
        self.directory = Directory(Store(home / "tenant" if home else None))
        self.clock = Clock()
        self.settings = Settings.model_validate(
            self.directory.tables["settings"].get("settings", {})
        )
        self.faults = Faults()
        self.counters = Counters()
        self.key = SigningKey()
        self._start()

    def _start(self) -> None:
        self.throttle = Throttle(self.settings.throttle, self.clock.now())
        self.replicas = Replicas()
        self.contract = Contract()
        self.group_writes: dict[str, float] = {}
        self.grants = Grants()
        self.operations: dict[str, Operation] = {}
        self.licensing = GroupLicensing()
        self.licensing.recheck_all(self.directory, self.clock.now())

    def close(self) -> None:
        self.directory.close()

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change settings by name, each as a whole. Raises pydantic.ValidationError."""
        merged = Settings.model_validate(self.settings.model_dump() | dict(changes))
        self.directory.commit([("settings", "settings", merged.model_dump())])
        if merged.throttle != self.settings.throttle:
            self.throttle = Throttle(merged.throttle, self.clock.now())
        self.settings = merged

    def reset(self) -> None:
        """An empty tenant with default settings, faults and counters; the clock is real again."""
        self.directory.replace(empty_tables())
        self.settings = Settings()
        self.clock.set_virtual(False)
        self.faults = Faults()
        self.counters = Counters()
        self._start()

    def replace(self, tables: dict[str, dict[str, Any]]) -> None:
        """Another content, everything else as it is."""
        self.directory.replace(tables)
        self.replicas = Replicas()
        self.licensing.recheck_all(self.directory, self.clock.now())

    def seen(self, table: str, key: str) -> Mapping[str, Any] | None:
        """One object as a GET shows it, which may lag behind the truth; None where there is none.

        Raises nothing; ``key`` is an id in lower case.
        """
        delay = self.settings.replication.get
        past = self.replicas.past(self.clock.now(), key, delay) if delay else None
        return self.directory.tables[table].get(key) if past is None else past.facts

    def remember(self, key: str, before: Mapping[str, Any] | None) -> None:
        """Note the state of an object before a write, for readers that lag."""
        lag = self.settings.replication
        self.replicas.remember(self.clock.now(), key, before, max(lag.get, lag.list))
