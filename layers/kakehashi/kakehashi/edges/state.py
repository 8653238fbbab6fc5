"""The state table: what must outlive a run, one partition a city.

| pk            | sk               | holds                                                     |
|---------------|------------------|-----------------------------------------------------------|
| CITY#<code>   | PUPIL#<umi>      | the pupil as last applied (``Known``), ``etag``           |
| CITY#<code>   | STATE            | serial, the run that moved it last, the lease,            |
|               |                  | the run that settled last, the newest export applied      |
| CITY#<code>   | RUN#<run_id>     | verdict, checksum, drop, approvals                        |
| CITY#<code>   | DROP#<sha256>    | the run that took this drop, and how it ended             |
| CITY#<code>   | TOOL#<name>      | what that tool last received                              |
| CITY#<code>   | NEWEST_DROP      | the drop that a rerun takes                               |
| CITY#<code>   | PROPOSALS        | the run that asked staff last about leavers and links     |
| LTI           | KEYS             | which keys sign launches, and from when                   |

Two indexes hold the keys of pupils' items: ``ByObject`` (``object_id``) and ``ByClass``
(``class_id``, the sourcedId of the home class).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, Self

import boto3
from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from kakehashi.diff import Export
from kakehashi.edges.errors import Refused, TryLater
from kakehashi.roster import Known, canonical, class_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

LEASE = timedelta(minutes=30)
_CONDITION_FAILED = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on the city now: an execution's ARN, until when (UTC)."""

    owner: str
    expires: datetime


def etag(known: Known) -> str:
    """A fingerprint of what we know of a pupil, to write only over what was read."""
    return hashlib.sha256(canonical(known.to_json()).encode()).hexdigest()[:32]


class State:
    """One city's partition."""

    def __init__(self, table: Table, city: str) -> None:
        self.table, self.pk = table, f"CITY#{city}"

    @classmethod
    def of(cls, table_name: str, city: str) -> Self:
        return cls(boto3.resource("dynamodb").Table(table_name), city)

    # -- pupils ---------------------------------------------------------------------------

    def pupils(self) -> Iterator[Known]:
        """Everybody we have ever given an account, ordered by userMasterIdentifier."""
        query: dict[str, Any] = {
            "KeyConditionExpression": Key("pk").eq(self.pk) & Key("sk").begins_with("PUPIL#"),
            "ConsistentRead": True,
        }
        while True:
            page = self.table.query(**query)
            for item in page["Items"]:
                yield _known(item)
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def pupil(self, umi: str) -> Known | None:
        item = self._get(f"PUPIL#{umi}")
        return _known(item) if item else None

    def pupils_of(self, umis: Iterable[str]) -> dict[str, Known]:
        """These pupils by userMasterIdentifier, a hundred a call; who is unknown is left out."""
        found: dict[str, Known] = {}
        for some in batched(umis, 100, strict=False):
            keys = [{"pk": self.pk, "sk": f"PUPIL#{umi}"} for umi in dict.fromkeys(some)]
            wanted: Any = {self.table.name: {"Keys": keys, "ConsistentRead": True}}
            while wanted:
                answer = self.table.meta.client.batch_get_item(RequestItems=wanted)
                for item in answer["Responses"][self.table.name]:
                    known = _known(item)
                    found[known.pupil.id] = known
                wanted = answer.get("UnprocessedKeys")
        return found

    def put_pupil(self, known: Known, previous: Known | None) -> None:
        """Write what was applied, only over ``previous``. Raises TryLater if it has moved."""
        item: dict[str, Any] = {
            "pk": self.pk,
            "sk": f"PUPIL#{known.pupil.id}",
            "etag": etag(known),
            "known": canonical(known.to_json()),  # as text: maps are slow to read by thousands
            **_indexed(known),
        }
        unmoved: ConditionBase = Attr("pk").not_exists()
        if previous:
            unmoved = Attr("etag").eq(etag(previous))
        try:
            self.table.put_item(
                Item=item, ConditionExpression=unmoved | Attr("etag").eq(etag(known))
            )
        except ClientError as exc:
            raise _later(exc, "a pupil's item moved under us") from exc

    def drop_pupil(self, known: Known) -> None:
        """Forget a pupil whose account was deleted by a person's decision, as it was read.

        Raises TryLater if the item has moved. One that is gone already is as it should be.
        """
        try:
            self.table.delete_item(
                Key={"pk": self.pk, "sk": f"PUPIL#{known.pupil.id}"},
                ConditionExpression=Attr("pk").not_exists() | Attr("etag").eq(etag(known)),
            )
        except ClientError as exc:
            raise _later(exc, "a pupil's item moved under us") from exc

    # -- serial and lease -----------------------------------------------------------------

    def serial(self) -> int:
        return int((self._get("STATE") or {}).get("serial", 0))

    def begin_apply(self, run_id: str, planned_at: int) -> None:
        """Move the serial past ``planned_at``; again for the same run is harmless.

        Raises Refused when another run has moved the state since the plan was made.
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
            if exc.response["Error"]["Code"] == _CONDITION_FAILED:
                raise Refused(f"the state moved since the plan of run {run_id}") from exc
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
            raise _later(exc, "another run holds the lease of this city") from exc

    def renew_lease(self, owner: str, now: datetime) -> None:
        """Called by every stage. Raises Refused when somebody else has taken over.

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
            if exc.response["Error"]["Code"] == _CONDITION_FAILED:
                raise Refused("another run has taken the lease of this city") from exc
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
            if exc.response["Error"]["Code"] != _CONDITION_FAILED:
                raise

    # -- runs, drops, tools ----------------------------------------------------------------

    def run(self, run_id: str) -> dict[str, Any]:
        """Attributes of a run's record; {} where there is none."""
        return self._get(f"RUN#{run_id}") or {}

    def note_run(self, run_id: str, **attributes: Any) -> None:
        self._set(f"RUN#{run_id}", attributes)

    def runs(self, most: int = 30) -> list[dict[str, Any]]:
        """The newest runs first."""
        answer = self.table.query(
            KeyConditionExpression=Key("pk").eq(self.pk) & Key("sk").begins_with("RUN#"),
            ScanIndexForward=False,
            Limit=most,
            ConsistentRead=True,
        )
        return [_plain(item) for item in answer["Items"]]

    def run_ids(self, since: str) -> set[str]:
        """Ids of runs, from the id ``since`` on, that have a record."""
        between = Key("sk").between(f"RUN#{since}", "RUN#~")
        query: dict[str, Any] = {
            "KeyConditionExpression": Key("pk").eq(self.pk) & between,
            "ProjectionExpression": "sk",
            "ConsistentRead": True,
        }
        found: set[str] = set()
        while True:
            page = self.table.query(**query)
            found |= {str(item["sk"]).removeprefix("RUN#") for item in page["Items"]}
            if "LastEvaluatedKey" not in page:
                return found
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def work_since(self, run_id: str) -> dict[str, dict[str, Any]]:
        """What runs from this id on saved (``report.Work.record``), by run id."""
        since = Key("sk").between(f"RUN#{run_id}", "RUN#~")
        query: dict[str, Any] = {
            "KeyConditionExpression": Key("pk").eq(self.pk) & since,
            "ProjectionExpression": "sk, transfers, transfers_in_systems, rolled_over",
            "ConsistentRead": True,
        }
        found: dict[str, dict[str, Any]] = {}
        while True:
            page = self.table.query(**query)
            for item in map(_plain, page["Items"]):
                found[str(item.pop("sk")).removeprefix("RUN#")] = item
            if "LastEvaluatedKey" not in page:
                return found
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def drop(self, sha256: str) -> dict[str, Any]:
        return self._get(f"DROP#{sha256}") or {}

    def note_drop(self, sha256: str, **attributes: Any) -> None:
        self._set(f"DROP#{sha256}", attributes)

    def tool(self, name: str) -> dict[str, Any]:
        return self._get(f"TOOL#{name}") or {}

    def note_tool(self, name: str, **attributes: Any) -> None:
        self._set(f"TOOL#{name}", attributes)

    def newest_drop(self) -> dict[str, Any]:
        """The drop that came last: {} or {sha256, key, version, received, …}."""
        item = self._get("NEWEST_DROP")
        return item or {}

    def note_newest_drop(self, **attributes: Any) -> None:
        self._set("NEWEST_DROP", attributes)

    def proposals(self) -> str:
        """The run that asked staff last, "" where none has."""
        return str((self._get("PROPOSALS") or {}).get("run_id", ""))

    def note_proposals(self, run_id: str) -> None:
        self._set("PROPOSALS", {"run_id": run_id, "undone": []})

    def undone_since_asked(self) -> list[str]:
        """Undos that were applied since staff were asked last."""
        return [str(run_id) for run_id in (self._get("PROPOSALS") or {}).get("undone", [])]

    def note_undone(self, run_id: str) -> None:
        self._set("PROPOSALS", {"undone": sorted({*self.undone_since_asked(), run_id})})

    # -- one item ---------------------------------------------------------------------------

    def _get(self, sk: str) -> dict[str, Any] | None:
        item = self.table.get_item(Key={"pk": self.pk, "sk": sk}, ConsistentRead=True).get("Item")
        return _plain(item) if item else None

    def _set(self, sk: str, attributes: Mapping[str, Any]) -> None:
        names = {f"#{i}": name for i, name in enumerate(attributes)}
        values = {f":{i}": value for i, value in enumerate(attributes.values())}
        self.table.update_item(
            Key={"pk": self.pk, "sk": sk},
            UpdateExpression="SET " + ", ".join(f"#{i} = :{i}" for i in range(len(attributes))),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )


def _plain(value: Any) -> Any:
    """DynamoDB's Decimals as ints (we store no other numbers)."""
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items() if k != "pk"}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return int(value) if type(value).__name__ == "Decimal" else value


def _indexed(known: Known) -> dict[str, str]:
    """What the table's two indexes find a pupil by: the account, and the home class."""
    pupil = known.pupil
    found = {"object_id": known.object_id}
    if pupil.class_title:
        found["class_id"] = class_id(pupil.school, pupil.school_year, pupil.class_title)
    return {name: value for name, value in found.items() if value}


def _known(item: Mapping[str, Any]) -> Known:
    return Known.from_json(json.loads(item["known"]))


def _later(exc: ClientError, why: str) -> Exception:
    return TryLater(why) if exc.response["Error"]["Code"] == _CONDITION_FAILED else exc
