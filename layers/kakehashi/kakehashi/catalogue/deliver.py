"""Rules about tool files (T): what pre-flight says before a file is put in a tool's outbox.

``{tool}`` is the tool's key in the city's rules. ``REFUSE_DROP`` stops that tool's delivery alone;
the drop itself has been applied by then.
"""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

UNREADABLE = Rule(
    "T001",
    Effect.REFUSE_DROP,
    ja="{tool} 向けのファイルが、書いた直後の読み戻し検査に通りませんでした({reason})。"
    "このツールには何も渡していません。",
    en="The file for {tool} did not pass being read back ({reason}). Nothing was handed over.",
    todo="担当ベンダーに連絡してください。前回までに渡した内容はそのまま有効です。",
    todo_en="Call the vendor. What the tool took before stays valid.",
)
WOULD_EMPTY = Rule(
    "T002",
    Effect.REFUSE_DROP,
    ja="{tool} に載せられる人が 1 人もいないため、全件ファイルを渡していません"
    "(前回は {before} 人)。",
    en="Nobody is left to tell {tool} about ({before} last time); the full file was not handed"
    " over.",
    todo="市のルールの [tools] の grades・schools と、この実行の保留を確かめてください。",
    todo_en="Check grades and schools under [tools] in the city's rules, and what this run held.",
    causes="In a bulk file absence means removal: an empty file would clear the tool.",
)
BLANK = Rule(
    "T010",
    Effect.HOLD_PUPIL,
    ja="{tool} が必須とする項目が空のため、この人の変更を渡していません。",
    en="A field that {tool} requires is blank; this person's change was not handed over.",
    todo="C4th でこの項目(氏名・ふりがな・学級など)を入力してください。",
    todo_en="Fill the field in C4th (name, kana, class).",
)
SHAPE = Rule(
    "T011",
    Effect.HOLD_PUPIL,
    ja="{tool} が受け付けない形の値があるため、この人の変更を渡していません。",
    en="A value has a form that {tool} does not accept; this person's change was not handed over.",
    todo="C4th で半角カナ・前後の空白・記号を確かめ、直してください。",
    todo_en="Look for half-width kana, surrounding spaces and symbols in C4th.",
)
TOO_LONG = Rule(
    "T012",
    Effect.HOLD_PUPIL,
    ja="{tool} の上限 {most} 文字を超える値があるため、この人の変更を渡していません。",
    en="A value is longer than the {most} characters {tool} takes; this person's change was not"
    " handed over.",
    todo="C4th で値を短くするか、ツールの提供元に上限を確かめてください。",
    todo_en="Shorten the value in C4th, or ask the tool's maker about the bound.",
)
REPEATED = Rule(
    "T013",
    Effect.HOLD_PUPIL,
    ja="{tool} では 1 人に 1 つでなければならない値が {count} 人に付いているため、"
    "この人の変更を渡していません。",
    en="A value that {tool} wants once stands with {count} people; this person's change was not"
    " handed over.",
    todo="C4th でアカウントの重複を直してください。",
    todo_en="Resolve the shared account in C4th.",
)
TELLING_TITLE = Rule(
    "T014",
    Effect.HOLD_PUPIL,
    ja="学級名に障害を表す語が残っているため、{tool} にこの人の変更を渡していません。",
    en="The class title still tells of a disability; this person's change was not handed to"
    " {tool}.",
    todo="市のルールの [special_needs] に、この学級の外向けの名前を加えてください。",
    todo_en="Add an outgoing title for the class under [special_needs] in the city's rules.",
    causes="The last guard before a file leaves the house.",
)
NOT_ONEROSTER = Rule(
    "T015",
    Effect.HOLD_PUPIL,
    ja="{tool} 向けのファイルの読み戻し検査で {rule} が出たため、この人の変更を渡していません。",
    en="Reading the file for {tool} back gave {rule}; this person's change was not handed over.",
    todo="同じ番号の指摘の説明を見て C4th を直してください。",
    todo_en="See the finding of that code and mend C4th.",
)
LEFT_OUT = Rule(
    "T016",
    Effect.HOLD_PUPIL,
    ja="前回の内容も {tool} が受け付けない形のため、この人をファイルに載せていません。",
    en="What was handed over before is not acceptable to {tool} either; the person is not in"
    " the file.",
    todo="この人のほかの T の指摘を直してください。次の夜に載ります。",
    todo_en="Mend the person's other T findings; the next night carries the person.",
)
RECEIPT = Rule(
    "T020",
    Effect.NOTE,
    ja="{tool} から取込結果が届きました。取込 {accepted} 行、取込めず {rejected} 行"
    "(うち、渡した内容と突き合わせられない行 {unknown})。見出しは {heading} 行目と読みました。",
    en="{tool} sent a receipt: {accepted} rows taken, {rejected} not taken ({unknown} of them are"
    " no row that was delivered). Row {heading} was taken for the headings.",
    todo="取込めなかった行があれば、T021 を見てください。",
    todo_en="If rows were not taken, see T021.",
)
RECEIPT_REJECTED = Rule(
    "T021",
    Effect.NOTE,
    ja="{tool} がこの行を取込めませんでした(理由 {reason})。次に渡すファイルに、もう一度載せます。",
    en="{tool} did not take this row (reason {reason}). It is in the next file again.",
    todo="理由コードをツールの提供元の一覧で調べ、C4th の値に原因があれば直してください。",
    todo_en="Look the reason up with the tool's maker; where the value is to blame, mend it in"
    " C4th.",
    causes="A reason that is not a code is told as `other`: a free text may quote a name.",
)
RECEIPT_UNREADABLE = Rule(
    "T022",
    Effect.NOTE,
    ja="{tool} の取込結果のファイルを読めませんでした({reason})。",
    en="A receipt of {tool} could not be read ({reason}).",
    todo="列名(行または ID、結果または理由。一覧なら一覧の見出しでも)と文字コード(UTF-8 か"
    " Shift-JIS)を確かめ、置き直してください。見出しの上の題名や結合したセルは、"
    "そのままで構いません。",
    todo_en="Check the columns (line or id, result or reason; of a flat list its own headings will"
    " do) and the encoding (UTF-8 or Shift-JIS), and put it again. A title or merged cells above"
    " the headings may stay.",
    causes="columns: no row among the first ten names them. csv, workbook, encoding, size: it could"
    " not be read so far.",
)
