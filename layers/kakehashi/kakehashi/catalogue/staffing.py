"""What is said of 教職員: their list, the two sources, and what is done about their accounts."""

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
    ja="担任学級が今夜の名簿にありません。担任なしとして進めます。",
    en="A homeroom is not among tonight's classes; the person goes on without it.",
    todo="学級名を C4th のとおりに書いてください。学級替えの前なら、そのままで構いません。",
    todo_en="Write the title as C4th has it; before classes are made there is nothing to do.",
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
    ja="教職員名簿の担任 {count} 件は前の年度に届いたものなので、使っていません。",
    en="{count} homerooms of the list of staff were told in an earlier school year; they are not"
    " used.",
    todo="今年度の担任を書いて(同じ学級なら、そのまま)、名簿をもう一度アップロードしてください。",
    todo_en="Write this year's homerooms, or leave those that are the same, and upload the list"
    " again.",
    causes="The list names no year, and next year's classes have the same titles.",
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
MANY_ENDED = Rule(
    "S930",
    Effect.AWAIT_APPROVAL,
    ja="一晩に終わる教職員が {count} 人と多すぎます(上限 {bound} 人)。"
    "教職員の計画 {plan} は承認待ちです。",
    en="{count} members of staff end in one night, more than {bound};"
    " the staff's plan {plan} waits.",
    todo="名簿を確かめ、正しければ職員番号の欄に S930、決定に 承認、計画の欄にその番号を書いて"
    "置いてください。児童生徒の処理は進んでいます。",
    todo_en="Check the list; if it is right, upload a decision with S930 as number, 承認 and the"
    " plan's number. Pupils are not held up.",
)
MANY_MOVED = Rule(
    "S931",
    Effect.AWAIT_APPROVAL,
    ja="一晩に異動する教職員が {count} 人と多すぎます(上限 {bound} 人)。"
    "教職員の計画 {plan} は承認待ちです。",
    en="{count} members of staff move in one night, more than {bound};"
    " the staff's plan {plan} waits.",
    todo="名簿を確かめ、正しければ職員番号の欄に S931、決定に 承認、計画の欄にその番号を書いて"
    "置いてください。4月1日の異動は規則の期間(season)の中で数えます。",
    todo_en="Check the list; if it is right, upload a decision with S931 as number, 承認 and the"
    " plan's number. The transfers of April are counted by the season of the rules.",
)
MANY_NEW = Rule(
    "S932",
    Effect.AWAIT_APPROVAL,
    ja="一晩に加わる教職員が {count} 人と多すぎます(上限 {bound} 人)。"
    "教職員の計画 {plan} は承認待ちです。",
    en="{count} members of staff are new in one night, more than {bound}; the staff's plan"
    " {plan} waits.",
    todo="名簿を確かめ、正しければ職員番号の欄に S932、決定に 承認、計画の欄にその番号を書いて"
    "置いてください。",
    todo_en="Check the list; if it is right, upload a decision with S932 as number, 承認 and the"
    " plan's number.",
)
OTHER_NUMBERS = Rule(
    "S934",
    Effect.AWAIT_APPROVAL,
    ja="職員番号がきのうまでとほとんど合いません({count} 人のうち {same} 人)。"
    "教職員の計画 {plan} は承認待ちです。",
    en="Hardly any staff number is one that we know ({same} of {count});"
    " the staff's plan {plan} waits.",
    todo="別の市や別の番号体系の名簿でないか確かめてください。正しければ S934 を 承認 し、"
    "計画の欄にその番号を書いて置いてください。",
    todo_en="Make sure that the list is this city's; if it is, accept S934 with the plan's number.",
)
ABSENT = Rule(
    "S940",
    Effect.NOTE,
    ja="どの名簿にも載っていない教職員が {count} 人います。終了日がないので、きのうのままです。",
    en="{count} members of staff are in no source. That is no order: they stay as yesterday.",
    todo="離任した人なら、行を消さずに終了日を書いてください。",
    todo_en="Whoever has left keeps the row and gets a last day.",
)
LEAVING = Rule(
    "S941",
    Effect.NOTE,
    ja="任期が終わった教職員が {count} 人います。停止の決定を待っています。",
    en="{count} members of staff have come to their last day; each waits for a decision.",
    todo="報告書の教職員の欄を見て、職員番号・停止・決定者を書いたファイルを"
    " inbox/<市>/staff/decisions/ に置いてください。",
    todo_en="See the staff section of the report and upload number, 停止 and who decides to"
    " inbox/<city>/staff/decisions/.",
)
EXPIRED_STAFF = Rule(
    "S191",
    Effect.NOTE,
    ja="停止から猶予期間が過ぎた教職員が {count} 人います。削除するかどうかの決定を待っています。",
    en="{count} members of staff have been suspended for longer than the days of grace; each waits"
    " for a decision on deletion.",
    todo="削除してよい人だけ、職員番号・削除・決定者を書いて置くか、職員の頁で答えてください。"
    "消したアカウントは 30 日のあいだだけ戻せます。",
    todo_en="Decide 削除 by number only for whom it is right, in a file or on the staff page; a"
    " deleted account can be had back for 30 days.",
)
LINKS = Rule(
    "S942",
    Effect.NOTE,
    ja="前からあるアカウントと同じサインイン名の教職員が {count} 人います。"
    "連携の決定を待っています。",
    en="{count} members of staff have a sign-in name under which there is an account already;"
    " each waits for a decision.",
    todo="本人のアカウントだと確かめ、職員番号・連携・決定者を書いたファイルを"
    " inbox/<市>/staff/decisions/ に置いてください。",
    todo_en="Make sure that it is the person's own and upload number, 連携 and who decides to"
    " inbox/<city>/staff/decisions/.",
)
LEFT_ALONE = Rule(
    "S943",
    Effect.NOTE,
    ja="管理者の役割・同期・緊急用のアカウント {count} 件は、見分けて触っていません。",
    en="{count} accounts that hold a directory role, are synced or are kept for emergencies were"
    " recognised and left alone.",
    todo="することはありません。これらの人のアカウントは Entra か Active Directory で管理します。",
    todo_en="Nothing to do: these accounts are kept in Entra or in Active Directory.",
)
STAFF_LOST = Rule(
    "S946",
    Effect.HOLD_PUPIL,
    ja="この教職員のアカウントが見つかりません。手で消されたようです。",
    en="The account of this member of staff is not to be found; somebody seems to have deleted it.",
    todo="Entra の「削除済みのユーザー」から復元してください。",
    todo_en="Restore it from the deleted users in Entra.",
)
NAME_TAKEN = Rule(
    "S947",
    Effect.HOLD_PUPIL,
    ja="このサインイン名のアカウントは、別の人の印を持っています。",
    en="The account of this sign-in name carries somebody else's mark.",
    todo="教職員名簿のアカウントを確かめてください。",
    todo_en="Check the account in the list of staff.",
)
SECOND_NEEDED = Rule(
    "S948",
    Effect.NOTE,
    ja="管理職などの停止 {count} 件は、二人目の決定を待っています。",
    en="{count} suspensions of heads, board or administrators wait for a second person.",
    todo="別の人が、同じ職員番号で 停止 を決定してください。",
    todo_en="Somebody else decides the same for the same number.",
)
DECISION_GONE = Rule(
    "S916",
    Effect.REFUSE_DROP,
    ja="この計画が行う教職員の変更 {count} 件は、もとになった決定が取り下げられたか、"
    "書き換えられています。",
    en="{count} of the plan's changes of staff rest on decisions that have been taken back or"
    " changed since.",
    todo="この計画は承認できません。次の夜の計画を待つか、もう一度実行してください。",
    todo_en="This plan can not be approved. Wait for the next night's, or run it again.",
)
UNFIT_DECISION = Rule(
    "S949",
    Effect.NOTE,
    ja="教職員の決定のうち、今夜の状態に合わない {count} 件は使っていません。",
    en="{count} decisions about staff do not fit tonight and were not followed.",
    todo="報告書の教職員の欄で、いまの状態を確かめてください。",
    todo_en="See the staff section of the report for how they stand.",
)
NO_FIRST_PASSWORD = Rule(
    "S950",
    Effect.HOLD_PUPIL,
    ja="新しい教職員の初期パスワードがありません。",
    en="There is no initial password for a new member of staff.",
    todo="名前が staff- で始まる初期パスワードの CSV を、パスワードの受付に置いてください。",
    todo_en="Upload a CSV whose name begins with staff- to the inbox of passwords.",
)
ROLES_UNREADABLE = Rule(
    "S951",
    Effect.NOTE,
    ja="管理者の役割を持つ人を Entra から読めないため、教職員には今夜は何もしていません。",
    en="Who holds a role in the directory cannot be read, so nothing is done about staff tonight.",
    todo="アプリに Microsoft Graph のアクセス許可 RoleManagement.Read.Directory を与えてください。",
    todo_en="Grant the app RoleManagement.Read.Directory in Microsoft Graph.",
    causes="An account with a role must be recognised before anything is written to any account.",
)
OTHER_ACCOUNT = Rule(
    "S952",
    Effect.NOTE,
    ja="名簿のアカウントがいまのものと違う教職員が {count} 人います。サインイン名は変えません。",
    en="Of {count} members of staff the list names another account than theirs; sign-in names are"
    " not changed.",
    todo="名簿のアカウントを直すか、空欄にしてください。",
    todo_en="Correct the account in the list, or leave it blank.",
)
