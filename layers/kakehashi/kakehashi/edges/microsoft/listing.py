"""The tenant's accounts by what has changed since they were listed last.

    s3://<runs>/<city>/listing/mirror.jsonl.gz    {"v", "lens", "listed", "link"}, then an account
                                                  a line (``microsoft365.mirror``)

The link is taken before the tenant is listed, so what changes meanwhile is told afterwards. Mirror
and link are one object: there is no moment at which they do not belong together, and a link that
was followed can be followed again. The whole tenant is listed where there is no mirror or it is of
other rules, every ``DAYS`` days, where the link is refused, and where so much has changed that to
ask for each account by itself would take as many calls.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from kakehashi import jsonlines
from kakehashi.directories.microsoft365.mirror import FIELDS, Lens, Mirror
from kakehashi.directories.microsoft365.requests import BATCH
from kakehashi.directories.port import Listed
from kakehashi.edges.microsoft.directory import Directory
from kakehashi.edges.runs import Folder
from kakehashi.edges.telemetry import logger
from kakehashi.stored import VERSION, Form, TooNew

NAME = "mirror.jsonl.gz"
FORM = Form("listing")
DAYS = timedelta(days=5)  # a link is good for seven
_PAGE = 999


def a_key() -> str:
    return secrets.token_hex(32)


@dataclass(frozen=True, slots=True)
class _Kept:
    mirror: Mirror
    listed: str
    link: str


@dataclass(frozen=True, slots=True)
class Following:
    """A city whose tenant is followed by its changes: where the mirror lies, the key of its hashes,
    what its rules hang on, and whether tonight's is kept, which a rehearsal's is not."""

    folder: Folder
    key: bytes = field(repr=False)
    rules: Any
    keep: bool
    now: datetime

    def accounts(
        self,
        directory: Directory,
        mark: str,
        wanted: Collection[str],
        also: Callable[[Listed], bool],
    ) -> list[Listed]:
        lens = Lens(mark, self.key, also)
        listing = MirroredListing(directory, self.folder, lens, self.rules, self.now)
        found = listing.accounts(wanted)
        if self.keep:
            listing.keep()
        return found


class MirroredListing:
    """``folder`` is the city's, not the run's; on ``rules`` hangs what ``lens`` shows."""

    def __init__(
        self, directory: Directory, folder: Folder, lens: Lens, rules: Any, now: datetime
    ) -> None:
        self.directory, self.folder, self.lens, self.now = directory, folder, lens, now
        told = jsonlines.canonical({"rules": rules, "fields": FIELDS, "mark": lens.mark,
                          "key": lens.hashed("")})  # fmt: skip
        self._lens_told = hashlib.sha256(told).hexdigest()
        self._kept: _Kept | None = None

    def accounts(self, wanted: Collection[str]) -> list[Listed]:
        """What ``Directory.accounts`` would list. Raises DirectoryError, TryLater."""
        kept = self._read()
        told = self.directory.changes(kept.link) if kept else None
        if kept and told and (found := self._by_changes(kept, told, wanted)) is not None:
            return found
        # The next link is older than the listing, so nothing falls between the two.
        return self._whole(wanted, told[1] if told else self.directory.link())

    def keep(self) -> None:
        """For the next night; a rehearsal does not."""
        if self._kept is None:
            return
        head = {VERSION: FORM.v, "lens": self._lens_told,
                "listed": self._kept.listed, "link": self._kept.link}  # fmt: skip
        body = io.BytesIO()
        with gzip.GzipFile(fileobj=body, mode="wb", compresslevel=1, mtime=0) as packed:
            packed.writelines(jsonlines.write([head]))
            packed.writelines(jsonlines.write(self._kept.mirror.to_rows()))
        self.folder.put(NAME, body, "application/gzip")

    def _by_changes(
        self, kept: _Kept, told: tuple[list[dict[str, Any]], str], wanted: Collection[str]
    ) -> list[Listed] | None:
        """None where it would be dear."""
        mirror, (entries, link) = kept.mirror, told
        for entry in entries:
            mirror.change(entry)
        asked = {*mirror.unsure, *mirror.hits(wanted)}
        if len(asked) / BATCH > 1 + len(mirror) / _PAGE:
            return None
        heard = self.directory.look_up(sorted(asked), self.lens.mark, FIELDS) if asked else []
        now = {one.object_id: one for one in heard}
        for key in asked:
            if key in now:
                mirror.see(now[key])
            else:
                mirror.forget(key)
        self._kept = _Kept(mirror, kept.listed, link)
        self._log("changes", len(entries), len(asked))
        return [*mirror.ours.values(), *(now[key] for key in mirror.hits(wanted))]

    def _whole(self, wanted: Collection[str], link: str) -> list[Listed]:
        mirror, found, names = Mirror(self.lens), [], {name.lower() for name in wanted}
        for account in self.directory.listing(self.lens.mark):
            mirror.see(account)
            if account.mark or account.sign_in.lower() in names or self.lens.also(account):
                found.append(account)
        self._kept = _Kept(mirror, self.now.isoformat(), link)
        self._log("whole", len(mirror), 0)
        return found

    def _read(self) -> _Kept | None:
        """None where there is nothing that can be built on."""
        body = self.folder.get(NAME)
        if body is None:
            return None
        lines = io.BufferedReader(gzip.GzipFile(fileobj=io.BytesIO(body)))
        try:
            head = FORM.upgrade(jsonlines.parsed(next(lines)))
        except TooNew:
            return None
        listed = datetime.fromisoformat(head["listed"])
        if head["lens"] != self._lens_told or not listed <= self.now < listed + DAYS:
            return None
        mirror = Mirror.from_rows(jsonlines.read(lines), self.lens)
        return _Kept(mirror, head["listed"], head["link"])

    def _log(self, how: str, told: int, asked: int) -> None:
        logger.info("listing", extra={"listing": how, "told": told, "asked": asked})
