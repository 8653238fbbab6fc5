#!/usr/bin/env bash
# What readers of workbooks make of a name whose cell bears furigana (`rPh`), which Excel adds to
# every Japanese name that is typed with an input method: in the shared strings and, as other
# programs write them, inline in the cell.
#
# Guess: the reading is a decoration; a reader gives the name, and where one gives the reading as
#        well, all ways of the same library do alike.
# Seen:  exceljs gives the name when it reads the file whole (none at all of an inline cell), and its
#        streaming reader gives the READING IN PLACE OF the name. hucre and xlsx2csv give the name of
#        a shared string, and the name with the reading stuck to it of an inline one. openpyxl and
#        calamine give the name in both.
# So:    a list of names that has passed through another program is compared with the roster by
#        name and by reading before it matches anybody, and lists are read with openpyxl here.
set -euo pipefail
EXCELJS=4.4.0
HUCRE=1.0.0
XLSX2CSV=0.8.6
CALAMINE=0.9.1
OPENPYXL=3.1.5

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check \
  "openpyxl==$OPENPYXL" "python-calamine==$CALAMINE" "xlsx2csv==$XLSX2CSV"
echo '{}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts "exceljs@$EXCELJS" "hucre@$HUCRE" >/dev/null

cat >write.py <<'PY'
"""A1: 山田 as a shared string, B1: 鈴木 inline, each with its reading."""

import zipfile

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet",
         "sharedStrings": "sharedStrings", "styles": "styles"}
parts = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/>'
    + "".join(f'<Override PartName="/xl/{name}.xml" ContentType="{KIND}.{kind}+xml"/>'
              for name, kind in TYPES.items()) + "</Types>",
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="r3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/styles.xml": f'<styleSheet xmlns="{SHEET}"><fonts count="1"><font><sz val="11"/>'
    '<name val="Yu Gothic"/></font></fonts><fills count="1"><fill><patternFill '
    'patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf/></cellXfs></styleSheet>',
    "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}" count="1" uniqueCount="1"><si><t>山田</t>'
    '<rPh sb="0" eb="2"><t>ヤマダ</t></rPh><phoneticPr fontId="0"/></si></sst>',
    "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData><row r="1">'
    '<c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>鈴木</t>'
    '<rPh sb="0" eb="2"><t>スズキ</t></rPh></is></c></row></sheetData></worksheet>',
}
with zipfile.ZipFile("names.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
    for name, text in parts.items():
        package.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
PY
cat >read.py <<'PY'
import subprocess
import sys
import warnings

import openpyxl
import python_calamine

warnings.simplefilter("ignore")
book = openpyxl.load_workbook("names.xlsx")
print("openpyxl          ", *(cell.value for cell in book.active[1]))
rows = python_calamine.CalamineWorkbook.from_path("names.xlsx").get_sheet_by_index(0).to_python()
print("calamine          ", *rows[0])
done = subprocess.run([f"{sys.prefix}/bin/xlsx2csv", "names.xlsx"], capture_output=True, text=True)
print("xlsx2csv          ", *done.stdout.strip().split(","))
PY
cat >read.mjs <<'JS'
import ExcelJS from "exceljs";
import { readFileSync } from "node:fs";
import { readXlsx } from "hucre";
const line = (who, cells) => console.log(who.padEnd(18), cells.map((c) => c ?? "(none)").join(" "));
const book = new ExcelJS.Workbook();
await book.xlsx.readFile("names.xlsx");
line("exceljs", [1, 2].map((n) => book.worksheets[0].getRow(1).getCell(n).value));
for await (const sheet of new ExcelJS.stream.xlsx.WorkbookReader("names.xlsx"))
  for await (const row of sheet) line("exceljs, streaming", row.values.slice(1));
line("hucre", (await readXlsx(readFileSync("names.xlsx"))).sheets[0].rows[0]);
JS
v/bin/python write.py
{ v/bin/python read.py; node read.mjs; } | sed -E 's/ +/ /g' >seen.txt
cat >known.txt <<'TXT'
openpyxl 山田 鈴木
calamine 山田 鈴木
xlsx2csv 山田 鈴木スズキ
exceljs 山田 (none)
exceljs, streaming ヤマダ スズキ
hucre 山田 鈴木スズキ
TXT
echo "openpyxl $OPENPYXL, calamine $CALAMINE, xlsx2csv $XLSX2CSV, exceljs $EXCELJS, hucre $HUCRE"
echo "guess: 山田 鈴木 from each"
cat seen.txt
diff known.txt seen.txt
