"""Every key of a city's rules is read by something, and every message is given by something."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Literal, get_origin

import pytest

import kakehashi.city as cities
from kakehashi.catalogue import index
from kakehashi.city.checked import CheckedModel
from kakehashi.diff.counting import Counted
from kakehashi.findings import Rule

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "layers" / "kakehashi" / "kakehashi"
READ = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in (PACKAGE, ROOT / "functions", ROOT / "console")
    for path in sorted(folder.rglob("*.py"))
    if "catalogue" not in path.relative_to(ROOT).parts
)
WORDS = frozenset(re.findall(r"\.([A-Za-z_][A-Za-z_0-9]*)\b", READ))
NAMES = frozenset(re.findall(r"\b[A-Z][A-Z_0-9]{2,}\b", READ))


def _models(model: type[CheckedModel]) -> set[type[CheckedModel]]:
    return {model}.union(*(_models(one) for one in model.__subclasses__()))


KEYS = sorted(
    (model.__name__, name)
    for model in _models(CheckedModel)
    if model is not CheckedModel
    for name, field in model.model_fields.items()
    if not (get_origin(field.annotation) is Literal and len(field.annotation.__args__) == 1)  # type: ignore[union-attr]
)


def test_the_rules_of_a_city_are_among_the_models() -> None:
    assert ("City", "savings") in KEYS
    assert cities.City in _models(CheckedModel)


@pytest.mark.parametrize(("model", "key"), KEYS)
def test_a_key_of_the_rules_is_read(model: str, key: str) -> None:
    if model in {"LimitSet", "SumSet"}:  # read by what is counted
        assert key in set(Counted)
    else:
        assert key in WORDS, f"nothing reads {model}.{key}"


def test_a_key_that_can_say_one_thing_only_is_refused_otherwise() -> None:
    text = 'name = "見本市"\nboard_code = "082201"\ndomain = "ed.example.jp"\n[source]\n'
    assert cities.parse(text + "students_only = true").source.students_only
    with pytest.raises(cities.BadCity, match=r"source\.students_only"):
        cities.parse(text + "students_only = false")


def _declared() -> list[tuple[str, str]]:
    modules = [path.stem for path in sorted((PACKAGE / "catalogue").glob("*.py"))]
    return [
        (name, value.code)
        for module in modules
        if module not in {"__init__", "index"}
        for name, value in vars(importlib.import_module(f"kakehashi.catalogue.{module}")).items()
        if isinstance(value, Rule)
    ]


@pytest.mark.parametrize(("name", "code"), _declared())
def test_a_message_is_given_somewhere(name: str, code: str) -> None:
    assert code in index.RULES
    assert name in NAMES, f"nothing gives {code}"
