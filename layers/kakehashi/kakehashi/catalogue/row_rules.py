"""Rules about rows and cells (R)."""

from __future__ import annotations

from kakehashi.catalogue.todo import (
    AGAIN,
    AGAIN_EN,
    EXPORTER,
    EXPORTER_EN,
    FIX,
    FIX_EN,
    NOTHING,
    NOTHING_EN,
)
from kakehashi.findings import Effect, Rule

_HOLD, _NOTE = Effect.HOLD_PUPIL, Effect.NOTE

WIDTH = Rule(
    "R001",
    _HOLD,
    ja="列の数が見出しと違います({count} 列、見出しは {wanted} 列)。",
    en="The row has {count} columns where the header has {wanted}.",
    todo=FIX,
    todo_en=FIX_EN,
)
BLANK = Rule(
    "R002",
    _HOLD,
    ja="必須の項目が空です。",
    en="A required field is blank.",
    todo=FIX,
    todo_en=FIX_EN,
)
TERM = Rule(
    "R003",
    _HOLD,
    ja="決められた語ではありません。",
    en="The value is not one of the terms allowed here.",
    todo=FIX,
    todo_en=FIX_EN,
)
IDENTIFIER = Rule(
    "R004",
    _HOLD,
    ja="識別子に使えない文字があるか、長すぎます。",
    en="The identifier holds characters that are not allowed, or is too long.",
    todo=FIX,
    todo_en=FIX_EN,
)
DATE = Rule(
    "R005",
    _HOLD,
    ja="日付として読めません(YYYY-MM-DD)。",
    en="This is not a date (YYYY-MM-DD).",
    todo=FIX,
    todo_en=FIX_EN,
)
BOOLEAN = Rule(
    "R006",
    _HOLD,
    ja="true または false ではありません。",
    en="This is neither true nor false.",
    todo=FIX,
    todo_en=FIX_EN,
)
YEAR = Rule(
    "R007",
    _HOLD,
    ja="年(4 桁)ではありません。",
    en="This is not a year of four digits.",
    todo=FIX,
    todo_en=FIX_EN,
)
NUMBER = Rule(
    "R008",
    _HOLD,
    ja="数として読めません。",
    en="This is not a number.",
    todo=FIX,
    todo_en=FIX_EN,
)
LIST = Rule(
    "R009",
    _HOLD,
    ja="並びに空の要素があります。",
    en="The list holds an empty item.",
    todo=FIX,
    todo_en=FIX_EN,
)
USER_IDS = Rule(
    "R010",
    _HOLD,
    ja="userIds が {{種別:値}} の並びではありません。",
    en="userIds is not a list of {{Type:Id}}.",
    todo="C4th の外部ID の登録を確かめてください。",
    todo_en="Check the external IDs registered in C4th.",
)
GRADE = Rule(
    "R011",
    _HOLD,
    ja="知らない学年コードです。",
    en="The grade code is unknown.",
    todo="C4th で学年を確かめてください。",
    todo_en="Check the grade in C4th.",
)
NO_GRADE = Rule(
    "R012",
    _HOLD,
    ja="児童生徒の学年が空です。",
    en="A pupil's grade is blank.",
    todo="C4th で学年を確かめてください。",
    todo_en="Check the grade in C4th.",
)
NO_MASTER_ID = Rule(
    "R013",
    _HOLD,
    ja="userMasterIdentifier が空です。",
    en="userMasterIdentifier is blank.",
    todo="C4th でユーザー識別子(UUID)を発行してください。",
    todo_en="Have C4th issue the user identifier (UUID).",
)
MASTER_ID = Rule(
    "R014",
    _HOLD,
    ja="userMasterIdentifier が UUID(バージョン 4)ではありません。",
    en="userMasterIdentifier is not a UUID of version 4.",
    todo="C4th でユーザー識別子(UUID)を確かめてください。",
    todo_en="Check the user identifier (UUID) in C4th.",
)
NO_SCHOOL_CODE = Rule(
    "R015",
    _HOLD,
    ja="学校に文部科学省の学校コードがありません。",
    en="A school has no MEXT school code.",
    todo="C4th の学校情報に学校コード(13 桁)を登録してください。",
    todo_en="Register the 13-character school code in C4th.",
)
SCHOOL_CODE = Rule(
    "R016",
    _HOLD,
    ja="文部科学省の学校コードの形ではありません(英字 1 字と数字 12 桁)。",
    en="This is not shaped like a MEXT school code (a letter and 12 digits).",
    todo="C4th の学校情報の学校コードを確かめてください。",
    todo_en="Check the school code in C4th.",
)
CHECK_DIGIT = Rule(
    "R017",
    _NOTE,
    ja="学校コードの検査数字が合いません。コードはそのまま使います。",
    en="The check digit of the school code does not fit; the code is used as it is.",
    todo="C4th の学校コードを文部科学省の一覧と見比べてください。",
    todo_en="Compare the school code in C4th with the list of MEXT.",
    causes="Two rules are in use since 2023; a digit that fits either is taken as right.",
)
BOARD_CODE = Rule(
    "R018",
    _NOTE,
    ja="教育委員会コード(6 桁)の形ではありません。",
    en="This is not shaped like a board of education's code (6 digits).",
    todo="C4th の設置者の情報を確かめてください。",
    todo_en="Check the board's entry in C4th.",
)
EXCEL = Rule(
    "R019",
    _HOLD,
    ja="Excel での保存により値が壊れています(日付への置き換え、先頭の 0 の欠落、指数表記)。",
    en="Excel damaged this value (turned into a date, lost leading zeros, scientific notation).",
    todo="C4th の出力を Excel で開かずに、そのまま投入してください。",
    todo_en="Drop the C4th export without opening it in Excel.",
)
LINE_BREAK = Rule(
    "R020",
    _NOTE,
    ja="項目の中に改行がある行が {count} 行あります(最初は {first_line} 行目)。",
    en="{count} rows have a line break inside a field (first: line {first_line}).",
    todo=FIX,
    todo_en=FIX_EN,
)
QUOTES = Rule(
    "R021",
    _HOLD,
    ja='引用符(")の使い方が誤っていて、この行を読めません。',
    en='Quotes (") are used wrongly; this row cannot be read.',
    todo=FIX,
    todo_en=FIX_EN,
)
PERIOD = Rule(
    "R022",
    _HOLD,
    ja="終わりの日が始まりの日より前です。",
    en="The end date lies before the begin date.",
    todo=FIX,
    todo_en=FIX_EN,
)
SESSION_DATES = Rule(
    "R023",
    _NOTE,
    ja="年度の期間が 4 月 1 日から 3 月 31 日ではありません。",
    en="The school year does not run from 1 April to 31 March.",
    todo="C4th の年度の設定を確かめてください。",
    todo_en="Check the school year in C4th.",
)
SESSION_YEAR = Rule(
    "R024",
    _NOTE,
    ja="schoolYear が期間の始まりの年でも終わりの年でもありません。",
    en="schoolYear is neither the year the session begins nor the year it ends.",
    todo="C4th の年度の設定を確かめてください。",
    todo_en="Check the school year in C4th.",
)
DELTA_BLANK = Rule(
    "R025",
    _HOLD,
    ja="差分(delta)の行に status または dateLastModified がありません({count} 行)。",
    en="{count} delta rows lack status or dateLastModified; the first is shown.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
DATETIME = Rule(
    "R026",
    _HOLD,
    ja="日時として読めません(例 2026-04-01T00:00:00.000Z)。",
    en="This is not a date and time (such as 2026-04-01T00:00:00.000Z).",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
PRIMARY_STUDENT = Rule(
    "R027",
    _NOTE,
    ja="児童生徒の在籍行で primary が true です。",
    en="primary is true on a student's enrolment.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
PROFILE_BLANK = Rule(
    "R028",
    _NOTE,
    ja="日本の標準モデルが必須とする項目が {count} 行で空です(最初は {first_line} 行目)。",
    en="A field the Japanese standard model requires is blank on {count} rows "
    "(first: line {first_line}).",
    todo="C4th で児童生徒の外字を含まない氏名とふりがなを登録してください。",
    todo_en="Register names without gaiji, and their kana, in C4th.",
)
STATUS_FILLED = Rule(
    "R050",
    _NOTE,
    ja="全件(bulk)ですが status または dateLastModified が {count} 行で埋まっています"
    "(最初は {first_line} 行目)。読み飛ばしました。",
    en="In bulk, status or dateLastModified is filled on {count} rows "
    "(first: line {first_line}); they were ignored.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
BOOLEAN_CASE = Rule(
    "R051",
    _NOTE,
    ja="true・false の大文字・小文字が違う値が {count} 件あります(最初は {first_line} 行目)。"
    "小文字として読みました。",
    en="{count} values of true and false have the wrong case (first: line {first_line}); "
    "read as lower case.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
NULL = Rule(
    "R052",
    _NOTE,
    ja="文字列 NULL が {count} 件あります(最初は {first_line} 行目)。空として読みました。",
    en="The text NULL stands {count} times (first: line {first_line}); read as blank.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
UPPER_UUID = Rule(
    "R053",
    _NOTE,
    ja="大文字の UUID が {count} 件あります(最初は {first_line} 行目)。小文字として読みました。",
    en="{count} UUIDs are in upper case (first: line {first_line}); read as lower case.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
HALF_WIDTH = Rule(
    "R054",
    _NOTE,
    ja="半角カナが {count} 件あります(最初は {first_line} 行目)。全角にして読みました。",
    en="{count} values hold half-width kana (first: line {first_line}); read as full-width.",
    todo="C4th で全角カナに直してください。",
    todo_en="Write them full-width in C4th.",
)
DAKUTEN = Rule(
    "R055",
    _NOTE,
    ja="濁点・半濁点が分かれたカナが {count} 件あります(最初は {first_line} 行目)。"
    "1 字にまとめて読みました。",
    en="{count} values hold kana with a separate dakuten (first: line {first_line}); "
    "read as one character.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
EXCEL_DATE = Rule(
    "R056",
    _NOTE,
    ja="Excel の形の日付が {count} 件あります(最初は {first_line} 行目)。"
    "YYYY-MM-DD として読みました。",
    en="{count} dates are written as Excel does (first: line {first_line}); read as YYYY-MM-DD.",
    todo="C4th の出力を Excel で開かずに、そのまま投入してください。",
    todo_en="Drop the C4th export without opening it in Excel.",
)
EXCEL_ZERO = Rule(
    "R057",
    _NOTE,
    ja="先頭の 0 が欠けた教育委員会コードが {count} 件あります(最初は {first_line} 行目)。"
    "補って読みました。",
    en="{count} board codes have lost their leading zero (first: line {first_line}); "
    "it was put back.",
    todo="C4th の出力を Excel で開かずに、そのまま投入してください。",
    todo_en="Drop the C4th export without opening it in Excel.",
)
STRAY_QUOTE = Rule(
    "R058",
    _NOTE,
    ja='引用符で囲まれていない項目の中に引用符(")がある行が {count} 行あります'
    "(最初は {first_line} 行目)。文字として読みました。",
    en='{count} rows have a quote (") inside an unquoted field (first: line {first_line}); '
    "read as a character.",
    todo=EXPORTER,
    todo_en=EXPORTER_EN,
)
