"""Whether two spellings may be one name: for comparison only, nothing is ever written like this."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.names import NEWER_KANJI, SAFE

_KATAKANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
OLD_AND_NEW = SAFE | dict(zip(
    "澤邊邉齋齊斉廣國櫻惠壽榮萬濵濱嶋嶌龍瀨眞實德藏學圓來禮靜龜條關鐵豐曉勳彌冨峯埜﨑舘槇遙堯莊淺澁瀧黑亞壯晄尙渕縣團與當佛嶽",
    "沢辺辺斎斎斎広国桜恵寿栄万浜浜島島竜瀬真実徳蔵学円来礼静亀条関鉄豊暁勲弥富峰野崎館槙遥尭荘浅渋滝黒亜壮晃尚淵県団与当仏岳",
    strict=True,
))  # fmt: skip
"""旧字体 and other shapes of the characters that Japanese names are written with: 澤田 is 沢田."""
_NEW = str.maketrans(OLD_AND_NEW)
_SMALL = str.maketrans(
    "ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ"
)  # some forms have no small kana
_NAMES = ("family", "given", "kana_family", "kana_given")


@lru_cache(maxsize=1 << 12)
def folded(text: str) -> str:
    """Width, case, blanks, signs and the kind of kana do not matter."""
    wide = unicodedata.normalize("NFKC", text).casefold().translate(_KATAKANA)
    return "".join(letter for letter in wide if letter.isalnum() or NEWER_KANJI.match(letter))


@lru_cache(maxsize=1 << 12)
def one_shape(text: str) -> str:
    """``folded``, and every character in one shape: 髙 is 高, 澤 is 沢, ッ is ツ."""
    return folded(text).translate(_NEW).translate(_SMALL)


def full_name(pupil: Pupil) -> str:
    """Family and given name in one shape, wherever the blank between them stands."""
    return one_shape(pupil.family + pupil.given)


def full_reading(pupil: Pupil) -> str:
    return one_shape(pupil.kana_family + pupil.kana_given)


def keeps_no_name(before: Pupil, after: Pupil) -> bool:
    """Whether nothing is left of a child's names: family name, given name and both readings are
    others, blanks set aside and variants of spelling taken for the same."""
    told = [
        (one_shape(old), one_shape(new))
        for old, new in ((getattr(before, name), getattr(after, name)) for name in _NAMES)
    ]
    compared = [(old, new) for old, new in told if old and new]
    if not compared or any(old == new for old, new in compared):
        return False
    return not any(old == new for old, new in _whole(before, after))


def _whole(before: Pupil, after: Pupil) -> Iterator[tuple[str, str]]:
    """The whole names, in both orders: C4th has fields in which one was typed into the other."""
    for first, last in (("family", "given"), ("kana_family", "kana_given")):
        old = _orders(getattr(before, first), getattr(before, last))
        new = _orders(getattr(after, first), getattr(after, last))
        yield from ((a, b) for a, b in product(old, new) if a and b)


def _orders(family: str, given: str) -> tuple[str, str]:
    return one_shape(family + given), one_shape(given + family)
