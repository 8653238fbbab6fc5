"""Rules about the staff page (W): why somebody is turned away there, or an order is not taken.

``ja`` and ``en`` are what the person reads, ``todo`` what to do about it. None of them does
anything to a night. W10 signing in · W11 forms · W12 what one may see · W13 approving ·
W14, W280 deciding · W15, W28 uploads · W16 posts · W17 passwords · W18 cities, passwords, the
record · W19 our own fault.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

_NOTE = Effect.NOTE
AGAIN = "もう一度サインインしてください。"
AGAIN_EN = "Sign in again."

# -- signing in ----------------------------------------------------------------------------------

SIGN_IN_NOT_OURS = Rule(
    "W101",
    _NOTE,
    ja="サインインが途中で切れました。",
    en="The sign-in was not begun in this browser, took longer than ten minutes, or came twice.",
    todo=f"{AGAIN}続くときは、ブラウザーの Cookie が許可されているかを確かめてください。",
    todo_en=f"{AGAIN_EN} Where it happens again, see that the browser accepts cookies.",
    causes="Protects against a sign-in that somebody else began (CSRF) and against replay.",
)
SIGN_IN_REFUSED = Rule(
    "W102",
    _NOTE,
    ja="Microsoft がサインインを完了しませんでした。",
    en="Microsoft did not complete the sign-in.",
    todo="ログにある Microsoft の番号(AADSTS…)を調べてください。AADSTS50105 は、アプリに割り当て"
    "られていない人です。"
    "全員に起きるときは、アプリの資格情報の期限と応答 URL を確かめてください。",
    todo_en="Look up the AADSTS number in the log: 50105 is somebody not assigned to the app."
    " Where nobody gets in, see the credential of the app and its redirect URI.",
)
OTHER_TENANT = Rule(
    "W103",
    _NOTE,
    ja="別の組織のアカウントです。",
    en="The account belongs to another Microsoft 365 tenant.",
    todo="教育委員会または学校のアカウントでサインインし直してください。",
    todo_en="Sign in with the account of the board or the school.",
)
NO_ROLE = Rule(
    "W104",
    _NOTE,
    ja="このアカウントには役割がありません。",
    en="The account has none of the roles of this page.",
    todo="Microsoft Entra 管理センターで、このアプリの役割(見る・判断・承認・パスワード・運用・"
    "学校)を割り当ててください。",
    todo_en="Assign a role of this app in the Microsoft Entra admin center.",
)
NO_POST = Rule(
    "W105",
    _NOTE,
    ja="このアカウントの担当する自治体または学校が登録されていません。",
    en="No city and no school is noted for this account.",
    todo="運用の担当者に、担当の登録を頼んでください。",
    todo_en="Ask whoever operates the page to note where you work.",
)
NOT_FRESH = Rule(
    "W106",
    _NOTE,
    ja="新しいサインインであることを Microsoft が示しませんでした。",
    en="Microsoft did not show that the sign-in is a fresh one.",
    todo=f"{AGAIN}いつも起きるときは、アプリの登録で ID トークンに auth_time を含めてください"
    "(docs/staff.ja.md)。",
    todo_en=f"{AGAIN_EN} Where it always happens, add the optional claim auth_time to the app's ID"
    " token (docs/staff.md).",
    causes="Whoever approves has proven who they are within the last ten minutes.",
)
NOT_SIGNED_IN = Rule(
    "W107",
    _NOTE,
    ja="サインインしてから時間がたちました。何も行っていません。",
    en="Nobody is signed in in this browser, or the session is over. Nothing was done.",
    todo=AGAIN,
    todo_en=AGAIN_EN,
)

# -- forms ---------------------------------------------------------------------------------------

FOREIGN_FORM = Rule(
    "W111",
    _NOTE,
    ja="この操作は、このページから送られたものではありません。何も行っていません。",
    en="The form was not sent from this page. Nothing was done.",
    todo="ページを開き直して、もう一度操作してください。",
    todo_en="Open the page again and repeat what you wanted to do.",
    causes="Protects against forms that another site sends in a person's name (CSRF).",
)
USED_FORM = Rule(
    "W112",
    _NOTE,
    ja="この操作はすでに受け付けています。二度は行いません。",
    en="The form has been taken already. It is not carried out twice.",
    todo="ページを開き直して、結果を確かめてください。",
    todo_en="Open the page again and look at the result.",
    causes="A double click, a reloaded page or a replayed request.",
)
BAD_FORM = Rule(
    "W113",
    _NOTE,
    ja="入力が足りないか、読めません。何も行っていません。",
    en="Something is missing in the form, or cannot be read. Nothing was done.",
    todo="ページに戻って、入力を確かめてください。",
    todo_en="Go back and look at what you entered.",
)

OTHER_CITY = Rule(
    "W180",
    _NOTE,
    ja="別の自治体に切り替える前のページです。何も行っていません。",
    en="The page is of another city than the one you have switched to. Nothing was done.",
    todo="ページを開き直してください。前の自治体のことなら、先に切り替えてください。",
    todo_en="Open the page again; if you meant the other city, switch to it first.",
    causes="Two pages are open, and one has switched the city: an order goes to the city that its"
    " own page shows, or nowhere.",
)

PAGE_OF_OTHER_CITY = Rule(
    "W183",
    _NOTE,
    ja="ほかの自治体のページです。",
    en="The page is another city's.",
    todo="その自治体に切り替えて開いてください。",
    todo_en="Switch to that city and open it.",
    causes="Somebody with posts in several cities follows a mail's link while looking at another"
    " one: an address changes no city, so that no order goes where nobody meant it to.",
)

# -- what one may see ----------------------------------------------------------------------------

NOT_ALLOWED = Rule(
    "W121",
    _NOTE,
    ja="このページを開く、またはこの操作をする権限がありません。",
    en="Your role or your post does not allow this.",
    todo="必要なときは、運用の担当者に役割と担当を確かめてください。",
    todo_en="Where you need it, ask whoever operates the page about your role and post.",
)
UNKNOWN_PAGE = Rule(
    "W122",
    _NOTE,
    ja="ページがありません。",
    en="There is no such page.",
    todo="はじめのページから選び直してください。",
    todo_en="Begin again at the first page.",
)
UNKNOWN_RUN = Rule(
    "W123",
    _NOTE,
    ja="その実行はありません。",
    en="There is no such run in your city.",
    todo="夜の一覧から選び直してください。",
    todo_en="Choose it from the list of nights.",
)

# -- approving -----------------------------------------------------------------------------------

PLAN_CHANGED = Rule(
    "W131",
    _NOTE,
    ja="ご覧になった後で計画が変わりました。何も行っていません。",
    en="The plan has changed since you looked at it. Nothing was done.",
    todo="新しい計画を見て、承認するかを決めてください。",
    todo_en="Look at the plan as it is now, and decide again.",
)
NOT_APPROVABLE = Rule(
    "W132",
    _NOTE,
    ja="この計画は承認できません。何も行っていません。",
    en="This plan cannot be approved. Nothing was done.",
    todo="理由は下にあります。",
    todo_en="The reasons are below.",
)
NEEDS_SECOND = Rule(
    "W133",
    Effect.REFUSE_DROP,
    ja="変更が {count} 件あり、{bound} 件を超えるので、二人目の承認が必要です。",
    en="{count} changes are more than {bound}: a second person must approve them.",
    todo="別の承認者に、承認のページで同じ計画を承認してもらってください。",
    todo_en="Ask another person who may approve to approve the same plan.",
    causes="The city's own rule: [approval] second_person_above.",
)
SAME_PERSON = Rule(
    "W134",
    _NOTE,
    ja="一人目と同じ人です。二人目は別の人でなければなりません。",
    en="You are the first person already: the second must be somebody else.",
    todo="別の担当者に頼んでください。",
    todo_en="Ask somebody else.",
)
DECLINED = Rule(
    "W135",
    _NOTE,
    ja="この計画は「承認しない」と決められています。何も行っていません。",
    en="It was decided not to approve this plan. Nothing was done.",
    todo="理由を読み、承認するなら先に「承認しない」を取り消してください。",
    todo_en="Read the reason; to approve after all, take that decision back first.",
)
NO_REASON = Rule(
    "W136",
    _NOTE,
    ja="理由が書かれていません。何も行っていません。",
    en="The reason is missing. Nothing was done.",
    todo="理由を書いてください。",
    todo_en="Write the reason.",
)
PROVE_AGAIN = Rule(
    "W137",
    _NOTE,
    ja="承認には、10 分以内のサインインが必要です。何も行っていません。",
    en="To approve you must have signed in within the last ten minutes. Nothing was done.",
    todo="サインインし直してから、もう一度押してください。",
    todo_en="Sign in again, then repeat it.",
)

# -- deciding ------------------------------------------------------------------------------------

NOT_ASKED = Rule(
    "W141",
    _NOTE,
    ja="この児童生徒について、いまは決めることがありません。何も行っていません。",
    en="Nothing is asked about this pupil now, or not this. Nothing was done.",
    todo="判断のページを開き直してください。",
    todo_en="Open the page of decisions again.",
)
ONE_BY_ONE = Rule(
    "W142",
    _NOTE,
    ja="まとめて決められるのは、学校の暦で説明のつくものだけです。何も行っていません。",
    en="Only what the school calendar explains can be decided all at once. Nothing was done.",
    todo="一人ずつ確かめて決めてください。",
    todo_en="Decide about each of them.",
)
TOO_LATE = Rule(
    "W143",
    _NOTE,
    ja="夜の処理がすでに始まっているか、承認を待つ計画に入っているので、取り消せません。",
    en="The night has begun with it, or a plan that waits for approval holds it: the decision can"
    " no longer be taken back.",
    todo="結果を待ち、必要なら「夜の一覧」から元に戻してください。承認を待つ計画に入っているときは、"
    "その計画を「承認しない」としてから取り消してください。",
    todo_en="Wait for the result; where needed, undo that night. Where a plan waits, decline it,"
    " then take the decision back.",
)

LATER_LIST = Rule(
    "W280",
    _NOTE,
    ja="この答えのあとに判断の一覧が送られているので、ここでは取り消せません。何も行っていません。",
    en="Staff have sent a list of decisions since; the answer can not be taken back here.",
    todo="次の夜を待つか、判断の一覧に正しい答えを書いて、もう一度送ってください。",
    todo_en="Wait for the next night, or write the right answer in the list and send it again.",
    causes="What is left of the answers would count for newer than the list.",
)

# -- uploads -------------------------------------------------------------------------------------

NOTHING_TO_START = Rule(
    "W281",
    _NOTE,
    ja="送られたファイルに、使えるものがありません。何も始めていません。",
    en="Nothing in the file can be used. Nothing was started.",
    todo="調べた結果を読み、直してから、もう一度送ってください。",
    todo_en="Read what was found in it, mend it and send it again.",
)
NOT_A_RECEIPT = Rule(
    "W282",
    _NOTE,
    ja="学習ツールの取り込み結果(行と結果の列がある CSV)ではありません。",
    en="This is no receipt of the tool: a CSV with columns for the row and its result is needed.",
    todo="学習ツールの画面から書き出したファイルを、そのまま選んでください。",
    todo_en="Choose the file as the tool has exported it.",
)

NOTHING_UPLOADED = Rule(
    "W151",
    _NOTE,
    ja="ファイルが届いていません。",
    en="The file has not arrived.",
    todo="もう一度アップロードしてください。",
    todo_en="Upload it again.",
)
NOT_A_ROSTER = Rule(
    "W152",
    _NOTE,
    ja="名簿ファイル(CSV の入った ZIP)ではありません。何も始めていません。",
    en="This is no roster: a ZIP with CSV files is needed. Nothing was started.",
    todo="C4th から書き出したファイルをそのまま選んでください。",
    todo_en="Choose the file as it was exported.",
)

# -- posts ---------------------------------------------------------------------------------------

NO_SUCH_CHANGE = Rule(
    "W161",
    _NOTE,
    ja="その変更の申請はありません。",
    en="There is no such request for a change.",
    todo="運用のページを開き直してください。",
    todo_en="Open the page again.",
)
BAD_RULES = Rule(
    "W162",
    _NOTE,
    ja="この内容は自治体の規則として読めません。何も変えていません。",
    en="This cannot be read as a city's rules. Nothing was changed.",
    todo="指摘された行を直してください。",
    todo_en="Correct the lines that are named.",
)
RULES_MOVED = Rule(
    "W163",
    _NOTE,
    ja="申請の後で、規則または担当が別に変えられました。何も変えていません。",
    en="What was to be changed has been changed meanwhile. Nothing was done.",
    todo="もう一度申請してください。",
    todo_en="Ask for the change again.",
)
DOMAIN_OF_ANOTHER = Rule(
    "W164",
    _NOTE,
    ja="このドメインは、別の自治体の規則にあります。何も変えていません。",
    en="The rules of another city name this domain. Nothing was changed.",
    todo="自治体ごとに別のドメインにしてください。ドメインは、アカウントがどの自治体のものかを"
    "表します。",
    todo_en="Each city needs a domain of its own: it tells whose an account is.",
)

# -- passwords -----------------------------------------------------------------------------------

NOBODY_WAITS = Rule(
    "W171",
    _NOTE,
    ja="初期パスワードを待っている児童生徒はいません。",
    en="Nobody waits for an initial password.",
    todo="次の夜の結果を待ってください。",
    todo_en="Wait for the next night.",
)
WEAK_KEY = Rule(
    "W172",
    _NOTE,
    ja="配布票を開くパスワードは 12 文字以上にしてください。何も作っていません。",
    en="The password for the workbook needs 12 characters or more. Nothing was made.",
    todo="長いものを二度入力してください。",
    todo_en="Enter a longer one, twice.",
)
TOO_MANY_AT_ONCE = Rule(
    "W181",
    _NOTE,
    ja="一度に作れる初期パスワードは 500 人分までです。何も作っていません。",
    en="Passwords for 500 pupils are made at once, not more. Nothing was made.",
    todo="学校を選んで、学校ごとに作ってください。",
    todo_en="Choose a school, and make them school by school.",
)
TAKEN_ALREADY = Rule(
    "W173",
    _NOTE,
    ja="配布票は一度だけ受け取れます。すでに受け取られたか、期限が過ぎました。",
    en="The slips can be taken once: they have been, or their time is over.",
    todo="受け取れなかったときは、アカウントのパスワードをリセットしてください。",
    todo_en="Where they were lost, reset the passwords of the accounts.",
)

RECORD_TOO_LONG = Rule(
    "W182",
    _NOTE,
    ja="記録が長すぎて、一度に書き出せません。",
    en="The record is too long to be taken out at once.",
    todo="月(2026-11)のかわりに、日(2026-11-30)を指定してください。",
    todo_en="Name a day (2026-11-30) instead of a month (2026-11).",
)

OUR_FAULT = Rule(
    "W190",
    _NOTE,
    ja="架け橋の側で問題が起きました。何が行われたかは記録で確かめてください。",
    en="Something failed on our side. See the record for what was done.",
    todo="少し待って、もう一度試してください。続くときは、この番号を運用の担当者に伝えてください。",
    todo_en="Wait and try again; where it goes on, tell the number to whoever operates the page.",
)
