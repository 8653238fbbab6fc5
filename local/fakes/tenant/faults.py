"""Failures on demand: which calls, how often, and what goes wrong.

A rule matches calls by method, shape of the path, account name or mark, and strikes the next
``times`` of them, every ``every``-th, or a random ``share`` (seeded, so a run can be repeated).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Literal

from pydantic import Field

from local.fakes.tenant.answers import GraphError, concurrent, conflict, denied
from local.fakes.tenant.calls import Call
from local.fakes.tenant.settings import Outside

type Names = Callable[[Call], frozenset[str]]

BATCH, TOKEN = "/$batch", "/token"
BY_NAME_ONLY = frozenset({BATCH, TOKEN})  # a rule without a shape means Graph's own objects
CODES = {
    429: ("TooManyRequests", "Please retry again later."),
    500: ("Service_InternalServerError", "Encountered an internal server error."),
    502: ("BadGateway", "Bad gateway."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
    504: ("GatewayTimeout", "The gateway did not receive a timely response."),
    507: ("InsufficientStorage", "Insufficient storage."),
}


class Rule(Outside):
    """One failure to inject.

    ``kind``: status (nothing happens, then ``status``) · commit-then-status (it happens, the
    answer is lost) · reset (the connection dies before) · commit-then-reset (after) · latency
    (``seconds`` later, otherwise well) · stale-connection (503 on this network connection until
    the client opens a new one).
    ``shape`` is a path with ``{id}`` (``/users``, ``/groups/{id}/members/$ref``), ``/$batch`` for a
    batch as a whole, or ``/token``. ``times`` None never ends. ``code`` overrides Graph's error
    code for the status. ``conflict`` makes it 400 ObjectConflict on that property, with ``holder``
    (``User_<id>``) in the way.
    """

    kind: Literal[
        "status", "commit-then-status", "reset", "commit-then-reset", "latency", "stale-connection"
    ] = "status"
    status: int = Field(default=503, ge=400, le=599)
    code: str | None = None
    conflict: str | None = None
    holder: str = ""
    retry_after: int | None = None
    seconds: float = Field(default=0.0, ge=0)
    method: str | None = None
    shape: str | None = None
    upn: str | None = None
    umi: str | None = None
    times: int | None = Field(default=1, ge=1)
    every: int = Field(default=1, ge=1)
    share: float = Field(default=1.0, gt=0, le=1)
    seed: int = 0

    @property
    def commits(self) -> bool:
        return self.kind in {"commit-then-status", "commit-then-reset", "latency"}

    @property
    def resets(self) -> bool:
        return self.kind.endswith("reset")

    def error(self) -> GraphError:
        if self.conflict is not None:
            resource, _, other = self.holder.partition("_")
            return conflict(self.conflict, resource, other, name_other=bool(self.holder))
        known = {403: denied, 409: concurrent}.get(self.status)
        if known is not None and self.code is None:
            return known()
        code, message = CODES.get(self.status, ("Request_BadRequest", "Injected failure."))
        wait = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return GraphError(self.status, self.code or code, message, headers=wait)


class Faults:
    def __init__(self) -> None:
        self._rules: list[_Armed] = []
        self._stale: set[str] = set()

    def add(self, rule: Rule) -> None:
        self._rules.append(_Armed(rule))

    def clear(self) -> None:
        self._rules.clear()
        self._stale.clear()

    def rules(self) -> list[Rule]:
        return [armed.rule for armed in self._rules]

    def strike(self, call: Call, shape: str, names: Names) -> Rule | None:
        """The rule that strikes this call, used up by one. ``names``: whom the call is about."""
        if call.connection in self._stale:
            return Rule(status=503)
        for armed in self._rules:
            if armed.matches(call, shape, names) and armed.due():
                self._rules = [a for a in self._rules if a.left != 0]
                if armed.rule.kind == "stale-connection":
                    self._stale.add(call.connection)
                return armed.rule
        return None

    def strike_token(self) -> Rule | None:
        """The rule that strikes a request for a token."""
        call = Call("POST", ("token",), {}, {}, None, "", "", "")
        return self.strike(call, TOKEN, lambda _call: frozenset())


class _Armed:
    """A rule and how far it has come."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.left = rule.times
        self._seen = 0
        self._dice = random.Random(rule.seed)

    def matches(self, call: Call, shape: str, names: Names) -> bool:
        rule = self.rule
        if rule.method is not None and rule.method != call.method:
            return False
        if rule.shape != shape and (rule.shape is not None or shape in BY_NAME_ONLY):
            return False
        wanted = {name.casefold() for name in (rule.upn, rule.umi) if name is not None}
        return not wanted or wanted <= names(call)

    def due(self) -> bool:
        self._seen += 1
        if self._seen % self.rule.every or self._dice.random() >= self.rule.share:
            return False
        if self.left is not None:
            self.left -= 1
        return True
