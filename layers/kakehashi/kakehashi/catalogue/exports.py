"""Rules about the age of an export, and about what was rehearsed before it (S)."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

_GO_BACK = (
    "C4th から書き出し直してください。前の内容に戻すときは、後の実行を取り消す"
    "(kakehashi undo 実行番号 --by 氏名)か、"
    "ファイル名の日付を今日に変えて投入してください(上限は同じように働きます)。"
)
_GO_BACK_EN = (
    "Export again. To go back on purpose, undo the later run (kakehashi undo RUN_ID --by NAME), or"
    " put today's date"
    " into the file's name and drop it again; the limits judge it like any other."
)

OLDER_EXPORT = Rule(
    "S032",
    Effect.REFUSE_DROP,
    ja="この名簿は {given} に書き出されたもので、すでに反映した {newest} の名簿より古いものです。",
    en="This roster was exported on {given}; a newer one, of {newest}, has already been applied.",
    todo=_GO_BACK,
    todo_en=_GO_BACK_EN,
    causes="Yesterday's file would undo today's transfers. The date is read from the file's name"
    " (`source.export_date`).",
)
EARLIER_YEAR = Rule(
    "S033",
    Effect.REFUSE_DROP,
    ja="この名簿は {given} 年度のもので、すでに {newest} 年度の名簿を反映しています。",
    en="This roster is of school year {given}; one of {newest} has already been applied.",
    todo=_GO_BACK,
    todo_en=_GO_BACK_EN,
    causes="Asked of a file whose name holds no date.",
)
OLDER_REHEARSED = Rule(
    "S034",
    Effect.NOTE,
    ja="予行した名簿は、すでに反映した名簿より古いものです。本番では受け付けません。",
    en="The rehearsed roster is older than the one applied last; it would not be taken in.",
    todo="新しい名簿で予行してください。",
    todo_en="Rehearse with a newer roster.",
)
SAME_FILE = Rule(
    "S071",
    Effect.NOTE,
    ja="この名簿は、実行 {run} で反映したファイルとまったく同じものです。",
    en="This roster is byte for byte the file that run {run} has already applied.",
    todo="書き出しが毎晩行われているかを RPA で確かめてください。",
    todo_en="See whether the robot really exports every night.",
    causes="Yesterday's file again, perhaps under another name: the children are a day behind.",
)
SUPERSEDED = Rule(
    "S154",
    Effect.NOTE,
    ja="この名簿は、実行 {run} の名簿より前に届いたものなので使いません。何も変更していません。",
    en="This roster came before the one of run {run} and is not used. Nothing was changed.",
    todo="対応は要りません。この内容に戻すときだけ、もう一度アップロードしてください。",
    todo_en="Nothing to do. Upload it again only if you want to go back to it.",
    causes="Notices of an upload come late, more than once and in any order. What counts is when S3"
    " received the file, among files of one date (or of no date).",
)
NEWER_PLAN = Rule(
    "S155",
    Effect.REFUSE_DROP,
    ja="この計画の後に届いた名簿から、新しい計画(実行 {run})ができています。",
    en="A roster that came later has a plan of its own (run {run}).",
    todo="実行 {run} の報告を見てください。この計画の名簿に戻すときは、もう一度投入してください。",
    todo_en="See the report of run {run}. To go back to the roster of this plan, drop it again.",
    causes="Approved now, the older plan would make the newer one stale, the corrected file last.",
)
DIFFERS_FROM_REHEARSAL = Rule(
    "S072",
    Effect.NOTE,
    ja="予行(実行 {run})の計画と比べて、増えた操作 {added} 件、なくなった操作 {gone} 件、"
    "内容の変わった操作 {different} 件があります。",
    en="Against the rehearsal (run {run}): {added} actions more, {gone} no longer planned,"
    " {different} different.",
    todo="report.xlsx の「予行との違い」で、思い当たらない違いがないかを確かめてください。",
    todo_en="Look through the sheet 予行との違い of report.xlsx for what you cannot explain.",
)
AS_REHEARSED = Rule(
    "S073",
    Effect.NOTE,
    ja="計画は、予行(実行 {run})とすべて同じです。",
    en="The plan is exactly what was rehearsed (run {run}).",
    todo="対応は要りません。",
    todo_en="Nothing to do.",
)
