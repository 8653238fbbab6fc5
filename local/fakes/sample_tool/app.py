"""The tool's pages: what a launch told it, who is in the class, and contents to choose."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pylti1p3.exception import LtiException, OIDCException
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.fakes.sample_tool.lti import Cookies, Launch, Tool

LOOPBACK = ["127.0.0.1", "localhost"]  # other names are DNS rebinding
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
CONTENTS = {"kakezan": "かけざん", "warizan": "わりざん"}
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def create_app(tool: Tool) -> Starlette:
    async def home(_: Request) -> Response:
        return _page("home", tool)

    async def jwks(_: Request) -> Response:
        return JSONResponse(tool.jwks())

    async def login(request: Request) -> Response:
        cookies = Cookies(request.cookies)
        try:
            where = tool.login(await _parameters(request), cookies)
        except (LtiException, OIDCException) as exc:
            return _refused(tool, exc)
        response = RedirectResponse(where, 303)
        for name, (value, seconds) in cookies.given.items():
            response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="lax")
        return response

    async def launch(request: Request) -> Response:
        try:
            return await run_in_threadpool(
                _launched, tool, await _parameters(request), Cookies(request.cookies)
            )
        except LtiException as exc:
            return _refused(tool, exc)

    routes = [
        Route("/", home),
        Route("/jwks.json", jwks),
        Route("/login", login, methods=["GET", "POST"]),
        Route("/launch", launch, methods=["POST"]),
    ]
    return Starlette(routes=routes, middleware=[Middleware(TrustedHostMiddleware, LOOPBACK)])


async def _parameters(request: Request) -> dict[str, str]:
    """A form's fields, or the query's."""
    if request.method == "POST":
        return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    return dict(request.query_params)


def _launched(tool: Tool, parameters: Mapping[str, str], cookies: Cookies) -> Response:
    launch = tool.launch(parameters, cookies)
    claims: dict[str, Any] = dict(launch.get_launch_data())
    if launch.is_deep_link_launch():
        settings = claims[f"{DL}deep_linking_settings"]
        every = [{name: title} for name, title in CONTENTS.items()] + [CONTENTS]
        offered = {"と ".join(some.values()): tool.answer(launch, some) for some in every}
        where = settings["deep_link_return_url"]
        return _page("choose", tool, where, offered=offered, where=where)
    return _page(
        "launched",
        tool,
        told=_told(claims),
        claims=json.dumps(claims, ensure_ascii=False, indent=2),
        members=_members(launch),
        back=claims[f"{CLAIM}launch_presentation"]["return_url"],
    )


def _told(claims: Mapping[str, Any]) -> dict[str, str]:
    """The claims that matter, in words."""
    custom = claims.get(f"{CLAIM}custom", {})
    return {
        "えらんだもの": claims[f"{CLAIM}resource_link"].get("title", ""),
        "学年": custom.get("grade", ""),
        "学級": claims[f"{CLAIM}context"].get("title", ""),
        "学校": claims[f"{CLAIM}deployment_id"],
        "氏名": claims.get("name", "(教えてもらっていません)"),
        "ユーザー識別子": claims["sub"],
        "役割": "、".join(role.rpartition("#")[2] for role in claims[f"{CLAIM}roles"]),
        "発行元": claims["iss"],
    }


def _members(launch: Launch) -> list[Mapping[str, Any]] | None:
    """The class, all pages of it; None where the tool may not know."""
    return list(launch.get_nrps().get_members()) if launch.has_nrps() else None


def _refused(tool: Tool, exc: Exception) -> Response:
    return _page("refused", tool, status=403, why=str(exc))


def _page(
    name: str, tool: Tool, leads_to: str = "", status: int = 200, **content: Any
) -> HTMLResponse:
    """``leads_to`` is where the page's forms go."""
    nonce = secrets.token_urlsafe(16)
    html = _PAGES.get_template(f"{name}.html.j2").render(content, nonce=nonce, tool=tool)
    parts = urlsplit(leads_to)
    target = f"{parts.scheme}://{parts.netloc}" if leads_to else "'none'"
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action {target}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(
        html, status, {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    )
