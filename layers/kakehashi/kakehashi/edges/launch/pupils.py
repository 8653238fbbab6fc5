"""People as the launcher asks for them: by account, by class, and whether somebody is held.

The two indexes hold keys only; what is believed is the person's item itself.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.conditions import Key

from kakehashi.edges.runs import Folder, prefix_of
from kakehashi.edges.staff_files import plan_header
from kakehashi.edges.state import Applied, PupilItems
from kakehashi.edges.state.pupils import person_at, room_key
from kakehashi.lti.contexts import context_of
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember
from kakehashi.run_folder.plan import header

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

BY_OBJECT, BY_CLASS = "ByObject", "ByClass"


class Pupils:
    def __init__(self, table: Table, runs_bucket: str) -> None:
        self.table, self.runs_bucket = table, runs_bucket

    def signed_in(self, object_id: str) -> tuple[str, Record[Any]] | None:
        """(city, person) whose account this is: one tenant serves all cities of a stack."""
        for pk, sk in self._keys(BY_OBJECT, "object_id", object_id):
            known = self.of(pk.removeprefix("CITY#"), person_at(sk))
            if known and known.object_id.lower() == object_id:
                return pk.removeprefix("CITY#"), known
        return None

    def of(self, city: str, who: str) -> Record[Any] | None:
        return PupilItems(self.table, city).pupil(who)

    def in_class(self, city: str, class_id: str) -> list[Record]:
        """Everybody whose home class this is; nobody where it is another city's."""
        mine = f"CITY#{city}"
        found = self._keys(BY_CLASS, "class_id", class_id)
        umis = [person_at(sk) for pk, sk in found if pk == mine]
        known = PupilItems(self.table, city).pupils_of(umis).values()
        return [one for one in known if context_of(one.pupil).id == class_id]

    def teachers_of(
        self, city: str, school: str, title: str, day: date
    ) -> list[Record[StaffMember]]:
        """Everybody of the staff to whom this class belongs on ``day``, Japan's."""
        mine = f"CITY#{city}"
        found = self._keys(BY_CLASS, "class_id", room_key(school, title))
        ids = [person_at(sk) for pk, sk in found if pk == mine]
        known = PupilItems(self.table, city).pupils_of(ids).values()
        return [one for one in known if (school, title) in one.pupil.rooms(day)]

    def grades_in(self, city: str, class_id: str) -> tuple[str, ...]:
        """The grades of a class, each once."""
        return tuple(sorted({one.pupil.grade for one in self.in_class(city, class_id)}))

    def held(self, city: str) -> frozenset[str]:
        """Who was held when the last roster settled, and of whose account the staff's plan beside
        it is in doubt; an undo or a redelivery holds nobody."""
        settled = Applied(self.table, city).settled_run()
        if not settled:
            return frozenset()
        folder = Folder(boto3.client("s3"), self.runs_bucket, prefix_of(settled))
        return header(folder).held_pupils | plan_header(folder).in_doubt

    def _keys(self, index: str, name: str, value: str) -> list[tuple[str, str]]:
        query: dict[str, Any] = {
            "IndexName": index,
            "KeyConditionExpression": Key(name).eq(value),
        }
        found: list[tuple[str, str]] = []
        while True:
            page = self.table.query(**query)
            found += [(str(item["pk"]), str(item["sk"])) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
