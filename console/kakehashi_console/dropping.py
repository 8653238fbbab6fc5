"""A folder in which a robot leaves its exports: what is whole goes up, and its receipt comes back.

A zip, or a folder of CSV files, is whole when it has not changed for a while and looks complete: a
zip has its end, a folder all that its manifest.csv lists. What stays incomplete is sent in the end,
so that the refusal is told where everybody looks. What has gone up is remembered in the folder, by
content, so that a restart sends nothing twice.
"""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path, PurePath
from typing import Any, Protocol

from kakehashi.report.upload_receipt import SUFFIXES, UploadStanding
from kakehashi_console.operations import csv_files

MEMORY = ".kakehashi-sent.json"
UNFINISHED = (".tmp", ".part", ".partial", ".crdownload", ".download")
PATIENCE = 30  # times as long until what looks incomplete is sent all the same
RETRY, LONGEST_RETRY = 5.0, 300.0  # seconds; doubled from one failure to the next
FINAL = frozenset(UploadStanding) - {UploadStanding.RECEIVED}


class NotSent(Exception):
    """S3 could not be reached, or refused; the text is for the operator."""


class DropTarget(Protocol):
    """Where drops go and receipts come from. Both raise NotSent."""

    def put(self, file: Path, key: str) -> None: ...

    def get(self, key: str) -> bytes | None:
        """None while there is nothing."""


@dataclass(frozen=True, slots=True)
class DropCheck:
    """What is seen of a drop at one moment; ``changed`` is its newest modification, in ns."""

    size: int
    changed: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """A drop that has gone up; ``standing`` is what its receipt said last, "" for none yet."""

    size: int
    changed: int
    sha256: str
    key: str
    standing: str = ""

    @property
    def ended(self) -> bool:
        return self.standing in FINAL


class Step(StrEnum):
    WAIT = "wait"  # it may still be growing
    SEND = "send"
    ASK = "ask"  # it has gone up; how it ended is not known yet
    REST = "rest"


def step(look: DropCheck | None, still: float, sent: Sent | None, settle: float) -> Step:
    """What is to be done about a drop that has looked the same for ``still`` seconds. ``look`` is
    None where it cannot be opened: on Windows, while somebody writes."""
    if look is None:
        return Step.WAIT
    if sent and (look.size, look.changed) == (sent.size, sent.changed):
        return Step.REST if sent.ended else Step.ASK
    return Step.SEND if still >= (settle if look.whole else settle * PATIENCE) else Step.WAIT


def key_of(drop: PurePath, city: str, stamp: str, *, folder: bool) -> str:
    """Where a drop goes, whatever system its path is of; a folder's ends with a slash."""
    base = f"inbox/{city}/roster/"
    if folder:
        return f"{base}{drop.name}-{stamp}/"
    return base + (drop.name if drop.suffix in {".zip", ".ZIP"} else f"{drop.stem}.zip")


def drops_in(folder: Path) -> Iterator[Path]:
    """Zips, and folders of CSV files, by name; nothing hidden or marked as unfinished."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.name.lower().endswith(UNFINISHED):
            continue
        is_zip = path.suffix.lower() == ".zip" and path.is_file()
        if is_zip or (path.is_dir() and csv_files(path)):
            yield path


def look_at(drop: Path) -> DropCheck | None:
    try:
        files = csv_files(drop) if drop.is_dir() else [drop]
        stats = [file.stat() for file in files]
        whole = _lists_all(drop, files) if drop.is_dir() else _has_its_end(drop)
    except OSError:
        return None
    return DropCheck(sum(s.st_size for s in stats), max(s.st_mtime_ns for s in stats), whole)


def _has_its_end(file: Path) -> bool:
    with file.open("rb") as body:
        return zipfile.is_zipfile(body)


def _lists_all(folder: Path, files: list[Path]) -> bool:
    """Whether everything is there that manifest.csv, the last file to come, lists."""
    there = {file.name for file in files}
    if "manifest.csv" not in there:
        return False
    text = (folder / "manifest.csv").read_text(encoding="utf-8-sig", errors="replace")
    listed = {
        f"{row[0].removeprefix('file.')}.csv"
        for row in csv.reader(text.splitlines())
        if len(row) > 1 and row[0].startswith("file.") and row[1] in {"bulk", "delta"}
    }
    return listed <= there


def fingerprint(drop: Path) -> str:
    """SHA-256 of a zip's bytes, or of a folder's names and bytes."""
    if drop.is_file():
        return hashlib.sha256(drop.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    for file in csv_files(drop):
        digest.update(f"{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


# -- watching -------------------------------------------------------------------------------------


@dataclass
class Watch:
    """One folder, looked at again and again. ``tell`` is given the drop's name and a sentence,
    ``clock`` seconds that only grow, ``stamp`` a text that is given once."""

    folder: Path
    city: str
    inbox: DropTarget
    tell: Callable[[str, str], None]
    clock: Callable[[], float]
    stamp: Callable[[], str]
    settle: float = 10.0
    looks: dict[str, tuple[DropCheck | None, float]] = field(default_factory=dict)
    failures: dict[str, tuple[int, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sent = self._remembered()

    def look(self) -> bool:
        """One look at everything, and what follows from it; whether something is still open. A
        folder that cannot be reached (a share that is away) is looked at again later."""
        name = f"{self.folder.name}/"  # a drop in it may be called as the folder is
        if self._pauses(name, self.clock()):
            return True
        try:
            drops = list(drops_in(self.folder))
        except OSError as exc:
            self._failed(name, self.clock(), _unreached(exc))
            return True
        self.failures.pop(name, None)
        steps = [self._act(drop) for drop in drops]
        return any(one is not Step.REST for one in steps)

    def standings(self) -> Mapping[str, str]:
        """What the receipts of the drops that lie here say, by name; nothing while the folder
        cannot be reached."""
        try:
            here = {drop.name for drop in drops_in(self.folder)}
        except OSError:
            return {}
        return {name: sent.standing for name, sent in self.sent.items() if name in here}

    def _act(self, drop: Path) -> Step:
        now, look, name = self.clock(), look_at(drop), drop.name
        before, since = self.looks.get(name, (look, now))
        if look != before:
            since = now
        self.looks[name] = look, since
        wanted = step(look, now - since, self.sent.get(name), self.settle)
        if look is None or wanted in {Step.WAIT, Step.REST} or self._pauses(name, now):
            return wanted
        try:
            if wanted is Step.SEND:
                self._send(drop, look)
            self._ask(drop)
        except NotSent as exc:
            self._failed(name, now, str(exc))
        except OSError as exc:  # the robot moves it, or somebody has the receipt open in Excel
            self._failed(name, now, _unreached(exc))
        else:
            self.failures.pop(name, None)
        return Step.REST if self.sent.get(name, NOTHING).ended else Step.ASK

    def _pauses(self, name: str, now: float) -> bool:
        return now < self.failures.get(name, (0, now))[1]

    def _failed(self, name: str, now: float, why: str) -> None:
        times = self.failures.get(name, (0, now))[0] + 1
        doublings = min(times - 1, 10)  # of a network that is away for days there are thousands
        pause = min(LONGEST_RETRY, RETRY * 2**doublings)
        self.failures[name] = times, now + pause
        self.tell(name, f"{why}。{pause:.0f} 秒後にもう一度試みます / again in {pause:.0f} s")

    def _send(self, drop: Path, look: DropCheck) -> None:
        name, sha256 = drop.name, fingerprint(drop)
        known = self.sent.get(name)
        if known and known.sha256 == sha256:  # touched, not changed
            self._remember(name, look, known.key, sha256, known.standing)
            return
        key = key_of(drop, self.city, self.stamp(), folder=drop.is_dir())
        if drop.is_dir():
            for file in sorted(csv_files(drop), key=lambda f: f.name == "manifest.csv"):
                self.inbox.put(file, key + file.name)
        else:
            self.inbox.put(drop, key)
        self._remember(name, look, key, sha256, "")
        self.tell(name, "送りました / sent")

    def _ask(self, drop: Path) -> None:
        """Fetch the receipt, if there is one of this very upload, and lay it beside the drop."""
        name, sent = drop.name, self.sent[drop.name]
        if sent.ended:
            return
        base = f"{sent.key}manifest.csv" if sent.key.endswith("/") else sent.key
        text, told = (self.inbox.get(base + suffix) for suffix in SUFFIXES)
        facts: dict[str, Any] = json.loads(told) if told else {}
        of_this = drop.is_dir() or facts.get("sha256") == sent.sha256
        standing = str(facts.get("standing", "")) if of_this else ""
        if not standing or standing == sent.standing:
            return
        for suffix, body in zip(SUFFIXES, (text, told), strict=True):
            (self.folder / f"{name}{suffix}").write_bytes(body or b"")
        look = DropCheck(sent.size, sent.changed, whole=True)
        self._remember(name, look, sent.key, sent.sha256, standing)
        self.tell(name, (text or b"").decode().partition("\n")[0])

    # -- what has gone up ----------------------------------------------------------------------

    def _remembered(self) -> dict[str, Sent]:
        """Nothing where it cannot be read: what goes up again is known there by its bytes."""
        file = self.folder / MEMORY
        try:
            data = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
            return {name: Sent(**one) for name, one in data.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self.tell(
                MEMORY, "読めないので、はじめから送り直します / unreadable: all is sent again"
            )
            return {}

    def _remember(self, name: str, look: DropCheck, key: str, sha256: str, standing: str) -> None:
        self.sent[name] = Sent(look.size, look.changed, sha256, key, standing)
        text = json.dumps(
            {n: asdict(s) for n, s in self.sent.items()}, ensure_ascii=False, indent=2
        )
        new = self.folder / f"{MEMORY}.new"
        new.write_text(text + "\n", encoding="utf-8")
        new.replace(self.folder / MEMORY)


NOTHING = Sent(0, 0, "", "")


def _unreached(exc: OSError) -> str:
    """Without the path, which the sentence stands beside."""
    return f"ファイルやフォルダーを使えません / not to be used now: {type(exc).__name__}"
