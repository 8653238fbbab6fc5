"""The learning tools of the year: each takes every file it is handed, as an outsider would."""

from __future__ import annotations

import os
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from tests.unit.deliver.receiver import Receiver
from tests.year.bridge import Night
from tests.year.truth import Account

PRIMARY = frozenset({"P1", "P2", "P3", "P4", "P5", "P6"})
RULES = """
[tools.everybody]  # a full file each night
dialect = "lgate"
[tools.changes]  # only what changed since the last file
dialect = "interactive_study"
[tools.primary]  # changes alone, for 小学生 alone, in one file for each school
dialect = "interactive_study"
grades = ["P1", "P2", "P3", "P4", "P5", "P6"]
split = "school"
"""
TAKES: Mapping[str, Callable[[str], bool]] = {
    "everybody": lambda grade: True,
    "changes": lambda grade: True,
    "primary": lambda grade: grade in PRIMARY,
}


def _keep(key: str, body: bytes, rules: str) -> None:
    """For `make judge`, where the year is asked to: FOLDER/<dialect>/<day>-…zip."""
    if folder := os.environ.get("KEEP_DELIVERIES"):
        _, city, tool, day, *_, name = key.split("/")
        place = Path(folder) / tomllib.loads(rules)["tools"][tool]["dialect"]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{day}-{city}-{tool}-{name}").write_bytes(body)


@dataclass
class Tools:
    """``fetch`` reads an object of the outbox. ``rules`` names the tools and their dialects."""

    fetch: Callable[[str], bytes]
    rules: str = RULES
    receivers: dict[str, Receiver] = field(default_factory=lambda: {n: Receiver() for n in TAKES})
    told_of_staff: frozenset[str] = frozenset()

    def take(self, night: Night) -> Iterator[tuple[str, str]]:
        """Every file of the night goes to its tool; yields tool and text of all that left."""
        for delivery in night.summary["deliveries"]:
            files = delivery["file"]
            for key in [files] if isinstance(files, str) else files:
                if not key:
                    continue
                body = self.fetch(key)
                _keep(key, body, self.rules)
                self.receivers[delivery["tool"]].take(body)
                with zipfile.ZipFile(BytesIO(body)) as archive:
                    for name in archive.namelist():
                        yield delivery["tool"], archive.read(name).decode()

    def differences(
        self, accounts: Mapping[str, Account], titles: Mapping[str, str]
    ) -> Iterator[str]:
        """Where a tool shows something else than the truth; ``titles`` as the tenant has them."""
        for name in TAKES:
            receiver = self.receivers[name]
            wanted = {
                umi: _shown(account, titles.get(umi, ""))
                for umi, account in accounts.items()
                if TAKES[name](account.child["grade"])
            }
            staff = receiver.staff()
            shown = {who: row for who, row in receiver.pupils().items() if who not in staff}
            for umi in sorted(wanted.keys() | shown.keys()):
                if wanted.get(umi) != shown.get(umi):
                    yield f"{name} shows {shown.get(umi)}, not {wanted.get(umi)}"


def _shown(account: Account, title: str) -> tuple[str, ...]:
    child = account.child
    return (
        "true" if account.enabled else "false", child["account"], child["family"], child["given"],
        child["grade"], child["school"], child["school_name"], title,
    )  # fmt: skip
