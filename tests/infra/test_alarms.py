"""An alarm tells a member of staff what happened, what to do, and where to read on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from kakehashi.edges.telemetry import NAMESPACE
from kakehashi.report.credential import SOON
from kakehashi.report.words import VERDICTS
from kakehashi.roster import JAPAN
from kakehashi.verdict import Verdict
from local import alarms, city_alarms, dashboard
from local.engine.deploy import read_template
from tests.commands import type_it
from tests.infra.conftest import FUNCTIONS, ROOT, STAGES, of_type

TEMPLATE = read_template((ROOT / "template.yaml").read_text(encoding="utf-8"))
DOCS = TEMPLATE["Parameters"]["DocsUrl"]["Default"]
OWN_DOMAIN, API = "https://bridge.city.example", "https://abc.execute-api.example"
TYPED = "--stack kakehashi"  # how a command names the stack of this name
RUNBOOK = ROOT / "docs" / "runbook.ja.md"
OF_ALL_CITIES = {"CredentialDaysLeft"}
MEASURED_IN = {stage: f"functions/{stage}/app.py" for stage in FUNCTIONS} | {
    "provision": "layers/kakehashi/kakehashi/edges/provision/provisioning.py"
}


def described(text: dict[str, Any], *conditions: str) -> str:
    """What an alarm's mail says in a stack of these conditions."""
    found = text["Fn::Sub"]
    template, own = (found, {}) if isinstance(found, str) else found
    given = {"DocsUrl": DOCS, "StaffUrl": OWN_DOMAIN, "StaffApi.ApiEndpoint": API}
    values = given | {name: chosen(value, conditions, given) for name, value in own.items()}
    if "Options" in own:
        assert own["Options"] == typed(TEMPLATE)
        values["Options"] = TYPED
    return filled(template, values)


def chosen(value: Any, conditions: Sequence[str], given: Mapping[str, str]) -> str:
    """What CloudFormation makes of a text that depends on conditions."""
    while isinstance(value, dict) and "Fn::If" in value:
        condition, then, otherwise = value["Fn::If"]
        value = then if condition in conditions else otherwise
    return filled(value["Fn::Sub"], given) if isinstance(value, dict) else str(value)


def filled(template: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"${{{name}}}", value)
    return template


def typed(template: dict[str, Any]) -> Any:
    """How the stack is named in what its reports print."""
    return template["Resources"]["ReportFunction"]["Properties"]["Environment"]["Variables"][
        "COMMAND_OPTIONS"
    ]


ALARMS = {
    name: alarm | {"AlarmDescription": described(alarm["AlarmDescription"])}
    for name, alarm in of_type(TEMPLATE["Resources"], "AWS::CloudWatch::Alarm").items()
}
CITY_ALARMS = city_alarms.alarms(TEMPLATE)
PAGE_OF_A_SECTION = re.compile(
    r"^\*\*頁\*\* 職員の頁"
    r"(?:の\[(?P<title>.+?)\]\(staff-page\.ja\.md\)\(`(?P<path>/\w+)`\)で済みます"
    r"|では済みません)。$",
    re.MULTILINE,
)
SETTLED_ELSEWHERE = {
    "stage-slow",
    "launch-broken",
    "credential-expires",
}  # by whoever keeps the stack
SENTENCE = re.compile(r"[ぁ-んァ-ヶ一-龠].*。$")


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_in_japanese_what_happened_and_what_to_do(name: str) -> None:
    happened, todo, *_ = ALARMS[name]["AlarmDescription"].splitlines()
    assert SENTENCE.search(happened)
    assert SENTENCE.search(todo)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_names_a_place_in_the_runbook(name: str) -> None:
    place = ALARMS[name]["AlarmDescription"].splitlines()[2]
    page, anchor = place.split("#")
    assert page == "docs/runbook.ja.md"
    assert f'<a id="{anchor}"></a>' in RUNBOOK.read_text(encoding="utf-8")


def pages(alarm: str, *conditions: str) -> list[str]:
    """What an alarm says behind the section of the runbook."""
    text = TEMPLATE["Resources"][alarm]["Properties"]["AlarmDescription"]
    return described(text, *conditions).splitlines()[3:]


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_leads_to_the_page_that_settles_it(name: str) -> None:
    """The section of the runbook names the same one; where there is none, it says so."""
    anchor = ALARMS[name]["AlarmDescription"].splitlines()[2].split("#")[1]
    section = RUNBOOK.read_text(encoding="utf-8").split(f'<a id="{anchor}"></a>')[1]
    told = PAGE_OF_A_SECTION.search(section)
    assert told is not None
    path = told["path"]
    assert path or anchor in SETTLED_ELSEWHERE
    with_page = pages(name, "HasStaffPage"), pages(name, "HasStaffPage", "HasStaffUrl")
    assert with_page == (
        ([f"職員の頁 {API}{path}"], [f"職員の頁 {OWN_DOMAIN}{path}"]) if path else ([], [])
    )


@pytest.mark.parametrize(
    "name",
    [name for name in ALARMS if TEMPLATE["Resources"][name].get("Condition") != "HasStaffPage"],
)
def test_an_alarm_of_a_stack_without_staff_page_names_none(name: str) -> None:
    assert pages(name) == pages(name, "HasStaffUrl") == []


@pytest.mark.parametrize("name", CITY_ALARMS)
def test_an_alarm_of_one_more_city_names_the_page_that_it_was_given(name: str) -> None:
    text = CITY_ALARMS[name]["Properties"]["AlarmDescription"]
    assert described(text).splitlines()[3:] == pages(name)
    assert described(text, "HasStaffUrl").splitlines()[3:] == pages(
        name, "HasStaffPage", "HasStaffUrl"
    )


@pytest.mark.parametrize("name", ALARMS)
def test_a_command_in_an_alarm_can_be_typed_as_it_stands(name: str) -> None:
    for command in re.findall(r"kakehashi [!-~ ]+", ALARMS[name]["AlarmDescription"]):
        type_it(command, stack="kakehashi")


def test_the_name_of_the_stack_is_told_unless_it_is_called_otherwise() -> None:
    named = {"Fn::Sub": "--stack ${AWS::StackName}"}
    assert typed(TEMPLATE) == {"Fn::If": ["IsCalledOtherwise", {"Ref": "CommandOptions"}, named]}


def test_the_runbook_knows_every_alarm_and_no_other() -> None:
    anchors = set(re.findall(r'<a id="([^"]+)"></a>', RUNBOOK.read_text(encoding="utf-8")))
    named = {a["AlarmDescription"].splitlines()[2].split("#")[1] for a in ALARMS.values()}
    assert anchors == named


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_reaches_somebody(name: str) -> None:
    assert ALARMS[name]["AlarmActions"][0]["Ref"] in {"StaffTopic", "VendorTopic"}


def test_a_night_on_which_nothing_arrived_alarms_too() -> None:
    alarm = ALARMS["DropMissingAlarm"]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == [{"Ref": "StaffTopic"}]


def test_a_plan_that_waits_twelve_hours_alarms_staff() -> None:
    alarm = ALARMS["PlanWaitsTooLongAlarm"]
    assert (alarm["MetricName"], alarm["Threshold"]) == ("PlanWaitsHours", 12)
    assert alarm["AlarmActions"] == [{"Ref": "StaffTopic"}]


def test_the_credential_alarms_when_the_page_says_that_it_is_to_be_replaced() -> None:
    assert ALARMS["CredentialExpiresAlarm"]["Threshold"] == SOON


def test_a_letter_that_lies_for_a_quarter_of_an_hour_alarms_until_the_queue_is_empty() -> None:
    alarm = ALARMS["DeadLettersAlarm"]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 15 * 60
    assert alarm["TreatMissingData"] == "ignore"


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_a_robot_that_comes_between_one_and_two_is_missed_at_three(minute: int) -> None:
    """CloudWatch counts whole hours of the clock, all of which must have been empty."""
    alarm = ALARMS["DropMissingAlarm"]
    hours = TEMPLATE["Parameters"][alarm["EvaluationPeriods"]["Ref"]]["Default"]
    hour = timedelta(seconds=alarm["Period"])
    last = datetime(2026, 11, 24, 1, minute, tzinfo=JAPAN)
    its_hour_ends = last.replace(minute=0) + hour
    assert its_hour_ends + hours * hour == datetime(2026, 11, 25, 3, tzinfo=JAPAN)
    assert "DatapointsToAlarm" not in alarm


def test_every_way_to_fail_has_an_alarm() -> None:
    metrics = {(a["Namespace"], a["MetricName"]) for a in ALARMS.values() if "Metrics" not in a}
    for alarm in ALARMS.values():
        stats = (m["MetricStat"] for m in alarm.get("Metrics", ()) if "MetricStat" in m)
        metrics |= {(s["Metric"]["Namespace"], s["Metric"]["MetricName"]) for s in stats}
    assert metrics == {
        ("Kakehashi", "Received"),
        ("Kakehashi", "Refused"),
        ("Kakehashi", "AwaitingApproval"),
        ("Kakehashi", "PlanWaitsHours"),
        ("Kakehashi", "ActionsFailed"),
        ("Kakehashi", "MicrosoftRefused"),
        ("Kakehashi", "CredentialDaysLeft"),
        ("Kakehashi", "DriftFound"),
        ("Kakehashi", "LaunchRefused"),
        ("AWS/ApiGateway", "5xx"),
        ("Kakehashi", "SecondsBehind"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/Events", "InvocationsSentToDlq"),
        ("AWS/States", "ExecutionsFailed"),
        ("AWS/States", "ExecutionsTimedOut"),
        ("AWS/Lambda", "Duration"),
        ("AWS/Lambda", "Errors"),
    }


def test_an_upload_of_any_kind_that_started_nothing_alarms() -> None:
    summed, *each = ALARMS["DropsNotStartedAlarm"]["Metrics"]
    assert (summed["Expression"], [m["ReturnData"] for m in each]) == (
        "SUM(METRICS())",
        [False] * 4,
    )
    watched = [m["MetricStat"]["Metric"]["Dimensions"][0]["Value"]["Ref"] for m in each]
    rules = [name for name, resource in TEMPLATE["Resources"].items()
             if resource["Type"] == "AWS::Events::Rule" and "RosterSync" in
             str(resource["Properties"]["Targets"])]  # fmt: skip
    assert watched == rules


def test_what_an_alarm_watches_is_what_a_stage_counts() -> None:
    ours = [a for a in ALARMS.values() if a.get("Namespace") == NAMESPACE]
    verdicts = {str(verdict).title().replace("-", "") for verdict in Verdict}
    for alarm in ours:
        at = {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
        city = "all" if alarm["MetricName"] in OF_ALL_CITIES else {"Ref": "City"}
        assert at == {"service": "kakehashi", "stage": at["stage"], "city": city}
        handler = (ROOT / MEASURED_IN[at["stage"]]).read_text(encoding="utf-8")
        named = f'"{alarm["MetricName"]}"' in handler
        assert named or (at["stage"] == "report" and alarm["MetricName"] in verdicts)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_alarms_before_it_runs_out_of_time(stage: str) -> None:
    function: dict[str, Any] = TEMPLATE["Resources"][f"{stage.capitalize()}Function"]["Properties"]
    alarm = ALARMS[f"{stage.capitalize()}SlowAlarm"]
    assert alarm["Threshold"] == function["Timeout"] * 1000 * 0.8
    assert alarm["Dimensions"] == [
        {"Name": "FunctionName", "Value": {"Ref": f"{stage.capitalize()}Function"}}
    ]


def test_every_alarm_is_declared_once_and_in_two_languages() -> None:
    each = list(alarms.alarms(alarms.functions_of((ROOT / "template.yaml").read_text("utf-8"))))
    assert [alarm.id for alarm in each] == list(ALARMS)
    for alarm in each:
        assert all(re.match(r"[A-Z].*\.$", text) for text in (alarm.en, alarm.todo_en)), alarm.id


def test_a_template_that_has_lost_the_marks_is_not_written_over() -> None:
    text = (ROOT / "template.yaml").read_text("utf-8").replace(alarms.END, "")
    with pytest.raises(ValueError, match="marks"):
        alarms.spliced(text)


# -- the dashboard ---------------------------------------------------------------------------------

WIDGETS = dashboard.body()["widgets"]


def labels() -> dict[str, str]:
    """Metric of ours → what the dashboard calls it."""
    metrics = [m for w in WIDGETS for m in w["properties"].get("metrics", ())]
    return {metric[1]: metric[-1]["label"] for metric in metrics if metric[0] == NAMESPACE}


def test_the_dashboard_calls_the_end_of_a_night_what_the_report_calls_it() -> None:
    told = {Verdict(name): labels()[name.title().replace("-", "")] for name in
            ("applied", "unchanged", "awaiting-approval", "refused", "failed")}  # fmt: skip
    assert told == {verdict: VERDICTS[verdict].ja for verdict in told}


def test_the_dashboard_shows_the_state_of_every_alarm_that_is_always_there() -> None:
    (shown,) = [w["properties"]["alarms"] for w in WIDGETS if w["type"] == "alarm"]
    always = [name for name in ALARMS if "Condition" not in TEMPLATE["Resources"][name]]
    assert shown == [f"${{{name}.Arn}}" for name in always]


@pytest.mark.parametrize("name", ALARMS)
def test_the_dashboard_says_of_an_alarm_what_its_mail_says(name: str) -> None:
    text = "".join(w["properties"].get("markdown", "") for w in WIDGETS)
    happened = ALARMS[name]["AlarmDescription"].splitlines()[0]
    slow = re.sub(r"^段階 \w+ が", "段階が", happened)
    row = f"…SlowAlarm | {slow}" if name.endswith("SlowAlarm") else f"{name} | {happened}"
    assert row in text.splitlines()
