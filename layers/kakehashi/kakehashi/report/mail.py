"""The one line that staff get in the morning: no personal data, and where to read on."""

from __future__ import annotations

from kakehashi.report.night import Failure, Night
from kakehashi.report.words import STAGES, VERDICTS, Verdict, word


def subject(night: Night) -> str:
    """ASCII and short, as SNS demands of a subject."""
    return f"Kakehashi {night.city} {night.as_of.isoformat()}: {night.verdict}"


def mail_line(night: Night) -> str:
    """First line the verdict and its numbers, then the address of the report."""
    verdict = VERDICTS[night.verdict]
    parts = [*_numbers(night)]
    if night.undo:
        parts.insert(0, "実行の取り消し")
    if night.failed:
        parts.insert(0, f"{word(STAGES, night.failed.stage).ja}で停止")
    head = f"【架け橋】{verdict.mark} {night.city_name} {night.as_of:%Y-%m-%d} {verdict.ja}"
    return f"{head}{':' if parts else ''}{'、'.join(parts)}\n{night.place}report.html\n"


def _numbers(night: Night) -> list[str]:
    parts = []
    if night.pupils is not None:
        parts.append(f"児童生徒 {night.pupils:,} 人")
    if night.verdict in {Verdict.APPLIED, Verdict.FAILED} and night.done:
        parts.append(f"反映 {night.done:,} 件")
    if night.verdict is Verdict.AWAITING:
        parts.append(f"承認が必要な項目 {len(night.plan.get('breaches', ())):,} 件")
    if held := len(night.held_pupils()):
        parts.append(f"保留 {held:,} 人")
    if waiting := sum(map(len, night.proposed().values())):
        parts.append(f"判断待ち {waiting:,} 人")
    if night.failures:
        parts.append(f"失敗 {night.failures:,} 件")
    return parts


def line_without_run(city: str, failed: Failure) -> str:
    """For an execution that failed before there was a run."""
    verdict = VERDICTS[Verdict.FAILED]
    where = word(STAGES, failed.stage).ja
    return (
        f"【架け橋】{verdict.mark} {city or '(市不明)'} {verdict.ja}:{where}で停止"
        f"({failed.error})。名簿は読んでいません。\n"
    )
