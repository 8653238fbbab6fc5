"""パスワード: who waits for one, making them, and handing them out once.

s3://<passwords>/inbox/<city>/passwords/made-….csv    what a night reads: it starts a run
s3://<passwords>/slips/<city>/<digest>.json           what is to be printed, till it is taken
s3://<passwords>/slips/<city>/<digest>.xlsx           the same, encrypted with the clerk's own key

Both slips go with the version that they are, when somebody takes them, or after an hour for
whoever asks; the bucket tidies up after a day. Nothing of them is in a table, a log or the record.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from kakehashi.catalogue import staff as rules
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.edges.objects import Objects
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.house import House
from kakehashi.edges.staff.orders import Judged, NotTaken, Order, Taken, note
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.initial import Slip, as_csv, make
from kakehashi.refusal import Refusal
from kakehashi.report.slips import encrypted_workbook
from kakehashi.roster import JAPAN
from kakehashi.staff import passwords

TAKEN_WITHIN = 3600  # seconds
SIGN_IN_AT = "https://www.office.com/"
MADE = "made"


def page(asked: Asked) -> passwords.Passwords:
    return passwords.passwords(waiting(asked).values(), _made(asked))


def waiting(asked: Asked) -> dict[str, Pupil]:
    """Pupils whom the newest plan holds for want of a password, by userMasterIdentifier."""
    run_id = asked.house.state(asked.city).proposals()
    if not run_id:
        return {}
    folder = asked.house.folder(run_id)
    held = frozenset(folder.get_json("plan.json").get("held", {}).get(NO_PASSWORD.code, ()))
    rows = (row["pupil"] for row in folder.lines("desired.jsonl")) if held else ()
    return {row["id"]: Pupil.from_json(row) for row in rows if row["id"] in held}


def make_them(asked: Asked) -> Judged:
    form, found = asked.form, asked.house.rules(asked.city)
    school, key = form.get("school"), form.get("key")
    order = Order("make passwords")
    if len(key) < passwords.SHORTEST_KEY or key != form.get("key_again"):
        return NotTaken(order, Refusal(rules.WEAK_KEY))
    pupils = [one for one in waiting(asked).values() if school in {"", one.school}]
    if not pupils or found is None:
        return NotTaken(order, Refusal(rules.NOBODY_WAITS))
    told = Order("make passwords", after=f"{len(pupils)} 人")

    def act() -> None:
        made = make(pupils, found.city.passwords, secrets.SystemRandom())
        _keep(asked, made, key)  # first, since nobody else knows them
        moment = asked.caller.now.astimezone(JAPAN)
        where = f"inbox/{asked.city}/passwords/made-{moment:%Y%m%dT%H%M%S}-{asked.number}.csv"
        _vault(asked.house).put(where, io.BytesIO(as_csv(made)))

    return Taken(told, "/passwords", "made", act)


def take_workbook(asked: Asked) -> bytes | Refusal:
    return _take(asked, "xlsx")


def take_slips(asked: Asked) -> passwords.Slips | Refusal:
    """The sheets to print. Who the passwords are for is looked up anew."""
    body = _take(asked, "json")
    if isinstance(body, Refusal):
        return body
    given = [(Pupil.from_json(row["pupil"]), row["password"]) for row in json.loads(body)]
    return passwords.slips(given, SIGN_IN_AT)


# -- what is kept for an hour --------------------------------------------------------------------


def _keep(asked: Asked, made: list[Slip], key: str) -> None:
    token, vault = secrets.token_urlsafe(24), _vault(asked.house)
    rows = [{"pupil": slip.pupil.to_json(), "password": slip.password} for slip in made]
    kept = {
        "json": vault.put(_place(asked, token, "json"), io.BytesIO(json.dumps(rows).encode())),
        "xlsx": vault.put(_place(asked, token, "xlsx"), io.BytesIO(encrypted_workbook(made, key))),
    }
    ends = int(asked.caller.now.timestamp()) + TAKEN_WITHIN
    facts: dict[str, Any] = {"token": token, "count": len(made), "ends": ends, "versions": kept}
    asked.house.kept.keep_as("UPLOAD", _name(asked), facts, ends)


def _name(asked: Asked) -> str:
    return f"{MADE} {asked.caller.viewer.oid} {asked.city}"


def _facts(asked: Asked) -> Mapping[str, Any]:
    now = int(asked.caller.now.timestamp())
    return asked.house.kept.look("UPLOAD", _name(asked), now) or {}


def _made(asked: Asked) -> passwords.Made | None:
    facts = _facts(asked)
    if not facts.get("versions"):
        return None
    until = datetime.fromtimestamp(facts["ends"], UTC).isoformat()
    return passwords.Made(facts["token"], facts["count"], until)


def _take(asked: Asked, kind: str) -> bytes | Refusal:
    """Whoever has made them, once. Noted before it is handed out, and gone before it arrives."""
    facts, token = dict(_facts(asked)), asked.form.get("token")
    version = facts.get("versions", {}).get(kind, "")
    order = Order("take slips", after=kind)
    if not version or not secrets.compare_digest(token, facts["token"]):
        note(asked.house, asked.caller, order, rules.TAKEN_ALREADY.code)
        return Refusal(rules.TAKEN_ALREADY)
    note(asked.house, asked.caller, order)
    vault, where = _vault(asked.house), _place(asked, token, kind)
    found = vault.read(where, version)
    body = found["Body"].read() if found else b""
    vault.remove(where, version)
    left = {name: one for name, one in facts["versions"].items() if name != kind}
    asked.house.kept.keep_as("UPLOAD", _name(asked), facts | {"versions": left}, facts["ends"])
    return body or Refusal(rules.TAKEN_ALREADY)


def _place(asked: Asked, token: str, kind: str) -> str:
    return f"slips/{asked.city}/{hashlib.sha256(token.encode()).hexdigest()}.{kind}"


def _vault(house: House) -> Objects:
    return Objects(house.s3, house.for_passwords.passwords_bucket)
