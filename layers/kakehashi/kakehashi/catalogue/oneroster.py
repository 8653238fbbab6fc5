"""Rules about files, headers, rows and references (F, H, R, X, D001–D049)."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

_REFUSE, _HOLD, _NOTE = Effect.REFUSE_DROP, Effect.HOLD_PUPIL, Effect.NOTE
_AGAIN = "C4th から OneRoster CSV をもう一度出力し、加工せずにそのまま投入してください。"
_AGAIN_EN = "Export the OneRoster CSV from C4th again and drop it as it is, unedited."
_FIX = "C4th で該当の項目を確かめて修正し、次の出力を待ってください。"
_FIX_EN = "Check and correct that field in C4th; the next export will carry it."
_NOTHING = "対応は不要です。"
_NOTHING_EN = "Nothing to do."
_EXPORTER = "続くようなら、C4th の出力設定を保守担当に確かめてください。"
_EXPORTER_EN = "If it goes on, ask the vendor to look at the export settings of C4th."

# -- F: the package and its files -----------------------------------------------------------

NOT_A_ZIP = Rule(
    "F001",
    _REFUSE,
    ja="ZIP として読めません。壊れているか、途中で切れています。",
    en="This cannot be read as a zip: damaged or cut off.",
    todo="転送が最後まで終わったかを確かめ、もう一度投入してください。",
    todo_en="See whether the transfer finished, and drop it again.",
)
ENCRYPTED = Rule(
    "F002",
    _REFUSE,
    ja="ZIP にパスワードが掛かっています({count} 件)。",
    en="The zip is encrypted ({count} entries).",
    todo="パスワードを付けずに ZIP を作り直してください。",
    todo_en="Make the zip again without a password.",
)
COMPRESSION = Rule(
    "F003",
    _REFUSE,
    ja="ZIP の圧縮方式が deflate ではありません({count} 件)。",
    en="The zip uses a compression method other than deflate ({count} entries).",
    todo="標準の圧縮方式で ZIP を作り直してください。",
    todo_en="Make the zip again with standard compression.",
)
DAMAGED = Rule(
    "F004",
    _REFUSE,
    ja="ZIP の中のファイルが壊れています(CRC または圧縮データの不一致)。",
    en="A file inside the zip is damaged (CRC or compressed data).",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
FOLDER = Rule(
    "F005",
    _REFUSE,
    ja="ZIP の中にフォルダーがあります({count} 件)。CSV は最上位に置く決まりです。",
    en="The zip holds folders ({count} entries); the CSV files belong at its root.",
    todo="フォルダーではなく CSV ファイルを選んで ZIP にしてください。",
    todo_en="Select the CSV files, not their folder, when zipping.",
)
UNSAFE_NAME = Rule(
    "F006",
    _REFUSE,
    ja="ZIP の中に安全でないファイル名があります({count} 件)。",
    en="The zip holds unsafe file names ({count} entries).",
    todo="この ZIP は使わず、出どころを確かめてください。",
    todo_en="Do not use this zip; find out where it came from.",
)
DUPLICATE_FILE = Rule(
    "F007",
    _REFUSE,
    ja="同じ名前のファイルが複数あります(大文字・小文字の違いだけを含む、{count} 組)。",
    en="Files share a name, or differ in case only ({count} groups).",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
TOO_BIG = Rule(
    "F008",
    _REFUSE,
    ja="展開後の大きさが上限を超えます(上限 {limit_mb} MB)。",
    en="Unpacked, this is over the limit of {limit_mb} MB.",
    todo="名簿のファイルだけが入っているかを確かめてください。",
    todo_en="See that only roster files are inside.",
)
BOMB = Rule(
    "F009",
    _REFUSE,
    ja="圧縮率が異常です(上限 {ratio} 倍)。ZIP 爆弾の疑いがあるため展開しません。",
    en="The compression ratio is abnormal (limit {ratio} times): not unpacked, it may be a bomb.",
    todo="この ZIP は使わず、出どころを確かめてください。",
    todo_en="Do not use this zip; find out where it came from.",
)
TOO_MANY = Rule(
    "F010",
    _REFUSE,
    ja="ファイルの数が多すぎます(上限 {limit} 件)。",
    en="Too many files (limit {limit}).",
    todo="名簿のファイルだけが入っているかを確かめてください。",
    todo_en="See that only roster files are inside.",
)
NESTED = Rule(
    "F011",
    _REFUSE,
    ja="ZIP の中に書庫ファイルがあります({count} 件)。",
    en="The zip holds archives ({count}).",
    todo="中の書庫を取り出さず、CSV だけの ZIP を作り直してください。",
    todo_en="Make a zip of the CSV files alone.",
)
UNKNOWN_CSV = Rule(
    "F012",
    _NOTE,
    ja="OneRoster が定めていない CSV が入っています({count} 件)。読み飛ばしました。",
    en="There are CSV files that OneRoster does not define ({count}); they were not read.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
EXTRA_FILE = Rule(
    "F013",
    _NOTE,
    ja="CSV 以外のファイルが入っています({count} 件)。読み飛ばしました。",
    en="There are files other than CSV ({count}); they were not read.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
FILE_NAME_CASE = Rule(
    "F014",
    _NOTE,
    ja="ファイル名の大文字・小文字が決まりと違います。読み替えました。",
    en="The file name has the wrong case; it was read all the same.",
    todo=_EXPORTER,
    todo_en=_EXPORTER_EN,
)
PASSWORD_FILE = Rule(
    "F015",
    _REFUSE,
    ja="名簿の投入の中にパスワードのファイルがあります({count} 件)。"
    "パスワードには専用の投入口があります。",
    en="The roster drop holds files of passwords ({count}); passwords have their own inbox.",
    todo="パスワードのファイルは inbox/<自治体>/passwords/ に投入してください。"
    "名簿は除いて投入し直し、この投入は受信用バケットから消してください。",
    todo_en="Put the password file under inbox/<city>/passwords/, drop the roster again without it,"
    " and delete this drop from the inbox.",
    causes="Passwords never enter the run folder: such a drop is not copied there at all.",
)
PASSWORD_COLUMN = Rule(
    "F016",
    _REFUSE,
    ja="名簿の password 列に値があります({count} 行)。パスワードには専用の投入口があります。",
    en="The roster's password column is filled on {count} rows; passwords have their own inbox.",
    todo="C4th の出力設定でパスワードを含めないようにして出力し直し、この投入は受信用バケットから"
    "消してください。",
    todo_en="Export again from C4th without passwords, and delete this drop from the inbox.",
    causes="Passwords never enter the run folder: such a drop is not copied there at all.",
)
MAC_FILES = Rule(
    "F017",
    _NOTE,
    ja="Mac が ZIP に加えたファイルがあります({count} 件)。読み飛ばしました。",
    en="There are files that a Mac adds to a zip ({count}); they were not read.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
OTHER_FORMAT = Rule(
    "F018",
    _REFUSE,
    ja="OneRoster ではなく、別の形式({format})のファイルです。",
    en="This is no OneRoster but another format ({format}).",
    todo="C4th から OneRoster CSV(manifest.csv を含む一式)を出力し、それを投入してください。",
    todo_en="Export OneRoster CSV from C4th (a set with a manifest.csv) and drop that.",
    causes="There is no manifest.csv, and a heading row is that format's. Nothing of it is kept: "
    "it may hold passwords.",
)
NO_MANIFEST = Rule(
    "F020",
    _REFUSE,
    ja="manifest.csv がありません。",
    en="manifest.csv is missing.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
MANIFEST_UNREADABLE = Rule(
    "F021",
    _REFUSE,
    ja="manifest.csv の形が違います(見出しは propertyName,value の 2 列です)。",
    en="manifest.csv has the wrong shape (its header is propertyName,value).",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
MANIFEST_INCOMPLETE = Rule(
    "F022",
    _REFUSE,
    ja="manifest.csv に必須の項目 {property} がありません。",
    en="manifest.csv lacks the required property {property}.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
MANIFEST_TWICE = Rule(
    "F023",
    _REFUSE,
    ja="manifest.csv に同じ項目が 2 度あり、値が食い違います。",
    en="manifest.csv names a property twice, with different values.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
UNKNOWN_VERSION = Rule(
    "F024",
    _REFUSE,
    ja="oneroster.version が受け付ける版ではありません(受け付ける版 {known})。",
    en="oneroster.version is not one that is accepted ({known}).",
    todo="C4th の出力設定で OneRoster の版を確かめてください。",
    todo_en="Check the OneRoster version in the export settings of C4th.",
)
UNKNOWN_MODE = Rule(
    "F025",
    _REFUSE,
    ja="manifest.csv の file.* の値が absent、bulk、delta のどれでもありません。",
    en="A file.* value of manifest.csv is none of absent, bulk and delta.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
LISTED_NOT_THERE = Rule(
    "F026",
    _REFUSE,
    ja="manifest.csv にあるファイルが投入されていません。",
    en="manifest.csv lists this file, but it was not dropped.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
THERE_NOT_LISTED = Rule(
    "F027",
    _REFUSE,
    ja="manifest.csv が absent としているファイルが投入されています。",
    en="This file was dropped, but manifest.csv says it is absent.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
MANIFEST_EXTRA = Rule(
    "F028",
    _NOTE,
    ja="manifest.csv に知らない項目が {count} 件あります。読み飛ばしました。",
    en="manifest.csv holds {count} unknown properties; they were ignored.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
MANIFEST_VERSION = Rule(
    "F029",
    _NOTE,
    ja="manifest.version が 1.0 ではありません。1.0 として読みました。",
    en="manifest.version is not 1.0; it was read as 1.0.",
    todo=_EXPORTER,
    todo_en=_EXPORTER_EN,
)
REQUIRED_ABSENT = Rule(
    "F030",
    _REFUSE,
    ja="名簿に欠かせないファイルがありません。",
    en="A file that a roster needs is missing.",
    todo="C4th の出力で対象のファイルがすべて選ばれているかを確かめ、もう一度出力してください。",
    todo_en="See that every file is selected in the C4th export, and export again.",
)
NO_ROWS = Rule(
    "F031",
    _REFUSE,
    ja="見出し行だけで、データが 1 行もありません。",
    en="There is a header and not one row of data.",
    todo="C4th の出力条件(年度・学校)を確かめ、もう一度出力してください。",
    todo_en="Check the conditions of the export (school year, schools), and export again.",
)
NO_ROWS_OPTIONAL = Rule(
    "F032",
    _NOTE,
    ja="見出し行だけのファイルです。OneRoster では absent とする決まりです。",
    en="There is a header and no row; OneRoster wants such a file declared absent.",
    todo=_EXPORTER,
    todo_en=_EXPORTER_EN,
)
DELTA = Rule(
    "F033",
    _REFUSE,
    ja="差分(delta)の出力です。夜間連携は全件(bulk)だけを受け付けます。",
    en="This is a delta export; the nightly bridge takes bulk only.",
    todo="C4th の出力を「全件」にして、もう一度出力してください。",
    todo_en="Set the C4th export to everything (bulk), and export again.",
)
ROWS_ARE_DELTA = Rule(
    "F034",
    _REFUSE,
    ja="全件(bulk)の名簿に、削除を示す行(tobedeleted)が {count} 行あります。",
    en="In a roster of everything (bulk) {count} rows say tobedeleted: the rows win.",
    todo="C4th の出力を「全件」にして、もう一度出力してください。",
    todo_en="Set the C4th export to everything (bulk), and export again.",
    causes="OneRoster 1.2: where the manifest and the rows differ, the rows win.",
)
INCOMPLETE = Rule(
    "F035",
    _REFUSE,
    ja="ほかのファイルが指す行が {count} 件、このファイルにありません。途中で切れているか、"
    "別の時点の出力が混ざっている疑いがあります。",
    en="{count} rows that other files refer to are not in this file: it seems cut off, or from "
    "another export.",
    todo="すべてのファイルを一度に C4th から出力し直し、加工せずにそのまま投入してください。",
    todo_en="Export all files from C4th at once, and drop them as they are.",
    causes="Told once when over 20 rows and a fifth of the file are missing; fewer are X001 each.",
)
SHIFT_JIS = Rule(
    "F040",
    _REFUSE,
    ja="文字コードが {encoding} です(Shift_JIS 系)。UTF-8 だけを受け付けます。",
    en="The encoding is {encoding} (of the Shift_JIS family); only UTF-8 is accepted.",
    todo="Excel で開いて保存し直していないかを確かめ、C4th の出力をそのまま投入してください。",
    todo_en="See that nobody opened and saved it in Excel; drop the C4th export as it is.",
)
UTF_16 = Rule(
    "F041",
    _REFUSE,
    ja="文字コードが {encoding} です。UTF-8 だけを受け付けます。",
    en="The encoding is {encoding}; only UTF-8 is accepted.",
    todo="Excel で開いて保存し直していないかを確かめ、C4th の出力をそのまま投入してください。",
    todo_en="See that nobody opened and saved it in Excel; drop the C4th export as it is.",
)
NOT_UTF_8 = Rule(
    "F042",
    _REFUSE,
    ja="UTF-8 として読めません(推定される文字コード: {encoding})。",
    en="This is not UTF-8 (it looks like: {encoding}).",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
CUT_OFF = Rule(
    "F043",
    _REFUSE,
    ja="最後の行が途中で終わっています。ファイルが切れている疑いがあります。",
    en="The last line ends in the middle: the file seems to be cut off.",
    todo="転送が最後まで終わったかを確かめ、もう一度投入してください。",
    todo_en="See whether the transfer finished, and drop it again.",
)
QUOTES_BROKEN = Rule(
    "F044",
    _REFUSE,
    ja='引用符(")の対応が壊れ、{count} 行にまたがって読めません。',
    en='Quotes (") do not pair up; {count} lines cannot be read.',
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
LONG_LINE = Rule(
    "F045",
    _REFUSE,
    ja="{limit} 文字を超える行があります。CSV の改行が失われているか、CSV ではありません。",
    en="A line is longer than {limit} characters: line ends are lost, or this is no CSV.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
BOM = Rule(
    "F050",
    _NOTE,
    ja="先頭に BOM があります。読み飛ばしました。",
    en="The file begins with a BOM; it was skipped.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
LINE_ENDS = Rule(
    "F051",
    _NOTE,
    ja="改行が CRLF ではありません。そのまま読みました。",
    en="Lines do not end in CRLF; they were read all the same.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
BLANK_LINES = Rule(
    "F052",
    _NOTE,
    ja="空行が {count} 行あります(最初は {first_line} 行目)。読み飛ばしました。",
    en="There are {count} blank lines (first: line {first_line}); they were skipped.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)

# -- H: the header line ---------------------------------------------------------------------

NO_HEADER = Rule(
    "H001",
    _REFUSE,
    ja="1 行目が OneRoster の見出しではありません。",
    en="Line 1 is not a OneRoster header.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
COLUMN_MISSING = Rule(
    "H002",
    _REFUSE,
    ja="決められた列が見出しにありません。",
    en="A column of the standard is missing from the header.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
COLUMN_ORDER = Rule(
    "H003",
    _REFUSE,
    ja="見出しの列の順序が決まりと違います。",
    en="The columns of the header are out of order.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
COLUMN_TWICE = Rule(
    "H004",
    _REFUSE,
    ja="見出しに同じ列が 2 度あります(左から {position} 列目)。",
    en="The header names a column twice (position {position}).",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
COLUMN_CASE = Rule(
    "H005",
    _NOTE,
    ja="見出しの列名の大文字・小文字が決まりと違います({count} 列)。読み替えました。",
    en="Column names of the header have the wrong case ({count}); they were read all the same.",
    todo=_EXPORTER,
    todo_en=_EXPORTER_EN,
)
COLUMN_UNKNOWN = Rule(
    "H006",
    _NOTE,
    ja="OneRoster が定めていない列が {count} 列あります。読み飛ばしました。",
    en="There are {count} columns that OneRoster does not define; they were ignored.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
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
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
SPELLING = Rule(
    "H009",
    _NOTE,
    ja="出席番号・公開フラグの列名が別の版のつづりです。読み替えました。",
    en="shussekiNo and publicFlg are spelled as in another version; read all the same.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
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

# -- R: rows and cells ----------------------------------------------------------------------

WIDTH = Rule(
    "R001",
    _HOLD,
    ja="列の数が見出しと違います({count} 列、見出しは {wanted} 列)。",
    en="The row has {count} columns where the header has {wanted}.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
BLANK = Rule(
    "R002",
    _HOLD,
    ja="必須の項目が空です。",
    en="A required field is blank.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
TERM = Rule(
    "R003",
    _HOLD,
    ja="決められた語ではありません。",
    en="The value is not one of the terms allowed here.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
IDENTIFIER = Rule(
    "R004",
    _HOLD,
    ja="識別子に使えない文字があるか、長すぎます。",
    en="The identifier holds characters that are not allowed, or is too long.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
DATE = Rule(
    "R005",
    _HOLD,
    ja="日付として読めません(YYYY-MM-DD)。",
    en="This is not a date (YYYY-MM-DD).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
BOOLEAN = Rule(
    "R006",
    _HOLD,
    ja="true または false ではありません。",
    en="This is neither true nor false.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
YEAR = Rule(
    "R007",
    _HOLD,
    ja="年(4 桁)ではありません。",
    en="This is not a year of four digits.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
NUMBER = Rule(
    "R008",
    _HOLD,
    ja="数として読めません。",
    en="This is not a number.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
LIST = Rule(
    "R009",
    _HOLD,
    ja="並びに空の要素があります。",
    en="The list holds an empty item.",
    todo=_FIX,
    todo_en=_FIX_EN,
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
    todo=_FIX,
    todo_en=_FIX_EN,
)
QUOTES = Rule(
    "R021",
    _HOLD,
    ja='引用符(")の使い方が誤っていて、この行を読めません。',
    en='Quotes (") are used wrongly; this row cannot be read.',
    todo=_FIX,
    todo_en=_FIX_EN,
)
PERIOD = Rule(
    "R022",
    _HOLD,
    ja="終わりの日が始まりの日より前です。",
    en="The end date lies before the begin date.",
    todo=_FIX,
    todo_en=_FIX_EN,
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
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
DATETIME = Rule(
    "R026",
    _HOLD,
    ja="日時として読めません(例 2026-04-01T00:00:00.000Z)。",
    en="This is not a date and time (such as 2026-04-01T00:00:00.000Z).",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
PRIMARY_STUDENT = Rule(
    "R027",
    _NOTE,
    ja="児童生徒の在籍行で primary が true です。",
    en="primary is true on a student's enrolment.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
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
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
BOOLEAN_CASE = Rule(
    "R051",
    _NOTE,
    ja="true・false の大文字・小文字が違う値が {count} 件あります(最初は {first_line} 行目)。"
    "小文字として読みました。",
    en="{count} values of true and false have the wrong case (first: line {first_line}); "
    "read as lower case.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
NULL = Rule(
    "R052",
    _NOTE,
    ja="文字列 NULL が {count} 件あります(最初は {first_line} 行目)。空として読みました。",
    en="The text NULL stands {count} times (first: line {first_line}); read as blank.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
UPPER_UUID = Rule(
    "R053",
    _NOTE,
    ja="大文字の UUID が {count} 件あります(最初は {first_line} 行目)。小文字として読みました。",
    en="{count} UUIDs are in upper case (first: line {first_line}); read as lower case.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
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
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
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
    todo=_EXPORTER,
    todo_en=_EXPORTER_EN,
)

# -- X: references between files ------------------------------------------------------------

DANGLING = Rule(
    "X001",
    _HOLD,
    ja="参照先が {target} にありません。同じ参照先を指す項目は {count} 件あります。",
    en="What this refers to is not in {target}; {count} fields refer to it.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
DANGLING_SLACK = Rule(
    "X002",
    _NOTE,
    ja="参照先が {target} にない項目が {count} 件あります。アカウントには影響しません。",
    en="{count} fields refer to something that is not in {target}; no account depends on them.",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)
NOT_A_SCHOOL = Rule(
    "X003",
    _HOLD,
    ja="学校を指すはずの項目が、種別 school ではない組織を指しています。",
    en="A field that must name a school names an organisation of another type.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
NO_ROLE = Rule(
    "X004",
    _HOLD,
    ja="roles.csv に行がなく、児童生徒か教職員かを見分けられません。",
    en="There is no row in roles.csv, so a pupil cannot be told from staff.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
PRIMARY_ROLES = Rule(
    "X005",
    _NOTE,
    ja="同じ人・同じ組織に primary の役割が複数あります。",
    en="One person has several primary roles in one organisation.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
OTHER_SCHOOL = Rule(
    "X006",
    _HOLD,
    ja="在籍行の学校と、その学級の学校が違います。",
    en="The enrolment's school is not the school of its class.",
    todo=_FIX,
    todo_en=_FIX_EN,
)
NOT_A_HOMEROOM = Rule(
    "X007",
    _HOLD,
    ja="homeClass が学籍上の学級(homeroom)ではない学級を指しています。",
    en="homeClass names a class that is not a homeroom.",
    todo=_FIX,
    todo_en=_FIX_EN,
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
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
)

# -- D: duplicates --------------------------------------------------------------------------

SAME_ID = Rule(
    "D001",
    _HOLD,
    ja="同じ sourcedId の行が {count} 行あり、内容が食い違います(最初は {first_line} 行目)。",
    en="{count} rows share a sourcedId and differ (first: line {first_line}).",
    todo=_FIX,
    todo_en=_FIX_EN,
)
SAME_ROW = Rule(
    "D002",
    _NOTE,
    ja="同じ内容の行が繰り返されています(最初は {first_line} 行目)。",
    en="The row repeats another, word for word (line {first_line}).",
    todo=_NOTHING,
    todo_en=_NOTHING_EN,
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
