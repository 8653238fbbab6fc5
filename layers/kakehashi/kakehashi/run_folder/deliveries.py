"""deliveries/<tool>.json: what a tool was given in this run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

FOLDER = "deliveries/"


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file in the outbox; ``rows`` counts by CSV."""

    key: str
    sha256: str = ""
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliveryNote:
    """``rows`` count by CSV, over all files; ``pupils`` are those whom the tool holds afterwards,
    ``staff`` members of staff, where there are any, ``held`` those who could not go out.
    ``still_signed_in`` counts pupils whose account is off and whom the tool lets in all the same;
    ``unconfirmed``: nothing public says that it takes such a file. ``receipts`` count what the tool
    has answered to the delivery before. ``follows`` is the run that gave the tool something last,
    where this one had nothing to give; "" where nothing was ever given, or this run gave it.
    """

    tool: str = ""
    verdict: str = ""
    mode: str = ""
    files: tuple[FileNote, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    pupils: int = 0
    held: int = 0
    still_signed_in: int = 0
    unconfirmed: bool = False
    receipts: Mapping[str, Any] = field(default_factory=dict)
    staff: int | None = None
    follows: str = ""

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.files]

    @property
    def file(self) -> str | list[str]:
        """One key, or a list of them where there are several; "" for none."""
        return self.keys[0] if len(self.files) == 1 else self.keys or ""

    def to_json(self) -> dict[str, Any]:
        """With a single file spelt out, for whoever only reads."""
        sha256 = self.files[0].sha256 if len(self.files) == 1 else ""
        return written(self) | {"file": self.file, "sha256": sha256}


def deliveries(folder: RunFiles) -> Iterator[DeliveryNote]:
    """Of all tools, by name."""
    for name in folder.names(FOLDER):
        yield read(DeliveryNote, folder.get_json(name))


def put_delivery(folder: RunFiles, note: DeliveryNote) -> None:
    folder.put_json(f"{FOLDER}{note.tool}.json", note.to_json())
