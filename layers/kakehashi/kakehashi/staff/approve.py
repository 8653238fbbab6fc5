"""承認: a plan that waits, its limits one by one, and every child that it touches.

Addresses: GET /approve (the list), GET /approve/<run>?school=&grade=&what=&page=; POST
/approve/<run>/find with the text as well; POST /approve/<run>/yes (checksum, accept…, reason),
/approve/<run>/no (checksum, reason) and /approve/<run>/back (checksum), which takes a no back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from kakehashi.diff.approval import MOST_DAYS
from kakehashi.diff.counting import Counted
from kakehashi.diff.header import Breach, PlanHeader
from kakehashi.diff.sums import NightCount
from kakehashi.findings import Finding
from kakehashi.people.pupil import GRADE_LABELS
from kakehashi.report.decision import CITY
from kakehashi.report.groups import message
from kakehashi.report.healed import begun
from kakehashi.report.times import minute
from kakehashi.report.words import Word
from kakehashi.staff import charts
from kakehashi.staff.changes import WHATS, Filter, Listing, Shards, What, listing
from kakehashi.staff.viewer import Permission, Viewer, may
from kakehashi.staff.waiting_plans import First, told_by

CARDS = 24  # limits shown as cards; the rest stand in a table
ROWS = 200  # of that table
COUNTED: Mapping[str, Word] = {
    Counted.NEW: Word("新入・転入", "new pupils"),
    Counted.MOVED: Word("市内転校", "moved school"),
    Counted.RENAMED: Word("氏名の変更", "renamed"),
    Counted.GONE: Word("名簿にいない", "not in the roster"),
    Counted.HELD: Word("新しく保留", "newly held"),
    Counted.RETURNED: Word("利用停止からの復帰", "back from suspension"),
    Counted.UPDATED: Word("その他の変更", "other changes"),
    Counted.CLASS: Word("学級の変更", "another class"),
    Counted.GRADE: Word("説明のつかない学年の変更", "grade the calendar does not explain"),
    Counted.GRADUATE: Word("卒業したはずの児童生徒", "should have left"),
    Counted.ACCOUNT: Word("サインイン名の変更", "another sign-in name"),
    Counted.UNCLASSED: Word("学級がなくなった", "lost their class"),
}
_WHAT: Mapping[str, What] = {
    Counted.NEW: What.NEW, Counted.MOVED: What.MOVED, Counted.RENAMED: What.RENAMED,
    Counted.GONE: What.GONE, Counted.RETURNED: What.RETURNED, Counted.UPDATED: What.UPDATED,
    Counted.CLASS: What.CLASS, Counted.GRADE: What.GRADE, Counted.ACCOUNT: What.ACCOUNT,
    Counted.UNCLASSED: What.CLASS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Last:
    """An approval that was given and not taken: when (an ISO moment), and why."""

    at: str
    codes: Sequence[str] = ()
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class ApproveFacts:
    """``header`` is plan.json of the run; ``schools`` names by MEXT code; ``nights`` what earlier
    nights have counted, newest first; ``findings`` those of the plan that name a limit.

    ``against`` are the reasons for which the plan can no longer be approved (``outdated``).
    ``done`` says how it was settled, "" while it waits. ``two``: two people must say yes.
    ``staff`` is how many changes of staff go with the plan.
    """

    run_id: str
    city: str
    header: PlanHeader
    shards: Shards
    schools: Mapping[str, str] = field(default_factory=dict)
    nights: Sequence[NightCount] = ()
    findings: Sequence[Finding] = ()
    against: Sequence[Finding] = ()
    done: str = ""
    two: bool = False
    staff: int = 0
    first: First | None = None
    declined: First | None = None
    last: Last | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One limit. ``expected`` is what the calendar explained, taken off already; ``query`` leads to
    the children concerned, {} where none can be listed."""

    code: str
    scope: Word
    what: Word
    message: Word
    count: int
    bound: int
    expected: int
    picture: charts.Bars | None
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Approve:
    """``codes`` are accepted one by one, each with what it is about; ``form`` says whether this
    viewer may approve now, ``why_not`` why not (None: nothing to say)."""

    template: ClassVar[str] = "approve.html.j2"

    run_id: str
    checksum: str
    as_of: str
    until: str
    undoes: str
    kinds: Sequence[tuple[Word, int]]
    cards: Sequence[Card]
    rest: Sequence[Card]
    unlisted: int
    codes: Sequence[tuple[str, Word]]
    listing: Listing
    filter: Filter
    schools: Sequence[tuple[str, str]]
    grades: Sequence[tuple[str, str]]
    whats: Sequence[tuple[str, Word]]
    form: bool
    why_not: Word | None
    against: Sequence[Word]
    first: Word | None
    declined: Word | None
    back: bool
    not_taken: str
    not_taken_why: Sequence[Word]
    staff: int
    two: bool


def approve(facts: ApproveFacts, wanted: Filter, viewer: Viewer) -> Approve:
    header = facts.header
    breaches = sorted(header.breaches, key=_gravity)
    cards = [_card(facts, breach) for breach in breaches[: CARDS + ROWS]]
    made = begun(facts.run_id)
    why_not = _why_not(facts, viewer)
    touched = {code for code, counts in header.schools.items() if counts}
    return Approve(
        run_id=facts.run_id,
        checksum=header.checksum,
        as_of=header.as_of,
        until=f"{made + timedelta(days=MOST_DAYS):%Y-%m-%d}" if made else "",
        undoes=header.undoes,
        kinds=[(WHATS_OF_KINDS[k], n) for k, n in header.actions.items() if n],
        cards=cards[:CARDS],
        rest=cards[CARDS:],
        unlisted=max(0, len(breaches) - CARDS - ROWS),
        codes=_codes(facts, breaches),
        listing=listing(header, facts.shards, wanted),
        filter=wanted,
        schools=sorted((code, facts.schools.get(code, code)) for code in touched),
        grades=list(GRADE_LABELS.items()),
        whats=[(str(what), told) for what, told in WHATS.items()],
        form=why_not is None,
        why_not=why_not,
        against=[message(finding) for finding in facts.against],
        first=told_by(facts.first) if facts.first else None,
        declined=told_by(facts.declined) if facts.declined else None,
        back=bool(facts.declined)
        and not facts.done
        and may(viewer, Permission.APPROVE, facts.city),
        not_taken=minute(facts.last.at) if facts.last else "",
        not_taken_why=_reasons(facts.last) if facts.last else (),
        staff=facts.staff,
        two=facts.two and not facts.done,
    )


WHATS_OF_KINDS: Mapping[str, Word] = {
    "create": Word("アカウントを作る", "accounts to make"),
    "update": Word("書き換える", "to change"),
    "restore": Word("利用停止を解く", "to restore"),
    "link": Word("今のアカウントと結ぶ", "to link"),
    "suspend": Word("利用を止める", "to suspend"),
    "delete": Word("消す", "to delete"),
    "unlink": Word("結びつきを解く", "to unlink"),
    "undelete": Word("消したものを戻す", "to undelete"),
    "record": Word("記録だけ", "noted only"),
    "vacate": Word("サインイン名を一時的に空ける", "sign-in names to vacate"),
}


def _gravity(breach: Breach) -> tuple[bool, int, str]:
    """The city first, then what is furthest over its bound."""
    return breach.scope != "city", breach.bound - breach.count, breach.code


def _card(facts: ApproveFacts, breach: Breach) -> Card:
    scope, kind, code = breach.scope, breach.kind, breach.code
    told = next((f for f in facts.findings if (f.code, f.school or "city") == (code, scope)), None)
    said = message(told) if told else Word("", "")
    what = _WHAT.get(kind)
    query = {"what": str(what)} if what else {}
    query |= {"school": scope} if scope != "city" else {}
    past = _past(facts.nights, kind, scope)
    counted, bound = breach.count, breach.bound
    return Card(
        code=code,
        scope=_scope(facts, breach),
        what=_counted(breach),
        message=said,
        count=counted,
        bound=bound,
        expected=int(facts.header.explained.get(kind, 0)) if scope == "city" else 0,
        picture=charts.weeks(past, counted, bound) if past else None,
        query=query,
    )


def _past(nights: Sequence[NightCount], kind: str, scope: str) -> list[tuple[str, int]]:
    """Oldest first; nothing for a kind that no night adds up."""
    if kind not in set(Counted):
        return []
    key = (Counted(kind), scope)
    return [(one.as_of.isoformat(), max(0, one.counts.get(key, 0))) for one in reversed(nights)]


def _scope(facts: ApproveFacts, breach: Breach) -> Word:
    scope = breach.scope
    return CITY if scope == "city" else Word(*2 * (facts.schools.get(scope, scope),))


def _counted(breach: Breach) -> Word:
    return COUNTED.get(breach.kind, Word("まとまった変更", "a change of many at once"))


def _codes(facts: ApproveFacts, breaches: Sequence[Breach]) -> list[tuple[str, Word]]:
    """Each code once, with what it is about: of every breach, also where it has no card, since a
    plan goes only when all its codes are accepted."""
    by_code: dict[str, list[Breach]] = {}
    for breach in breaches:
        by_code.setdefault(breach.code, []).append(breach)
    return [(code, _of(facts, several)) for code, several in sorted(by_code.items())]


def _of(facts: ApproveFacts, breaches: Sequence[Breach]) -> Word:
    one, what = breaches[0], _counted(breaches[0])
    if len(breaches) == 1:
        scope, count = _scope(facts, one), one.count
        return Word(f"{scope.ja}の{what.ja} {count:,} 人", f"{scope.en}: {what.en}, {count:,}")
    return Word(f"{what.ja}({len(breaches)} 校)", f"{what.en} ({len(breaches)} schools)")


def _why_not(facts: ApproveFacts, viewer: Viewer) -> Word | None:
    if facts.done:
        return Word(f"この計画はもう決まりました: {facts.done}", f"Settled already: {facts.done}")
    if facts.declined:
        return Word("承認しないと決められています。", "Somebody has decided not to approve it.")
    if facts.against:
        return Word("この計画はもう承認できません。", "This plan can not be approved any more.")
    if not may(viewer, Permission.APPROVE, facts.city):
        return Word("承認できるのは「承認」の役割の人です。", "Approving needs the role 承認.")
    if facts.two and facts.first and facts.first.oid == viewer.oid:
        return Word(
            "あなたは承認しました。もう一人の承認を待っています。",
            "You have approved. A second person's approval is awaited.",
        )
    return None


def _reasons(last: Last) -> list[Word]:
    """As the findings say; a code alone where nobody has kept them."""
    if last.findings:
        return [message(finding) for finding in last.findings]
    return [Word(code, code) for code in last.codes]
