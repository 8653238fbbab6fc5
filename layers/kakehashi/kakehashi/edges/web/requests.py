"""What a request brings: query, form, and where it comes from. Nothing of it is believed."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

MOST_FIELDS = 30_000


class Fields:
    """Names and texts in their order; a name may come several times. ``too_many``: there were more
    than any page of ours has, and none was read."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = (), *, too_many: bool = False) -> None:
        self.pairs, self.too_many = tuple(pairs), too_many

    def get(self, name: str, otherwise: str = "") -> str:
        """The last of that name, as browsers and servers agree."""
        return dict(self.pairs).get(name, otherwise)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(text for key, text in self.pairs if key == name)

    def to_dict(self) -> dict[str, str]:
        return dict(self.pairs)


def query_of(event: Any) -> Fields:
    return _fields(event.get("rawQueryString") or "")


def form_of(event: Any) -> Fields:
    """Bytes that are no text are read as such, and refused as what they then say."""
    body = (event.get("body") or "").encode()
    raw = b64decode(body) if event.get("isBase64Encoded") else body
    return _fields(raw.decode(errors="replace"))


def _fields(text: str) -> Fields:
    try:
        return Fields(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return Fields(too_many=True)


def from_here(event: Any, address: str) -> bool:
    """Whether the browser says that a page of ours has sent this. A browser that says nothing of
    fetch metadata names at least the origin; one that says neither is not believed."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    site = headers.get("sec-fetch-site")
    if site is not None:
        return bool(site == "same-origin")
    return bool(headers.get("origin") == address)
