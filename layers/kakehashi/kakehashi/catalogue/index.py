"""All rules by code, for those who tell findings: a stage that gives them loads only its own."""

from __future__ import annotations

from types import ModuleType

from kakehashi.catalogue import (
    cities,
    decisions,
    deliver,
    diff,
    exports,
    faults,
    file_rules,
    header_rules,
    identity,
    japan,
    launch,
    lost,
    moved,
    preprocess,
    provision,
    receivers,
    reference_rules,
    refusals,
    row_rules,
    staff,
    staff_list,
    staffing,
    sums,
    teams,
    undo,
)
from kakehashi.findings import Finding, Rule

RETIRED: frozenset[str] = frozenset()


def _rules(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def _collect() -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for module in (file_rules, header_rules, row_rules, reference_rules, japan, preprocess, diff,
                   decisions, identity, lost, moved, cities, exports, sums, undo, provision,
                   teams, receivers, refusals, deliver, launch, staff, staff_list, staffing,
                   faults):  # fmt: skip
        for rule in _rules(module):
            if rule.code in rules or rule.code in RETIRED:
                raise ValueError(f"{rule.code} is declared twice or retired")
            rules[rule.code] = rule
    return dict(sorted(rules.items()))


RULES = _collect()


def japanese(finding: Finding) -> str:
    return RULES[finding.code].ja.format(**finding.facts)


def english(finding: Finding) -> str:
    return RULES[finding.code].en.format(**finding.facts)
