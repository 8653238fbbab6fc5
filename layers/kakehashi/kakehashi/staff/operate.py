"""運用: what failed, in plain words; the weekly comparison, the credential, the rules, and who is
where.

Addresses: GET /operate, GET /operate/drift/<name> (the comparison's files); POST /operate/again
(letters: ids), /operate/rules/check (rules: the text), /operate/rules/propose (rules, reason),
/operate/posts/propose (oid, school…: "*" for the city, none to take all away, reason),
/operate/rules/confirm, /operate/rules/withdraw, /operate/posts/confirm and /operate/posts/withdraw
(digest).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from kakehashi.guide import Guide
from kakehashi.report.causes import named
from kakehashi.report.credential import CredentialStanding, HeldCredential, standing
from kakehashi.report.night import Failure
from kakehashi.report.times import minute
from kakehashi.report.words import STAGES, Word, word
from kakehashi.roster import JAPAN
from kakehashi.staff.viewer import Permission, Post, Viewer, may

_UNKNOWN = Word(
    "もう一度やり直してください。続くときは、この番号を担当ベンダーに伝えてください。",
    "Try it again; where it goes on, give this number to the vendor.",
)
RUNBOOK: Sequence[tuple[str, Word]] = (
    ("drop-missing", Word("名簿ファイルが届いていない", "The roster has not come")),
    ("drop-refused", Word("名簿ファイルを受け付けなかった", "The roster was refused")),
    ("plan-waits", Word("計画が承認を待っている", "A plan waits")),
    ("pupils-failed", Word("反映できなかった児童生徒がいる", "Pupils could not be changed")),
    ("microsoft-refused", Word("Microsoft 365 が断った", "Microsoft 365 refused")),
    ("dead-letters", Word("失敗の待ち行列に伝言がある", "Failures wait")),
    ("execution-failed", Word("夜間の実行が失敗した", "A night failed")),
    ("credential-expires", Word("資格情報の期限が近い", "A credential ends soon")),
    ("drift-found", Word("記録と違うアカウントがある", "Accounts differ from our record")),
)


@dataclass(frozen=True, slots=True)
class FailureLetter:
    """One message of the queue of failures. ``sent`` is an ISO moment; ``again``: it can be tried
    again from here."""

    id: str
    sent: str
    stage: str
    error: str
    run_id: str = ""
    tools: tuple[str, ...] = ()
    again: bool = True


@dataclass(frozen=True, slots=True)
class ProposedRules:
    """A change that waits for a second person. ``digest`` names it, ``oid`` asked for it."""

    digest: str
    oid: str
    name: str
    at: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class CheckedRules:
    """Rules as somebody typed them: ``problems`` are why they do not load, () where they do."""

    text: str
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OperateFacts:
    """``drift`` counts what the last weekly comparison found, None before the first; ``drift_day``
    is its day. ``credential`` is ours for Microsoft 365 as it was seen last, None where nobody has
    looked. ``letters_cut``: there are more letters. ``posts`` are by object id, with the name
    that the record knows ("" for none)."""

    city: str
    now: datetime
    letters: Sequence[FailureLetter] = ()
    letters_cut: bool = False
    drift: int | None = None
    drift_day: str = ""
    credential: HeldCredential | None = None
    rules: str = ""
    proposed: Sequence[ProposedRules] = ()
    checked: CheckedRules | None = None
    posts: Mapping[str, tuple[str, Sequence[Post]]] = field(default_factory=dict)
    posts_proposed: Sequence[ProposedRules] = ()
    schools: Mapping[str, str] = field(default_factory=dict)
    guide: Guide = field(default_factory=Guide)


@dataclass(frozen=True, slots=True)
class FailedLetter:
    """A letter in plain words: what happened, and what to do."""

    id: str
    sent: str
    stage: Word
    what: Word
    todo: Word
    error: str
    run_id: str
    again: bool


@dataclass(frozen=True, slots=True)
class RulesChange:
    """A proposed change. ``confirm``: this viewer may be the second person; ``own``: the first."""

    digest: str
    name: str
    at: str
    reason: str
    text: str
    lines: Sequence[tuple[str, str]]
    confirm: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Operate:
    template: ClassVar[str] = "operate.html.j2"

    failed: Sequence[FailedLetter]
    cut: bool
    drift: int | None
    drift_day: str
    credential: CredentialStanding
    credential_section: str
    rules: str
    checked: CheckedRules | None
    checked_lines: Sequence[tuple[str, str]]
    proposed: Sequence[RulesChange]
    posts: Sequence[tuple[str, str, Sequence[str]]]
    posts_proposed: Sequence[RulesChange]
    schools: Sequence[tuple[str, str]]
    runbook: Sequence[tuple[str, Word]]


def operate(facts: OperateFacts, viewer: Viewer) -> Operate:
    checked = facts.checked
    return Operate(
        failed=[_failed(letter) for letter in facts.letters],
        cut=facts.letters_cut,
        drift=facts.drift,
        drift_day=facts.drift_day,
        credential=standing(facts.credential, facts.now.astimezone(JAPAN).date()),
        credential_section=facts.guide.section("credential-expires")
        if facts.guide.published
        else "",
        rules=facts.rules,
        checked=checked,
        checked_lines=list(difference(facts.rules, checked.text)) if checked else [],
        proposed=[
            _waiting(facts, one, viewer, list(difference(facts.rules, one.text)))
            for one in facts.proposed
        ],
        posts=[(oid, name, list(_places(facts, posts)))
               for oid, (name, posts) in facts.posts.items()],
        posts_proposed=[_waiting(facts, one, viewer) for one in facts.posts_proposed],
        schools=sorted(facts.schools.items()),
        runbook=[(facts.guide.section(anchor), told) for anchor, told in RUNBOOK]
        if facts.guide.published
        else [],
    )  # fmt: skip


def difference(before: str, after: str) -> Iterator[tuple[str, str]]:
    """What changes, line by line with a little around it: ("+", "-", " " or "@", text)."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2)
    for n, line in enumerate(lines):
        if n >= 2:  # noqa: PLR2004 - the two lines that name files
            yield line[:1], line[1:] if line[:1] != "@" else "…"


def _failed(letter: FailureLetter) -> FailedLetter:
    known = named(Failure(letter.stage.lower(), letter.error, letter.tools))
    stage = word(STAGES, letter.stage.lower())
    return FailedLetter(
        id=letter.id,
        sent=minute(letter.sent),
        stage=stage,
        what=known.word if known else _what(letter, stage),
        todo=Word(known.rule.todo, known.rule.todo_en) if known else _UNKNOWN,
        error=letter.error,
        run_id=letter.run_id,
        again=letter.again,
    )


def _what(letter: FailureLetter, stage: Word) -> Word:
    if letter.tools:
        names = "、".join(letter.tools)
        return Word(f"{names} に渡せなかった", f"could not be delivered to {names}")
    return Word(f"{stage.ja}が途中で失敗した", f"{stage.en} failed")


def _waiting(
    facts: OperateFacts, one: ProposedRules, viewer: Viewer, lines: Sequence[tuple[str, str]] = ()
) -> RulesChange:
    can = may(viewer, Permission.OPERATE, facts.city)
    return RulesChange(
        one.digest,
        one.name,
        minute(one.at),
        one.reason,
        one.text,
        lines,
        confirm=can and one.oid != viewer.oid,
        own=one.oid == viewer.oid,
    )


def _places(facts: OperateFacts, posts: Sequence[Post]) -> Iterator[str]:
    for post in posts:
        if post.city == facts.city:
            yield facts.schools.get(post.school, post.school) if post.school else "*"
