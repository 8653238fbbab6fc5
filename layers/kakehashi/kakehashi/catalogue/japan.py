"""Rules of the Japan Profile and the standard on values that no account depends on.

R030 to R048, R059, and F019 for a package that is another board's."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

_NOTE = Effect.NOTE
_FIX = "急ぎません。続くようなら、C4th の出力設定を保守担当に確かめてください。"
_FIX_EN = "No hurry. If it goes on, ask the vendor to look at the export settings of C4th."
_LOOK = "C4th で該当の行を確かめてください。"
_LOOK_EN = "Look at those rows in C4th."

OTHER_BOARD = Rule(
    "F019",
    Effect.REFUSE_DROP,
    ja="別の教育委員会の名簿です({count} 件の教育委員会コードが、この自治体のものと違います)。",
    en="This is another board's roster: {count} board codes, none of them this city's.",
    todo="正しい自治体の出力かを確かめてください。教育委員会コードが変わったときは、"
    "自治体の設定の board_code を直してください。",
    todo_en="See whether this is the right city's export. If the board's code has changed, correct"
    " board_code in the city's rules.",
)
UNQUOTED = Rule(
    "R030",
    _NOTE,
    ja="引用符で囲まれていない値のある行が {count} 行あります。"
    "日本のプロファイルではすべての値を囲みます。",
    en="{count} rows have values without quotes; the Japan Profile wants every value quoted.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
COURSE_CODE = Rule(
    "R031",
    _NOTE,
    ja="courseCode に値があります({count} 行、最初は {first_line} 行目)。"
    "日本のプロファイルでは空欄です。",
    en="courseCode is filled on {count} rows (first: line {first_line}); the Japan Profile wants it"
    " blank.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
COURSE_TITLE = Rule(
    "R032",
    _NOTE,
    ja="科目の title が「YYYY年度…」で始まりません({count} 行、最初は {first_line} 行目)。",
    en="{count} course titles do not begin with the school year (first: line {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
SESSION_FORM = Rule(
    "R033",
    _NOTE,
    ja="学期の行が「YYYY年度」の schoolYear ではありません({count} 行、最初は {first_line} 行目)。",
    en="{count} sessions are not a school year under its own title (first: line {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
PARENT = Rule(
    "R034",
    _NOTE,
    ja="組織の親が決まりと違います({count} 行、最初は {first_line} 行目)。"
    "教育委員会に親はなく、学校の親は教育委員会です。",
    en="{count} orgs have the wrong parent (first: line {first_line}): a district has none, a"
    " school's is a district.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
PARENT_CIRCLE = Rule(
    "R035",
    _NOTE,
    ja="組織の親子が一回りしています({count} 行、最初は {first_line} 行目)。",
    en="{count} orgs are their own ancestors (first: line {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
ROLE = Rule(
    "R036",
    _NOTE,
    ja="日本のプロファイルにない役割"
    "(parent、relative)が {count} 行あります(最初は {first_line} 行目)。",
    en="{count} roles are parent or relative, which the Japan Profile does not have (first: line"
    " {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
NO_PRIMARY_ROLE = Rule(
    "R037",
    _NOTE,
    ja="主の役割(primary)を持たない利用者の行が {count} 行あります(最初は {first_line} 行目)。",
    en="{count} role rows are of users without a primary role (first: line {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
ENROLLED_AS = Rule(
    "R038",
    _NOTE,
    ja="在籍の役割が日本のプロファイルにありません({count} 行、最初は {first_line} 行目)。",
    en="{count} enrolments have a role that the Japan Profile does not have (first: line"
    " {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
ATTENDANCE_NUMBER = Rule(
    "R039",
    _NOTE,
    ja="出席番号が 0 以下です({count} 行、最初は {first_line} 行目)。",
    en="{count} attendance numbers are 0 or less (first: line {first_line}).",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
NUMBER_TWICE = Rule(
    "R040",
    _NOTE,
    ja="同じ学級に同じ出席番号があります({count} 行、最初は {first_line} 行目)。",
    en="{count} enrolments share an attendance number within a class (first: line {first_line}).",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
NO_KANA = Rule(
    "R041",
    _NOTE,
    ja="よみがなに片仮名でない文字があります({count} 行、最初は {first_line} 行目)。",
    en="{count} readings are not katakana (first: line {first_line}).",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
SUBJECT_CODE = Rule(
    "R042",
    _NOTE,
    ja="教科コードが一覧にありません({count} 行、最初は {first_line} 行目)。",
    en="{count} subject codes are not in the lists (first: line {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
SUBJECTS_UNEQUAL = Rule(
    "R043",
    _NOTE,
    ja="subjects と subjectCodes の数が違います({count} 行、最初は {first_line} 行目)。",
    en="subjects and subjectCodes differ in number on {count} rows (first: line {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
OUTSIDE_TERM = Rule(
    "R044",
    _NOTE,
    ja="在籍の期間が学級の年度の外に出ています({count} 行、最初は {first_line} 行目)。",
    en="{count} enrolments lie partly outside their class's sessions (first: line {first_line}).",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
NOBODYS_DEMOGRAPHICS = Rule(
    "R045",
    _NOTE,
    ja="demographics.csv に、users.csv にいない人の行が {count} 行あります"
    "(最初は {first_line} 行目)。",
    en="{count} rows of demographics.csv are of nobody in users.csv (first: line {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
USERNAME_TWICE = Rule(
    "R046",
    _NOTE,
    ja="有効な利用者の行が username を共有しています({count} 行、最初は {first_line} 行目)。",
    en="{count} enabled users share a username (first: line {first_line}).",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
CLASS_GRADES = Rule(
    "R047",
    _NOTE,
    ja="学級の学年にない学年の児童生徒がいます({count} 学級、最初は {first_line} 行目)。",
    en="{count} classes have pupils of a grade that they do not name (first: line {first_line}).",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
TWICE_IN_CLASS = Rule(
    "R048",
    _NOTE,
    ja="同じ人が同じ学級に同じ期間で二度在籍しています({count} 行、最初は {first_line} 行目)。",
    en="{count} enrolments say twice that somebody is in a class (first: line {first_line}).",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
NO_VALUES = Rule(
    "R059",
    _NOTE,
    ja="日本のプロファイルが加える列(metadata.jp.…、見出しに {count} 列)に、どのファイルの"
    "どの行でも値がありません。よみがな、特別支援学級の印、出席番号が、この名簿からは分かりません。",
    en="No row of any file has a value in a column that the Japan Profile adds (metadata.jp.…;"
    " {count} in the headers): this roster tells no readings, special-needs marks or class"
    " numbers.",
    todo="C4th の出力を、編集や変換をせずにそのまま投入してください。元の出力でも空なら、"
    "C4th の出力設定を保守担当に確かめてください。",
    todo_en="Drop the C4th export as it came, not edited or converted. Where it is empty as it"
    " came, ask the vendor to look at the export settings of C4th.",
    causes="Programs that take a dot in a heading for nesting write these columns without their"
    " values, or not at all: findings/tabulator-dotted-columns.sh.",
)
