"""Rules about situations, limits and approvals (S).

S001–S029 limits (one code for the city, one for schools) · S030–S039 drops that cannot be judged ·
S040–S059 pupils who are held · S060–S079, S190 notes · S140–S159 limits on classes and on sums over
several nights · S900–S919 approvals that cannot be followed.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

_ACCEPT = (
    "内訳を確かめ、正しければこのコードを承認してください。"
    "誤りなら C4th を直し、出し直してください。"
)
_ACCEPT_EN = (
    "Look at the list; accept this code if it is right, else correct C4th and export again."
)


def _limit(code: str, where: tuple[str, str], what: tuple[str, str], *, causes: str = "") -> Rule:
    return Rule(
        code,
        Effect.AWAIT_APPROVAL,
        ja=f"{where[0]}で、{what[0]}が {{count}} 人です(承認なしの上限 {{bound}} 人)。",
        en=f"{{count}} pupils {what[1]} in {where[1]} (at most {{bound}} pass without approval).",
        todo=_ACCEPT,
        todo_en=_ACCEPT_EN,
        causes=causes,
    )


_CITY, _SCHOOL = ("市全体", "the city"), ("この学校", "this school")
_NEW = ("新しい児童生徒", "are new")
_MOVED = ("学校を移る児童生徒", "change school")
_RENAMED = ("氏名または読みの変わる児童生徒", "change their name")
_GONE = ("名簿からいなくなった児童生徒", "are missing from the roster")
_HELD = ("新たに保留になった児童生徒(持ち主の分からない行を含む)", "are newly held")
_GRADE = ("年次更新では説明できない学年の児童生徒", "are in a grade the calendar does not explain")
_GRADUATES = ("年次更新の後も在籍のままの中学3年生", "are J3 still enrolled after the year turned")
_ACCOUNTS = ("サインイン名の変わる児童生徒", "change their sign-in name")
_RETURNED = ("利用停止から復帰する児童生徒", "return from suspension")
_UPDATED = (
    "氏名・学校・学年・学級のほかだけが変わる児童生徒(出席番号、表示の規則など)",
    "change in nothing but attendance number, composed texts and the like",
)
_CLASS = ("学級の変わる児童生徒(名称だけが変わった学級は 1 と数えます)", "change class")
_UNCLASSED = ("ホームクラスのなくなった児童生徒", "lose their home class")

NEW_IN_CITY = _limit("S001", _CITY, _NEW, causes="Also the first run of all: a person signs it.")
MOVED_IN_CITY = _limit("S002", _CITY, _MOVED)
RENAMED_IN_CITY = _limit("S003", _CITY, _RENAMED)
GONE_IN_CITY = _limit("S004", _CITY, _GONE, causes="Half the rows of an export missing.")
HELD_IN_CITY = _limit("S005", _CITY, _HELD, causes="An invalid row is not an absent row.")
GRADE_IN_CITY = _limit("S006", _CITY, _GRADE, causes="A grade that was promoted twice.")
GRADUATES_IN_CITY = _limit("S007", _CITY, _GRADUATES)
ACCOUNTS_IN_CITY = _limit("S008", _CITY, _ACCOUNTS)
UNCLASSED_IN_CITY = _limit("S009", _CITY, _UNCLASSED, causes="enrollments.csv was cut short.")
NEW_IN_SCHOOL = _limit("S011", _SCHOOL, _NEW)
MOVED_IN_SCHOOL = _limit("S012", _SCHOOL, _MOVED, causes="Counts for both schools of a move.")
RENAMED_IN_SCHOOL = _limit("S013", _SCHOOL, _RENAMED)
GONE_IN_SCHOOL = _limit("S014", _SCHOOL, _GONE)
HELD_IN_SCHOOL = _limit("S015", _SCHOOL, _HELD)
GRADE_IN_SCHOOL = _limit("S016", _SCHOOL, _GRADE)
GRADUATES_IN_SCHOOL = _limit("S017", _SCHOOL, _GRADUATES)
ACCOUNTS_IN_SCHOOL = _limit("S018", _SCHOOL, _ACCOUNTS)
UNCLASSED_IN_SCHOOL = _limit("S019", _SCHOOL, _UNCLASSED)
RETURNED_IN_CITY = _limit("S024", _CITY, _RETURNED, causes="A file from before they left.")
RETURNED_IN_SCHOOL = _limit("S025", _SCHOOL, _RETURNED)
UPDATED_IN_CITY = _limit("S026", _CITY, _UPDATED, causes="A rule of the city was changed.")
UPDATED_IN_SCHOOL = _limit("S027", _SCHOOL, _UPDATED)
_A_WHOLE_CLASS = (
    "A class that only has another title counts once. A class for the first time, and"
    " the classes of the new school year between the rollover dates, do not count."
)
CLASS_CHANGED_IN_CITY = _limit("S140", _CITY, _CLASS, causes=_A_WHOLE_CLASS)
CLASS_CHANGED_IN_SCHOOL = _limit("S141", _SCHOOL, _CLASS, causes=_A_WHOLE_CLASS)

SCHOOL_MISSING = Rule(
    "S020",
    Effect.AWAIT_APPROVAL,
    ja="この学校の児童生徒 {count} 人が全員、名簿にいません(承認なしの上限 {bound} 人)。",
    en="All {count} pupils of this school are missing from the roster (limit {bound}).",
    todo="C4th の出力対象に学校が漏れていないかを確かめ、出し直してください。"
    "廃校なら承認してください。",
    todo_en="See whether C4th left the school out and export again; accept if the school closed.",
)
GRADE_MISSING = Rule(
    "S021",
    Effect.AWAIT_APPROVAL,
    ja="この学校で、全員が名簿にいない学年が {count} つあります(承認なしの上限 {bound})。",
    en="In this school {count} whole grades are missing from the roster (limit {bound}).",
    todo="C4th の出力対象に学年が漏れていないかを確かめ、出し直してください。",
    todo_en="See whether C4th left the grade out and export again.",
)
CLASS_MOVED = Rule(
    "S022",
    Effect.AWAIT_APPROVAL,
    ja="この学校で、過半数がそろって別の学級に移った学級が {count} つあります"
    "(承認なしの上限 {bound})。",
    en="In this school more than half of {count} classes went to one other class (limit {bound}).",
    todo="学級の名称を C4th で書き換えていないかを確かめてください。学級替えなら承認してください。",
    todo_en="See whether a class was given another title in C4th; accept if classes were mixed.",
    causes="A class is known by its title: a new title is a new class for every tool.",
)
CLASSES_RETITLED = Rule(
    "S142",
    Effect.AWAIT_APPROVAL,
    ja="市のルールが変わり、市全体で {count} の学級の名称が変わります(承認なしの上限 {bound})。",
    en="The city's rules have changed, and {count} classes get another title (limit {bound}).",
    todo="ルール(class_titles、special_needs)の変更が意図したものなら承認してください。",
    todo_en="Accept this if class_titles or special_needs in the rules were changed on purpose.",
    causes="A class is known by its title: a new title is a new class for every tool. Asked once,"
    " whatever the number of schools.",
)
SPECIAL_NEEDS_LOST = Rule(
    "S156",
    Effect.AWAIT_APPROVAL,
    ja="この学校で、特別支援学級にいた児童生徒が半分以上を占める学級 {count} つが、名簿では"
    "特別支援学級でなく、学級の名称がそのまま外に出ます(承認なしの上限 {bound})。",
    en="In this school {count} classes, half or more of whose pupils were in a special-needs class,"
    " are none in the roster, and their titles would go out as they are (limit {bound}).",
    todo="C4th の classes.csv の specialNeeds が空になっていないかを確かめ、出し直してください。"
    "ふつうの学級になったのなら承認してください。",
    todo_en="See whether specialNeeds in classes.csv has become empty, and export again; accept if"
    " they have become ordinary classes.",
    causes="A robot's or a spreadsheet's tool that empties a column it cannot read. The title of a"
    " special-needs class may tell of a disability.",
)
SCHOOL_NOT_PROMOTED = Rule(
    "S023",
    Effect.AWAIT_APPROVAL,
    ja="市全体は進級しましたが、この学校の {count} 人は進級していません"
    "(承認なしの上限 {bound} 人)。",
    en="The city has gone up a grade, but {count} pupils of this school have not (limit {bound}).",
    todo="この学校の年次更新が C4th で済んでいるかを確かめ、済ませてから出し直してください。",
    todo_en="See whether this school has finished the rollover in C4th, then export again.",
)

EMPTY_ROSTER = Rule(
    "S030",
    Effect.REFUSE_DROP,
    ja="名簿に児童生徒が 1 人もいません。",
    en="There is not a single pupil in the roster.",
    todo="C4th から出力し直してください。",
    todo_en="Export from C4th again.",
    causes="An empty file is a failed export, not a city without children.",
)
STRANGE_IDS = Rule(
    "S031",
    Effect.REFUSE_DROP,
    ja="名簿の {count} 人のうち、前回と同じ userMasterIdentifier は {same} 人だけです。",
    en="Of {count} pupils in the roster only {same} have a userMasterIdentifier known from before.",
    todo="C4th で userMasterIdentifier が振り直されていないか、別の市の名簿でないかを"
    "確かめてください。",
    todo_en="See whether C4th has made new userMasterIdentifiers, or this is another city's file.",
    causes="The id is the only key that follows a child: without it everybody is gone and new.",
)

_FIX_ACCOUNT = "C4th のアカウント欄を確かめ、正しい児童生徒の欄だけに入力してください。"
_FIX_ACCOUNT_EN = "Check the account in C4th; it belongs on one pupil only."

TWICE_IN_DROP = Rule(
    "S040",
    Effect.HOLD_PUPIL,
    ja="同じ userMasterIdentifier の児童生徒が複数います。",
    en="Several pupils have the same userMasterIdentifier.",
    todo="転出入による重複かを確かめ、C4th で不要な所属を終了してください。",
    todo_en="See whether a transfer left a duplicate and end the one that is over in C4th.",
)
SHARED_ACCOUNT = Rule(
    "S041",
    Effect.HOLD_PUPIL,
    ja="同じ Microsoft 365 アカウントを {count} 人の児童生徒が持っています。",
    en="{count} pupils have the same Microsoft 365 account.",
    todo=_FIX_ACCOUNT,
    todo_en=_FIX_ACCOUNT_EN,
)
MARKED_FOR_ANOTHER = Rule(
    "S042",
    Effect.HOLD_PUPIL,
    ja="このアカウントには Microsoft 365 で別の児童生徒の印が付いています。",
    en="In Microsoft 365 this account carries the mark of another pupil.",
    todo="どちらの児童生徒のアカウントかを確かめ、C4th のアカウント欄を直してください。",
    todo_en="Find out whose account it is and correct the account in C4th.",
)
TWICE_MARKED = Rule(
    "S043",
    Effect.HOLD_PUPIL,
    ja="この児童生徒の印が付いたアカウントが Microsoft 365 に {count} 件あります。",
    en="{count} accounts in Microsoft 365 carry this pupil's mark.",
    todo="Microsoft 365 管理センターで、使っていない方の印(拡張属性)を消してください。",
    todo_en="In the Microsoft 365 admin centre clear the mark of the account that is not in use.",
)
ACCOUNT_TAKEN = Rule(
    "S044",
    Effect.HOLD_PUPIL,
    ja="変更後のサインイン名は、別のアカウントが使っています。",
    en="The new sign-in name is in use by another account.",
    todo="C4th のアカウント欄を確かめてください。正しければ、相手のサインイン名が変わった次の夜に"
    "自動で進みます(Microsoft 365 管理センターで手作業で変えた場合も)。",
    todo_en="Check the account in C4th. If it is right, this follows by itself on the night after"
    " the other account has another name, also one given by hand in the admin centre.",
    causes="Two pupils who swap names would each be locked out, depending on the order.",
)
KNOWN_ACCOUNT = Rule(
    "S045",
    Effect.HOLD_PUPIL,
    ja="このアカウントは、別の userMasterIdentifier({old})の児童生徒のものとして登録済みです。",
    en="This account is on record for another userMasterIdentifier ({old}).",
    todo=_FIX_ACCOUNT,
    todo_en=_FIX_ACCOUNT_EN,
)
NEW_ID = Rule(
    "S046",
    Effect.HOLD_PUPIL,
    ja="userMasterIdentifier が {old} から変わった同じ児童生徒と思われます"
    "(アカウント・氏名・読みが一致)。",
    en="Seems to be the same pupil under a new userMasterIdentifier, formerly {old}"
    " (account, names and kana agree).",
    todo="同じ児童生徒なら「連携」、そうでなければ「保留」とし、"
    "C4th のアカウント欄を直してください。",
    todo_en="Decide 'link' if it is the same child; else 'keep', and correct the account in C4th.",
)
LOST = Rule(
    "S047",
    Effect.HOLD_PUPIL,
    ja="登録済みのアカウントが Microsoft 365 のどこにもありません。",
    en="The account on record is nowhere in Microsoft 365 any more.",
    todo="新しいアカウントが要るなら「作成」と決め、初期パスワードを用意してください"
    "(前のファイルは戻りません)。手で作り直した場合は、C4th と同じサインイン名にすると"
    "次の夜に名寄せの候補になります。",
    todo_en="Decide 'recreate' and provide an initial password if a new account is needed (the old"
    " files are lost). One made by hand under the name in C4th is proposed as a link next night.",
    causes="Somebody deleted it by hand, and it is no longer among the deleted users.",
)
MARK_CHANGED = Rule(
    "S048",
    Effect.HOLD_PUPIL,
    ja="登録済みのアカウントから、この児童生徒の印が消えているか、別の印に変わっています。",
    en="The account on record has lost this pupil's mark or carries another one.",
    todo="Microsoft 365 で拡張属性を書き換えた人を確かめ、印を戻してください。",
    todo_en="Find out who changed the extension attribute in Microsoft 365 and put the mark back.",
    causes="Own it or leave it: an account without our mark is never changed.",
)
ID_TYPED_OVER = Rule(
    "S049",
    Effect.HOLD_PUPIL,
    ja="この児童生徒は名簿にいませんが、そのアカウントは別の児童生徒({other})の行にあります。",
    en="This pupil is not in the roster, but the account stands on the row of another ({other}).",
    todo="その行の userMasterIdentifier を C4th で確かめ、正しい値に直してください。"
    "正しければアカウント欄を直すか、この児童生徒のサインイン名を Microsoft 365 管理センターで"
    "別の名前に変えてください(次の夜に自動で進みます)。",
    todo_en="Check the userMasterIdentifier of that row in C4th and put the right one back. If it"
    " is right, correct its account, or give this pupil another sign-in name in the admin centre:"
    " the rest follows on the next night.",
    causes="One id typed over another: the pupil has not left, so nobody is asked to suspend.",
)

YEAR_TURNED = Rule(
    "S060",
    Effect.NOTE,
    ja="年次更新を確かめました。進級 {promoted} 人、卒業など {gone} 人、入学など {new} 人、"
    "進学による異動 {moved} 人は予定どおりです。",
    en="The turn of the year: {promoted} went up, {gone} left, {new} arrived and {moved} changed"
    " school as expected.",
    todo="対応は要りません。予定と違うものだけを上限と比べています。",
    todo_en="Nothing to do: only what departs from this is held against the limits.",
)
UNTIED_ROWS = Rule(
    "S061",
    Effect.NOTE,
    ja="保留の行のうち {count} 行は、どの児童生徒のものか分かりません。"
    "名簿にいない児童生徒 {absent} 人は、その行の本人かもしれません。",
    en="{count} held rows cannot be tied to any pupil; some of the {absent} pupils missing tonight"
    " may be theirs.",
    todo="先に保留の行を C4th で直してください。それまで利用停止を決めないでください。",
    todo_en="Correct the held rows in C4th first, and decide on no suspension until then.",
    causes="An invalid row is not an absent row.",
)
UNFIT_DECISION = Rule(
    "S062",
    Effect.NOTE,
    ja="この児童生徒への決定は、今の状態に合わないため行いません。",
    en="The decision on this pupil does not fit the present situation and is not followed.",
    todo="今夜の候補一覧を見て、必要なら決め直してください。",
    todo_en="Look at tonight's list of proposals and decide again if need be.",
    causes="The pupil was not on the list for this before the file came, has come back, or"
    " deletion was asked for before suspension and grace period.",
)
DISABLED_BY_HAND = Rule(
    "S063",
    Effect.NOTE,
    ja="在籍中の児童生徒のアカウントが、Microsoft 365 で手作業により停止されています。",
    en="The account of an enrolled pupil has been disabled by hand in Microsoft 365.",
    todo="理由を確かめ、必要なら Microsoft 365 管理センターでサインインを許可してください。",
    todo_en="Find out why; allow sign-in in the Microsoft 365 admin centre if it was a mistake.",
)
RENAMED_BY_HAND = Rule(
    "S064",
    Effect.NOTE,
    ja="アカウントのサインイン名が、Microsoft 365 で手作業により変えられています。",
    en="The sign-in name of an account has been changed by hand in Microsoft 365.",
    todo="C4th のアカウント欄とどちらが正しいかを確かめ、そろえてください。",
    todo_en="Find out which is right, Microsoft 365 or C4th, and make them agree.",
)
LINKS_WAITING = Rule(
    "S065",
    Effect.NOTE,
    ja="Microsoft 365 に同じサインイン名のアカウントがある児童生徒が {count} 人、"
    "名寄せを待っています。",
    en="{count} pupils wait to be linked to an account of the same name in Microsoft 365.",
    todo="候補一覧で 1 人ずつ確かめ、「連携」と決めて一覧を返してください。",
    todo_en="Go through the list of proposals, decide 'link' pupil by pupil and send it back.",
)

_DECIDE_AGAIN = "一覧を直して、もう一度アップロードしてください。"
_DECIDE_AGAIN_EN = "Correct the list and upload it again."
_UPLOADED_BY_HAND = "Filled in by a person, with whatever program was at hand."

DECISIONS_UNREADABLE = Rule(
    "S066",
    Effect.NOTE,
    ja="決定のファイルを読めません。Excel ブック(xlsx)でも CSV でもないか、"
    "パスワードが付いているか、壊れています。",
    en="A file of decisions cannot be read: neither a workbook (xlsx) nor a CSV, under a password,"
    " or damaged.",
    todo="報告書の Excel ファイルの「判断」に記入し、Excel ブック(xlsx)か CSV で"
    "保存してアップロードしてください。",
    todo_en="Fill in the sheet 判断 of the report's workbook and upload it as xlsx or CSV.",
    causes=_UPLOADED_BY_HAND,
)
DECISIONS_WITHOUT_COLUMNS = Rule(
    "S067",
    Effect.NOTE,
    ja="決定のファイルに「userMasterIdentifier」と「決定」の列が 1 つずつありません。",
    en="A file of decisions has no sheet with one column userMasterIdentifier and one decision.",
    todo="報告書の Excel ファイルの「判断」の見出しを変えずに記入し、"
    "もう一度アップロードしてください。",
    todo_en="Leave the headings of the sheet 判断 as they are, and upload the file again.",
    causes=_UPLOADED_BY_HAND,
)
UNKNOWN_DECISION = Rule(
    "S068",
    Effect.NOTE,
    ja="「決定」の欄に、停止・削除・連携・作成・改名・正しい・誤り・保留のどれでもない言葉が"
    "あります。",
    en="The decision is none of suspend, delete, link, recreate, rename, right, wrong, keep.",
    todo=_DECIDE_AGAIN,
    todo_en=_DECIDE_AGAIN_EN,
    causes=_UPLOADED_BY_HAND,
)
DECISION_ON_NO_ID = Rule(
    "S069",
    Effect.NOTE,
    ja="決定のある行の userMasterIdentifier が、その形をしていません。",
    en="The userMasterIdentifier of a row with a decision is not shaped like one.",
    todo=_DECIDE_AGAIN,
    todo_en=_DECIDE_AGAIN_EN,
    causes=_UPLOADED_BY_HAND,
)
CONTRADICTORY_DECISIONS = Rule(
    "S070",
    Effect.NOTE,
    ja="同じ児童生徒に違う決定が書かれています({count} 行、最初は {first_line} 行目)。"
    "どれも行いません。",
    en="Different decisions on one pupil ({count} rows, first on line {first_line});"
    " none is followed.",
    todo=_DECIDE_AGAIN,
    todo_en=_DECIDE_AGAIN_EN,
    causes="What takes an account away is done only when it is beyond doubt.",
)

_AGAIN = "最新の報告に書かれたとおりに承認し直してください。"
_AGAIN_EN = "Approve again exactly as the newest report says."

MADE_AHEAD = Rule(
    "S190",
    Effect.NOTE,
    ja="初日がまだの児童生徒 {count} 人のアカウントを先に作ってあります"
    "(グループ・ライセンス・ツールは初日から)。",
    en="The accounts of {count} pupils whose first day is still to come are made ahead; groups,"
    " licences and tools follow on the day.",
    todo="端末の事前確認に使えます。使う人を決め、初日までに初期パスワードを配り直すか決めて"
    "ください。",
    todo_en="Devices can be tried out with them; say who may, and whether slips are made anew"
    " before the first day.",
)
WRONG_CHECKSUM = Rule(
    "S901",
    Effect.REFUSE_DROP,
    ja="承認に書かれたチェックサムが、この計画のものと違います。",
    en="The checksum of the approval is not this plan's.",
    todo=_AGAIN,
    todo_en=_AGAIN_EN,
)
ALTERED_PLAN = Rule(
    "S902",
    Effect.REFUSE_DROP,
    ja="計画の内容が、作成されたときから変わっています。",
    en="The plan is no longer what it was when it was made.",
    todo="実行フォルダーが書き換えられていないかを確かめ、名簿の連携をやり直してください。",
    todo_en="Find out who changed the run folder, and run the roster again.",
)
STALE_PLAN = Rule(
    "S903",
    Effect.REFUSE_DROP,
    ja="計画の後に別の実行が反映されたため、この計画は古くなっています"
    "(計画時 {planned}、現在 {now})。",
    en="Another run has been applied since: this plan is stale (made at {planned}, now {now}).",
    todo="名簿の連携(取り消しの計画なら、取り消し)をやり直し、新しい計画を承認してください。",
    todo_en="Run the roster (or, of an undo, the undo) again and approve the new plan.",
)
NOT_ACCEPTED = Rule(
    "S904",
    Effect.REFUSE_DROP,
    ja="上限を超えた {code} が承認されていません。",
    en="{code} is over its limit and has not been accepted.",
    todo="内訳を確かめ、正しければこのコードも書いて承認してください。",
    todo_en="Look at the list and, if it is right, approve again with this code too.",
)
NEEDLESS_CODE = Rule(
    "S905",
    Effect.NOTE,
    ja="承認に書かれた {code} は、この計画では上限を超えていません。",
    en="{code} was accepted but is not over its limit in this plan.",
    todo="対応は要りません。次からは報告にあるコードだけを書いてください。",
    todo_en="Nothing to do; next time name only the codes in the report.",
)
EXPIRED_PLAN = Rule(
    "S906",
    Effect.REFUSE_DROP,
    ja="計画から {days} 日たっています(承認できるのは {most} 日まで)。",
    en="The plan is {days} days old (it can be approved for {most} days).",
    todo="名簿の連携をやり直し、新しい計画を承認してください。",
    todo_en="Run the roster again and approve the new plan.",
)
ALREADY_APPLIED = Rule(
    "S907",
    Effect.REFUSE_DROP,
    ja="この計画はすでに反映されています。",
    en="This plan has already been applied.",
    todo="対応は要りません。",
    todo_en="Nothing to do.",
)
NOT_WAITING = Rule(
    "S908",
    Effect.REFUSE_DROP,
    ja="この実行は承認を待っていません。",
    en="This run does not wait for an approval.",
    todo="最新の報告で、どの実行が承認を待っているかを確かめてください。",
    todo_en="See in the newest report which run waits for approval.",
)
CHANGED_RULES = Rule(
    "S909",
    Effect.REFUSE_DROP,
    ja="計画の後に市のルールが変わったため、この計画は古くなっています。",
    en="The city's rules have changed since: this plan is stale.",
    todo="名簿の連携をやり直し、新しい計画を承認してください。",
    todo_en="Run the roster again and approve the new plan.",
)
