"""A clerk at the staff page: signs in through the fake tenant, opens a page, sends a form of it.

What a browser does, as far as plain forms need it: cookies, redirects, hidden fields.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

import requests

from kakehashi.edges.staff.forms import order_of
from local.demo.people import PASSWORD, Member

_INPUT = re.compile(r'<input[^>]* name="([^"]*)"(?: value="([^"]*)")?')


class NotTaken(Exception):
    """The page did not take what was sent; the text is its code."""


class Clerk:
    """``address`` is the page's, without a trailing slash."""

    def __init__(self, address: str, who: Member, password: str = PASSWORD) -> None:
        self.address, self.who, self.password = address, who, password
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy of yours comes between

    def open(self, path: str) -> str:
        """The page at ``path``, signing in on the way where that is asked for."""
        answer = self.session.get(self.address + path, timeout=60)
        if urlsplit(answer.url).netloc != urlsplit(self.address).netloc:
            answer = self._enter(answer)
        return self._good(answer)

    def send(self, page: str, action: str, **typed: str | Sequence[str]) -> str:
        """The form of ``page`` that goes to ``action``; the address that it leads to."""
        form = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', page, re.DOTALL)
        if form is None:
            raise NotTaken(f"no form: {action}")
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0])
        fields: dict[str, str | Sequence[str]] = {n: html.unescape(v) for n, v in hidden}
        answer = self.session.post(
            self.address + action,
            data=fields | typed,
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
            timeout=60,
        )
        if answer.status_code != HTTPStatus.SEE_OTHER:
            self._good(answer)
        return answer.headers.get("Location", "")

    def approve(self, run_id: str, reason: str) -> str:
        """All that the plan asks for is ticked; the number of the order that this makes."""
        page = self.open(f"/approve/{run_id}")
        codes = re.findall(r'name="accept" value="([A-Z]\d{3})"', page)
        path = f"/approve/{run_id}/yes"
        number = re.search(r'name="csrf" value="([0-9a-f]+)\.', page)
        self.send(page, path, accept=codes, reason=reason)
        return order_of(path, number[1]) if number else ""

    def _enter(self, page: requests.Response) -> requests.Response:
        """At Microsoft, and back by the form that leads there."""
        typed = {"loginfmt": self.who.account, "passwd": self.password}
        back = self.session.post(_action(page), data=typed, timeout=60)
        return self.session.post(_action(back), data=_fields(back.text), timeout=60)

    def _good(self, answer: requests.Response) -> str:
        if answer.status_code >= HTTPStatus.BAD_REQUEST:
            code = re.search(r"\bW\d{3}", answer.text)
            raise NotTaken(code[0] if code else str(answer.status_code))
        return answer.text


def _action(page: requests.Response) -> str:
    found = re.search(r'<form[^>]* action="([^"]*)"', page.text)
    if found is None:
        raise NotTaken("no form")
    return urljoin(page.url, html.unescape(found[1]))


def _fields(text: str) -> Mapping[str, str]:
    return {name: html.unescape(value) for name, value in _INPUT.findall(text)}
