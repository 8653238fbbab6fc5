"""Answers over HTTP: pages with their headers, redirects, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

SEE_OTHER = 303
HTML = "text/html; charset=utf-8"
JSON = "application/json"
NOT_STORED = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",  # whoever opened our window has no hold on it
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",  # browsers heed it over https only
    "X-Content-Type-Options": "nosniff",
}


class HtmlPage(Protocol):
    """HTML and the Content-Security-Policy it needs."""

    @property
    def html(self) -> str: ...

    @property
    def policy(self) -> str: ...


def page(
    found: HtmlPage,
    status: int = 200,
    cookies: list[Cookie] | None = None,
    referrer: str = "no-referrer",
) -> Response[str]:
    """``referrer`` is "same-origin" where forms of the page must name their origin: under
    "no-referrer" a browser sends ``Origin: null``."""
    headers = NOT_STORED | {"Content-Security-Policy": found.policy, "Referrer-Policy": referrer}
    return Response(status, HTML, found.html, headers, cookies)


def file(body: bytes, name: str, kind: str) -> Response[bytes]:
    """To be saved under ``name`` (ASCII)."""
    headers = NOT_STORED | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(200, kind, body, headers)


def redirect(
    url: str, query: Mapping[str, str] | None = None, cookies: list[Cookie] | None = None
) -> Response[str]:
    """To ``url`` with GET, ``query`` added to what it has."""
    joint = "&" if urlsplit(url).query else "?"
    target = f"{url}{joint}{urlencode(query)}" if query else url
    return Response(SEE_OTHER, None, "", NOT_STORED | {"Location": target}, cookies)


def data(
    body: Mapping[str, Any],
    status: int = 200,
    kind: str = JSON,
    headers: Mapping[str, str] = NOT_STORED,
) -> Response[str]:
    return Response(status, kind, json.dumps(body, ensure_ascii=False), dict(headers))
