"""Every code of the catalogue has its smallest bad package and a clean twin."""

from __future__ import annotations

import io
from collections.abc import Mapping

import pytest

from conformance import packages
from conformance.spoils import CASES, Case, Source
from kakehashi import oneroster
from kakehashi.catalogue import file_rules, header_rules, japan, reference_rules, row_rules
from kakehashi.findings import Effect, Finding, Rule

MODULES = (file_rules, header_rules, row_rules, reference_rules, japan)
DECLARED = {rule.code: rule for module in MODULES for rule in vars(module).values()
            if isinstance(rule, Rule)}  # fmt: skip


def found_in(source: Source) -> list[Finding]:
    opened = source if isinstance(source, Mapping) else io.BytesIO(source)
    return list(oneroster.check(oneroster.open_package(opened), board_code="082999"))


def test_every_code_has_a_case() -> None:
    assert {case.code for case in CASES} == DECLARED.keys()


def test_the_clean_twin_has_nothing_to_say() -> None:
    assert found_in(packages.loose()) == []
    assert found_in(packages.zipped(packages.loose())) == []


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{c.code}" for n, c in enumerate(CASES)])
def test_the_smallest_bad_package_is_told_where_it_is_bad(case: Case) -> None:
    assert (*case.place, case.code) in [finding.row() for finding in found_in(case.make())]


def test_a_refusal_of_the_package_is_never_softer_than_a_stop() -> None:
    stopping = {"F0" + str(n) for n in (20, 21, 22, 23, 24, 25, 26, 27, 30, 31, 33, 34)}
    stopping |= {f"F00{n}" for n in range(1, 10)} | {f"H00{n}" for n in range(1, 5)}
    assert {DECLARED[code].effect for code in stopping} == {Effect.REFUSE_DROP}
