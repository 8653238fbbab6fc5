"""GET /users/delta: what has changed since a link was given.

As documented: the link holds the query and is opaque; an entry tells the id and at least the
properties that changed, null where one was emptied; who was deleted is ``@removed``; an entry may
come again; the size of a page is the service's own; ``$deltatoken=latest`` begins now. A link is
good for seven days, and one that the service no longer knows is answered 410 with the address of
a new beginning. Links do not outlive this tenant's process.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import Any
from urllib.parse import quote

from local.fakes.tenant import queries
from local.fakes.tenant.answers import Answer, GraphError, malformed
from local.fakes.tenant.calls import Call
from local.fakes.tenant.kinds import USER, render
from local.fakes.tenant.tenant import Tenant

PAGE = 200
DAYS = 7
_DAY = 86_400.0
_UNSUPPORTED = ("top", "expand", "orderby", "search", "filter", "count", "skip")

type Row = tuple[int, dict[str, Any]]
"""When it last changed, and what is told."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a link remembers: changes after ``since`` are wanted, those up to ``cursor`` were told.

    ``whole``: everybody is told first, which is how a delta begins without a token; ``after`` is
    the last id then.
    """

    epoch: str
    names: tuple[str, ...]
    at: float
    since: int
    until: int = 0
    cursor: int = 0
    whole: bool = False
    after: str = ""

    def packed(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")


def delta(tenant: Tenant, call: Call) -> Answer:
    for name in _UNSUPPORTED:
        if name in call.query:
            raise malformed(f"The query parameter '${name}' is not supported in delta queries.")
    given = {name.lower(): value for name, value in call.query.items()}
    now = tenant.directory.moved
    if given.get("deltatoken") == "latest":
        return _page(call, [], delta_of=_fresh(tenant, call))
    if text := given.get("deltatoken", ""):
        told = _read(tenant, call, text)
        token = replace(told, until=now, cursor=told.since - 1)  # the last entry is told again
    elif text := given.get("skiptoken", ""):
        token = _read(tenant, call, text)
    else:
        token = replace(_fresh(tenant, call), until=now, whole=True)
    rows = list(islice(_entries(tenant, token), PAGE + 1))
    if len(rows) > PAGE:
        last_moved, last = rows[PAGE - 1]
        onward = replace(token, cursor=last_moved, after=last["id"])
        return _page(call, rows[:PAGE], next_of=onward)
    return _page(call, rows, delta_of=replace(_fresh(tenant, call), names=token.names,
                                              since=token.until))  # fmt: skip


def _fresh(tenant: Tenant, call: Call) -> Token:
    names = queries.selected(call, USER, in_list=True)
    return Token(tenant.directory.epoch, names, tenant.clock.now(), tenant.directory.moved)


def _entries(tenant: Tenant, token: Token) -> Iterator[Row]:
    users, deleted = tenant.directory.users, tenant.directory.deleted
    if token.whole:
        ids = tenant.directory.ordered("users")
        for key in islice(ids, bisect_right(ids, token.after), None):
            yield 0, _shown(users[key], token.names)
        return
    for moved, key, changed in tenant.directory.changed(token.since, token.cursor):
        if moved > token.until:
            return
        if key in users:
            yield moved, _shown(users[key], tuple(n for n in token.names if n in changed))
        else:
            reason = "changed" if key in deleted else "deleted"
            yield moved, {"id": key, "@removed": {"reason": reason}}


def _shown(facts: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {"id": facts["id"], **render(USER, facts, names)}


def _page(
    call: Call, rows: list[Row], *, next_of: Token | None = None, delta_of: Token | None = None
) -> Answer:
    body: dict[str, Any] = {"@odata.context": f"{queries.CONTEXT}users"}
    if next_of:
        body["@odata.nextLink"] = f"{call.base}/users/delta?$skiptoken={quote(next_of.packed())}"
    if delta_of:
        body["@odata.deltaLink"] = f"{call.base}/users/delta?$deltatoken={quote(delta_of.packed())}"
    return Answer(200, {**body, "value": [row for _, row in rows]})


def _read(tenant: Tenant, call: Call, text: str) -> Token:
    """Raises GraphError: 400 for one that is too old, 410 for one of another process."""
    try:
        known = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        token = Token(**known | {"names": tuple(known["names"])})
    except (ValueError, KeyError, TypeError) as exc:
        raise malformed("Badly formed token.") from exc
    if tenant.clock.now() > token.at + DAYS * _DAY:
        raise GraphError(400, "syncStateNotFound", "The sync state generation is not found.")
    if token.epoch != tenant.directory.epoch:
        headers = {"Location": f"{call.base}/users/delta?$select={','.join(token.names)}"}
        raise GraphError(410, "resyncRequired", "Resync required.", headers=headers)
    return token
