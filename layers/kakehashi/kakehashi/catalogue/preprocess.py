"""Rules about cleaning: D050–D099 duplicates and accounts, N names (外字), P preprocessing.

A city may soften any of them. For N001–N004, N012, N013 and N015 that lets the text go out as it
is; for the others it changes how loudly they speak, but a pupil that cannot be told for certain
stays held.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

# -- D: which row, which account -----------------------------------------------------------

SHARED_ACCOUNT = Rule(
    "D050",
    Effect.HOLD_PUPIL,
    ja="同じ Microsoft 365 アカウントが {count} 人の在籍行にあり、"
    "どれが正しいか決められません(最初は {first_line} 行目)。",
    en="One Microsoft 365 account stands on the rows of {count} enrolled pupils and nothing "
    "tells which is right (first on line {first_line}).",
    todo="転出入による重複かを確かめ、C4th で不要な所属を終了するか、"
    "誤っている児童生徒の外部 ID(Microsoft 365 アカウント)を直してください。",
    todo_en="See whether a transfer left two rows; end the one that is over in C4th, or correct "
    "the external ID (Microsoft 365 account) that is wrong.",
    causes="After transfers C4th keeps the old row for 指導要録. Ladder: enabled, enrolled today,"
    " latest begin date; never file order.",
)
ACCOUNT_OF_ANOTHER_CHILD = Rule(
    "D051",
    Effect.HOLD_PUPIL,
    ja="氏名もフリガナも異なる {count} 人に、同じ Microsoft 365 アカウントが登録されています(最初"
    "は {first_line} 行目)。",
    en="{count} children whose names and kana both differ carry the same Microsoft 365 account ("
    "first on line {first_line}).",
    todo="C4th の外部 ID(Microsoft 365 アカウント)を確かめ、"
    "誤って登録された児童生徒の欄を直してください。直るまで全員、昨日のままです。",
    todo_en="Check the external IDs in C4th and correct the wrong one. Until then all of them "
    "stay as yesterday.",
    causes="Some of the accounts recorded in C4th were wrong in the trial.",
)
SHARED_IDENTIFIER = Rule(
    "D052",
    Effect.HOLD_PUPIL,
    ja="同じユーザー識別子の在籍行が {count} 行あり、"
    "どれが今の在籍か決められません(最初は {first_line} 行目)。",
    en="{count} rows share one userMasterIdentifier and nothing tells which is today's (first on "
    "line {first_line}).",
    todo="C4th で、終わっている方の所属に異動日(終了日)を入れてください。"
    "別の児童生徒の行なら、ユーザー識別子を正しい値に直してください。",
    todo_en="In C4th, give the enrolment that is over its end date; if the rows are different "
    "children, put the right userMasterIdentifier back.",
    causes="Ladder: enabled, enrolled today, latest begin date; never file order. Rows that agree "
    "in neither account nor name are different children, whatever their dates.",
)
OLDER_ROW = Rule(
    "D053",
    Effect.NOTE,
    ja="同じ児童生徒の古い行なので使いませんでした(使った行は {kept_line} 行目)。",
    en="An older row of the same pupil was left out (line {kept_line} was taken).",
    todo="対応は要りません。転出入の履歴として C4th に残っている行です。",
    todo_en="Nothing to do: C4th keeps the row as the history of a transfer.",
)
OLDER_OWNER = Rule(
    "D054",
    Effect.HOLD_PUPIL,
    ja="この行のアカウントは、別のユーザー識別子で今在籍している行({kept_line} 行目)のものとして"
    "扱いました。この行も今日在籍しています。",
    en="The account on this row was taken to belong to a row with another userMasterIdentifier "
    "that is enrolled today (line {kept_line}). This row is enrolled today as well.",
    todo="同じ児童生徒が C4th に二重に登録されていないか確かめ、"
    "終わっている方の所属に異動日(終了日)を入れてください。外部 ID を消す必要はありません。",
    todo_en="See whether the child is registered twice in C4th, and give the enrolment that is "
    "over its end date; the external ID need not be cleared.",
)
LEFT_BEHIND = Rule(
    "D065",
    Effect.NOTE,
    ja="転校などで終わった在籍の行なので使いませんでした。アカウントは、同じ児童生徒が今在籍して"
    "いる行({kept_line} 行目)のものです。",
    en="A row whose enrolment has ended was left out: its account is that of the same child's row "
    "which is enrolled today (line {kept_line}).",
    todo="対応は要りません。指導要録のために C4th に残っている行です。外部 ID も消さないで"
    "ください。",
    todo_en="Nothing to do: C4th keeps the row for the school's records, its external ID too.",
    causes="After a transfer some rows get another userMasterIdentifier. Family and given name, or "
    "both readings, must agree: otherwise both rows wait (D051).",
)
NO_ACCOUNT = Rule(
    "D055",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 アカウントがありません。",
    en="There is no Microsoft 365 account.",
    todo="C4th の外部 ID に Microsoft 365 アカウントを登録してください。",
    todo_en="Enter the Microsoft 365 account as an external ID in C4th.",
)
SEVERAL_ACCOUNTS = Rule(
    "D056",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 アカウントが {count} 個登録されていて、どれか決められません。",
    en="{count} different Microsoft 365 accounts are recorded and nothing tells which is right.",
    todo="C4th の外部 ID に、Microsoft 365 アカウントを 1 つだけ残してください。",
    todo_en="Leave exactly one Microsoft 365 account among the external IDs in C4th.",
)
ACCOUNT_OUTSIDE_DOMAIN = Rule(
    "D057",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 アカウントが市のドメインのものではありません。",
    en="The Microsoft 365 account does not lie in the city's domain.",
    todo="C4th の外部 ID を確かめてください。市のドメインが変わったときは、"
    "市の設定 domain を直してください。",
    todo_en="Check the external ID in C4th; if the city's domain has changed, correct domain in "
    "the city's rules.",
)
ACCOUNT_NOT_A_UPN = Rule(
    "D058",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 が受け付けない文字または長さのアカウントです。",
    en="The account holds characters, or has a length, that Microsoft 365 does not accept.",
    todo="C4th の外部 ID を直してください(使えるのは半角英数字と ' . - _ ! # ^ ~、"
    "@ の前は 64 文字まで、@ の直前に . は不可)。",
    todo_en="Correct the external ID in C4th (letters, digits and ' . - _ ! # ^ ~; at most 64 "
    "characters before @; no full stop right before @).",
    causes="Entra ID's rules for userPrincipalName, and mailNickname made from it.",
)

# -- N: names ------------------------------------------------------------------------------

_NAME_TODO = (
    "C4th の児童生徒情報で、外字を使わない氏名欄(通称名/外部連携用氏名)を入力してください。"
    "入力されるまで、新しい児童生徒は保留、在籍中の児童生徒は氏名も学校・学級も昨日までのままです。"
)
_NAME_TODO_EN = (
    "Fill the name fields without gaiji (external name) of this pupil in C4th. Until then a new "
    "pupil is held and a known one keeps yesterday's name, school and class."
)
PRIVATE_USE = Rule(
    "N001",
    Effect.HOLD_PUPIL,
    ja="氏名に外字(私用領域の文字 {code_point})があります。",
    en="The name holds a private-use character ({code_point}).",
    todo=_NAME_TODO,
    todo_en=_NAME_TODO_EN,
    causes="A private-use code shows as another glyph, or none, on every other machine.",
)
VARIATION_SELECTOR = Rule(
    "N002",
    Effect.HOLD_PUPIL,
    ja="氏名に異体字セレクター({code_point})の付いた文字があります。",
    en="The name holds a variation selector ({code_point}).",
    todo=_NAME_TODO,
    todo_en=_NAME_TODO_EN,
    causes="相互運用標準モデル: names without IVS downstream; the original glyph stays in C4th.",
)
OUTSIDE_REPERTOIRE = Rule(
    "N003",
    Effect.HOLD_PUPIL,
    ja="氏名に、市の文字範囲にない文字({code_point})があります。",
    en="The name holds a character outside the city's repertoire ({code_point}).",
    todo=_NAME_TODO,
    todo_en=_NAME_TODO_EN,
    causes="相互運用標準モデル: JIS X 0213. 髙 (U+9AD9) is outside although Windows shows it.",
)
CONTROL_CHARACTER = Rule(
    "N004",
    Effect.HOLD_PUPIL,
    ja="氏名に制御文字など目に見えない文字({code_point})があります。",
    en="The name holds a control or invisible character ({code_point}).",
    todo="C4th の氏名欄を入力し直してください(表計算ソフトからの貼り付けで混ざることがあります)。",
    todo_en="Type the name again in C4th (pasting from a spreadsheet can bring such characters in"
    ").",
)
REPLACED = Rule(
    "N005",
    Effect.NOTE,
    ja="氏名の {code_point} を、市の設定により対応する 1 文字に置き換えました。",
    en="{code_point} in the name was replaced by its one-to-one counterpart, as the city's rules "
    "say.",
    todo="対応は要りません。置き換えたくないときは、C4th の外部連携用氏名を入力してください。",
    todo_en="Nothing to do; to choose the spelling, fill the external name in C4th.",
)
NAME_BLANK = Rule(
    "N006",
    Effect.HOLD_PUPIL,
    ja="氏名(姓も名も)が空です。",
    en="Both the family name and the given name are blank.",
    todo="C4th の氏名欄(外部連携用氏名、なければ本名)を入力してください。",
    todo_en="Fill the name (external name, or else the name of record) in C4th.",
)
KANA_WAS_HIRAGANA = Rule(
    "N007",
    Effect.NOTE,
    ja="フリガナがひらがなだったので、カタカナにしました。",
    en="The kana was in hiragana and was turned into katakana.",
    todo="C4th のフリガナ欄を全角カタカナで入力し直してください。",
    todo_en="Type the kana in full-width katakana in C4th.",
)

ONE_NAME = Rule(
    "N010",
    Effect.NOTE,
    ja="姓と名のどちらかが空です。ある方だけで登録しました。",
    en="Either the family name or the given name is blank; the pupil goes by the other alone.",
    todo="名が一つだけの児童生徒なら対応は要りません(空欄を受け付けない教材には、市の設定 "
    "names.empty の文字を送ります)。入力漏れなら C4th の氏名欄を入力してください。",
    todo_en="Nothing to do for a pupil who has one name only (a tool that wants both is given "
    "names.empty of the city's rules). If it was forgotten, fill the name in C4th.",
)
NAME_IS_A_DAY = Rule(
    "N011",
    Effect.HOLD_PUPIL,
    ja="氏名が日付になっています(Excel での保存による置き換え)。",
    en="The name is a date (put there by saving in Excel).",
    todo="C4th の出力を Excel で開かずに、そのまま投入してください。",
    todo_en="Drop the C4th export without opening it in Excel.",
)

SCHOOL_GAIJI = Rule(
    "N012",
    Effect.HOLD_PUPIL,
    ja="学校名に外字か異体字、または失われた文字の代わりの記号({code_point})があるため、学校名は前の晩の"
    "ままにします。この学校に新しく入る児童生徒は保留です。",
    en="The school's name holds gaiji, a variation selector, or a sign in place of a lost letter "
    "({code_point}): it stays as it was, and pupils who are new to the school are held.",
    todo="市の設定 unified_schools に、この学校コードの、外字を使わない名前を書いてください。"
    "C4th の学校名を直しても構いません。",
    todo_en="Give this school's code a name without gaiji under unified_schools in the city's "
    "rules, or correct the name in C4th.",
    causes="A private-use code or a variation selector shows as another glyph, or none, elsewhere.",
)
TITLE_GAIJI = Rule(
    "N013",
    Effect.HOLD_PUPIL,
    ja="学級名に外字か異体字({code_point})があるため、この学級の児童生徒を保留しました"
    "(昨日のままです)。",
    en="The class title holds gaiji or a variation selector ({code_point}); the pupils of the "
    "class are held and stay as yesterday.",
    todo="C4th の学級名を外字を使わないものに直すか、市の設定 class_titles に変更規則を書いて"
    "ください。",
    todo_en="Write the title without gaiji in C4th, or add a class_titles rule to the city's "
    "rules.",
    causes="A class has no id but its school, year and title, so a doubtful title is a doubtful "
    "class.",
)
PLACE_REPLACED = Rule(
    "N014",
    Effect.NOTE,
    ja="学校名か学級名の {code_point} を、市の設定により対応する 1 文字に置き換えました。",
    en="{code_point} in the name of a school or class was replaced by its one-to-one counterpart, "
    "as the city's rules say.",
    todo="対応は要りません。",
    todo_en="Nothing to do.",
)
PLACE_IS_A_DAY = Rule(
    "N016",
    Effect.HOLD_PUPIL,
    ja="学校名か学級名が日付になっています(Excel での保存による置き換え)。この学級の児童生徒を保留"
    "しました。",
    en="The name of a school or class is a date (put there by saving in Excel); its pupils are "
    "held.",
    todo="C4th の出力を Excel で開かずに、そのまま投入してください。",
    todo_en="Drop the C4th export without opening it in Excel.",
    causes="Excel makes 1月2日 of a class called 1-2.",
)
PLACE_BLANK = Rule(
    "N017",
    Effect.HOLD_PUPIL,
    ja="学校名か学級名が空白だけです。この学級の児童生徒(学校名なら、新しく入る児童生徒)を保留"
    "しました。",
    en="The name of a school or class is nothing but blanks; the pupils of the class, or who is "
    "new to the school, are held.",
    todo="C4th で名前を入力してください。",
    todo_en="Type the name in C4th.",
    causes="A cell of blanks looks filled to a check that looks for blank cells.",
)
READING_IS_NO_KANA = Rule(
    "N015",
    Effect.HOLD_PUPIL,
    ja="フリガナがカナではありません。",
    en="The reading is not kana.",
    todo="C4th のフリガナ欄を全角カタカナで入力し直してください。入力されるまで、新しい児童生徒は"
    "保留、在籍中の児童生徒は氏名も学校・学級も昨日までのままです。ローマ字などで送る市は、"
    '市の設定 effects に N015 = "note" と書きます。',
    todo_en="Type the reading in full-width katakana in C4th. Until then a new pupil is held and a "
    "known one keeps yesterday's name, school and class. A city that wants other "
    "letters sets N015 to note under effects.",
    causes="Tools sort and read out names by it. Hiragana and half-width kana are converted first.",
)

LETTER_LOST = Rule(
    "N018",
    Effect.HOLD_PUPIL,
    ja="氏名に、書けなかった文字の代わりと思われる記号({code_point})があります。",
    en="The name holds a sign that stands for a letter which could not be written ({code_point}).",
    todo="C4th の氏名欄(外部連携用氏名、なければ本名)を確かめて入力し直してください。"
    "教職員名簿なら、CSV(Shift_JIS)ではなく Excel ブックのまま送ってください。入力されるまで、"
    "新しい人は保留、アカウントのある人は氏名も所属も昨日までのままです。",
    todo_en="Look at the name in C4th (external name, or else the name of record) and type it "
    "again. Send a list of staff as the Excel workbook, not as a CSV in Shift_JIS. Until then "
    "whoever is new is held, and whoever is known stays as yesterday, name, school and class.",
    causes="JIS X 0208 has 〓 (げた) for a letter that cannot be set; a spreadsheet writes ? for "
    "what Shift_JIS lacks.",
)

# -- P: schools ----------------------------------------------------------------------------

SCHOOL_NAMES_DIFFER = Rule(
    "P001",
    Effect.NOTE,
    ja="同じ学校コードの {count} 校を 1 校にまとめましたが、学校名が異なり、"
    "市の設定にも名前がないため自動で選びました。",
    en="{count} orgs with one MEXT code became one school; their names differ and the city's "
    "rules give none, so one was derived.",
    todo="市の設定 unified_schools に、この学校コードの名前を書いてください。",
    todo_en="Give this code its name under unified_schools in the city's rules.",
)
SCHOOL_CODE_UNUSABLE = Rule(
    "P002",
    Effect.HOLD_PUPIL,
    ja="学校に正しい文部科学省学校コードがないため、この学校の児童生徒を保留しました。",
    en="The school has no usable MEXT code; its pupils are held.",
    todo="C4th の学校情報で、13 桁の学校コードを直してください。",
    todo_en="Correct the school's 13-character MEXT code in C4th.",
)
SCHOOL_UNKNOWN = Rule(
    "P003",
    Effect.HOLD_PUPIL,
    ja="どの学校の児童生徒か、名簿からは分かりません。",
    en="The roster does not tell which school the pupil belongs to.",
    todo="C4th でこの児童生徒の所属を確かめ、もう一度出力してください。",
    todo_en="Check the pupil's enrolment in C4th and export again.",
)

# -- P: classes ----------------------------------------------------------------------------

MIXED_GRADES_NOT_RENAMED = Rule(
    "P010",
    Effect.NOTE,
    ja="複数学年の学級で、学級名の変更規則が一部の学年にしか当てはまらないため、"
    "学級名を変えませんでした。",
    en="A rename rule fits only some of the grades of this mixed-grade class; its title was left "
    "as it is.",
    todo="変えるときは、市の設定 class_titles に、"
    "その学級の学年をすべて挙げた規則を書いてください。",
    todo_en="To rename it, write a class_titles rule that lists all grades of the class.",
)
GRADES_FROM_PUPILS = Rule(
    "P011",
    Effect.NOTE,
    ja="学級に学年がないため、在籍する児童生徒の学年を学級の学年としました。",
    en="The class names no grade; the grades of its pupils were taken.",
    todo="C4th の学級情報に学年を設定してください。",
    todo_en="Set the grade of the class in C4th.",
)
TITLE_SHARED = Rule(
    "P012",
    Effect.HOLD_PUPIL,
    ja="同じ学校・年度に、学年が異なるのに同じ名前の学級が {count} つあり、区別できません。",
    en="{count} classes of one school and year have different grades but the same title and "
    "cannot be told apart.",
    todo="C4th の学級名を学校の中で重ならないように直すか、市の設定 class_titles に学年ごとの変更"
    "規則を書いてください。",
    todo_en="Make the titles differ within the school in C4th, or write class_titles rules per "
    "grade.",
    causes="Classes have no stable id: their key is (school, school year, title).",
)
CLASS_YEAR_UNKNOWN = Rule(
    "P013",
    Effect.HOLD_PUPIL,
    ja="学級の年度が分かりません。",
    en="The school year of the class cannot be told.",
    todo="C4th の年度(学期)の設定を確かめ、もう一度出力してください。",
    todo_en="Check the school year settings in C4th and export again.",
)
WORD_LEFT = Rule(
    "P020",
    Effect.NOTE,
    ja="学級名に障害を表す語が残るため、学級名を空にして送ります。アカウントはそのままです。",
    en="A word that tells a disability would remain in the class title; the class is not "
    "delivered, its pupils keep their accounts.",
    todo="市の設定 special_needs の neutral と titles から、障害を表す語を除いてください。",
    todo_en="Remove words that tell a disability from neutral and titles under special_needs in "
    "the city's rules.",
)
TABLE_TITLE_TAKEN = Rule(
    "P021",
    Effect.NOTE,
    ja="市の設定の特別支援学級名が同じ学校で重なるため、この学級には番号付きの学級名を使いました。",
    en="The title the city's rules give this special-needs class is already taken in its school; "
    "the numbered neutral title was used.",
    todo="市の設定 special_needs.titles で、学級ごとに異なる名前を書いてください。",
    todo_en="Give each class its own title under special_needs.titles in the city's rules.",
)

# -- P: pupils -----------------------------------------------------------------------------

DISABLED = Rule(
    "P030",
    Effect.HOLD_PUPIL,
    ja="C4th で無効にされている児童生徒です。昨日のままにし、"
    "利用停止の候補として確認をお願いします。",
    en="C4th has disabled this pupil; the account stays as yesterday and is proposed for "
    "suspension.",
    todo="転出・退学であれば承認一覧で利用停止を承認してください。"
    "在籍していれば C4th で有効に戻してください。",
    todo_en="If the pupil has left, approve the suspension; if not, enable the pupil again in "
    "C4th.",
)
ENROLMENT_OVER = Rule(
    "P031",
    Effect.HOLD_PUPIL,
    ja="今日在籍している学級がありません。昨日のままにし、利用停止の候補として確認をお願いします。",
    en="No enrolment covers today; the account stays as yesterday and is proposed for suspension.",
    todo="転出・退学であれば承認一覧で利用停止を承認してください。"
    "在籍していれば C4th の所属の期間を直してください。",
    todo_en="If the pupil has left, approve the suspension; if not, correct the dates of the "
    "enrolment in C4th.",
)
NOT_BEGUN = Rule(
    "P032",
    Effect.HOLD_PUPIL,
    ja="在籍がまだ始まっていません。開始日の夜に反映されます。",
    en="The enrolment has not begun; it takes effect on the night of its first day.",
    todo="対応は要りません。今日から在籍しているのであれば、C4th の所属の開始日を直してください。",
    todo_en="Nothing to do; if the pupil is enrolled already, correct the begin date in C4th.",
)
NO_ROLE = Rule(
    "P033",
    Effect.HOLD_PUPIL,
    ja="児童生徒か教職員かを示す行が roles.csv にありません。",
    en="No row of roles.csv tells whether this user is a pupil.",
    todo="C4th からもう一度出力してください。続くときは C4th の販売元に問い合わせてください。",
    todo_en="Export again from C4th; if it persists, ask its vendor.",
)
NO_HOME_CLASS = Rule(
    "P034",
    Effect.NOTE,
    ja="所属する学級(ホームルーム)がないため、学級名なしで扱いました。",
    en="The pupil has no home class; the class title is left empty.",
    todo="C4th で学級編制を済ませてください。",
    todo_en="Assign the pupil to a class in C4th.",
)
HOME_CLASS_UNCLEAR = Rule(
    "P035",
    Effect.HOLD_PUPIL,
    ja="同じ日に始まった学級が {count} つあり、どれが所属学級か決められません。",
    en="{count} home classes began on the same day and nothing tells which one is right.",
    todo="C4th で、終わっている方の学級の所属に終了日を入れてください。",
    todo_en="In C4th, give the membership that is over its end date.",
)
CLASS_UNKNOWN = Rule(
    "P036",
    Effect.HOLD_PUPIL,
    ja="所属する学級が classes.csv にありません。",
    en="The pupil's class is not in classes.csv.",
    todo="C4th からもう一度、すべてのファイルを出力してください。",
    todo_en="Export all files from C4th again.",
)
GRADE_NOT_OURS = Rule(
    "P037",
    Effect.HOLD_PUPIL,
    ja="学年が小1〜中3(P1〜P6、J1〜J3)ではありません。",
    en="The grade is not one of P1–P6, J1–J3.",
    todo="C4th の児童生徒情報で学年を確かめてください。",
    todo_en="Check the pupil's grade in C4th.",
)
NO_IDENTIFIER = Rule(
    "P038",
    Effect.HOLD_PUPIL,
    ja="ユーザー識別子(userMasterIdentifier)が空です。",
    en="The userMasterIdentifier is blank.",
    todo="C4th の外部 ID 登録・出力の設定を確かめてください。",
    todo_en="Check the external-ID settings of the export in C4th.",
)
HOME_CLASS_CONTRADICTS = Rule(
    "P039",
    Effect.HOLD_PUPIL,
    ja="ホームルームの欄が、今日在籍していない学級を指しています(今日の所属は別の学級です)。",
    en="homeClass names a class the pupil is not in today, while the enrolments name another.",
    todo="C4th で所属学級と所属の期間を確かめてください。",
    todo_en="Check the home class and the dates of the enrolments in C4th.",
)
LESSONS_LEFT_OUT = Rule(
    "P040",
    Effect.NOTE,
    ja="授業・講座の {classes} 学級と、その所属 {rows} 行は使いませんでした。",
    en="{classes} lesson groups and their {rows} enrolments were left out.",
    todo="対応は要りません。学籍上の学級だけを連携します。",
    todo_en="Nothing to do: only home classes are passed on.",
)

# -- P: the school year --------------------------------------------------------------------

SCHOOL_YEAR_OVER = Rule(
    "P050",
    Effect.REFUSE_DROP,
    ja="名簿の年度({year} 年度)はすでに終わっています。",
    en="The school year of this roster ({year}) is over.",
    todo="C4th の年次更新を済ませてから、もう一度出力してください。それまで全員昨日のままです。",
    todo_en="Finish the yearly rollover in C4th and export again. Until then everybody stays as "
    "yesterday.",
    causes="Without this rule the first nights of April would propose every pupil as gone.",
)
SCHOOL_YEAR_NOT_BEGUN = Rule(
    "P051",
    Effect.REFUSE_DROP,
    ja="名簿の年度({year} 年度)はまだ始まっていません。",
    en="The school year of this roster ({year}) has not begun.",
    todo="新年度の名簿は 4 月 1 日から受け付けます。予行は --as-of に 4 月以降の日付を指定してく"
    "ださい。",
    todo_en="Rosters of the new year are taken from 1 April; to rehearse, give --as-of a date in "
    "April.",
)

# -- P: the initial-password files ---------------------------------------------------------

PASSWORD_FILE_UNREADABLE = Rule(
    "P060",
    Effect.NOTE,
    ja="初期パスワードのファイルを読めません(UTF-8 か Shift_JIS の CSV ではありません)。",
    en="The initial-password file cannot be read (neither UTF-8 nor Shift_JIS CSV).",
    todo="CSV UTF-8 形式で保存し直して、もう一度置いてください。",
    todo_en="Save it as CSV UTF-8 and upload it again.",
)
PASSWORD_FILE_HEADER = Rule(
    "P061",
    Effect.NOTE,
    ja="初期パスワードのファイルの見出しが決められたものではありません。",
    en="The headers of the initial-password file are not the agreed ones.",
    todo="1 行目を「アカウント,ユーザー識別子,初期パスワード」にしてください(アカウントとユーザー"
    "識別子はどちらかだけでも構いません)。",
    todo_en="Make line 1 account,userMasterIdentifier,initialPassword (one of the first two is "
    "enough).",
)
PASSWORD_OF_NOBODY = Rule(
    "P062",
    Effect.NOTE,
    ja="初期パスワードの行に当てはまる児童生徒が名簿にありません。",
    en="The roster holds no pupil for this row of the initial-password file.",
    todo="アカウントまたはユーザー識別子の書き間違いがないか確かめてください。"
    "直した行を新しいファイルで置けば、同じ初期パスワードのままで使えます。",
    todo_en="Check the account or the userMasterIdentifier for typing errors. The row put right in"
    " a newer file may keep the same password.",
)
PASSWORD_TWICE = Rule(
    "P063",
    Effect.NOTE,
    ja="同じ児童生徒の初期パスワードが {count} 行あるため、"
    "どれも使いません(最初は {first_line} 行目)。",
    en="{count} rows give one pupil an initial password; none is used (first on line {first_line}"
    ").",
    todo="1 人 1 行にして、もう一度置いてください。",
    todo_en="Leave one row per pupil and upload the file again.",
)
PASSWORD_TOO_WEAK = Rule(
    "P064",
    Effect.NOTE,
    ja="初期パスワードが Microsoft 365 の条件を満たさないため使いません。",
    en="The initial password does not meet Microsoft 365's rules and is not used.",
    todo="8〜256 文字の半角で、英大文字・英小文字・数字・記号のうち 3 種類以上を使い、"
    "アカウント名を含めないでください。",
    todo_en="8–256 ASCII characters, three of upper case, lower case, digits and symbols, not "
    "containing the account's name.",
)
PASSWORD_KEYS_CONTRADICT = Rule(
    "P065",
    Effect.NOTE,
    ja="初期パスワードの行のアカウントとユーザー識別子が、別々の児童生徒のものです。",
    en="The account and the userMasterIdentifier of this row belong to different pupils; it is "
    "not used.",
    todo="どちらが正しいか確かめ、直した行を新しいファイルで置いてください"
    "(初期パスワードは同じままで構いません)。",
    todo_en="Find out which is right and put the corrected row into a newer file; the password may"
    " stay the same.",
)
PASSWORD_ROW_BROKEN = Rule(
    "P066",
    Effect.NOTE,
    ja="初期パスワードの行の列数が合わないか、アカウントもユーザー識別子も空です。",
    en="This row of the initial-password file has the wrong number of cells, or names no pupil.",
    todo="行を直して、もう一度置いてください。",
    todo_en="Correct the row and upload the file again.",
)
PASSWORD_TRIMMED = Rule(
    "P070",
    Effect.NOTE,
    ja="初期パスワードの前後に空白があるため、空白を除いて使います。",
    en="There are blanks around the initial password; it is used without them.",
    todo="対応は要りません。配布票にも空白のないものを書いてください。",
    todo_en="Nothing to do; write it without blanks on the slip too.",
    causes="A blank at an end is seen neither in a spreadsheet nor on a slip, and the child who "
    "types what it sees is locked out.",
)
PASSWORD_SHARED = Rule(
    "P071",
    Effect.NOTE,
    ja="同じ初期パスワードの児童生徒が {count} 人いるため、使いません"
    "(新しい児童生徒は初期パスワード待ちです)。",
    en="{count} pupils have an initial password that another row has too; it is not used, and the "
    "new ones among them wait for one.",
    todo="一人ずつ別の初期パスワードにして、もう一度置いてください"
    "(kakehashi passwords make --slips FILE は一人ずつ別のものを作ります)。同じもので始めて"
    'よい市は、市の設定 passwords.shared を "allow" にしてください。',
    todo_en="Give each pupil a password of its own and upload the file again "
    "(`kakehashi passwords make --slips FILE` does so). A city that wants it otherwise sets "
    "passwords.shared to allow.",
    causes="Until a child signs in for the first time, whoever has the same slip can do it in its "
    "place. Rows of pupils who are not in the roster count too: their slips are out. Only beside "
    "a newer file such a row does not count, for it may be the one that was put right there.",
)
PASSWORD_SHARED_ALLOWED = Rule(
    "P072",
    Effect.NOTE,
    ja="同じ初期パスワードの児童生徒が {count} 人います。市の設定により使います。",
    en="{count} pupils have an initial password that another row has too; the city's rules allow "
    "that.",
    todo="できれば一人ずつ別の初期パスワードにしてください。最初にサインインするまで、"
    "同じ配布票を持つ人がその児童生徒としてサインインできます。",
    todo_en="Better give each pupil one of its own: until the first sign-in, whoever has the same "
    "slip can sign in as that pupil.",
)
