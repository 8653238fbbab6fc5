"""What happened to each pupil, what to do about it, and may we: a pure function of four lists.

situations → reactions → plan → calendar → limits, and approval for plans that had to wait.
"""

from kakehashi.diff.approval import Approval, admit
from kakehashi.diff.limits import LastNight
from kakehashi.diff.plan import SHARD, Action, Breach, Kind, Plan, read_plan, settled
from kakehashi.diff.planning import make_plan
from kakehashi.diff.reactions import Decision, Decisions
from kakehashi.diff.situations import Change, Situation
from kakehashi.diff.sources import unseen

__all__ = [
    "SHARD",
    "Action",
    "Approval",
    "Breach",
    "Change",
    "Decision",
    "Decisions",
    "Kind",
    "LastNight",
    "Plan",
    "Situation",
    "admit",
    "make_plan",
    "read_plan",
    "settled",
    "unseen",
]
