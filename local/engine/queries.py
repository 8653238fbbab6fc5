"""A Query that looks at no more of its partition than its page can hold.

As shipped each page of a Query sorts the whole partition and reads its condition anew for every
item of it, so that to read a city's state whole, page after page, takes time that grows with its
square: 22,948 pupils took a minute. Here ministack's own function answers, from a table in which
the partition ends soon after the page; what it says is the same, byte for byte.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType
from typing import Any

from ministack.services import dynamodb

_BEGINS = re.compile(r"begins_with\s*\(\s*[#\w]+\s*,\s*(:\w+)\s*\)", re.IGNORECASE)
_BETWEEN = re.compile(r"[#\w]+\s+BETWEEN\s+(:\w+)\s+AND\s+(:\w+)", re.IGNORECASE)
_LAST = "\U0010ffff"

type Item = dict[str, Any]


def narrow_queries() -> None:
    """Needed by test_a_page_of_a_query_is_the_same_whatever_else_its_partition_holds."""
    original: Callable[[dict[str, Any]], Any] = dynamodb._query
    assert isinstance(original, FunctionType)

    @functools.wraps(original)
    def query(data: dict[str, Any]) -> Any:
        table = _narrowed(data)
        if table is None:
            return original(data)
        seen = vars(dynamodb) | {"_tables": {table["TableName"]: table}}
        return FunctionType(original.__code__, seen)(data)

    dynamodb._query = query


def _narrowed(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """The table, of the partition only what the page may need and an item more; None where the
    query is of another kind than ours."""
    name, condition = data.get("TableName"), data.get("KeyConditionExpression")
    table = dynamodb._tables.get(name)
    if not table or not condition or data.get("IndexName") or name != table["TableName"]:
        return None
    if not table["sk_name"] or dynamodb._get_attr_type(table, table["sk_name"]) != "S":
        return None
    values = data.get("ExpressionAttributeValues", {})
    names = data.get("ExpressionAttributeNames", {})
    pk = dynamodb._extract_pk_from_condition(condition, values, names, table["pk_name"])
    partition = table["items"].get(pk)
    bounds = _bounds(condition, values)
    if partition is None or bounds is None:
        return None
    page = _page(partition, *bounds, data, table["sk_name"])
    return dict(table) | {"items": {pk: dict(page)}}


def _bounds(condition: str, values: Mapping[str, Item]) -> tuple[str, str] | None:
    """Between which sort keys the page lies, if the condition says so in a way that we know."""
    if found := _BEGINS.search(condition):
        start = values.get(found[1], {}).get("S")
        return None if start is None else (start, start + _LAST)
    if found := _BETWEEN.search(condition):
        low, high = (values.get(name, {}).get("S") for name in found.groups())
        return None if low is None or high is None else (low, high)
    return None


def _page(
    partition: Mapping[str, Item], low: str, high: str, data: Mapping[str, Any], sk_name: str
) -> Iterator[tuple[str, Item]]:
    """From where the query stands on, until more than a page is there."""
    after = (data.get("ExclusiveStartKey") or {}).get(sk_name, {}).get("S")
    forward = data.get("ScanIndexForward", True)
    if after is not None:
        low, high = (max(low, after), high) if forward else (low, min(high, after))
    keys = sorted((key for key in partition if low <= key <= high), reverse=not forward)
    limit, size = int(data.get("Limit") or len(keys)), 0
    for count, key in enumerate(key for key in keys if key != after):
        yield key, partition[key]
        size += dynamodb._item_size_bytes(partition[key])
        if size > dynamodb._DDB_PAGE_SIZE_BYTES or count > limit:
            return
