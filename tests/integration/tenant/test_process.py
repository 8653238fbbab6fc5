"""The tenant as a process of its own: what survives, and how it ends."""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from local.fakes.tenant import TENANT_ID, serve
from local.fakes.tenant.store import Store
from tests.integration.tenant.client import PASSWORD, Graph, item, token


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def command(port: int, home: Path) -> list[str]:
    return [sys.executable, "-m", "local.fakes.tenant", "--port", str(port), "--home", str(home)]


@contextmanager
def running(port: int, home: Path) -> Iterator[tuple[subprocess.Popen[bytes], Graph]]:
    process = subprocess.Popen(command(port, home), stderr=subprocess.PIPE)
    url = f"http://127.0.0.1:{port}"
    client: Graph | None = None
    try:
        _wait_for(url)
        client = Graph(url, token(url))
        yield process, client
    finally:
        if client is not None:
            client.close()
        process.kill()
        process.communicate()


def _wait_for(url: str) -> None:
    for _ in range(2400):  # two minutes: the machine may be busy
        try:
            requests.get(f"{url}/_tenant/health", timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    port = free_port()
    created: list[str] = []
    with running(port, tmp_path) as (process, tenant):

        def create() -> None:
            batch = [item(str(n), "POST", "/users", tenant.pupil()) for n in range(20)]
            try:
                for _ in range(50):
                    for answer in tenant.answers(*batch).values():
                        if answer["status"] == 201:
                            created.append(answer["body"]["id"])
                    batch = [item(str(n), "POST", "/users", tenant.pupil()) for n in range(20)]
            except requests.ConnectionError:
                pass

        writer = threading.Thread(target=create)
        writer.start()
        while len(created) < 60:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        writer.join()
    with running(port, tmp_path) as (_, again):
        kept = {row["id"] for row in again.control("GET", "export")["value"]}
        assert set(created) <= kept


def test_a_stop_is_clean_and_everything_comes_back(tmp_path: Path) -> None:
    port = free_port()
    with running(port, tmp_path) as (process, tenant):
        user = tenant.create()
        group = tenant.group()
        tenant.configure(quota=77)
        link = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{user['id']}"}
        tenant.post(f"/groups/{group['id']}/members/$ref", link)
        before = tenant.control("GET", "export")
        bearer = tenant.session.headers["Authorization"]
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=10)
        assert (process.returncode, complaints) == (0, b"")
    with running(port, tmp_path) as (_, again):
        assert again.control("GET", "export") == before
        assert again.control("GET", "settings")["quota"] == 77
        again.session.headers["Authorization"] = bearer
        assert again.members(group["id"]) == {user["id"]}
        wanted = {"userPrincipalName": user["userPrincipalName"], "password": PASSWORD}
        assert again.control("POST", "check-password", wanted) == {"ok": True}


def test_the_state_is_private_and_holds_no_password(tmp_path: Path) -> None:
    with running(free_port(), tmp_path) as (_, tenant):
        tenant.create()
        files = [path for path in (tmp_path / "tenant").iterdir() if path.is_file()]
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
        assert PASSWORD.encode() not in b"".join(path.read_bytes() for path in files)


def test_a_taken_port_is_told_and_exits_with_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        ended = subprocess.run(
            command(port, tmp_path), capture_output=True, text=True, check=False, timeout=20
        )
    assert ended.returncode == 2
    assert str(port) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_two_tenants_cannot_share_a_home(tmp_path: Path) -> None:
    with running(free_port(), tmp_path):
        ended = subprocess.run(
            command(free_port(), tmp_path), capture_output=True, text=True, check=False, timeout=20
        )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_a_damaged_state_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "tenant" / "tenant.jsonl"
    file.parent.mkdir()
    file.write_text('[["users","x"\n[]\n')
    ended = subprocess.run(
        command(free_port(), tmp_path), capture_output=True, text=True, check=False, timeout=20
    )
    assert (ended.returncode, file.read_text()) == (2, '[["users","x"\n[]\n')


def test_the_tenant_listens_on_loopback_only(tmp_path: Path) -> None:
    port = free_port()
    with running(port, tmp_path):
        table = Path("/proc/net/tcp").read_text().splitlines()[1:]
        listening = [row.split()[1] for row in table if row.split()[3] == "0A"]
        assert [address for address in listening if address.endswith(f":{port:04X}")] == [
            f"0100007F:{port:04X}"
        ]


def test_beside_a_test_it_can_keep_a_home_too(tmp_path: Path) -> None:
    with serve(tmp_path) as url:
        tenant = Graph(url, token(url))
        user = tenant.create()["id"]
        tenant.close()
    with serve(tmp_path) as url:
        tenant = Graph(url, token(url))
        assert tenant.get(f"/users/{user}").status_code == 200
        tenant.close()


@pytest.mark.parametrize("writers", [8])
def test_many_callers_at_once_get_one_account_each(tenant: Graph, writers: int) -> None:
    body = tenant.pupil()
    statuses: list[int] = []

    def write() -> None:
        client = Graph(tenant.url, token(tenant.url))
        statuses.extend(client.post("/users", body).status_code for _ in range(5))
        client.close()

    threads = [threading.Thread(target=write) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201] + [400] * (5 * writers - 1)


def test_the_file_is_closed_without_its_history(tmp_path: Path) -> None:
    with serve(tmp_path) as url:
        tenant = Graph(url, token(url))
        user = tenant.create()["id"]
        for number in range(50):
            tenant.patch(f"/users/{user}", {"department": str(number)})
        tenant.close()
    store = Store(tmp_path / "tenant")
    assert store.tables["users"][user]["department"] == "49"
    store.close()
    assert len((tmp_path / "tenant" / "tenant.jsonl").read_text().splitlines()) == 2


def test_over_https_it_publishes_its_own_endpoints(tmp_path: Path) -> None:
    port = free_port()
    url, trusted = f"https://127.0.0.1:{port}", tmp_path / "certificate.pem"
    with (
        subprocess.Popen([*command(port, tmp_path), "--https"]) as process,
        requests.Session() as s,
    ):
        try:
            while not trusted.exists() or not listens(port):
                time.sleep(0.05)
            s.trust_env, s.verify = False, str(trusted)
            document = s.get(f"{url}/{TENANT_ID}/v2.0/.well-known/openid-configuration").json()
            assert document["token_endpoint"] == f"{url}/{TENANT_ID}/oauth2/v2.0/token"
            assert document["issuer"].startswith("https://login.microsoftonline.com/")
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(f"{url}/_tenant/health", timeout=5)
        finally:
            process.kill()
    assert stat.S_IMODE((tmp_path / "key.pem").stat().st_mode) == 0o600


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
