"""What is said of the lists of 教職員 (A): the board's own, the roster's rows, and decisions."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

_SENT_AGAIN = "直した名簿をもう一度アップロードしてください。ほかの行は取り込んでいます。"
_SEND_AGAIN = "Correct the row and upload the list again; all other rows were taken."


def _row(  # noqa: PLR0917 - a table is read by its columns
    code: str, ja: str, en: str, todo: str, todo_en: str, causes: str = ""
) -> Rule:
    """A row of the list that cannot be followed: that person stays as yesterday."""
    return Rule(
        code,
        Effect.HOLD_PUPIL,
        ja=ja,
        en=en,
        todo=todo + _SENT_AGAIN,
        todo_en=f"{todo_en} {_SEND_AGAIN}",
        causes=causes,
    )


LIST_UNREADABLE = Rule(
    "A001",
    Effect.NOTE,
    ja="教職員名簿を読めません。教職員は全員きのうのままです。",
    en="The list of staff cannot be read; all staff stay as yesterday.",
    todo="Excel ブック(.xlsx)か CSV で保存し、パスワードを付けずにアップロードしてください。",
    todo_en="Save it as .xlsx or CSV, without a password, and upload it again.",
)
LIST_TOO_LARGE = Rule(
    "A002",
    Effect.NOTE,
    ja="教職員名簿のファイルが大きすぎるため、読んでいません。",
    en="The list of staff is too large and was not read.",
    todo="見出しと教職員の行だけを新しいブックに写して、アップロードしてください。",
    todo_en="Copy the headings and the rows of staff to a new workbook and upload that.",
    causes="Whole columns that were formatted, or sheets that belong to something else.",
)
LIST_WITHOUT_HEADINGS = Rule(
    "A003",
    Effect.NOTE,
    ja="教職員名簿に必要な見出しがありません(足りない見出し {count} 件)。読んでいません。",
    en="The list of staff lacks headings that are needed ({count} of them); it was not read.",
    todo="`staff template` で作る様式の見出しを、変えずに一行に並べてください。",
    todo_en="Keep the headings of the form that `staff template` writes, in one row.",
    causes="Merged or renamed headings, or another list under this name.",
)
NO_LIST = Rule(
    "A004",
    Effect.NOTE,
    ja="教職員名簿がまだアップロードされていません。",
    en="No list of staff has been uploaded yet.",
    todo="`staff template` の様式に記入し、inbox/<市>/staff/ に置いてください。"
    "校務支援システムの行だけで足りる場合は [staff] の sources を roster だけにします。",
    todo_en="Fill in the form that `staff template` writes and upload it to"
    " inbox/<city>/staff/; a city that needs no list sets staff.sources to roster alone.",
)
NO_NUMBER = _row(
    "A010",
    "職員番号が空欄です。",
    "The staff number is blank.",
    "セルの結合を解除し、一行ごとに職員番号を書いてください。番号のない人には教育委員会が"
    "番号を決めます(例 G-0012)。",
    "Unmerge the cells and give every row its number; the board draws one for whoever has none.",
    "Of merged cells only the first holds a text.",
)
BAD_NUMBER = _row(
    "A011",
    "職員番号に使えない文字があるか、長すぎます。",
    "The staff number holds a character that it may not, or is too long.",
    "半角の英数字とハイフンで16文字までにしてください。",
    "Up to 16 letters, digits and hyphens.",
)
NAME_MISSING = _row(
    "A012",
    "氏名(使用名)が空欄です。",
    "The name in use is blank.",
    "姓と名の両方を書いてください。",
    "Write both names.",
)
NAME_WITH_READING = _row(
    "A013",
    "氏名の欄に括弧や読みが一緒に入っています。",
    "A name is written together with brackets or its reading.",
    "氏名には使用名だけを書き、読みはよみの欄に分けてください。",
    "Write the name alone and its reading in the column for it.",
    "Furigana that was typed into the cell; furigana that Excel shows above it does no harm.",
)
UNKNOWN_SCHOOL = _row(
    "A014",
    "所属コードの学校が今夜の名簿にありません。",
    "No school of tonight's roster has this code.",
    "13桁の学校コードか、6桁の教育委員会コードを書いてください。",
    "Write the 13-character school code, or the six digits of the board.",
)
BAD_DATE = _row(
    "A015",
    "日付を読めません。",
    "A date cannot be read.",
    "2027-04-01、2027/4/1、令和9年4月1日、R9.4.1 のどれかの形で書いてください。",
    "Write it as 2027-04-01, 2027/4/1, 令和9年4月1日 or R9.4.1.",
)
DATES_REVERSED = _row(
    "A016",
    "終了日が開始日より前です。",
    "The last day comes before the first.",
    "開始日と終了日を確かめてください。",
    "Check both days.",
)
NO_FIRST_DAY = _row(
    "A017",
    "開始日が空欄です。",
    "The first day is blank.",
    "発令の日を書いてください。",
    "Write the day of the appointment.",
)
NO_LAST_DAY = _row(
    "A018",
    "任期のある区分なのに終了日が空欄です。",
    "A post for a term has no last day.",
    "任期の最後の日(会計年度任用なら3月31日)を書いてください。",
    "Write the last day of the term (31 March for 会計年度任用).",
    "Only the categories in staff.open_ended may have no last day.",
)
TWO_MAIN_POSTS = _row(
    "A019",
    "同じ日に本務が二つあります。",
    "Two main posts on one day.",
    "片方を兼務にするか、日付が重ならないようにしてください。",
    "Make one of them 兼務, or end it before the other begins.",
)
TWO_PEOPLE = _row(
    "A021",
    "一つの職員番号に、氏名か区分の違う行があります。",
    "Rows with one staff number differ in name or in what holds for the whole person.",
    "番号の誤りか、氏名の書き方の違いを直してください。",
    "Correct the number, or write the name alike in every row.",
    "Two people with one number must never share an account.",
)
UNCOMPUTED_CELL = _row(
    "A022",
    "数式の値がファイルに入っていません。",
    "A formula was saved without its value.",
    "Excel で開いて保存し直すか、値を直接書いてください。",
    "Open and save it in Excel, or write the value itself.",
)
COVERED_CELL = _row(
    "A042",
    "上の行と結合されたセルです。値は結合の最初の行にだけ入っています。",
    "The cell is merged with one above it; only the first row of the merged cell has its value.",
    "セルの結合を解除し、行ごとに書いてください。",
    "Undo the merging and fill in each row.",
    causes="Two teachers of one class, or a leave of several people, in one cell.",
)
UNKNOWN_WORD = _row(
    "A023",
    "この欄の言葉が分かりません。",
    "The word in this column is not among those that can stand there.",
    "様式の選択肢(本務・兼務、在職・休職・育休・派遣)から選んでください。",
    "Choose from the form's list.",
)
UNKNOWN_CLASS = Rule(
    "A024",
    Effect.NOTE,
    ja="担任学級が今夜の名簿にありません。判断を待つ児童生徒だけが残った学級は昨日のまま、ほかは担任なしと"
    "して進めます。",
    en="A homeroom is not among tonight's classes. One in which only pupils are left who wait for"
    " a decision stays as it was; else the person goes on without it.",
    todo="学級名を C4th のとおりに書いてください。学級替えの前や、残った児童生徒の判断の前なら、"
    "そのままで構いません。",
    todo_en="Write the title as C4th has it; before classes are made, or the pupils who are left"
    " are decided about, there is nothing to do.",
)
BAD_ACCOUNT = _row(
    "A025",
    "アカウントが市のドメインでないか、使えない文字があります。",
    "The account is not in the city's domain, or holds a character that it may not.",
    "サインイン名を @ から後ろまで正しく書くか、空欄にしてください(空欄なら規則で作ります)。",
    "Write the whole sign-in name, or leave it blank: then the rules make one.",
)
ACCOUNT_TWICE = _row(
    "A026",
    "同じアカウントが、別の職員番号の行にもあります。",
    "The same account stands behind another staff number.",
    "どちらの人のアカウントかを確かめてください。",
    "Find out whose account it is.",
)
SOURCES_DISAGREE = Rule(
    "A027",
    Effect.HOLD_PUPIL,
    ja="校務支援システムと教職員名簿で {about} が違います。きのうのままにしています。",
    en="The school system and the list disagree about {about}; the person stays as yesterday.",
    todo="どちらかを直すか、[staff.owner] で正しい方を決めてください。",
    todo_en="Correct one of the two, or say in [staff.owner] which of them is believed.",
)
SOURCES_DIFFER = Rule(
    "A028",
    Effect.NOTE,
    ja="校務支援システムと教職員名簿で {about} が違う人が {count} 人います。規則の側を使いました。",
    en="Of {count} people the two sources say different things about {about}; the one that the"
    " rules name was believed.",
    todo="いつまでも違うままなら、もう片方を直してください。",
    todo_en="Where it stays so, correct the other source.",
)
NUMBERLESS_ROWS = Rule(
    "A029",
    Effect.NOTE,
    ja="名簿の教職員 {count} 人に職員番号がなく、誰か分からないので進めていません。",
    en="{count} members of staff in the roster have no staff number, so nobody can tell who they"
    " are; nothing is done about them.",
    todo="C4th に職員番号を入れるか、[staff] の number でその列を指定してください。",
    todo_en="Enter the numbers in C4th, or name the column that holds them under staff.number.",
)
ACCOUNT_OF_A_PUPIL = Rule(
    "A030",
    Effect.HOLD_PUPIL,
    ja="このアカウントは児童生徒のものです。",
    en="This account is a pupil's.",
    todo="教職員名簿のアカウントを直すか、空欄にしてください。",
    todo_en="Correct the account in the list of staff, or leave it blank.",
)
UNUSED_ROSTER_ROWS = Rule(
    "A031",
    Effect.NOTE,
    ja="名簿の教職員の行 {count} 件を、所属か日付が足りないため使っていません。",
    en="{count} rows of staff in the roster lack a school that is known, or a day; they were not"
    " used.",
    todo="C4th の所属と在職期間を確かめてください。",
    todo_en="Check their schools and dates in C4th.",
)
CLASS_OF_LAST_YEAR = Rule(
    "A032",
    Effect.NOTE,
    ja="教職員名簿の担任 {count} 件は前の年度のもの(または前の年度に届いたもの)なので、"
    "使っていません。",
    en="{count} homerooms of the list of staff are of an earlier school year, or were told in one;"
    " they are not used.",
    todo="今年度の担任を書き(同じ学級なら、そのまま)、年度の欄や見出しの上の年度も今年度にして、"
    "名簿をもう一度アップロードしてください。",
    todo_en="Write this year's homerooms, or leave those that are the same, and the year where the"
    " list names one, and upload the list again.",
    causes="Next year's classes have the same titles. A list that names no year, in its column 年度"
    " or above the headings, is of the year in which it came.",
)
TWO_CLASSES = Rule(
    "A033",
    Effect.NOTE,
    ja="担任学級の名の学級が、その学校に二つあります。担任なしとして進めます。",
    en="Two classes of the school are called like this homeroom; the person goes on without it.",
    todo="義務教育学校では、前期1年1組、後期1年1組(または7年1組)のように書いてください。",
    todo_en="At a 義務教育学校 write 前期1年1組 or 後期1年1組 (or 7年1組).",
    causes="C4th counts the years of 後期課程 from 1 again.",
)
ROWS_OF_NOBODY = Rule(
    "A034",
    Effect.NOTE,
    ja="教職員名簿の {count} 行は、合計の行、見出しの繰り返し、またはまったく同じ行なので、"
    "読みとばしました。",
    en="{count} rows of the list of staff are sums, headings that come again, or stand there twice;"
    " they were passed over.",
    todo="することはありません。人の行が含まれていれば、職員番号と氏名を書いてください。",
    todo_en="Nothing; if one of them is a person's, write its number and name.",
)
SEVERAL_SHEETS = Rule(
    "A035",
    Effect.NOTE,
    ja="教職員名簿に、見出しのあるシートが {count} 枚あります。すべて読みました。",
    en="{count} sheets of the list of staff have the headings; all of them were read.",
    todo="去年の名簿や控えのシート(非表示のものも)が残っていれば、消してもう一度アップロードして"
    "ください。同じ人の行が重なると、その人は待ちます。",
    todo_en="Delete sheets of last year or copies, hidden ones too, and upload the list again:"
    " where rows of one person contradict each other, the person waits.",
)
CLASS_OF_NEXT_YEAR = Rule(
    "A036",
    Effect.NOTE,
    ja="教職員名簿の担任 {count} 件は次の年度のものなので、4 月 1 日から使います。"
    "それまで、今の年度の担任は今のままです。",
    en="{count} homerooms of the list of staff are of the next school year; they count from"
    " 1 April. Until then this year's stay as they are.",
    todo="することはありません。",
    todo_en="Nothing.",
)
DECISIONS_UNREAD = Rule(
    "A040",
    Effect.NOTE,
    ja="教職員の決定のファイルを読めません。",
    en="A file of decisions about staff cannot be read.",
    todo="見出し「職員番号」「決定」「決定者」のある Excel ブックか CSV で置いてください。",
    todo_en="Upload a workbook or CSV with the headings 職員番号, 決定 and 決定者.",
)
UNKNOWN_DECISION = Rule(
    "A041",
    Effect.NOTE,
    ja="教職員の決定の言葉か決定者が分からない行が {count} 件あります。使っていません。",
    en="{count} decisions about staff lack a word that is known, or who decided; not followed.",
    todo="決定には 停止・連携・承認 のどれかを、決定者には職員番号か氏名を書いてください。",
    todo_en="Write 停止, 連携 or 承認, and who decides.",
)
