"""A week at the staff page in a real browser: see js/clerk.test.mjs."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kakehashi.city import parse
from kakehashi.directories.microsoft365.shape import staff_account_of
from kakehashi.edges.state import State
from kakehashi.people.record import Record
from kakehashi.people.school_year import year_of
from local.demo import people
from local.demo.initial_passwords import passwords
from local.demo.moves import Changes
from local.stack import Stack
from tests.builders import a_post, an_employment, an_id
from tests.e2e.judges import in_a_browser
from tests.e2e.town import FIRST_DAY, Town
from tests.tenants import Tenant, as_graph

STAFF = '[staff]\nsources = ["list"]\n'
CITY, APRIL = "window", date(year_of(FIRST_DAY) + 1, 4, 6)
OVER = FIRST_DAY - timedelta(days=9)  # more than a gap before the first night
type Child = Mapping[str, Any]
TRANSFERS = Changes(come=1, move=1, leave=1, rename=1)


def of_a_school(town: Town) -> bytes:
    """What a school writes itself: accounts and passwords, nothing else."""
    rows = csv.DictReader(io.StringIO((passwords(town.city) or b"").decode("utf-8-sig")))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("アカウント", "初期パスワード"))
    writer.writerows((row["アカウント"], row["初期パスワード"]) for row in rows)
    return out.getvalue().encode("cp932")


def account(
    children: Iterable[tuple[Child, Child]], is_meant: Callable[[Child, Child], bool]
) -> str:
    """Of the first child of whom that is so, now and before."""
    return next(str(one["account"]) for one, was in children if is_meant(one, was))


def _name(one: Child) -> str:
    return f"{one['family']} {one['given']}"


def retired(stack: Stack, town: Town) -> dict[str, str]:
    """A head and a teacher whose posts are over, with accounts of ours: 職種 → id."""
    rules = parse(town.rules)
    state = State(stack.resource("dynamodb").Table(stack.outputs()["Table"]), CITY)
    ids = {}
    with closing(Tenant(stack.tenant_url)) as tenant:
        for n, job in enumerate(("校長", "教諭"), 1):
            post = a_post(end=OVER, job=job)
            one = an_employment(n, post, account=f"window{n}@{rules.domain}")
            _, member = one.on(OVER, gap=7, prepare=10)
            known = Record(member, staff_account_of(member, rules), an_id(f"{CITY} {n}"))
            state.put_pupil(known, None)
            tenant.give(as_graph(known))
            ids[job] = member.id
    return ids


def test_a_clerk_needs_nothing_but_a_browser(stack: Stack, tmp_path: Path) -> None:
    town = Town(stack, tmp_path, CITY, pupils=40, more_rules=STAFF)
    staff = retired(stack, town)
    waiting = town.night()
    people.hire(stack, CITY)
    before = {child["umi"]: child for child in town.city.truth()}
    town.city.day -= timedelta(days=1)  # on 1 April the first night's tomorrow has not come yet
    town.city.next_night(town.city.day + timedelta(days=1), TRANSFERS)
    after = {child["umi"]: child for child in town.city.truth()}
    files = {"transfers": town.export(), "passwords": tmp_path / "school.csv"}
    files["passwords"].write_bytes(of_a_school(town))
    town.city.next_april(APRIL)
    files["april"] = town.export()
    stays = [(one, before[umi]) for umi, one in after.items() if umi in before]
    scene = {
        "site": stack.staff_url,
        "city": CITY,
        "run": waiting.run_id,
        "april": APRIL.isoformat(),
        "password": people.PASSWORD,
        "approver": people.APPROVER.account,
        "decider": people.DECIDER.account,
        "second": people.SECOND.account,
        "head": staff["校長"],
        "teacher": staff["教諭"],
        "pictures": os.environ.get("KAKEHASHI_PICTURES", str(tmp_path)),
        "operator": people.OPERATOR.account,
        "files": {name: str(file) for name, file in files.items()},
        "came": next(one["account"] for umi, one in after.items() if umi not in before),
        "left": next(one["account"] for umi, one in before.items() if umi not in after),
        "moved": account(stays, lambda one, was: one["school"] != was["school"]),
        "renamed": account(stays, lambda one, was: _name(one) != _name(was)),
    }  # fmt: skip
    in_a_browser("clerk.test.mjs", scene, seconds=900)
