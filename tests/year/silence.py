"""What may never be read: anywhere outside the house, and in anything that a run writes for us."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.demo.names import has_gaiji
from local.demo.teachers import Teacher

DISABILITY = re.compile(
    "知的|自閉|情緒|肢体|不自由|難聴|聴覚|言語障害|弱視|視覚|病弱|虚弱|障害|特別支援|特支|支援学級"
)
ACCOUNT = re.compile(r"[st]\d{7}@?|\bt(?:t\d{5}|g-\d{4})@")
PASSWORD = re.compile("(?:Sakura|Momiji|Tsubame|Hotaru|Kawasemi|Donguri|Himawari|Tanpopo)-[0-9]{4}")
NEVER = (ACCOUNT, PASSWORD, DISABILITY)
PHRASE = re.compile(
    r"[ 0-9]*[^\x00-\x7f](?:[^\x00-\x7f]|[ 0-9])*"
)  # of a name, or of a class title
STAFF = re.compile(r"teacher|administrator|t\d{7}")
STRANGER = re.compile(r"administrator|t\d{7}")  # whom the board's list does not know


def in_the_outbox(text: str, *, staff: bool = False) -> list[str]:
    """What stands in a delivered file and must not; [] is silence. ``staff`` may be told of."""
    found = {
        "a disability": DISABILITY.search(text),
        "a password": PASSWORD.search(text),
        "staff": (STRANGER if staff else STAFF).search(text),
        "外字": has_gaiji(text),
    }
    return [what for what, there in found.items() if there]


@dataclass
class Ears:
    """Collects names as they come up, and of what the runs wrote whatever could hold one: a year
    of it is much, and most of it the same. Compared whenever somebody asks."""

    names: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)

    def know(self, roster: Iterable[Mapping[str, Any]]) -> None:
        for child in roster:
            family, given = child["family"], child["given"]
            self.names |= {f"{family} {given}", f"{family}{given}"}
            self.names |= {f"{child['kana_family']} {child['kana_given']}"}
            self.names |= {child["class_title"]} if child["class_title"] else set()

    def know_staff(self, teachers: Iterable[Teacher]) -> None:
        for one in teachers:
            self.names |= {f"{one.family} {one.given}", f"{one.family}{one.given}"}
            self.names |= {f"{one.kana_family} {one.kana_given}"}

    def hear(self, *things: Any) -> None:
        for thing in things:
            text = thing if isinstance(thing, str) else json.dumps(thing, ensure_ascii=False)
            self.heard |= {found[0] for form in NEVER for found in form.finditer(text)}
            self.heard |= {found[0] for found in PHRASE.finditer(text)}

    def overheard(self) -> set[str]:
        """Every word that should not have been said."""
        text = "\n".join(self.heard)
        said = {name for name in self.names if name in text}
        return said | {found[0] for form in NEVER for found in form.finditer(text)}
