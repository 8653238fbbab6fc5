"""Rules about references between files (X) and about rows that come twice (D001–D049)."""

from __future__ import annotations

from kakehashi.catalogue.todo import FIX, FIX_EN, NOTHING, NOTHING_EN
from kakehashi.findings import Effect, Rule

_HOLD, _NOTE = Effect.HOLD_PUPIL, Effect.NOTE

DANGLING = Rule(
    "X001",
    _HOLD,
    ja="参照先が {target} にありません。同じ参照先を指す項目は {count} 件あります。",
    en="What this refers to is not in {target}; {count} fields refer to it.",
    todo=FIX,
    todo_en=FIX_EN,
)
DANGLING_SLACK = Rule(
    "X002",
    _NOTE,
    ja="参照先が {target} にない項目が {count} 件あります。アカウントには影響しません。",
    en="{count} fields refer to something that is not in {target}; no account depends on them.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
NOT_A_SCHOOL = Rule(
    "X003",
    _HOLD,
    ja="学校を指すはずの項目が、種別 school ではない組織を指しています。",
    en="A field that must name a school names an organisation of another type.",
    todo=FIX,
    todo_en=FIX_EN,
)
NO_ROLE = Rule(
    "X004",
    _HOLD,
    ja="roles.csv に行がなく、児童生徒か教職員かを見分けられません。",
    en="There is no row in roles.csv, so a pupil cannot be told from staff.",
    todo=FIX,
    todo_en=FIX_EN,
)
PRIMARY_ROLES = Rule(
    "X005",
    _NOTE,
    ja="同じ人・同じ組織に primary の役割が複数あります。",
    en="One person has several primary roles in one organisation.",
    todo=FIX,
    todo_en=FIX_EN,
)
OTHER_SCHOOL = Rule(
    "X006",
    _HOLD,
    ja="在籍行の学校と、その学級の学校が違います。",
    en="The enrolment's school is not the school of its class.",
    todo=FIX,
    todo_en=FIX_EN,
)
NOT_A_HOMEROOM = Rule(
    "X007",
    _HOLD,
    ja="homeClass が学籍上の学級(homeroom)ではない学級を指しています。",
    en="homeClass names a class that is not a homeroom.",
    todo=FIX,
    todo_en=FIX_EN,
)
HOME_CLASSES = Rule(
    "X008",
    _NOTE,
    ja="同じ時期に学籍上の学級が複数あり、homeClass が空です。後に始まった所属を採ります。",
    en="Several homerooms at one time and a blank homeClass: the one that began last counts.",
    todo="C4th で所属学級を 1 つにしてください。",
    todo_en="Leave one home class in C4th.",
)
NOT_IN_HOME_CLASS = Rule(
    "X009",
    _NOTE,
    ja="homeClass の学級に在籍行がありません。",
    en="There is no enrolment in the class that homeClass names.",
    todo="C4th で所属学級を確かめてください。",
    todo_en="Check the home class in C4th.",
)
PRIMARY_TEACHERS = Rule(
    "X010",
    _NOTE,
    ja="1 つの学級に primary の担任が複数います。",
    en="One class has several primary teachers.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)

# -- rows that come twice --------------------------------------------------------------------

SAME_ID = Rule(
    "D001",
    _HOLD,
    ja="同じ sourcedId の行が {count} 行あり、内容が食い違います(最初は {first_line} 行目)。",
    en="{count} rows share a sourcedId and differ (first: line {first_line}).",
    todo=FIX,
    todo_en=FIX_EN,
)
SAME_ROW = Rule(
    "D002",
    _NOTE,
    ja="同じ内容の行が繰り返されています(最初は {first_line} 行目)。",
    en="The row repeats another, word for word (line {first_line}).",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
SAME_MASTER_ID = Rule(
    "D003",
    _NOTE,
    ja="同じ userMasterIdentifier の行が {count} 行あります(最初は {first_line} 行目)。"
    "在籍の状況から 1 行を選びます。",
    en="{count} rows share a userMasterIdentifier (first: line {first_line}); "
    "one is chosen by enrolment.",
    todo="転出入による重複かを確かめ、C4th で不要な所属を終了してください。",
    todo_en="See whether a transfer caused it, and end the enrolment that is over in C4th.",
)
