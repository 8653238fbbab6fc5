"""Rules about header lines (H)."""

from __future__ import annotations

from kakehashi.catalogue.todo import AGAIN, AGAIN_EN, EXPORTER, EXPORTER_EN, NOTHING, NOTHING_EN
from kakehashi.findings import Effect, Rule

_REFUSE, _NOTE = Effect.REFUSE_DROP, Effect.NOTE

NO_HEADER = Rule(
    "H001",
    _REFUSE,
    ja="1 行目が OneRoster の見出しではありません。",
    en="Line 1 is not a OneRoster header.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
COLUMN_MISSING = Rule(
    "H002",
    _REFUSE,
    ja="決められた列が見出しにありません。",
    en="A column of the standard is missing from the header.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
COLUMN_ORDER = Rule(
    "H003",
    _REFUSE,
    ja="見出しの列の順序が決まりと違います。",
    en="The columns of the header are out of order.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
COLUMN_TWICE = Rule(
    "H004",
    _REFUSE,
    ja="見出しに同じ列が 2 度あります(左から {position} 列目)。",
    en="The header names a column twice (position {position}).",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
COLUMN_CASE = Rule(
    "H005",
    _NOTE,
    ja="見出しの列名の大文字・小文字が決まりと違います({count} 列)。読み替えました。",
    en="Column names of the header have the wrong case ({count}); they were read all the same.",
    todo=EXPORTER,
    todo_en=EXPORTER_EN,
)
COLUMN_UNKNOWN = Rule(
    "H006",
    _NOTE,
    ja="OneRoster が定めていない列が {count} 列あります。読み飛ばしました。",
    en="There are {count} columns that OneRoster does not define; they were ignored.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
TRAILING_HEADERS = Rule(
    "H007",
    _NOTE,
    ja="見出しの右端に空の列が {count} 列あります。読み飛ばしました。",
    en="The header ends in {count} empty columns; they were ignored.",
    todo="Excel で開いて保存し直していないかを確かめてください。",
    todo_en="See that nobody opened and saved the file in Excel.",
)
RESOURCE_IDS = Rule(
    "H008",
    _NOTE,
    ja="resourceSourcedIds 列の有無が oneroster.version の版と違います。そのまま読みました。",
    en="resourceSourcedIds is there or not against the oneroster.version; read all the same.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
SPELLING = Rule(
    "H009",
    _NOTE,
    ja="出席番号・公開フラグの列名が別の版のつづりです。読み替えました。",
    en="shussekiNo and publicFlg are spelled as in another version; read all the same.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
NO_KEY_COLUMN = Rule(
    "H010",
    _REFUSE,
    ja="userMasterIdentifier の列がないため、児童生徒を翌日以降に見分けられません。"
    "OneRoster 1.1 の標準にはこの列がありません。",
    en="Without a userMasterIdentifier column pupils cannot be followed from night to night; the"
    " standard of OneRoster 1.1 has none.",
    todo="C4th の出力を OneRoster 1.2 以上にするか、1.1 のまま userMasterIdentifier の列を"
    "加えてください。",
    todo_en="Set the C4th export to OneRoster 1.2 or later, or add that column to 1.1.",
)
