#!/usr/bin/env bash
# Looking for a user by name in a SCIM directory, as whoever provisions does before making one.
#
# Guess: letters' case does not matter in userName and does in externalId (RFC 7643, 4.1.1 and 3.1);
#        filters of SCIM libraries have the schema at hand and compare accordingly.
# Seen:  both filters for Node.js compare userName letter by letter: "a.mihon@…" does not find
#        A.Mihon@…, who is taken for missing, and scimmy does so though it is given its own User.
#        Those for Python do as the RFC says: scim2-filter-parser, in the SQL that it writes, and
#        scim2-server. All four find externalId in its own letters alone.
# So:    a bridge to a second directory looks for its own mark in the letters in which it wrote it,
#        and compares what comes back by itself; that a name was not found is no reason to make one.
set -euo pipefail
SCIMMY=1.3.5 PARSE_FILTER=0.2.10 FILTER_PARSER=0.7.0 SERVER=0.8.3

dir=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check \
  "scim2-filter-parser==$FILTER_PARSER" "scim2-server==$SERVER"
npm init -y >/dev/null
npm install --silent "scimmy@$SCIMMY" "scim2-parse-filter@$PARSE_FILTER" >/dev/null

cat >ask.mjs <<'JS'
import SCIMMY from "scimmy";
import { filter, parse } from "scim2-parse-filter";
const users = [
  { userName: "A.Mihon@ed.example.jp", externalId: "P-1" },
  { userName: "b.mihon@ed.example.jp", externalId: "p-1" },
];
const schema = users.map((user) => new SCIMMY.Schemas.User(user));
const show = (found) => found.map((user) => user.userName[0]).join(",") || "nobody";
for (const asked of ['userName eq "a.mihon@ed.example.jp"', 'externalId eq "p-1"']) {
  const what = asked.split(" ")[0];
  console.log(`scimmy, ${what}: ${show(new SCIMMY.Types.Filter(asked).match(schema))}`);
  console.log(`scim2-parse-filter, ${what}: ${show(users.filter(filter(parse(asked))))}`);
}
JS
cat >ask.py <<'PY'
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from scim2_filter_parser.queries import SQLQuery

COLUMNS = {("userName", None, None): "userName", ("externalId", None, None): "externalId"}
ASKED = ('userName eq "a.mihon@ed.example.jp"', 'externalId eq "p-1"')
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


def call(method, query="", **body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{sys.argv[1]}/v2/Users{query}", method=method,
        data=json.dumps(body).encode() if body else None,
        headers={"Content-Type": "application/scim+json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


for _ in range(300):
    try:
        call("GET")
        break
    except urllib.error.URLError:
        time.sleep(0.2)
for name, mark in (("A.Mihon", "P-1"), ("b.mihon", "p-1")):
    call("POST", schemas=[USER], userName=f"{name}@ed.example.jp", externalId=mark)
for asked in ASKED:
    what = asked.split()[0]
    where = re.search(r"WHERE (.*);", SQLQuery(asked, "users", COLUMNS).sql)[1]
    print(f"scim2-filter-parser, {what}: {where}")
    found = call("GET", f"?filter={urllib.parse.quote(asked)}").get("Resources", [])
    print(f"scim2-server, {what}: {','.join(user['userName'][0] for user in found) or 'nobody'}")
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
v/bin/scim2-server --port "$port" >/dev/null 2>&1 &
server=$!
{ node ask.mjs; v/bin/python ask.py "$port"; } >seen.txt
cat >known.txt <<'TXT'
scimmy, userName: nobody
scim2-parse-filter, userName: nobody
scimmy, externalId: b
scim2-parse-filter, externalId: b
scim2-filter-parser, userName: UPPER(userName) = UPPER(%s)
scim2-server, userName: A
scim2-filter-parser, externalId: externalId = %s
scim2-server, externalId: b
TXT
echo "scimmy $SCIMMY, scim2-parse-filter $PARSE_FILTER," \
  "scim2-filter-parser $FILTER_PARSER, scim2-server $SERVER"
echo "guess: userName finds A in each, externalId b alone"
cat seen.txt
diff known.txt seen.txt
