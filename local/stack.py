"""The embedded stack: the engine, the fake tenant and the deployed template, as one thing.

Beside them run the launcher's address and a sample tool that it starts. Everything lies below
``home``: stack.json (ports, process ids, outputs), state/, s3/, layers/, tenant/, and a log of
each process. Several homes live side by side, each on ports of its own.
"""

from __future__ import annotations

import fcntl
import json
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import boto3
import requests

from kakehashi_console.operations import BadUse
from kakehashi_console.site import HOME
from local.demo import people
from local.engine import deploy, engine, process
from local.engine.environment import environment
from local.fakes.sample_tool import ADDRESS
from local.fakes.tenant.settings import (
    CLIENT_ID,
    CLIENT_SECRET,
    SIGN_IN_CLIENT_ID,
    STAFF_CLIENT_ID,
    TENANT_ID,
)

ROOT = Path(__file__).parents[1]
PROJECT = deploy.Project(ROOT / "template.yaml", ROOT / "build" / "layer" / "python")
PARTS = {  # processes beside the engine, and their modules
    "sample_tool": "local.fakes.sample_tool",
    "launcher": "local.launcher",
    "staff": "local.launcher",
    "tenant": "local.fakes.tenant",
}
LAMBDA_PYTHON = ROOT / ".venv-lambda" / "bin" / "python"
CITIES = ROOT / "cities"
NAME = "kakehashi"

type Progress = Callable[[str], None]


class StackError(BadUse):
    """The stack cannot do what was asked; the text is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What stack.json remembers. A port is 0 until the first start, a process id 0 when down."""

    port: int = 0
    tenant_port: int = 0
    tenant_pid: int = 0
    launcher_port: int = 0
    launcher_pid: int = 0
    staff_port: int = 0
    staff_pid: int = 0
    sample_tool_port: int = 0
    sample_tool_pid: int = 0
    outputs: Mapping[str, str] = field(default_factory=dict)
    deployed: str = ""  # deploy.fingerprint of what is in the engine


def _silent(_step: str) -> None:
    """The progress callback of somebody who does not want to hear."""


class Stack:
    """``port`` None: the port chosen at the first start, remembered in ``home``. ``project`` is
    what `up` deploys."""

    def __init__(
        self, home: Path, port: int | None = None, project: deploy.Project = PROJECT
    ) -> None:
        self.home = home.absolute()
        self.wanted_port = port
        self.project = project

    # -- asking ----------------------------------------------------------------------------------

    @property
    def options(self) -> str:
        """How the command is told this stack: "" for the home that it finds by itself."""
        return "" if self.home == Path(HOME).absolute() else f"--home {shlex.quote(str(self.home))}"

    @property
    def url(self) -> str:
        return self._engine().url

    @property
    def tenant_url(self) -> str:
        return f"http://127.0.0.1:{self._memory().tenant_port}"

    @property
    def launcher_url(self) -> str:
        return f"http://127.0.0.1:{self._memory().launcher_port}"

    @property
    def staff_url(self) -> str:
        return f"http://127.0.0.1:{self._memory().staff_port}"

    @property
    def sample_tool_url(self) -> str:
        return f"http://127.0.0.1:{self._memory().sample_tool_port}"

    def is_up(self) -> bool:
        """Whether this home's own engine and tenant answer, with a stack deployed, and on the port
        that was asked for if one was."""
        memory = self._memory()
        here = self.wanted_port in {None, memory.port}
        parts = all(self._pid(part) for part in PARTS)
        return bool(here and memory.outputs and self._engine().pid() and parts)

    def is_current(self) -> bool:
        """Whether what was deployed last is the template and the code of today."""
        return self._memory().deployed == self._fingerprint()

    def outputs(self) -> Mapping[str, str]:
        """The template's outputs: InboxBucket, Table, StateMachineArn, DeadLettersUrl, …"""
        return self._memory().outputs

    def session(self) -> boto3.Session:
        """Dummy credentials, whatever the environment holds."""
        return engine.session()

    def client(self, service: str) -> Any:
        """A boto3 client that reaches the engine and nothing else."""
        return self._engine().client(service)

    def resource(self, service: str) -> Any:
        return self._engine().resource(service)

    # -- starting and stopping -------------------------------------------------------------------

    def up(self, progress: Progress = _silent) -> None:
        """Start what is not running and bring the stack up to the present template.

        Harmless when all is well, and the remedy after a crash. ``progress`` hears the steps
        "engine", "tenant", "launcher", "tool", "deploy", "cities". Raises StackError.
        """
        _need_installation()
        with self._alone():
            progress("engine")
            self._start_engine()
            progress("tenant")
            self._start_tenant()
            progress("launcher")
            self._start_page("launcher", "launch")
            self._start_page("staff", "staff", passwords="passwords")
            progress("tool")
            self._start("sample_tool", "--platform", self.launcher_url)
            progress("deploy")
            self._deploy()
            progress("cities")
            self._seed()
            self._engine().save()

    def down(self) -> None:
        """Stop the processes; the state stays. Harmless when they are down."""
        if not self._file.exists():
            return
        with self._alone():
            self._engine().stop()
            for pid in filter(None, map(self._pid, PARTS)):
                process.stop(pid)
            self._remember(**{f"{part}_pid": 0 for part in PARTS})

    def reset(self) -> None:
        """Stop, and forget everything but the ports."""
        if not self._file.exists():
            return
        self.down()
        for name in ("state", "s3", "layers", "tenant", "tmp"):
            shutil.rmtree(self.home / name, ignore_errors=True)
        for name in ("engine", *PARTS):
            (self.home / f"{name}.log").unlink(missing_ok=True)
        self._remember(outputs={}, deployed="")

    # -- the parts -------------------------------------------------------------------------------

    def _engine(self) -> engine.Engine:
        return engine.Engine(self.home, self._memory().port, LAMBDA_PYTHON)

    def _start_engine(self) -> None:
        present = self._engine()
        port = self.wanted_port or present.port or process.free_port()
        running = present.pid()
        if running and port == present.port:
            return
        _need_free(port)
        if running:
            present.stop()
        wanted = engine.Engine(self.home, port, LAMBDA_PYTHON)
        try:
            wanted.start()
        except engine.NotStarted as exc:
            raise _did_not_start(wanted.log) from exc
        self._remember(port=port)

    def _start_tenant(self) -> None:
        folder = self.home / "tenant"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._start("tenant", "--home", str(folder))

    def _start_page(self, part: str, function: str, **below: str) -> None:
        """Its port is known before the function is deployed, which must know its own address.
        ``below`` are functions that answer other first words of a path."""
        places = ["--home", str(self.home), "--engine", str(self._memory().port)]
        others = [f"--below={word}={NAME}-{one}" for word, one in below.items()]
        self._start(part, *places, "--function", f"{NAME}-{function}", *others)

    def _start(self, part: str, *arguments: str) -> None:
        """The module of that name, on a port that this home keeps, if it does not run."""
        if self._pid(part):
            return
        memory = self._memory()
        port, log = (
            getattr(memory, f"{part}_port") or process.free_port(),
            self.home / f"{part}.log",
        )
        _need_free(port)
        module = [PARTS[part], "--port", str(port), *arguments]
        pid = process.spawn(module, self.home, log, environment(self.home, memory.port))
        if not process.wait_until(lambda: process.listens(port), pid):
            raise _did_not_start(log)
        self._remember(**{f"{part}_port": port, f"{part}_pid": pid})

    def _pid(self, part: str) -> int:
        """Its process id, or 0 where it does not run."""
        memory = self._memory()
        pid, port = int(getattr(memory, f"{part}_pid")), int(getattr(memory, f"{part}_port"))
        return pid if process.runs(pid, PARTS[part]) and process.listens(port) else 0

    def _parameters(self) -> dict[str, str]:
        return {
            "TenantId": TENANT_ID,
            "ClientId": CLIENT_ID,
            "GraphBaseUrl": self.tenant_url,
            "LoginBaseUrl": self.tenant_url,
            "SignInClientId": SIGN_IN_CLIENT_ID,
            "LaunchUrl": self.launcher_url,
            "StaffClientId": STAFF_CLIENT_ID,
            "StaffUrl": self.staff_url,
            "WritesPerSecond": "0",
            "DeletionProtection": "false",
            "CommandOptions": self.options,
        }

    def _fingerprint(self) -> str:
        return deploy.fingerprint(self.project, self._parameters(), self.home / "layers")

    def _deploy(self) -> None:
        wanted, parameters = self._fingerprint(), self._parameters()
        layers = self.home / "layers"
        try:
            outputs = deploy.deploy(self.client, self.project, NAME, parameters, layers)
        except deploy.NotDeployed as exc:
            raise StackError(
                f"template.yaml を手元のスタックに適用できません: {exc} / not deployed"
            ) from exc
        self._remember(outputs=outputs, deployed=wanted)

    def _seed(self) -> None:
        """The fake tenant's credential, and the cities of this repository that nobody has put."""
        outputs = self.outputs()
        credential = json.dumps({"type": "secret", "value": CLIENT_SECRET})
        for secret in ("CredentialSecret", "SignInSecret", "StaffSignInSecret"):
            self.client("secretsmanager").put_secret_value(
                SecretId=outputs[secret], SecretString=credential
            )
        self._register_pages()
        s3, bucket = self.client("s3"), outputs["RulesBucket"]
        listed = s3.list_objects_v2(Bucket=bucket, Prefix="cities/").get("Contents", [])
        known = {item["Key"] for item in listed}
        for file in sorted(CITIES.glob("*.toml")):
            if f"cities/{file.name}" not in known:
                rules = file.read_text(encoding="utf-8").replace(ADDRESS, self.sample_tool_url)
                s3.put_object(Bucket=bucket, Key=f"cities/{file.name}", Body=rules.encode())

    def _register_pages(self) -> None:
        """As apps that people of the fake tenant may sign in to: pupils to the launcher, and
        whoever has a role of it to the staff page."""
        launcher = {
            "client_id": SIGN_IN_CLIENT_ID,
            "name": "launcher",
            "redirect_uris": [f"{self.launcher_url}/sign-in/callback"],
        }
        staff = {
            "client_id": STAFF_CLIENT_ID,
            "name": "staff",
            "redirect_uris": [f"{self.staff_url}/sign-in/callback"],
            "roles": people.app_roles(),
            "assignment_required": True,
            "optional_claims": ["auth_time"],
        }
        with requests.Session() as tenant:
            tenant.trust_env = False  # no proxy of yours comes between
            settings = {"registrations": [launcher, staff]}
            answer = tenant.patch(f"{self.tenant_url}/_tenant/settings", json=settings, timeout=10)
        answer.raise_for_status()

    # -- memory ----------------------------------------------------------------------------------

    @property
    def _file(self) -> Path:
        return self.home / "stack.json"

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One command at a time starts or stops the processes of a home."""
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as exc:
            raise StackError(
                f"フォルダーを作れません: {self.home} / this folder cannot be made"
            ) from exc
        with (self.home / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _memory(self) -> Memory:
        try:
            return Memory(**json.loads(self._file.read_text(encoding="utf-8")))
        except (FileNotFoundError, NotADirectoryError):
            return Memory()
        except (ValueError, TypeError) as exc:
            raise StackError(
                f"{self._file} が壊れています。このフォルダーを消してやり直してください。"
                " / damaged, remove the folder"
            ) from exc

    def _remember(self, **changed: Any) -> None:
        text = json.dumps(asdict(replace(self._memory(), **changed)), indent=2, sort_keys=True)
        unfinished = self._file.with_suffix(".part")
        unfinished.write_text(text + "\n", encoding="utf-8")
        unfinished.replace(self._file)


def _need_installation() -> None:
    for place in (LAMBDA_PYTHON, PROJECT.dependencies):
        if not place.exists():
            raise StackError(
                f"準備ができていません。make install を実行してください({place} がありません)。"
                " / run make install first"
            )


def _need_free(port: int) -> None:
    if process.listens(port):
        raise StackError(
            f"ポート {port} は別のプログラムが使っています。そのプログラムを止めるか、--port で"
            "別の番号を指定してください。 / the port is taken by another program"
        )


def _did_not_start(log: Path) -> StackError:
    return StackError(f"起動しません。{log} を見てください。 / does not start, see its log")
