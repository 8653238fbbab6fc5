"""`kakehashi dlq`: what failed, and how to start it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import click

from kakehashi.report.words import STAGES as STAGE_WORDS
from kakehashi.roster import JAPAN
from kakehashi_console.cli.options import Where, aside, in_clear_words, terminal, where
from kakehashi_console.dead_letters import Again, DeadLetter, DeadLetterQueue
from kakehashi_console.operations import BadUse, Console

SHORT = 8  # characters of an id that are enough to tell messages apart
STAGES = {stage: word.ja for stage, word in STAGE_WORDS.items()} | {
    "start": "実行の開始",
    "drift": "照合",
    "sftp-push": "SFTP での送付",
}
one_city = click.option("--city", help="この自治体だけ / this city only")


@click.group()
def dlq() -> None:
    """失敗の待ち行列: 読む、やり直す、消す / the dead-letter queue."""


@dlq.command("list")
@one_city
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON")
@where
@in_clear_words
def list_(*, city: str | None, as_json: bool, at: Where) -> None:
    """待ち行列の伝言を、古い順に読む / read the messages, oldest first."""
    with in_hand(at, city) as desk:
        found = desk.letters
    if as_json:
        told = [letter.to_json() for letter in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for letter in found:
        for line in lines(letter):
            terminal.print(line, highlight=False, markup=False, soft_wrap=True)
    terminal.print(f"伝言 {len(found)} 通 dead letters", highlight=False)


@dlq.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="すべての伝言 / every message")
@one_city
@where
@in_clear_words
def redrive(*, ids: tuple[str, ...], everything: bool, city: str | None, at: Where) -> None:
    """伝言のとおりにもう一度実行する。うまく終わると伝言は消える。いつ行っても安全。

    Start again what the messages say; they leave the queue when that has ended well, and not
    before. Messages that say the same start one run. Always safe: what is done is skipped.
    """
    if bool(ids) == everything:
        raise BadUse("伝言の番号か --all のどちらかを指定してください。 / ids, or --all")
    with in_hand(at, city) as desk:
        chosen = desk.letters if everything else desk.named(ids)
        helpless = [letter.id[:SHORT] for letter in chosen if not letter.again]
        for again, arn in desk.queue.redrive(chosen):
            terminal.print(
                f"始めました started: {began(again, arn)}", highlight=False, soft_wrap=True
            )
    terminal.print(
        "うまく終わると伝言は消えます。 / letters leave when it has ended well", highlight=False
    )
    if helpless:
        drops = "、".join(f"kakehashi dlq drop {one}" for one in helpless)
        raise BadUse(
            "やり直し方が書かれていない伝言です。読んでから消してください。 / nothing to start:"
            f" {drops}"
        )


@dlq.command()
@click.argument("id_")
@click.option("--yes", is_flag=True, help="確認せずに消す / do not ask")
@where
@in_clear_words
def drop(*, id_: str, yes: bool, at: Where) -> None:
    """伝言を一つ、やり直さずに消す / delete one message without running anything."""
    with in_hand(at, None) as desk:
        (letter,) = desk.named([id_])
        for line in lines(letter):
            terminal.print(line, highlight=False, markup=False, soft_wrap=True)
        if not yes:
            click.confirm("この伝言を消します。よろしいですか", abort=True)
        desk.queue.drop([letter])
    terminal.print("消しました dropped", highlight=False)


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """The queue, and the letters that lie on the desk while somebody reads them."""

    queue: DeadLetterQueue
    letters: Sequence[DeadLetter]

    def named(self, ids: Sequence[str]) -> list[DeadLetter]:
        """One letter for each id or beginning of one. Raises BadUse."""
        found: list[DeadLetter] = []
        for wanted in ids:
            fits = [one for one in self.letters if one.id.startswith(wanted.strip().lower())]
            if len(fits) != 1:
                why = "見つかりません" if not fits else "一つに決まりません"
                raise BadUse(f"伝言 {wanted} は{why}。kakehashi dlq list / which message?")
            found += fits
        return found


@contextmanager
def in_hand(at: Where, city: str | None) -> Iterator[LetterDesk]:
    """What is not deleted meanwhile is there again for everybody afterwards."""
    console: Console = at.console(start=False)
    queue = DeadLetterQueue(console.site)
    with aside.status("待ち行列を読んでいます… / reading"):
        letters = queue.read()
    try:
        yield LetterDesk(queue, [one for one in letters if city in {None, one.city}])
    finally:
        queue.release(letters)


def lines(letter: DeadLetter) -> Iterator[str]:
    """A letter as a person reads it."""
    sent = letter.sent.astimezone(JAPAN)
    stage = f"{STAGES.get(letter.stage, '')} {letter.stage}".strip()
    yield f"{letter.id[:SHORT]}  {sent:%Y-%m-%d %H:%M}  {letter.city}  {stage}: {letter.error}"
    if letter.run_id:
        yield f"  実行 run: {letter.run_id}"
    if letter.tools:
        yield f"  ツール tools: {'、'.join(letter.tools)}"
    if letter.where:
        yield "  場所 place: " + ", ".join(f"{k} {v}" for k, v in letter.where.items())
    if letter.done:
        done = "、".join(STAGES.get(stage, stage) for stage in letter.done)
        yield f"  済んだこと done: {done}"
    yield f"  やり直し again: {letter.again.text() if letter.again else 'なし / nothing to start'}"


def began(again: Again, arn: str) -> str:
    return arn.rpartition(":")[2] or f"{again.target.rpartition(':')[2]} {again.text()}"
