"""A person's approval of a plan that waits: admitted, or refused with every reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import boto3

from kakehashi import receive
from kakehashi.catalogue.diff import NOT_WAITING
from kakehashi.city import City
from kakehashi.diff.approval import Approval, admit
from kakehashi.diff.plan import Plan
from kakehashi.edges import plans, staff_files
from kakehashi.edges.errors import BadConfiguration
from kakehashi.edges.objects import Objects
from kakehashi.edges.receive.intake import Execution, ReceiveEnvironment
from kakehashi.edges.runs import Folder, Run, made_on, prefix_of
from kakehashi.edges.staff_decided import unsupported
from kakehashi.edges.state import State
from kakehashi.edges.web.items import Items, by, of_plan
from kakehashi.findings import Finding, refuses
from kakehashi.roster import JAPAN
from kakehashi.state_records import ApprovalGiven, RunRecord
from kakehashi.verdict import RUNNING


class ApprovalGate:
    """Decides whether the plan of an earlier run may go now."""

    def __init__(self, env: ReceiveEnvironment, state: State, execution: Execution) -> None:
        self.env, self.state, self.execution = env, state, execution

    def decide(self, order: receive.Apply, rules_now: City) -> Run:
        """The waiting run with verdict "apply", its serial moved; or a run of its own in
        ``approvals/<execution>/`` with verdict "refused" and the reasons as findings.

        ``rules_now`` are the city's present rules. Raises BadConfiguration for a
        run that is not there.
        """
        folder = self._folder(order)
        record = self.state.run(order.run_id)
        if not record:
            raise BadConfiguration("no such run")
        plan = plans.read(folder)
        if plan is None:  # it was refused, or failed, before there was one
            return self._refused(order, record, (NOT_WAITING.at(),))
        if record.approved and record.approved.execution == self.execution.id:
            return self._admitted(order, record, plan)  # we died after admission: go on
        findings = admit(
            plan,
            Approval(order.checksum, order.accept, order.by, order.second, self._signed_in(order)),
            serial=self.state.serial(),
            today=self.execution.started.astimezone(JAPAN).date(),
            made_on=made_on(order.run_id),
            waiting=record.waits,
            applied=record.went_well,
            rules_now=rules_now.sha256,
            newest=self.state.newest_export(),
            planned=self.state.newest_plan(),
            second_above=rules_now.approval.second_person_above,
            told_by=rules_now.staff.two_persons_by if rules_now.staff else "sign-in",
        )
        if rules_now.staff:
            inbox = Objects.of(self.env.inbox_bucket)
            findings = (*findings, *unsupported(folder, inbox))
        if refuses(findings):
            return self._refused(order, record, findings)
        folder.put_findings("receive", findings)
        return self._admitted(order, record, plan)

    def _signed_in(self, order: receive.Apply) -> frozenset[str]:
        """Who has said yes on the staff page, to this very plan and these codes."""
        kept = Items(self.state.table, order.city).get(of_plan(order.run_id))
        words = [kept[who] for who in ("first", "second") if who in kept]
        return frozenset(
            by(word["oid"]) for word in words
            if word["checksum"] == order.checksum and sorted(word["accept"]) == sorted(order.accept)
        )  # fmt: skip

    def _refused(self, order: receive.Apply, record: RunRecord, findings: Iterable[Finding]) -> Run:
        run = self._run(order, record, f"approvals/{self.execution.name}/", "refused")
        Folder.of(run, self.env.runs_bucket).put_findings("receive", findings)
        return run

    def _admitted(self, order: receive.Apply, record: RunRecord, plan: Plan) -> Run:
        self.state.note_run(
            order.run_id,
            verdict=RUNNING,
            approved=ApprovalGiven(
                execution=self.execution.id,
                by=order.by,
                second=order.second or None,
                at=self.execution.started.isoformat(),
                accept=order.accept,
                checksum=plan.checksum,
            ),
        )
        folder = self._folder(order)
        city = folder.rules()
        staff = 0 if plan.undoes else staff_files.shards(folder, city)
        plans.begin(self.state, folder, order.run_id, plan, order.accept, staff_shards=staff)
        run = self._run(order, record, "", "apply")
        tools = tuple(city.tools)
        counts = {"shards": plan.header().shards + staff}
        counts |= {"staff_shards": staff} if staff else {}
        return run.model_copy(update={"counts": counts, "tools": tools})

    def _run(self, order: receive.Apply, record: RunRecord, below: str, verdict: str) -> Run:
        return Run(
            run_id=order.run_id,
            city=order.city,
            prefix=prefix_of(order.run_id) + below,
            mode="apply",
            as_of=date.fromisoformat(record.as_of),
            execution=self.execution.id,
            verdict=verdict,
        )

    def _folder(self, order: receive.Apply) -> Folder:
        return Folder(boto3.client("s3"), self.env.runs_bucket, prefix_of(order.run_id))
