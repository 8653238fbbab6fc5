"""Rules about accounts that somebody deleted by hand (S), and about how they come back (M)."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

LOST_UNMARKED = Rule(
    "S130",
    Effect.HOLD_PUPIL,
    ja="登録済みのアカウントはなくなり、同じサインイン名の印のないアカウントが Microsoft 365 に"
    "あります。",
    en="The account on record is gone; an account of that sign-in name without our mark is there.",
    todo="この児童生徒のために作り直したアカウントなら「連携」と決めてください。"
    "別の人のものなら C4th のアカウント欄を直してください。",
    todo_en="Decide 'link' if it was made again for this pupil; if it is somebody else's, correct"
    " the account in C4th.",
    causes="Deleted by hand and made anew by hand: a name alone is no proof of whose it is.",
)
LOST_IN_BIN = Rule(
    "S131",
    Effect.HOLD_PUPIL,
    ja="登録済みのアカウントが削除されています。まだ Microsoft 365 の「削除済みのユーザー」に"
    "あります。",
    en="The account on record was deleted; it is still among the deleted users of Microsoft 365.",
    todo="管理センターで復元するか、「作成」と決めてください。「作成」でも新しく作らず、"
    "ファイルもパスワードも元のままのアカウントを戻します(削除から 30 日以内)。",
    todo_en="Restore it in the admin centre, or decide 'recreate': within 30 days that too brings"
    " the old account back, with its files and its password.",
    causes="Somebody deleted it by hand, and only a person knows whether that was meant.",
)
TAKEN_BACK = Rule(
    "S132",
    Effect.NOTE,
    ja="登録済みのアカウントはなくなっていましたが、この児童生徒の印が付いた別のアカウントが"
    "あるので、それを引き継ぎます。",
    en="The account on record is gone; another one carries this pupil's mark and is taken on.",
    todo="対応は要りません。ライセンスとグループも付け直します。",
    todo_en="Nothing to do; licences and groups follow.",
    causes="Somebody deleted the account and made it again with the mark.",
)
NOT_SEEN = Rule(
    "S133",
    Effect.HOLD_PUPIL,
    ja="登録済みのアカウントが Microsoft 365 の一覧になく、消えたのかどうかを"
    "確かめられませんでした。",
    en="The account on record is not in Microsoft 365's listing; whether it is gone is not known.",
    todo="次の夜にもう一度確かめます。続くときは Microsoft 365 管理センターで、"
    "アカウントがまとめて削除されていないかを見てください。",
    todo_en="The next night asks again; if it stays, see whether many accounts were deleted at once"
    " in the Microsoft 365 admin centre.",
    causes="More accounts are missing than one night asks for one by one.",
)
PASSWORD_NOT_USED = Rule(
    "S134",
    Effect.NOTE,
    ja="この児童生徒にはすでにアカウントがあるため、ファイルの初期パスワードは使いません。"
    "前のパスワードのままです。",
    en="The pupil has an account already, so the initial password in the file is not used; the"
    " former password stays.",
    todo="配布票は渡さないでください。前のパスワードを忘れていれば、管理センターで再設定してください。",
    todo_en="Do not hand out the slip; reset the password in the admin centre if it is forgotten.",
)
LOST_UNDER_NEW_ID = Rule(
    "S180",
    Effect.HOLD_PUPIL,
    ja="userMasterIdentifier が {old} から変わった同じ児童生徒と思われますが、"
    "登録済みのアカウントが Microsoft 365 にありません。",
    en="Seems to be the same pupil under a new userMasterIdentifier, formerly {old}; the account on"
    " record is not in Microsoft 365.",
    todo="同じ児童生徒なら「作成」と決めてください。削除から 30 日以内なら元のアカウントを戻し、"
    "過ぎていれば新しく作ります。違うなら C4th のアカウント欄を直してください。",
    todo_en="Decide 'recreate' if it is the same child: within 30 days the old account comes back,"
    " after that a new one is made. If it is another child, correct the account in C4th.",
    causes="The account was deleted by hand, and the child got a new id before that was settled.",
)

PASSWORD_NOT_SET = Rule(
    "M050",
    Effect.NOTE,
    ja="「削除済みのユーザー」から戻したアカウントに、初期パスワードを設定できませんでした"
    "({code} {status})。前のパスワードのままです。",
    en="The account was had back from the deleted users, but the initial password could not be set"
    " ({code} {status}); the former one stays.",
    todo="配布票を渡す前に、管理センターでこの児童生徒のパスワードを配布票のとおりに再設定してください。",
    todo_en="Before the slip goes out, reset the password in the admin centre to what it says.",
    causes="An app may set the password of an account that exists only with a permission and a role"
    " of their own (docs/deploy.md), which Kakehashi does without.",
)
BROUGHT_BACK = Rule(
    "M051",
    Effect.NOTE,
    ja="アカウントを「削除済みのユーザー」から戻しました。ファイルもパスワードも前のままです。",
    en="The account was had back from the deleted users, with its files and its former password.",
    todo="児童生徒が前のパスワードを忘れていれば、管理センターで再設定してください。",
    todo_en="Reset the password in the admin centre if the pupil has forgotten it.",
)
