"""運用: the versions of a city's rules as the bucket keeps them, and who confirmed which."""

from __future__ import annotations

from kakehashi.edges.objects import Objects
from kakehashi.edges.staff.gate import Asked
from kakehashi.staff import rules_history
from kakehashi.staff.rules_history import RulesConfirmed, RulesVersion

RECORDS = 500  # lines of the record that names are looked up in


def page(asked: Asked) -> rules_history.RulesHistory:
    return rules_history.history(_versions(asked), _confirmed(asked))


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


def _confirmed(asked: Asked) -> list[RulesConfirmed]:
    """Who has confirmed rules on the page, as far as the newest of the record tells."""
    rows, _ = asked.deps.record(asked.city).newest(RECORDS)
    good = (one for one in rows if one.what == "confirm rules" and not one.code)
    return [RulesConfirmed(one.at, one.after[: rules_history.DIGEST], one.name) for one in good]
