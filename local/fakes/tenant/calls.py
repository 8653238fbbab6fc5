"""One call of the Graph API, whether it came alone or as an item of a ``$batch``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.fakes.tenant.answers import GraphError, malformed, unreadable_body

# users('a@b') and groups(uniqueName='x') are written as a segment of their own
_KEYED = re.compile(r"(?P<set>\w+)\((?:(?P<name>\w+)=)?'(?P<key>(?:[^']|'')*)'\)\Z")
_CAST = re.compile(r"\Agraph\.(\w+)\Z")  # the schema's alias, which Microsoft's own SDK writes


@dataclass(frozen=True, slots=True)
class Call:
    """``path`` has no version; ``query`` names lack their ``$``; header names are lower case.

    ``base`` is what absolute links begin with (scheme, host and version). ``app`` is the client id
    of the token. ``connection`` tells one network connection from another.
    """

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    base: str
    app: str
    connection: str

    @property
    def is_write(self) -> bool:
        return self.method != "GET"

    @property
    def eventual(self) -> bool:
        return self.headers.get("consistencylevel", "").lower() == "eventual"

    @property
    def counts(self) -> bool:
        return self.query.get("count", "").lower() == "true"

    @property
    def advanced(self) -> bool:
        return self.eventual and (self.counts or self.path[-1:] == ("$count",))

    def facts(self) -> dict[str, Any]:
        """The body, which must be a JSON object. Raises GraphError."""
        if not isinstance(self.body, dict):
            raise malformed("Empty Payload. JSON content expected.")
        return self.body


def read_path(url: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """A relative URL → segments and query options (the ``$`` before an option is optional)."""
    parts = urlsplit(url)
    segments: list[str] = []
    for raw in parts.path.split("/"):
        if not raw:
            continue
        segment = unquote(raw)
        keyed = _KEYED.match(segment)
        if keyed is None:
            segments.append(_CAST.sub(r"microsoft.graph.\1", segment))
        else:
            key = keyed["key"].replace("''", "'")
            segments += [keyed["set"], f"{keyed['name']}={key}" if keyed["name"] else key]
    options = {k.removeprefix("$"): v for k, v in parse_qsl(parts.query, keep_blank_values=True)}
    return tuple(segments), options


def read_body(data: bytes, content_type: str) -> Any:
    """None for no body. Raises GraphError for anything but JSON in UTF-8."""
    if not data:
        return None
    if not content_type.lower().startswith("application/json"):
        raise unreadable_body()
    try:
        return json.loads(data)
    except ValueError as exc:
        raise unreadable_body() from exc


def count_option(text: str, largest: int) -> int:
    """``$top``. Raises GraphError 400 unless 1 ≤ value ≤ ``largest``."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= largest:
        raise GraphError(
            400,
            "Request_UnsupportedQuery",
            f"Invalid page size specified: it must be between 1 and {largest} inclusive.",
        )
    return int(text)
