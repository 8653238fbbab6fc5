"""Finding a child by what somebody types: a name, a reading, an account, a class, a number.

Width, kana and capitals do not matter, nor blanks within a name, nor which form of a kanji is
meant: 高橋 finds 髙橋, 渡辺 finds 渡邉. What was typed is never kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from kakehashi.diff.spelling import OLD_AND_NEW
from kakehashi.people.pupil import GRADE_LABELS, Pupil
from kakehashi.run_folder.roster import person_in

MOST = 50  # children in one answer
SHORTEST_ID = 8  # characters of a userMasterIdentifier
_KANJI = re.compile(r"[々〇一-鿿]+\Z")
_ACCOUNT = re.compile(
    r"(?=[a-z0-9._-]*[a-z])(?=[a-z0-9._-]*[0-9])[a-z0-9._-]{5,}(?:@.*)?\Z", re.ASCII
)
_NUMBER = re.compile(r"(\d{1,2})番?\Z")
_VARIED = frozenset(OLD_AND_NEW.values()) | frozenset(
    unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
)
"""Kanji of which a roster may hold another form that means the same."""
_HIRAGANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
_SELECTORS = dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
"""Variation selectors, taken out: a register tells by them which form of 葛 is meant."""
_PLAIN = str.maketrans(OLD_AND_NEW) | _HIRAGANA | _SELECTORS
_READING = re.compile(r"[ァ-ヶー]+\Z")
_HALF = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF66, 0xFF9E)}
"""Katakana in half width, by what they mean."""


def folded(text: str) -> str:
    """The same for whatever is written otherwise and means the same."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_PLAIN)
    return "".join(plain.split())


@dataclass(frozen=True, slots=True)
class Texts:
    """What of a child can be searched, folded."""

    names: str
    account: str
    id: str
    place: str
    number: str

    def hold(self, token: str) -> bool:
        if token in self.names or token in self.place or self.account.startswith(token):
            return True
        number = _NUMBER.match(token)
        if number and number[1].lstrip("0") == self.number:
            return True
        return len(token) >= SHORTEST_ID and self.id.startswith(token)


def texts_of(pupil: Pupil) -> Texts:
    name = f"{pupil.family}{pupil.given}", f"{pupil.kana_family}{pupil.kana_given}"
    return Texts(
        folded(" ".join(name)),
        pupil.account.casefold(),
        pupil.id,
        _place(pupil.school_name, pupil.grade, getattr(pupil, "class_title", ""), pupil.school),
        str(getattr(pupil, "attendance_no", None) or ""),  # staff, in an undo, have neither
    )


@lru_cache(maxsize=4096)  # classes of a city
def _place(school_name: str, grade: str, class_title: str, school: str) -> str:
    return folded(f"{school_name} {GRADE_LABELS.get(grade, '')} {class_title} {school}")


@dataclass(frozen=True, slots=True)
class Words:
    """What is searched for: all of them must be there. ``repr`` hides them."""

    tokens: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Words:
        tokens = (folded(one) for one in unicodedata.normalize("NFKC", text).split())
        return cls(tuple(filter(None, tokens)))

    def __bool__(self) -> bool:
        return bool(self.tokens)

    def meet(self, texts: Texts) -> bool:
        return all(texts.hold(token) for token in self.tokens)

    def accounts(self) -> list[bytes]:
        """What must stand in a stored line, small and capital letters being the same: words that
        can be nothing but an account or an id."""
        return [token.encode() for token in self.tokens if _ACCOUNT.match(token)]

    def needles(self) -> list[bytes]:
        """What must stand in a stored line as it was typed: one kanji of each word of kanji (a
        name may be written with a blank between its parts)."""
        kanji = (token for token in self.tokens if _KANJI.match(token))
        sure = (next((sign for sign in token if sign not in _VARIED), "") for token in kanji)
        return [sign.encode() for sign in sure if sign]

    def signs(self) -> list[tuple[bytes, ...]]:
        """Of each sign of words that are readings the ways in which a stored line may write it."""
        readings = (token for token in self.tokens if _READING.match(token))
        return [_written(sign) for sign in dict.fromkeys("".join(readings))]


@lru_cache(maxsize=128)
def _written(sign: str) -> tuple[bytes, ...]:
    """A katakana in full and half width and as hiragana, with its marks or before them."""
    bare = unicodedata.normalize("NFD", sign)[0]
    soft = [chr(ord(one) - 0x60) for one in (sign, bare) if "ァ" <= one <= "ヶ"]
    ways = dict.fromkeys((sign, bare, *soft, _HALF.get(bare, sign)))
    return tuple(one.encode() for one in ways)


@dataclass(frozen=True, slots=True)
class Found:
    """A child in an answer; ``status`` is "active", "suspended" or ""."""

    id: str
    name: str
    kana: str
    account: str
    school: str
    school_name: str
    grade: str
    class_title: str
    number: int | None
    status: str = ""


def search(lines: Iterable[bytes], text: str) -> tuple[list[Found], bool]:
    """The children who are meant, by school and class, and whether there are more than ``MOST``.

    ``lines`` are JSON lines with a ``pupil`` in each: the roster's (desired.jsonl) and the state's
    (current.jsonl). Of a child that stands in several the first counts.
    """
    words = Words.of(text)
    found: dict[str, Found] = {}
    for one in _meeting(lines, words) if words else ():
        found.setdefault(one.id, one)
        if len(found) > MOST:
            break
    in_order = sorted(found.values(), key=lambda f: (f.school, f.grade, f.class_title,
                                                     f.number or 0, f.kana))  # fmt: skip
    return in_order[:MOST], len(found) > MOST


def _meeting(lines: Iterable[bytes], words: Words) -> Iterator[Found]:
    needles, accounts, signs = words.needles(), words.accounts(), words.signs()
    for line in lines:
        if not line.strip() or not all(needle in line for needle in needles):
            continue
        if not all(any(way in line for way in ways) for ways in signs):
            continue
        if accounts and not all(account in line.lower() for account in accounts):
            continue
        one = person_in(line)
        if words.meet(texts_of(one.pupil)):
            yield _found(one.pupil, one.status)


def _found(pupil: Pupil, status: str) -> Found:
    return Found(
        id=pupil.id,
        name=f"{pupil.family} {pupil.given}".strip(),
        kana=f"{pupil.kana_family} {pupil.kana_given}".strip(),
        account=pupil.account,
        school=pupil.school,
        school_name=pupil.school_name,
        grade=GRADE_LABELS.get(pupil.grade, pupil.grade),
        class_title=pupil.class_title,
        number=pupil.attendance_no,
        status=status,
    )
