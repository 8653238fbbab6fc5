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
    todo="Microsoft 365 管理センターの「削除済みのユーザー」を見て、30 日以内に復元してください。",
    todo_en="Look under deleted users in the Microsoft 365 admin centre and restore it in 30 days.",
    causes="Graph answered 404 to a change of an account that an earlier run had made.",
)
NOT_PERMITTED = Rule(
    "M005",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 がこのアカウントの変更を許しませんでした({code})。",
    en="Microsoft 365 did not permit a change of this account ({code}).",
    todo="アカウントに管理者の役割が付いていないか、役割付きグループに入っていないかを"
    "確かめてください。",
    todo_en="See whether the account holds an administrator role or is in a role-assignable group.",
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
    ja="アカウントの削除は夜間の実行では行いません。",
    en="A nightly run does not delete accounts.",
    todo="承認された削除は別の手順で行います。手引きを見てください。",
    todo_en="An approved deletion goes its own way; see the runbook.",
    causes="The permission to create also permits to delete, so the code must be unable to.",
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
