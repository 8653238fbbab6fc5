"""What is told of staff's decisions beside their content: the file, and when they can be taken."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

DECISION_UNCOMPUTED = Rule(
    "S170",
    Effect.NOTE,
    ja="「決定」の欄が数式で、計算された値がファイルに入っていません。",
    en="The decision is a formula whose value was not saved with the file.",
    todo="Excel で開いて保存し直すか、停止・削除・連携・保留などの言葉をそのまま書いて、"
    "もう一度アップロードしてください。",
    todo_en="Open the file in Excel and save it again, or write the word itself; then upload it.",
    causes="A program that does not compute formulas has written the file.",
)
DECISION_COVERED = Rule(
    "S174",
    Effect.NOTE,
    ja="「決定」の欄が上の行と結合されています。言葉は結合の最初の行にだけ入っていて、"
    "この行は決定のないままです。",
    en="The decision's cell is merged with one above it; only the first row of the merged cell has"
    " the word, and nothing is decided on this row.",
    todo="セルの結合を解除し、行ごとに停止・削除・連携・保留などの言葉を書いて、"
    "もう一度アップロードしてください。",
    todo_en="Undo the merging, write the word in each row, and upload the file again.",
    causes="One word for several pupils, in one cell.",
)
DECISIONS_TOO_LARGE = Rule(
    "S171",
    Effect.NOTE,
    ja="決定のファイルが大きすぎるため、読んでいません。",
    en="A file of decisions is too large and was not read.",
    todo="決定を書いた行だけを見出しと一緒に新しいブックか CSV に写し、"
    "もう一度アップロードしてください。",
    todo_en="Copy the headings and the rows that bear a decision to a new workbook or CSV, and"
    " upload that.",
    causes="Whole columns that were formatted, pictures, or sheets that belong to something else.",
)
DECISIONS_OF_A_REHEARSAL = Rule(
    "S172",
    Effect.NOTE,
    ja="予行の報告書のファイルなので、決定を使っていません。",
    en="The list is a rehearsal's: its decisions were not used.",
    todo="決められる日になってから、その朝の(予行でない)報告書のファイルに記入してください。",
    todo_en="Wait for the day on which it can be decided, and fill in that morning's own report.",
    causes="A rehearsal shows who would be asked about on another day; nobody is asked yet.",
)
ACCEPTED_DROP_TAKEN = Rule(
    "S173",
    Effect.NOTE,
    ja="いちばん新しい名簿は受け付けられていないため、その前に受け付けた名簿(実行 {run})で"
    "行いました。受け付けられなかった名簿はそのまま残してあります。",
    en="The newest roster was refused, so the one accepted before it (run {run}) was taken;"
    " the refused one is left as it is.",
    todo="決定やパスワードは反映されます。名簿は、直して書き出したものを投入してください。",
    todo_en="Decisions and passwords are taken. As to the roster, upload it again once mended.",
    causes="A file with decisions or passwords came in after a roster that was refused.",
)
