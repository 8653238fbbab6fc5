"""A tool's key set at its address: read whole or not at all, and not too often.

What stands there is the tool's affair, and ours is that nobody waits for it: a set has a size and
a time as a whole, however slowly it drips, and another look waits half a minute whatever the last
one found, an empty set included.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

import jwt
import requests
from jwt import PyJWK, PyJWKSet

MOST_BYTES = 64 * 1024  # a key has about 500
SECONDS = 5.0  # from the first to the last byte
KEPT_SECONDS = 300.0
PAUSE_SECONDS = 30.0  # between two looks at one address


@dataclass
class KeySet:
    """The keys at ``url`` by their ``kid``, as they were seen last. ``clock`` never goes back."""

    url: str
    clock: Callable[[], float] = time.monotonic
    _keys: Mapping[str, PyJWK] = field(default_factory=dict)
    _looked: float = -math.inf

    def find(self, kid: str) -> PyJWK | None:
        """The signing key of this name; None where there is none, or nobody could look."""
        now = self.clock()
        if now - self._looked >= (KEPT_SECONDS if kid in self._keys else PAUSE_SECONDS):
            self._looked, self._keys = now, usable(whole(self.url))
        return self._keys.get(kid)


def usable(body: bytes) -> dict[str, PyJWK]:
    """Keys for signatures that have a name; {} of whatever is no key set."""
    try:
        data = json.loads(body)
        keys = PyJWKSet.from_dict(data).keys if isinstance(data, dict) else []
    except (ValueError, jwt.PyJWTError, TypeError, AttributeError):
        return {}
    return {str(k.key_id): k for k in keys if k.key_id and k.public_key_use in {"sig", None}}


def whole(url: str) -> bytes:
    """What stands at ``url``; b"" where it is too large, too slow, elsewhere or not there.

    A socket's timeout is one of each read, so a drip could go on for ever: hence a thread, which is
    left to its fate when the time is over.
    """
    heard: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=lambda: heard.put(_read(url)), daemon=True).start()
    try:
        return heard.get(timeout=SECONDS)
    except Empty:
        return b""


def _read(url: str) -> bytes:
    plain = {"Accept-Encoding": "identity"}  # what is packed small may be large
    body = b""
    try:
        with requests.get(
            url, headers=plain, timeout=SECONDS, stream=True, allow_redirects=False
        ) as answer:
            for piece in (
                answer.iter_content(MOST_BYTES) if answer.status_code == requests.codes.ok else ()
            ):
                body += piece
                if len(body) > MOST_BYTES:
                    return b""
    except (requests.RequestException, OSError, ValueError):
        return b""
    return body
