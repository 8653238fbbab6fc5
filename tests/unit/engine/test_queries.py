"""The overlay's Query against ministack's own: the same pages, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ministack.services import dynamodb

from local.engine.queries import narrow_queries

TABLE = "narrow-queries"
PUPILS = {
    "TableName": TABLE,
    "KeyConditionExpression": "(#n0 = :v0 AND begins_with(#n1, :v1))",
    "ExpressionAttributeNames": {"#n0": "pk", "#n1": "sk"},
    "ExpressionAttributeValues": {":v0": {"S": "CITY#demo"}, ":v1": {"S": "PUPIL#"}},
}
FROM_A_RUN = PUPILS | {
    "KeyConditionExpression": "(#n0 = :v0 AND #n1 BETWEEN :v1 AND :v2)",
    "ExpressionAttributeValues": {
        ":v0": {"S": "CITY#demo"},
        ":v1": {"S": "PUPIL#00100"},
        ":v2": {"S": "RUN#~"},
    },
}


@pytest.fixture(scope="module", autouse=True)
def table() -> None:
    keys = (("pk", "HASH"), ("sk", "RANGE"))
    dynamodb._create_table(
        {
            "TableName": TABLE,
            "KeySchema": [{"AttributeName": n, "KeyType": kind} for n, kind in keys],
            "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n, _ in keys],
            "BillingMode": "PAY_PER_REQUEST",
        }
    )
    rest = [f"RUN#{i:03}" for i in range(40)] + ["STATE", "DROP#1"]
    for n in [f"PUPIL#{i * 7919 % 300:05}" for i in range(300)] + rest:
        item = {"pk": {"S": "CITY#demo"}, "sk": {"S": n}, "known": {"S": "あ" * (len(n) * 150)}}
        dynamodb._put_item({"TableName": TABLE, "Item": item})


def pages(query: Any, request: dict[str, Any], most: int = 5) -> list[dict[str, Any]]:
    """The pages of a query, each asked for from where the last one ended."""
    found: list[dict[str, Any]] = []
    while len(found) < most:
        found.append(json.loads(query(request)[2]))
        if "LastEvaluatedKey" not in found[-1]:
            break
        request = request | {"ExclusiveStartKey": found[-1]["LastEvaluatedKey"]}
    return found


@pytest.mark.parametrize("asked", [PUPILS, FROM_A_RUN])
@pytest.mark.parametrize(
    "how",
    [
        {},
        {"Limit": 7},
        {"ScanIndexForward": False},
        {"ScanIndexForward": False, "Limit": 30},
        {"ProjectionExpression": "known"},
    ],
)
def test_a_page_of_a_query_is_the_same_whatever_else_its_partition_holds(
    asked: dict[str, Any], how: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_shipped = dynamodb._query
    monkeypatch.setattr(dynamodb, "_query", as_shipped)
    narrow_queries()
    told = pages(dynamodb._query, asked | how)
    assert told == pages(as_shipped, asked | how)
    assert sum(page["Count"] for page in told) > 30


def test_the_table_itself_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb, "_query", dynamodb._query)
    narrow_queries()
    pages(dynamodb._query, PUPILS | {"Limit": 3}, most=1)
    assert len(dynamodb._tables.get(TABLE)["items"]["CITY#demo"]) == 342
