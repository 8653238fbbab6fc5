"""What the tenant answers: results, and errors in Graph's own envelope.

Codes and texts follow the documented ones; a client must branch on codes, never on a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ERROR_FROM = 400  # statuses from here on are failures


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is JSON-ready, a ``str`` for text/plain, or None for no content."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.status >= ERROR_FROM


@dataclass(frozen=True, slots=True)
class Detail:
    code: str
    target: str
    message: str = ""


class GraphError(Exception):
    """A refusal. Its text never holds a value that a body carried, except an object's id."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: tuple[Detail, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.headers = dict(headers or {})

    def answer(self, inner: Mapping[str, str], spelling: str = "innerError") -> Answer:
        """``inner`` holds date, request-id and client-request-id."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            error["details"] = [
                {"code": d.code, "message": d.message or self.message, "target": d.target}
                for d in self.details
            ]
        if self.status == TOO_MANY:
            inner = {"code": "429", "message": "Please retry after", "status": "429", **inner}
        error[spelling] = dict(inner)
        return Answer(self.status, {"error": error}, self.headers)


TOO_MANY = 429


def bad_request(message: str, *details: Detail) -> GraphError:
    return GraphError(400, "Request_BadRequest", message, details=details)


def unsupported_query(message: str = "Unsupported Query.") -> GraphError:
    return GraphError(400, "Request_UnsupportedQuery", message)


def malformed(message: str) -> GraphError:
    """Refused by Graph's gateway before the directory saw it."""
    return GraphError(400, "BadRequest", message)


def unreadable_body() -> GraphError:
    return malformed(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload "
        "is of valid JSON format."
    )


def not_found(key: str) -> GraphError:
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{key}' does not exist or one of its queried reference-property objects are "
        "not present.",
    )


def denied() -> GraphError:
    return GraphError(
        403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
    )


def not_allowed() -> GraphError:
    return GraphError(
        405,
        "Request_BadRequest",
        "Specified HTTP method is not allowed for the request target.",
    )


def throttled(retry_after: int, headers: Mapping[str, str] | None = None) -> GraphError:
    return GraphError(
        TOO_MANY,
        "TooManyRequests",
        "Please retry again later.",
        headers={"Retry-After": str(retry_after), **(headers or {})},
    )


def concurrent() -> GraphError:
    return GraphError(
        409,
        "Directory_ConcurrencyViolation",
        "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.",
    )


def required(name: str, resource: str) -> GraphError:
    return bad_request(f"A value is required for property '{name}' of resource '{resource}'.")


def invalid(name: str, resource: str) -> GraphError:
    return bad_request(f"Invalid value specified for property '{name}' of resource '{resource}'.")


def conflict(prop: str, resource: str, other: str, *, name_other: bool) -> GraphError:
    """A duplicate: ``name_other`` adds the object that is in the way (older tenants do not)."""
    text = f"Another object with the same value for property {prop} already exists."
    details = [Detail("ObjectConflict", prop)]
    if name_other:
        details.append(Detail("ConflictingObjects", f"{resource}_{other}"))
    return bad_request(text, *details)
