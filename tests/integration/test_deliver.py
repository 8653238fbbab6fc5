"""Deliver against S3 and DynamoDB: what is put where, and what a second call leaves as it was."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from functions.deliver import app
from kakehashi.deliver import Delivery, Order, build
from kakehashi.edges.errors import BadConfiguration, Refused
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.people.record import Record, Status
from kakehashi.stored import written
from tests.builders import a_known, a_pupil
from tests.lambdas import a_context
from tests.unit.deliver.receiver import Receiver

RULES = """
name = "見本市"
board_code = "082201"
domain = "ed.example.jp"
[tools.lgate]
dialect = "lgate"
[tools.interactive_study]
dialect = "interactive_study"
[tools.mirai]
dialect = "mirai_school_platform"
[tools.lgate_users]
dialect = "lgate_users"
headings = ["username", "password", "enabledUser", "isLocal", "schoolCode", "schoolName"]
[tools.lgate_users_of_p3]
dialect = "lgate_users"
headings = ["username", "enabledUser"]
grades = ["P3"]
[tools.odd]
dialect = "no_such_dialect"
"""
CONTEXT = a_context("deliver")


@pytest.fixture
def state(account: dict[str, str]) -> State:
    """A city of two pupils, whose lease is ours."""
    state = State.of(account["TABLE"], "demo")
    state.take_lease("execution", datetime.now(UTC))
    for n in (1, 2):
        state.put_pupil(a_known(n), None)
    return state


def a_run(clock: str = "020000", day: str = "2026-11-24", execution: str = "execution") -> Run:
    run_id = f"demo-20261124T{clock}-00000000"
    run = Run.model_validate(
        {
            "run_id": run_id,
            "city": "demo",
            "prefix": f"demo/{run_id}/",
            "mode": "sync",
            "as_of": day,
            "execution": execution,
        }
    )
    Folder.of(run, "runs").put("city.toml", RULES)
    return run


def deliver(run: Run, tool: str = "interactive_study") -> dict[str, Any]:
    event = run.model_dump(mode="json") | {"tool": tool}
    answer = app.lambda_handler(event, CONTEXT)
    assert answer["tool"] == tool
    return Folder.of(run, "runs").get_json(f"deliveries/{tool}.json")


def body(key: str) -> bytes:
    return boto3.client("s3").get_object(Bucket="outbox", Key=key)["Body"].read()


def keys() -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket="outbox")
    return [item["Key"] for item in listed.get("Contents", [])]


def versions(key: str) -> list[str]:
    listed = boto3.client("s3").list_object_versions(Bucket="baselines", Prefix=key)
    return [item["VersionId"] for item in listed.get("Versions", [])]


def pointed(state: State) -> str:
    return state.tool("interactive_study").baseline


def pointer(state: State, tool: str) -> dict[str, Any]:
    """The pointer, and of the baseline what it says instead of which version it is."""
    found = state.tool(tool)
    s3, key = boto3.client("s3"), f"demo/{tool}.csv.gz"
    answer = s3.get_object(Bucket="baselines", Key=key, VersionId=found.baseline)
    kept = answer["Body"].read()
    return written(found) | {"baseline": kept}


def change(state: State, old: Record, **facts: Any) -> None:
    now = a_known(pupil=a_pupil(old.pupil.line - 1, **facts))
    state.put_pupil(now, state.pupil(old.pupil.id))


def test_a_first_night_puts_the_zip_the_note_the_baseline_and_the_pointer(state: State) -> None:
    told = deliver(a_run())
    key = "outbox/demo/interactive_study/2026-11-24/RO_20261124_082201.zip"
    assert (told["verdict"], told["file"], told["mode"], told["pupils"]) == (
        "delivered", key, "delta", 2,
    )  # fmt: skip
    assert told["rows"]["users.csv"] == 2
    assert keys() == [key, "outbox/demo/interactive_study/latest.json"]
    latest = json.loads(body("outbox/demo/interactive_study/latest.json"))
    assert (latest["files"][0]["key"], latest["files"][0]["sha256"]) == (key, told["sha256"])
    (kept,) = versions("demo/interactive_study.csv.gz")
    assert state.tool("interactive_study").baseline == kept
    tool = Receiver()
    tool.take(body(key))
    assert set(tool.pupils()) == {a_pupil(1).id, a_pupil(2).id}


def test_a_night_of_changes_sends_them_alone_and_a_quiet_night_nothing(state: State) -> None:
    tool = Receiver()
    tool.take(body(deliver(a_run(day="2026-11-24"))["file"]))
    change(state, a_known(1), family="改姓")
    second = deliver(a_run("020001", "2026-11-25"))
    assert (second["rows"]["users.csv"], second["verdict"]) == (1, "delivered")
    tool.take(body(second["file"]))
    assert tool.pupils()[a_pupil(1).id][2] == "改姓"
    taken = state.tool("interactive_study")
    third = deliver(a_run("020002", "2026-11-26"))
    assert (third["verdict"], third["file"], third["rows"]) == ("nothing", "", {})
    assert (second["follows"], third["follows"]) == ("", taken.run_id)
    assert state.tool("interactive_study") == taken


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tools for which a file was made."""
    made: list[str] = []

    def counted(order: Order, *records: Any) -> Delivery:
        made.append(order.tool)
        return build(order, *records)

    monkeypatch.setattr("kakehashi.deliver.build", counted)
    return made


def test_a_full_file_of_which_nothing_has_changed_goes_out_again_as_it_was_made(
    state: State, built: list[str]
) -> None:
    first = deliver(a_run(), "lgate")
    held = pointer(state, "lgate")
    second = deliver(a_run("020001", "2026-11-25"), "lgate")
    assert built == ["lgate"]
    assert second["file"] == "outbox/demo/lgate/2026-11-25/RO_20261125_082201.zip"
    assert body(second["file"]) == body(first["file"])
    assert (second["rows"], second["sha256"]) == (first["rows"], first["sha256"])
    told = pointer(state, "lgate")
    assert (told["baseline"], told["follows"]) == (held["baseline"], held["run_id"])
    assert deliver(a_run("020001", "2026-11-25"), "lgate") == second


def test_a_full_file_is_made_anew_for_other_rules_a_file_that_is_gone_and_a_finding(
    state: State, built: list[str]
) -> None:
    def made(clock: str, rules: str = RULES) -> bool:
        run = a_run(clock, "2026-11-25")
        Folder.of(run, "runs").put("city.toml", rules)
        told, before = deliver(run, "lgate"), len(built)
        built.clear()
        assert told["verdict"] == "delivered"
        return bool(before)

    assert made("020000")
    assert not made("020001")
    assert made("020002", RULES + "# of another day\n")
    latest = json.loads(body("outbox/demo/lgate/latest.json"))
    boto3.client("s3").delete_object(Bucket="outbox", Key=latest["files"][0]["key"])
    assert made("020003", RULES + "# of another day\n")
    assert not made("020004", RULES + "# of another day\n")
    change(state, a_known(2), class_title="ひまわり（特別支援）")
    assert made("020005", RULES + "# of another day\n")  # of whom something is said
    assert made("020006", RULES + "# of another day\n")


@pytest.mark.parametrize("tool", ["interactive_study", "lgate"])
def test_the_same_run_called_again_writes_the_same_bytes_and_pointer(
    state: State, tool: str
) -> None:
    deliver(a_run(), tool)
    change(state, a_known(2), family="改姓")
    run = a_run("030000", "2026-11-25")
    first = deliver(run, tool)
    before = (first, body(first["file"]), pointer(state, tool))
    again = deliver(run, tool)
    assert (again, body(again["file"]), pointer(state, tool)) == before


def test_a_run_killed_before_the_pointer_moved_makes_the_same_delivery_again(state: State) -> None:
    deliver(a_run())
    taken = state.tool("interactive_study")
    change(state, a_known(2), family="改姓")
    run = a_run("030000", "2026-11-25")
    first = deliver(run)
    state.note_tool("interactive_study", **written(taken))
    assert deliver(run) == first


def test_a_second_delta_of_a_day_does_not_replace_the_first(state: State) -> None:
    first = deliver(a_run())
    change(state, a_known(1), family="改姓")
    second = deliver(a_run("120000"))
    assert second["file"] == (
        "outbox/demo/interactive_study/2026-11-24/run-02/RO_20261124_082201.zip"
    )
    tool = Receiver()
    for told in (first, second):
        tool.take(body(told["file"]))
    assert tool.pupils()[a_pupil(1).id][2] == "改姓"
    latest = json.loads(body("outbox/demo/interactive_study/latest.json"))
    assert latest["follows"] == a_run().run_id, "a tool that missed one can tell"


def test_a_pupil_forgotten_on_an_approved_order_is_to_be_deleted(state: State) -> None:
    tool = Receiver()
    tool.take(body(deliver(a_run())["file"]))
    gone = state.pupil(a_pupil(2).id)
    assert gone
    state.drop_pupil(gone)
    tool.take(body(deliver(a_run("020001", "2026-11-25"))["file"]))
    assert set(tool.pupils()) == {a_pupil(1).id}


def test_a_tool_may_be_told_everything_anew(state: State) -> None:
    deliver(a_run())
    state.note_tool("interactive_study", anew=True)
    run = a_run("020001", "2026-11-25")
    assert deliver(run)["rows"]["users.csv"] == 2
    assert deliver(run)["rows"]["users.csv"] == 2, "a retry of that run as well"
    assert deliver(a_run("020002", "2026-11-26"))["verdict"] == "nothing"


def test_a_lost_baseline_is_told_and_not_taken_for_an_empty_tool(state: State) -> None:
    deliver(a_run())
    boto3.client("s3").delete_object(
        Bucket="baselines", Key="demo/interactive_study.csv.gz", VersionId=pointed(state)
    )
    with pytest.raises(BadConfiguration, match="interactive_study"):
        deliver(a_run("020001", "2026-11-25"))
    state.note_tool("interactive_study", anew=True)
    assert deliver(a_run("020001", "2026-11-25"))["rows"]["users.csv"] == 2


def test_a_held_pupil_is_in_the_findings_of_the_tool(state: State) -> None:
    change(state, a_known(2), kana_family="")
    run = a_run()
    told = deliver(run)
    assert (told["verdict"], told["pupils"], told["held"]) == ("delivered", 1, 1)
    (finding,) = Folder.of(run, "runs").findings("deliver-interactive_study")
    assert (finding.code, finding.pupil) == ("T010", a_pupil(2).id)


def test_a_tool_of_which_nobody_is_told_gets_nothing(state: State) -> None:
    assert deliver(a_run(), "mirai")["verdict"] == "nothing"
    assert keys() == []


@pytest.mark.parametrize("tool", ["odd", "unheard_of"])
def test_a_tool_or_dialect_nobody_knows_is_bad_configuration(state: State, tool: str) -> None:
    with pytest.raises(BadConfiguration):
        deliver(a_run(), tool)


def test_a_run_that_lost_the_lease_delivers_nothing(state: State) -> None:
    with pytest.raises(Refused):
        deliver(a_run(execution="another"))
    assert keys() == []


def test_the_answer_to_the_state_machine_names_nobody(state: State) -> None:
    event = a_run().model_dump(mode="json") | {"tool": "lgate"}
    answer = app.lambda_handler(event, CONTEXT)
    assert sorted(answer) == ["seconds", "tool", "verdict"]


def suspend(state: State, n: int, status: Status = Status.SUSPENDED) -> None:
    state.put_pupil(a_known(n, status=status), state.pupil(a_pupil(n).id))


def test_whom_the_portal_still_lets_in_is_counted_and_a_list_switches_them_off_and_on(
    state: State,
) -> None:
    first = a_run()
    assert deliver(first, "lgate")["still_signed_in"] == 0
    assert deliver(first, "lgate_users")["verdict"] == "nothing"
    suspend(state, 2)
    second = a_run("030000", "2026-11-25")
    assert deliver(second, "lgate")["still_signed_in"] == 1
    told = deliver(second, "lgate_users")
    assert told["file"].endswith("/2026-11-25/lgate_users_20261125_082201.csv")
    account, school = a_pupil(2).account, a_pupil(2).school
    line = f"{account},,0,0,{school},{a_pupil(2).school_name}"
    assert body(told["file"]).decode().splitlines()[1:] == [line]
    assert deliver(second, "lgate_users") == told, "called again, the same"
    suspend(state, 2, Status.ACTIVE)
    third = a_run("040000", "2026-11-26")
    back = body(deliver(third, "lgate_users")["file"]).decode().splitlines()[1:]
    assert back == [line.replace(",0,0,", ",1,0,")]
    assert deliver(third, "lgate")["still_signed_in"] == 0


def test_a_list_for_some_grades_switches_nobody_off_who_goes_on_to_another(state: State) -> None:
    tool, old = "lgate_users_of_p3", a_known(2)
    assert deliver(a_run(), tool)["verdict"] == "nothing"
    change(state, old, grade="P4")
    assert deliver(a_run("030000", "2026-11-25"), tool)["verdict"] == "nothing"


def test_whom_a_tool_did_not_take_from_its_list_stands_on_the_next_one_again(state: State) -> None:
    deliver(a_run(), "lgate_users")
    suspend(state, 2)
    told = deliver(a_run("030000", "2026-11-25"), "lgate_users")
    receipt = f"取込結果,,\nusername,結果,理由コード\n{a_pupil(2).account},エラー,E012\n".encode(
        "cp932"
    )
    key = "receipts/demo/lgate_users/a.csv"
    boto3.client("s3").put_object(Bucket="inbox", Key=key, Body=receipt)
    run = a_run("040000", "2026-11-26")
    again = deliver(run, "lgate_users")
    assert body(again["file"]) == body(told["file"])
    assert again["receipts"]["reasons"] == {"E012": 1}
    findings = Folder.of(run, "runs").findings("deliver-lgate_users")
    assert [(f.code, f.pupil) for f in findings] == [("T020", None), ("T021", a_pupil(2).id)]
    assert deliver(a_run("050000", "2026-11-27"), "lgate_users")["verdict"] == "nothing"
