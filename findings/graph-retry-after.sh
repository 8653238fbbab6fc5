#!/usr/bin/env bash
# How long Microsoft's own clients wait when Graph says 429 with a Retry-After of five minutes.
#
# Graph asks that nobody come back before that time is over: what comes earlier counts too.
#
# Guess: they wait as long as Graph says, however long, or tell the caller at once.
# Seen:  the clients for JavaScript (Graph's and kiota's) wait for 180 seconds and some jitter, three
#        times, each time too early, and give the 429 back after nine minutes. The one for Python gives
#        it back at once, without waiting. Ten seconds all three keep to the second. (No script waits:
#        their timers are taken over.)
# So:    a bridge that has to get through a throttled tenant keeps Graph's time itself; the handler of
#        an SDK does not, and what it does depends on the language.
set -euo pipefail
CLIENT=3.0.7 KIOTA_JS=1.0.0-preview.109 KIOTA_PY=1.16.0

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "microsoft-kiota-http==$KIOTA_PY"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts \
  "@microsoft/microsoft-graph-client@$CLIENT" "@microsoft/kiota-http-fetchlibrary@$KIOTA_JS" >/dev/null

cat >ask.mjs <<'JS'
import * as graph from "@microsoft/microsoft-graph-client";
import * as kiota from "@microsoft/kiota-http-fetchlibrary";
const timer = globalThis.setTimeout;
let waits = [];
globalThis.setTimeout = (done, milliseconds) => { waits.push(Math.floor(milliseconds / 1000)); return timer(done, 0); };
const answer = (seconds) => new Response("{}", { status: 429, headers: { "Retry-After": seconds } });
const url = "https://graph.example/v1.0/users";
const ways = {
  "graph client": async (seconds, count) => {
    const handler = new graph.RetryHandler(new graph.RetryHandlerOptions());
    handler.setNext({ execute: async (context) => { count(); context.response = answer(seconds); } });
    await handler.execute({ request: url, options: { method: "GET", headers: {} } });
  },
  "kiota, JavaScript": async (seconds, count) => {
    const handler = new kiota.RetryHandler(new kiota.RetryHandlerOptions());
    handler.next = { execute: async () => { count(); return answer(seconds); } };
    await handler.execute(url, { method: "GET", headers: {} });
  },
};
for (const [who, way] of Object.entries(ways))
  for (const seconds of ["10", "300"]) {
    waits = [];
    let asked = 0;
    await way(seconds, () => { asked += 1; });
    const kept = waits.map((wait) => (wait >= Number(seconds) ? "kept" : wait >= 180 && wait < 182 ? "180" : wait));
    console.log(`${who}, ${seconds} s: asked ${asked}, waited ${kept.join(" ") || "never"}`);
  }
JS
cat >ask.py <<'PY'
import asyncio

import httpx
from kiota_http.middleware import RetryHandler
from kiota_http.middleware.options import RetryHandlerOption

class Busy(httpx.AsyncBaseTransport):
    def __init__(self, seconds):
        self.seconds, self.asked = seconds, 0

    async def handle_async_request(self, request):
        self.asked += 1
        return httpx.Response(429, headers={"Retry-After": self.seconds}, request=request)

async def ask(seconds):
    waits, busy = [], Busy(seconds)
    request = httpx.Request("GET", "https://graph.example/v1.0/users")
    request.options = {}

    async def sleep(wait):
        waits.append("kept" if wait >= int(seconds) else str(wait))

    slept, asyncio.sleep = asyncio.sleep, sleep
    await RetryHandler(RetryHandlerOption()).send(request, busy)
    asyncio.sleep = slept
    print(f"kiota, Python, {seconds} s: asked {busy.asked}, waited {' '.join(waits) or 'never'}")

for seconds in ("10", "300"):
    asyncio.run(ask(seconds))
PY
{ node ask.mjs; v/bin/python ask.py; } >seen.txt
cat >known.txt <<'TXT'
graph client, 10 s: asked 4, waited kept kept kept
graph client, 300 s: asked 4, waited 180 180 180
kiota, JavaScript, 10 s: asked 4, waited kept kept kept
kiota, JavaScript, 300 s: asked 4, waited 180 180 180
kiota, Python, 10 s: asked 4, waited kept kept kept
kiota, Python, 300 s: asked 1, waited never
TXT
echo "@microsoft/microsoft-graph-client $CLIENT, @microsoft/kiota-http-fetchlibrary $KIOTA_JS," \
  "microsoft-kiota-http $KIOTA_PY"
echo "guess: each waits as long as it is told, or gives up at once"
cat seen.txt
diff known.txt seen.txt
