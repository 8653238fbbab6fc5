"""How many pupils each school has: python pupils_per_school.py drop.zip"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import kakehashi_oneroster as oneroster


def main(drop: Path) -> None:
    with drop.open("rb") as file:
        tables = oneroster.open_package(file).tables
    names = {org["sourcedId"]: org["name"] for org in tables["orgs.csv"].records()}
    pupils = {
        (row["userSourcedId"], row["schoolSourcedId"])
        for row in tables["enrollments.csv"].records()
        if row["role"] == "student"
    }
    for school, count in Counter(school for _, school in pupils).most_common():
        print(f"{names.get(school, school)}: {count:,}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
