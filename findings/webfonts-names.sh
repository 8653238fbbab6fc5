#!/usr/bin/env bash
# Kanji of children's names in the Japanese web fonts that are easiest to take.
#
# Guess: a Japanese font of thousands of kanji has at least every jōyō kanji, the list that schools
#        teach, in the forms of 2010.
# Seen:  the two rounded faces that pages for children like lack 𠮟, 塡, 剝 and 頰, all four jōyō in
#        these forms. Of family names, BIZ UDPGothic, the universal-design face of Japanese schools,
#        lacks 𠮷 and 槗, and M PLUS 1p has 𠮷 but not 濵, 德, 栁 and 槗. Noto Sans JP has them all.
# So:    slips and pages for children name a fallback that has every kanji of the register, and a
#        browser then mixes two faces within a name.
set -euo pipefail
FONTS=5.3.0 FONTTOOLS=4.62.1 BROTLI=1.2.0

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "fonttools==$FONTTOOLS" "brotli==$BROTLI"
npm init -y >/dev/null
for face in noto-sans-jp biz-udpgothic zen-maru-gothic m-plus-1p kosugi-maru; do
  npm install --silent "@fontsource/$face@$FONTS" >/dev/null
done
cat >ask.py <<'PY'
import glob
from fontTools.ttLib import TTFont

JOYO, NAMES = "𠮟塡剝頰", "髙﨑𠮷濵德栁槗"
for face in ("noto-sans-jp", "biz-udpgothic", "zen-maru-gothic", "m-plus-1p", "kosugi-maru"):
    held = set()
    for file in glob.glob(f"node_modules/@fontsource/{face}/files/*-400-normal.woff2"):
        held.update(TTFont(file, lazy=True).getBestCmap())
    lacks = ("".join(c for c in some if ord(c) not in held) or "-" for some in (JOYO, NAMES))
    print(face, "lacks", *lacks)
PY
v/bin/python ask.py >seen.txt
cat >known.txt <<'TXT'
noto-sans-jp lacks - -
biz-udpgothic lacks - 𠮷槗
zen-maru-gothic lacks 𠮟塡剝頰 𠮷槗
m-plus-1p lacks - 濵德栁槗
kosugi-maru lacks 𠮟塡剝頰 𠮷槗
TXT
echo "@fontsource/* $FONTS, fonttools $FONTTOOLS"
echo "guess: none lacks a jōyō kanji"
cat seen.txt
diff known.txt seen.txt
