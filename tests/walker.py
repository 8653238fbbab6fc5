"""Walks the state machine of infra/roster_sync.asl.yaml in this process, without an engine.

It knows as much of the Amazon States Language as our machine uses, and raises ``Unknown`` for
everything else: whoever wants more of the language first looks here, and the machine stays simple.
Waiting is left out, and a retry that would go on for hours ends after ``PATIENCE`` attempts. Where
the engine is kinder than AWS, it is as strict as AWS: a state that nothing leads to is refused, a
payload has ``MOST_BYTES`` at most, and ``States.ALL`` does not catch everything.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonata
import yaml

PATIENCE = 4
MOST_BYTES = 262_144
"""Of an input, a result or an output of a state, as UTF-8: "Quotas related to state executions"."""
TERMINAL = {"States.DataLimitExceeded", "States.Runtime"}
"""What ``States.ALL`` does not catch: "Handling errors in Step Functions workflows"."""

_ANY = {"Type", "Comment"}
_WORK = _ANY | {"Next", "End", "Output"}
KNOWN = {
    "Task": _WORK | {"Resource", "Arguments", "Retry", "Catch"},
    "Map": _WORK | {"Items", "ItemSelector", "ItemProcessor", "MaxConcurrency", "Catch"},
    "Pass": _WORK,
    "Wait": _ANY | {"Next", "Seconds"},
    "Choice": _ANY | {"Choices", "Default"},
    "Succeed": _ANY,
    "Fail": _ANY | {"Error", "Cause"},
    "machine": {"Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds"},
    "processor": {"ProcessorConfig", "StartAt", "States"},
    "retrier": {"ErrorEquals", "IntervalSeconds", "BackoffRate", "MaxDelaySeconds",
                "MaxAttempts", "JitterStrategy"},
    "catcher": {"ErrorEquals", "Output", "Next"},
    "choice": {"Condition", "Output", "Next"},
}  # fmt: skip
_EXPRESSION = re.compile(r"\s*\{%(.*)%\}\s*\Z", re.DOTALL)


class Unknown(Exception):
    """The machine uses something that this walker does not know."""


class Stopped(BaseException):
    """The engine stops, or somebody stops the execution: no state of it gets to see that."""


class StateError(Exception):
    """An error as the state machine sees it: by name, with a text nobody decides on."""

    def __init__(self, name: str, cause: str = "", code: str = "") -> None:
        """``code`` is JSONata's, where it was that which refused."""
        super().__init__(name)
        self.name, self.cause, self.code = name, cause, code


@dataclass
class Execution:
    """One execution: what it visited, what went into each state, and how it ended."""

    context: dict[str, Any]
    history: list[str] = field(default_factory=list)
    payloads: list[Any] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    stands_at: tuple[str, Any] = ("", None)  # the state entered last, none within a Map; its input
    done: dict[int, Any] = field(default_factory=dict)  # what it has of its items, if it is a Map
    status: str = "RUNNING"
    output: Any = None
    error: str = ""


type Call = Callable[[str, Any], Any]
"""(resource, arguments) → result; raises StateError."""


@functools.cache
def _parsed(text: str) -> Any:
    """Of YAML, once for all machines: nothing here changes what it says."""
    return yaml.safe_load(text)


class Machine:
    def __init__(self, text: str, values: Mapping[str, str], call: Call) -> None:
        """``values`` fill the ``${names}`` of the text, as the template's substitutions do."""
        filled = re.sub(r"\$\{(\w+)\}", lambda m: values[m[1]], text)
        self.definition = _parsed(filled)
        self.call = call
        _check(self.definition, "machine")
        if self.definition["QueryLanguage"] != "JSONata":
            raise Unknown(self.definition["QueryLanguage"])

    def run(self, given: Any, name: str, arn: str, started: str) -> Execution:
        """Run to the end. ``started`` is an ISO time."""
        names = {"Id": arn, "Name": name, "StartTime": started, "Input": given}
        return self._go(Execution({"Execution": names}), self.definition["StartAt"], given)

    def redrive(self, walk: Execution, at: str) -> Execution:
        """As AWS does it: on from the state that did not succeed, with the input it had.

        A Choice is evaluated anew, a Task scheduled anew with all its retries, a Fail state fails
        again, and of a Map only the items that did not succeed are walked. ``at`` is an ISO time.
        """
        if walk.status == "SUCCEEDED":
            raise ValueError("what has succeeded cannot be redriven")
        names = walk.context["Execution"]
        redriven = {"RedriveCount": names.get("RedriveCount", 0) + 1, "RedriveTime": at}
        again = Execution({"Execution": names | redriven}, walk.history[:], walk.payloads[:])
        again.stands_at, again.done = walk.stands_at, dict(walk.done)
        return self._go(again, *walk.stands_at)

    def _go(self, walk: Execution, start: str, given: Any) -> Execution:
        try:
            walk.output = self._walk(walk, self.definition, given, walk.context, start)
            walk.status = "SUCCEEDED"
        except StateError as exc:
            walk.status, walk.error = "FAILED", exc.name
            walk.causes.append(exc.cause)
        except Stopped:
            walk.status = "ABORTED"
        return walk

    def _walk(
        self, walk: Execution, machine: Any, value: Any, context: dict[str, Any], start: str = ""
    ) -> Any:
        name: str | None = start or machine["StartAt"]
        while name:
            state = machine["States"][name]
            if machine is self.definition and walk.stands_at != (name, value):  # else redriven
                walk.stands_at, walk.done = (name, value), {}
            walk.history.append(name)
            walk.payloads.append(_small(value))
            value, name = self._step(walk, state, {"input": value, "context": context})
        return value

    def _step(self, walk: Execution, state: Any, states: dict[str, Any]) -> tuple[Any, str | None]:
        match state["Type"]:
            case "Choice":
                return _choose(state, states)
            case "Fail":
                raise StateError(
                    *(_value(state.get(key, ""), states) for key in ("Error", "Cause"))
                )
            case "Succeed":
                return states["input"], None
        try:
            states["result"] = self._work(walk, state, states)
            output = _value(state["Output"], states) if "Output" in state else states["result"]
        except StateError as exc:
            walk.causes.append(exc.cause)
            return _catch(state, states, exc)
        return _small(output), state.get("Next")

    def _work(self, walk: Execution, state: Any, states: dict[str, Any]) -> Any:
        if state["Type"] in {"Pass", "Wait"}:
            return states["input"]
        if state["Type"] == "Task":
            return self._task(walk, state, states)
        results = []
        for index, item in enumerate(_value(state["Items"], states)):
            if index not in walk.done:
                context = states["context"] | {"Map": {"Item": {"Index": index, "Value": item}}}
                given = _value(state["ItemSelector"], states | {"context": context})
                walk.done[index] = self._walk(walk, state["ItemProcessor"], given, context)
            results.append(walk.done[index])
        return results

    def _task(self, walk: Execution, state: Any, states: dict[str, Any]) -> Any:
        arguments = _small(_value(state["Arguments"], states))
        for attempt in range(PATIENCE + 1):
            try:
                return _small(self.call(state["Resource"], arguments))
            except StateError as exc:
                retrier = next((r for r in state.get("Retry", ()) if _fits(r, exc)), None)
                if retrier is None or attempt >= min(retrier["MaxAttempts"], PATIENCE):
                    raise
                walk.causes.append(exc.cause)
        raise AssertionError


def _fits(handler: Any, exc: StateError) -> bool:
    names: Sequence[str] = handler["ErrorEquals"]
    return exc.name in names or ("States.ALL" in names and exc.name not in TERMINAL)


def _small(value: Any) -> Any:
    """``value``, or the error of one that is too large."""
    if len(json.dumps(value, ensure_ascii=False, default=str).encode()) > MOST_BYTES:
        raise StateError("States.DataLimitExceeded", "a payload is too large")
    return value


def _catch(state: Any, states: dict[str, Any], exc: StateError) -> tuple[Any, str]:
    for catcher in state.get("Catch", ()):
        if _fits(catcher, exc):
            states = states | {"errorOutput": {"Error": exc.name, "Cause": exc.cause}}
            return _value(catcher["Output"], states), str(catcher["Next"])
    raise exc


def _choose(state: Any, states: dict[str, Any]) -> tuple[Any, str]:
    for choice in state["Choices"]:
        verdict = _value(choice["Condition"], states)
        if verdict is True:
            output = _value(choice["Output"], states) if "Output" in choice else states["input"]
            return output, choice["Next"]
        if verdict is not False:
            raise StateError("States.QueryEvaluationError", "a condition is true or false")
    if "Default" not in state:
        raise StateError("States.NoChoiceMatched")
    return states["input"], state["Default"]


def _value(template: Any, states: Mapping[str, Any]) -> Any:
    """``template`` with every ``{% expression %}`` in it evaluated."""
    if isinstance(template, dict):
        return {key: _value(part, states) for key, part in template.items()}
    if isinstance(template, list):
        return [_value(part, states) for part in template]
    found = _EXPRESSION.match(template) if isinstance(template, str) else None
    if not found:
        return template
    return evaluate(found[1], states)


def evaluate(text: str, states: Mapping[str, Any]) -> Any:
    """A JSONata expression, without its ``{% %}``, as Step Functions evaluates it."""
    expression = jsonata.Jsonata(text)
    expression.assign("states", states)
    try:
        value = expression.evaluate(None)
    except jsonata.JException as exc:
        raise StateError("States.QueryEvaluationError", str(exc), exc.error) from exc
    if value is None:  # on AWS an expression that finds nothing is an error, never a null
        raise StateError("States.QueryEvaluationError", "an expression found nothing")
    return json.loads(json.dumps(value))


def _check(part: Any, kind: str) -> None:
    """Raises Unknown for the first key, type or mode that nobody here would look at."""
    if kind not in KNOWN or (strange := part.keys() - KNOWN[kind]):
        raise Unknown(f"{kind}: {sorted(strange) if kind in KNOWN else 'type'}")
    if part.get("ProcessorConfig", {"Mode": "INLINE"}) != {"Mode": "INLINE"}:
        raise Unknown("ProcessorConfig")
    if unreached := part.get("States", {}).keys() - _reached(part):
        raise Unknown(f"nothing leads to {sorted(unreached)}")
    for state in part.get("States", {}).values():
        _check(state, state["Type"])
    if "ItemProcessor" in part:
        _check(part["ItemProcessor"], "processor")
    for key, name in (("Retry", "retrier"), ("Catch", "catcher"), ("Choices", "choice")):
        for inner in part.get(key, ()):
            _check(inner, name)


def _reached(machine: Any) -> set[str]:
    """States of a machine, or of a Map's processor, to which something leads from its start."""
    seen: set[str] = set()
    ahead = {machine["StartAt"]} if "States" in machine else set()
    while ahead:
        name = ahead.pop()
        seen.add(name)
        state = machine["States"][name]
        steps = [state, *state.get("Choices", ()), *state.get("Catch", ())]
        named = {step.get(key) for step in steps for key in ("Next", "Default")}
        ahead |= {one for one in named if one} - seen
    return seen
