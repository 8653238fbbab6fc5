"""The whole stack comes up, says what is wrong, and goes away without a trace."""

from __future__ import annotations

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.engine import deploy, process
from local.stack import PROJECT, ROOT, Stack, StackError
from tests.e2e.conftest import until
from tests.e2e.test_command import kakehashi
from tests.e2e.town import Town

WAITS = 3  # exit status of a first night


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of this module's own, because its tests stop it."""
    stack = Stack(tmp_path_factory.mktemp("home"))
    try:
        stack.up()
        yield stack
    finally:
        stack.down()


def processes_of(home: Path) -> list[str]:
    """Command lines of all processes that know ``home``."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(home) in command:
                found.append(command)
    return found


def test_the_outputs_name_what_the_command_needs(up: Stack) -> None:
    assert up.is_up()
    assert {
        "InboxBucket", "PasswordsBucket", "RunsBucket", "RulesBucket", "OutboxBucket",
        "Table", "StateMachineArn", "DeadLettersUrl", "CredentialSecret",
    } <= up.outputs().keys()  # fmt: skip


def test_the_cities_of_the_repository_are_known(up: Stack) -> None:
    listed = up.client("s3").list_objects_v2(Bucket=up.outputs()["RulesBucket"])["Contents"]
    assert {"cities/demo.toml", "cities/tsukuba.toml"} <= {item["Key"] for item in listed}


def test_a_city_that_somebody_put_is_not_put_back(up: Stack) -> None:
    s3, bucket = up.client("s3"), up.outputs()["RulesBucket"]
    s3.put_object(Bucket=bucket, Key="cities/demo.toml", Body=b"# mine\n")
    up.up()
    assert s3.get_object(Bucket=bucket, Key="cities/demo.toml")["Body"].read() == b"# mine\n"


def test_another_object_for_the_same_home_finds_it_up(up: Stack) -> None:
    again = Stack(up.home)
    assert again.is_up()
    assert (again.url, again.tenant_url) == (up.url, up.tenant_url)


def test_a_killed_engine_is_not_up_and_comes_back_on_its_port(up: Stack) -> None:
    port, pid = up.url, up._engine().pid()
    os.kill(pid, signal.SIGKILL)
    until(lambda: None if process.alive(pid) else True)
    assert not up.is_up()
    up.up()
    assert up.is_up()
    assert up.url == port


def test_a_killed_tenant_is_not_up_and_comes_back(up: Stack) -> None:
    pid = up._pid("tenant")
    os.kill(pid, signal.SIGKILL)
    until(lambda: None if process.alive(pid) else True)
    assert not up.is_up()
    up.up()
    assert up.is_up()


def test_a_stop_leaves_no_process_and_no_temporary_file_but_the_state(up: Stack) -> None:
    before = dict(up.outputs())
    up.down()
    assert not up.is_up()
    assert processes_of(up.home) == []
    assert not (up.home / "tmp").exists()
    up.up()
    assert up.outputs() == before


def test_a_port_that_another_program_uses_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        stack = Stack(tmp_path, port)
        with pytest.raises(StackError, match=str(port)):
            stack.up()
    assert not stack.is_up()


def test_the_remembered_port_taken_by_somebody_else_is_an_error_and_not_our_engine(
    up: Stack,
) -> None:
    port = int(up.url.rpartition(":")[2])
    up.down()
    with closing(socket.create_server(("127.0.0.1", port))):
        assert not up.is_up()
        with pytest.raises(StackError, match=str(port)):
            up.up()
    up.up()
    assert up.is_up()


def test_a_home_that_was_never_up_is_down_and_can_be_stopped(tmp_path: Path) -> None:
    stack = Stack(tmp_path / "never")
    assert not stack.is_up()
    stack.down()
    stack.reset()
    assert not (tmp_path / "never").exists()


@pytest.fixture
def older(tmp_path: Path) -> deploy.Project:
    """This repository as it might have been: its last function fails, and its template has other
    words."""
    root = tmp_path / "older"
    for folder in ("functions", "layers", "infra"):
        shutil.copytree(ROOT / folder, root / folder)
    template = (ROOT / "template.yaml").read_text(encoding="utf-8")
    (root / "template.yaml").write_text(template.replace("changes nothing", "is older"))
    (root / "functions" / "report" / "app.py").write_text("raise RuntimeError\n")
    return deploy.Project(root / "template.yaml", PROJECT.dependencies)


def test_a_run_at_a_stack_of_older_code_brings_it_up_to_date_first(
    up: Stack, older: deploy.Project, tmp_path: Path
) -> None:
    town = Town(up, tmp_path, "older")
    Stack(up.home, project=older).up()
    assert (up.is_up(), up.is_current()) == (True, False)
    kakehashi("status", "--city", "older", "--home", up.home, cwd=tmp_path)
    assert not up.is_current(), "who only looks changes nothing"

    words = ("run", town.export(), "--city", "older", "--home", up.home)
    said = kakehashi(*words, cwd=tmp_path)
    assert said.returncode == WAITS, said.stderr
    assert up.is_current()
    drift = up.client("lambda").get_function(FunctionName=up.outputs()["DriftFunction"])
    assert "changes nothing" in drift["Configuration"]["Description"]


def test_a_run_at_a_stack_of_todays_code_deploys_nothing(up: Stack, tmp_path: Path) -> None:
    town = Town(up, tmp_path, "todays")
    assert up.is_current()
    before = versions(up)
    said = kakehashi("run", town.export(), "--city", "todays", "--home", up.home, cwd=tmp_path)
    assert said.returncode == WAITS, said.stderr
    assert versions(up) == before


def versions(stack: Stack) -> dict[str, str]:
    """When each function was last changed."""
    functions = stack.client("lambda").list_functions()["Functions"]
    return {one["FunctionName"]: one["LastModified"] for one in functions}


def test_a_damaged_memory_says_which_file(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text("{")
    with pytest.raises(StackError, match=r"stack\.json"):
        Stack(tmp_path).is_up()


def test_reset_forgets_everything(up: Stack) -> None:
    up.client("s3").put_object(Bucket=up.outputs()["RulesBucket"], Key="x", Body=b"x")
    url = up.url
    up.reset()
    assert not up.is_up()
    assert not up.outputs()
    up.up()
    listed = up.client("s3").list_objects_v2(Bucket=up.outputs()["RulesBucket"])["Contents"]
    assert "x" not in {item["Key"] for item in listed}
    assert up.url == url
