"""What an earlier release of ours has stored is read, applied, undone and delivered by this one.

The snapshots are what those releases wrote, byte for byte; see ``tests/releases/snapshot.py``.
"""

from __future__ import annotations

import io
import json
from zipfile import ZipFile

import boto3
import pytest

from kakehashi.catalogue.diff import ALTERED_PLAN
from kakehashi.people.pupil import Pupil
from tests.builders import a_drop, a_pupil
from tests.decisions import a_csv
from tests.integration.test_night import known
from tests.nights import Night, Nights
from tests.releases import snapshot
from tests.releases.snapshot import CREATED, NEW_ID, RENAMED, drop
from tests.walker import Machine

RELEASES = ["0.1.0"]


@pytest.fixture(params=RELEASES)
def runs(request: pytest.FixtureRequest, nights: Nights) -> dict[str, str]:
    """Runs of the release, by what they did; their city is in ``nights``."""
    return snapshot.read(nights, request.param)


def name_of(nights: Nights, n: int) -> tuple[str, str]:
    """The given name of a pupil, by the state and by the tenant."""
    one = nights.state.pupil(a_pupil(n).id)
    assert one
    return one.pupil.given, nights.tenant.user(a_pupil(n).account)["givenName"]


def files_of(night: Night, nights: Nights, tool: str) -> list[str]:
    """Names in the zips that a tool was handed."""
    handed = night.folder.get_json(f"deliveries/{tool}.json")["files"]
    return [name for file in handed
            for name in ZipFile(io.BytesIO(nights.outbox()[file["key"]])).namelist()]  # fmt: skip


@pytest.mark.usefixtures("runs")
def test_a_night_after_the_release_writes_over_its_items(nights: Nights) -> None:
    nights.tomorrow()
    night = nights.run(drop(umi=NEW_ID, given="菜津").zip())
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    assert name_of(nights, RENAMED) == ("菜津", "菜津")
    nights.tomorrow()
    assert nights.run(drop(umi=NEW_ID, given="菜津").zip()).verdict == "unchanged"


def test_a_plan_that_waited_before_the_release_is_approved_after_it(
    nights: Nights, runs: dict[str, str]
) -> None:
    night = nights.approve(_asked(nights, runs))
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    assert name_of(nights, RENAMED) == ("菜々子", "菜々子")


def test_a_plan_of_before_the_release_that_somebody_altered_is_recognised(
    nights: Nights, runs: dict[str, str]
) -> None:
    key = f"demo/{runs['waiting']}/actions/0001.jsonl"
    asked = _asked(nights, runs)
    body = _body(nights, key)
    assert "菜々子".encode() in body
    nights.put("RUNS_BUCKET", key, body.replace("菜々子".encode(), "菜々絵".encode()))
    refused = nights.approve(asked)
    assert refused.verdict == "refused"
    assert ALTERED_PLAN.code in {finding.code for finding in refused.findings()}


def test_a_run_of_before_the_release_is_undone_after_it(
    nights: Nights, runs: dict[str, str]
) -> None:
    asked = nights.undo(runs["applied"])
    assert asked.verdict == "awaiting-approval"
    undone = nights.approve(asked.summary)
    assert (undone.status, undone.verdict) == ("SUCCEEDED", "applied")
    assert name_of(nights, RENAMED) == (a_pupil(RENAMED).given,) * 2
    assert not nights.tenant.user(a_pupil(CREATED).account)["accountEnabled"]


@pytest.mark.usefixtures("runs")
def test_a_decision_answers_what_was_asked_before_the_release(nights: Nights) -> None:
    """Whom the last run of that release had proposed, its book tells."""
    nights.tomorrow()
    body = a_csv([(a_pupil(CREATED).id, "停止")])
    nights.put("INBOX_BUCKET", f"inbox/{nights.city}/approvals/list.csv", body)
    night = nights.run(drop(13, 12, umi=NEW_ID, given="菜々").zip())
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    weighed = [(row["pupil"], row["standing"]) for row in night.folder.lines("decisions.jsonl")]
    assert weighed == [(a_pupil(CREATED).id, "counts")]
    assert not nights.tenant.user(a_pupil(CREATED).account)["accountEnabled"]


@pytest.mark.usefixtures("runs")
def test_what_this_release_stores_bears_the_number_of_its_form(nights: Nights) -> None:
    """And so does an item of the release before, once something is added to it."""
    nights.tomorrow()
    night = nights.run(drop(umi=NEW_ID, given="菜津").zip())
    table = boto3.resource("dynamodb").Table(nights.names["TABLE"])
    new = {"STATE", "NEWEST_DROP", "PROPOSALS", "TOOL#lgate", f"RUN#{night.run['run_id']}"}
    for sk in new:
        assert table.get_item(Key={"pk": "CITY#demo", "sk": sk})["Item"]["v"] == 1, sk
    assert night.folder.get_json("consent.json")["v"] == 1
    assert night.folder.get_json("plan.json")["v"] == 1


@pytest.mark.usefixtures("runs")
def test_a_tool_is_told_what_has_changed_since_the_release(nights: Nights) -> None:
    nights.tomorrow()
    night = nights.run(drop(umi=NEW_ID, given="菜津").zip())
    notes = {tool: night.folder.get_json(f"deliveries/{tool}.json")
             for tool in ("lgate", "interactive_study", "generic", "sds")}  # fmt: skip
    assert {note["verdict"] for note in notes.values()} == {"delivered"}
    deltas = {tool: note["rows"]["users.csv"] for tool, note in notes.items()
              if note["mode"] == "delta"}  # fmt: skip
    assert deltas.pop("generic") == 14, "its year is named after its end now: everybody is told"
    assert set(deltas.values()) == {3}, "the renamed, and the doubled: one is told, one taken off"
    assert "users.csv" in files_of(night, nights, next(iter(deltas)))


def test_a_release_that_adds_a_fact_lives_through_its_first_night(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.given(known(12))
    assert nights.run(a_drop(12).zip()).verdict == "unchanged"
    nights.tomorrow()
    plain = Pupil.facts
    monkeypatch.setattr(Pupil, "facts", lambda self: plain(self) | {"role": "student"})
    night = nights.run(drop(12, 12).zip())
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    assert name_of(nights, RENAMED) == ("菜々", "菜々")


def test_a_plan_that_waits_while_a_release_adds_a_fact_is_still_that_plan(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights.given(known(12))
    waiting = nights.run(drop(12, 4).zip())
    assert waiting.verdict == "awaiting-approval"
    plain = Pupil.facts
    monkeypatch.setattr(Pupil, "facts", lambda self: plain(self) | {"role": "student"})
    assert nights.approve(waiting.summary).verdict == "applied"
    assert name_of(nights, RENAMED) == ("菜々", "菜々")


def _asked(nights: Nights, runs: dict[str, str]) -> dict[str, object]:
    """The summary that staff read before the release."""
    return dict(json.loads(_body(nights, f"demo/{runs['waiting']}/summary.json")))


def _body(nights: Nights, key: str) -> bytes:
    return boto3.client("s3").get_object(Bucket=nights.names["RUNS_BUCKET"], Key=key)["Body"].read()


@pytest.mark.usefixtures("runs")
def test_a_night_that_a_deployment_overtakes_goes_on_with_the_new_functions(
    nights: Nights,
) -> None:
    """A running execution keeps the definition it began with; its next state calls new code."""
    new = nights.machine
    nights.machine = _machine_of("0.1.0", nights)
    nights.tomorrow()
    night = nights.run(drop(umi=NEW_ID, given="菜津").zip())
    assert (night.status, night.verdict) == ("SUCCEEDED", "applied")
    for stage in ("receive", "provision", "deliver"):
        nights.tomorrow()
        twice = 1 + (stage == "deliver")  # for both tools
        nights.lambdas.trouble(stage, "before", *[RuntimeError()] * twice)
        failed = nights.run(drop(umi=NEW_ID, given=f"菜{stage[0]}").zip())
        assert failed.status == "FAILED", stage
        (letter,) = nights.letters()
        nights.machine = new
        assert nights.start(letter["again"]).status == "SUCCEEDED", stage
        nights.machine = _machine_of("0.1.0", nights)


def _machine_of(release: str, nights: Nights) -> Machine:
    """The state machine as that release deployed it, over the functions of this one."""
    text = (snapshot.HERE / release / "roster_sync.asl.yaml").read_text(encoding="utf-8")
    return Machine(text, nights.values, nights.machine.call)
