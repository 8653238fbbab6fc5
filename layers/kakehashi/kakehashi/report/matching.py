"""The sheet 名寄せ: pupils and accounts that have yet to find each other, and the evidence.

The only sheet with names and accounts: without them nobody could decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from kakehashi.diff.answers import DECISION, JAPANESE, PUPIL
from kakehashi.diff.matching import Evidence, Fit, Match
from kakehashi.report.words import Word

FITS: Mapping[str, Word] = MappingProxyType({
    Fit.PROPOSED: Word("同じアカウントがある → 名寄せの候補", "account exists → link?"),
    Fit.MARKED: Word("アカウントに別の児童生徒の印がある", "account marked for another pupil"),
    Fit.UNSERVABLE: Word(
        "構内の Active Directory のアカウント(受け持てません)", "synchronised account, not served"
    ),
    Fit.NO_ACCOUNT: Word("名簿にいてアカウントがない(作成します)", "in the roster, no account yet"),
    Fit.NO_PASSWORD: Word(
        "名簿にいてアカウントがない(初期パスワード待ち)", "in the roster, no account, no password"
    ),
    Fit.NOT_IN_ROSTER: Word(
        "アカウントがあって名簿にいない(何もしません)", "an account, not in the roster"
    ),
    "doubtful": Word("うち確かめたい候補", "of the proposals, doubtful"),
})  # fmt: skip
EVIDENCE: Mapping[Evidence, str] = MappingProxyType({
    Evidence.NAME_SAME: "氏名が一致",
    Evidence.KANA_SAME: "読みが一致",
    Evidence.NAME_ALIKE: "氏名が少しちがう",
    Evidence.NAME_DIFFERS: "氏名がちがう",
    Evidence.NAME_BLANK: "表示名が空",
    Evidence.NAME_OF_ANOTHER: "名簿の別の児童生徒の氏名",
    Evidence.SCHOOL_SAME: "学校が一致",
    Evidence.SCHOOL_DIFFERS: "学校がちがう",
    Evidence.CLASS_SAME: "学年か学級が一致",
    Evidence.CLASS_DIFFERS: "学年も学級もちがう",
    Evidence.PLACE_BLANK: "所属が空",
    Evidence.DISABLED: "サインインを停止中",
    Evidence.MARK_OF_ANOTHER: "別の児童生徒の印",
    Evidence.NAMESAKE: "同じ氏名で名簿にいないアカウントあり(アカウント欄の登録の誤り?)",
    Evidence.NAMESAKE_AT_SCHOOL:
        "同じ学校に同じ氏名で名簿にいないアカウントあり(アカウント欄の登録の誤り?)",
})  # fmt: skip
TITLE = "名寄せ"
COLUMNS = (
    (PUPIL, 38), (DECISION, 10), ("状況", 36), ("疑い(0–100)", 10), ("根拠", 44),
    ("学校コード", 16), ("学校名", 24), ("学年", 6), ("名簿の氏名", 18), ("アカウント", 34),
    ("アカウントの表示名", 22), ("アカウントの所属", 30), ("別の児童生徒", 38), ("候補", 8),
)  # fmt: skip

type Cell = str | int | float | None


def rows(matches: Iterable[Match], schools: Mapping[str, str]) -> Iterator[Sequence[Cell]]:
    """In the order given. ``決定`` is left blank for a person to fill in."""
    for one in matches:
        asks = one.fit is Fit.PROPOSED
        yield [
            one.pupil,
            "",
            FITS[one.fit].ja,
            one.doubt if one.fit is not Fit.NOT_IN_ROSTER else None,
            "、".join(EVIDENCE[evidence] for evidence in one.evidence),
            one.school,
            schools.get(one.school, ""),
            one.grade,
            one.name,
            one.account,
            one.shown,
            one.place,
            one.other,
            JAPANESE["link"] if asks else "",
        ]
