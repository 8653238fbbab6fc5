"""What a person orders on the staff page: gathered and judged first, then noted, then done.

An order is a value until it is carried out, so that the record has it before anything moves: what
was done and cannot be found in the record does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from kakehashi.catalogue import staff as rules
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.desk import Caller
from kakehashi.findings import Finding
from kakehashi.refusal import Refusal
from kakehashi.staff.recorded import Done


@dataclass(frozen=True, slots=True)
class StaffOrder:
    """For the record: a word of ours, and what it was about. ``city`` may be another than the one
    that the caller looks at only where it is refused."""

    what: str
    run: str = ""
    checksum: str = ""
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """``act`` carries it out; then the browser goes ``to`` a page, which says ``told``."""

    order: StaffOrder
    to: str
    told: str
    act: Callable[[], object] = field(default=lambda: None, repr=False)


@dataclass(frozen=True, slots=True)
class OrderNotTaken:
    """Nothing was done; ``reasons`` are what the plan's admission says, where it was asked."""

    order: StaffOrder
    refusal: Refusal
    reasons: Sequence[Finding] = ()


type Judged = Taken | OrderNotTaken


def carry_out(deps: StaffDependencies, caller: Caller, judged: Judged) -> None:
    """Note the order, then do it. What fails is noted as failed, and raised."""
    if isinstance(judged, OrderNotTaken):
        note(deps, caller, judged.order, judged.refusal.code)
        return
    note(deps, caller, judged.order)
    try:
        judged.act()
    except Exception:
        note(deps, caller, judged.order, rules.OUR_FAULT.code)
        raise


def note(deps: StaffDependencies, caller: Caller, order: StaffOrder, code: str = "") -> None:
    deps.record(caller.city).note(_done(caller, order, code))


def _done(caller: Caller, order: StaffOrder, code: str) -> Done:
    viewer = caller.viewer
    done = Done(caller.now, viewer.oid, viewer.name, order.what)
    return replace(done, run=order.run, checksum=order.checksum, before=order.before,
                   after=order.after, code=code)  # fmt: skip
