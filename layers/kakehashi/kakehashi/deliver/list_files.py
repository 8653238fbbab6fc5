"""The files of a flat list: what a night's records say, and what has changed since the last one."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from itertools import batched

from kakehashi.deliver.list_facts import Facts, facts_of
from kakehashi.deliver.lists import PEOPLE, FlatList, SheetColumn
from kakehashi.deliver.records import Records

_ORDER = (
    "schoolCode", "role", "grade", "classTitle", "attendanceNumber", "userMasterIdentifier",
)  # fmt: skip
type Line = tuple[str, ...]


class ListFile:
    """A list of one night; ``before`` is what the tool has taken, None for nothing."""

    def __init__(self, wanted: FlatList, now: Records, before: Records | None, as_of: date) -> None:
        self.wanted, self.now, self.before, self.as_of = wanted, now, before, as_of

    def lines(self) -> Iterator[tuple[str, Line]]:
        """(MEXT code, line) of everything that goes out, as a school reads it."""
        wanted, told = self.wanted, list(facts_of(self.now, self.wanted.of))
        if wanted.rows == "all" or wanted.of not in PEOPLE:
            chosen = [one for one in told if self._stands(one)]
        else:
            chosen = list(self._switched(told) if wanted.rows == "switched" else self._news(told))
        chosen.sort(key=lambda one: [one.get(name, "").zfill(3) for name in _ORDER])
        yield from ((one.get("schoolCode", ""), self._line(one)) for one in chosen)

    def _stands(self, one: Facts) -> bool:
        everybody = self.wanted.of not in PEOPLE or self.wanted.pupils == "all"
        return everybody or one["enabledUser"] == "true"

    def _news(self, told: Iterable[Facts]) -> Iterator[Facts]:
        """Who differs, and who is gone: as one whose account is off, on the day it was seen. Who
        works on at another school is not gone."""
        now = {_row(one): one for one in told}
        had = {_row(one): one for one in facts_of(self.before, self.wanted.of)}
        in_use = {_name(one) for one in now.values() if one["enabledUser"] == "true"}
        for row in sorted(now.keys() | had.keys()):
            one = now.get(row) or self._gone(had[row])
            living = one["enabledUser"] != "true" and _name(one) in in_use
            if not living and self._differs(had.get(row), one):
                yield one

    def _switched(self, told: Sequence[Facts]) -> Iterator[Facts]:
        """Sign-in names that are off and were on, or the reverse; nobody has told of: it is on.

        A name may have passed to another child, whose it is now. One that a pupil gave up for
        another is no account any more: a row of it would make one.
        """
        now, had = _by_name(told), _by_name(facts_of(self.before, self.wanted.of))
        here = {one["sourcedId"] for one in told}
        for name in sorted(now.keys() | had.keys()):
            if name not in now and had[name]["sourcedId"] in here:
                continue
            one = now.get(name) or self._gone(had[name])
            if one["enabledUser"] != (had[name]["enabledUser"] if name in had else "true"):
                yield one

    def _gone(self, one: Facts) -> Facts:
        return {**one, "enabledUser": "false", "leftOn": one["leftOn"] or self.as_of.isoformat()}

    def _differs(self, before: Facts | None, one: Facts) -> bool:
        if before is None:
            return self._stands(one)
        return self._line(before) != self._line(one)

    def _line(self, one: Facts) -> Line:
        return tuple(cell(column, one) for column in self.wanted.used())


def _name(one: Facts) -> str:
    return one["username"].lower()


def _row(one: Facts) -> tuple[str, str]:
    """Whose row it is: of a member of staff, at which school."""
    return one["sourcedId"], one["schoolCode"] if one["role"] == "teacher" else ""


def _by_name(told: Iterable[Facts]) -> dict[str, Facts]:
    """By sign-in name, the living before those whose account is off."""
    found: dict[str, Facts] = {}
    for one in told:
        if one["enabledUser"] == "true" or _name(one) not in found:
            found[_name(one)] = one
    return found


def cell(column: SheetColumn, one: Facts) -> str:
    """What stands in one cell."""
    value = one.get(column.fact, "") if column.fact else column.text
    if value and column.date:
        value = date.fromisoformat(value).strftime(column.date)
    return column.words.get(value, value) + column.suffix if value else column.blank


def parts(
    lines: Iterable[tuple[str, Line]], wanted: FlatList, *, by_school: bool, board: str
) -> Iterator[tuple[str, list[Line]]]:
    """(what names the file, its lines): one file, or one a school, none longer than it may be."""
    found: dict[str, list[Line]] = {}
    for school, line in lines:
        found.setdefault(school if by_school and school else board, []).append(line)
    for code, all_of_it in sorted(found.items()):
        cut = list(batched(all_of_it, wanted.most_rows or len(all_of_it), strict=False))
        for number, some in enumerate(cut, 1):
            yield (f"{code}_{number}" if len(cut) > 1 else code), list(some)


def written(wanted: FlatList, lines: Sequence[Line], as_of: date) -> bytes:
    """The bytes of one file; the same lines, the same bytes."""
    if wanted.file == "xlsx":
        return _workbook(wanted.headings, lines, as_of)
    text = io.StringIO(newline="")
    quoting: int = csv.QUOTE_ALL if wanted.quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(text, quoting=quoting, lineterminator=wanted.line_end)  # type: ignore[arg-type]
    writer.writerows((wanted.headings, *lines))
    return text.getvalue().encode(wanted.encoding)


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of lists that go together; one fixed time, so the same files are the same bytes."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return body.getvalue()


def unpacked(body: bytes) -> dict[str, bytes]:
    """The lists of such a zip again, by name."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _workbook(headings: Sequence[str], lines: Sequence[Line], as_of: date) -> bytes:
    """Every cell a text: an attendance number stays 07, and nothing is computed."""
    import xlsxwriter  # noqa: PLC0415 - few tools want a workbook, and every delivery would load it

    body = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(body, options) as book:
        book.set_properties({"created": datetime.combine(as_of, time.min)})
        text, sheet = book.add_format({"num_format": "@"}), book.add_worksheet()
        for row, cells in enumerate((headings, *lines)):
            for at, told in enumerate(cells):
                sheet.write_string(row, at, told, text)
    return body.getvalue()
