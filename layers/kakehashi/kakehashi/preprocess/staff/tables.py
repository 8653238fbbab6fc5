"""教職員名簿 as rows below their headings, whatever a clerk has put around them.

Borne are a title and a year above the headings, headings in two rows, further sheets, sums below
the rows, headings that come again on each printed page, and a row that was pasted twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from types import MappingProxyType

from kakehashi.preprocess.staff.sources import Row

HEADINGS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "職員番号": ("番号",),
    "姓(使用名)": ("姓", "氏", "氏(使用名)"),
    "名(使用名)": ("名",),
    "せい(よみ)": ("せい", "姓よみ", "カナ氏", "カナ姓", "よみ姓"),
    "めい(よみ)": ("めい", "名よみ", "カナ名", "よみ名"),
    "区分": (),
    "職種": ("職名",),
    "所属コード": ("学校コード", "所属"),
    "本務・兼務": ("本務兼務", "本務/兼務"),
    "担任学級": ("担任", "担任学級/担当学級"),
    "年度": ("担任年度", "担任の年度"),
    "開始日": ("発令日",),
    "終了日": ("任期終了日",),
    "状態": (),
    "アカウント": ("サインイン名",),
})  # fmt: skip
"""Each heading of the form, and how else people write it."""

NEEDED = ("職員番号", "姓(使用名)", "名(使用名)", "所属コード", "本務・兼務", "開始日")
WITHIN = 10  # rows: a title and a date may stand above the headings
SUMS = frozenset({"合計", "小計", "総計", "計"})
_YEAR = re.compile(r"(令和|平成|r|h|)([0-9]{1,4}|元)(?:年度?|)\Z")
_YEAR_ABOVE = re.compile(r"(?:令和|平成)?(?:[0-9]{1,4}|元)年度")
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "": 0}

type Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a person. ``year`` is the 年度 that stands above the headings, 0 for none."""

    line: int
    cells: Cells
    year: int


@dataclass(frozen=True, slots=True)
class LaidList:
    """``sheets`` is how many have the headings, ``lacking`` how many of these the best one lacks,
    ``beside`` how many rows are of nobody, or stand there already."""

    rows: Sequence[ListRow] = ()
    sheets: int = 0
    lacking: int = 0
    beside: int = 0


def folded(text: str) -> str:
    """A cell as it is compared: width, blanks, line ends and a star behind it do not matter."""
    plain = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s*※]+", "", plain)


_KNOWN = {
    folded(word): heading for heading, others in HEADINGS.items() for word in (heading, *others)
}


def school_year(text: str) -> int:
    """The 年度 that a cell names, as 2027, 令和9年度, 令和9年 or R9; 0 for none."""
    found = _YEAR.match(folded(text).lower())
    if found is None:
        return 0
    year = _ERAS[found[1]] + (1 if found[2] == "元" else int(found[2]))
    return year if 1989 <= year <= 2150 else 0  # noqa: PLR2004 - 平成元年, and the last day of a list


def laid_out(sheets: Sequence[Sequence[Row]]) -> LaidList:
    """The rows of every sheet that has the headings."""
    tables, lacking = [], len(NEEDED)
    for sheet in sheets:
        rows = list(sheet)
        table, missing = _table(rows)
        lacking = min(lacking, missing)
        if table is not None:
            tables.append(table)
    found = [row for table in tables for row in table if any(row.cells.values())]
    people = [row for row in found if not _of_nobody(row.cells)]
    once = list(_once(people))
    return LaidList(once, len(tables), lacking, len(found) - len(once))


def _table(rows: Sequence[Row]) -> tuple[list[ListRow] | None, int]:
    """None where the headings are not there, with how many the best row lacks."""
    missing = len(NEEDED)
    for at, named, height in _headings(rows):
        lacking = sum(1 for heading in NEEDED if named.count(heading) != 1)
        missing = min(missing, lacking)
        if not lacking:
            year = _year_above(rows[:at])
            below = rows[at + height :]
            return [ListRow(line, _laid(named, cells), year) for line, cells in below], 0
    return None, missing


def _headings(rows: Sequence[Row]) -> Iterator[tuple[int, list[str], int]]:
    """Each row that may hold the headings, and then each together with the next: a heading over
    several columns has the others below it."""
    named = [[_KNOWN.get(folded(cell), "") for cell in cells] for _, cells in rows[: WITHIN + 1]]
    yield from ((at, one, 1) for at, one in enumerate(named[:WITHIN]))
    for at, two in enumerate(pairwise(named)):
        yield at, [under or over for over, under in zip_longest(*two, fillvalue="")], 2


def _year_above(rows: Sequence[Row]) -> int:
    """Where exactly one 年度 is named above the headings."""
    texts = (folded(cell) for _, cells in rows for cell in cells)
    years = {school_year(told) for text in texts for told in _YEAR_ABOVE.findall(text)} - {0}
    return years.pop() if len(years) == 1 else 0


def _laid(named: Sequence[str], cells: Sequence[str]) -> Cells:
    return {name: cell.strip() for name, cell in zip(named, cells, strict=False) if name}


def _of_nobody(cells: Cells) -> bool:
    """A sum below the rows, or the headings once more."""
    number, family, given = (folded(cells.get(name, "")) for name in NEEDED[:3])
    again = _KNOWN.get(number) == NEEDED[0] and _KNOWN.get(family) in {NEEDED[1], None}
    return again or (not (family and given) and not SUMS.isdisjoint({number, family, given}))


def _once(rows: Sequence[ListRow]) -> Iterator[ListRow]:
    """Without what was pasted twice; a row without a number is nobody's, and stays."""
    seen = set[tuple[tuple[str, str], ...]]()
    for row in rows:
        same = tuple(sorted((name, folded(cell)) for name, cell in row.cells.items() if cell))
        if same not in seen or not row.cells.get(NEEDED[0]):
            yield row
        seen.add(same)
