#!/usr/bin/env bash
# Microsoft Entra's provisioning requests, given to three SCIM libraries.
#
# Guess: a SCIM library takes the PATCH requests that Entra's own documentation shows, and a user
#        whose "active" was replaced by "False" is not active afterwards.
# Seen:  three libraries, three answers. scim2-models reads the text "False" as false; scimmy refuses
#        the request; scim-patch stores the text, which is true for every program that asks
#        `if (user.active)`: a suspended pupil stays active. The work e-mail of a user who has none
#        is made by scim-patch alone. A member named by "value" in a remove, Entra's older form, is
#        taken out by both libraries for Node.js and refused by scim2-models.
# So:    a bridge to a second directory sends booleans and plain values, and reads the user back.
set -euo pipefail
SCIM2_MODELS=0.12.3 SCIMMY=1.3.5 SCIM_PATCH=0.8.3

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v && v/bin/pip install -q --disable-pip-version-check "scim2-models==$SCIM2_MODELS"
npm init -y >/dev/null
npm install --silent "scimmy@$SCIMMY" "scim-patch@$SCIM_PATCH" >/dev/null

cat >ask.py <<'PY'
from scim2_models import Email, Group, GroupMember, PatchOp, User

SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

def ask(kind, held, show, **op):
    try:
        PatchOp[kind].model_validate({"schemas": [SCHEMA], "Operations": [op]}).patch(held)
    except Exception as exc:
        return f"refused ({type(exc).__name__})"
    return show(held)

user = lambda: User(user_name="a.mihon", active=True)
group = Group(display_name="3-2", members=[GroupMember(value="1"), GroupMember(value="2")])
print("scim2-models suspend:", ask(User, user(), lambda u: repr(u.active),
                                   op="Replace", path="active", value="False"))
print("scim2-models e-mail:", ask(User, user(), lambda u: "made" if u.emails else "not made",
      op="Add", path='emails[type eq "work"].value', value="a.mihon@example.jp"))
print("scim2-models member:", ask(Group, group, lambda g: ",".join(m.value for m in g.members),
                                  op="Remove", path="members", value=[{"value": "1"}]))
PY
cat >ask.mjs <<'JS'
import SCIMMY from "scimmy";
import patching from "scim-patch";
const schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const core = "urn:ietf:params:scim:schemas:core:2.0:";
const user = () => ({ id: "1", userName: "a.mihon", active: true });
const group = () => ({ id: "2", displayName: "3-2", members: [{ value: "1" }, { value: "2" }] });
const ways = {
  scimmy: (kind, held, op) =>
    new SCIMMY.Messages.PatchOp({ schemas: [schema], Operations: [op] }).apply(
      new SCIMMY.Schemas[kind](held)),
  "scim-patch": (kind, held, op) =>
    patching.scimPatch({ schemas: [core + kind], meta: {}, ...held }, [op]),
};
for (const [library, way] of Object.entries(ways)) {
  const ask = async (what, kind, held, op, show) => {
    let answer;
    try { answer = show(await way(kind, held, op)); }
    catch (error) { answer = `refused (${error.constructor.name})`; }
    console.log(`${library} ${what}: ${answer}`);
  };
  await ask("suspend", "User", user(), { op: "Replace", path: "active", value: "False" },
    (u) => JSON.stringify(u.active));
  await ask("e-mail", "User", user(),
    { op: "Add", path: 'emails[type eq "work"].value', value: "a.mihon@example.jp" },
    (u) => (u.emails?.length ? "made" : "not made"));
  await ask("member", "Group", group(), { op: "Remove", path: "members", value: [{ value: "1" }] },
    (g) => g.members.map((m) => m.value).join(","));
}
JS
{ v/bin/python ask.py; node ask.mjs; } >seen.txt
cat >known.txt <<'TXT'
scim2-models suspend: False
scim2-models e-mail: refused (NoTargetException)
scim2-models member: refused (InvalidValueException)
scimmy suspend: refused (SCIMError)
scimmy e-mail: refused (SCIMError)
scimmy member: 2
scim-patch suspend: "False"
scim-patch e-mail: made
scim-patch member: 2
TXT
echo "scim2-models $SCIM2_MODELS, scimmy $SCIMMY, scim-patch $SCIM_PATCH"
echo "guess: all three suspend the user, make the e-mail and take out the member"
cat seen.txt
diff known.txt seen.txt
