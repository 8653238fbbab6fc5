"""How far the city has come: its serial, and what was applied or settled last."""

from __future__ import annotations

from boto3.dynamodb.conditions import Attr, ConditionBase
from botocore.exceptions import ClientError

from kakehashi.diff.exports import Export, Planned
from kakehashi.edges.errors import Overtaken
from kakehashi.edges.state.partition import Partition, lost_the_race


class Applied(Partition):
    def serial(self) -> int:
        return int((self._get("STATE") or {}).get("serial", 0))

    def begin_apply(self, run_id: str, planned_at: int) -> None:
        """Move the serial past ``planned_at``; again for the same run is harmless.

        Raises Overtaken when another run has moved the state since the plan was made.
        """
        mine = Attr("serial").eq(planned_at + 1) & Attr("moved_by").eq(run_id)
        fresh: ConditionBase = Attr("serial").eq(planned_at)
        if planned_at == 0:
            fresh = fresh | Attr("serial").not_exists()
        try:
            self.table.update_item(
                Key={"pk": self.pk, "sk": "STATE"},
                UpdateExpression="SET serial = :next, moved_by = :run",
                ConditionExpression=fresh | mine,
                ExpressionAttributeValues={":next": planned_at + 1, ":run": run_id},
            )
        except ClientError as exc:
            if lost_the_race(exc):
                raise Overtaken(f"the state moved since the plan of run {run_id}") from exc
            raise

    def settled_run(self) -> str:
        """The run of a roster that was applied last, or found nothing to do; "" for none."""
        return str((self._get("STATE") or {}).get("settled_run", ""))

    def note_settled(self, run_id: str) -> None:
        self._set("STATE", {"settled_run": run_id})

    def newest_export(self) -> Export:
        """How new the newest roster is that was applied."""
        return Export.from_json((self._get("STATE") or {}).get("export", {}))

    def note_export(self, export: Export) -> None:
        self._set("STATE", {"export": export.to_json()})

    def newest_plan(self) -> Planned:
        """The newest roster that reached a plan, applied, waiting or with nothing to do."""
        return Planned.from_json((self._get("STATE") or {}).get("planned", {}))

    def note_plan(self, planned: Planned) -> None:
        self._set("STATE", {"planned": planned.to_json()})
