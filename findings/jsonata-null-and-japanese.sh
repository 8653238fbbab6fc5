#!/usr/bin/env bash
# JSONata, the language of Step Functions' conditions, in its two open implementations.
#
# Guess: the Python port gives what the reference implementation gives, null and Japanese included.
# Seen:  of null, the reference counts one and the port none, the reference reverses it to a list and
#        the port leaves it; a Japanese text in base64 is right in the port and loses all but the low
#        byte of each character in the reference; $string of an object writes Japanese as it is in
#        the reference and as \u escapes in the port, six bytes for three of UTF-8.
# So:    a machine that is rehearsed with one of them asks neither for null's count nor for sizes or
#        base64 of Japanese text in an expression; functions do that.
set -euo pipefail
REFERENCE=2.2.2 PORT=0.7.1

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v && v/bin/pip install -q --disable-pip-version-check "jsonata-python==$PORT"
npm init -y >/dev/null
npm install --silent "jsonata@$REFERENCE" >/dev/null

cat >asked.txt <<'TXT'
$count(null)
$reverse(null)
$base64encode("架")
$length($string({"市": "架け橋"}))
TXT
cat >ask.mjs <<'JS'
import jsonata from "jsonata";
import { readFileSync } from "node:fs";
for (const line of readFileSync("asked.txt", "utf8").trim().split("\n"))
  console.log("reference", line, "=", JSON.stringify(await jsonata(line).evaluate({})));
JS
cat >ask.py <<'PY'
import json, pathlib
import jsonata
for line in pathlib.Path("asked.txt").read_text(encoding="utf-8").splitlines():
    print("port", line, "=", json.dumps(jsonata.Jsonata(line).evaluate({}), ensure_ascii=False))
PY
{ node ask.mjs; v/bin/python ask.py; } >seen.txt
cat >known.txt <<'TXT'
reference $count(null) = 1
reference $reverse(null) = [null]
reference $base64encode("架") = "tg=="
reference $length($string({"市": "架け橋"})) = 11
port $count(null) = 0
port $reverse(null) = null
port $base64encode("架") = "5p62"
port $length($string({"市": "架け橋"})) = 31
TXT
echo "jsonata $REFERENCE (npm, the reference), jsonata-python $PORT (the port)"
echo "guess: the same four values twice"
cat seen.txt
diff known.txt seen.txt
