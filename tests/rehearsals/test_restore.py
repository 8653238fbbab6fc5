"""What docs/deploy.md says of a restore, done with the engine as one would do it on AWS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local.stack import Stack
from tests.e2e.test_command import kakehashi
from tests.e2e.town import Town


def test_after_a_restore_the_next_night_asks_nothing_and_changes_nothing(
    stack: Stack, tmp_path: Path
) -> None:
    town = Town(stack, tmp_path, "damaged", pupils=20)
    town.first_night()
    writes = town.counters()["writes"]
    dynamodb, s3, outputs = stack.client("dynamodb"), stack.client("s3"), stack.outputs()
    restored = {"SourceTableName": outputs["Table"], "TargetTableName": "restored-table"}
    dynamodb.restore_table_to_point_in_time(**restored, UseLatestRestorableTime=True)
    place: dict[str, Any] = {"Bucket": outputs["RulesBucket"], "Key": "cities/damaged.toml"}
    (good,) = s3.list_object_versions(Bucket=place["Bucket"], Prefix=place["Key"])["Versions"]

    rows = town.console.site.resource("dynamodb").Table(outputs["Table"])
    with rows.batch_writer() as batch:
        for item in rows.scan()["Items"]:
            if item["pk"] == "CITY#damaged":
                batch.delete_item(Key={"pk": item["pk"], "sk": item["sk"]})
    s3.put_object(**place, Body=b"not rules")
    _, lost = town.failing_night()
    assert lost.summary.verdict == "failed"

    s3.copy_object(**place, CopySource=place | {"VersionId": good["VersionId"]})
    typed = ("restore", "restored-table", "--city", "damaged", "--home", stack.home)
    looked = kakehashi(*typed, cwd=tmp_path)
    assert looked.returncode == 0, looked.stderr
    assert kakehashi(*typed, "--write", cwd=tmp_path).returncode == 0
    assert town.rerun().summary.verdict == "unchanged"
    assert town.counters()["writes"] == writes
