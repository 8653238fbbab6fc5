"""A small city from end to end on a deployed stack: rehearsed, so that no account is touched.

It puts the rules of a city of its own, uploads a roster of three children who do not exist where
nothing watches, lets the machine rehearse it against the real tenant, compares what came with what
comes on the embedded engine, and takes everything away again, whatever happened. Where a person
asks for it, their accounts are made, and deleted again (``doctor_live``).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from kakehashi.edges.runs import Folder
from kakehashi_console.operations import BadUse, Console, RunOutcome, order_for_drop
from kakehashi_console.partition import CityPartition
from kakehashi_console.preflight import Checkpoint

CITY = "doctor"
ROSTER = Path(__file__).parent / "small_city"
PUPILS = 3
AS_OF = date(2026, 11, 24)  # a day of the roster's own school year
STAGES = ["Receive", "Validate", "Preprocess", "Diff", "Report"]
"""What a rehearsal enters on the embedded engine, where a test asks for the same."""
RULES = """\
name = "点検用の市"
board_code = "082201"
domain = "{domain}"
"""

type OnStage = Callable[[str], None]
type Treatment = Callable[[Console, str], Iterator[Checkpoint]]


def examine(
    console: Console,
    domain: str,
    on_stage: OnStage = lambda _: None,
    after: Treatment | None = None,
) -> Iterator[Checkpoint]:
    """Each thing that came as on the embedded engine, or did not; then those of ``after``. Raises
    BadUse before anything is put where a city of this name is somebody's."""
    if console.rules(CITY) is not None:
        raise BadUse(
            f"自治体 {CITY} の規則がもうあります。誰かの点検の途中でなければ消してください。"
            " / another examination is under way, or was cut short"
        )
    try:
        yield from _rehearsed(console, domain, on_stage)
        yield from after(console, domain) if after else ()
    finally:
        left = _cleared(console)
    yield Checkpoint("片付け / cleaned up", left == 0, f"{left}")


def _rehearsed(console: Console, domain: str, on_stage: OnStage) -> Iterator[Checkpoint]:
    console.put_rules(CITY, RULES.format(domain=domain))
    with tempfile.TemporaryDirectory() as folder:
        drop = a_roster(Path(folder), domain)
        key, version = console.upload_drop(CITY, drop, starts=False)
    entered: list[str] = []

    def entering(stage: str) -> None:
        entered.append(stage)
        on_stage(stage)

    arn = console.start(order_for_drop("rehearse", CITY, key, version, AS_OF))
    execution = console.follow(arn, entering)
    outcome = console.outcome(execution, CITY)
    yield Checkpoint("実行の終わり / how the run ended", execution["status"] == "SUCCEEDED",
               execution["status"], "kakehashi dlq")  # fmt: skip
    yield Checkpoint("段階 / stages", entered == STAGES, " ".join(entered))
    yield from _told(console, outcome)


def _told(console: Console, outcome: RunOutcome) -> Iterator[Checkpoint]:
    verdict, found = outcome.summary.verdict, " ".join(sorted(outcome.summary.findings))
    yield Checkpoint("結果 / verdict", verdict == "rehearsed", f"{verdict} {found}".strip(),
               "docs/findings.md")  # fmt: skip
    planned = outcome.summary.counts.get("NEW", 0)
    yield Checkpoint("計画の人数 / pupils planned", planned == PUPILS, f"{planned} / {PUPILS}")
    names = Folder(console.s3, console.outputs["RunsBucket"], outcome.prefix).names()
    yield Checkpoint("報告書 / report", "report.html" in names)
    recorded = list(console.state(CITY).runs(1))
    yield Checkpoint("状態は変わっていない / the state is as it was", not recorded)


def a_roster(folder: Path, domain: str) -> Path:
    """The roster as a folder of files, its children in this domain."""
    place = folder / "small-city"
    place.mkdir()
    for file in ROSTER.glob("*.csv"):
        text = file.read_text(encoding="utf-8").replace("DOMAIN", domain)
        (place / file.name).write_text(text, encoding="utf-8", newline="")
    return place


PLACES = (  # outputs of the stack, and what of the bucket is this city's
    ("RulesBucket", f"cities/{CITY}.toml"),
    ("InboxBucket", f"staging/{CITY}/"),
    ("InboxBucket", f"inbox/{CITY}/"),
    ("PasswordsBucket", f"inbox/{CITY}/"),
    ("RunsBucket", f"{CITY}/"),
    ("OutboxBucket", f"outbox/{CITY}/"),
    ("BaselinesBucket", f"{CITY}/"),
)


def _cleared(console: Console) -> int:
    """Takes away every version of what was put, and every item; how many are left, 0 if all went
    well."""
    places = [(b, prefix) for b, prefix in PLACES if b in console.outputs]  # of any release
    for bucket, prefix in places:
        for one in list(_versions(console, bucket, prefix)):
            console.s3.delete_object(Bucket=console.outputs[bucket], **one)
    city = CityPartition.of(console, CITY)
    city.write(delete=city.items())
    files = sum(len(list(_versions(console, bucket, prefix))) for bucket, prefix in places)
    return files + len(city.items())


def _versions(console: Console, bucket: str, prefix: str) -> Iterator[dict[str, str]]:
    pages = console.s3.get_paginator("list_object_versions").paginate(
        Bucket=console.outputs[bucket], Prefix=prefix
    )
    for page in pages:
        for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]:
            yield {"Key": one["Key"], "VersionId": one["VersionId"]}
