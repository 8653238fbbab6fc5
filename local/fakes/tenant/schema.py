"""Names and types of Graph v1.0 objects: what a body may say, and whether a value fits.

``types`` in schema.json come from Microsoft's own schema, ``messages`` (parameters of actions, the
error envelope) from its documentation.

The table knows neither lengths nor what a create requires nor what may be filtered: those are in
``users``, ``groups`` and ``kinds``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_WORD = re.compile(r"(\[)?(\w+)\]?(!)?\Z")


@dataclass(frozen=True, slots=True)
class Type:
    """``name`` as in the schema without its namespace: String, Boolean, passwordProfile, …

    ``plain`` is the Python type of a single value that needs no further look, if there is one.
    """

    name: str
    many: bool
    nullable: bool

    @property
    def plain(self) -> type | None:
        return None if self.many else {"String": str, "Boolean": bool}.get(self.name)


def names(text: str) -> tuple[str, ...]:
    """A long list of property names, written as words."""
    return tuple(text.split())


def _type(text: str) -> Type:
    found = _WORD.match(text)
    if found is None:
        raise ValueError(f"schema.json: {text}")
    return Type(found[2], found[1] is not None, found[3] is None)


def _load() -> dict[str, dict[str, Type]]:
    table = json.loads(Path(__file__).with_name("schema.json").read_text("utf-8"))
    return {
        kind: {name: _type(text) for name, text in props.items()}
        for kind, props in (table["types"] | table["messages"]).items()
    }


TYPES = _load()
# Nearly every value is a text or a truth value of a known name, and lists are long.
_PLAIN = {
    kind: {name: (type_.plain, type_.nullable) for name, type_ in props.items()}
    for kind, props in TYPES.items()
}
_UNKNOWN = (None, False)


def _is_time(value: Any) -> bool:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return False
    return True


_CHECKS = {
    "String": lambda v: isinstance(v, str),
    "Boolean": lambda v: isinstance(v, bool),
    "Int32": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "Int64": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "Guid": lambda v: isinstance(v, str) and GUID.match(v) is not None,
    "DateTimeOffset": _is_time,
}


@dataclass(frozen=True, slots=True)
class Misfit:
    """``unknown`` tells a property nobody declared from a value of the wrong type."""

    path: str
    unknown: bool


def misfits(kind: str, body: Mapping[str, Any], path: str = "") -> list[Misfit]:
    """What in ``body`` does not fit the type; annotations (``@``) and extensions are let through.

    Property names and types only: no value is ever part of the answer.
    """
    found: list[Misfit] = []
    props, plain = TYPES[kind], _PLAIN[kind]
    for name, value in body.items():
        wanted, nullable = plain.get(name, _UNKNOWN)
        if value.__class__ is wanted or (value is None and nullable):
            continue
        if "@" in name or name.startswith("extension_"):
            continue
        here = f"{path}{name}"
        if name not in props:
            found.append(Misfit(here, unknown=True))
        else:
            found.extend(_value_misfits(props[name], value, here))
    return found


def _value_misfits(type_: Type, value: Any, path: str) -> list[Misfit]:
    wrong = [Misfit(path, unknown=False)]
    if value is None:
        return [] if type_.nullable else wrong
    if type_.many:
        if not isinstance(value, list):
            return wrong
        single = Type(type_.name, many=False, nullable=False)
        return [m for item in value for m in _value_misfits(single, item, path)]
    if type_.name in TYPES:
        return misfits(type_.name, value, path + "/") if isinstance(value, dict) else wrong
    check = _CHECKS.get(type_.name)
    return [] if check is None or check(value) else wrong
