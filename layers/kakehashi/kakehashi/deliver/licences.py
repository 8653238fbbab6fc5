"""The licence list of a digital textbook: one line for each pupil who may open it.

Who is not on tonight's list has no licence tomorrow, so a suspended pupil is left out. The columns
are data of the dialect; what can stand in one are the facts below.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from kakehashi.deliver.dialect import LicenceList
from kakehashi.deliver.records import Records, Row

_ORDER = ("schoolCode", "grade", "classTitle", "attendanceNumber", "userMasterIdentifier")


def licence_list(records: Records, wanted: LicenceList) -> tuple[bytes, int]:
    """The file, and how many pupils stand in it; the same bytes for the same records."""
    pupils = [facts for facts in _pupils(records) if facts["enabledUser"] == "true"]
    pupils.sort(key=lambda facts: [facts[name].zfill(3) for name in _ORDER])
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(wanted.columns)
    writer.writerows([facts[name] for name in wanted.columns.values()] for facts in pupils)
    return text.getvalue().encode("utf-8-sig" if wanted.bom else "utf-8"), len(pupils)


def _pupils(records: Records) -> Iterator[dict[str, str]]:
    cells = {file: _Cells(columns) for file, columns in records.shape.header.items()}
    user, school = cells["users.csv"], cells["orgs.csv"]
    room, enrolled = cells["classes.csv"], cells["enrollments.csv"]
    homes = {
        enrolled.of(row, "userSourcedId"): row for row in records.rows["enrollments.csv"].values()
    }
    for sourced_id, row in records.rows["users.csv"].items():
        home = homes.get(sourced_id, ())
        where = records.rows["orgs.csv"].get(user.of(row, "primaryOrgSourcedId"), ())
        at = records.rows["classes.csv"].get(enrolled.of(home, "classSourcedId"), ())
        yield {
            "enabledUser": user.of(row, "enabledUser"),
            "userMasterIdentifier": user.of(row, "userMasterIdentifier"),
            "username": user.of(row, "username"),
            "familyName": user.of(row, "preferredFamilyName"),
            "givenName": user.of(row, "preferredGivenName"),
            "kanaFamilyName": user.of(row, "metadata.jp.kanaFamilyName"),
            "kanaGivenName": user.of(row, "metadata.jp.kanaGivenName"),
            "grade": user.of(row, "grades"),
            "schoolCode": school.of(where, "identifier"),
            "schoolName": school.of(where, "name"),
            "classTitle": room.of(at, "title"),
            "attendanceNumber": enrolled.of(home, "metadata.jp.shussekiNo"),
        }


class _Cells:
    def __init__(self, columns: tuple[str, ...]) -> None:
        self.places: Mapping[str, int] = {name: at for at, name in enumerate(columns)}

    def of(self, row: Row, column: str) -> str:
        """The cell; blank where there is no such row or column."""
        return row[self.places[column]] if row and column in self.places else ""
