"""How L-Gate takes a bulk in and what its user CSV does, by public material.

Sources: 1EdTechJapan/DA2022, OneRoster1.2_CSV入力/X社, サンプルコード_2 (2023): every user is sent
as active under a login cut at the @, and nobody is switched off, whatever enabledUser says and
whoever is absent; a blank parentSourcedId is refused. The admin manual's user CSV has
enabledUser 1 or 0.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from tests.unit.deliver.receiver import unzip


class Refused(Exception):
    """Said of a file that the portal does not take."""


@dataclass
class Portal:
    """Login → may sign in."""

    users: dict[str, bool] = field(default_factory=dict)

    def take_oneroster(self, body: bytes) -> None:
        files = unzip(body)
        if any(row["parentSourcedId"] == "" for row in files["academicSessions.csv"]):
            raise Refused("academicSessions.parentSourcedId")
        logins = [row["username"].split("@")[0] for row in files["users.csv"]]
        if len(logins) != len(set(logins)):
            raise Refused("users.username")
        self.users |= {login: self.users.get(login, True) for login in logins}

    def take_user_csv(self, body: bytes) -> list[str]:
        """Returns the user IDs of its rows."""
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline=""), strict=True))
        for row in rows:
            if row["enabledUser"] not in {"0", "1"} or row["isLocal"] not in {"0", "1"}:
                raise Refused("enabledUser")
            if not (row["username"] and row["schoolName"]):
                raise Refused("required")
            self.users[row["username"].split("@")[0]] = row["enabledUser"] == "1"
        return [row["username"] for row in rows]
