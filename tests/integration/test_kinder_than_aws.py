"""Where the embedded engine and moto are kinder than AWS: we stand on AWS's side."""

from __future__ import annotations

import ast
from typing import Any, cast

import boto3
from boto3.dynamodb.conditions import Key
from boto3.s3.transfer import TransferConfig

from kakehashi.edges.launch.pupils import Pupils
from tests.builders import a_known, a_pupil
from tests.infra.conftest import ROOT
from tests.nights import Nights

LEAST_PART = 5 * 1024 * 1024  # "Amazon S3 multipart upload limits", every part but the last


def test_nothing_of_ours_uploads_in_parts_of_its_own_choice() -> None:
    assert TransferConfig().multipart_chunksize >= LEAST_PART
    by_hand = {"create_multipart_upload", "upload_part", "complete_multipart_upload"}
    for place in ("layers/kakehashi/kakehashi", "functions", "console/kakehashi_console"):
        for file in (ROOT / place).rglob("*.py"):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            called = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
            assert not called & (by_hand | {"TransferConfig"}), file


class Behind:
    """A table whose indexes still say what was true a moment ago."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._then: dict[str, Any] = {}

    def remember(self, index: str, name: str, value: str) -> None:
        found = self._table.query(IndexName=index, KeyConditionExpression=Key(name).eq(value))
        self._then[index] = found

    def query(self, **asked: Any) -> Any:
        return self._then.get(asked.get("IndexName", "")) or self._table.query(**asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)


def test_an_index_that_is_behind_shows_nobody_else_and_no_former_class(nights: Nights) -> None:
    nights.given([a_known(1)])
    before = nights.state.pupil(a_pupil(1).id)
    assert before is not None
    pupils = Pupils(boto3.resource("dynamodb").Table(nights.names["TABLE"]), "runs")
    behind = Behind(pupils.table)
    behind.remember("ByObject", "object_id", before.object_id)
    assert pupils.signed_in(before.object_id) is not None
    nights.state.put_pupil(a_known(1, object_id="another-account"), before)
    late = Pupils(cast(Any, behind), "runs")
    assert late.signed_in(before.object_id) is None
    assert late.of("demo", a_pupil(1).id) is not None
