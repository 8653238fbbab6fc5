#!/usr/bin/env bash
# Readings of names, from katakana (as rosters have them) to hiragana (as first-graders read) and back.
#
# Guess: kana are two alphabets of the same letters; there and back gives the reading.
# Seen:  jaconv does so. WanaKana spells a long vowel out, ゆうり for ユーリ, so that ユウリ comes back,
#        another name (told otherwise, convertLongVowelMark, it keeps ー), and of ヷ it makes a code
#        point that is no letter. It and kuroshiro leave the sign that repeats a kana in katakana,
#        みすヾ. pykakasi reads ミスヾ as みすみす, and of 髙橋, where 高橋 is たかはし, it gives no
#        reading, and says nothing.
# So:    a reading is kept as the roster has it and converted for showing alone; one that came back
#        from another program is no proof of another child; and no reading is made of a name.
set -euo pipefail
JACONV=0.5.0 PYKAKASI=2.3.0 WANAKANA=5.3.1 KUROSHIRO=1.2.0

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "jaconv==$JACONV" "pykakasi==$PYKAKASI"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "wanakana@$WANAKANA" \
  "kuroshiro@$KUROSHIRO" >/dev/null

echo '["ユーリ", "ヴィオラ", "ヱミ", "ミスヾ", "ヷルター"]' >readings.json
cat >ask.py <<'PY'
import json

import jaconv
import pykakasi

readings = json.load(open("readings.json"))
kakasi = pykakasi.kakasi()

def read(text, kana):
    return "".join(part[kana] for part in kakasi.convert(text))

def told(who, there, back):
    print(who, *(f"{there(one)}/{back(there(one))}" for one in readings))

told("jaconv", jaconv.kata2hira, jaconv.hira2kata)
told("pykakasi", lambda text: read(text, "hira"), lambda text: read(text, "kana"))
print("pykakasi, 高橋 and 髙橋:", read("高橋", "hira"), read("髙橋", "hira") or "(none)")
PY
cat >ask.mjs <<'JS'
import { readFileSync } from "node:fs";
import { toHiragana, toKatakana } from "wanakana";
import kuroshiro from "kuroshiro";
const { kanaToHiragna, kanaToKatakana } = (kuroshiro.default ?? kuroshiro).Util;
const readings = JSON.parse(readFileSync("readings.json"));
// A code point that is no letter and no mark of kana is shown by its number.
const shown = (text) => text.replace(/[\u3097\u3098]/g, (one) => `U+${one.codePointAt(0).toString(16).toUpperCase()}`);
const told = (who, there, back) =>
  console.log(who, ...readings.map((one) => shown(`${there(one)}/${back(there(one))}`)));
told("WanaKana", (text) => toHiragana(text), (text) => toKatakana(text));
told("kuroshiro", kanaToHiragna, kanaToKatakana);
JS
{ v/bin/python ask.py; node ask.mjs; } >seen.txt
cat >known.txt <<'TXT'
jaconv ゆーり/ユーリ ゔぃおら/ヴィオラ ゑみ/ヱミ みすゞ/ミスヾ ヷるたー/ヷルター
pykakasi ゆーり/ユーリ ゔぃおら/ヴィオラ ゑみ/ヱミ みすみす/ミスミス ヷるたー/ヷルター
pykakasi, 高橋 and 髙橋: たかはし (none)
WanaKana ゆうり/ユウリ ゔぃおら/ヴィオラ ゑみ/ヱミ みすヾ/ミスヾ U+3097るたあ/U+3097ルタア
kuroshiro ゆーり/ユーリ ゔぃおら/ヴィオラ ゑみ/ヱミ みすヾ/ミスヾ ヷるたー/ヷルター
TXT
echo "jaconv $JACONV, pykakasi $PYKAKASI, WanaKana $WANAKANA, kuroshiro $KUROSHIRO"
echo "guess: each reading comes back, and 髙橋 is read as 高橋 is"
cat seen.txt
diff known.txt seen.txt
