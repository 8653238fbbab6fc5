"""What may never be read: anywhere outside the house, and in anything that a run writes for us."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.demo.names import has_gaiji

DISABILITY = re.compile(
    "知的|自閉|情緒|肢体|不自由|難聴|聴覚|言語障害|弱視|視覚|病弱|虚弱|障害|特別支援|特支|支援学級"
)
ACCOUNT = re.compile(r"[st]\d{7}@?")
PASSWORD = re.compile("(?:Sakura|Momiji|Tsubame|Hotaru|Kawasemi|Donguri|Himawari|Tanpopo)-[0-9]{4}")
STAFF = re.compile(r"teacher|administrator|t\d{7}")


def in_the_outbox(text: str) -> list[str]:
    """What stands in a delivered file and must not; [] is silence."""
    found = {
        "a disability": DISABILITY.search(text),
        "a password": PASSWORD.search(text),
        "staff": STAFF.search(text),
        "外字": has_gaiji(text),
    }
    return [what for what, there in found.items() if there]


@dataclass
class Ears:
    """Collects names as they come up, and what the runs wrote; compared at the end."""

    names: set[str] = field(default_factory=set)
    heard: list[str] = field(default_factory=list)

    def know(self, roster: Iterable[Mapping[str, Any]]) -> None:
        for child in roster:
            family, given = child["family"], child["given"]
            self.names |= {f"{family} {given}", f"{family}{given}"}
            self.names |= {f"{child['kana_family']} {child['kana_given']}"}
            self.names |= {child["class_title"]} if child["class_title"] else set()

    def hear(self, *things: Any) -> None:
        self.heard += [
            thing if isinstance(thing, str) else json.dumps(thing, ensure_ascii=False)
            for thing in things
        ]

    def overheard(self) -> set[str]:
        """Every word that should not have been said."""
        named = re.compile("|".join(map(re.escape, sorted(self.names))) or r"(?!)")
        return {
            found[0]
            for pattern in (named, ACCOUNT, PASSWORD, DISABILITY)
            for text in self.heard
            for found in pattern.finditer(text)
        }
