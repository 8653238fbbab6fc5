"""Whose account is it? Where a row may be another child's, a person is asked before it is followed.

Three doubts, looked at once every pupil has been seen alone:

- EXCHANGED: names or sign-in names of known children go round among them (``exchanges``). One
  question for all of them, answered on any one.
- RENAMING: nothing is left of a child's names, or the new name is that of a child who shows no row
  tonight. Also of a child who returns from suspension.
- SAME_CHILD: a new id with a new account, and a child who is missing and has much in common with it
  (``anew``).

Until a person answers, everybody concerned stays as yesterday: held, and not absent. What was
answered stands for that very question: another name in the roster is another question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date

from kakehashi.actions import Situation
from kakehashi.catalogue import diff as reasons
from kakehashi.catalogue import identity as rules
from kakehashi.diff.anew import registered_anew, traits_of
from kakehashi.diff.answers import Decision, Given, Question
from kakehashi.diff.exchanges import Exchange, freed, hands
from kakehashi.diff.situations import Sight, under_present_name
from kakehashi.diff.sources import Sources
from kakehashi.diff.spelling import keeps_no_name
from kakehashi.findings import Finding, Rule
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Known
from kakehashi.roster import canonical

SHOWN = 3  # ids of one exchange that a finding names

type Settled = dict[str, Sight]


@dataclass(frozen=True, slots=True)
class Identified:
    """Every sight, in its order; ``findings`` belong to no single one of them."""

    sights: list[Sight]
    findings: tuple[Finding, ...] = ()


def identify(sights: Sequence[Sight], sources: Sources, given: Given, as_of: date) -> Identified:
    """The same sights, with those in doubt asked about, held, or agreed to. Linear."""
    moving = [sight for sight in sights if _may_have_moved(sight)]
    free = {one.id: one for sight in moving if (one := freed(sight))}
    found = hands(moving, free, sources)
    settled: Settled = {}
    findings: list[Finding] = []
    for exchange in found.exchanges:
        settled |= _exchanged(exchange, given)
        findings += _contradicted(exchange, given)
    for sight in moving:
        if sight.id in free and sight.id not in settled and not sight.code:
            settled |= _renaming(sight, given, doubtful=sight.id in found.doubtful)
    settled |= _same_children(moving, sources, given, as_of)
    if not settled:
        return Identified(list(sights))
    return Identified([settled.get(sight.id, sight) for sight in sights], tuple(findings))


def _may_have_moved(sight: Sight) -> bool:
    """Most pupils are as they were, but for a name that must not go out."""
    if sight.situation is not Situation.CONFIRMED:
        return True
    return sight.wanted is not None and bool(sight.wanted.unsafe_name)


# -- several at once ------------------------------------------------------------------------------


def _exchanged(exchange: Exchange, given: Given) -> Settled:
    sights = exchange.sights
    question = _question(Situation.EXCHANGED, sights, given)
    if question.answer == "wrong":
        return _held_as_wrong(sights, question)
    if question.answer == "right":
        return _agreed(sights, question, exchange.waiting)
    rule = rules.ACCOUNTS_EXCHANGED
    if exchange.of_names:
        rule = rules.NAMES_EXCHANGED
    elif any(sight.wanted is None for sight in sights):
        rule = rules.NAME_OF_A_LEAVER
    return _asked(sights, question, rule, _column(exchange), count=len(sights),
                  others=_others(sights))  # fmt: skip


def _contradicted(exchange: Exchange, given: Given) -> Iterator[Finding]:
    question = _question(Situation.EXCHANGED, exchange.sights, given)
    if len(given.to(question, _wants_of(exchange.sights))) > 1:
        first = exchange.sights[0]
        yield rules.CONTRADICTED.at(pupil=first.id, school=first.school or None,
                                    count=len(exchange.sights))  # fmt: skip


def _agreed(sights: Sequence[Sight], question: Question, taken: Set[str] = frozenset()) -> Settled:
    """A person has said yes. All of them wait while the sign-in name of one is ``taken``, or while
    a name must not go out."""
    asked = [_with(sight, question) for sight in sights]
    unsafe = min((s.wanted.unsafe_name for s in sights if s.wanted and s.wanted.unsafe_name),
                 default="")  # fmt: skip
    if not taken and not unsafe:
        return {one.id: replace(one, situation=question.situation, agreed=True) for one in asked}
    code = unsafe or reasons.ACCOUNT_TAKEN.code
    waiting = {one.id: replace(one, situation=question.situation, code=code) for one in asked}
    return waiting | {
        one.id: one.held(reasons.ACCOUNT_TAKEN, "userIds", as_=question.situation)
        for one in asked
        if one.id in taken
    }


def _others(sights: Sequence[Sight]) -> str:
    """The ids of all but the first, as far as a finding has room."""
    ids = [sight.id for sight in sights[1:]]
    more = f", +{len(ids) - SHOWN}" if len(ids) > SHOWN else ""
    return ", ".join(ids[: SHOWN - bool(more)]) + more


def _column(exchange: Exchange) -> str:
    return "familyName" if exchange.of_names else "userIds"


# -- one alone ------------------------------------------------------------------------------------


def _renaming(sight: Sight, given: Given, *, doubtful: bool) -> Settled:
    known, wanted = sight.known, sight.wanted
    if known is None or wanted is None:
        return {}
    if not doubtful and not keeps_no_name(known.pupil, wanted.pupil):
        return {}
    question = _question(Situation.RENAMING, [sight], given)
    if question.answer == "wrong":
        return _held_as_wrong([sight], question)
    if question.answer == "rename":
        return _agreed([sight], question)
    back = sight.situation is Situation.RETURNED
    rule = rules.RETURNS_AS_ANOTHER if back else rules.ANOTHER_NAME
    return _asked([sight], question, rule, "familyName")


# -- a new id and a new account -------------------------------------------------------------------


def _same_children(sights: Sequence[Sight], sources: Sources, given: Given, as_of: date) -> Settled:
    settled = _cut_short(sights)
    for sight, missing, rule in registered_anew(sights, as_of, _asked_before(given)):
        theirs = replace(sight, owner=missing, object_id=missing.object_id, tool_id="",
                         tenant=sources.by_object.get(missing.object_id))  # fmt: skip
        question = _question(Situation.SAME_CHILD, [theirs], given)
        if question.answer == "wrong":  # two children: each is what it looks like
            settled[sight.id] = _with(sight, question)
            continue
        settled[missing.pupil.id] = Sight(missing.pupil.id, Situation.HELD, missing,
                                          code=rule.code)  # fmt: skip
        if question.answer == "link" and _is_there(theirs):
            settled |= _agreed([_taking_over(theirs, missing)], question)
        else:
            settled |= _asked([theirs], question, rule, "userMasterIdentifier",
                              old=missing.pupil.id)  # fmt: skip
    return settled


def _asked_before(given: Given) -> Set[str]:
    asked = (given.asked or {}).items()
    return {umi for umi, proposed in asked if proposed.situation is Situation.SAME_CHILD}


def _taking_over(sight: Sight, missing: Known) -> Sight:
    """The child with its account; where the new sign-in name is a known pupil's, with the present
    one, and the names are a question among known pupils from the next night on."""
    free = replace(sight, code="", finding=None)
    return under_present_name(free, missing) if sight.code == reasons.KNOWN_ACCOUNT.code else free


def _cut_short(sights: Iterable[Sight]) -> Settled:
    """Links that got as far as the account's mark: the record follows, and nobody is asked."""
    sights = list(sights)
    missing = {s.known.object_id: s.known for s in sights if s.known
               and s.situation is Situation.GONE}  # fmt: skip
    settled: Settled = {}
    for sight in sights if missing else ():
        former = missing.get(sight.object_id)
        if not former or sight.situation is not Situation.NEW or sight.owner or not sight.pupil:
            continue
        if traits_of(former.pupil) == traits_of(sight.pupil):
            settled[sight.id] = replace(sight, owner=former, tool_id="")
            settled[former.pupil.id] = Sight(former.pupil.id, Situation.HELD, former,
                                             code=rules.SAME_CHILD.code)  # fmt: skip
    return settled


def _is_there(sight: Sight) -> bool:
    """Whether the account to be taken over is still there, and still that child's."""
    former = sight.owner.pupil.id if sight.owner else ""
    return sight.tenant is not None and sight.tenant.mark.lower() == former


# -- questions and answers ------------------------------------------------------------------------


def with_account_in_question(sight: Sight) -> Sight:
    """The same sight; of a link it is asked whether this very account, whose owner we knew under
    this very id or not at all, is the pupil's."""
    if sight.situation is not Situation.UNLINKED:
        return sight
    owner = sight.owner.pupil.id if sight.owner else ""
    about = _digest({"account": sight.object_id, "owner": owner})
    return replace(sight, question=Question(sight.situation, (sight.id,), about))


def _question(situation: Situation, sights: Sequence[Sight], given: Given) -> Question:
    """The question with its answer, if there is one and only one."""
    ids = tuple(sight.id for sight in sights)
    open_ = Question(situation, ids, _about(situation, sights))
    said = given.to(open_, _wants_of(sights))
    return replace(open_, answer=_only(said))


def _only(said: Set[Decision]) -> Decision | None:
    return next(iter(said)) if len(said) == 1 else None


def _about(situation: Situation, sights: Sequence[Sight]) -> str:
    """A digest of who is who, for the state and for tonight's roster."""
    known = {sight.id: _who((sight.known or sight.owner or sight).pupil) for sight in sights}
    return _digest({"situation": str(situation), "known": known, "wants": _wants_of(sights)})


def _wants_of(sights: Iterable[Sight]) -> dict[str, str]:
    """By pupil, a digest of who it is for tonight's roster alone."""
    return {one.id: _digest(_who(one.wanted.pupil if one.wanted else None)) for one in sights}


def _with(sight: Sight, question: Question) -> Sight:
    return replace(sight, question=replace(question, wants=_wants_of([sight])[sight.id]))


def _digest(data: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical(data).encode()).hexdigest()[:16]


def _who(pupil: Pupil | None) -> Mapping[str, str]:
    if pupil is None:
        return {}
    names = ("id", "account", "family", "given", "kana_family", "kana_given")
    return {name: getattr(pupil, name) for name in names}


def _asked(
    sights: Sequence[Sight], question: Question, rule: Rule, column: str, **facts: int | str
) -> Settled:
    """All of them held as yesterday until it is answered, with one finding, on the first."""
    told = [_with(sight, question) for sight in sights]
    first = told[0].held(rule, column, as_=question.situation, **facts)
    rest = [replace(one, situation=question.situation, code=rule.code, finding=None,
                    changes=frozenset()) for one in told[1:]]  # fmt: skip
    return {one.id: one for one in (first, *rest)}


def _held_as_wrong(sights: Sequence[Sight], question: Question) -> Settled:
    """Held as yesterday, and nobody is asked."""
    held = _asked(sights, question, rules.SAID_WRONG, "familyName", count=len(sights))
    return {umi: replace(one, situation=Situation.HELD) for umi, one in held.items()}
