"""この子: one child found, and its whole story in plain sentences, across accounts and tools.

Addresses: GET /child (the search), POST /child/find (text), GET /child/<userMasterIdentifier>.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from kakehashi.catalogue.index import RULES, english, japanese
from kakehashi.diff.answers import JAPANESE
from kakehashi.report.people import Person
from kakehashi.report.times import minute
from kakehashi.report.words import KINDS, SITUATIONS, VERDICTS, Word, word
from kakehashi.staff.deciding_words import ENGLISH
from kakehashi.staff.finding_staff import FoundStaff
from kakehashi.staff.searching import Found
from kakehashi.staff.timeline import OUTCOMES, TimelineEntry, delivered_word
from kakehashi.state_records import ApprovalGiven
from kakehashi.verdict import WENT_WELL, Verdict

_DONE: Mapping[str, Word] = {
    "create": Word("アカウントを作りました。", "The account was made."),
    "update": Word("アカウントを書き換えました。", "The account was changed."),
    "restore": Word("アカウントを使えるように戻しました。", "The account was restored."),
    "link": Word("今のアカウントと結びました。", "The account was linked."),
    "suspend": Word("サインインを止めました。", "Sign-in was blocked."),
    "delete": Word("アカウントを消しました。", "The account was deleted."),
    "unlink": Word("アカウントとの結びつきを解きました。", "The account was unlinked."),
    "undelete": Word("消したアカウントを戻しました。", "The deleted account was had back."),
    "record": Word("記録だけを書き換えました。", "Only our record was changed."),
    "vacate": Word("サインイン名を一時的に空けました。", "The sign-in name was vacated."),
}
FIELDS: Mapping[str, Word] = {
    "account": Word("サインイン名", "sign-in name"),
    "family": Word("姓", "family name"),
    "given": Word("名", "given name"),
    "kana_family": Word("姓の読み", "reading of the family name"),
    "kana_given": Word("名の読み", "reading of the given name"),
    "grade": Word("学年", "grade"),
    "school": Word("学校", "school"),
    "school_name": Word("学校の名前", "name of the school"),
    "school_year": Word("年度", "school year"),
    "class_title": Word("学級", "class"),
    "class_grades": Word("学級の学年", "grades of the class"),
    "special_needs": Word("学級の種類", "kind of class"),
    "attendance_no": Word("出席番号", "number"),
}


@dataclass(frozen=True, slots=True)
class Search:
    """``found`` None before anything was searched for; ``staff`` are met by the same words."""

    template: ClassVar[str] = "search.html.j2"

    found: Sequence[Found] | None = None
    more: bool = False
    staff: Sequence[FoundStaff] = ()


@dataclass(frozen=True, slots=True)
class ChildFacts:
    """``story`` in the order in which it happened, ``ids`` all that the child has had, the newest
    first, ``approved`` by run."""

    pupil: str
    ids: Sequence[str]
    person: Person | None
    story: Sequence[TimelineEntry]
    approved: Mapping[str, ApprovalGiven] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChildNight:
    """One night. ``why`` says why no account was touched; ``refs`` are codes for the engineer."""

    run_id: str
    day: str
    tone: str
    title: Word
    told: Sequence[Word]
    why: Word | None
    tools: Sequence[tuple[str, Word]]
    refs: Sequence[str]
    quiet: bool


@dataclass(frozen=True, slots=True)
class Child:
    """The newest night first; ``quiet`` nights, in which nothing happened, are folded away."""

    template: ClassVar[str] = "child.html.j2"

    pupil: str
    ids: Sequence[str]
    person: Person | None
    entries: Sequence[ChildNight]
    quiet: int


def child(facts: ChildFacts) -> Child:
    entries = [_night(one, facts.approved) for one in reversed(facts.story)]
    quiet = sum(1 for entry in entries if entry.quiet)
    return Child(facts.pupil, facts.ids, facts.person, entries, quiet)


def _night(entry: TimelineEntry, approved: Mapping[str, ApprovalGiven]) -> ChildNight:
    papers = entry.trace
    verdict = VERDICTS[Verdict(entry.verdict)]
    told = [*_roster(entry), *_findings(entry), *_decided(entry)]
    told += [*_deed(entry), *_approved(approved.get(papers.run_id))]
    quiet = not papers.acted and not papers.findings and not papers.decision and not papers.match
    quiet = quiet and entry.situation in {"CONFIRMED", "SUSPENDED", ""}
    refs = [papers.result.code, papers.result.request_id] if papers.result else []
    return ChildNight(
        run_id=papers.run_id,
        day=entry.date,
        tone=verdict.tone,
        title=_title(entry),
        told=told,
        why=entry.reason,
        tools=[(one.tool, delivered_word(one)) for one in papers.delivered],
        refs=[ref for ref in refs if ref],
        quiet=quiet and entry.verdict in WENT_WELL,
    )


def _title(entry: TimelineEntry) -> Word:
    """What the night was to the child: what was done, else how the child stood."""
    action = entry.trace.action
    if action and entry.trace.carried_out:
        return _DONE.get(action.kind, word(KINDS, action.kind))
    if entry.situation:
        return word(SITUATIONS, entry.situation)
    told = VERDICTS[Verdict(entry.verdict)]
    return Word(told.ja, told.en)


def _roster(entry: TimelineEntry) -> Iterator[Word]:
    if entry.line:
        yield Word(
            f"名簿(users.csv)の {entry.line} 行目にいました。",
            f"In the roster, line {entry.line} of users.csv.",
        )
    elif entry.trace.plan:
        yield Word("名簿にいませんでした。", "Not in the roster.")
    if entry.changed:
        names = [FIELDS.get(name, Word(name, name)) for name in entry.changed]
        yield Word(
            f"{'、'.join(one.ja for one in names)}が記録と違いました。",
            f"Differs from our record in: {', '.join(one.en for one in names)}.",
        )
    if entry.evidence:
        doubt = entry.doubt
        yield Word(
            f"同じサインイン名のアカウントがありました(疑い {doubt}): "
            f"{'、'.join(entry.evidence)}。",
            f"An account with this sign-in name exists (doubt {doubt}).",
        )


def _findings(entry: TimelineEntry) -> Iterator[Word]:
    for finding in entry.trace.findings:
        if finding.code in RULES:
            rule = RULES[finding.code]
            yield Word(
                f"{finding.code} {japanese(finding)} → {rule.todo}",
                f"{finding.code} {english(finding)} → {rule.todo_en}",
            )


def _decided(entry: TimelineEntry) -> Iterator[Word]:
    row = entry.trace.decision
    if not row:
        return
    at, given = minute(row.uploaded), row.decision
    ja, en = next(((JAPANESE[known], ENGLISH[known]) for known in JAPANESE if known == given),
                  ("?", "?"))  # fmt: skip
    if row.counts:
        yield Word(f"担当者が「{ja}」と決めました({at})。", f"Staff decided: {en} ({at}).")
    else:
        yield Word(f"担当者の決定「{ja}」({at})は使いませんでした。", f"Not used: {en} ({at}).")


def _deed(entry: TimelineEntry) -> Iterator[Word]:
    """What was tried and not done: what was done stands in the title."""
    action, result = entry.trace.action, entry.trace.result
    if action and not entry.trace.carried_out:
        kind, outcome = word(KINDS, action.kind), word(OUTCOMES, result.outcome if result else "")
        yield Word(f"{kind.ja}: {outcome.ja}。", f"{kind.en}: {outcome.en}.")


def _approved(given: ApprovalGiven | None) -> Iterator[Word]:
    if given:
        who, at = given.by, minute(given.at)
        yield Word(f"計画を承認した人: {who}({at})。", f"The plan was approved by {who} ({at}).")
