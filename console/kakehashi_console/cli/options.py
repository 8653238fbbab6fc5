"""Options that several commands share, and how a command begins and ends."""

from __future__ import annotations

import functools
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console as Terminal
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from kakehashi import city as cities
from kakehashi.guide import Guide
from kakehashi.report.words import STAGES as STAGE_WORDS
from kakehashi.report.words import word
from kakehashi.roster import JAPAN
from kakehashi.stored import written
from kakehashi_console import words
from kakehashi_console.embedded import Embedded, neighbour
from kakehashi_console.operations import STAGES, BadUse, Console, RunOutcome
from kakehashi_console.progress import progress_line
from kakehashi_console.site import HOME as DEFAULT_HOME
from kakehashi_console.site import Deployed, NoSuchStack, Site

HOME = Path(os.environ.get("KAKEHASHI_HOME", DEFAULT_HOME))
PROVISION = STAGES.index("Provision")
STARTING = "手元のスタックを起動しています… / starting the embedded stack"
RENEWING = "手元のスタックを今のコードに合わせています… / bringing the embedded stack up to date"
LOOK = 5.0  # seconds between two looks at how far the accounts are
terminal = Terminal()
aside = Terminal(stderr=True)

type Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Where:
    """Which stack a command talks to: a deployed one by name, else the embedded one at home."""

    home: Path
    port: int | None = None
    stack: str | None = None

    @property
    def guide(self) -> Guide:
        """How a command is typed that goes to the same stack."""
        if self.stack:
            return Guide(f"--stack {self.stack}")
        return Guide(self.embedded().options if neighbour() else "--stack NAME")

    def embedded(self) -> Embedded:
        """Raises BadUse where none is installed beside the console."""
        beside = neighbour()
        if beside is None:
            raise BadUse("スタックの名前を --stack で指定してください。 / name a stack by --stack")
        return beside.stack(self.home, self.port)

    def visitors(self) -> Iterable[str]:
        """Who can try the launcher of the embedded stack, a line each."""
        beside = neighbour()
        return beside.visitors(self.embedded()) if beside else ()

    def site(self, *, start: bool = True) -> Site:
        """The stack; the embedded one is started where it is not up, and brought up to the present
        template and code where it was deployed from others, unless ``start`` is False."""
        if self.stack:
            return Deployed(self.stack)
        embedded = self.embedded()
        up = embedded.is_up()
        if up and (not start or embedded.is_current()):
            return embedded
        if not start:
            raise BadUse(
                "手元のスタックが動いていません。kakehashi up で起動してください。"
                " / the embedded stack is down"
            )
        with aside.status(RENEWING if up else STARTING):
            embedded.up()
        return embedded

    def console(self, city: str | None = None, *, start: bool = True) -> Console:
        """A console at the stack. Raises BadUse where ``city`` has no rules there."""
        console = Console(self.site(start=start))
        if city is not None:
            console.need_city(city)
        return console


@dataclass(frozen=True, slots=True)
class RunOutput:
    """What a command that follows a run gives back."""

    out: Path | None = None
    as_json: bool = False


def as_of(command: Command) -> Command:
    """--as-of, handed to the command as the date ``as_of``: today where none is given."""

    @click.option(
        "--as-of",
        type=click.DateTime(["%Y-%m-%d"]),
        help="この日として調べる(初期値は今日) / the day to check for (default: today in Japan)",
    )
    @functools.wraps(command)
    def dated(*, as_of: datetime | None, **rest: Any) -> None:
        command(as_of=as_of.date() if as_of else today(), **rest)

    return dated


def today() -> date:
    """In Japan."""
    return datetime.now(UTC).astimezone(JAPAN).date()


def where(command: Command) -> Command:
    """--home, --port and --stack, handed to the command as one ``at: Where``."""

    @click.option("--stack", help="AWS 上のスタックの名前 / a deployed stack's name")
    @click.option(
        "--port",
        type=click.IntRange(1, 65535),
        help="手元のスタックのポート / the embedded stack's port",
    )
    @click.option(
        "--home",
        type=click.Path(path_type=Path, file_okay=False),
        default=HOME,
        show_default=True,
        help="手元のスタックの置き場所 / where the embedded stack keeps its state",
    )
    @functools.wraps(command)
    def placed(*, home: Path, port: int | None, stack: str | None, **rest: Any) -> None:
        command(at=Where(home, port, stack), **rest)

    return placed


def results(command: Command) -> Command:
    """--out and --json, handed to the command as one ``wanted: Wanted``."""

    @click.option("--json", "as_json", is_flag=True, help="summary.json を標準出力へ / as JSON")
    @click.option(
        "--out",
        type=click.Path(path_type=Path, file_okay=False),
        help="実行フォルダーと配信物の写しを置く所 / the run's folder and deliveries go here",
    )
    @functools.wraps(command)
    def wanting(*, out: Path | None, as_json: bool, **rest: Any) -> None:
        command(wanted=RunOutput(out, as_json), **rest)

    return wanting


def in_clear_words(command: Command) -> Command:
    """Bad use ends with one clear sentence and exit status 2, never with a traceback."""

    @functools.wraps(command)
    def told(**options: Any) -> None:
        try:
            command(**options)
        except BadUse as exc:
            complain(completed(str(exc), options))
        except NoSuchStack as exc:
            complain(f"スタック {exc} が見つかりません。 / no such stack")
        except (BotoCoreError, ClientError) as exc:
            complain(f"AWS が応じません: {exc} / AWS does not answer")
        except cities.BadCity as exc:
            complain("規則ファイルに誤りがあります。 / the rules do not load", *exc.problems)

    return told


def completed(sentence: str, options: Mapping[str, Any]) -> str:
    """With the commands that it names as they are typed for the stack that was asked for."""
    at, city = options.get("at"), options.get("city") or "demo"
    return at.guide.completed(sentence, city) if isinstance(at, Where) else sentence


def complain(sentence: str, *details: str) -> None:
    aside.print(sentence, style="red", highlight=False, soft_wrap=True, markup=False)
    for detail in details:
        aside.print(f"  {detail}", highlight=False, soft_wrap=True, markup=False)
    sys.exit(2)


def follow(console: Console, arn: str, city: str, run_id: str = "") -> RunOutcome:
    """Follow an execution stage by stage on standard error."""
    guide = console.guide
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=aside,
        transient=True,
    ) as progress:
        task = progress.add_task("開始 start", total=len(STAGES))

        def on_stage(stage: str) -> None:
            progress.update(
                task,
                completed=STAGES.index(stage),
                description=f"{word(STAGE_WORDS, stage.lower()).ja} {stage}",
            )

        def on_wait() -> None:
            """Read in the one stage that may take minutes, and seldom."""
            if progress.tasks[0].completed == PROVISION and time.monotonic() > looked[0] + LOOK:
                looked[0] = time.monotonic()
                known = run_id or console.run_of(arn, city)
                if line := progress_line(console.progress(known)):
                    progress.update(task, description=line)

        looked = [0.0]
        try:
            execution = console.follow(arn, on_stage, on_wait)
        except KeyboardInterrupt:
            status = guide.typed(f"kakehashi status --city {city}")
            aside.print(
                f"見届けるのをやめます。実行は続いています。結果は {status} で。"
                " / the run itself goes on"
            )
            raise
    return console.outcome(execution, city, run_id)


def conclude(console: Console, outcome: RunOutcome, wanted: RunOutput) -> None:
    """Give back what was asked for, and end with the verdict's exit status."""
    place = f"s3://{console.outputs['RunsBucket']}/{outcome.prefix}report.html"
    if wanted.out:
        console.fetch(outcome, wanted.out)
        place = str(wanted.out / "run" / "report.html")
    if wanted.as_json:
        click.echo(
            json.dumps(written(outcome.summary), ensure_ascii=False, indent=2, sort_keys=True)
        )
    else:
        guide = console.guide
        words.print_outcome(terminal, outcome.summary, place, console.findings(outcome), guide)
    sys.exit(words.exit_status(outcome.summary.verdict))
