"""Rules about turning back a run that was applied (S): the plan, who stays as is, who may not."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

UNDO_PLAN = Rule(
    "S080",
    Effect.AWAIT_APPROVAL,
    ja="取り消しの計画です。実行 {run} が変えた {count} 人を元に戻します。"
    "取り消しは必ず承認を待ちます。",
    en="A plan that undoes run {run}: {count} pupils go back to what they were."
    " An undo always waits for approval.",
    todo="内訳を確かめ、よければこのコードを承認してください。承認するまで何も変わりません。",
    todo_en="Look at the list and accept this code if it is right; until then nothing changes.",
    causes="An undo always waits for a person, however small it is.",
)
UNDO_TAKES_AWAY = Rule(
    "S081",
    Effect.AWAIT_APPROVAL,
    ja="この取り消しで、アカウントを使えなくなる児童生徒が {count} 人います"
    "(承認なしの上限 {bound} 人)。",
    en="This undo takes the account away from {count} pupils"
    " (at most {bound} pass without approval).",
    todo="授業に差し支えないかを学校に確かめてから、承認してください。",
    todo_en="Make sure with the schools that no lesson suffers, then accept this code.",
    causes="What a run created is suspended, what it linked is let go; nothing is deleted.",
)
COMES_AGAIN = Rule(
    "S082",
    Effect.NOTE,
    ja="取り消しても、次の夜の名簿が同じ変更をもう一度もたらします。",
    en="The next nightly roster brings the same changes again.",
    todo="先に C4th の名簿か市のルールを直し、それから取り消してください。",
    todo_en="First correct the roster in C4th, or the city's rules; then undo.",
)
CHANGED_AGAIN = Rule(
    "S083",
    Effect.HOLD_PUPIL,
    ja="取り消す実行の後に、別の実行がこの児童生徒を変えています。元に戻しません。",
    en="A later run has changed this pupil again, who therefore stays as is.",
    todo="後の実行から順に取り消すか、C4th を直して次の夜の名簿で直してください。",
    todo_en="Undo the later run first, or correct C4th and let the next roster put it right.",
    causes="An undo never overwrites what has changed since.",
)
NOT_IN_BIN = Rule(
    "S084",
    Effect.HOLD_PUPIL,
    ja="削除したアカウントは、もう Microsoft 365 の削除済みユーザーにありません。",
    en="The deleted account is no longer among the deleted users of Microsoft 365.",
    todo="戻せません(戻せるのは削除から 30 日以内です)。在籍していれば、"
    "初期パスワードを用意すると新しいアカウントができます。",
    todo_en="It is beyond recall (30 days). A pupil in the roster gets a new account once there is"
    " an initial password.",
)
NEVER_DELETES = Rule(
    "S085",
    Effect.HOLD_PUPIL,
    ja="削除から戻したアカウントです。取り消しでは、もう一度削除しません。",
    en="This account was taken back out of the deleted users; an undo never deletes it again.",
    todo="削除するには、猶予期間の後に候補一覧で「削除」と決めてください。",
    todo_en="To delete it, decide so on the list of proposals once the grace period is over.",
)

_LOOK = "報告書か kakehashi status で、取り消す実行の番号を確かめてください。"
_LOOK_EN = "Look up the run's id in its report or with kakehashi status."

RUN_UNKNOWN = Rule(
    "S910",
    Effect.REFUSE_DROP,
    ja="取り消すよう指定された実行 {run} の記録がありません。",
    en="There is no record of run {run}, which was to be undone.",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
OTHER_CITY = Rule(
    "S911",
    Effect.REFUSE_DROP,
    ja="取り消すよう指定された実行 {run} は、別の自治体のものです。",
    en="Run {run}, which was to be undone, is another city's.",
    todo=_LOOK,
    todo_en=_LOOK_EN,
)
NEVER_APPLIED = Rule(
    "S912",
    Effect.REFUSE_DROP,
    ja="実行 {run} は何も反映していないか、その記録がもう残っていません。",
    en="Run {run} has applied nothing, or its folder is no longer there.",
    todo="対応は要りません。別の実行のつもりなら、番号を確かめてください。",
    todo_en="Nothing to do; if another run was meant, look up its id.",
)
ALREADY_UNDONE = Rule(
    "S913",
    Effect.REFUSE_DROP,
    ja="実行 {run} は、実行 {by} がすでに取り消しています。",
    en="Run {run} has already been undone by run {by}.",
    todo="対応は要りません。取り消しを取り消すには、後の方の番号を指定してください。",
    todo_en="Nothing to do; to undo the undo, name that later run.",
)
NOTHING_TO_UNDO = Rule(
    "S914",
    Effect.REFUSE_DROP,
    ja="実行 {run} が変えたもので、元に戻せるものはありません(戻せない児童生徒 {held} 人)。",
    en="Nothing of what run {run} changed can be turned back ({held} pupils cannot be).",
    todo="一人ずつの理由は、この報告の保留にあります。",
    todo_en="The reason for each pupil stands in this report under held.",
)
NOT_TURNED_BACK = Rule(
    "S192",
    Effect.NOTE,
    ja="管理者の役割・同期・緊急用のアカウント(または役割を確かめられないもの){count} 件は、"
    "取り消しの対象から外しています。",
    en="{count} accounts of staff that hold a directory role, or of which nobody can tell, are"
    " synced or are kept for emergencies, are not turned back.",
    todo="必要なら Entra で手で直してください。",
    todo_en="Change them by hand in Entra where that is needed.",
)
LEADERS_LOSE_ACCOUNT = Rule(
    "S193",
    Effect.AWAIT_APPROVAL,
    ja="この取り消しで、二人で決めることになっている教職員(校長・教育委員会など){count} 人の"
    "アカウントが使えなくなります。",
    en="This undo takes the account away from {count} members of staff of whom two persons decide"
    " (heads, the board).",
    todo="別々の二人が、この計画を承認してください。一人の承認では進みません。",
    todo_en="Two different people approve this plan; the approval of one is not enough.",
    causes="An undo suspends whoever the run gave an account. Two persons are asked for whatever"
    " the way by which such an account is taken away.",
)
LEADERS_NEED_SECOND = Rule(
    "S915",
    Effect.REFUSE_DROP,
    ja="二人で決めることになっている教職員のアカウントを取り上げる計画なので、二人目の承認が必要です。",
    en="The plan takes away accounts of which two persons decide: a second person must approve it.",
    todo="二人が、それぞれ職員の頁にサインインして同じ計画を承認してください。入力した氏名は、"
    "市の規則 staff.two_persons_by が name のときだけ、別々の氏名二つで二人と数えます。",
    todo_en="Two people approve the same plan on the staff page, each signed in. Typed names"
    " count only where the city's rule staff.two_persons_by is name, two different ones as two.",
)
