"""A plugin of pytest: a room is loaded as mutmut changes it, and each change is asked of the tests.

Everything is imported and collected once. The tests run once on the room as it is, which tells
which of them reach which function; then a fork for each change runs those of its function, the one
that failed last first and then the fastest, until one fails. mutmut's own command starts pytest
anew for each change, and imports a house for it that takes longer than the tests.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import resource
import signal
import sys
import time
import warnings
from collections import defaultdict
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from mutmut.mutation import trampoline
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import mangled_name_from_mutant_name

PATIENCE = 10  # times as long as its tests take is for ever
LEAST_PATIENCE = 5  # CPU seconds

type Reaching = dict[str, list[tuple[float, pytest.Item]]]


class Room:
    """``kakehashi.<room>`` as a file that holds every change of every function."""

    def __init__(self, room: str, source: Path, work: Path) -> None:
        self.module = f"kakehashi.{room}"
        assert self.module not in sys.modules
        made = mutate_file_contents(str(source), source.read_text(encoding="utf-8"))
        self.changes = made.mutant_names
        self.file = work / f"{room}.py"
        self.file.write_text(made.code, encoding="utf-8")

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        """For ``sys.meta_path``: this module comes from that file."""
        if name != self.module:
            return None
        return importlib.util.spec_from_file_location(name, self.file)


class Asking:
    """Runs the collected tests; ``ends`` tells what became of each change."""

    def __init__(self, room: Room, answers: Path) -> None:
        self.room, self.answers = room, answers
        self.hit: set[str] = set()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        reaching = self._reaching(session.items)
        trampoline.set_mutant_under_test("")
        gc.freeze()  # what a fork never looks at is never copied
        everything = list(
            {id(test[1]): test for tests in reaching.values() for test in tests}.values()
        )
        if self._end("nothing", everything) != "survived":
            pytest.exit("red in a fork in which nothing is changed", returncode=1)
        ends = {}
        for n, change in enumerate(self.room.changes):
            tests = reaching.get(f"{self.room.module}.{mangled_name_from_mutant_name(change)}", [])
            ends[change] = self._end(change, tests) if tests else "reached by no test"
            if n % 50 == 0:
                print(f"{n} of {len(self.room.changes)}", file=sys.stderr)
        self.answers.write_text(json.dumps(ends), encoding="utf-8")
        return True

    def _reaching(self, items: list[pytest.Item]) -> Reaching:
        trampoline.record_trampoline_hit = lambda name, caller=None: self.hit.add(name)
        trampoline.set_mutant_under_test("stats")
        reaching: Reaching = defaultdict(list)
        for item in items:
            self.hit.clear()
            begun = time.process_time()
            if not _passes(item):
                pytest.exit(f"red before any change: {item.nodeid}", returncode=1)
            for function in self.hit:
                reaching[function].append((time.process_time() - begun, item))
        for tests in reaching.values():
            tests.sort(key=lambda test: test[0])
        return reaching

    def _end(self, change: str, tests: list[tuple[float, pytest.Item]]) -> str:
        allowed = LEAST_PATIENCE + PATIENCE * int(sum(seconds for seconds, _ in tests) + 1)
        told, tells = os.pipe()
        child = os.fork()
        if child == 0:
            _judge(f"{self.room.module}.{change}", [item for _, item in tests], allowed, tells)
        os.close(tells)
        with os.fdopen(told) as pipe:
            failed = pipe.read()
        if failed:  # what notices one change often notices the next
            tests.insert(0, tests.pop(int(failed)))
        _, status = os.waitpid(child, 0)
        end = os.waitstatus_to_exitcode(status)
        return {0: "survived", 1: "noticed"}.get(end, f"stopped by signal {-end}")


def _judge(change: str, items: list[pytest.Item], allowed: int, tells: int) -> None:
    """In the fork: ends the process, after it has told the number of the test that failed."""
    resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 1))
    signal.alarm(60 * allowed)  # for one that sleeps
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    warnings.simplefilter("error")
    trampoline.set_mutant_under_test(change)
    end = 1
    try:
        failed = next((n for n, item in enumerate(items) if not _passes(item)), None)
        os.write(tells, b"" if failed is None else str(failed).encode())
        end = failed is not None
    finally:
        os._exit(end)


def _passes(item: pytest.Item) -> bool:
    """As pytest runs a test, but nobody is told how it went: that takes longer than the test."""
    item._initrequest()  # type: ignore[attr-defined]
    try:
        item.session._setupstate.setup(item)
        item.runtest()
    except pytest.skip.Exception:
        return True
    except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever it is, the test is red
        return False
    finally:
        item.session._setupstate.teardown_exact(None)
    return True


@pytest.hookimpl(tryfirst=True)  # before a conftest imports the room
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    work, name = Path(os.environ["MUTATED_INTO"]), os.environ["MUTATED_ROOM"]
    room = Room(name, Path(os.environ["MUTATED_SOURCE"]), work)
    sys.meta_path.insert(0, room)
    early_config.pluginmanager.register(Asking(room, work / f"{name}.json"))
