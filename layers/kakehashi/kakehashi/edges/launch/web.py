"""Answers to a browser or to a tool: pages with their headers, redirects, JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.shared.cookies import Cookie

from kakehashi.lti.pages import Page
from kakehashi.lti.refusal import Refusal

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
PUBLIC = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
_OAUTH = {"L301": "invalid_client", "L302": "invalid_client", "L303": "invalid_client",
          "L304": "invalid_client", "L306": "invalid_scope"}  # fmt: skip


def page(found: Page, status: int = 200, cookies: list[Cookie] | None = None) -> Response[str]:
    headers = NOT_STORED | {"Content-Security-Policy": found.policy}
    return Response(status, HTML, found.html, headers, cookies)


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


def refused_call(refusal: Refusal, status: int) -> Response[str]:
    """A tool's call is refused: OAuth's word for programs, our code for people."""
    word = _OAUTH.get(refusal.code, "invalid_request")
    return data({"error": word, "error_description": f"{refusal.code}: {refusal.rule.en}"}, status)
