"""drop.json: what was dropped, and what its receipt keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

NAME = "drop.json"


@dataclass(frozen=True, slots=True)
class DropNote:
    """drop.json: what was dropped; empty where nothing was (then the value is false).

    ``received`` is an ISO moment, ``bytes`` the size of all, ``files`` that of each by name.
    ``as_of`` is the ISO date that somebody said of the drop, "" for none. Of one that was sent to
    the inbox ``lines`` counts lines below the header by file, and ``same_as`` is the earlier run
    that was given the same bytes, "" for none.
    """

    key: str = ""
    version: str = ""
    received: str = ""
    sha256: str = ""
    bytes: int = 0
    files: Mapping[str, int] = field(default_factory=dict)
    as_of: str | None = None
    lines: Mapping[str, int] | None = None
    same_as: str | None = None

    def __bool__(self) -> bool:
        return self != NO_DROP


NO_DROP = DropNote()


def drop(folder: RunFiles) -> DropNote:
    return read(DropNote, folder.get_json(NAME))


def put_drop(folder: RunFiles, note: DropNote) -> None:
    folder.put_json(NAME, written(note))
