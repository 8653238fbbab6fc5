"""Rules about launches (L): why a pupil does not get into a tool, or a tool does not get data.

``ja`` is what the pupil reads, in kana with spaces, so that a first-grader can; ``todo`` is for
staff, who find it by the code on the pupil's screen. None of them does anything to a night.
L1 signing in · L2 starting a tool · L3 a tool's own calls · L4 chosen contents and addresses ·
L9 our own fault.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

AGAIN = "もういちど はじめから やってみてください。"
TEACHER = "せんせいに この がめんを みせてください。"
STILL = "また おなじ がめんが でたら、せんせいに みせてください。"

SIGN_IN_NOT_OURS = Rule(
    "L101",
    Effect.NOTE,
    ja=f"サインインが とちゅうで きれました。{AGAIN}{STILL}",
    en="The sign-in was not begun in this browser, took longer than ten minutes, or came twice.",
    todo="もう一度サインインしてください。続くときは、ブラウザーの Cookie が許可されているかを"
    "確かめてください。",
    todo_en="Sign in again; where it happens again, see that the browser accepts cookies.",
    causes="Protects against a sign-in that somebody else began (CSRF) and against replay.",
)
SIGN_IN_REFUSED = Rule(
    "L102",
    Effect.NOTE,
    ja=f"サインインが できませんでした。{AGAIN}{STILL}",
    en="Microsoft did not complete the sign-in.",
    todo="ログにある Microsoft の番号(AADSTS…)を調べてください。全員に起きるときは、"
    "サインイン用アプリの資格情報の期限と応答 URL を確かめてください。",
    todo_en="Look up the AADSTS number in the log; where nobody gets in, see the credential of the"
    " sign-in app and its redirect URI.",
)
OTHER_TENANT = Rule(
    "L103",
    Effect.NOTE,
    ja=f"がっこうの アカウントでは ありません。{TEACHER}",
    en="The account belongs to another Microsoft 365 tenant.",
    todo="学校のアカウントでサインインし直してください。",
    todo_en="Sign in with the school's account.",
)
UNKNOWN_PUPIL = Rule(
    "L104",
    Effect.NOTE,
    ja=f"この アカウントは まだ つかえません。{TEACHER}",
    en="Nobody of ours has this account, or the first day is still to come.",
    todo="名簿にある児童生徒か、教職員名簿にある教職員かを確かめてください。名寄せ待ちの人、初日前の人、"
    "[staff] のない市の教職員は使えません。",
    todo_en="See that the pupil is in the roster, or the member of staff in a source of [staff];"
    " whoever waits to be linked, or for the first day, has no launcher.",
)
SUSPENDED = Rule(
    "L105",
    Effect.NOTE,
    ja=f"この アカウントは いま つかえません。{TEACHER}",
    en="The pupil is suspended.",
    todo="利用停止が正しいかを報告書の一覧で確かめてください。名簿に戻ると自動で使えます。",
    todo_en="See the report's list; a pupil who is back in the roster can launch again.",
)
HELD = Rule(
    "L106",
    Effect.NOTE,
    ja=f"この アカウントは いま たしかめて います。{TEACHER}",
    en="The pupil or member of staff was held in the last run that settled.",
    todo="最後の実行の報告書で、この児童生徒(教職員)の保留の理由を読み、C4th か教職員名簿で直して"
    "ください。",
    todo_en="Read in the last report why the person is held, and fix it in C4th or the list of"
    " staff.",
    causes="A held row may mean that the account is somebody else's.",
)
NOT_SIGNED_IN = Rule(
    "L201",
    Effect.NOTE,
    ja=f"サインインしてから じかんが たちました。{AGAIN}{STILL}",
    en="Nobody is signed in in this browser, or the session is over.",
    todo="もう一度サインインしてください。すぐに起きるときは、ブラウザーの Cookie が許可されて"
    "いるかを確かめてください。",
    todo_en="Sign in again; where it happens at once, see that the browser accepts cookies.",
)
UNKNOWN_TOOL = Rule(
    "L202",
    Effect.NOTE,
    ja=f"その きょうざいは みつかりません。{TEACHER}",
    en="No tool of the pupil's city has this client_id.",
    todo="市の規則の [lti] にこのツールがあるか、client_id が正しいかを確かめてください。",
    todo_en="See that the tool stands under [lti] in the city's rules, and its client_id.",
)
NOT_FOR_THIS_PUPIL = Rule(
    "L203",
    Effect.NOTE,
    ja=f"その きょうざいは この がくねんでは つかいません。{TEACHER}",
    en="The tool is not for the pupil's grade or school.",
    todo="市の規則の lti.grades と lti.schools を確かめてください。",
    todo_en="See lti.grades and lti.schools in the city's rules.",
)
FOREIGN_REDIRECT = Rule(
    "L204",
    Effect.NOTE,
    ja=f"きょうざいを ひらけませんでした。{TEACHER}",
    en="The tool asked for an answer at an address that is not registered.",
    todo="ツールの戻り先が市の規則の lti.redirect_uris と一字一句同じかを確かめてください。"
    "覚えのないツールなら、担当ベンダーに連絡してください。",
    todo_en="Compare lti.redirect_uris letter by letter; nobody knows the tool: call the vendor.",
)
MALFORMED = Rule(
    "L205",
    Effect.NOTE,
    ja=f"きょうざいを ひらけませんでした。{TEACHER}",
    en="The tool's request lacks something that LTI 1.3 asks for, or has it otherwise.",
    todo="ログの reason を見て、ツールの提供元に伝えてください(scope=openid、"
    "response_type=id_token、response_mode=form_post、prompt=none、state、nonce)。",
    todo_en="Tell the tool's maker which parameter the log names as reason.",
)
FOREIGN_LOGIN_HINT = Rule(
    "L206",
    Effect.NOTE,
    ja=f"べつの ひとが サインインして います。{AGAIN}",
    en="The login_hint is not the one of who is signed in in this browser.",
    todo="共用の端末では、前の人がサインアウトしたかを確かめてください。",
    todo_en="On a shared tablet, see that the pupil before has signed out.",
)
BAD_HINT = Rule(
    "L207",
    Effect.NOTE,
    ja=f"きょうざいを ひらけませんでした。{AGAIN}{STILL}",
    en="The lti_message_hint was not made for this pupil, tool and session.",
    todo="ツールは lti_message_hint をそのまま返さなければなりません。続くときはツールの提供元に"
    "伝えてください。",
    todo_en="A tool must return lti_message_hint unchanged; tell its maker if this goes on.",
)
EXPIRED_HINT = Rule(
    "L208",
    Effect.NOTE,
    ja=f"じかんが たちました。{AGAIN}",
    en="The launch was begun more than five minutes ago.",
    todo="もう一度、最初の画面から開いてください。",
    todo_en="Start again from the launcher.",
)
USED_HINT = Rule(
    "L209",
    Effect.NOTE,
    ja=f"もう ひらいた きょうざいです。{AGAIN}",
    en="This launch has been used already.",
    todo="「戻る」ではなく、最初の画面から開いてください。",
    todo_en="Start from the launcher, not with the browser's back button.",
)
UNKNOWN_CLIENT = Rule(
    "L301",
    Effect.NOTE,
    ja=f"その きょうざいは みつかりません。{TEACHER}",
    en="No tool has this client_id, or it may not call services.",
    todo="市の規則の [lti] で memberships が有効かを確かめてください。",
    todo_en="See that memberships is on under [lti].",
)
BAD_ASSERTION = Rule(
    "L302",
    Effect.NOTE,
    ja=f"きょうざいからの しらせを たしかめられません。{TEACHER}",
    en="The tool's JWT is not signed with RS256 by its key, or a claim is missing or wrong.",
    todo="ツールの提供元に、このコードとログの reason を伝えてください。",
    todo_en="Tell the tool's maker this code and the log's reason.",
)
UNKNOWN_KEY = Rule(
    "L303",
    Effect.NOTE,
    ja=f"きょうざいからの しらせを たしかめられません。{TEACHER}",
    en="The key (kid) of the tool's JWT is not among its published keys.",
    todo="市の規則の lti.jwks_uri(または lti.keys)を確かめ、ツールの提供元に伝えてください。",
    todo_en="See lti.jwks_uri (or lti.keys); tell the tool's maker.",
)
REPLAYED = Rule(
    "L304",
    Effect.NOTE,
    ja=f"おなじ しらせが 2かい きました。{AGAIN}",
    en="A JWT came a second time (jti or nonce).",
    todo="ツールは毎回新しい jti を作らなければなりません。ツールの提供元に伝えてください。",
    todo_en="A tool must make a new jti each time; tell its maker.",
)
BAD_GRANT = Rule(
    "L305",
    Effect.NOTE,
    ja=f"きょうざいからの しらせを たしかめられません。{TEACHER}",
    en="The token request is not a client_credentials grant with a JWT assertion.",
    todo="ツールの提供元に伝えてください。",
    todo_en="Tell the tool's maker.",
)
BAD_SCOPE = Rule(
    "L306",
    Effect.NOTE,
    ja=f"きょうざいからの しらせを たしかめられません。{TEACHER}",
    en="The token asked for has a scope that is not offered to this tool.",
    todo="市の規則の lti.memberships を確かめてください。成績(AGS)は提供していません。",
    todo_en="See lti.memberships; grades (AGS) are not offered.",
)
BAD_TOKEN = Rule(
    "L307",
    Effect.NOTE,
    ja=f"きょうざいからの しらせを たしかめられません。{TEACHER}",
    en="The bearer token is unknown, over, or of another city.",
    todo="ツールは一時間ごとに新しいトークンを取らなければなりません。",
    todo_en="A tool must fetch a new token every hour.",
)
FOREIGN_CONTEXT = Rule(
    "L308",
    Effect.NOTE,
    ja=f"その くらすは みつかりません。{TEACHER}",
    en="The class is not one in which the tool has pupils.",
    todo="市の規則の lti.grades と lti.schools を確かめてください。",
    todo_en="See lti.grades and lti.schools in the city's rules.",
)
NO_SUCH_DIFFERENCE = Rule(
    "L309",
    Effect.NOTE,
    ja=f"その くらすは みつかりません。{TEACHER}",
    en="The differences asked for start at a list that is no longer kept.",
    todo="ツールは一覧を最初から読み直してください。",
    todo_en="The tool must read the whole list again.",
)
BAD_CHOICE = Rule(
    "L401",
    Effect.NOTE,
    ja=f"えらんだ ものを しまえませんでした。{AGAIN}",
    en="The tool's deep linking answer is not one we asked for, or a link in it leads elsewhere.",
    todo="ツールの提供元に、このコードとログの reason を伝えてください。"
    "選べるのは、登録したツールと同じアドレスの教材 20 件までです。",
    todo_en="Tell the tool's maker this code and the log's reason; at most 20 links, all at the"
    " tool's own address.",
)
UNKNOWN_PAGE = Rule(
    "L404",
    Effect.NOTE,
    ja=f"その ページは ありません。{AGAIN}",
    en="There is no such page.",
    todo="アドレスを確かめてください。",
    todo_en="See the address.",
)
OUR_FAULT = Rule(
    "L900",
    Effect.NOTE,
    ja=f"うまく うごきませんでした。すこし まってから {AGAIN}",
    en="Something broke on our side.",
    todo="続くときは担当ベンダーに、画面の番号を伝えてください。",
    todo_en="If it goes on, give the vendor the number on the screen.",
)
