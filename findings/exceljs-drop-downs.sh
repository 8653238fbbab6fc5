#!/usr/bin/env bash
# The choices that a workbook offers in a column, after a program has read and saved it.
#
# Guess: one drop-down for B2:B40 is one drop-down for B2:B40 in the file that comes out.
# Seen:  exceljs reads the range cell by cell, sorts the cells by their names, in which B10 comes before
#        B2, and does not ask whether a cell has its rule already: what it writes is B10:B40 and
#        B2:B40, one over the other, for every column that offers choices in more than nine rows.
#        xlsx-populate and openpyxl leave one; SheetJS writes none, and no frozen heading row.
# So:    a list that has been through another program is judged by its cells alone, never by the rules
#        of its sheet, and people send files back that offer nothing.
set -euo pipefail
XLSXWRITER=3.3.0 OPENPYXL=3.1.5 EXCELJS=4.4.0 POPULATE=1.21.0 SHEETJS=0.18.5

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "xlsxwriter==$XLSXWRITER" "openpyxl==$OPENPYXL"
npm init -y >/dev/null
npm install --silent "exceljs@$EXCELJS" "xlsx-populate@$POPULATE" "xlsx@$SHEETJS" >/dev/null 2>&1

cat >make.py <<'PY'
import openpyxl
import xlsxwriter

with xlsxwriter.Workbook("list.xlsx") as book:
    sheet = book.add_worksheet("判断")
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, ["番号", "決定"])
    sheet.data_validation("B2:B40", {"validate": "list", "source": ["停止", "保留"]})
openpyxl.load_workbook("list.xlsx").save("openpyxl.xlsx")
PY
v/bin/python make.py
cat >make.mjs <<'JS'
import Excel from "exceljs";
import Populate from "xlsx-populate";
import Sheet from "xlsx";
const book = new Excel.Workbook();
await book.xlsx.readFile("list.xlsx");
await book.xlsx.writeFile("exceljs.xlsx");
await (await Populate.fromFileAsync("list.xlsx")).toFileAsync("xlsx-populate.xlsx");
Sheet.writeFile(Sheet.readFile("list.xlsx", { cellStyles: true }), "sheetjs.xlsx");
JS
node make.mjs
cat >look.py <<'PY'
import re
import zipfile

for name in ("list", "openpyxl", "xlsx-populate", "exceljs", "sheetjs"):
    text = zipfile.ZipFile(f"{name}.xlsx").read("xl/worksheets/sheet1.xml").decode()
    ranges = re.findall(r'<dataValidation [^>]*sqref="([^"]*)"', text)
    print(f"{name}: {' '.join(ranges) or 'none'}, {'frozen' if '<pane' in text else 'not frozen'}")
PY
v/bin/python look.py >seen
cat >expected <<'TXT'
list: B2:B40, frozen
openpyxl: B2:B40, frozen
xlsx-populate: B2:B40, frozen
exceljs: B10:B40 B2:B40, frozen
sheetjs: none, not frozen
TXT
diff expected seen && cat seen
