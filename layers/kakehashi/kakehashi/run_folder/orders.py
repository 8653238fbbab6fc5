"""undo.json and order.json: what a person has asked for, without a drop."""

from __future__ import annotations

from dataclasses import dataclass

from kakehashi.run_folder import RunFiles
from kakehashi.stored import read, written

UNDO, DELIVERY = "undo.json", "order.json"


@dataclass(frozen=True, slots=True)
class UndoNote:
    """Which run is to be turned back, and who says so; false where none is."""

    run_id: str = ""
    by: str = ""

    def __bool__(self) -> bool:
        return bool(self.run_id)


@dataclass(frozen=True, slots=True)
class DeliveryOrder:
    """Deliver to one tool now. ``at`` is an ISO moment, ``execution`` an ARN."""

    tool: str
    full: bool
    by: str
    at: str
    execution: str


def undo(folder: RunFiles) -> UndoNote:
    return read(UndoNote, folder.get_json(UNDO))


def put_undo(folder: RunFiles, note: UndoNote) -> None:
    folder.put_json(UNDO, written(note))


def put_delivery_order(folder: RunFiles, order: DeliveryOrder) -> None:
    folder.put_json(DELIVERY, written(order))
