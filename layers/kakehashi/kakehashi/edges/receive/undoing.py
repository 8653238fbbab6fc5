"""An order to undo a run: whether it may be planned, and what that run did.

undo.json      which run is to be undone, and who says so
undone.jsonl   each action of that run, how it ended, and if its account is within reach
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import boto3

from kakehashi import receive
from kakehashi.actions import Action, Kind
from kakehashi.catalogue.undo import NOT_TURNED_BACK
from kakehashi.city import City, Staff
from kakehashi.diff.inverse import Undone
from kakehashi.diff.staff_standing import left_alone
from kakehashi.diff.undo import objections
from kakehashi.directories.port import Accounts
from kakehashi.edges import plans, staff_files
from kakehashi.edges.receive.intake import Execution, ReceiveEnvironment, RulesFile
from kakehashi.edges.runs import Folder, Run, city_of, prefix_of
from kakehashi.edges.state import State
from kakehashi.findings import Finding
from kakehashi.people.record import Record
from kakehashi.run_folder.orders import UndoNote, put_undo, undo
from kakehashi.run_folder.results import results
from kakehashi.run_folder.undone import put_undone
from kakehashi.verdict import RUNNING, Verdict

CUT_SHORT = frozenset({Verdict.FAILED, RUNNING})


class Undoing:
    """In Receive: takes an order to undo a run."""

    def __init__(self, env: ReceiveEnvironment, state: State, execution: Execution) -> None:
        self.env, self.state, self.execution = env, state, execution
        self.s3 = boto3.client("s3")

    def take(self, order: receive.Undo, rules: RulesFile) -> Run:
        """A new run with verdict "undo", or "refused" with the reasons as findings."""
        run = self.execution.run(order.city, "undo", rules.city.tools)
        self.state.note_run(
            run.run_id,
            verdict=RUNNING,
            mode="undo",
            as_of=run.as_of.isoformat(),
            execution=run.execution,
            undoes=order.run_id,
            by=order.by,
        )
        folder = Folder.of(run, self.env.runs_bucket)
        folder.put("city.toml", rules.text, "application/toml")
        put_undo(folder, UndoNote(order.run_id, order.by))
        reasons = objections(
            order.run_id,
            same_city=city_of(order.run_id) == order.city,
            known=bool(self.state.run(order.run_id)),
            applied=self._has_applied(order.run_id),
            undone_by=self._undone_by(order.run_id),
        )
        folder.put_findings("receive", reasons)
        return run.model_copy(update={"verdict": "refused" if reasons else "undo"})

    def _has_applied(self, run_id: str) -> bool:
        """By its results; of a run that was killed, only the state knows, which Diff asks."""
        folder = Folder(self.s3, self.env.runs_bucket, prefix_of(run_id))
        everybody = chain(results(folder), staff_files.all_results(folder))
        done = any(one.carried_out for one in everybody)
        killed = self.state.run(run_id).verdict in CUT_SHORT
        return done or (killed and bool(plans.header(folder)))

    def _undone_by(self, run_id: str) -> str:
        """The undo that was carried out and has not itself been undone, "" for none."""
        by = self.state.run(run_id).undone_by
        complete = bool(by) and self.state.run(by).complete
        return by if complete and not self._undone_by(by) else ""


class Undoings:
    """In Diff: what the run did that is to be undone. ``untouched`` counts members of staff whose
    account must not be written."""

    def __init__(self, folder: Folder) -> None:
        self.folder, self.untouched = folder, 0

    def findings(self) -> Iterator[Finding]:
        """How many of the staff are not turned back."""
        if self.untouched:
            yield NOT_TURNED_BACK.at(count=self.untouched)

    def gather(self, directory: Accounts, known: Iterable[Record], city: City) -> Undone:
        """Everything is kept in the folder of the run that undoes."""
        run_id = undo(self.folder).run_id
        earlier = Folder(self.folder.s3, self.folder.bucket, prefix_of(run_id))
        plan = plans.read(earlier)
        if plan is None:
            raise ValueError("a run without a plan has applied nothing")
        found = chain(results(earlier), staff_files.all_results(earlier))
        outcomes: dict[str, str] = {one.pupil: one.outcome for one in found}
        staff = self._of_staff(earlier, directory, known, city.staff) if city.staff else ()
        actions = (*plan.actions, *staff)
        reach = _within_reach(actions, directory)
        undone = Undone(run_id, plan.as_of, actions, outcomes, reach)
        put_undone(self.folder, undone)
        return undone

    def _of_staff(
        self, earlier: Folder, directory: Accounts, known: Iterable[Record], staff: Staff
    ) -> Iterator[Action[Any]]:
        """What the run did to staff, without accounts that a night would leave alone by now: those
        are never written. Where nobody can tell, nothing."""
        actions = list(staff_files.all_actions(earlier))
        now = {one.pupil.id: one.object_id for one in known}
        account = {one.pupil: now.get(one.pupil) or one.object_id for one in actions}
        privileged = directory.privileged() if actions else frozenset()
        there = directory.look_up({one for one in account.values() if one})
        alone = {one.object_id for one in there if left_alone(one, privileged or set(), staff)}
        self.untouched = 0
        for action in actions:
            if privileged is None or account[action.pupil] in alone:
                self.untouched += 1
            else:
                yield action


def _within_reach(actions: tuple[Action, ...], directory: Accounts) -> frozenset[str]:
    """Accounts that were deleted and can be had back, or are back already with our mark."""
    deleted = {action.object_id: action.pupil for action in actions if action.kind is Kind.DELETE}
    if not deleted:
        return frozenset()
    restorable = set(directory.restorable().values())
    back = {
        object_id
        for object_id, pupil in deleted.items()
        if object_id not in restorable
        and (account := directory.account(object_id)) is not None
        and account.mark.lower() == pupil
    }
    return frozenset((restorable | back) & deleted.keys())
