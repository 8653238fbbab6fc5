"""docs/long-year.md: what the long year took, and what surprised on the way."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched
from pathlib import Path

from tests.long_year import lived
from tests.long_year.lived import Lived
from tests.long_year.living import TENTH, WHOLE, Course
from tests.long_year.named import NAMED

ROOT = Path(__file__).parents[2]
SURPRISES = Path(__file__).with_name("surprises.toml")
HEAD = """# A school year at length · 一年を通して

<!-- Written by `make long-year`. Do not edit. -->

見本の市の一年の夜を、本物のステートマシンと関数で過ごし、毎晩、一人ひとりの結果を比べた記録です。
開発者のための頁で、英語です。

Nights of the demo city through the real state machine, functions in processes of their own, on the
[embedded stack](engine.md): the city's roster, the board's list of staff, decisions of the office,
broken files, a Microsoft 365 that asks to wait, functions that die. After every night the accounts,
our state, the groups of staff and all that four tools were handed are compared, person by person,
with a truth that is kept by hand; the tools are small receivers of their own that read each file as
the standard says; names, class titles, accounts and passwords are looked for in every history.
`make long-year` lives on where it was left, also after a kill; a night that was cut short is lived
again from the evening before. Seconds are of one machine with two cores, shared with other work:
compare CPU. *Functions* are ours; *engine* is what stands for AWS, *tenant* for Microsoft 365.
"""


def write(folder: Path) -> None:
    file = ROOT / "docs" / "long-year.md"
    file.write_text(page(folder, file.read_text(encoding="utf-8")), encoding="utf-8")


def page(folder: Path, before: str) -> str:
    """A course of which the folder holds no night is told as in ``before``, the page so far."""
    surprises = tomllib.loads(SURPRISES.read_text(encoding="utf-8"))["surprise"]
    parts = [
        HEAD,
        *_section(WHOLE, "twenty named nights", _named, folder, before),
        *_section(TENTH, "365 nights at a tenth of the size", _months, folder, before),
        "\n## What surprised on the way, in any size\n",
        *(f"- **{one['title']}** {one['told']}" for one in surprises),
    ]
    return "\n".join(parts) + "\n"


def _section(
    course: Course,
    what: str,
    table: Callable[[Sequence[Lived]], Iterator[str]],
    folder: Path,
    before: str,
) -> Iterator[str]:
    nights = lived.read(folder / course.name / "nights.jsonl")
    kept = next((one for one in before.split("\n## ")[1:] if one.startswith(what)), "")
    if kept and not nights:
        yield f"\n## {kept}".removesuffix("\n")
        return
    yield _title(course, what, nights)
    yield from table(nights) if nights else ()


def _title(course: Course, what: str, nights: list[Lived]) -> str:
    size = f"{course.pupils:,} pupils, {course.staff:,} staff, {course.schools} schools"
    wall = sum(night.wall for night in nights) / 3600
    functions = sum(night.functions for night in nights) / 3600
    return (
        f"\n## {what}: {size}\n\n{len(nights)} of {len(course.days)} nights lived, "
        f"{sum(len(night.executions) for night in nights)} executions, "
        f"{sum(night.deliveries for night in nights):,} files read; "
        f"{wall:.2f} hours, of which {functions:.2f} hours of CPU in functions.\n"
    )


def _named(nights: Iterable[Lived]) -> Iterator[str]:
    titles = {one.day: f"{one.ja} · {one.en}" for one in NAMED}
    yield "| night | | executions | stopped by | wall s | functions s | engine s | tenant s | files |"  # noqa: E501
    yield "|---|---|---|---|---|---|---|---|---|"
    for night in nights:
        yield (
            f"| {night.day} | {titles.get(night.day, '')} | {', '.join(night.executions)} "
            f"| {', '.join(night.stops)} | {night.wall:.0f} | {night.functions:.1f} "
            f"| {night.cpu.get('engine', 0):.1f} | {night.cpu.get('tenant', 0):.1f} "
            f"| {night.deliveries} |"
        )


def _months(nights: Iterable[Lived]) -> Iterator[str]:
    yield "| nights | executions | stopped | wall min | functions min | engine min | files |"
    yield "|---|---|---|---|---|---|---|"
    for some in batched(nights, 30, strict=False):
        stops = sum(len(night.stops) for night in some)
        yield (
            f"| {some[0].day} – {some[-1].day} | {sum(len(n.executions) for n in some)} | {stops} "
            f"| {sum(n.wall for n in some) / 60:.1f} | {sum(n.functions for n in some) / 60:.1f} "
            f"| {sum(n.cpu.get('engine', 0) for n in some) / 60:.1f} "
            f"| {sum(n.deliveries for n in some)} |"
        )
