#!/usr/bin/env bash
# A day in a workbook that counts its days from 1904, read by five libraries.
#
# Excel for Mac made such workbooks for decades, copies of them live on, and Excel and LibreOffice
# offer it as an option; the workbook says so itself (ECMA-376 Part 1, 18.2.28).
#
# Guess: where a library gives a day and the text that Excel shows, both are the same day.
# Seen:  openpyxl, calamine, ExcelJS and SheetJS 0.20 give 2026-04-01. SheetJS 0.18.5, which is what
#        the npm registry has under its name, gives one cell two days: the text 2026-04-01 and,
#        asked for dates, 2022-03-31, four years and a day earlier; that one it also writes when asked
#        to keep dates. Nothing else in the file looks odd.
# So:    whoever makes days of a workbook's numbers asks the workbook where they begin, and a date of
#        birth or of an appointment that came through a page with SheetJS is worth a second look.
set -euo pipefail
XLSXWRITER=3.3.0 OPENPYXL=3.1.5 CALAMINE=0.9.1 EXCELJS=4.4.0 SHEETJS=0.18.5 SHEETJS_20=0.20.3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "xlsxwriter==$XLSXWRITER" "openpyxl==$OPENPYXL" \
  "python-calamine==$CALAMINE"
npm init -y >/dev/null
npm install --silent "exceljs@$EXCELJS" "xlsx@$SHEETJS" "@e965/xlsx@$SHEETJS_20" >/dev/null 2>&1

cat >make.py <<'PY'
from datetime import datetime
import xlsxwriter

with xlsxwriter.Workbook("list.xlsx", {"date_1904": True}) as book:
    sheet = book.add_worksheet()
    sheet.write_datetime(0, 0, datetime(2026, 4, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
PY
cat >ask.py <<'PY'
import openpyxl
import python_calamine

print("openpyxl:", openpyxl.load_workbook("list.xlsx").active["A1"].value.date())
rows = python_calamine.CalamineWorkbook.from_path("list.xlsx").get_sheet_by_index(0).to_python()
print("calamine:", rows[0][0])
print("what SheetJS 0.18.5 wrote:", openpyxl.load_workbook("again.xlsx").active["A1"].value.date())
PY
cat >ask.cjs <<'JS'
const day = (value) => value.toISOString().slice(0, 10);
async function ask() {
  const book = new (require("exceljs").Workbook)();
  await book.xlsx.readFile("list.xlsx");
  console.log("exceljs:", day(book.worksheets[0].getCell("A1").value));
  for (const name of ["@e965/xlsx", "xlsx"]) {
    const sheets = require(name);
    const read = sheets.readFile("list.xlsx", { cellDates: true });
    const cell = read.Sheets.Sheet1.A1;
    console.log(`SheetJS ${sheets.version}: the day ${day(cell.v)}, the text ${cell.w}`);
    sheets.writeFile(read, "again.xlsx", { cellDates: true });
  }
}
ask();
JS
v/bin/python make.py
export TZ=UTC
{ node ask.cjs; v/bin/python ask.py; } >seen.txt
cat >known.txt <<'TXT'
exceljs: 2026-04-01
SheetJS 0.20.3: the day 2026-04-01, the text 2026-04-01
SheetJS 0.18.5: the day 2022-03-31, the text 2026-04-01
openpyxl: 2026-04-01
calamine: 2026-04-01
what SheetJS 0.18.5 wrote: 2022-03-31
TXT
echo "xlsxwriter $XLSXWRITER wrote it; exceljs $EXCELJS, SheetJS $SHEETJS and $SHEETJS_20," \
  "openpyxl $OPENPYXL, calamine $CALAMINE"
echo "guess: 2026-04-01 of each"
cat seen.txt
diff known.txt seen.txt
