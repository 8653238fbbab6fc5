"""A city as a release of ours left it: made once by that release, read by every later one.

    python -m tests.releases.snapshot NAME      by the release's own code, into tests/releases/NAME

It holds the state table, the rules, the run folders and what the tools hold, as they are stored,
and the tenant. Nobody in it exists. A snapshot is never made again: what it is worth is its age.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from kakehashi.edges.state.partition import plain
from tests.builders import Drop, a_drop, a_password_file, a_pupil, an_id
from tests.conftest import account_in
from tests.integration.test_night import known
from tests.nights import RULES, Nights, nights_in
from tests.staff import Board

HERE = Path(__file__).parent
BUCKETS = ("RUNS_BUCKET", "RULES_BUCKET", "BASELINES_BUCKET", "OUTBOX_BUCKET")
LEFT_OUT = ("/roster/", "report.html", ".xlsx", ".zip")  # nothing of a later night reads them
MORE_TOOLS = """
[tools.generic]
dialect = "generic_oneroster_1_2"
[tools.sds]
dialect = "microsoft_sds_v2_1"
[m365]
groups = ["school", "class"]
"""
RENAMED, REKEYED, CREATED = 1, 2, 13
NEW_ID = an_id("re-keyed 2")


def lived(nights: Nights) -> dict[str, str]:
    """Four nights: who is renamed and created, re-keyed, linked, and a plan that waits.

    Returns run ids by what the run did.
    """
    board = Board(nights)
    nights.put_rules(RULES + MORE_TOOLS)
    nights.given(known(12))
    passwords = a_password_file({a_pupil(CREATED).account: "Hinagiku-0013x"})
    first = nights.run(drop().zip(), passwords=passwords)
    nights.tomorrow()
    nights.run(drop(umi=NEW_ID).zip())
    nights.tomorrow()
    linked = board.mark((NEW_ID, "連携"))
    nights.tomorrow()
    waiting = nights.run(drop(13, 4, umi=NEW_ID, given="菜々子").zip())
    assert [n.verdict for n in (first, linked, waiting)] == [
        "applied", "applied", "awaiting-approval"]  # fmt: skip
    return {"applied": first.run["run_id"], "linked": linked.run["run_id"],
            "waiting": waiting.run["run_id"]}  # fmt: skip


def drop(pupils: int = 13, left: int = 13, *, umi: str = "", given: str = "菜々") -> Drop:
    """A roster of the first ``left`` of ``pupils``; the second under ``umi``, if one is told."""
    made = a_drop(pupils)
    users = made.rows["users.csv"]
    gone = {row["sourcedId"] for row in users[left:]}
    made.rows["users.csv"] = users[:left]
    for file in ("roles.csv", "enrollments.csv"):
        made.rows[file] = [r for r in made.rows[file] if r["userSourcedId"] not in gone]
    users[RENAMED - 1] |= {"givenName": given, "preferredGivenName": given}
    users[REKEYED - 1]["userMasterIdentifier"] = umi or users[REKEYED - 1]["userMasterIdentifier"]
    return made


# -- as it is stored ------------------------------------------------------------------------------


def write(nights: Nights, runs: dict[str, str], name: str) -> None:
    """Items and objects one a line; of the baselines every version, of the rest the newest."""
    folder = HERE / name
    folder.mkdir()
    items = boto3.resource("dynamodb").Table(nights.names["TABLE"]).scan()["Items"]
    lines = (json.dumps(dict(plain(item), pk=item["pk"]), ensure_ascii=False, sort_keys=True)
             for item in sorted(items, key=lambda item: (item["pk"], item["sk"])))  # fmt: skip
    (folder / "table.jsonl").write_text("\n".join(lines) + "\n")
    export = nights.tenant.call("GET", "export")
    about = {"clock": nights.clock.isoformat(), "runs": runs, "tenant": export}
    (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False, indent=1))
    with (folder / "objects.jsonl").open("w") as out:
        for bucket, key, version, body in _objects(nights):
            packed = key.endswith(".gz")
            text = base64.b64encode(body).decode() if packed else body.decode()
            row = {"bucket": bucket, "key": key, "version": version, "text": text}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _objects(nights: Nights) -> Iterator[tuple[str, str, str, bytes]]:
    """Bucket, key, version and body; the oldest version of a key first."""
    s3 = boto3.client("s3")
    for name in BUCKETS:
        bucket = nights.names[name]
        found = [v for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
                 for v in page.get("Versions", [])]  # fmt: skip
        for one in sorted(found, key=lambda v: (v["Key"], v["LastModified"], v["IsLatest"])):
            kept = name == "BASELINES_BUCKET" or (
                one["IsLatest"] and not any(word in one["Key"] for word in LEFT_OUT)
            )
            if kept:
                body = s3.get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
                yield name, one["Key"], one["VersionId"], body["Body"].read()


def read(nights: Nights, name: str) -> dict[str, str]:
    """Put it all where the release had put it; returns the run ids of ``lived``."""
    folder = HERE / name
    about: dict[str, Any] = json.loads((folder / "about.json").read_text())
    versions = {}
    for row in map(json.loads, (folder / "objects.jsonl").read_text().splitlines()):
        packed = row["key"].endswith(".gz")
        body = base64.b64decode(row["text"]) if packed else row["text"].encode()
        versions[row["version"]] = nights.put(row["bucket"], row["key"], body)
    table = boto3.resource("dynamodb").Table(nights.names["TABLE"])
    for line in (folder / "table.jsonl").read_text().splitlines():
        item = json.loads(line)
        table.put_item(Item={k: versions.get(v, v) if isinstance(v, str) else v
                             for k, v in item.items()})  # fmt: skip
    nights.tenant.call("POST", "import", about["tenant"])
    nights.clock = datetime.fromisoformat(about["clock"])
    return dict(about["runs"])


if __name__ == "__main__":
    with (
        pytest.MonkeyPatch.context() as patch,
        account_in(patch) as account,
        nights_in(account, patch) as city,
    ):
        write(city, lived(city), sys.argv[1])
