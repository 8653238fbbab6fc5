"""A small learning tool: takes OneRoster zips in as the standard says, and nothing more clever.

Independent of the code that writes them: zip, CSV, and a dict per file.
"""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.builders import a_code

SCHOOLS = uuid.UUID("892c6b4e-7eaa-5fff-b994-751a7ba9009c")  # what school ids are drawn from: v5

REFERS = {
    "orgs.csv": {"parentSourcedId": "orgs.csv"},
    "academicSessions.csv": {"parentSourcedId": "academicSessions.csv"},
    "courses.csv": {"schoolYearSourcedId": "academicSessions.csv", "orgSourcedId": "orgs.csv"},
    "classes.csv": {
        "courseSourcedId": "courses.csv",
        "schoolSourcedId": "orgs.csv",
        "termSourcedIds": "academicSessions.csv",
    },
    "users.csv": {
        "primaryOrgSourcedId": "orgs.csv",
        "orgSourcedIds": "orgs.csv",
        "metadata.jp.homeClass": "classes.csv",
    },
    "roles.csv": {"userSourcedId": "users.csv", "orgSourcedId": "orgs.csv"},
    "enrollments.csv": {
        "classSourcedId": "classes.csv",
        "schoolSourcedId": "orgs.csv",
        "userSourcedId": "users.csv",
    },
}
IN_ORDER = ("academicSessions.csv", "orgs.csv", "courses.csv", "classes.csv", "users.csv",
            "roles.csv", "enrollments.csv")  # fmt: skip

type Row = dict[str, str]


class Rejected(Exception):
    """The tool does not take this upload."""


def unzip(body: bytes) -> dict[str, list[Row]]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        texts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    return {
        name: list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
        for name, text in texts.items()
    }


@dataclass
class Receiver:
    """What the tool knows: file → sourcedId → row, status and dateLastModified apart."""

    store: dict[str, dict[str, Row]] = field(default_factory=lambda: {f: {} for f in IN_ORDER})
    behind: set[str] = field(default_factory=set)

    def take(self, body: bytes, refuses: Iterable[str] = ()) -> None:
        """One upload, all or nothing, but for the rows of pupils whom the tool ``refuses``: they
        stay ``behind`` as they are, until it takes a row of theirs. Raises Rejected.
        """
        files = unzip(body)
        told_of = {row["sourcedId"] for row in files.get("users.csv", [])}
        self.behind = self.behind - told_of | set(refuses)
        files = {name: [row for row in rows if whose(name, row) not in self.behind]
                 for name, rows in files.items()}  # fmt: skip
        modes = {row["propertyName"]: row["value"] for row in files.pop("manifest.csv")}
        sent = {m for name, m in modes.items() if name.startswith("file.") and m != "absent"}
        if sent == {"bulk"}:
            self._replace(files)
        elif sent == {"delta"}:
            if modes["oneroster.version"] == "1.1":  # where a user's school and role stand with it
                self._forget_roles(told_of)  # of the refused too: there is no file for them
            self._apply(files)
        elif sent:
            raise Rejected("mixed modes")

    def _replace(self, files: dict[str, list[Row]]) -> None:
        fresh: dict[str, dict[str, Row]] = {f: {} for f in IN_ORDER}
        for file in IN_ORDER:
            for row in files.get(file, []):
                if row["status"] or row["dateLastModified"]:
                    raise Rejected(f"{file}: status in a bulk file")
                self._look_up(file, row, fresh)
                fresh[file][row["sourcedId"]] = plain(row)
        self.store = fresh

    def _apply(self, files: dict[str, list[Row]]) -> None:
        after = {file: dict(rows) for file, rows in self.store.items()}
        rows = [(file, row) for file in IN_ORDER for row in files.get(file, [])]
        for file, row in rows:
            if row["status"] not in {"active", "tobedeleted"} or not row["dateLastModified"]:
                raise Rejected(f"{file}: not a row of a delta file")
            if row["status"] == "active":
                self._look_up(file, row, after)
                after[file][row["sourcedId"]] = plain(row)
        for file, row in reversed(rows):
            if row["status"] == "tobedeleted":
                after[file].pop(row["sourcedId"], None)
        self.store = after
        for file, held in after.items():
            for row in (r for r in held.values() if whose(file, r) not in self.behind):
                self._look_up(file, row, after)  # nothing dangles once the upload is applied

    def _forget_roles(self, users: set[str]) -> None:
        roles = self.store["roles.csv"].items()
        kept = {i: role for i, role in roles if role["userSourcedId"] not in users}
        self.store = self.store | {"roles.csv": kept}

    @staticmethod
    def _look_up(file: str, row: Row, known: dict[str, dict[str, Row]]) -> None:
        for column, target in REFERS[file].items():
            value = row.get(column, "")
            if value not in {"", "NULL"} and value not in known[target]:
                raise Rejected(f"{file}.{column} points at nothing")

    def pupils(self) -> dict[str, tuple[str, ...]]:
        """What the tool would show of each pupil: joined through roles, enrollments, classes."""
        home = {e["userSourcedId"]: e for e in self.store["enrollments.csv"].values()}
        role = {r["userSourcedId"]: r["orgSourcedId"] for r in self.store["roles.csv"].values()}
        shown: dict[str, tuple[str, ...]] = {}
        for umi, user in self.store["users.csv"].items():
            at = role.get(umi) or user.get("orgSourcedIds", "")  # of one left behind it may be gone
            school = self.store["orgs.csv"].get(at, {"identifier": "", "name": ""})
            enrolled = home.get(umi, {})
            room = self.store["classes.csv"].get(enrolled.get("classSourcedId", ""), {})
            shown[umi] = (
                user["enabledUser"], user["username"], user["familyName"], user["givenName"],
                user["grades"], school["identifier"], school["name"], room.get("title", ""),
            )  # fmt: skip
        return shown

    def staff(self) -> set[str]:
        """Ids of those whom it takes for teachers."""
        roles = self.store["roles.csv"].values()
        return {r["userSourcedId"] for r in roles if r.get("role") == "teacher"}

    def teachers(self) -> dict[str, tuple[str, ...]]:
        """By username what it shows of each: enabled, names, code of the 本務校, and the titles of
        the classes that it takes them to teach."""
        orgs, classes = self.store["orgs.csv"], self.store["classes.csv"]
        primary = [r for r in self.store["roles.csv"].values() if r["roleType"] == "primary"]
        main = {r["userSourcedId"]: orgs[r["orgSourcedId"]]["identifier"] for r in primary}
        taught: dict[str, list[str]] = {}
        for one in self.store["enrollments.csv"].values():
            title = classes[one["classSourcedId"]]["title"]
            taught.setdefault(one["userSourcedId"], []).append(title)
        return {
            user["username"]: (user["enabledUser"], user["familyName"], user["givenName"],
                               main[who], *sorted(taught.get(who, ())))
            for who in self.staff() if (user := self.store["users.csv"][who])
        }  # fmt: skip


def whose(file: str, row: Row) -> str:
    """The pupil whose row this is, "" for a shared one."""
    return row["sourcedId"] if file == "users.csv" else row.get("userSourcedId", "")


def plain(row: Row) -> Row:
    return {k: v for k, v in row.items() if k not in {"status", "dateLastModified"}}


class DataSync(Receiver):
    """School Data Sync takes the same six files every time, and what is missing is gone."""

    def take(self, body: bytes, refuses: Iterable[str] = ()) -> None:
        assert not refuses
        self.files = unzip(body)
        known = {row["sourcedId"] for row in self.files["orgs.csv"]}
        users = {row["sourcedId"] for row in self.files["users.csv"]}
        if any(row["orgSourcedId"] not in known for row in self.files["roles.csv"]) or any(
            row["userSourcedId"] not in users for row in self.files["enrollments.csv"]
        ):
            raise Rejected("points at nothing")

    def pupils(self) -> dict[str, tuple[str, ...]]:
        """As the other tools; it is never told of a disabled account."""
        files = getattr(self, "files", {})
        home = {e["userSourcedId"]: e["classSourcedId"] for e in files.get("enrollments.csv", [])}
        titles = {c["sourcedId"]: c["title"] for c in files.get("classes.csv", [])}
        names = {o["sourcedId"]: o["name"] for o in files.get("orgs.csv", [])}
        users = {u["sourcedId"]: u for u in files.get("users.csv", [])}
        return {
            role["userSourcedId"]: (
                "true", user["username"], user["familyName"], user["givenName"],
                AGES[role["grade"]], school_codes()[role["orgSourcedId"]],
                names[role["orgSourcedId"]], titles[home[role["userSourcedId"]]],
            )
            for role in files.get("roles.csv", [])
            if (user := users[role["userSourcedId"]])
        }  # fmt: skip


class Shelf(Receiver):
    """A digital textbook that takes no roster, only a list of those who may open it."""

    def take(self, body: bytes, refuses: Iterable[str] = ()) -> None:
        assert not refuses
        text = io.StringIO(body.decode("utf-8-sig"), newline="")
        self.list = list(csv.DictReader(text, strict=True))

    def pupils(self) -> dict[str, tuple[str, ...]]:
        """As the other tools; who stands on its list is enabled."""
        columns = ("アカウント", "姓", "名", "学年", "学校コード", "学校名", "組")
        return {
            row["ID"]: ("true", *(row[column] for column in columns))
            for row in getattr(self, "list", [])
        }


AGES = {
    f"{n + 1:02}": grade
    for n, grade in enumerate(("P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3"))
}


def school_codes() -> dict[str, str]:
    """Its schools are told by our ids alone."""
    codes = (a_code(1), a_code(2), a_code(2, "C1"))
    return {str(uuid.uuid5(SCHOOLS, code)): code for code in codes}
