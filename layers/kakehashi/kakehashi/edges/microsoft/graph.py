"""The wire to Microsoft Graph: one connection a thread at a time, no retries, no pupil's data.

Retrying is decided elsewhere (``microsoft365.exchange``), once for single calls and items of a
``$batch`` alike; a second policy underneath would repeat calls that it cannot understand.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, Self

import requests

from kakehashi.directories.microsoft365.answers import NO_ANSWER, Answer
from kakehashi.directories.microsoft365.requests import Request, Verb
from kakehashi.edges.errors import BadConfiguration, DirectoryError
from kakehashi.edges.microsoft.credentials import LOOPBACK, Tokens, secure
from kakehashi.edges.settings import DirectorySettings

VERSION = "/v1.0"
TIMEOUT = (5.0, 45.0)  # connect, read; seconds: a $batch of 20 may take several
UNAUTHORIZED, UNAVAILABLE = 401, 503


class HttpSessions:
    """Idle HTTP sessions of one connection each; a suspect one is closed, not reused."""

    def __init__(self) -> None:
        self._idle: SimpleQueue[requests.Session] = SimpleQueue()

    @contextmanager
    def one(self) -> Iterator[requests.Session]:
        """A session for one call; kept for the next call unless this one raises."""
        try:
            session = self._idle.get_nowait()
        except Empty:
            session = requests.Session()
            session.trust_env = False  # a .netrc or a proxy variable must not redirect our token
        try:
            yield session
        except BaseException:
            session.close()
            raise
        self._idle.put(session)

    def close(self) -> None:
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return


class _Suspect(Exception):
    """The answer says: next time on a new connection."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Wire:
    """Sends requests and returns answers, whatever they are."""

    def __init__(self, base_url: str, tokens: Tokens) -> None:
        base = secure(base_url)
        self.base = base if base.endswith(VERSION) else base + VERSION
        self.tokens, self.sessions = tokens, HttpSessions()

    @classmethod
    def of(cls, settings: DirectorySettings) -> Self:
        unpaced = settings.writes_per_second == 0
        if unpaced and not any(host in settings.graph_base_url for host in LOOPBACK):
            raise BadConfiguration("only a tenant on loopback may be written to unpaced")
        return cls(settings.graph_base_url, Tokens.of(settings))

    def send(self, request: Request) -> Answer:
        """One request by itself. Raises DirectoryError when our token is refused twice."""
        return self._call(request.method, request.url, request.body)

    def batch(self, requests_: Sequence[Request]) -> list[Answer]:
        """At most 20 requests in one call; answers in the order of the requests.

        When the call as a whole fails, each request gets that failure as its answer.
        Raises DirectoryError when our token is refused twice or the call itself is malformed.
        """
        ids = [str(uuid.uuid4()) for _ in requests_]
        items = [_item(n, r, i) for n, (r, i) in enumerate(zip(requests_, ids, strict=True))]
        whole = self._call(Verb.POST.value, "/$batch", {"requests": items})
        if whole.status == requests.codes.bad_request:
            raise DirectoryError(whole.code, whole.status)
        if not whole.ok or not isinstance(whole.body, dict):
            failed = NO_ANSWER if whole.ok else whole.status
            return [Answer(failed, whole.headers, whole.body, i) for i in ids]
        parts = {str(part.get("id")): part for part in whole.body.get("responses", [])}
        return [_part(parts.get(str(n)), whole, i) for n, i in enumerate(ids)]

    def relative(self, link: str) -> str:
        """A nextLink as a URL below our base. Raises DirectoryError if it leads elsewhere."""
        if not link.startswith(self.base + "/"):
            raise DirectoryError("ForeignNextLink", 200)
        return link.removeprefix(self.base)

    def close(self) -> None:
        self.sessions.close()
        self.tokens.close()

    def _call(self, method: str, url: str, body: Mapping[str, Any] | None) -> Answer:
        answer = self._once(method, url, body)
        if answer.status == UNAUTHORIZED:
            self.tokens.forget()
            answer = self._once(method, url, body)
        if answer.status == UNAUTHORIZED:
            raise DirectoryError(answer.code, answer.status)
        return answer

    def _once(self, method: str, url: str, body: Mapping[str, Any] | None) -> Answer:
        request_id = str(uuid.uuid4())
        headers = {
            "Authorization": f"Bearer {self.tokens.bearer()}",
            "client-request-id": request_id,
            "Accept": "application/json",
        }
        try:
            with self.sessions.one() as session:
                heard = session.request(
                    method,
                    self.base + url,
                    json=body,
                    headers=headers,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                )
                answer = answer_of(heard, request_id)
                if _unavailable(answer):  # it may only go away on a new connection
                    raise _Suspect(answer)
                return answer
        except _Suspect as suspect:
            return suspect.answer
        except requests.RequestException:  # reset, timed out, cut short: it may have taken effect
            return Answer(NO_ANSWER, request_id=request_id)


def answer_of(heard: requests.Response, request_id: str) -> Answer:
    headers = {name.lower(): value for name, value in heard.headers.items()}
    try:
        body = heard.json() if heard.content else None
    except ValueError:  # a gateway's own page: the status says enough
        body = None
    return Answer(heard.status_code, headers, body, request_id)


def _unavailable(answer: Answer) -> bool:
    """503, as such or on an item of a ``$batch``."""
    items = answer.body.get("responses", []) if isinstance(answer.body, dict) else []
    return UNAVAILABLE in {answer.status, *(item.get("status") for item in items)}


def _item(number: int, request: Request, request_id: str) -> dict[str, Any]:
    headers = {"client-request-id": request_id}
    item: dict[str, Any] = {"id": str(number), "method": request.method, "url": request.url}
    if request.body is not None:
        headers["Content-Type"] = "application/json"  # mandatory on an item with a body
        item["body"] = request.body
    return item | {"headers": headers}


def _part(part: Mapping[str, Any] | None, whole: Answer, request_id: str) -> Answer:
    if part is None:
        return Answer(NO_ANSWER, request_id=request_id)
    own = {str(n).lower(): str(v) for n, v in (part.get("headers") or {}).items()}
    throttle = {n: v for n, v in whole.headers.items() if n.startswith("x-ms-throttle")}
    return Answer(int(part["status"]), throttle | own, part.get("body"), request_id)
