#!/usr/bin/env bash
# A list of pupils in a workbook, whose classes are 1 to 4 and, at its end, ひまわり.
#
# Guess: a column of numbers with texts in it is read as texts, or refused; no cell becomes empty.
# Seen:  with a few rows it is so. polars and fastexcel take a column's kind from its first thousand
#        rows: where the class that is named by a word stands below them, all its children have no
#        class, and nothing is said; the day of somebody new, typed as a text, is empty too. In
#        fastexcel class 1 is 1.0 by then. openpyxl and calamine, on which fastexcel stands, give
#        each cell as it is. A city's list is longer than a thousand rows, and special-needs classes
#        stand at the end of each grade or of the whole.
# So:    whoever reads such a list with a frame of columns asks for texts (schema_overrides, dtypes)
#        or for all rows to be looked at, and counts empty cells before anybody is matched.
set -euo pipefail
XLSXWRITER=3.3.0 POLARS=2.1.0 FASTEXCEL=0.21.0 OPENPYXL=3.1.5 CALAMINE=0.9.1

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "xlsxwriter==$XLSXWRITER" "polars==$POLARS" \
  "fastexcel==$FASTEXCEL" "openpyxl==$OPENPYXL" "python-calamine==$CALAMINE"
cat >ask.py <<'PY'
from datetime import datetime

import fastexcel
import openpyxl
import polars
import python_calamine
import xlsxwriter

def write(rows):
    """``rows`` children of classes 1 to 4, and below them one of ひまわり who came later."""
    with xlsxwriter.Workbook("list.xlsx") as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(0, 0, ["番号", "組", "開始日"])
        for n in range(1, rows + 1):
            sheet.write_row(n, 0, [f"{n:04}", (n - 1) % 4 + 1])
            sheet.write_datetime(n, 2, datetime(2026, 4, 1), day)
        sheet.write_row(rows + 1, 0, ["9001", "ひまわり", "2026年9月1日"])

def frame(table):
    return [table.row(0), table.row(-1)]

def by_calamine():
    sheet = python_calamine.CalamineWorkbook.from_path("list.xlsx").get_sheet_by_index(0)
    _, first, *_, last = sheet.to_python()
    return first, last

def by_openpyxl():
    _, first, *_, last = openpyxl.load_workbook("list.xlsx").active.values
    return first, last

WAYS = {
    "openpyxl": by_openpyxl,
    "calamine": by_calamine,
    "polars": lambda: frame(polars.read_excel("list.xlsx")),
    "fastexcel": lambda: frame(fastexcel.read_excel("list.xlsx").load_sheet(0).to_polars()),
    "polars, all rows": lambda: frame(polars.read_excel("list.xlsx", infer_schema_length=None)),
    "fastexcel, texts": lambda: frame(
        fastexcel.read_excel("list.xlsx").load_sheet(0, dtypes="string").to_polars()
    ),
}
for rows in (40, 1200):
    write(rows)
    for who, way in WAYS.items():
        (_, first, _), (number, last, day) = way()
        print(f"{rows} rows, {who}: {first}; {number} {last} {day}")
PY
v/bin/python ask.py >seen.txt
cat >known.txt <<'TXT'
40 rows, openpyxl: 1; 9001 ひまわり 2026年9月1日
40 rows, calamine: 1.0; 9001 ひまわり 2026年9月1日
40 rows, polars: 1; 9001 ひまわり 2026年9月1日
40 rows, fastexcel: 1; 9001 ひまわり 2026年9月1日
40 rows, polars, all rows: 1; 9001 ひまわり 2026年9月1日
40 rows, fastexcel, texts: 1; 9001 ひまわり 2026年9月1日
1200 rows, openpyxl: 1; 9001 ひまわり 2026年9月1日
1200 rows, calamine: 1.0; 9001 ひまわり 2026年9月1日
1200 rows, polars: 1; 9001 None None
1200 rows, fastexcel: 1.0; 9001 None None
1200 rows, polars, all rows: 1; 9001 ひまわり 2026年9月1日
1200 rows, fastexcel, texts: 1; 9001 ひまわり 2026年9月1日
TXT
echo "polars $POLARS, fastexcel $FASTEXCEL, openpyxl $OPENPYXL, calamine $CALAMINE"
echo "guess: the last child is in ひまわり, whatever the length of the list"
cat seen.txt
diff known.txt seen.txt
