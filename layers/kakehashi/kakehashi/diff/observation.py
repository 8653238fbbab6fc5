"""One pupil tonight: what was seen of it, and what differs from what we applied last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kakehashi.actions import Change, Situation
from kakehashi.directories.port import Listed
from kakehashi.findings import Finding, Place, Rule
from kakehashi.people.pupil import NEXT_GRADE, Pupil
from kakehashi.people.record import SIGN_IN, Record
from kakehashi.roster import Desired

if TYPE_CHECKING:
    from kakehashi.diff.answers import Question


@dataclass(frozen=True, slots=True)
class Observation:
    """One pupil tonight.

    ``known`` is the state's word, ``pupil`` the roster's (an unsafe name already replaced by
    yesterday's) and ``account`` what the tenant should then hold. ``object_id`` is the account
    that an action would touch, "" where none exists. ``code`` says why the pupil is held, "" if
    not: a pupil who is GONE and has a code has a row that says so. ``tenant`` is that account as
    the tenant lists it, ``owner`` the same child under an id that the drop no longer holds,
    ``former`` its records under ids given up before. ``tool_id`` is what tools shall know a new
    child by, "" for its id. ``question`` is what a person is asked, or has been, about who this is;
    ``agreed``: the answer is that tonight's roster is right. ``unsure``: the listing does not show
    the account, and nobody has asked for it by itself. ``restorable``: a deleted account of the
    pupil's can still be had back.
    """

    id: str
    situation: Situation
    record: Record | None = None
    pupil: Pupil | None = None
    account: Mapping[str, str] = field(default_factory=dict)
    wanted: Desired | None = None
    object_id: str = ""
    code: str = ""
    finding: Finding | None = None
    changes: frozenset[Change] = frozenset()
    tenant: Listed | None = None
    owner: Record | None = None
    former: tuple[Record, ...] = ()
    tool_id: str = ""
    question: Question | None = None
    agreed: bool = False
    unsure: bool = False
    restorable: bool = False

    @property
    def ahead(self) -> bool:
        """Whether the pupil's first day is still to come."""
        return self.wanted is not None and self.wanted.ahead

    @property
    def school(self) -> str:
        """The MEXT code of the school that the pupil counts for; "" if nobody can tell."""
        pupil = self.pupil or (self.record and self.record.pupil)
        return pupil.school if pupil else ""

    def hold(self, rule: Rule, column: str, *, as_: Situation | None = None,
             **facts: str | int) -> Observation:  # fmt: skip
        """The same, held, with the finding that says why; DISPUTED unless told otherwise."""
        line = self.pupil.line if self.pupil else 0
        place = Place("users.csv", line, column) if line else Place()
        finding = rule.at(place, pupil=self.id, school=self.school or None, **facts)
        return replace(self, situation=as_ or Situation.DISPUTED, code=rule.code, finding=finding,
                       changes=frozenset())  # fmt: skip


NAMED_AFTER = (SIGN_IN, "mailNickname")
"""What of an account follows from its sign-in name."""


def under_present_name(observation: Observation, record: Record) -> Observation:
    """The same observation, but the account keeps the sign-in name that it has."""
    if observation.pupil is None:
        return observation
    name = {n: record.account[n] for n in NAMED_AFTER if n in record.account}
    return replace(observation, pupil=replace(observation.pupil, account=record.pupil.account),
                   account={**observation.account, **name})  # fmt: skip


def changes_of(record: Record, observation: Observation) -> frozenset[Change]:
    """In what the roster and the city's rules differ from what we applied last."""
    before, after = record.pupil, observation.pupil
    if after is None or (before == after and record.account == observation.account):
        return frozenset()
    facts = set(before.changed(after))
    found = {
        Change.MOVED: "school" in facts,
        Change.PROMOTED: promoted(before.grade, after.grade),
        Change.RENAMED: bool(facts & {"family", "given", "kana_family", "kana_given"}),
    }
    return frozenset(c for c, is_so in found.items() if is_so) or frozenset({Change.UPDATED})


def promoted(before: str, after: str) -> bool:
    """Exactly one grade up, P6 to J1 included."""
    return NEXT_GRADE.get(before) == after
