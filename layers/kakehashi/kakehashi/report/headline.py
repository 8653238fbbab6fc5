"""The one word that everybody is told, with those for whom it is not true."""

from __future__ import annotations

from dataclasses import replace

from kakehashi.report.words import VERDICTS, VerdictWord
from kakehashi.verdict import Verdict

MARK, TONE = "△", "wait"  # as of what a person should look at


def headline(verdict: Verdict, done: int = 0, exceptions: int = 0) -> VerdictWord:
    """How a run is told. ``done`` account actions were carried out; ``exceptions`` pupils were to
    be changed tonight and were not, for whatever reason."""
    word = VERDICTS[verdict]
    if verdict is not Verdict.APPLIED or not exceptions:
        return word
    if not done:
        return replace(
            word,
            mark=MARK,
            tone=TONE,
            ja=f"反映なし({exceptions:,} 人に反映できませんでした)",
            en=f"Nothing applied ({exceptions:,} could not be)",
            ja_more="Microsoft 365 に反映できた変更はありません。今は昨日のままです。理由は指摘に"
            "あります。",
            en_more="No change could be applied to Microsoft 365; everything is as it was"
            " yesterday."
            " The findings say why.",
        )
    return replace(
        word,
        mark=MARK,
        tone=TONE,
        ja=f"{word.ja}({exceptions:,} 人を除いて)",
        en=f"{word.en}, except for {exceptions:,}",
        ja_more=f"{word.ja_more}{exceptions:,} 人には反映できず、その人は昨日のままです。理由は"
        "指摘にあります。",
        en_more=f"{word.en_more} {exceptions:,} could not be changed and are as they were"
        f" yesterday;"
        " the findings say why.",
    )
