"""``$filter``: OData text → a test on one object, and what the expression asks of the service.

Grammar: ``or``, ``and``, ``not``, parentheses, ``eq ne ge gt le lt in``, ``startsWith``,
``endsWith`` and ``any`` over a collection. Strings compare without regard to letter case, as the
directory does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.fakes.tenant.answers import GraphError, malformed, unsupported_query
from local.fakes.tenant.clock import moment, stamp
from local.fakes.tenant.kinds import Kind
from local.fakes.tenant.schema import TYPES

type Test = Callable[[Mapping[str, Any]], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')"
    r"|(?P<time>\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<number>-?\d+)"
    r"|(?P<word>[A-Za-z_$][\w$/.]*)"
    r"|(?P<mark>[(),:]))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "ge": lambda a, b: a is not None and a >= b,
    "gt": lambda a, b: a is not None and a > b,
    "le": lambda a, b: a is not None and a <= b,
    "lt": lambda a, b: a is not None and a < b,
    "startswith": lambda a, b: isinstance(a, str) and a.startswith(b),
    "endswith": lambda a, b: isinstance(a, str) and a.endswith(b),
    "in": lambda a, b: a in b,
}
_FUNCTIONS = ("startswith", "endswith")
_ENDS = frozenset({"mail", "otherMails", "proxyAddresses", "userPrincipalName"})
_CONSTANTS = {"true": True, "false": False, "null": None}
_VALUES: dict[str, type] = {"Boolean": bool, "Int32": int, "Int64": int}


def _type_name(kind: str, path: str) -> str:
    """The type at the end of a path: "String", "Boolean", …; "" where there is no such thing."""
    head, _, rest = path.partition("/")
    found = TYPES.get(kind, {}).get(head)
    if found is None:
        return ""
    return _type_name(found.name, rest) if rest else found.name


def _moment(text: str) -> str:
    try:
        return stamp(moment(text))
    except ValueError as exc:
        raise _bad_filter() from exc


def _fold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _bad_filter() -> GraphError:
    return malformed("Invalid filter clause.")


@dataclass(frozen=True, slots=True)
class Use:
    """One operator on one property, as the expression uses it."""

    path: str
    operator: str


@dataclass(frozen=True, slots=True)
class Filter:
    test: Test
    uses: tuple[Use, ...]

    def admit(self, kind: Kind, *, advanced: bool) -> None:
        """Raises Request_UnsupportedQuery for what the directory's indexes cannot answer."""
        for use in self.uses:
            _admit(use, kind, advanced=advanced)


def _admit(use: Use, kind: Kind, *, advanced: bool) -> None:
    if use.operator == "not":
        allowed = advanced
    elif use.path not in kind.basic:
        raise unsupported_query(
            f"Unsupported or invalid query filter clause specified for property '{use.path}' of "
            f"resource '{kind.resource}': it is a filter property that is not indexed."
        )
    else:
        allowed = use.operator in kind.basic[use.path].split() or advanced
    if use.operator == "endswith" and use.path not in _ENDS:
        raise unsupported_query()
    if not allowed:
        raise unsupported_query(
            f"Operator '{use.operator}' is not supported because the required parameters might be "
            "missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header."
        )


def parse(text: str, kind: Kind) -> Filter:
    """Raises GraphError 400 for bad grammar and for properties that do not exist."""
    parser = _Parser(_tokens(text), kind)
    test = parser.expression()
    if parser.more():
        raise _bad_filter()
    return Filter(test, tuple(parser.uses))


def _tokens(text: str) -> list[tuple[str, str]]:
    found, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _bad_filter()
        found.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]], kind: Kind) -> None:
        self._tokens = tokens
        self._at = 0
        self._kind = kind
        self._variable: tuple[str, str] | None = None  # lambda variable → its collection
        self.uses: list[Use] = []

    def more(self) -> bool:
        return self._at < len(self._tokens)

    def expression(self) -> Test:
        tests = [self._conjunction()]
        while self._take_word("or"):
            tests.append(self._conjunction())
        return tests[0] if len(tests) == 1 else lambda facts: any(t(facts) for t in tests)

    def _conjunction(self) -> Test:
        tests = [self._negation()]
        while self._take_word("and"):
            tests.append(self._negation())
        return tests[0] if len(tests) == 1 else lambda facts: all(t(facts) for t in tests)

    def _negation(self) -> Test:
        if self._take_word("not"):
            self.uses.append(Use("", "not"))
            inner = self._negation()
            return lambda facts: not inner(facts)
        if self._take_mark("("):
            inner = self.expression()
            self._want_mark(")")
            return inner
        return self._clause()

    def _clause(self) -> Test:
        word = self._next("word")
        if word.lower() in _FUNCTIONS:
            return self._function(word.lower())
        if word.lower().endswith("/any"):
            return self._any(word[: -len("/any")])
        operator = self._next("word").lower()
        if operator == "in":
            return self._comparison(word, operator, self._list())
        if operator not in _COMPARISONS or operator in _FUNCTIONS:
            raise _bad_filter()
        return self._comparison(word, operator, self._value())

    def _function(self, name: str) -> Test:
        self._want_mark("(")
        path = self._next("word")
        self._want_mark(",")
        value = self._value()
        self._want_mark(")")
        return self._comparison(path, name, value)

    def _any(self, collection: str) -> Test:
        self._want_mark("(")
        variable = self._next("word")
        self._want_mark(":")
        self._variable = (variable, collection)
        inner = self.expression()
        self._variable = None
        self._want_mark(")")
        self._property(collection)
        return lambda facts: any(inner({"": item}) for item in facts.get(collection, ()))

    def _comparison(self, path: str, operator: str, value: Any) -> Test:
        compare = _COMPARISONS[operator]
        self._check_types(path, value if isinstance(value, list) else [value])
        if self._variable is not None:
            name, collection = self._variable
            head, _, rest = path.partition("/")
            if head != name:
                raise _bad_filter()
            self.uses.append(Use(f"{collection}/{rest}" if rest else collection, operator))
            return lambda facts: compare(_fold(_member(facts[""], rest)), value)
        self._property(path)
        self.uses.append(Use(path, operator))
        head, _, rest = path.partition("/")
        if rest:
            return lambda facts: compare(_fold(facts.get(head, {}).get(rest)), value)
        return lambda facts: compare(_fold(facts.get(path)), value)

    def _property(self, path: str) -> None:
        if path.split("/", maxsplit=1)[0] not in TYPES[self._kind.name]:
            raise malformed(
                f"Could not find a property named '{path}' on type 'microsoft.graph."
                f"{self._kind.name}'."
            )

    def _check_types(self, path: str, values: list[Any]) -> None:
        if self._variable is not None:
            path = self._variable[1] + "/" + path.partition("/")[2]
        wanted = _VALUES.get(_type_name(self._kind.name, path), str)
        if any(value is not None and type(value) is not wanted for value in values):
            raise malformed("A binary operator with incompatible types was detected.")

    def _list(self) -> list[Any]:
        self._want_mark("(")
        values = [self._value()]
        while self._take_mark(","):
            values.append(self._value())
        self._want_mark(")")
        return values

    def _value(self) -> Any:
        if not self.more():
            raise _bad_filter()
        group, text = self._tokens[self._at]
        self._at += 1
        if group == "text":
            return text[1:-1].replace("''", "'").casefold()
        if group == "number":
            return int(text)
        if group == "guid":
            return text.casefold()
        if group == "time":
            return _fold(_moment(text))
        if text.lower() in _CONSTANTS:
            return _CONSTANTS[text.lower()]
        raise _bad_filter()

    def _next(self, group: str) -> str:
        if not self.more() or self._tokens[self._at][0] != group:
            raise _bad_filter()
        self._at += 1
        return self._tokens[self._at - 1][1]

    def _take_word(self, word: str) -> bool:
        return self._take("word", word)

    def _take_mark(self, mark: str) -> bool:
        return self._take("mark", mark)

    def _take(self, group: str, text: str) -> bool:
        if self.more() and self._tokens[self._at][0] == group:
            found = self._tokens[self._at][1]
            if found.lower() == text:
                self._at += 1
                return True
        return False

    def _want_mark(self, mark: str) -> None:
        if not self._take_mark(mark):
            raise _bad_filter()


def _member(item: Any, path: str) -> Any:
    return item.get(path) if path and isinstance(item, dict) else item
