"""Five nights of a demo city through the whole stack: what `make run` shows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console as Terminal
from rich.table import Table

from kakehashi.report.shapes import Summary
from kakehashi.report.words import GROUPS
from kakehashi.roster import JAPAN
from kakehashi_console import words
from kakehashi_console.operations import Console, RunOutcome, order_for_drop
from local import demo
from local.demo.city import school_year
from local.demo.clerk import Clerk

CITY = "demo"
DAYS = 4  # that follow each other, before the rehearsal of April
REASON = "新年度の登録なので、全員が新規で正しい"
TOLD_OF_STAFF = ("NEW", "PREPARED", "OPENED", "MOVED", "CHANGED", "ENDED", "HELD")
TOLD = ("NEW", "MOVED", "RENAMED", "UPDATED", "PROMOTED", "GONE")


class TourFailed(Exception):
    """A night did not end as the tour promises."""


def begins(today: date) -> date:
    """The first of the tour's days: today, or as much earlier as keeps them in one school year."""
    while school_year(today + timedelta(days=DAYS - 1)) != school_year(today):
        today -= timedelta(days=1)
    return today


def _table() -> Table:
    table = Table(title="架け橋 五夜の見本 / five nights")
    for heading in ("夜 night", "判定 verdict", "内容 what happened"):
        table.add_column(heading, overflow="fold")
    return table


@dataclass
class Tour:
    console: Console
    folder: Path
    terminal: Terminal
    clerk: Clerk
    table: Table = field(default_factory=_table)
    pages: list[tuple[str, Path]] = field(default_factory=list)

    def all_nights(self, pupils: int, schools: int) -> None:
        """Run the five nights; raises TourFailed where one ends in another verdict."""
        shutil.rmtree(self.folder, ignore_errors=True)
        city = self.folder / "city"
        today = datetime.now(UTC).astimezone(JAPAN).date()
        day = begins(today)
        as_of = day if day < today else None

        first = demo.new(city, pupils, schools, seed=1, day=day)
        outcome = self._night("1/6 初日: 全員が新規 first night", first, as_of, "awaiting-approval")
        self._approve(outcome)
        quiet = demo.next(city, demo.QUIET)
        self._night("3/6 静かな夜 quiet night", quiet, quiet.day, "unchanged")
        moves = demo.next(city)
        self._night("4/6 転出入・氏名変更・兼務 transfers, staff", moves, moves.day, "applied")
        broken = demo.next(city, demo.QUIET, fault="cut")
        refused = self._night("5/6 壊れたファイル broken export", broken, broken.day, "refused")
        turn = demo.april(city)
        self._night("6/6 4月の予行演習 April rehearsal", turn, turn.day, "rehearsed", rehearse=True)
        self.terminal.print(self.table)
        self._say(_nobody(refused.summary))
        self._say("報告書 reports:")
        for title, page in self.pages:
            self._say(f"  {title}: {page.resolve().as_uri()}")
        self._say(f"配信物 deliveries: {self.folder}/<夜 night>/outbox/")

    def _say(self, line: str) -> None:
        self.terminal.print(line, highlight=False, soft_wrap=True, markup=False)

    def _night(
        self, title: str, exported: demo.Exported, as_of: date | None, expected: str,
        *, rehearse: bool = False,
    ) -> RunOutcome:  # fmt: skip
        for passwords in filter(None, (exported.passwords, exported.staff_passwords)):
            self.console.upload_passwords(CITY, passwords, starts=False)
        self.console.upload_staff_list(CITY, exported.staff_list)
        since = datetime.now(UTC)
        as_the_robot = as_of is None
        key, version = self.console.upload_drop(CITY, exported.drop, starts=as_the_robot)
        if as_the_robot:
            arn = self.console.started_by(key, version, since)
        else:
            action = "rehearse" if rehearse else "sync"
            arn = self.console.start(order_for_drop(action, CITY, key, version, as_of))
        return self._end(title, arn, expected)

    def _approve(self, waiting: RunOutcome) -> None:
        """On the staff page, as one of the demo's people: looked at, every limit ticked."""
        number = self.clerk.approve(waiting.run_id, REASON)
        arn = self.console.started_on_page("apply", number)
        self._end("2/6 承認 approved", arn, "applied", waiting.run_id)

    def _end(self, title: str, arn: str, expected: str, run_id: str = "") -> RunOutcome:
        with self.terminal.status(title):
            execution = self.console.follow(arn, lambda stage: None)
        outcome = self.console.outcome(execution, CITY, run_id)
        verdict = outcome.summary.verdict
        night = self.folder / f"{self.table.row_count + 1}-{verdict}"
        self.console.fetch(outcome, night)
        self.pages.append((title, night / "run" / "report.html"))
        self._say(f"{title}: {words.verdict_word(verdict)}")
        self.table.add_row(title, words.verdict_line(verdict), _told(outcome.summary))
        if verdict != expected:
            self.terminal.print(self.table)
            raise TourFailed(f"{title}: {verdict}, not {expected}; see {night}")
        return outcome


def _nobody(summary: Summary) -> str:
    """What the broken export did to accounts, which must be nothing. Raises TourFailed."""
    if summary.done or summary.checksum:
        raise TourFailed("the broken export has made a plan or touched an account")
    return (
        "壊れたファイルの夜: 変更したアカウントは 0、利用停止にした児童生徒は 0 人です。"
        " / The broken export changed no account, and nobody was suspended."
    )


def _told(summary: Summary) -> str:
    counts = summary.counts
    parts = [f"{words.COUNT_WORDS[name]} {counts[name]}" for name in TOLD if counts.get(name)]
    work = summary.groups
    parts += [f"{GROUPS[name].ja} {work[name]}" for name in ("made", "licensed") if work.get(name)]
    parts += filter(None, [words.staff_line(summary, TOLD_OF_STAFF)])
    codes = [f"{code}×{n}" for code, n in summary.findings.items() if code[0] in "FHS"]
    return " ".join(parts + codes) or "—"
