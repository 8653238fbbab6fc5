"""The report's words, Japanese and English, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kakehashi.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Word:
    """One thing in both languages."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class VerdictWord:
    """``mark`` tells the verdict without colour; ``tone`` names a colour of the page."""

    mark: str
    ja: str
    en: str
    tone: str
    ja_more: str
    en_more: str


VERDICTS: Mapping[Verdict, VerdictWord] = MappingProxyType({
    Verdict.APPLIED: VerdictWord(
        "○", "完了", "Done", "good",
        "名簿の変更を Microsoft 365 に反映しました。",
        "The roster's changes were applied to Microsoft 365.",
    ),
    Verdict.UNCHANGED: VerdictWord(
        "○", "完了(変更なし)", "Done, nothing to change", "good",
        "アカウントの操作は必要ありませんでした。",
        "No account had to be touched.",
    ),
    Verdict.REHEARSED: VerdictWord(
        "○", "完了(予行)", "Rehearsed", "good",
        "予行です。計画と報告だけを作り、ほかには何も書き込んでいません。",
        "A rehearsal: only the plan and this report were made; nothing else was written.",
    ),
    Verdict.ALREADY_DONE: VerdictWord(
        "○", "完了(処理済み)", "Already done", "good",
        "同じファイルは処理済みです。今回は何もしていません。",
        "This very file has been processed before; nothing was done this time.",
    ),
    Verdict.SUPERSEDED: VerdictWord(
        "○", "完了(使わない名簿)", "Superseded", "good",
        "あとから届いた名簿が処理済みのため、この名簿は使いません。今回は何もしていません。",
        "A roster that came later has been processed: this one is not used, and nothing was done.",
    ),
    Verdict.AWAITING: VerdictWord(
        "△", "確認待ち", "Waiting for approval", "wait",
        "いつもより大きな変更があるため、承認されるまで何も反映しません。今は昨日のままです。",
        "The changes are larger than usual: nothing is applied until a person approves. "
        "Everything is as it was yesterday.",
    ),
    Verdict.REFUSED: VerdictWord(
        "■", "停止", "Stopped", "stop",
        "受け付けられないため止めました。何も変更していません。今は昨日のままです。",
        "It could not be accepted and was stopped. Nothing was changed; everything is as it was "
        "yesterday.",
    ),
    Verdict.FAILED: VerdictWord(
        "×", "失敗", "Failed", "stop",
        "処理の途中で失敗しました。もう一度実行しても安全です。",
        "A stage failed. Running again is always safe.",
    ),
})  # fmt: skip
RUNBOOK: Mapping[Verdict, str] = MappingProxyType({
    Verdict.AWAITING: "plan-waits",
    Verdict.REFUSED: "drop-refused",
    Verdict.FAILED: "execution-failed",
})  # fmt: skip
"""Sections of docs/runbook.ja.md."""
APPROVAL_REFUSED = Word(
    "承認を受け付けられませんでした。計画は確認待ちのままで、何も変更していません。",
    "The approval was not accepted. The plan still waits and nothing was changed.",
)
APPROVAL_TOO_LATE = Word(
    "承認を受け付けられませんでした。この計画はもう実行できません。何も変更していません。",
    "The approval was not accepted: this plan can not go any more. Nothing was changed.",
)

UNDO_WAITS = Word(
    "取り消しの計画です。承認されるまで、何も元に戻しません。",
    "A plan that undoes an earlier run: nothing goes back until a person approves.",
)
UNDO_DONE = Word(
    "承認された取り消しを反映しました。",
    "The approved undo was applied.",
)

APPROVED = Word("承認済み", "approved")
NOTHING_TO_DO = Word("対応は不要です。", "Nothing to do.")

SITUATIONS: Mapping[str, Word] = MappingProxyType({
    "NEW": Word("新規・転入", "new"),
    "UNLINKED": Word("名寄せ待ち", "account exists, not linked"),
    "CONFIRMED": Word("変更なし", "confirmed"),
    "CHANGED": Word("変更あり", "changed"),
    "TRANSFER_IN": Word("うち転入", "of them transfers in"),
    "MOVED": Word("市内転校(転入)", "moved in the city"),
    "MOVED_AWAY": Word("市内転校(転出)", "moved away in the city"),
    "PROMOTED": Word("進級", "promoted"),
    "RENAMED": Word("氏名変更", "renamed"),
    "UPDATED": Word("その他の変更", "other changes"),
    "RETURNED": Word("復帰", "returned"),
    "LOST": Word("アカウントが見つからない", "account not found"),
    "DISPUTED": Word("重複", "disputed"),
    "HELD": Word("保留", "held"),
    "GONE": Word("名簿にいない", "not in roster"),
    "SUSPENDED": Word("利用停止中", "suspended"),
    "EXPIRED": Word("停止から猶予期間が経過", "suspended beyond the grace period"),
    "RENAMING": Word("氏名がすべて変わった(確認待ち)", "quite another name, in doubt"),
    "EXCHANGED": Word("氏名かサインイン名の入れ替わり(確認待ち)", "exchanged, in doubt"),
    "SAME_CHILD": Word("識別子もアカウントも新しい同じ子?", "the same child anew?"),
    "UNDONE": Word("取り消し", "undone"),
})  # fmt: skip
SCHOOL_COLUMNS = ("NEW", "TRANSFER_IN", "MOVED", "MOVED_AWAY", "PROMOTED", "RENAMED", "UPDATED",
                  "RETURNED", "HELD", "GONE", "UNLINKED", "RENAMING", "EXCHANGED", "SAME_CHILD",
                  "LOST", "DISPUTED", "UNDONE")  # fmt: skip
"""What the report tells per school, in this order."""
PROPOSALS: Mapping[str, Word] = MappingProxyType({
    "GONE": Word("名簿にいない → 利用停止の候補", "not in roster → suspend?"),
    "UNLINKED": Word("既存のアカウント → 名寄せの候補", "existing account → link?"),
    "EXPIRED": Word("停止から猶予期間が経過 → 削除の候補", "suspended long ago → delete?"),
    "LOST": Word("アカウントが消えている → 作成の候補", "account is gone → make it again?"),
    "RENAMING": Word("氏名と読みがすべて変わった → 改名?", "quite another name → rename?"),
    "EXCHANGED": Word("氏名かサインイン名が入れ替わった → 正しい?", "exchanged → right?"),
    "SAME_CHILD": Word("識別子とアカウントが変わった同じ子? → 連携?", "the same child? → link?"),
})  # fmt: skip
KINDS: Mapping[str, Word] = MappingProxyType({
    "create": Word("作成", "create"),
    "update": Word("更新", "update"),
    "restore": Word("復元", "restore"),
    "link": Word("名寄せ", "link"),
    "suspend": Word("利用停止", "suspend"),
    "delete": Word("削除", "delete"),
    "unlink": Word("名寄せの取り消し", "unlink"),
    "undelete": Word("削除の取り消し", "undelete"),
    "record": Word("記録のみ", "record only"),
    "vacate": Word("サインイン名を一時的に空ける", "vacate a sign-in name"),
})  # fmt: skip
MODES: Mapping[str, Word] = MappingProxyType({
    "bulk": Word("全件", "bulk"),
    "delta": Word("差分", "delta"),
    "": Word("なし", "no file"),
})  # fmt: skip
GROUPS: Mapping[str, Word] = MappingProxyType({
    "made": Word("作ったグループ", "groups made"),
    "added": Word("グループに入れた", "added to groups"),
    "removed": Word("グループから外した", "removed from groups"),
    "licensed": Word("ライセンスを付けた", "licences given"),
    "teams": Word("作ったクラスのチーム", "class Teams made"),
    "archived": Word("アーカイブしたチーム", "Teams archived"),
    "reopened": Word("アーカイブを解いたチーム", "Teams opened again"),
    "left": Word("次の夜に続ける", "left to the next night"),
})  # fmt: skip
# The stages in their order, each named as its function's folder: nowhere else are they listed.
STAGES: Mapping[str, Word] = MappingProxyType({
    "receive": Word("受領", "receive"),
    "validate": Word("検査", "validate"),
    "preprocess": Word("整形", "preprocess"),
    "diff": Word("差分", "diff"),
    "provision": Word("アカウント反映", "provision"),
    "groups": Word("グループとライセンス", "groups"),
    "deliver": Word("配信", "deliver"),
    "report": Word("報告", "report"),
})  # fmt: skip


def word(table: Mapping[str, Word], key: str) -> Word:
    """The words for ``key``, or the key itself where nobody has found words yet."""
    return table.get(key, Word(key, key))


def compress(lines: Sequence[int], most: int = 40) -> str:
    """Line numbers as people write them: ``12–19, 44``. At most ``most`` pieces, then ``…``."""
    ranges: list[list[int]] = []
    for line in sorted(set(lines)):
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    pieces = [str(a) if a == b else f"{a}–{b}" for a, b in ranges]
    return ", ".join(pieces[:most]) + (", …" if len(pieces) > most else "")
