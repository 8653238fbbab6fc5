"""The day of the transfers: a quarter of the staff moves in one night, and everything follows.

The roster's school year goes on; the season of transfers is laid around the day by the city's own
rule, so that nothing else changes on it.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, timedelta

from kakehashi.people.pupil import school_id
from kakehashi.people.record import Status
from tests.builders import DOMAIN, a_code, a_drop, a_password_file, a_pupil
from tests.nights import RULES, Nights

EVE, DAY = date(2026, 11, 30), date(2026, 12, 1)
STAFF, MOVERS, SCHOOLS = 24, 6, 2
HEAD = "職員番号,姓,名,せい,めい,区分,職種,所属コード,本務・兼務,担任学級,開始日,終了日\n"
TOOL = 'dialect = "lgate"\nstaff = "home-school"\nstaff_home_class = "first"\nstaff_grade = "zz"'
TOWN = f"""{RULES.replace('dialect = "lgate"', TOOL)}[m365]
groups = ["class"]
[staff]
sources = ["list"]
groups = ["school", "class"]
owners = ["class"]
season = {{ from = "11-20", until = "12-10" }}
"""


def at(n: int) -> str:
    """The school of number ``n`` before the day."""
    return a_code(1 + n % SCHOOLS)


def row(n: int, school: str, room: str, begin: str, end: str = "") -> str:
    given = "一二三四五六七八九十"[n % 10]
    names = f"T{n:04},教員,{given},キョウイン,アキラ"
    return f"{names},正規,教諭,{school},本務,{room},{begin},{end}\n"


def board_list(day: date) -> bytes:
    """Numbers 1 and 2 are homeroom teachers, who change places; some others move, one leaves, and
    one begins on the day."""
    rows = []
    for n in range(1, STAFF + 1):
        room = "3年2組" if n <= SCHOOLS else ""
        moves = day >= EVE and n <= MOVERS
        rows.append(row(n, at(n), room, "2026-04-01", "2026-11-30" if moves or n == STAFF else ""))
        if moves:
            rows.append(row(n, at(n + 1), room, "2026-12-01"))
    rows.append(row(99, a_code(1), "", "2026-12-01"))
    return (HEAD + "".join(rows)).encode()


def account(n: int) -> str:
    return f"tt{n:04}@{DOMAIN}"


def lgate(nights: Nights) -> dict[str, str]:
    """Username → school, of those whom the newest file calls teachers."""
    key = max(key for key in nights.outbox() if "/lgate/" in key and key.endswith(".zip"))
    with zipfile.ZipFile(io.BytesIO(nights.outbox()[key])) as archive:
        files = {name: list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
                 for name in ("users.csv", "roles.csv")}  # fmt: skip
    school = {one["userSourcedId"]: one["orgSourcedId"] for one in files["roles.csv"]
              if one["role"] == "teacher"}  # fmt: skip
    return {one["username"]: school[one["sourcedId"]] for one in files["users.csv"]
            if one["sourcedId"] in school}  # fmt: skip


def night(nights: Nights, day: date, drop: bytes, passwords: bytes | None = None) -> None:
    nights.put("INBOX_BUCKET", f"inbox/{nights.city}/staff/list.csv", board_list(day))
    lived = nights.run(drop, as_of=day, name=f"{day}.zip", passwords=passwords)
    assert lived.status == "SUCCEEDED"
    plan = lived.folder.get_json("personnel/plan.json")
    assert (plan["breaches"], plan["stopped"]) == ([], False)


def test_a_quarter_of_the_staff_moves_on_one_day_and_has_groups_classes_and_tools_there(
    nights: Nights,
) -> None:
    nights.put_rules(TOWN)
    staff = {account(n): f"Himawari{n:03}77" for n in [*range(1, STAFF + 1), 99]}
    nights.put("PASSWORDS_BUCKET", f"inbox/{nights.city}/passwords/staff-1.csv",
               a_password_file(staff))  # fmt: skip
    drop = a_drop(4, schools=SCHOOLS).zip()
    pupils = a_password_file({a_pupil(n).account: f"Asagao{n}4321" for n in range(1, 5)})
    night(nights, date(2026, 11, 24), drop, passwords=pupils)
    before = {n: nights.tenant.user(account(n)) for n in range(1, STAFF + 1)}
    assert lgate(nights) == {account(n): school_id(at(n)) for n in range(1, STAFF + 1)}

    night(nights, EVE, drop)
    assert lgate(nights) == {account(n): school_id(at(n)) for n in range(1, STAFF + 1)}, "not yet"
    assert nights.tenant.user(account(99))["accountEnabled"] is False

    night(nights, DAY, drop)
    home = {n: at(n + (n <= MOVERS)) for n in range(1, STAFF + 1)}
    after = {n: nights.tenant.user(account(n)) for n in range(1, STAFF + 1)}
    assert {n: one["id"] for n, one in after.items()} == {n: one["id"] for n, one in before.items()}
    assert nights.tenant.user(account(99))["accountEnabled"] is True
    told = {account(n): school_id(code) for n, code in home.items()}
    assert lgate(nights) == told | {account(99): school_id(a_code(1))}
    groups = {one["displayName"]: one for one in nights.tenant.groups()}
    for number in range(1, SCHOOLS + 1):
        name = f"見本市立第{number}小学校"
        there = {after[n]["id"] for n, code in home.items() if code == a_code(number)}
        there |= {nights.tenant.user(account(99))["id"]} if number == 1 else set()
        assert set(groups[f"{name} 教職員"]["members"]) == there
        (owner,) = groups[f"{name} 3年2組 2026年度"]["owners"]
        (teacher,) = [n for n, code in home.items() if n <= SCHOOLS and code == a_code(number)]
        assert owner == after[teacher]["id"]

    night(nights, DAY + timedelta(days=8), drop)
    leaver = nights.state.pupil(f"staff-t{STAFF:04}")
    assert leaver
    assert leaver.status is Status.ACTIVE, "proposed, and nothing done"
