"""What a city that wants pupils only hands to every tool, in bytes, as the code before staff did.

    python -m tests.releases.pupils_only        from the root of that code, into pupils_only.json

One night of it: teachers stand in the export, and a list of staff lies in the inbox. Nobody in it
exists. Only what changes a delivery on purpose may make the digests again, and says so.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from kakehashi.deliver.dialect import load, names
from tests.builders import a_code, a_drop, a_password_file, a_pupil
from tests.conftest import account_in
from tests.nights import RULES, Nights, nights_in

KEPT = Path(__file__).with_suffix(".json")
PUPILS = 3
STAFF_LIST = ("職員番号,姓,名,区分,職種,所属コード,本務・兼務,開始日,終了日\n"
              f"T0001,鈴木,湊,正規,教諭,{a_code(1)},本務,2026-04-01,\n")  # fmt: skip


def tools() -> list[str]:
    """Every dialect that needs nothing but its name; the flat lists need a maker's headings."""
    return [name for name in names() if not load(name).lists]


def rules() -> str:
    told = (f'[tools.of_{name}]\ndialect = "{name}"\n' for name in tools())
    return RULES.partition("[tools.")[0] + "".join(told)


def handed_over(nights: Nights) -> dict[str, str]:
    """What stands in the outbox after one night: key → digest."""
    nights.put_rules(rules())
    nights.put("INBOX_BUCKET", f"inbox/{nights.city}/staff/list.csv", STAFF_LIST.encode())
    drop = a_drop(PUPILS)
    _with_a_teacher(drop.rows)
    known = range(1, PUPILS + 1)
    slips = a_password_file({a_pupil(n).account: f"Asagao{n}4321" for n in known})
    night = nights.run(drop.zip(), passwords=slips)
    assert night.verdict == "applied"
    return {key: hashlib.sha256(body).hexdigest() for key, body in sorted(nights.outbox().items())}


def _with_a_teacher(rows: dict[str, list[dict[str, str]]]) -> None:
    """The first pupil's rows once more, as those of a teacher."""
    someone = "5e7a1000-0000-4000-8000-000000000001"
    mine = dict.fromkeys(("sourcedId", "userSourcedId", "userMasterIdentifier"), someone)
    mine |= {"identifier": "T0001", "username": "tt0001@ed.example.jp", "role": "teacher"}
    for file in ("users.csv", "roles.csv", "enrollments.csv"):
        row = dict(rows[file][0])
        own = {"sourcedId": f"{file[0]}{someone[1:]}"} if file != "users.csv" else {}
        rows[file].append(row | {k: v for k, v in (mine | own).items() if k in row})


if __name__ == "__main__":
    with (
        pytest.MonkeyPatch.context() as patch,
        account_in(patch) as account,
        nights_in(account, patch) as city,
    ):
        KEPT.write_text(json.dumps(handed_over(city), indent=1) + "\n")
