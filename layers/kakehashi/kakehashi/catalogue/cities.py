"""Findings about accounts that are between two cities of one tenant (S184–S185).

Every city has an account domain of its own, so a sign-in name tells whose an account is now.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

ANOTHER_CITYS = Rule(
    "S184",
    Effect.HOLD_PUPIL,
    ja="この児童生徒の印が付いたアカウントは、この市ではなく {domain} のドメインにあります。",
    en="The account that carries this pupil's mark is in the domain {domain}, not in this city's.",
    todo="そのドメインの市に、転出した児童生徒かどうかを尋ねてください。アカウントを引き継ぐなら、"
    "両市で決めたうえで Microsoft 365 管理センターでサインイン名をこの市のドメインに変えると、"
    "次の夜に自動で進みます。引き継がないなら、アカウントの印(拡張属性)を消してください。"
    "この市で新しく作ります。",
    todo_en="Ask the city of that domain whether the child has left it. If the account comes along,"
    " and both cities agree, give it a sign-in name in this city's domain in the admin centre: the"
    " rest follows on the next night. If it does not, clear the mark of that account, and a new one"
    " is made here.",
    causes="Two cities share one tenant, and the child has moved from one to the other: the former"
    " one still has it on record and would suspend it there.",
)
GONE_TO_ANOTHER = Rule(
    "S185",
    Effect.HOLD_PUPIL,
    ja="名簿にいないこの児童生徒のアカウントは、サインイン名が記録と違うドメイン({domain})に"
    "変わっています。停止も削除も行いません。",
    en="The account of this pupil, who is not in the roster, has a sign-in name in another domain"
    " than the one on record ({domain}); it is neither suspended nor deleted.",
    todo="そのドメインの市に転出した児童生徒なら、対応は要りません。そうでなければ、"
    "Microsoft 365 管理センターでサインイン名を元のドメインに戻してください。",
    todo_en="Nothing to do if the child has moved to the city of that domain. Else give the account"
    " its former domain back in the admin centre.",
    causes="Two cities share one tenant: a suspension here would lock the child out of the account"
    " that it uses at its new school.",
)
