"""An April in every dialect of packages, as digests: first, changes, by school, and all anew.

What is hashed is what stands in the zips, and the baseline that the next night begins with. To
accept a change, look at a golden file first (``golden``), then run this module:
``python -m tests.unit.deliver.april``.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from kakehashi import deliver
from kakehashi.deliver.dialect import load, names
from kakehashi.people.record import Record, Status
from tests import builders
from tests.unit.deliver.tools import an_order, told

DIGESTS = Path(__file__).parent / "april.json"
AWKWARD = ('"鈴木"', "山,田", " 佐藤 ", "ｻﾄｳ", "=1+1", "伊\r\n藤", "高\n橋", "O'Neill")
APRIL = 2027
DIALECTS = tuple(name for name in names() if not load(name).lists_instead)


def _march() -> Iterator[Record]:
    """Two schools; names with all that CSV must escape, leavers, a child known by an older id."""
    for n in range(1, 25):
        grade = ("P1", "P3", "P6", "J1")[n % 4]
        one = builders.a_known(n, pupil=builders.a_pupil(n, grade=grade))
        if n <= len(AWKWARD):
            named = replace(one.pupil, family=AWKWARD[n - 1], kana_given=AWKWARD[-n])
            one = replace(one, pupil=named)
        yield one
    since, off = date(2026, 11, 2), date(2026, 11, 3)
    yield builders.a_known(30, status=Status.SUSPENDED, absent_since=since, suspended_on=off)
    yield builders.a_known(31, status=Status.DELETED)
    yield builders.a_known(32, tool_id=builders.an_id("as tools know it"))
    yield builders.a_known(33, pupil=builders.a_pupil(33, class_title="", attendance_no=None))


def _next_year(one: Record) -> Record:
    grade = {"P1": "P2", "P3": "P4", "P6": "J1", "J1": "J2"}[one.pupil.grade]
    title = f"{one.pupil.class_title[:-2]}1組" if one.pupil.class_title else ""
    moved = replace(one.pupil, grade=grade, class_grades=(grade,), class_title=title,
                    school_year=APRIL, attendance_no=None)  # fmt: skip
    return replace(one, pupil=moved, run_id="april")


MARCH = tuple(_march())
CITY = (*map(_next_year, MARCH[:20]), *MARCH[20:23], *MARCH[24:])  # some held, one gone


def digests(dialect: str) -> dict[str, str]:
    """Night → digest of what goes out and of what is kept."""
    first = deliver.build(an_order(dialect), told(MARCH, dialect), None)
    found = {"first": _digest(first)}
    for split in ("city", "school"):
        order = an_order(dialect, 1, split=split)
        found[split] = _digest(deliver.build(order, told(CITY, dialect), first.records))
    anew = an_order(dialect, 1, anew=True)
    return found | {"anew": _digest(deliver.build(anew, told(CITY, dialect), first.records))}


def _digest(delivery: deliver.Delivery) -> str:
    digest = hashlib.sha256(f"{delivery.verdict} {delivery.mode}".encode())
    for said in sorted(str(one) for one in delivery.findings):
        digest.update(said.encode())
    for file in delivery.files:
        for name, body in sorted(_inside(file)):
            digest.update(f"{file.name}/{name}".encode() + body)
    kept = io.StringIO(newline="")
    deliver.write_baseline(delivery.records, kept)
    digest.update(kept.getvalue().encode())
    return digest.hexdigest()[:16]


def _inside(file: deliver.Outgoing) -> Iterator[tuple[str, bytes]]:
    if not file.name.endswith(".zip"):
        yield "", file.body
        return
    with zipfile.ZipFile(io.BytesIO(file.body)) as archive:
        yield from ((name, archive.read(name)) for name in archive.namelist())


def main() -> None:
    every = {dialect: digests(dialect) for dialect in DIALECTS}
    DIGESTS.write_text(json.dumps(every, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
