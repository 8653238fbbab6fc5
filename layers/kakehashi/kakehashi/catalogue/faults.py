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
    " kakehashi city put ファイル で確かめられます。",
    todo_en="Check the input (city, key of the drop, run id), and that the city's rules are there"
    " (kakehashi city put FILE).",
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
    todo="担当ベンダーに連絡してください。docs/deploy.ja.md の 2 のとおり新しい資格情報を入れ、"
    "もう一度実行すれば続きから進みます。C4th で直すことはありません。",
    todo_en="Call the vendor: put a new credential (docs/deploy.md, 2) and run again; it goes on"
    " where it stopped. There is nothing to mend in C4th.",
    causes="The login host answered with an AADSTS number, which the stage's log holds.",
)

_ONE_CAUSE = "Most changes of the night were refused for this one reason, so it is told once."

PERMISSION_LOST = Rule(
    "I010",
    Effect.REFUSE_DROP,
    ja="架け橋のアプリに Microsoft 365 の権限がなく、段階 {stage} で止まりました。権限が外された"
    "か、"
    "管理者の同意が取り消されています。",
    en="The app lacks its Microsoft 365 permissions; stage {stage} stopped. A permission or the"
    " administrator's consent was taken away.",
    todo="Entra の管理者に、「API のアクセス許可」の一覧を docs/deploy.ja.md の 1 と比べ、"
    "「管理者の同意を与えます」を押してもらい、もう一度実行してください。一時間ほどは古い許可のままのことがあります。",
    todo_en="Ask the Entra administrator to compare API permissions with docs/deploy.md, 1, and to"
    " grant admin consent; then run again. An old token may live for about an hour.",
    causes=_ONE_CAUSE,
)
TENANT_FULL = Rule(
    "I011",
    Effect.REFUSE_DROP,
    ja="Microsoft 365 のテナントかアプリのオブジェクト数が上限に達し、段階 {stage} で止まりまし"
    "た。",
    en="The Microsoft 365 tenant, or the app, has reached its quota of objects; stage {stage}"
    " stopped.",
    todo="要らないアカウントとグループを消すか、上限の引き上げを Microsoft に依頼してから、"
    "もう一度実行してください。消したものも 30 日は数に入ります。",
    todo_en="Delete accounts and groups that nobody needs, or ask Microsoft to raise the quota,"
    " then"
    " run again. What was deleted counts for 30 more days.",
    causes=_ONE_CAUSE,
)
THROTTLED = Rule(
    "I012",
    Effect.REFUSE_DROP,
    ja="Microsoft 365 が混んでいて、段階 {stage} は何度待っても通りませんでした。",
    en="Microsoft 365 was throttling us; stage {stage} waited again and again in vain.",
    todo="30 分おいて、もう一度実行してください。続くときは、同じ時間に動くほかのアプリが"
    "ないかを確かめます。",
    todo_en="Run again in half an hour; if it goes on, see whether another app works at that time.",
)
DIRECTORY_DOWN = Rule(
    "I013",
    Effect.REFUSE_DROP,
    ja="Microsoft 365 が応じず、段階 {stage} は何度呼んでも通りませんでした。",
    en="Microsoft 365 did not answer; stage {stage} called again and again in vain.",
    todo="Microsoft 365 管理センターの「サービス正常性」を見て、回復してからもう一度実行して"
    "ください。",
    todo_en="Look at Service health in the Microsoft 365 admin centre and run again afterwards.",
)
DOMAIN_UNVERIFIED = Rule(
    "I014",
    Effect.REFUSE_DROP,
    ja="アカウントのドメインがテナントの確認済みドメインではなく、段階 {stage} で止まりました。",
    en="The accounts' domain is not a verified domain of the tenant; stage {stage} stopped.",
    todo="市の規則の domain を確かめ、正しければ Microsoft 365 管理センターの「ドメイン」で確認を"
    "済ませてから、もう一度実行してください。",
    todo_en="Check the domain in the city's rules; if it is right, verify it under Domains in the"
    " Microsoft 365 admin centre, then run again.",
    causes=_ONE_CAUSE,
)
SIGN_IN_BUSY = Rule(
    "I015",
    Effect.REFUSE_DROP,
    ja="Microsoft のサインインが混んでいるか応じず、段階 {stage} は何度待っても通りませんでした。"
    "資格情報の誤りではありません。",
    en="Microsoft's sign-in was busy or did not answer; stage {stage} waited in vain. The"
    " credential"
    " is not in doubt.",
    todo="30 分おいて、もう一度実行してください。資格情報を入れ替える必要はありません。",
    todo_en="Run again in half an hour; there is no need for a new credential.",
)
OVERTAKEN = Rule(
    "I016",
    Effect.REFUSE_DROP,
    ja="この自治体のほかの実行が動いているか先に進んだため、段階 {stage} で止まりました。",
    en="Another run of this city is at work, or has gone ahead; stage {stage} stopped.",
    todo="ほかの実行が終わってから(kakehashi status で分かります)、もう一度実行してください。"
    "済んだことは飛ばされます。",
    todo_en="Run again when the other has ended (kakehashi status tells): what is done is skipped.",
    causes="A conditional write found what another run had written. Nothing was half-done.",
)
OTHER_RELEASE = Rule(
    "I017",
    Effect.REFUSE_DROP,
    ja="記録か計画が別の版の架け橋で書かれていて、段階 {stage} は読めませんでした。",
    en="The state, or a plan, was written by another release of Kakehashi; stage {stage} could not"
    " read it.",
    todo="担当ベンダーに連絡してください。古い版に戻したのなら新しい版を配備し直します。"
    "承認を待っていた計画なら、もう一度実行して作り直します。",
    todo_en="Call the vendor: deploy the newer release again where an older one was put back; run"
    " again where a waiting plan was approved, for a new plan.",
    causes="A field is missing or unknown. Nothing was changed from this stage on.",
)
BAD_CONFIGURATION = Rule(
    "I018",
    Effect.REFUSE_DROP,
    ja="設定か市の規則か実行フォルダーに、あるはずのものがなく、段階 {stage} で止まりました。",
    en="Something that settings, rules or the run folder should hold is not there; stage {stage}"
    " stopped.",
    todo="担当ベンダーに連絡してください。何がないかは、その段階の実行の「原因」にあります。",
    todo_en="Call the vendor: the cause of that stage's execution names what is missing.",
)
APP_REFUSED = Rule(
    "I019",
    Effect.REFUSE_DROP,
    ja="架け橋のアプリがテナントにないか、無効か、同意が取り消されていて、段階 {stage} でサインイン"
    "できませんでした。",
    en="The app is gone from the tenant, disabled, or no longer consented to; stage {stage} could"
    " not sign in.",
    todo="Entra の管理者に、「エンタープライズ アプリケーション」でアプリが有効か、同意があるかを"
    "確かめてもらい、もう一度実行してください。資格情報を入れ替えても直りません。",
    todo_en="Ask the Entra administrator to see under Enterprise applications whether the app is"
    " enabled and consented to, then run again. A new credential does not help.",
    causes="The login host answered with an AADSTS number, which the stage's log holds.",
)
