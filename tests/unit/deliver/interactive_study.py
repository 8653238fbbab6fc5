"""How インタラクティブスタディ makes a school's list of an upload, by its public sample of 2023.

Source: 1EdTechJapan/DA2022, OneRoster1.2_CSV入力/M社, what comes after the checks (which
sharp_importer.py models). Made from the rule, step by step as the sample goes, and independent of
our own code: no status is looked at, a number is cut out of a text and then parsed as a whole.
"""

from __future__ import annotations

import unicodedata

from tests.unit.deliver.receiver import unzip

CODES = ["P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3"]
TYPES = {"B1": CODES[:6], "C1": CODES[6:], "C2": CODES}
KANSUJI, ALPHABET = "零一二三四五六七八九十", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SPECIAL = "特別"

type Listed = dict[str, tuple[str, str]]  # userMasterIdentifier → 学年, 組


class NumberFormatException(Exception):
    """The upload of the whole school ends here."""


def listed(body: bytes, school: str) -> Listed:
    """The pupils of the school with this MEXT code. Raises NumberFormatException."""
    files = unzip(body)
    (sid,) = [o["sourcedId"] for o in files["orgs.csv"] if o["identifier"] == school]
    classes = {
        row["sourcedId"]: read_class(row["grades"], row["title"], TYPES[school[:2]])
        for row in files["classes.csv"]
        if row["classType"] == "homeroom" and row["schoolSourcedId"] == sid
    }
    homes: dict[str, tuple[str, str]] = {}
    for row in files["enrollments.csv"]:
        term = row["endDate"] + row["beginDate"]
        if row["schoolSourcedId"] != sid or row["classSourcedId"] not in classes:
            continue
        if row["userSourcedId"] in homes and term <= homes[row["userSourcedId"]][1]:
            continue
        homes[row["userSourcedId"]] = (row["classSourcedId"], term)
    _fill_free_numbers(classes, {home for home, _ in homes.values()})
    return {
        row["userMasterIdentifier"]: (classes[home][0], classes[home][1])
        for row in files["users.csv"]
        if row["sourcedId"] in homes and row["enabledUser"].lower() == "true"
        for home, _ in [homes[row["sourcedId"]]]
    }


def read_class(grades: str, title: str, codes: list[str]) -> list[str]:
    """学年 and 組, which may be blank."""
    grade, number = "", ""
    if grades:
        grade = grades
        if grade in ",".join(codes):
            grade = str(codes.index(grade) + 1) if grade in codes else "0"
        grade = "".join(filter(str.isdecimal, grade))
        grade = grade if in_range(grade, 18) else ""
    title = unicodedata.normalize("NFKC", title)
    if not grade and "年" in title[1:]:
        grade = from_text(split(title, "年"), 18)
    if "組" in title[1:]:
        number = from_text(split(title[title.find("年") + 1 :], "組"), 20)
    if not grade:
        return [SPECIAL, title[:10]]
    return [parsed(grade), parsed(number) if number else ""]


def from_text(text: str, most: int) -> str:
    if text in KANSUJI:
        text = str(KANSUJI.index(text))
    elif text.upper() in ALPHABET:
        text = str(ALPHABET.find(text) + 1)
    return text if in_range("".join(filter(str.isdecimal, text)), most) else ""


def split(text: str, sign: str) -> str:
    parts = text.split(sign)
    while len(parts) > 1 and parts[-1] == "":
        parts.pop()
    if text and parts == [""]:
        raise NumberFormatException("nothing before it")
    return parts[0]


def in_range(digits: str, most: int) -> bool:
    return digits != "" and 1 <= int(digits) <= most


def parsed(text: str) -> str:
    if not text.lstrip("+-").isdecimal():
        raise NumberFormatException(text)
    return str(int(text))


def _fill_free_numbers(classes: dict[str, list[str]], used: set[str]) -> None:
    taken = {(g, n) for home, (g, n) in classes.items() if home in used}
    for home in sorted(used):
        grade, number = classes[home]
        if not number:
            free = next(str(n) for n in range(1, 21) if (grade, str(n)) not in taken)
            classes[home][1] = free
            taken.add((grade, free))
