"""The published schemas: an editor that knows a city's rules by them is told the truth."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kakehashi import city as cities
from local import schemas

ROOT = Path(__file__).parents[2]
CITY = Draft202012Validator(schemas.city())
LEAST = {"name": "見本市", "board_code": "082999", "domain": "ed.example.jp"}


@pytest.mark.parametrize("name", schemas.WRITTEN)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schemas.written(name))


@pytest.mark.parametrize("file", sorted((ROOT / "cities").glob("*.toml")), ids=lambda f: f.stem)
def test_a_shipped_city_fits_the_schema_that_its_first_line_names(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    first = text.splitlines()[0]
    named = (file.parent / first.removeprefix("#:schema ")).resolve()
    assert named == ROOT / "docs" / "schemas" / "city.schema.json"
    assert list(CITY.iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"board_code": "992999"},
        {"nome": "x"},
        {"tools": {"lgate": {}}},
        {"calendar": {"rollover": {"from": 3}}},
        {"limits": {"city": {"gone": {"share": 2, "number": 1}}}},
    ],
    ids=str,
)
def test_what_the_house_refuses_an_editor_marks_too(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        cities.City.model_validate(LEAST | wrong)
    assert list(CITY.iter_errors(LEAST)) == []
    assert list(CITY.iter_errors(LEAST | wrong))


def test_an_editor_explains_each_key_as_the_page_does() -> None:
    schema = schemas.city()
    japanese, english = schema["properties"]["domain"]["description"].split("\n")
    assert japanese.startswith("アカウントがなければならないドメイン")
    assert english.startswith("the domain in which accounts")
    grace = schema["$defs"]["Leaving"]["properties"]["grace_days"]
    assert "description" in grace
    told = schemas.explained()
    assert len(told) > 60
