"""Findings about children whose userMasterIdentifier has changed."""

from __future__ import annotations

from kakehashi.findings import Effect, Rule

MERGED = Rule(
    "S100",
    Effect.NOTE,
    ja="以前の連携で二重に残っていた旧 userMasterIdentifier({old})の記録を、この児童生徒の"
    "記録にまとめます。ツールの利用者も、初めに伝えた識別子の 1 人に戻します。",
    en="The record that an earlier link left under the former userMasterIdentifier ({old}) is"
    " merged into this pupil's; tools keep the one user that they knew first.",
    todo="操作は要りません。ツールに 2 人目の利用者ができていた場合は、今夜の配信で外れます。",
    todo_en="Nothing to do: a second user in a tool goes with tonight's delivery.",
)
TAKEN_OVER = Rule(
    "D066",
    Effect.NOTE,
    ja="転校などで新しい userMasterIdentifier になった児童生徒です。旧識別子({old})の記録と"
    "アカウントを引き継ぎます。",
    en="The pupil has another userMasterIdentifier since a transfer; the record and the account of "
    "the former one ({old}) go on under it.",
    todo="対応は要りません。終わった在籍の行は C4th に残したままで構いません。",
    todo_en="Nothing to do; the row that is over may stay in C4th.",
    causes="Both rows bear the same account and the same name or readings, only one is enrolled "
    "today, and the record's own name agrees.",
)
ID_OF_ANOTHER = Rule(
    "S101",
    Effect.NOTE,
    ja="この userMasterIdentifier は以前、別の児童生徒のものでした。ツールはその児童生徒を今も"
    "この識別子で知っているため、この児童生徒は別の識別子(sourcedId)で伝えます。",
    en="This userMasterIdentifier was another pupil's before, whom tools still know by it: they are"
    " told of this pupil under another sourcedId.",
    todo="C4th で、userMasterIdentifier が別の児童生徒に使い回されていないか確かめてください。",
    todo_en="Check in C4th whether the userMasterIdentifier was really given to another pupil.",
)
