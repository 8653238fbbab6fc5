"""Where the embedded engine and moto are kinder than AWS: we stand on AWS's side."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any, cast

import boto3
import botocore.session
from boto3.dynamodb.conditions import Key
from boto3.s3.transfer import TransferConfig
from botocore.model import OperationModel

from kakehashi.edges.launch.pupils import Pupils
from tests.builders import a_drop, a_known, a_password_file, a_pupil
from tests.infra.conftest import ROOT
from tests.lambdas import LONGEST_KEY
from tests.nights import BUCKETS, RULES, Nights
from tests.runtime import unknown

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


def test_only_the_launcher_reads_an_index() -> None:
    """Whatever else a night decides by is read from the table itself."""
    places = ("layers/kakehashi/kakehashi", "functions", "console/kakehashi_console")
    files = [file for place in places for file in (ROOT / place).rglob("*.py")]
    reading = {file.name for file in files if "IndexName" in file.read_text(encoding="utf-8")}
    assert reading == {"pupils.py"}


# -- keys of objects -------------------------------------------------------------------------------

CITY, TOOL = "c" * 32, "t" * 64


def test_with_the_longest_names_every_key_of_a_night_has_room(nights: Nights) -> None:
    longest = replace(nights, city=CITY)
    longest.put_rules(RULES.replace("lgate]", f"{TOOL}]"))
    file = a_password_file({a_pupil(n).account: f"Hinagiku-{n:04}x" for n in range(1, 13)})
    waiting = longest.run(a_drop(12).zip(), passwords=file)
    assert longest.approve(waiting.summary).verdict == "applied"
    s3 = boto3.client("s3")
    keys = [
        one["Key"]
        for bucket in BUCKETS
        for one in s3.list_objects_v2(Bucket=nights.names[bucket]).get("Contents", [])
    ]
    assert any(TOOL in key for key in keys)
    assert max(len(key.encode()) for key in keys) <= LONGEST_KEY // 2


def test_a_function_that_would_put_a_longer_key_is_refused_as_s3_refuses_it(nights: Nights) -> None:
    def put(_: Any) -> None:
        with nights.lambdas._as("report"):
            boto3.client("s3").put_object(
                Bucket=nights.names["RUNS_BUCKET"], Key="demo/" + "架" * 341, Body=b""
            )

    nights.lambdas.trouble("report", "before", *[put] * 2)
    night = nights.run(a_drop(3).zip())
    assert night.status == "FAILED"


# -- Lambda's own boto3 ----------------------------------------------------------------------------


def ours(service: str, operation: str) -> OperationModel:
    """As the boto3 of the lock knows it."""
    model = botocore.session.get_session().get_service_model(service)
    return model.operation_model(operation)


def test_what_the_boto3_of_the_runtime_does_not_know_is_seen() -> None:
    """``tests.lambdas`` asks this of every call that a function makes in any test."""
    young = "GetWebIdentityToken"
    assert unknown(ours("sts", young), {}) == [young]
    put = ours("s3", "PutObject")
    asked = {"Bucket": "b", "Key": "k", "Body": b"", "IfNoneMatch": "*", "IfMatch": "e"}
    assert unknown(put, asked) == ["PutObject.IfNoneMatch", "PutObject.IfMatch"]
    table = ours("dynamodb", "TransactWriteItems")
    item = {"Put": {"TableName": "t", "Item": {"pk": "x"}, "Sooner": True}}
    assert unknown(table, {"TransactItems": [item]}) == [
        "TransactWriteItems.TransactItems.Put.Sooner"
    ]
