"""届いたか, 予行: what came and what became of it, and files that somebody sends by hand.

What was sent is looked at, and started or handed on only when somebody says so:

s3://<inbox>/inbox/<city>/approvals/<moment>-<form>.…       answers: their arrival starts a run
s3://<inbox>/inbox/<city>/staff/<moment>-<form>.…           a list of staff: the next night's
s3://<inbox>/receipts/<city>/<tool>/<moment>-<form>.csv     a receipt: the next delivery reads it
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, islice

from kakehashi import deliver
from kakehashi.catalogue import staff as rules
from kakehashi.city import City
from kakehashi.edges import plans
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder
from kakehashi.edges.staff import sending
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
from kakehashi.edges.staff.reading import all_schools
from kakehashi.edges.staff.sending import Placed
from kakehashi.edges.staff.starting import start
from kakehashi.people.staff import STAFF
from kakehashi.refusal import Refusal
from kakehashi.report.summary_file import was_rehearsed
from kakehashi.report.upload_receipt import SUFFIXES, beside
from kakehashi.roster import JAPAN
from kakehashi.staff import arrived, checking, rehearsal
from kakehashi.staff.checking import Looked
from kakehashi.staff.uploading import NEEDS, Upload, UploadChoice, UploadPurpose
from kakehashi.staff.viewer import Permission, may

SHOWN = 30  # files that came
_TOOL = re.compile(r"[a-z0-9_]{1,40}\Z")


def page(asked: Asked) -> tuple[arrived.Arrived, Sequence[str]]:
    """The page, and the origin to which its form goes."""
    choices = _choices(asked)
    wanted = asked.query.get("send"), asked.query.get("tool")
    chosen = next((one for one in choices if (one.kind, one.tool) == wanted), choices[0])
    came, viewer = _newest(asked), asked.caller.viewer
    if not may(viewer, NEEDS[chosen.kind], asked.city):
        return arrived.arrived(came, (), viewer, asked.city), ()
    upload, origins = _form(asked, "/arrived", Placed("", kind=chosen.kind, tool=chosen.tool))
    return arrived.arrived(came, choices, viewer, asked.city, upload=upload), origins


def uploaded(asked: Asked) -> arrived.Arrived | Refusal:
    """S3 leads back here: what it says is a hint, the file itself is looked at."""
    checked = _checked(asked, sending.placed(asked))
    if isinstance(checked, Refusal):
        return checked
    return arrived.arrived(_newest(asked), (), asked.caller.viewer, asked.city, checked=checked)


def begin(asked: Asked) -> Judged:
    """Take in what was sent: a roster as on any night."""
    file = sending.placed(asked)
    match file.kind:
        case UploadPurpose.DECISIONS:
            return _handed_on(asked, file, "approvals", "/today", "started")
        case UploadPurpose.TOOL_RECEIPT:
            return _handed_on(asked, file, file.tool, "/arrived", "sent")
        case UploadPurpose.STAFF_LIST:
            return _handed_on(asked, file, STAFF, "/arrived", "listed")
    return _begin(asked, "sync", file, UploadPurpose.ROSTER)


def rehearse(asked: Asked) -> Judged:
    return _begin(asked, "rehearse", sending.placed(asked), UploadPurpose.REHEARSAL)


def rehearsals(asked: Asked) -> tuple[rehearsal.Rehearsal, Sequence[str]] | Refusal:
    """The list; with a day chosen the form for the file, and what was found in it once it came."""
    as_of = rehearsal.day_of(asked.query.to_dict(), asked.caller.now.astimezone(JAPAN).date())
    file = sending.placed(asked)
    upload, checked, origins = None, None, list[str]()
    if file.key:
        found = _checked(asked, file)
        if isinstance(found, Refusal):
            return found
        checked, as_of = found, file.as_of
    elif as_of and may(asked.caller.viewer, Permission.REHEARSE, asked.city):
        upload, origins = _form(
            asked, "/rehearsal", Placed("", kind=UploadPurpose.REHEARSAL, as_of=as_of)
        )
    facts = rehearsal.RehearsalFacts(
        city=asked.city, past=_rehearsed(asked), upload=upload, checked=checked, as_of=as_of
    )
    return rehearsal.rehearsal(facts, asked.caller.viewer), origins


def _rehearsed(asked: Asked) -> list[rehearsal.PastRehearsal]:
    """The newest first. A rehearsal leaves no record: its folder is all there is of it."""
    s3, bucket = asked.deps.s3, asked.deps.settings.runs_bucket
    since = f"{asked.caller.now.astimezone(JAPAN).year - 1}0401"
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{asked.city}/{asked.city}-", Delimiter="/",
        StartAfter=f"{asked.city}/{asked.city}-{since}",
    )  # fmt: skip
    ids = [one["Prefix"].rstrip("/").rpartition("/")[2]
           for page in pages for one in page.get("CommonPrefixes", [])]  # fmt: skip
    recorded = asked.deps.state(asked.city).run_ids(f"{asked.city}-{since}")
    found = []
    for run_id in sorted(set(ids) - recorded, reverse=True)[:40]:
        folder = asked.deps.folder(run_id)
        if was_rehearsed(folder):
            found.append(rehearsal.PastRehearsal(run_id, plans.header(folder)))
    return found[:10]


# -- what came -----------------------------------------------------------------------------------


def _newest(asked: Asked) -> list[arrived.Came]:
    """The newest first, of every kind that lies in the inbox."""
    inbox, city = _inbox(asked), asked.city
    several = (
        _came(inbox, f"inbox/{city}/roster/", UploadPurpose.ROSTER, (".zip", "manifest.csv")),
        _came(inbox, f"inbox/{city}/approvals/", UploadPurpose.DECISIONS, (".xlsx", ".csv")),
        _came(inbox, f"receipts/{city}/", UploadPurpose.TOOL_RECEIPT, (".xlsx", ".csv")),
        _lists_of_staff(asked, inbox),
    )
    found = sorted(chain(*several), key=lambda one: one.received, reverse=True)[:SHOWN]
    return [_with_receipt(inbox, one) for one in found]


def _came(
    inbox: Objects, prefix: str, kind: UploadPurpose, endings: tuple[str, ...]
) -> Iterator[arrived.Came]:
    items = (item for item in reversed(inbox.listed(prefix)) if not item["Key"].endswith(SUFFIXES))
    named = (item for item in items if item["Key"].lower().endswith(endings))
    for item in islice(named, SHOWN):
        file, moment = item["Key"].removeprefix(prefix), item["LastModified"].isoformat()
        tool, _, rest = (
            file.partition("/") if kind is UploadPurpose.TOOL_RECEIPT else ("", "", file)
        )
        yield arrived.Came(kind, rest, moment, item["Size"], tool=tool, key=item["Key"])


def _lists_of_staff(asked: Asked, inbox: Objects) -> Iterator[arrived.Came]:
    """Nothing of a city without staff."""
    if _has_staff(asked):
        prefix = f"inbox/{asked.city}/{STAFF}/"
        came = _came(inbox, prefix, UploadPurpose.STAFF_LIST, (".xlsx", ".csv"))
        yield from (one for one in came if "/" not in one.file)


def _has_staff(asked: Asked) -> bool:
    found = asked.deps.rules(asked.city)
    return found is not None and found.city.staff is not None


def _with_receipt(inbox: Objects, one: arrived.Came) -> arrived.Came:
    if one.kind is not UploadPurpose.ROSTER:
        return one
    return replace(one, receipt=beside(Folder(inbox.s3, inbox.name, ""), one.key))


def _inbox(asked: Asked) -> Objects:
    return Objects(asked.deps.s3, asked.deps.staff.inbox_bucket)


# -- sending -------------------------------------------------------------------------------------


def _choices(asked: Asked) -> list[UploadChoice]:
    """What can be sent here; of receipts one for each tool of the city."""
    found = asked.deps.rules(asked.city)
    tools = [name for name in found.city.tools if _TOOL.match(name)] if found else []
    receipts = [UploadChoice(UploadPurpose.TOOL_RECEIPT, name) for name in tools]
    lists = [UploadChoice(UploadPurpose.STAFF_LIST)] if found and found.city.staff else []
    first = [UploadChoice(UploadPurpose.ROSTER), UploadChoice(UploadPurpose.DECISIONS)]
    return [*first, *lists, *receipts]


def _form(asked: Asked, back: str, wanted: Placed) -> tuple[Upload, list[str]]:
    folder = f"staging/{asked.city}/staff"
    return sending.form(asked, asked.deps.staff.inbox_bucket, folder, back, wanted)


def _checked(asked: Asked, file: Placed) -> arrived.CheckedUpload | Refusal:
    """The file as it lies there, with its token where something can be started with it."""
    found = sending.body_of(_inbox(asked), file)
    looked = found if isinstance(found, Refusal) else LOOKS[file.kind](asked, file, found[0])
    if isinstance(looked, Refusal):
        return looked
    return replace(looked.checked, token=file.token if looked.good else "")


def _receipt(asked: Asked, file: Placed, body: bytes) -> Looked | Refusal:
    found = asked.deps.rules(asked.city)
    form = _form_of(found.city, file.tool) if found else None
    return checking.receipt(body, form, file.tool) if form else Refusal(rules.NOT_A_RECEIPT, "tool")


def _form_of(city: City, tool: str) -> deliver.ReceiptForm | None:
    try:
        return deliver.dialect_of(city.tools[tool]).receipt
    except (KeyError, deliver.UnknownDialect):
        return None


def _decisions(asked: Asked, _: Placed, body: bytes) -> Looked:
    run_id = asked.deps.state(asked.city).proposals()
    proposals = plans.header(asked.deps.folder(run_id)).proposals if run_id else {}
    asked_of = {umi for ids in proposals.values() for umi in ids}
    return checking.decisions(body, asked_of)


def _staff_list(asked: Asked, _: Placed, body: bytes) -> Looked | Refusal:
    found = asked.deps.rules(asked.city)
    if found is None or found.city.staff is None:
        return Refusal(rules.NOTHING_TO_START)
    from kakehashi.staff.checking_staff import staff_list  # noqa: PLC0415 - for this file alone

    today = asked.caller.now.astimezone(JAPAN).date()
    return staff_list(body, found.city, all_schools(asked), today)


LOOKS: Mapping[UploadPurpose, Callable[[Asked, Placed, bytes], Looked | Refusal]] = {
    UploadPurpose.ROSTER: lambda _, file, body: checking.roster(body, file.kind),
    UploadPurpose.REHEARSAL: lambda _, file, body: checking.roster(body, file.kind),
    UploadPurpose.DECISIONS: _decisions,
    UploadPurpose.TOOL_RECEIPT: _receipt,
    UploadPurpose.STAFF_LIST: _staff_list,
}


def _refused(asked: Asked, file: Placed) -> Refusal | None:
    """Why nothing is done with what was sent; None where something may be."""
    if not may(asked.caller.viewer, NEEDS[file.kind], asked.city):
        return Refusal(rules.NOT_ALLOWED)
    checked = _checked(asked, file)
    if isinstance(checked, Refusal):
        return checked
    return None if checked.token else Refusal(rules.NOTHING_TO_START)


def _begin(asked: Asked, action: str, file: Placed, kind: UploadPurpose) -> Judged:
    order = StaffOrder(action, after=file.name)
    if file.key and file.kind is not kind:
        return OrderNotTaken(order, Refusal(rules.BAD_FORM, "kind"))
    if refusal := _refused(asked, file):
        return OrderNotTaken(order, refusal)
    wanted = {"action": action, "city": asked.city, "drop": file.key}
    if file.as_of:
        wanted["as_of"] = file.as_of
    return Taken(order, "/today", "started", lambda: start(asked.deps, wanted, asked.number))


def _handed_on(asked: Asked, file: Placed, folder: str, to: str, told: str) -> Judged:
    """A copy goes where a night looks for it, under a name of ours."""
    order = StaffOrder(f"send {file.kind}", after=" ".join(filter(None, [file.tool, file.name])))
    if refusal := _refused(asked, file):
        return OrderNotTaken(order, refusal)
    found = sending.body_of(_inbox(asked), file)
    if isinstance(found, Refusal):
        return OrderNotTaken(order, found)
    body, _ = found
    inside = "receipts" if file.kind is UploadPurpose.TOOL_RECEIPT else "inbox"
    moment = f"{asked.caller.now.astimezone(JAPAN):%Y%m%dT%H%M%S}"
    ending = "xlsx" if body.startswith(b"PK") else "csv"
    key = f"{inside}/{asked.city}/{folder}/{moment}-{asked.number}.{ending}"
    inbox = Folder(asked.deps.s3, asked.deps.staff.inbox_bucket, "")
    return Taken(order, to, told, lambda: inbox.put(key, body))
