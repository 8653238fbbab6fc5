"""A stack and a world as they were after a night, to be gone on with after a kill.

    FOLDER/stack     the embedded stack
    FOLDER/kept      stack and world after the last night that ended
    FOLDER/nights.jsonl   what each night took

A night that was cut short never was: everything is put back to the evening before.
"""

from __future__ import annotations

import io
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

from local.engine.engine import Engine
from local.stack import Stack
from tests.long_year.world import LongWorld

LINKED = ("s3", "state", "layers")  # written anew and swapped in, never within a file
COPIED = ("tenant", "stack.json")
PATIENCE = 900.0


class Kept:
    def __init__(self, folder: Path) -> None:
        self.folder, self.kept, self.before = folder, folder / "kept", folder / "kept.before"
        self.stack, self.uploads = Stack(folder / "stack"), folder / "uploads"

    def put_back(self) -> LongWorld | None:
        """The stack is up, as it was kept; the world with it, None where nothing was."""
        self.stack.down()
        for place in (self.stack.home, self.uploads):
            shutil.rmtree(place, ignore_errors=True)
        if not self.kept.exists() and self.before.exists():
            self.before.rename(self.kept)  # killed between the two renames of ``keep``
        if not self.kept.exists():
            self.stack.up()
            return None
        _copy(self.kept, self.stack.home)
        self.stack.up()
        with (self.kept / "world").open("rb") as file:
            hall, world = _Reader(file, self.stack).load()
        assert world.hall is hall
        assert isinstance(world, LongWorld)
        return world

    def keep(self, world: LongWorld) -> None:
        """After this the night has ended."""
        unfinished = self.folder / "kept.part"
        for place in (unfinished, self.before):
            shutil.rmtree(place, ignore_errors=True)
        Engine(self.stack.home, int(self.stack.url.rpartition(":")[2])).save(PATIENCE)
        _copy(self.stack.home, unfinished)
        with (unfinished / "world").open("wb") as file:
            _Writer(file, protocol=pickle.HIGHEST_PROTOCOL).dump((world.hall, world))
        if self.kept.exists():
            self.kept.rename(self.before)
        unfinished.rename(self.kept)
        shutil.rmtree(self.before, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    target.mkdir()
    for name in LINKED:
        if (source / name).exists():
            shutil.copytree(source / name, target / name, copy_function=os.link)
    for name in COPIED:
        place = source / name
        copy: Any = shutil.copytree if place.is_dir() else shutil.copy2
        copy(place, target / name)


class _Writer(pickle.Pickler):
    """The stack is not kept, its files are; nor is a console, which is made anew."""

    def persistent_id(self, thing: Any) -> str | None:
        return "stack" if isinstance(thing, Stack) else None


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BufferedReader, stack: Stack) -> None:
        super().__init__(file)
        self.stack = stack

    def persistent_load(self, name: str) -> Any:
        return self.stack
