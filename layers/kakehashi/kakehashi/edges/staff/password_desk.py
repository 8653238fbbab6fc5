"""パスワード: who waits for one, making them, and handing them out once.

s3://<passwords>/inbox/<city>/passwords/made-….csv    what a night reads: it starts a run
s3://<passwords>/inbox/<city>/passwords/staff-made-….csv    the same, of members of staff
s3://<passwords>/inbox/<city>/passwords/sent-….csv    the same, of what a school has chosen
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
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from kakehashi.catalogue import staff as rules
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.catalogue.staffing import NO_FIRST_PASSWORD
from kakehashi.edges import plans, staff_files
from kakehashi.edges.errors import LostRace
from kakehashi.edges.objects import Objects
from kakehashi.edges.staff import sending
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken, note
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.initial import Slip, as_csv, make
from kakehashi.refusal import Refusal
from kakehashi.report.slips import encrypted_workbook
from kakehashi.roster import JAPAN
from kakehashi.run_folder.roster import pupils
from kakehashi.staff import checking, password_page
from kakehashi.staff.uploading import Upload, UploadPurpose

TAKEN_WITHIN = 3600  # seconds
MADE_SECONDS = 400 * 86_400  # longer than any run is the newest
SIGN_IN_AT = "https://www.office.com/"

type Making = dict[str, Any]
"""What is kept of one: token, count, school (its name, "" for all), ends, versions by kind."""


def page(asked: Asked) -> tuple[password_page.PasswordsPage, Sequence[str]]:
    """The page, and the origin to which its form for files goes."""
    upload, origins = _form(asked)
    return password_page.passwords(waiting(asked).values(), _can_be_taken(asked), upload), origins


def waiting(asked: Asked) -> dict[str, Pupil]:
    """Whom the newest plans hold for want of a password, by userMasterIdentifier or mark, without
    those for whom somebody has made or sent one since. Staff as ``password_page.of_staff``."""
    held = _held(asked)
    found = {one.id: one for one in _roster(asked, held)} if held else {}
    return found | {one.id: one for one in _staff_waiting(asked)}


def _staff_waiting(asked: Asked) -> Iterator[Pupil]:
    """Of a city without staff nobody."""
    run_id, found = asked.deps.state(asked.city).proposals(), asked.deps.rules(asked.city)
    if not run_id or found is None or (rules_ := found.city.staff) is None:
        return
    folder = asked.deps.folder(run_id)
    told = staff_files.plan_header(folder).held
    held = set(told.get(NO_FIRST_PASSWORD.code, ())).difference(*_lots(asked, run_id))
    for one in staff_files.employments(folder) if held else ():
        if one.id in held:
            account = one.account or f"{rules_.sign_in_of(one.number)}@{found.city.domain}"
            yield password_page.of_staff(one, account)


def _held(asked: Asked) -> frozenset[str]:
    run_id = asked.deps.state(asked.city).proposals()
    told = plans.header(asked.deps.folder(run_id)).held if run_id else {}
    held = frozenset(told.get(NO_PASSWORD.code, ()))
    return held - {one for lot in _lots(asked, run_id) for one in lot}


def _roster(asked: Asked, only: Collection[str] | None = None) -> Iterator[Pupil]:
    """Everybody in the newest plan's roster, or ``only`` these."""
    run_id = asked.deps.state(asked.city).proposals()
    return pupils(asked.deps.folder(run_id), only) if run_id else iter(())


# -- those that a school has chosen ----------------------------------------------------------------


def uploaded(asked: Asked) -> password_page.PasswordsPage | Refusal:
    """S3 leads back here: what it says is a hint, the file itself is looked at."""
    found = _looked(asked, sending.placed(asked))
    if isinstance(found, Refusal):
        return found
    looked, token = found.looked, found.file.token
    checked = replace(looked.checked, token=token if looked.good else "")
    return password_page.passwords(waiting(asked).values(), _can_be_taken(asked), None, checked)


def take_in(asked: Asked) -> Judged:
    """The file goes where a night looks for it, and its arrival starts that night."""
    file = sending.placed(asked)
    found = _looked(asked, file)
    order = StaffOrder("send passwords", after=file.name)
    if isinstance(found, Refusal):
        return OrderNotTaken(order, found)
    if not found.looked.good:
        return OrderNotTaken(order, Refusal(rules.NOTHING_TO_START))

    def act() -> None:
        if found.ended:
            _claim(asked, sorted(found.ended))
        _vault(asked.deps).put(_place_for_a_night(asked, "sent"), io.BytesIO(found.body))
        _vault(asked.deps).remove(file.key, found.version)

    return Taken(order, "/passwords", "started", act)


@dataclass(frozen=True, slots=True)
class _Looked:
    """A file with passwords: ``ended`` are the pupils who then wait no more."""

    file: sending.Placed
    looked: checking.Looked
    ended: frozenset[str]
    body: bytes = field(repr=False)
    version: str


def _looked(asked: Asked, file: sending.Placed) -> _Looked | Refusal:
    found, city = sending.body_of(_vault(asked.deps), file), asked.deps.rules(asked.city)
    if isinstance(found, Refusal) or file.kind is not UploadPurpose.PASSWORDS or city is None:
        return found if isinstance(found, Refusal) else Refusal(rules.NOTHING_UPLOADED)
    body, version = found
    shared = city.city.passwords.shared
    looked, ended = checking.passwords(body, _roster(asked), _held(asked), shared)
    return _Looked(file, looked, ended, body, version)


def _form(asked: Asked) -> tuple[Upload, list[str]]:
    bucket, folder = asked.deps.for_passwords.passwords_bucket, f"sent/{asked.city}"
    return sending.form(asked, bucket, folder, "/passwords",
                        sending.Placed("", kind=UploadPurpose.PASSWORDS))  # fmt: skip


# -- those that are made here ----------------------------------------------------------------------


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
        _claim(asked, [pupil.id for pupil in pupils])
        place = password_page.name_of(pupils[0]) if school else ""
        _keep(asked, made, key, place)  # nobody else knows them
        for how, some in password_page.by_population(made).items():
            _vault(asked.deps).put(_place_for_a_night(asked, how), io.BytesIO(as_csv(some)))

    return Taken(told, "/passwords", "made", act)


def _place_for_a_night(asked: Asked, how: str) -> str:
    moment = asked.caller.now.astimezone(JAPAN)
    return f"inbox/{asked.city}/passwords/{how}-{moment:%Y%m%dT%H%M%S}-{asked.number}.csv"


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


def _claim(asked: Asked, ids: Sequence[str]) -> None:
    """Raises LostRace where somebody makes passwords at the same moment."""
    run_id, now = asked.deps.state(asked.city).proposals(), _now(asked)
    lots = list(_lots(asked, run_id))
    overlap = any(not set(ids).isdisjoint(lot) for lot in lots)
    name, ends = _lot(asked, run_id, len(lots) + 1), now + MADE_SECONDS
    kept, body = asked.deps.kept, {"pupils": list(ids)}
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


def _can_be_taken(asked: Asked) -> list[password_page.Made]:
    """What this person can still take out."""
    return [_told(one) for one in _makings(asked) if one["versions"]]


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
