#!/usr/bin/env bash
# 葛󠄀 (葛 and a variation selector, the form of the city 葛城) printed by seven makers of PDF.
#
# Guess: with a font that has the form (Noto Sans JP has it, in its cmap of format 14), whoever shapes
#        text prints it: WeasyPrint (Pango), fpdf2 and ReportLab when told to shape (HarfBuzz), pdfkit
#        and pdf-lib (fontkit). Without shaping a box stands beside the letter.
# Seen:  WeasyPrint alone prints it. fpdf2 drops the selector before it shapes, fontkit heeds none, and
#        jsPDF has nothing for it: four print 葛, the other form, and the page looks in order.
#        ReportLab prints 葛 and a crossed box, shaped or not. The text that is copied from pdfkit's
#        and pdf-lib's page has the selector, so a comparison of texts finds nothing.
# So:    a slip or a list with names of the register is made by a browser or by WeasyPrint, and is
#        judged by its picture; elsewhere a name with a selector is told before it is printed.
set -euo pipefail
NOTO=0.4.3 WEASYPRINT=70.0 FPDF=2.8.9 REPORTLAB=5.1.0 UHARFBUZZ=0.57.0 PDFIUM=5.15.2 PILLOW=13.0.0
PDFKIT=0.20.2 PDF_LIB=1.17.1 FONTKIT=1.1.1 JSPDF=4.2.1

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "weasyprint==$WEASYPRINT" "fpdf2==$FPDF" \
  "reportlab==$REPORTLAB" "uharfbuzz==$UHARFBUZZ" "pypdfium2==$PDFIUM" "pillow==$PILLOW"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "@expo-google-fonts/noto-sans-jp@$NOTO" \
  "pdfkit@$PDFKIT" "pdf-lib@$PDF_LIB" "@pdf-lib/fontkit@$FONTKIT" "jspdf@$JSPDF" >/dev/null
cp node_modules/@expo-google-fonts/noto-sans-jp/400Regular/NotoSansJP_400Regular.ttf noto.ttf

cat >make.py <<'PY'
import logging
import pathlib

import weasyprint
from fpdf import FPDF
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

logging.disable()
HTML = """<meta charset=utf-8><style>@font-face {{ font-family: N; src: url({font}) }}
@page {{ size: 200pt 60pt; margin: 5pt }} body {{ font: 20pt N }}</style>{text}"""
font = pathlib.Path("noto.ttf").absolute()
pdfmetrics.registerFont(TTFont("N", str(font)))
pdfmetrics.registerFont(TTFont("S", str(font), shapable=True))
for which, text in {"plain": "葛", "variant": "葛\U000e0100"}.items():
    page = HTML.format(font=font.as_uri(), text=text)
    weasyprint.HTML(string=page).write_pdf(f"WeasyPrint.{which}.pdf")
    for name, shaped in {"fpdf2": False, "fpdf2, shaping": True}.items():
        pdf = FPDF(unit="pt", format=(200, 60))
        pdf.add_page()
        pdf.add_font("N", "", str(font))
        pdf.set_font("N", size=20)
        pdf.set_text_shaping(shaped)
        pdf.text(5, 30, text)
        pdf.output(f"{name}.{which}.pdf")
    for name, shaped in {"ReportLab": False, "ReportLab, shaping": True}.items():
        canvas = Canvas(f"{name}.{which}.pdf", pagesize=(200, 60))
        canvas.setFont("S" if shaped else "N", 20)
        canvas.drawString(5, 20, text, shaping=shaped)
        canvas.save()
PY
cat >make.cjs <<'JS'
const { createWriteStream, readFileSync, writeFileSync } = require("fs");
const Pdfkit = require("pdfkit");
const { PDFDocument } = require("pdf-lib");
const fontkit = require("@pdf-lib/fontkit");
const { jsPDF } = require("jspdf");
async function make() {
  for (const [which, text] of Object.entries({ plain: "葛", variant: "葛\u{e0100}" })) {
    const kit = new Pdfkit({ size: [200, 60], margin: 5 });
    kit.pipe(createWriteStream(`pdfkit.${which}.pdf`));
    kit.font("noto.ttf").fontSize(20).text(text);
    kit.end();
    const lib = await PDFDocument.create();
    lib.registerFontkit(fontkit.default ?? fontkit);
    const font = await lib.embedFont(readFileSync("noto.ttf"));
    lib.addPage([200, 60]).drawText(text, { x: 5, y: 20, size: 20, font });
    writeFileSync(`pdf-lib.${which}.pdf`, await lib.save());
    const js = new jsPDF({ unit: "pt", format: [200, 60], orientation: "landscape" });
    js.addFileToVFS("n.ttf", readFileSync("noto.ttf").toString("base64"));
    js.addFont("n.ttf", "N", "normal");
    js.setFont("N").setFontSize(20).text(text, 5, 30);
    writeFileSync(`jsPDF.${which}.pdf`, Buffer.from(js.output("arraybuffer")));
  }
}
make();
JS
cat >look.py <<'PY'
"""Where 葛 and 葛󠄀 have one picture, the other form is printed; where it is wide, a box beside it."""

import pypdfium2
from PIL import ImageChops

def seen(name):
    page = pypdfium2.PdfDocument(name)[0]
    picture = ImageChops.invert(page.render(scale=4, grayscale=True).to_pil().convert("L"))
    return picture.crop(picture.getbbox()), "\U000e0100" in page.get_textpage().get_text_range()

MAKERS = ("WeasyPrint", "fpdf2", "fpdf2, shaping", "ReportLab", "ReportLab, shaping", "pdfkit",
          "pdf-lib", "jsPDF")
for maker in MAKERS:
    plain, _ = seen(f"{maker}.plain.pdf")
    variant, selector = seen(f"{maker}.variant.pdf")
    if variant.width > 1.5 * plain.width:
        printed = "葛 and a box"
    else:
        same = plain.size == variant.size and plain.tobytes() == variant.tobytes()
        printed = "the other form" if same else "the form asked for"
    print(f"{maker}: {printed}; the selector is {'' if selector else 'not '}in its text")
PY
v/bin/python make.py
node make.cjs
v/bin/python look.py >seen.txt
cat >known.txt <<'TXT'
WeasyPrint: the form asked for; the selector is in its text
fpdf2: the other form; the selector is not in its text
fpdf2, shaping: the other form; the selector is not in its text
ReportLab: 葛 and a box; the selector is not in its text
ReportLab, shaping: 葛 and a box; the selector is not in its text
pdfkit: the other form; the selector is in its text
pdf-lib: the other form; the selector is in its text
jsPDF: the other form; the selector is not in its text
TXT
echo "WeasyPrint $WEASYPRINT, fpdf2 $FPDF, ReportLab $REPORTLAB, pdfkit $PDFKIT, pdf-lib $PDF_LIB," \
  "jsPDF $JSPDF; Noto Sans JP of @expo-google-fonts $NOTO"
echo "guess: the form asked for wherever text is shaped, a box beside it elsewhere"
cat seen.txt
diff known.txt seen.txt
