"""What a receiver makes of a class: its grade and number, where it takes them from the title.

Source: the importer sample of インタラクティブスタディ (2023; 1EdTechJapan/DA2022, M社). A grade
code alone is a grade. Of several it takes the digits: P1 and P6 are grade 16. Without one the grade
is what stands before 年. The number is what stands before 組. Either may be digits, one kanji or
one letter; a text that holds digits among other signs passes the check of its range, and then
breaks off the upload of the whole school. A class without a grade is shown by its name, the first
ten characters; one without a number is given the smallest that is free.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

HIGHEST_GRADE = 18
HIGHEST_NUMBER = 20
LONGEST_NAME = 10
_KANJI = "零一二三四五六七八九十"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NOT_DIGITS = re.compile("[^0-9]+")
_WHOLE_NUMBER = re.compile("[+-]?[0-9]+")


class BreaksOff(ValueError):
    """The importer ends here, and with it the upload."""


@dataclass(frozen=True, slots=True)
class ClassReading:
    """``grade`` as the code or the number that the receiver took, "" for a class that is shown by
    its ``name``; ``number`` "" where the receiver gives it one."""

    grade: str
    number: str
    name: str

    @property
    def shown(self) -> tuple[str, str]:
        """What tells the class from others of its school."""
        return (self.grade, self.number) if self.grade else ("", self.name[:LONGEST_NAME])


def reading(grade: str, title: str) -> ClassReading:
    """Of a class with one grade code or none. Raises BreaksOff."""
    title = unicodedata.normalize("NFKC", title)
    if not grade and title.find("年", 1) > 0:
        grade = _ranged(_before("年", title), HIGHEST_GRADE)
        if grade:
            grade = _parsed(grade)
    number = ""
    if title.find("組", 1) > 0:
        rest = title.partition("年")[2] if "年" in title else title
        number = _ranged(_before("組", rest), HIGHEST_NUMBER)
    if not grade:
        return ClassReading("", "", title)
    return ClassReading(grade, _parsed(number) if number else "", title)


def told_grades(grades: Sequence[str], title: str) -> Sequence[str]:
    """The grades that go out with this title: one, or none where with it the receiver would take
    several for another one, or break off."""
    if len(grades) != 1:
        return ()
    return grades if can_be_read(grades[0], title) else ()


def can_be_read(grade: str, title: str) -> bool:
    try:
        reading(grade, title)
    except BreaksOff:
        return False
    return True


def _before(sign: str, text: str) -> str:
    """As Java splits: blanks at the end are dropped, and of nothing there is no first part."""
    parts = text.split(sign)
    if text and not any(parts):
        raise BreaksOff
    return parts[0]


def _ranged(text: str, most: int) -> str:
    """``text`` as a number, or as it stands where it only holds one; "" outside the range."""
    if text in _KANJI:
        text = str(_KANJI.index(text))
    elif text.upper() in _LETTERS:
        text = str(_LETTERS.find(text) + 1)
    digits = _NOT_DIGITS.sub("", text)
    return text if digits and 1 <= int(digits) <= most else ""


def _parsed(text: str) -> str:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise BreaksOff
    return str(int(text))
