"""Files that a person sends: put straight to S3, looked at, and only then taken in.

s3://<inbox>/staging/<city>/staff/<token>     a roster, answers, a tool's receipt
s3://<passwords>/sent/<city>/<token>          initial passwords that a school has chosen

S3 has signed the form: where the file goes, how large it may be and where the browser goes next are
in it, and nothing else is taken. Nothing watches these folders. Where a file lies nobody is asked:
a token of ours, kept for an hour, knows.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from kakehashi.catalogue import staff as rules
from kakehashi.edges.objects import Objects
from kakehashi.edges.staff.gate import Asked
from kakehashi.refusal import Refusal
from kakehashi.staff.uploading import MOST, Upload, UploadPurpose

TOKEN_SECONDS = 3600
FORM_SECONDS = 1800


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that somebody has put, or will: ``key`` in its bucket, "" where the token is none.
    ``as_of`` is the day of a rehearsal, ``tool`` whose receipt it is."""

    token: str
    key: str = ""
    kind: UploadPurpose = UploadPurpose.ROSTER
    as_of: str = ""
    tool: str = ""

    @property
    def name(self) -> str:
        """For the record: nothing of it was typed by anybody."""
        return self.key.rpartition("/")[2]


def form(
    asked: Asked, bucket: str, folder: str, back: str, wanted: Placed
) -> tuple[Upload, list[str]]:
    """The form that S3 has signed, and the origins to which it goes."""
    secret, most = secrets.token_urlsafe(24), MOST[wanted.kind]
    ending = (
        ".zip" if wanted.kind in {UploadPurpose.ROSTER, UploadPurpose.REHEARSAL} else ""
    )  # as a drop is named
    key = f"{folder}/{secrets.token_hex(16)}{ending}"
    facts = {"key": key, "kind": str(wanted.kind), "oid": asked.caller.viewer.oid,
             "as_of": wanted.as_of, "tool": wanted.tool, "city": asked.city}  # fmt: skip
    asked.deps.kept.keep_as("UPLOAD", secret, facts, _now(asked) + TOKEN_SECONDS)
    where = f"{asked.deps.address}{back}/uploaded?token={secret}"
    fields = {"success_action_redirect": where}
    signed: dict[str, Any] = asked.deps.signing.generate_presigned_post(
        bucket,
        key,
        Fields=dict(fields),
        Conditions=[fields, ["content-length-range", 1, most]],
        ExpiresIn=FORM_SECONDS,
    )
    parts = urlsplit(signed["url"])
    upload = Upload(wanted.kind, signed["url"], most, signed["fields"], wanted.tool)
    return upload, [f"{parts.scheme}://{parts.netloc}"]


def placed(asked: Asked) -> Placed:
    """What a token stands for; it is good for whoever was given it, in that city."""
    token = asked.form.get("token") or asked.query.get("token")
    facts = asked.deps.kept.peek("UPLOAD", token, _now(asked)) or {}
    if facts.get("oid") != asked.caller.viewer.oid or facts.get("city") != asked.city:
        return Placed(token)
    told = {name: facts.get(name, "") for name in ("as_of", "tool")}
    return replace(Placed(token, facts["key"], UploadPurpose(facts["kind"])), **told)


def body_of(where: Objects, file: Placed) -> tuple[bytes, str] | Refusal:
    """The file as it lies there, and its version; what S3 has told the browser is a hint."""
    found = where.read(file.key) if file.key else None
    body = found["Body"].read(MOST[file.kind] + 1) if found else b""
    if not body or found is None:
        return Refusal(rules.NOTHING_UPLOADED)
    return body, found.get("VersionId", "")


def _now(asked: Asked) -> int:
    return int(asked.caller.now.timestamp())
