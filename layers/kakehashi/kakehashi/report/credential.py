"""How long our credential for Microsoft 365 is still good, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from kakehashi.report.words import Word
from kakehashi.run_folder import RunFiles

FILE = "credential.json"  # in a city's drift/, beside the days of the weekly comparison
SOON = 30  # days left from which on it is to be replaced, as the alarm has it
_NO_END = "web-identity"  # nothing is kept, so nothing expires
_LOOKED_LATELY = timedelta(days=2)  # it is looked at each morning
_NONE = Word("", "")
_REPLACE = Word(
    "Entra で新しいものを作り、Secrets Manager の秘密(スタックの出力 CredentialSecret)を"
    "入れ替えてください。古いものは、確かめてから消します。",
    "Make a new one in Entra and put it into the secret named in the output CredentialSecret;"
    " remove the old one once that works.",
)


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """``kind`` is the type that its secret names, ``last_day`` the last on which it is good, None
    where the secret does not tell; ``seen`` the day in Japan on which it was looked at."""

    kind: str
    last_day: date | None
    seen: date

    def to_json(self) -> dict[str, Any]:
        last = self.last_day.isoformat() if self.last_day else None
        return {"type": self.kind, "last_day": last, "seen": self.seen.isoformat()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self | None:
        """None where nobody has looked yet."""
        if not data:
            return None
        last = date.fromisoformat(data["last_day"]) if data.get("last_day") else None
        return cls(str(data["type"]), last, date.fromisoformat(data["seen"]))


def held_credential(folder: RunFiles) -> HeldCredential | None:
    """``folder`` is a city's ``drift/``."""
    return HeldCredential.from_json(folder.get_json(FILE))


def put_credential(folder: RunFiles, held: HeldCredential) -> None:
    folder.put_json(FILE, held.to_json())


@dataclass(frozen=True, slots=True)
class CredentialStanding:
    """``days`` left, None where there is no end or nobody knows it; negative once it is over."""

    tone: str
    days: int | None
    said: Word
    todo: Word
    seen: str = ""


def standing(held: HeldCredential | None, today: date) -> CredentialStanding:
    if held is None:
        said = Word("まだ見ていません。毎朝 8 時に見ます。", "Not looked at yet: each day at 8.")
        return CredentialStanding("plain", None, said, _NONE)
    tone, days, said, todo = _judged(held, today)
    seen = held.seen.isoformat()
    if today - held.seen > _LOOKED_LATELY:
        tone, todo = ("stop" if tone == "stop" else "wait"), _look_again(todo)
    return CredentialStanding(tone, days, said, todo, seen)


def _judged(held: HeldCredential, today: date) -> tuple[str, int | None, Word, Word]:
    if held.kind == _NO_END:
        said = Word(
            "期限のないもの(web-identity)を使っています。AWS が保証するので、取り替えません。",
            "Of the type web-identity: AWS vouches for us, and nothing expires.",
        )
        return "good", None, said, _NONE
    if held.last_day is None:
        said = Word("期限が分かりません。", "Nobody knows when it ends.")
        return "wait", None, said, Word(
            'Secrets Manager の秘密に、Entra が示す期限を "expires" として書き添えてください。',
            'Add the day that Entra names to the secret, as "expires".',
        )  # fmt: skip
    days = (held.last_day - today).days
    if days < 0:
        return "stop", days, Word(
            f"期限が切れました({held.last_day} まで)。夜は一人も変更できません。",
            f"It ended on {held.last_day}: no night can change anything.",
        ), _REPLACE  # fmt: skip
    said = Word(f"{held.last_day} まで使えます。", f"Good until {held.last_day}.")
    return ("wait", days, said, _REPLACE) if days < SOON else ("good", days, said, _NONE)


def _look_again(todo: Word) -> Word:
    ja = "毎朝の見回りが止まっています。関数 drift のログを確かめてください。"
    en = "The daily look has stopped: see the log of the function drift."
    return Word(ja + todo.ja, f"{en} {todo.en}".rstrip())
