#!/usr/bin/env bash
# What three Microsoft clients ask Graph for, where a name or an address has # & or + in it.
#
# Guess: a client encodes what is put into a path or a filter; only quotes are doubled by the caller.
# Seen:  the JavaScript client encodes nothing of it. Of a guest's account name, in which Entra itself
#        puts #EXT#, it asks for the user before the #: "not found" about somebody who is there. The +
#        of an address arrives as a blank, so that a search finds nobody; & ends the filter, and what
#        follows a # is not sent at all, $select with it. What it is built on in its successors (kiota,
#        for Python and for JavaScript) encodes all three in both places.
# So:    whoever uses that client encodes each value, and "not found" from it is no reason to make an
#        account; our requests are encoded where they are made.
set -euo pipefail
CLIENT=3.0.7 KIOTA_JS=1.0.0-preview.109 KIOTA_PY=1.16.0

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "microsoft-kiota-abstractions==$KIOTA_PY"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts \
  "@microsoft/microsoft-graph-client@$CLIENT" "@microsoft/kiota-abstractions@$KIOTA_JS" >/dev/null

cat >asked.json <<'JSON'
{"user": "a.mihon_example.jp#EXT#@mihon.example",
 "filters": ["mail eq 'a+b@example.jp'", "displayName eq '1A&B'", "displayName eq 'himawari#1'"]}
JSON
cat >got.mjs <<'JS'
// Of an address: the last part of the path, and the parameters as any server reads them.
export const got = (who, address) => {
  const url = new URL(address, "http://graph.example");
  const parameters = [...url.searchParams].map(([name, value]) => `${name}=${value}`).join(" ; ");
  console.log(`${who}: ${decodeURIComponent(url.pathname.split("/").pop())} ${parameters}`.trim());
};
JS
cat >ask.mjs <<'JS'
import http from "node:http";
import { readFileSync } from "node:fs";
import graph from "@microsoft/microsoft-graph-client";
import { HttpMethod, RequestInformation } from "@microsoft/kiota-abstractions";
import { got } from "./got.mjs";
const { user, filters } = JSON.parse(readFileSync("asked.json"));
const server = http.createServer((request, response) => {
  got("graph client", request.url);
  response.setHeader("content-type", "application/json");
  response.end('{"value": []}');
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const client = graph.Client.init({
  baseUrl: `http://127.0.0.1:${server.address().port}`,
  customHosts: new Set(["127.0.0.1"]),
  authProvider: (done) => done(null, "token"),
});
await client.api(`/users/${user}`).get();
for (const filter of filters) await client.api("/users").filter(filter).select("id").get();
server.close();
const kiota = (template, path, query) => {
  const asked = new RequestInformation(HttpMethod.GET, template, { baseurl: "http://graph.example", ...path });
  asked.queryParameters = query;
  got("kiota, JavaScript", asked.URL);
};
kiota("{+baseurl}/users/{user}", { user }, {});
for (const filter of filters)
  kiota("{+baseurl}/users{?%24filter,%24select}", {}, { "%24filter": filter, "%24select": ["id"] });
JS
cat >ask.py <<'PY'
import json

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

asked = json.load(open("asked.json"))

def url(template, path, query):
    one = RequestInformation(Method.GET, template, {"baseurl": "http://graph.example", **path})
    one.query_parameters = query
    print(one.url)

url("{+baseurl}/users/{user}", {"user": asked["user"]}, {})
for text in asked["filters"]:
    url("{+baseurl}/users{?%24filter,%24select}", {}, {"%24filter": text, "%24select": ["id"]})
PY
cat >show.mjs <<'JS'
import { readFileSync } from "node:fs";
import { got } from "./got.mjs";
for (const address of readFileSync("urls", "utf8").trim().split("\n")) got("kiota, Python", address);
JS
v/bin/python ask.py >urls
{ node ask.mjs; node show.mjs; } >seen.txt
cat >known.txt <<'TXT'
graph client: a.mihon_example.jp
graph client: users $filter=mail eq 'a b@example.jp' ; $select=id
graph client: users $filter=displayName eq '1A ; B'= ; $select=id
graph client: users $filter=displayName eq 'himawari
kiota, JavaScript: a.mihon_example.jp#EXT#@mihon.example
kiota, JavaScript: users $filter=mail eq 'a+b@example.jp' ; $select=id
kiota, JavaScript: users $filter=displayName eq '1A&B' ; $select=id
kiota, JavaScript: users $filter=displayName eq 'himawari#1' ; $select=id
kiota, Python: a.mihon_example.jp#EXT#@mihon.example
kiota, Python: users $filter=mail eq 'a+b@example.jp' ; $select=id
kiota, Python: users $filter=displayName eq '1A&B' ; $select=id
kiota, Python: users $filter=displayName eq 'himawari#1' ; $select=id
TXT
echo "@microsoft/microsoft-graph-client $CLIENT, @microsoft/kiota-abstractions $KIOTA_JS," \
  "microsoft-kiota-abstractions $KIOTA_PY"
echo "guess: all three ask for what was given"
cat seen.txt
diff known.txt seen.txt
