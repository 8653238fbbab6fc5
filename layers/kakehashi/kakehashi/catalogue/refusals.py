"""Rules about changes that Microsoft 365 refused for a reason of its own (M060 on), and about
accounts that are known beforehand to refuse them (S160, S161).

A fact may name a property of an account and the kind of object in the way; never a value of either.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

VALUE_TAKEN = Rule(
    "M060",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 に同じ値を持つ別のもの({holder})があるため、属性 {property} を"
    "変更できません。",
    en="Another object in Microsoft 365 ({holder}) has the same value of {property}.",
    todo="Microsoft 365 管理センター(proxyAddresses なら Exchange 管理センター)で同じ値を持つ"
    "ユーザー・グループ・連絡先を探し、要らないほうから外してください。userPrincipalName なら"
    " C4th のアカウント欄の誤りも確かめます。名寄せの承認では直りません。",
    todo_en="Find the user, group or contact with that value in the Microsoft 365 admin centre"
    " (Exchange admin centre for proxyAddresses) and take it off the one that does not need it."
    " For userPrincipalName see the account in C4th as well. Approving a link does not help.",
    causes="Graph answered ObjectConflict and named the property; the value itself is not"
    " repeated.",
)
SYNCED = Rule(
    "M061",
    Effect.HOLD_PUPIL,
    ja="このアカウントは構内の Active Directory から同期されていて、Microsoft 365 の側からは"
    "変更できません。",
    en="The account is synchronised from a local Active Directory; Microsoft 365 cannot change it.",
    todo="架け橋はこのアカウントを受け持てません。Active Directory の管理者と、同期の対象から外す"
    "か、"
    "クラウドだけのアカウントに替えるかを決めてください(docs/deploy.ja.md「受け持てるアカウント」)。",
    todo_en="Kakehashi cannot serve this account. Decide with whoever runs the Active Directory to"
    " take it out of the synchronisation or to replace it (docs/deploy.md, accounts that can be"
    " served).",
    causes="Graph: properties of on-premises mastered Directory Sync objects cannot be updated.",
)
ONCE_SYNCED = Rule(
    "M062",
    Effect.HOLD_PUPIL,
    ja="このアカウントは以前に構内の Active Directory から同期されていて、印(拡張属性)を"
    "Microsoft 365 の側から書けません。",
    en="The account was once synchronised from a local Active Directory; its extension attributes"
    " cannot be written from Microsoft 365.",
    todo="Exchange Online の管理者に、拡張属性(市の規則 m365.mark と同じ番号の CustomAttribute)へ"
    " userMasterIdentifier を書いてもらうと、次の夜から受け持てます"
    "(docs/deploy.ja.md「受け持てるアカウント」)。",
    todo_en="Ask the Exchange Online administrator to write the userMasterIdentifier into the"
    " CustomAttribute of the same number as m365.mark in the city's rules; the next night then"
    " serves the account (docs/deploy.md, accounts that can be served).",
    causes="Graph: objects that have originated within an external service cannot be updated.",
)
PROPERTY_REFUSED = Rule(
    "M063",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 がこの児童生徒の属性 {property} の値を受け付けませんでした。",
    en="Microsoft 365 did not accept the value of {property} of this pupil.",
    todo="C4th のもとの欄を確かめてください。userPrincipalName と mailNickname はアカウント欄"
    "(使える文字)、displayName・surname・givenName は氏名、department は学級、officeLocation は"
    "学校名、jobTitle は学年です。",
    todo_en="Check where it comes from in C4th: userPrincipalName and mailNickname are the account"
    " (permitted characters), displayName, surname and givenName the name, department the class,"
    " officeLocation the school, jobTitle the grade.",
)
DOMAIN_UNVERIFIED = Rule(
    "M064",
    Effect.HOLD_PUPIL,
    ja="アカウントのドメインが、このテナントの確認済みドメインではありません。",
    en="The account's domain is not a verified domain of this tenant.",
    todo="市の規則の domain と C4th のアカウント欄のドメインを確かめてください。正しければ、"
    "Microsoft 365 管理センターの「ドメイン」で確認を済ませます。",
    todo_en="Check the domain in the city's rules and in C4th's accounts; if it is right, verify it"
    " under Domains in the Microsoft 365 admin centre.",
)
APP_FULL = Rule(
    "M065",
    Effect.HOLD_PUPIL,
    ja="架け橋のアプリが作れるオブジェクトの数の上限に達しました。テナントの上限ではありません。",
    en="Kakehashi's app has reached the quota of objects that it may make; the tenant has not.",
    todo="Entra の管理者に、アプリの権限(docs/deploy.ja.md の 1)と、アプリが作れる数の上限を"
    "確かめてもらってください。",
    todo_en="Ask the Entra administrator to check the app's permissions (docs/deploy.md, 1) and the"
    " quota of what it may make.",
    causes="Directory_QuotaExceeded for the principal, not for the tenant.",
)
UNEXPECTED = Rule(
    "M066",
    Effect.HOLD_PUPIL,
    ja="Microsoft 365 が思いがけない答えを返しました({code} {status})。もう一度は呼んでいません。",
    en="Microsoft 365 answered what nobody expected ({code} {status}); it was not asked again.",
    todo="次の実行で続けます。同じ答えが二晩続いたら、この番号と答えを担当ベンダーに"
    "伝えてください。",
    todo_en="The next run goes on. If it answers the same on two nights, tell the vendor this code"
    " and the answer.",
)
NO_LOCATION = Rule(
    "M067",
    Effect.NOTE,
    ja="利用場所(usageLocation)がないか使えないため、ライセンス {sku} を {count} 人に"
    "付けられませんでした。",
    en="{count} pupils have no usable usageLocation and did not get the licence {sku}.",
    todo="Microsoft 365 管理センターで、そのアカウントの「利用場所」が日本か、このライセンスが"
    "日本で使えるかを確かめてください。",
    todo_en="See in the Microsoft 365 admin centre whether those accounts' usage location is Japan"
    " and whether the licence may be used there.",
)
SEATS_GONE = Rule(
    "M068",
    Effect.NOTE,
    ja="ライセンス {sku} の残りがなくなり、{count} 人に付けられませんでした。",
    en="No seat of {sku} was left for {count} pupils.",
    todo="ライセンスを買い足すか、使っていないアカウントから外してください。次の実行で付けます。",
    todo_en="Buy seats or take them off accounts not in use; the next run gives them out.",
    causes="Somebody else took the last seats while the licences were being given.",
)
LICENCE_LAPSED = Rule(
    "M069",
    Effect.NOTE,
    ja="ライセンス {sku} の契約が切れているか止められています。{count} 人に付けていません。",
    en="The subscription of {sku} has lapsed or is suspended; {count} pupils did not get it.",
    todo="Microsoft 365 管理センターの「お使いの製品」で契約の状態を確かめ、更新してください。"
    "席を買い足すことでは直りません。",
    todo_en="Look at the subscription under Your products in the Microsoft 365 admin centre and"
    " renew it; buying seats does not help.",
    causes="capabilityStatus of the product is neither Enabled nor Warning.",
)
GROUPS_BUSY = Rule(
    "M070",
    Effect.NOTE,
    ja="Microsoft 365 が混んでいるか応じず、グループとライセンスを今夜は変えられませんでした"
    "({code} {status}、{count} 回)。アカウントは反映済みです。",
    en="Microsoft 365 was too busy to change groups and licences tonight ({code} {status}, {count}"
    " time); accounts are up to date.",
    todo="次の夜に続けます。続くときは Microsoft 365 管理センターの「サービス正常性」を"
    "確かめてください。",
    todo_en="The next night goes on; if it stays, look at Service health in the Microsoft 365 admin"
    " centre.",
)
SYNCED_ACCOUNTS = Rule(
    "S160",
    Effect.NOTE,
    ja="{count} 個のアカウントが構内の Active Directory から同期されています。架け橋には変更でき"
    "ない"
    "ので、名寄せの候補にしません({waiting} 人)。",
    en="{count} accounts are synchronised from a local Active Directory; Kakehashi cannot change"
    " them and proposes no link ({waiting} pupils).",
    todo="計画を承認する前に、同期を続けるかどうかを Active Directory の管理者と決めてください"
    "(docs/deploy.ja.md「受け持てるアカウント」)。"
    "だれのことかは report.xlsx の「名寄せ」にあります。",
    todo_en="Before anybody approves, decide with whoever runs the Active Directory whether the"
    " synchronisation goes on (docs/deploy.md, accounts that can be served). The sheet 名寄せ of"
    " report.xlsx tells who.",
    causes="onPremisesSyncEnabled is true. Told once a night, however many they are.",
)
ONCE_SYNCED_ACCOUNTS = Rule(
    "S161",
    Effect.NOTE,
    ja="以前に構内の Active Directory から同期されていた、印のないアカウントが {count} 個ありま"
    "す。印を"
    "書けないので、名寄せの候補にしません。",
    en="{count} unmarked accounts were once synchronised from a local Active Directory; no mark can"
    " be written on them, so no link is proposed.",
    todo="Exchange Online の管理者に、拡張属性(CustomAttribute)へ userMasterIdentifier を書いて"
    "もらってください(docs/deploy.ja.md「受け持てるアカウント」)。次の夜から受け持ちます。",
    todo_en="Ask the Exchange Online administrator to write the userMasterIdentifier into the"
    " CustomAttribute (docs/deploy.md, accounts that can be served); the next night serves them.",
    causes="onPremisesSyncEnabled is false, which is not the same as never.",
)
