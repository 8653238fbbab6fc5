"""``$batch``: up to twenty calls in one request, each judged, throttled and counted by itself.

The outer answer is 200 whatever becomes of the items, and their answers come in another order.
What is wrong with the batch as such is refused as a whole, before any item is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.fakes.tenant import graph
from local.fakes.tenant.answers import Answer, GraphError, malformed
from local.fakes.tenant.calls import Call, read_path
from local.fakes.tenant.faults import BATCH
from local.fakes.tenant.graph import Outcome
from local.fakes.tenant.tenant import Tenant

MOST = 20
_KEYS = frozenset({"id", "method", "url", "headers", "body", "dependsOn"})
_METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})

type Item = Mapping[str, Any]


def answer(tenant: Tenant, call: Call) -> Outcome:
    """Never raises. Delays and resets of items become those of the whole."""
    tenant.counters.totals["batches"] += 1
    rule = tenant.faults.strike(call, BATCH, lambda _call: frozenset())
    try:
        if rule is not None and not rule.commits:
            raise rule.error()
        whole = _all(tenant, call, _read(tenant, call))
    except GraphError as exc:
        whole = Outcome(graph.refusal(tenant, call.headers, exc))
    return whole if rule is None else graph.struck(tenant, call, rule, whole.answer)


def _all(tenant: Tenant, call: Call, items: list[Item]) -> Outcome:
    done: dict[str, Outcome] = {}
    for item in items:
        done[item["id"]] = _one(tenant, call, item, done)
    responses = [_response(key, outcome.answer) for key, outcome in reversed(done.items())]
    return Outcome(
        Answer(200, {"responses": responses}),
        delay=max((outcome.delay for outcome in done.values()), default=0.0),
        reset=any(outcome.reset for outcome in done.values()),
    )


def _read(tenant: Tenant, call: Call) -> list[Item]:
    try:
        return _items(call, strict=tenant.settings.strict_batch)
    except GraphError:
        tenant.contract.see_refused_batch()
        raise


def _items(call: Call, *, strict: bool) -> list[Item]:
    """The requests, checked as a whole and put in an order that respects dependsOn."""
    body = call.body if isinstance(call.body, dict) else {}
    items = body.get("requests")
    if not isinstance(items, list) or not items or set(body) != {"requests"}:
        raise malformed("Invalid batch payload format.")
    if len(items) > MOST:
        raise malformed(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    for item in items:
        _check_item(item, strict=strict)
    by_id = {item["id"]: item for item in items}
    if len(by_id) < len(items):
        raise malformed("Request ids have to be unique in a batch.")
    return _ordered(by_id)


def _check_item(item: Any, *, strict: bool) -> None:
    if not isinstance(item, dict) or (strict and not set(item) <= _KEYS):
        raise malformed("Invalid batch payload format.")
    texts = (item.get("id"), item.get("method"), item.get("url"))
    if not all(isinstance(text, str) and text for text in texts):
        raise malformed("Invalid batch payload format.")
    if item["method"].upper() not in _METHODS:
        raise malformed(f"Method of request id : {item['id']} is not supported.")
    if not isinstance(item.get("headers", {}), dict):
        raise malformed("Invalid batch payload format.")
    _check_content(item)


def _check_content(item: Item) -> None:
    """Graph's gateway refuses the whole batch over one write without type or body."""
    has_type = "content-type" in _lower(item.get("headers", {}))
    is_write = item["method"].upper() in {"POST", "PATCH", "PUT"}
    if ("body" in item or is_write) and not ("body" in item and has_type):
        raise malformed(
            f"Write request id : {item['id']} does not contain Content-Type header or body."
        )


def _ordered(by_id: Mapping[str, Item]) -> list[Item]:
    """Each item after those it depends on. Raises GraphError for unknown ids and circles."""
    ordered: dict[str, Item] = {}
    waiting = dict(by_id)
    while waiting:
        ready = [k for k, item in waiting.items() if all(d in ordered for d in _needs(item))]
        if not ready:
            raise malformed("Invalid dependsOn: an id is unknown or the requests form a circle.")
        for key in ready:
            ordered[key] = waiting.pop(key)
    return list(ordered.values())


def _needs(item: Item) -> list[str]:
    needs = item.get("dependsOn") or []
    if not isinstance(needs, list) or not all(isinstance(need, str) for need in needs):
        raise malformed("Invalid batch payload format.")
    return needs


def _one(tenant: Tenant, call: Call, item: Item, done: Mapping[str, Outcome]) -> Outcome:
    headers = {**_inherited(call.headers), **_lower(item.get("headers", {}))}
    if any(done[key].answer.failed for key in _needs(item)):
        error = GraphError(424, "FailedDependency", "A request this one depends on has failed.")
        return Outcome(graph.refusal(tenant, headers, error))
    url = item["url"]
    if "://" in url or url.lstrip("/").startswith("$batch"):
        error = malformed(f"Resource not found for the segment '{url.split('/')[0]}'.")
        return Outcome(graph.refusal(tenant, headers, error))
    path, query = read_path(url)
    inner = Call(
        method=item["method"].upper(),
        path=path,
        query=query,
        headers=headers,
        body=item.get("body"),
        base=call.base,
        app=call.app,
        connection=call.connection,
    )
    return graph.answer(tenant, inner, batched=True)


def _lower(headers: Mapping[str, Any]) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _inherited(headers: Mapping[str, str]) -> dict[str, str]:
    """Ids of the outer request; ConsistencyLevel must stand on the item itself."""
    return {k: v for k, v in headers.items() if k in {"client-request-id", "tenant-request-id"}}


def _response(key: str, answer: Answer) -> dict[str, Any]:
    response: dict[str, Any] = {"id": key, "status": answer.status, "headers": dict(answer.headers)}
    if answer.body is not None:
        kind = "text/plain" if isinstance(answer.body, str) else "application/json"
        response["headers"]["Content-Type"] = kind
        response["body"] = answer.body
    return response
