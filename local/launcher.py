"""The address of a page of ours on this machine: HTTP here, events for a function in the engine.

What API Gateway does in the cloud, as far as the launcher needs it: a request becomes an event in
payload format 2.0, the answer becomes a response. The engine itself answers no web page, so that
none can reach it. ``python -m local.launcher --home HOME --port N --engine N --function NAME``
"""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.engine.engine import Engine

HOST = "127.0.0.1"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
LARGEST = 1 << 20  # bytes of a request's body; nothing we take is near that

type Invoke = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def create_app(invoke: Invoke, below: Mapping[str, Invoke] = MappingProxyType({})) -> Starlette:
    """``invoke`` hands an event to the function and returns its answer; ``below`` are others, by
    the first word of the paths that they answer."""

    async def serve(request: Request) -> Response:
        if urlsplit(f"//{request.headers.get('host', '')}").hostname not in LOOPBACK:
            return Response("foreign Host", 403)  # DNS rebinding
        if int(request.headers.get("content-length", "0")) > LARGEST:
            return Response("too large", 413)
        word = request.url.path.split("/")[1]
        event = event_of(request, await request.body())
        return _response(await run_in_threadpool(below.get(word, invoke), event))

    return Starlette(routes=[Route("/{path:path}", serve, methods=["GET", "POST"])])


def event_of(request: Request, body: bytes) -> dict[str, Any]:
    """A request as API Gateway hands it to a function: cookies by themselves, names in small."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    cookies = [one.strip() for one in headers.pop("cookie", "").split(";") if one.strip()]
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.url.path,
        "rawQueryString": request.url.query,
        "cookies": cookies,
        "headers": headers,
        "requestContext": {
            "http": {"method": request.method, "path": request.url.path},
            "stage": "$default",
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _response(answer: Mapping[str, Any]) -> Response:
    if "statusCode" not in answer:  # the function did not come to an answer
        return Response("502 Bad Gateway", 502)
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    response = Response(content, answer["statusCode"], dict(answer.get("headers") or {}))
    for cookie in answer.get("cookies") or ():
        response.headers.append("set-cookie", cookie)
    return response


def in_engine(engine: Engine, function: str) -> Invoke:
    client = engine.client("lambda")

    def invoke(event: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = client.invoke(FunctionName=function, Payload=json.dumps(event).encode())
        return dict(json.loads(answer["Payload"].read()) or {})

    return invoke


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.launcher", description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="the stack's home")
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    parser.add_argument("--engine", type=int, required=True, help="the engine's port")
    parser.add_argument("--function", required=True, help="the function that answers")
    parser.add_argument("--below", default=[], action="append", help="WORD=FUNCTION")
    options = parser.parse_args()
    engine = Engine(options.home, options.engine)
    others = dict(one.split("=", 1) for one in options.below)
    below = {word: in_engine(engine, function) for word, function in others.items()}
    app = create_app(in_engine(engine, options.function), below)
    uvicorn.run(app, host=HOST, port=options.port, access_log=False, log_level="warning")


if __name__ == "__main__":
    main()
