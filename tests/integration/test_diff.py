"""The diff function: run folder, state table and tenant together."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from functions.diff import app
from kakehashi.diff.plan import read_plan
from kakehashi.edges import settings
from kakehashi.edges.errors import Refused
from kakehashi.edges.microsoft import directory
from kakehashi.edges.runs import Folder, Run, prefix_of
from kakehashi.edges.state import State
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record
from kakehashi.roster import Desired, Held
from tests.builders import DOMAIN, RULES, TODAY, a_held, a_known, a_pupil
from tests.lambdas import a_context
from tests.tenants import Tenant, as_graph
from tests.unit.diff.nights import a_school_of, knowing, wanting

SCHOOL = a_school_of(10)
CONTEXT = a_context("diff")


class City:
    """A city on the night of a run: what Preprocess left, what the state and the tenant hold."""

    def __init__(self, names: dict[str, str], tenant: Tenant) -> None:
        self.bucket, self.tenant = names["RUNS_BUCKET"], tenant
        self.state = State.of(names["TABLE"], "demo")
        self.state.take_lease("arn:one", datetime.now(UTC))
        self.nights = 0

    def knows(self, known: Sequence[Record]) -> None:
        self.tenant.give_known(known)
        for one in known:
            self.state.put_pupil(one, None)

    def night(
        self,
        roster: Iterable[Pupil | Desired],
        *,
        held: Iterable[Held] = (),
        mode: str = "sync",
        execution: str = "arn:one",
    ) -> tuple[Run, Folder]:
        """Run the function on a new run folder; what it answers and what it leaves."""
        self.nights += 1
        run_id = f"demo-202611{self.nights:02}T021000-0000abcd"
        run = Run(run_id=run_id, city="demo", prefix=prefix_of(run_id), mode=mode, as_of=TODAY,
                  execution=execution)  # fmt: skip
        folder = Folder.of(run, self.bucket)
        desired = [one if isinstance(one, Desired) else wanting([one])[0] for one in roster]
        folder.put("city.toml", RULES)
        folder.put_lines("desired.jsonl", (one.to_json() for one in desired))
        folder.put_lines("held.jsonl", (one.to_json() for one in held))
        answer = app.lambda_handler(run.model_dump(mode="json"), CONTEXT)
        assert len(json.dumps(answer)) < 2048
        return Run.model_validate(answer), folder


@pytest.fixture
def city(
    account: dict[str, str], tenant: Tenant, env: settings.DirectorySettings
) -> Iterator[City]:
    yield City(account, tenant)
    directory.tenant.cache_clear()


def kinds(folder: Folder) -> list[tuple[str, str]]:
    names = folder.names("actions/")
    return [(row["pupil"], row["kind"]) for name in names for row in folder.lines(name)]


def test_a_night_of_changes_is_planned_and_may_begin(city: City) -> None:
    city.knows(knowing(SCHOOL))
    moved, new = replace(SCHOOL[0], class_title="3年9組"), a_pupil(900)
    run, folder = city.night([moved, *SCHOOL[1:-1], new])
    gone = SCHOOL[-1]
    assert kinds(folder) == [(moved.id, "update"), (new.id, "create"), (gone.id, "record")]
    assert (run.verdict, run.counts["shards"], run.counts["actions"]) == ("apply", 1, 3)
    assert city.state.serial() == 1
    assert folder.get_json("plan.json")["proposals"]["GONE"] == [gone.id]
    assert city.tenant.count("writes") == 0


def test_the_plan_can_be_read_back_and_is_what_it_was(city: City) -> None:
    city.knows(knowing(SCHOOL))
    _, folder = city.night([replace(p, family="高橋") for p in SCHOOL])
    rows = [row for name in folder.names("actions/") for row in folder.lines(name)]
    plan = read_plan(folder.get_json("plan.json"), rows)
    assert (len(plan.actions), plan.altered()) == (60, False)


def test_all_that_the_plan_was_made_from_is_in_the_run_folder(city: City) -> None:
    city.knows(knowing(SCHOOL))
    city.tenant.give(as_graph(a_known(900)) | {"onPremisesExtensionAttributes": {}})
    _, folder = city.night([*SCHOOL, a_pupil(900)])
    left = {"current.jsonl", "tenant.jsonl", "last_night.json", "plan.json"}
    assert left | {"findings/diff.jsonl"} <= set(folder.names())
    assert len(list(folder.lines("current.jsonl"))) == 60
    marks = [row["mark"] for row in folder.lines("tenant.jsonl")]
    assert (len(marks), marks.count("")) == (61, 1)


def test_nothing_to_do_is_an_empty_plan_and_moves_no_serial(city: City) -> None:
    city.knows(knowing(SCHOOL))
    run, folder = city.night(SCHOOL)
    assert (run.verdict, run.counts["shards"], kinds(folder)) == ("apply", 0, [])
    assert city.state.serial() == 0


def test_the_first_run_waits_for_approval_in_shards(city: City) -> None:
    run, folder = city.night(a_school_of(170))
    assert (run.verdict, run.counts["shards"]) == ("awaiting-approval", 2)
    assert folder.names("actions/") == ["actions/0001.jsonl", "actions/0002.jsonl"]
    assert [f.row() for f in folder.findings("diff")] == [("", None, None, "S001")]
    assert city.state.serial() == 0


def test_an_empty_roster_is_refused(city: City) -> None:
    city.knows(knowing(SCHOOL))
    run, folder = city.night([])
    assert (run.verdict, kinds(folder), city.state.serial()) == ("refused", [], 0)


def test_a_rehearsal_makes_the_same_plan_and_touches_nothing(city: City) -> None:
    city.knows(knowing(SCHOOL))
    roster = [replace(SCHOOL[0], family="高橋"), *SCHOOL[1:]]
    rehearsed, before = city.night(roster, mode="rehearse", execution="")
    assert (rehearsed.verdict, city.state.serial()) == ("rehearsed", 0)
    _, after = city.night(roster)
    assert before.get_json("plan.json")["checksum"] == after.get_json("plan.json")["checksum"]


def test_a_run_that_lost_the_lease_plans_nothing(city: City) -> None:
    with pytest.raises(Refused):
        city.night(SCHOOL, execution="arn:two")


def test_an_account_whose_mark_was_wiped_is_looked_up_before_it_counts_as_lost(city: City) -> None:
    """Without mark and under another name no listing shows it: it is asked for by its id."""
    city.knows(knowing(SCHOOL[1:]))
    one = a_known(pupil=SCHOOL[0])
    city.state.put_pupil(one, None)
    city.tenant.give(
        as_graph(one) | {"userPrincipalName": f"hand@{DOMAIN}", "onPremisesExtensionAttributes": {}}
    )
    _, folder = city.night(SCHOOL)
    assert folder.get_json("plan.json")["held"] == {"S048": [SCHOOL[0].id]}


def test_an_account_deleted_by_hand_is_held_and_told(city: City) -> None:
    city.knows(knowing(SCHOOL))
    city.tenant.delete(a_known(pupil=SCHOOL[0]).object_id)
    run, folder = city.night(SCHOOL)
    assert (run.verdict, kinds(folder)) == ("apply", [])
    plan = folder.get_json("plan.json")
    assert (plan["held"], plan["lost"]) == ({"S131": [SCHOOL[0].id]}, [SCHOOL[0].id])
    assert (run.counts["lost"], folder.get_json("missing.json")) == (
        1,
        {"unsure": [], "in_bin": [SCHOOL[0].id]},
    )


def test_whoever_could_not_be_asked_for_is_neither_lost_nor_proposed(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kakehashi.edges.diff.gathering.MOST_LOOK_UPS", 1)
    city.knows(knowing(SCHOOL))
    for pupil in SCHOOL[:3]:
        city.tenant.delete(a_known(pupil=pupil).object_id)
    _, folder = city.night(SCHOOL)
    plan, missing = folder.get_json("plan.json"), folder.get_json("missing.json")
    assert (len(plan["lost"]), len(plan["held"]["S133"]), len(missing["unsure"])) == (1, 2, 2)


def test_pupils_held_when_the_last_run_settled_are_not_newly_held(city: City) -> None:
    city.knows(knowing(SCHOOL))
    held = [a_held(pupil=p.id) for p in SCHOOL[:12]]
    first, _ = city.night(SCHOOL, held=held)
    assert first.verdict == "awaiting-approval"
    city.state.note_run(first.run_id, verdict="awaiting-approval")
    assert city.night(SCHOOL, held=held)[0].verdict == "awaiting-approval", "not settled yet"
    city.state.note_settled(first.run_id)
    for n in range(40):  # whatever came since and did not settle
        city.state.note_run(f"demo-20261102T03{n:02}00-0000abcd", verdict="refused")
    run, folder = city.night(SCHOOL, held=held)
    assert run.verdict == "apply"
    assert len(folder.get_json("last_night.json")["held"]) == 12
