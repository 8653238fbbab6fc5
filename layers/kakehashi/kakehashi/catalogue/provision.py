"""Rules about Microsoft 365 (M).

Facts here are Graph's own error codes and HTTP statuses: they come from Microsoft, not from the
roster, and never name an account.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

NO_PASSWORD = Rule(
    "M001",
    Effect.HOLD_PUPIL,
    ja="新しい児童生徒の初期パスワードがまだ届いていません。",
    en="A new pupil has no initial password yet.",
    todo="初期パスワードのファイルにこの児童生徒の行を加えて投入してください。届き次第、作成します。",
    todo_en="Add this pupil's row to the initial-password file and upload it; the account follows.",
    causes="An account is created only with the password that the school will hand to the child.",
)
ACCOUNT_TAKEN = Rule(
    "M002",
    Effect.HOLD_PUPIL,
    ja="同じサインイン名のアカウントが Microsoft 365 にあり、この児童生徒の印がありません。",
    en="The sign-in name exists in Microsoft 365 and does not carry this pupil's mark.",
    todo="Microsoft 365 のアカウントの持ち主を確かめ、C4th のアカウント欄を直すか、"
    "名寄せを承認してください。",
    todo_en="Find out whose account it is; correct the account in C4th or approve the link.",
    causes="Own it or leave it: an account without our mark is never changed.",
)
OTHER_MARK = Rule(
    "M003",
    Effect.HOLD_PUPIL,
    ja="名寄せしようとしたアカウントには、すでに別の児童生徒の印があります。",
    en="The account to be linked already carries another pupil's mark.",
    todo="どちらの児童生徒のアカウントかを確かめ、C4th のアカウント欄を直してください。",
    todo_en="Find out which pupil it belongs to and correct the account in C4th.",
)
ACCOUNT_LOST = Rule(
    "M004",
    Effect.HOLD_PUPIL,
    ja="登録済みのアカウントが Microsoft 365 に見つかりません。手作業で削除されたようです。",
    en="An account we know is not in Microsoft 365; somebody may have deleted it by hand.",
    todo="Microsoft 365 管理センターの「削除済みのユーザー」から復元するか(30 日以内)、"
    "次の夜の候補一覧で「作成」と決めてください。",
    todo_en="Restore it from the deleted users in the Microsoft 365 admin centre (30 days), or"
    " decide 'recreate' on the next night's list.",
    causes="Graph answered 404 to a change of an account that an earlier run had made.",
)
NOT_PERMITTED = Rule(
    "M005",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 がこのアカウントの変更を許しませんでした({code})。",
    en="Microsoft 365 did not permit a change of this account ({code}).",
    todo="ほかの児童生徒の変更が通っていれば、このアカウントに管理者の役割が付いていないか、"
    "役割付きグループに入っていないかを確かめてください。今夜の変更がこれだけなら、アプリの権限"
    "(docs/deploy.ja.md の 1)も確かめてください。",
    todo_en="Where other pupils' changes went through, see whether this account holds an"
    " administrator role or is in a role-assignable group. Where there was no other change, check"
    " the app's permissions too (docs/deploy.md, 1).",
    causes="When most changes of a night are refused like this, it is one cause and told as I010.",
)
PASSWORD_REFUSED = Rule(
    "M006",
    Effect.HOLD_PUPIL,
    ja="初期パスワードが Microsoft 365 の規則に合いません。",
    en="The initial password does not satisfy Microsoft 365's rules.",
    todo="8 文字以上で、英大文字・英小文字・数字・記号のうち 3 種類以上を含む別のパスワードにして、"
    "投入し直してください。サインイン名を含むものや、よく知られた言葉は使えません。",
    todo_en="Upload another one: 8 characters or more, 3 of upper, lower, digit and symbol, not "
    "containing the sign-in name and not a well-known word.",
)
VALUE_REFUSED = Rule(
    "M007",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 がこの児童生徒の値を受け付けませんでした({code} {status})。",
    en="Microsoft 365 did not accept a value of this pupil ({code} {status}).",
    todo="C4th のアカウント欄(使える文字、教育委員会のドメイン)と氏名を確かめてください。",
    todo_en="Check the account in C4th (permitted characters, the board's domain) and the name.",
)
TENANT_FULL = Rule(
    "M008",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 テナントのオブジェクト数の上限に達しました。",
    en="The Microsoft 365 tenant has reached its object quota.",
    todo="テナントの上限の引き上げをマイクロソフトに依頼してください。",
    todo_en="Ask Microsoft to raise the tenant's object quota.",
)
GAVE_UP = Rule(
    "M009",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 が何度呼んでも応じませんでした({code} {status})。次の実行で続けます。",
    en="Microsoft 365 kept failing ({code} {status}); the next run tries again.",
    todo="続くときは Microsoft 365 管理センターの「サービス正常性」を確かめてください。",
    todo_en="If it goes on, look at Service health in the Microsoft 365 admin centre.",
)
DELETE_REFUSED = Rule(
    "M010",
    Effect.HOLD_PUPIL,
    ja="この児童生徒を削除する決定がないか、停止から猶予期間が過ぎていないため、"
    "アカウントを削除しませんでした。",
    en="The account was not deleted: no decision names this pupil, or the grace period after the"
    " suspension is not over.",
    todo="報告書の候補一覧を確かめ、必要なら「削除」と決め直してください。",
    todo_en="Look at the report's list of proposals and decide 'delete' again if need be.",
    causes="The permission to create also permits to delete, so this is looked at once more right"
    " before it is done, by code that does nothing else.",
)
FOREIGN_MARK = Rule(
    "M011",
    Effect.HOLD_PUPIL,
    ja="変更しようとしたアカウントに、この児童生徒の印がありません。",
    en="The account to be changed does not carry this pupil's mark.",
    todo="Microsoft 365 で印(拡張属性)が書き換えられていないかを確かめてください。",
    todo_en="See whether the mark (extension attribute) was changed by hand in Microsoft 365.",
)
STATE_MOVED = Rule(
    "M012",
    Effect.HOLD_PUPIL,
    ja="計画のあとで、この児童生徒の記録が別の実行により変わりました。",
    en="Another run changed this pupil's record after the plan was made.",
    todo="もう一度実行してください(rerun)。新しい計画が作られます。",
    todo_en="Run it again (rerun): a new plan is made.",
)
STAFF_UNTOUCHED = Rule(
    "M029",
    Effect.HOLD_PUPIL,
    ja="計画のあとで、この教職員のアカウントに管理者の役割が付いた(または役割を確かめられない)ため、"
    "触りませんでした。",
    en="Since the plan was made this account of staff has got a role in the directory, or nobody"
    " can tell; it was not touched.",
    todo="必要な変更は Entra で手で行ってください。",
    todo_en="Change it by hand in Entra where that is needed.",
)
IN_USE_AGAIN = Rule(
    "M013",
    Effect.HOLD_PUPIL,
    ja="削除と決められたアカウントのサインインが、Microsoft 365 で許可されています。"
    "削除しませんでした。",
    en="The account to be deleted may sign in again in Microsoft 365; it was not deleted.",
    todo="サインインを許可した人に理由を確かめてください。不要なら Microsoft 365 管理センターで"
    "サインインを禁止すると、次の実行で削除します。",
    todo_en="Ask who allowed sign-in and why; block it in the Microsoft 365 admin centre and the"
    " next run deletes the account.",
    causes="Somebody may need the account after all.",
)

_NEXT_NIGHT = "次の実行で続けます。続くときは Microsoft 365 管理センターを確かめてください。"
_NEXT_NIGHT_EN = "The next run goes on; if it stays, look into the Microsoft 365 admin centre."

CHANGED_BY_HAND = Rule(
    "M014",
    Effect.HOLD_PUPIL,
    ja="取り消そうとした項目が、Microsoft 365 で書き換えられています。元に戻しません。",
    en="What was to be turned back has been changed in Microsoft 365 since; it is left as it is.",
    todo="Microsoft 365 管理センターで今の値を確かめ、必要なら手で直してください。",
    todo_en="Look at the account in the Microsoft 365 admin centre; correct it there if need be.",
    causes="An undo never overwrites what has changed since.",
)
LICENCE_GROUP_MISSING = Rule(
    "M020",
    Effect.NOTE,
    ja="ライセンス {sku} のグループが 1 つに決まりません(見つかった数: {count})。"
    "このライセンスは誰にも付けていません。",
    en="The group for the licence {sku} is not exactly one (found: {count}); nobody was added.",
    todo="Microsoft 365 管理センターでグループを作るか、市の規則 m365.licences の group を"
    "その名前かオブジェクト ID に直してください。",
    todo_en="Make the group in the Microsoft 365 admin centre, or correct m365.licences.group in"
    " the city's rules to its name or object id.",
    causes="A licence group is the board's own: we add to it, and never make or empty it.",
)
LICENCE_NOT_ON_GROUP = Rule(
    "M021",
    Effect.NOTE,
    ja="規則にあるグループに、ライセンス {sku} が割り当てられていません。",
    en="The group named in the rules does not give the licence {sku}.",
    todo="Microsoft 365 管理センターで、このグループにライセンスを割り当ててください。",
    todo_en="Assign the licence to that group in the Microsoft 365 admin centre.",
)
SKU_UNKNOWN = Rule(
    "M022",
    Effect.NOTE,
    ja="ライセンス {sku} はこのテナントにありません。誰にも付けていません。",
    en="The tenant has no licence {sku}; nobody got it.",
    todo="市の規則 m365.licences の sku を、管理センターの SKU 名に直してください。",
    todo_en="Correct m365.licences.sku in the city's rules to the part number of the tenant's.",
)
SEATS_SHORT = Rule(
    "M023",
    Effect.NOTE,
    ja="ライセンス {sku} が足りません。必要 {count}、残り {seats}。"
    "新しい児童生徒と戻った児童生徒から付けました。",
    en="Too few seats of {sku}: {count} needed, {seats} left; new and returning pupils came first.",
    todo="ライセンスを買い足すか、使っていないアカウントから外してください。"
    "次の実行で残りに付けます。",
    todo_en="Buy seats or take them off accounts not in use; the next run gives them out.",
)
MEMBERS_LATER = Rule(
    "M024",
    Effect.NOTE,
    ja="グループの出入り {count} 件がまだ反映されていません({code} {status})。",
    en="{count} changes of group membership are still to be made ({code} {status}).",
    todo=_NEXT_NIGHT,
    todo_en=_NEXT_NIGHT_EN,
    causes="A new account takes minutes until groups can refer to it.",
)
GROUP_LATER = Rule(
    "M025",
    Effect.NOTE,
    ja="グループ {count} 個を作れたか確かめられないか、変更できませんでした({code} {status})。",
    en="{count} groups could not be made or changed, or it is not known ({code} {status}).",
    todo=_NEXT_NIGHT,
    todo_en=_NEXT_NIGHT_EN,
    causes="Graph lets two groups have one mailNickname, so a lost answer is not asked for twice.",
)
GROUP_TWICE = Rule(
    "M026",
    Effect.NOTE,
    ja="同じ印のグループが余分に {count} 個あります。古いほうだけを名簿に合わせています。",
    en="{count} groups bear a mark that an older group bears; only the older is kept in step.",
    todo="Microsoft 365 管理センターで、新しいほうのグループを削除してください。",
    todo_en="Delete the newer ones in the Microsoft 365 admin centre.",
)
LICENCE_LATER = Rule(
    "M027",
    Effect.NOTE,
    ja="ライセンス {sku} を {count} 人に付けられませんでした({code} {status})。",
    en="{count} pupils could not be given the licence {sku} ({code} {status}).",
    todo=_NEXT_NIGHT,
    todo_en=_NEXT_NIGHT_EN,
)
GROUPS_UNFINISHED = Rule(
    "M071",
    Effect.NOTE,
    ja="今夜の時間のうちに終わらなかったグループとライセンスの変更が {count} 件あります。",
    en="{count} changes of groups and licences did not fit into this night.",
    todo="することはありません。次の実行で続けます。",
    todo_en="Nothing to do; the next run goes on.",
    causes="Licences given pupil by pupil, in the first nights of a very large city.",
)
LAST_OWNER_STAYS = Rule(
    "M072",
    Effect.NOTE,
    ja="次の所有者がいないため、前の所有者をそのままにしているグループが {count} 個あります。",
    en="{count} groups keep their former owner, because nobody else would own them.",
    todo="新しい担任を名簿か教職員名簿に入れると、翌日に替わります。",
    todo_en="Enter the new homeroom teacher; the owner changes on the next night.",
    causes="Once a group has owners, Microsoft 365 does not take the last one away.",
)
GROUPS_FAILED = Rule(
    "M028",
    Effect.NOTE,
    ja="Microsoft 365 がグループとライセンスの処理を拒みました({code} {status}、{count} 回)。"
    "アカウントは反映済みです。",
    en="Microsoft 365 refused groups and licences as a whole ({code} {status}, {count} time);"
    " accounts are up to date.",
    todo="アプリの権限(GroupMember.ReadWrite.All など)を docs/deploy.ja.md で確かめてください。",
    todo_en="Check the app's permissions (GroupMember.ReadWrite.All and others) in docs/deploy.md.",
)

_BY_HAND = "手で変えた人に理由を確かめ、必要なら C4th を直すか、手で戻してください。"
_BY_HAND_EN = "Ask who changed it and why; correct C4th or change it back by hand if need be."
_WEEKLY = "Found by the weekly comparison, which changes nothing."

DRIFT_CHANGED = Rule(
    "M040",
    Effect.NOTE,
    ja="アカウントの属性が手で変えられています({fields})。",
    en="Attributes of the account were changed by hand ({fields}).",
    todo=_BY_HAND,
    todo_en=_BY_HAND_EN,
    causes=_WEEKLY,
)
DRIFT_MISSING = Rule(
    "M041",
    Effect.NOTE,
    ja="登録済みのアカウントが Microsoft 365 の一覧にありません。",
    en="An account we know is not listed in Microsoft 365.",
    todo="Microsoft 365 管理センターの「削除済みのユーザー」から復元するか(30 日以内)、"
    "次の夜の候補一覧で「作成」と決めてください。",
    todo_en="Restore it from the deleted users in the Microsoft 365 admin centre (30 days), or"
    " decide 'recreate' on the next night's list.",
    causes=_WEEKLY,
)
DRIFT_FOREIGN = Rule(
    "M042",
    Effect.NOTE,
    ja="記録にない児童生徒の印を持つアカウントがあります。",
    en="An account bears the mark of a pupil whom we do not know.",
    todo="誰のアカウントかを確かめ、手で作ったものなら印(拡張属性)を消してください。",
    todo_en="Find out whose it is; if it was made by hand, clear the mark (extension attribute).",
    causes=_WEEKLY,
)
DRIFT_TWICE = Rule(
    "M043",
    Effect.NOTE,
    ja="同じ児童生徒の印を持つアカウントがもう 1 つあります。",
    en="A second account bears this pupil's mark.",
    todo="手で作ったほうのアカウントの印(拡張属性)を消してください。",
    todo_en="Clear the mark (extension attribute) of the account that was made by hand.",
    causes=_WEEKLY,
)
DRIFT_DISABLED = Rule(
    "M044",
    Effect.NOTE,
    ja="在籍中の児童生徒のサインインが手で禁止されています。",
    en="Sign-in of an enrolled pupil was blocked by hand.",
    todo=_BY_HAND,
    todo_en=_BY_HAND_EN,
    causes=_WEEKLY,
)
DRIFT_ENABLED = Rule(
    "M045",
    Effect.NOTE,
    ja="利用停止にした児童生徒のサインインが手で許可されています。",
    en="Sign-in of a suspended pupil was allowed by hand.",
    todo=_BY_HAND,
    todo_en=_BY_HAND_EN,
    causes=_WEEKLY,
)
