"""The rules that ``check`` can give, by code, and their sentences."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kakehashi.catalogue import file_rules, header_rules, japan, reference_rules, row_rules
from kakehashi.catalogue.sources import SOURCES
from kakehashi.findings import Finding, Rule

RULES: Mapping[str, Rule] = MappingProxyType(
    dict(
        sorted(
            (rule.code, rule)
            for module in (file_rules, header_rules, row_rules, reference_rules, japan)
            for rule in vars(module).values()
            if isinstance(rule, Rule)
        )
    )
)

__all__ = ["RULES", "SOURCES", "english", "japanese"]


def japanese(finding: Finding) -> str:
    return RULES[finding.code].ja.format(**finding.facts)


def english(finding: Finding) -> str:
    return RULES[finding.code].en.format(**finding.facts)
