#!/usr/bin/env bash
# The launch of a pupil of whom a tool is told neither a name nor an e-mail address, in two tools.
#
# LTI leaves name, given_name, family_name and email to the platform, and portals of Japanese schools
# tell a tool none of them unless somebody switches it on; many pupils have no mailbox.
#
# Guess: whoever takes a launch takes one without these claims, since they may be left out.
# Seen:  pylti1p3next does (as do ltijs and JupyterHub's authenticator). @lti-tool/core checks the
#        message against a schema in which all four are required: it refuses the pupil, with a name
#        but no address too, and after the signature has been found good, so that it looks like a
#        fault of the platform. (It is bundled first: three of its modules name others without .js,
#        as Node.js does not.)
# So:    a tool built on it cannot be opened by pupils of whom no address is told, from whatever
#        portal; ask a tool's maker for a launch with `sub` alone before it is bought.
set -euo pipefail
LTI_TOOL=1.0.6 PYLTI=2.0.2 PYJWT=2.15.1 ESBUILD=0.28.2

dir=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server"; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check "pylti1p3next==$PYLTI" "pyjwt[crypto]==$PYJWT" 2>/dev/null
npm init -y >/dev/null
npm install --silent "@lti-tool/core@$LTI_TOOL" "esbuild@$ESBUILD" >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

cat >make.py <<'PY'
import json
import pathlib
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
public |= {"kid": "k", "alg": "RS256", "use": "sig"}
pathlib.Path("www").mkdir()
pathlib.Path("www/jwks.json").write_text(json.dumps({"keys": [public]}))
lti = "https://purl.imsglobal.org/spec/lti/claim/"
told = {
    "iss": "https://portal.example.jp", "aud": "tool", "nonce": "n", "sub": "pupil",
    "iat": int(time.time()), "exp": int(time.time()) + 300,
    lti + "message_type": "LtiResourceLinkRequest", lti + "version": "1.3.0",
    lti + "deployment_id": "S_B108200000018", lti + "target_link_uri": "https://tool.example.jp/",
    lti + "resource_link": {"id": "r"}, lti + "context": {"id": "c"},
    lti + "roles": ["http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"],
}
name = {"name": "見本 花", "given_name": "花", "family_name": "見本"}
tokens = {"sub alone": told, "a name": told | name}
tokens["a name and an address"] = told | name | {"email": "h@example.jp"}
signed = {what: jwt.encode(claims, key, "RS256", {"kid": "k"}) for what, claims in tokens.items()}
pathlib.Path("tokens.json").write_text(json.dumps(signed))
PY
cat >ask.mjs <<'JS'
import { readFileSync } from "node:fs";
import { LTITool } from "@lti-tool/core";
import { SignJWT } from "jose";
const stateSecret = new TextEncoder().encode("thirty-two letters of a test only");
const config = { iss: "https://portal.example.jp", clientId: "tool", deploymentId: "S_B108200000018",
                 jwksUrl: `http://127.0.0.1:${process.argv[2]}/jwks.json` };
const CLAIMS = ["given_name", "family_name", "name", "email"];
const storage = { getLaunchConfig: async () => config, validateNonce: async () => true };
const tool = new LTITool({ stateSecret, storage });
for (const [what, token] of Object.entries(JSON.parse(readFileSync("tokens.json", "utf8")))) {
  const state = await new SignJWT({ nonce: "n" })
    .setProtectedHeader({ alg: "HS256" }).setExpirationTime("1m").sign(stateSecret);
  const said = await tool.verifyLaunch(token, state).then(
    (found) => `believes ${found.sub}`,
    (wrong) => `refuses, for it misses ${CLAIMS.filter((one) => wrong.message.includes(`"${one}"`))}`,
  );
  console.log(`@lti-tool/core, ${what}: ${said}`);
}
JS
cat >ask.py <<'PY'
import json
import sys

from pylti1p3.message_launch import MessageLaunch
from pylti1p3.tool_config import ToolConfDict

jwks = f"http://127.0.0.1:{sys.argv[1]}/jwks.json"
portal = {"default": True, "client_id": "tool", "auth_login_url": "x", "auth_token_url": "x",
          "key_set_url": jwks, "deployment_ids": ["S_B108200000018"]}


class Launch(MessageLaunch):
    def __init__(self, token, tools):
        kept = {"session_service": object(), "cookie_service": object()}
        super().__init__(None, tools, **kept)
        self._token = token

    def _get_request_param(self, key):
        return {"id_token": self._token, "state": "s"}.get(key)

    def validate_state(self):
        return self

    def validate_nonce(self):
        return self

    def save_launch_data(self):
        return self


for what, token in json.load(open("tokens.json")).items():
    try:
        tools = ToolConfDict({"https://portal.example.jp": [portal]})
        found = Launch(token, tools).validate().get_launch_data()
        said = f"believes {found['sub']}"
    except Exception as wrong:
        said = f"refuses: {type(wrong).__name__} {wrong}"
    print(f"pylti1p3next, {what}: {said}")
PY
v/bin/python make.py
python3 -m http.server --bind 127.0.0.1 --directory www "$port" >/dev/null 2>&1 &
server=$!
for _ in $(seq 50); do
  python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/jwks.json')" 2>/dev/null && break
  sleep 0.1
done
node_modules/.bin/esbuild ask.mjs --bundle --platform=node --format=esm --outfile=asked.mjs --log-level=error
{ node asked.mjs "$port"; v/bin/python ask.py "$port"; } >seen.txt
cat >known.txt <<'TXT'
@lti-tool/core, sub alone: refuses, for it misses given_name,family_name,name,email
@lti-tool/core, a name: refuses, for it misses email
@lti-tool/core, a name and an address: believes pupil
pylti1p3next, sub alone: believes pupil
pylti1p3next, a name: believes pupil
pylti1p3next, a name and an address: believes pupil
TXT
echo "@lti-tool/core $LTI_TOOL, pylti1p3next $PYLTI"
echo "guess: both believe the pupil, three times"
cat seen.txt
diff known.txt seen.txt
