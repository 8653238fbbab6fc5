"""The tenant as a web application on loopback: Graph, Entra, the control plane."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from local.fakes.tenant import batch, control, entra, graph, tokens
from local.fakes.tenant.answers import Answer, GraphError
from local.fakes.tenant.calls import Call, read_body, read_path
from local.fakes.tenant.graph import Outcome
from local.fakes.tenant.refusals import Refused
from local.fakes.tenant.settings import LOOPBACK
from local.fakes.tenant.tenant import Tenant

_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]
_VERSION = "/v1.0"


def create_app(tenant: Tenant) -> ASGIApp:
    """The ASGI application for ``tenant``; whoever makes it also closes the tenant."""

    async def serve_graph(request: Request) -> Response:
        return await _serve_graph(tenant, request)

    async def serve_login(request: Request) -> Response:
        return await _serve_login(tenant, request)

    async def serve_control(request: Request) -> Response:
        return await _serve_control(tenant, request)

    routes = [
        Route(_VERSION + "/{path:path}", serve_graph, methods=_METHODS),
        Route("/_tenant/{name}", serve_control, methods=_METHODS),
        Route("/{tenant_id}/v2.0/.well-known/{call:path}", serve_login),
        Route("/{tenant_id}/discovery/v2.0/{call}", serve_login),
        Route("/{tenant_id}/oauth2/v2.0/{call}", serve_login, methods=["GET", "POST"]),
    ]
    return LoopbackOnly(Starlette(routes=routes))


class LoopbackOnly:
    """Refuses what a web page could send: a foreign Host (DNS rebinding) or a foreign Origin.

    It also keeps the way to the network connection, so that a fault can cut it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if not _is_loopback(f"//{headers.get('host', '')}") or (
                origin is not None and not _is_loopback(origin)
            ):
                await Response("foreign Host or Origin", 403)(scope, receive, send)
                return
            scope["tenant.transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app(scope, receive, send)


def _is_loopback(url: str) -> bool:
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:
        return False


async def _serve_graph(tenant: Tenant, request: Request) -> Response:
    request_id = str(uuid.uuid4())
    headers = {k.lower(): v for k, v in request.headers.items()} | {"tenant-request-id": request_id}
    try:
        outcome = _graph_outcome(tenant, request, headers, await request.body())
    except GraphError as exc:
        outcome = Outcome(graph.refusal(tenant, headers, exc))
    await _pass_time(tenant, outcome.delay)
    if outcome.reset:
        _cut(request)
    echoed = {
        "request-id": request_id,
        "client-request-id": headers.get("client-request-id", request_id),
        "OData-Version": "4.0",
    }
    return _response(outcome.answer, echoed)


def _graph_outcome(
    tenant: Tenant, request: Request, headers: Mapping[str, str], data: bytes
) -> Outcome:
    """Raises GraphError for what is refused before the call is looked at."""
    app = tokens.application(tenant, headers.get("authorization", ""))
    body = read_body(data, headers.get("content-type", ""))
    raw = request.scope.get("raw_path", b"").decode("ascii") or request.url.path
    target = raw.removeprefix(_VERSION)
    path, query = read_path(f"{target}?{request.url.query}")
    call = Call(
        method=request.method,
        path=path,
        query=query,
        headers=headers,
        body=body,
        base=f"{request.url.scheme}://{headers['host']}{_VERSION}",
        app=app,
        connection=str(request.client),
    )
    if path == ("$batch",) and request.method == "POST":
        return batch.answer(tenant, call)
    return graph.answer(tenant, call)


async def _pass_time(tenant: Tenant, seconds: float) -> None:
    if seconds and tenant.clock.virtual:
        tenant.clock.advance(seconds)
    elif seconds:
        await asyncio.sleep(seconds)


def _cut(request: Request) -> None:
    """End the connection without an answer, as a failing network does (RST, not FIN)."""
    transport = request.scope.get("tenant.transport")
    if transport is None:
        raise ConnectionResetError
    connection = transport.get_extra_info("socket")
    if connection is not None:
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


async def _serve_login(tenant: Tenant, request: Request) -> Response:
    form = dict(parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True))
    visit = entra.Visit(
        tenant_id=request.path_params["tenant_id"],
        query=dict(request.query_params),
        form=form,
        host=f"{request.url.scheme}://{request.headers['host']}",
    )
    try:
        answer = entra.handle(tenant, f"{request.method} {request.path_params['call']}", visit)
    except Refused as exc:
        answer = exc.answer(tenant.clock.now())
    return _response(answer, {})


async def _serve_control(tenant: Tenant, request: Request) -> Response:
    try:
        data = await request.body()
        body = json.loads(data) if data else None
        name = request.path_params["name"]
        answer = control.handle(tenant, request.method, name, request.query_params, body)
    except control.Rejected as exc:
        answer = Answer(400, {"error": str(exc)})
    except ValueError:
        answer = Answer(400, {"error": "the body is not JSON"})
    return _response(answer, {})


_PRIVATE = re.compile(r"[\x00-\x1f]")


def _response(answer: Answer, headers: Mapping[str, str]) -> Response:
    content: Any = b""
    kind = None
    if isinstance(answer.body, str):
        content, kind = answer.body, answer.headers.get("Content-Type", "text/plain")
    elif answer.body is not None:
        content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
        kind = "application/json"
    merged = {**headers, **answer.headers}
    clean = {name: _PRIVATE.sub("", value) for name, value in merged.items()}
    return Response(content, answer.status, clean, media_type=kind)
