"""infra/alarms.toml as what is made of it: a part of template.yaml, docs/alarms.md, and what the
dashboard says of alarms. Log groups of functions stand in the same part: each function has one.

Access is never written from here: roles and policies of template.yaml are somebody's own words.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from kakehashi.report.words import STAGES
from local.engine.deploy import read_template

ROOT = Path(__file__).parents[1]
BEGIN = "  # -- log groups and alarms, from infra/alarms.toml by `make docs`: do not edit here"
END = "  # -- until here is written by `make docs`"
PART = re.compile(f"(?ms)^{re.escape(BEGIN)}$.*?^{re.escape(END)}$")
OURS = "Kakehashi"
STAFF_PAGE = "HasStaffPage"
PAGE = (
    '!If [HasStaffUrl, !Sub "\\n職員の頁 ${{StaffUrl}}{page}", '
    '!Sub "\\n職員の頁 ${{StaffApi.ApiEndpoint}}{page}"]'
)
OPTIONS = 'Options: !If [IsCalledOtherwise, !Ref CommandOptions, !Sub "--stack ${AWS::StackName}"]'


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One alarm as it is declared.

    ``ja`` and ``en`` say what happened, ``todo`` and ``todo_en`` what to do. ``runbook`` is its
    place in docs/runbook.ja.md, ``page`` the page of the staff that settles it, "" where none does.
    A metric of ours names its ``stage``, and ``city`` whether it is told by city; one of AWS names
    its ``namespace`` and whose it is: dimension → resource, or resource.attribute. ``rules`` adds
    up one metric over several EventBridge rules, by their ids in the sum, which ``label`` names.
    ``periods`` may be a parameter. It rings
    ``at_least`` or ``below`` the number.
    """

    name: str
    ja: str
    en: str
    todo: str
    todo_en: str
    runbook: str
    metric: str
    tells: list[str]
    page: str = ""
    stage: str = ""
    city: bool = True
    namespace: str = OURS
    whose: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    statistic: str = "Sum"
    period: int = 300
    periods: int | str = 1
    at_least: int | None = None
    below: int | None = None
    silence: str = "notBreaching"
    condition: str = ""

    @property
    def id(self) -> str:
        return f"{self.name}Alarm"

    @property
    def threshold(self) -> int:
        number = self.at_least if self.below is None else self.below
        if number is None or None not in {self.at_least, self.below}:
            raise ValueError(f"{self.name}: one of at_least and below")
        return number

    @property
    def comparison(self) -> str:
        return "LessThanThreshold" if self.at_least is None else "GreaterThanOrEqualToThreshold"


@cache
def declared() -> tuple[tuple[Alarm, ...], Mapping[str, Any]]:
    """The alarms, each by itself; and what all stages that take too long have in common."""
    data = tomllib.loads((ROOT / "infra" / "alarms.toml").read_text(encoding="utf-8"))
    return tuple(Alarm(**row) for row in data["alarm"]), data["slow"]


def alarms(functions: Mapping[str, Mapping[str, Any]]) -> Iterator[Alarm]:
    """Every alarm. A stage rings at a share of the time limit that its function has."""
    each, slow = declared()
    yield from each
    common = {name: value for name, value in slow.items() if name != "share"}
    for stage in STAGES:
        function = f"{stage.capitalize()}Function"
        milliseconds = round(functions[function]["Properties"]["Timeout"] * 1000 * slow["share"])
        words = {name: common[name].replace("{stage}", stage) for name in ("ja", "en")}
        yield Alarm(
            name=f"{stage.capitalize()}Slow",
            whose={"FunctionName": function},
            at_least=milliseconds,
            **(common | words),
        )


# -- template.yaml --------------------------------------------------------------------------------


def functions_of(template: str) -> dict[str, Any]:
    resources = read_template(template)["Resources"]
    return {n: r for n, r in resources.items() if r["Type"] == "AWS::Serverless::Function"}


def spliced(template: str) -> str:
    """The template with the part of today."""
    functions = functions_of(template)
    blocks = [
        *(_log_group(name, one.get("Condition", "")) for name, one in functions.items()),
        *map(_resource, alarms(functions)),
    ]
    part = "\n\n".join([BEGIN, *blocks, END])
    if not PART.search(template):
        raise ValueError("template.yaml has lost the marks between which alarms are written")
    return PART.sub(lambda _: part, template)


def _log_group(function: str, condition: str) -> str:
    name = function.removesuffix("Function")
    lines = [
        f"  {name}Log:",
        "    Type: AWS::Logs::LogGroup",
        *([f"    Condition: {condition}"] if condition else []),
        "    DeletionPolicy: Delete",
        "    UpdateReplacePolicy: Delete",
        "    Properties:",
        f"      LogGroupName: !Sub /aws/lambda/${{AWS::StackName}}-{name.lower()}",
        "      RetentionInDays: !Ref LogDays",
    ]
    return "\n".join(lines)


def _resource(alarm: Alarm) -> str:
    lines = [
        f"  {alarm.id}:",
        "    Type: AWS::CloudWatch::Alarm",
        *([f"    Condition: {alarm.condition}"] if alarm.condition else []),
        "    Properties:",
        *(f"      {line}" for line in _description(alarm)),
        *(f"      {line}" for line in _watched(alarm)),
        f"      EvaluationPeriods: {_periods(alarm)}",
        f"      Threshold: {alarm.threshold}",
        f"      ComparisonOperator: {alarm.comparison}",
        f"      TreatMissingData: {alarm.silence}",
        f"      AlarmActions: [{', '.join(f'!Ref {who}Topic' for who in alarm.tells)}]",
    ]
    return "\n".join(lines)


def _periods(alarm: Alarm) -> str:
    return f"!Ref {alarm.periods}" if isinstance(alarm.periods, str) else str(alarm.periods)


def _description(alarm: Alarm) -> Iterator[str]:
    page = "${Page}" if alarm.page else ""
    said = (alarm.ja, alarm.todo, f"${{DocsUrl}}runbook.ja.md#{alarm.runbook}{page}")
    address = PAGE.format(page=alarm.page)
    if alarm.condition != STAFF_PAGE:
        address = f'!If [{STAFF_PAGE}, {address}, ""]'
    own = [f"Page: {address}"] if alarm.page else []
    own += [OPTIONS] if "${Options}" in alarm.todo else []
    if not own:
        yield "AlarmDescription: !Sub |-"
        yield from (f"  {line}" for line in said)
        return
    yield "AlarmDescription: !Sub"
    yield "  - |-"
    yield from (f"      {line}" for line in said)
    for n, line in enumerate(own):
        yield f"  {'  ' if n else '- '}{line}"


def _watched(alarm: Alarm) -> Iterator[str]:
    if alarm.rules:
        yield from _sum(alarm)
        return
    yield f"Namespace: {alarm.namespace}"
    yield f"MetricName: {alarm.metric}"
    yield "Dimensions:"
    for name, value in _dimensions(alarm):
        yield f"  - {{ Name: {name}, Value: {value} }}"
    yield f"Statistic: {alarm.statistic}"
    yield f"Period: {alarm.period}"


def _dimensions(alarm: Alarm) -> Iterator[tuple[str, str]]:
    if alarm.namespace == OURS:
        yield "service", "kakehashi"
        yield "stage", alarm.stage
        yield "city", "!Ref City" if alarm.city else "all"
    for name, whose in alarm.whose.items():
        yield name, f"!GetAtt {whose}" if "." in whose else f"!Ref {whose}"


def _sum(alarm: Alarm) -> Iterator[str]:
    yield "Metrics:"
    yield "  - Id: every"
    yield f"    Label: {alarm.label}"
    yield "    Expression: SUM(METRICS())"
    for name, rule in alarm.rules.items():
        yield f"  - Id: {name}"
        yield "    ReturnData: false"
        yield "    MetricStat:"
        yield "      Metric:"
        yield f"        Namespace: {alarm.namespace}"
        yield f"        MetricName: {alarm.metric}"
        yield "        Dimensions:"
        yield f"          - {{ Name: RuleName, Value: !Ref {rule} }}"
        yield f"      Stat: {alarm.statistic}"
        yield f"      Period: {alarm.period}"


# -- docs/alarms.md, and the dashboard ------------------------------------------------------------

HEAD = {
    "ja": """# 警報の一覧

[English](alarms.md)

<!-- Written by `make docs` from infra/alarms.toml. Do not edit. -->

スタックのすべての警報です。メールが何を言うか、何を見ているか、だれに告げるか、どこで片付くか。
""",
    "en": """# All alarms

[日本語](alarms.ja.md)

<!-- Written by `make docs` from infra/alarms.toml. Do not edit. -->

Every alarm of a stack: what its mail says, what it watches, whom it tells, and where it is settled.
""",
}
AUDIENCE = {
    "ja": {"Staff": "職員", "Vendor": "担当ベンダー"},
    "en": {"Staff": "staff", "Vendor": "vendor"},
}


def page(language: Literal["ja", "en"]) -> str:
    functions = functions_of((ROOT / "template.yaml").read_text(encoding="utf-8"))
    entry = _in_japanese if language == "ja" else _in_english
    return "\n".join([HEAD[language], *map(entry, alarms(functions))])


def _in_japanese(alarm: Alarm) -> str:
    who = "、".join(AUDIENCE["ja"][one] for one in alarm.tells)
    settled = f" · 職員の頁 `{alarm.page}`" if alarm.page else ""
    where = f"(`{alarm.stage}`)" if alarm.stage else ""
    times = "" if alarm.periods == 1 else f"、続けて {alarm.periods} 回"
    lines = [
        f"## {alarm.id}\n",
        f"{alarm.ja}\n",
        f"- **することは** {alarm.todo.replace(' ${Options}', '')}",
        f"- `{alarm.namespace}` `{alarm.metric}`{where}の {alarm.period} 秒ごとの "
        f"{_compared(alarm)}{times}。告げる相手: {who}",
        f"- [手引き](runbook.ja.md#{alarm.runbook}){settled}\n",
    ]
    return "\n".join(lines)


def _in_english(alarm: Alarm) -> str:
    who = ", ".join(AUDIENCE["en"][one] for one in alarm.tells)
    settled = f" · staff page `{alarm.page}`" if alarm.page else ""
    where = f" of `{alarm.stage}`" if alarm.stage else ""
    times = "" if alarm.periods == 1 else f", {alarm.periods} times in a row"
    lines = [
        f"## {alarm.id}\n",
        f"{alarm.en}\n",
        f"- **To do:** {alarm.todo_en}",
        f"- `{alarm.namespace}` `{alarm.metric}`{where}, every {alarm.period} s: {_compared(alarm)}"
        f"{times}. Tells: {who}",
        f"- [runbook](runbook.md#{alarm.runbook}){settled}\n",
    ]
    return "\n".join(lines)


def _compared(alarm: Alarm) -> str:
    return f"{alarm.statistic} {'<' if alarm.at_least is None else '≥'} {alarm.threshold:,}"


def shown() -> list[str]:
    """What the dashboard shows the state of: every alarm that is always there."""
    each, _ = declared()
    always = [alarm.id for alarm in each if not alarm.condition]
    return [f"${{{one}.Arn}}" for one in (*always, *(f"{s.capitalize()}SlowAlarm" for s in STAGES))]


def table() -> str:
    """What the dashboard says of them."""
    each, slow = declared()
    rows = [f"{alarm.id} | {alarm.ja}" for alarm in each]
    rows.append(f"…SlowAlarm | {slow['ja'].replace(' {stage} ', '')}")
    return "\n".join(["警報 | 起きたこと", "---|---", *rows])
