"""Which Microsoft 365 account a row carries: by the city's order, in the city's domain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kakehashi.catalogue import preprocess as rules
from kakehashi.findings import Rule

if TYPE_CHECKING:
    from kakehashi.city import City

_ITEM = re.compile(r"\{([^:{}]+):([^{}]+)\}")
_LOCAL = re.compile(r"[a-z0-9'_!#^~-]+(?:\.[a-z0-9'_!#^~-]+)*\Z")
MAX_LOCAL = 64
MAX_UPN = 113
"""Entra's bounds of userPrincipalName; full stops stand single and inside, for mailNickname."""


@dataclass(frozen=True, slots=True)
class Choice:
    """``account`` is in lower case, "" where none can be read; ``fault`` says why it cannot be
    used. ``count`` is the number of rival accounts, ``column`` where to look.
    """

    account: str
    fault: Rule | None = None
    column: str = "userIds"
    count: int = 1


class Chooser:
    """The account of a row by one city's rules."""

    def __init__(self, city: City) -> None:
        self._types = tuple(kind.casefold() for kind in city.source.account_types)
        self._at_domain = "@" + city.domain.lower()

    def choose(self, user_ids: str, username: str, email: str) -> Choice:
        """userIds of the city's types in order, then username, then email.

        A typed id outside the domain is a mistake to be corrected, not one to be passed over: it
        is reported even where username lies in the domain.
        """
        typed: dict[str, set[str]] = {}
        for kind, value in _ITEM.findall(user_ids):
            typed.setdefault(kind.strip().casefold(), set()).add(value.strip().lower())
        found = [typed[kind] for kind in self._types if kind in typed]
        for values in found:
            inside = [value for value in values if value.endswith(self._at_domain)]
            if len(inside) > 1:
                return Choice("", rules.SEVERAL_ACCOUNTS, count=len(inside))
            if inside:
                return self._checked(inside[0], "userIds")
        if found:
            return Choice("", rules.ACCOUNT_OUTSIDE_DOMAIN)
        return self._untyped((("username", username), ("email", email)))

    def _untyped(self, cells: Iterable[tuple[str, str]]) -> Choice:
        for column, cell in cells:
            value = cell.strip().lower()
            if value.endswith(self._at_domain):
                return self._checked(value, column)
        return Choice("", rules.NO_ACCOUNT)

    def _checked(self, account: str, column: str) -> Choice:
        local = account.removesuffix(self._at_domain)
        fits = len(local) <= MAX_LOCAL and len(account) <= MAX_UPN and _LOCAL.match(local)
        return Choice(account, None if fits else rules.ACCOUNT_NOT_A_UPN, column)
