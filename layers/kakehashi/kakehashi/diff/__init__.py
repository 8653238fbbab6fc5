"""What happened to each pupil, what to do about it, and may we: a pure function of four lists.

situations → reactions → plan → calendar → limits, and approval for plans that had to wait.
"""

from kakehashi.actions import Action, Change, Kind, Situation, settled
from kakehashi.diff.answers import Decision, Decisions
from kakehashi.diff.approval import Approval, admit, outdated
from kakehashi.diff.counting import LastNight
from kakehashi.diff.exports import Export, Offered, Planned, comes_late, export_of
from kakehashi.diff.header import NO_PLAN, Breach, PlanHeader
from kakehashi.diff.inverse import Undone
from kakehashi.diff.plan import SHARD, Plan, plan_of, read_plan
from kakehashi.diff.planning import make_plan
from kakehashi.diff.sources import Missing, binned_perhaps, unseen
from kakehashi.diff.sums import NightCount, PastNights, night_count
from kakehashi.diff.undo import make_undo, objections

__all__ = [
    "NO_PLAN",
    "SHARD",
    "Action",
    "Approval",
    "Breach",
    "Change",
    "Decision",
    "Decisions",
    "Export",
    "Kind",
    "LastNight",
    "Missing",
    "NightCount",
    "Offered",
    "PastNights",
    "Plan",
    "PlanHeader",
    "Planned",
    "Situation",
    "Undone",
    "admit",
    "binned_perhaps",
    "comes_late",
    "export_of",
    "make_plan",
    "make_undo",
    "night_count",
    "objections",
    "outdated",
    "plan_of",
    "read_plan",
    "settled",
    "unseen",
]
