"""運用: the versions of a city's rules as the bucket keeps them, and who confirmed which."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from kakehashi.edges.objects import Objects
from kakehashi.edges.staff.gate import Asked
from kakehashi.staff import rules_history
from kakehashi.staff.rules_history import RulesVersion

RECORDS = 500  # lines of the record that names are looked up in


def page(asked: Asked) -> rules_history.RulesHistory:
    versions = _versions(asked)
    return rules_history.history(versions, _confirmed(asked, versions))


def _versions(asked: Asked) -> list[RulesVersion]:
    """The newest first, one more than is shown, so that the last has something before it."""
    objects = Objects(asked.deps.s3, asked.deps.staff.rules_bucket)
    key = f"cities/{asked.city}.toml"
    kept = [one for one in objects.versions(key) if one["Key"] == key]
    newest = sorted(kept, key=lambda one: one["LastModified"], reverse=True)
    found = []
    for one in newest[: rules_history.SHOWN + 1]:
        answer = objects.read(key, one["VersionId"])
        text = answer["Body"].read().decode(errors="replace") if answer else ""
        found.append(RulesVersion(one["LastModified"].isoformat(), text))
    return found


def _confirmed(asked: Asked, versions: Iterable[RulesVersion]) -> dict[str, str]:
    """Text → who confirmed it on the page: the record names the beginning of its hash."""
    rows, _ = asked.deps.record(asked.city).newest(RECORDS)
    by = {one.after[:16]: one.name for one in rows if one.what == "confirm rules" and not one.code}
    hashes = {one.text: hashlib.sha256(one.text.encode()).hexdigest()[:16] for one in versions}
    return {text: by[digest] for text, digest in hashes.items() if digest in by}
