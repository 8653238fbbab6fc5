import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from kakehashi import city
from local import docs

ROOT = Path(__file__).parents[2]


def models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in models_in(argument)]


def keys_of(model: type[BaseModel], path: str = "") -> set[str]:
    """Every key a city's file may hold, dotted, table entries without their index."""
    keys: set[str] = set()
    for name, field in model.model_fields.items():
        key = f"{path}{field.alias or name}"
        inner = models_in(field.annotation)
        table = get_origin(field.annotation) in {Union, types.UnionType}
        keys |= keys_of(inner[0], f"{key}.") if inner and not table else {key}
    return keys


INLINE = {"class_titles.example", "calendar.rollover", "m365.licences", "special_needs.titles"}


def test_every_key_of_a_citys_rules_is_explained() -> None:
    text = (ROOT / "docs" / "city.md").read_text(encoding="utf-8")
    keys = keys_of(city.City) - {"sha256", "effects"}
    missing = [
        key
        for key in sorted(keys)
        if f"`{key}`" not in text and not any(key.startswith(f"{whole}.") for whole in INLINE)
    ]
    assert missing == []


def test_the_shipped_cities_load() -> None:
    files = sorted((ROOT / "cities").glob("*.toml"))
    assert [f.stem for f in files] == ["demo", "tsukuba"]
    for file in files:
        city.parse(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", docs.PAGES)
def test_a_page_written_from_the_code_is_fresh(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == docs.PAGES[name](), "run `make docs`"
