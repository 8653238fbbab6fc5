"""The morning mail: one line, what to do if anything is, and where to read on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import quote

from kakehashi.guide import Guide
from kakehashi.report.causes import named, section_of
from kakehashi.report.headline import headline
from kakehashi.report.night import Failure, Night
from kakehashi.report.settling import first_page
from kakehashi.report.words import STAGES, VERDICTS, Word, word
from kakehashi.verdict import Verdict

NEXT: Mapping[Verdict, Word] = MappingProxyType({
    Verdict.AWAITING: Word(
        "報告を開き、承認するかどうかを決めてください。それまで何も反映しません。",
        "Open the report and decide; nothing is applied until then.",
    ),
    Verdict.REFUSED: Word(
        "報告を開き、指摘を直して、もう一度投入してください。アカウントは昨日のままです。",
        "Open the report, mend what it names, upload again. Accounts are as they were yesterday.",
    ),
    Verdict.FAILED: Word(
        "もう一度実行してください。何度でも安全です: kakehashi rerun",
        "Run again, it is always safe: kakehashi rerun",
    ),
})  # fmt: skip
REHEARSED = Word(
    "予行です。本番には何も起きていません。報告を開いて確かめてください。",
    "A rehearsal: nothing else was touched. The report says why it stopped.",
)
UNDO_AGAIN = Word(
    "取り消しは終わっていません。もう一度実行しても安全です: kakehashi undo {run_id} --by 氏名",
    "The undo has not ended. Run it again, it is always safe: kakehashi undo {run_id} --by NAME",
)


def subject(night: Night) -> str:
    """ASCII and short, as SNS demands of a subject."""
    return f"Kakehashi {night.city} {night.as_of.isoformat()}: {night.verdict}"


def mail_line(night: Night) -> str:
    """The verdict and its numbers; what to do if anything is; the report's address."""
    verdict = headline(night.verdict, night.done, night.exceptions)
    english = night.language == "en"
    parts = [part.en if english else part.ja for part in _parts(night)]
    head = f"{verdict.mark} {night.city_name} {night.as_of:%Y-%m-%d}"
    if english:
        line = f"[Kakehashi] {head} {verdict.en}{': ' if parts else ''}{', '.join(parts)}"
    else:
        line = f"【架け橋】{head} {verdict.ja}{':' if parts else ''}{'、'.join(parts)}"
    todo = _next(night)
    told = [
        line,
        todo.en if english else todo.ja,
        first_page(night) or address(night),
        _read_on(night),
    ]
    return "\n".join(filter(None, told)) + "\n"


def _read_on(night: Night) -> str:
    """The runbook's section, where its pages are published: a mail is read on a phone."""
    anchor = section_of(night)
    return night.guide.section(anchor) if anchor and night.guide.published else ""


def address(night: Night) -> str:
    """Where staff open the report: the S3 console, which asks who they are, so that the address
    itself opens nothing; without a region the plain s3:// address."""
    bucket, _, prefix = night.place.removeprefix("s3://").partition("/")
    if not night.region:
        return f"{night.place}report.html"
    key = quote(f"{prefix}report.html", safe="")
    console = f"https://{night.region}.console.aws.amazon.com/s3/object"
    return f"{console}/{bucket}?region={night.region}&prefix={key}"


def _next(night: Night) -> Word:
    told = _after_failure(night) or NEXT.get(night.verdict, Word("", ""))
    run_id = night.undo.run_id
    if night.undo and night.verdict is Verdict.FAILED:
        told = UNDO_AGAIN
    elif night.mode == "rehearse":
        return REHEARSED if night.verdict in {Verdict.FAILED, Verdict.REFUSED} else Word("", "")
    elif night.refused_approval:  # the report says whether the plan still waits
        return Word("報告を開き、承認できなかった理由を確かめてください。",
                    "Open the report: it says why the approval was not accepted.")  # fmt: skip
    texts = (text.format(run_id=run_id) for text in (told.ja, told.en))
    return Word(*(night.guide.completed(text, night.city) for text in texts))


def _after_failure(night: Night) -> Word | None:
    """What to do about a failure whose cause has a name: that first, and then run again."""
    cause = named(night.failed) if night.failed else None
    if cause is None:
        return None
    again = "kakehashi rerun"
    return Word(f"{cause.rule.todo} {again}", f"{cause.rule.todo_en} {again}")


def _parts(night: Night) -> Iterator[Word]:
    if night.failed:
        stage, cause = word(STAGES, night.failed.stage), named(night.failed)
        why = cause.word if cause else Word(*2 * (night.failed.error,))
        yield Word(f"{stage.ja}で停止({why.ja})", f"stopped in {stage.en} ({why.en})")
    if night.undo:
        yield Word("実行の取り消し", "undo of a run")
    yield from _numbers(night)


def _numbers(night: Night) -> Iterator[Word]:
    if night.pupils is not None:
        yield Word(f"児童生徒 {night.pupils:,} 人", f"{night.pupils:,} pupils")
    if night.verdict in {Verdict.APPLIED, Verdict.FAILED} and night.done:
        yield Word(f"反映 {night.done:,} 件", f"{night.done:,} applied")
    if night.verdict is Verdict.AWAITING:
        breaches = len(night.plan.breaches)
        yield Word(f"承認が必要な項目 {breaches:,} 件", f"{breaches:,} items to approve")
    if held := len(night.held_pupils()):
        yield Word(f"保留 {held:,} 人", f"{held:,} held")
    waiting = sum(map(len, night.proposed().values()))
    if waiting and night.mode == "rehearse":
        yield Word(f"その日に判断する見込み {waiting:,} 人", f"{waiting:,} to decide on that day")
    elif waiting:
        yield Word(f"判断待ち {waiting:,} 人", f"{waiting:,} wait for a decision")
    if night.failures:
        yield Word(f"失敗 {night.failures:,} 件", f"{night.failures:,} failed")


def line_without_run(city: str, failed: Failure, guide: Guide) -> str:
    """For an execution that failed before there was a run."""
    verdict = VERDICTS[Verdict.FAILED]
    where = word(STAGES, failed.stage).ja
    return (
        f"【架け橋】{verdict.mark} {city or '(市不明)'} {verdict.ja}:{where}で停止"
        f"({failed.error})。名簿は読んでいません。\n"
        "Step Functions の画面で失敗した実行の入力を確かめてください"
        f"(運用の手引き {guide.section('execution-failed')} )。\n"
        + (f"{operate}\n" if (operate := guide.page("/operate", city)) else "")
    )
