"""Findings as SARIF 2.1.0, which code-review tools, editors and CI systems read.

No pupil, no school and no cell of the package is in it: rules, files, lines and columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from kakehashi.catalogue.sources import SOURCES
from kakehashi.findings import EFFECT_LABELS, Effect, Finding, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[Effect, str] = {
    Effect.REFUSE_DROP: "error",
    Effect.AWAIT_APPROVAL: "warning",
    Effect.HOLD_PUPIL: "warning",
    Effect.NOTE: "note",
}


def sarif(
    findings: Iterable[Finding], rules: Mapping[str, Rule], version: str = "", docs: str = ""
) -> dict[str, Any]:
    """One SARIF log, JSON-ready. ``rules`` are those that could speak, by code; ``docs`` is the
    address of the page on which each has a heading, "" for none."""
    told = list(findings)
    used = sorted({finding.code for finding in told} & rules.keys())
    driver: dict[str, Any] = {
        "name": "kakehashi check",
        "rules": [_rule(rules[code], docs) for code in used],
    }
    if version:
        driver["version"] = version
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "columnKind": "unicodeCodePoints",
                "language": "ja",
                "results": [_result(finding, rules, used) for finding in told],
            }
        ],
    }


def _rule(rule: Rule, docs: str) -> dict[str, Any]:
    source = SOURCES.get(rule.code)
    told: dict[str, Any] = {
        "id": rule.code,
        "shortDescription": {"text": _in_general(rule.ja)},
        "fullDescription": {"text": f"{_in_general(rule.ja)} / {_in_general(rule.en)}"},
        "help": {"text": "\n".join(filter(None, (rule.todo, rule.todo_en, str(source or ""))))},
        "defaultConfiguration": {"level": LEVELS[rule.effect]},
        "properties": {"effect": str(rule.effect), "effectLabel": EFFECT_LABELS[rule.effect]},
    }
    if source:
        told["properties"]["source"] = str(source)
    if docs:
        told["helpUri"] = f"{docs}#{rule.code.lower()}"
    return told


def _in_general(sentence: str) -> str:
    """Without the facts of one finding: SARIF takes braces for places of its own."""
    return re.sub(r"{[a-z_]+}", "…", sentence.replace("{{", "").replace("}}", ""))


def _result(finding: Finding, rules: Mapping[str, Rule], used: list[str]) -> dict[str, Any]:
    rule = rules.get(finding.code)
    told: dict[str, Any] = {
        "ruleId": finding.code,
        "level": LEVELS[finding.effect],
        "message": {"text": rule.ja.format(**finding.facts) if rule else finding.code},
        "properties": {"effect": str(finding.effect), "children": finding.children},
    }
    if rule:
        told["ruleIndex"] = used.index(finding.code)
    if finding.place.file:
        told["locations"] = [_location(finding)]
    return told


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.place
    where: dict[str, Any] = {"artifactLocation": {"uri": quote(place.file)}}
    if place.line:
        where["region"] = {"startLine": place.line}
    location: dict[str, Any] = {"physicalLocation": where}
    if place.column:
        location["logicalLocations"] = [{"name": place.column, "kind": "member"}]
    return location
