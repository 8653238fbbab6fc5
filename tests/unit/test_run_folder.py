"""The run folder: what a file's module writes it reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kakehashi.actions import Action, Kind
from kakehashi.diff.comparison import Difference, PlanChange, SinceRehearsal
from kakehashi.diff.consent import DecisionNote
from kakehashi.diff.inverse import Undone
from kakehashi.diff.plan import Plan
from kakehashi.jsonlines import canonical
from kakehashi.roster import Desired
from kakehashi.run_folder import (
    actions,
    comparison,
    decided,
    deliveries,
    drop,
    known,
    orders,
    plan,
    progress,
    results,
    roster,
    undone,
)
from kakehashi.run_folder.actions import Acted
from kakehashi.stored import read
from tests.builders import TODAY, a_held, a_known, a_pupil
from tests.unit.provision.conversations import an_action

RELEASE = Path(__file__).parents[1] / "releases" / "0.1.0" / "objects.jsonl"


class Folder:
    """A run's folder in memory."""

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        self.files = dict(files or {})

    def get_json(self, name: str) -> dict[str, Any]:
        return dict(json.loads(self.files.get(name, "{}")))

    def put_json(self, name: str, data: Mapping[str, Any]) -> str:
        self.files[name] = json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        return name

    def lines(self, name: str) -> Iterator[dict[str, Any]]:
        return map(json.loads, self.files.get(name, "").splitlines())

    def raw_lines(self, name: str) -> Iterator[bytes]:
        return (line.encode() for line in self.files.get(name, "").splitlines())

    def put_lines(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        lines = [canonical(row).decode() for row in rows]
        self.files[name] = "\n".join(lines) + "\n" if lines else ""
        return len(lines)

    def names(self, under: str = "") -> list[str]:
        return sorted(name for name in self.files if name.startswith(under))


NOTE = drop.DropNote("inbox/a.zip", "1", "2026-11-10T02:00:00+09:00", "ab", 12, {"a.zip": 12})
MADE = deliveries.DeliveryNote(
    "lgate", "delivered", "bulk", (deliveries.FileNote("a.zip", "cd", {"users.csv": 3}),),
    {"users.csv": 3}, 3,
)  # fmt: skip
ENDS = [results.Result(1, "a", "create", "NEW", results.End.DONE, request_id="b")]
MOVED = SinceRehearsal(
    "run", date(2027, 4, 1), (Difference("a", "", "NEW", PlanChange.ADDED, now="create"),),
    {"NEW": (0, 1)}, {"B1": {"added": 1}},
)  # fmt: skip
WORD = DecisionNote(
    pupil="a", decision=None, name="b.csv", uploaded="", counts=False, standing="unreadable",
    fresh=True,
)  # fmt: skip
BEGUN = progress.Progress("arn", datetime(2026, 11, 10, tzinfo=UTC), 12, 2, 0.5, {1: 10})

type Put = Callable[[Any, Any], None]
type Get = Callable[[Any], Any]


@pytest.mark.parametrize(
    ("put", "get", "value"),
    [
        (drop.put_drop, drop.drop, NOTE),
        (drop.put_drop, drop.drop, replace(NOTE, as_of="", lines={"users.csv": 3}, same_as="")),
        (orders.put_undo, orders.undo, orders.UndoNote("run", "係長")),
        (deliveries.put_delivery, lambda folder: next(deliveries.deliveries(folder)), MADE),
        (lambda folder, value: results.put_results(folder, "results/0001.jsonl", value),
         lambda folder: list(results.results(folder)), ENDS),
        (comparison.put_comparison, comparison.comparison, MOVED),
        (decided.put_decisions, lambda folder: list(decided.decisions(folder)), [WORD]),
        (progress.put_progress, progress.progress, BEGUN),
        (roster.put_held, lambda folder: list(roster.held(folder)), [a_held(1)]),
        (roster.put_counts, roster.counts, {"pupils": 3}),
    ],
)  # fmt: skip
def test_what_is_written_is_read(put: Put, get: Get, value: Any) -> None:
    folder = Folder()
    put(folder, value)
    assert get(folder) == value


def test_a_plan_is_its_header_and_its_shards() -> None:
    folder, made = (
        Folder(),
        Plan(city_code="demo", serial=1, as_of=TODAY, actions=(moved(1), moved(2))),
    )
    assert plan.plan(folder) is None
    plan.put_plan(folder, made)
    assert plan.plan(folder) == made
    assert list(actions.actions(folder)) == list(made.actions)
    assert b"".join(actions.raw(folder)) == b"".join(actions.raw_in(folder, 1))


def test_what_is_turned_back_stands_with_how_it_ended() -> None:
    folder, action = Folder(), moved(1)
    run = Undone("run", TODAY, (action,), {action.pupil: "done"}, {action.object_id})
    undone.put_undone(folder, run)
    (row,) = folder.lines("undone.jsonl")
    assert (row["outcome"], row["within_reach"]) == ("done", True)


@pytest.mark.parametrize(
    ("acted", "led"),
    [
        (Acted("new", "link", "SAME_CHILD", before="old"), ("old", "new")),
        (Acted("new", "link", "UNLINKED"), None),
        (Acted("new", "unlink", "UNDONE", back="old"), ("new", "old")),
        (Acted("new", "update", "CHANGED", before="new"), None),
    ],
)
def test_a_link_leads_from_one_id_to_another(acted: Acted, led: tuple[str, str] | None) -> None:
    assert acted.moved == led


def moved(n: int) -> Action:
    return an_action(Kind.UPDATE, n)


def test_nothing_is_read_where_nothing_stands() -> None:
    folder = Folder()
    assert not drop.drop(folder)
    assert not orders.undo(folder)
    assert (comparison.comparison(folder), progress.progress(folder)) == (None, None)
    assert [*results.results(folder), *deliveries.deliveries(folder)] == []


def test_a_missing_fact_without_a_default_is_a_key_that_is_missing() -> None:
    with pytest.raises(KeyError, match="outcome"):
        read(results.Result, {"line": 1, "pupil": "a", "kind": "create", "situation": "NEW"})


def test_a_fact_that_a_later_release_has_added_is_left_out() -> None:
    assert read(orders.UndoNote, {"run_id": "a", "by": "b", "why": "c"}) == orders.UndoNote(
        "a", "b"
    )


def test_of_people_only_those_are_made_whose_ids_are_asked_for() -> None:
    folder = Folder()
    people = [a_known(n) for n in (1, 2)]
    known.put_current(folder, people)
    roster.put_desired(folder, (Desired(one.pupil) for one in people))
    only = {a_pupil(2).id}
    assert list(known.current(folder, only)) == people[1:]
    assert list(roster.pupils(folder, only)) == [people[1].pupil]
    assert [one.school for one in roster.schools(folder)] == [a_pupil(1).school]
    assert list(known.ids_of(known.raw(folder))) == [one.pupil.id for one in people]


REWRITTEN: Mapping[str, Callable[[Folder], object]] = {
    drop.NAME: lambda folder: drop.put_drop(folder, drop.drop(folder)),
    "deliveries/lgate.json": lambda folder: deliveries.put_delivery(
        folder, next(deliveries.deliveries(folder))
    ),
    "results/0001.jsonl": lambda folder: results.put_results(
        folder, "results/0001.jsonl", list(results.results(folder))
    ),
    progress.NAME: lambda folder: progress.put_progress(folder, told)
    if (told := progress.progress(folder)) else None,
    roster.HELD: lambda folder: roster.put_held(folder, list(roster.held(folder))),
    roster.DESIRED: lambda folder: roster.put_desired(folder, list(roster.desired(folder))),
}  # fmt: skip


@pytest.mark.parametrize("name", REWRITTEN)
def test_what_the_last_release_wrote_is_written_again_as_it_stood(name: str) -> None:
    """But for facts that came later, which have their defaults."""
    rows = map(json.loads, RELEASE.read_text(encoding="utf-8").splitlines())
    text = next(str(row["text"]) for row in rows if row["key"].endswith(f"/{name}"))
    folder = Folder({name: text})
    REWRITTEN[name](folder)
    then, now = Folder({name: text}), folder
    if name.endswith(".json"):
        then_rows, now_rows = [then.get_json(name)], [now.get_json(name)]
    else:
        then_rows, now_rows = list(then.lines(name)), list(now.lines(name))
    assert [
        {key: b[key] for key in a} for a, b in zip(then_rows, now_rows, strict=True)
    ] == then_rows
