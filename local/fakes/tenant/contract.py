"""What went over the wire, held against the table of names and types: both ways, call by call.

``GET /_tenant/misfits`` tells what did not fit, by method, shape and property, never by value. A
client that behaves leaves its list of requests empty; the list of answers is this tenant's own
mistakes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from local.fakes.tenant.answers import Answer
from local.fakes.tenant.calls import Call
from local.fakes.tenant.schema import TYPES, misfits

# What a write says; a call that is not here has no body.
TAKES = {
    "POST /users": "user",
    "PATCH /users/{id}": "user",
    "POST /users/{id}/assignLicense": "assignLicense",
    "POST /groups": "group",
    "PATCH /groups/{id}": "group",
    "POST /groups/{id}/members/$ref": "reference",
    "POST /groups/{id}/owners/$ref": "reference",
    "POST /groups/{id}/assignLicense": "assignLicense",
    "POST /education/classes": "educationClass",
    "POST /teams": "team",
    "POST /teams/{id}/archive": "archive",
    "POST /directory/deletedItems/{id}/restore": "restore",
}
# What is answered: one object, a [page] of them, a number as text, or nothing at all.
NOTHING, NUMBER = "", "number"
GIVES = {
    "GET /users": "[user]",
    "POST /users": "user",
    "GET /users/$count": NUMBER,
    "GET /users/delta": "[user]",
    "GET /users/{id}": "user",
    "PATCH /users/{id}": NOTHING,
    "DELETE /users/{id}": NOTHING,
    "POST /users/{id}/revokeSignInSessions": "yesOrNo",
    "POST /users/{id}/assignLicense": "user",
    "POST /users/{id}/reprocessLicenseAssignment": "user",
    "GET /users/{id}/licenseDetails": "[licenseDetails]",
    "GET /users/{id}/memberOf": "[group]",
    "GET /users/{id}/memberOf/microsoft.graph.group": "[group]",
    "GET /groups": "[group]",
    "POST /groups": "group",
    "GET /groups/$count": NUMBER,
    "GET /groups/{id}": "group",
    "PATCH /groups/{id}": NOTHING,
    "DELETE /groups/{id}": NOTHING,
    "GET /groups/{id}/members": "[user]",
    "GET /groups/{id}/members/$count": NUMBER,
    "GET /groups/{id}/members/microsoft.graph.user": "[user]",
    "GET /groups/{id}/members/microsoft.graph.user/$count": NUMBER,
    "POST /groups/{id}/members/$ref": NOTHING,
    "DELETE /groups/{id}/members/{id}/$ref": NOTHING,
    "GET /groups/{id}/owners": "[user]",
    "POST /groups/{id}/owners/$ref": NOTHING,
    "DELETE /groups/{id}/owners/{id}/$ref": NOTHING,
    "POST /groups/{id}/assignLicense": "group",
    "POST /education/classes": "educationClass",
    "POST /teams": NOTHING,
    "GET /teams/{id}": "team",
    "POST /teams/{id}/archive": NOTHING,
    "POST /teams/{id}/unarchive": NOTHING,
    "GET /teams/{id}/operations/{id}": "teamsAsyncOperation",
    "GET /subscribedSkus": "[subscribedSku]",
    "GET /directoryRoles": "[directoryRole]",
    "GET /directoryRoles/{id}/members": "[user]",
    "GET /directory/deletedItems/microsoft.graph.user": "[user]",
    "GET /directory/deletedItems/microsoft.graph.group": "[group]",
    "GET /directory/deletedItems/microsoft.graph.user/$count": NUMBER,
    "GET /directory/deletedItems/{id}": "user",
    "POST /directory/deletedItems/{id}/restore": "user",
    "DELETE /directory/deletedItems/{id}": NOTHING,
}


class Contract:
    """``requests`` and ``answers`` count each kind of misfit since the last reset."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()

    def see(self, call: Call, shape: str, answer: Answer) -> None:
        named = f"{call.method} {shape}"
        self.requests.update(f"{named}: {path}" for path in _in_request(named, call.body))
        self.answers.update(f"{named}: {path}" for path in _in_answer(named, answer))

    def see_refused_batch(self) -> None:
        self.requests["POST /$batch: the whole of it"] += 1


def _in_request(named: str, body: Any) -> Iterator[str]:
    kind = TAKES.get(named)
    if kind is None:
        yield from ["no such call"] * (named not in GIVES)
        yield from ["a body"] * (body not in (None, {}))
    elif kind != "restore" or body is not None:  # a restore may do without
        yield from _in_object(kind, body)


def _in_answer(named: str, answer: Answer) -> Iterator[str]:
    body, kind = answer.body, GIVES.get(named, NOTHING)
    if answer.failed:
        yield from _in_object("refusal", body)
    elif kind == NOTHING:
        yield from ["a body"] * (body is not None)
    elif kind == NUMBER:
        yield from ["not a number"] * (not (isinstance(body, str) and body.isdigit()))
    elif kind.startswith("["):
        yield from _in_page(kind.strip("[]"), body)
    else:
        yield from _in_object(kind, body)


def _in_page(kind: str, body: Any) -> Iterator[str]:
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        yield "not a page"
        return
    yield from (name for name in body if name != "value" and "@" not in name)
    for row in body["value"]:
        yield from _in_object(kind, row)


def _in_object(kind: str, body: Any) -> Iterator[str]:
    """An object that says what it is, is held against that."""
    if not isinstance(body, Mapping):
        yield f"not a {kind}"
        return
    stated = str(body.get("@odata.type", "")).removeprefix("#microsoft.graph.")
    for misfit in misfits(stated if stated in TYPES else kind, body):
        yield misfit.path
