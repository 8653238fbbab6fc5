"""The way back of one action that was carried out.

| what was done | the way back                                                                |
|---------------|-----------------------------------------------------------------------------|
| update, record| the fields that the run changed get the values they had                     |
| create        | suspend: an undo deletes nobody                                             |
| suspend       | restore                                                                     |
| restore       | suspend, as on the day of the first suspension                              |
| link          | unlink: our mark comes off, the account is left as it is; where a former id |
|               | of the child had it, that one gets account and record back                  |
| delete        | undelete: out of the deleted items, suspended as before; 30 days at most    |
| unlink        | link again (the undo of an undo)                                            |
| undelete      | nothing: that would delete                                                  |

A field that has changed since is never overwritten: its pupil is held and told. An account by
which we no longer know a pupil is gone: no undo goes back to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from kakehashi.actions import Action, Kind, Situation, same_item, settled
from kakehashi.catalogue import undo as rules
from kakehashi.diff.rooms import as_one
from kakehashi.findings import Rule
from kakehashi.people.population import population_of
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status

CARRIED_OUT = frozenset({"done", "skipped"})  # outcomes of an action
PARTS = ("pupil", "account", "life")
LIFE = ("status", "absent_since", "suspended_on", "grade_since")


@dataclass(frozen=True, slots=True)
class Undone:
    """A run that is to be turned back: its date, its actions, and how each of them ended.

    ``outcomes`` maps a pupil to the outcome of the pupil's action; a run that was killed may lack
    some. ``within_reach`` are object ids of the accounts it deleted that can still be had back.
    """

    run_id: str
    as_of: date
    actions: tuple[Action, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    within_reach: Set[str] = frozenset()

    def done(self, known: Mapping[str, Record]) -> Iterator[Action]:
        """What it carried out, by its own word or, where it was killed, by the state's."""
        for action in as_one(self.actions):
            written = (known[umi].run_id for umi in action.ids() if umi in known)
            if self.outcomes.get(action.pupil) in CARRIED_OUT or self.run_id in written:
                yield action


def way_back(
    action: Action, known: Mapping[str, Record], undone: Undone, mark: str
) -> Action | Rule | None:
    """The way back of one action; a rule that says why there is none; None where it is done."""
    now = known.get(action.pupil)
    if action.kind is Kind.DELETE:
        return _undelete(action, now, undone.within_reach)
    if action.kind is Kind.UNDELETE:
        return rules.NEVER_DELETES
    if action.kind is Kind.UNLINK:
        return _link_again(action, now, known.get(action.account.get(mark, "")))
    handed_on = action.before is not None and action.before.pupil.id != action.pupil
    if action.kind is Kind.LINK and (handed_on or action.situation is not Situation.NEW):
        return _unlink(action, known, undone, mark)
    if action.situation is Situation.NEW or action.kind is Kind.CREATE:
        return _suspend(action, now, undone)
    return _step_back(action, now, undone)


def _undelete(action: Action, now: Record | None, within_reach: Set[str]) -> Action | Rule | None:
    before = action.before
    if now is not None or before is None:  # the child is back, or an earlier undo was here
        return None if same_item(now, before) else rules.CHANGED_AGAIN
    if action.object_id not in within_reach:
        return rules.NOT_IN_BIN
    return _as_it_was(action, Kind.UNDELETE, before)


def _link_again(action: Action, now: Record | None, former: Record | None) -> Action | Rule | None:
    before = action.before
    if now is not None or before is None:
        return None if same_item(now, before) else rules.CHANGED_AGAIN
    return replace(_as_it_was(action, Kind.LINK, before), before=former)


def _as_it_was(action: Action, kind: Kind, before: Record) -> Action:
    """Bring a forgotten pupil's item back, and the account to what it says."""
    return Action(action.pupil, kind, Situation.UNDONE, None, _without_line(before.pupil),
                  before.account, object_id=before.object_id, back=before)  # fmt: skip


def _unlink(
    action: Action, known: Mapping[str, Record], undone: Undone, mark: str
) -> Action | Rule | None:
    """Take our mark off; where the account was handed on by a former id, give that one back."""
    now, former = known.get(action.pupil), action.before
    if former is None or former.pupil.id == action.pupil:
        former = None
    there = known.get(former.pupil.id) if former else None
    if now is None:
        return rules.CHANGED_AGAIN if former and not same_item(there, former) else None
    left = _left(action, undone, now)
    # What tools know the child by is no business of a run: an earlier release knew nothing of it.
    same = left is not None and same_item(replace(left, tool_id=now.tool_id), now)
    free = there is None or same_item(there, former)  # an earlier release left it where it was
    if not (same and free):
        return rules.CHANGED_AGAIN
    account = former.account if former else {mark: ""}
    # A pupil whom we knew by an account that is gone stays known.
    return Action(action.pupil, Kind.UNLINK, Situation.UNDONE, now, None, account,
                  object_id=now.object_id, back=former or action.before)  # fmt: skip


def _suspend(action: Action, now: Record | None, undone: Undone) -> Action | Rule | None:
    """An account that the run made, or took back for a pupil we had no record of."""
    if now is not None and now.status is Status.SUSPENDED:
        return None
    if now is None or not same_item(now, _left(action, undone, now)):
        return rules.CHANGED_AGAIN
    return Action(action.pupil, Kind.SUSPEND, Situation.UNDONE, now, None, now.account,
                  object_id=now.object_id)  # fmt: skip


def _step_back(action: Action, now: Record | None, undone: Undone) -> Action | Rule | None:
    """Update, record, restore and suspend: what the run changed becomes what it was."""
    if now is None or action.before is None:
        return rules.CHANGED_AGAIN
    back = _merged(action.before, _left(action, undone, now), now)
    if back is None:
        return rules.CHANGED_AGAIN
    if action.kind is Kind.RECORD and dict(action.before.account) != dict(action.account):
        # An account that somebody has named by hand keeps its name.
        back = replace(back, account=dict(now.account), pupil=now.pupil)
    if same_item(back, now):
        return None
    return Action(action.pupil, _kind(now, back), Situation.UNDONE, now, _without_line(back.pupil),
                  back.account, object_id=now.object_id, back=back)  # fmt: skip


def _kind(now: Record, back: Record) -> Kind:
    if now.status is not back.status:
        ahead = population_of(back.pupil.id).opens_ahead
        waits = back.status is Status.PREPARED and not ahead
        blocked = waits or back.status is Status.SUSPENDED
        return Kind.SUSPEND if blocked else Kind.RESTORE
    return Kind.UPDATE if dict(now.account) != dict(back.account) else Kind.RECORD


def _left(action: Action, undone: Undone, now: Record) -> Record | None:
    """The item as the run left it."""
    return settled(action, as_of=undone.as_of, run_id=undone.run_id, object_id=now.object_id)


def _merged(before: Record, left: Record | None, now: Record) -> Record | None:
    """``now`` with the fields in which ``left`` differs from ``before`` as they were before; None
    where one of them is neither, because somebody has changed it again."""
    if left is None:
        return None
    old, new, back = _fields(before), _fields(left), _fields(now)
    for name in old.keys() | new.keys():
        was, became = old.get(name, ""), new.get(name, "")
        if was == became:
            continue
        if back.get(name, "") not in (was, became):
            return None
        back[name] = was
    facts, account, life = ({n: v for (of, n), v in back.items() if of == part} for part in PARTS)
    return replace(now, pupil=replace(now.pupil, **facts), account=account, **life)


def _fields(record: Record) -> dict[tuple[str, str], Any]:
    """Everything that an item says, by part and name."""
    names = (f.name for f in fields(record.pupil) if f.compare)
    pupil = {("pupil", name): getattr(record.pupil, name) for name in names}
    account = {("account", name): text for name, text in record.account.items()}
    return pupil | account | {("life", name): getattr(record, name) for name in LIFE}


def _without_line(pupil: Pupil) -> Pupil:
    """An undo has no roster whose lines could be named."""
    return replace(pupil, line=0)
