"""What is measured: two nights of a demo city, and our state after the first.

    python -m benchmarks.data FOLDER PUPILS SCHOOLS

Runs in a process of its own, so that nothing it needs is counted for anybody.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from pathlib import Path

from benchmarks.steps import as_of, open_drop, rules, write_lines
from kakehashi import oneroster
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Listed
from kakehashi.people.record import Record
from kakehashi.preprocess.cleaning import preprocess
from local import demo

SEED = 20_261_109
FILES_FOR_PEERS = ("users.csv", "orgs.csv", "classes.csv")


def make(folder: Path, pupils: int, schools: int) -> None:
    """Fill ``folder`` with ``before/`` and ``after/``, and with the state between them."""
    shutil.rmtree(folder, ignore_errors=True)
    city = folder / "city"
    city.mkdir(parents=True)
    _keep(demo.new(city, pupils, schools, SEED), folder / "before")
    _keep_state(folder / "before", folder)
    _keep(demo.next(city), folder / "after")
    shutil.rmtree(city)


def _keep(exported: demo.Exported, night: Path) -> None:
    night.mkdir()
    shutil.copy(exported.drop, night / "drop.zip")
    (night / "as_of").write_text(exported.day.isoformat(), encoding="utf-8")
    if exported.passwords:
        shutil.copy(exported.passwords, night / "passwords.csv")
    with zipfile.ZipFile(exported.drop) as archive:
        for file in FILES_FOR_PEERS:
            archive.extract(file, night)


def _keep_state(night: Path, folder: Path) -> None:
    """current.jsonl and tenant.jsonl as they are once everybody wanted has an account."""
    package, city = open_drop(night), rules()
    cleaned = preprocess(package, oneroster.check(package), city, as_of(night), ())
    known = [
        Record(d.pupil, account_of(d.pupil, city), f"object-{n:08}")
        for n, d in enumerate(cleaned.desired)
    ]
    write_lines(folder / "current.jsonl", known)
    write_lines(folder / "tenant.jsonl", map(_in_tenant, known))


def _in_tenant(one: Record) -> Listed:
    account = one.account
    return Listed(
        one.object_id, account["userPrincipalName"], one.pupil.id, True, account["displayName"]
    )


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
