"""Our cookies: names, attributes, and those that a request brought.

They are ``SameSite=Lax``: they come with the top-level navigation back from Microsoft and from a
link in a mail, and with no request that another site makes by itself. Behind https they are
``__Host-`` and Secure; plain http exists on loopback only.
"""

from __future__ import annotations

from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

SIGN_IN_SECONDS = 600


class Cookies:
    """Names and attributes of our cookies on this site, and those a request brought."""

    def __init__(self, site: str, sent: Iterable[str]) -> None:
        self.secure = site.startswith("https://")
        self.sent = _parsed(sent)

    def get(self, name: str) -> str:
        return self.sent.get(self._name(name), "")

    def set(self, name: str, value: str, seconds: int | None = None) -> Cookie:
        """Without ``seconds`` the browser forgets it when it is closed, as on a shared tablet."""
        return Cookie(
            name=self._name(name),
            value=value,
            path="/",
            secure=self.secure,
            http_only=True,
            same_site=SameSite.LAX_MODE,
            max_age=seconds,
        )

    def clear(self, name: str) -> Cookie:
        return self.set(name, "", 0)

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name


def _parsed(sent: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in sent:
        try:
            found |= {name: morsel.value for name, morsel in SimpleCookie(text).items()}
        except CookieError:
            continue
    return found
