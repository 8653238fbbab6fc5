"""What the `kakehashi` command says to a person: Japanese first, English behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from rich.console import Console as Terminal
from rich.table import Table

from kakehashi.findings import Effect, Finding
from kakehashi.guide import Guide
from kakehashi.report.groups import groups
from kakehashi.report.headline import headline
from kakehashi.report.shapes import Decisions, Summary
from kakehashi.report.staff_section import STANDINGS
from kakehashi.report.times import minute
from kakehashi.state_records import RunRecord
from kakehashi.verdict import Verdict
from kakehashi_console.standing import RehearsalStanding

VERDICT_WORDS = {
    "applied": ("完了", "applied", "green"),
    "unchanged": ("完了(変更なし)", "unchanged", "green"),
    "rehearsed": ("予行演習を終えました", "rehearsed", "green"),
    "already-done": ("同じファイルを処理済みです", "already done", "green"),
    "superseded": ("新しい名簿を処理済みです", "superseded", "green"),
    "awaiting-approval": ("確認待ち", "awaiting approval", "yellow"),
    "outdated": ("期限切れ(もう承認できません)", "outdated", "yellow"),
    "refused": ("停止(受け付けませんでした)", "refused", "red"),
    "failed": ("失敗", "failed", "red"),
}
EXIT_STATUS = {
    "applied": 0,
    "unchanged": 0,
    "rehearsed": 0,
    "already-done": 0,
    "superseded": 0,
    "awaiting-approval": 3,
    "refused": 4,
}
STOPPING = frozenset({Effect.REFUSE_DROP, Effect.AWAIT_APPROVAL})
COUNT_WORDS = {
    "NEW": "新規",
    "MOVED": "市内転校",
    "PROMOTED": "進級",
    "RENAMED": "氏名変更",
    "UPDATED": "その他の変更",
    "RETURNED": "復帰",
    "CONFIRMED": "変更なし",
    "GONE": "名簿にいない",
    "UNLINKED": "名寄せ待ち",
    "EXPIRED": "猶予期間終了",
    "LOST": "アカウントなし",
    "DISPUTED": "重複",
}


def exit_status(verdict: str) -> int:
    return EXIT_STATUS.get(verdict, 1)


def verdict_line(verdict: str, done: int = 0, exceptions: int = 0) -> str:
    """How many it could not change belongs to a run's word."""
    ja, en, colour = VERDICT_WORDS.get(verdict, (verdict, verdict, "red"))
    if verdict == Verdict.APPLIED and exceptions:
        head = headline(Verdict.APPLIED, done, exceptions)
        ja, en, colour = head.ja, head.en, "yellow"
    return f"[bold {colour}]{ja}[/] [dim]{en}[/]"


def verdict_word(verdict: str) -> str:
    """The same without colours, for a line among others."""
    ja, en, _ = VERDICT_WORDS.get(verdict, (verdict, verdict, ""))
    return f"{ja} {en}"


def roster_line(record: RunRecord) -> str:
    """The roster of a run and its numbers, "" of a run that had none; times are Japan's."""
    if not record.as_of or record.pupils is None:
        return ""
    came = minute(record.received)
    parts = [f"名簿 roster {record.as_of}" + (f"(受領 received {came})" if came else "")]
    parts.append(f"児童生徒 pupils {record.pupils:,}")
    counts = (
        (record.done, "反映 applied"), (record.held, "保留 held"), (record.failures, "失敗 failed")
    )  # fmt: skip
    parts += [f"{word} {count:,}" for count, word in counts if count]
    return "、".join(parts)


def rehearsal_line(one: RehearsalStanding) -> str:
    """For which day it was made, and what it would have done."""
    counts = {k: v for k, v in one.counts.items() if k in COUNT_WORDS and v}
    told = "、".join(f"{word} {counts[k]:,}" for k, word in COUNT_WORDS.items() if k in counts)
    return f"{one.run_id}  予行 rehearsal {one.as_of or '?'}: {told or '-'}"


def print_outcome(
    terminal: Terminal,
    summary: Summary,
    place: str,
    findings: Iterable[Finding],
    guide: Guide,
) -> None:
    """The outcome of a run, why it stopped where it did, and exactly what to type next."""
    terminal.print(verdict_line(summary.verdict, summary.done, summary.exceptions), highlight=False)
    terminal.print(f"実行 run {summary.run_id}", highlight=False, style="dim")
    counts = {k: v for k, v in summary.counts.items() if k in COUNT_WORDS and v}
    if counts:
        table = Table(show_header=False, box=None, padding=(0, 2))
        for name, word in COUNT_WORDS.items():
            if name in counts:
                table.add_row(word, f"{counts[name]:,}", f"[dim]{name}[/]")
        terminal.print(table)
    for line in _details(summary):
        terminal.print(line, highlight=False, soft_wrap=True)
    for line in _reasons(_of_note(findings, summary.verdict)):
        told = guide.completed(line, summary.city)
        terminal.print(told, highlight=False, soft_wrap=True, markup=False)
    if summary.verdict is Verdict.AWAITING:
        terminal.print("[yellow]承認するには to approve:[/]")
        terminal.print(f"  {approve_command(summary, guide)}", highlight=False, soft_wrap=True)
    terminal.print(f"報告書 report: {place}", highlight=False, soft_wrap=True)


def staff_line(summary: Summary, standings: Collection[str] = STANDINGS) -> str:
    """How many of the staff stand where, "" of a city without or of a night that tells none."""
    counts = summary.staff.counts if summary.staff else {}
    told = [f"{STANDINGS[name].ja} {counts[name]:,}" for name in standings if counts.get(name)]
    return f"教職員({'・'.join(told)})" if told else ""


def _details(summary: Summary) -> Iterator[str]:
    if staff := staff_line(summary):
        yield f"{staff} staff"
    for code, people in summary.held.items():
        yield f"保留 held {code}: {len(people)}"
    for situation, people in summary.proposed.items():
        if people:
            yield f"提案 proposed {situation}: {len(people)}"
    yield from _decisions(summary.decisions)
    for breach in summary.breaches:
        scope = "市全体 city" if breach.scope == "city" else f"学校 school {breach.scope}"
        given = "、承認済み accepted" if summary.verdict is Verdict.APPLIED else ""
        yield f"上限 limit {breach.code} {scope}: {breach.count} > {breach.bound}{given}"
    for delivery in summary.deliveries:
        rows = sum(delivery.rows.values())
        yield f"配信 {delivery.tool}: {delivery.mode or '-'} {rows:,} 行"
    if summary.findings:
        codes = ", ".join(f"{code}×{count}" for code, count in summary.findings.items())
        yield f"指摘 findings: {codes}"


def _decisions(told: Decisions) -> Iterator[str]:
    for side, word in (
        (told.used, "使った決定 used"),
        (told.not_used, "使わなかった決定 not used"),
    ):
        if counts := [sum(outcomes.values()) for outcomes in side.values()]:
            yield f"{word}: {sum(counts)}"


def _of_note(findings: Iterable[Finding], verdict: Verdict) -> Iterator[Finding]:
    """Those that stop a night; once it is applied, what asked for an approval has had it."""
    stopping = STOPPING - ({Effect.AWAIT_APPROVAL} if verdict is Verdict.APPLIED else set())
    return (one for one in findings if one.effect in stopping)


def _reasons(findings: Iterable[Finding]) -> Iterator[str]:
    """What stopped the night or waits for a person: each in a sentence, and what to do."""
    for group in groups(findings):
        places = " ".join(f"{at.file} {at.lines}".strip() for at in group.places)
        yield f"{group.code} {group.message.ja}" + (f" ({places})" if places else "")
        yield f"     {group.message.en}"
        yield f"  →  {group.todo.ja}"


def approve_command(summary: Summary, guide: Guide) -> str:
    accept = "".join(f" --accept {code}" for code in summary.limits_passed)
    approve = f"kakehashi approve {summary.run_id} --checksum {summary.checksum}{accept}"
    return guide.typed(approve, "--by '氏名'")
