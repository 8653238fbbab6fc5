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
LOCAL_PART_REPEATED = Rule(
    "D110",
    Effect.HOLD_PUPIL,
    ja="{tool} はアカウントの @ より前だけを使います。そこが同じ人が {count} 人いるため、"
    "この人の変更を渡していません。",
    en="{tool} uses what stands before the @ of an account. {count} people share it; this person's"
    " change was not handed over.",
    todo="@ より前が市のなかで重ならないアカウントにしてください。",
    todo_en="Use accounts whose part before the @ is unique in the city.",
    causes="The public importer sample of L-Gate (2023) cuts the username at the @.",
)
WOULD_DELETE_STAFF = Rule(
    "D111",
    Effect.REFUSE_DROP,
    ja="{tool} は全件ファイルに載らない人を削除します。教職員を載せない全件ファイル、または"
    "学校ごとの全件ファイルになるため、何も渡していません。",
    en="{tool} deletes whoever a full file does not name. The full file would name no staff, or one"
    " school alone, so nothing was handed over.",
    todo="差分(delta)の方言を使うか、担当ベンダーに連絡してください。"
    "学校ごとなら、市のルールの split を city にしてください。",
    todo_en="Use a dialect of deltas, or call the vendor. Where there is a file a school, say"
    " split = city in the city's rules.",
    causes="A dialect says what absence means there (absence); OPE-ID's importer sample deletes.",
)
NO_TEMPLATE = Rule(
    "D120",
    Effect.REFUSE_DROP,
    ja="{tool} の一覧の見出しが決まっていないため、何も渡していません。",
    en="The heading row of the list for {tool} is not given; nothing was handed over.",
    todo="ツールの管理画面のひな形にある見出しの行を、市のルールの [tools.<名前>] の headings に"
    "書いてください。",
    todo_en="Put the heading row of the template on the tool's admin screen into headings under"
    " [tools.<name>] in the city's rules.",
    causes="Headings that no maker has published are not invented.",
)
UNKNOWN_HEADING = Rule(
    "D121",
    Effect.REFUSE_DROP,
    ja="{tool} のひな形に、何を書くか分からない見出しがあるため、何も渡していません。",
    en="The template of {tool} has a heading that nobody knows how to fill; nothing was handed"
    " over.",
    todo="市のルールの [tools.<名前>.columns] に、この見出しに書くものを加えてください(空欄なら"
    ' { text = "" })。分からなければ提供元に尋ねてください。',
    todo_en="Say under [tools.<name>.columns] in the city's rules what stands below this heading"
    ' ({ text = "" } for nothing); ask the maker where it is not known.',
)
PASSWORD_DEMANDED = Rule(
    "D122",
    Effect.REFUSE_DROP,
    ja="{tool} のひな形はパスワードの列を必須としています。Kakehashi はパスワードを書かないため、"
    "何も渡していません。",
    en="The template of {tool} demands a password. Kakehashi writes none, so nothing was handed"
    " over.",
    todo="利用者の更新に使う、パスワードが必須でないひな形を提供元に尋ねてください。",
    todo_en="Ask the maker for the template of an update, which demands no password.",
)
NOT_IN_CP932 = Rule(
    "D123",
    Effect.HOLD_PUPIL,
    ja="{tool} の一覧の文字コード(Shift-JIS)にない文字 {char} があるため、この人の変更を"
    "渡していません。",
    en="The encoding of the list for {tool} (Shift-JIS) lacks the character {char}; this person's"
    " change was not handed over.",
    todo="C4th の外部連携用の氏名を Shift-JIS にある文字にするか、ひな形を UTF-8 のものに"
    "替えてください。",
    todo_en="Use a character of Shift-JIS in the external name in C4th, or a UTF-8 template.",
)
NO_WORD = Rule(
    "D124",
    Effect.HOLD_PUPIL,
    ja="{tool} の一覧で、この列の値を表す語が決まっていないため、この人の変更を渡していません。",
    en="The list for {tool} has no word for this column's value; this person's change was not"
    " handed over.",
    todo="市のルールの [tools.<名前>.columns] の words に加えてください。",
    todo_en="Add it to words under [tools.<name>.columns] in the city's rules.",
)
ONE_SCHOOL_ONLY = Rule(
    "D125",
    Effect.NOTE,
    ja="{tool} に渡すファイルは利用者 1 人に学校 1 つのため、兼務のある教職員 {count} 人を"
    "本務校だけで渡しています。",
    en="A file for {tool} has one school a user: {count} members of staff who work at several are"
    " told at their first school alone.",
    todo="市のルールの tools.<名前>.staff を home-school にしてください。提供元が複数校を"
    "受け取れると確かめた場合は、その形式を知らせてください。",
    todo_en="Set tools.<name>.staff to home-school in the city's rules; where the maker confirms"
    " several schools, tell us of it.",
    causes="The public importer sample of L-Gate (2023) refuses a whole file for one user with two"
    " schools; Apple's staff.csv has one location_id in the columns that are written.",
)
NO_CLASS_TO_NAME = Rule(
    "D126",
    Effect.NOTE,
    ja="{tool} は教職員にも学級か学年を求めるため、担任のない教職員 {count} 人を渡していません。",
    en="{tool} wants a class or a grade of staff, too: {count} members of staff who have none were"
    " not handed over.",
    todo='市のルールの tools.<名前> に staff_home_class = "first"(その学校の最初の学級を書く)と'
    ' staff_grade(例 "zz")を加えてください。書いた学級の担任になるわけではありません。',
    todo_en="Under tools.<name> in the city's rules set staff_home_class to first, which writes"
    " the school's first class and makes nobody its teacher, and staff_grade (for example zz).",
    causes="homeClass and grades are columns that L-Gate's format requires of every user.",
)
PUPILS_ALONE = Rule(
    "D127",
    Effect.NOTE,
    ja="{tool} の一覧は児童生徒だけのものなので、教職員を渡していません。",
    en="The list for {tool} is of pupils alone; staff were not handed over.",
    todo="教職員用のひな形があれば、別のツールとして市のルールに加え、staff_only = true に"
    "してください。なければ tools.<名前>.staff を none に。",
    todo_en="Where the maker has a template for staff, add it as a tool of its own with"
    " staff_only = true; otherwise set tools.<name>.staff to none.",
)
NO_ROLE_COLUMN = Rule(
    "D128",
    Effect.REFUSE_DROP,
    ja="{tool} の一覧には教職員と児童生徒を見分ける列がないため、何も渡していません。",
    en="The list for {tool} has no column that tells staff from pupils; nothing was handed over.",
    todo='市のルールの [tools.<名前>.columns] で、区分の見出しに fact = "role" を書いてください'
    "(words で student と teacher の語を決めます)。教職員だけのひな形なら staff_only = true に。",
    todo_en="Under [tools.<name>.columns] give a heading the fact role (words for student and"
    " teacher), or set staff_only = true for a template of staff.",
    causes="A tool that cannot tell would register a teacher as a pupil.",
)
HEADING_TWICE = Rule(
    "D129",
    Effect.REFUSE_DROP,
    ja="{tool} のひな形に同じ見出しが二つ以上あるため、何も渡していません。",
    en="The template of {tool} has this heading more than once; nothing was handed over.",
    todo="見出しの行が合っているか(命令 headings の --row)を確かめ、どちらに何を書くかを"
    "提供元に尋ねてください。",
    todo_en="Check that it is the heading row (--row of the command headings), and ask the maker"
    " what stands below which.",
)
PASSWORD_WRITTEN = Rule(
    "D130",
    Effect.REFUSE_DROP,
    ja="市のルールが {tool} の一覧のパスワードの列に値を書かせようとしています。Kakehashi は"
    "パスワードを書かないため、何も渡していません。",
    en="The city's rules would have a value written as a password on the list for {tool}. Kakehashi"
    " writes none, so nothing was handed over.",
    todo='空欄({ text = "" })か、提供元が「変えない」の印としている * だけにしてください。',
    todo_en='Leave it blank ({ text = "" }), or write the asterisks that the maker takes for a'
    " password that stays.",
)
RULES_NOT_IN_CP932 = Rule(
    "D131",
    Effect.REFUSE_DROP,
    ja="{tool} の一覧の見出しか決まった語に、文字コード(Shift-JIS)にない文字 {char} があるため、"
    "何も渡していません。",
    en="A heading or a fixed word of the list for {tool} has the character {char}, which its"
    " encoding (Shift-JIS) lacks; nothing was handed over.",
    todo="市のルールのこの文字を、ひな形にある文字に替えてください(命令 headings がひな形から"
    "読み取ります)。",
    todo_en="Put the template's own character into the city's rules; the command headings reads"
    " it.",
)
