"""記録: who did what on the staff page and when, refused attempts included."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar, Self

from kakehashi.report.words import Word
from kakehashi.roster import JAPAN

HEADINGS = ("日時", "氏名", "ID", "操作", "結果", "実行", "計画", "前", "後")
DONE = Word("済", "done")
MOST_TEXT = 500  # characters of before and after
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

WHATS: Mapping[str, Word] = MappingProxyType({
    "approve": Word("承認", "approved"),
    "approve first": Word("承認(一人目)", "approved, as the first of two"),
    "decline": Word("承認しない", "not approved"),
    "take back": Word("「承認しない」の取り消し", "took back: not approved"),
    "decide": Word("判断", "decided"),
    "take back decision": Word("判断の取り消し", "took back a decision"),
    "decide staff": Word("教職員の判断", "decided about staff"),
    "accept staff": Word("教職員の計画の承認", "accepted the staff's plan"),
    "take back staff": Word("教職員の判断の取り消し", "took back a decision about staff"),
    "rerun": Word("もう一度", "ran again"),
    "undo": Word("元に戻す計画", "planned an undo"),
    "rehearse": Word("予行", "rehearsed"),
    "upload": Word("名簿のアップロード", "uploaded a roster"),
    "sync": Word("名簿の投入", "took a roster in"),
    "send decisions": Word("答えた一覧の送付", "sent an answered list"),
    "send staff-list": Word("教職員名簿の送付", "sent the list of staff"),
    "send tool-receipt": Word("取り込み結果の送付", "sent a tool's receipt"),
    "send passwords": Word("学校のパスワードの送付", "sent passwords that a school chose"),
    "look up": Word("児童生徒・教職員の照会", "looked a person up"),
    "search": Word("児童生徒の検索(人数)", "searched for pupils (how many)"),
    "ask post": Word("担当の変更の申請", "asked for a change of posts"),
    "confirm post": Word("担当の変更", "changed posts"),
    "ask rules": Word("規則の変更の申請", "asked for a change of the rules"),
    "confirm rules": Word("規則の変更", "changed the rules"),
    "withdraw": Word("申請の取り下げ", "withdrew a request"),
    "redrive": Word("失敗のやり直し", "tried a failure again"),
    "make passwords": Word("初期パスワードの作成", "made initial passwords"),
    "take slips": Word("配布票の受け取り", "took the slips"),
    "fixed": Word("直しました", "said it is fixed"),
    "take workbook": Word("Excel の受け取り", "took a workbook"),
    "record": Word("記録の書き出し", "took the record out"),
})  # fmt: skip
"""What can be done, by the word under which it is kept; any other word is shown as it is."""


@dataclass(frozen=True, slots=True)
class Done:
    """One line. ``what`` is a word of ours, ``code`` why it was refused, "" where it was done;
    ``key`` is its place in the record. ``at`` is aware. ``repr`` hides the person."""

    at: datetime
    oid: str = field(repr=False)
    name: str = field(repr=False)
    what: str
    run: str = ""
    checksum: str = ""
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)
    code: str = ""
    key: str = ""

    def to_json(self) -> dict[str, Any]:
        told = {"oid": self.oid, "name": self.name, "what": self.what, "run": self.run,
                "checksum": self.checksum, "before": self.before[:MOST_TEXT],
                "after": self.after[:MOST_TEXT], "code": self.code}  # fmt: skip
        return {name: value for name, value in told.items() if value}

    @classmethod
    def from_json(cls, key: str, at: datetime, data: Mapping[str, Any]) -> Self:
        texts = {name: str(data.get(name, "")) for name in (
            "oid", "name", "what", "run", "checksum", "before", "after", "code")}  # fmt: skip
        return cls(at=at, key=key, **texts)

    @property
    def told(self) -> Word:
        return WHATS.get(self.what) or Word(self.what, self.what)

    @property
    def minute(self) -> str:
        return f"{self.at.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}"


def as_csv(rows: Iterable[Done]) -> bytes:
    """As Excel opens it; no cell is computed."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(HEADINGS)
    for one in rows:
        cells = (one.minute, one.name, one.oid, one.told.ja, one.code or DONE.ja, one.run,
                 one.checksum, one.before, one.after)  # fmt: skip
        lines.writerow(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)
    return out.getvalue().encode("utf-8-sig")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The page: ``older`` is the key to go on from, "" at the end."""

    template: ClassVar[str] = "record.html.j2"

    rows: Sequence[Done]
    older: str = ""

    @property
    def month(self) -> str:
        """That of the newest row shown, YYYY-MM in Japan."""
        return self.rows[0].minute[:7] if self.rows else ""
