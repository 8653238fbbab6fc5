"""Answers to a tool's calls: what anybody may keep, and a refusal for programs and people."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from kakehashi.edges.web import answers
from kakehashi.refusal import Refusal

PUBLIC = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
_OAUTH = {"L301": "invalid_client", "L302": "invalid_client", "L303": "invalid_client",
          "L304": "invalid_client", "L306": "invalid_scope"}  # fmt: skip


def refused(refusal: Refusal, status: int) -> Response[str]:
    """A tool's call is refused: OAuth's word for programs, our code for people."""
    word = _OAUTH.get(refusal.code, "invalid_request")
    said = f"{refusal.code}: {refusal.rule.en}"
    return answers.data({"error": word, "error_description": said}, status)
