import re
import types
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from kakehashi import city
from local import docs
from tests.headings import slug

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


READMES = ("README.md", "README.en.md")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def lines_to_type(name: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", read(name), re.DOTALL)
    return [line.partition(" # ")[0].strip() for block in blocks for line in block.splitlines()]


def test_both_readmes_give_the_same_lines_and_pictures_and_lead_to_the_same_pages() -> None:
    ja, en = READMES
    assert lines_to_type(ja) == lines_to_type(en)
    english = read(ja).replace(".ja.md", ".md")
    for pattern in (r'src="([^"]*)"', r"\]\(((?!README)[^)]*)\)", r"```mermaid\n(.*?)```"):
        told = re.findall(pattern, read(en).replace(".ja.md", ".md"), re.DOTALL)
        assert re.findall(pattern, english, re.DOTALL) == told
    for page in re.findall(r"\]\(([^)#:]*)\)", read(ja)):
        assert (ROOT / page).exists(), page


PAGES = sorted(
    page
    for folder in (
        ROOT,
        ROOT / "docs",
        ROOT / "docs" / "decisions",
        ROOT / "packages" / "oneroster",
    )
    for page in folder.glob("*.md")
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_link_of_a_page_leads_to_a_file_that_is_not_there(page: Path) -> None:
    text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    for link in links:
        path, _, name = link.partition("#")
        if ":" in path or (path in MADE and page.parent.name == "docs"):
            continue
        target = page.parent / path if path else page
        assert target.exists(), link
        if name and 'id="' in (anchors := target.read_text(encoding="utf-8")) and name.isascii():
            headings = re.findall(r"(?m)^#+ (.*)$", anchors)
            assert f'id="{name}"' in anchors or name in map(slug, headings), link


MADE = {"demo.md"}  # by `make site`


def test_the_figures_of_the_readmes_are_those_of_the_pages_they_come_from() -> None:
    (row,) = re.findall(r"(?m)^\| 22,948 \|.*\*\*\$([\d.]+)\*\* \|", read("docs/cost.md"))
    ja, en = map(read, READMES)
    about = [int(n) for n in re.findall(r"およそ (\d+) ドル", ja)]
    assert about == [int(n) for n in re.findall(r"about (\d+) US dollars", en)]
    assert about == [pytest.approx(float(row), rel=0.1)]
    told = [sorted(re.findall(r"(?<![\w.])\d[\d,.]*\d(?![\w.])", text)) for text in (ja, en)]
    assert told[0] == told[1]


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
