"""How fast accounts are made on the real clock, against the fake tenant with no throttle at all.

    python -m benchmarks.provisioning [--pupils 4000] [--times 3]

Kakehashi's own shard (flows, retries, results, pace; the state table in memory) beside a bare
loop of `requests` that sends the very same ``$batch`` bodies one after the other, looks at no item
and remembers nothing: the least that any client must do. The tenant runs in a process of its own.
On Microsoft's side the limit is 20 writes a second, so this tells what is left of it to us.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import batched
from typing import TYPE_CHECKING, Any

from benchmarks.clock import ROOT, Cost, measure, once_more
from benchmarks.peak import tell

if TYPE_CHECKING:
    from kakehashi.actions import Action
    from kakehashi.people.pupil import Pupil
    from kakehashi.people.record import Record

PUPILS, TIMES = 4000, 3
LIMIT = 20  # writes a second: Microsoft's own
PASSWORD = "Hinagiku-2026"  # noqa: S105 - of pupils who do not exist, in a tenant that does not
LABELS = {
    "loop": "`requests`: the same `$batch` bodies, one after the other, answers unread",
    "shard": "**kakehashi** a shard of the stage provision, its function imported",
}
HEAD = """## Provisioning: {pupils:,} new accounts over loopback HTTP

The unthrottled fake tenant in a process of its own does most of the work, on the same 2 cores, and
is the same for both. Microsoft allows {limit} writes a second; peak is what a Lambda must hold.
"""


# -- the work, each in a fresh process -------------------------------------------------------------


def loop(base: str, pupils: int) -> int:
    import requests

    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {_bearer(base)}"
        for some in batched(_creates(pupils), 20, strict=False):
            body = {"requests": [_item(n, action) for n, action in enumerate(some)]}
            session.post(f"{base}/v1.0/$batch", json=body, timeout=60).raise_for_status()
    return pupils


def _item(number: int, action: Action) -> dict[str, Any]:
    from kakehashi.directories.microsoft365.requests import create_user

    said = create_user(action.account, PASSWORD, must_change=True)
    head = {"Content-Type": "application/json"}
    return {
        "id": str(number), "method": said.method, "url": said.url, "headers": head,
        "body": said.body,
    }  # fmt: skip


def shard(base: str, pupils: int) -> int:
    import functions.provision.app  # noqa: F401 - what its Lambda loads
    from benchmarks.steps import rules
    from kakehashi.diff.plan import SHARD
    from kakehashi.directories.microsoft365.flows import Terms
    from kakehashi.directories.pace import Pacer
    from kakehashi.edges.microsoft.accounts import CityAccounts
    from kakehashi.edges.microsoft.directory import Directory, WallClock
    from kakehashi.edges.microsoft.graph import Wire
    from kakehashi.edges.provision.shard import Shard

    directory: Any = Directory(Wire(base, _Token(_bearer(base))), Pacer(0, WallClock()))  # type: ignore[arg-type]
    made = 0
    with contextlib.closing(directory):
        for actions in batched(_creates(pupils), SHARD, strict=False):
            state: Any = _InMemory()
            one = Shard(
                actions=actions,
                run_id="bench",
                as_of=_day(),
                effects={},
                state=state,
                accounts=CityAccounts(directory, Terms("extensionAttribute1"), rules().domain),
                read_password=lambda _: PASSWORD,
            )
            one.carry_out()
            made += one.counts()["done"]
    return made


class _Token:
    """A token that was fetched before: signing in is measured for nobody."""

    def __init__(self, bearer: str) -> None:
        self._bearer = bearer

    def bearer(self) -> str:
        return self._bearer

    def forget(self) -> None: ...
    def close(self) -> None: ...


class _InMemory:
    """The state table's two calls without AWS."""

    def __init__(self) -> None:
        self.items: dict[str, Record] = {}

    def pupils_of(self, umis: Iterable[str]) -> dict[str, Record]:
        return {umi: self.items[umi] for umi in umis if umi in self.items}

    def put_pupil(self, record: Record, previous: Record | None) -> None:
        self.items[record.pupil.id] = record


def _bearer(base: str) -> str:
    import requests

    from local.fakes import tenant

    form = {
        "grant_type": "client_credentials",
        "client_id": tenant.CLIENT_ID,
        "client_secret": tenant.CLIENT_SECRET,
        "scope": "https://graph.microsoft.com/.default",
    }
    url = f"{base}/{tenant.TENANT_ID}/oauth2/v2.0/token"
    return str(requests.post(url, data=form, timeout=60).json()["access_token"])


def _creates(pupils: int) -> Iterator[Action]:
    from kakehashi.actions import Action, Kind, Situation
    from kakehashi.directories.microsoft365.shape import account_of

    city = _city()
    for n in range(pupils):
        pupil = _pupil(n, city.domain)
        yield Action(pupil.id, Kind.CREATE, Situation.NEW, None, pupil, account_of(pupil, city))


def _pupil(n: int, domain: str) -> Pupil:
    import uuid

    from kakehashi.people.pupil import Pupil

    umi = str(uuid.uuid5(uuid.NAMESPACE_OID, f"bench {n}"))
    return Pupil(
        id=umi, account=f"s{n:06}@{domain}", family="見本", given=f"{n}", kana_family="ミホン",
        kana_given="ミホン", grade="P1", school="B108200000012", school_name="見本市立第一小学校",
        school_year=2026, class_title="1年1組",
    )  # fmt: skip


def _city() -> Any:
    from kakehashi import city

    return city.parse((ROOT / "cities" / "demo.toml").read_text(encoding="utf-8"))


def _day() -> Any:
    from datetime import date

    return date(2026, 4, 1)


# -- measuring -------------------------------------------------------------------------------------


def section(pupils: int = PUPILS, times: int = TIMES) -> str:
    """The section of docs/benchmarks.md, in Markdown."""
    costs: dict[str, list[Cost]] = {name: [] for name in LABELS}
    for _ in range(times + (times > 1)):  # of several the first only warms up
        for name in LABELS:
            with _tenant() as base:
                words = [sys.executable, "-m", "benchmarks.provisioning", name, base, str(pupils)]
                costs[name].append(once_more(words))
    return "\n".join(rows({name: measure(some) for name, some in costs.items()}, pupils))


def one_shard() -> Cost:
    """What one call of Provision carries out."""
    from kakehashi.diff.plan import SHARD

    with _tenant() as base:
        words = [sys.executable, "-m", "benchmarks.provisioning", "shard", base, str(SHARD)]
        return once_more(words)


def rows(costs: dict[str, Cost], pupils: int) -> Iterator[str]:
    yield HEAD.format(pupils=pupils, limit=LIMIT)
    yield "| | wall s | accounts / s | × Microsoft's limit | client CPU s | peak MB | × loop |"
    yield "|---|---|---|---|---|---|---|"
    for name, label in LABELS.items():
        cost = costs[name]
        if cost.answer != pupils:
            raise RuntimeError(f"{name} made {cost.answer} of {pupils}")
        speed = pupils / cost.wall
        yield (
            f"| {label} | {cost.wall:.2f} | {speed:,.0f} | {speed / LIMIT:.0f} | {cost.cpu:.2f} "
            f"| {cost.peak_mb:.0f} | {cost.wall / costs['loop'].wall:.2f} |"
        )
    yield ""


@contextlib.contextmanager
def _tenant() -> Iterator[str]:
    """A fresh tenant in a process of its own; its base URL."""
    command = [sys.executable, "-m", "benchmarks.provisioning", "serve"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout
        assert process.stdin
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()  # what it waits for


def serve() -> None:
    from local.fakes import tenant

    with tenant.serve() as base:
        print(base, flush=True)
        sys.stdin.read()


WORK: dict[str, Callable[[str, int], int]] = {"loop": loop, "shard": shard}


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        serve()
    elif sys.argv[1:2] and sys.argv[1] in WORK:
        tell(WORK[sys.argv[1]](sys.argv[2], int(sys.argv[3])))
    else:
        parser = argparse.ArgumentParser(prog="python -m benchmarks.provisioning")
        parser.add_argument("--pupils", type=int, default=PUPILS)
        parser.add_argument("--times", type=int, default=TIMES)
        wanted = parser.parse_args()
        print(section(wanted.pupils, wanted.times))


if __name__ == "__main__":
    main()
