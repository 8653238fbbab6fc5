"""JSON Schemas of what others write and read, from the code that reads and writes it.

`make docs` writes docs/schemas. A city's rules are closed: a key nobody knows is an error. All that
Kakehashi writes is open, so that a reader of today's schema reads the next release's files too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

from pydantic import TypeAdapter

from kakehashi.actions import Action
from kakehashi.city import City
from kakehashi.deliver.shapes import Latest, RosterDelivered
from kakehashi.diff.header import PlanHeader
from kakehashi.findings import Effect
from kakehashi.people.record import Record
from kakehashi.report.shapes import ReceiptBeside, Summary
from kakehashi.roster import Desired, Held
from kakehashi.run_folder.drop import DropNote
from kakehashi.run_folder.results import Result

ROOT = Path(__file__).parents[1]
FOLDER = "docs/schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

NULL = {"type": "null"}

type Schema = dict[str, Any]


class FindingLine(TypedDict):
    """A line of findings/<stage>.jsonl. ``line`` is a physical line of the dropped file, 1 is its
    header. ``pupil`` is a userMasterIdentifier, ``school`` a MEXT code, ``facts`` are counts and
    codes; what the code means is in docs/findings.md. No cell's value is in it."""

    code: str
    effect: Effect
    file: str
    line: int | None
    column: str | None
    pupil: str | None
    school: str | None
    facts: dict[str, int | str]
    children: int


RUN_FOLDER: Mapping[str, Any] = {
    "drop": DropNote,
    "finding": FindingLine,
    "desired": Desired,
    "held": Held,
    "current": Record,
    "plan": PlanHeader,
    "action": Action,
    "result": Result,
}
"""What lies in a run's folder, by the name of its schema; of a JSON-lines file, one line."""

WRITTEN: Mapping[str, Any] = {
    "summary": Summary,
    "upload-receipt": ReceiptBeside,
    "roster-delivered": RosterDelivered,
    "latest": Latest,
    **{f"run-{name}": shape for name, shape in RUN_FOLDER.items()},
}


def written(name: str) -> Schema:
    """The schema of what Kakehashi writes under this name."""
    kind = WRITTEN[name]
    schema = TypeAdapter(kind).json_schema()
    if is_dataclass(kind) and not hasattr(kind, "to_json"):
        for part in (schema, *schema.get("$defs", {}).values()):
            _as_written(part)
    return _headed(name, schema)


def _as_written(part: Schema) -> None:
    """As ``kakehashi.stored.written`` does it: a fact with nothing to say is left out, never null,
    and every other one is there."""
    properties: Schema = part.get("properties", {})
    left_out = {name for name, one in properties.items() if one.get("default", "") is None}
    for name in left_out:
        properties[name] |= next(one for one in properties[name].pop("anyOf") if one != NULL)
    for one in properties.values():
        one.pop("default", None)
    if properties and (always := [name for name in properties if name not in left_out]):
        part["required"] = always


def city() -> Schema:
    """The schema of a city's rules, each key explained as docs/city.ja.md and docs/city.md do."""
    schema = City.model_json_schema()
    del schema["properties"]["sha256"]  # of the file, not in it
    properties = {"$schema": {"type": "string"}} | schema["properties"]
    schema |= {"title": "自治体の規則 · a city's rules", "properties": properties}
    _explain(schema, schema, explained(), "")
    return _headed("city", schema)


def explained() -> dict[str, str]:
    """What both pages on the rules say of each key, as plain text: Japanese, then English."""
    japanese, english = (_meanings(ROOT / "docs" / name) for name in ("city.ja.md", "city.md"))
    return {key: f"{meaning}\n{english[key]}" for key, meaning in japanese.items()}


def _meanings(page: Path) -> dict[str, str]:
    text = page.read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| `([a-z0-9_.]+)` \|(?:.*\|)? (.+) \|$", text)
    return {key: _plain(meaning) for key, meaning in rows}


def _plain(markdown: str) -> str:
    return re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", markdown).replace("`", "")


def _explain(schema: Schema, inner: Schema, told: Mapping[str, str], path: str) -> None:
    for name, part in inner.get("properties", {}).items():
        key = f"{path}{name}"
        if key in told:
            part["description"] = told[key]
        for deeper in _models(schema, part):
            _explain(schema, deeper, told, f"{key}.")


def _models(schema: Schema, part: Schema) -> list[Schema]:
    """The objects that a property is, or is a list or a table of."""
    if "$ref" in part:
        return [schema["$defs"][part["$ref"].rpartition("/")[2]]]
    inner = [part.get("items"), part.get("additionalProperties"), *part.get("anyOf", ())]
    return [found for one in inner if isinstance(one, dict) for found in _models(schema, one)]


def _headed(name: str, schema: Schema) -> Schema:
    return {"$schema": DIALECT, "$id": f"{name}.schema.json"} | schema


def text(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    f"{FOLDER}/city.schema.json": lambda: text(city()),
    **{
        f"{FOLDER}/{name}.schema.json": partial(lambda one: text(written(one)), name)
        for name in WRITTEN
    },
}
