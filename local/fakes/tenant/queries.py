"""Reading: ``$select``, ``$filter``, ``$orderby``, ``$search``, ``$top``, ``$count`` and paging.

Kept on purpose: a header is forgotten on the next page (the caller must send it again), the count
stands on the first page only, the link is opaque, and a page may be empty.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode

from local.fakes.tenant.answers import Answer, GraphError, malformed, unsupported_query
from local.fakes.tenant.calls import Call, count_option
from local.fakes.tenant.filters import Test, parse
from local.fakes.tenant.kinds import Kind, render
from local.fakes.tenant.schema import TYPES

CONTEXT = "https://graph.microsoft.com/v1.0/$metadata#"
PAGE, LARGEST_PAGE = 100, 999
TIP = (
    "Use $select to choose only the properties your app needs, as this can lead to performance "
    "improvements. For example: GET users?$select=signInActivity,accountEnabled"
)
_SORTABLE = frozenset({"displayName", "userPrincipalName", "createdDateTime", "givenName"})

type Lookup = Callable[[str], Mapping[str, Any] | None]


def selected(call: Call, kind: Kind, *, in_list: bool = False) -> tuple[str, ...]:
    """The names to show. Raises GraphError for unknown ones, 501 for those no list can show."""
    text = call.query.get("select", "")
    if not text or text == "*":
        return kind.defaults
    names = tuple(dict.fromkeys(name.strip().split("/")[0] for name in text.split(",")))
    for name in names:
        if name not in TYPES[kind.name] and not name.startswith("extension_"):
            raise malformed(
                "Parsing OData Select and Expand failed: Could not find a property named "
                f"'{name}' on type 'microsoft.graph.{kind.name}'."
            )
        if in_list and name in kind.not_in_lists:
            raise GraphError(501, "NotImplemented", f"'{name}' cannot be read in a collection.")
    return names


def entity(
    call: Call,
    kind: Kind,
    facts: Mapping[str, Any],
    status: int = 200,
    *,
    names: tuple[str, ...] | None = None,
) -> Answer:
    names = selected(call, kind) if names is None else names
    chosen = f"({quote(call.query['select'], safe=',')})" if call.query.get("select") else ""
    context = f"{CONTEXT}{kind.collection}{chosen}/$entity"
    return Answer(status, {"@odata.context": context, **render(kind, facts, names)})


@dataclass(frozen=True, slots=True)
class Options:
    """A list query, checked."""

    names: tuple[str, ...]
    top: int
    test: Test | None
    order: tuple[str, bool] | None
    counted: bool
    after: str
    first: bool


def options(call: Call, kind: Kind) -> Options:
    """Raises GraphError for what the directory does not support."""
    query = call.query
    for name in ("skip", "expand", "apply"):
        if name in query:
            raise malformed(f"The query specified in the URI is not valid. '${name}' is not "
                            "supported by the service.")  # fmt: skip
    test = _test(call, kind)
    order = _order(query.get("orderby", ""))
    if order is not None and test is not None and not call.advanced:
        raise unsupported_query("Sorting is not supported for current query.")
    token = _read_token(query["skiptoken"]) if "skiptoken" in query else None
    return Options(
        names=selected(call, kind, in_list=True),
        top=count_option(query["top"], LARGEST_PAGE) if "top" in query else PAGE,
        test=test,
        order=order,
        counted=call.counts and call.eventual and token is None,
        after=token or "",
        first=token is None,
    )


def _test(call: Call, kind: Kind) -> Test | None:
    tests: list[Test] = []
    if "filter" in call.query:
        wanted = parse(call.query["filter"], kind)
        wanted.admit(kind, advanced=call.advanced)
        tests.append(wanted.test)
    if "search" in call.query:
        tests.append(_search(call))
    if len(tests) <= 1:
        return tests[0] if tests else None
    return lambda facts: all(test(facts) for test in tests)


def _search(call: Call) -> Test:
    if not call.eventual:
        raise GraphError(
            400,
            "Request_UnsupportedQuery",
            "Request with $search query parameter only works through MSGraph with a special "
            "request header: 'ConsistencyLevel: eventual'",
        )
    name, colon, words = call.query["search"].strip('"').partition(":")
    if not colon:
        raise malformed('Syntax error: $search wants "property:value".')
    needle = words.casefold()
    return lambda facts: needle in str(facts.get(name, "")).casefold()


def _order(text: str) -> tuple[str, bool] | None:
    if not text:
        return None
    name, _, direction = text.strip().partition(" ")
    if name not in _SORTABLE or direction not in {"", "asc", "desc"}:
        raise unsupported_query("Unsupported sort property for the resource.")
    return name, direction == "desc"


def page(
    call: Call, kind: Kind, ids: Sequence[str], lookup: Lookup, *, empty_first: bool = False
) -> Answer:
    """One page of the objects ``ids`` (sorted); ``lookup`` gives what a reader may see, or None.

    The cursor is the last id shown, so objects that come or go between two pages neither repeat
    nor hide others.
    """
    wanted = options(call, kind)
    if wanted.order is not None:
        ids = _sorted_ids(ids, lookup, wanted.order)
    body: dict[str, Any] = {"@odata.context": _list_context(call, kind)}
    if wanted.counted:
        body["@odata.count"] = sum(1 for _ in _matching(ids, lookup, wanted.test))
    rows: list[Mapping[str, Any]] = []
    cursor: str | None = ""
    if not (empty_first and wanted.first):
        rows, cursor = _rows(ids, lookup, wanted)
    if cursor is not None:
        body["@odata.nextLink"] = _next_link(call, cursor)
    if "select" not in call.query:
        body["@microsoft.graph.tips"] = TIP
    body["value"] = [render(kind, facts, wanted.names) for facts in rows]
    return Answer(200, body)


def count(call: Call, kind: Kind, ids: Sequence[str], lookup: Lookup) -> Answer:
    """The ``/$count`` segment, text/plain; only as an advanced query."""
    if not call.eventual:
        raise GraphError(400, "Request_BadRequest", "$count is not currently supported.")
    return Answer(200, str(sum(1 for _ in _matching(ids, lookup, _test(call, kind)))))


def _rows(
    ids: Sequence[str], lookup: Lookup, wanted: Options
) -> tuple[list[Mapping[str, Any]], str | None]:
    if wanted.order is not None:
        start = int(wanted.after or 0)
        rows = list(_matching(ids, lookup, wanted.test))
        end = start + wanted.top
        return rows[start:end], str(end) if len(rows) > end else None
    remaining = islice(ids, bisect_right(ids, wanted.after), None)
    rows = list(islice(_matching(remaining, lookup, wanted.test), wanted.top + 1))
    if len(rows) <= wanted.top:
        return rows, None
    return rows[: wanted.top], rows[wanted.top - 1]["id"]


def _matching(ids: Iterable[str], lookup: Lookup, test: Test | None) -> Iterable[Mapping[str, Any]]:
    for key in ids:
        facts = lookup(key)
        if facts is not None and (test is None or test(facts)):
            yield facts


def _sorted_ids(ids: Sequence[str], lookup: Lookup, order: tuple[str, bool]) -> list[str]:
    name, descending = order
    return sorted(ids, key=lambda key: str((lookup(key) or {}).get(name, "")), reverse=descending)


def _list_context(call: Call, kind: Kind) -> str:
    collection = kind.collection if call.path[0] == kind.collection else "directoryObjects"
    chosen = f"({quote(call.query['select'], safe=',')})" if call.query.get("select") else ""
    return f"{CONTEXT}{collection}{chosen}"


def _next_link(call: Call, cursor: str) -> str:
    token = base64.urlsafe_b64encode(json.dumps({"after": cursor}).encode()).decode().rstrip("=")
    query = {f"${k}": v for k, v in call.query.items() if k != "skiptoken"} | {"$skiptoken": token}
    path = "/".join(quote(segment, safe="$") for segment in call.path)
    return f"{call.base}/{path}?{urlencode(query, safe='$,/()', quote_via=quote)}"


def _read_token(text: str) -> str:
    try:
        padded = text + "=" * (-len(text) % 4)
        return str(json.loads(base64.urlsafe_b64decode(padded))["after"])
    except (ValueError, KeyError, TypeError) as exc:
        raise GraphError(
            400, "Directory_ExpiredPageToken", "The specified page token value has expired and "
            "can no longer be included in your request."
        ) from exc  # fmt: skip
