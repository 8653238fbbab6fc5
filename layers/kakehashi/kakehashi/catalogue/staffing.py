"""What is said of the plan for 教職員 and their accounts (S): what stops it, what it waits for."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

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
    todo="二人が、それぞれ職員の頁にサインインして同じ答えをしてください。ファイルに書いた氏名は、"
    "市の規則 staff.two_persons_by が name のときだけ、別々の氏名二つで二人と数えます。",
    todo_en="Two people give the same answer on the staff page, each signed in. Names in files"
    " count only where the city's rule staff.two_persons_by is name, two different ones as two.",
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
    todo="職員の頁「パスワード」で「教職員」を選んで作るか、名前が staff- で始まる CSV を"
    "パスワードの受付に置いてください。",
    todo_en="Make them on the staff page, Passwords, lot 教職員, or upload a CSV whose name begins"
    " with staff- to the inbox of passwords.",
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
