"""届いたか, 予行: what came and what became of it, and a roster that somebody sends by hand.

s3://<inbox>/staging/<city>/staff/<token>.zip    where a browser puts it, straight to S3

Nothing watches that folder. The file is looked at first, and started only when somebody says so.
Where it lies nobody is asked: a token of ours, kept for an hour, knows.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from kakehashi import oneroster
from kakehashi.catalogue import staff as rules
from kakehashi.edges import plans
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import Folder
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
from kakehashi.edges.staff.starting import start
from kakehashi.findings import Effect
from kakehashi.refusal import Refusal
from kakehashi.report.upload_receipt import SUFFIXES
from kakehashi.roster import JAPAN
from kakehashi.staff import arrived, rehearsal
from kakehashi.staff.uploading import Upload, UploadPurpose
from kakehashi.staff.viewer import Permission, may

MOST = 60_000_000  # bytes of a roster
SHOWN = 30  # files that came
TOKEN_SECONDS = 3600
FORM_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that somebody has put, or will: ``key`` in the inbox, "" where the token is none."""

    token: str
    key: str = ""
    as_of: str = ""
    kind: UploadPurpose = UploadPurpose.ROSTER


def page(asked: Asked) -> tuple[arrived.Arrived, Sequence[str]]:
    """The page, and the origin to which its form goes."""
    came = list(islice(_came(asked), SHOWN))
    upload, origin = _form(asked, UploadPurpose.ROSTER, "/arrived", "")
    return arrived.arrived(came, [upload], asked.caller.viewer, asked.city), [origin]


def uploaded(asked: Asked) -> arrived.Arrived | Refusal:
    """S3 leads back here: what it says is a hint, the file itself is looked at."""
    placed = _placed(asked)
    checked = _checked(asked, placed)
    if isinstance(checked, Refusal):
        return checked
    came = list(islice(_came(asked), SHOWN))
    return arrived.arrived(came, [], asked.caller.viewer, asked.city, checked)


def begin(asked: Asked) -> Judged:
    """Take the roster in, as on any night."""
    return _begin(asked, "sync", _placed(asked))


def rehearse(asked: Asked) -> Judged:
    return _begin(asked, "rehearse", _placed(asked))


def rehearsals(asked: Asked) -> tuple[rehearsal.Rehearsal, Sequence[str]] | Refusal:
    """The list; with a day chosen the form for the file, and what was found in it once it came."""
    as_of = rehearsal.day_of(asked.query.to_dict(), asked.caller.now.astimezone(JAPAN).date())
    placed = _placed(asked)
    upload, checked, origins = None, None, []
    if placed.key:
        found = _checked(asked, placed)
        if isinstance(found, Refusal):
            return found
        checked, as_of = found, placed.as_of
    elif as_of and may(asked.caller.viewer, Permission.REHEARSE, asked.city):
        upload, origin = _form(asked, UploadPurpose.REHEARSAL, "/rehearsal", as_of)
        origins = [origin]
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
        summary = folder.get_json("summary.json")
        if summary.get("verdict") == "rehearsed":
            found.append(rehearsal.PastRehearsal(run_id, summary, plans.header(folder)))
    return found[:10]


# -- what came -----------------------------------------------------------------------------------


def _came(asked: Asked) -> Iterator[arrived.Came]:
    """Rosters, the newest first, each with its receipt."""
    inbox = Folder(asked.deps.s3, asked.deps.staff.inbox_bucket, "")
    prefix = f"inbox/{asked.city}/roster/"
    for item in reversed(Objects(inbox.s3, inbox.bucket).listed(prefix)):
        key = item["Key"]
        if key.endswith(SUFFIXES) or not key.lower().endswith((".zip", "manifest.csv")):
            continue
        yield arrived.Came(
            UploadPurpose.ROSTER,
            key.removeprefix(prefix),
            item["LastModified"].isoformat(),
            item["Size"],
            receipt=inbox.get_json(f"{key}.receipt.json"),
        )


# -- sending -------------------------------------------------------------------------------------


def _form(asked: Asked, kind: UploadPurpose, back: str, as_of: str) -> tuple[Upload, str]:
    """The form that S3 has signed, and the origin to which it goes."""
    secret = secrets.token_urlsafe(24)
    key = f"staging/{asked.city}/staff/{secrets.token_hex(16)}.zip"
    facts = {"key": key, "kind": str(kind), "oid": asked.caller.viewer.oid, "as_of": as_of,
             "city": asked.city}  # fmt: skip
    ends = int(asked.caller.now.timestamp()) + TOKEN_SECONDS
    asked.deps.kept.keep_as("UPLOAD", secret, facts, ends)
    where = f"{asked.deps.address}{back}/uploaded?token={secret}"
    fields = {"success_action_redirect": where}
    signed: dict[str, Any] = asked.deps.signing.generate_presigned_post(
        asked.deps.staff.inbox_bucket,
        key,
        Fields=dict(fields),
        Conditions=[fields, ["content-length-range", 1, MOST]],
        ExpiresIn=FORM_SECONDS,
    )
    parts = urlsplit(signed["url"])
    return Upload(kind, signed["url"], MOST, signed["fields"]), f"{parts.scheme}://{parts.netloc}"


def _placed(asked: Asked) -> Placed:
    """What a token stands for; it is good for whoever was given it, in that city."""
    token = asked.form.get("token") or asked.query.get("token")
    facts = asked.deps.kept.peek("UPLOAD", token, int(asked.caller.now.timestamp())) or {}
    mine = facts.get("oid") == asked.caller.viewer.oid and facts.get("city") == asked.city
    if not mine:
        return Placed(token)
    return Placed(token, facts["key"], facts["as_of"], UploadPurpose(facts["kind"]))


def _checked(asked: Asked, placed: Placed) -> arrived.CheckedUpload | Refusal:
    """The file as it lies there: is it a roster, and may it be opened?"""
    if not placed.key:
        return Refusal(rules.NOTHING_UPLOADED)
    found = Objects(asked.deps.s3, asked.deps.staff.inbox_bucket).read(placed.key)
    body = found["Body"].read(MOST + 1) if found else b""
    if not body:
        return Refusal(rules.NOTHING_UPLOADED)
    if body[:4] != b"PK\x03\x04":
        return Refusal(rules.NOT_A_ROSTER)
    findings = list(oneroster.passwords_in(io.BytesIO(body)))
    lines = dict(oneroster.lines_in(io.BytesIO(body)))
    good = bool(lines) and not any(f.effect is Effect.REFUSE_DROP for f in findings)
    if not lines and not findings:
        return Refusal(rules.NOT_A_ROSTER)
    token = placed.token if good else ""
    return arrived.CheckedUpload(placed.kind, "roster.zip", lines, findings, token)


def _begin(asked: Asked, action: str, placed: Placed) -> Judged:
    order = StaffOrder(action, after=placed.key.rpartition("/")[2])
    checked = _checked(asked, placed)
    if isinstance(checked, Refusal):
        return OrderNotTaken(order, checked)
    if not checked.token:
        return OrderNotTaken(order, Refusal(rules.NOT_A_ROSTER))
    wanted = {"action": action, "city": asked.city, "drop": placed.key}
    if placed.as_of:
        wanted["as_of"] = placed.as_of
    return Taken(order, "/today", "started", lambda: start(asked.deps, wanted, asked.number))
