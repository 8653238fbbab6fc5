"""The initial-password files of the cities, in their own bucket: read, and never written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Self

from kakehashi.actions import Action
from kakehashi.edges.objects import Objects
from kakehashi.people.record import Record
from kakehashi.preprocess import password_file
from kakehashi.preprocess.password_file import PasswordFile

ENDINGS = (".csv", ".csv.with-roster")  # the latter comes just before a roster and starts no run


class PasswordBucket:
    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self._rows = lru_cache(maxsize=2)(self._entries)  # a shard's pupils mostly share one file

    @classmethod
    def of(cls, bucket: str) -> Self:
        return cls(Objects.of(bucket))

    def files(self, city: str) -> list[PasswordFile]:
        """Every CSV of the city in its newest version, the file that was put last at the end."""
        items = self.objects.listed(f"inbox/{city}/passwords/")
        keys = [item["Key"] for item in items if item["Key"].lower().endswith(ENDINGS)]
        return [file for key in keys if (file := self._file(key)) is not None]

    def forget_used(self, city: str, settled: Callable[[], Iterable[Record[Any]]]) -> int:
        """Delete the files of whose every row the pupil has an account; returns how many.

        All versions of a file go, so that no older one takes its place; one that is uploaded
        meanwhile stays. ``settled`` is asked only where there is a file at all.
        """
        versions = self._versions(f"inbox/{city}/passwords/")
        if not versions:
            return 0
        accounts = {known.pupil.account.lower(): known.pupil.id for known in settled()}
        used = [key for key, ids in versions.items() if self._is_used(key, ids[0], accounts)]
        for key in used:
            for version in reversed(versions[key]):  # killed halfway, the newest still counts
                self.objects.remove(key, version)
        return len(used)

    def _versions(self, prefix: str) -> dict[str, list[str]]:
        """The versions of each CSV that has not been deleted, the newest first."""
        rows = self.objects.versions(prefix)
        present = {row["Key"] for row in rows if row["IsLatest"]}
        found: dict[str, list[str]] = {}
        for row in sorted(rows, key=lambda row: not row["IsLatest"]):
            if row["Key"] in present and row["Key"].lower().endswith(ENDINGS):
                found.setdefault(row["Key"], []).append(row["VersionId"])
        return found

    def _is_used(self, key: str, version: str, accounts: Mapping[str, str]) -> bool:
        file = self._file(key, version)
        return file is not None and password_file.used_up(file.body, accounts)

    def read(self, action: Action[Any]) -> str | None:
        """The password for the action's pupil, at the moment of use. None if the file or the row
        is not there any more, or the row turns out to be somebody else's."""
        where, pupil = action.password, action.after
        if where is None or pupil is None:
            return None
        return password_file.read_row(self._rows(where.key, where.version), where.line, pupil)

    def _entries(self, key: str, version: str) -> dict[int, password_file.PasswordRow]:
        file = self._file(key, version)
        return (
            {entry.line: entry for entry in password_file.parse(file.body).entries} if file else {}
        )

    def _file(self, key: str, version: str = "") -> PasswordFile | None:
        """The newest version if none is named. None if it expired or was taken away meanwhile."""
        answer = self.objects.read(key, version)
        if answer is None:
            return None
        return PasswordFile(key, answer.get("VersionId", ""), answer["Body"].read())
