"""A city of five children, and what every shipped dialect makes of its first night.

To accept a change of a dialect, look at the difference and run this module:
``python -m tests.unit.deliver.golden``.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from kakehashi import deliver
from kakehashi.deliver.dialect import names
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from tests.unit.deliver.tools import an_order, told

HERE = Path(__file__).parent / "golden"
PRIMARY = ("B108299900012", "見本市立第一小学校")
UNIFIED = ("C208299900011", "見本学園")


def _child(n: int, grade: str, school: tuple[str, str], title: str, **facts: object) -> Record:
    pupil = Pupil(
        id=f"00000000-0000-4000-8000-{n:012}",
        account=f"s{n:04}@ed.example.jp",
        family="架橋",
        given=f"子{'一二三四五'[n - 1]}",
        kana_family="カキョウ",
        kana_given="コ" + "アイウエオ"[n - 1],
        grade=grade,
        school=school[0],
        school_name=school[1],
        school_year=2026,
        class_title=title,
        class_grades=("P1", "P2", "P3") if title == "なかよし1組" else (grade,),
        special_needs=title == "なかよし1組",
        attendance_no=n,
    )
    return Record(pupil, {}, f"object-{n}", **facts)  # type: ignore[arg-type]


CITY = (
    _child(1, "P3", PRIMARY, "3年2組"),
    _child(2, "P3", PRIMARY, "なかよし1組"),
    _child(3, "P6", UNIFIED, "6年1組"),
    _child(4, "J1", UNIFIED, "7年1組"),
    _child(5, "J3", UNIFIED, "9年1組", status=Status.SUSPENDED),
)


def files(dialect: str) -> dict[str, bytes]:
    """The CSVs of the first delivery, by name."""
    delivery = deliver.build(an_order(dialect), told(CITY, dialect), None)
    found: dict[str, bytes] = {}
    for file in delivery.files:
        if not file.name.endswith(".zip"):
            found[file.name] = file.body
            continue
        with zipfile.ZipFile(io.BytesIO(file.body)) as archive:
            found |= {name: archive.read(name) for name in archive.namelist()}
    return found


def main() -> None:
    for dialect in names():
        folder = HERE / dialect
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, body in files(dialect).items():
            (folder / name).write_bytes(body)


if __name__ == "__main__":
    main()
