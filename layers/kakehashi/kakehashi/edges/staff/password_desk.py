"""パスワード: who waits for one, making them, and handing them out once.

s3://<passwords>/inbox/<city>/passwords/made-….csv    what a night reads: it starts a run
s3://<passwords>/slips/<city>/<digest>.json           what is to be printed, till it is taken
s3://<passwords>/slips/<city>/<digest>.xlsx           the same, encrypted with the clerk's own key

Each making has its own slips, and several can wait side by side. They go with the version that
they are, when somebody takes them, or after an hour for whoever asks; the bucket tidies up after a
day. Nothing of them is in a table, a log or the record.

Whom passwords were made for is kept till another run asks: the file is on its way to a night, and
a second one would give the same children other passwords than stand on their slips.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from kakehashi.catalogue import staff as rules
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.edges import plans
from kakehashi.edges.errors import LostRace
from kakehashi.edges.objects import Objects
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken, note
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.initial import Slip, as_csv, make
from kakehashi.refusal import Refusal
from kakehashi.report.slips import encrypted_workbook
from kakehashi.roster import JAPAN
from kakehashi.staff import password_page

TAKEN_WITHIN = 3600  # seconds
MADE_SECONDS = 400 * 86_400  # longer than any run is the newest
SIGN_IN_AT = "https://www.office.com/"

type Making = dict[str, Any]
"""What is kept of one: token, count, school (its name, "" for all), ends, versions by kind."""


def page(asked: Asked) -> password_page.PasswordsPage:
    made = [_told(one) for one in _makings(asked) if one["versions"]]
    return password_page.passwords(waiting(asked).values(), made)


def waiting(asked: Asked) -> dict[str, Pupil]:
    """Pupils whom the newest plan holds for want of a password, by userMasterIdentifier, without
    those for whom somebody has made one since."""
    run_id = asked.deps.state(asked.city).proposals()
    if not run_id:
        return {}
    folder = asked.deps.folder(run_id)
    held = frozenset(plans.header(folder).held.get(NO_PASSWORD.code, ()))
    held -= {one for lot in _lots(asked, run_id) for one in lot}
    rows = (row["pupil"] for row in folder.lines("desired.jsonl")) if held else ()
    return {row["id"]: Pupil.from_json(row) for row in rows if row["id"] in held}


def make_them(asked: Asked) -> Judged:
    form, found = asked.form, asked.deps.rules(asked.city)
    school, key = form.get("school"), form.get("key")
    order = StaffOrder("make passwords")
    if len(key) < password_page.SHORTEST_KEY or key != form.get("key_again"):
        return OrderNotTaken(order, Refusal(rules.WEAK_KEY))
    everybody = waiting(asked).values()
    pupils = password_page.lot(everybody, school)
    if not pupils or found is None:
        return OrderNotTaken(order, Refusal(rules.NOBODY_WAITS))
    if not school and len(everybody) > len(pupils):
        return OrderNotTaken(order, Refusal(rules.TOO_MANY_AT_ONCE))
    told = StaffOrder("make passwords", after=f"{len(pupils)} 人")

    def act() -> None:
        made = make(pupils, found.city.passwords, secrets.SystemRandom())
        _claim(asked, pupils)
        _keep(asked, made, key, pupils[0].school_name if school else "")  # nobody else knows them
        moment = asked.caller.now.astimezone(JAPAN)
        where = f"inbox/{asked.city}/passwords/made-{moment:%Y%m%dT%H%M%S}-{asked.number}.csv"
        _vault(asked.deps).put(where, io.BytesIO(as_csv(made)))

    return Taken(told, "/passwords", "made", act)


def take_workbook[T](asked: Asked, draw: Callable[[bytes], T]) -> T | Refusal:
    return _take(asked, "xlsx", draw)


def take_slips[T](asked: Asked, draw: Callable[[password_page.Slips], T]) -> T | Refusal:
    """The sheets to print."""

    def sheets(body: bytes) -> T:
        given = [(Pupil.from_json(row["pupil"]), row["password"]) for row in json.loads(body)]
        return draw(password_page.slips(given, SIGN_IN_AT))

    return _take(asked, "json", sheets)


# -- for whom they were made ---------------------------------------------------------------------


def _lots(asked: Asked, run_id: str) -> Iterator[Sequence[str]]:
    """Ids of the pupils of each making since this run asked, by whomever."""
    for n in count(1):
        lot = asked.deps.kept.peek("MADE", _lot(asked, run_id, n), _now(asked))
        if lot is None:
            return
        yield lot["pupils"]


def _claim(asked: Asked, pupils: Sequence[Pupil]) -> None:
    """Raises LostRace where somebody makes passwords at the same moment."""
    run_id, now = asked.deps.state(asked.city).proposals(), _now(asked)
    lots, ids = list(_lots(asked, run_id)), [one.id for one in pupils]
    overlap = any(not set(ids).isdisjoint(lot) for lot in lots)
    name, ends = _lot(asked, run_id, len(lots) + 1), now + MADE_SECONDS
    kept, body = asked.deps.kept, {"pupils": ids}
    if overlap or not kept.swap("MADE", name, body, ends, before=None, now=now):
        raise LostRace("somebody else makes passwords")


def _lot(asked: Asked, run_id: str, n: int) -> str:
    return f"{asked.city} {run_id} {n}"


# -- what is kept for an hour --------------------------------------------------------------------


def _keep(asked: Asked, made: list[Slip], key: str, school: str) -> None:
    token, vault = secrets.token_urlsafe(24), _vault(asked.deps)
    rows = [{"pupil": slip.pupil.to_json(), "password": slip.password} for slip in made]
    kept = {
        "json": vault.put(_place(asked, token, "json"), io.BytesIO(json.dumps(rows).encode())),
        "xlsx": vault.put(_place(asked, token, "xlsx"), io.BytesIO(encrypted_workbook(made, key))),
    }
    ends = _now(asked) + TAKEN_WITHIN
    one = {"token": token, "count": len(made), "school": school, "ends": ends, "versions": kept}
    _note(asked, lambda makings: [*makings, one])


def _makings(asked: Asked) -> list[Making]:
    """This person's of the last hour, in this city, the oldest first."""
    return _alive(asked, asked.deps.kept.peek("SLIPS", _name(asked), _now(asked)))


def _alive(asked: Asked, body: dict[str, Any] | None) -> list[Making]:
    return [one for one in (body or {}).get("made", ()) if one["ends"] > _now(asked)]


def _note(asked: Asked, change: Callable[[list[Making]], list[Making]]) -> None:
    """Raises LostRace where they have changed meanwhile."""
    kept, now = asked.deps.kept, _now(asked)
    before = kept.peek("SLIPS", _name(asked), now)
    after = change(_alive(asked, before))
    ends = max(one["ends"] for one in after)
    if not kept.swap("SLIPS", _name(asked), {"made": after}, ends, before=before, now=now):
        raise LostRace("the slips of this person have changed")


def _take[T](asked: Asked, kind: str, draw: Callable[[bytes], T]) -> T | Refusal:
    """Whoever has made them, once: drawn first, since a page that fails must not cost the slips;
    then noted, taken off the list, removed, and only then handed out."""
    order, token = StaffOrder("take slips", after=kind), asked.form.get("token")
    vault, where = _vault(asked.deps), _place(asked, token, kind)
    mine = [one for one in _makings(asked) if one["token"] == token]
    version = mine[0]["versions"].get(kind, "") if mine else ""
    found = vault.read(where, version) if version else None
    if found is None:
        note(asked.deps, asked.caller, order, rules.TAKEN_ALREADY.code)
        return Refusal(rules.TAKEN_ALREADY)
    drawn = draw(found["Body"].read())
    note(asked.deps, asked.caller, order)
    try:
        _note(asked, lambda makings: [_without(one, token, kind) for one in makings])
    except LostRace:
        note(asked.deps, asked.caller, order, rules.OUR_FAULT.code)
        raise
    vault.remove(where, version)
    return drawn


def _without(one: Making, token: str, kind: str) -> Making:
    if one["token"] != token:
        return one
    left = {name: version for name, version in one["versions"].items() if name != kind}
    return one | {"versions": left}


def _told(one: Making) -> password_page.Made:
    until = datetime.fromtimestamp(one["ends"], UTC).isoformat()
    return password_page.Made(
        one["token"], one["count"], until, one["school"], tuple(one["versions"])
    )


def _name(asked: Asked) -> str:
    return f"{asked.caller.viewer.oid} {asked.city}"


def _now(asked: Asked) -> int:
    return int(asked.caller.now.timestamp())


def _place(asked: Asked, token: str, kind: str) -> str:
    return f"slips/{asked.city}/{hashlib.sha256(token.encode()).hexdigest()}.{kind}"


def _vault(deps: StaffDependencies) -> Objects:
    return Objects(deps.s3, deps.for_passwords.passwords_bucket)
