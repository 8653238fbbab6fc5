"""承認する, 承認しない: a person's word on a plan that waits.

The plan is judged as Receive judges it (``diff.approval.admit``), as it is now and not as the page
showed it. Receive asks the same once more, when the execution begins.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kakehashi.catalogue import staff as rules
from kakehashi.diff.approval import Approval, admit, needs_second
from kakehashi.diff.plan import Plan
from kakehashi.edges import plans
from kakehashi.edges.objects import Objects
from kakehashi.edges.runs import city_of, made_on
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.desk import Caller
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
from kakehashi.edges.staff.starting import start
from kakehashi.edges.staff_decided import unsupported
from kakehashi.edges.web.items import by, of_plan
from kakehashi.findings import Finding, Rule, refuses
from kakehashi.refusal import Refusal
from kakehashi.roster import JAPAN
from kakehashi.staff.viewer import Post

MOST_REASON = 200  # characters
RUN = re.compile(r"[a-z0-9_-]{1,40}-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}\Z")
_CHECKSUM = re.compile(r"[0-9a-f]{64}\Z")
_CODE = re.compile(r"[A-Z][0-9]{3}\Z")


@dataclass(frozen=True, slots=True)
class ApprovalForm:
    """What the form said. ``checksum`` is that of the plan which the person saw, whole."""

    run_id: str
    checksum: str
    reason: str
    accept: tuple[str, ...] = ()
    number: str = ""

    def order(self, what: str) -> StaffOrder:
        return StaffOrder(what, self.run_id, self.checksum, ",".join(self.accept), self.reason)


def approval_of(
    run_id: str, checksum: str, reason: str, accept: Iterable[str], number: str
) -> ApprovalForm:
    """As it came in an address and a form: what is no run, no checksum or no code is not kept."""
    return ApprovalForm(
        run_id if RUN.match(run_id) else "",
        checksum if _CHECKSUM.match(checksum) else "",
        reason.strip()[:MOST_REASON],
        tuple(sorted({code for code in accept if _CODE.match(code)})),
        number,
    )


def yes(asked: Asked, run_id: str) -> Judged:
    return Approving(asked.deps, asked.caller).approve(_said(asked, run_id))


def no(asked: Asked, run_id: str) -> Judged:
    return Approving(asked.deps, asked.caller).decline(_said(asked, run_id))


def back(asked: Asked, run_id: str) -> Judged:
    return Approving(asked.deps, asked.caller).take_back(_said(asked, run_id))


def _said(asked: Asked, run_id: str) -> ApprovalForm:
    form = asked.form
    accept = form.all("accept")
    return approval_of(run_id, form.get("checksum"), form.get("reason"), accept, asked.number)


class Approving:
    """One person's, in the city that is looked at."""

    def __init__(self, deps: StaffDependencies, caller: Caller) -> None:
        self.deps, self.caller = deps, caller
        self.state, self.items = deps.state(caller.city), deps.items(caller.city)

    def approve(self, said: ApprovalForm) -> Judged:
        order = said.order("approve")
        if refusal := self._ready(said):
            return OrderNotTaken(order, refusal)
        kept = self.items.get(of_plan(said.run_id))
        plan = plans.read(self.deps.folder(said.run_id))
        first = self._first(kept, said)
        if plan is None or (refusal := self._against(said, plan, kept, first)):
            return OrderNotTaken(order, refusal or Refusal(rules.PLAN_CHANGED))
        if reasons := self.reasons(said, plan):
            return OrderNotTaken(order, Refusal(rules.NOT_APPROVABLE), reasons)
        if not first and self._needs_second(plan):
            return self._wait_for_second(said, kept)
        return self._go(said, first, kept)

    def decline(self, said: ApprovalForm) -> Judged:
        """The plan goes on waiting, and nobody approves it here before that is taken back."""
        order = said.order("decline")
        if refusal := self._ready(said):
            return OrderNotTaken(order, refusal)
        kept = self.items.get(of_plan(said.run_id))
        header = plans.header(self.deps.folder(said.run_id))
        waits = self.state.run(said.run_id).waits
        if not waits or header.checksum != said.checksum:
            return OrderNotTaken(order, Refusal(rules.PLAN_CHANGED))
        after = {"declined": self._who() | {"reason": said.reason, "checksum": said.checksum}}
        return Taken(order, "/approve", "declined", lambda: self._keep(said.run_id, after, kept))

    def take_back(self, said: ApprovalForm) -> Judged:
        """A plan that was declined can be approved again."""
        order = said.order("take back")
        if refusal := self._ready(said, reason=False):
            return OrderNotTaken(order, refusal)
        kept = self.items.get(of_plan(said.run_id))
        if not kept.get("declined"):
            return OrderNotTaken(order, Refusal(rules.PLAN_CHANGED))
        return Taken(
            order,
            f"/approve/{said.run_id}",
            "taken-back",
            lambda: self.items.drop(of_plan(said.run_id), kept),
        )

    def reasons(self, said: ApprovalForm, plan: Plan) -> Sequence[Finding]:
        """Why the plan must not go; () where nothing stands against it. Whether a second person is
        needed is asked apart: the first may say yes before."""
        record = self.state.run(said.run_id)
        found = self.deps.rules(self.caller.city)
        approval = Approval(said.checksum, said.accept, by(self.caller.viewer.oid))
        findings = admit(
            plan,
            approval,
            serial=self.state.serial(),
            today=self.caller.now.astimezone(JAPAN).date(),
            made_on=made_on(said.run_id),
            waiting=record.waits,
            applied=record.went_well,
            rules_now=hashlib.sha256(found.text.encode()).hexdigest() if found else "none",
            newest=self.state.newest_export(),
            planned=self.state.newest_plan(),
            first=True,
        )
        if found and found.city.staff:
            inbox = Objects.of(self.deps.staff.inbox_bucket)
            findings = (*findings, *unsupported(self.deps.folder(said.run_id), inbox))
        return findings if refuses(findings) else ()

    def _ready(self, said: ApprovalForm, *, reason: bool = True) -> Refusal | None:
        """Whether the run is one of this city, and the person has just proven who it is."""
        if city_of(said.run_id) != self.caller.city or not self.state.run(said.run_id):
            return Refusal(rules.UNKNOWN_RUN)
        if not self.caller.fresh:
            return Refusal(rules.PROVE_AGAIN)
        missing: Rule | None = rules.NO_REASON if reason and not said.reason else None
        return Refusal(missing) if missing else None

    def _against(
        self, said: ApprovalForm, plan: Plan, kept: Mapping[str, Any], first: Mapping[str, Any]
    ) -> Refusal | None:
        """What was said of the plan before, and whether it still is the one that was seen."""
        if kept.get("declined"):
            return Refusal(rules.DECLINED)
        if plan.checksum != said.checksum:
            return Refusal(rules.PLAN_CHANGED)
        if first and first["oid"] == self.caller.viewer.oid:
            return Refusal(rules.SAME_PERSON)
        return None

    def _first(self, kept: Mapping[str, Any], said: ApprovalForm) -> Mapping[str, Any]:
        """Who has approved this very plan already, accepting the same, and still works in all of
        the city; {} for nobody."""
        first = kept.get("first") or {}
        same = first.get("checksum") == said.checksum and first.get("accept") == list(said.accept)
        here = same and Post(self.caller.city) in self.deps.posts.of(first["oid"])
        return first if here else {}

    def _needs_second(self, plan: Plan) -> bool:
        found = self.deps.rules(self.caller.city)
        bound = found.city.approval.second_person_above if found else None
        return any(needs_second(plan.breaches, len(plan.actions), bound))

    def _wait_for_second(self, said: ApprovalForm, kept: Mapping[str, Any]) -> Taken:
        after = {"first": self._word(said)}
        return Taken(said.order("approve first"), f"/approve/{said.run_id}", "waits-for-second",
                     lambda: self._keep(said.run_id, after, kept))  # fmt: skip

    def _go(self, said: ApprovalForm, first: Mapping[str, Any], kept: Mapping[str, Any]) -> Taken:
        """The second word is kept beside the first before anything starts: Receive believes what
        stands there, and no order that names two sign-ins."""
        who = by(self.caller.viewer.oid)
        order = {
            "action": "apply",
            "run_id": said.run_id,
            "checksum": said.checksum,
            "accept": sorted(said.accept),
            "by": by(first["oid"]) if first else who,
            **({"second": who} if first else {}),
        }

        def act() -> None:
            if first:
                self._keep(said.run_id, {"first": first, "second": self._word(said)}, kept)
            start(self.deps, order, said.number)

        return Taken(said.order("approve"), "/today", "approved", act)

    def _word(self, said: ApprovalForm) -> dict[str, Any]:
        return self._who() | {"accept": list(said.accept), "checksum": said.checksum}

    def _who(self) -> dict[str, str]:
        viewer = self.caller.viewer
        return {"oid": viewer.oid, "name": viewer.name, "at": self.caller.now.isoformat()}

    def _keep(self, run_id: str, after: Mapping[str, Any], before: Mapping[str, Any]) -> None:
        self.items.put(of_plan(run_id), after, before)


def kept_of(deps: StaffDependencies, run_id: str, city: str) -> dict[str, Any]:
    """What was said of this plan on the page so far: {"first": …} or {"declined": …}, or {}."""
    return deps.items(city).get(of_plan(run_id))
