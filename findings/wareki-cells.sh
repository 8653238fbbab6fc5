#!/usr/bin/env bash
# A date cell that Excel shows in the Japanese calendar, read by four libraries.
#
# Guess: a cell is a date because its number format has a year; a library that knows date formats
#        gives a date for 令和9年 as it does for 2027年.
# Seen:  for formats that show the era year alone (ggge"年", ge, ggge"年度"), openpyxl, calamine and
#        ExcelJS give the serial number 46478; SheetJS gives the date, and as its text "ggg2027年". As
#        soon as a month or a day stands in the format, all four know the date.
# So:    a column of 年度 or of birth years that a clerk formatted in 和暦 comes as five-digit numbers:
#        whoever reads such a list takes a number in that range for a date, or says so.
set -euo pipefail
OPENPYXL=3.1.5 CALAMINE=0.9.1 XLSXWRITER=3.3.0 EXCELJS=4.4.0 SHEETJS=0.18.5

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check \
  "openpyxl==$OPENPYXL" "python-calamine==$CALAMINE" "xlsxwriter==$XLSXWRITER"
npm init -y >/dev/null
npm install --silent "exceljs@$EXCELJS" "xlsx@$SHEETJS" >/dev/null 2>&1
cat >ask.py <<'PY'
from datetime import date, datetime
import openpyxl, python_calamine, xlsxwriter

FORMATS = ('yyyy"年"', '[$-411]ggge"年"m"月"d"日"', '[$-411]ggge"年"', "[$-411]ge", 'ggge"年度"')
book = xlsxwriter.Workbook("list.xlsx")
sheet = book.add_worksheet()
for row, shown in enumerate(FORMATS):
    sheet.write_datetime(row, 0, datetime(2027, 4, 1), book.add_format({"num_format": shown}))
    sheet.write_string(row, 1, shown)
book.close()

def kind(value):
    return "a date" if isinstance(value, date) else int(value)

ours = openpyxl.load_workbook("list.xlsx").active.iter_rows(values_only=True)
theirs = python_calamine.CalamineWorkbook.from_path("list.xlsx").get_sheet_by_index(0).to_python()
for (one, shown), (other, _) in zip(ours, theirs, strict=True):
    print(f"{shown}: openpyxl {kind(one)}, calamine {kind(other)}")
PY
cat >ask.mjs <<'JS'
import ExcelJS from "exceljs";
import XLSX from "xlsx";
const kind = (value) => (value instanceof Date ? "a date" : value);
const book = new ExcelJS.Workbook();
await book.xlsx.readFile("list.xlsx");
const other = XLSX.readFile("list.xlsx", { cellDates: true });
const cells = other.Sheets[other.SheetNames[0]];
book.worksheets[0].eachRow((row, i) => console.log(`${row.getCell(2).value}: ` +
  `ExcelJS ${kind(row.getCell(1).value)}, SheetJS ${kind(cells["A" + i].v)} as ${cells["A" + i].w}`));
JS
{ v/bin/python ask.py; TZ=Asia/Tokyo node ask.mjs; } >seen.txt
cat >known.txt <<'TXT'
yyyy"年": openpyxl a date, calamine a date
[$-411]ggge"年"m"月"d"日": openpyxl a date, calamine a date
[$-411]ggge"年": openpyxl 46478, calamine 46478
[$-411]ge: openpyxl 46478, calamine 46478
ggge"年度": openpyxl 46478, calamine 46478
yyyy"年": ExcelJS a date, SheetJS a date as 2027年
[$-411]ggge"年"m"月"d"日": ExcelJS a date, SheetJS a date as ggg2027年4月1日
[$-411]ggge"年": ExcelJS 46478, SheetJS a date as ggg2027年
[$-411]ge: ExcelJS 46478, SheetJS a date as g2027
ggge"年度": ExcelJS 46478, SheetJS a date as ggg2027年度
TXT
echo "openpyxl $OPENPYXL, python-calamine $CALAMINE, ExcelJS $EXCELJS, SheetJS $SHEETJS"
echo "guess: a date in every line"
cat seen.txt
diff known.txt seen.txt
