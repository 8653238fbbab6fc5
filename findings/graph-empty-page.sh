#!/usr/bin/env bash
# What Microsoft's own page iterators make of a page of Graph without rows that names a next page.
#
# Graph may answer so: a page of a filtered list or of a delta query holds what is left of it after
# filtering, and a reader has to follow @odata.nextLink until there is none.
#
# Guess: the iterators of the SDKs follow @odata.nextLink, that is what they are for.
# Seen:  the JavaScript client gives the rows of all pages. PageIterator of msgraph-core for Python
#        stops at the first empty page, without an error and without asking for the next one, and
#        whoever lists a tenant with it takes the accounts that follow for missing.
# So:    pages are read here by their links alone, and the fake tenant can leave pages empty.
set -euo pipefail
CORE=1.5.2 HTTP=1.16.0 JSON=1.16.0 CLIENT=3.0.7

dir=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "msgraph-core==$CORE" \
  "microsoft-kiota-http==$HTTP" "microsoft-kiota-serialization-json==$JSON"
echo '{"type": "module"}' >package.json
npm install --silent --no-audit --no-fund --ignore-scripts \
  "@microsoft/microsoft-graph-client@$CLIENT" >/dev/null

cat >serve.mjs <<'JS'
import http from "node:http";
import { writeFileSync } from "node:fs";
const pages = { 1: ["a"], 2: [], 3: ["b"] };
const server = http.createServer((request, response) => {
  const page = Number(new URL(request.url, "http://x").searchParams.get("page") ?? 1);
  const body = { value: pages[page].map((id) => ({ id })) };
  const { port } = server.address();
  if (pages[page + 1]) body["@odata.nextLink"] = `http://127.0.0.1:${port}/v1.0/users?page=${page + 1}`;
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
});
server.listen(0, "127.0.0.1", () => writeFileSync("port", String(server.address().port)));
JS
cat >read.mjs <<'JS'
import graph from "@microsoft/microsoft-graph-client";
const client = graph.Client.init({
  baseUrl: `http://127.0.0.1:${process.argv[2]}`,
  customHosts: new Set(["127.0.0.1"]),
  authProvider: (done) => done(null, "token"),
});
const ids = [];
const first = await client.api("/users").get();
await new graph.PageIterator(client, first, (user) => ids.push(user.id)).iterate();
console.log("JavaScript:", ids.join(" "));
JS
cat >read.py <<'PY'
import asyncio
import json
import sys
import urllib.request
from dataclasses import dataclass, field

from kiota_abstractions.api_client_builder import register_default_deserializer
from kiota_abstractions.authentication import AnonymousAuthenticationProvider
from kiota_abstractions.serialization import Parsable
from kiota_http.httpx_request_adapter import HttpxRequestAdapter
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph_core.tasks.page_iterator import PageIterator


class User(Parsable):
    id = None

    @staticmethod
    def create_from_discriminator_value(node):
        return User()

    def get_field_deserializers(self):
        return {"id": lambda node: setattr(self, "id", node.get_str_value())}

    def serialize(self, writer):
        pass


@dataclass
class Page(Parsable):
    odata_next_link: str | None = None
    value: list = field(default_factory=list)

    @staticmethod
    def create_from_discriminator_value(node):
        return Page()

    def get_field_deserializers(self):
        return {
            "@odata.nextLink": lambda node: setattr(self, "odata_next_link", node.get_str_value()),
            "value": lambda node: setattr(self, "value", node.get_collection_of_object_values(User)),
        }

    def serialize(self, writer):
        pass


async def main(port):
    register_default_deserializer(JsonParseNodeFactory)
    base = f"http://127.0.0.1:{port}/v1.0"
    data = json.load(urllib.request.urlopen(f"{base}/users"))
    users = []
    for row in data["value"]:
        users.append(User())
        users[-1].id = row["id"]
    ids = []
    adapter = HttpxRequestAdapter(AnonymousAuthenticationProvider())
    adapter.base_url = base
    iterator = PageIterator(Page(data["@odata.nextLink"], users), adapter)
    await iterator.iterate(lambda user: ids.append(user.id) or True)
    print("Python:", *ids)


asyncio.run(main(sys.argv[1]))
PY
node serve.mjs &
server=$!
for _ in $(seq 100); do [ -s port ] && break || sleep 0.1; done
{ node read.mjs "$(cat port)"; v/bin/python read.py "$(cat port)"; } >seen.txt
printf 'JavaScript: a b\nPython: a\n' >known.txt
echo "msgraph-core $CORE for Python, microsoft-graph-client $CLIENT for JavaScript"
echo "guess: a b from both (three pages, the second one empty)"
cat seen.txt
diff known.txt seen.txt
