#!/usr/bin/env bash
# What another reader gets from a QR code that segno makes of a login, or of Japanese text.
#
# Guess: `segno.make(text)` is a QR code, and Japanese is in it as UTF-8, as in everything since.
# Seen:  a short text without `micro=False` becomes a Micro QR code: zxing-cpp reads it, the
#        detector of OpenCV finds nothing. Japanese becomes
#        Shift_JIS, in bytes as soon as ASCII stands beside it, and nothing in the code says so (no
#        ECI): zxing-cpp guesses it, OpenCV gives other letters, so that an address with a Japanese
#        path leads nowhere. With `micro=False, encoding="utf-8"` both read all of them.
# So:    the slips that children get are printed with both.
set -euo pipefail
SEGNO=1.6.6 ZXING=3.1.1 OPENCV=5.0.0.93 NUMPY=2.4.6

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "segno==$SEGNO" "zxing-cpp==$ZXING" \
  "opencv-python-headless==$OPENCV" "numpy==$NUMPY"
cat >ask.py <<'PY'
import cv2
import segno
import zxingcpp


def seen(text, **options):
    segno.make(text, **options).save("code.png", scale=8, border=4)
    image = cv2.imread("code.png")
    for read in (lambda: zxingcpp.read_barcodes(image)[0].text,
                 lambda: cv2.QRCodeDetector().detectAndDecode(image)[0]):
        got = read()
        yield "right" if got == text else "other letters" if got else "nothing"


for text in ("s000123", "https://portal.example.jp/start", "見本市立第一小学校 1年2組 12番",
             "https://portal.example.jp/はじめ"):
    for options in ({}, {"micro": False, "encoding": "utf-8"}):
        zxing, opencv = seen(text, **options)
        print(f"{text} {options or 'as it is'}: zxing-cpp {zxing}, OpenCV {opencv}")
PY
v/bin/python ask.py >seen.txt
cat >known.txt <<'TXT'
s000123 as it is: zxing-cpp right, OpenCV nothing
s000123 {'micro': False, 'encoding': 'utf-8'}: zxing-cpp right, OpenCV right
https://portal.example.jp/start as it is: zxing-cpp right, OpenCV right
https://portal.example.jp/start {'micro': False, 'encoding': 'utf-8'}: zxing-cpp right, OpenCV right
見本市立第一小学校 1年2組 12番 as it is: zxing-cpp right, OpenCV other letters
見本市立第一小学校 1年2組 12番 {'micro': False, 'encoding': 'utf-8'}: zxing-cpp right, OpenCV right
https://portal.example.jp/はじめ as it is: zxing-cpp right, OpenCV other letters
https://portal.example.jp/はじめ {'micro': False, 'encoding': 'utf-8'}: zxing-cpp right, OpenCV right
TXT
echo "segno $SEGNO, zxing-cpp $ZXING, OpenCV $OPENCV"
echo "guess: every reader reads every code rightly"
cat seen.txt
diff known.txt seen.txt
