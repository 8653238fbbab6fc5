"""People's items: each as last applied, written only over what was read.

What was read is known by its ``etag``, which nobody makes again from the contents: another release
may have written the item.

Pupils stand at ``PUPIL#``, where the first release put them, and are to stand at
``PERSON#pupil#``, beside the staff. This release finds them at either key and writes the old one;
the next moves them. So nobody is lost while functions of both work on one night, or after going
back to this one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import merge
from itertools import batched
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from kakehashi.edges.errors import UNREADABLE, OtherRelease
from kakehashi.edges.state.partition import Partition, later, lost_the_race
from kakehashi.jsonlines import canonical, parsed
from kakehashi.people.population import PUPILS, STAFF, Population, population_of
from kakehashi.people.pupil import Pupil, class_id
from kakehashi.people.record import Record
from kakehashi.people.staff import StaffMember

_TEACHES = "TEACHES#"


class PupilItems(Partition):
    def pupils(self) -> Iterator[Record]:
        """Everybody we have ever given an account, ordered by userMasterIdentifier.

        To be read only: a city's worth of etags would be held in memory for nothing. Raises
        OtherRelease.
        """
        here, moved = (self._people(under) for under in (_written(PUPILS), _moved(PUPILS)))
        last = ""
        for record in merge(here, moved, key=lambda record: record.pupil.id):
            if record.pupil.id != last:  # at both keys, the one that we write counts
                yield record
            last = record.pupil.id

    def staff(self) -> Iterator[Record[StaffMember]]:
        """The same of everybody of the staff."""
        return self.people(STAFF)

    def people(self, population: Population) -> Iterator[Record[Any]]:
        """The same of a population that has stood where it stands since its first day."""
        return self._people(_written(population))

    def _people(self, under: str) -> Iterator[Record[Any]]:
        return map(_read, self._every(Key("sk").begins_with(under), "known"))

    def pupil(self, umi: str) -> Record | None:
        item = self._get(sort_key(umi)) or self._get(_moved_key(umi))
        return _known(item) if item else None

    def pupils_of(self, umis: Iterable[str]) -> dict[str, Record[Any]]:
        """These people by id; who is unknown is left out."""
        wanted = list(dict.fromkeys(umis))
        found = self._at(sort_key, wanted)
        return found | self._at(_moved_key, [umi for umi in wanted if umi not in found])

    def _at(self, key: Callable[[str], str], people: Iterable[str]) -> dict[str, Record[Any]]:
        """Who of them stands there, a hundred a call."""
        found: dict[str, Record[Any]] = {}
        for some in batched(people, 100, strict=False):
            keys = [{"pk": self.pk, "sk": key(umi)} for umi in some]
            wanted: Any = {self.table.name: {"Keys": keys, "ConsistentRead": True}}
            while wanted:
                answer = self.table.meta.client.batch_get_item(RequestItems=wanted)
                for item in answer["Responses"][self.table.name]:
                    known = _known(item)
                    found[known.pupil.id] = known
                wanted = answer.get("UnprocessedKeys")
        return found

    def put_pupil(self, record: Record[Any], previous: Record[Any] | None) -> None:
        """Write what was applied, only over ``previous``. Raises TryLater if it has moved."""
        item = self._item(record)
        rooms, before = _rooms(record), _rooms(previous) if previous else frozenset[str]()
        for room in rooms - before:  # one too many is harmless: what is believed is the record
            self.table.put_item(Item={"pk": self.pk} | _pointer(room, record.pupil.id))
        unmoved = _as_read(previous) if previous else Attr("pk").not_exists()
        try:
            same = Attr("etag").eq(item["etag"])
            self.table.put_item(Item=item, ConditionExpression=unmoved | same)
        except ClientError as exc:
            if previous and lost_the_race(exc) and _can_move(record.pupil.id):
                self._put_back(item, previous)
            else:
                raise later(exc, "a pupil's item moved under us") from exc
        for room in before - rooms:
            self._drop_pointer(room, record.pupil.id)

    def _item(self, record: Record[Any]) -> dict[str, Any]:
        line = canonical(record.to_json())
        return {
            "pk": self.pk,
            "sk": sort_key(record.pupil.id),
            "etag": hashlib.sha256(line).hexdigest()[:32],
            "known": line.decode(),  # as text: maps are slow to read by thousands
            **_indexed(record),
        }

    def _put_back(self, item: dict[str, Any], previous: Record[Any]) -> None:
        """Write over what a later release has moved: at one key or the other, never at both."""
        table, moved = self.table.name, {"pk": self.pk, "sk": _moved_key(previous.pupil.id)}
        put = {"TableName": table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        delete = {"TableName": table, "Key": moved, "ConditionExpression": "etag = :read",
                  "ExpressionAttributeValues": {":read": previous.etag}}  # fmt: skip
        steps: Any = [{"Put": put}, {"Delete": delete}]
        try:
            self.table.meta.client.transact_write_items(TransactItems=steps)
        except ClientError as exc:
            raise later(exc, "a pupil's item moved under us") from exc

    def _drop_pointer(self, room: str, who: str) -> None:
        key = {"pk": self.pk, "sk": _pointer(room, who)["sk"]}
        self.table.delete_item(Key=key)

    def drop_pupil(self, record: Record[Any]) -> None:
        """Forget a pupil whose account was deleted by a person's decision, as it was read.

        Raises TryLater if the item has moved. One that is gone already is as it should be.
        """
        for sk in dict.fromkeys((sort_key(record.pupil.id), _moved_key(record.pupil.id))):
            try:
                self.table.delete_item(
                    Key={"pk": self.pk, "sk": sk},
                    ConditionExpression=Attr("pk").not_exists() | _as_read(record),
                )
            except ClientError as exc:
                raise later(exc, "a pupil's item moved under us") from exc
        for room in _rooms(record):
            self._drop_pointer(room, record.pupil.id)


def room_key(school: str, title: str) -> str:
    """By what the index of classes finds those who teach one: the same in every year."""
    return f"taught {class_id(school, 0, title)}"


def person_at(sort_key: str) -> str:
    """Whose item stands there, or points there."""
    return sort_key.rpartition("#")[2]


def _rooms(record: Record[Any]) -> frozenset[str]:
    """The classes in which somebody teaches, as the index has them."""
    rooms = population_of(record.pupil.id).rooms(record.pupil)
    return frozenset(room_key(school, title) for school, title in rooms)


def _pointer(room: str, who: str) -> dict[str, str]:
    return {"sk": f"{_TEACHES}{room.removeprefix('taught ')}#{who}", "class_id": room}


def _written(population: Population) -> str:
    """Under what their items are written."""
    return "PUPIL#" if population is PUPILS else _moved(population)


def _moved(population: Population) -> str:
    """Under what the next release writes them."""
    return f"PERSON#{population.name}#"


def sort_key(person: str) -> str:
    """Where somebody's item is written."""
    return _written(population_of(person)) + person


def _moved_key(person: str) -> str:
    """Where the next release writes it."""
    return _moved(population_of(person)) + person


def _can_move(person: str) -> bool:
    return sort_key(person) != _moved_key(person)


def _as_read(record: Record[Any]) -> ConditionBase:
    """The item is still the one that was read."""
    if not record.etag:
        raise ValueError("only what was read from its item can be written over")
    return Attr("etag").eq(record.etag)


def _indexed(record: Record[Any]) -> dict[str, str]:
    """What the table's two indexes find a pupil by: the account, and the home class."""
    pupil = record.pupil
    found = {"object_id": record.object_id}
    if isinstance(pupil, Pupil) and pupil.class_title:
        found["class_id"] = class_id(pupil.school, pupil.school_year, pupil.class_title)
    return {name: value for name, value in found.items() if value}


def _known(item: Mapping[str, Any]) -> Record[Any]:
    return replace(_read(item), etag=str(item["etag"]))


def _read(item: Mapping[str, Any]) -> Record[Any]:
    try:
        return Record.from_json(parsed(item["known"]))
    except UNREADABLE as exc:
        raise OtherRelease("an item of the state") from exc
