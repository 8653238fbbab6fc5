"""`kakehashi why`: every night's story of one pupil, and why nothing happened where nothing did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click

from kakehashi.diff.answers import JAPANESE
from kakehashi.edges.archive import Archive
from kakehashi.edges.staff_archive import StaffArchive
from kakehashi.report.people import Person
from kakehashi.report.times import minute
from kakehashi.report.words import KINDS, SITUATIONS, VERDICTS, word
from kakehashi.staff.timeline import (
    OUTCOMES,
    TimelineEntry,
    delivered_word,
    entries,
    in_order,
    person_of,
)
from kakehashi.state_records import ApprovalGiven
from kakehashi.verdict import Verdict
from kakehashi_console.cli.of_staff import told_of_staff
from kakehashi_console.cli.options import Where, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse


@click.command()
@click.argument("who", metavar="ID")
@click.option("--city", default="demo", show_default=True, help="自治体の名前 / a city's name")
@click.option("--nights", default=60, show_default=True, help="さかのぼる実行の数 / how many runs")
@click.option("--json", "as_json", is_flag=True, help="JSON で / as JSON")
@where
@in_clear_words
def why(*, who: str, city: str, nights: int, as_json: bool, at: Where) -> None:
    """ID の児童生徒か教職員に、毎晩なにがあったか、なぜ何もなかったかを示す。

    ID is a userMasterIdentifier, an account, users.csv:LINE of the newest drop, or a 職員番号.
    Tells who that is, what every run knew, decided and did about that person, and why nothing
    happened.
    """
    console = at.console(city, start=False)
    outputs = console.outputs
    archive = Archive(console.s3, outputs["RunsBucket"], outputs["OutboxBucket"], city)
    run_ids = archive.run_ids(nights)
    colleagues = StaffArchive(console.s3, outputs["RunsBucket"], run_ids)
    if one := colleagues.who(who):
        told_of_staff(colleagues, one, city=city, as_json=as_json)
        return
    umi = archive.who(who, run_ids)
    ids = archive.ids(umi, run_ids) if umi else {}
    papers = [archive.trace(run_id, several) for run_id, several in ids.items()]
    if not any(papers):
        raise BadUse(
            "この ID の児童生徒は、どの実行にも出てきません。userMasterIdentifier、アカウント、"
            "users.csv:行 のどれかで指定してください。 / no run knows this pupil"
        )
    told, who_it_is = list(entries(iter(papers))), person_of(papers)
    acted = [entry.trace.run_id for entry in told if entry.trace.action]
    approved = {run_id: by for run_id in acted if (by := console.approved(run_id))}
    story = in_order(told, {run_id: by.at for run_id, by in approved.items()})
    if as_json:
        nights_told = [entry.to_json() | {"approved": _given(approved.get(entry.trace.run_id))}
                       for entry in story]  # fmt: skip
        person = who_it_is.to_json() if who_it_is else {}
        everything: dict[str, Any] = {"city": city, "pupil": umi, "ids": _known_by(ids)}
        everything |= {"person": person, "nights": nights_told}
        click.echo(json.dumps(everything, ensure_ascii=False, indent=2))
        return
    terminal.print(f"userMasterIdentifier {' ← '.join(_known_by(ids))}", highlight=False)
    for line in _person(who_it_is) if who_it_is else ():
        terminal.print(line, highlight=False, markup=False, soft_wrap=True)
    for entry in story:
        for line in _lines(entry, approved.get(entry.trace.run_id)):
            terminal.print(line, highlight=False, markup=False, soft_wrap=True)


def _known_by(ids: dict[str, frozenset[str]]) -> list[str]:
    """Every id that the child has had, the newest first."""
    newest_first = (sorted(ids[run_id]) for run_id in reversed(ids))
    return list(dict.fromkeys(umi for several in newest_first for umi in several))


def _given(approved: ApprovalGiven | None) -> dict[str, Any]:
    """Who approved, when and which codes; {} where nobody had to."""
    if approved is None:
        return {}
    return {"by": approved.by, "at": approved.at, "accept": list(approved.accept)}


def _person(one: Person) -> Iterator[str]:
    """Who the pupil is, as last known: so that whoever must decide knows about whom."""
    number = f" {one.attendance_no} 番" if one.attendance_no is not None else ""
    place = " ".join(filter(None, [one.school_name, one.grade, one.class_title])) + number
    seen = one.last_seen.isoformat() if one.last_seen else "-"
    yield f"{one.name}  {one.account}"
    yield f"{place}  名簿にいた最後の日 last in the roster: {seen}"


def _lines(entry: TimelineEntry, approved: ApprovalGiven | None) -> Iterator[str]:
    verdict = VERDICTS[Verdict(entry.verdict)]
    head = f"\n{entry.date}  {verdict.mark} {verdict.ja} {verdict.en}  {entry.trace.run_id}"
    undoes = entry.undoes
    yield head + (f"  取り消し undoes {undoes}" if undoes else "")
    yield from _told(entry)
    yield from _decided(entry, approved)
    for delivered in entry.trace.delivered:
        status = delivered_word(delivered)
        yield f"  配信 {delivered.tool} ({delivered.mode or '-'}): {status.ja} {status.en}"
    if not entry.trace.delivered:
        yield "  配信 deliveries: この実行はどのツールにも配信していません。 none by this run"


def _told(entry: TimelineEntry) -> Iterator[str]:
    """What roster, checks and tenant said of the pupil."""
    place = f"users.csv {entry.line} 行目" if entry.line else "名簿にいない"
    situation = word(SITUATIONS, entry.situation)
    yield f"  名簿 roster: {place}" + (f"  状況 {situation.ja}" if entry.situation else "")
    if entry.changed:
        yield f"  記録との違い differs in: {', '.join(entry.changed)}"
    for finding in entry.to_json()["findings"]:
        at = f" {finding['file']}:{finding['line']}" if finding["line"] else ""
        yield f"  指摘 finding {finding['code']}{at}: {finding['ja']} {finding['en']}"
    if entry.evidence:
        evidence = "、".join(entry.evidence)
        yield f"  名寄せ matching: 疑い doubt {entry.doubt}: {evidence}"


def _decided(entry: TimelineEntry, approved: ApprovalGiven | None) -> Iterator[str]:
    """What people decided, what was done, and why nothing was."""
    if entry.trace.decision:
        yield f"  決定 decision: {_decision(entry)}"
    if entry.trace.action:
        yield f"  操作 action: {_deed(entry)}"
    if approved:
        codes = ", ".join(approved.accept)
        yield f"  承認 approved by: {approved.by} {minute(approved.at)} {codes}".rstrip()
    if entry.reason:
        yield f"  変更しなかった理由 why not: {entry.reason.ja} {entry.reason.en}"


def _decision(entry: TimelineEntry) -> str:
    row = entry.trace.decision
    if row is None:
        return ""
    counts = "有効 counts" if row.counts else "対象外 does not count"
    file = row.file.rpartition("/")[2]
    word = next((ja for known, ja in JAPANESE.items() if known == row.decision), "?")
    return f"{word} ({counts}, {file} {row.line} 行目, {minute(row.uploaded)})"


def _deed(entry: TimelineEntry) -> str:
    action, result = entry.trace.action, entry.trace.result
    kind = word(KINDS, action.kind if action else "")
    outcome = word(OUTCOMES, result.outcome if result else "")
    told = f"{kind.ja} {kind.en} → {outcome.ja} {outcome.en}"
    if result is None:
        return told
    code, request = result.code, result.request_id
    return told + (f" {code}" if code else "") + (f"  request-id {request}" if request else "")
