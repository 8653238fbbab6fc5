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
from kakehashi.catalogue.provision import NO_PASSWORD
from kakehashi.diff.anew import registered_anew, traits_of
from kakehashi.diff.answers import Decision, GivenAnswers, Question
from kakehashi.diff.exchanges import NameExchange, freed, hands
from kakehashi.diff.observation import Observation, under_present_name
from kakehashi.diff.sources import Sources
from kakehashi.diff.spelling import keeps_no_name
from kakehashi.findings import Finding, Rule
from kakehashi.jsonlines import canonical
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record

_NOT_HERE = frozenset({Situation.GONE, Situation.SUSPENDED, Situation.EXPIRED})
SHOWN = 3  # ids of one exchange that a finding names

type Settled = dict[str, Observation]


@dataclass(frozen=True, slots=True)
class Identified:
    """Every observation, in its order; ``findings`` belong to no single one of them."""

    observations: list[Observation]
    findings: tuple[Finding, ...] = ()


def identify(
    observations: Sequence[Observation], sources: Sources, given: GivenAnswers, as_of: date
) -> Identified:
    """The same observations, with those in doubt asked about, held, or agreed to. Linear."""
    moving = [observation for observation in observations if _may_have_moved(observation)]
    free = {one.id: one for observation in moving if (one := freed(observation))}
    found = hands(moving, free, sources)
    settled: Settled = {}
    findings: list[Finding] = []
    for exchange in found.exchanges:
        settled |= _exchanged(exchange, given)
        findings += _contradicted(exchange, given)
    for observation in moving:
        if observation.id in free and observation.id not in settled and not observation.code:
            settled |= _renaming(observation, given, doubtful=observation.id in found.doubtful)
    settled |= _same_children(moving, sources, given, as_of)
    if not settled:
        return Identified(list(observations))
    return Identified(
        [settled.get(observation.id, observation) for observation in observations], tuple(findings)
    )


def _may_have_moved(observation: Observation) -> bool:
    """Most pupils are as they were, but for a name that must not go out."""
    if observation.situation is not Situation.CONFIRMED:
        return True
    return observation.wanted is not None and bool(observation.wanted.unsafe_name)


# -- several at once ------------------------------------------------------------------------------


def _exchanged(exchange: NameExchange, given: GivenAnswers) -> Settled:
    observations = exchange.observations
    question = _question(Situation.EXCHANGED, observations, given)
    if question.answer == "wrong":
        return _held_as_wrong(observations, question)
    if question.answer == "right":
        return _agreed(observations, question, exchange.waiting)
    rule = rules.ACCOUNTS_EXCHANGED
    if exchange.of_names:
        rule = rules.NAMES_EXCHANGED
    elif any(observation.wanted is None for observation in observations):
        rule = rules.NAME_OF_A_LEAVER
    return _asked(observations, question, rule, _column(exchange), count=len(observations),
                  others=_others(observations))  # fmt: skip


def _contradicted(exchange: NameExchange, given: GivenAnswers) -> Iterator[Finding]:
    question = _question(Situation.EXCHANGED, exchange.observations, given)
    if len(given.to(question, _wants_of(exchange.observations))) > 1:
        first = exchange.observations[0]
        yield rules.CONTRADICTED.at(pupil=first.id, school=first.school or None,
                                    count=len(exchange.observations))  # fmt: skip


def _agreed(
    observations: Sequence[Observation], question: Question, taken: Set[str] = frozenset()
) -> Settled:
    """A person has said yes. All of them wait while the sign-in name of one is ``taken``, or while
    a name must not go out."""
    asked = [_with(observation, question) for observation in observations]
    unsafe = min((s.wanted.unsafe_name for s in observations if s.wanted and s.wanted.unsafe_name),
                 default="")  # fmt: skip
    if not taken and not unsafe:
        return {one.id: replace(one, situation=question.situation, agreed=True) for one in asked}
    code = unsafe or reasons.ACCOUNT_TAKEN.code
    waiting = {one.id: replace(one, situation=question.situation, code=code) for one in asked}
    return waiting | {
        one.id: one.hold(reasons.ACCOUNT_TAKEN, "userIds", as_=question.situation)
        for one in asked
        if one.id in taken
    }


def _others(observations: Sequence[Observation]) -> str:
    """The ids of all but the first, as far as a finding has room."""
    ids = [observation.id for observation in observations[1:]]
    more = f", +{len(ids) - SHOWN}" if len(ids) > SHOWN else ""
    return ", ".join(ids[: SHOWN - bool(more)]) + more


def _column(exchange: NameExchange) -> str:
    return "familyName" if exchange.of_names else "userIds"


# -- one alone ------------------------------------------------------------------------------------


def _renaming(observation: Observation, given: GivenAnswers, *, doubtful: bool) -> Settled:
    known, wanted = observation.record, observation.wanted
    if known is None or wanted is None:
        return {}
    if not doubtful and not keeps_no_name(known.pupil, wanted.pupil):
        return {}
    question = _question(Situation.RENAMING, [observation], given)
    if question.answer == "wrong":
        return _held_as_wrong([observation], question)
    if question.answer == "rename":
        return _agreed([observation], question)
    back = observation.situation is Situation.RETURNED
    rule = rules.RETURNS_AS_ANOTHER if back else rules.ANOTHER_NAME
    return _asked([observation], question, rule, "familyName")


# -- a new id and a new account -------------------------------------------------------------------


def _same_children(
    observations: Sequence[Observation], sources: Sources, given: GivenAnswers, as_of: date
) -> Settled:
    settled = _cut_short(observations)
    for observation, missing, rule in registered_anew(observations, as_of, _asked_before(given)):
        theirs = replace(observation, owner=missing, object_id=missing.object_id, tool_id="",
                         tenant=sources.by_object.get(missing.object_id))  # fmt: skip
        question = _question(Situation.SAME_CHILD, [theirs], given)
        if question.answer == "wrong":  # two children: each is what it looks like
            settled[observation.id] = _with(observation, question)
            continue
        settled[missing.pupil.id] = Observation(missing.pupil.id, Situation.HELD, missing,
                                          code=rule.code)  # fmt: skip
        if question.answer == "link" and _is_there(theirs):
            settled |= _agreed([_taking_over(theirs, missing)], question)
        elif question.answer == "link" and (anew := _without_the_account(theirs, missing, sources)):
            settled |= (
                _agreed([anew], question) if not anew.code else {anew.id: _with(anew, question)}
            )
        else:
            settled |= _asked([theirs], question, rule, "userMasterIdentifier",
                              old=missing.pupil.id)  # fmt: skip
    return settled


def _asked_before(given: GivenAnswers) -> Set[str]:
    asked = (given.asked or {}).items()
    return {umi for umi, proposed in asked if proposed.situation is Situation.SAME_CHILD}


def _taking_over(observation: Observation, missing: Record) -> Observation:
    """The child with its account; where the new sign-in name is a known pupil's, with the present
    one, and the names are a question among known pupils from the next night on."""
    free = replace(observation, code="", finding=None)
    return (
        under_present_name(free, missing)
        if observation.code == reasons.KNOWN_ACCOUNT.code
        else free
    )


def _without_the_account(
    observation: Observation, missing: Record, sources: Sources
) -> Observation | None:
    """The child whose account was deleted by hand, with another one to make or to have back and
    what tools know it by; held while a password is missing. None where that is not sure."""
    if observation.tenant or missing.object_id in sources.missing.unsure:
        return None
    if sources.by_mark.of(missing.pupil.id) or observation.code == reasons.KNOWN_ACCOUNT.code:
        return None
    restorable = observation.restorable or missing.pupil.id in sources.missing.restorable
    anew = replace(observation, record=missing, owner=None, object_id="", restorable=restorable)
    if restorable or (observation.wanted and observation.wanted.password):
        return replace(anew, code="", finding=None)
    return anew.hold(NO_PASSWORD, "userIds", as_=Situation.SAME_CHILD)


def _cut_short(observations: Iterable[Observation]) -> Settled:
    """Links that got as far as the account's mark: the record follows, and nobody is asked."""
    observations = list(observations)
    missing = {s.record.object_id: s.record for s in observations if s.record
               and s.situation in _NOT_HERE}  # fmt: skip
    settled: Settled = {}
    for observation in observations if missing else ():
        former = missing.get(observation.object_id)
        if (
            not former
            or observation.situation is not Situation.NEW
            or observation.owner
            or not observation.pupil
        ):
            continue
        if traits_of(former.pupil) == traits_of(observation.pupil):
            settled[observation.id] = replace(observation, owner=former, tool_id="")
            settled[former.pupil.id] = Observation(former.pupil.id, Situation.HELD, former,
                                             code=rules.SAME_CHILD.code)  # fmt: skip
    return settled


def _is_there(observation: Observation) -> bool:
    """Whether the account to be taken over is still there, and still that child's."""
    former = observation.owner.pupil.id if observation.owner else ""
    return observation.tenant is not None and observation.tenant.mark.lower() == former


# -- questions and answers ------------------------------------------------------------------------


def with_account_in_question(observation: Observation) -> Observation:
    """The same observation; of a link it is asked whether this very account, whose owner we knew
    under this very id or not at all, is the pupil's."""
    if observation.situation is not Situation.UNLINKED:
        return observation
    owner = observation.owner.pupil.id if observation.owner else ""
    about = _digest({"account": observation.object_id, "owner": owner})
    return replace(observation, question=Question(observation.situation, (observation.id,), about))


def _question(
    situation: Situation, observations: Sequence[Observation], given: GivenAnswers
) -> Question:
    """The question with its answer, if there is one and only one."""
    ids = tuple(observation.id for observation in observations)
    open_ = Question(situation, ids, _about(situation, observations))
    said = given.to(open_, _wants_of(observations))
    return replace(open_, answer=_only(said))


def _only(said: Set[Decision]) -> Decision | None:
    return next(iter(said)) if len(said) == 1 else None


def _about(situation: Situation, observations: Sequence[Observation]) -> str:
    """A digest of who is who, for the state and for tonight's roster."""
    known = {
        observation.id: _who((observation.record or observation.owner or observation).pupil)
        for observation in observations
    }
    return _digest({"situation": str(situation), "known": known, "wants": _wants_of(observations)})


def _wants_of(observations: Iterable[Observation]) -> dict[str, str]:
    """By pupil, a digest of who it is for tonight's roster alone."""
    return {one.id: _digest(_who(one.wanted.pupil if one.wanted else None)) for one in observations}


def _with(observation: Observation, question: Question) -> Observation:
    return replace(
        observation, question=replace(question, wants=_wants_of([observation])[observation.id])
    )


def _digest(data: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical(data)).hexdigest()[:16]


def _who(pupil: Pupil | None) -> Mapping[str, str]:
    if pupil is None:
        return {}
    names = ("id", "account", "family", "given", "kana_family", "kana_given")
    return {name: getattr(pupil, name) for name in names}


def _asked(
    observations: Sequence[Observation],
    question: Question,
    rule: Rule,
    column: str,
    **facts: int | str,
) -> Settled:
    """All of them held as yesterday until it is answered, with one finding, on the first."""
    told = [_with(observation, question) for observation in observations]
    first = told[0].hold(rule, column, as_=question.situation, **facts)
    rest = [replace(one, situation=question.situation, code=rule.code, finding=None,
                    changes=frozenset()) for one in told[1:]]  # fmt: skip
    return {one.id: one for one in (first, *rest)}


def _held_as_wrong(observations: Sequence[Observation], question: Question) -> Settled:
    """Held as yesterday, and nobody is asked."""
    held = _asked(observations, question, rules.SAID_WRONG, "familyName", count=len(observations))
    return {umi: replace(one, situation=Situation.HELD) for umi, one in held.items()}
