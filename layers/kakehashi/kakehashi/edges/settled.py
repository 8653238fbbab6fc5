"""The settled roster: everybody in the state, as it stands once Provision has ended.

    s3://<runs>/<run folder>/settled.jsonl.gz    {"v", "serial", "digest"}, then a ``Record`` a line

Made once, by Groups, for all that come after it in the same run. It is what Diff has read of the
state, and of whom the plan has an action, what the table says now: in between, nobody but this
run's Provision writes pupils, and the serial says so. DynamoDB stays the truth: a snapshot of
another serial than the state's is refused and the state itself is read, and whoever writes a
pupil's item names what was read of it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from kakehashi.edges.runs import Folder
from kakehashi.edges.state import State
from kakehashi.jsonlines import canonical, parsed, read
from kakehashi.people.population import PUPILS
from kakehashi.people.record import Record
from kakehashi.run_folder import known
from kakehashi.run_folder.actions import in_file, name
from kakehashi.run_folder.plan import header
from kakehashi.stored import VERSION, Form, Stored, TooNew

NAME = "settled.jsonl.gz"
FORM = Form("settled")
_AT_ONCE = 1 << 16  # bytes
MOST_TOUCHED = 0.2  # of all: of more, the table is read page by page rather than by pupils' keys


class SettledRoster:
    """That of one run; in a run without a plan of its own, the state itself."""

    def __init__(self, folder: Folder, state: State) -> None:
        self.folder, self.state = folder, state

    def make(self) -> None:
        """Called again for the same run, it leaves what is there."""
        if self._opened() is None:
            body = _packed(self._serial, list(self._now(self._serial)))
            self.folder.put(NAME, body, "application/gzip")
            self._body = body.getvalue()

    def pupils(self) -> Iterator[Record]:
        """Everybody, ordered by userMasterIdentifier, to be read only. Raises OtherRelease."""
        opened = self._opened()
        if opened is None:
            return self.state.pupils()
        return map(Record.from_json, read(opened[1]))

    def digest(self) -> str:
        """The same for the same pupils, whatever the serial; "" where there is no snapshot."""
        opened = self._opened()
        return "" if opened is None else str(opened[0]["digest"])

    @cached_property
    def _serial(self) -> int:
        return self.state.serial()

    @cached_property
    def _body(self) -> bytes | None:
        return self.folder.get(NAME)

    def _opened(self) -> tuple[Stored, Iterator[bytes]] | None:
        """Head and lines; None where there is no snapshot, or one of another serial or form."""
        if self._body is None:
            return None
        lines = io.BufferedReader(gzip.GzipFile(fileobj=io.BytesIO(self._body)), _AT_ONCE)
        try:
            head = FORM.upgrade(parsed(next(lines)))
        except TooNew:
            return None
        return (head, lines) if head["serial"] == self._serial else None

    def _now(self, serial: int) -> Iterable[bytes]:
        """Everybody as a line, without its end."""
        plan = header(self.folder)
        shards = (in_file(self.folder, name(n)) for n in range(1, plan.shards + 1))
        ids = (one for shard in shards for action in shard for one in action.ids())
        touched = {umi for umi in ids if PUPILS.has(umi)}  # an undo turns everybody back
        before = known.raw(self.folder)
        moved_on = plan.serial + bool(plan.actions) != serial
        if not plan or moved_on or len(touched) > MOST_TOUCHED * len(before):
            return (_line(one) for one in self.state.pupils())
        return _brought_up(before, touched, self.state) if touched else before


def _brought_up(before: list[bytes], touched: set[str], state: State) -> list[bytes]:
    """The lines of ``before``, of the ``touched`` as the state says now."""
    stay = dict(zip(known.ids_of(before), before, strict=True))
    now = {umi: _line(one) for umi, one in state.pupils_of(sorted(touched)).items()}
    found = {umi: line for umi, line in stay.items() if umi not in touched} | now
    return [found[umi] for umi in sorted(found)]


def _line(record: Record) -> bytes:
    return canonical(record.to_json())


def _packed(serial: int, lines: Sequence[bytes]) -> io.BytesIO:
    digest, body = hashlib.sha256(), io.BytesIO()
    for line in lines:
        digest.update(line + b"\n")
    with gzip.GzipFile(fileobj=body, mode="wb", compresslevel=1, mtime=0) as packed:
        head = {VERSION: FORM.v, "serial": serial, "digest": digest.hexdigest()[:32]}
        packed.write(canonical(head) + b"\n")
        packed.writelines(line + b"\n" for line in lines)
    return body
