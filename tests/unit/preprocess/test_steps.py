"""The list of cleansing rules is what runs, what each says, and what its page tells."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

from kakehashi import oneroster
from kakehashi.catalogue import preprocess as catalogue
from kakehashi.city import City
from kakehashi.findings import Rule
from kakehashi.preprocess.draft import CleaningStep, Draft, Tonight
from kakehashi.preprocess.holds import RowHolds
from kakehashi.preprocess.lexicon import Lexicon
from kakehashi.preprocess.numbering import OUTSIDE
from kakehashi.preprocess.password_file import PasswordFile
from kakehashi.preprocess.steps import STEPS
from local import cleaning
from tests import builders
from tests.unit.preprocess.test_catalogue import CASES, FILE, Case
from tests.unit.test_docs import keys_of

ROOT = Path(__file__).parents[3]


def said(case: Case) -> dict[str, set[str]]:
    """What each step has to say of a drop, by its name."""
    city = builders.a_city(**case.rules)
    files = (PasswordFile(f"inbox/demo/passwords/{FILE}", "v1", case.passwords),)
    tonight = Tonight(
        oneroster.open_package(case.drop.files()), RowHolds(), city, case.as_of,
        Lexicon(city.special_needs.words), OUTSIDE, files if case.passwords else (),
    )  # fmt: skip
    draft, found = Draft(), {}
    for step in STEPS:
        before = {id(finding) for finding in draft.findings}
        draft = step.run(tonight, draft)
        found[step.name] = {one.code for one in draft.findings if id(one) not in before}
    return found


def test_a_step_says_what_it_lists_and_nothing_else() -> None:
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for build in CASES.values():
        for name, codes in said(build(True)).items():
            seen[name] |= codes
    listed = {step.name: {rule.code for rule in step.gives} for step in STEPS}
    assert {
        name: codes - listed[name] for name, codes in seen.items() if codes - listed[name]
    } == {}
    declared = {rule.code for rule in vars(catalogue).values() if isinstance(rule, Rule)}
    assert set().union(*listed.values()) == set().union(*seen.values()) == declared


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_the_keys_that_a_step_names_are_keys_of_a_citys_rules(step: CleaningStep) -> None:
    known = keys_of(City)
    for key in step.keys:
        assert any(one == key or one.startswith(f"{key}.") for one in known), key


def test_no_two_steps_have_one_name() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_the_page_tells_the_steps_in_the_order_of_the_list() -> None:
    page = (ROOT / "docs" / "cleaning.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## \d+ (.+)$", page) == [step.name for step in STEPS]
    for path in re.findall(r"`(preprocess/\w+\.py)`", page):
        assert (ROOT / "layers/kakehashi/kakehashi" / path).exists()
    assert page == cleaning.page()


def test_contributing_names_the_files_of_a_new_step() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    advice = re.search(r"(?m)^\*\*cleansing rule\.\*\*.*$", text)
    assert advice is not None
    named = re.findall(r"`((?:preprocess|catalogue|city)/\w+\.py|docs/\w+\.md)`", advice[0])
    homes = (ROOT / "layers/kakehashi/kakehashi", ROOT)
    for path in named:
        assert any((home / path).exists() for home in homes), path
    assert {"preprocess/steps.py", "catalogue/preprocess.py", "docs/cleaning.md"} <= set(named)
    example = re.search(r"```python\n# preprocess/(\w+)\.py\n(.*?)```", text, re.DOTALL)
    assert example is not None
    made: dict[str, object] = {}
    exec(compile(example[2], example[1], "exec"), made)
    (step,) = [value for value in made.values() if isinstance(value, CleaningStep)]
    draft = Draft(desired=(builders.a_desired(attendance_no=7),))
    made_of_it = step.run(None, draft).desired  # type: ignore[arg-type]
    assert [one.pupil.attendance_no for one in made_of_it] == [None]
