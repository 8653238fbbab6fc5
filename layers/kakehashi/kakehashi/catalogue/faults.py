"""Rules about our own faults (I): nothing in the roster is wrong, and a run can go again."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

STAGE_FAILED = Rule(
    "I001",
    Effect.REFUSE_DROP,
    ja="処理の段階 {stage} が失敗して止まりました({error})。",
    en="Stage {stage} failed and the run stopped ({error}).",
    todo="やり直しはいつでも安全です。一度やり直し、同じ失敗が続くときは実行番号を添えて"
    "担当ベンダーに連絡してください。C4th で直すことはありません。",
    todo_en="Running again is always safe. Do so once; if it fails again, call the vendor with the"
    " run's id. There is nothing to mend in C4th.",
    causes="An exception left a handler; the dead-letter queue holds the stage and the kind.",
)
TIMED_OUT = Rule(
    "I002",
    Effect.REFUSE_DROP,
    ja="処理の段階 {stage} が時間内に終わらず止まりました。",
    en="Stage {stage} did not end in time and the run stopped.",
    todo="やり直してください。済んだところは飛ばして続きから進みます。",
    todo_en="Run again: what is done is skipped and the rest goes on.",
)
NOT_STARTED = Rule(
    "I003",
    Effect.REFUSE_DROP,
    ja="実行を始められませんでした({error})。名簿は読んでいません。",
    en="The run could not start ({error}). No roster was read.",
    todo="入力(市の名前、投入先、実行番号)を確かめてください。市のルールが登録済みかは"
    " kakehashi city put で確かめられます。",
    todo_en="Check the input (city, key of the drop, run id), and that the city's rules are there"
    " (kakehashi city put).",
    causes="Receive failed before there was a run: bad input, no such drop, bad rules.",
)
TOOL_FAILED = Rule(
    "I004",
    Effect.NOTE,
    ja="{tool} への配信ファイルを作る途中で失敗しました。ほかのツールと Microsoft 365 には"
    "影響ありません。",
    en="Writing the file for {tool} failed. Other tools and Microsoft 365 are not touched by it.",
    todo="次の夜の配信に今夜の分も含まれます。急ぐときはやり直してください。",
    todo_en="The next night's file will hold tonight's changes too; run again if it is urgent.",
)
CREDENTIAL_REFUSED = Rule(
    "I005",
    Effect.REFUSE_DROP,
    ja="Microsoft 365 にサインインできず、段階 {stage} で止まりました。資格情報(秘密または証明書)の"
    "期限切れがほとんどです。この段階から先のアカウントは何も変わっていません。",
    en="Sign-in to Microsoft 365 was refused in stage {stage}; mostly the app's secret or"
    " certificate has expired. No account was changed from this stage on.",
    todo="担当ベンダーに連絡してください。docs/deploy.md の 2 のとおり新しい資格情報を入れ、"
    "もう一度実行すれば続きから進みます。C4th で直すことはありません。",
    todo_en="Call the vendor: put a new credential (docs/deploy.md, 2) and run again; it goes on"
    " where it stopped. There is nothing to mend in C4th.",
    causes="The login host answered with an AADSTS number, which the stage's log holds.",
)
