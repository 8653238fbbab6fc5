"""Tools that others wrote, as a city's pupils start them: pylti1p3next and ltijs, on loopback.

A city's rules are believed for a minute, so each module has a city of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from local.engine import process
from local.fakes.sample_tool import ADDRESS, CLIENTS
from local.fakes.sample_tool.app import create_app
from local.fakes.sample_tool.lti import Tool
from local.screenshots import chromium
from local.stack import ROOT
from tests.launches import tool_rules

JS = Path(__file__).parent / "js"


def rules(sample: str, ltijs: str) -> str:
    """The demo city's rules, with these addresses, and the tool made with ltijs."""
    demo = (ROOT / "cities" / "demo.toml").read_text(encoding="utf-8").replace(ADDRESS, sample)
    urls: dict[str, Any] = {
        "login_url": f"{ltijs}/login",
        "redirect_uris": [f"{ltijs}/"],
        "target_link_uri": f"{ltijs}/",
    }
    ours = tool_rules(
        "zukei",
        name="図形パズル",
        kana="ずけいぱずる",
        jwks_uri=f"{ltijs}/keys",
        keys=[],
        memberships=True,
        deep_linking=True,
        **urls,
    )
    return f"{demo}\n{ours}"


@contextmanager
def sample_tool(platform: str, city: str) -> Iterator[Tool]:
    """The sample tool with the library pylti1p3next."""
    port = process.free_port()
    clients = [client.replace("demo.", f"{city}.") for client in CLIENTS]
    tool = Tool(f"http://127.0.0.1:{port}", platform, clients)
    server = uvicorn.Server(
        uvicorn.Config(create_app(tool), "127.0.0.1", port, log_level="warning", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert process.wait_until(lambda: process.listens(port), os.getpid())
    try:
        yield tool
    finally:
        server.should_exit = True
        thread.join()
        tool.wire.close()


@contextmanager
def ltijs_tool(platform: str, city: str) -> Iterator[str]:
    """A tool made with ltijs; its address, which is another site than the launcher's."""
    port = process.free_port()
    command = [node(), "ltijs_tool.mjs", str(port), platform, f"{city}.zukei"]
    with subprocess.Popen(command, cwd=JS) as tool:
        try:
            assert process.wait_until(lambda: process.listens(port), tool.pid)
            yield f"http://localhost:{port}"
        finally:
            tool.terminate()


def node() -> str:
    found = shutil.which("node")
    assert found is not None, "Node.js 20 or newer is needed"
    return found


def in_a_browser(tests: str, scene: Mapping[str, Any], *, seconds: int) -> None:
    """Node runs the tests of ``tests``, a file beside this one, on ``scene`` and Chromium: it has
    to bring at least one, and none may fail."""
    told = json.dumps({"chromium": chromium(), **scene})
    done = subprocess.run(
        [node(), "--test", "--test-reporter=tap", tests],
        cwd=JS,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=os.environ | {"SCENE": told},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
    assert "# pass 0" not in done.stdout
