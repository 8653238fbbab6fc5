"""Rules about the package and its files (F)."""

from __future__ import annotations

from kakehashi.catalogue.todo import AGAIN, AGAIN_EN, EXPORTER, EXPORTER_EN, NOTHING, NOTHING_EN
from kakehashi.findings import Effect, Rule

_REFUSE, _NOTE = Effect.REFUSE_DROP, Effect.NOTE

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
    todo=AGAIN,
    todo_en=AGAIN_EN,
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
    todo=AGAIN,
    todo_en=AGAIN_EN,
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
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
EXTRA_FILE = Rule(
    "F013",
    _NOTE,
    ja="CSV 以外のファイルが入っています({count} 件)。読み飛ばしました。",
    en="There are files other than CSV ({count}); they were not read.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
FILE_NAME_CASE = Rule(
    "F014",
    _NOTE,
    ja="ファイル名の大文字・小文字が決まりと違います。読み替えました。",
    en="The file name has the wrong case; it was read all the same.",
    todo=EXPORTER,
    todo_en=EXPORTER_EN,
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
    todo=NOTHING,
    todo_en=NOTHING_EN,
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
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
MANIFEST_UNREADABLE = Rule(
    "F021",
    _REFUSE,
    ja="manifest.csv の形が違います(見出しは propertyName,value の 2 列です)。",
    en="manifest.csv has the wrong shape (its header is propertyName,value).",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
MANIFEST_INCOMPLETE = Rule(
    "F022",
    _REFUSE,
    ja="manifest.csv に必須の項目 {property} がありません。",
    en="manifest.csv lacks the required property {property}.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
MANIFEST_TWICE = Rule(
    "F023",
    _REFUSE,
    ja="manifest.csv に同じ項目が 2 度あり、値が食い違います。",
    en="manifest.csv names a property twice, with different values.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
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
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
LISTED_NOT_THERE = Rule(
    "F026",
    _REFUSE,
    ja="manifest.csv にあるファイルが投入されていません。",
    en="manifest.csv lists this file, but it was not dropped.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
THERE_NOT_LISTED = Rule(
    "F027",
    _REFUSE,
    ja="manifest.csv が absent としているファイルが投入されています。",
    en="This file was dropped, but manifest.csv says it is absent.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
MANIFEST_EXTRA = Rule(
    "F028",
    _NOTE,
    ja="manifest.csv に知らない項目が {count} 件あります。読み飛ばしました。",
    en="manifest.csv holds {count} unknown properties; they were ignored.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
MANIFEST_VERSION = Rule(
    "F029",
    _NOTE,
    ja="manifest.version が 1.0 ではありません。1.0 として読みました。",
    en="manifest.version is not 1.0; it was read as 1.0.",
    todo=EXPORTER,
    todo_en=EXPORTER_EN,
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
    todo=EXPORTER,
    todo_en=EXPORTER_EN,
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
    todo=AGAIN,
    todo_en=AGAIN_EN,
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
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
LONG_LINE = Rule(
    "F045",
    _REFUSE,
    ja="{limit} 文字を超える行があります。CSV の改行が失われているか、CSV ではありません。",
    en="A line is longer than {limit} characters: line ends are lost, or this is no CSV.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)
BOM = Rule(
    "F050",
    _NOTE,
    ja="先頭に BOM があります。読み飛ばしました。",
    en="The file begins with a BOM; it was skipped.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
LINE_ENDS = Rule(
    "F051",
    _NOTE,
    ja="改行が CRLF ではありません。そのまま読みました。",
    en="Lines do not end in CRLF; they were read all the same.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
BLANK_LINES = Rule(
    "F052",
    _NOTE,
    ja="空行が {count} 行あります(最初は {first_line} 行目)。読み飛ばしました。",
    en="There are {count} blank lines (first: line {first_line}); they were skipped.",
    todo=NOTHING,
    todo_en=NOTHING_EN,
)
