"""A tool as one city has registered it: who it is to us, and whom it is for."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from kakehashi.city import CITY_NAME, City, LtiTool
from kakehashi.lti.teaching import Launching, Teaching

LINK_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://kakehashi.example/lti/resource-link")
_TOOL = re.compile(r"[a-z0-9_]{1,30}\Z")
_BOARD = re.compile(r"[0-9]{6}\Z")


@dataclass(frozen=True, slots=True)
class Registration:
    """``key`` is the tool's name under ``[lti]`` in the rules of ``city``."""

    city: str
    key: str
    tool: LtiTool

    @property
    def client_id(self) -> str:
        """The id we give the tool. Made of city and key, so it is unique and leads back to both."""
        return f"{self.city}.{self.key}"

    def deployment_id(self, who: Launching) -> str:
        """標準モデル: ``S_`` and the school code, or the prefecture's or board's as registered; the
        board's own staff, who are at no school, stand under ``B_``."""
        if self.tool.deployment != "school":
            return self.tool.deployment
        return f"B_{who.school}" if _BOARD.match(who.school) else f"S_{who.school}"

    def link_id(self, context: str) -> str:
        """The resource link of this tool in one context; it stays the same for ever."""
        return str(uuid.uuid5(LINK_SPACE, f"{self.client_id}\x1f{context}"))

    def is_for(self, who: Launching) -> bool:
        """Is this one of those the tool was registered for? No list means everybody. Of staff only
        where the city says so; somebody without a class opens it in whatever grade."""
        if isinstance(who, Teaching):
            fits = not who.grades or bool(set(who.grades) & set(self.tool.grades))
            in_grade = self.tool.staff and (not self.tool.grades or fits)
        else:
            in_grade = not self.tool.grades or who.grade in self.tool.grades
        return in_grade and (not self.tool.schools or who.school in self.tool.schools)


def registered(city: str, rules: City, key: str) -> Registration | None:
    tool = rules.lti.get(key)
    return Registration(city, key, tool) if tool else None


def read_client_id(client_id: str) -> tuple[str, str] | None:
    """(city, key) of a client id as we give them, or None for any other text."""
    city, _, key = client_id.partition(".")
    return (city, key) if CITY_NAME.match(city) and _TOOL.match(key) else None


def shown_to(who: Launching, city: str, rules: City) -> list[Registration]:
    """The tools whose tiles somebody sees, in the order of the city's rules."""
    every = (Registration(city, key, tool) for key, tool in rules.lti.items())
    return [registration for registration in every if registration.is_for(who)]
