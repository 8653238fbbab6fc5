"""One execution at a time per city: who has the lease takes it, keeps it alive, gives it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from kakehashi.edges.errors import Overtaken, TryLater
from kakehashi.edges.state.partition import Partition, lost_the_race

LEASE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on the city now: an execution's ARN, until when (UTC)."""

    owner: str
    expires: datetime


class Leased(Partition):
    def lease(self) -> Lease | None:
        item = self._get("STATE") or {}
        if not item.get("lease_owner"):
            return None
        return Lease(str(item["lease_owner"]), datetime.fromisoformat(str(item["lease_until"])))

    def take_lease(self, owner: str, now: datetime, dead: str | None = None) -> None:
        """One execution at a time per city. Raises TryLater while another holds the lease.

        ``now`` is UTC. ``dead`` names an owner known to have ended, whose lease may be taken.
        """
        free = (
            Attr("lease_owner").not_exists()
            | Attr("lease_owner").eq(owner)
            | Attr("lease_until").lt(now.isoformat())
        )
        if dead:
            free = free | Attr("lease_owner").eq(dead)
        try:
            self.table.update_item(
                Key={"pk": self.pk, "sk": "STATE"},
                UpdateExpression="SET lease_owner = :owner, lease_until = :until",
                ConditionExpression=free,
                ExpressionAttributeValues={
                    ":owner": owner,
                    ":until": (now + LEASE).isoformat(),
                },
            )
        except ClientError as exc:
            if lost_the_race(exc):
                raise TryLater("another run holds the lease of this city") from exc
            raise

    def renew_lease(self, owner: str, now: datetime) -> None:
        """Called by every stage. Raises Overtaken when somebody else has taken over.

        A rehearsal holds no lease and has no ``owner``: nothing happens.
        """
        if not owner:
            return
        try:
            self.table.update_item(
                Key={"pk": self.pk, "sk": "STATE"},
                UpdateExpression="SET lease_until = :until",
                ConditionExpression=Attr("lease_owner").eq(owner),
                ExpressionAttributeValues={":until": (now + LEASE).isoformat()},
            )
        except ClientError as exc:
            if lost_the_race(exc):
                raise Overtaken("another run has taken the lease of this city") from exc
            raise

    def free_lease(self, owner: str) -> None:
        """Give the lease back; harmless when it is not ours (any more)."""
        if not owner:
            return
        try:
            self.table.update_item(
                Key={"pk": self.pk, "sk": "STATE"},
                UpdateExpression="REMOVE lease_owner, lease_until",
                ConditionExpression=Attr("lease_owner").eq(owner),
            )
        except ClientError as exc:
            if not lost_the_race(exc):
                raise
