"""Invented schools with well-formed codes: a 義務教育学校 first, then 小学校 and 中学校.

The codes lie in a municipality number (08-999) that no real school has, and their check digit
follows the published rule, so they look real and can never be somebody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kakehashi.people.pupil import GRADES

Kind = Literal["P", "J", "U"]
Stage = Literal["P", "J"]  # 小学校・前期課程, 中学校・後期課程

BOARD_CODE = "089991"
CITY_NAME = "見本市"
UNIFIED = ("見本学園", "あけぼの学園", "みらい学園", "そよかぜ学園")
_PLACE_TEXT = (
    "若葉 緑台 桜が丘 東雲 朝日 川口 松原 青葉 栄 美園 泉 富士見 南 "
    "北 中央 西 東 花園 森の里 竹園 梅が丘 上ノ原 下ノ原 平和 希望が丘 星見台 "
    "湖畔 田宮 神明 大橋 小松 吉野 常盤 千代田 旭が丘 鶴巻 宮前 高砂 柳田 "
    "新町 本町 古川 長峰 岩井 石塚 菅谷 白鳥 藤沢 原山 野田"
)
PLACES = tuple(_PLACE_TEXT.split())

_TYPES: dict[Kind, str] = {"P": "B1", "J": "C1", "U": "C2"}
_SUFFIX: dict[Kind, str] = {"P": "小学校", "J": "中学校", "U": "義務教育学校"}
_GRADES: dict[Kind, tuple[str, ...]] = {"P": GRADES[:6], "J": GRADES[6:], "U": GRADES}


def check_digit(code12: str) -> int:
    """The last character of a 文部科学省学校コード by its published rule (mod 10, 1-2 weights)."""
    digits = [int(d) for d in f"{ord(code12[0]) - ord('A') + 1:02d}{code12[1:12]}"]
    products = (digit * (1 + place % 2) for place, digit in enumerate(digits))
    return -sum(p // 10 + p % 10 for p in products) % 10


@dataclass(frozen=True, slots=True)
class School:
    """A school as its pupils know it: a 義務教育学校 is one, though C4th writes it as two."""

    kind: Kind
    number: int  # 1, 2, 3 … within its kind
    name: str

    @property
    def code(self) -> str:
        body = f"{_TYPES[self.kind]}082999{self.number:04d}"
        return f"{body}{check_digit(body)}"

    @property
    def grades(self) -> tuple[str, ...]:
        return _GRADES[self.kind]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The parts that C4th writes as orgs of their own."""
        return {"P": ("P",), "J": ("J",), "U": ("P", "J")}[self.kind]  # type: ignore[return-value]

    @property
    def full_width(self) -> bool:
        """Whether this school's office types class titles in full-width digits."""
        return self.number % 3 == 2  # noqa: PLR2004

    def org_name(self, stage: Stage) -> str:
        """The name of the org: each half of a 義務教育学校 carries its 課程."""
        if self.kind != "U":
            return self.name
        return f"{self.name} {'前期課程' if stage == 'P' else '後期課程'}"


def _name(kind: Kind, number: int) -> str:
    if kind == "U":
        return UNIFIED[number - 1] + _SUFFIX[kind]
    shift = 7 if kind == "J" else 0  # so that not every 小学校 has its 中学校 of the same name
    again, place = divmod(number - 1 + shift, len(PLACES))
    return ("" if not again else f"第{again + 1}") + PLACES[place] + _SUFFIX[kind]


def make_schools(count: int) -> tuple[School, ...]:
    """``count`` schools: at least one 義務教育学校, and about two 小学校 for each 中学校."""
    if count < 1:
        raise ValueError("a city has at least one school")
    unified = min(max(1, count // 12), len(UNIFIED))
    junior = (count - unified) // 3
    kinds: tuple[tuple[Kind, int], ...] = (
        ("U", unified),
        ("P", count - unified - junior),
        ("J", junior),
    )
    return tuple(School(k, n, _name(k, n)) for k, many in kinds for n in range(1, many + 1))
