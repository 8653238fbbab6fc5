#!/usr/bin/env bash
# Which organizational unit Google's own Directory clients ask to delete, where a name has a # in it.
#
# Guess: a client library encodes what it puts into a path, as it does with a user's key.
# Seen:  the path of a unit is an RFC 6570 "reserved" expansion ({+orgUnitPath}), so that its slashes
#        stay, and with them # and ? stay as they are. Of 見本小学校/ひまわり#1 the clients for Python
#        and for Node.js both send DELETE for 見本小学校/ひまわり: the other class, with what is in it
#        left to its parent. Behind a question mark begins the query. A user's key is encoded.
# So:    a bridge to a second directory percent-encodes each part of a unit's path itself, or names
#        units by their id.
set -euo pipefail
PYTHON=2.202.0 NODE=32.1.0 # google-api-python-client, @googleapis/admin

dir=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v && v/bin/pip install -q --disable-pip-version-check "google-api-python-client==$PYTHON"
npm init -y >/dev/null
npm install --silent "@googleapis/admin@$NODE" >/dev/null

cat >server.py <<'PY'
import http.server
import urllib.parse

class Seen(http.server.BaseHTTPRequestHandler):
    def do_DELETE(self):
        path, _, query = self.path.partition("?")
        unit = urllib.parse.unquote(path.partition("/orgunits/")[2])
        with open("seen", "a", encoding="utf-8") as file:
            file.write(f"deleted {unit or urllib.parse.unquote(path.rpartition('/')[2])}\n")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass

made = http.server.HTTPServer(("127.0.0.1", 0), Seen)
open("port", "w").write(str(made.server_port))
made.serve_forever()
PY
python3 server.py &
server=$!
for _ in $(seq 50); do test -s port || sleep 0.1; done
export PORT=$(cat port)

cat >ask.py <<'PY'
import os
import sys

import httplib2
from googleapiclient.discovery import build

at = {"api_endpoint": f"http://127.0.0.1:{os.environ['PORT']}/"}
google = build("admin", "directory_v1", static_discovery=True, http=httplib2.Http(), client_options=at)
for path in ("見本小学校/ひまわり#1", "見本小学校/すみれ?"):
    google.orgunits().delete(customerId="my_customer", orgUnitPath=path).execute()
google.users().delete(userKey="s#1@example.jp").execute()
PY
cat >ask.mjs <<'JS'
import google from "@googleapis/admin";
const rootUrl = `http://127.0.0.1:${process.env.PORT}/`;
const client = google.admin({ version: "directory_v1", rootUrl });
for (const orgUnitPath of ["見本小学校/ひまわり#1", "見本小学校/すみれ?"])
  await client.orgunits.delete({ customerId: "my_customer", orgUnitPath });
await client.users.delete({ userKey: "s#1@example.jp" });
JS
for ask in "v/bin/python ask.py" "node ask.mjs"; do
  echo "${ask%% *}:" >>seen
  env -u HTTP_PROXY -u http_proxy $ask >/dev/null
done
cat >expected <<'TXT'
v/bin/python:
deleted 見本小学校/ひまわり
deleted 見本小学校/すみれ
deleted s#1@example.jp
node:
deleted 見本小学校/ひまわり
deleted 見本小学校/すみれ
deleted s#1@example.jp
TXT
diff expected seen && cat seen
