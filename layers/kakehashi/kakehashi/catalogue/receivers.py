"""What single receivers are known to do with a file, beyond refusing a cell (``deliver``)."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

CLASS_BREAKS_OFF = Rule(
    "D100",
    Effect.HOLD_PUPIL,
    ja="{tool} の取込は、この学級名(渡すファイルの classes.csv {row} 行目)で学校全体が止まるおそれ"
    "があるため、この学級の変更を渡していません。",
    en="The importer of {tool} would break off the whole school at this class title (line {row} of"
    " the outgoing classes.csv); the class's changes were not handed over.",
    todo="学級名を「3年2組」の形にするか、「年」「組」の前の数字を除いてください"
    "(市のルールの class_titles でも変えられます)。",
    todo_en="Give the class a title of the form 3年2組, or one without digits among other signs"
    " before 年 and 組; class_titles in the city's rules can do it.",
    causes="The public importer sample of インタラクティブスタディ (2023) takes the text before 年"
    " or 組 for a number as soon as its digits are in range.",
)
CLASS_RENUMBERED = Rule(
    "D101",
    Effect.NOTE,
    ja="{tool} はこの学級名(渡すファイルの classes.csv {row} 行目)から組の番号を読み取れず、"
    "空いている番号を付けます。",
    en="{tool} cannot read a class number out of this title (line {row} of the outgoing"
    " classes.csv) and gives it one that is free.",
    todo="番号で見せたい学級なら、学級名を「3年2組」の形(1~20 組)にしてください。",
    todo_en="Where a number is to be seen, use a title of the form 3年2組 (1 to 20).",
    causes="The public importer sample of インタラクティブスタディ (2023).",
)
CLASS_CUT = Rule(
    "D102",
    Effect.NOTE,
    ja="{tool} はこの学級名(渡すファイルの classes.csv {row} 行目)を 10 文字で切ります。",
    en="{tool} cuts this class title (line {row} of the outgoing classes.csv) to ten characters.",
    todo="10 文字以内の学級名にしてください。",
    todo_en="Use a title of ten characters at most.",
    causes="The public importer sample of インタラクティブスタディ (2023).",
)
CLASSES_AS_ONE = Rule(
    "D103",
    Effect.NOTE,
    ja="{tool} は同じ学校の {count} つの学級を同じ学級と読みます"
    "(渡すファイルの classes.csv {row} 行目)。",
    en="{tool} reads {count} classes of a school as one (line {row} of the outgoing classes.csv).",
    todo="組の番号が重ならない学級名にしてください(1組 と A組 は同じ番号です)。",
    todo_en="Use titles whose numbers differ (1組 and A組 are the same number there).",
    causes="The public importer sample of インタラクティブスタディ (2023).",
)
STILL_AT_OLD_SCHOOL = Rule(
    "D104",
    Effect.NOTE,
    ja="転校した児童生徒を {tool} が元の学校にも残すおそれがあります(渡すファイルの enrollments.csv"
    " {row} 行目)。",
    en="{tool} may keep a pupil who moved at the former school too (line {row} of the outgoing"
    " enrollments.csv).",
    todo="ツールの画面で、元の学校の名簿を確かめてください。",
    todo_en="Look at the former school's roster on the tool's screen.",
    causes="The public importer sample of インタラクティブスタディ (2023) reads a row marked"
    " tobedeleted like any other. Ask the maker what production does.",
)
