#!/usr/bin/env bash
# users.csv of the Japan Profile, taken through a table in a page and through two converters.
#
# The columns that a profile adds to OneRoster are called metadata.*, with dots; readings, homeroom,
# special needs and class numbers of a Japanese export are all in such columns.
#
# Guess: what reads a CSV and writes it again without an edit writes the same cells.
# Seen:  Tabulator, by its own import and download, leaves every such column with its heading and
#        without a value, since a dot in a field's name means nesting when it writes and not when it
#        reads. csvtojson makes one object of all of
#        them, which @json2csv/plainjs writes as one column "metadata" of JSON. Each has a switch
#        (nestedFieldSeparator, flatKeys) that keeps them as they are.
# So:    a column that is empty in every row though its neighbours are filled is a damaged one; our
#        check says so (R059) where all columns of the profile are.
set -euo pipefail
TABULATOR=6.5.3 JSDOM=29.1.1 CSVTOJSON=2.0.14 JSON2CSV=7.0.8

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts "tabulator-tables@$TABULATOR" \
  "jsdom@$JSDOM" "csvtojson@$CSVTOJSON" "@json2csv/plainjs@$JSON2CSV" >/dev/null

cat >table.mjs <<'JS'
import { JSDOM } from "jsdom";
const { window } = new JSDOM("", { pretendToBeVisual: true });
class Nothing { observe() {} unobserve() {} disconnect() {} }
Object.assign(globalThis, {
  window, document: window.document, HTMLElement: window.HTMLElement, Element: window.Element,
  Node: window.Node, Event: window.Event, getComputedStyle: window.getComputedStyle,
  requestAnimationFrame: window.requestAnimationFrame, ResizeObserver: Nothing,
});
window.ResizeObserver = Nothing;
Object.defineProperty(globalThis, "navigator", { value: window.navigator, configurable: true });
const { TabulatorFull } = await import("tabulator-tables");

/** The CSV as the table writes it after having read it. */
export async function through(csv, options) {
  const place = document.body.appendChild(document.createElement("div"));
  let written;
  const table = new TabulatorFull(place, {
    data: csv, importFormat: "csv", autoColumns: true, ...options,
    downloadEncoder: (text) => { written = text; return false; },
  });
  await new Promise((built) => table.on("tableBuilt", built));
  table.download("csv", "users.csv");
  for (let n = 0; written === undefined && n < 100; n += 1) await new Promise((later) => setTimeout(later, 20));
  return written;
}
JS
cat >ask.mjs <<'JS'
import csvtojson from "csvtojson";
import { Parser } from "@json2csv/plainjs";
import { through } from "./table.mjs";
const csv = [
  '"sourcedId","givenName","metadata.jp.kanaGivenName","metadata.jp.homeClass"',
  '"u1","花子","ハナコ","c1"', '"u2","太郎","タロウ","c2"', "",
].join("\n");
const told = (who, text) => {
  console.log(`${who}:`);
  console.log(text.trim().split(/\r?\n/).slice(0, 2).join("\n"));
};
told("Tabulator", await through(csv, {}));
told("Tabulator, nestedFieldSeparator: false", await through(csv, { nestedFieldSeparator: false }));
told("csvtojson and json2csv", new Parser().parse(await csvtojson().fromString(csv)));
told("csvtojson, flatKeys, and json2csv", new Parser().parse(await csvtojson({ flatKeys: true }).fromString(csv)));
process.exit(0);
JS
node ask.mjs >seen.txt
cat >known.txt <<'TXT'
Tabulator:
"sourcedId","givenName","metadata.jp.kanaGivenName","metadata.jp.homeClass"
"u1","花子","",""
Tabulator, nestedFieldSeparator: false:
"sourcedId","givenName","metadata.jp.kanaGivenName","metadata.jp.homeClass"
"u1","花子","ハナコ","c1"
csvtojson and json2csv:
"sourcedId","givenName","metadata"
"u1","花子","{""jp"":{""kanaGivenName"":""ハナコ"",""homeClass"":""c1""}}"
csvtojson, flatKeys, and json2csv:
"sourcedId","givenName","metadata.jp.kanaGivenName","metadata.jp.homeClass"
"u1","花子","ハナコ","c1"
TXT
echo "Tabulator $TABULATOR, csvtojson $CSVTOJSON, @json2csv/plainjs $JSON2CSV"
echo "guess: headings and cells as they were, from each"
cat seen.txt
diff known.txt seen.txt
