"""What can be answered about a pupil, in English, and what each question means."""

from __future__ import annotations

from collections.abc import Mapping

from kakehashi.diff.answers import Decision
from kakehashi.report.words import Word

ENGLISH: Mapping[Decision, str] = {
    "suspend": "suspend", "delete": "delete", "link": "link", "recreate": "make again",
    "keep": "leave as it is", "rename": "rename", "right": "right", "wrong": "wrong",
}  # fmt: skip
MEANS: Mapping[str, Word] = {
    "GONE": Word(
        "停止すると、サインインできなくなります。消えるものはなく、名簿に戻れば元どおりです。",
        "Suspending blocks sign-in. Nothing is lost; back in the roster, all is as before.",
    ),
    "UNLINKED": Word(
        "本人のアカウントなら連携します。パスワードも中身もそのままです。",
        "Link if the account is the child's own. Password and content stay.",
    ),
    "EXPIRED": Word(
        "削除すると、アカウントと中身が消えます。30 日以内なら元に戻せます。",
        "Deleting removes the account and what is in it. It can be had back for 30 days.",
    ),
    "LOST": Word(
        "だれかが手で消したアカウントです。作成すると、30 日以内なら元のまま戻します。",
        "Somebody deleted it by hand. Within 30 days the old one comes back.",
    ),
    "RENAMING": Word(
        "本人の改名なら改名、別の子が入っているなら誤りと答え、C4th を直します。",
        "Rename if the child was renamed; wrong if it is another child, and mend C4th.",
    ),
    "EXCHANGED": Word(
        "氏名かサインイン名が入れ替わっています。1 組で 1 人に答えます。",
        "Names or sign-in names have changed hands. Answer for one of each pair.",
    ),
    "SAME_CHILD": Word(
        "同じ子なら連携(今のアカウントを引き継ぐ)、別の子なら誤り(新しく作る)と答えます。",
        "Link if it is the same child; wrong if it is another, who gets an account anew.",
    ),
}
