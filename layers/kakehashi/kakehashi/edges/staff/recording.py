"""記録: what people did here, to read and to take out."""

from __future__ import annotations

from kakehashi.catalogue import staff as rules
from kakehashi.edges.staff.audit_log import span
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
from kakehashi.refusal import Refusal
from kakehashi.staff.recorded import Recorded


def page(asked: Asked) -> Recorded:
    rows, older = asked.deps.record(asked.city).newest(before=asked.query.get("older"))
    return Recorded(rows, older)


class Taking:
    """A month or a day of the record on its way out; ``found`` b"" until it was judged good."""

    def __init__(self) -> None:
        self.when, self.found = "", b""

    def judge(self, asked: Asked) -> Judged:
        record = asked.deps.record(asked.city)
        self.when = asked.form.get("when") or record.month()
        wanted = span(self.when) if self.when else None
        order = StaffOrder("record", after=self.when if wanted else "")
        if wanted is None:
            return OrderNotTaken(order, Refusal(rules.BAD_FORM))
        self.found = record.as_csv(*wanted) or b""
        if not self.found:
            return OrderNotTaken(order, Refusal(rules.RECORD_TOO_LONG))
        return Taken(order, "", "")
