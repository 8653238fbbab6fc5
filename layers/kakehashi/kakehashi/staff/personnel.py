"""教職員: the plan of the newest night, its limits, who is asked about, and what was answered.

A plan of its own beside the pupils', with its own limits and words: it waits with theirs, theirs
does not wait for it.
Addresses: GET /staff?page=; POST /staff/decide (run_id and ``d-<id>`` for each answer),
/staff/accept (checksum, accept…, reason), /staff/back (person). What is answered is a file of
decisions, as a board uploads it, and is used by the next night.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

from kakehashi.actions import Action
from kakehashi.catalogue import staffing as rules
from kakehashi.diff.staff_limits import StaffBreach
from kakehashi.diff.staff_plan import StaffPlanHeader
from kakehashi.findings import Effect, Finding
from kakehashi.people.staff import StaffMember
from kakehashi.report.groups import FindingGroup, groups, message
from kakehashi.report.staff_section import standings
from kakehashi.report.times import minute
from kakehashi.report.words import KINDS, Word, word
from kakehashi.staff.viewer import Permission, Viewer, may

FIELD = "d-"  # before the id, in a form
PAGE = 100  # changes on a page
DECISIONS: Mapping[str, Word] = MappingProxyType({
    "suspend": Word("停止", "suspend"), "link": Word("連携", "link"),
    "delete": Word("削除", "delete"),
})  # fmt: skip
QUESTIONS: Mapping[str, tuple[Word, Word]] = MappingProxyType({
    "suspend": (
        Word("任期が終わった → 停止?", "ended → suspend?"),
        Word(
            "停止すると、サインインできなくなります。消えるものはなく、再び任用されれば元どおりです。"
            "答えない人は、今のままです。",
            "Suspending blocks sign-in. Nothing is lost, and a new post opens the account again."
            " Who is not answered for stays as they are.",
        ),
    ),
    "delete": (
        Word("停止から猶予期間が過ぎた → 削除?", "suspended long ago → delete?"),
        Word(
            "削除すると、メールやファイルも消えます。30 日のあいだだけ戻せます。"
            "答えない人は停止のままです。",
            "Deleting takes mail and files with it; they can be had back for 30 days. Who is not"
            " answered for stays suspended.",
        ),
    ),
    "link": (
        Word("同じサインイン名のアカウントがある → 連携?", "account exists → link?"),
        Word(
            "本人のアカウントなら連携します。パスワードも中身もそのままです。",
            "Link if the account is the person's own. Password and content stay.",
        ),
    ),
})  # fmt: skip
LIMITS: Mapping[str, Word] = MappingProxyType({
    rules.MANY_ENDED.code: Word("一晩に終わる人", "end in one night"),
    rules.MANY_MOVED.code: Word("一晩に異動する人", "move in one night"),
    rules.MANY_NEW.code: Word("一晩に加わる人", "new in one night"),
    rules.OTHER_NUMBERS.code: Word("職員番号が合う人", "numbers that we know"),
})  # fmt: skip
_PREPARED = Word("着任日の前に作成", "made ahead")
_FIELDS: Mapping[str, Word] = MappingProxyType({
    "school_name": Word("本務校", "school"), "job": Word("職種", "job"),
    "family": Word("姓", "family name"), "given": Word("名", "given name"),
})  # fmt: skip
_SIDES = Word("兼務校の数", "schools beside it")
_ROOMS = Word("担任", "homerooms")


@dataclass(frozen=True, slots=True)
class GivenDecision:
    """An answer that no night has used. ``oid`` gave it; ``at`` is an ISO moment."""

    what: str
    oid: str
    at: str


@dataclass(frozen=True, slots=True)
class PersonnelFacts:
    """``header`` is that of the newest run's plan of staff, ``actions`` are its own, also
    where a limit has stopped it. ``asked`` maps decisions to ids: whom the last settled run asked
    about and did nothing to, so that an answer counts. ``people`` are those of either, ``two`` ids
    that two persons must decide about, ``half`` who has, of those for whom the last night
    waits for a second. ``given`` are unread answers by id, ``accepted`` codes of
    unread words on limits of this plan. ``planned`` are ids of whom a plan that may still be
    carried out does what was decided. ``begun``: a night is under way; ``waits``: the pupils' plan
    of this run waits for approval, and the staff's with it."""

    city: str
    run_id: str
    header: StaffPlanHeader
    actions: Sequence[Action[StaffMember]] = ()
    asked: Mapping[str, Collection[str]] = field(default_factory=dict)
    people: Mapping[str, StaffMember] = field(default_factory=dict)
    two: Collection[str] = ()
    half: Mapping[str, Set[str]] = field(default_factory=dict)
    given: Mapping[str, Sequence[GivenDecision]] = field(default_factory=dict)
    accepted: Collection[str] = ()
    planned: Collection[str] = ()
    findings: Sequence[Finding] = ()
    begun: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class StaffLimitCard:
    code: str
    what: Word
    message: Word
    count: int
    bound: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class AskedStaff:
    """Somebody who is asked about. ``two``: two persons must decide; ``second``: one has, and
    another is waited for. ``given`` says when each has,
    ``answer`` what this viewer may answer now, None where nothing; ``back``: it can be taken
    back."""

    id: str
    number: str
    name: str = field(repr=False)
    job: str
    school_name: str
    until: str
    two: bool
    second: bool
    given: Sequence[Word]
    answer: tuple[str, Word] | None
    back: bool


@dataclass(frozen=True, slots=True)
class StaffQuestion:
    title: Word
    means: Word
    people: Sequence[AskedStaff]


@dataclass(frozen=True, slots=True)
class PersonnelChange:
    """What happens to one person: ``facts`` are (field, before, after)."""

    id: str
    name: str = field(repr=False)
    place: str
    kind: Word
    facts: Sequence[tuple[Word, str, str]]


@dataclass(frozen=True, slots=True)
class Personnel:
    """``accept``: this viewer may accept the limits; ``codes`` are those not yet accepted."""

    template: ClassVar[str] = "personnel.html.j2"

    run_id: str
    as_of: str
    checksum: str
    stopped: bool
    standings: Sequence[tuple[Word, int]]
    limits: Sequence[StaffLimitCard]
    codes: Sequence[tuple[str, Word]]
    accept: bool
    questions: Sequence[StaffQuestion]
    decide: bool
    begun: bool
    waits: bool
    held: Sequence[FindingGroup]
    changes: Sequence[PersonnelChange]
    total: int
    page: int
    more: bool

    @property
    def answerable(self) -> bool:
        """Whether this viewer may answer anything now."""
        return any(one.answer for question in self.questions for one in question.people)


def personnel(facts: PersonnelFacts, page: int, viewer: Viewer) -> Personnel:
    header, page = facts.header, max(1, page)
    limits = [_card(facts, breach) for breach in header.breaches]
    shown = facts.actions[(page - 1) * PAGE : page * PAGE]
    can = may(viewer, Permission.DECIDE, facts.city)
    return Personnel(
        run_id=facts.run_id,
        as_of=header.as_of,
        checksum=header.checksum,
        stopped=header.stopped,
        standings=standings(header),
        limits=limits,
        codes=[(card.code, card.what) for card in limits if not card.accepted],
        accept=may(viewer, Permission.APPROVE, facts.city),
        questions=list(_questions(facts, viewer, can=can)),
        decide=can,
        begun=facts.begun,
        waits=facts.waits,
        held=groups(f for f in facts.findings if f.effect is Effect.HOLD_PUPIL),
        changes=[shown_change(action) for action in shown],
        total=len(facts.actions),
        page=page,
        more=len(facts.actions) > page * PAGE,
    )


def answers(form: Mapping[str, str], facts: PersonnelFacts, oid: str) -> dict[str, str]:
    """What a form says about those who are asked about, and may be answered for by ``oid``."""
    return {
        who: what
        for what, people in facts.asked.items()
        for who in people
        if form.get(f"{FIELD}{who}") == what and _open(facts, who, oid)
    }


def waiting(header: StaffPlanHeader, actions: Iterable[Action[StaffMember]]) -> dict[str, set[str]]:
    """Whom a plan asked about and did nothing to: decision → ids."""
    done = {action.pupil for action in actions}
    return {what: set(people) - done for what, people in header.asked.items()}


def open_questions(header: StaffPlanHeader) -> int:
    """About how many people a plan asks, and does nothing to them tonight."""
    acted = header.actions
    return sum(max(0, len(ids) - acted.get(what, 0)) for what, ids in header.asked.items())


def _card(facts: PersonnelFacts, breach: StaffBreach) -> StaffLimitCard:
    code = breach.code
    told = next((f for f in facts.findings if f.code == code), None)
    return StaffLimitCard(
        code=code,
        what=LIMITS.get(code, Word(code, code)),
        message=message(told) if told else Word("", ""),
        count=breach.count,
        bound=breach.bound,
        accepted=code in facts.accepted,
    )


def _questions(facts: PersonnelFacts, viewer: Viewer, *, can: bool) -> Iterator[StaffQuestion]:
    for what, (title, means) in QUESTIONS.items():
        people = [facts.people[who] for who in facts.asked.get(what, ()) if who in facts.people]
        if people:
            rows = [_asked(facts, one, what, viewer, can=can) for one in sorted(people, key=_post)]
            yield StaffQuestion(title, means, rows)


def _asked(
    facts: PersonnelFacts, one: StaffMember, what: str, viewer: Viewer, *, can: bool
) -> AskedStaff:
    given = facts.given.get(one.id, ())
    return AskedStaff(
        id=one.id,
        number=one.number,
        name=f"{one.family} {one.given}".strip(),
        job=one.job,
        school_name=one.school_name,
        until=one.until.isoformat() if one.until else "",
        two=one.id in facts.two,
        second=one.id in facts.two and len(_deciders(facts, one.id)) == 1,
        given=[_said(each) for each in given],
        answer=(what, DECISIONS[what]) if can and _open(facts, one.id, viewer.oid) else None,
        back=can and bool(given) and not facts.begun and one.id not in facts.planned,
    )


def _said(given: GivenDecision) -> Word:
    told, at = DECISIONS.get(given.what, Word(given.what, given.what)), minute(given.at)
    return Word(f"{told.ja}({at})", f"{told.en} ({at})")


def _open(facts: PersonnelFacts, who: str, oid: str) -> bool:
    """Whether somebody is still needed, and ``oid`` may be that: the second is somebody else."""
    given = _deciders(facts, who)
    return oid not in given and len(given) < (2 if who in facts.two else 1)


def _deciders(facts: PersonnelFacts, who: str) -> Set[str]:
    """Whose answers count already, read by a night or not."""
    return {one.oid for one in facts.given.get(who, ())} | facts.half.get(who, set())


def shown_change(action: Action[StaffMember]) -> PersonnelChange:
    before, after = action.before.pupil if action.before else None, action.after
    one = after or before
    return PersonnelChange(
        id=action.pupil,
        name=f"{one.family} {one.given}".strip() if one else "",
        place=f"{one.school_name} {one.job}".strip() if one else "",
        kind=_PREPARED if action.prepared else word(KINDS, action.kind),
        facts=list(_facts(before, after)) if before and after else [],
    )


def _facts(before: StaffMember, after: StaffMember) -> Iterator[tuple[Word, str, str]]:
    for name, told in _FIELDS.items():
        was, will = str(getattr(before, name)), str(getattr(after, name))
        if was != will:
            yield told, was, will
    for told, was, will in (
        (_SIDES, str(len(before.others)), str(len(after.others))),
        (_ROOMS, _titles(before), _titles(after)),
    ):
        if was != will:
            yield told, was, will


def _titles(member: StaffMember) -> str:
    return "、".join(title for _, title in member.homerooms)


def _post(one: StaffMember) -> tuple[str, str, str]:
    return one.school, one.job, one.number
