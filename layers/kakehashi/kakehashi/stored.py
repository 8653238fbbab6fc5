"""What is stored says in which form it stands, so that the next release can read it.

A fact that is only added needs no new form: it is read with its default. A form gets the next
number where an older reader would misread it, or where a newer one cannot read it as it stands;
then a step leads from every form to the next.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Any, ClassVar, Protocol, get_args, get_origin, get_type_hints

type Stored = Mapping[str, Any]

VERSION = "v"
FIRST = 1  # the form of what was stored before there were numbers


class TooNew(ValueError):
    """A later release has written it: to go on could undo what that release knows."""


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of thing is stored. ``steps[0]`` leads from the first form to the second."""

    name: str
    steps: tuple[Callable[[Stored], Stored], ...] = ()

    @property
    def v(self) -> int:
        """The number of today's form."""
        return FIRST + len(self.steps)

    def upgrade(self, stored: Stored) -> Stored:
        """``stored`` in today's form; itself where it stands in it. Raises TooNew."""
        found, today = stored.get(VERSION, FIRST), self.v
        if found == today:  # nearly always
            return stored
        if found > today:
            raise TooNew(f"{self.name}: form {found}, known up to {today}")
        for step in self.steps[found - FIRST :]:
            stored = step(stored)
        return stored


# -- a value as JSON, from its declaration ---------------------------------------------------------


class Declared(Protocol):
    """A dataclass, whose fields say what is written and what is read."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


def written(value: Declared) -> dict[str, Any]:
    """A dataclass as JSON has it, by its fields. What is None is null, or left out where the
    declaration says that it need not be there."""
    named = ((one, getattr(value, one.name)) for one in dataclasses.fields(value))
    return {
        one.name: _plain(found)
        for one, found in named
        if found is not None or one.default is not None
    }


def some_of(cls: type[Declared], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Some facts of a dataclass as JSON has them, for what is written a few at a time.

    Raises TypeError for a fact that it does not declare: nobody would ever read it.
    """
    if unknown := sorted(facts.keys() - cls.__dataclass_fields__.keys()):
        raise TypeError(f"{cls.__name__} declares no {', '.join(unknown)}")
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return str(value)
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, date):  # or a moment
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value.to_json() if hasattr(value, "to_json") else written(value)


def read[T: Declared](cls: type[T], data: Mapping[str, Any]) -> T:
    """The other way: a field that is not there has its default, a key nobody knows is left out.

    Raises KeyError where a field without a default is missing, ValueError for what cannot be read.
    """
    found = {name: reader(data[name]) for name, reader in _readers(cls) if name in data}
    try:
        return cls(**found)
    except TypeError as exc:
        raise KeyError(*sorted({name for name, _ in _readers(cls)} - found.keys())) from exc


@cache
def _readers(cls: type[Any]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    hints = get_type_hints(cls)
    return tuple((one.name, _reader(hints[one.name])) for one in dataclasses.fields(cls))


def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, inner = get_origin(hint), get_args(hint)
    if origin is UnionType:
        return _either(inner)
    if origin is tuple and inner[1:] == (...,):
        reader = _reader(inner[0])
        return lambda value: tuple(map(reader, value))
    if origin is tuple:
        readers = tuple(map(_reader, inner))
        return lambda value: tuple(r(one) for r, one in zip(readers, value, strict=True))
    if origin is Mapping:
        keys, values = _reader(inner[0]), _reader(inner[1])
        return lambda value: {keys(key): values(one) for key, one in value.items()}
    return _reader_of(hint)


def _either(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    """Of what may be missing, or is one text where there are not several."""
    real = next((one for one in kinds if one not in (NoneType, str)), str)
    as_it_is = tuple(one for one in kinds if one in (NoneType, str) and one is not real)
    reader = _reader(real)
    return lambda value: value if isinstance(value, as_it_is) else reader(value)


def _reader_of(kind: Any) -> Callable[[Any], Any]:
    if hasattr(kind, "from_json"):
        return kind.from_json  # type: ignore[no-any-return]
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return partial(read, kind)
    if isinstance(kind, type) and issubclass(kind, date):
        return kind.fromisoformat
    return kind if isinstance(kind, type) and issubclass(kind, StrEnum) else lambda value: value
